//! Errands that nobody claims, because no worker speaks with their far side: they stand in their rows alone, and only news
//! of them is heard.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::Notify;

use super::{Errand, Far, Schedule};

/// Beyond so many news not looked at, they are forgotten, and all that waits is looked at instead.
const MOST: usize = 2048;

/// What is heard where nobody claims.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// The subjects of what was planted since it was looked at last, in order; none while nobody looks, or once they were
    /// too many.
    news: Option<Vec<i64>>,
}

impl Left {
    /// Hears of an errand.
    pub(super) fn note(&mut self, errand: Errand) {
        match &mut self.news {
            Some(news) if news.len() < MOST => news.push(errand.subject),
            _ => self.news = None,
        }
    }
}

impl Schedule {
    /// From now on nobody claims a far side's errands: they are forgotten here, their rows are what is undone. News of them
    /// still rings.
    pub(super) fn leave(&self, far: Far) {
        let inner = &mut *self.lock();
        let yard = inner.yards.entry(far).or_default();
        yard.left = Some(Left::default());
        yard.ready = VecDeque::new();
        yard.waiting = BTreeSet::new();
        inner.slots.retain(|errand, _| errand.far() != far);
    }

    /// Whether nobody claims a far side's errands.
    pub fn is_left(&self, far: Far) -> bool {
        self.lock().yards.get(&far).is_some_and(|yard| yard.left.is_some())
    }

    /// Rung when something is planted for a far side; one waiter is woken, or the next one that comes.
    pub fn bell(&self, far: Far) -> Arc<Notify> {
        self.lock().yards.entry(far).or_default().bell.clone()
    }

    /// Which tickets there is news of for a core whose errands nobody claims, and how many times news came; none if all that
    /// waits must be looked at: then news are remembered from now on.
    pub(super) fn news(&self) -> (usize, Option<BTreeSet<i64>>) {
        let inner = &mut *self.lock();
        let left = inner.yards.entry(Far::Core).or_default().left.as_mut();
        match left.map(|left| &mut left.news) {
            Some(Some(news)) => (news.len(), Some(news.iter().copied().collect())),
            Some(none) => {
                *none = Some(Vec::new());
                (0, None)
            }
            None => (0, None),
        }
    }

    /// The first so many news were looked at; none: nobody knows what was, so all must be looked at again.
    pub(super) fn news_taken(&self, count: Option<usize>) {
        let inner = &mut *self.lock();
        let left = inner.yards.get_mut(&Far::Core).and_then(|yard| yard.left.as_mut());
        let Some(left) = left else { return };
        match (count, &mut left.news) {
            (Some(count), Some(news)) => drop(news.drain(..count.min(news.len()))),
            (Some(_), None) => {}
            (None, _) => left.news = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Task;
    use super::*;

    fn planted(schedule: &Schedule, subject: i64) {
        schedule.plant(Errand { task: Task::Forward, subject }, 0, 0, 0, None);
    }

    #[test]
    fn what_nobody_claims_is_not_kept_and_news_are_told_once() {
        let schedule = Schedule::default();
        planted(&schedule, 1);
        schedule.leave(Far::Core);
        assert!(schedule.is_left(Far::Core) && schedule.list(10).is_empty());
        planted(&schedule, 2);
        assert_eq!(schedule.depth(Far::Core), (0, 0));
        assert_eq!(schedule.news(), (0, None), "nobody looked yet, so all must be looked at");
        for subject in [3, 4, 3] {
            planted(&schedule, subject);
        }
        let (count, news) = schedule.news();
        assert_eq!((count, news), (3, Some(BTreeSet::from([3, 4]))));
        planted(&schedule, 5);
        schedule.news_taken(Some(count));
        assert_eq!(schedule.news(), (1, Some(BTreeSet::from([5]))), "what came meanwhile is not lost");
        schedule.news_taken(None);
        assert_eq!(schedule.news(), (0, None), "a look that failed is done again over all");
    }

    #[test]
    fn too_many_news_are_a_look_at_everything() {
        let schedule = Schedule::default();
        schedule.leave(Far::Core);
        schedule.news();
        for subject in 0..=MOST as i64 {
            planted(&schedule, subject);
        }
        assert_eq!(schedule.news(), (0, None));
    }
}
