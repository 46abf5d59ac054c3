//! A task that runs for one far side of a channel, and the one that follows it.

use std::future::Future;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A task that runs until it is told to stop. Whoever follows it begins when it has ended, so that no two ever speak with
/// one far side at once.
pub(super) struct Runner {
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl Runner {
    /// Tells the one before to stop, and runs when it has ended; `house` stops all.
    pub(super) fn after<F>(
        before: Option<Self>,
        tracker: &TaskTracker,
        house: &CancellationToken,
        run: impl FnOnce(CancellationToken) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if let Some(before) = &before {
            before.stop();
        }
        let stop = house.child_token();
        let own = stop.clone();
        let ended = tracker.spawn(async move {
            if let Some(before) = before
                && before.ended.await.is_err()
            {
                tracing::error!("a runner ended badly; the next one takes its place");
            }
            // It may have been told to stop while it waited; whoever follows then waits no longer.
            if !own.is_cancelled() {
                run(own).await;
            }
        });
        Self { stop, ended }
    }

    /// Tells it to stop; what is under way is ended.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_two_run_at_once_however_often_they_are_replaced() {
        let (tracker, house) = (TaskTracker::new(), CancellationToken::new());
        let counter = || Arc::new(AtomicUsize::new(0));
        let (running, begun, overlaps) = (counter(), counter(), counter());
        let mut runner = None;
        for _ in 0..20 {
            let (running, begun, overlaps) = (running.clone(), begun.clone(), overlaps.clone());
            runner = Some(Runner::after(runner, &tracker, &house, move |stop| async move {
                overlaps.fetch_add(running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                begun.fetch_add(1, Ordering::SeqCst);
                stop.cancelled().await;
                // What is under way is ended.
                tokio::time::sleep(Duration::from_millis(2)).await;
                running.fetch_sub(1, Ordering::SeqCst);
            }));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        while begun.load(Ordering::SeqCst) < 2 || running.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        runner.unwrap().stop();
        tracker.close();
        tracker.wait().await;
        assert_eq!((running.load(Ordering::SeqCst), overlaps.load(Ordering::SeqCst)), (0, 0));
    }
}
