//! A mailbox against a gateway that answers from a list.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;

use super::*;
use crate::port::{HangUp, Port};

type Script = Arc<Mutex<VecDeque<(u16, Value)>>>;

/// Answers each push with the next line; status 0 hangs up, and behind the last line all is 200.
async fn gateway(script: Vec<(u16, Value)>) -> Port {
    let script: Script = Arc::new(Mutex::new(script.into()));
    let answer = async |State(script): State<Script>| -> Response {
        match lock(&script).pop_front() {
            None => "{}".into_response(),
            Some((0, _)) => axum::Extension(HangUp).into_response(),
            Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response(),
        }
    };
    Port::open(Router::new().route("/hook", post(answer)).with_state(script), ([127, 0, 0, 1], 0).into()).await.unwrap()
}

fn mailbox(port: &Port, tries: u32) -> Mailbox {
    let options = MailboxOptions::new(format!("http://{}/hook", port.addr()), Proof::bearer("t"));
    Mailbox::new(MailboxOptions { tries, pause: Duration::from_millis(1), ..options }).unwrap()
}

#[tokio::test]
async fn it_tells_again_until_it_is_acknowledged() {
    let port =
        gateway(vec![(503, json!({})), (0, json!({})), (429, json!({})), (200, json!({ "ticket": "T1" }))]).await;
    let mailbox = mailbox(&port, 5);
    assert_eq!(mailbox.push(&Letter::invented(1)).await, Pushed::Acknowledged(Some("T1".into())));
    let stats = mailbox.stats();
    assert_eq!((stats.pushes, stats.told_again, stats.letters, stats.acknowledged), (4, 3, 1, 1));
}

#[tokio::test]
async fn it_gives_up_and_takes_a_refusal_for_an_answer() {
    let port = gateway(vec![(500, json!({})), (500, json!({})), (401, json!({}))]).await;
    let mailbox = mailbox(&port, 2);
    assert_eq!(mailbox.push(&Letter::invented(1)).await, Pushed::GaveUp(Some(500)));
    assert_eq!(mailbox.push(&Letter::invented(2)).await, Pushed::Refused(401));
    assert_eq!(mailbox.open(), [Letter::invented(1).number, Letter::invented(2).number]);
}

#[tokio::test]
async fn it_notices_another_number_and_a_missing_one() {
    let item = |serial, ticket: &str| json!({ "external_id": Letter::invented(serial).number, "ticket": ticket });
    let port = gateway(vec![
        (200, json!({ "ticket": "T1" })),
        (200, json!({ "ticket": "T2" })),
        (200, json!({ "items": [item(3, "T3")] })),
    ])
    .await;
    let mailbox = mailbox(&port, 1);
    mailbox.push_twice(&Letter::invented(1)).await;
    assert_eq!(mailbox.stats().contradicted, 1);
    let letters = [Letter::invented(3), Letter::invented(4)];
    mailbox.push_list_with(&letters, &[json!({ "no": "letter" })]).await;
    let stats = mailbox.stats();
    assert_eq!((stats.unnamed, stats.malformed, stats.acknowledged), (1, 1, 2));
    assert_eq!(mailbox.open(), [letters[1].number.clone()]);
}
