//! A letter that lies in a file.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{Fault, Page, Saved, SavedPage};
use jiff::Timestamp;

use crate::imap::{Met, Reader};
use crate::reader::Letters;

/// Reads such files by the rules of a channel.
pub(crate) struct SavedLetter(pub(crate) Arc<Letters>);

impl Saved for SavedLetter {
    fn read(&self, name: &str, bytes: &Bytes, now: Timestamp) -> Result<SavedPage, Fault> {
        let met = Met { folder: name.to_owned(), uid: 0, received_at: Some(now), junk: false, whole_size: None };
        let items = vec![self.0.item(bytes.clone(), &met)];
        Ok(SavedPage { page: Page { items, next: None, more: false, keep: None }, remarks: Vec::new() })
    }
}
