//! The time and the nonce of a message: made when it goes out, judged when it comes in.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use huiliu_contract::{Misconfigured, Refusal, Site};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::options::{NonceOf, NonceOptions, StampOptions};
use super::plan::{LONGEST_NONCE, NonceRule, StampRule};
use crate::crypto::Refused;
use crate::mistakes::Mistakes;
use crate::stamp::Stamp;

impl StampRule {
    pub(super) fn build(options: &StampOptions, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let seconds = options.window.0.as_secs();
        if !(1..=86_400).contains(&seconds) {
            wrong.push(Misconfigured::new(
                format!("{key}.window"),
                format!("the window is {}; 1s to 1d is allowed", options.window),
                format!("时间窗是 {};只能在 1s 到 1d 之间", options.window),
            ));
        }
        let written = Stamp::parse(&options.format).map_err(|bad| bad.at_key(&format!("{key}.format")));
        Some(Self { written: wrong.take(written)?, zone: site.zone(), window: options.window.0 })
    }

    pub(super) fn write(&self, now: Timestamp) -> String {
        self.written.write(now, &self.zone)
    }

    /// The instant that a stamp names. Only the form that we would write ourselves is one, so that nothing can be moved
    /// between it and its neighbour; ISO 8601 has more than one form.
    pub(super) fn read(&self, said: &str) -> Result<Timestamp, Refusal> {
        const BAD: Refusal = Refusal::NotVerified("the timestamp is no time in the declared form");
        let at = self.written.read(&Value::String(said.to_owned()), &self.zone).ok_or(BAD)?;
        let digits = match self.written {
            Stamp::Seconds => said.len() == 10,
            Stamp::Millis => said.len() == 13,
            Stamp::Iso => said.len() <= 40 && said.bytes().all(iso_byte),
            Stamp::Pattern(_) => true,
        };
        let same = self.written == Stamp::Iso || self.write(at) == said;
        if digits && same { Ok(at) } else { Err(BAD) }
    }

    /// Until when this stamp would be accepted; an error where it is not accepted now.
    pub(super) fn fresh_until(&self, at: Timestamp, now: Timestamp) -> Result<Timestamp, Refusal> {
        let window = SignedDuration::try_from(self.window).unwrap_or(SignedDuration::ZERO);
        let skew = now.duration_since(at);
        if skew.abs() > window {
            return Err(Refusal::Stale { skew_seconds: skew.as_secs(), window_seconds: window.as_secs() });
        }
        // One second more than it is accepted, so that forgetting never comes before refusing.
        at.checked_add(window + SignedDuration::from_secs(1))
            .map_err(|_| Refusal::NotVerified("the timestamp is no time in the declared form"))
    }
}

/// Whether a character may stand in a time of ISO 8601.
pub(super) fn iso_byte(byte: u8) -> bool {
    byte.is_ascii_digit() || b"TZtz:+.,-".contains(&byte)
}

/// Whether a character may stand in a nonce.
pub(super) fn nonce_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte)
}

impl NonceRule {
    pub(super) fn build(options: &NonceOptions, key: &str, wrong: &mut Mistakes) -> Option<Self> {
        if options.length.is_some_and(|length| !(1..=LONGEST_NONCE).contains(&length)) {
            wrong.push(Misconfigured::new(
                format!("{key}.length"),
                format!("the length must be 1 to {LONGEST_NONCE}"),
                format!("长度只能是 1 到 {LONGEST_NONCE}"),
            ));
            return None;
        }
        if options.of == NonceOf::Uuid && options.length.is_some_and(|length| length != 36) {
            wrong.tell(&format!("{key}.length"), "a UUID has 36 characters", "UUID 是36个字符");
        }
        Some(Self { length: options.length, of: options.of })
    }

    /// A fresh one.
    pub(super) fn make(&self) -> Result<String, Refused> {
        let random = |count: usize| {
            let mut bytes = vec![0; count];
            SystemRandom::new().fill(&mut bytes).map(|()| bytes).map_err(|_| Refused)
        };
        if self.of == NonceOf::Uuid {
            let mut bytes = random(16)?;
            bytes[6] = bytes[6] & 0x0f | 0x40;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            let hex = hex::encode(bytes);
            return Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"));
        }
        let letters: &[u8] = match self.of {
            NonceOf::Alnum => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            NonceOf::Digits => b"0123456789",
            NonceOf::Hex | NonceOf::Uuid => b"0123456789abcdef",
        };
        let mut made = String::new();
        let wanted = self.length.unwrap_or(32);
        while made.len() < wanted {
            // Bytes that would favour the first letters are thrown away.
            let fair = 256 - 256 % letters.len();
            for byte in random(wanted)?.into_iter().map(usize::from).filter(|byte| *byte < fair) {
                let letter = char::from(letters[byte % letters.len()]);
                let leads_with_zero = self.of == NonceOf::Digits && made.is_empty() && letter == '0';
                if made.len() < wanted && !leads_with_zero {
                    made.push(letter);
                }
            }
        }
        Ok(made)
    }

    pub(super) fn check_form(&self, said: &str) -> Result<(), Refusal> {
        let fits = match self.length {
            Some(length) => said.len() == length,
            None => (1..=LONGEST_NONCE).contains(&said.len()),
        };
        if fits && said.bytes().all(nonce_byte) {
            Ok(())
        } else {
            Err(Refusal::NotVerified("the nonce has not the declared form"))
        }
    }
}
