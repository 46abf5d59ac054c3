//! What may be written about the way out, and what is refused with its key.

use std::path::Path;

use huiliu_contract::{Misconfigured, Secret, SecretRef};
use serde_json::{Value, json};

use super::*;

/// Knows every secret but one of a file.
struct Desk;

impl Site for Desk {
    fn channel(&self) -> &str {
        "desk"
    }
    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        match at {
            SecretRef::Env(name) => Ok(Secret::new(format!("geheim-{name}"))),
            SecretRef::File(_) => Err(Misconfigured::new(key, "no such file", "没有这个文件")),
        }
    }
    fn path(&self, written: &Path) -> PathBuf {
        Path::new("/config").join(written)
    }
    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
    fn blind(&self) -> std::sync::Arc<dyn huiliu_contract::Blind> {
        panic!("nothing here has a personal id")
    }
    fn listener_is_loopback(&self) -> bool {
        true
    }
}

fn read(url: &str, written: Value) -> (Route, Vec<String>) {
    let options: RouteOptions = serde_json::from_value(written).unwrap();
    let url = Url::parse(url).unwrap();
    let mut wrong = Mistakes::default();
    let hosts = ["other.example".to_owned()];
    let ends = Ends { section: "connect", url: Some(&url), hosts: &hosts };
    let route = Route::read(&options, ends, &Desk, &mut wrong);
    (route, wrong.into_vec().into_iter().map(|bad| bad.key).collect())
}

fn keys(url: &str, written: Value) -> Vec<String> {
    read(url, written).1
}

#[test]
fn nothing_written_is_straight_there() {
    let (route, wrong) = read("https://far.example/api", json!({}));
    assert_eq!((route, wrong), (Route::default(), vec![]));
}

#[test]
fn what_is_written_is_compiled() {
    let pin = hex::encode([7; 32]);
    let written = json!({
        "ca_file": "certs/ca.pem", "pin": [pin], "bind": "10.0.0.2",
        "proxy": { "url": "socks5://proxy.example", "user": "clerk", "password": { "env": "P" } },
        "resolve": { "FAR.example": ["10.1.1.1", "10.1.1.2"], "other.example": ["::1"], "proxy.example": ["10.9.9.9"] },
    });
    let (route, wrong) = read("https://far.example/api", written);
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(route.ca_file.as_deref(), Some(Path::new("/config/certs/ca.pem")));
    assert_eq!(route.pinned.as_ref().unwrap().0, "far.example");
    assert_eq!(route.resolve["far.example"].len(), 2);
    let proxy = route.proxy.as_ref().unwrap();
    assert_eq!((proxy.address().as_str(), proxy.who()), ("socks5://proxy.example:1080", Some(("clerk", "geheim-P"))));
    let shown = format!("{route:?}");
    assert!(!shown.contains("geheim") && !shown.contains("clerk"), "{shown}");
}

#[test]
fn each_mistake_has_its_key() {
    let https = "https://far.example/api";
    let cases: [(&str, Value, &[&str]); 15] = [
        (https, json!({ "bind": "eth0" }), &["connect.bind"]),
        (https, json!({ "bind": "10.0.0.1:80" }), &["connect.bind"]),
        (https, json!({ "pin": ["aa:bb"] }), &["connect.pin.0"]),
        ("http://far.example", json!({ "pin": [hex::encode([7; 32])] }), &["connect.pin"]),
        (https, json!({ "resolve": { "stranger.example": ["10.1.1.1"] } }), &["connect.resolve.stranger.example"]),
        (https, json!({ "resolve": { "far.example": [] } }), &["connect.resolve.far.example"]),
        (https, json!({ "resolve": { "far.example": ["10.1.1.1", "x"] } }), &["connect.resolve.far.example"]),
        ("http://10.1.1.1/", json!({ "resolve": { "10.1.1.1": ["10.1.1.2"] } }), &["connect.resolve.10.1.1.1"]),
        (https, json!({ "proxy": { "url": "10.1.1.1:3128" } }), &["connect.proxy.url"]),
        (https, json!({ "proxy": { "url": "ftp://proxy" } }), &["connect.proxy.url"]),
        (https, json!({ "proxy": { "url": "http://u:p@proxy:1" } }), &["connect.proxy.url"]),
        (https, json!({ "proxy": { "url": "http://proxy:1/path" } }), &["connect.proxy.url"]),
        (https, json!({ "proxy": { "url": "http://proxy:1", "user": "clerk" } }), &["connect.proxy"]),
        (
            https,
            json!({ "proxy": { "url": "http://proxy:1", "user": "a:b", "password": { "file": "x" } } }),
            &["connect.proxy.password", "connect.proxy.user"],
        ),
        (
            https,
            json!({ "proxy": { "url": "http://proxy:1" }, "resolve": { "far.example": ["10.1.1.1"] } }),
            &["connect.resolve.far.example"],
        ),
    ];
    for (url, written, wanted) in cases {
        assert_eq!(keys(url, written.clone()), wanted, "{written}");
    }
    let mistake = "http://u:p@proxy:1";
    let options: RouteOptions = serde_json::from_value(json!({ "proxy": { "url": mistake } })).unwrap();
    let mut wrong = Mistakes::default();
    Route::read(&options, Ends { section: "core", url: None, hosts: &[] }, &Desk, &mut wrong);
    assert!(!format!("{:?}", wrong.into_vec()).contains("u:p"), "what was written there is not repeated");
}

#[test]
fn another_password_is_another_way() {
    let proxy =
        |name: &str| json!({ "proxy": { "url": "http://proxy:1", "user": "clerk", "password": { "env": name } } });
    let way = |name| read("https://far.example", proxy(name)).0;
    assert_eq!(way("A"), way("A"));
    assert_ne!(way("A"), way("B"));
}
