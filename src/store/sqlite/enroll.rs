//! Making a channel known: its row, its namespace's, and the errand of a polled one.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Enrolled, Errand, FirstRun, Sign, StoreError, Task};
use super::{Planted, Sqlite, first_run_of};

/// Every channel by its code.
pub(super) fn known(db: &Connection) -> Result<Vec<(String, u32)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT code, id FROM channel ORDER BY code")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The namespace of a channel with items, if it is another one. Versions are looked through only where it is another one
/// and anything lies there at all.
pub(super) fn remembers_elsewhere(db: &Connection, code: &str, namespace: &str) -> Result<Option<String>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT namespace.name FROM channel JOIN namespace ON namespace.id = channel.namespace
             WHERE code = ?1 AND namespace.name <> ?2
             AND EXISTS (SELECT 1 FROM source WHERE source.namespace = namespace.id)
             AND EXISTS (SELECT 1 FROM version WHERE version.channel = channel.id)",
        )?
        .query_row([code, namespace], |row| row.get(0));
    Ok(found.optional()?)
}

/// Makes a channel known, or finds it. What was never polled has no first run behind it, however long it is known: it may
/// have been off, or of another kind.
pub(super) async fn enroll(
    store: &Sqlite,
    code: &str,
    namespace: &str,
    polled: bool,
    sign: Sign,
) -> Result<Enrolled, StoreError> {
    let signs = store.signs.clone();
    let (code, namespace) = (code.to_owned(), namespace.to_owned());
    store
        .write(move |desk| {
            let now = desk.now;
            desk.db.execute("INSERT OR IGNORE INTO namespace (name) VALUES (?1)", [&namespace])?;
            let namespace: i64 =
                desk.db.query_row("SELECT id FROM namespace WHERE name = ?1", [&namespace], |row| row.get(0))?;
            desk.db.execute(
                "INSERT INTO channel (code, namespace, known_since, first_run) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (code) DO UPDATE SET namespace = excluded.namespace,
             first_run = CASE WHEN excluded.first_run = 0 AND last_poll IS NULL AND live_from IS NULL
                 THEN 0 ELSE first_run END",
                params![
                    code,
                    namespace,
                    now,
                    if polled { FirstRun::Underway as i64 } else { FirstRun::Through as i64 }
                ],
            )?;
            let (id, first_run, known_since): (u32, i64, i64) = desk.db.query_row(
                "SELECT id, first_run, known_since FROM channel WHERE code = ?1",
                [&code],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            let first_run = first_run_of(first_run);
            if polled {
                let due: Option<i64> = desk
                    .db
                    .query_row("SELECT due FROM errand WHERE task = 1 AND subject = ?1", [id], |row| row.get(0))
                    .optional()?;
                if due.is_none() {
                    desk.db
                        .execute("INSERT INTO errand (task, subject, due) VALUES (1, ?1, ?2)", [i64::from(id), now])?;
                }
                let errand = Errand { task: Task::Poll, subject: i64::from(id) };
                desk.planted.push(Planted { errand, due: due.unwrap_or(now), fresh: None });
            }
            signs.set(id, sign);
            Ok(Enrolled { channel: id, namespace: namespace as u32, first_run, known_since })
        })
        .await
}
