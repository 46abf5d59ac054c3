//! Numbers that change: a folder that its server numbers anew is looked through again, and nothing comes in twice.

use huiliu_contract::Fault;
use huiliu_farside::imap::{Flaw, Habits};
use huiliu_farside::servers::USER;
use serde_json::json;

use crate::house::{House, id_of, letter, options, premises, scene, small};

#[tokio::test]
async fn another_uidvalidity_makes_no_second_ticket_and_loses_none() {
    let letters: Vec<_> = (0..70).map(letter).collect();
    let (server, mut house) = scene(&letters[..60], json!({}));
    house.walk().await.unwrap();
    server.admin(&["mailbox", "update", "-u", USER, "--uid-validity", "1234567", "INBOX"]).unwrap();
    server.deliver(USER, "INBOX", letters[60..].iter().map(Vec::as_slice)).unwrap();
    house.until(|house| house.kept.len() == 70).await;
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!(house.repeats, 60, "all of it was looked through again");
    house.walk().await.unwrap();
    assert_eq!(house.repeats, 60, "once");
}

#[tokio::test]
async fn a_lost_index_in_the_middle_of_a_walk_makes_no_second_ticket() {
    let letters: Vec<_> = (0..150).map(letter).collect();
    let (mut server, mut house) = scene(&letters, json!({}));
    house.once().await.unwrap();
    server.stop();
    server.lose_index(USER).unwrap();
    server.start().unwrap();
    house.until(|house| house.kept.len() == 150).await;
    house.walk().await.unwrap();
    let mut kept: Vec<_> = house.kept.iter().map(|(id, _)| id.clone()).collect();
    let mut wanted: Vec<_> = letters.iter().map(|letter| id_of(letter)).collect();
    kept.sort();
    wanted.sort();
    assert_eq!(kept, wanted);
}

#[tokio::test]
async fn numbers_that_jump_are_followed() {
    let (server, mut house) = scene(&[letter(1)], json!({}));
    house.walk().await.unwrap();
    server.admin(&["mailbox", "update", "-u", USER, "--min-next-uid", "5000", "INBOX"]).unwrap();
    server.deliver(USER, "INBOX", [letter(2).as_slice()]).unwrap();
    house.until(|house| house.kept.len() == 2).await;
    assert_eq!(house.documents()[1]["uid"], 5000);
    assert_eq!(house.repeats, 0, "the last letter is given even if nothing is new; it is thrown away");
}

#[tokio::test]
async fn numbers_that_go_down_under_the_same_validity_are_as_good_as_new_ones() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    for n in 0..5 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    house.walk().await.unwrap();
    server.change("INBOX", |letters| drop(letters.drain(..3)));
    server.renumber("INBOX", None);
    server.deliver("INBOX", letter(9), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), house.repeats), (6, 2));
}

#[tokio::test]
async fn what_was_there_before_the_beginning_stays_outside_when_numbers_change() {
    let (server, mut house) = small(Habits::default(), json!({ "start": "now" })).await;
    for n in 0..3 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    server.change("INBOX", |letters| letters.iter_mut().for_each(|one| one.at -= jiff::SignedDuration::from_mins(5)));
    house.walk().await.unwrap();
    server.deliver("INBOX", letter(7), Flaw::None);
    server.change("INBOX", |letters| letters.last_mut().unwrap().at += jiff::SignedDuration::from_mins(5));
    house.walk().await.unwrap();
    server.renumber("INBOX", Some(77));
    house.walk().await.unwrap();
    house.assert_kept([letter(7).as_slice()]);
    assert_eq!(house.repeats, 1);
    let place = &house.cursor.as_ref().unwrap().0;
    assert!(place.contains("\"spared\":\"1:3\""), "nor are they ever deleted: {place}");
}

#[tokio::test]
async fn a_mailbox_that_was_swapped_is_not_taken_in_before_a_person_agrees() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    for n in 0..60 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    house.walk().await.unwrap();
    server.change("INBOX", Vec::clear);
    server.renumber("INBOX", Some(2000));
    for n in 1000..1200 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    let fault = house.walk().await.unwrap_err();
    assert!(matches!(&fault, Fault::NeedsPerson { message, .. } if message.contains("`INBOX`")), "{fault}");
    assert_eq!(house.kept.len(), 110, "one page told us");
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 260, "once a person has resumed the channel the rest comes");
}

#[tokio::test]
async fn a_cursor_of_another_kind_is_told() {
    let (server, _) = scene(&[], json!({}));
    let mut house = House::new(options(&server, json!({})), &premises());
    house.cursor = Some(huiliu_contract::Cursor("{\"page\":3}".into()));
    assert!(matches!(house.once().await, Err(Fault::Malformed { .. })));
}
