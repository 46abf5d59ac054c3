//! Kind `rest` keeps every promise of outlets; and every promise fails on its twin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind};
use huiliu_farside::desk::Desk;
use huiliu_farside::outlet_promises::{PROMISES, Subject, TOKEN, broken, ways};
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::json;

fn build(desk: &Desk) -> Connector {
    let options = json!({
        "connect": { "url": desk.url(), "auth": { "bearer": { "env": "TOKEN" } }, "timeout": "10s" },
        "poll": { "list": { "get": "/order/list", "items": "/data/records", "id": "orderNo" } },
        "return": ways(),
    });
    Rest::build(serde_json::from_value(options).unwrap(), &Premises::new().with("TOKEN", TOKEN)).unwrap()
}

#[tokio::test]
async fn it_keeps_the_promises_of_outlets_and_its_twins_break_them() {
    let subject = Subject { make: &build, secrets: &[TOKEN], flaw: None };
    assert_eq!(broken(subject).await, []);
    for &flaw in PROMISES {
        let found: Vec<_> = broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
        assert_eq!(found, [flaw], "its twin breaks it, and nothing else");
    }
}
