//! `huiliu errand …`: what is still undone.

use clap::Subcommand;

use super::output::{Failure, Output};
use super::site::Site;
use super::table::Look;
use crate::console::view::ErrandView;
use crate::console::{ROWS, Request};
use crate::words::{ERRAND_STATES, TASKS, say, word};

/// Errands.
#[derive(Subcommand, Debug)]
pub(super) enum Errand {
    /// Errands that are undone.
    List {
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
}

impl Errand {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let Self::List { limit } = self;
        let (json, errands) = site.ask::<Vec<ErrandView>>(Request::ErrandList { limit }, None)?;
        Ok(Output::new(json, list(&site.look, &errands)))
    }
}

/// Errands as a table.
pub(super) fn list(look: &Look, errands: &[ErrandView]) -> String {
    if errands.is_empty() {
        return say(look.lang, "没有未完成的后台任务", "no errand is undone").into();
    }
    let rows = errands.iter().map(|errand| {
        let state = match errand.held_since {
            Some(since) => format!("{} ({})", say(look.lang, "等对方恢复", "far side away"), look.time(Some(since))),
            None => word(ERRAND_STATES, &errand.state, look.lang).to_owned(),
        };
        vec![
            word(TASKS, &errand.task, look.lang).to_owned(),
            errand.subject.clone(),
            state,
            look.time(errand.due),
            errand.attempts.to_string(),
        ]
    });
    look.table(&["task", "subject", "state", "due", "attempts"], &[3], rows.collect())
}
