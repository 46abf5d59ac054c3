//! A platform is polled: page after page, changed items, bad moments, an item without a number.

use std::collections::BTreeSet;

use huiliu_farside::platform::{Platform, PlatformOptions, Trick};
use jiff::{SignedDuration, Timestamp};

use crate::glass::{Glass, Seen};
use crate::scene::{Plan, Scene};
use crate::written::province;

/// A platform whose items are from yesterday on, so that a first run finds nothing strange in them.
pub(crate) async fn fresh(items: u64) -> Platform {
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    Platform::start(PlatformOptions { from, ..PlatformOptions::new(items) }).await.unwrap()
}

async fn polling(platform: &Platform) -> Scene {
    Plan::new().await.channel("province", &province(&platform.url(), "state = \"live\"")).start().await
}

fn numbers(platform: &Platform) -> BTreeSet<String> {
    platform.numbers().into_iter().flatten().collect()
}

#[tokio::test]
async fn every_item_of_every_page_becomes_one_ticket() {
    let platform = fresh(5).await;
    let scene = polling(&platform).await;
    scene.until_told(5).await;
    platform.grow(120);
    let told = scene.until_told(125).await;
    assert_eq!(told.iter().map(|told| told.external_id().to_owned()).collect::<BTreeSet<_>>(), numbers(&platform));
    assert!(told.iter().all(|told| told.key.ends_with("-1") && told.event["event"] == "new"));
    // Each walk asks an hour back, so most of it came many times by now.
    assert!(platform.stats().sent > 125);
    assert_eq!(platform.stats().distinct, 125);
}

#[tokio::test]
async fn a_changed_item_is_a_revision() {
    let platform = fresh(2).await;
    let scene = polling(&platform).await;
    scene.until_told(2).await;
    assert!(platform.revise("SP20260000001"));
    let told = scene.until_told(3).await;
    assert_eq!(told[2].event["event"], "revised");
    assert_eq!(told[2].external_id(), "SP20260000001");
    let first = told.iter().find(|told| told.external_id() == "SP20260000001").unwrap();
    assert_eq!(told[2].event["ticket"], first.event["ticket"]);
}

#[tokio::test]
async fn bad_moments_of_a_platform_lose_nothing_and_repeat_nothing() {
    let platform = fresh(3).await;
    let scene = polling(&platform).await;
    scene.until_told(3).await;
    platform.play([Trick::Status(503, Some("1".into())), Trick::Nothing, Trick::CutBody, Trick::HangUp]);
    platform.grow(60);
    let told = scene.until_told(63).await;
    scene.until("every trick was played", || platform.stats().tricks == 3).await;
    assert_eq!(told.iter().map(|told| told.external_id().to_owned()).collect::<BTreeSet<_>>(), numbers(&platform));
    scene.until_metric("huiliu_pages_total", &[("channel", "province")], 5.0).await;
    assert_eq!(scene.told().len(), 63);
}

#[tokio::test]
async fn a_page_that_comes_twice_is_no_end_and_makes_nothing_twice() {
    let platform = fresh(3).await;
    let glass = Glass::before(platform.addr()).await;
    let province = province(&glass.url(), "state = \"live\"");
    let scene = Plan::new().await.channel("province", &province).start().await;
    scene.until_told(3).await;
    // Held at the first page of a walk, the platform grows; its second page will be the first once more.
    glass.hold();
    scene
        .until("the platform is being asked", || glass.look(0, |seen| seen.last().is_some_and(Seen::unanswered)))
        .await;
    platform.grow(120);
    platform.play([Trick::Nothing, Trick::SamePageAgain]);
    glass.release();
    scene.until("it is told as a fault", || scene.house.printed().iter().any(|l| l.contains("a poll failed"))).await;
    let told = scene.until_told(123).await;
    assert_eq!(told.iter().map(|told| told.external_id().to_owned()).collect::<BTreeSet<_>>(), numbers(&platform));
}

#[tokio::test]
async fn an_item_without_a_number_is_kept_aside_and_stops_no_other() {
    let platform = fresh(1).await;
    let scene = polling(&platform).await;
    scene.until_told(1).await;
    platform.grow_malformed();
    platform.grow(2);
    scene.until_told(3).await;
    assert!(scene.counted("province", "unmapped").await >= 1.0);
}
