//! Reading a letter takes long where it is large: it is read beside the tasks that wait for others. It is awaited where it is
//! asked for: nothing goes on by itself. No other file of this kind may do so.

/// What comes of the work; nothing if it broke off by a fault of ours.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
