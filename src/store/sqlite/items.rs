//! Where each item of a channel stands, told by the rows themselves. No index serves it: ids of versions rise with the time of
//! their coming, so a span is found by halves.

use huiliu_contract::OutcomeKind;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use super::super::{Carried, ItemPlace, ItemRow, Items, ItemsPage, Keys, Place, Reference, Standing, StoreError, Task};
use super::codes::outcome_number;
use super::decide::STATE_ACT;
use super::read::{draft_of, moment};
use super::serial::number_of;
use super::{DEAD_HELD, DEAD_UNMAPPED};

/// The times in a draft.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Times {
    submitted_at: Option<Timestamp>,
    handed_at: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Dated {
    times: Times,
}

/// A known number, as the rows have it.
struct Known {
    namespace: u32,
    external_id: String,
    latest: i64,
    ticket: Option<i64>,
}

/// The oldest version of a number.
struct First {
    id: i64,
    channel: u32,
    received_at: i64,
    state: i64,
}

/// A ticket, as far as it tells where its items stand.
struct Ticket {
    channel: u32,
    namespace: u32,
    external_id: String,
    standing: Standing,
    events: i64,
    sent: i64,
    stuck: Option<i64>,
    core_number: Option<String>,
    concluded_at: Option<i64>,
}

fn first(db: &Connection, latest: i64) -> rusqlite::Result<First> {
    db.prepare_cached(
        "WITH RECURSIVE chain (id, prev, channel, received_at, state) AS (
            SELECT id, prev, channel, received_at, state FROM version WHERE id = ?1
            UNION ALL
            SELECT version.id, version.prev, version.channel, version.received_at, version.state
            FROM chain JOIN version ON version.id = chain.prev)
         SELECT id, channel, received_at, state FROM chain ORDER BY id LIMIT 1",
    )?
    .query_row([latest], |row| {
        Ok(First { id: row.get(0)?, channel: row.get(1)?, received_at: row.get(2)?, state: row.get(3)? })
    })
}

fn ticket(db: &Connection, id: i64) -> rusqlite::Result<Option<Ticket>> {
    db.prepare_cached(
        "SELECT channel, namespace, external_id, standing, events, sent, stuck, core_number, concluded_at FROM ticket
         WHERE id = ?1",
    )?
    .query_row([id], |row| {
        Ok(Ticket {
            channel: row.get(0)?,
            namespace: row.get(1)?,
            external_id: row.get(2)?,
            standing: Standing::from_number(row.get(3)?),
            events: row.get(4)?,
            sent: row.get(5)?,
            stuck: row.get(6)?,
            core_number: row.get(7)?,
            concluded_at: row.get(8)?,
        })
    })
    .optional()
}

/// Where a number stands that has no ticket: a person has it, or gave it up.
fn without_ticket(db: &Connection, known: &Known, first: &First) -> rusqlite::Result<ItemPlace> {
    if first.state == STATE_ACT {
        return Ok(ItemPlace::Act);
    }
    let ended: Option<bool> = db
        .prepare_cached(
            "SELECT ended_at IS NOT NULL FROM dead WHERE kind IN (?1, ?2) AND version BETWEEN ?3 AND ?4 AND version IN (
                WITH RECURSIVE chain (id, prev) AS (SELECT id, prev FROM version WHERE id = ?4
                    UNION ALL SELECT version.id, version.prev FROM chain JOIN version ON version.id = chain.prev)
                SELECT id FROM chain) ORDER BY ended_at IS NULL DESC LIMIT 1",
        )?
        .query_row(params![DEAD_UNMAPPED, DEAD_HELD, first.id, known.latest], |row| row.get(0))
        .optional()?;
    Ok(match ended {
        Some(false) => ItemPlace::Person,
        Some(true) => ItemPlace::Refused,
        None => ItemPlace::Lost,
    })
}

/// Where a number stands whose ticket this is, and the reference by which it is answered.
fn with_ticket(
    db: &Connection,
    known: &Known,
    first: &First,
    (id, ticket): (i64, &Ticket),
) -> rusqlite::Result<(ItemPlace, Option<Reference>)> {
    let own = (ticket.namespace, ticket.external_id.as_str()) == (known.namespace, known.external_id.as_str());
    if !own {
        if first.state == STATE_ACT {
            return Ok((ItemPlace::Act, None));
        }
        let joined: Option<i64> = db
            .prepare_cached(
                "SELECT id FROM reference WHERE ticket = ?1 AND namespace = ?2 AND external_id = ?3 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![id, known.namespace, known.external_id], |row| row.get(0))
            .optional()?;
        let place = if joined.is_some() { ItemPlace::Joined } else { ItemPlace::Lost };
        return Ok((place, joined.map(Reference::from_number)));
    }
    let place = match ticket.standing {
        Standing::Trial | Standing::Historic => ItemPlace::Aside,
        Standing::Waiting => ItemPlace::FirstRun,
        Standing::Live if ticket.sent > 0 => given_up(db, id)?,
        Standing::Live => on_its_way(db, id, ticket)?,
    };
    Ok((place, Some(Reference::own(ticket.channel, id))))
}

/// A ticket whose first event is through: the core has it, unless a person gave that event up.
fn given_up(db: &Connection, id: i64) -> rusqlite::Result<ItemPlace> {
    let dropped: Option<bool> = db
        .prepare_cached("SELECT state = 1 FROM event WHERE ticket = ?1 AND n = 1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(match dropped {
        Some(true) => ItemPlace::Refused,
        _ => ItemPlace::Forwarded,
    })
}

/// A live ticket of which the core knows nothing: a person has it, or an errand carries it.
fn on_its_way(db: &Connection, id: i64, ticket: &Ticket) -> rusqlite::Result<ItemPlace> {
    let is = |sql: &str, of: &[i64]| -> rusqlite::Result<bool> {
        db.prepare_cached(sql)?.query_row(rusqlite::params_from_iter(of), |row| row.get(0))
    };
    if let Some(dead) = ticket.stuck {
        let open = is("SELECT EXISTS (SELECT 1 FROM dead WHERE id = ?1 AND ended_at IS NULL)", &[dead])?;
        return Ok(if open { ItemPlace::Person } else { ItemPlace::Lost });
    }
    let carried = "SELECT EXISTS (SELECT 1 FROM errand WHERE task = ?1 AND subject = ?2)";
    let carried = ticket.events > 0 && is(carried, &[Task::Forward as i64, id])?;
    Ok(if carried { ItemPlace::Queued } else { ItemPlace::Lost })
}

/// How far the latest outcome that concludes came on its way to this reference.
fn answered(db: &Connection, reference: Reference) -> rusqlite::Result<Option<Carried>> {
    let concluding = OutcomeKind::ALL.into_iter().filter(|kind| kind.concludes());
    let kinds = concluding.map(|kind| outcome_number(kind).to_string()).collect::<Vec<_>>().join(",");
    let sql = format!("SELECT state FROM homeward WHERE reference = ?1 AND kind IN ({kinds}) ORDER BY n DESC LIMIT 1");
    let state: Option<i64> = db.prepare_cached(&sql)?.query_row([reference.number()], |row| row.get(0)).optional()?;
    Ok(state.map(Carried::from_number))
}

fn item(db: &Connection, keys: &Keys, known: &Known, first: &First) -> Result<ItemRow, StoreError> {
    let body: Vec<u8> =
        db.prepare_cached("SELECT body FROM version WHERE id = ?1")?.query_row([known.latest], |row| row.get(0))?;
    let draft = draft_of(&keys.open(Place::Version, known.latest, &body)?);
    let times = draft.and_then(|draft| serde_json::from_slice::<Dated>(&draft).ok()).unwrap_or_default().times;
    let found = match known.ticket {
        Some(id) => ticket(db, id)?.map(|ticket| (id, ticket)),
        None => None,
    };
    let (place, reference) = match &found {
        Some((id, ticket)) => with_ticket(db, known, first, (*id, ticket))?,
        None if known.ticket.is_some() => (ItemPlace::Lost, None),
        None => (without_ticket(db, known, first)?, None),
    };
    let answered = match reference {
        Some(reference) => answered(db, reference)?,
        None => None,
    };
    let (key, core_number, concluded_at) = match found {
        Some((id, ticket)) => (Some(number_of(db, id)?), ticket.core_number, ticket.concluded_at.map(moment)),
        None => (None, None, None),
    };
    Ok(ItemRow {
        version: first.id,
        external_id: known.external_id.clone(),
        received_at: moment(first.received_at),
        submitted_at: times.submitted_at,
        handed_at: times.handed_at,
        place,
        ticket: key,
        core_number,
        concluded_at,
        answered,
    })
}

/// The known ones among these numbers of a namespace.
pub(super) fn named(db: &Connection, keys: &Keys, namespace: u32, ids: &[String]) -> Result<Vec<ItemRow>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        if let Some(known) = known(db, namespace, id)? {
            let first = first(db, known.latest)?;
            found.push(item(db, keys, &known, &first)?);
        }
    }
    Ok(found)
}

fn known(db: &Connection, namespace: u32, external_id: &str) -> rusqlite::Result<Option<Known>> {
    db.prepare_cached("SELECT latest, ticket FROM source WHERE namespace = ?1 AND external_id = ?2")?
        .query_row(params![namespace, external_id], |row| {
            Ok(Known { namespace, external_id: external_id.to_owned(), latest: row.get(0)?, ticket: row.get(1)? })
        })
        .optional()
}

/// A page of a span: every number whose oldest version lies in it and came by the channel.
pub(super) fn page(db: &Connection, keys: &Keys, items: &Items) -> Result<ItemsPage, StoreError> {
    let low = super::pulse::first_at(db, items.after, items.from)?;
    let mut find = db.prepare_cached(
        "SELECT id, namespace, external_id, channel, received_at FROM version WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = find.query(params![low, i64::try_from(items.limit).unwrap_or(i64::MAX)])?;
    let (mut out, mut last, mut seen) = (ItemsPage::default(), None, 0);
    while let Some(row) = rows.next()? {
        let (id, at): (i64, i64) = (row.get(0)?, row.get(4)?);
        // A part's own versions come late and have ids like others; the time alone ends a span.
        if moment(at) >= items.until {
            return Ok(out);
        }
        (last, seen) = (Some(id), seen + 1);
        if row.get::<_, u32>(3)? != items.channel {
            continue;
        }
        let external_id: String = row.get(2)?;
        let Some(known) = known(db, row.get(1)?, &external_id)? else { continue };
        let first = first(db, known.latest)?;
        if first.id == id && first.channel == items.channel {
            out.rows.push(item(db, keys, &known, &first)?);
        }
    }
    out.next = last.filter(|_| seen >= items.limit);
    Ok(out)
}
