//! What people do about what stopped: a mapping is mended, a dead event sent or given up, a held letter
//! confirmed, a first run confirmed, a channel resumed.

use huiliu_contract::Secret;
use huiliu_farside::core::RefuseHow;
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::platform::{Gate, Platform, PlatformOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::scene::{Plan, Scene, ticket};
use crate::written::{letters, province, province_by_number};

/// The number of the only open dead letter, which is of this kind.
async fn only_dead(scene: &Scene, kind: &str) -> String {
    let dead = scene.dead().await;
    assert_eq!(dead.iter().map(|one| &one["kind"]).collect::<Vec<_>>(), [kind], "{dead:#?}");
    dead[0]["id"].to_string()
}

#[tokio::test]
async fn what_could_not_be_mapped_is_mapped_once_the_mapping_is_mended() {
    let mut scene = Plan::new().await.letters().start().await;
    let mut letter = Letter::invented(1);
    letter.document["letterType"] = json!("我要表扬");
    let mailbox = scene.mailbox("letters");
    assert!(matches!(mailbox.push(&letter).await, Pushed::Acknowledged(_)));
    assert!(matches!(mailbox.push(&letter).await, Pushed::Acknowledged(_)));
    let dead = only_dead(&scene, "unmapped").await;
    let (status, why) = scene.ask(&["dead", "show", &dead]).await;
    assert!(status == 0 && why.contains("letterType"), "{why}");
    let (status, still) = scene.ask(&["dead", "retry", &dead]).await;
    assert!(status != 0, "nothing was mended yet: {still}");
    assert!(scene.house.stop().await.0.success());
    let mended =
        letters("县长信箱", "state = \"live\"").replace("\"我要咨询\"", "\"我要表扬\" = \"感谢\", \"我要咨询\"");
    scene.rewrite("letters", &mended);
    scene.start_again().await;
    let ended = scene.answered(&["dead", "retry", &dead]).await;
    assert_eq!((&ended["how"], &ended["what"]), (&json!("remapped"), &json!("new")));
    let told = scene.until_told(1).await;
    assert_eq!(told[0].event["ticket"], ended["ticket"]);
    assert_eq!(told[0].event["data"]["matter"]["type"], "感谢", "{:#}", told[0].event);
    assert_eq!(
        json!(ticket(scene.mailbox("letters").push(&letter).await)),
        ended["ticket"],
        "told again, it has its number"
    );
    assert!(scene.dead().await.is_empty());
}

async fn poisoned() -> (Scene, String, String) {
    let scene = Plan::new().await.letters().core("retries = [\"50ms\"]").start().await;
    scene.core.refuse("毒", RefuseHow::Status);
    let mut poison = Letter::invented(1);
    poison.document["title"] = json!("毒");
    let number = ticket(scene.mailbox("letters").push(&poison).await);
    scene.until("it needs a person", || scene.house.printed().iter().any(|l| l.contains("needs a person"))).await;
    let mut cured = poison.revised("已更正。");
    cured.document["title"] = json!("路灯不亮");
    ticket(scene.mailbox("letters").push(&cured).await);
    let dead = only_dead(&scene, "event").await;
    (scene, number, dead)
}

#[tokio::test]
async fn a_dead_event_is_sent_again_and_what_waited_behind_it_follows() {
    let (scene, number, dead) = poisoned().await;
    scene.core.refuse_nothing();
    scene.answered(&["dead", "retry", &dead]).await;
    let keys: Vec<_> = scene.until_told(2).await.into_iter().map(|told| told.key).collect();
    assert_eq!(keys, [format!("{number}-1"), format!("{number}-2")]);
    assert!(scene.dead().await.is_empty());
}

#[tokio::test]
async fn a_dead_event_is_given_up_and_what_waited_behind_it_follows() {
    let (scene, number, dead) = poisoned().await;
    scene.answered(&["dead", "drop", &dead, "--why", "与热线核对过"]).await;
    assert_eq!(scene.until_told(1).await[0].key, format!("{number}-2"));
    let life = scene.answered(&["ticket", "show", &number]).await;
    let deeds = life["deeds"].as_array().unwrap();
    assert!(deeds.iter().any(|deed| deed["why"] == "与热线核对过" && deed["who"] != ""), "{deeds:?}");
}

#[tokio::test]
async fn a_letter_held_for_its_number_is_taken_when_a_person_says_so() {
    let scene = Plan::new().await.letters().start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("letters"));
    let number = ticket(mailbox.push(&letter).await);
    let mut other = Letter::invented(9003).document;
    other["letterNo"] = json!(letter.number);
    mailbox.push(&Letter { number: letter.number.clone(), document: other.clone() }).await;
    let dead = only_dead(&scene, "held").await;
    scene.answered(&["dead", "retry", &dead]).await;
    let told = scene.until_told(2).await;
    assert_eq!(told[1].key, format!("{number}-2"));
    assert_eq!(told[1].event["data"]["person"]["name"], other["name"]);
}

#[tokio::test]
async fn a_first_run_confirmed_from_a_day_on_forwards_what_came_since() {
    let from = Timestamp::now() - SignedDuration::from_hours(24 * 40);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(30) }).await.unwrap();
    let written = province_by_number(&platform.url(), "state = \"live\"", 500);
    let scene = Plan::new().await.channel("province", &written).start().await;
    scene.until("a person is asked", || scene.house.printed().iter().any(|line| line.contains("first run"))).await;
    assert_eq!(scene.core.stats().requests, 0);
    let (status, refused) = scene.ask(&["channel", "go-live", "没有这个渠道", "--from", "2026-01-01"]).await;
    assert_ne!(status, 0, "{refused}");
    let done: Value = scene.answered(&["channel", "go-live", "省级12345热线", "--from", "2000-01-01"]).await;
    assert_eq!((&done["released"], &done["historic"]), (&json!(30), &json!(0)));
    scene.until_told(30).await;
    platform.grow(1);
    scene.until_told(31).await;
}

#[tokio::test]
async fn whoever_reloads_has_what_stands_still_asked_once_more_and_no_more() {
    let platform = crate::polled::fresh(1).await;
    let written = province(&platform.url(), "state = \"live\"");
    let scene = Plan::new().await.letters().watched().channel("province", &written).start().await;
    scene.until_told(1).await;
    platform.change_gate(Gate::Bearer(Secret::new("changed")));
    let still = || scene.house.printed().iter().filter(|line| line.contains("stands still")).count();
    scene.until("it stands still", || still() == 1).await;
    platform.grow(1);
    let asked = platform.stats().refused;
    // The far side is as it was: one attempt, and it stands still again. Saving a file asks nobody.
    let (status, report) = scene.reload().await;
    assert_eq!((status, &report["resumed"], &report["swapped"]), (0, &json!(["province"]), &json!([])), "{report}");
    scene.until("it stands still again", || still() == 2).await;
    assert_eq!(platform.stats().refused, asked + 1, "one attempt");
    scene.rewrite("letters", &crate::written::letters("县长信箱2", "state = \"live\""));
    scene.until("the change counts", || scene.house.printed().iter().any(|line| line.contains("swapped"))).await;
    assert_eq!(platform.stats().refused, asked + 1, "the watch of the files asks nobody");
    // The far side knows us again.
    platform.change_gate(Gate::Open);
    let (status, said) = scene.ask(&["reload"]).await;
    assert!(status == 0 && said.contains("Asked once more") && said.contains("province"), "{said}");
    scene.until_told(2).await;
    let (_, report) = scene.reload().await;
    assert_eq!(report["resumed"], json!([]), "nothing stands still");
}

#[tokio::test]
async fn a_platform_that_does_not_know_us_is_left_alone_until_a_person_resumes_it() {
    let platform = crate::polled::fresh(1).await;
    let scene = Plan::new().await.channel("province", &province(&platform.url(), "state = \"live\"")).start().await;
    scene.until_told(1).await;
    platform.change_gate(Gate::Bearer(Secret::new("changed")));
    scene.until("it stands still", || scene.house.printed().iter().any(|line| line.contains("stands still"))).await;
    let asked = platform.stats().refused;
    platform.change_gate(Gate::Open);
    platform.grow(1);
    assert_eq!(platform.stats().refused, asked, "an account is not to be locked by asking again");
    scene.answered(&["channel", "resume", "province"]).await;
    scene.until_told(2).await;
}
