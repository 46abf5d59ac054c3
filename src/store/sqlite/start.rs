//! What is done to a database when it is opened (settings, migration, the last time it saw, what it left undone), and from
//! time to time.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::super::{Errand, Schedule, StoreError, Task};
use super::schema;
use super::writer::Desk;

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags)?;
    settings(&reader)?;
    Ok(reader)
}

/// What every connection of the house is set to.
pub(super) fn settings(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(128);
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cache_size", -8192)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.busy_timeout(std::time::Duration::from_secs(5))
}

/// The latest time that anything in the database bears: the clock must not start before it, or a day could be
/// opened again behind the next one. The sign of life alone lags behind the last commits.
pub(super) fn last_seen(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row(
        "SELECT max(coalesce((SELECT max(alive) FROM run), 0),
         coalesce((SELECT received_at FROM ticket ORDER BY id DESC LIMIT 1), 0),
         coalesce((SELECT received_at FROM version ORDER BY id DESC LIMIT 1), 0),
         coalesce((SELECT at FROM deed ORDER BY id DESC LIMIT 1), 0),
         coalesce((SELECT at FROM outcome ORDER BY id DESC LIMIT 1), 0))",
        [],
        |row| row.get(0),
    )
}

/// Brings an older database up to this house's schema; refuses a newer one before touching it.
pub(super) fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let migrations = schema::migrations();
    let known = schema::KNOWN;
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    migrations.to_latest(db).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Refused(other.to_string()),
    })
}

/// Makes the database and its companions readable by the owner alone.
pub(super) fn private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    for end in ["", "-wal", "-shm"] {
        let file = std::path::PathBuf::from(format!("{}{end}", path.display()));
        if file.exists() {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))
                .map_err(|why| StoreError::File { path: file.display().to_string(), why })?;
        }
    }
    Ok(())
}

/// Makes the undone known that an earlier process left.
pub(super) fn load_errands(db: &Connection, schedule: &Schedule, now: i64) -> Result<(), StoreError> {
    let mut errands = db.prepare("SELECT task, subject, due, attempts FROM errand ORDER BY task, subject")?;
    let mut rows = errands.query([])?;
    while let Some(row) = rows.next()? {
        let Some(task) = Task::from_number(row.get(0)?) else { continue };
        // A channel's poll is planted when the channel is enrolled: a retired one must not be asked.
        if task != Task::Poll {
            schedule.plant(Errand { task, subject: row.get(1)? }, row.get(2)?, now, row.get(3)?, None);
        }
    }
    Ok(())
}

/// Forgets what has run out, and tells people of what waited too long.
pub(super) fn sweep(desk: &mut Desk<'_>) -> Result<(), StoreError> {
    desk.db.execute("DELETE FROM once WHERE until < ?1", [desk.now])?;
    super::answers::sweep(desk.db, desk.now)?;
    super::rations::sweep(desk.db, desk.now)?;
    desk.db.execute("DELETE FROM outcome WHERE ticket IS NULL AND until < ?1", [desk.now])?;
    desk.db.execute("UPDATE run SET alive = ?1 WHERE stopped IS NULL", [desk.now])?;
    super::acts::show_unmatched(desk)?;
    super::alike::forget(desk)?;
    Ok(())
}
