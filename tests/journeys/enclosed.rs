//! Files that go to the core inside the request: the letter waits for them a little, then goes without; every attempt says
//! the same; what comes late follows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use huiliu_farside::parts::FileSeen;
use serde_json::json;

use crate::files::{PRIVATE, download, jpeg, letter, one_dead, with_files};
use crate::outcomes::token;
use crate::scene::{Plan, Scene, Told, ticket};
use crate::shelf::{Served, Shelf};

/// `[files]` of a channel whose files are asked for again and again.
fn patient() -> String {
    format!("allow_private = [\"127.0.0.1\"]\nretries = [{}]", ["\"20ms\""; 1000].join(", "))
}

/// A shelf that has its files only once it is told so.
async fn slow() -> (Shelf, Arc<AtomicBool>) {
    let there = Arc::new(AtomicBool::new(false));
    let seen = there.clone();
    let shelf = Shelf::open(move |_, _| {
        if seen.load(Ordering::Relaxed) { Served::Whole("image/jpeg", jpeg(2000)) } else { Served::Status(404) }
    });
    (shelf.await, there)
}

/// The files that the core got with an event, each time.
fn brought(scene: &Scene, told: &Told) -> Vec<Vec<FileSeen>> {
    scene.core.brought().into_iter().filter(|(key, _)| *key == told.key).map(|(_, files)| files).collect()
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// The bodies of all attempts of an event.
fn attempts(scene: &Scene, key: &str) -> Vec<bytes::Bytes> {
    let seen = scene.glass.seen().into_iter().filter(|seen| seen.key.as_deref() == Some(key));
    seen.map(|seen| seen.body).collect()
}

#[tokio::test]
async fn the_letter_and_its_files_come_together_and_every_attempt_says_the_same() {
    let bytes = jpeg(3 * 1024 * 1024 + 17);
    let whole = bytes.clone();
    let shelf = Shelf::open(move |path, _| match path {
        "/program" => Served::Whole("image/jpeg", b"MZ\x90\0 a program".to_vec()),
        "/small" => Served::Whole("image/jpeg", jpeg(1000)),
        _ => Served::Whole("image/jpeg", whole.clone()),
    })
    .await;
    let plan = Plan::new().await.channel("letters", &with_files(PRIVATE));
    let scene = plan.core("attachments = \"multipart\"").start().await;
    let token = token(&scene);
    scene.core.drop_answers(1);
    let links =
        [("现场 1.jpg", shelf.link("/big")), ("b.jpg", shelf.link("/program")), ("c.jpg", shelf.link("/small"))];
    let number = ticket(scene.mailbox("letters").push(&letter(1, &links)).await);
    let told = scene.until_told(2).await;
    assert_eq!(told[0].event["event"], "new");
    let url = format!("/api/v1/tickets/{number}/files/1?version=1");
    assert_eq!(told[0].event["data"]["files"][0]["url"], url, "the event says what it says without files");
    let got = brought(&scene, &told[0]);
    assert_eq!(got.len(), 2, "the first attempt had no answer");
    assert_eq!(got[0], got[1]);
    let file = |part: &str, name: &str, bytes: &[u8]| FileSeen {
        part: part.into(),
        name: name.into(),
        media_type: None,
        size: bytes.len() as u64,
        sha256: digest(bytes),
    };
    let got: Vec<_> = got[0].iter().map(|seen| FileSeen { media_type: None, ..seen.clone() }).collect();
    assert_eq!(got, [file("file-1", "现场 1.jpg", &bytes), file("file-3", "c.jpg", &jpeg(1000))]);
    let bodies = attempts(&scene, &told[0].key);
    assert!(bodies.len() == 2 && bodies[0] == bodies[1], "byte for byte");
    // Of what came along no event follows; of what may not come one does.
    let late = &told[1].event["detail"]["file"];
    assert_eq!((&late["n"], &late["state"]), (&json!(2), &json!("refused")));
    assert!(brought(&scene, &told[1]).is_empty());
    assert!(download(&scene, &token, &url).await.bytes().await.unwrap() == bytes);
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn what_is_slow_is_not_waited_for_and_follows_over_a_kill() {
    let (shelf, there) = slow().await;
    let plan = Plan::new().await.channel("letters", &with_files(&patient()));
    let mut scene = plan.core("attachments = \"multipart\"\nattachments_wait = \"300ms\"").start().await;
    // The core has it and says nothing; the next process tells it once more.
    scene.core.drop_answers(1);
    let number = ticket(scene.mailbox("letters").push(&letter(1, &[("a.jpg", shelf.link("/a"))])).await);
    scene.until("the letter went", || scene.core.stats().distinct == 1).await;
    scene.house.kill();
    there.store(true, Ordering::Relaxed);
    scene.start_again().await;
    let told = scene.until_told(2).await;
    assert_eq!((told[0].event["event"].as_str(), told[1].event["event"].as_str()), (Some("new"), Some("file")));
    assert!(brought(&scene, &told[0]).is_empty(), "what came since is not in what was sent before");
    let bodies = attempts(&scene, &told[0].key);
    assert!(bodies.len() >= 2 && bodies.iter().all(|body| *body == bodies[0]), "{}", bodies.len());
    let detail = &told[1].event["detail"]["file"];
    let url = format!("/api/v1/tickets/{number}/files/1?version=1");
    assert_eq!((&detail["state"], &detail["url"]), (&json!("kept"), &json!(url)));
    let got = brought(&scene, &told[1]);
    assert_eq!((got.len(), got[0][0].part.as_str()), (1, "file-1"));
    assert_eq!((got[0][0].name.as_str(), &got[0][0].sha256), ("a.jpg", &digest(&jpeg(2000))));
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_letter_that_waits_for_its_files_holds_up_no_other_and_waits_on_over_a_kill() {
    let (shelf, there) = slow().await;
    let plan = Plan::new().await.channel("letters", &with_files(&patient()));
    let mut scene = plan.core("attachments = \"multipart\"\nin_flight = 1").start().await;
    let waits = ticket(scene.mailbox("letters").push(&letter(1, &[("a.jpg", shelf.link("/a"))])).await);
    scene.until("the file was asked for", || shelf.asked("/a") > 0).await;
    ticket(scene.mailbox("letters").push(&letter(2, &[])).await);
    let told = scene.until_told(1).await;
    assert_ne!(told[0].event["ticket"], json!(waits));
    scene.house.kill();
    scene.start_again().await;
    ticket(scene.mailbox("letters").push(&letter(3, &[])).await);
    scene.until_told(2).await;
    there.store(true, Ordering::Relaxed);
    let told = scene.until_told(3).await;
    assert_eq!(told[2].event["ticket"], json!(waits));
    assert_eq!(brought(&scene, &told[2])[0][0].sha256, digest(&jpeg(2000)));
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_core_that_takes_no_such_request_stops_that_ticket_alone_and_is_told_why() {
    let shelf = Shelf::open(|_, _| Served::Whole("image/jpeg", jpeg(1000))).await;
    let plan = Plan::new().await.channel("letters", &with_files(PRIVATE));
    let scene = plan.core("attachments = \"multipart\"\nretries = [\"20ms\"]").start().await;
    scene.core.refuse_files(true);
    let number = ticket(scene.mailbox("letters").push(&letter(1, &[("a.jpg", shelf.link("/a"))])).await);
    let dead = one_dead(&scene).await;
    assert_eq!((&dead["kind"], dead["ticket"].as_str()), (&json!("event"), Some(number.as_str())));
    let shown = scene.answered(&["dead", "show", &dead["id"].to_string()]).await.to_string();
    assert!(shown.contains("413") && shown.contains("attachments"), "{shown}");
    ticket(scene.mailbox("letters").push(&letter(2, &[])).await);
    scene.until_told(1).await;
    scene.core.refuse_files(false);
    assert_eq!(scene.ask(&["dead", "retry", &dead["id"].to_string()]).await.0, 0);
    let told = scene.until_told(2).await;
    assert_eq!(brought(&scene, &told[1]).len(), 1);
}
