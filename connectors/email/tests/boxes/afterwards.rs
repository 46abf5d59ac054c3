//! What is done in the mailbox with letters that are kept: after the commit, never twice taken, and nobody else's letters.

use huiliu_farside::imap::{Flaw, Habits};
use huiliu_farside::servers::{DovecotOptions, USER};
use jiff::SignedDuration;
use serde_json::json;

use crate::house::{House, count, dovecot, letter, options, premises, scene, small};

#[tokio::test]
async fn letters_are_moved_after_the_commit_into_a_folder_that_is_made() {
    let letters: Vec<_> = (0..60).map(letter).collect();
    let poll = json!({ "afterwards": { "move": "工单/已处理" } });
    let (server, mut house) = scene(&letters, poll);
    let page = house.mailbox_page().await;
    assert_eq!((page.items.len(), count(&server, "INBOX")), (50, 60), "nothing is touched before it is kept");
    house.commit(&page).await;
    house.walk().await.unwrap();
    house.walk().await.unwrap();
    assert_eq!((count(&server, "INBOX"), count(&server, "工单/已处理")), (0, 60));
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!(house.repeats, 0);
}

#[tokio::test]
async fn a_crash_between_the_commit_and_the_move_takes_nothing_in_twice() {
    let letters: Vec<_> = (0..20).map(letter).collect();
    let poll = json!({ "afterwards": { "move": "done" } });
    let (server, mut house) = scene(&letters, poll.clone());
    house.once().await.unwrap();
    let mut house = house.restarted(options(&server, poll.clone()), &premises());
    house.walk().await.unwrap();
    assert_eq!((count(&server, "INBOX"), count(&server, "done"), house.kept.len(), house.repeats), (0, 20, 20, 0));
    // And one between the move and the commit of the place that says so.
    server.deliver(USER, "INBOX", [letter(30).as_slice()]).unwrap();
    house.until(|house| house.kept.len() == 21).await;
    let page = house.mailbox_page().await;
    assert_eq!(count(&server, "done"), 21, "moved, and the place that says so is lost");
    drop(page);
    let mut house = house.restarted(options(&server, poll), &premises());
    house.walk().await.unwrap();
    assert_eq!((count(&server, "INBOX"), count(&server, "done"), house.kept.len(), house.repeats), (0, 21, 21, 0));
}

#[tokio::test]
async fn without_move_letters_are_copied_and_only_they_are_deleted() {
    let capability = "IMAP4rev1 SASL-IR ID IDLE LITERAL+ UIDPLUS AUTH=PLAIN";
    let server = dovecot(DovecotOptions { capability: Some(capability), ..DovecotOptions::default() });
    let letters: Vec<_> = (0..10).map(letter).collect();
    server.deliver(USER, "INBOX", letters.iter().map(Vec::as_slice)).unwrap();
    let poll = json!({ "afterwards": { "move": "done" } });
    let mut house = House::new(options(&server, poll), &premises());
    house.once().await.unwrap();
    // Somebody marked one of their own as deleted and has not made up their mind.
    server.deliver(USER, "INBOX", [letter(50).as_slice()]).unwrap();
    server.admin(&["flags", "add", "-u", USER, "\\Deleted", "mailbox", "INBOX", "uid", "11"]).unwrap();
    let page = house.mailbox_page().await;
    assert_eq!(
        (count(&server, "INBOX"), count(&server, "done")),
        (1, 10),
        "a bare EXPUNGE would have taken theirs along"
    );
    house.commit(&page).await;
    assert_eq!(house.kept.len(), 11);
}

#[tokio::test]
async fn letters_are_marked_as_read_or_by_a_keyword() {
    for (how, query) in [(json!("seen"), "SEEN"), (json!({ "keyword": "Huiliu" }), "KEYWORD Huiliu")] {
        let (server, mut house) = scene(&[letter(1), letter(2)], json!({ "afterwards": how }));
        house.once().await.unwrap();
        house.once().await.unwrap();
        let mut words = vec!["search", "-u", USER, "mailbox", "INBOX"];
        words.extend(query.split(' '));
        assert_eq!(server.admin(&words).unwrap().lines().count(), 2, "{query}");
        let place = &house.cursor.as_ref().unwrap().0;
        assert!(!place.contains("due"), "what is done is due no more: {place}");
    }
}

#[tokio::test]
async fn old_letters_of_ours_are_deleted_and_no_others() {
    let poll = json!({ "start": "now", "afterwards": { "delete_after_days": 10 }, "largest_mb": 1 });
    let (server, mut house) = small(Habits::default(), poll.clone()).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    for n in 2..5 {
        server.deliver("INBOX", letter(n), Flaw::None);
    }
    server.deliver("INBOX", crate::house::large(5, 2 << 20), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 4);
    server.change("INBOX", |letters| {
        letters.iter_mut().filter(|one| one.uid != 3).for_each(|one| one.at -= SignedDuration::from_hours(24 * 20));
    });
    let mut house = house.restarted(crate::house::small_options(&server, poll), &crate::house::small_premises());
    house.walk().await.unwrap();
    let left: Vec<u32> = server.letters("INBOX").iter().map(|one| one.uid).collect();
    assert_eq!(left, [1, 3, 5], "that of before, the young one and the one that is not taken whole stay");
}

#[tokio::test]
async fn what_cannot_be_moved_is_tried_again_and_holds_up_nothing() {
    let habits = Habits { refuses: Some("UID MOVE"), ..Habits::default() };
    let (server, mut house) = small(habits, json!({ "afterwards": { "move": "done" } })).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    server.deliver("INBOX", letter(2), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), server.letters("INBOX").len()), (2, 2));
    server.habits(|habits| habits.refuses = None);
    house.walk().await.unwrap();
    assert_eq!((server.letters("INBOX").len(), server.letters("done").len()), (0, 2));
    assert_eq!((house.kept.len(), house.repeats), (2, 0));
    assert!(!server.commands().iter().any(|command| command == "EXPUNGE"));
}

#[tokio::test]
async fn a_server_that_can_delete_nothing_by_itself_is_left_with_marks() {
    let habits = Habits { plain: true, ..Habits::default() };
    let (server, mut house) = small(habits, json!({ "afterwards": { "move": "done" } })).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    house.walk().await.unwrap();
    let inbox = server.letters("INBOX");
    assert_eq!((inbox.len(), server.letters("done").len()), (1, 1));
    assert_eq!(inbox[0].flags, ["\\Deleted"]);
}
