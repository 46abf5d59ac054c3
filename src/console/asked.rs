//! Commands about records of the core's list that are no outcomes: what lies in them, and how they are tried again.

use serde_json::Value;

use super::dead::{ended, waiting};
use super::tickets::text_or_json;
use super::view::DeadEnded;
use super::{House, Problem};
use crate::settings::Lang;
use crate::store::{Actor, StoreError};
use crate::words::{REASONS, word};

/// What such a letter shows. The record is free text of anybody, so masked views leave it out.
pub(super) fn details(body: &[u8], unmask: bool) -> Value {
    let mut details = text_or_json(body);
    if let Some(record) = details.get_mut("record").filter(|_| !unmask) {
        *record = Value::String("…".into());
    }
    details
}

/// Reads the record again, by the table of now.
pub(super) async fn retell(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    let row = waiting(house, id, true).await?;
    let body = row.body.as_deref().ok_or(StoreError::NotFound)?;
    match house.outcomes.retake(body).await? {
        Ok(_) => {
            house.store.retry(id, actor).await?;
            Ok(ended(&row, "retried"))
        }
        Err(not) => {
            let said = |lang| word(REASONS, not.reason, lang);
            let (zh, en) = match not.place.as_str() {
                "" => (String::new(), String::new()),
                place => (format!("({place})"), format!(" ({place})")),
            };
            Err(Problem::refused(
                format!(
                    "还是不行:{}{zh};改好 gateway.toml 的 [core.outcomes] 并重启后再试,或用 huiliu dead drop {id} --why “理由” 销掉",
                    said(Lang::Zh)
                ),
                format!(
                    "still not: {}{en}; mend [core.outcomes] of gateway.toml, start anew and try again, or huiliu dead drop {id} --why \"…\"",
                    said(Lang::En)
                ),
            ))
        }
    }
}
