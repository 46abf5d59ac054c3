//! A platform behind a login, and one whose lists do not show everything: what wears out, is refused or breaks off in the
//! middle of a walk loses nothing and repeats nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Doorkeeper, Gate, Platform, PlatformOptions, Trick};
use jiff::{SignedDuration, Timestamp};

use crate::scene::{Plan, Scene, Told, ticket};
use crate::written::{TOKEN, province};

const LOST: &str = "10010";

/// A platform with items since yesterday, so that a first run finds nothing strange in them.
async fn platform(gate: Gate, change: impl FnOnce(&mut PlatformOptions)) -> Platform {
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    let mut options = PlatformOptions { from, gate, ..PlatformOptions::new(3) };
    change(&mut options);
    Platform::start(options).await.unwrap()
}

/// Ten items a page, behind a login with the password that the house knows.
fn behind_a_login(platform: &Platform) -> String {
    let login = format!(
        r#"
[login]
post       = "/login"
body       = {{ user = "{{user}}", password = "{{password}}" }}
user       = "clerk"
password   = {{ file = "secrets/letters.token" }}
token      = "/data/token"
expires_in = "/data/expiresIn"
put        = {{ header = "X-Token" }}
lost       = {{ at = "/code", is = ["{LOST}"] }}

[fields]"#
    );
    let written = province(&platform.url(), "state = \"live\"").replace("size = 50", "size = 10");
    written.replace("\n[fields]", &login)
}

fn ids(told: &[Told], channel: &str) -> Vec<String> {
    let of = told.iter().filter(|told| told.event["channel"] == channel);
    of.map(|told| told.external_id().to_owned()).collect()
}

async fn until_stands_still(scene: &Scene) {
    scene.until("it stands still", || scene.house.printed().iter().any(|line| line.contains("stands still"))).await;
}

#[tokio::test]
async fn a_login_that_ends_on_page_three_loses_nothing_while_another_channel_goes_on() {
    let door = Doorkeeper::new("clerk", TOKEN).telling(LOST);
    let platform = platform(Gate::Session(door.clone()), |_| {}).await;
    let scene = Plan::new().await.letters().channel("province", &behind_a_login(&platform)).start().await;
    scene.until_told(3).await;
    assert_eq!(door.logins(), 1);
    // From now on a login is good for two pages: the third of every walk finds itself at the door.
    let door = door.uses(2);
    door.spend();
    platform.grow(50);
    let mailbox = scene.mailbox("letters");
    for serial in 1..=5 {
        ticket(mailbox.push(&Letter::invented(serial)).await);
    }
    let told = scene.until_told(58).await;
    let province = ids(&told, "province");
    let listed: BTreeSet<_> = platform.numbers().into_iter().flatten().collect();
    assert_eq!((province.len(), province.iter().cloned().collect::<BTreeSet<_>>()), (53, listed));
    assert_eq!(ids(&told, "letters").len(), 5);
    assert!(door.logins() >= 3, "{} logins", door.logins());
    assert_eq!(door.refused(), 0);
    assert!(!scene.house.printed().iter().any(|line| line.contains("a poll failed")), "it was nobody's failure");
}

#[tokio::test]
async fn a_login_outlives_the_program() {
    let door = Doorkeeper::new("clerk", TOKEN).telling(LOST);
    let platform = platform(Gate::Session(door.clone()), |_| {}).await;
    let mut scene = Plan::new().await.channel("province", &behind_a_login(&platform)).start().await;
    scene.until_told(3).await;
    scene.house.kill();
    platform.grow(2);
    scene.start_again().await;
    scene.until_told(5).await;
    assert_eq!(door.logins(), 1, "it came back with the token it had");
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_stops_nobody_else() {
    let door = Doorkeeper::new("clerk", "changed-by-somebody").telling(LOST);
    let platform = platform(Gate::Session(door.clone()), |_| {}).await;
    let scene = Plan::new().await.letters().channel("province", &behind_a_login(&platform)).start().await;
    until_stands_still(&scene).await;
    let mailbox = scene.mailbox("letters");
    for serial in 1..=3 {
        ticket(mailbox.push(&Letter::invented(serial)).await);
    }
    scene.until_told(3).await;
    // Longer than twenty polls would have taken.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!((door.refused(), platform.stats().requests), (1, 0), "the account is not to be locked");
    let said = scene.house.printed().join("\n");
    assert!(said.contains("login.password") && !said.contains(TOKEN), "{said}");
    platform.change_gate(Gate::Session(Doorkeeper::new("clerk", TOKEN)));
    scene.answered(&["channel", "resume", "province"]).await;
    scene.until_told(6).await;
}

#[tokio::test]
async fn cut_texts_are_asked_for_one_by_one_and_a_kill_among_them_loses_nothing() {
    let platform = platform(Gate::Open, |options| options.cut = Some(8)).await;
    let detail = "cut = [\"orderContent\"] }\ndetail = { post = \"/order/detail\", body = { orderNo = \"{id}\" }, \
                  item = \"/data\", when = \"cut\" }";
    let written = province(&platform.url(), "state = \"live\"").replace("size = 50", "size = 10");
    let written = written.replace("id = \"orderNo\" }", &format!("id = \"orderNo\", {detail}"));
    let mut scene = Plan::new().await.channel("province", &written).start().await;
    scene.until_told(3).await;
    let before = platform.stats().details;
    platform.play_on_details([Trick::HangUp, Trick::Nothing, Trick::CutBody, Trick::Nothing]);
    platform.grow(25);
    scene.until("it is among the details", || platform.stats().details > before + 15).await;
    scene.house.kill();
    scene.start_again().await;
    let told = scene.until_told(28).await;
    let listed: BTreeSet<_> = platform.numbers().into_iter().flatten().collect();
    assert_eq!(told.iter().map(|told| told.external_id().to_owned()).collect::<BTreeSet<_>>(), listed);
    for told in &told {
        let content = told.event["data"]["matter"]["content"].as_str().unwrap_or_default();
        assert!(content.contains('件') && !content.contains('…'), "{told:?}");
    }
    // One that is gone when its detail is asked for is kept aside with what the list said.
    platform.play_on_details([Trick::Status(404, None)]);
    platform.grow(1);
    let counted = || async { scene.counted("province", "unmapped").await };
    let began = std::time::Instant::now();
    while counted().await < 1.0 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was kept aside");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
