//! Moving the write-ahead log into the database beside the writer, so that no acknowledgement waits for it.
//!
//! A thread of its own copies what is there; the writer, once told that this is done, copies the little that came
//! meanwhile, and only thereby can the log begin anew. So the log stays short under any load, and the writer stands
//! still for milliseconds, not for the whole copy.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use rusqlite::Connection;

use super::super::StoreError;

/// Pages in the log after which they are moved.
const PAGES: i64 = 4000;

/// How many commits pass between two looks at the log's length.
const EVERY: u64 = 16;

/// The writer's side of it.
pub(super) struct Checkpointer {
    ask: SyncSender<()>,
    done: Arc<AtomicBool>,
    underway: bool,
    commits: u64,
}

fn copy(db: &Connection) {
    if let Err(error) = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the write-ahead log could not be moved into the database");
    }
}

impl Checkpointer {
    /// Starts the thread; it ends when this is dropped.
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let db = Connection::open(path)?;
        super::start::settings(&db)?;
        let (ask, asked) = sync_channel::<()>(1);
        let done = Arc::new(AtomicBool::new(false));
        let tell = done.clone();
        std::thread::Builder::new()
            .name("store-copier".into())
            .spawn(move || {
                for () in asked {
                    copy(&db);
                    tell.store(true, Ordering::Release);
                }
            })
            .map_err(|why| StoreError::File { path: "the copier's thread".into(), why })?;
        Ok(Self { ask, done, underway: false, commits: 0 })
    }

    /// Called after each commit, on the writer's connection.
    pub(super) fn after_commit(&mut self, db: &Connection) {
        self.commits += 1;
        if !self.commits.is_multiple_of(EVERY) {
            return;
        }
        if self.underway {
            if self.done.swap(false, Ordering::AcqRel) {
                self.underway = false;
                copy(db);
            }
        } else if pages(db) > PAGES {
            self.underway = self.ask.try_send(()).is_ok();
        }
    }
}

/// How many pages wait in the log.
fn pages(db: &Connection) -> i64 {
    db.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap_or(0)
}
