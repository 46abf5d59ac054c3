//! Channels that do not run: retired, forgotten, or in need of mending. What comes for them meanwhile is put off.

use super::running::{Running, count_mistakes};
use crate::door::Entry;
use crate::settings::Mistake;

impl Running {
    /// A channel whose folder is gone: its pushes are put off, nothing is asked of it or written back to it.
    pub(super) fn retire(&self, code: &str) {
        let mut state = self.state();
        state.end_all(code);
        self.ground.entries.put(code, Entry::Retired);
        self.ground.intake.forget(code);
        self.ground.health.retired(code);
    }

    /// A folder of which nothing came is gone: nobody knows a channel of this code.
    pub(super) fn forget(&self, code: &str) {
        let mut state = self.state();
        state.end_all(code);
        self.ground.entries.remove(code);
        self.ground.health.mended(code);
    }

    /// A channel that needs mending. If it runs, it goes on as it was; else its pushes are answered 503, and nothing is
    /// asked of it.
    pub(super) fn set_aside(&self, code: &str, mistakes: Vec<Mistake>) {
        let mut state = self.state();
        if state.channels.contains_key(code) {
            self.ground.health.kept(code);
        } else {
            self.ground.entries.put(code, Entry::Shut);
            self.ground.health.broken(code);
        }
        count_mistakes(code, mistakes.len());
        state.wrong.insert(code.to_owned(), mistakes);
    }
}
