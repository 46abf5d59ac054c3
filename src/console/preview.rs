//! A look at what a channel would take next. Nothing is taken, and nothing it remembers moves.

use huiliu_contract::{Cursor, Keepsake, Personal};

use bytes::Bytes;

use super::handle::on_record;
use super::{House, Problem};
use crate::preview::{Begin, Preview};
use crate::store::Actor;

/// Asks a channel's far side once, from where the channel was left. An unmasked look goes on record first.
///
/// # Errors
///
/// If there is no such channel, it cannot be asked, or not now; or if an unmasked look has no reason.
pub async fn live(house: &House, called: &str, unmask: bool, actor: &Actor) -> Result<Preview, Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    if unmask {
        on_record(house, actor, &format!("channel:{code}")).await?;
    }
    let known = house.store.known_channels().await?;
    let id = known.iter().find(|(known, _)| *known == code).map(|(_, id)| *id);
    let begin = match id {
        Some(id) => {
            let (cursor, kept) = house.store.bookmarks(id).await?;
            let cursor = cursor.and_then(|body| String::from_utf8(body).ok()).map(Cursor);
            Begin { cursor, kept: kept.map(|body| Keepsake(Personal::new(body))), stored: true }
        }
        None => Begin { stored: true, ..Begin::default() },
    };
    house.control.preview(&code, begin, unmask).await
}

/// Shows a channel a file as what its far side would have said, personal data hidden.
///
/// # Errors
///
/// If there is no such channel, or it reads no file.
pub async fn saved(house: &House, called: &str, name: String, bytes: Bytes) -> Result<Preview, Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    house.control.preview_saved(&code, name, bytes).await
}

/// A kind that can be shown no file.
pub fn reads_no_file(kind: &str) -> Problem {
    Problem::refused(
        format!("这个渠道的来件由人登记或不从文件读(kind = \"{kind}\"),没有可试看的;登记用 huiliu ticket new"),
        format!(
            "what this channel takes is entered by people, or is read from no file (kind = \"{kind}\"); there is nothing to preview"
        ),
    )
}
