//! Letters that do not come right: each is tried a sensible number of times, then it is listed, and those around it are taken.

use huiliu_contract::{Fault, Item, Poll};
use huiliu_farside::imap::{Flaw, Habits, ImapServer};
use serde_json::json;

use crate::house::{House, large, letter, small};

/// A server with ten letters, of which the fifth has a flaw.
async fn with(flaw: Flaw) -> (ImapServer, House) {
    let (server, house) = small(Habits::default(), json!({})).await;
    for n in 0..10 {
        let flaw = if n == 4 { flaw.clone() } else { Flaw::None };
        server.deliver("INBOX", letter(n), flaw);
    }
    (server, house)
}

/// Walks until all is settled: what fails as a whole is asked again, as the gateway does.
async fn settle(house: &mut House, letters: usize) {
    house.until(|house| house.kept.len() + house.unreadable.len() == letters).await;
    house.walk().await.unwrap();
    assert_eq!(house.repeats, 0);
}

async fn listed(flaw: Flaw, reason: &str) -> House {
    let (server, mut house) = with(flaw).await;
    settle(&mut house, 10).await;
    let all: Vec<_> = (0..10).filter(|n| *n != 4).map(letter).collect();
    house.assert_kept(all.iter().map(Vec::as_slice));
    let [bad] = house.unreadable.as_slice() else { panic!("one letter is listed: {:?}", house.unreadable) };
    assert!(bad.reason.en.contains(reason) && bad.reason.en.contains("number 5"), "{}", bad.reason.en);
    assert!(bad.raw.same().is_some(), "it is known again by where it lies");
    assert!(server.connections().0 == 1, "never two connections at once");
    server.deliver("INBOX", letter(10), Flaw::None);
    settle(&mut house, 11).await;
    house
}

#[tokio::test]
async fn a_body_that_is_nil_is_listed() {
    listed(Flaw::Nil, "gives nothing of it").await;
}

#[tokio::test]
async fn a_letter_that_no_answer_speaks_of_is_listed() {
    listed(Flaw::Missing, "gives nothing of it").await;
}

#[tokio::test]
async fn a_letter_that_is_refused_is_listed() {
    listed(Flaw::Refused, "refuses to give this letter out").await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_listed_with_its_bytes() {
    let house = listed(Flaw::Garbage(b"* 5 FETCH (UID 5 BODY[]<0> {{{{ \xc4\xe3\xba\xc3\r\n"), "cannot be read").await;
    let raw = house.unreadable[0].raw.bytes.reveal().clone();
    assert!(raw.windows(4).any(|bytes| bytes == b"\xc4\xe3\xba\xc3"), "what came is kept");
}

#[tokio::test]
async fn a_literal_beyond_all_bounds_is_refused_before_it_is_set_aside() {
    for length in ["4294967296", "99999999999999999999", "400000000"] {
        listed(Flaw::Announces(length), "cannot be read").await;
    }
}

#[tokio::test]
async fn a_letter_over_which_the_connection_always_ends_is_listed_after_five_times() {
    let (server, mut house) = with(Flaw::Cut).await;
    let mut cuts = 0;
    while house.unreadable.is_empty() {
        cuts += usize::from(house.walk().await.is_err());
        assert!(cuts < 20, "it holds up the mailbox for ever");
    }
    assert!(cuts >= 2, "a cut line is told to the gateway, which waits between");
    settle(&mut house, 10).await;
    assert!(house.unreadable[0].reason.en.contains("connection ends"), "{}", house.unreadable[0].reason.en);
    assert_eq!(server.connections().0, 1);
}

#[tokio::test]
async fn a_letter_that_comes_short_is_asked_for_again() {
    let (_server, mut house) = with(Flaw::ShortOnce(20)).await;
    settle(&mut house, 10).await;
    let all: Vec<_> = (0..10).map(letter).collect();
    assert_eq!(house.kept.len(), 10);
    house.assert_kept(all.iter().map(Vec::as_slice));
}

#[tokio::test]
async fn sizes_are_not_believed() {
    // Told as larger than it is, as smaller, and as tiny though it is beyond all bounds.
    for (raw, size) in [(letter(4), 5000), (letter(4), 3), (large(4, 3 << 20), 100)] {
        let (server, mut house) = small(Habits::default(), json!({ "largest_mb": 2 })).await;
        server.deliver("INBOX", letter(1), Flaw::None);
        server.deliver("INBOX", raw.clone(), Flaw::Size(size));
        server.deliver("INBOX", letter(2), Flaw::None);
        settle(&mut house, 3).await;
        let (_, taken) = &house.kept[1];
        let whole = &taken.document.reveal()["whole_size"];
        match raw.len() > 2 << 20 {
            true => assert!(whole.as_u64().unwrap() > 2 << 20, "its beginning is taken: {whole}"),
            false => assert_eq!(taken.raw.bytes.reveal().as_ref(), raw, "told as {size}"),
        }
    }
}

#[tokio::test]
async fn many_bad_letters_hold_up_no_good_one() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    for n in 0..120 {
        let flaw = match n % 10 {
            3 => Flaw::Nil,
            7 => Flaw::Refused,
            _ => Flaw::None,
        };
        server.deliver("INBOX", letter(n), flaw);
    }
    settle(&mut house, 120).await;
    assert_eq!((house.kept.len(), house.unreadable.len()), (96, 24));
}

#[tokio::test]
async fn whatever_is_wrong_with_some_the_others_come_each_once_and_in_order() {
    let flaws = [
        Flaw::Nil,
        Flaw::Garbage(b"* 9 FETCH (UID 9 BODY[]<0> {{{{ \xc4\r\n"),
        Flaw::None,
        Flaw::Missing,
        Flaw::ShortOnce(9),
        Flaw::Announces("4294967297"),
        Flaw::Size(9999),
        Flaw::Refused,
        Flaw::Size(1),
        Flaw::Cut,
    ];
    let bad = |n: usize| matches!(n % 10, 0 | 1 | 3 | 5 | 7 | 9);
    let (server, mut house) = small(Habits { chatty: true, ..Habits::default() }, json!({})).await;
    for n in 0..30 {
        server.deliver("INBOX", letter(n), flaws[n % 10].clone());
    }
    settle(&mut house, 30).await;
    let good: Vec<_> = (0..30).filter(|n| !bad(*n)).map(letter).collect();
    house.assert_kept(good.iter().map(Vec::as_slice));
    assert_eq!((house.unreadable.len(), server.connections().0), (18, 1));
}

#[tokio::test]
async fn what_another_version_gave_up_on_is_tried_again() {
    let (server, mut house) = with(Flaw::Nil).await;
    settle(&mut house, 10).await;
    server.change("INBOX", |letters| letters.iter_mut().for_each(|one| one.flaw = Flaw::None));
    server.deliver("INBOX", letter(10), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 10, "by this version it is not");
    let place = house.cursor.take().unwrap().0;
    let older = place.replace(&format!("\"by\":\"{}\"", env!("CARGO_PKG_VERSION")), "\"by\":\"0.0.1\"");
    assert_ne!(older, place);
    house.cursor = Some(huiliu_contract::Cursor(older));
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), house.repeats), (11, 0));
    assert!(!house.cursor.as_ref().unwrap().0.contains("aside"));
}

#[tokio::test]
async fn a_look_moves_nothing_and_counts_nothing() {
    let (server, house) = with(Flaw::Nil).await;
    for _ in 0..3 {
        let page = house.mailbox.preview(None, None).await;
        let page = match page {
            Ok(page) => page,
            Err(fault) => panic!("{fault}"),
        };
        assert!(matches!(page.items.first(), Some(Item::Submission(_))));
    }
    assert!(server.commands().iter().all(|command| !command.starts_with("SELECT") && !command.contains("STORE")));
    let (silent, house) = small(Habits { silent: Some("UID SEARCH"), ..Habits::default() }, json!({})).await;
    silent.deliver("INBOX", letter(1), Flaw::None);
    assert!(matches!(house.mailbox.preview(None, None).await, Err(Fault::Unavailable { .. })));
}
