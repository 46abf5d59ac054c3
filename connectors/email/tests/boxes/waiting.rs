//! Waiting for new letters: the server tells of them, we ask where it cannot, and nobody else is kept waiting.

use std::time::{Duration, Instant};

use huiliu_contract::Poll;
use huiliu_farside::imap::{Flaw, Habits};
use huiliu_farside::servers::{DovecotOptions, USER};
use serde_json::json;

use crate::house::{House, dovecot, letter, options, premises, small, small_options, small_premises};

/// So long nobody waits for what should be at once.
const SOON: Duration = Duration::from_secs(60);

/// Calls that find nothing until one of them waits.
async fn quiet(house: &mut House) {
    house.walk().await.unwrap();
    house.once().await.unwrap();
}

#[tokio::test]
async fn a_new_letter_ends_the_wait() {
    let server = dovecot(DovecotOptions { notify: Some("1 s"), ..DovecotOptions::default() });
    server.deliver(USER, "INBOX", [letter(1).as_slice()]).unwrap();
    let mut house = House::new(options(&server, json!({})), &premises());
    quiet(&mut house).await;
    let waits = async {
        let page = house.once().await.unwrap();
        assert_eq!(page.items.len(), 1);
    };
    let comes = async {
        // It says that it is still there every second: that is no news.
        tokio::time::sleep(Duration::from_secs(3)).await;
        server.deliver(USER, "INBOX", [letter(2).as_slice()]).unwrap();
    };
    let began = Instant::now();
    tokio::time::timeout(SOON, async { tokio::join!(waits, comes) }).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(3), "it waited, whatever the server said meanwhile");
    house.assert_kept([letter(1).as_slice(), letter(2).as_slice()]);
}

#[tokio::test]
async fn keep_alives_do_not_lengthen_the_wait_and_a_call_that_is_dropped_harms_nothing() {
    let habits = Habits { keep_alive: Some(Duration::from_millis(20)), ..Habits::default() };
    let (server, mut house) = small(habits, json!({ "junk": false })).await;
    quiet(&mut house).await;
    let dropped = tokio::time::timeout(Duration::from_millis(500), house.once()).await;
    assert!(dropped.is_err(), "nothing came, and what says that it is still there is nothing");
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
    assert!(server.commands().contains(&"IDLE".to_owned()));
}

#[tokio::test]
async fn whoever_looks_meanwhile_is_let_in_over_the_same_connection() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    quiet(&mut house).await;
    let cursor = house.cursor.clone();
    let idles = || server.commands().iter().filter(|command| *command == "IDLE").count();
    let looks = async {
        while idles() == 0 {
            tokio::task::yield_now().await;
        }
        house.mailbox.preview(None, None).await.unwrap()
    };
    let waits = house.mailbox.poll(cursor.as_ref(), None);
    let (page, waited) = tokio::time::timeout(SOON, async { tokio::join!(looks, waits) }).await.unwrap();
    assert_eq!((page.items.len(), waited.unwrap().items.len()), (1, 0));
    assert_eq!(server.connections(), (1, 1), "never two connections of one account");
}

#[tokio::test]
async fn where_nobody_tells_the_folder_is_asked_again_after_a_while() {
    let habits = Habits { no_idle: true, ..Habits::default() };
    let (server, _) = small(habits, json!({})).await;
    let mut house = House::new(small_options(&server, json!({ "without_idle": "5s" })), &small_premises());
    quiet(&mut house).await;
    let asked = server.commands().len();
    let waits = async {
        let began = Instant::now();
        assert_eq!(house.once().await.unwrap().items.len(), 1);
        assert!(began.elapsed() >= Duration::from_secs(4));
    };
    let comes = async {
        // Both folders are opened and asked: then the wait begins.
        while server.commands().len() < asked + 4 {
            tokio::task::yield_now().await;
        }
        server.deliver("INBOX", letter(1), Flaw::None);
    };
    tokio::time::timeout(SOON, async { tokio::join!(waits, comes) }).await.unwrap();
    assert!(!server.commands().contains(&"IDLE".to_owned()));
}
