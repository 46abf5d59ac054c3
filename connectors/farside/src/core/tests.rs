//! The core seen from outside, through its port.

use serde_json::{Value, json};

use super::*;

async fn post(core: &Core, key: Option<&str>, body: Value) -> reqwest::Result<(u16, Option<String>, Value)> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut request = client.post(core.url()).json(&body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let response = request.send().await?;
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    Ok((response.status().as_u16(), retry_after, response.json().await?))
}

#[tokio::test]
async fn it_takes_one_or_a_list_and_knows_repeats() {
    let core = Core::start(CoreOptions::default()).await.unwrap();
    let (status, _, one) = post(&core, Some("A-1"), json!({ "title": "x" })).await.unwrap();
    assert_eq!((status, &one["code"]), (200, &json!(0)));
    let list = json!([{ "key": "A-1" }, { "ticket": "A", "n": 2 }, { "title": "no key" }]);
    let (status, _, many) = post(&core, None, list).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(many["data"][0]["data"], json!({ "orderNo": one["data"]["orderNo"], "repeated": true }));
    assert_eq!(many["data"][1]["code"], 0);
    assert_eq!(many["data"][2]["code"], 400);
    assert_eq!(core.keys(), ["A-1", "A-2"]);
    let stats = core.stats();
    assert_eq!((stats.requests, stats.events, stats.distinct, stats.repeated, stats.out_of_order), (2, 3, 2, 1, 0));
}

#[tokio::test]
async fn it_fails_as_it_is_told() {
    let core = Core::start(CoreOptions::default()).await.unwrap();
    core.spell(1, 7);
    let (status, retry_after, _) = post(&core, Some("A-1"), json!({})).await.unwrap();
    assert_eq!((status, retry_after.as_deref()), (503, Some("7")));

    core.refuse("poison", RefuseHow::Status);
    core.refuse("venom", RefuseHow::Body);
    assert_eq!(post(&core, Some("P-1"), json!({ "x": "poison" })).await.unwrap().0, 422);
    let (status, _, body) = post(&core, Some("P-1"), json!({ "x": "venom" })).await.unwrap();
    assert_eq!((status, &body["code"]), (200, &json!(422)));
    core.refuse_nothing();

    core.drop_answers(1);
    assert!(post(&core, Some("A-1"), json!({})).await.is_err(), "taken, but not answered");
    let (_, _, again) = post(&core, Some("A-1"), json!({})).await.unwrap();
    assert_eq!(again["data"]["repeated"], true);
    let stats = core.stats();
    assert_eq!((stats.unavailable, stats.refused, stats.dropped, stats.distinct), (1, 2, 1, 1));
}

#[tokio::test]
async fn down_is_really_down() {
    let core = Core::start(CoreOptions::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let kept_alive = || client.post(core.url()).header("idempotency-key", "A-1").json(&json!({})).send();
    assert!(kept_alive().await.is_ok());
    core.down().await;
    assert!(kept_alive().await.unwrap_err().is_connect(), "the old connection is closed, a new one is refused");
    core.up().await.unwrap();
    assert!(kept_alive().await.is_ok());
    assert_eq!(core.stats().repeated, 1);
}

#[tokio::test]
async fn a_core_of_its_own_process_is_steered_from_outside() {
    let core = Core::start(CoreOptions::default()).await.unwrap();
    let root = format!("http://{}", core.addr());
    let serving = tokio::spawn(serve(core));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let control = |faults: Value| client.post(format!("{root}/control")).json(&faults).send();
    let event = || client.post(format!("{root}/tickets")).header("idempotency-key", "A-1").json(&json!({})).send();

    assert_eq!(control(json!({ "unavailable": 1 })).await.unwrap().status(), 204);
    assert_eq!(event().await.unwrap().status(), 503);
    assert_eq!(event().await.unwrap().status(), 200);
    assert_eq!(control(json!({ "unavailble": 1 })).await.unwrap().status(), 422, "an unknown fault is no fault");

    assert_eq!(control(json!({ "down_s": 1 })).await.unwrap().status(), 204);
    while event().await.is_ok() {}
    while event().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let get = async |path: &str| client.get(format!("{root}{path}")).send().await.unwrap().text().await.unwrap();
    let stats: Value = serde_json::from_str(&get("/stats").await).unwrap();
    assert_eq!((&stats["distinct"], &stats["unavailable"]), (&json!(1), &json!(1)));
    assert_eq!(get("/keys").await, "A-1");
    serving.abort();
}
