//! Who signs for what a channel brings, at hand for the writer without a look into the database.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use super::super::Sign;

/// By the channel's id; a channel that is not named signs never.
#[derive(Default)]
pub(super) struct Signs(RwLock<HashMap<u32, Sign>>);

impl Signs {
    /// Notes how a channel signs.
    pub(super) fn set(&self, channel: u32, sign: Sign) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(channel, sign);
    }

    /// How a channel signs.
    pub(super) fn of(&self, channel: u32) -> Sign {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&channel).copied().unwrap_or_default()
    }
}
