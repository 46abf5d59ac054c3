//! Commands about notes on tickets (备注): what was promised to a caller, by when, and that it was done. The text may be
//! personal: it is sealed, and masked unless a reason went on record first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::Names;
use super::handle::reason_given;
use super::tickets::{missing, spoken};
use super::{Code, House, Problem};
use crate::store::{Actor, NewNote, NoteRow, Place};
use crate::ticket::mask_text;

/// The most characters of a note.
const LONGEST: usize = 2000;

/// A note on a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Note")]
pub struct NoteView {
    /// Its number.
    pub id: i64,
    /// 汇流编号 of the ticket.
    pub ticket: String,
    /// The name of the ticket's channel.
    pub channel_name: String,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// By when it is to be done; null: it only is to be known.
    pub until: Option<Timestamp>,
    /// What it says; masked unless the whole ticket is shown unmasked.
    pub text: String,
    /// When it was done; null: nobody has.
    pub done_at: Option<Timestamp>,
    /// Who said so.
    pub done_by: Option<String>,
}

/// Keeps a note on a ticket; it is on disk and on record when this returns.
///
/// # Errors
///
/// If there is no such ticket, or it is no note.
pub async fn note(
    house: &House,
    number: &str,
    text: &str,
    until: Option<Timestamp>,
    actor: &Actor,
) -> Result<NoteView, Problem> {
    let number = spoken(number)?;
    let text = text.trim();
    match text.chars().count() {
        0 => return Err(Problem::invalid("备注是空的;写 --text “……”", "the note is empty; write --text \"…\"")),
        count if count > LONGEST => {
            return Err(Problem::invalid(
                format!("备注有 {count} 字,最多 {LONGEST} 字"),
                format!("the note has {count} characters; at most {LONGEST}"),
            ));
        }
        _ => {}
    }
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    let id = house.store.reserve();
    let body = house.store.keys().seal(Place::TicketNote, id, text.as_bytes());
    let body = body.map_err(|error| {
        Problem::new(Code::Failed, format!("备注没有记下:{error}"), format!("the note is not kept: {error}"))
    })?;
    house.store.note(NewNote { ticket: row.key.id, id, until, body }, actor).await?;
    let kept = house.store.notes(row.key.id).await?.into_iter().find(|note| note.id == id);
    let names = Names::read(house).await?;
    kept.map(|note| view(&names, note, false))
        .ok_or_else(|| Problem::new(Code::Failed, "备注没有记下", "the note is not kept"))
}

/// Notes that what a note says is done; needs a reason, which goes on record.
pub(super) async fn done(house: &House, number: &str, id: i64, actor: &Actor) -> Result<NoteView, Problem> {
    reason_given(actor)?;
    let number = spoken(number)?;
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    if house.store.notes(row.key.id).await?.iter().all(|note| note.id != id) {
        return Err(Problem::refused(
            format!("工单 {number} 没有 {id} 号备注;先用 huiliu ticket show {number} 看"),
            format!("ticket {number} has no note {id}; see huiliu ticket show {number}"),
        ));
    }
    house.store.note_done(id, actor).await?;
    let names = Names::read(house).await?;
    let done = house.store.notes(row.key.id).await?.into_iter().find(|note| note.id == id);
    done.map(|note| view(&names, note, false)).ok_or_else(|| Problem::new(Code::Failed, "没有找到", "not found"))
}

/// The notes of a ticket.
pub(super) async fn of(house: &House, names: &Names, ticket: i64, unmask: bool) -> Result<Vec<NoteView>, Problem> {
    let notes = house.store.notes(ticket).await?;
    Ok(notes.into_iter().map(|note| view(names, note, unmask)).collect())
}

pub(super) fn view(names: &Names, note: NoteRow, unmask: bool) -> NoteView {
    let (done_at, done_by) = note.done.unzip();
    NoteView {
        id: note.id,
        ticket: note.ticket.number.to_string(),
        channel_name: names.under(&note.channel_code, note.tag.as_deref()),
        at: note.at,
        who: note.who,
        until: note.until,
        text: if unmask { note.text } else { mask_text(&note.text) },
        done_at,
        done_by,
    }
}
