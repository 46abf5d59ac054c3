//! Reading a page, beside the tasks that wait for others, and no longer than a page may take. It is awaited where it is
//! asked for: nothing goes on by itself. No other file of this kind may do so.

use std::time::Duration;

use huiliu_contract::Fault;

/// The longest that reading a page may take.
const LONGEST: Duration = Duration::from_secs(20);

/// What comes of the work.
///
/// # Errors
///
/// [`Fault::Malformed`] where it takes too long, or breaks off by a fault of ours.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    match tokio::time::timeout(LONGEST, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Fault::malformed("reading the page broke off; please tell the makers of this program")),
        Err(_) => Err(Fault::malformed("the page takes too long to read; ask for smaller pages")),
    }
}
