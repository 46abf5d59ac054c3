//! A list's answer that lies in a file.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use huiliu_contract::{Fault, Page, Remark, Saved, SavedPage};
use huiliu_kit::client::Answer;
use jiff::Timestamp;

use crate::poll::Platform;

/// Reads such answers by the rules of a platform.
pub(crate) struct SavedList(pub(crate) Arc<Platform>);

impl Saved for SavedList {
    fn read(&self, _: &str, bytes: &Bytes, now: Timestamp) -> Result<SavedPage, Fault> {
        let platform = &self.0;
        let answer = Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: bytes.clone() };
        let (rows, then, more) = platform.saved(&answer, now)?;
        let waiting = platform.detail.as_ref().map(|rule| rows.iter().filter(|row| rule.wants(row, &platform.reader)));
        let waiting = waiting.map_or(0, Iterator::count);
        let mut remarks = Vec::new();
        if waiting > 0 {
            remarks.push(Remark {
                zh: format!("其中 {waiting} 件真正取件时会再取详情;这里是列表上的样子,缺的栏目、截断的正文要看详情"),
                en: format!(
                    "{waiting} of them are asked for by themselves when it is polled; here they are as the list shows them, without what only their details say"
                ),
            });
        }
        // What is cut is told to be cut only where no detail would make it whole.
        let item = |row| match &platform.detail {
            Some(rule) if rule.wants(&row, &platform.reader) => platform.reader.whole(row),
            _ => platform.reader.item(row),
        };
        let items = rows.into_iter().map(item).collect();
        Ok(SavedPage { page: Page { items, next: Some(then.cursor()), more, keep: None }, remarks })
    }
}
