//! What a far side would have said, as it lies in a file: shown to a connector by a person who looks, before anybody is
//! asked or told.

use bytes::Bytes;
use jiff::Timestamp;

use crate::{Fault, Page, Remark};

/// What came of it.
#[derive(Clone, Debug)]
pub struct SavedPage {
    /// What a poll would have given, had it begun at the front and been answered so; of what is pushed, the items alone.
    pub page: Page,
    /// What people should know besides: what a poll would do that a file cannot show.
    pub remarks: Vec<Remark>,
}

/// The half of a connector that reads what its far side is known to say. It contacts nobody and remembers nothing.
pub trait Saved: Send + Sync {
    /// Takes apart one whole answer, one body of a push, or one file of rows. `name` is what people call the file; what it
    /// is, is told by its content. `now` stands for the clock.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where it is not what the channel's file says; [`Fault::Denied`] and [`Fault::Unavailable`] where
    /// the far side says so in it.
    fn read(&self, name: &str, bytes: &Bytes, now: Timestamp) -> Result<SavedPage, Fault>;
}
