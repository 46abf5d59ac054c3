//! What every kind that is asked promises. Each promise is tried on a connector built for a [`Ground`], such as a [`Platform`];
//! for each there is a twin that breaks exactly it, so that no promise can turn into one that always holds.

mod borders;
mod ground;
mod list;
mod logs;
mod twin;

use huiliu_contract::Connector;

use crate::platform::Platform;
pub use ground::Ground;
pub use list::{PROMISES, Promise};

/// How many items a connector under trial asks for at once.
pub const PAGE: u64 = 3;

/// More polls than any walk under trial needs, each detail counted.
const ENOUGH: usize = 100;

/// A way of building a kind, under trial on a far side of this sort.
pub struct Subject<'a, G: Ground = Platform> {
    /// Builds a connector for this far side, one that can be polled and asks for [`PAGE`] items a page
    /// where it pages at all.
    pub make: &'a (dyn Fn(&G) -> Connector + Sync),
    /// The far side it is built for; the number of items is the promise's affair.
    pub options: &'a G::Options,
    /// Whether it asks page by page.
    pub paged: bool,
    /// Every secret it was built with; none may ever show.
    pub secrets: &'a [&'a str],
    /// The promise its twin breaks; none for the true one.
    pub flaw: Option<Promise>,
}

impl<G: Ground> Clone for Subject<'_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Ground> Copy for Subject<'_, G> {}

impl<G: Ground> Subject<'_, G> {
    /// The twin that breaks this promise.
    #[must_use]
    pub fn flawed(mut self, flaw: Promise) -> Self {
        self.flaw = Some(flaw);
        self
    }
}

/// A promise that does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {what}", promise.name())]
pub struct Broken {
    /// Which promise.
    pub promise: Promise,
    /// What was seen instead.
    pub what: String,
}

/// Tries every promise and gives those that do not hold.
pub async fn broken<G: Ground>(subject: Subject<'_, G>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for &promise in PROMISES {
        if let Err(what) = promise.try_on(subject).await {
            broken.push(Broken { promise, what });
        }
    }
    broken
}
