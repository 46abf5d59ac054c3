//! What a compiled recipe must not be.

use super::plan::Plan;
use crate::mistakes::Mistakes;

impl Plan {
    pub(super) fn leave_out_what_comes_later(&mut self, _key: &str, _wrong: &mut Mistakes) {}
}

pub(super) fn check(_plan: &Plan, _key: &str, _wrong: &mut Mistakes) {}
