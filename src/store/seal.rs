//! Sealing and blind keys: what makes a column safe to lie on a disk.
//!
//! Bodies are sealed with AES-256-GCM (NIST SP 800-38D) under the data key, the key's id in front and the
//! row's table and id as associated data, so that a body cannot be moved to another row unnoticed. Blind
//! keys are HMAC-SHA256 (RFC 2104) cut to 128 bits, under a matching key of its own that does not rotate
//! with the data key. Both happen in the caller's task, never on the writer's thread.

use std::fmt;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use huiliu_contract::Blind;

const FORMAT: u8 = 1;
const HEAD: usize = 1 + 4;
const KEY_BYTES: usize = 32;

/// By how many bytes what is sealed is longer than what it holds.
pub(super) const OVERHEAD: usize = HEAD + NONCE_LEN + 16;

/// A keyed digest of 128 bits; it says nothing about what it was made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 16]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0[..4]))
    }
}

/// Which table a sealed body belongs to; part of its associated data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Place {
    /// A version of a submission.
    Version = 1,
    /// A dead letter's reason or unreadable bytes.
    Dead = 2,
    /// A cursor.
    Cursor = 3,
    /// A keepsake.
    Keepsake = 4,
    /// An outcome.
    Outcome = 5,
    /// What a person did, and why.
    Deed = 6,
    /// An event that a person edited.
    Edit = 7,
    /// A parcel that was or may have been sent.
    Try = 8,
    /// What a far side answered to it.
    Answer = 9,
    /// A public text as a person worded it anew.
    Wording = 10,
    /// What an event says besides the ticket.
    Note = 11,
    /// A piece of a blob.
    Blob = 12,
    /// What is known of a file: its name, its media type, its link.
    File = 13,
    /// The session of a login that people do.
    Session = 14,
    /// What a person noted on a ticket.
    TicketNote = 18,
    /// A report that was frozen, and what it was counted from.
    Frozen = 20,
}

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The body was changed, moved to another row, or sealed by another key.
    #[error("a sealed body does not open: changed, moved, or sealed by another key")]
    Broken,
    /// Sealed under a key that is not at hand.
    #[error("a body is sealed under key {0}, which is not at hand")]
    UnknownKey(u32),
    /// The operating system gave no randomness.
    #[error("no randomness to be had")]
    NoRandom,
    /// A key is not 64 hexadecimal digits.
    #[error("{0} does not hold a key of 64 hexadecimal digits")]
    BadKey(String),
    /// The key file cannot be read or made.
    #[error("key file {path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        why: std::io::Error,
    },
}

/// The site's keys.
pub struct Keys {
    id: u32,
    data: LessSafeKey,
    matching: hmac::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys(#{})", self.id)
    }
}

impl Keys {
    /// Takes both keys as 64 hexadecimal digits each.
    pub fn from_hex(data: &str, matching: &str) -> Result<Self, SealError> {
        let data = decode(data, "the data key")?;
        let matching = decode(matching, "the matching key")?;
        let id = {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &data);
            digest.as_ref().iter().take(4).fold(0, |id: u32, byte| id << 8 | u32::from(*byte))
        };
        let data = UnboundKey::new(&AES_256_GCM, &data).map_err(|_| SealError::Broken)?;
        Ok(Self { id, data: LessSafeKey::new(data), matching: hmac::Key::new(hmac::HMAC_SHA256, &matching) })
    }

    /// The digests that are lent where no house is: a check, a preview. They are under a key that is no secret.
    pub fn of_no_house() -> Arc<dyn Blind> {
        Arc::new(Unkeyed(hmac::Key::new(hmac::HMAC_SHA256, &[0; KEY_BYTES])))
    }

    /// Reads `data.key` and `matching.key` in a folder; makes them (0600) where they are missing.
    ///
    /// The files are the house's memory: without them nothing that is stored can be read again.
    pub fn in_folder(folder: &Path) -> Result<Self, SealError> {
        fs::create_dir_all(folder).map_err(|why| file_error(folder, why))?;
        let data = read_or_make(&folder.join("data.key"))?;
        let matching = read_or_make(&folder.join("matching.key"))?;
        Self::from_hex(&data, &matching)
    }

    /// Seals a body for a row.
    pub fn seal(&self, place: Place, id: i64, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_written(place, id, plain.len(), |out| out.extend_from_slice(plain))
    }

    /// Seals what `write` puts at the end of a buffer, about `length` bytes: a large body is written once.
    pub fn seal_written(
        &self,
        place: Place,
        id: i64,
        length: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Vec<u8>, SealError> {
        self.seal_bound(&associated(place, id), length, write)
    }

    /// As [`Keys::seal_written`], for what is no row: bound to any associated data.
    pub(super) fn seal_bound(
        &self,
        bound: &[u8],
        length: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(HEAD + NONCE_LEN + length + AES_256_GCM.tag_len());
        out.push(FORMAT);
        out.extend_from_slice(&self.id.to_be_bytes());
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError::NoRandom)?;
        out.extend_from_slice(&nonce);
        write(&mut out);
        let tag = self
            .data
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound),
                out.get_mut(HEAD + NONCE_LEN..).unwrap_or_default(),
            )
            .map_err(|_| SealError::Broken)?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Opens a body of a row.
    pub fn open(&self, place: Place, id: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.open_bound(&associated(place, id), sealed)
    }

    /// Opens what [`Keys::seal_bound`] sealed with the same associated data.
    pub(super) fn open_bound(&self, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (head, rest) = sealed.split_at_checked(HEAD).ok_or(SealError::Broken)?;
        let (&[format, a, b, c, d], Some((nonce, body))) =
            (<&[u8; HEAD]>::try_from(head).map_err(|_| SealError::Broken)?, rest.split_first_chunk::<NONCE_LEN>())
        else {
            return Err(SealError::Broken);
        };
        if format != FORMAT {
            return Err(SealError::Broken);
        }
        let key = u32::from_be_bytes([a, b, c, d]);
        if key != self.id {
            return Err(SealError::UnknownKey(key));
        }
        let mut body = body.to_vec();
        let length = self
            .data
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut body)
            .map_err(|_| SealError::Broken)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// The keyed digest of some parts under a label; parts are length-prefixed, so that no two lists
    /// of parts have one digest.
    pub fn blind(&self, label: &str, parts: &[&[u8]]) -> Digest {
        blind(&self.matching, label, parts)
    }
}

/// Digests under the matching key, for connectors: no domain of theirs meets a label of ours.
impl Blind for Keys {
    fn blind(&self, domain: &str, bytes: &[u8]) -> [u8; 16] {
        blind(&self.matching, "lent", &[domain.as_bytes(), bytes]).0
    }
}

/// A key of no house.
struct Unkeyed(hmac::Key);

impl fmt::Debug for Unkeyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unkeyed")
    }
}

impl Blind for Unkeyed {
    fn blind(&self, domain: &str, bytes: &[u8]) -> [u8; 16] {
        blind(&self.0, "lent", &[domain.as_bytes(), bytes]).0
    }
}

fn blind(key: &hmac::Key, label: &str, parts: &[&[u8]]) -> Digest {
    let mut context = hmac::Context::with_key(key);
    context.update(&[label.len() as u8]);
    context.update(label.as_bytes());
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let tag = context.sign();
    let mut short = [0; 16];
    short.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    Digest(short)
}

fn associated(place: Place, id: i64) -> [u8; 9] {
    let mut out = [place as u8; 9];
    if let Some(tail) = out.last_chunk_mut::<8>() {
        *tail = id.to_be_bytes();
    }
    out
}

fn decode(text: &str, name: &str) -> Result<[u8; KEY_BYTES], SealError> {
    let mut key = [0; KEY_BYTES];
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| SealError::BadKey(name.into()))?;
    Ok(key)
}

fn file_error(path: &Path, why: std::io::Error) -> SealError {
    SealError::File { path: path.display().to_string(), why }
}

fn read_or_make(path: &Path) -> Result<String, SealError> {
    match fs::read_to_string(path) {
        Ok(text) => return Ok(text),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
        Err(why) => return Err(file_error(path, why)),
    }
    let mut key = [0; KEY_BYTES];
    rand::fill(&mut key).map_err(|_| SealError::NoRandom)?;
    let text = hex::encode(key);
    let aside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        match path.parent() {
            Some(folder) => fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|why| file_error(path, why))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    fn keys() -> Keys {
        Keys::from_hex(&"07".repeat(32), &"09".repeat(32)).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_own_row_only(body: Vec<u8>, id: i64, flip: usize) {
            let keys = keys();
            let sealed = keys.seal(Place::Version, id, &body).unwrap();
            assert_eq!(keys.open(Place::Version, id, &sealed).unwrap(), body);
            assert!(keys.open(Place::Version, id.wrapping_add(1), &sealed).is_err());
            assert!(keys.open(Place::Dead, id, &sealed).is_err());
            let mut changed = sealed.clone();
            let at = flip % changed.len();
            changed[at] ^= 1;
            assert!(keys.open(Place::Version, id, &changed).is_err());
        }

        #[test]
        fn garbage_never_panics(body: Vec<u8>) {
            assert!(keys().open(Place::Version, 1, &body).is_err());
        }

        #[test]
        fn parts_are_kept_apart(a in any::<Vec<u8>>(), b in any::<Vec<u8>>()) {
            let keys = keys();
            let joined = [a.clone(), b.clone()].concat();
            assert_ne!(keys.blind("phone", &[&a, &b]), keys.blind("phone", &[&joined]));
            assert_ne!(keys.blind("phone", &[&a]), keys.blind("name", &[&a]));
        }
    }

    #[test]
    fn what_is_lent_outlives_the_data_key_and_is_of_this_house_alone() {
        let digest = |data: u8, matching: u8, domain: &str, said: &[u8]| {
            let keys = Keys::from_hex(&hex::encode([data; 32]), &hex::encode([matching; 32])).unwrap();
            Blind::blind(&keys, domain, said)
        };
        let first = digest(7, 9, "folder row", b"a");
        assert_eq!(first, digest(8, 9, "folder row", b"a"), "another data key changes no id");
        let others = [digest(7, 10, "folder row", b"a"), digest(7, 9, "mail", b"a"), digest(7, 9, "folder row", b"b")];
        assert!(others.iter().all(|other| *other != first));
        assert_ne!(Keys::of_no_house().blind("folder row", b"a"), first);
    }

    #[test]
    fn keys_are_made_once_and_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::in_folder(folder.path()).unwrap();
        let sealed = first.seal(Place::Deed, 5, b"x").unwrap();
        let again = Keys::in_folder(folder.path()).unwrap();
        assert_eq!(again.open(Place::Deed, 5, &sealed).unwrap(), b"x");
        let mode = fs::metadata(folder.path().join("data.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
