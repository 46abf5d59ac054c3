//! A recipe of one sort of message, compiled. Everything that can be known to be wrong is found here.

use std::collections::BTreeMap;

use huiliu_contract::{Misconfigured, Secret, Site};
use jiff::tz::TimeZone;

use super::keys::{self, Key};
use super::options::{Constant, NonceOf, PartOptions};
use super::put::Put;
use super::seal::Seal;
use super::step::{self, Step};
use super::text::{Names, Text};
use crate::mistakes::Mistakes;
use crate::stamp::Stamp;

/// Which sort of message it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A request of ours.
    Outgoing,
    /// A push, or a test of our address.
    Incoming,
    /// An answer to a request of ours.
    Answer,
}

impl Kind {
    pub(super) fn comes_in(self) -> bool {
        self != Self::Outgoing
    }
}

/// A compiled recipe.
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) values: Vec<Value>,
    pub(super) stamp: Option<StampRule>,
    pub(super) nonce: Option<NonceRule>,
    pub(super) keys: Vec<Key>,
    pub(super) steps: Vec<Step>,
    pub(super) puts: Vec<Put>,
    pub(super) seals: Vec<Seal>,
}

/// A constant.
pub(super) struct Value {
    pub(super) text: Secret,
    pub(super) is_secret: bool,
}

/// How the time of a message is written, and how far it may be away.
pub(super) struct StampRule {
    pub(super) written: Stamp,
    pub(super) zone: TimeZone,
    pub(super) window: std::time::Duration,
}

/// What a nonce looks like.
pub(super) struct NonceRule {
    pub(super) length: Option<usize>,
    pub(super) of: NonceOf,
}

/// The longest nonce; it stands in an index.
pub(super) const LONGEST_NONCE: usize = 128;

/// What is built with: where it stands, the site, and what the whole recipe says.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) key: &'a str,
    pub(super) kind: Kind,
    pub(super) site: &'a dyn Site,
    /// The part whose values, keys, stamp and nonce hold where this one has none; with its key.
    pub(super) outer: Option<(&'a PartOptions, &'a str)>,
}

impl Plan {
    /// Compiles a part; none if anything was wrong.
    pub(super) fn build(options: &PartOptions, ground: Ground<'_>, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let Ground { key, kind, site, outer } = ground;
        let mut constants: BTreeMap<&String, (&Constant, &str)> = BTreeMap::new();
        for (part, at) in outer.iter().copied().chain([(options, key)]) {
            constants.extend(part.values.iter().map(|(name, value)| (name, (value, at))));
        }
        let value_names: Vec<String> = constants.keys().map(|name| (*name).clone()).collect();
        let values: Vec<_> =
            constants.into_iter().filter_map(|(name, (value, at))| constant(name, value, at, site, wrong)).collect();
        let own_or = |own: bool| if own { (options, key) } else { outer.unwrap_or((options, key)) };
        let (from, at) = own_or(options.stamp.is_some());
        let stamp = from.stamp.as_ref().map(|stamp| StampRule::build(stamp, &format!("{at}.stamp"), site, wrong));
        let (from, at) = own_or(options.nonce.is_some());
        let nonce = from.nonce.as_ref().map(|nonce| NonceRule::build(nonce, &format!("{at}.nonce"), wrong));
        let (from, at) = own_or(!options.keys.is_empty());
        let read = keys::read(&from.keys, &format!("{at}.keys"), site, wrong);
        let (has_keys, keys) = (!from.keys.is_empty(), read.unwrap_or_default());
        let keys_read = wrong.count();
        let step_names: Vec<String> = options.steps.iter().map(|step| step.name.clone()).collect();
        step::check_names(&step_names, &value_names, &format!("{key}.steps"), wrong);
        let names = Names {
            values: &value_names,
            steps: &step_names,
            known: 0,
            stamp: stamp.is_some(),
            nonce: nonce.is_some(),
            keys: has_keys,
            request: kind != Kind::Answer,
            pair: false,
            constants: false,
        };
        let mut steps = Vec::with_capacity(options.steps.len());
        for (position, step) in options.steps.iter().enumerate() {
            let at = format!("{key}.steps.{position}");
            let names = Names { known: position, ..names };
            steps.push(Step::build(step, &at, names, kind, wrong));
        }
        let names = Names { known: step_names.len(), ..names };
        let mut puts = Vec::with_capacity(options.put.len());
        for (position, put) in options.put.iter().enumerate() {
            puts.extend(Put::build(put, &format!("{key}.put.{position}"), names, kind, wrong));
        }
        let mut seals = Vec::with_capacity(options.seal.len());
        for (position, seal) in options.seal.iter().enumerate() {
            let ground = Ground { key: &format!("{key}.seal.{position}"), ..ground };
            let context = super::seal::Context { names, values: &values, keys: &keys, has_keys };
            seals.extend(Seal::build(seal, ground, &context, wrong));
        }
        if wrong.count() == keys_read {
            for (position, step) in steps.iter_mut().flatten().enumerate() {
                step.prepare(&keys, &from.keys, (at, &format!("{key}.steps.{position}")), kind, wrong);
            }
        }
        let steps: Vec<Step> = steps.into_iter().collect::<Option<_>>()?;
        let (stamp, nonce) =
            (stamp.map_or(Some(None), |it| it.map(Some))?, nonce.map_or(Some(None), |it| it.map(Some))?);
        if wrong.count() > before {
            return None;
        }
        let mut plan = Self { kind, values, stamp, nonce, keys, steps, puts, seals };
        plan.leave_out_what_comes_later(key, wrong);
        super::check::check(&plan, key, wrong);
        (wrong.count() == before).then_some(plan)
    }

    /// Whether anything reads the body.
    pub(super) fn reads_body(&self) -> bool {
        use super::put::Place;
        !self.seals.is_empty()
            || self.steps.iter().any(Step::reads_body)
            || self.puts.iter().any(|put| matches!(put.place, Place::Field(_)) || reads_body(&put.text))
    }

    /// Whether the far side can be told which key signed.
    pub(super) fn names_key(&self) -> bool {
        self.puts.iter().any(|put| put.text.reads(&super::text::Atom::KeyId))
    }
}

/// Whether a text reads the body or a field of it.
pub(super) fn reads_body(text: &Text) -> bool {
    use super::text::Atom;
    text.slots().any(|atom| matches!(atom, Atom::Body | Atom::Field(_)))
}

fn constant(name: &str, value: &Constant, at: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Value> {
    let key = format!("{at}.values.{name}");
    if !plain(name) || step::RESERVED.contains(&name) {
        wrong.push(Misconfigured::new(
            &key,
            format!(
                "`{}` cannot name a value; letters, digits, `_` and `-` can, but none of {}",
                name.escape_debug(),
                step::RESERVED.join(", ")
            ),
            format!("“{name}”不能做名字;用字母、数字、_、-,且不能是 {}", step::RESERVED.join("、")),
        ));
    }
    let (text, is_secret) = match value {
        Constant::Plain(text) => (Secret::new(text.clone()), false),
        Constant::Secret(at) => (wrong.take(site.secret(&key, at))?, true),
    };
    if is_secret && text.expose().is_empty() {
        wrong.tell(
            &key,
            "the secret is empty; enter one by `huiliu secret set`",
            "密钥是空的;请用 huiliu secret set 录入",
        );
    }
    Some(Value { text, is_secret })
}

/// Whether a name can stand between braces.
pub(super) fn plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
