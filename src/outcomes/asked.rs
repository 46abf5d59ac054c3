//! Outcomes that were asked for at the core, record by record: taken as those it posts, or kept aside for a person.

use std::sync::{Arc, PoisonError};

use huiliu_contract::Item;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, MAX_ID, NotAnOutcome, Outcomes, Reading};
use crate::store::{AskedPage, Digest, OutcomeTaken, Place, StoreError, Stray};
use crate::ticket::Spoken;

/// What lies in the dead letter of a record that is no outcome.
#[derive(Serialize, Deserialize)]
struct Aside {
    /// Where in the record, or what the connector says of it.
    place: String,
    /// The id by which the list knows it.
    id: Option<String>,
    /// The record as it came.
    record: Value,
}

/// What became of a record.
type Read = Result<OutcomeTaken, NotAnOutcome>;

impl Outcomes {
    /// Reads records of the core's list in this way from now on, for all who share this room.
    pub fn read_by(&self, reading: Option<Reading>) {
        self.rules.write().unwrap_or_else(PoisonError::into_inner).reading = reading.map(Arc::new);
    }

    /// Takes a record of the core's list: on disk when this returns. What became of it, or the letter for a person, goes into
    /// `page`, which is to be kept before any cursor moves on.
    ///
    /// # Errors
    ///
    /// If the store failed; the record must be asked for again.
    pub async fn take_asked(&self, item: &Item, page: &mut AskedPage) -> Result<(), StoreError> {
        let (aside, not) = match item {
            Item::Submission(submission) => {
                let (id, record) = (submission.external_id.as_str(), submission.document.reveal());
                match self.take_record(id, record).await? {
                    Ok(_) => {
                        page.taken.push(self.digest(Some(id), record));
                        return Ok(());
                    }
                    Err(not) => {
                        (Aside { place: not.place, id: Some(id.to_owned()), record: record.clone() }, not.reason)
                    }
                }
            }
            Item::Unreadable(unreadable) => {
                let raw = unreadable.raw.bytes.reveal();
                let record = serde_json::from_slice(raw)
                    .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(raw).into_owned()));
                (Aside { place: unreadable.reason.en.clone(), id: None, record }, "outcome_id")
            }
        };
        page.aside.push((not, self.aside(&aside)?));
        Ok(())
    }

    /// Takes what lies in a dead letter, now that the table or the ticket may be another.
    ///
    /// # Errors
    ///
    /// If the store failed.
    pub async fn retake(&self, body: &[u8]) -> Result<Result<OutcomeTaken, NotAnOutcome>, StoreError> {
        let Ok(Aside { id: Some(id), record, .. }) = serde_json::from_slice::<Aside>(body) else {
            return Ok(Err(NotAnOutcome { reason: "outcome_id", place: String::new() }));
        };
        self.take_record(&id, &record).await
    }

    async fn take_record(&self, listed: &str, record: &Value) -> Result<Read, StoreError> {
        let not = |reason, place: &str| Ok(Err(NotAnOutcome { reason, place: place.to_owned() }));
        let reading = self.rules().reading.clone();
        let Some(reading) = reading else { return not("outcome_table", "") };
        let entry = match reading.read(listed, record) {
            Ok(entry) => entry,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let id = entry.id.clone().unwrap_or_default();
        if id.is_empty() || id.len() > MAX_ID {
            return not("outcome_id", "");
        }
        let Some(ticket) = self.ticket_of(&entry).await? else { return not("outcome_ticket", &reading.ticket_at()) };
        match self.keep(id, ticket, entry.outcome, &[], None).await? {
            OutcomeTaken::Conflict => not("outcome_conflict", ""),
            taken => Ok(Ok(taken)),
        }
    }

    /// Whose it is. A number of ours whose ticket is not there is kept like what the core posts.
    async fn ticket_of(&self, entry: &Entry) -> Result<Option<Spoken>, StoreError> {
        let spoken = entry.number.as_deref().and_then(|number| Spoken::parse(number).ok());
        Ok(match self.whose(entry).await? {
            Ok(row) => Some(row.key.number),
            Err(became) if became.state == "unknown_ticket" => spoken,
            Err(_) => None,
        })
    }

    /// The letter of a record.
    fn aside(&self, aside: &Aside) -> Result<Stray, StoreError> {
        let bytes = serde_json::to_vec(aside).unwrap_or_default();
        let (id, digest) = (self.store.reserve(), self.digest(aside.id.as_deref(), &aside.record));
        Ok(Stray { digest, id, body: self.store.keys().seal(Place::Dead, id, &bytes)? })
    }

    /// By what a record is known again, whatever is made of it.
    fn digest(&self, id: Option<&str>, record: &Value) -> Digest {
        let record = serde_json::to_vec(record).unwrap_or_default();
        self.store.keys().blind("asked", &[id.unwrap_or_default().as_bytes(), &record])
    }
}
