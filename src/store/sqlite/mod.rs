//! The embedded store: SQLite in WAL mode with `synchronous=FULL`, one writer, group commit.

mod accept;
mod acts;
mod alarms;
mod alike;
mod answers;
mod asked;
mod channels;
mod checkpoint;
mod closing;
mod codes;
mod decide;
mod deed;
mod desk;
mod due;
mod enclosing;
mod enroll;
mod facts;
mod feed;
mod files;
mod fresh;
mod frozen;
mod handled;
mod homeward;
mod items;
mod kept;
mod known;
mod lane;
mod letters;
mod notes;
mod owed;
mod parts;
mod proof;
mod pulse;
mod rations;
mod read;
mod reckoning;
mod references;
mod register;
mod remap;
mod routed;
mod rows;
mod schema;
mod serial;
mod session;
mod settle;
mod sheets;
mod signs;
mod start;
mod statements;
mod unticketed;
mod writer;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::{Mutex, mpsc, oneshot};

use self::codes::{DEAD_EVENT, DEAD_HELD, DEAD_UNMAPPED, DEAD_UNREADABLE, first_run_of, kind_number, kind_of};
use self::serial::{Serials, id_of, number_of};
use self::start::{last_seen, load_errands, migrate, private, reader, settings};
use self::writer::{Order, Writer};
use super::{
    Acceptance, Answer, AskedPage, Blobs, Clock, Digest, Enclosed, Enrolled, Errand, FileAbout, FileRow, FirstRun,
    FirstRunCounts, Fresh, Keys, Lane, Lease, NotAccepted, OutcomeTaken, Place, Reference, Schedule, Settlement, Sign,
    Store, StoreError, Unclean, Verdict,
};

/// How many orders may wait for the writer before whoever brings the next one waits too.
const QUEUE: usize = 4096;

/// How long an outcome of an unknown ticket is kept (ms).
const UNKNOWN_OUTCOME: i64 = 24 * 3_600_000;

/// An errand that a transaction planted, to be made known after its commit.
struct Planted {
    errand: Errand,
    due: i64,
    fresh: Option<Box<Fresh>>,
}

/// The embedded store.
pub(super) struct Sqlite {
    orders: Option<mpsc::Sender<Order>>,
    writer: Option<JoinHandle<()>>,
    reader: Arc<Mutex<Connection>>,
    /// People read here: a long search must not keep the next event waiting.
    archive: Arc<Mutex<Connection>>,
    keys: Arc<Keys>,
    blobs: Arc<dyn Blobs>,
    schedule: Arc<Schedule>,
    clock: Arc<Clock>,
    ids: Arc<AtomicI64>,
    signs: Arc<signs::Signs>,
    taken_over: Arc<register::TakenOver>,
    offering: Mutex<()>,
    unclean: Option<Unclean>,
    _lock: File,
}

impl Sqlite {
    /// Opens or makes the database, migrates it, and starts the writer.
    pub(super) fn open(
        path: &Path,
        keys: Arc<Keys>,
        blobs: Arc<dyn Blobs>,
        zone: TimeZone,
        lock: File,
    ) -> Result<Self, StoreError> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "page_size", 8192)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "wal_autocheckpoint", 0)?;
        settings(&db)?;
        migrate(&mut db)?;
        private(path)?;
        let last = last_seen(&db)?;
        let clock = Arc::new(Clock::start(last));
        let now = clock.now();
        let undone: i64 = db.query_row("SELECT count(*) FROM errand WHERE task <> 1", [], |row| row.get(0))?;
        let unclean = db
            .query_row("SELECT 1 FROM run WHERE stopped IS NULL LIMIT 1", [], |_| Ok(()))
            .optional()?
            .map(|()| Unclean { from: last, to: now, undone: undone as u64 });
        db.execute("UPDATE run SET stopped = alive WHERE stopped IS NULL", [])?;
        db.execute("INSERT INTO run (started, alive) VALUES (?1, ?1)", [now])?;
        let run = db.last_insert_rowid();
        let ids: i64 = db.query_row(
            "SELECT max((SELECT coalesce(max(id), 0) FROM version), (SELECT coalesce(max(id), 0) FROM dead),
             (SELECT coalesce(max(id), 0) FROM outcome), (SELECT coalesce(max(id), 0) FROM edit),
             (SELECT coalesce(max(id), 0) FROM deed), (SELECT coalesce(max(id), 0) FROM try),
             (SELECT coalesce(max(id), 0) FROM wording), (SELECT coalesce(max(id), 0) FROM note),
             (SELECT coalesce(max(id), 0) FROM file), (SELECT coalesce(max(id), 0) FROM ticket_note),
             (SELECT coalesce(max(id), 0) FROM answer_file),
             (SELECT coalesce(max(id), 0) FROM frozen), (SELECT coalesce(max(id), 0) FROM frozen_input))",
            [],
            |row| row.get(0),
        )?;
        let schedule = Arc::new(Schedule::default());
        load_errands(&db, &schedule, now)?;
        let (orders, queue) = mpsc::channel(QUEUE);
        let acts_wait = db.query_row("SELECT EXISTS (SELECT 1 FROM unmatched)", [], |row| row.get(0))?;
        let any_split = db.query_row("SELECT EXISTS (SELECT 1 FROM ticket WHERE id < 0)", [], |row| row.get(0))?;
        let signs = Arc::new(signs::Signs::new(acts_wait, any_split));
        let ids = Arc::new(AtomicI64::new(ids + 1));
        let work = Writer {
            db,
            serials: Serials::new(zone),
            schedule: schedule.clone(),
            clock: clock.clone(),
            run,
            ids: ids.clone(),
            signs: signs.clone(),
            checkpointer: checkpoint::Checkpointer::start(path)?,
        };
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || work.work(queue))
            .map_err(|why| StoreError::File { path: "the writer's thread".into(), why })?;
        Ok(Self {
            orders: Some(orders),
            writer: Some(writer),
            reader: Arc::new(Mutex::new(reader(path)?)),
            archive: Arc::new(Mutex::new(reader(path)?)),
            keys,
            blobs,
            schedule,
            clock,
            ids,
            signs,
            taken_over: Arc::default(),
            offering: Mutex::default(),
            unclean,
            _lock: lock,
        })
    }

    fn orders(&self) -> Result<&mpsc::Sender<Order>, StoreError> {
        self.orders.as_ref().ok_or(StoreError::Closed)
    }

    /// Reads for the gateway, on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Keys) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_on(&self.reader, work).await
    }

    /// Reads for people, on a thread that may block.
    async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Keys) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_on(&self.archive, work).await
    }

    async fn read_on<T: Send + 'static>(
        &self,
        reader: &Arc<Mutex<Connection>>,
        work: impl FnOnce(&Connection, &Keys) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        // Waiting here costs a place in a list; waiting inside would cost a thread each.
        let (db, keys) = (reader.clone().lock_owned().await, self.keys.clone());
        tokio::task::spawn_blocking(move || work(&db, &keys)).await.map_err(|_| StoreError::Closed)?
    }

    /// Writes in a transaction of its own.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut writer::Desk<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        writer::run(self.orders()?, work).await
    }
}

impl Drop for Sqlite {
    /// Lets the writer finish what was ordered, so that a graceful stop leaves a clean mark.
    fn drop(&mut self) {
        self.orders = None;
        if self.writer.take().is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the store's writer ended badly");
        }
    }
}

#[async_trait]
impl Store for Sqlite {
    fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    fn blobs(&self) -> &Arc<dyn Blobs> {
        &self.blobs
    }

    fn schedule(&self) -> &Arc<Schedule> {
        &self.schedule
    }

    fn reserve(&self) -> i64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    async fn enroll(&self, code: &str, namespace: &str, polled: bool, sign: Sign) -> Result<Enrolled, StoreError> {
        enroll::enroll(self, code, namespace, polled, sign).await
    }

    async fn accept(&self, acceptance: Acceptance) -> Result<Vec<Verdict>, NotAccepted> {
        let closed = || NotAccepted::Store("the store is closed".into());
        let orders = self.orders.as_ref().ok_or_else(closed)?;
        let (reply, answer) = oneshot::channel();
        orders.send(Order::Accept(Box::new(acceptance), reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    async fn settle(&self, settlement: Settlement) {
        if let Some(orders) = &self.orders
            && orders.send(Order::Settle(Box::new(settlement))).await.is_err()
        {
            tracing::debug!("a settlement came after the store was closed; its errand is still on disk");
        }
    }

    async fn flush(&self) {
        let (reply, answer) = oneshot::channel();
        if let Some(orders) = &self.orders
            && orders.send(Order::Flush(reply)).await.is_ok()
            && answer.await.is_err()
        {
            tracing::debug!("the store was closed while flushing");
        }
    }

    async fn next_events(&self, tickets: Vec<i64>) -> Result<HashMap<i64, Fresh>, StoreError> {
        self.read(move |db, keys| fresh::next_events(db, keys, &tickets)).await
    }

    async fn version_body(&self, version: i64) -> Result<Vec<u8>, StoreError> {
        self.read(move |db, keys| {
            let body: Vec<u8> = db
                .query_row("SELECT body FROM version WHERE id = ?1", [version], |row| row.get(0))
                .optional()?
                .ok_or(StoreError::NotFound)?;
            Ok(keys.open(Place::Version, version, &body)?)
        })
        .await
    }

    async fn bookmarks(&self, channel: u32) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>), StoreError> {
        self.read(move |db, keys| {
            let mut opened = [("cursor", Place::Cursor), ("keepsake", Place::Keepsake)].map(|(table, place)| {
                let sealed: Option<Vec<u8>> = db
                    .query_row(&format!("SELECT body FROM {table} WHERE channel = ?1"), [channel], |row| row.get(0))
                    .optional()?;
                Ok::<_, StoreError>(sealed.map(|body| keys.open(place, i64::from(channel), &body)).transpose()?)
            });
            let [cursor, keepsake] = &mut opened;
            let take = |slot: &mut Result<Option<Vec<u8>>, StoreError>| std::mem::replace(slot, Ok(None));
            Ok((take(cursor)?, take(keepsake)?))
        })
        .await
    }

    async fn first_run(&self, channel: u32, old_before: i64) -> Result<FirstRunCounts, StoreError> {
        self.read(move |db, _| {
            Ok(db.query_row(
                "SELECT count(*), coalesce(sum(coalesce(submitted_at, received_at) < ?2), 0),
                 min(coalesce(submitted_at, received_at)) FROM ticket WHERE channel = ?1 AND standing = 3",
                params![channel, old_before],
                |row| {
                    let (items, old): (i64, i64) = (row.get(0)?, row.get(1)?);
                    Ok(FirstRunCounts { items: items as u64, old: old as u64, oldest: row.get(2)? })
                },
            )?)
        })
        .await
    }

    async fn end_first_run(&self, channel: u32, needs_person: bool) -> Result<u64, StoreError> {
        let signs = self.signs.clone();
        self.write(move |desk| {
            let state = if needs_person { FirstRun::NeedsGoLive } else { FirstRun::Through };
            // Once a person was called for, only a person ends it; once it is ended, it stays so.
            let ended = desk.db.execute(
                "UPDATE channel SET first_run = ?2 WHERE id = ?1 AND first_run = 0",
                params![channel, state as i64],
            )?;
            if needs_person || ended == 0 {
                Ok(0)
            } else {
                desk::release(desk, &signs, channel, i64::MIN).map(|(released, _)| released)
            }
        })
        .await
    }

    async fn take_answer(&self, answer: Answer) -> Result<OutcomeTaken, StoreError> {
        if answer.ticket.is_some_and(|ticket| ticket.part().is_some()) {
            let (schedule, signs, keys) = (self.schedule.clone(), self.signs.clone(), self.keys.clone());
            let take = move |ground: &mut accept::Ground<'_, '_>| parts::take(ground, &keys, &answer);
            return self.write(move |desk| desk.on_ground(&schedule, &signs, take)).await;
        }
        writer::join(self.orders()?, move |ground| homeward::take(ground, &answer)).await
    }

    async fn keep_asked(&self, page: AskedPage) -> Result<usize, StoreError> {
        self.write(move |desk| asked::keep(desk, &page)).await
    }

    async fn lanes(&self, references: Vec<Reference>) -> Vec<Result<Lane, StoreError>> {
        self.lanes_of(references).await
    }

    async fn begin(&self, lease: Lease, n: u32, id: i64, parcel: Vec<u8>) -> Result<bool, StoreError> {
        writer::join(self.orders()?, move |ground| homeward::begin(ground, lease, n, id, &parcel)).await
    }

    async fn file(&self, id: i64) -> Result<FileRow, StoreError> {
        self.read(move |db, keys| files::file(db, keys, id)).await
    }

    fn carry_files(&self, wait: Option<i64>) {
        self.signs.carry_files(wait);
    }

    async fn enclose(&self, ticket: i64, n: u32) -> Result<Enclosed, StoreError> {
        let decided = writer::join(self.orders()?, move |ground| enclosing::decide(ground, ticket, n)).await?;
        self.read(move |db, keys| enclosing::opened(db, keys, &decided)).await
    }

    async fn files_aside(&self, version: i64) -> Result<Vec<(FileAbout, Option<Digest>)>, StoreError> {
        self.read(move |db, keys| files::aside(db, keys, version)).await
    }

    async fn named(&self, blobs: Vec<Digest>) -> Result<HashSet<Digest>, StoreError> {
        self.read(move |db, _| files::named(db, &blobs)).await
    }

    fn unclean(&self) -> Option<Unclean> {
        self.unclean
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        self.write(start::sweep).await
    }
}
