//! What lies inside a version's sealed body: the raw form and what the mapping made of it.

use serde_json::Value;

/// The inside of a version's body.
///
/// Laid out by hand (format byte, then length-prefixed parts), because the raw form is bytes, may be
/// large, and is written for every submission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folio<'a> {
    /// Media type of the raw form.
    pub media_type: &'a str,
    /// What came, byte for byte.
    pub raw: &'a [u8],
    /// What rules read, as JSON, where it is not the raw form itself (a form, a letter); else empty.
    pub read: &'a [u8],
    /// The mapped draft as JSON, or why there is none.
    pub mapped: Mapped<'a>,
}

/// What the mapping made of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mapped<'a> {
    /// The draft, serialised.
    Draft(&'a [u8]),
    /// Nothing: the reasons as a JSON list.
    Reasons(&'a [u8]),
}

/// The body is not laid out as expected.
#[derive(Debug, thiserror::Error)]
#[error("a version's body has an unknown layout")]
pub struct BadFolio;

const DRAFT: u8 = 1;
const REASONS: u8 = 2;

impl<'a> Folio<'a> {
    /// Lays the parts out.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.length());
        self.write_to(&mut out);
        out
    }

    /// How many bytes it takes, laid out.
    pub fn length(&self) -> usize {
        let (Mapped::Draft(mapped) | Mapped::Reasons(mapped)) = self.mapped;
        17 + self.media_type.len() + self.raw.len() + self.read.len() + mapped.len()
    }

    /// Lays the parts out at the end of a buffer.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let (kind, mapped) = match self.mapped {
            Mapped::Draft(json) => (DRAFT, json),
            Mapped::Reasons(json) => (REASONS, json),
        };
        out.push(kind);
        for part in [self.media_type.as_bytes(), self.raw, self.read, mapped] {
            out.extend_from_slice(&(part.len() as u32).to_be_bytes());
            out.extend_from_slice(part);
        }
    }

    /// Reads the parts.
    pub fn read(body: &'a [u8]) -> Result<Self, BadFolio> {
        let (kind, mut rest) = body.split_first().ok_or(BadFolio)?;
        let mut part = || -> Result<&'a [u8], BadFolio> {
            let (length, tail) = rest.split_first_chunk::<4>().ok_or(BadFolio)?;
            let (part, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or(BadFolio)?;
            rest = tail;
            Ok(part)
        };
        let media_type = std::str::from_utf8(part()?).map_err(|_| BadFolio)?;
        let raw = part()?;
        let read = part()?;
        let mapped = part()?;
        let mapped = match *kind {
            DRAFT => Mapped::Draft(mapped),
            REASONS => Mapped::Reasons(mapped),
            _ => return Err(BadFolio),
        };
        Ok(Self { media_type, raw, read, mapped })
    }

    /// The document that rules read.
    pub fn document(&self) -> Option<Value> {
        serde_json::from_slice(if self.read.is_empty() { self.raw } else { self.read }).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    proptest! {
        #[test]
        fn a_folio_comes_back_as_it_was(media_type: String, raw: Vec<u8>, read: Vec<u8>, draft: Vec<u8>, cut: usize) {
            let folio = Folio { media_type: &media_type, raw: &raw, read: &read, mapped: Mapped::Draft(&draft) };
            let written = folio.write();
            assert_eq!(Folio::read(&written).unwrap(), folio);
            assert!(Folio::read(&written[..cut % written.len()]).is_err());
        }
    }
}
