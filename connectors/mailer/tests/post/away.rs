//! Servers that are not there, or go away in the middle: where it is certain that nothing arrived, and where it is not.

use std::time::Duration;

use huiliu_contract::{Fault, Reached, Went};
use huiliu_farside::postbox::{Manner, Postbox, Trick};
use serde_json::json;

use crate::scene::{account, mailer, send};

const READER: &str = "wang@citizen.test";

fn reached(fault: &Fault) -> Reached {
    let Fault::Unavailable { reached, .. } = fault else { panic!("{fault}") };
    *reached
}

async fn after(trick: Trick) -> (Fault, Postbox) {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    postbox.plays(trick);
    let fault = send(&mailer(postbox.port(), json!({ "timeout": "1s" })), READER).await.unwrap_err();
    (fault, postbox)
}

#[tokio::test]
async fn where_nobody_listens_nothing_arrived() {
    let port = Postbox::open(Manner::default()).await.unwrap().port();
    let fault = send(&mailer(port, json!({})), READER).await.unwrap_err();
    assert_eq!(reached(&fault), Reached::No, "{fault}");
}

#[tokio::test]
async fn a_line_that_breaks_before_the_mail_is_certain() {
    for word in ["EHLO", "MAIL", "RCPT", "DATA"] {
        let (fault, postbox) = after(Trick::HangUp(word)).await;
        assert_eq!((reached(&fault), postbox.taken().len()), (Reached::No, 0), "{word}: {fault}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_before_the_mail_is_certain_too() {
    for word in ["EHLO", "MAIL", "DATA"] {
        let (fault, _) = after(Trick::Stall(word)).await;
        assert_eq!(reached(&fault), Reached::No, "{word}: {fault}");
    }
}

#[tokio::test]
async fn a_line_that_breaks_behind_the_mail_leaves_it_open_and_told_again_it_is_the_same_mail() {
    let (fault, postbox) = after(Trick::HangUp(".")).await;
    assert_eq!(reached(&fault), Reached::Maybe, "{fault}");
    send(&mailer(postbox.port(), json!({})), READER).await.unwrap();
    let taken = postbox.taken();
    assert_eq!((taken.len(), &taken[0]), (2, &taken[1]));
}

#[tokio::test]
async fn a_server_that_says_nothing_behind_the_mail_leaves_it_open() {
    let (fault, _) = after(Trick::Stall(".")).await;
    assert_eq!(reached(&fault), Reached::Maybe, "{fault}");
}

#[tokio::test]
async fn what_is_no_mail_server_is_told_as_such() {
    let (fault, _) = after(Trick::Say("EHLO", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    assert_eq!(reached(&fault), Reached::No, "{fault}");
}

#[tokio::test]
async fn walking_there_greets_and_logs_in_and_sends_nothing() {
    let postbox = Postbox::open(Manner { account: Some(("x".into(), "y".into())), ..Manner::default() }).await.unwrap();
    let far = mailer(postbox.port(), account()).far();
    let limit = Duration::from_secs(5);
    let steps = far.walk(limit).await;
    let words: Vec<_> = steps.iter().map(|step| (step.word, step.went)).collect();
    assert_eq!(words.last(), Some(&("smtp", Went::Right)), "{steps:?}");
    assert!(steps.last().unwrap().said.en.contains("LOGIN, PLAIN, XOAUTH2"), "{steps:?}");
    let login = far.log_in(limit).await.unwrap();
    assert_eq!((login.word, login.went), ("login", Went::Wrong), "{login:?}");
    assert!(postbox.taken().is_empty() && !postbox.heard().iter().any(|line| line.starts_with("MAIL")));
}
