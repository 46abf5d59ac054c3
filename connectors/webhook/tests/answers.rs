//! Kind `webhook` keeps every promise of outlets; and every promise fails on its twin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind, ExternalId, Homebound, Outcome, Secret};
use huiliu_farside::desk::Desk;
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::{Mailbox, MailboxOptions};
use huiliu_farside::outlet_promises::{PROMISES, Subject, TOKEN, broken, ways, ways_in_xml};
use huiliu_farside::platform::Gate;
use huiliu_farside::proof::Proof;
use huiliu_farside::site::Premises;
use huiliu_webhook::Webhook;
use serde_json::{Value, json};

/// `[return]` with the address that is a pushed channel's own affair.
fn back(url: &str) -> Value {
    back_by(ways(), url)
}

fn back_by(mut back: Value, url: &str) -> Value {
    back["url"] = json!(url);
    back["auth"] = json!({ "bearer": { "env": "TOKEN" } });
    back["timeout"] = json!("10s");
    back
}

fn build(desk: &Desk) -> Connector {
    build_by(back(&desk.url()))
}

/// The same at a desk that answers in XML.
fn build_in_xml(desk: &Desk) -> Connector {
    desk.answers().write_xml();
    build_by(back_by(ways_in_xml(), &desk.url()))
}

fn build_by(back: Value) -> Connector {
    let options = json!({
        "connect": { "verify": "none" },
        "receive": { "id": "letterNo" },
        "return": back,
    });
    Webhook::build(serde_json::from_value(options).unwrap(), &Premises::new().with("TOKEN", TOKEN)).unwrap()
}

#[tokio::test]
async fn it_keeps_the_promises_of_outlets_and_its_twins_break_them() {
    for make in [&build as &(dyn Fn(&Desk) -> Connector + Sync), &build_in_xml] {
        let subject = Subject { make, secrets: &[TOKEN], flaw: None };
        assert_eq!(broken(subject).await, []);
        for &flaw in PROMISES {
            let found: Vec<_> = broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
            assert_eq!(found, [flaw], "its twin breaks it, and nothing else");
        }
    }
}

#[tokio::test]
async fn a_portal_is_told_what_became_of_its_letter() {
    let options = MailboxOptions::new("http://127.0.0.1:1/channels/letters", Proof::Nothing);
    let portal = Mailbox::new(options).unwrap().with_desk(Gate::Bearer(Secret::new(TOKEN))).await.unwrap();
    let letter = Letter::invented(1);
    let mut tables = json!({ "connect": { "verify": "none" }, "receive": { "id": "letterNo" } });
    tables["return"] = back(&portal.desk().unwrap().url());
    tables["return"]["replied"] =
        json!({ "post": "/order/reply", "send": { "letterNo": "{id}", "text": "{reply}", "open": "{agree_public}" } });
    let site = Premises::new().with("TOKEN", TOKEN);
    let outlet = Webhook::build(serde_json::from_value(tables).unwrap(), &site).unwrap().outlet.unwrap();
    let outcome: Outcome =
        serde_json::from_value(json!({ "kind": "replied", "at": "2026-12-01T02:03:04Z", "public_reply": "已修复。" }))
            .unwrap();
    let to = ExternalId::new(letter.number.clone()).unwrap();
    let homebound = Homebound {
        to: &to,
        outcome: &outcome,
        key: "k",
        greeting: "您好!",
        ending: "",
        agree_public: Some(false),
        number: "20261122-000001",
        document: None,
        files: &[],
    };
    let parcel = outlet.compose(&homebound).unwrap();
    outlet.send(&parcel, "k").await.unwrap();
    let [told] = portal.told(&letter.number).try_into().unwrap();
    assert_eq!(told.body, json!({ "letterNo": letter.number, "text": "您好!\n已修复。", "open": false }));
}

/// The keys of all mistakes of this `[return]`.
fn wrong(back: Value) -> Vec<String> {
    let tables = json!({ "connect": { "verify": "none" }, "receive": { "id": "letterNo" }, "return": back });
    let built = Webhook::build(serde_json::from_value(tables).unwrap(), &Premises::new());
    built.err().unwrap_or_default().into_iter().map(|mistake| mistake.key).collect()
}

#[test]
fn a_way_back_needs_an_address_of_its_own() {
    assert_eq!(wrong(json!({})), [""; 0], "what is the gateway's alone is no way back");
    assert_eq!(wrong(json!({ "closed": { "post": "/a" } })), ["return.url"]);
    assert_eq!(wrong(json!({ "url": "http://127.0.0.1:1" })), ["return"]);
    let xml = json!({ "url": "http://127.0.0.1:1", "closed": { "post": "/a" }, "xml": {} });
    assert_eq!(wrong(xml), ["return.xml"], "nothing says that answers are XML");
    let keys = wrong(json!({
        "url": "http://127.0.0.1:1", "headers": { "Cookie": "x" }, "timeout": "0s",
        "closed": { "post": "http://elsewhere.example/a" },
    }));
    assert_eq!(keys, ["return.timeout", "return.closed.post", "return.headers.Cookie"]);
}

#[test]
fn a_misspelt_key_of_the_way_back_is_an_error() {
    for back in [json!({ "urll": "x" }), json!({ "url": "x", "closd": {} }), json!({ "closed": { "pst": "/a" } })] {
        let tables = json!({ "connect": { "verify": "none" }, "receive": { "id": "letterNo" }, "return": back });
        assert!(serde_json::from_value::<huiliu_webhook::Options>(tables).is_err());
    }
}
