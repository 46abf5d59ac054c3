//! Options that cannot work are told at once, all of them, each with its key.

use serde_json::{Value, json};

use crate::scene::built;

fn keys(over: Value) -> Vec<String> {
    built(25, over).err().unwrap_or_default().into_iter().map(|wrong| wrong.key).collect()
}

#[test]
fn what_is_right_is_built_and_shows_no_secret() {
    let over =
        json!({ "host": "smtp.example.test", "tls": "tls", "user": "hotline", "password": { "env": "PASSWORD" } });
    let shown = format!("{:?}", built(465, over).unwrap());
    assert!(!shown.contains("only-for-this-test") && shown.contains("smtp.example.test"), "{shown}");
}

#[test]
fn each_mistake_has_its_key() {
    for (over, wanted) in [
        (json!({ "host": "mail.example.test" }), &["smtp.tls"][..]),
        (json!({ "host": "" }), &["smtp.tls", "smtp.host"]),
        (json!({ "host": "mail.example.test:25", "tls": "tls" }), &["smtp.host"]),
        (json!({ "from": "hotline" }), &["smtp.from"]),
        (json!({ "from_name": "a\nb" }), &["smtp.from_name"]),
        (json!({ "envelope_sender": "bounce {token}" }), &["smtp.envelope_sender"]),
        (json!({ "user": "hotline" }), &["smtp.password"]),
        (json!({ "password": { "env": "PASSWORD" } }), &["smtp.user"]),
        (json!({ "user": "a", "password": { "env": "PASSWORD" }, "xoauth2": { "env": "TOKEN" } }), &["smtp.xoauth2"]),
        (json!({ "user": "a", "password": { "env": "NOWHERE" } }), &["smtp.password"]),
        (json!({ "helo": "my host" }), &["smtp.helo"]),
        (json!({ "timeout": "10m" }), &["smtp.timeout"]),
        (json!({ "ca_file": "ca.pem" }), &["smtp.tls"]),
        (json!({ "tls": "tls", "ca_file": "/nowhere/ca.pem" }), &["smtp.ca_file"]),
        (json!({ "tls": "tls", "pin": ["aa"] }), &["smtp.pin.0"]),
        (json!({ "bind": "eth0" }), &["smtp.bind"]),
    ] {
        assert_eq!(keys(over.clone()), wanted, "{over}");
    }
}

#[test]
fn all_mistakes_come_together() {
    let wrong = keys(json!({ "from": "x", "timeout": "1h", "user": "a", "tls": "none", "host": "mail.example.test" }));
    assert_eq!(wrong, ["smtp.from", "smtp.password", "smtp.timeout", "smtp.tls"]);
}
