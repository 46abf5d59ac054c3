//! Counts of what left lately, on disk.

use async_trait::async_trait;
use huiliu_contract::Allowance;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Rations, StoreError};
use super::Sqlite;

/// What was taken, until it no longer counts; and what each claim was answered.
pub(super) const RATIONS: &str = "
CREATE TABLE ration (
    channel TEXT NOT NULL, of TEXT NOT NULL, at INTEGER NOT NULL, claim TEXT NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (channel, of, at, claim)
) STRICT, WITHOUT ROWID;
CREATE TABLE ration_claim (
    channel TEXT NOT NULL, claim TEXT NOT NULL, granted INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (channel, claim)
) STRICT, WITHOUT ROWID;
";

/// For how long an answer is remembered where nothing is counted (ms).
const SHORTEST: i64 = 60_000;

#[async_trait]
impl Rations for Sqlite {
    async fn take_ration(
        &self,
        channel: String,
        claim: String,
        allowances: Vec<Allowance>,
    ) -> Result<bool, StoreError> {
        self.write(move |desk| Ok(take(desk.db, desk.now, &channel, &claim, &allowances)?)).await
    }
}

fn take(db: &Connection, now: i64, channel: &str, claim: &str, allowances: &[Allowance]) -> rusqlite::Result<bool> {
    let answered: Option<bool> = db
        .prepare_cached("SELECT granted FROM ration_claim WHERE channel = ?1 AND claim = ?2 AND until > ?3")?
        .query_row(params![channel, claim, now], |row| row.get(0))
        .optional()?;
    if let Some(granted) = answered {
        return Ok(granted);
    }
    let within = |allowance: &Allowance| i64::try_from(allowance.within.as_millis()).unwrap_or(i64::MAX);
    let mut granted = true;
    {
        let mut count = db.prepare_cached("SELECT count(*) FROM ration WHERE channel = ?1 AND of = ?2 AND at > ?3")?;
        for allowance in allowances {
            let since = now.saturating_sub(within(allowance));
            let taken: i64 = count.query_row(params![channel, allowance.of, since], |row| row.get(0))?;
            granted &= taken < i64::from(allowance.most);
        }
    }
    if granted {
        let mut write = db.prepare_cached(
            "INSERT INTO ration (channel, of, at, claim, until) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
        )?;
        for allowance in allowances {
            let until = now.saturating_add(within(allowance));
            write.execute(params![channel, allowance.of, now, claim, until])?;
        }
    }
    let longest = allowances.iter().map(within).max().unwrap_or_default().max(SHORTEST);
    db.prepare_cached("INSERT OR REPLACE INTO ration_claim (channel, claim, granted, until) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![channel, claim, granted, now.saturating_add(longest)])?;
    Ok(granted)
}

/// Forgets what no longer counts.
pub(super) fn sweep(db: &Connection, now: i64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM ration WHERE until <= ?1", [now])?;
    db.execute("DELETE FROM ration_claim WHERE until <= ?1", [now])?;
    Ok(())
}
