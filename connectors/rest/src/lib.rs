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
//! an item is found again only if its mark lies within the overlap. `sweep` finds it, once a day.
//!
//! With `link` and `header` the far side tells the address of the next page. It is followed to named hosts only, and a
//! walk that goes in a circle is an error. With `slice` a walk is cut into bounded times, each of which is such a walk.
//!
//! # What a list does not show
//!
//! A text that the list cuts is never taken for the whole: the item is asked for by itself (`detail`), or it is kept for a
//! person. Each detail is a poll of its own, so it waits for its turn like every request.

mod build;
mod census;
mod course;
mod cut;
mod detail;
mod explain;
mod items;
mod kept;
mod mark;
mod options;
mod poll;
mod saved;
mod spelled;

pub use options::{
    Census, Detail, Empty, End, List, Options, PageBy, Paging, PollOptions, SentAt, Since, SinceBy, Slice, Sweep,
    Until, When,
};

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Sentence, Site};

/// The kind `rest`.
pub struct Rest;

impl ConnectorKind for Rest {
    const NAME: &'static str = "rest";
    const SUMMARY: &'static str = "polls a JSON API and writes back by HTTP";
    const SUMMARY_ZH: &'static str = "接口轮询";
    type Options = Options;

    fn explain(options: &Options, _: &str) -> Vec<Sentence> {
        explain::explain(options)
    }

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(options, site)
    }
}
