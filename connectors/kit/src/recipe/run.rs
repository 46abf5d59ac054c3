//! One message walked through the steps, with one key.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::message::{Lack, Message};
use super::options::{Case, Encoding};
use super::plan::Plan;
use super::step::{Signer, Step, Verifier, Work};
use super::text::{Atom, Piece, Text};
use crate::crypto::digest::Hasher;
use crate::crypto::mac;
use crate::tap::DOTS;

/// A walk.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) message: &'a Message<'a>,
    pub(super) stamp: &'a str,
    pub(super) nonce: &'a str,
    /// Which key; none where there is none.
    pub(super) key: Option<usize>,
    /// What the steps yielded so far.
    pub(super) done: Vec<Vec<u8>>,
    /// Whether secrets are shown as dots: to be read by people, never to be sent.
    pub(super) masked: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(plan: &'a Plan, message: &'a Message<'a>, key: Option<usize>) -> Self {
        Self { plan, message, stamp: "", nonce: "", key, done: Vec::new(), masked: false }
    }

    fn lack(what: &str) -> Lack {
        Lack(what.to_owned())
    }

    /// Writes a text piece by piece.
    pub(super) fn feed(&self, text: &Text, out: &mut dyn FnMut(&[u8])) -> Result<(), Lack> {
        for piece in &text.0 {
            match piece {
                Piece::Literal(bytes) => out(bytes),
                Piece::Slot(atom) => self.slot(atom, out)?,
            }
        }
        Ok(())
    }

    /// A text of its own.
    pub(super) fn text(&self, text: &Text) -> Result<Vec<u8>, Lack> {
        let mut bytes = Vec::new();
        self.feed(text, &mut |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    fn slot(&self, atom: &Atom, out: &mut dyn FnMut(&[u8])) -> Result<(), Lack> {
        match atom {
            Atom::Method => out(self.message.method.as_bytes()),
            Atom::Path => out(self.message.path.as_bytes()),
            Atom::Query => {
                let later = self.plan.steps.get(self.done.len()).map_or(&[][..], |step| &step.later);
                out(self.message.query_without(later).as_bytes());
            }
            Atom::Body => out(self.message.bytes()),
            Atom::Stamp => out(self.stamp.as_bytes()),
            Atom::Nonce => out(self.nonce.as_bytes()),
            Atom::KeyId => {
                let id = self.key.and_then(|key| self.plan.keys[key].id.as_ref());
                out(id.ok_or_else(|| Self::lack("an `id` of the key"))?.as_bytes());
            }
            Atom::Secret => {
                let secret = self.key.and_then(|key| self.plan.keys[key].secret.as_ref());
                let secret = secret.ok_or_else(|| Self::lack("a `secret` of the key"))?;
                out(if self.masked { DOTS } else { secret.expose() }.as_bytes());
            }
            Atom::Value(at) => {
                let value = &self.plan.values[*at];
                out(if self.masked && value.is_secret { DOTS } else { value.text.expose() }.as_bytes());
            }
            Atom::Header(name) => out(self.message.header(name)?),
            Atom::Param(name) => out(self.message.parameter(name)?.as_bytes()),
            Atom::Field(place) => out(&self.message.field(place)?),
            Atom::Step(at) => out(self.done.get(*at).ok_or_else(|| Self::lack("an earlier step"))?),
            Atom::Name | Atom::Content => return Err(Self::lack("a parameter")),
        }
        Ok(())
    }

    /// Takes the next step. Where a signature comes in, the step yields the text that it is over, and [`Self::fits`] judges
    /// what was offered.
    pub(super) fn step(&mut self) -> Result<(), Lack> {
        let step = &self.plan.steps[self.done.len()];
        let made = match &step.work {
            Work::Sign { of, .. } if self.plan.kind.comes_in() => self.text(of)?,
            _ => step.finish(self.made(step)?),
        };
        self.done.push(made);
        Ok(())
    }

    fn made(&self, step: &Step) -> Result<Vec<u8>, Lack> {
        Ok(match &step.work {
            Work::Text(text) => self.text(text)?,
            Work::List(list) => {
                let items = list.items(self)?;
                list.joined(&items, &list.order(&items)?)
            }
            Work::Digest { kind, of } => {
                let mut hasher = Hasher::new(*kind);
                self.feed(of, &mut |piece| hasher.update(piece))?;
                hasher.finish()
            }
            Work::Hmac { kind, of, key, ready } => {
                let own = match key {
                    Some(text) => mac::Key::new(*kind, &self.text(text)?).ok(),
                    None => None,
                };
                let ready = own.as_ref().or_else(|| self.key.and_then(|key| ready.get(key)?.as_ref()));
                let mut maker = ready.ok_or_else(|| Self::lack("a `secret` of the key"))?.maker();
                self.feed(of, &mut |piece| maker.update(piece))?;
                maker.finish()
            }
            Work::Sign { of, hands, .. } => {
                let signer = self.key.and_then(|key| hands.get(key)?.signer.as_ref());
                let signer = signer.ok_or_else(|| Self::lack("a `secret` of the key"))?;
                let text = self.text(of)?;
                let signature = match signer {
                    Signer::Rsa(key) => key.sign(&text),
                    Signer::Sm2(key) => key.sign(&text),
                };
                signature.map_err(|_| Self::lack("randomness of the system"))?
            }
        })
    }

    /// Whether what was offered is what this step yields. Of a signature, its bytes; else none.
    pub(super) fn fits(&self, at: usize, offered: &[u8]) -> bool {
        let step = &self.plan.steps[at];
        let Work::Sign { hands, .. } = &step.work else {
            let (kept, offered) = (step.folded(&self.done[at]), step.folded(offered));
            return !kept.is_empty() && verify_slices_are_equal(&kept, &offered).is_ok();
        };
        let verifier = self.key.and_then(|key| hands.get(key)?.verifier.as_ref());
        let (Some(verifier), Some(signature)) = (verifier, step.decoded(offered)) else { return false };
        match verifier {
            Verifier::Rsa(key) => key.fits(&self.done[at], &signature),
            Verifier::Sm2(key) => key.fits(&self.done[at], &signature),
        }
    }
}

impl Step {
    /// Writes what was made, and cuts it to what is wanted.
    pub(super) fn finish(&self, made: Vec<u8>) -> Vec<u8> {
        let mut bytes = match self.written {
            None => made,
            Some(written) => encoded(written, &made),
        };
        if self.trim {
            bytes = bytes.trim_ascii().to_vec();
        }
        match self.case {
            Some(Case::Upper) => bytes = changed(bytes, str::to_uppercase),
            Some(Case::Lower) => bytes = changed(bytes, str::to_lowercase),
            None => {}
        }
        let Some((from, to)) = self.take else { return bytes };
        match String::from_utf8(bytes) {
            Ok(text) => text.chars().skip(from).take(to.map_or(usize::MAX, |to| to - from)).collect::<String>().into(),
            Err(raw) => {
                let bytes = raw.into_bytes();
                let end = to.unwrap_or(usize::MAX).min(bytes.len());
                bytes.get(from..end).unwrap_or_default().to_vec()
            }
        }
    }

    /// A text without what makes no difference: the case of hexadecimal digits, the padding of base64.
    fn folded(&self, text: &[u8]) -> Vec<u8> {
        match self.written {
            Some(Encoding::Hex) => text.to_ascii_lowercase(),
            Some(Encoding::Base64) if self.take.is_none() => {
                let padding = text.iter().rev().take_while(|byte| **byte == b'=').count().min(2);
                text[..text.len() - padding].to_vec()
            }
            _ => text.to_vec(),
        }
    }

    /// The bytes of an offered signature.
    pub(super) fn decoded(&self, text: &[u8]) -> Option<Vec<u8>> {
        decoded(self.written.unwrap_or(Encoding::Base64), text)
    }
}

/// Bytes as text.
pub(super) fn encoded(written: Encoding, bytes: &[u8]) -> Vec<u8> {
    match written {
        Encoding::Hex => hex::encode(bytes).into_bytes(),
        Encoding::Base64 => BASE64_STANDARD.encode(bytes).into_bytes(),
        Encoding::Base64url => BASE64_URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
        Encoding::Bytes => bytes.to_vec(),
    }
}

/// Text as bytes; base64 may be broken into lines and may lack its padding.
pub(super) fn decoded(written: Encoding, text: &[u8]) -> Option<Vec<u8>> {
    if written == Encoding::Bytes {
        return Some(text.to_vec());
    }
    let bare: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    match written {
        Encoding::Hex => hex::decode(bare).ok(),
        Encoding::Base64url => {
            BASE64_URL_SAFE_NO_PAD.decode(bare.strip_suffix(b"==").or(bare.strip_suffix(b"=")).unwrap_or(&bare)).ok()
        }
        Encoding::Base64 | Encoding::Bytes => STRICT.decode(bare).ok(),
    }
}

/// Base64 whose padding may be missing; of every text there is one spelling besides.
const STRICT: base64::engine::GeneralPurpose = base64::engine::GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

fn changed(bytes: Vec<u8>, change: fn(&str) -> String) -> Vec<u8> {
    match std::str::from_utf8(&bytes) {
        Ok(text) => change(text).into_bytes(),
        Err(_) => bytes,
    }
}
