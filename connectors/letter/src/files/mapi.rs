//! The list of properties that Outlook keeps of a wrapped file (MS-OXTNEF section 2.1.3.4): only its long name is wanted.

use crate::words;

/// The long name of a file (PidTagAttachLongFilename).
const LONG_NAME: u16 = 0x3707;

/// So many properties of one file are looked at.
const MOST: usize = 1000;

/// The long name among these properties. None where it is not there, or where the list breaks off before it.
pub(super) fn long_name(bytes: &[u8]) -> Option<String> {
    let mut list = Reader(bytes);
    let count = list.number()?.min(MOST);
    for _ in 0..count {
        let (kind, id) = (list.short()?, list.short()?);
        if id >= 0x8000 {
            list.skip_name()?;
        }
        let value = list.value(kind)?;
        if id == LONG_NAME {
            let name = match kind {
                0x1f => utf16(value),
                _ => words::decode(value.split(|byte| *byte == 0).next().unwrap_or_default(), None).text,
            };
            return Some(name).filter(|name| !name.is_empty());
        }
    }
    None
}

fn utf16(bytes: &[u8]) -> String {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0;
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// What is left of the list; numbers are little endian.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn number(&mut self) -> Option<usize> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes).and_then(|number| usize::try_from(number).ok())
    }

    /// Bytes with their length before them, filled up to four.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let value = self.take(length)?;
        self.take((4 - length % 4) % 4)?;
        Some(value)
    }

    /// A property of somebody's own has a name: a namespace, and a number or a text.
    fn skip_name(&mut self) -> Option<()> {
        self.take(16)?;
        if self.number()? == 0 { self.take(4).map(|_| ()) } else { self.counted().map(|_| ()) }
    }

    /// A value of this kind; of several, the first. Every value takes a multiple of four bytes.
    fn value(&mut self, kind: u16) -> Option<&'a [u8]> {
        let several = kind & 0x1000 != 0;
        let plain = kind & !0x1000;
        let length = match plain {
            0x0d | 0x1e | 0x1f | 0x102 => None,
            0x02..=0x04 | 0x0a | 0x0b => Some(4),
            0x05..=0x07 | 0x14 | 0x40 => Some(8),
            0x48 => Some(16),
            // Of what length such a value is, nobody knows: the list ends here.
            _ => return None,
        };
        // Texts and bytes say how many they are even where they are one.
        let count = if several || length.is_none() { self.number()?.min(MOST) } else { 1 };
        let mut first = None;
        for _ in 0..count {
            let value = match length {
                Some(length) => self.take(length)?,
                None => self.counted()?,
            };
            first.get_or_insert(value);
        }
        Some(first.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(id: u16, kind: u16, value: &[u8]) -> Vec<u8> {
        let mut out = [kind.to_le_bytes(), id.to_le_bytes()].concat();
        out.extend(1_u32.to_le_bytes());
        out.extend((value.len() as u32).to_le_bytes());
        out.extend(value);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn list(properties: &[Vec<u8>]) -> Vec<u8> {
        [(properties.len() as u32).to_le_bytes().to_vec(), properties.concat()].concat()
    }

    #[test]
    fn the_long_name_is_found_among_other_properties() {
        let number = [3_u16.to_le_bytes(), 0x3705_u16.to_le_bytes(), [1, 0], [0, 0]].concat();
        let named = [
            &[0x1e, 0, 0, 0x80],
            [7; 16].as_slice(),
            &[1, 0, 0, 0, 2, 0, 0, 0, b'a', 0, 0, 0],
            &[1, 0, 0, 0, 1, 0, 0, 0, b'x', 0, 0, 0],
        ]
        .concat();
        let unicode: Vec<u8> = "现场照片.jpg\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let all = list(&[number.clone(), named, text(LONG_NAME, 0x1f, &unicode)]);
        assert_eq!(long_name(&all).as_deref(), Some("现场照片.jpg"));
        let gb = [encoding_rs::GB18030.encode("路灯.doc").0.as_ref(), b"\0"].concat();
        assert_eq!(long_name(&list(&[text(LONG_NAME, 0x1e, &gb)])).as_deref(), Some("路灯.doc"));
        assert_eq!(long_name(&list(&[number])), None);
        assert_eq!(long_name(&all[..all.len() - 8]), None, "it breaks off");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![Just(0_u8), Just(0x1e), any::<u8>()], 0..80)) {
            let _ = long_name(&bytes);
        }
    }
}
