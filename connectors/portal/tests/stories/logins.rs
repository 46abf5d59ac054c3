//! Logging in: never in a storm, never so often that an account is locked, by a person where a picture is shown.

use std::time::Duration;

use huiliu_contract::{Answered, Fault, Reached, Secret, Standing};
use huiliu_farside::platform::Trick;
use huiliu_farside::portal::{PASSWORD, Portal as Office, PortalOptions};
use serde_json::json;

use crate::channel::{Channel, tables, with_captcha};

fn went(office: &Office) -> Vec<&'static str> {
    office.tried().iter().map(|tried| tried.went).collect()
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_over_restarts_too() {
    let office = Office::start(PortalOptions::new(3)).await.unwrap();
    office.change_password("changed-over-there");
    let mut channel = Channel::of(&office, |_| {});
    for _ in 0..3 {
        assert_eq!(channel.poll().await.unwrap_err().word(), "denied");
        channel.restart(PASSWORD);
        assert!(matches!(channel.attended().standing(), Standing::Resting { .. }));
    }
    assert_eq!((went(&office), office.stats().locked), (vec!["password"], false));
    let poll = channel.connector.poll.as_ref().unwrap();
    assert_eq!(poll.preview(None, None).await.unwrap_err().word(), "denied", "nor for who looks");
    // Another password in the file is another attempt; so is a person's hand.
    channel.restart("still-wrong");
    assert_eq!(channel.poll().await.unwrap_err().word(), "denied");
    channel.attended().resume();
    assert_eq!(channel.poll().await.unwrap_err().word(), "denied");
    assert_eq!(office.stats().wrong_passwords, 3);
    channel.restart("changed-over-there");
    assert_eq!(channel.poll().await.unwrap().items.len(), 0);
    assert_eq!(office.logins(), 1);
}

#[tokio::test]
async fn one_login_serves_all_that_wait_and_a_restart_goes_on_with_it() {
    let office = Office::start(PortalOptions::new(2)).await.unwrap();
    office.think(Duration::from_millis(20));
    let mut channel = Channel::of(&office, |_| {});
    {
        let poll = channel.connector.poll.as_ref().unwrap();
        let outlet = channel.connector.outlet.as_ref().unwrap();
        let to = huiliu_contract::ExternalId::new("SP20260000001").unwrap();
        let look = || outlet.look(&to, huiliu_contract::OutcomeKind::Closed);
        let (a, b, c, d) = tokio::join!(poll.poll(None, None), poll.poll(None, None), look(), look());
        assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    }
    assert_eq!((office.logins(), office.stats().at_once), (1, 1));
    channel.restart(PASSWORD);
    channel.poll().await.unwrap();
    assert_eq!(office.logins(), 1, "the session outlived it");
    let kept = channel.attended().keepsake();
    assert!(kept.is_none(), "and nothing of it changed");
}

#[tokio::test]
async fn a_shut_door_is_no_refusal_and_a_cut_line_counts_until_the_password_was_good() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    office.play_on_logins([Trick::Status(503, Some("7".into())), Trick::Status(429, None)]);
    let Fault::Unavailable { retry_after: Some(wait), reached: Reached::No, .. } = channel.poll().await.unwrap_err()
    else {
        panic!("no wait")
    };
    assert_eq!(wait.as_secs(), 7);
    assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    office.play_on_logins([Trick::HangUp, Trick::HangUp]);
    assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    assert_eq!(channel.poll().await.unwrap_err().word(), "denied", "two of which nobody knows, and it rests");
    channel.attended().resume();
    channel.poll().await.unwrap();
    for _ in 0..4 {
        office.end_sessions();
        office.play_on_logins([Trick::HangUp]);
        assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    }
    channel.poll().await.unwrap();
}

#[tokio::test]
async fn a_colleague_in_a_browser_is_left_alone() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    channel.poll().await.unwrap();
    office.colleague_logs_in();
    for _ in 0..3 {
        let Fault::Unavailable { retry_after: Some(wait), reached: Reached::No, .. } =
            channel.poll().await.unwrap_err()
        else {
            panic!("it does not yield")
        };
        assert!((1700..=1800).contains(&wait.as_secs()), "{wait:?}");
        channel.restart(PASSWORD);
        assert_eq!(channel.attended().standing().word(), "yielded");
    }
    let asked = office.asked().len();
    assert!(channel.poll().await.is_err() && office.asked().len() == asked, "nothing is sent there");
    channel.attended().resume();
    channel.poll().await.unwrap();
}

#[tokio::test]
async fn a_picture_is_read_by_a_person_and_the_session_outlives_a_restart() {
    let options = PortalOptions { captcha: Some(Duration::from_secs(90)), ..PortalOptions::new(2) };
    let office = Office::start(options).await.unwrap();
    let mut channel = Channel::of(&office, with_captcha);
    let Fault::NeedsPerson { message, .. } = channel.poll().await.unwrap_err() else { panic!("nobody is asked") };
    assert!(message.contains("huiliu channel login letters"), "{message}");
    assert!(channel.attended().needs_person() && channel.attended().standing().word() == "person");
    assert_eq!(office.tried().len(), 0);
    let first = channel.attended().challenge().await.unwrap();
    assert!(first.media_type == "image/png" && first.image.reveal().starts_with(b"\x89PNG") && first.until.is_some());
    let second = channel.attended().challenge().await.unwrap();
    let answer = |id: &str, text: String| {
        let id = id.to_owned();
        let attended = channel.connector.attended.clone().unwrap();
        async move { attended.answer(&id, &Secret::new(text)).await.unwrap() }
    };
    assert_eq!(answer(&first.id, office.captcha().unwrap()).await, Answered::Late, "it is another picture now");
    assert_eq!(answer(&second.id, "0".into()).await, Answered::Wrong { left: 1 });
    assert_eq!(answer(&second.id, office.captcha().unwrap()).await, Answered::Late, "each is good once");
    let third = channel.attended().challenge().await.unwrap();
    assert_eq!(answer(&third.id, format!(" {} ", office.captcha().unwrap())).await, Answered::In);
    assert_eq!(went(&office), ["captcha", "in"]);
    channel.restart(PASSWORD);
    assert_eq!(channel.attended().standing().word(), "in");
    assert_eq!(channel.walk().await.len(), 2);
    // A fresh one while the old one holds: it goes on until the answer.
    let fresh = channel.attended().challenge().await.unwrap();
    channel.poll().await.unwrap();
    let attended = channel.connector.attended.clone().unwrap();
    assert_eq!(attended.answer(&fresh.id, &Secret::new(office.captcha().unwrap())).await.unwrap(), Answered::In);
    office.end_sessions();
    assert_eq!(channel.poll().await.unwrap_err().word(), "needs_person");
}

#[tokio::test]
async fn wrong_answers_come_to_a_rest_and_one_refused_password_is_enough() {
    let options = PortalOptions { captcha: Some(Duration::from_secs(90)), ..PortalOptions::new(0) };
    let office = Office::start(options.clone()).await.unwrap();
    let channel = Channel::of(&office, with_captcha);
    for wanted in ["Wrong { left: 1 }", "Resting"] {
        let picture = channel.attended().challenge().await.unwrap();
        let answered = channel.attended().answer(&picture.id, &Secret::new("0")).await.unwrap();
        assert!(format!("{answered:?}").starts_with(wanted), "{answered:?}");
    }
    assert_eq!(channel.attended().challenge().await.unwrap_err().word(), "denied");
    channel.attended().resume();
    office.change_password("changed-over-there");
    let picture = channel.attended().challenge().await.unwrap();
    let answered = channel.attended().answer(&picture.id, &Secret::new(office.captcha().unwrap())).await.unwrap();
    assert!(matches!(answered, Answered::Resting { .. }), "{answered:?}");
    assert_eq!((office.stats().wrong_passwords, office.stats().locked), (1, false));
}

#[tokio::test]
async fn a_session_is_kept_alive_when_that_is_due_and_a_loss_is_noted() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let mut channel = Channel::of(&office, |tables| {
        tables["login"]["keep_alive"] = json!({ "get": "index.jsp", "every": "8m" });
        tables["login"]["lasts"] = json!("8h");
    });
    channel.poll().await.unwrap();
    let asked = office.asked().len();
    let wait = channel.attended().tend().await.unwrap();
    assert!(wait <= Duration::from_secs(480) && wait > Duration::from_secs(400), "{wait:?}");
    assert_eq!(office.asked().len(), asked, "it was used a moment ago");
    let hours = |n| huiliu_contract::Timestamp::now() + jiff::SignedDuration::from_hours(n);
    assert!(!channel.attended().ends_before(hours(7)) && channel.attended().ends_before(hours(9)));
    let plain = Channel::of(&office, |_| {});
    assert_eq!(plain.attended().tend().await, None);
}

#[tokio::test]
async fn checking_reaches_the_login_page_and_logs_in_once_if_asked() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let channel = Channel::of(&office, |_| {});
    let far = &channel.connector.far[0];
    let steps = far.walk(Duration::from_secs(5)).await;
    let last = steps.last().unwrap();
    assert_eq!((last.word, last.went.word(), office.tried().len()), ("login", "right", 0));
    assert_eq!(far.login(), huiliu_contract::Login::Ends);
    assert_eq!(far.log_in(Duration::from_secs(5)).await.unwrap().went.word(), "right");
    let renamed = Channel::of(&office, |tables| tables["login"]["form"]["password"] = json!("pwd"));
    let steps = renamed.connector.far[0].walk(Duration::from_secs(5)).await;
    assert!(steps.last().unwrap().said.en.contains("no box `pwd`"), "{steps:?}");
    let pictured = Channel::of(&office, with_captcha);
    assert_eq!(pictured.connector.far[0].log_in(Duration::from_secs(5)).await.unwrap().went.word(), "skipped");
    let open: serde_json::Value = {
        let mut open = tables(&office.url());
        open.as_object_mut().unwrap().remove("login");
        open["connect"].as_object_mut().unwrap().retain(|key, _| key == "url");
        open
    };
    let nobody = crate::channel::built(&open, "").unwrap();
    assert!(nobody.attended.is_none());
    assert_eq!(
        nobody.poll.unwrap().poll(None, None).await.unwrap_err().word(),
        "malformed",
        "a page that says 请重新登录 is no list"
    );
}
