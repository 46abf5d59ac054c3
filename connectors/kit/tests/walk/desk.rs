//! A line built from what a file would say, and what a walk along it found.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use huiliu_contract::{Fault, Misconfigured, Secret, SecretRef, Site, Step, Went};
use huiliu_kit::line::{Base, Connect, Line};
use huiliu_kit::mistakes::Mistakes;
use serde_json::Value;

/// Knows one secret: the name of the variable.
struct Desk;

impl Site for Desk {
    fn channel(&self) -> &str {
        "desk"
    }
    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        match at {
            SecretRef::Env(name) => Ok(Secret::new(name.clone())),
            SecretRef::File(_) => Err(Misconfigured::new(key, "no such file", "没有这个文件")),
        }
    }
    fn path(&self, written: &Path) -> PathBuf {
        written.into()
    }
    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
    fn blind(&self) -> std::sync::Arc<dyn huiliu_contract::Blind> {
        panic!("nothing here has a personal id")
    }
    fn listener_is_loopback(&self) -> bool {
        true
    }
}

/// The line of a table.
pub(crate) fn line(connect: Value) -> Arc<Line> {
    let connect: Connect = serde_json::from_value(connect).unwrap();
    let mut wrong = Mistakes::default();
    let base = Base::read(&connect, "connect").unwrap();
    let line = Line::build(&connect, &base, std::iter::empty(), &Desk, &mut wrong);
    assert_eq!(wrong.into_vec(), vec![]);
    Arc::new(line.unwrap())
}

/// The steps of a walk.
pub(crate) async fn walk(connect: Value) -> Vec<Step> {
    walk_within(connect, Duration::from_secs(20)).await
}

/// The same with less patience.
pub(crate) async fn walk_within(connect: Value, limit: Duration) -> Vec<Step> {
    line(connect).far(false).remove(0).walk(limit).await
}

/// Their words and how they went.
pub(crate) fn went(steps: &[Step]) -> Vec<(&'static str, Went)> {
    steps.iter().map(|step| (step.word, step.went)).collect()
}

/// The last step, which must be the one that failed: its word, what was found, what helps.
pub(crate) fn failed(steps: &[Step]) -> (&'static str, String, String) {
    let last = steps.last().unwrap();
    assert_eq!(last.went, Went::Wrong, "{steps:?}");
    assert!(steps.iter().rev().skip(1).all(|step| step.went != Went::Wrong), "{steps:?}");
    let remedy = last.remedy.clone().map(|remedy| remedy.en).unwrap_or_default();
    (last.word, last.said.en.clone(), remedy)
}

/// One step by its word.
pub(crate) fn one<'a>(steps: &'a [Step], word: &str) -> &'a Step {
    steps.iter().find(|step| step.word == word).unwrap_or_else(|| panic!("no {word}: {steps:?}"))
}

/// Asks for the address itself, as a poll would.
pub(crate) async fn ask(connect: Value) -> Result<u16, Fault> {
    let url = connect["url"].as_str().unwrap().parse().unwrap();
    let line = line(connect);
    line.client.send(line.client.request(Method::GET, url)).await.map(|answer| answer.status.as_u16())
}
