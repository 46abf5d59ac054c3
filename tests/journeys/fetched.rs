//! A core that would rather fetch: events in the order of their commits, at least once, until it says up to where it has
//! them; in an envelope where it wants one.

use std::time::{Duration, Instant};

use huiliu_farside::core::{Fetcher, NotFetched};
use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::outcomes::token;
use crate::scene::{Plan, Scene, ticket};

async fn house(core: &str) -> (Scene, Fetcher) {
    let scene = Plan::new().await.letters().core_instead(core).start().await;
    let fetcher = Fetcher::new(&scene.house.url, token(&scene)).unwrap();
    (scene, fetcher)
}

#[tokio::test]
async fn what_was_fetched_and_not_kept_is_offered_again() {
    let (mut scene, mut core) = house("kind = \"pull\"").await;
    let mailbox = scene.mailbox("letters");
    let first = Letter::invented(1);
    let one = ticket(mailbox.push(&first).await);
    let two = ticket(mailbox.push(&Letter::invented(2)).await);
    ticket(mailbox.push(&first.revised("又坏了一盏。")).await);
    let three = ticket(mailbox.push(&Letter::invented(3)).await);
    let order = [format!("{one}-1"), format!("{two}-1"), format!("{one}-2"), format!("{three}-1")];
    let keys = |fetched: &[huiliu_farside::core::Fetched]| -> Vec<String> {
        fetched.iter().map(|one| one.event["idempotency_key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(core.fetch(3, "0s").await.unwrap()), order[..3], "in the order of their commits");
    // It dies before it kept anything; the gateway is killed too. Everything is offered again.
    core.die();
    scene.house.kill();
    scene.start_again().await;
    core.turn_to(&scene.house.url);
    assert_eq!(keys(core.fetch(2, "0s").await.unwrap()), order[..2]);
    let acked = core.keep(None).await.unwrap();
    assert_eq!((&acked["settled"], &acked["refused"]), (&json!(2), &json!(0)), "{acked}");
    // Two answers without an acknowledgement between them; the later one settles both.
    assert_eq!(keys(core.fetch(1, "0s").await.unwrap()), order[2..3]);
    assert_eq!(keys(core.fetch(9, "0s").await.unwrap()), order[3..]);
    assert_eq!(core.keep(None).await.unwrap()["settled"], 2);
    assert_eq!(core.keys(), order);
    assert_eq!((core.stats().out_of_order, core.stats().repeated), (0, 0));
    assert_eq!(scene.answered(&["ticket", "show", &two]).await["ticket"]["core_number"], "RX00000002");
    assert_eq!(scene.answered(&["status"]).await["to_core"], json!([0, 0]));
    // An acknowledgement of what was never offered, and a guessed token, change nothing.
    let beyond = core.acknowledge(&json!({ "upto": 99 })).await.unwrap_err();
    assert!(matches!(beyond, NotFetched::Refused(422, _)), "{beyond}");
    let guessed = Fetcher::new(&scene.house.url, "hl_guessed").unwrap().fetch(1, "0s").await.unwrap_err();
    assert!(matches!(guessed, NotFetched::Refused(401, _)), "{guessed}");
}

#[tokio::test]
async fn whoever_waits_is_woken_by_the_commit() {
    let (scene, mut core) = house("kind = \"pull\"").await;
    let began = Instant::now();
    assert!(core.fetch(10, "100ms").await.unwrap().is_empty());
    assert!(began.elapsed() >= Duration::from_millis(100), "it waited");
    // Many wait at once; one commit wakes all of them.
    let token = token(&scene);
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let mut other = Fetcher::new(&scene.house.url, &token).unwrap();
            tokio::spawn(async move { other.fetch(10, "60s").await.map(<[_]>::len) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    for other in waiting {
        assert_eq!(other.await.unwrap().unwrap(), 1);
    }
    assert!(began.elapsed() < Duration::from_secs(20), "nobody waited for the end of the minute");
    core.fetch(10, "0s").await.unwrap();
    assert_eq!(core.keep(None).await.unwrap()["settled"], 1);
}

#[tokio::test]
async fn what_the_core_refuses_needs_a_person_and_stops_its_lane_alone() {
    let (scene, mut core) = house("kind = \"pull\"\nenvelope = \"cloudevents\"\nsource = \"urn:huiliu:430424\"").await;
    let mailbox = scene.mailbox("letters");
    let mut poison = Letter::invented(1);
    poison.document["title"] = json!("毒");
    let one = ticket(mailbox.push(&poison).await);
    ticket(mailbox.push(&poison.revised("又来一次。")).await);
    let two = ticket(mailbox.push(&Letter::invented(2)).await);
    assert_eq!(core.fetch(10, "0s").await.unwrap().len(), 3);
    // Both events of the poisoned ticket are refused; the second one waits behind the first.
    let acked = core.keep(Some("毒")).await.unwrap();
    assert_eq!((&acked["settled"], &acked["refused"]), (&json!(1), &json!(1)), "{acked}");
    assert_eq!(core.keys(), [format!("{two}-1")]);
    assert!(core.fetch(10, "0s").await.unwrap().is_empty());
    let dead = scene.dead().await;
    assert_eq!((dead.len(), &dead[0]["kind"], &dead[0]["event"]), (1, &json!("event"), &json!(1)), "{dead:#?}");
    let id = dead[0]["id"].to_string();
    let shown = scene.answered(&["dead", "show", &id, "--unmask", "--why", "看热线为什么不收"]).await;
    assert!(shown["details"].to_string().contains("it holds a word"), "{shown}");
    // A person saw to it in the core; now it takes both, in order.
    scene.answered(&["dead", "retry", &id]).await;
    assert_eq!(core.fetch(10, "30s").await.unwrap().len(), 2);
    assert_eq!(core.keep(None).await.unwrap()["settled"], 2);
    assert_eq!(core.keys(), [format!("{two}-1"), format!("{one}-1"), format!("{one}-2")]);
    assert_eq!(core.stats().out_of_order, 0);
    // Each stands in an envelope, as the specification has it.
    ticket(mailbox.push(&Letter::invented(3)).await);
    let url = format!("{}/api/v1/events?after=0&wait=30s", scene.house.url);
    let answer = scene.client.get(url).bearer_auth(token(&scene)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/cloudevents-batch+json");
    let batch: Value = answer.json().await.unwrap();
    let event = &batch[0];
    assert_eq!((&event["specversion"], &event["source"]), (&json!("1.0"), &json!("urn:huiliu:430424")));
    assert_eq!((&event["type"], &event["id"]), (&json!("cn.huiliu.ticket.new"), &event["data"]["idempotency_key"]));
}

#[tokio::test]
async fn a_core_that_is_posted_to_may_want_the_envelope_too() {
    let scene = Plan::new().await.letters().core("envelope = \"cloudevents\"").start().await;
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until("it is posted", || scene.glass.count() >= 1).await;
    let posted = scene.glass.seen()[0].json();
    assert_eq!((&posted["id"], &posted["subject"]), (&json!(format!("{number}-1")), &json!(number)));
    assert_eq!(posted["data"]["ticket"], json!(number));
    scene.until_told(1).await;
}
