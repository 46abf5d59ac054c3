//! Before and after: what lay behind a channel when it was switched on, a trial, and items older than its start.

use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Platform, PlatformOptions};
use jiff::{SignedDuration, Timestamp};

use crate::scene::{Plan, Scene, ticket};
use crate::written::{letters, province_by_number};

/// A letter of another channel that reaches the core: what was taken in before it and is not there now never
/// was on its way.
async fn only_a_live_letter_goes(scene: &Scene) {
    let letter = Letter::invented(77);
    ticket(scene.mailbox("letters").push(&letter).await);
    let told = scene.until_told(1).await;
    assert_eq!(told[0].external_id(), letter.number);
    scene.assert_nothing_waits().await;
    assert_eq!(scene.glass.count(), 1);
}

#[tokio::test]
async fn a_channel_switched_on_with_3400_old_letters_behind_it_forwards_none() {
    let from = Timestamp::now() - SignedDuration::from_hours(24 * 200);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(3400) }).await.unwrap();
    let province = province_by_number(&platform.url(), "state = \"live\"", 500);
    let mut scene = Plan::new().await.letters().channel("province", &province).start().await;
    scene.until_metric("huiliu_submissions_total", &[("channel", "province"), ("what", "new")], 3400.0).await;
    let asked = || scene.house.printed().iter().any(|line| line.contains("first run") && line.contains("3400"));
    scene.until("a person is asked", asked).await;
    only_a_live_letter_goes(&scene).await;
    // A restart is no answer.
    assert!(scene.house.stop().await.0.success());
    scene.start_again().await;
    ticket(scene.mailbox("letters").push(&Letter::invented(78)).await);
    scene.until_told(2).await;
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_few_old_items_stop_a_first_run_too() {
    let from = Timestamp::now() - SignedDuration::from_hours(24 * 40);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(2) }).await.unwrap();
    let province = province_by_number(&platform.url(), "state = \"live\"", 500);
    let scene = Plan::new().await.letters().channel("province", &province).start().await;
    scene.until("a person is asked", || scene.house.printed().iter().any(|line| line.contains("first run"))).await;
    only_a_live_letter_goes(&scene).await;
}

#[tokio::test]
async fn a_trial_numbers_and_counts_but_forwards_nothing() {
    let trial = letters("市长信箱", "state = \"trial\"");
    let scene = Plan::new().await.letters().channel("trial", &trial).start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("trial"));
    let number = ticket(mailbox.push(&letter).await);
    assert_eq!(ticket(mailbox.push(&letter.revised("又来一次。")).await), number);
    assert_eq!((scene.counted("trial", "new").await, scene.counted("trial", "revised").await), (1.0, 1.0));
    only_a_live_letter_goes(&scene).await;
}

#[tokio::test]
async fn an_item_older_than_its_channel_is_known_and_never_forwarded() {
    let later = letters("市长信箱", "state = \"live\"\nstart_from = 2027-01-01");
    let scene = Plan::new().await.letters().channel("later", &later).start().await;
    let (letter, mailbox) = (Letter::invented(1), scene.mailbox("later"));
    let number = ticket(mailbox.push(&letter).await);
    assert_eq!(ticket(mailbox.push(&letter).await), number);
    assert_eq!(ticket(mailbox.push(&letter.revised("又来一次。")).await), number);
    only_a_live_letter_goes(&scene).await;
}
