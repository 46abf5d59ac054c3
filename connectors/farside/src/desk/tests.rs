//! What the desk itself must do, so that nobody blames the gateway for it.

use serde_json::{Value, json};

use super::*;

async fn post(desk: &Desk, verb: &str, key: &str, body: &Value) -> reqwest::Result<Value> {
    let request = reqwest::Client::new().post(format!("{}/order/{verb}", desk.url()));
    request.header("idempotency-key", key).body(body.to_string()).send().await?.json().await
}

#[tokio::test]
async fn a_key_told_again_counts_and_changes_nothing() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let answers = desk.answers();
    let letter = json!({ "letterNo": "XX1" });
    post(&desk, "finish", "k1", &letter).await.unwrap();
    answers.set_state("XX1", "退回重办", Some("没说清楚"));
    post(&desk, "finish", "k1", &letter).await.unwrap();
    assert_eq!((answers.times("XX1", "finish", "k1"), answers.written_back().len()), (2, 1));
    assert_eq!(answers.state("XX1"), ("退回重办".into(), Some("没说清楚".into())));
    let answer = post(&desk, "status", "", &letter).await.unwrap();
    assert_eq!(answer["data"], json!({ "state": "退回重办", "reason": "没说清楚" }));
}

#[tokio::test]
async fn states_follow_what_is_told() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let answers = desk.answers();
    let order = json!({ "orderNo": "SP1" });
    assert_eq!(answers.state("SP1").0, FIRST);
    for (verb, judged, state) in [
        ("sign", false, "办理中"),
        ("delay", true, "延期待审"),
        ("progress", true, "延期待审"),
        ("finish", true, "待审核"),
        ("finish", false, "已办结"),
    ] {
        answers.judge(judged);
        post(&desk, verb, &format!("{verb}-{judged}"), &order).await.unwrap();
        assert_eq!(answers.state("SP1").0, state, "{verb}");
    }
    assert_eq!(answers.told("SP1").iter().map(|told| told.verb.as_str()).collect::<Vec<_>>().len(), 5);
}

#[tokio::test]
async fn what_was_lost_was_not_told_and_what_was_taken_was() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let answers = desk.answers();
    answers.play([
        Trick::Lost,
        Trick::Status(500, None),
        Trick::Code("E1".into()),
        Trick::HangUp,
        Trick::CutBody,
        Trick::TakenThen(502),
        Trick::Slow(std::time::Duration::from_millis(1)),
    ]);
    let mut told = Vec::new();
    for n in 0..7 {
        let _ = post(&desk, "sign", &format!("k{n}"), &json!({ "orderNo": "SP1" })).await;
        told.push(answers.told("SP1").len());
    }
    assert_eq!(told, [0, 0, 0, 1, 2, 3, 4]);
    assert_eq!(answers.stats().tricks, 7);
}
