//! Deliberately wrong twins: each breaks one promise and keeps the others.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use huiliu_contract::{Answer, Door, Item, Push, Raw, Receive, Received, Refusal, Reply};

use super::list::Promise;
use super::subject::Subject;
use crate::letter::Letter;

/// A kind of its own making: a promise, broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flaw(pub Promise);

/// A connector that does what the true one does, save for one promise.
pub struct Twin<'a> {
    flaw: Flaw,
    subject: Subject<'a>,
    asked: AtomicUsize,
}

impl<'a> Twin<'a> {
    /// Makes the twin of a true connector.
    pub fn of(subject: Subject<'a>, flaw: Flaw) -> Self {
        Self { flaw, subject, asked: AtomicUsize::new(0) }
    }

    /// The door of the twin.
    pub fn door(&self) -> Door {
        match (self.flaw.0, self.subject.door) {
            (Promise::DoorLimitsTheBody, _) => Door::Http { body_limit: usize::MAX },
            (_, door) => door.clone(),
        }
    }

    /// Hears without asking who spoke: what is proven wrongly is read all the same.
    async fn believe(&self, push: &Push) -> Result<Received, Refusal> {
        self.subject.receive.receive(&self.subject.proven(push.body.reveal().clone())).await
    }

    fn spoil(&self, items: &mut [Item]) {
        for item in items {
            let Item::Submission(submission) = item else { continue };
            match self.flaw.0 {
                // Written anew instead of kept: equal as JSON, not byte for byte.
                Promise::LetterIsTakenWhole => {
                    let pretty = serde_json::to_string_pretty(submission.document.reveal()).unwrap_or_default();
                    submission.raw = Raw::new(pretty, "application/json");
                }
                Promise::ReadingTwiceIsTheSame if self.asked.fetch_add(1, Ordering::Relaxed) % 2 == 1 => {
                    submission.version = Some(huiliu_contract::SourceVersion("another".into()));
                }
                _ => {}
            }
        }
    }
}

#[async_trait]
impl Receive for Twin<'_> {
    async fn receive(&self, push: &Push) -> Result<Received, Refusal> {
        let covered = self.subject.receive.receive(push).await;
        let mut heard = match (self.flaw.0, covered) {
            // It reads whatever is not proven, and believes it when nothing is offered as a proof.
            (Promise::UnverifiedIsRefused, Err(Refusal::NotVerified(_))) if push.headers.len() == 1 => {
                self.believe(push).await
            }
            // It checks the signature against the letter it expected, not against what came.
            (Promise::TamperedIsRefused, Err(Refusal::NotVerified(_))) => {
                let expected = self.subject.proven(self.subject.body(&Letter::invented(2)));
                let expected = Push { body: expected.body, ..push.clone() };
                self.subject.receive.receive(&expected).await?;
                self.believe(push).await
            }
            (Promise::NonsenseIsKept, Err(Refusal::Unreadable { reason, .. })) => {
                Err(Refusal::Unreadable { raw: Raw::new(Bytes::new(), "application/json"), reason })
            }
            (_, heard) => heard,
        };
        if let Ok(Received::Submissions { items, .. }) = &mut heard {
            self.spoil(items);
        }
        if self.flaw.0 == Promise::NoSecretShows {
            tracing::info!(secrets = ?self.subject.secrets, "a push came");
        }
        heard
    }

    fn answer(&self, push: &Push, what: Answer<'_>) -> Reply {
        let plain = |status, body: &'static str| Reply { status, headers: http::HeaderMap::new(), body: body.into() };
        match (self.flaw.0, &what) {
            (Promise::AcknowledgementNamesTheId, Answer::Taken(_)) => plain(StatusCode::OK, "{\"success\":true}"),
            (Promise::FailureAsksToComeAgain, Answer::Failed) => plain(StatusCode::BAD_REQUEST, "failed"),
            (Promise::RefusalIsNoSuccess, Answer::Refused(_)) => plain(StatusCode::OK, ""),
            _ => self.subject.receive.answer(push, what),
        }
    }
}
