//! Kind `portal` keeps every promise of kinds that are asked and of outlets; and every promise fails on its twin.

use huiliu_farside::portal::{Loss, PASSWORD, Portal as Office, PortalOptions};
use huiliu_farside::{outlet_promises, promises};
use serde_json::{Value, json};

use crate::channel::{built, tables};

async fn keeps(change: impl Fn(&mut Value) + Sync, options: PortalOptions, paged: bool, twins: bool) {
    let make = |office: &Office| {
        let mut tables = tables(&office.url());
        tables["poll"]["page"]["size"] = json!(promises::PAGE);
        change(&mut tables);
        built(&tables, PASSWORD).unwrap()
    };
    let subject = promises::Subject { make: &make, options: &options, paged, secrets: &[PASSWORD], flaw: None };
    assert_eq!(promises::broken(subject).await, []);
    if !twins {
        return;
    }
    for &flaw in promises::PROMISES {
        let broken: Vec<_> = promises::broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
        assert_eq!(broken, [flaw], "the twin of “{}” breaks that promise and no other", flaw.name());
    }
}

fn list_alone(tables: &mut Value) {
    tables["poll"].as_object_mut().unwrap().remove("detail");
}

#[tokio::test]
async fn lists_alone() {
    keeps(list_alone, PortalOptions::new(0), true, true).await;
}

#[tokio::test]
async fn lists_with_details_in_gbk_told_lost_by_a_redirect() {
    let options = PortalOptions { gbk: true, dl: true, totals: true, loss: Loss::Redirect, ..PortalOptions::new(0) };
    keeps(|tables| tables["poll"]["list"]["total"] = json!("#total"), options, true, true).await;
}

#[tokio::test]
async fn lists_and_details_as_the_page_loads_them() {
    let json = |tables: &mut Value| {
        // A list that is there and has no rows says itself that there are none.
        tables["poll"].as_object_mut().unwrap().remove("empty");
        tables["poll"]["list"] = json!({
            "post": "letter/list.do", "send": { "act": "search", "page": "{page}", "pagesize": "{size}" },
            "format": "json", "items": "/res/tbody", "id": "id", "total": "/res/total",
        });
        tables["poll"]["success"] = json!({ "at": "/status", "is": ["success"] });
        tables["poll"]["detail"] = json!({ "post": "letter/detail.do", "send": { "id": "{id}" }, "format": "json", "item": "/res", "id": "信件编号" });
    };
    keeps(json, PortalOptions::new(0), true, false).await;
}

#[tokio::test]
async fn it_keeps_the_promises_of_outlets_and_its_twins_break_them() {
    let make = |office: &Office| built(&tables(&office.url()), PASSWORD).unwrap();
    let subject = outlet_promises::Subject { make: &make, secrets: &[PASSWORD], flaw: None };
    assert_eq!(outlet_promises::broken(subject).await, []);
    for &flaw in outlet_promises::PROMISES {
        let found: Vec<_> =
            outlet_promises::broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
        assert_eq!(found, [flaw], "its twin breaks it, and nothing else");
    }
}
