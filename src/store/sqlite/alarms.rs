//! Alarms and their messages, on disk.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{
    Actor, AlarmChange, AlarmRow, AlarmTo, Alarms, CameRow, DoneRow, MessageRow, NewAlarm, OwedRow, StoreError, Tells,
};
use super::read::moment;
use super::writer::Desk;
use super::{Sqlite, owed};
use crate::settings::AlarmKind;

/// Alarms, and what has still to be told of them.
pub(super) const ALARMS: &str = "
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, since INTEGER NOT NULL,
    weight INTEGER NOT NULL, told_weight INTEGER NOT NULL DEFAULT 0, about TEXT NOT NULL,
    mark INTEGER NOT NULL DEFAULT 0,        -- up to which version of a letter it knows
    sent INTEGER NOT NULL DEFAULT 0, first_sent INTEGER, sent_at INTEGER, second_at INTEGER,
    taken_at INTEGER, taken_by TEXT, snoozed_until INTEGER, ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX alarm_open ON alarm (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX alarm_subject ON alarm (kind, subject);

-- At most one an alarm and address: what is told later takes the place of what did not leave. The digest is of alarm 0.
CREATE TABLE message (
    alarm INTEGER NOT NULL, outlet TEXT NOT NULL, place INTEGER NOT NULL,
    tells TEXT NOT NULL, n INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (alarm, outlet, place)
) STRICT, WITHOUT ROWID;
";

const ALARM: &str =
    "SELECT id, kind, subject, since, weight, told_weight, about, mark, sent, first_sent, sent_at, second_at,
    taken_at, taken_by, snoozed_until, ended_at FROM alarm";

/// None of a kind that this house does not know.
fn alarm(row: &Row<'_>) -> rusqlite::Result<Option<AlarmRow>> {
    let Some(kind) = AlarmKind::of(&row.get::<_, String>(1)?) else { return Ok(None) };
    let time = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(moment));
    Ok(Some(AlarmRow {
        id: row.get(0)?,
        kind,
        subject: row.get(2)?,
        since: moment(row.get(3)?),
        weight: row.get::<_, i64>(4)? as u64,
        told_weight: row.get::<_, i64>(5)? as u64,
        about: row.get(6)?,
        mark: row.get(7)?,
        sent: row.get(8)?,
        first_sent: time(9)?,
        sent_at: time(10)?,
        second_at: time(11)?,
        taken: time(12)?.zip(row.get(13)?),
        snoozed_until: time(14)?,
        ended: time(15)?,
    }))
}

fn list(db: &Connection, ended: bool, limit: usize) -> Result<Vec<AlarmRow>, StoreError> {
    let which = if ended { "ORDER BY id DESC" } else { "WHERE ended_at IS NULL ORDER BY id" };
    let mut find = db.prepare_cached(&format!("{ALARM} {which} LIMIT ?1"))?;
    let rows = find.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], alarm)?;
    Ok(rows.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?)
}

fn one(db: &Connection, id: i64) -> Result<AlarmRow, StoreError> {
    let found = db.prepare_cached(&format!("{ALARM} WHERE id = ?1"))?.query_row([id], alarm).optional()?;
    found.flatten().ok_or(StoreError::NotFound)
}

/// Writes one change.
fn change(db: &Connection, now: i64, change: AlarmChange) -> rusqlite::Result<()> {
    match change {
        AlarmChange::Raise(new) => raise(db, &new),
        AlarmChange::Lasts { id, weight, about } => {
            db.prepare_cached("UPDATE alarm SET weight = ?2, about = ?3 WHERE id = ?1 AND ended_at IS NULL")?
                .execute(params![id, weight as i64, about])?;
            Ok(())
        }
        AlarmChange::Tell { id, second, to } => {
            let told = db
                .prepare_cached(
                    "UPDATE alarm SET sent = sent + 1, sent_at = ?2, first_sent = coalesce(first_sent, ?2),
                     second_at = CASE WHEN ?3 THEN coalesce(second_at, ?2) ELSE second_at END, told_weight = weight
                     WHERE id = ?1 AND ended_at IS NULL RETURNING sent",
                )?
                .query_row(params![id, now, second], |row| row.get(0))
                .optional()?;
            told.map_or(Ok(()), |n| plant(db, (id, n), Tells::Alarm, &to, now).map(drop))
        }
        AlarmChange::Second { id, to } => {
            let told = db
                .prepare_cached(
                    "UPDATE alarm SET second_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND second_at IS NULL RETURNING sent",
                )?
                .query_row([id, now], |row| row.get(0))
                .optional()?;
            told.map_or(Ok(()), |n| plant(db, (id, n), Tells::Alarm, &to, now).map(drop))
        }
        AlarmChange::End { id, to } => {
            let ended = db
                .prepare_cached("UPDATE alarm SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL RETURNING sent")?
                .query_row([id, now], |row| row.get::<_, i64>(0))
                .optional()?;
            let Some(n) = ended else { return Ok(()) };
            // What did not leave yet need not any more.
            db.prepare_cached("DELETE FROM message WHERE alarm = ?1")?.execute([id])?;
            plant(db, (id, n + 1), Tells::Mended, &to, now).map(drop)
        }
    }
}

/// Raises an alarm, unless one is open, or one knew this version of the letter already.
fn raise(db: &Connection, new: &NewAlarm) -> rusqlite::Result<()> {
    if new.mark > 0 {
        let known: Option<i64> = db
            .prepare_cached("SELECT max(mark) FROM alarm WHERE kind = ?1 AND subject = ?2 AND mark > 0")?
            .query_row(params![new.kind.word(), new.subject], |row| row.get(0))?;
        if known.is_some_and(|known| known >= new.mark) {
            return Ok(());
        }
    }
    db.prepare_cached(
        "INSERT INTO alarm (kind, subject, since, weight, about, mark) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, subject) WHERE ended_at IS NULL
         DO UPDATE SET weight = weight + excluded.weight, about = excluded.about, mark = excluded.mark
         WHERE excluded.mark > 0",
    )?
    .execute(params![
        new.kind.word(),
        new.subject,
        new.since.as_millisecond(),
        new.weight as i64,
        new.about,
        new.mark
    ])?;
    Ok(())
}

/// Plants messages; what had not left to the same address is not told any more. How many are new there.
fn plant(db: &Connection, (alarm, n): (i64, i64), tells: Tells, to: &[AlarmTo], now: i64) -> rusqlite::Result<usize> {
    let mut put = db.prepare_cached(
        "INSERT INTO message (alarm, outlet, place, tells, n, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (alarm, outlet, place) DO UPDATE SET tells = excluded.tells, n = excluded.n",
    )?;
    to.iter().map(|to| put.execute(params![alarm, to.outlet, to.place, tells.word(), n, now])).sum()
}

fn messages(db: &Connection) -> Result<Vec<MessageRow>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT alarm, outlet, place, tells, n, due, attempts FROM message ORDER BY due, alarm")?;
    let rows = find.query_map([], |row| {
        Ok(MessageRow {
            alarm: row.get(0)?,
            to: AlarmTo { outlet: row.get(1)?, place: row.get(2)? },
            tells: Tells::of(&row.get::<_, String>(3)?),
            n: row.get(4)?,
            due: moment(row.get(5)?),
            attempts: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes an open alarm for somebody, or refuses.
fn still_open(desk: &Desk<'_>, changed: usize, id: i64) -> Result<AlarmRow, StoreError> {
    let row = one(desk.db, id)?;
    if changed == 0 {
        return Err(StoreError::Refused(format!("the alarm {id} is over")));
    }
    Ok(row)
}

#[async_trait]
impl Alarms for Sqlite {
    async fn alarms(&self, ended: bool, limit: usize) -> Result<Vec<AlarmRow>, StoreError> {
        self.look(move |db, _| list(db, ended, limit)).await
    }

    async fn alarm(&self, id: i64) -> Result<AlarmRow, StoreError> {
        self.look(move |db, _| one(db, id)).await
    }

    async fn keep_alarms(&self, changes: Vec<AlarmChange>) -> Result<(), StoreError> {
        self.write(move |desk| {
            for one in changes {
                change(desk.db, desk.now, one)?;
            }
            Ok(())
        })
        .await
    }

    async fn take_alarm(&self, id: i64, who: &str, actor: &Actor) -> Result<AlarmRow, StoreError> {
        let deed = self.deed(actor, "alarm_take", &format!("alarm:{id}"))?;
        let who = who.to_owned();
        self.write(move |desk| {
            let sql = "UPDATE alarm SET taken_at = ?2, taken_by = ?3 WHERE id = ?1 AND ended_at IS NULL";
            let changed = desk.db.prepare_cached(sql)?.execute(params![id, desk.now, who])?;
            let row = still_open(desk, changed, id)?;
            deed.write(desk)?;
            Ok(row)
        })
        .await
    }

    async fn snooze_alarm(&self, id: i64, until: Timestamp, actor: &Actor) -> Result<AlarmRow, StoreError> {
        let deed = self.deed(actor, "alarm_snooze", &format!("alarm:{id}"))?;
        self.write(move |desk| {
            let sql = "UPDATE alarm SET snoozed_until = ?2 WHERE id = ?1 AND ended_at IS NULL";
            let changed = desk.db.prepare_cached(sql)?.execute(params![id, until.as_millisecond()])?;
            let row = still_open(desk, changed, id)?;
            deed.write(desk)?;
            Ok(row)
        })
        .await
    }

    async fn plant_digest(&self, day: i64, to: Vec<AlarmTo>) -> Result<bool, StoreError> {
        self.write(move |desk| {
            let sql = "INSERT INTO meta (name, value) VALUES ('alarms:digest', ?1)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value < excluded.value";
            let first = desk.db.prepare_cached(sql)?.execute([day])? > 0;
            if first {
                plant(desk.db, (0, day), Tells::Digest, &to, desk.now)?;
            }
            Ok(first)
        })
        .await
    }

    async fn messages(&self) -> Result<Vec<MessageRow>, StoreError> {
        self.look(move |db, _| messages(db)).await
    }

    async fn message_left(&self, message: MessageRow) -> Result<(), StoreError> {
        self.write(move |desk| {
            let sql = "DELETE FROM message WHERE alarm = ?1 AND outlet = ?2 AND place = ?3 AND n = ?4 AND tells = ?5";
            let at = params![message.alarm, message.to.outlet, message.to.place, message.n, message.tells.word()];
            desk.db.prepare_cached(sql)?.execute(at)?;
            let again = "UPDATE message SET attempts = 0 WHERE alarm = ?1 AND outlet = ?2 AND place = ?3";
            let at = params![message.alarm, message.to.outlet, message.to.place];
            desk.db.prepare_cached(again)?.execute(at)?;
            Ok(())
        })
        .await
    }

    async fn message_stays(&self, message: MessageRow, due: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(move |desk| {
            let at = params![message.alarm, message.to.outlet, message.to.place, due.map(Timestamp::as_millisecond)];
            match due {
                Some(_) => {
                    let sql = "UPDATE message SET attempts = attempts + 1, due = ?4
                        WHERE alarm = ?1 AND outlet = ?2 AND place = ?3";
                    desk.db.prepare_cached(sql)?.execute(at)?
                }
                None => {
                    let sql = "DELETE FROM message WHERE alarm = ?1 AND outlet = ?2 AND place = ?3 AND ?4 IS NULL";
                    desk.db.prepare_cached(sql)?.execute(at)?
                }
            };
            Ok(())
        })
        .await
    }

    async fn alarms_of(&self, kind: AlarmKind, subject: &str) -> Result<Vec<AlarmRow>, StoreError> {
        let subject = subject.to_owned();
        self.look(move |db, _| {
            let mut find = db.prepare_cached(&format!("{ALARM} WHERE kind = ?1 AND subject = ?2 ORDER BY id DESC"))?;
            let rows = find.query_map([kind.word(), &subject], alarm)?;
            Ok(rows.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn accomplished(&self, from: Timestamp, to: Timestamp) -> Result<Vec<DoneRow>, StoreError> {
        self.look(move |db, _| owed::accomplished(db, from.as_millisecond(), to.as_millisecond())).await
    }

    async fn owed(&self, until: Timestamp) -> Result<Vec<OwedRow>, StoreError> {
        self.look(move |db, _| owed::owed(db, until.as_millisecond())).await
    }

    async fn came(&self, after: i64, since: Timestamp, limit: usize) -> Result<Vec<CameRow>, StoreError> {
        self.look(move |db, _| owed::came(db, after, since.as_millisecond(), limit)).await
    }
}
