//! Mails that are refused: for their reader, for themselves, or for who we are. What the server says is quoted, never told.

use huiliu_contract::{Fault, Reached};
use huiliu_farside::postbox::{Manner, Postbox, Trick};
use serde_json::json;

use crate::scene::{HOTLINE, account, mailer, send};

const READER: &str = "wang@citizen.test";

fn quoted(fault: &Fault) -> String {
    match fault {
        Fault::Denied { quoted, .. }
        | Fault::PutOff { quoted, .. }
        | Fault::Malformed { quoted, .. }
        | Fault::Unavailable { quoted, .. } => quoted.as_ref().unwrap().reveal().clone(),
        Fault::NeedsPerson { .. } => panic!("{fault}"),
    }
}

async fn said(word: &'static str, answer: &[u8]) -> (Fault, usize) {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    postbox.plays(Trick::Say(word, answer.to_vec()));
    let fault = send(&mailer(postbox.port(), json!({})), READER).await.unwrap_err();
    (fault, postbox.taken().len())
}

#[tokio::test]
async fn a_reader_that_is_not_there_is_the_mails_own_fault() {
    let (fault, taken) = said("RCPT", b"550-5.1.1 no such\r\n550 5.1.1 user wang\r\n").await;
    assert!(matches!(fault, Fault::Malformed { .. }) && taken == 0, "{fault}");
    assert!(quoted(&fault).contains("user wang") && !fault.to_string().contains("wang"), "{fault}");
}

#[tokio::test]
async fn a_reader_that_is_put_off_is_tried_again_later() {
    let (fault, _) = said("RCPT", b"451 4.7.1 greylisted\r\n").await;
    assert!(matches!(fault, Fault::PutOff { .. }), "{fault}");
}

#[tokio::test]
async fn a_mail_that_is_refused_behind_its_end_certainly_did_not_arrive() {
    let (fault, taken) = said(".", b"554 DT:SPM\r\n").await;
    assert!(matches!(fault, Fault::Malformed { .. }) && taken == 0, "{fault}");
    let (fault, _) = said(".", b"452 disk full\r\n").await;
    assert!(matches!(fault, Fault::Unavailable { reached: Reached::No, .. }), "{fault}");
}

#[tokio::test]
async fn the_empty_sender_is_denied_where_the_server_wants_the_account() {
    let postbox = Postbox::open(Manner { no_empty_sender: true, ..Manner::default() }).await.unwrap();
    let fault = send(&mailer(postbox.port(), json!({ "envelope_sender": "empty" })), READER).await.unwrap_err();
    assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
    assert_eq!(quoted(&fault), "Mail from must equal authorized user");
    send(&mailer(postbox.port(), json!({})), READER).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_denied_and_what_was_said_in_gbk_can_be_read() {
    let manner = Manner { account: Some((HOTLINE.into(), "another".into())), ..Manner::default() };
    let postbox = Postbox::open(manner).await.unwrap();
    let fault = send(&mailer(postbox.port(), account()), READER).await.unwrap_err();
    assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
    assert_eq!(quoted(&fault), "用户名或密码错误");
    assert!(!fault.to_string().contains("用户名"), "{fault}");
}

#[tokio::test]
async fn who_says_nothing_of_himself_where_a_login_is_wanted_is_denied() {
    let manner = Manner { account: Some((HOTLINE.into(), "another".into())), ..Manner::default() };
    let postbox = Postbox::open(manner).await.unwrap();
    let fault = send(&mailer(postbox.port(), json!({})), READER).await.unwrap_err();
    assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
}
