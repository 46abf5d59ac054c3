//! Mails that are taken.

use huiliu_farside::postbox::{Manner, Postbox, Trick};
use serde_json::json;

use crate::scene::{HOTLINE, SECRET, account, mail, mailer, send};

const READER: &str = "wang@citizen.test";

#[tokio::test]
async fn a_mail_arrives_byte_for_byte_and_what_the_server_said_is_told() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let mailer = mailer(postbox.port(), json!({}));
    assert!(send(&mailer, READER).await.unwrap().contains("queued as POSTBOX1"));
    let taken = postbox.taken().remove(0);
    assert_eq!((taken.from.as_str(), taken.to.as_slice()), (HOTLINE, &[READER.to_owned()][..]));
    let composed = mailer.compose(&mail(READER)).unwrap();
    // The client ends a mail with an empty line of its own.
    assert_eq!(taken.bytes.strip_suffix(b"\r\n").unwrap(), composed);
}

#[tokio::test]
async fn who_we_are_is_said_by_password_or_by_token() {
    let let_in = Some((HOTLINE.to_owned(), SECRET.to_owned()));
    for who in [account(), json!({ "user": HOTLINE, "xoauth2": { "env": "TOKEN" } })] {
        let postbox = Postbox::open(Manner { account: let_in.clone(), ..Manner::default() }).await.unwrap();
        send(&mailer(postbox.port(), who), READER).await.unwrap();
        assert_eq!(postbox.taken().len(), 1);
    }
}

#[tokio::test]
async fn several_mails_go_over_one_connection() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let mailer = mailer(postbox.port(), json!({}));
    for _ in 0..3 {
        send(&mailer, READER).await.unwrap();
    }
    let (one, two) = tokio::join!(send(&mailer, READER), send(&mailer, READER));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!((postbox.taken().len(), postbox.connections()), (5, 1));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_opened_again() {
    let postbox = Postbox::open(Manner { hangs_up_after_mail: true, ..Manner::default() }).await.unwrap();
    let mailer = mailer(postbox.port(), json!({}));
    for _ in 0..3 {
        send(&mailer, READER).await.unwrap();
    }
    assert_eq!((postbox.taken().len(), postbox.connections()), (3, 3));
}

#[tokio::test]
async fn the_envelope_names_the_account_nobody_or_an_address_of_its_own() {
    for (written, wanted) in [
        ("account", HOTLINE),
        ("empty", ""),
        ("bounce+{token}@bounces.example.test", "bounce+0011@bounces.example.test"),
    ] {
        let postbox = Postbox::open(Manner::default()).await.unwrap();
        send(&mailer(postbox.port(), json!({ "envelope_sender": written })), READER).await.unwrap();
        assert_eq!(postbox.taken().remove(0).from, wanted);
    }
}

#[tokio::test]
async fn a_refused_mail_takes_nothing_from_the_next_one() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let mailer = mailer(postbox.port(), json!({}));
    postbox.plays(Trick::Say("RCPT", b"550 5.1.1 no such user\r\n".to_vec()));
    send(&mailer, "nouser@citizen.test").await.unwrap_err();
    send(&mailer, READER).await.unwrap();
    let taken = postbox.taken();
    assert_eq!((taken.len(), taken[0].to.as_slice()), (1, &[READER.to_owned()][..]));
    assert_eq!(postbox.connections(), 1);
}
