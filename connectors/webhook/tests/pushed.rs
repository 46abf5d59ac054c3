//! A portal pushes over a real connection to a webhook channel: what is signed at one end is believed at
//! the other, and what the portal is told is what was said. The gateway between them is a few lines here.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use huiliu_contract::{Answer, Connector, ConnectorKind, Item, Personal, Push, Received, Taken, What};
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::{Mailbox, MailboxOptions, Pushed};
use huiliu_farside::port::Port;
use huiliu_farside::proof::{Hmac, Proof};
use huiliu_farside::site::Premises;
use huiliu_webhook::Webhook;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The least a gateway does: gives numbers, remembers them, and fails the first pushes if told so.
struct House {
    connector: Connector,
    tickets: Mutex<BTreeMap<String, String>>,
    failures: Mutex<u32>,
}

impl House {
    fn keep(&self, items: &[Item]) -> Vec<Taken> {
        let mut tickets = self.tickets.lock().unwrap();
        let mut keep = |item: &Item| {
            let Item::Submission(submission) = item else {
                return Taken { external_id: None, ticket: None, what: What::Unmapped };
            };
            let id = submission.external_id.clone();
            let what = if tickets.contains_key(id.as_str()) { What::Repeat } else { What::New };
            let next = format!("T{}", tickets.len() + 1);
            let ticket = tickets.entry(id.to_string()).or_insert(next).clone();
            Taken { external_id: Some(id), ticket: Some(ticket), what }
        };
        items.iter().map(&mut keep).collect()
    }
}

async fn hear(State(house): State<Arc<House>>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let push = Push {
        method: parts.method,
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: Personal::new(axum::body::to_bytes(body, 1 << 20).await.unwrap()),
        peer: SocketAddr::from(([127, 0, 0, 1], 1)),
        received_at: Timestamp::now(),
        envelope: None,
    };
    let (_, receive) = house.connector.receive.as_ref().unwrap();
    let down = {
        let mut failures = house.failures.lock().unwrap();
        let down = *failures > 0;
        *failures = failures.saturating_sub(1);
        down
    };
    let reply = match receive.receive(&push).await {
        Ok(_) if down => receive.answer(&push, Answer::Failed),
        Ok(Received::Submissions { items, .. }) => receive.answer(&push, Answer::Taken(&house.keep(&items))),
        Ok(Received::Handshake(reply)) => reply,
        Err(refusal) => receive.answer(&push, Answer::Refused(&refusal)),
    };
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

async fn scene(receive: Value, failures: u32) -> (Port, Mailbox) {
    let options = json!({
        "connect": { "verify": { "hmac_sha256": {
            "header": "x-signature", "secrets": [{ "env": "AGREED" }], "signed": "{timestamp}.{nonce}.{body}",
            "timestamp": { "header": "x-timestamp" }, "nonce": { "header": "x-nonce" },
        } } },
        "receive": receive,
    });
    let site = Premises::new().with("AGREED", "the-agreed-secret");
    let connector = Webhook::build(serde_json::from_value(options).unwrap(), &site).unwrap();
    let house = House { connector, tickets: Mutex::default(), failures: Mutex::new(failures) };
    let router = Router::new().route("/channels/letters", post(hear)).with_state(Arc::new(house));
    let port = Port::open(router, ([127, 0, 0, 1], 0).into()).await.unwrap();
    let proof = Proof::Hmac(Hmac::once("the-agreed-secret"));
    let options = MailboxOptions::new(format!("http://{}/channels/letters", port.addr()), proof);
    let mailbox = Mailbox::new(MailboxOptions { pause: Duration::from_millis(1), tries: 4, ..options }).unwrap();
    (port, mailbox)
}

#[tokio::test]
async fn a_letter_is_pushed_told_again_and_acknowledged() {
    let (_port, mailbox) = scene(json!({ "id": "letterNo" }), 2).await;
    assert_eq!(mailbox.push(&Letter::invented(1)).await, Pushed::Acknowledged(Some("T1".into())));
    assert_eq!(mailbox.stats().told_again, 2, "twice we failed, twice it came again");
    let told = Pushed::Acknowledged(Some("T2".into()));
    assert_eq!(mailbox.push_twice(&Letter::invented(2)).await, (told.clone(), told));
    assert_eq!(mailbox.push_unproven(&Letter::invented(3)).await, Some(401));
    assert_eq!(mailbox.push_malformed("no letter").await, Some(400));
    let stats = mailbox.stats();
    assert_eq!((stats.letters, stats.acknowledged, stats.contradicted), (2, 2, 0));
}

#[tokio::test]
async fn a_list_is_acknowledged_letter_by_letter() {
    let (_port, mailbox) = scene(json!({ "items": "letters", "id": "letterNo" }), 0).await;
    let letters: Vec<_> = (1..=3).map(Letter::invented).collect();
    mailbox.push_list_with(&letters, &[json!({ "title": "no number" })]).await;
    let named: Vec<_> = mailbox.acknowledged().into_values().flatten().collect();
    assert_eq!(named, ["T1", "T2", "T3"]);
    assert_eq!(mailbox.stats().unnamed, 0);
}
