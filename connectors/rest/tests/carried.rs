//! What goes out on the line when an outcome is carried back, what is refused, and what the far side's state says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{
    ConnectorKind, ExternalId, Fault, Homebound, Judgement, Misconfigured, Outcome, OutcomeKind, Parcel, Reached,
    Receipt, WriteBack,
};
use huiliu_farside::platform::{Platform, PlatformOptions, Trick};
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::{Value, json};

fn tables(url: &str, back: Value) -> Value {
    json!({
        "connect": { "url": url, "headers": { "x-region": "430424" } },
        "poll": {
            "list": { "get": "/order/list", "items": "/data/records", "id": "orderNo" },
            "success": { "at": "code", "is": [200] },
        },
        "return": back,
    })
}

fn built(url: &str, back: Value) -> Result<Box<dyn WriteBack>, Vec<Misconfigured>> {
    let options = serde_json::from_value(tables(url, back)).unwrap();
    Rest::build(options, &Premises::new()).map(|connector| connector.outlet.unwrap())
}

/// The keys of all mistakes of this `[return]`.
fn wrong(back: Value) -> Vec<String> {
    let mistakes = built("http://127.0.0.1:1", back).map(|_| ()).unwrap_err();
    assert!(mistakes.iter().all(|one| !one.problem.is_empty() && !one.problem_zh.is_ascii()), "{mistakes:?}");
    mistakes.into_iter().map(|one| one.key).collect()
}

async fn platform() -> Platform {
    Platform::start(PlatformOptions::new(1)).await.unwrap()
}

fn closed() -> Outcome {
    serde_json::from_value(json!({
        "kind": "closed", "at": "2026-12-01T02:03:04Z", "days": 3,
        "units": [{ "name": "住建局", "role": "assisting" }, { "name": "城管局", "role": "lead" }],
        "public_reply": "路灯\"已\"修复\n请查看", "internal_note": "never-leaves", "solved": "解决",
    }))
    .unwrap()
}

fn composed(outlet: &dyn WriteBack, to: &str, outcome: &Outcome, key: &str) -> Result<Parcel, Fault> {
    let to = ExternalId::new(to).unwrap();
    outlet.compose(&Homebound {
        to: &to,
        outcome,
        key,
        greeting: "您好!",
        ending: "谢谢。",
        agree_public: Some(true),
        number: "20261122-000001",
        document: None,
        files: &[],
    })
}

const ITEM: &str = "SP20260000001";

#[tokio::test]
async fn an_outcome_is_carried_back_once_however_often_it_is_told() {
    let platform = platform().await;
    let back = json!({ "closed": {
        "post": "/order/finish", "reference": "/data/receiptNo",
        "send": {
            "orderNo": "{id}", "dept": "{unit}", "lead": "{lead}", "with": "{assisting}", "result": "{reply}",
            "days": "{days}", "why": "{reason}", "note": "{kind} {at}", "open": "{agree_public}",
        },
    } });
    let outlet = built(&platform.url(), back).unwrap();
    let parcel = composed(outlet.as_ref(), ITEM, &closed(), "k-1").unwrap();
    platform.play_on_write_backs([Trick::HangUp]);
    assert!(matches!(outlet.send(&parcel, "k-1").await, Err(Fault::Unavailable { reached: Reached::Maybe, .. })));
    let receipt = outlet.send(&parcel, "k-1").await.unwrap();
    assert_eq!(receipt, Receipt::Settled { reference: Some("HZ000001".into()) });
    let [first, second] = platform.told(ITEM).try_into().unwrap();
    assert_eq!(first, second);
    assert_eq!((first.verb.as_str(), first.key.as_deref()), ("finish", Some("k-1")));
    assert_eq!(
        first.body,
        json!({
            "orderNo": ITEM, "dept": "城管局、住建局", "lead": "城管局", "with": "住建局",
            "result": "您好!\n路灯\"已\"修复\n请查看\n谢谢。", "days": 3, "why": null,
            "note": "closed 2026-12-01 10:03:04", "open": true,
        })
    );
    assert_eq!(platform.written_back().len(), 1);
    let shown = parcel.shown.reveal();
    assert!(shown.starts_with(&format!("POST {}/order/finish\n\n{{\n", platform.url())), "{shown}");
    let other = Outcome { kind: OutcomeKind::Extended, ..closed() };
    assert_eq!(composed(outlet.as_ref(), ITEM, &other, "k-2").unwrap_err().word(), "malformed", "no way is written");
    assert!(outlet.carries(OutcomeKind::Closed) && !outlet.carries(OutcomeKind::Extended));
    platform.play_on_write_backs([Trick::Code("500".into())]);
    assert_eq!(outlet.send(&parcel, "k-3").await.unwrap_err().word(), "malformed");
}

#[tokio::test]
async fn an_id_cannot_climb_out_of_its_address() {
    let platform = platform().await;
    let back =
        json!({ "closed": { "post": "/order/{id}", "send_as": "form", "send": { "x": "{days}", "y": "{into}" } } });
    let outlet = built(&platform.url(), back).unwrap();
    assert!(composed(outlet.as_ref(), "..", &closed(), "k").is_err());
    let parcel = composed(outlet.as_ref(), "a/b?c", &closed(), "k").unwrap();
    assert!(parcel.shown.reveal().ends_with("\n\nx = 3"), "{:?}", parcel.shown.reveal());
    outlet.send(&parcel, "k").await.unwrap();
    let [taken] = platform.written_back().try_into().unwrap();
    assert_eq!((taken.verb.as_str(), taken.body), ("a/b?c", json!({ "x": "3" })));
}

#[tokio::test]
async fn a_get_sends_what_it_says_as_parameters() {
    let platform = platform().await;
    let send = json!({ "orderNo": "{id}", "why": "{reason}", "done": true });
    let outlet = built(&platform.url(), json!({ "signed": { "get": "/order/sign", "send": send } })).unwrap();
    let outcome = Outcome { kind: OutcomeKind::Signed, ..closed() };
    let parcel = composed(outlet.as_ref(), ITEM, &outcome, "k").unwrap();
    outlet.send(&parcel, "k").await.unwrap();
    assert_eq!(platform.told(ITEM)[0].body, json!({ "orderNo": ITEM, "done": "true" }));
    assert_eq!(platform.answers().state(ITEM).0, "办理中");
}

#[test]
fn what_a_way_needs_and_an_outcome_lacks_is_named() {
    let back = json!({
        "closed": { "post": "/f", "send": { "text": "{reply}" } },
        "replied": { "post": "/r", "send": { "id": "{id}" } },
        "merged": { "post": "/m/{into}" },
    });
    let outlet = built("http://127.0.0.1:1", back).unwrap();
    let told = |outcome: Outcome| composed(outlet.as_ref(), ITEM, &outcome, "k").unwrap_err().to_string();
    for silent in [None, Some("  \n".to_owned())] {
        assert!(told(Outcome { public_reply: silent, ..closed() }).contains("{public_reply}"));
    }
    assert!(told(Outcome { kind: OutcomeKind::Merged, ..closed() }).contains("{into}"));
    let replied = Outcome { kind: OutcomeKind::Replied, public_reply: None, ..closed() };
    assert!(composed(outlet.as_ref(), ITEM, &replied, "k").is_ok(), "that way sends no text");
    for kind in [OutcomeKind::ReturnedToGateway, OutcomeKind::Visited] {
        assert!(told(Outcome { kind, ..closed() }).contains("no way"));
    }
}

#[tokio::test]
async fn a_parcel_for_a_host_that_is_no_longer_named_is_not_sent() {
    let platform = platform().await;
    let back = || json!({ "closed": { "post": "/order/finish" } });
    let elsewhere = built("http://elsewhere.example", back()).unwrap();
    let parcel = composed(elsewhere.as_ref(), ITEM, &closed(), "k").unwrap();
    let here = built(&platform.url(), back()).unwrap();
    assert_eq!(here.send(&parcel, "k").await.unwrap_err().word(), "malformed");
    assert_eq!(platform.answers().stats().requests, 0);
}

#[tokio::test]
async fn a_state_may_be_a_number_and_a_missing_item_is_an_error() {
    let platform = platform().await;
    let back = json!({
        "closed": { "post": "/order/finish", "send": { "orderNo": "{id}" } },
        "status": { "get": "/order/status", "send": { "orderNo": "{id}" }, "at": "/data/state", "approved": [3], "redo": ["4"] },
        "honours_key": true,
    });
    let outlet = built(&platform.url(), back).unwrap();
    assert!(outlet.manners().looks && outlet.manners().honours_key);
    let to = ExternalId::new(ITEM).unwrap();
    platform.answers().set_state(ITEM, "3", None);
    assert_eq!(outlet.look(&to, OutcomeKind::Closed).await.unwrap(), Judgement::Approved);
    platform.answers().play_on_status([Trick::Code("404".into()), Trick::HangUp]);
    assert_eq!(outlet.look(&to, OutcomeKind::Closed).await.unwrap_err().word(), "malformed");
    assert_eq!(outlet.look(&to, OutcomeKind::Closed).await.unwrap_err().word(), "unavailable");
    let said = outlet.look(&to, OutcomeKind::Signed).await.unwrap();
    assert_eq!(said, Judgement::Unknown { said: "3".into() }, "signing has no list of its own");
}

#[test]
fn every_mistake_of_the_way_back_is_told_with_its_key() {
    let status = |change: Value| {
        let mut status = json!({ "get": "/s", "send": { "no": "{id}" }, "at": "/state", "approved": ["好"] });
        for (name, value) in change.as_object().unwrap() {
            status[name] = value.clone();
        }
        wrong(json!({ "closed": { "post": "/f" }, "status": status }))
    };
    assert_eq!(status(json!({ "redo": ["好"] })), ["return.status.redo"]);
    assert_eq!(status(json!({ "approved": [] })), ["return.status"], "no list at all");
    assert_eq!(status(json!({ "returned": {} })), ["return.status.returned"]);
    assert_eq!(
        status(json!({ "extended": { "refused": [1], "approved": ["1"] } })),
        ["return.status.extended.refused"]
    );
    assert_eq!(status(json!({ "post": "/s" })), ["return.status"]);
    assert_eq!(status(json!({ "at": "a..b" })), ["return.status.at"]);
    assert_eq!(status(json!({ "send": { "no": 1 } })), ["return.status"], "it names no item");
    assert_eq!(status(json!({ "send": { "no": "{reason}" } })), ["return.status.send.no"]);
    assert_eq!(wrong(json!({ "closed": { "send": {} } })), ["return.closed"]);
    assert_eq!(wrong(json!({ "closed": { "get": "/a", "send_as": "form" } })), ["return.closed.send_as"]);
    assert_eq!(wrong(json!({ "closed": { "get": "/a", "send": { "x": [1] } } })), ["return.closed.send.x"]);
    assert_eq!(
        wrong(json!({ "closed": { "post": "/a", "send": { "x": "{internal_note}" } } })),
        ["return.closed.send.x"]
    );
    assert_eq!(wrong(json!({ "closed": { "post": "/a", "reference": "a..b" } })), ["return.closed.reference"]);
}
