//! Servers with habits: silence, talk that nobody asked for, good-byes in the middle, refusals.

use std::time::{Duration, Instant};

use huiliu_contract::Fault;
use huiliu_farside::imap::{Flaw, Habits};
use serde_json::json;

use crate::house::{House, letter, small, small_options, small_premises};

#[tokio::test]
async fn a_silent_server_is_not_waited_for_for_ever() {
    for silent in ["LOGIN", "CAPABILITY", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"] {
        let (server, mut house) = small(Habits { silent: Some(silent), ..Habits::default() }, json!({})).await;
        server.deliver("INBOX", letter(1), Flaw::None);
        let began = Instant::now();
        let fault = house.walk().await.unwrap_err();
        assert!(
            matches!(&fault, Fault::Unavailable { message, .. } if message.contains("in time")),
            "{silent}: {fault}"
        );
        assert!(began.elapsed() < Duration::from_secs(20), "{silent}");
        server.habits(|habits| habits.silent = None);
        house.walk().await.unwrap();
        assert_eq!(house.kept.len(), 1, "{silent}");
    }
}

#[tokio::test]
async fn nobody_listens_and_nobody_is_there() {
    let (server, _) = small(Habits::default(), json!({})).await;
    let options = small_options(&server, json!({}));
    drop(server);
    let mut house = House::new(options, &small_premises());
    assert!(matches!(house.walk().await, Err(Fault::Unavailable { message, .. }) if message.contains("no connection")));
}

#[tokio::test]
async fn a_good_bye_in_the_middle_of_an_answer_loses_nothing() {
    let (server, mut house) = small(Habits { bye_after: Some(7), ..Habits::default() }, json!({})).await;
    for n in 0..20 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    let page = house.once().await.unwrap();
    assert_eq!((page.items.len(), page.more), (7, true), "what came whole is kept, and the rest is asked for at once");
    house.walk().await.unwrap();
    let all: Vec<_> = (0..20).map(letter).collect();
    house.assert_kept(all.iter().map(Vec::as_slice));
    assert_eq!((house.repeats, server.connections()), (0, (1, 2)));
}

#[tokio::test]
async fn a_good_bye_before_the_first_letter_is_told() {
    let (server, mut house) = small(Habits { bye_after: Some(0), ..Habits::default() }, json!({})).await;
    server.deliver("INBOX", letter(0), Flaw::None);
    assert!(matches!(house.walk().await, Err(Fault::Unavailable { .. })));
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
}

#[tokio::test]
async fn what_nobody_asked_for_is_not_taken_for_an_answer() {
    let (server, mut house) = small(Habits { chatty: true, ..Habits::default() }, json!({})).await;
    for n in 0..5 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    house.walk().await.unwrap();
    let all: Vec<_> = (0..5).map(letter).collect();
    house.assert_kept(all.iter().map(Vec::as_slice));
}

#[tokio::test]
async fn a_search_that_is_refused_is_no_empty_mailbox() {
    let (server, mut house) = small(Habits { refuses: Some("UID SEARCH"), ..Habits::default() }, json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    assert!(matches!(house.walk().await, Err(Fault::Malformed { .. })));
    assert!(house.cursor.is_none());
    server.habits(|habits| habits.refuses = None);
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), server.connections().1), (1, 1), "a refusal ends no connection");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_by_its_name() {
    let (_server, mut house) = small(Habits::default(), json!({ "folders": ["INBOX", "工单"] })).await;
    let Err(Fault::Malformed { message, quoted }) = house.walk().await else { panic!("it is not there") };
    assert!(message.contains("`工单`"), "{message}");
    assert!(quoted.unwrap().reveal().contains("Junk"));
}

#[tokio::test]
async fn no_command_marks_a_letter_as_read_or_has_the_server_take_it_apart() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    for n in 0..3 {
        server.deliver("INBOX", letter(n), if n == 1 { Flaw::Nil } else { Flaw::None });
    }
    house.until(|house| house.kept.len() == 2).await;
    for command in server.commands().iter().filter(|command| command.contains("FETCH")) {
        let asks = command.replace("BODY.PEEK[", "").replace("RFC822.SIZE", "");
        for word in ["BODY", "RFC822", "ENVELOPE"] {
            assert!(!asks.contains(word), "{command}");
        }
        assert!(command.starts_with("UID "), "never by a place in the folder: {command}");
    }
}
