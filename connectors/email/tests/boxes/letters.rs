//! Letters as they come: in order, each once, large and small, out of several folders, while others work in the mailbox too.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use huiliu_contract::Poll;
use huiliu_farside::servers::{DovecotOptions, USER};
use serde_json::json;

use crate::house::{House, count, dovecot, large, letter, options, premises, scene};

#[tokio::test]
async fn letters_come_in_order_each_once_and_none_is_marked_as_read() {
    let letters: Vec<_> = (0..120).map(letter).collect();
    let (server, mut house) = scene(&letters, json!({}));
    let page = house.once().await.unwrap();
    assert_eq!((page.items.len(), page.more), (50, true));
    house.walk().await.unwrap();
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!(house.repeats, 0);
    let unseen = server.admin(&["search", "-u", USER, "mailbox", "INBOX", "UNSEEN"]).unwrap();
    assert_eq!(unseen.lines().count(), 120, "people see all of them as new");
    let met = &house.documents()[0];
    assert!(met["received_at"].is_string() && met["junk"] == false && met["folder"] == "INBOX", "{met}");
    // Asked twice from one place it is the same page.
    let again = house.mailbox.poll(None, None).await.unwrap();
    assert_eq!(again.items.len(), 50);
    house.commit(&again).await;
    assert_eq!((house.repeats, house.kept.len()), (50, 120));
}

#[tokio::test]
async fn five_thousand_waiting_letters_come_each_once_over_a_restart() {
    let letters: Vec<_> = (0..5000).map(letter).collect();
    let (server, mut house) = scene(&letters, json!({}));
    for _ in 0..30 {
        house.once().await.unwrap();
    }
    let mut house = house.restarted(options(&server, json!({})), &premises());
    house.walk().await.unwrap();
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!(house.repeats, 0);
    let logins = server.log().iter().filter(|line| line.contains("Login: user")).count();
    assert_eq!(logins, 2, "one connection before the restart and one behind it");
}

#[tokio::test]
async fn a_large_letter_comes_whole_among_small_ones() {
    let letters = [letter(1), large(2, 30 << 20), letter(3), large(4, 1 << 20), letter(5)];
    let (_server, mut house) = scene(&letters, json!({}));
    house.walk().await.unwrap();
    house.assert_kept(letters.iter().map(Vec::as_slice));
}

#[tokio::test]
async fn of_a_letter_that_is_too_large_its_beginning_comes_and_the_next_is_taken() {
    let letters = [letter(1), large(2, 3 << 20), letter(3)];
    let poll = json!({ "largest_mb": 2, "afterwards": { "move": "done" }, "unfit_to": "too large" });
    let (server, mut house) = scene(&letters, poll);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 3);
    let (_, beginning) = &house.kept[1];
    assert_eq!(beginning.raw.bytes.reveal().as_ref(), &letters[1][..256 * 1024]);
    assert_eq!(beginning.document.reveal()["whole_size"], letters[1].len());
    house.walk().await.unwrap();
    assert_eq!((count(&server, "INBOX"), count(&server, "done"), count(&server, "too large")), (0, 2, 1));
}

#[tokio::test]
async fn two_folders_and_the_junk_are_read_under_chinese_names() {
    let server = dovecot(DovecotOptions::default());
    server.admin(&["mailbox", "create", "-u", USER, "工单/来信"]).unwrap();
    let (first, second, third) = ([letter(1), letter(2)], [letter(3)], [letter(4)]);
    let wire = "&XeVTVQ-/&Z2VP4Q-";
    for (folder, letters) in [("INBOX", first.as_slice()), (wire, &second), ("Junk", &third)] {
        server.deliver(USER, folder, letters.iter().map(Vec::as_slice)).unwrap();
    }
    let mut house = House::new(options(&server, json!({ "folders": ["INBOX", "工单/来信"] })), &premises());
    house.walk().await.unwrap();
    house.assert_kept(first.iter().chain(&second).chain(&third).map(Vec::as_slice));
    let met: Vec<_> = house.documents().iter().map(|met| (met["folder"].clone(), met["junk"].clone())).collect();
    let wanted = [("INBOX", false), ("INBOX", false), ("工单/来信", false), ("Junk", true)];
    assert_eq!(met, wanted.map(|(folder, junk)| (json!(folder), json!(junk))));
    server.deliver(USER, wire, [letter(5).as_slice()]).unwrap();
    house.walk().await.unwrap();
    assert_eq!(house.documents().last().unwrap()["folder"], "工单/来信");
    let said = house.cursor.as_ref().map(|cursor| Poll::spelled(&house.mailbox, cursor).unwrap().zh);
    assert!(said.as_ref().unwrap().contains("工单/来信:收到第 2 号为止"), "{said:?}");
}

#[tokio::test]
async fn the_first_time_begins_now_or_at_a_day() {
    let (server, mut house) = scene(&[letter(1), letter(2)], json!({ "start": "now" }));
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 0, "what was there before is not ours");
    server.deliver(USER, "INBOX", [letter(3).as_slice()]).unwrap();
    house.walk().await.unwrap();
    house.assert_kept([letter(3).as_slice()]);
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let mut house = House::new(options(&server, json!({ "start": today })), &premises());
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 3);
    let late = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(72);
    let mut house = House::new(options(&server, json!({})), &premises());
    house.cursor = Poll::since(&house.mailbox, late);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 0, "asked from a later day on there is nothing");
}

#[tokio::test]
async fn others_read_move_and_delete_while_letters_are_fetched() {
    let letters: Vec<_> = (0..300).map(letter).collect();
    let (server, mut house) = scene(&letters, json!({}));
    house.once().await.unwrap();
    server.admin(&["flags", "add", "-u", USER, "\\Seen", "mailbox", "INBOX", "uid", "1:100"]).unwrap();
    server.admin(&["expunge", "-u", USER, "mailbox", "INBOX", "uid", "60:69"]).unwrap();
    server.admin(&["move", "-u", USER, "Archive", "mailbox", "INBOX", "uid", "120:129"]).unwrap();
    house.walk().await.unwrap();
    let left = letters.iter().enumerate().filter(|(at, _)| !(59..69).contains(at) && !(119..129).contains(at));
    let left: Vec<_> = left.map(|(_, letter)| letter.as_slice()).collect();
    house.assert_kept(left);
    server.deliver(USER, "INBOX", [letter(999).as_slice()]).unwrap();
    tokio::time::timeout(Duration::from_secs(60), house.until(|house| house.kept.len() == 281)).await.unwrap();
}

#[tokio::test]
async fn a_letter_that_breaks_its_reader_is_kept_for_a_person() {
    let bad = b"Subject: a letter that breaks its reader\r\n\r\nx\r\n".to_vec();
    let (_server, mut house) = scene(&[letter(1), bad.clone(), letter(2)], json!({}));
    house.walk().await.unwrap();
    house.assert_kept([letter(1).as_slice(), letter(2).as_slice()]);
    assert_eq!(house.unreadable.len(), 1);
    assert_eq!(house.unreadable[0].raw.bytes.reveal().as_ref(), bad);
}

#[tokio::test]
async fn a_letter_that_another_mail_server_hands_over_comes_as_it_was_kept() {
    let (server, mut house) = scene(&[], json!({}));
    house.walk().await.unwrap();
    let mut line = BufReader::new(TcpStream::connect(("127.0.0.1", server.lmtp())).unwrap());
    let rcpt = format!("RCPT TO:<{USER}>");
    let mut said = String::new();
    for word in
        ["LHLO here", "MAIL FROM:<citizen@example.test>", &rcpt, "DATA", "Subject: lamp\r\n\r\ndark\r\n.", "QUIT"]
    {
        line.get_mut().write_all(format!("{word}\r\n").as_bytes()).unwrap();
    }
    line.read_to_string(&mut said).unwrap();
    assert!(said.contains("Saved"), "{said}");
    house.until(|house| house.kept.len() == 1).await;
    let raw = house.kept[0].1.raw.bytes.reveal().clone();
    let text = String::from_utf8(raw.to_vec()).unwrap();
    assert!(text.starts_with("Return-Path: <citizen@example.test>\r\n") && text.ends_with("dark\r\n"), "{text}");
}
