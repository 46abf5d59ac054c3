//! Which rows need their detail, and what the two make together.

use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::cut::Cuts;

fn at(written: &str) -> Pointer {
    Pointer::parse(written).unwrap()
}

fn reader() -> Reader {
    Reader {
        table: "poll.list",
        items: at("rows"),
        id: at("id"),
        version: None,
        sent_at: None,
        mark: None,
        total: None,
        next: None,
        rows: None,
        empty: None,
        cuts: Cuts { places: vec![at("text")], at: Some(6) },
        zone: TimeZone::UTC,
    }
}

fn rule(when: When, into: Option<&str>) -> DetailRule {
    let mut wrong = huiliu_kit::mistakes::Mistakes::default();
    let nothing = Default::default();
    let draft = huiliu_kit::target::Draft {
        method: http::Method::GET,
        path: ("/detail/{id}", "poll.detail.get".into()),
        query: (&nothing, String::new()),
        headers: &[],
        body: (None, String::new()),
        send_as: Default::default(),
        names: &NAMES,
        extras: Vec::new(),
    };
    let target = Target::build(&draft, &huiliu_kit::line::Base::nowhere("connect"), &mut wrong).unwrap();
    DetailRule { target, item: at("data"), when, needs: vec![at("phone")], into: into.map(str::to_owned) }
}

/// The document, or why there is none.
fn made(rule: &DetailRule, row: Value, answer: Value) -> Result<Value, String> {
    match rule.item(&row, Ok(answer), &reader()).unwrap() {
        Item::Submission(one) => Ok(one.document.into_inner()),
        Item::Unreadable(one) => {
            assert_eq!(one.raw.bytes.reveal(), &row.to_string(), "its row is kept");
            Err(one.reason.en)
        }
    }
}

#[test]
fn a_detail_is_asked_for_where_it_is_declared_to_be() {
    let wants = |when, row: Value| rule(when, None).wants(&row, &reader());
    let whole = json!({ "id": 1, "text": "路灯不亮", "phone": "1" });
    let cut = json!({ "id": 1, "text": "路灯…", "phone": "1" });
    let long = json!({ "id": 1, "text": "六个字的文字", "phone": "1" });
    assert_eq!([When::Always, When::Cut, When::Missing].map(|when| wants(when, whole.clone())), [true, false, false]);
    assert_eq!([When::Always, When::Cut, When::Missing].map(|when| wants(when, cut.clone())), [true; 3]);
    assert!(wants(When::Cut, long));
    for missing in [json!({ "id": 1 }), json!({ "id": 1, "phone": null }), json!({ "id": 1, "phone": " " })] {
        assert!(wants(When::Missing, missing));
    }
    assert!(!wants(When::Always, json!({ "text": "路灯…" })), "what has no number cannot be asked for");
}

#[test]
fn a_detail_is_laid_over_its_row_or_under_one_member() {
    let row = json!({ "id": "7", "text": "路灯…", "state": "待办", "phone": "1" });
    let detail = json!({ "data": { "text": "路灯不亮,请修", "phone": null, "more": [1] } });
    let merged = made(&rule(When::Always, None), row.clone(), detail.clone()).unwrap();
    assert_eq!(merged, json!({ "id": "7", "text": "路灯不亮,请修", "state": "待办", "phone": "1", "more": [1] }));
    let under = made(&rule(When::Always, Some("detail")), row.clone(), detail.clone()).unwrap();
    assert_eq!((&under["text"], &under["detail"]), (&row["text"], &detail["data"]));
}

#[test]
fn what_is_no_detail_of_this_item_makes_it_one_for_a_person() {
    let row = json!({ "id": "7", "text": "路灯…" });
    let why = |answer: Value| made(&rule(When::Always, None), row.clone(), answer).unwrap_err();
    assert!(why(json!({ "data": { "id": "8", "text": "别人的" } })).contains("another number"));
    assert!(why(json!({ "data": { "id": "7", "text": "路灯…" } })).contains("is cut in the detail as well"));
    assert!(why(json!({ "data": { "id": "7" } })).contains("is cut in the detail as well"));
    for nothing in [json!({}), json!({ "data": null }), json!({ "data": [1] })] {
        assert!(why(nothing).contains("an object is expected at `data`"));
    }
    let under = made(&rule(When::Always, Some("detail")), row.clone(), json!({ "data": { "text": "路灯…" } }));
    assert!(under.unwrap_err().contains("is cut in the detail as well"));
}

#[test]
fn a_detail_that_fails_stops_no_other_but_a_far_side_that_fails_does() {
    let (rule, row) = (rule(When::Always, None), json!({ "id": "7" }));
    let item = rule.item(&row, Err(Fault::malformed("HTTP 404")), &reader()).unwrap();
    assert!(matches!(item, Item::Unreadable(one) if one.reason.en.contains("HTTP 404")));
    for fault in [Fault::denied("HTTP 403"), Fault::unavailable("HTTP 503", huiliu_contract::Reached::Maybe)] {
        let word = fault.word();
        assert_eq!(rule.item(&row, Err(fault), &reader()).unwrap_err().word(), word);
    }
}

#[test]
fn rows_of_another_page_are_not_taken_for_these() {
    let under = Under { page: 5, of: 2, done: 1, then: Box::default(), more: false };
    let rows = |page, n: usize| Rows { page, rows: (0..n).map(Value::from).collect() };
    assert_eq!(under.row(Some(&rows(5, 2))), Some(&json!(1)));
    assert_eq!(under.row(Some(&rows(6, 2))), None);
    assert_eq!(under.row(Some(&rows(5, 3))), None);
    assert_eq!(under.row(None), None);
    let text = Place { under: Some(under), ..Place::default() }.cursor();
    let again = Place::read(Some(&text)).unwrap();
    let (then, more) = again.under.clone().unwrap().one_done(again);
    assert_eq!((then, more), (Place::default(), false));
}
