//! Rows of a sheet at the desk: whose they are, and what became of each.

use huiliu_contract::{Outcome as Told, OutcomeKind};
use serde_json::{Value, json};

use super::scene::{Scene, letter};
use crate::console::Request;
use crate::outcomes::Entry;
use crate::store::{Far, Outcome, Settlement};

/// The core takes the next event and calls its ticket so.
async fn called(scene: &Scene, core_number: &str) {
    let store = &scene.house.store;
    let claim = store.schedule().claim(Far::Core, 1, store.clock()).await.remove(0);
    let outcome = Outcome::Forwarded { n: 1, core_number: Some(core_number.into()) };
    store.settle(Settlement { claim, outcome }).await;
    store.flush().await;
}

fn closing(number: Option<&str>, core_number: Option<&str>) -> Entry {
    let mut outcome = Told::signed("2026-12-03T01:00:00Z".parse().unwrap());
    (outcome.kind, outcome.public_reply) = (OutcomeKind::Closed, Some("路灯已修复。".into()));
    Entry { id: None, number: number.map(Into::into), core_number: core_number.map(Into::into), outcome }
}

async fn import(scene: &Scene, entries: Vec<Entry>, dry: bool) -> Vec<(String, Value)> {
    let told = scene.done(Request::OutcomeImport { entries, dry }, None).await;
    let rows = told.as_array().unwrap().iter();
    rows.map(|row| (row["state"].as_str().unwrap().to_owned(), row["reason"]["en"].clone())).collect()
}

#[tokio::test]
async fn a_row_is_its_tickets_by_either_number_and_by_no_doubtful_one() {
    let scene = Scene::new().await;
    let mut numbers = Vec::new();
    for (id, core_number) in [("XZ-1", "HD1"), ("XZ-2", "HD2"), ("XZ-3", "HD2")] {
        numbers.push(scene.take(id, Some(&letter(1))).await.unwrap());
        called(&scene, core_number).await;
    }
    let (one, two) = (numbers[0].as_str(), numbers[1].as_str());
    let became = import(
        &scene,
        vec![
            closing(Some(one), Some("HD1")),
            closing(None, Some("HD1")),
            closing(Some("HD1"), None),
            closing(None, Some("HD2")),
            closing(Some(two), Some("HD1")),
            closing(Some("HD9"), None),
            closing(None, Some("HD9")),
            closing(Some("200101-00017"), None),
        ],
        false,
    )
    .await;
    let states: Vec<_> = became.iter().map(|(state, _)| state.as_str()).collect();
    let expected = ["taken", "known", "known", "refused", "refused", "refused", "unknown_ticket"];
    assert_eq!(states[..7], expected, "{became:?}");
    assert!(matches!(states[7], "refused" | "unknown_ticket"), "{became:?}");
    let why = |n: usize| became[n].1.as_str().unwrap().to_owned();
    assert!(why(3).contains("more than one"), "{}", why(3));
    assert!(why(4).contains("two tickets"), "{}", why(4));
    assert!(why(5).contains("nor is there such a core number"), "{}", why(5));
    // Who brought it is on record, once.
    let life = scene.done(Request::TicketShow { number: one.into(), unmask: false }, None).await;
    let deeds: Vec<_> = life["deeds"].as_array().unwrap().iter().map(|deed| (&deed["what"], &deed["who"])).collect();
    assert_eq!(deeds, [(&json!("outcome_import"), &json!("unix:zhang"))]);
    assert_eq!(life["outcomes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_id_is_of_one_outcome_and_a_dry_run_keeps_nothing() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let with_id = |reply: &str| {
        let mut entry = closing(Some(&number), None);
        (entry.id, entry.outcome.public_reply) = (Some("FK1".into()), Some(reply.into()));
        entry
    };
    assert_eq!(
        import(&scene, vec![with_id("一"), with_id("二")], true)
            .await
            .iter()
            .filter(|(state, _)| state == "ready")
            .count(),
        2
    );
    let states: Vec<_> = import(&scene, vec![with_id("一"), with_id("一"), with_id("二")], false).await;
    let states: Vec<_> = states.into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["taken", "known", "refused"]);
    assert_eq!(import(&scene, vec![with_id("二")], true).await[0].0, "refused", "a dry run says the same");
    let life = scene.done(Request::TicketShow { number, unmask: true }, Some("look")).await;
    assert_eq!(life["outcomes"][0]["body"]["public_reply"], "一");
}
