//! Outlook's wrapping of files, winmail.dat (MS-OXTNEF): a flat list of records.

use bytes::Bytes;

use super::mapi;
use crate::words;

/// What every such file begins with.
const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// Records of attachments, by their number without the type.
const NEW: u16 = 0x9002;
const TITLE: u16 = 0x8010;
const DATA: u16 = 0x800f;
const PROPERTIES: u16 = 0x9005;

/// So many files of one wrapping are taken.
const MOST: usize = 200;

/// The files wrapped in it: names (empty where it has none) and bytes. None where it is no such file, or breaks off before
/// any file. A record that is cut ends the list; what stands before it counts.
pub(crate) fn tnef(bytes: &Bytes) -> Option<Vec<(String, Bytes)>> {
    let mut at = SIGNATURE.len() + 2;
    if !bytes.starts_with(&SIGNATURE) || bytes.len() < at {
        return None;
    }
    let mut files: Vec<(String, Bytes)> = Vec::new();
    let mut whole = true;
    while at < bytes.len() {
        let Some((record, value, behind)) = record(bytes, at) else {
            whole = false;
            break;
        };
        at = behind;
        match record {
            NEW if files.len() < MOST => files.push((String::new(), Bytes::new())),
            TITLE => {
                if let Some((name, _)) = files.last_mut() {
                    let title = value.split(|byte| *byte == 0).next().unwrap_or_default();
                    *name = words::decode(title, None).text;
                }
            }
            // The title may be cut to the eight letters of old systems; the properties come behind it.
            PROPERTIES => {
                if let Some(((name, _), long)) = files.last_mut().zip(mapi::long_name(value)) {
                    *name = long;
                }
            }
            DATA => {
                if let Some((_, data)) = files.last_mut() {
                    *data = bytes.slice_ref(value);
                }
            }
            _ => {}
        }
    }
    files.retain(|(name, data)| !(name.is_empty() && data.is_empty()));
    (whole || !files.is_empty()).then_some(files)
}

/// The record at a place: its number, its value, and where the next one begins. Level (one byte), number (two), type (two),
/// length (four), value, checksum (two); all little endian.
fn record(bytes: &Bytes, at: usize) -> Option<(u16, &[u8], usize)> {
    let head = bytes.get(at..at.checked_add(9)?)?;
    let [level, low, high, _, _, a, b, c, d] = head else { return None };
    if !matches!(level, 1 | 2) {
        return None;
    }
    let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
    let begin = at + 9;
    let end = begin.checked_add(length)?;
    let value = bytes.get(begin..end)?;
    // What belongs to the message counts as nothing here, whatever its number.
    let number = if *level == 2 { u16::from_le_bytes([*low, *high]) } else { 0 };
    Some((number, value, end + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(records: &[(u8, u16, &[u8])]) -> Bytes {
        let mut out = SIGNATURE.to_vec();
        out.extend([1, 0]);
        for (level, number, value) in records {
            out.push(*level);
            out.extend(number.to_le_bytes());
            out.extend([6, 0]);
            out.extend((value.len() as u32).to_le_bytes());
            out.extend(*value);
            out.extend(value.iter().map(|byte| u16::from(*byte)).fold(0, u16::wrapping_add).to_le_bytes());
        }
        Bytes::from(out)
    }

    #[test]
    fn files_come_out_with_their_names() {
        let title = [encoding_rs::GB18030.encode("路灯.jpg").0.as_ref(), b"\0"].concat();
        let all = wrapped(&[
            (1, 0x8008, b"x"),
            (2, NEW, b"render"),
            (2, TITLE, &title),
            (2, DATA, b"picture"),
            (2, NEW, b"render"),
            (2, DATA, b"second"),
        ]);
        let files = tnef(&all).unwrap();
        assert_eq!(files, [("路灯.jpg".to_owned(), Bytes::from("picture")), (String::new(), Bytes::from("second"))]);
        let cut = tnef(&all.slice(..all.len() - 12)).unwrap();
        assert_eq!(cut.len(), 1, "what stands before the cut counts");
        assert_eq!(tnef(&all.slice(..20)), None);
        assert_eq!(tnef(&Bytes::from("PK")), None);
        assert_eq!(tnef(&wrapped(&[])), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(prop_oneof![Just(0_u8), Just(2), any::<u8>()], 0..80)) {
            let _ = tnef(&Bytes::from([SIGNATURE.as_slice(), &[0, 0], &tail].concat()));
        }
    }
}
