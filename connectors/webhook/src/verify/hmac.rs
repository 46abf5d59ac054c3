//! HMAC-SHA256 (RFC 2104) over the body, and over the timestamp and nonce where they are declared. It
//! proves who sent what; whether a nonce was seen before is for the store to decide, in the transaction.

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderName;
use huiliu_contract::{Misconfigured, Once, Push, Refusal, Site};
use jiff::{SignedDuration, Timestamp};

use super::signed::{self, Declared, Part};
use crate::options::{Encoding, HmacOptions, NonceOptions, StampUnit, TimestampOptions};

const KEY: &str = "connect.verify.hmac_sha256";
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The longest nonce without a declared length; it stands in an index.
const LONGEST_NONCE: usize = 128;

pub(crate) struct Hmac {
    header: HeaderName,
    prefix: String,
    encoding: Encoding,
    keys: Vec<Key>,
    parts: Vec<Part>,
    stamp: Option<Stamp>,
    nonce: Option<Nonce>,
}

struct Stamp {
    header: HeaderName,
    unit: StampUnit,
    window: SignedDuration,
}

struct Nonce {
    header: HeaderName,
    length: Option<usize>,
}

/// What the headers of one push say, before anything of it is believed.
#[derive(Default)]
struct Said<'p> {
    stamp: &'p [u8],
    nonce: &'p [u8],
}

impl Hmac {
    pub(super) fn build(options: &HmacOptions, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let secrets = super::secrets(&format!("{KEY}.secrets"), &options.secrets, site, mistakes);
        let declared = Declared {
            timestamp: options.timestamp.is_some(),
            nonce: options.nonce.is_some(),
            nonce_has_length: options.nonce.as_ref().is_some_and(|nonce| nonce.length.is_some()),
        };
        let parts = signed::compile(&options.signed, &declared, mistakes);
        let header = super::header_name(&format!("{KEY}.header"), &options.header, mistakes);
        let stamp = options.timestamp.as_ref().map(|stamp| Stamp::build(stamp, mistakes));
        let nonce = options.nonce.as_ref().map(|nonce| Nonce::build(nonce, mistakes));
        if declared.nonce && !declared.timestamp {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.nonce"),
                "a nonce needs a `timestamp`; without a window it would have to be remembered for ever",
                "有随机串就必须有 timestamp;没有时间窗,随机串就得永远记着",
            ));
        }
        Some(Self {
            header: header?,
            prefix: options.prefix.clone(),
            encoding: options.encoding,
            keys: secrets.iter().map(|secret| Key::new(HMAC_SHA256, secret.expose().as_bytes())).collect(),
            parts: parts?,
            stamp: stamp.map_or(Some(None), |stamp| stamp.map(Some))?,
            nonce: nonce.map_or(Some(None), |nonce| nonce.map(Some))?,
        })
    }

    pub(super) fn verify(&self, push: &Push) -> Result<Option<Once>, Refusal> {
        let offered = self.offered(super::lone_header(push, &self.header)?)?;
        let said = self.said(push)?;
        // Every key is tried, whether an earlier one fitted or not.
        let tags: Vec<[u8; 32]> = self.keys.iter().map(|key| self.tag(key, &said, push.body.reveal())).collect();
        if !super::any_equal(&offered, tags.iter()) {
            return Err(Refusal::NotVerified("the signature does not fit"));
        }
        let Some(stamp) = &self.stamp else { return Ok(None) };
        let until = stamp.fresh_until(said.stamp, push.received_at)?;
        // One alphabet for both, told apart by the first letter: the token of a channel that changes from
        // signature to nonce can not meet an old one.
        let token = match &self.nonce {
            Some(_) => format!("n{}", String::from_utf8_lossy(said.nonce)),
            None => format!("s{}", hex::encode(offered)),
        };
        Ok(Some(Once { token, until }))
    }

    fn offered(&self, header: &[u8]) -> Result<[u8; 32], Refusal> {
        const BAD: Refusal = Refusal::NotVerified("the signature header is not readable");
        let text = header.strip_prefix(self.prefix.as_bytes()).ok_or(BAD)?;
        let mut tag = [0; 32];
        match self.encoding {
            Encoding::Hex => hex::decode_to_slice(text, &mut tag).map_err(|_| BAD)?,
            Encoding::Base64 => {
                let decoded = BASE64.decode(text).map_err(|_| BAD)?;
                tag = decoded.try_into().map_err(|_| BAD)?;
            }
        }
        Ok(tag)
    }

    fn said<'p>(&self, push: &'p Push) -> Result<Said<'p>, Refusal> {
        let mut said = Said::default();
        if let Some(stamp) = &self.stamp {
            said.stamp = super::lone_header(push, &stamp.header)?;
            stamp.check_form(said.stamp)?;
        }
        if let Some(nonce) = &self.nonce {
            said.nonce = super::lone_header(push, &nonce.header)?;
            nonce.check_form(said.nonce)?;
        }
        Ok(said)
    }

    fn tag(&self, key: &Key, said: &Said<'_>, body: &[u8]) -> [u8; 32] {
        let mut context = Context::with_key(key);
        for part in &self.parts {
            context.update(match part {
                Part::Literal(bytes) => bytes,
                Part::Timestamp => said.stamp,
                Part::Nonce => said.nonce,
                Part::Body => body,
            });
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

impl Stamp {
    fn build(options: &TimestampOptions, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let header = super::header_name(&format!("{KEY}.timestamp.header"), &options.header, mistakes);
        let seconds = options.window.0.as_secs();
        if !(1..=86_400).contains(&seconds) {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.timestamp.window"),
                format!("the window is {}; 1s to 1d is allowed", options.window),
                format!("时间窗是 {};只能在 1s 到 1d 之间", options.window),
            ));
            return None;
        }
        let window = SignedDuration::from_millis(i64::try_from(options.window.0.as_millis()).ok()?);
        Some(Self { header: header?, unit: options.unit, window })
    }

    /// A fixed number of digits (good until the year 2286), so that nothing can be moved between the
    /// timestamp and its neighbour in the signed text.
    fn check_form(&self, said: &[u8]) -> Result<(), Refusal> {
        let digits = match self.unit {
            StampUnit::Seconds => 10,
            StampUnit::Milliseconds => 13,
        };
        if said.len() == digits && said.iter().all(u8::is_ascii_digit) {
            Ok(())
        } else {
            Err(Refusal::NotVerified("the timestamp is no time in the declared unit"))
        }
    }

    /// Until when this stamp would be accepted; an error where it is not accepted now.
    fn fresh_until(&self, said: &[u8], now: Timestamp) -> Result<Timestamp, Refusal> {
        const BAD: Refusal = Refusal::NotVerified("the timestamp is no time in the declared unit");
        let number = said.iter().fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
        let stamp = match self.unit {
            StampUnit::Seconds => Timestamp::from_second(number),
            StampUnit::Milliseconds => Timestamp::from_millisecond(number),
        };
        let stamp = stamp.map_err(|_| BAD)?;
        let skew = now.duration_since(stamp);
        if skew.abs() > self.window {
            return Err(Refusal::Stale { skew_seconds: skew.as_secs(), window_seconds: self.window.as_secs() });
        }
        // One second more than it is accepted, so that forgetting never comes before refusing.
        stamp.checked_add(self.window + SignedDuration::from_secs(1)).map_err(|_| BAD)
    }
}

impl Nonce {
    fn build(options: &NonceOptions, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let header = super::header_name(&format!("{KEY}.nonce.header"), &options.header, mistakes);
        if options.length.is_some_and(|length| !(1..=LONGEST_NONCE).contains(&length)) {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.nonce.length"),
                format!("the length must be 1 to {LONGEST_NONCE}"),
                format!("长度只能是 1 到 {LONGEST_NONCE}"),
            ));
            return None;
        }
        Some(Self { header: header?, length: options.length })
    }

    fn check_form(&self, said: &[u8]) -> Result<(), Refusal> {
        let fits = match self.length {
            Some(length) => said.len() == length,
            None => (1..=LONGEST_NONCE).contains(&said.len()),
        };
        if fits && said.iter().copied().all(signed::nonce_byte) {
            Ok(())
        } else {
            Err(Refusal::NotVerified("the nonce has not the declared form"))
        }
    }
}
