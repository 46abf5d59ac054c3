//! Mails of which nobody knows whether they arrived, and those that certainly did not.

use huiliu_contract::{Fault, Manners, OutcomeKind, Reached, Receipt, WriteBack};
use huiliu_farside::postbox::{Manner, Postbox, Trick};
use serde_json::json;

use crate::scene::{Home, outlet, read};

#[tokio::test]
async fn a_receipt_whose_line_broke_behind_the_mail_is_told_again_as_the_same_mail() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    let home = Home::of(OutcomeKind::Signed);
    let parcel = home.compose(&outlet).unwrap();
    postbox.plays(Trick::HangUp("."));
    let fault = outlet.send(&parcel, &home.key).await.unwrap_err();
    assert!(matches!(fault, Fault::Unavailable { reached: Reached::Maybe, .. }), "{fault}");
    // Its ration was taken already: under the same claim it is not taken twice.
    assert!(matches!(outlet.send(&parcel, &home.key).await.unwrap(), Receipt::Settled { .. }));
    let taken = postbox.taken();
    assert_eq!((taken.len(), &taken[0]), (2, &taken[1]));
    assert!(read(&taken[0].bytes).message_id().is_some());
}

#[test]
fn mail_bears_being_told_twice_and_is_never_asked() {
    let manners = outlet(25, json!({})).manners();
    assert_eq!(manners, Manners { bears_twice: true, refuses_for_good: true, ..Manners::default() });
}

#[tokio::test]
async fn a_server_that_puts_off_is_told_later_and_what_one_refuses_takes_nothing_from_the_next() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    let home = Home::of(OutcomeKind::Closed);
    let parcel = home.compose(&outlet).unwrap();
    postbox.plays(Trick::Say("RCPT", b"451 4.7.1 later\r\n".to_vec()));
    let fault = outlet.send(&parcel, &home.key).await.unwrap_err();
    assert!(matches!(fault, Fault::PutOff { .. }), "{fault}");
    postbox.plays(Trick::Say("RCPT", b"550 5.1.1 no such user\r\n".to_vec()));
    let fault = outlet.send(&parcel, &home.key).await.unwrap_err();
    assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
    outlet.send(&parcel, &home.key).await.unwrap();
    assert_eq!(postbox.taken().len(), 1);
}

#[tokio::test]
async fn a_parcel_of_another_sender_does_not_leave() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let home = Home::of(OutcomeKind::Closed);
    let parcel = home.compose(&outlet(postbox.port(), json!({}))).unwrap();
    let smtp = json!({ "host": "127.0.0.1", "port": postbox.port(), "tls": "none", "from": "other@example.test" });
    let fault = outlet(postbox.port(), json!({ "smtp": smtp })).send(&parcel, &home.key).await.unwrap_err();
    assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
    assert!(postbox.taken().is_empty());
}
