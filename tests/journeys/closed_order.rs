//! A core that takes nothing more about an order because it is closed: a person chooses what becomes of the event.

use huiliu_farside::core::{Core, CoreOptions, RefuseHow};
use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::closing::{Story, keys};
use crate::house::PATIENCE;
use crate::scene::Plan;

/// The core says by a code that its order is closed.
const CLOSED: &str = "success = { at = \"/code\", is = [0] }\nretries = [\"20ms\", \"20ms\"]\n\
    errors = { \"60012\" = \"closed\" }";

impl Story {
    /// The only open dead letter, which must be about a closed order.
    async fn closed_order(&self) -> (String, Value) {
        let began = std::time::Instant::now();
        loop {
            if let [one] = &self.scene.dead().await[..] {
                assert_eq!((&one["kind"], &one["reason"]), (&json!("closed"), &json!("closed_order")), "{one}");
                let id = one["id"].to_string();
                return (id.clone(), self.scene.answered(&["dead", "show", &id]).await);
            }
            assert!(began.elapsed() < PATIENCE, "nobody is asked");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// What a person reads who is asked what becomes of an event: the choices, as they are typed.
async fn read(story: &Story, id: &str) -> String {
    let (status, shown) = story.scene.ask(&["dead", "show", id]).await;
    assert_eq!(status, 0, "{shown}");
    shown
}

#[tokio::test]
async fn a_core_whose_order_is_closed_is_asked_once_and_a_person_chooses() {
    let acts = "after_close = { urge = \"tell\", supplement = \"tell\" }";
    let story = Story::with(Plan::new().await.core(CLOSED), acts, "approve = []", "").await;
    for serial in 1..=4 {
        let (item, number) = story.letter(serial).await;
        story.close(&format!("o{serial}"), &number).await;
        story.until_verbs(&item, &["finish"]).await;
        story.until_kinds(&number, &["new"]).await;
    }
    let of = async |serial: u32| story.letter(serial).await;
    let core = &story.scene.core;

    // Answered again: the source has it twice, the core is not told, and what waited behind goes on.
    let (item, number) = of(1).await;
    core.refuse("\"event\":\"urged\"", RefuseHow::Closed);
    story.asks("03", &item, 11, json!({})).await;
    let (id, letter) = story.closed_order().await;
    assert_eq!(letter["choices"], json!(["answer_again", "reopened", "new_ticket", "drop"]), "{letter}");
    assert_eq!((core.stats().refused, &letter["event_kind"]), (1, &json!("urged")), "it is not tried again");
    let listed = story.scene.ask(&["dead", "list"]).await.1;
    assert!(listed.contains("order is closed: choose"), "{listed}");
    assert!(read(&story, &id).await.contains(&format!("huiliu dead answer-again {id} --why")));
    assert_eq!(story.scene.ask(&["dead", "retry", &id]).await.0, 5);
    assert_eq!(story.scene.ask(&["dead", "answer-again", &id]).await.0, 2, "a reason is needed");
    story.asks("02", &item, 12, json!({ "content": "补充一张照片" })).await;
    story.letter(50).await;
    story.scene.until("another ticket goes on", || core.keys().len() == 5).await;
    assert_eq!(story.kinds(&number), ["new"], "its own lane stands still");
    story.scene.answered(&["dead", "answer-again", &id, "--why", "群众没看到"]).await;
    assert_eq!(keys(&story.until_verbs(&item, &["finish", "finish"]).await).len(), 2);
    story.until_kinds(&number, &["new", "supplemented"]).await;
    let life = story.ticket(&number).await;
    assert_eq!((&life["events"][1]["state"], &life["deeds"][0]["what"]), (&json!("dropped"), &json!("answer_again")));

    // A new ticket: the core takes it as such, and it names the old one.
    let (item, number) = of(2).await;
    core.refuse("\"event\":\"supplemented\"", RefuseHow::Closed);
    story.asks("02", &item, 13, json!({ "content": "又坏了" })).await;
    let (id, letter) = story.closed_order().await;
    assert_eq!(letter["choices"], json!(["new_ticket", "reopened", "drop"]), "{letter}");
    assert_eq!(story.scene.ask(&["dead", "answer-again", &id, "--why", "x"]).await.0, 5, "that is no answer to it");
    let made = story.scene.answered(&["dead", "new-ticket", &id, "--why", "另一件事"]).await;
    let new = made["ticket"].as_str().unwrap();
    assert_ne!(new, number);
    story.until_kinds(new, &["new"]).await;
    let event = story.events(new).remove(0);
    assert_eq!((&event["detail"]["ticket"], &event["detail"]["about"]), (&json!(number), &json!(item)), "{event}");
    assert_eq!(event["data"]["matter"]["content"], "又坏了");
    story.close("n1", new).await;
    story.until_verbs(&Letter::invented(13).number, &["finish"]).await;

    // Reopened in the core: it goes again and the ticket is open.
    let (item, number) = of(3).await;
    core.refuse("\"event\":\"redo\"", RefuseHow::Closed);
    story.asks("06", &item, 14, json!({})).await;
    let (id, letter) = story.closed_order().await;
    assert_eq!(letter["choices"], json!(["reopened", "new_ticket", "drop"]), "{letter}");
    core.refuse_nothing();
    story.scene.answered(&["dead", "reopened", &id, "--why", "已请坐席重开"]).await;
    story.until_kinds(&number, &["new", "redo"]).await;
    assert!(story.ticket(&number).await["ticket"]["concluded_at"].is_null());

    // A revision: given up, or a ticket of its own.
    let (item, number) = of(4).await;
    core.refuse("\"event\":\"revised\"", RefuseHow::Closed);
    for choice in ["drop", "new-ticket"] {
        let revised = Letter::invented(4).revised(&format!("更正:{choice}。"));
        assert_eq!(story.push(&revised).await.1, number);
        let (id, letter) = story.closed_order().await;
        assert_eq!(letter["choices"], json!(["new_ticket", "reopened", "drop"]), "{letter}");
        let done = story.scene.answered(&["dead", choice, &id, "--why", "已核实"]).await;
        if choice == "new-ticket" {
            let new = done["ticket"].as_str().unwrap();
            story.until_kinds(new, &["new"]).await;
            let told = story.events(new).remove(0);
            assert_eq!((&told["external_id"], &told["detail"]["ticket"]), (&json!(item), &json!(number)), "{told}");
            assert_eq!(story.push(&revised).await.1, new, "the number is the new ticket's now");
        }
    }
    assert_eq!(story.kinds(&number), ["new"]);
    assert!(story.scene.dead().await.is_empty());
    story.scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn one_member_of_a_list_on_a_closed_order_stops_its_own_lane_only() {
    let options = CoreOptions { key_at: "/idempotency_key".into(), ..CoreOptions::default() };
    let core = Core::start(options).await.unwrap();
    // Here no code says it, but words do.
    let lines = "batch = 10\nin_flight = 1\nanswers_at = \"/data\"\nsuccess = { at = \"/code\", is = [0] }\n\
        retries = [\"20ms\"]\nclosed = { at = \"/message\", has = [\"已办结\"] }";
    let story = Story::with(Plan::with_core(core).await.core(lines), "", "approve = []", "").await;
    let (_, number) = story.letter(1).await;
    story.scene.until("it is there", || story.scene.core.keys().len() == 1).await;
    story.scene.core.refuse("\"event\":\"revised\"", RefuseHow::Closed);
    story.scene.glass.hold();
    assert_eq!(story.push(&Letter::invented(1).revised("更正。")).await.1, number);
    for serial in 2..=9 {
        story.letter(serial).await;
    }
    story.scene.glass.release();
    story.scene.until("the others are there", || story.scene.core.keys().len() == 9).await;
    let (id, letter) = story.closed_order().await;
    assert_eq!((&letter["ticket"], &letter["event"]), (&json!(number), &json!(2)), "{letter}");
    story.scene.core.refuse_nothing();
    story.scene.answered(&["dead", "reopened", &id, "--why", "已重开"]).await;
    story.scene.until("it is there too", || story.scene.core.keys().contains(&format!("{number}-2"))).await;
    // What is refused for another reason is a failure like any other.
    story.scene.core.refuse("毒", RefuseHow::Body);
    let mut poison = Letter::invented(20);
    poison.document["title"] = json!("毒");
    story.push(&poison).await;
    story.scene.until("it needs a person", || story.scene.core.stats().refused >= 3).await;
    let began = std::time::Instant::now();
    while story.scene.dead().await.is_empty() {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(story.scene.dead().await[0]["kind"], "event");
}
