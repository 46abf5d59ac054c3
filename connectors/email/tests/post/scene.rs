//! What the stories share: a channel that answers by mail, a letter, and a house that counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use huiliu_contract::{
    Allowance, Blind, Enclosure, ExternalId, Fault, Homebound, Misconfigured, Outcome, OutcomeKind, Parcel, Ration,
    Secret, SecretRef, Site, WriteBack,
};
use huiliu_email::outlet::{self, Outlet, ReturnOptions};
use huiliu_email::tag::Tag;
use huiliu_farside::site::Premises;
use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};

pub(crate) const HOTLINE: &str = "hotline@example.test";
pub(crate) const CITIZEN: &str = "Wang@citizen.test";
pub(crate) const ITEM: &str = "m1:9f86d081884c7d659a2feaa0c55ad015";
pub(crate) const NUMBER: &str = "20261122-000042";
pub(crate) const KEY: &str = "20261122-000042-email-3";
pub(crate) const CODE: &str = "7KQ2M9XW4D";
pub(crate) const NOTE: &str = "内部备注不得外传";

/// A house that counts what leaves.
#[derive(Default)]
pub(crate) struct House {
    premises: Premises,
    counts: Arc<Counts>,
}

/// Counts, without their ends: no story lasts ten minutes.
#[derive(Default, Debug)]
struct Counts {
    taken: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

#[async_trait]
impl Ration for Counts {
    async fn take(&self, claim: &str, allowances: &[Allowance]) -> Result<bool, Fault> {
        let mut taken = self.taken.lock().unwrap();
        let claimed = |one: &Allowance| taken.get(&one.of).is_some_and(|claims| claims.contains(claim));
        let room = |one: &Allowance| taken.get(&one.of).is_none_or(|claims| claims.len() < one.most as usize);
        if !allowances.iter().all(claimed) && !allowances.iter().all(room) {
            return Ok(false);
        }
        for one in allowances {
            taken.entry(one.of.clone()).or_default().insert(claim.to_owned());
        }
        Ok(true)
    }
}

impl Site for House {
    fn channel(&self) -> &str {
        "email"
    }
    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        self.premises.secret(key, at)
    }
    fn path(&self, written: &Path) -> PathBuf {
        written.to_path_buf()
    }
    fn zone(&self) -> jiff::tz::TimeZone {
        self.premises.zone()
    }
    fn blind(&self) -> Arc<dyn Blind> {
        self.premises.blind()
    }
    fn ration(&self) -> Arc<dyn Ration> {
        Arc::clone(&self.counts) as _
    }
    fn listener_is_loopback(&self) -> bool {
        true
    }
}

/// The ids of this house.
pub(crate) fn tag() -> Tag {
    Tag::new(Premises::new().blind())
}

/// An outlet that tells everything by a server at this port, with further options over it.
pub(crate) fn outlet(port: u16, over: Value) -> Outlet {
    built(port, over).unwrap().unwrap()
}

/// The same, or what is wrong with it.
pub(crate) fn built(port: u16, over: Value) -> Result<Option<Outlet>, Vec<Misconfigured>> {
    let mut written = json!({
        "signed": {}, "extended": {}, "progressed": {}, "replied": {}, "closed": {}, "declined": {}, "redirected": {},
        "lookup": "https://12345.example.gov.cn/query",
        "smtp": {
            "host": "127.0.0.1", "port": port, "tls": "none", "timeout": "2s",
            "from": HOTLINE, "from_name": "虚构县12345热线",
        },
    });
    for (name, value) in over.as_object().into_iter().flatten() {
        written[name] = value.clone();
    }
    let options: ReturnOptions = serde_json::from_value(written).unwrap();
    outlet::build(&options, &House::default())
}

/// A letter as its reader tells it.
pub(crate) fn letter() -> Value {
    json!({
        "@mail": { "answer": {
            "to": CITIZEN, "message_id": "letter-1@citizen.test", "references": ["letter-0@citizen.test"],
            "subject": "Re: 新民路路灯不亮 http://evil.test/x", "receipt": true, "why": null,
        } },
        "query_code": CODE,
        "text": "我家门口的路灯坏了,请看 http://evil.test/x",
    })
}

/// An outcome of a kind, with everything that can be told.
fn outcome(kind: OutcomeKind) -> Outcome {
    let mut outcome = Outcome::signed("2026-11-22T05:05:43Z".parse().unwrap());
    outcome.kind = kind;
    if kind != OutcomeKind::Signed {
        outcome.public_reply = Some("您反映的路灯已于昨日修好。\n感谢监督。".into());
        outcome.internal_note = Some(NOTE.into());
        outcome.reason = Some("材料待核".into());
        outcome.days = Some(5);
        outcome.into = Some("供电公司 95598".into());
        outcome.units = serde_json::from_value(json!([{ "name": "虚构县城管局", "role": "lead" }])).unwrap();
    }
    outcome
}

/// What goes home.
pub(crate) struct Home {
    pub(crate) letter: Value,
    pub(crate) outcome: Outcome,
    pub(crate) key: String,
    pub(crate) files: Vec<Enclosure>,
}

impl Home {
    pub(crate) fn of(kind: OutcomeKind) -> Self {
        Self { letter: letter(), outcome: outcome(kind), key: KEY.into(), files: Vec::new() }
    }

    pub(crate) fn compose(&self, outlet: &Outlet) -> Result<Parcel, Fault> {
        let to = ExternalId::new(ITEM).unwrap();
        let person = self.outcome.kind != OutcomeKind::Signed;
        outlet.compose(&Homebound {
            to: &to,
            number: NUMBER,
            document: Some(&self.letter),
            outcome: &self.outcome,
            key: &self.key,
            greeting: if person { "王先生,您好:" } else { "" },
            ending: if person { "虚构县12345热线" } else { "" },
            agree_public: None,
            files: &self.files,
        })
    }
}

/// A mail as another program reads it.
pub(crate) fn read(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

/// Its text, with line feeds alone.
pub(crate) fn text(mail: &Message<'_>) -> String {
    mail.body_text(0).unwrap().replace("\r\n", "\n")
}

/// A header as it stands there.
pub(crate) fn header(mail: &Message<'_>, name: &str) -> Option<String> {
    mail.header_raw(name).map(|value| value.trim().to_owned())
}
