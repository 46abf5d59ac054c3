//! What a desk was told, and the state of each item there. Pure: no clock, no port.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

use crate::parts::FileSeen;
use crate::platform::{Envelope, Gate, Trick};

/// A write-back that was taken, each time it was.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Told {
    /// The last part of the path, for example `finish`.
    pub verb: String,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
    /// The body.
    pub body: Value,
    /// The files that came with it.
    pub files: Vec<FileSeen>,
}

/// A write-back as it came first; the same key again is not another one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WrittenBack {
    /// The last part of the path, for example `finish`.
    pub verb: String,
    /// The item it is about, if the body named one.
    pub order: Option<String>,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
    /// The body.
    pub body: Value,
    /// The files that came with it.
    pub files: Vec<FileSeen>,
    /// The number that the far side gave it.
    pub receipt: String,
}

/// What a desk counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct DeskStats {
    /// Requests, let in or not.
    pub requests: u64,
    /// Requests that were not let in.
    pub refused: u64,
    /// Tricks that were played.
    pub tricks: u64,
    /// Write-backs taken, each key once.
    pub written_back: u64,
    /// Write-backs whose key was known.
    pub told_again: u64,
    /// Questions about a state that were answered.
    pub looks: u64,
}

/// The state of an item before anything was written back.
pub const FIRST: &str = "待办";

/// Under which names a body may say which item it is about.
const NUMBERS: [&str; 2] = ["orderNo", "letterNo"];

#[derive(Debug)]
pub(super) struct Book {
    pub(super) gate: Gate,
    pub(super) envelope: Envelope,
    pub(super) tricks: VecDeque<Trick>,
    pub(super) status_tricks: VecDeque<Trick>,
    /// Whether a person over there judges what concludes an item.
    pub(super) judges: bool,
    pub(super) stats: DeskStats,
    pub(super) written_back: Vec<WrittenBack>,
    told: Vec<(Option<String>, Told)>,
    states: BTreeMap<String, (String, Option<String>)>,
}

impl Book {
    pub(super) fn new(gate: Gate, envelope: Envelope) -> Self {
        Self {
            gate,
            envelope,
            tricks: VecDeque::new(),
            status_tricks: VecDeque::new(),
            judges: false,
            stats: DeskStats::default(),
            written_back: Vec::new(),
            told: Vec::new(),
            states: BTreeMap::new(),
        }
    }

    /// Takes a write-back; the same key gets the same receipt and changes nothing.
    pub(super) fn take(&mut self, verb: String, key: Option<String>, body: Value, files: Vec<FileSeen>) -> String {
        let item = number(&body);
        let told = Told { verb: verb.clone(), key: key.clone(), body: body.clone(), files: files.clone() };
        self.told.push((item.clone(), told));
        if let Some(known) = self.written_back.iter().find(|known| key.is_some() && known.key == key) {
            self.stats.told_again += 1;
            return known.receipt.clone();
        }
        if let Some((item, state)) = item.as_ref().zip(self.after(&verb)) {
            self.states.insert(item.clone(), (state.into(), None));
        }
        let receipt = format!("HZ{:06}", self.written_back.len() + 1);
        self.written_back.push(WrittenBack { verb, order: item, key, body, files, receipt: receipt.clone() });
        receipt
    }

    /// The state that a write-back leads to; none where it stays.
    fn after(&self, verb: &str) -> Option<&'static str> {
        let judged = |judged, at_once| Some(if self.judges { judged } else { at_once });
        match verb {
            "sign" => Some("办理中"),
            "back" => judged("退单待审", "已退单"),
            "delay" => judged("延期待审", "已延期"),
            "finish" => judged("待审核", "已办结"),
            "reply" => judged("待审核", "已答复"),
            "decline" => Some("不予受理"),
            "redirect" => Some("已转办"),
            "merge" => Some("已并单"),
            _ => None,
        }
    }

    pub(super) fn told(&self, item: &str) -> Vec<Told> {
        let about = self.told.iter().filter(|(about, _)| about.as_deref() == Some(item));
        about.map(|(_, told)| told.clone()).collect()
    }

    pub(super) fn state(&self, item: &str) -> (String, Option<String>) {
        self.states.get(item).cloned().unwrap_or_else(|| (FIRST.into(), None))
    }

    pub(super) fn set_state(&mut self, item: &str, state: &str, reason: Option<&str>) {
        self.states.insert(item.into(), (state.into(), reason.map(str::to_owned)));
    }

    pub(super) fn stats(&self) -> DeskStats {
        DeskStats { written_back: self.written_back.len() as u64, ..self.stats }
    }
}

/// The item that a body is about.
pub(super) fn number(body: &Value) -> Option<String> {
    NUMBERS.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned)
}
