//! A core that posts nothing: its list of outcomes is asked for, and what stands there goes home as if it had been posted.

use std::collections::BTreeSet;

use huiliu_farside::platform::{Platform, PlatformOptions, Trick};
use serde_json::{Map, Value, json};

use crate::homeward::Story;
use crate::house::PATIENCE;
use crate::scene::Scene;
use crate::sheets::core_number;

/// How the list is asked for: pages of two, only what changed since.
fn table(url: &str, kind: &str) -> String {
    format!(
        r#"
[core.outcomes]
every = "50ms"

[core.outcomes.connect]
kind = "{kind}"
url  = "{url}"

[core.outcomes.poll]
list    = {{ get = "/order/list", items = "/data/records", id = "orderNo" }}
page    = {{ by = "number", param = "pageNum", size_param = "pageSize", size = 2 }}
since   = {{ param = "updateBegin", at = "updateTime", format = "yyyy-MM-dd HH:mm:ss", overlap = "1h" }}
success = {{ at = "/code", is = [200] }}

[core.outcomes.fields]
ticket        = "/ticketNo"
kind          = "fbType"
at            = {{ from = "fbTime", date = "yyyy-MM-dd HH:mm:ss" }}
lead          = "unit"
public_reply  = "orderContent"
internal_note = "note"
solved        = "solved"

[core.outcomes.codes]
kind   = {{ "01" = "签收", "07" = "办结" }}
solved = {{ "1" = "解决", "0" = "未解决" }}
"#
    )
}

/// A record of the list: a closing of a ticket.
fn closing(number: &str, serial: usize) -> Map<String, Value> {
    let record = json!({ "ticketNo": number, "fbType": "07", "fbTime": "2026-12-03 09:00:00", "unit": "县住建局",
        "orderContent": format!("经核实,第{serial}处路灯已于昨日修复并恢复照明。"), "note": "线路老化,已列入下年度改造计划表。",
        "solved": 1 });
    record.as_object().unwrap().clone()
}

/// A story whose core lists outcomes too; `status` whether the desk can be asked what it has.
async fn story(status: bool) -> (Story, Platform) {
    let list = Platform::start(PlatformOptions::new(0)).await.unwrap();
    let story = Story::with_core("approve = []", status, &table(&list.url(), "rest")).await;
    (story, list)
}

/// Waits until so many letters wait for a person.
async fn until_dead(scene: &Scene, letters: usize) -> Vec<Value> {
    let began = std::time::Instant::now();
    loop {
        let dead = scene.dead().await;
        if dead.len() == letters {
            return dead;
        }
        assert!(began.elapsed() < PATIENCE, "{dead:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Waits until the probe says so.
async fn until_ready(scene: &Scene, holds: impl Fn(&Value) -> bool) -> Value {
    let began = std::time::Instant::now();
    loop {
        let said: Value = serde_json::from_str(&scene.get("/health/ready").await.1).unwrap();
        if holds(&said) {
            return said;
        }
        assert!(began.elapsed() < PATIENCE, "{said}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Waits until the list was asked for so often from now on.
async fn until_asked_again(scene: &Scene, list: &Platform) {
    let before = list.stats().pages;
    scene.until("the list is asked for again", || list.stats().pages > before + 4).await;
}

#[tokio::test]
async fn what_the_core_lists_goes_home_once_and_a_bad_record_is_for_a_person() {
    let (mut story, list) = story(true).await;
    let mut letters = Vec::new();
    for serial in 1..=6 {
        letters.push(story.letter(serial).await);
    }
    let unknown_kind = |serial: usize| {
        let mut record = closing(&letters[serial - 1].1, serial);
        record.insert("fbType".into(), json!("99"));
        record
    };
    list.grow_with(closing(&letters[0].1, 1));
    list.grow_with(unknown_kind(5));
    // The second one is called by the core's own number.
    list.grow_with(closing(&core_number(&story.scene, &letters[1].1).await, 2));
    for (item, _) in &letters[..2] {
        let told = story.until_verbs(item, &["finish"]).await;
        let body = told[0].body.to_string();
        assert!(body.contains("县住建局") && body.contains("恢复照明") && !body.contains("改造计划"), "{body}");
    }
    let dead = until_dead(&story.scene, 1).await;
    let said = ["kind", "reason", "channel"].map(|key| dead[0][key].as_str().unwrap());
    assert_eq!(said, ["outcome", "outcome_kind", "core"], "{dead:?}");
    let (status, screen) = story.scene.ask(&["dead", "list"]).await;
    assert!(status == 0 && screen.contains("unknown kind of outcome"), "{screen}");
    let id = dead[0]["id"].to_string();
    let shown = story.scene.answered(&["dead", "show", &id]).await;
    assert_eq!((&shown["details"]["place"], &shown["details"]["record"]), (&json!("fbType"), &json!("…")), "{shown}");
    // The same pages again make nothing twice.
    until_asked_again(&story.scene, &list).await;
    // Killed while it works through what is new, and started again: still once each.
    list.grow_with(closing(&letters[2].1, 3));
    list.grow_with(closing(&letters[3].1, 4));
    story.scene.until("the third goes home", || !story.verbs(&letters[2].0).is_empty()).await;
    story.scene.house.kill();
    story.scene.start_again().await;
    for (item, _) in &letters[..4] {
        story.until_verbs(item, &["finish"]).await;
    }
    until_asked_again(&story.scene, &list).await;
    story.until_rest().await;
    assert!(letters[..4].iter().all(|(item, _)| story.verbs(item) == ["finish"]));
    for (_, number) in &letters[..4] {
        let life = story.scene.answered(&["ticket", "show", number]).await;
        assert_eq!(life["outcomes"].as_array().unwrap().len(), 1, "{life}");
    }
    assert_eq!(until_dead(&story.scene, 1).await[0]["id"].to_string(), id);
    assert!(story.verbs(&letters[4].0).is_empty());
    list.grow_with(unknown_kind(6));
    until_dead(&story.scene, 2).await;
    // Tried again it is what it was; once the table knows the code it is an outcome. What is still listed is read again by
    // itself, and what is not when somebody says so.
    let listed = list.numbers()[1].clone().unwrap();
    assert!(list.remove(&listed));
    let (status, said) = story.scene.ask(&["dead", "retry", &id]).await;
    assert!(status != 0 && said.contains("unknown kind of outcome (fbType)"), "{said}");
    let file = story.scene.config().join("gateway.toml");
    let written =
        std::fs::read_to_string(&file).unwrap().replace("\"07\" = \"办结\"", "\"07\" = \"办结\", \"99\" = \"办结\"");
    std::fs::write(&file, written).unwrap();
    story.scene.house.kill();
    story.scene.start_again().await;
    story.until_verbs(&letters[5].0, &["finish"]).await;
    until_asked_again(&story.scene, &list).await;
    assert_eq!(until_dead(&story.scene, 1).await[0]["id"].to_string(), id);
    let (status, said) = story.scene.ask(&["dead", "retry", &id]).await;
    assert_eq!(status, 0, "{said}");
    story.until_verbs(&letters[4].0, &["finish"]).await;
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn another_content_under_a_known_id_and_a_ticket_that_is_none_are_for_a_person() {
    let (story, list) = story(false).await;
    let (item, number) = story.letter(1).await;
    list.grow_with(closing(&number, 1));
    let first = list.numbers()[0].clone().unwrap();
    list.grow_with(closing("HD-nobody", 2));
    list.grow_malformed();
    story.until_verbs(&item, &["finish"]).await;
    until_dead(&story.scene, 2).await;
    assert!(list.revise(&first));
    let dead = until_dead(&story.scene, 3).await;
    let reasons: BTreeSet<_> = dead.iter().map(|letter| letter["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, BTreeSet::from(["outcome_conflict", "outcome_id", "outcome_ticket"]));
    // Seen again they are the same letters, and given up they stay so.
    let id = dead[0]["id"].to_string();
    assert_eq!(story.scene.ask(&["dead", "drop", &id, "--why", "热线误报"]).await.0, 0);
    until_asked_again(&story.scene, &list).await;
    until_dead(&story.scene, 2).await;
    story.until_rest().await;
    assert_eq!(story.verbs(&item), ["finish"]);
}

#[tokio::test]
async fn a_list_that_is_away_is_told_and_read_on_when_it_is_back() {
    let (story, list) = story(false).await;
    let (item, number) = story.letter(1).await;
    list.play([Trick::Status(401, None)]);
    let ready = until_ready(&story.scene, |said| said["core_outcomes"] != "well").await;
    assert_eq!((&ready["core_outcomes"]["word"], &ready["core"]), (&json!("denied"), &json!("well")), "{ready}");
    let (_, screen) = story.scene.ask(&["status"]).await;
    assert!(screen.contains("denied"), "{screen}");
    list.grow_with(closing(&number, 1));
    let (status, said) = story.scene.ask(&["channel", "resume", "core"]).await;
    assert_eq!(status, 0, "{said}");
    story.until_verbs(&item, &["finish"]).await;
    until_ready(&story.scene, |said| said["core_outcomes"] == "well").await;
}

#[tokio::test]
async fn what_is_wrong_in_the_table_is_told_with_its_line() {
    let (story, list) = story(false).await;
    let file = story.scene.config().join("gateway.toml");
    let right = std::fs::read_to_string(&file).unwrap();
    assert_eq!(story.scene.ask(&["check"]).await.0, 0);
    for (before, after, key, said) in [
        ("kind = \"rest\"", "kind = \"rset\"", "core.outcomes.connect.kind", "rest"),
        ("success =", "sucess =", "core.outcomes.poll.sucess", "success"),
        ("ticket        = \"/ticketNo\"", "ticket = \"a..b\"", "core.outcomes.fields.ticket", "empty step"),
        ("\"07\" = \"办结\"", "\"07\" = \"办节\"", "core.outcomes.codes.kind.07", "closed"),
        (
            "fbTime\", date = \"yyyy-MM-dd HH:mm:ss\"",
            "fbTime\", date = \"YYYY\"",
            "core.outcomes.fields.at.date",
            "yyyy",
        ),
        ("internal_note =", "note =", "core.outcomes.fields.note", "internal_note"),
    ] {
        assert!(right.contains(before), "{before}");
        let wrong = right.replace(before, after);
        let line = 1 + wrong.lines().position(|line| line.contains(after)).unwrap();
        std::fs::write(&file, wrong).unwrap();
        let (status, told) = story.scene.ask(&["check"]).await;
        assert!(status != 0 && told.contains(&format!("gateway.toml:{line}:")), "{after}: {told}");
        assert!(told.contains(key) && told.contains(said), "{after}: {told}");
    }
    drop(list);
}
