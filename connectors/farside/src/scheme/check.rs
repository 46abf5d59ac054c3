//! The receiving side: whether a request is proven, by a clock of its own and a memory of what was seen.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::prove::{board, keyed, sorted, standard};
use super::sent::Sent;
use super::{Scheme, gm, sums};

/// How far a request's time may be from the checker's.
const WINDOW: SignedDuration = SignedDuration::from_secs(300);

/// What is wrong with a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// The signature is missing or does not fit, or what is sealed does not open.
    Forged,
    /// Its time is too far away.
    Stale,
    /// It was seen before.
    Replayed,
    /// Nobody has a key or an application of that name.
    Unknown,
}

impl Wrong {
    /// The code that a platform answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Forged => "SN0006",
            Self::Stale => "SN0007",
            Self::Replayed => "SN0008",
            Self::Unknown => "SN0009",
        }
    }
}

/// What a checker counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct CheckerStats {
    /// Proven ones.
    pub passed: u64,
    /// Those whose signature is wrong.
    pub forged: u64,
    /// Those whose time is too far away.
    pub stale: u64,
    /// Those seen before.
    pub replayed: u64,
    /// Those with an id that nobody has.
    pub unknown: u64,
}

/// Checks what comes, and remembers it. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Checker(Arc<Mutex<Memory>>);

#[derive(Debug)]
struct Memory {
    scheme: Scheme,
    ahead: SignedDuration,
    seen: BTreeSet<String>,
    stats: CheckerStats,
}

/// A proven request: what it holds, and what must not be seen again.
struct Proven {
    body: Vec<u8>,
    once: Option<String>,
}

impl Checker {
    /// A checker that has seen nothing yet. Of [`Scheme::Guomi`], `theirs` proves requests and `private` signs answers.
    pub fn new(scheme: Scheme) -> Self {
        let memory =
            Memory { scheme, ahead: SignedDuration::ZERO, seen: BTreeSet::new(), stats: CheckerStats::default() };
        Self(Arc::new(Mutex::new(memory)))
    }

    /// Puts its clock so far ahead of the true time.
    pub fn run_ahead(&self, by: SignedDuration) {
        self.lock().ahead = by;
    }

    /// Another scheme from now on, for example with another secret.
    pub fn change(&self, scheme: Scheme) {
        self.lock().scheme = scheme;
    }

    /// What it counted.
    pub fn stats(&self) -> CheckerStats {
        self.lock().stats
    }

    /// The body of a request that is proven, opened; else what is wrong.
    ///
    /// # Errors
    ///
    /// [`Wrong`], whichever is seen first: an unknown id, the signature, the time, the memory.
    pub fn check(&self, sent: &Sent, now: Timestamp) -> Result<Vec<u8>, Wrong> {
        let mut memory = self.lock();
        let now = now + memory.ahead;
        let checked = memory.scheme.check(sent, now).and_then(|proven| match proven.once {
            Some(once) if !memory.seen.insert(once.clone()) => Err(Wrong::Replayed),
            _ => Ok(proven.body),
        });
        let stats = &mut memory.stats;
        let count = match &checked {
            Ok(_) => &mut stats.passed,
            Err(Wrong::Forged) => &mut stats.forged,
            Err(Wrong::Stale) => &mut stats.stale,
            Err(Wrong::Replayed) => &mut stats.replayed,
            Err(Wrong::Unknown) => &mut stats.unknown,
        };
        *count += 1;
        checked
    }

    /// An answer as this scheme answers: its body, and the signature for its header where there is one; none where answers
    /// go as they are.
    pub fn answer(&self, body: &[u8]) -> Option<(Vec<u8>, String)> {
        let Scheme::Guomi { key, private, .. } = &self.lock().scheme else { return None };
        let sealed = super::prove::guomi(Sent::post("/", "application/json", body), key, private);
        let signature = sealed.header("x-signature").unwrap_or_default().to_owned();
        Some((sealed.body, signature))
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scheme {
    fn check(&self, sent: &Sent, now: Timestamp) -> Result<Proven, Wrong> {
        let header = |name: &str| sent.header(name).ok_or(Wrong::Forged);
        let params = sent.params();
        let param = |name: &str| params.get(name).map(String::as_str).ok_or(Wrong::Forged);
        let same = |offered: &str, wanted: &str| if offered == wanted { Ok(()) } else { Err(Wrong::Forged) };
        let known = |offered: &str, wanted: &str| if offered == wanted { Ok(()) } else { Err(Wrong::Unknown) };
        let mut once = None;
        match self {
            Self::National { rid, secret, .. } => {
                let (sid, stamp) = (header("gjzwfwpt_sid")?, header("gjzwfwpt_rtime")?);
                known(header("gjzwfwpt_rid")?, rid)?;
                let tag = sums::hmac_sha256(secret.expose().as_bytes(), format!("{sid}{rid}{stamp}").as_bytes());
                same(header("gjzwfwpt_sign")?, &STANDARD.encode(tag))?;
                fresh(stamp, 1, now)?;
            }
            Self::Timed { app_key, secret } => {
                known(param("appKey")?, app_key)?;
                let stamp = param("requestTime")?;
                same(param("sign")?, &sums::md5_hex(format!("{app_key}{}{stamp}", secret.expose())))?;
                fresh(stamp, 1, now)?;
            }
            Self::Sorted { app_key, secret, sm3 } => {
                known(param("app_key")?, app_key)?;
                same(param("sign")?, &sorted(sent, secret, *sm3))?;
                fresh(param("timestamp")?, 1, now)?;
                once = Some(param("nonce")?.to_owned());
            }
            Self::Board { app_code, token } => {
                known(param("appCode")?, app_code.expose())?;
                same(param("token")?, token.expose())?;
                same(param("signature")?, &board(sent, app_code, token))?;
            }
            Self::Standard { secret } => {
                let (id, stamp) = (header("webhook-id")?, header("webhook-timestamp")?);
                let wanted = format!("v1,{}", standard(secret, id, stamp, &sent.body));
                header("webhook-signature")?.split(' ').find(|one| *one == wanted).ok_or(Wrong::Forged)?;
                fresh(stamp, 1000, now)?;
                once = Some(id.to_owned());
            }
            // A callback only comes to us.
            Self::WeCom { .. } => return Err(Wrong::Forged),
            Self::Guomi { key, theirs, .. } => return opened(sent, key.expose(), theirs),
            Self::Keyed { id, secret } => {
                known(header("x-key-id")?, id)?;
                let (stamp, nonce) = (header("x-timestamp")?, header("x-nonce")?);
                same(header("x-signature")?, &keyed(secret, stamp, nonce, &sent.body))?;
                fresh(stamp, 1000, now)?;
                once = Some(nonce.to_owned());
            }
        }
        Ok(Proven { body: sent.body.clone(), once })
    }
}

fn opened(sent: &Sent, key: &str, theirs: &str) -> Result<Proven, Wrong> {
    let signature = sent.header("x-signature").ok_or(Wrong::Forged)?;
    if !gm::verifies(theirs, &sent.body, signature) {
        return Err(Wrong::Forged);
    }
    if sent.body.is_empty() {
        return Ok(Proven { body: Vec::new(), once: None });
    }
    let body = STANDARD.decode(&sent.body).ok().and_then(|sealed| gm::sm4_open(key, &sealed));
    Ok(Proven { body: body.ok_or(Wrong::Forged)?, once: None })
}

/// Whether a stamp, in units of so many milliseconds, is near enough.
fn fresh(stamp: &str, unit: i64, now: Timestamp) -> Result<(), Wrong> {
    let stamp = stamp.parse::<i64>().ok().and_then(|stamp| stamp.checked_mul(unit)).ok_or(Wrong::Forged)?;
    let away = now.as_millisecond().saturating_sub(stamp);
    if away.unsigned_abs() > WINDOW.as_millis().unsigned_abs() as u64 { Err(Wrong::Stale) } else { Ok(()) }
}
