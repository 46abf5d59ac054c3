//! What the platform itself must do, so that nobody blames the gateway for it.

use huiliu_contract::Secret;
use serde_json::Value;

use super::*;

async fn get(platform: &Platform, query: &str) -> reqwest::Result<Value> {
    reqwest::get(format!("{}/order/list?{query}", platform.url())).await?.json().await
}

fn numbers(page: &Value) -> Vec<&str> {
    page["data"]["records"].as_array().unwrap().iter().map(|order| order["orderNo"].as_str().unwrap_or("?")).collect()
}

#[tokio::test]
async fn three_ways_of_paging_give_the_same_list() {
    let platform = Platform::start(PlatformOptions::new(5)).await.unwrap();
    let all: Vec<_> = platform.numbers().into_iter().flatten().collect();
    let second = get(&platform, "pageNum=2&pageSize=2").await.unwrap();
    assert_eq!(numbers(&second), all[2..4]);
    assert_eq!(second["data"]["total"], 5);
    assert_eq!(numbers(&get(&platform, "offset=3&pageSize=2").await.unwrap()), all[3..]);
    let first = get(&platform, "pageSize=3").await.unwrap();
    let next = first["data"]["next"].as_str().unwrap();
    let rest = get(&platform, &format!("pageSize=3&cursor={next}")).await.unwrap();
    assert_eq!(numbers(&rest), all[3..]);
    assert!(rest["data"]["next"].is_null());
    assert_eq!(numbers(&get(&platform, "afterSeq=4").await.unwrap()), all[4..]);
}

#[tokio::test]
async fn a_revised_order_comes_last_and_is_found_by_its_time() {
    let platform = Platform::start(PlatformOptions::new(3)).await.unwrap();
    assert!(platform.revise("SP20260000001"));
    let page = get(&platform, "updateBegin=2026-11-01%2008:00:03").await.unwrap();
    assert_eq!(numbers(&page), ["SP20260000001"]);
    assert_eq!(platform.numbers().last().unwrap().as_deref(), Some("SP20260000001"));
}

#[tokio::test]
async fn only_what_went_out_whole_is_counted() {
    let platform = Platform::start(PlatformOptions::new(3)).await.unwrap();
    platform.grow_malformed();
    platform.play([Trick::CutBody, Trick::HangUp, Trick::Status(503, None), Trick::Html]);
    assert!(get(&platform, "").await.is_err());
    assert!(get(&platform, "").await.is_err());
    assert!(get(&platform, "").await.is_ok_and(|page| page["data"].is_null()));
    assert!(get(&platform, "").await.is_err());
    assert_eq!(platform.stats().sent, 0);
    get(&platform, "").await.unwrap();
    get(&platform, "").await.unwrap();
    let stats = platform.stats();
    assert_eq!((stats.requests, stats.pages, stats.sent, stats.distinct, stats.malformed), (6, 2, 8, 3, 1));
}

#[tokio::test]
async fn a_write_back_told_twice_is_one() {
    let mut options = PlatformOptions::new(1);
    options.gate = Gate::Bearer(Secret::new("t"));
    let platform = Platform::start(options).await.unwrap();
    let client = reqwest::Client::new();
    let post = |token: &'static str| {
        let request = client.post(format!("{}/order/finish", platform.url())).bearer_auth(token);
        request.header("idempotency-key", "k1").body(r#"{"orderNo":"SP20260000001"}"#).send()
    };
    assert_eq!(post("wrong").await.unwrap().status(), 401);
    platform.play_on_write_backs([Trick::HangUp]);
    assert!(post("t").await.is_err());
    let answer: Value = post("t").await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["receiptNo"], "HZ000001");
    let stats = platform.stats();
    assert_eq!((stats.written_back, stats.told_again, stats.refused), (1, 1, 1));
}

#[tokio::test]
async fn an_order_of_the_callers_own_keeps_the_platforms_number() {
    let platform = Platform::start(PlatformOptions::new(0)).await.unwrap();
    let own = serde_json::json!({ "orderTitle": "自拟", "orderContent": "自拟内容" });
    platform.grow_with(own.as_object().unwrap().clone());
    assert!(platform.revise("SP20260000001"));
    let document = platform.document("SP20260000001").unwrap();
    assert_eq!((&document["orderTitle"], &document["orderNo"]), (&"自拟".into(), &"SP20260000001".into()));
    assert_eq!(document["orderContent"], "自拟内容(第1次更正)");
}
