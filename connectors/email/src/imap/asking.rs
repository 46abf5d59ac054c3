//! The questions that are asked of an open folder: which letters it has, how large they are, and their bytes. Never anything
//! that marks a letter as read, nor what the server would have to take a letter apart for.

use std::time::Duration;

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;

use super::line::{Cost, Line};
use super::trouble::{Trouble, What};
use super::uids::Uids;

/// How much of a letter one command asks for, in bytes.
pub(super) const PIECE: u64 = 1 << 20;
/// A server is given a second more for so many bytes.
const PACE: u64 = 64 * 1024;
/// What an answer may have beside the bytes of letters.
const FRAME: u64 = 256 * 1024;
/// So much of an answer about one letter is remembered, for the case that it cannot be read.
pub(super) const REMEMBERED: usize = 256 * 1024;

/// What a letter is before its bytes are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    /// Its size, as the server counts it.
    pub(super) size: Option<u64>,
    /// When the server got it (INTERNALDATE).
    pub(super) date: Option<Timestamp>,
}

/// One piece of a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Its bytes; none behind the end.
    Bytes(Bytes),
    /// The server has the letter and gives nothing (NIL).
    Nil,
    /// The answer does not speak of this letter.
    Missing,
}

/// The UIDs above one, in ascending order. Servers give the last letter even if nothing is above (RFC 3501, 6.4.8).
pub(super) async fn above(line: &mut Line, settled: u32) -> Result<Vec<u32>, Trouble> {
    let Some(from) = settled.checked_add(1) else { return Ok(Vec::new()) };
    let mut found = search(line, &format!("UID {from}:*")).await?;
    found.retain(|uid| *uid > settled);
    Ok(found)
}

/// The highest UID that a letter has; nought for an empty folder. What the server says of the next one is not asked: not every
/// server says it.
pub(super) async fn highest(line: &mut Line) -> Result<u32, Trouble> {
    Ok(search(line, "UID 1:*").await?.last().copied().unwrap_or(0))
}

/// The lowest UID of a letter that the server got on this day or later.
pub(super) async fn lowest_since(line: &mut Line, day: Date) -> Result<Option<u32>, Trouble> {
    Ok(search(line, &format!("SINCE {}", written(day))).await?.first().copied())
}

/// Which of these the server got before this day, and are not marked as deleted.
pub(super) async fn before(line: &mut Line, uids: &Uids, day: Date) -> Result<Vec<u32>, Trouble> {
    search(line, &format!("UID {uids} UNDELETED BEFORE {}", written(day))).await
}

/// Which of these are there still, and not marked as deleted.
pub(super) async fn undeleted(line: &mut Line, uids: &Uids) -> Result<Vec<u32>, Trouble> {
    search(line, &format!("UID {uids} UNDELETED")).await
}

/// Whether a letter is there still.
pub(super) async fn is_there(line: &mut Line, uid: u32) -> Result<bool, Trouble> {
    Ok(search(line, &format!("UID {uid}")).await?.contains(&uid))
}

fn written(day: Date) -> String {
    day.strftime("%-d-%b-%Y").to_string()
}

async fn search(line: &mut Line, what: &str) -> Result<Vec<u32>, Trouble> {
    let mut found = Vec::new();
    let cost = line.plain();
    let command = format!("UID SEARCH {what}");
    let asked = line.run(&command, cost, |answer| {
        if let Response::MailboxData(MailboxDatum::Search(some)) = answer {
            found.extend_from_slice(some);
        }
    });
    asked.await.map_err(|trouble| trouble.while_("looking for letters"))?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Size and time of letters; those that are gone are not among them.
pub(super) async fn heads(line: &mut Line, uids: &Uids) -> Result<Vec<(u32, Head)>, Trouble> {
    let mut found = Vec::new();
    let cost = Cost { keep: 4096, ..line.plain() };
    let command = format!("UID FETCH {uids} (UID RFC822.SIZE INTERNALDATE)");
    let asked = line.run(&command, cost, |answer| {
        let Some((Some(uid), parts)) = fetched(answer) else { return };
        let mut head = Head { size: None, date: None };
        for part in parts {
            match part {
                AttributeValue::Rfc822Size(size) => head.size = Some(u64::from(*size)),
                AttributeValue::InternalDate(text) => head.date = moment(text),
                _ => {}
            }
        }
        // What the server says by itself of a letter has its flags only.
        if head.size.is_some() || head.date.is_some() {
            found.push((uid, head));
        }
    });
    asked.await.map_err(|trouble| trouble.while_("asking for the sizes of letters"))?;
    Ok(found)
}

/// Whole letters of `weight` bytes together. What came is given even where the answer broke off, with the trouble.
pub(super) async fn bodies(line: &mut Line, uids: &Uids, weight: u64) -> (Vec<(u32, Bytes)>, Result<(), Trouble>) {
    let cost = Cost {
        within: line.within + Duration::from_secs(weight / PACE),
        all: weight.saturating_mul(2).saturating_add(FRAME),
        literal: PIECE.saturating_mul(2),
        keep: 0,
    };
    let mut found = Vec::new();
    let command = format!("UID FETCH {uids} (UID BODY.PEEK[])");
    let asked = line.run(&command, cost, |answer| {
        let Some((Some(uid), parts)) = fetched(answer) else { return };
        for part in parts {
            if let AttributeValue::BodySection { section: None, data: Some(data), index: None } = part {
                found.push((uid, Bytes::copy_from_slice(data)));
            }
        }
    });
    let ended = asked.await.map(|_| ()).map_err(|trouble| trouble.while_("fetching letters"));
    (found, ended)
}

/// A piece of one letter: `want` bytes from `from` on.
pub(super) async fn piece(line: &mut Line, uid: u32, from: u64, want: u64) -> Result<Piece, Trouble> {
    let cost = Cost {
        within: line.within,
        all: want.saturating_add(FRAME),
        // A server may count from another place, never by much.
        literal: want.saturating_add(4096),
        keep: REMEMBERED,
    };
    let mut found = Piece::Missing;
    let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{from}.{want}>)");
    let asked = line.run(&command, cost, |answer| {
        // Asked for one letter, some servers leave its UID out.
        let Some((of, parts)) = fetched(answer) else { return };
        if of.is_some_and(|of| of != uid) {
            return;
        }
        for part in parts {
            match part {
                AttributeValue::BodySection { section: None, data: Some(data), .. } => {
                    found = Piece::Bytes(Bytes::copy_from_slice(data));
                }
                AttributeValue::BodySection { section: None, data: None, .. } if found == Piece::Missing => {
                    found = Piece::Nil;
                }
                _ => {}
            }
        }
    });
    asked.await.map_err(|trouble| trouble.while_("fetching a letter"))?;
    match found {
        Piece::Bytes(bytes) if bytes.len() as u64 > want => {
            Err(Trouble::new(What::Refused, "the server gave more of a letter than was asked for"))
        }
        found => Ok(found),
    }
}

fn fetched<'a>(answer: &'a Response<'a>) -> Option<(Option<u32>, &'a [AttributeValue<'a>])> {
    let Response::Fetch(_, parts) = answer else { return None };
    let uid = parts.iter().find_map(|part| match part {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    });
    Some((uid, parts))
}

/// `17-Jul-1996 02:44:25 -0700` (RFC 3501, `date-time`); its day may have a space in front.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_servers_write_them() {
        let known: Timestamp = "1996-07-17T09:44:25Z".parse().unwrap();
        assert_eq!(moment("17-Jul-1996 02:44:25 -0700"), Some(known));
        assert_eq!(moment(" 1-Nov-2026 08:00:00 +0800"), Some("2026-11-01T00:00:00Z".parse().unwrap()));
        assert_eq!(moment("yesterday"), None);
        assert_eq!(written(jiff::civil::date(2026, 11, 1)), "1-Nov-2026");
    }
}
