//! Reconciliation on disk: looks at days, gaps, signed lists; and where each item stands, told by the rows themselves. No index
//! serves it: ids of versions rise with the time of their coming, so a span is found by halves.

use async_trait::async_trait;
use huiliu_contract::OutcomeKind;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

use super::super::{
    Actor, Asked, Carried, GapKind, GapRow, ItemPlace, ItemRow, Items, ItemsPage, Keys, Place, Reckoning, Reckonings,
    Reference, SignedList, SignedRow, Standing, Store, StoreError, Task,
};
use super::codes::outcome_number;
use super::decide::STATE_ACT;
use super::read::{draft_of, moment};
use super::serial::{day_number, day_of, number_of};
use super::{DEAD_HELD, DEAD_UNMAPPED, DEAD_UNREADABLE, Sqlite};

/// What was found, what is wrong, and what a person signed for.
pub(super) const RECKONINGS: &str = "
CREATE TABLE reckoning (
    day INTEGER NOT NULL, channel INTEGER NOT NULL, at INTEGER NOT NULL,
    asked INTEGER NOT NULL,                 -- 0 it cannot be asked, 1 it said, 2 it was away
    theirs INTEGER, taken INTEGER NOT NULL,
    forwarded INTEGER NOT NULL, joined INTEGER NOT NULL, acts INTEGER NOT NULL, refused INTEGER NOT NULL,
    person INTEGER NOT NULL, queued INTEGER NOT NULL, first_run INTEGER NOT NULL, aside INTEGER NOT NULL,
    lost INTEGER NOT NULL, missing INTEGER NOT NULL, surplus INTEGER NOT NULL,
    PRIMARY KEY (day, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, day INTEGER NOT NULL,
    kind INTEGER NOT NULL,                  -- 1 missing, 2 surplus, 3 inside
    count INTEGER NOT NULL, since INTEGER NOT NULL, mended_at INTEGER,
    signed_by TEXT                          -- who said that it is right as it is
) STRICT;
CREATE UNIQUE INDEX gap_open ON gap (channel, day, kind) WHERE mended_at IS NULL;

CREATE TABLE signed_list (
    id INTEGER PRIMARY KEY, channel INTEGER,   -- none: the core
    at INTEGER NOT NULL, who TEXT NOT NULL, first INTEGER, last INTEGER, rows INTEGER NOT NULL,
    missing INTEGER NOT NULL, surplus INTEGER NOT NULL, differing INTEGER NOT NULL, twice INTEGER NOT NULL
) STRICT;
";

/// Mended gaps are told for so long (ms).
const TOLD: i64 = 31 * 86_400_000;

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

fn known(db: &Connection, namespace: u32, external_id: &str) -> rusqlite::Result<Option<Known>> {
    db.prepare_cached("SELECT latest, ticket FROM source WHERE namespace = ?1 AND external_id = ?2")?
        .query_row(params![namespace, external_id], |row| {
            Ok(Known { namespace, external_id: external_id.to_owned(), latest: row.get(0)?, ticket: row.get(1)? })
        })
        .optional()
}

/// A page of a span: every number whose oldest version lies in it and came by the channel.
fn page(db: &Connection, keys: &Keys, items: &Items) -> Result<ItemsPage, StoreError> {
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

fn reckoning(row: &Row<'_>) -> rusqlite::Result<Reckoning> {
    let count = |at: usize| row.get::<_, i64>(at).map(|count| count as u64);
    let mut places = [0; 9];
    for (at, place) in places.iter_mut().enumerate() {
        *place = count(6 + at)?;
    }
    Ok(Reckoning {
        day: day_of(row.get(0)?),
        channel: row.get(1)?,
        at: moment(row.get(2)?),
        asked: [Asked::CannotSay, Asked::Said, Asked::Away][usize::from(row.get::<_, u8>(3)?.min(2))],
        theirs: row.get::<_, Option<i64>>(4)?.map(|count| count as u64),
        taken: count(5)?,
        places,
        missing: count(15)?,
        surplus: count(16)?,
    })
}

/// Opens, changes or mends one gap.
fn judge(db: &Connection, now: i64, (channel, day): (u32, i64), kind: GapKind, count: i64) -> rusqlite::Result<()> {
    let key = (channel, day, kind as u8);
    if count == 0 {
        db.prepare_cached(
            "UPDATE gap SET mended_at = ?4 WHERE channel = ?1 AND day = ?2 AND kind = ?3 AND mended_at IS NULL",
        )?
        .execute(params![key.0, key.1, key.2, now])?;
        return Ok(());
    }
    let seen: i64 = db
        .prepare_cached(
            "SELECT coalesce(max(count), 0) FROM gap WHERE channel = ?1 AND day = ?2 AND kind = ?3
             AND signed_by IS NOT NULL",
        )?
        .query_row(key, |row| row.get(0))?;
    if count > seen {
        db.prepare_cached(
            "INSERT INTO gap (channel, day, kind, since, count) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (channel, day, kind) WHERE mended_at IS NULL DO UPDATE SET count = excluded.count",
        )?
        .execute(params![key.0, key.1, key.2, now, count])?;
    }
    Ok(())
}

#[async_trait]
impl Reckonings for Sqlite {
    async fn items(&self, items: Items) -> Result<ItemsPage, StoreError> {
        self.look(move |db, keys| page(&*db.unchecked_transaction()?, keys, &items)).await
    }

    async fn items_known(&self, channel: u32, ids: Vec<String>) -> Result<Vec<ItemRow>, StoreError> {
        self.look(move |db, keys| {
            let look = db.unchecked_transaction()?;
            let namespace: Option<u32> = look
                .query_row("SELECT namespace FROM channel WHERE id = ?1", [channel], |row| row.get(0))
                .optional()?;
            let namespace = namespace.ok_or(StoreError::NotFound)?;
            let mut found = Vec::new();
            for id in ids {
                if let Some(known) = known(&look, namespace, &id)? {
                    let first = first(&look, known.latest)?;
                    found.push(item(&look, keys, &known, &first)?);
                }
            }
            Ok(found)
        })
        .await
    }

    async fn unreadable(&self, channel: u32, from: Timestamp, until: Timestamp) -> Result<(u64, u64), StoreError> {
        self.look(move |db, _| {
            let sql = "SELECT count(*), count(ended_at) FROM dead WHERE kind = ?1 AND channel = ?2 AND since >= ?3 AND since < ?4";
            let span = params![DEAD_UNREADABLE, channel, from.as_millisecond(), until.as_millisecond()];
            let counts: (i64, i64) = db.query_row(sql, span, |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((counts.0 as u64, counts.1 as u64))
        })
        .await
    }

    async fn reckon(&self, found: Reckoning) -> Result<(), StoreError> {
        self.write(move |desk| {
            let (day, now) = (day_number(found.day), desk.now);
            let places = found.places.map(|count| count as i64);
            let [forwarded, joined, acts, refused, person, queued, first_run, aside, lost] = places;
            desk.db
                .prepare_cached(
                    "INSERT OR REPLACE INTO reckoning VALUES
                     (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                )?
                .execute(params![
                    day,
                    found.channel,
                    now,
                    found.asked as i64,
                    found.theirs.map(|count| count as i64),
                    found.taken as i64,
                    forwarded,
                    joined,
                    acts,
                    refused,
                    person,
                    queued,
                    first_run,
                    aside,
                    lost,
                    found.missing as i64,
                    found.surplus as i64
                ])?;
            for (kind, count) in found.gaps() {
                // A far side that said nothing has neither opened nor mended anything at the front.
                if kind == GapKind::Inside || found.asked == Asked::Said {
                    judge(desk.db, now, (found.channel, day), kind, count as i64)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn reckonings(&self, from: Date, to: Date) -> Result<Vec<Reckoning>, StoreError> {
        self.look(move |db, _| {
            let mut find =
                db.prepare_cached("SELECT * FROM reckoning WHERE day BETWEEN ?1 AND ?2 ORDER BY day, channel")?;
            let rows = find.query_map(params![day_number(from), day_number(to)], reckoning)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn gaps(&self, mended: bool) -> Result<Vec<GapRow>, StoreError> {
        let told = self.clock.now() - TOLD;
        self.look(move |db, _| {
            let mut find = db.prepare_cached(
                "SELECT gap.channel, code, day, kind, count, since, mended_at, signed_by FROM gap
                 JOIN channel ON channel.id = gap.channel
                 WHERE mended_at IS NULL OR ?1 AND mended_at >= ?2 ORDER BY since, gap.id",
            )?;
            let rows = find.query_map(params![mended, told], |row| {
                let kind: u8 = row.get(3)?;
                Ok(GapRow {
                    channel: row.get(0)?,
                    channel_code: row.get(1)?,
                    day: day_of(row.get(2)?),
                    kind: GapKind::ALL[usize::from(kind.clamp(1, 3)) - 1],
                    count: row.get::<_, i64>(4)? as u64,
                    since: moment(row.get(5)?),
                    mended_at: row.get::<_, Option<i64>>(6)?.map(moment),
                    signed_by: row.get(7)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn sign_gaps(&self, channel: u32, day: Date, actor: &Actor) -> Result<usize, StoreError> {
        let deed = self.deed(actor, "gap_signed", &format!("gap:{channel}:{day}"))?;
        let who = actor.who.clone();
        self.write(move |desk| {
            let signed = desk.db.execute(
                "UPDATE gap SET mended_at = ?3, signed_by = ?4 WHERE channel = ?1 AND day = ?2 AND mended_at IS NULL",
                params![channel, day_number(day), desk.now, who],
            )?;
            if signed > 0 {
                deed.write(desk)?;
            }
            Ok(signed)
        })
        .await
    }

    async fn sign_list(&self, list: SignedList, actor: &Actor) -> Result<(), StoreError> {
        let subject = list.channel.map_or_else(|| "list:core".to_owned(), |channel| format!("list:{channel}"));
        let deed = self.deed(actor, "list_signed", &subject)?;
        let (id, who) = (Store::reserve(self), actor.who.clone());
        self.write(move |desk| {
            let (first, last) = list.span.map(|(first, last)| (day_number(first), day_number(last))).unzip();
            let [missing, surplus, differing, twice] = list.counts.map(|count| count as i64);
            desk.db
                .prepare_cached(
                    "INSERT INTO signed_list (id, channel, at, who, first, last, rows, missing, surplus, differing, twice)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                )?
                .execute(params![
                    id,
                    list.channel,
                    desk.now,
                    who,
                    first,
                    last,
                    list.rows as i64,
                    missing,
                    surplus,
                    differing,
                    twice
                ])?;
            deed.write(desk)
        })
        .await
    }

    async fn signed_lists(&self, all: bool) -> Result<Vec<SignedRow>, StoreError> {
        self.look(move |db, _| {
            let mut find = db.prepare_cached(
                "SELECT signed_list.channel, code, at, who, first, last, rows, missing, surplus, differing, twice
                 FROM signed_list LEFT JOIN channel ON channel.id = signed_list.channel
                 WHERE ?1 OR signed_list.id IN (SELECT max(id) FROM signed_list GROUP BY channel)
                 ORDER BY signed_list.id DESC LIMIT 1000",
            )?;
            let rows = find.query_map([all], |row| {
                let count = |at: usize| row.get::<_, i64>(at).map(|count| count as u64);
                let day = |at: usize| row.get::<_, Option<i64>>(at).map(|day| day.map(day_of));
                let counts = [count(7)?, count(8)?, count(9)?, count(10)?];
                let list = SignedList { channel: row.get(0)?, span: day(4)?.zip(day(5)?), rows: count(6)?, counts };
                Ok(SignedRow { list, channel_code: row.get(1)?, at: moment(row.get(2)?), who: row.get(3)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}
