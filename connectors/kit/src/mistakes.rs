//! Everything that is wrong with a channel's options, gathered while they are compiled.

use huiliu_contract::Misconfigured;

use crate::pick::Pointer;

/// Collects what is wrong, so that an operator sees all of it at once.
#[derive(Default, Debug)]
pub struct Mistakes(Vec<Misconfigured>);

impl Mistakes {
    /// Adds one; the same mistake seen on the way to several requests is one.
    pub fn push(&mut self, one: Misconfigured) {
        if !self.0.contains(&one) {
            self.0.push(one);
        }
    }

    /// The value of a result; its mistake is kept.
    pub fn take<T>(&mut self, result: Result<T, Misconfigured>) -> Option<T> {
        result.map_err(|one| self.push(one)).ok()
    }

    /// As [`Self::take`], for a result with several mistakes.
    pub fn take_all<T>(&mut self, result: Result<T, Vec<Misconfigured>>) -> Option<T> {
        result.map_err(|all| all.into_iter().for_each(|one| self.push(one))).ok()
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds one in both languages.
    pub fn tell(&mut self, key: &str, problem: &str, problem_zh: &str) {
        self.push(Misconfigured::new(key, problem, problem_zh));
    }

    /// Compiles a place, where one is written.
    pub fn pointer(&mut self, written: Option<&String>, key: &str) -> Option<Pointer> {
        self.take(Pointer::parse(written?).map_err(|bad| bad.at_key(key)))
    }

    /// All of them, in the order in which they were found.
    pub fn into_vec(self) -> Vec<Misconfigured> {
        self.0
    }
}
