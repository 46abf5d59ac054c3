//! A letter is pushed, gets its number, and is at the core; a list with a bad member; an unmappable letter.

use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use serde_json::json;

use crate::scene::{Plan, ticket};
use crate::written::{letters, lists};

#[tokio::test]
async fn a_pushed_letter_is_numbered_and_reaches_the_core() {
    let scene = Plan::new().await.letters().start().await;
    let letter = Letter::invented(1);
    let number = ticket(scene.mailbox("letters").push(&letter).await);
    let told = scene.until_told(1).await;
    assert_eq!(told[0].key, format!("{number}-1"));
    assert_eq!(told[0].event["event"], "new");
    assert_eq!(told[0].event["ticket"], number);
    assert_eq!(told[0].external_id(), letter.number);
    assert_eq!(told[0].event["data"]["matter"]["title"], letter.document["title"]);
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_list_with_a_bad_member_is_taken_and_the_bad_member_is_kept() {
    let scene = Plan::new().await.channel("lists", &lists("网上信访")).start().await;
    let mailbox = scene.mailbox("lists");
    let good: Vec<Letter> = (1..=3).map(Letter::invented).collect();
    let pushed = mailbox.push_list_with(&good, &[json!({ "title": "没有编号" })]).await;
    assert!(matches!(pushed, Pushed::Acknowledged(_)), "{pushed:?}");
    assert_eq!((mailbox.stats().acknowledged, mailbox.stats().unnamed), (3, 0));
    let mut reached: Vec<_> = scene.until_told(3).await.iter().map(|told| told.external_id().to_owned()).collect();
    reached.sort();
    assert_eq!(reached, good.iter().map(|letter| letter.number.clone()).collect::<Vec<_>>());
    assert_eq!(scene.counted("lists", "unmapped").await, 1.0);
}

#[tokio::test]
async fn an_unmappable_letter_is_taken_without_a_number_or_refused_where_the_channel_says_so() {
    let strict = letters("市长信箱", "state = \"live\"\nunmappable = \"refuse\"");
    let scene = Plan::new().await.letters().channel("strict", &strict).start().await;
    let mut letter = Letter::invented(1);
    letter.document["letterType"] = json!("没有这一类");
    let pushed = scene.mailbox("letters").push(&letter).await;
    assert!(
        matches!(&pushed, Pushed::Acknowledged(number) if number.as_deref().unwrap_or_default().is_empty()),
        "{pushed:?}"
    );
    assert_eq!(scene.mailbox("strict").push(&letter).await, Pushed::Refused(422));
    assert_eq!((scene.counted("letters", "unmapped").await, scene.counted("strict", "unmapped").await), (1.0, 1.0));
    // What comes later passes by.
    ticket(scene.mailbox("letters").push(&Letter::invented(2)).await);
    assert_eq!(scene.until_told(1).await[0].external_id(), Letter::invented(2).number);
}
