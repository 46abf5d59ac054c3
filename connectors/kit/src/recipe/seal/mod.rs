//! What is sealed in a message, compiled: which cipher, with which keys, where its parts stand.

mod build;
mod hands;
mod place;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use http::HeaderName;
use jiff::Timestamp;

use super::keys::Key;
use super::options::{Case, Cipher, Encoding, Inner, Order, SealWhat, Wrap};
use super::run::{decoded, encoded};
use crate::crypto::block::{self, iv_length};
use crate::crypto::{Refused, sm2};
use crate::pick::Pointer;

pub(super) use build::Context;
pub(super) use place::Opened;

/// A sealing.
pub(super) struct Seal {
    pub(super) what: SealWhat,
    pub(super) fields: Vec<Pointer>,
    pub(super) into: Option<Pointer>,
    pub(super) wrap: Wrap,
    pub(super) by: Cipher,
    /// Its own keys; none where those of the recipe are used.
    own: Option<Vec<Key>>,
    hands: Vec<Hand>,
    pub(super) iv: IvRule,
    pad: usize,
    frame: Option<Frame>,
    pub(super) written: Encoding,
    case: Option<Case>,
    pub(super) order: Order,
    pub(super) inner: Inner,
    pub(super) media_type: Option<http::HeaderValue>,
}

/// Where the initial vector stands.
pub(super) enum IvRule {
    /// In front of the sealed bytes, or the cipher has none.
    Front,
    /// The first bytes of the key.
    Key,
    Fixed(Vec<u8>),
    Header(HeaderName, Encoding),
    Field(Pointer, Encoding),
}

struct Frame {
    random: usize,
    owner: Vec<u8>,
}

/// What a key can do.
struct Hand {
    sort: Sort,
    /// The first bytes of the key, where they are the initial vector.
    iv: Vec<u8>,
}

enum Sort {
    Block(Box<block::Key>),
    Sealer(Box<sm2::Sealer>),
    Opener(Box<sm2::Opener>),
    Nothing,
}

impl Seal {
    /// The keys that may fit now: of its own, else those of the recipe. The one that signed comes alone where the recipe's
    /// keys are used.
    pub(super) fn candidates(&self, signed_by: Option<usize>, recipe: &[Key], now: Timestamp) -> Vec<usize> {
        let holding = |keys: &[Key]| (0..keys.len()).filter(|at| keys[*at].holds(now)).collect::<Vec<_>>();
        match (&self.own, signed_by) {
            (None, Some(one)) => vec![one],
            (None, None) => holding(recipe),
            (Some(own), signed_by) => {
                let id = signed_by.and_then(|at| recipe[at].id.as_ref());
                let same = id.and_then(|id| own.iter().position(|key| key.id.as_ref() == Some(id) && key.holds(now)));
                same.map_or_else(|| holding(own), |one| vec![one])
            }
        }
    }

    /// A fresh initial vector; of a fixed one, that.
    pub(super) fn fresh_iv(&self, key: usize) -> Result<Vec<u8>, Refused> {
        match &self.iv {
            IvRule::Key => Ok(self.hands.get(key).ok_or(Refused)?.iv.clone()),
            IvRule::Fixed(iv) => Ok(iv.clone()),
            IvRule::Front | IvRule::Header(..) | IvRule::Field(..) => random(iv_length(self.by)),
        }
    }

    /// Seals a text with a key; what comes out is written as declared.
    pub(super) fn seal(&self, key: usize, iv: &[u8], message: &[u8]) -> Result<Vec<u8>, Refused> {
        let framed;
        let message = match &self.frame {
            Some(frame) => {
                framed = frame.around(message)?;
                &framed[..]
            }
            None => message,
        };
        let sealed = match &self.hands.get(key).ok_or(Refused)?.sort {
            Sort::Block(cipher) => {
                let sealed = cipher.seal(iv, message, self.pad)?;
                if matches!(self.iv, IvRule::Front) { [iv, &sealed].concat() } else { sealed }
            }
            Sort::Sealer(sealer) => sealer.seal(message)?,
            Sort::Opener(_) | Sort::Nothing => return Err(Refused),
        };
        let mut text = encoded(self.written, &sealed);
        if self.case == Some(Case::Upper) && self.written == Encoding::Hex {
            text.make_ascii_uppercase();
        }
        Ok(text)
    }

    /// Opens a text: with the one of these keys that fits. `iv` is the one that was told, where it is told.
    pub(super) fn open(&self, keys: &[usize], iv: Option<&[u8]>, text: &[u8]) -> Result<Vec<u8>, Refused> {
        let sealed = decoded(self.written, text).ok_or(Refused)?;
        let mut opened = None;
        for key in keys {
            let plain = self.open_with(*key, iv, &sealed);
            // A cipher without a tag opens to nonsense now and then: of several keys the one that yields a text is taken.
            let meant = keys.len() == 1
                || block::authenticates(self.by)
                || plain.as_ref().is_ok_and(|plain| std::str::from_utf8(plain).is_ok());
            if opened.is_none() && meant {
                opened = plain.ok();
            }
        }
        opened.ok_or(Refused)
    }

    fn open_with(&self, key: usize, told: Option<&[u8]>, sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        let hand = self.hands.get(key).ok_or(Refused)?;
        let plain = match &hand.sort {
            Sort::Block(cipher) => {
                let (iv, sealed) = match (&self.iv, told) {
                    (IvRule::Key, _) => (&hand.iv[..], sealed),
                    (IvRule::Fixed(iv), _) => (&iv[..], sealed),
                    (IvRule::Front, _) => sealed.split_at_checked(iv_length(self.by)).ok_or(Refused)?,
                    (IvRule::Header(..) | IvRule::Field(..), told) => (told.ok_or(Refused)?, sealed),
                };
                cipher.open(iv, sealed, self.pad)?
            }
            Sort::Opener(opener) => opener.open(sealed)?,
            Sort::Sealer(_) | Sort::Nothing => return Err(Refused),
        };
        match &self.frame {
            Some(frame) => frame.inside(&plain),
            None => Ok(plain),
        }
    }
}

impl Frame {
    fn around(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let length = u32::try_from(message.len()).map_err(|_| Refused)?.to_be_bytes();
        Ok([&random(self.random)?, &length[..], message, &self.owner].concat())
    }

    fn inside(&self, plain: &[u8]) -> Result<Vec<u8>, Refused> {
        let (_, rest) = plain.split_at_checked(self.random).ok_or(Refused)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(Refused)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Refused)?;
        let (message, owner) = rest.split_at_checked(length).ok_or(Refused)?;
        if owner == self.owner { Ok(message.to_vec()) } else { Err(Refused) }
    }
}

pub(super) fn random(count: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = vec![0; count];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Refused)?;
    Ok(bytes)
}
