//! Answers as platforms give them, and what each means.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::json;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

fn judge(success: Value, errors: Value) -> Result<Judge, Vec<Misconfigured>> {
    let success: Option<Success> = serde_json::from_value(success).unwrap();
    let errors: Errors = serde_json::from_value(errors).unwrap();
    Judge::build(success.as_ref(), "poll.success", &errors, "poll.errors")
}

fn word(judge: &Judge, status: u16, body: &str) -> &'static str {
    match judge.document(&answer(status, body), Timestamp::UNIX_EPOCH) {
        Ok(_) => "success",
        Err(fault) => fault.word(),
    }
}

#[test]
fn without_a_rule_the_status_decides() {
    let judge = judge(json!(null), json!({ "404": "unavailable", "429": "denied" })).unwrap();
    let told = [200, 204, 301, 400, 401, 403, 404, 408, 429, 500, 503].map(|status| word(&judge, status, "{}"));
    assert_eq!(
        told,
        [
            "success",
            "success",
            "malformed",
            "malformed",
            "denied",
            "denied",
            "unavailable",
            "unavailable",
            "denied",
            "unavailable",
            "unavailable"
        ]
    );
}

#[test]
fn numbers_texts_and_booleans_are_compared_as_text() {
    let judge = judge(json!({ "at": "/code", "is": ["200", 0, true] }), json!({})).unwrap();
    for good in [r#"{"code":200}"#, r#"{"code":"200"}"#, r#"{"code":"0"}"#, r#"{"code":true}"#, r#"{"code":"true"}"#] {
        assert_eq!(word(&judge, 200, good), "success", "{good}");
    }
    for bad in [r#"{"code":201}"#, r#"{"code":null}"#, r#"{"code":[200]}"#, "{}", "[]", "<html>", ""] {
        assert_eq!(word(&judge, 200, bad), "malformed", "{bad}");
    }
}

#[test]
fn the_table_reads_the_body_before_the_status() {
    let errors = json!({ "401": "denied", "E01": "unavailable", "500": "malformed" });
    let judge = judge(json!({ "at": "code", "is": ["200"] }), errors).unwrap();
    assert_eq!(word(&judge, 200, r#"{"code":401}"#), "denied");
    assert_eq!(word(&judge, 200, r#"{"code":"E01"}"#), "unavailable");
    assert_eq!(word(&judge, 500, r#"{"code":"E01"}"#), "unavailable");
    assert_eq!(word(&judge, 500, "oops"), "malformed");
    assert_eq!(word(&judge, 502, "oops"), "unavailable");
    assert_eq!(word(&judge, 500, r#"{"code":"200"}"#), "malformed", "a failed status is never success");
}

#[test]
fn a_wait_that_is_asked_for_is_handed_on() {
    let judge = judge(json!({ "at": "code", "is": [0] }), json!({ "9": "unavailable" })).unwrap();
    for (status, body) in [(429, ""), (503, ""), (200, r#"{"code":9}"#)] {
        let mut answer = answer(status, body);
        answer.headers.insert("retry-after", "90".parse().unwrap());
        match judge.document(&answer, Timestamp::UNIX_EPOCH).unwrap_err() {
            Fault::Unavailable { retry_after, .. } => assert_eq!(retry_after, Some(Duration::from_secs(90))),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn what_the_far_side_said_is_quoted_only_under_seal() {
    let judge = judge(json!({ "at": "code", "is": [0] }), json!({})).unwrap();
    let fault = judge.document(&answer(200, r#"{"code":"张三不存在"}"#), Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(!format!("{fault} {fault:?}").contains("张三"));
    assert!(matches!(fault, Fault::Malformed { quoted: Some(quoted), .. } if quoted.reveal().contains("张三")));
}

#[test]
fn an_empty_answer_is_enough_where_no_rule_looks_into_it() {
    let plain = judge(json!(null), json!({})).unwrap();
    assert_eq!(plain.accept(&answer(204, ""), Timestamp::UNIX_EPOCH).unwrap(), None);
    let strict = judge(json!({ "at": "code", "is": [0] }), json!({})).unwrap();
    assert!(strict.accept(&answer(200, ""), Timestamp::UNIX_EPOCH).is_err());
}

#[test]
fn a_rule_that_cannot_work_is_refused_with_all_its_mistakes() {
    let wrong = judge(json!({ "at": "a..b", "is": [] }), json!({})).unwrap_err();
    let keys: Vec<_> = wrong.iter().map(|wrong| wrong.key.as_str()).collect();
    assert_eq!(keys, ["poll.success.is", "poll.success.at"]);
    let wrong = judge(json!({ "at": "code", "is": [200] }), json!({ "200": "denied" })).unwrap_err();
    assert_eq!(wrong[0].key, "poll.errors.200");
    let wrong = judge(json!(null), json!({ "E01": "denied", "200": "denied" })).unwrap_err();
    assert_eq!(wrong.len(), 2);
}

#[test]
fn a_far_side_that_is_told_something_says_whether_it_took_it() {
    let errors = json!({ "429": "unavailable", "E9": "unavailable", "401": "denied", "E5": "malformed" });
    let judge = judge(json!({ "at": "code", "is": [200] }), errors).unwrap();
    let cases = [
        (200, r#"{"code":200}"#, "taken"),
        (200, r#"{"code":"E9"}"#, "unavailable, certain"),
        (200, r#"{"code":429}"#, "unavailable, certain"),
        (200, r#"{"code":401}"#, "denied"),
        (200, r#"{"code":"E5"}"#, "malformed"),
        (200, r#"{"code":"never heard of"}"#, "malformed"),
        (429, "", "unavailable, certain"),
        (503, "", "unavailable, certain"),
        (500, r#"{"code":"E9"}"#, "unavailable, certain"),
        (500, "", "unavailable"),
        (502, "", "unavailable"),
        (502, r#"{"code":"E9"}"#, "unavailable"),
        (504, "", "unavailable"),
        (401, "", "denied"),
        (404, "", "malformed"),
        (200, "", "unavailable"),
        (200, "<html>", "unavailable"),
        (200, r#"{"msg":"ok"}"#, "unavailable"),
        (200, r#"{"code":2"#, "unavailable"),
    ];
    for (status, body, wanted) in cases {
        let found = match judge.taken(&answer(status, body), Timestamp::UNIX_EPOCH) {
            Ok(_) => "taken",
            Err(Fault::Unavailable { reached: Reached::No, .. }) => "unavailable, certain",
            Err(fault) => fault.word(),
        };
        assert_eq!(found, wanted, "{status} {body}");
    }
}

#[test]
fn a_call_that_changes_nothing_blames_what_was_asked() {
    let judge = judge(json!(null), json!({})).unwrap();
    let fault = judge.document(&answer(503, ""), Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(matches!(fault, Fault::Unavailable { reached: Reached::Maybe, .. }));
}
