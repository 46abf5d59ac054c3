//! Notes on tickets, on disk; and what a shift brought.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{Actor, Keys, NewNote, NoteRow, Notes, Place, ShiftRow, StoreError, TicketKey};
use super::Sqlite;
use super::read::moment;
use super::serial::{day_of, key, number_of};

/// The notes; whose time has come is clear, what they say is sealed.
pub(super) const NOTES: &str = "
CREATE TABLE ticket_note (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL,
    until INTEGER, done_at INTEGER, done_by TEXT, body BLOB NOT NULL
) STRICT;
CREATE INDEX ticket_note_ticket ON ticket_note (ticket);
CREATE INDEX ticket_note_open ON ticket_note (until) WHERE done_at IS NULL;
";

const NOTE: &str =
    "SELECT ticket_note.id, ticket.id, ticket.day, ticket.serial, channel.code, at, who, until, done_at, done_by,
    ticket_note.body, routed.tag FROM ticket_note JOIN ticket ON ticket.id = ticket_note.ticket
    JOIN channel ON channel.id = ticket.channel
    LEFT JOIN routed ON routed.namespace = ticket.namespace AND routed.external_id = ticket.external_id";

fn note_row(keys: &Keys, row: &Row<'_>) -> Result<NoteRow, StoreError> {
    let id = row.get(0)?;
    let time = |at: usize| row.get::<_, Option<i64>>(at).map(|millis| millis.map(moment));
    let body: Vec<u8> = row.get(10)?;
    Ok(NoteRow {
        id,
        ticket: key(row.get(1)?, day_of(row.get(2)?), row.get(3)?)?,
        channel_code: row.get(4)?,
        tag: row.get(11)?,
        at: moment(row.get(5)?),
        who: row.get(6)?,
        until: time(7)?,
        done: time(8)?.zip(row.get(9)?),
        text: String::from_utf8_lossy(&keys.open(Place::TicketNote, id, &body)?).into_owned(),
    })
}

/// Counts one thing of each channel between two times.
fn counted(
    db: &Connection,
    sql: &str,
    (from, to): (i64, i64),
    found: &mut BTreeMap<(String, Option<String>), ShiftRow>,
    add: impl Fn(&mut ShiftRow, u64),
) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        let (channel, tag, count): (String, Option<String>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = (channel.clone(), tag.clone());
        let shift = found.entry(key).or_insert_with(|| ShiftRow { channel, tag, ..ShiftRow::default() });
        add(shift, count.unsigned_abs());
    }
    Ok(())
}

#[async_trait]
impl Notes for Sqlite {
    async fn note(&self, note: NewNote, actor: &Actor) -> Result<(), StoreError> {
        let ticket = note.ticket;
        let number = self.look(move |db, _| Ok(number_of(db, ticket)?.number)).await?;
        let actor = Actor { who: actor.who.clone(), why: None };
        let deed = self.deed(&actor, "note", &format!("ticket:{number}"))?;
        self.write(move |desk| {
            desk.db.execute(
                "INSERT INTO ticket_note (id, ticket, at, who, until, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    note.id,
                    note.ticket,
                    desk.now,
                    actor.who,
                    note.until.map(Timestamp::as_millisecond),
                    note.body
                ],
            )?;
            deed.write(desk)
        })
        .await
    }

    async fn note_done(&self, id: i64, actor: &Actor) -> Result<TicketKey, StoreError> {
        let key = self
            .look(move |db, _| {
                let mut find = db.prepare_cached("SELECT ticket FROM ticket_note WHERE id = ?1")?;
                let ticket: Option<i64> = find.query_row([id], |row| row.get(0)).optional()?;
                Ok(number_of(db, ticket.ok_or(StoreError::NotFound)?)?)
            })
            .await?;
        let deed = self.deed(actor, "note_done", &format!("ticket:{}", key.number))?;
        let who = actor.who.clone();
        self.write(move |desk| {
            let done = desk.db.execute(
                "UPDATE ticket_note SET done_at = ?2, done_by = ?3 WHERE id = ?1 AND done_at IS NULL",
                params![id, desk.now, who],
            )?;
            if done == 0 {
                return Err(StoreError::Refused("this note was marked as done before".into()));
            }
            deed.write(desk)?;
            Ok(key)
        })
        .await
    }

    async fn notes(&self, ticket: i64) -> Result<Vec<NoteRow>, StoreError> {
        self.look(move |db, keys| {
            let mut find =
                db.prepare_cached(&format!("{NOTE} WHERE ticket_note.ticket = ?1 ORDER BY ticket_note.id"))?;
            let mut rows = find.query([ticket])?;
            let mut notes = Vec::new();
            while let Some(row) = rows.next()? {
                notes.push(note_row(keys, row)?);
            }
            Ok(notes)
        })
        .await
    }

    async fn open_notes(&self, limit: usize) -> Result<Vec<NoteRow>, StoreError> {
        self.look(move |db, keys| {
            let mut find = db.prepare_cached(&format!(
                "{NOTE} WHERE done_at IS NULL ORDER BY until NULLS LAST, ticket_note.id LIMIT ?1"
            ))?;
            let mut rows = find.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut notes = Vec::new();
            while let Some(row) = rows.next()? {
                notes.push(note_row(keys, row)?);
            }
            Ok(notes)
        })
        .await
    }

    async fn shift(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ShiftRow>, StoreError> {
        self.look(move |db, _| {
            let (span, mut found) = ((from.as_millisecond(), to.as_millisecond()), BTreeMap::new());
            let of_tickets = |time: &str| {
                format!(
                    "SELECT code, tag, count(*) FROM ticket JOIN channel ON channel.id = ticket.channel
                     LEFT JOIN routed ON routed.namespace = ticket.namespace AND routed.external_id = ticket.external_id
                     WHERE ticket.id > 0 AND {time} >= ?1 AND {time} < ?2 GROUP BY 1, 2"
                )
            };
            counted(db, &of_tickets("received_at"), span, &mut found, |shift, count| shift.came += count)?;
            // The ticket's own source may have a row as well: it was counted with the ticket.
            let joined = "SELECT code, tag, count(*) FROM reference JOIN channel ON channel.id = reference.channel
                JOIN ticket ON ticket.id = reference.ticket
                LEFT JOIN routed ON routed.namespace = reference.namespace AND routed.external_id = reference.external_id
                WHERE since >= ?1 AND since < ?2 AND NOT (reference.namespace = ticket.namespace
                AND reference.external_id = ticket.external_id) AND ended_how IS NOT 'unjoined' GROUP BY 1, 2";
            counted(db, joined, span, &mut found, |shift, count| shift.came += count)?;
            counted(db, &of_tickets("core_accepted_at"), span, &mut found, |shift, count| shift.forwarded += count)?;
            counted(db, &of_tickets("concluded_at"), span, &mut found, |shift, count| shift.concluded += count)?;
            Ok(found.into_values().collect())
        })
        .await
    }
}
