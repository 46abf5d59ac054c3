//! What every kind that is told promises. Each promise is a function over a built connector and the far
//! side's way of proving; for each there is a twin that breaks exactly it, so that no promise can turn
//! into one that holds always.

mod hear;
mod list;
mod logs;
mod subject;
mod twin;

pub use list::{PROMISES, Promise};
pub use subject::Subject;
pub use twin::{Flaw, Twin};

/// A promise that does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{promise}: {what}")]
pub struct Broken {
    /// Which promise.
    pub promise: &'static str,
    /// What was seen instead.
    pub what: String,
}

/// Tries every promise and gives those that do not hold.
pub async fn broken(subject: &Subject<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for promise in PROMISES {
        if let Err(what) = promise.try_on(subject).await {
            broken.push(Broken { promise: promise.name(), what });
        }
    }
    broken
}
