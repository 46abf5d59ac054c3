//! Options that cannot work, each with its key; and what a channel does, in plain words.

use huiliu_email::outlet::{ReturnOptions, build, explain};
use serde_json::{Value, json};

use crate::scene::{House, built};

fn keys(over: Value) -> Vec<String> {
    built(25, over).err().unwrap_or_default().into_iter().map(|wrong| wrong.key).collect()
}

#[test]
fn each_mistake_has_its_key() {
    let no_way = json!({
        "signed": null, "extended": null, "progressed": null, "replied": null, "closed": null, "declined": null,
        "redirected": null,
    });
    for (over, wanted) in [
        (no_way, &["return"][..]),
        (json!({ "smtp": null }), &["return.smtp"]),
        (json!({ "domain": "a b" }), &["return.domain"]),
        (json!({ "domain": "" }), &["return.domain"]),
        (json!({ "files_mib": 41 }), &["return.files_mib"]),
        (json!({ "closed": { "text": "{phone}" } }), &["return.closed.text"]),
        (json!({ "closed": { "text": "" } }), &["return.closed.text"]),
        (json!({ "signed": { "subject": "a\nb" } }), &["return.signed.subject"]),
        (json!({ "ration": { "pause": "1s", "per_day": 0 } }), &["return.ration.pause", "return.ration.per_day"]),
        (json!({ "smtp": { "host": "mail.test", "from": "x" } }), &["return.smtp.from"]),
    ] {
        assert_eq!(keys(over.clone()), wanted, "{over}");
    }
}

#[test]
fn a_table_that_asks_nothing_of_mail_is_no_outlet() {
    let options: ReturnOptions = serde_json::from_value(json!({})).unwrap();
    assert!(build(&options, &House::default()).unwrap().is_none());
    assert!(explain(&options).is_empty());
}

#[test]
fn a_channel_is_explained_without_its_secrets() {
    let options: ReturnOptions = serde_json::from_value(json!({
        "signed": {}, "closed": {},
        "smtp": {
            "host": "smtp.163.com", "user": "hotline@163.com", "password": { "file": "secrets/mail" },
            "from": "hotline@163.com",
        },
    }))
    .unwrap();
    let said: Vec<_> = explain(&options).into_iter().map(|sentence| sentence.zh).collect();
    let said = said.join("\n");
    for part in ["隔10分钟一封、一天5封", "办结", "smtp.163.com", "secrets/mail", "退信退到发件人地址"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}
