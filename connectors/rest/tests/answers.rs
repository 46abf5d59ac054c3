//! Kind `rest` keeps every promise of outlets; and every promise fails on its twin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{
    Connector, ConnectorKind, ExternalId, Fault, Homebound, Item, Judgement, Outcome, OutcomeKind, Receipt,
};
use huiliu_farside::desk::Desk;
use huiliu_farside::outlet_promises::{PROMISES, Subject, TOKEN, broken, ways, ways_in_xml};
use huiliu_farside::platform::{Doorkeeper, Envelope, Gate, Platform, PlatformOptions, Trick};
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::{Value, json};

fn build(desk: &Desk) -> Connector {
    build_by(desk, ways(), json!({}))
}

/// At a desk that answers in XML, where `[return]` says so.
fn build_in_xml(desk: &Desk) -> Connector {
    desk.answers().write_xml();
    build_by(desk, ways_in_xml(), json!({}))
}

/// The same, where `[poll]` says it for both, and has the rule.
fn build_as_polled(desk: &Desk) -> Connector {
    desk.answers().write_xml();
    let mut back = ways_in_xml();
    let back_members = back.as_object_mut().unwrap();
    back_members.remove("format");
    let rule =
        json!({ "format": "xml", "success": back_members.remove("success"), "errors": back_members.remove("errors") });
    build_by(desk, back, rule)
}

fn build_by(desk: &Desk, back: Value, poll: Value) -> Connector {
    let mut options = json!({
        "connect": { "url": desk.url(), "auth": { "bearer": { "env": "TOKEN" } }, "timeout": "10s" },
        "poll": { "list": { "get": "/order/list", "items": "/data/records", "id": "orderNo" } },
        "return": back,
    });
    options["poll"].as_object_mut().unwrap().extend(poll.as_object().unwrap().clone());
    Rest::build(serde_json::from_value(options).unwrap(), &Premises::new().with("TOKEN", TOKEN)).unwrap()
}

#[tokio::test]
async fn it_keeps_the_promises_of_outlets_and_its_twins_break_them() {
    for make in [&build as &(dyn Fn(&Desk) -> Connector + Sync), &build_in_xml, &build_as_polled] {
        let subject = Subject { make, secrets: &[TOKEN], flaw: None };
        assert_eq!(broken(subject).await, []);
        for &flaw in PROMISES {
            let found: Vec<_> = broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
            assert_eq!(found, [flaw], "its twin breaks it, and nothing else");
        }
    }
}

/// A platform that knows XML only: its lists, its logins, and what it answers to what is carried back.
async fn in_xml() -> (Platform, Doorkeeper, Connector) {
    let door = Doorkeeper::new("clerk", TOKEN).telling("LOGIN");
    let envelope = Envelope { xml: true, ..Envelope::default() };
    let options = PlatformOptions { gate: Gate::Session(door.clone()), envelope, ..PlatformOptions::new(3) };
    let platform = Platform::start(options).await.unwrap();
    let mut back = ways_in_xml();
    back.as_object_mut().unwrap().retain(|name, _| !["format", "success", "errors"].contains(&name.as_str()));
    let options = json!({
        "connect": { "url": platform.url() },
        "login": {
            "post": "/login", "body": { "user": "{user}", "password": "{password}" }, "user": "clerk",
            "password": { "env": "TOKEN" }, "token": "/response/data/token", "expires_in": "/response/data/expiresIn",
            "lost": { "at": "/response/code", "is": ["LOGIN"] },
        },
        "poll": {
            "format": "xml", "xml": { "lists": ["/response/data/records"] },
            "list": { "get": "/order/list", "items": "/response/data/records", "id": "orderNo", "total": "/response/data/total" },
            "success": { "at": "/response/code", "is": [200] },
        },
        "return": back,
    });
    let site = Premises::new().with("TOKEN", TOKEN);
    (platform, door, Rest::build(serde_json::from_value(options).unwrap(), &site).unwrap())
}

#[tokio::test]
async fn a_platform_of_xml_is_asked_answered_and_logged_in_to_again() {
    let (platform, door, connector) = in_xml().await;
    let page = connector.poll.as_ref().unwrap().poll(None, None).await.unwrap();
    assert_eq!((page.items.len(), door.logins()), (3, 1));
    let Item::Submission(item) = &page.items[0] else { panic!("it is a submission") };
    let outlet = connector.outlet.as_ref().unwrap();
    let outcome: Outcome = serde_json::from_value(json!({
        "kind": "closed", "at": "2026-12-01T02:03:04Z", "public_reply": "已修复。", "solved": "0",
        "units": [{ "name": "住建局", "role": "lead" }],
    }))
    .unwrap();
    let to: &ExternalId = &item.external_id;
    let parcel = |key| {
        let homebound = Homebound {
            to,
            outcome: &outcome,
            key,
            greeting: "",
            ending: "",
            agree_public: None,
            files: &[],
            number: "20261122-000001",
            document: None,
        };
        outlet.compose(&homebound).unwrap()
    };
    // The token is worth nothing any more, which the platform says in XML with HTTP 200: to a write-back, to a question and
    // to a poll. Each is answered after another login.
    door.spend();
    let receipt = outlet.send(&parcel("k-1"), "k-1").await.unwrap();
    assert_eq!(receipt, Receipt::Settled { reference: Some("HZ000001".into()) });
    assert_eq!((door.logins(), platform.answers().times(to.as_str(), "finish", "k-1")), (2, 1));
    platform.answers().set_state(to.as_str(), "审核不通过", Some("请补充照片"));
    door.spend();
    let Judgement::Refused { reason: Some(reason) } = outlet.look(to, OutcomeKind::Closed).await.unwrap() else {
        panic!("it was refused")
    };
    assert_eq!((reason.reveal().as_str(), door.logins()), ("请补充照片", 3));
    door.spend();
    assert_eq!(connector.poll.as_ref().unwrap().poll(None, None).await.unwrap().items.len(), 3);
    assert_eq!(door.logins(), 4);
    // An error of its table is certain, an answer that breaks off is not.
    platform.play_on_write_backs([Trick::Code("70001".into())]);
    assert_eq!(outlet.send(&parcel("k-2"), "k-2").await.unwrap_err().word(), "malformed");
    platform.play_on_write_backs([Trick::CutBody]);
    let cut = outlet.send(&parcel("k-3"), "k-3").await.unwrap_err();
    assert!(matches!(cut, Fault::Unavailable { reached: huiliu_contract::Reached::Maybe, .. }), "{cut:?}");
}
