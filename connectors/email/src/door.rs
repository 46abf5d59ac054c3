//! Letters that the site's own mail server hands over: it was verified by reaching the listener, and the letter is read as any
//! other.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use huiliu_contract::{Answer, Item, Push, Receive, Received, Refusal, Reply};

use crate::aside::aside;
use crate::imap::{Met, Reader};
use crate::reader::Letters;

/// Takes letters that are handed over.
pub(crate) struct HandedOver(pub(crate) Arc<Letters>);

#[async_trait]
impl Receive for HandedOver {
    async fn receive(&self, push: &Push) -> Result<Received, Refusal> {
        let letters = Arc::clone(&self.0);
        let raw = push.body.reveal().clone();
        let met =
            Met { folder: String::new(), uid: 0, received_at: Some(push.received_at), junk: false, whole_size: None };
        let item = aside(move || letters.item(raw, &met)).await;
        match item {
            Some(Item::Submission(submission)) => {
                Ok(Received::Submissions { items: vec![Item::Submission(submission)], once: None })
            }
            Some(Item::Unreadable(unreadable)) => {
                Err(Refusal::Unreadable { raw: unreadable.raw, reason: unreadable.reason.en })
            }
            // Reading broke: the letter is kept as it came, for a person.
            None => Err(Refusal::Unreadable {
                raw: huiliu_contract::Raw::new(push.body.reveal().clone(), crate::reader::MAIL),
                reason: "reading the letter broke off by a fault of ours".into(),
            }),
        }
    }

    fn answer(&self, _: &Push, what: Answer<'_>) -> Reply {
        let status = match what {
            Answer::Taken(_) => StatusCode::OK,
            Answer::Refused(refusal) => refusal.status(),
            Answer::Failed => StatusCode::SERVICE_UNAVAILABLE,
        };
        Reply { status, headers: HeaderMap::new(), body: Bytes::new() }
    }
}
