//! The connector kind `rest` (接口轮询): polls a JSON API from configuration alone and writes back by
//! templated HTTP. One poll is one request; it never loops, sleeps, retries or stores.
//!
//! # What holds at a page border
//!
//! A *walk* asks page after page until the far side's end; the next walk begins at the highest mark seen,
//! less the overlap. The mark is taken over only when a walk has ended, and never lies after our own
//! clock, so one item dated 2099 does not hide what comes before. What is seen again is told again; the
//! store knows it.
//!
//! With `cursor` the far side keeps its own place and nothing is lost. With `number` and `offset` places
//! are counted from the front: what is *added*, anywhere, is found in this walk or in the next one. What
//! *leaves* the list, or moves to its end, in the middle of a walk makes the rest close up by one, and an
//! item may slip over the border unseen. Where `total` is declared, a total that shrinks in mid-walk is
//! noticed: that walk's mark is not taken over, and the same time is walked again. Where it is not, such
//! an item is found again only if its mark lies within the overlap.

mod build;
mod items;
mod mark;
mod options;
mod poll;

pub use options::{List, Options, PageBy, Paging, PollOptions, SentAt, Since, SinceBy, Until};

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Site};

/// The kind `rest`.
pub struct Rest;

impl ConnectorKind for Rest {
    const NAME: &'static str = "rest";
    const SUMMARY: &'static str = "polls a JSON API and writes back by HTTP";
    const SUMMARY_ZH: &'static str = "接口轮询";
    type Options = Options;

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(options, site)
    }
}
