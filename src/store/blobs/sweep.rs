//! Sweeping: a blob that no row names was kept for a commit that never came.

use super::super::{Store, StoreError};

/// How long a blob may lie that no row names (ms): far longer than any commit takes.
const YOUNG: i64 = 24 * 3_600_000;

/// Removes the orphans of one shelf (those whose name begins with this byte). Answers how many.
pub async fn sweep(store: &dyn Store, shelf: u8) -> Result<u64, StoreError> {
    let before = store.clock().now() - YOUNG;
    let old = store.blobs().untouched(shelf, before).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let named = store.named(old.clone()).await?;
    let mut gone = 0;
    for orphan in old.into_iter().filter(|name| !named.contains(name)) {
        gone += u64::from(store.blobs().remove(orphan, before).await?);
    }
    Ok(gone)
}
