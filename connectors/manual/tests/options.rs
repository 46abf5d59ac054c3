//! What may be written for the kind, and what it is able to do.

use std::path::{Path, PathBuf};

use huiliu_contract::{ConnectorKind, Misconfigured, Secret, SecretRef, Site};
use huiliu_manual::{Manual, Options};
use serde_json::{Value, json};

struct Nowhere;

impl Site for Nowhere {
    fn channel(&self) -> &str {
        "paper"
    }

    fn secret(&self, key: &str, _: &SecretRef) -> Result<Secret, Misconfigured> {
        Err(Misconfigured::new(key, "there are no secrets", "没有密钥"))
    }

    fn path(&self, written: &Path) -> PathBuf {
        written.to_path_buf()
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

fn read(options: Value) -> Result<Options, String> {
    serde_json::from_value(options).map_err(|error| error.to_string())
}

#[test]
fn it_asks_nobody_is_told_by_nobody_and_answers_nobody() {
    let built = Manual::build(read(json!({ "connect": {} })).unwrap(), &Nowhere).unwrap();
    assert!(built.poll.is_none() && built.receive.is_none() && built.outlet.is_none() && built.hand_in.is_none());
}

#[test]
fn an_address_or_a_way_to_poll_is_a_mistake() {
    assert!(read(json!({ "connect": { "url": "http://x/" } })).unwrap_err().contains("url"));
    assert!(read(json!({ "connect": {}, "poll": { "list": {} } })).unwrap_err().contains("poll"));
}
