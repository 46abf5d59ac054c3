//! Sheets for a core that imports them: an event stands in one sheet, once.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::super::{Actor, SheetPlan, Sheets, StoreError};
use super::Sqlite;
use super::settle::forwarded;

/// Which events stand in which sheet.
pub(super) const SHEETS: &str = "
CREATE TABLE sheet (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL UNIQUE,
    written_at INTEGER                      -- none: planned, and perhaps on the disk already
) STRICT;
CREATE TABLE sheet_row (
    sheet INTEGER NOT NULL, place INTEGER NOT NULL, ticket INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (sheet, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sheet_row_event ON sheet_row (ticket, n);
";

#[async_trait]
impl Sheets for Sqlite {
    async fn plan_sheet(&self, name: String, most: usize, every: i64) -> Result<Option<SheetPlan>, StoreError> {
        let planned = self.write(move |desk| {
            let open = "SELECT id, name FROM sheet WHERE written_at IS NULL ORDER BY id LIMIT 1";
            let open = desk.db.query_row(open, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if let Some(open) = open {
                return Ok(Some::<(i64, String)>(open));
            }
            let last: Option<i64> = desk.db.query_row("SELECT max(at) FROM sheet", [], |row| row.get(0))?;
            if last.is_some_and(|last| desk.now < last + every) {
                return Ok(None);
            }
            let waits: Vec<(i64, u32)> = desk
                .db
                .prepare_cached(
                    "SELECT ticket.id, event.n FROM errand JOIN ticket ON ticket.id = errand.subject
                     JOIN event ON event.ticket = ticket.id AND event.n = ticket.sent + 1
                     WHERE errand.task = 2 AND ticket.stuck IS NULL
                     AND NOT EXISTS (SELECT 1 FROM sheet_row WHERE sheet_row.ticket = event.ticket AND sheet_row.n = event.n)
                     ORDER BY event.at, ticket.id LIMIT ?1",
                )?
                .query_map([i64::try_from(most).unwrap_or(i64::MAX)], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            if waits.is_empty() {
                return Ok(None);
            }
            // Two sheets of one minute have names of their own.
            let sql = "SELECT count(*) FROM sheet WHERE name = ?1 || '.xlsx' OR name GLOB ?1 || '-*.xlsx'";
            let same: i64 = desk.db.query_row(sql, [&name], |row| row.get(0))?;
            let name = if same == 0 { format!("{name}.xlsx") } else { format!("{name}-{}.xlsx", same + 1) };
            desk.db.execute("INSERT INTO sheet (at, name) VALUES (?1, ?2)", params![desk.now, name])?;
            let id = desk.db.last_insert_rowid();
            let mut put =
                desk.db.prepare_cached("INSERT INTO sheet_row (sheet, place, ticket, n) VALUES (?1, ?2, ?3, ?4)")?;
            for (place, (ticket, n)) in (1i64..).zip(waits) {
                put.execute(params![id, place, ticket, n])?;
            }
            Ok(Some((id, name)))
        });
        let Some((id, name)) = planned.await? else { return Ok(None) };
        self.read(move |db, keys| {
            let mut find = db.prepare_cached(
                "SELECT sheet_row.ticket, n, core_number FROM sheet_row JOIN ticket ON ticket.id = sheet_row.ticket
                 WHERE sheet = ?1 ORDER BY place",
            )?;
            let rows = find.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let rows: Vec<(i64, u32, Option<String>)> = rows.collect::<rusqlite::Result<_>>()?;
            let row = |(ticket, n, number)| Ok((super::fresh::event(db, keys, ticket, n)?, number));
            let rows = rows.into_iter().map(row).collect::<Result<_, StoreError>>()?;
            Ok(Some(SheetPlan { id, name, rows }))
        })
        .await
    }

    async fn sheet_written(&self, id: i64, settles: Option<u32>, actor: &Actor) -> Result<usize, StoreError> {
        let deed = self.deed(actor, "sheet", &format!("sheet:{id}"))?;
        let (schedule, signs) = (self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            let noted = "UPDATE sheet SET written_at = ?2 WHERE id = ?1 AND written_at IS NULL";
            if desk.db.execute(noted, params![id, desk.now])? == 0 {
                return Ok(0);
            }
            deed.write(desk)?;
            let Some(from) = settles else { return Ok(0) };
            let rows: Vec<(i64, u32)> = desk
                .db
                .prepare_cached(
                    "SELECT sheet_row.ticket, sheet_row.n FROM sheet_row JOIN ticket ON ticket.id = sheet_row.ticket
                     WHERE sheet = ?1 AND sheet_row.n >= ?2 AND sheet_row.n = ticket.sent + 1 AND ticket.stuck IS NULL
                     ORDER BY place",
                )?
                .query_map(params![id, from], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            desk.on_ground(&schedule, &signs, |ground| {
                for (ticket, n) in &rows {
                    forwarded(ground, *ticket, *n, None)?;
                }
                Ok(rows.len())
            })
        })
        .await
    }

    async fn sheeted(&self, ticket: i64) -> Result<Option<u32>, StoreError> {
        self.look(move |db, _| {
            let sql = "SELECT sheet_row.n FROM ticket JOIN sheet_row ON sheet_row.ticket = ticket.id
                AND sheet_row.n = ticket.sent + 1 JOIN sheet ON sheet.id = sheet_row.sheet
                WHERE ticket.id = ?1 AND written_at IS NOT NULL";
            Ok(db.query_row(sql, [ticket], |row| row.get(0)).optional()?)
        })
        .await
    }
}
