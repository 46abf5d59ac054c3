//! Deliberately wrong twins: each does what the true connector does, but breaks one promise.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use huiliu_contract::{Cursor, Fault, Item, Keepsake, Page, Poll, Reached};

use super::Promise;

pub(super) struct Twin<'a> {
    truth: Box<dyn Poll>,
    flaw: Promise,
    secrets: &'a [&'a str],
    /// The cursor of the last poll that went well.
    asked: Mutex<Option<Option<Cursor>>>,
}

impl<'a> Twin<'a> {
    pub(super) fn of(truth: Box<dyn Poll>, flaw: Promise, secrets: &'a [&'a str]) -> Self {
        Self { truth, flaw, secrets, asked: Mutex::new(None) }
    }

    fn spoil(&self, page: &mut Page, again: bool) -> Result<(), Fault> {
        match self.flaw {
            // One item of each ten, wherever it stands: a page may hold one item only.
            Promise::NothingIsLost => {
                page.items.retain(|item| number(item).is_none_or(|number| !number.ends_with('3')))
            }
            Promise::NothingIsRepeated => {
                page.items.extend(page.items.last().filter(|item| number(item).is_some()).cloned());
            }
            Promise::OneCursorOnePage if again => match page.items.len() {
                0 | 1 => page.items.clear(),
                _ => page.items.reverse(),
            },
            Promise::OneBadItemStopsNoOther if page.items.iter().any(|item| matches!(item, Item::Unreadable(_))) => {
                return Err(Fault::malformed("an item of the page has no number"));
            }
            Promise::NoSecretShows => tracing::info!(secrets = ?self.secrets, "asked"),
            _ => {}
        }
        Ok(())
    }

    /// What the twin makes of a fault: another one, or the end of the list.
    fn misread(&self, fault: Fault, after: Option<&Cursor>) -> Result<Page, Fault> {
        let end = Ok(Page { items: Vec::new(), next: None, more: false, keep: None });
        match (self.flaw, &fault) {
            (Promise::StrangersAreDenied, Fault::Denied { message, .. }) => {
                Err(Fault::unavailable(message.clone(), Reached::Maybe))
            }
            (Promise::WaitIsHandedOn, Fault::Unavailable { message, reached, retry_after: Some(_), .. }) => {
                Err(Fault::unavailable(message.clone(), *reached))
            }
            (Promise::CutLineIsUnavailable, Fault::Unavailable { retry_after: None, quoted: None, .. }) => end,
            (Promise::NonsenseIsMalformed, Fault::Malformed { .. }) if after.is_none() => end,
            (Promise::SamePageAgainIsMalformed, Fault::Malformed { .. }) if after.is_some() => end,
            _ => Err(fault),
        }
    }
}

fn number(item: &Item) -> Option<&str> {
    match item {
        Item::Submission(submission) => Some(submission.external_id.as_str()),
        Item::Unreadable(_) => None,
    }
}

#[async_trait]
impl Poll for Twin<'_> {
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        match self.truth.poll(after, kept).await {
            Ok(mut page) => {
                let now = Some(after.cloned());
                let before =
                    std::mem::replace(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner), now.clone());
                self.spoil(&mut page, before == now)?;
                Ok(page)
            }
            Err(fault) => self.misread(fault, after),
        }
    }
}
