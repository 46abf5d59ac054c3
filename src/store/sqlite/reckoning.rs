//! Reconciliation on disk: looks at days, gaps until they are mended, and lists that a person signed for.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{
    Actor, Asked, GapKind, GapRow, ItemRow, Items, ItemsPage, Reckoning, Reckonings, SignedList, SignedRow, Store,
    StoreError,
};
use super::read::moment;
use super::serial::{day_number, day_of};
use super::{DEAD_UNREADABLE, Sqlite, items};

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
    async fn items(&self, wanted: Items) -> Result<ItemsPage, StoreError> {
        self.look(move |db, keys| items::page(&*db.unchecked_transaction()?, keys, &wanted)).await
    }

    async fn items_known(&self, channel: u32, ids: Vec<String>) -> Result<Vec<ItemRow>, StoreError> {
        self.look(move |db, keys| {
            let look = db.unchecked_transaction()?;
            let namespace: Option<u32> = look
                .query_row("SELECT namespace FROM channel WHERE id = ?1", [channel], |row| row.get(0))
                .optional()?;
            let namespace = namespace.ok_or(StoreError::NotFound)?;
            items::named(&look, keys, namespace, &ids)
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
