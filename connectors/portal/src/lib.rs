//! The connector kind `portal` (网站后台): a back end without an API. It logs in as a clerk would, reads lists and letters as
//! they are shown, and fills in the forms by which they are answered.
//!
//! # One session
//!
//! All that asks shares one login, one set of cookies, and one turn: never are two requests of it out at once. A session
//! that is over is known by declared signs on whatever page comes, never by a status. Without a captcha it is made anew,
//! once, and the same is asked again from where it stood; with one a person is needed. A login that was refused is not made
//! again before a person resumes it, over restarts too: five wrong passwords lock an account that people need.
//!
//! # What is certain
//!
//! A list without rows must show the words that say so, or the layout has changed. Pages are followed to a proven end. A
//! letter's own page must show what was declared of it. An answer is taken only where the page says so in declared words;
//! what says nothing is uncertain, and is looked after.

mod aside;
mod build;
mod census;
mod explain;
mod far;
mod fields;
mod jar;
mod kept;
mod options;
mod outlet;
mod place;
mod poll;
mod reader;
mod rows;
mod saved;
mod seen;
mod session;
mod spelled;

pub use options::{
    Answering, Back, Captcha, Census, Connect, Detail, Fill, Format, KeepAlive, Key, Kicked, List, Login, LoginForm,
    Options, PageBy, Paging, PasswordAs, PollOptions, RowTime, Status, Until, UploadFirst,
};

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Sentence, Site};

/// The kind `portal`.
pub struct Portal;

impl ConnectorKind for Portal {
    const NAME: &'static str = "portal";
    const SUMMARY: &'static str = "logs in to a back end without an API, reads its pages and fills in its forms";
    const SUMMARY_ZH: &'static str = "网站后台";
    type Options = Options;

    fn explain(options: &Options, _: &str) -> Vec<Sentence> {
        explain::explain(options)
    }

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        build::connector(&options, site)
    }
}
