//! What a database would have given, as it lies in a file: rows as JSON. Pure.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{Fault, Page, Remark, Saved, SavedPage};
use jiff::Timestamp;
use serde_json::Value;

use crate::item;
use crate::read::Reader;

/// Reads rows out of a file.
pub(crate) struct SavedRows(pub(crate) Arc<Reader>);

impl Saved for SavedRows {
    fn read(&self, name: &str, bytes: &Bytes, _: Timestamp) -> Result<SavedPage, Fault> {
        let unfit = || {
            Fault::malformed(format!(
                "{name} holds no rows; a JSON list of objects is needed, a column a member, as most database tools export it"
            ))
        };
        let Ok(Value::Array(rows)) = serde_json::from_slice(bytes) else { return Err(unfit()) };
        if !rows.iter().all(Value::is_object) {
            return Err(unfit());
        }
        let marks = self.0.marks();
        let items = rows.into_iter().map(|row| item::of_document(row, Vec::new(), &marks)).collect();
        let mut remarks = Vec::new();
        if self.0.plan.files.is_some() {
            remarks.push(Remark::new("附件在数据库里,文件里看不到", "files lie in the database, and are not shown"));
        }
        Ok(SavedPage { page: Page { items, next: None, more: false, keep: None }, remarks })
    }
}
