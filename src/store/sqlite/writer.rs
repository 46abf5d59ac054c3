//! The one writer: a thread that owns the write connection and commits whatever has queued up together.
//!
//! Accepts and settlements share a commit; whoever asked is answered after it is on disk. A group that
//! fails is rolled back and its members are tried one by one, so that only the guilty one hears of it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::super::schedule::{Next, Schedule};
use super::super::{Acceptance, Clock, Lease, NotAccepted, Settlement, StoreError, Verdict};
use super::Planted;
use super::accept::{Ground, accept};
use super::checkpoint::Checkpointer;
use super::serial::Serials;
use super::settle::settle;
use super::signs::Signs;
use super::statements::Statements;

/// The most members of one commit.
const GROUP: usize = 256;

/// How long an errand waits whose settlement could not be written (ms).
const UNSETTLED_WAIT: i64 = 1000;

/// Rare work, and the answer to give once what it planted is known.
type Work = dyn FnOnce(&mut Desk<'_>) -> Box<dyn FnOnce()> + Send;

/// A write that shares its commit with whatever else is being committed.
pub(super) trait Member: Send {
    /// Writes; called again if the commit failed and its members are tried one by one.
    fn write(&mut self, ground: &mut Ground<'_, '_>) -> rusqlite::Result<()>;
    /// Told once, after the commit or when it failed for good.
    fn ended(self: Box<Self>, result: Result<(), String>);
}

/// A member made of a closure, and whom to tell what it yielded.
struct Joint<T, W> {
    work: W,
    yielded: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Member for Joint<T, W>
where
    T: Send,
    W: FnMut(&mut Ground<'_, '_>) -> rusqlite::Result<T> + Send,
{
    fn write(&mut self, ground: &mut Ground<'_, '_>) -> rusqlite::Result<()> {
        self.yielded = Some((self.work)(ground)?);
        Ok(())
    }

    fn ended(self: Box<Self>, result: Result<(), String>) {
        let answer = match (result, self.yielded) {
            (Ok(()), Some(yielded)) => Ok(yielded),
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(StoreError::Database(error.into())),
        };
        drop(self.reply.send(answer));
    }
}

/// Something for the writer to do.
pub(super) enum Order {
    /// Take submissions in.
    Accept(Box<Acceptance>, oneshot::Sender<Result<Vec<Verdict>, NotAccepted>>),
    /// End a claim.
    Settle(Box<Settlement>),
    /// Write beside the others.
    Joint(Box<dyn Member>),
    /// Anything rare, in a transaction of its own.
    Work(Box<Work>),
    /// Answer when all that was ordered before is on disk.
    Flush(oneshot::Sender<()>),
}

/// What rare work sees: the open transaction, the time, and a place for errands to plant.
pub(super) struct Desk<'a> {
    pub(super) db: &'a mut Connection,
    pub(super) now: i64,
    pub(super) serials: &'a mut Serials,
    pub(super) ids: &'a AtomicI64,
    pub(super) planted: Vec<Planted>,
}

impl Desk<'_> {
    /// Does what a group commit can do, inside this transaction.
    pub(super) fn on_ground<T>(
        &mut self,
        schedule: &Schedule,
        signs: &Signs,
        work: impl FnOnce(&mut Ground<'_, '_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut statements = Statements::prepare(self.db)?;
        work(&mut Ground {
            db: self.db,
            statements: &mut statements,
            serials: self.serials,
            schedule,
            signs,
            ids: self.ids,
            now: self.now,
            came: self.now,
            planted: &mut self.planted,
        })
    }
}

pub(super) struct Writer {
    pub(super) db: Connection,
    pub(super) serials: Serials,
    pub(super) schedule: Arc<Schedule>,
    pub(super) clock: Arc<Clock>,
    pub(super) run: i64,
    pub(super) ids: Arc<AtomicI64>,
    pub(super) signs: Arc<Signs>,
    pub(super) checkpointer: Checkpointer,
}

/// What the commit decided, to be told after it.
enum Told {
    Accept(oneshot::Sender<Result<Vec<Verdict>, NotAccepted>>, Result<Vec<Verdict>, NotAccepted>),
    Settle(Lease, Next),
    Joint(Box<dyn Member>),
    Flush(oneshot::Sender<()>),
}

impl Writer {
    /// Works until every sender is gone, then leaves a clean mark and closes.
    pub(super) fn work(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut group = Vec::with_capacity(GROUP);
        let mut alive = self.clock.now();
        while let Some(first) = orders.blocking_recv() {
            let mut rare = None;
            for order in std::iter::once(first).chain(std::iter::from_fn(|| orders.try_recv().ok())) {
                match order {
                    Order::Work(work) => rare = Some(work),
                    other => group.push(other),
                }
                if rare.is_some() || group.len() >= GROUP {
                    break;
                }
            }
            if !group.is_empty() {
                self.commit(&mut group, &mut alive);
            }
            if let Some(work) = rare {
                self.rare(work);
            }
            self.checkpointer.after_commit(&self.db);
        }
        let now = self.clock.now();
        if let Err(error) = self.db.execute("UPDATE run SET alive = ?2, stopped = ?2 WHERE id = ?1", [self.run, now]) {
            tracing::warn!(%error, "the clean stop could not be noted");
        }
    }

    fn rare(&mut self, work: Box<Work>) {
        let now = self.clock.now();
        let mut desk = Desk { db: &mut self.db, now, serials: &mut self.serials, ids: &self.ids, planted: Vec::new() };
        let answer = work(&mut desk);
        for plant in desk.planted {
            self.schedule.plant(plant.errand, plant.due, now, 0, plant.fresh);
        }
        answer();
    }

    fn commit(&mut self, group: &mut Vec<Order>, alive: &mut i64) {
        let mut members = std::mem::take(group);
        match self.attempt(&mut members, alive) {
            Ok((told, planted)) => self.tell(members, told, planted),
            Err(error) => {
                tracing::error!(%error, members = members.len(), "a group could not be committed; trying its members one by one");
                for member in members {
                    let mut one = [member];
                    match self.attempt(&mut one, alive) {
                        Ok((told, planted)) => self.tell(one.into(), told, planted),
                        Err(error) => {
                            let [member] = one;
                            self.refuse(member, error);
                        }
                    }
                }
            }
        }
        *group = Vec::with_capacity(GROUP);
    }

    #[expect(clippy::type_complexity, reason = "an intermediate of one function")]
    fn attempt(
        &mut self,
        members: &mut [Order],
        alive: &mut i64,
    ) -> Result<(Vec<Result<Result<Vec<Verdict>, NotAccepted>, Next>>, Vec<Planted>), String> {
        let said = |error: rusqlite::Error| error.to_string();
        let now = self.clock.now();
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(said)?;
        let mut planted = Vec::new();
        let mut outcomes = Vec::with_capacity(members.len());
        let result = (|| {
            let mut statements = Statements::prepare(&self.db).map_err(said)?;
            let mut ground = Ground {
                db: &self.db,
                statements: &mut statements,
                serials: &mut self.serials,
                schedule: &self.schedule,
                signs: &self.signs,
                ids: &self.ids,
                now,
                came: now,
                planted: &mut planted,
            };
            for member in members {
                outcomes.push(match member {
                    Order::Accept(acceptance, _) => match accept(&mut ground, acceptance) {
                        Err(NotAccepted::Store(error)) => {
                            tracing::error!(%error, channel = %acceptance.channel_code, "a submission could not be written");
                            return Err(error);
                        }
                        decided => Ok(decided),
                    },
                    Order::Settle(settlement) => Err(settle(&mut ground, settlement).map_err(said)?),
                    Order::Joint(member) => {
                        member.write(&mut ground).map_err(said)?;
                        Ok(Ok(Vec::new()))
                    }
                    Order::Work(_) | Order::Flush(_) => Ok(Ok(Vec::new())),
                });
            }
            if now - *alive >= 1000 {
                self.db
                    .prepare_cached("UPDATE run SET alive = ?2 WHERE id = ?1")
                    .and_then(|mut update| update.execute([self.run, now]))
                    .map_err(said)?;
                *alive = now;
            }
            Ok(())
        })();
        let ended = result.and_then(|()| self.db.execute_batch("COMMIT").map_err(said));
        if let Err(error) = ended {
            self.serials.forget();
            if let Err(error) = self.db.execute_batch("ROLLBACK") {
                tracing::debug!(%error, "nothing left to roll back");
            }
            return Err(error);
        }
        Ok((outcomes, planted))
    }

    /// Answers everybody, then makes known what was planted.
    fn tell(
        &self,
        members: Vec<Order>,
        outcomes: Vec<Result<Result<Vec<Verdict>, NotAccepted>, Next>>,
        planted: Vec<Planted>,
    ) {
        let told: Vec<Told> = members
            .into_iter()
            .zip(outcomes)
            .filter_map(|(member, outcome)| match (member, outcome) {
                (Order::Accept(_, reply), Ok(decided)) => Some(Told::Accept(reply, decided)),
                (Order::Settle(settlement), Err(next)) => Some(Told::Settle(settlement.claim.settled(), next)),
                (Order::Joint(member), _) => Some(Told::Joint(member)),
                (Order::Flush(reply), _) => Some(Told::Flush(reply)),
                _ => None,
            })
            .collect();
        let now = self.clock.now();
        let mut flushed = Vec::new();
        for one in told {
            match one {
                // The far side may have hung up meanwhile: what is committed stays committed.
                Told::Accept(reply, decided) => drop(reply.send(decided)),
                Told::Settle(lease, next) => self.schedule.finish(lease, next, now),
                Told::Joint(member) => member.ended(Ok(())),
                Told::Flush(reply) => flushed.push(reply),
            }
        }
        let mut bells = Vec::new();
        for plant in planted {
            let bell = self.schedule.plant_quietly(plant.errand, plant.due, now, 0, plant.fresh);
            if !bells.iter().any(|known| Arc::ptr_eq(known, &bell)) {
                bells.push(bell);
            }
        }
        for bell in bells {
            bell.notify_one();
        }
        for reply in flushed {
            // Whoever waited may have gone meanwhile.
            reply.send(()).unwrap_or_default();
        }
    }

    fn refuse(&self, member: Order, error: String) {
        match member {
            Order::Accept(_, reply) => drop(reply.send(Err(NotAccepted::Store(error)))),
            // The far side will be told again, under the same key; not at once, or a full disk would make it a flood.
            Order::Settle(settlement) => {
                let (now, attempts) = (self.clock.now(), settlement.claim.attempts);
                self.schedule.finish(settlement.claim.settled(), Next::At(now + UNSETTLED_WAIT, attempts), now);
            }
            Order::Joint(member) => member.ended(Err(error)),
            Order::Work(_) | Order::Flush(_) => {}
        }
    }
}

/// Sends a write to the writer that shares a commit, and waits until it is on disk.
pub(super) async fn join<T: Send + 'static>(
    orders: &mpsc::Sender<Order>,
    work: impl FnMut(&mut Ground<'_, '_>) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    let order = Order::Joint(Box::new(Joint { work, yielded: None, reply }));
    orders.send(order).await.map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}

/// Sends work to the writer and waits for its result.
pub(super) async fn run<T: Send + 'static>(
    orders: &mpsc::Sender<Order>,
    work: impl FnOnce(&mut Desk<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    let order = Order::Work(Box::new(move |desk| {
        let result = (|| {
            desk.db.execute_batch("BEGIN IMMEDIATE")?;
            let done = work(desk)?;
            desk.db.execute_batch("COMMIT")?;
            Ok(done)
        })();
        if result.is_err() {
            desk.serials.forget();
            desk.planted.clear();
            // A commit that failed may have left its transaction open; the next one could not begin.
            if !desk.db.is_autocommit()
                && let Err(error) = desk.db.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a transaction could not be rolled back");
            }
        }
        Box::new(move || drop(reply.send(result)))
    }));
    orders.send(order).await.map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}
