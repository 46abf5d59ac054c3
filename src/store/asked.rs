//! How far the core's list of outcomes was read, and what of it needs a person.

use super::{Digest, Stray};

/// Under this number, which no channel has, stands what belongs to the core itself.
pub const CORE: u32 = 0;

/// A page of the core's list, taken: to be kept in one commit.
#[derive(Clone, Debug, Default)]
pub struct AskedPage {
    /// Records that are no outcomes, each with one stable word that says why; kept once by digest.
    pub aside: Vec<(&'static str, Stray)>,
    /// Records that were taken: a letter that an earlier reading of the same record made is at its end.
    pub taken: Vec<Digest>,
    /// The new cursor, sealed for [`CORE`]; none leaves it where it was.
    pub cursor: Option<Vec<u8>>,
    /// The new keepsake, sealed for [`CORE`]; none leaves the old one.
    pub keepsake: Option<Vec<u8>>,
}
