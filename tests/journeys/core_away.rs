//! The core is slow, loses its answers, is away for longer than every retry, or will not take one event.

use std::collections::BTreeSet;

use huiliu_farside::core::{Core, CoreOptions, RefuseHow};
use huiliu_farside::letter::Letter;
use serde_json::json;

use crate::glass::Seen;
use crate::scene::{Plan, Scene, ticket};

const SHORT: &str = "retries = [\"50ms\", \"50ms\"]";

async fn push_all(scene: &Scene, serials: std::ops::RangeInclusive<u32>) -> BTreeSet<String> {
    let mailbox = scene.mailbox("letters");
    let letters: Vec<Letter> = serials.map(Letter::invented).collect();
    for letter in &letters {
        ticket(mailbox.push(letter).await);
    }
    letters.into_iter().map(|letter| letter.number).collect()
}

async fn reached(scene: &Scene, all: usize) -> BTreeSet<String> {
    scene.until_told(all).await.iter().map(|told| told.external_id().to_owned()).collect()
}

#[tokio::test]
async fn a_slow_core_slows_no_acknowledgement() {
    let scene = Plan::new().await.letters().core("in_flight = 4").start().await;
    scene.glass.hold();
    let sent = push_all(&scene, 1..=40).await;
    assert_eq!(scene.core.stats().requests, 0);
    scene.until("all places are taken", || scene.glass.count() == 4).await;
    assert_eq!(scene.get("/health/ready").await.0, 200);
    scene.glass.release();
    assert_eq!(reached(&scene, 40).await, sent);
    assert_eq!(scene.core.stats().repeated, 0);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key_and_the_same_bytes() {
    let scene = Plan::new().await.letters().core(SHORT).start().await;
    scene.core.drop_answers(1);
    let sent = push_all(&scene, 1..=1).await;
    assert_eq!(reached(&scene, 1).await, sent);
    let seen = scene.glass.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!((&seen[0].key, &seen[0].body), (&seen[1].key, &seen[1].body));
    assert_eq!(scene.core.stats().repeated, 1);
}

#[tokio::test]
async fn a_core_away_for_longer_than_every_retry_makes_no_dead_letter() {
    let mut scene = Plan::new().await.letters().core(SHORT).start().await;
    push_all(&scene, 1..=5).await;
    scene.until_told(5).await;
    scene.glass.shut().await;
    push_all(&scene, 6..=25).await;
    let faults = [("fault", "unavailable")];
    // Twenty events with two retries would be dead after sixty attempts if they were theirs.
    scene.until_metric("huiliu_forward_faults_total", &faults, 4.0).await;
    // Also over a stop and a start.
    assert!(scene.house.stop().await.0.success());
    scene.start_again().await;
    push_all(&scene, 26..=30).await;
    scene.until_metric("huiliu_forward_faults_total", &faults, 4.0).await;
    assert_eq!(scene.told().len(), 5);
    scene.glass.reopen().await;
    assert_eq!(reached(&scene, 30).await.len(), 30);
    assert_eq!(scene.core.stats().out_of_order, 0);
    assert!(scene.dead().await.is_empty());
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_spell_of_503_keeps_everything_in_order() {
    let scene = Plan::new().await.letters().core(SHORT).start().await;
    scene.core.spell(3, 0);
    let mailbox = scene.mailbox("letters");
    let letter = Letter::invented(1);
    let number = ticket(mailbox.push(&letter).await);
    ticket(mailbox.push(&letter.revised("一。")).await);
    ticket(mailbox.push(&letter.revised("一。二。")).await);
    let keys: Vec<_> = scene.until_told(3).await.into_iter().map(|told| told.key).collect();
    assert_eq!(keys, [1, 2, 3].map(|n| format!("{number}-{n}")));
}

#[tokio::test]
async fn an_event_that_the_core_will_not_take_stops_its_own_lane_only() {
    for how in [RefuseHow::Status, RefuseHow::Body] {
        let success = "success = { at = \"/code\", is = [0] }";
        let scene = Plan::new().await.letters().core(&format!("{SHORT}\n{success}")).start().await;
        scene.core.refuse("毒", how);
        let mut poison = Letter::invented(1);
        poison.document["title"] = json!("毒");
        let mailbox = scene.mailbox("letters");
        let number = ticket(mailbox.push(&poison).await);
        // Its first attempt and both retries.
        scene.until("its attempts are spent", || scene.core.stats().refused == 3).await;
        scene.until("it needs a person", || scene.house.printed().iter().any(|l| l.contains("needs a person"))).await;
        let mut cured = poison.revised("已更正。");
        cured.document["title"] = json!("路灯不亮");
        assert_eq!(ticket(mailbox.push(&cured).await), number);
        push_all(&scene, 2..=6).await;
        scene.until("the others went on", || scene.core.stats().distinct == 5).await;
        scene.core.refuse_nothing();
        push_all(&scene, 7..=7).await;
        scene.until("and go on", || scene.core.stats().distinct == 6).await;
        let keys = scene.core.keys();
        assert!(keys.iter().all(|key| !key.starts_with(&number)), "n + 1 passed n: {keys:?}");
        assert_eq!(scene.core.stats().refused, 3);
        scene.assert_nothing_waits().await;
    }
}

#[tokio::test]
async fn a_core_that_comes_and_goes_makes_no_dead_letter() {
    let scene = Plan::new().await.letters().core("retries = [\"10ms\"]").start().await;
    for turn in 0..3u32 {
        push_all(&scene, turn * 20 + 1..=turn * 20 + 10).await;
        scene.glass.shut().await;
        let before = scene.metric("huiliu_forward_faults_total", &[]).await;
        push_all(&scene, turn * 20 + 11..=turn * 20 + 20).await;
        scene.until_metric("huiliu_forward_faults_total", &[], before + 1.0).await;
        scene.glass.reopen().await;
    }
    assert_eq!(reached(&scene, 60).await.len(), 60);
    assert!(scene.dead().await.is_empty());
}

#[tokio::test]
async fn a_core_that_takes_lists_gets_each_event_once_and_in_order() {
    let options = CoreOptions { key_at: "/idempotency_key".into(), ..CoreOptions::default() };
    let core = Core::start(options).await.unwrap();
    let scene = Plan::with_core(core).await.letters().core("batch = 10\nin_flight = 2").start().await;
    scene.glass.hold();
    push_all(&scene, 1..=30).await;
    let mailbox = scene.mailbox("letters");
    for serial in 1..=30 {
        ticket(mailbox.push(&Letter::invented(serial).revised("补充。")).await);
    }
    scene.core.spell(1, 0);
    scene.glass.release();
    scene.until("all are at the core", || scene.core.stats().distinct == 60).await;
    let stats = scene.core.stats();
    assert_eq!((stats.tickets, stats.repeated, stats.out_of_order, stats.unreadable), (30, 0, 0, 0), "{stats:?}");
    assert!(stats.requests < 60, "no lists were sent: {stats:?}");
    let together = |seen: &Seen| {
        let events = seen.json().as_array().cloned().unwrap_or_default();
        let tickets: BTreeSet<_> = events.iter().map(|event| event["ticket"].as_str().unwrap_or_default()).collect();
        tickets.len() < events.len()
    };
    assert!(!scene.glass.seen().iter().any(together), "a list held two events of one ticket");
}

#[tokio::test]
async fn a_core_that_does_not_know_us_is_left_alone_until_a_person_resumes_it() {
    let scene = Plan::new().await.letters().core(SHORT).start().await;
    scene.glass.answer_all(401);
    let sent = push_all(&scene, 1..=10).await;
    scene.until_metric("huiliu_forward_faults_total", &[("fault", "denied")], 1.0).await;
    scene.until("it is said", || scene.house.printed().iter().any(|line| line.contains("denied"))).await;
    // What was under way when the first refusal came may have been refused too; after that nobody asks.
    let asked = scene.glass.count();
    push_all(&scene, 11..=30).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(scene.glass.count(), asked, "a core that does not know us was asked again");
    assert!(scene.get("/health/ready").await.1.contains("denied"));
    assert!(scene.dead().await.is_empty(), "no event is at fault");
    // A reload lets one event try, whatever waits beside it.
    let said = || scene.house.printed().iter().filter(|line| line.contains("denied")).count();
    let before = said();
    let (_, report) = scene.reload().await;
    assert_eq!(report["resumed"], json!(["core"]), "{report}");
    scene.until("it is refused again", || said() > before).await;
    assert_eq!(scene.glass.count(), asked + 1, "one attempt");
    scene.glass.answer_all(0);
    let (status, said) = scene.ask(&["channel", "resume", "core"]).await;
    assert_eq!(status, 0, "{said}");
    let told = reached(&scene, 30).await;
    assert!(told.is_superset(&sent));
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn an_event_that_is_refused_inside_a_list_is_not_believed_to_be_taken() {
    let options = CoreOptions { key_at: "/idempotency_key".into(), ..CoreOptions::default() };
    let core = Core::start(options).await.unwrap();
    let rules =
        format!("{SHORT}\nbatch = 10\nin_flight = 1\nsuccess = {{ at = \"/code\", is = [0] }}\nanswers_at = \"/data\"");
    let scene = Plan::with_core(core).await.letters().core(&rules).start().await;
    scene.core.refuse("毒", RefuseHow::Body);
    scene.glass.hold();
    let mut poison = Letter::invented(1);
    poison.document["title"] = json!("毒");
    let number = ticket(scene.mailbox("letters").push(&poison).await);
    push_all(&scene, 2..=12).await;
    scene.glass.release();
    scene.until("the others went", || scene.core.stats().distinct == 11).await;
    scene.until("it needs a person", || scene.house.printed().iter().any(|l| l.contains("needs a person"))).await;
    let dead = scene.dead().await;
    assert_eq!((dead.len(), &dead[0]["ticket"]), (1, &json!(number)));
    let listed =
        scene.glass.seen().iter().filter(|seen| seen.json().as_array().is_some_and(|list| list.len() > 1)).count();
    assert!(listed > 0, "no lists were sent");
    let found = scene.answered(&["find", &Letter::invented(2).number]).await;
    assert!(found[0]["core_number"].is_string(), "the number of a member is read inside it: {found}");
}
