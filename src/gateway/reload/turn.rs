//! One reload at a time; whoever asks while one is under way shares the next one with all who ask meanwhile.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

/// The turns of some work whose result serves everybody who asked before it began.
#[derive(Default)]
pub(super) struct Turns<T> {
    asked: AtomicU64,
    last: Mutex<Option<(u64, T)>>,
}

impl<T: Clone> Turns<T> {
    /// Does the work, or answers what it yielded if it began after this was asked for.
    pub(super) async fn share<F: Future<Output = T>>(&self, work: impl FnOnce() -> F) -> T {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut last = self.last.lock().await;
        if let Some((upto, result)) = last.as_ref()
            && *upto >= mine
        {
            return result.clone();
        }
        let upto = self.asked.load(Ordering::SeqCst);
        let result = work().await;
        *last = Some((upto, result.clone()));
        result
    }

    /// Holds all others off.
    pub(super) async fn alone(&self) -> MutexGuard<'_, Option<(u64, T)>> {
        self.last.lock().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn who_asks_meanwhile_shares_the_next_one_and_none_is_answered_by_what_began_before() {
        let turns = Arc::new(Turns::<usize>::default());
        let (count, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let ask = || {
            let (turns, count, gate) = (turns.clone(), count.clone(), gate.clone());
            tokio::spawn(async move {
                let work = || async move {
                    let n = count.fetch_add(1, Ordering::SeqCst) + 1;
                    gate.notified().await;
                    n
                };
                turns.share(work).await
            })
        };
        let first = ask();
        while count.load(Ordering::SeqCst) < 1 {
            tokio::task::yield_now().await;
        }
        let others: Vec<_> = (0..9).map(|_| ask()).collect();
        while turns.asked.load(Ordering::SeqCst) < 10 {
            tokio::task::yield_now().await;
        }
        gate.notify_one();
        assert_eq!(first.await.unwrap(), 1);
        gate.notify_one();
        for other in others {
            assert_eq!(other.await.unwrap(), 2, "one more serves them all");
        }
        gate.notify_one();
        assert_eq!(ask().await.unwrap(), 3);
    }
}
