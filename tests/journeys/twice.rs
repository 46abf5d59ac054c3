//! A number that is known comes again: told twice, changed, changed but the same, or another citizen's letter.

use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use serde_json::json;

use crate::scene::{Plan, ticket};
use crate::written::letters;

#[tokio::test]
async fn a_letter_told_twice_has_one_ticket() {
    let scene = Plan::new().await.letters().start().await;
    let (first, second) = scene.mailbox("letters").push_twice(&Letter::invented(1)).await;
    assert_eq!(ticket(first), ticket(second));
    ticket(scene.mailbox("letters").push(&Letter::invented(2)).await);
    scene.until_told(2).await;
    assert_eq!((scene.counted("letters", "new").await, scene.counted("letters", "repeat").await), (2.0, 1.0));
}

#[tokio::test]
async fn eight_connections_that_tell_the_same_letter_at_once_get_one_number() {
    let scene = Plan::new().await.letters().start().await;
    let letter = Letter::invented(1);
    let mailbox = scene.mailbox("letters");
    let numbers: Vec<_> = futures_util::future::join_all((0..8).map(|_| mailbox.push(&letter))).await;
    let mut numbers: Vec<_> = numbers.into_iter().map(ticket).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 1);
    assert_eq!(scene.until_told(1).await[0].key, format!("{}-1", numbers[0]));
    assert_eq!(scene.counted("letters", "repeat").await, 7.0);
}

#[tokio::test]
async fn a_changed_letter_is_a_revision_of_its_ticket() {
    let scene = Plan::new().await.letters().start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("letters"));
    let number = ticket(mailbox.push(&letter).await);
    assert_eq!(ticket(mailbox.push(&letter.revised("补充:夜里更严重。")).await), number);
    let told = scene.until_told(2).await;
    assert_eq!([&told[0].key, &told[1].key], [&format!("{number}-1"), &format!("{number}-2")]);
    assert_eq!((&told[0].event["event"], &told[1].event["event"]), (&json!("new"), &json!("revised")));
    let said = |at: usize| told[at].event["data"]["matter"]["content"].as_str().unwrap().contains("夜里更严重");
    assert!(!said(0) && said(1), "each event tells the version that it names");
}

#[tokio::test]
async fn a_letter_that_is_equal_once_mapped_is_no_event() {
    let scene = Plan::new().await.letters().start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("letters"));
    let mut wide = letter.clone();
    wide.document["phone"] = json!("１３８００００ ０００１");
    let number = ticket(mailbox.push(&letter).await);
    assert_eq!(ticket(mailbox.push(&wide).await), number);
    assert_eq!(ticket(mailbox.push(&wide).await), number);
    ticket(mailbox.push(&Letter::invented(2)).await);
    scene.until_told(2).await;
    assert_eq!(scene.counted("letters", "revised").await, 0.0);
}

#[tokio::test]
async fn a_number_used_again_for_another_citizen_rewrites_nothing() {
    let scene = Plan::new().await.letters().start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("letters"));
    ticket(mailbox.push(&letter).await);
    let mut other = Letter::invented(9003);
    other.document["letterNo"] = json!(letter.number);
    let pushed = mailbox.push(&Letter { number: letter.number.clone(), document: other.document }).await;
    assert!(matches!(pushed, Pushed::Acknowledged(_)), "it is kept, so the portal may rest: {pushed:?}");
    assert_eq!(scene.counted("letters", "held").await, 1.0);
    // The first citizen's case goes on as if nothing had been.
    ticket(mailbox.push(&letter.revised("请尽快。")).await);
    let told = scene.until_told(2).await;
    assert_eq!(told[1].event["data"]["person"]["name"], letter.document["name"]);
    assert_eq!(told[1].event["event"], "revised");
}

#[tokio::test]
async fn a_deadline_by_rule_is_told_and_makes_no_revision_of_a_repeat() {
    // Without any time of its own, the letter's limit is counted from the moment of reception, which differs each time.
    let ruled = letters("县长信箱", "state = \"live\"").replace("submitted_at", "occurred_at");
    let plan = Plan::new().await.channel("letters", &(ruled + "\n[deadline]\nhours = 24\n"));
    let scene = plan.start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("letters"));
    let number = ticket(mailbox.push(&letter).await);
    assert_eq!(ticket(mailbox.push(&letter).await), number);
    assert_eq!(ticket(mailbox.push(&letter.revised("补充:夜里更严重。")).await), number);
    let told = scene.until_told(2).await;
    assert_eq!((scene.counted("letters", "repeat").await, scene.counted("letters", "revised").await), (1.0, 1.0));
    let deadline = &told[0].event["data"]["deadline"];
    assert_eq!((&deadline["rule"]["limit"], deadline.get("verbatim")), (&json!("24小时"), None));
    let at = |value: &serde_json::Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let (since, ends) = (at(&deadline["rule"]["since"]), at(&deadline["computed"]));
    assert_eq!(since.duration_until(ends), jiff::SignedDuration::from_hours(24));
    let second = at(&told[1].event["data"]["deadline"]["rule"]["since"]);
    assert!(since < second, "each version tells the moment it was counted from");
}
