//! Which errands are due, kept in memory beside their rows: claims, leases and fences.
//!
//! A single process owns the database, so a lease lives here and dies with the process; the rows on disk
//! only say what is undone. A claim that is dropped without being settled goes back to the end of the
//! line, so that a panicking or cancelled worker loses nothing.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::left::Left;
use super::{Clock, Errand, Far, Fresh};

/// Beyond this many waiting events, a new one is read back from disk instead of being held in memory.
const FRESH_LIMIT: usize = 2048;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Ready,
    Waiting(i64),
    Leased(u64),
}

#[derive(Debug)]
pub(super) struct Slot {
    place: Place,
    attempts: u32,
    again: Option<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Yard {
    pub(super) ready: VecDeque<(Errand, Option<Box<Fresh>>)>,
    pub(super) waiting: BTreeSet<(i64, Errand)>,
    pub(super) bell: Arc<Notify>,
    /// Nobody claims here: what is planted stays in its row alone, and only rings.
    pub(super) left: Option<Left>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) yards: HashMap<Far, Yard>,
    pub(super) slots: HashMap<Errand, Slot>,
    fence: u64,
}

/// All errands of the house.
#[derive(Debug, Default)]
pub struct Schedule {
    inner: Mutex<Inner>,
}

/// What becomes of a leased errand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Its row is gone.
    Gone,
    /// Its row is gone and its lane stands still: what was planted meanwhile waits behind.
    Stopped,
    /// More is undone for the subject: at once.
    Ready,
    /// Later, at this time (ms), with so many attempts counted.
    At(i64, u32),
}

/// A leased errand. Settle it through the store; dropping it puts it back at the end of the line.
#[derive(Debug)]
pub struct Claim {
    /// What is to be done.
    pub errand: Errand,
    /// Attempts that were counted against the item so far.
    pub attempts: u32,
    /// The event itself, where the accepting commit is so young that it need not be read back.
    pub fresh: Option<Box<Fresh>>,
    pub(super) fence: u64,
    schedule: Arc<Schedule>,
    settled: bool,
}

impl Claim {
    /// The lease, to be named in an acceptance that moves this errand's cursor.
    pub fn lease(&self) -> Lease {
        Lease { errand: self.errand, fence: self.fence }
    }

    /// Gives the lease up with no attempt counted: the far side was away, not the item at fault.
    pub fn release(self) {}

    pub(super) fn settled(mut self) -> Lease {
        self.settled = true;
        self.lease()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.settled {
            self.schedule.put_back(self.errand, self.fence);
        }
    }
}

/// Names one lease; it is stale as soon as the errand was settled or claimed anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The errand.
    pub errand: Errand,
    /// Which lease of it.
    pub fence: u64,
}

impl Schedule {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an errand due at `due` (ms), or sooner if it exists and was due later.
    pub(super) fn plant(&self, errand: Errand, due: i64, now: i64, attempts: u32, fresh: Option<Box<Fresh>>) {
        let bell = self.plant_quietly(errand, due, now, attempts, fresh);
        bell.notify_one();
    }

    /// Makes an errand that waits for a later time due now (ms); any other stays as it is.
    pub fn hasten(&self, errand: Errand, now: i64) {
        let waits = self.lock().slots.get(&errand).is_some_and(|slot| matches!(slot.place, Place::Waiting(_)));
        if waits {
            self.plant(errand, now, now, 0, None);
        }
    }

    /// As [`Schedule::plant`], for many at once: the bells are to be rung once by the caller.
    pub(super) fn plant_quietly(
        &self,
        errand: Errand,
        due: i64,
        now: i64,
        attempts: u32,
        fresh: Option<Box<Fresh>>,
    ) -> Arc<Notify> {
        let inner = &mut *self.lock();
        let yard = inner.yards.entry(errand.far()).or_default();
        let bell = yard.bell.clone();
        if let Some(left) = &mut yard.left {
            left.note(errand);
            return bell;
        }
        if let Some(slot) = inner.slots.get_mut(&errand) {
            match slot.place {
                Place::Ready => return bell,
                Place::Leased(_) => {
                    slot.again = Some(slot.again.map_or(due, |at| at.min(due)));
                    return bell;
                }
                Place::Waiting(at) if at <= due => return bell,
                Place::Waiting(at) => {
                    yard.waiting.remove(&(at, errand));
                }
            }
        }
        let attempts = inner.slots.get(&errand).map_or(attempts, |slot| slot.attempts);
        let place = if due <= now {
            let fresh = fresh.filter(|_| yard.ready.len() < FRESH_LIMIT);
            yard.ready.push_back((errand, fresh));
            Place::Ready
        } else {
            yard.waiting.insert((due, errand));
            Place::Waiting(due)
        };
        inner.slots.insert(errand, Slot { place, attempts, again: None });
        bell
    }

    /// Whether a lease still holds.
    pub(super) fn holds(&self, lease: Lease) -> bool {
        self.lock().slots.get(&lease.errand).is_some_and(|slot| slot.place == Place::Leased(lease.fence))
    }

    /// Whether a leased errand was planted again since it was claimed.
    pub(super) fn is_asked_again(&self, errand: Errand) -> bool {
        self.lock().slots.get(&errand).is_some_and(|slot| slot.again.is_some())
    }

    /// Ends a lease after the commit that settled it.
    pub(super) fn finish(&self, lease: Lease, next: Next, now: i64) {
        let inner = &mut *self.lock();
        let Some(slot) = inner.slots.get_mut(&lease.errand) else { return };
        if slot.place != Place::Leased(lease.fence) {
            return;
        }
        let yard = inner.yards.entry(lease.errand.far()).or_default();
        let again = slot.again.take();
        let (due, attempts) = match (next, again) {
            (Next::Gone, None) | (Next::Stopped, _) => {
                inner.slots.remove(&lease.errand);
                return;
            }
            (Next::Gone, Some(at)) => (at, 0),
            (Next::Ready, _) => (now, 0),
            (Next::At(due, attempts), again) => (again.map_or(due, |at| at.min(due)), attempts),
        };
        slot.attempts = attempts;
        if due <= now {
            slot.place = Place::Ready;
            yard.ready.push_back((lease.errand, None));
        } else {
            slot.place = Place::Waiting(due);
            yard.waiting.insert((due, lease.errand));
        }
        yard.bell.notify_one();
    }

    fn put_back(&self, errand: Errand, fence: u64) {
        let inner = &mut *self.lock();
        let Some(slot) = inner.slots.get_mut(&errand) else { return };
        if slot.place != Place::Leased(fence) {
            return;
        }
        slot.place = Place::Ready;
        slot.again = None;
        let yard = inner.yards.entry(errand.far()).or_default();
        yard.ready.push_back((errand, None));
        yard.bell.notify_one();
    }

    /// Waits until something of a far side is due, then leases up to `free` errands, oldest first.
    pub async fn claim(self: &Arc<Self>, far: Far, free: usize, clock: &Clock) -> Vec<Claim> {
        loop {
            let (bell, wait) = {
                let inner = &mut *self.lock();
                let yard = inner.yards.entry(far).or_default();
                let now = clock.now();
                while let Some(&(due, errand)) = yard.waiting.first() {
                    if due > now {
                        break;
                    }
                    yard.waiting.pop_first();
                    if let Some(slot) = inner.slots.get_mut(&errand) {
                        slot.place = Place::Ready;
                    }
                    yard.ready.push_back((errand, None));
                }
                let mut claims = Vec::new();
                while claims.len() < free.max(1) {
                    let Some((errand, fresh)) = yard.ready.pop_front() else { break };
                    let Some(slot) = inner.slots.get_mut(&errand) else { continue };
                    inner.fence += 1;
                    slot.place = Place::Leased(inner.fence);
                    claims.push(Claim {
                        errand,
                        attempts: slot.attempts,
                        fresh,
                        fence: inner.fence,
                        schedule: self.clone(),
                        settled: false,
                    });
                }
                if !claims.is_empty() {
                    // A bell wakes one; whoever took not all wakes the next.
                    if !yard.ready.is_empty() {
                        yard.bell.notify_one();
                    }
                    return claims;
                }
                (yard.bell.clone(), yard.waiting.first().map(|(due, _)| due - now))
            };
            // A bell rung between the look and the wait is not lost: `notify_one` leaves a permit.
            match wait {
                Some(millis) => {
                    let wait = Duration::from_millis(millis.clamp(1, 3_600_000) as u64);
                    let _ = tokio::time::timeout(wait, bell.notified()).await;
                }
                None => bell.notified().await,
            }
        }
    }

    /// How many errands of a far side are due or leased, and how many wait for a later time.
    pub fn depth(&self, far: Far) -> (usize, usize) {
        self.lock().yards.get(&far).map_or((0, 0), |yard| (yard.ready.len(), yard.waiting.len()))
    }

    /// What is known of every errand: (errand, due in ms or none when due now, leased, attempts).
    pub fn list(&self, limit: usize) -> Vec<(Errand, Option<i64>, bool, u32)> {
        let inner = self.lock();
        let mut all: Vec<_> = inner
            .slots
            .iter()
            .map(|(errand, slot)| match slot.place {
                Place::Ready => (*errand, None, false, slot.attempts),
                Place::Waiting(at) => (*errand, Some(at), false, slot.attempts),
                Place::Leased(_) => (*errand, None, true, slot.attempts),
            })
            .collect();
        all.sort_unstable();
        all.truncate(limit);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::Task;
    use super::*;

    fn errand(subject: i64) -> Errand {
        Errand { task: Task::Forward, subject }
    }

    #[tokio::test]
    async fn one_errand_is_never_held_twice_and_a_dropped_claim_comes_back_last() {
        let schedule = Arc::new(Schedule::default());
        let clock = Clock::start(0);
        for subject in [1, 2, 1] {
            schedule.plant(errand(subject), 0, clock.now(), 0, None);
        }
        let mut claims = schedule.claim(Far::Core, 10, &clock).await;
        assert_eq!(claims.iter().map(|claim| claim.errand.subject).collect::<Vec<_>>(), [1, 2]);
        let second = claims.pop().unwrap();
        drop(claims);
        schedule.plant(errand(3), 0, clock.now(), 0, None);
        let again = schedule.claim(Far::Core, 10, &clock).await;
        assert_eq!(again.iter().map(|claim| claim.errand.subject).collect::<Vec<_>>(), [1, 3]);
        let lease = second.settled();
        assert!(schedule.holds(lease));
        schedule.finish(lease, Next::Gone, clock.now());
        assert!(!schedule.holds(lease));
    }

    #[tokio::test]
    async fn planting_while_leased_makes_it_due_again() {
        let schedule = Arc::new(Schedule::default());
        let clock = Clock::start(0);
        schedule.plant(errand(1), 0, clock.now(), 0, None);
        let claim = schedule.claim(Far::Core, 1, &clock).await.remove(0);
        schedule.plant(errand(1), 0, clock.now(), 0, None);
        schedule.finish(claim.settled(), Next::Gone, clock.now());
        let again = schedule.claim(Far::Core, 1, &clock).await;
        assert_eq!(again[0].errand, errand(1));
    }

    #[tokio::test]
    async fn a_later_errand_waits_and_can_be_made_sooner() {
        let schedule = Arc::new(Schedule::default());
        let clock = Clock::start(0);
        schedule.plant(errand(1), clock.now() + 3_600_000, clock.now(), 0, None);
        assert_eq!(schedule.depth(Far::Core), (0, 1));
        schedule.plant(errand(1), clock.now() + 20, clock.now(), 0, None);
        let claim = schedule.claim(Far::Core, 1, &clock).await;
        assert_eq!(claim.len(), 1);
        assert_eq!(schedule.depth(Far::Core), (0, 0));
    }

    #[tokio::test]
    async fn only_what_waits_is_hastened() {
        let schedule = Arc::new(Schedule::default());
        let clock = Clock::start(0);
        schedule.hasten(errand(1), clock.now());
        assert!(schedule.list(10).is_empty(), "nothing is made that was not there");
        schedule.plant(errand(1), clock.now() + 3_600_000, clock.now(), 0, None);
        schedule.hasten(errand(1), clock.now());
        let claim = schedule.claim(Far::Core, 1, &clock).await.remove(0);
        schedule.hasten(errand(1), clock.now());
        schedule.finish(claim.settled(), Next::Gone, clock.now());
        assert!(schedule.list(10).is_empty(), "what is under way is not asked for again");
    }
}
