//! Lines that are cut: a server that goes down in the middle of fetching, and one that throws us out.

use std::time::Duration;

use huiliu_contract::Fault;
use huiliu_farside::servers::USER;
use serde_json::json;

use crate::house::{count, large, letter, scene};

#[tokio::test]
async fn a_server_that_restarts_in_the_middle_of_fetching_loses_nothing() {
    let letters: Vec<_> = (0..400).map(|n| large(n, 60_000)).collect();
    let (mut server, mut house) = scene(&letters, json!({}));
    house.once().await.unwrap();
    for _ in 0..4 {
        let restarts = std::thread::spawn(move || {
            server.stop();
            server.start().unwrap();
            server
        });
        match house.once().await {
            Ok(_) | Err(Fault::Unavailable { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        server = restarts.join().unwrap();
    }
    house.until(|house| house.kept.len() == 400).await;
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!((house.repeats, house.unreadable.len()), (0, 0));
}

#[tokio::test]
async fn who_is_thrown_out_comes_again_at_once() {
    let (server, mut house) = scene(&[letter(1)], json!({}));
    house.walk().await.unwrap();
    server.admin(&["kick", USER]).unwrap();
    server.deliver(USER, "INBOX", [letter(2).as_slice()]).unwrap();
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 2, "a connection that was kept may have ended long ago: that is no fault");
}

#[tokio::test]
async fn a_large_letter_that_is_cut_goes_on_where_it_was() {
    let letters = [large(1, 24 << 20), letter(2)];
    let (server, mut house) = scene(&letters, json!({}));
    let kicks = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            // Nobody may be logged in at this moment.
            let _ = server.admin(&["kick", USER]);
        }
    };
    let (_, ()) = tokio::join!(house.until(|house| house.kept.len() == 2), kicks);
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert!(house.unreadable.is_empty());
}

#[tokio::test]
async fn calls_that_are_cut_off_at_any_moment_lose_nothing_and_take_nothing_twice() {
    let letters: Vec<_> = (0..600).map(|n| large(n, 20_000)).collect();
    let (server, mut house) = scene(&letters, json!({ "afterwards": { "move": "done" } }));
    let mut cut = 0;
    for millis in (1..60).cycle().step_by(7) {
        if house.kept.len() == letters.len() {
            break;
        }
        match tokio::time::timeout(Duration::from_millis(millis), house.mailbox_page()).await {
            // Every third page is lost between the call and the commit.
            Ok(page) if cut % 3 != 2 => house.commit(&page).await,
            _ => cut += 1,
        }
        if cut % 10 == 9 {
            house.once().await.unwrap();
            cut += 1;
        }
    }
    assert!(cut > 10, "it was cut off");
    house.assert_kept(letters.iter().map(Vec::as_slice));
    assert_eq!(house.repeats, 0);
    house.once().await.unwrap();
    assert_eq!((count(&server, "INBOX"), count(&server, "done")), (0, 600));
}
