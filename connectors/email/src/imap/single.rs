//! One letter by itself: in pieces, so that no size that is told need be believed, and so often as is sensible. A letter that
//! cannot be had holds up no other.

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::asking::{self, Head, PIECE, Piece};
use super::fetch::{Bounds, Came, Memory, Why};
use super::line::Line;
use super::trouble::{Trouble, What};
use super::uids::Uids;

/// So much is taken of a letter that is too large, in bytes.
pub(super) const BEGINNING: u64 = 256 * 1024;
/// How often a letter is asked for that the server refuses, or gives nothing of.
const REFUSALS: u8 = 3;
/// How often one is asked for whose answer cannot be read: each time costs a login.
const UNREADABLE: u8 = 2;
/// How often a connection may end over the same letter.
const CUTS: u8 = 5;

/// A letter that broke off in the middle: what came of it is not asked for again.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) uid: u32,
    pub(super) bytes: BytesMut,
}

/// What asking for all pieces came to.
enum All {
    Whole(Bytes),
    /// Its beginning, and how large it is at least.
    Beginning(Bytes, u64),
    Nothing(Piece),
    /// The time is over; what came is kept for the next call.
    Later,
}

/// What asking for one letter came to.
pub(super) struct One {
    /// The letter; none where the time was over before it was whole, or where it is to be tried again.
    pub(super) came: Option<Came>,
    /// What ended the connection, if something did. A letter may be given up on and the connection be gone all the same.
    pub(super) trouble: Option<Trouble>,
}

/// Fetches one letter. Each failure of it is counted; the last one is its end.
pub(super) async fn one(line: &mut Line, uid: u32, head: Option<Head>, memory: &mut Memory, bounds: Bounds) -> One {
    loop {
        let before = memory.half_of(uid);
        let trouble = match Box::pin(attempt(line, uid, head, memory, bounds)).await {
            Ok(came) => return One { came, trouble: None },
            Err(trouble) => trouble,
        };
        if trouble.what != What::Lost {
            memory.half = None;
        }
        if memory.half_of(uid) > before {
            // Piece by piece it comes all the same.
            memory.careful.insert(uid);
            return One { came: None, trouble: Some(trouble) };
        }
        let tries = memory.failed(uid);
        let (most, why) = match trouble.what {
            What::Odd => (UNREADABLE, Why::Unreadable),
            What::Refused if trouble.message() == NOTHING => (REFUSALS, Why::Nothing),
            What::Refused => (REFUSALS, Why::Refused),
            _ => (CUTS, Why::Cut),
        };
        let ended = !trouble.leaves_the_line();
        if tries < most && !ended {
            continue;
        }
        let raw = if why == Why::Unreadable { Bytes::from(line.heard()) } else { Bytes::new() };
        let came = (tries >= most).then_some(Came::Bad { raw, why });
        return One { came, trouble: Some(trouble).filter(|_| ended) };
    }
}

const NOTHING: &str = "the server has a letter and gives nothing of it";

async fn attempt(
    line: &mut Line,
    uid: u32,
    head: Option<Head>,
    memory: &mut Memory,
    bounds: Bounds,
) -> Result<Option<Came>, Trouble> {
    let head = match head {
        Some(head) => head,
        None => match asking::heads(line, &Uids::from_iter([uid])).await?.into_iter().find(|(of, _)| *of == uid) {
            Some((_, head)) => head,
            None if asking::is_there(line, uid).await? => Head { size: None, date: None },
            None => return Ok(Some(Came::Gone)),
        },
    };
    let letter = |raw, whole_size| Came::Letter { raw, date: head.date, whole_size };
    let mut before = None;
    loop {
        match pieces(line, uid, head.size, memory, bounds).await? {
            All::Later => return Ok(None),
            All::Beginning(raw, size) => return Ok(Some(letter(raw, Some(size)))),
            All::Whole(raw) => {
                // Short is asked for again; short by the same twice is what the server has, and it miscounts.
                let short = head.size.is_some_and(|size| (raw.len() as u64) < size);
                if !short || before == Some(raw.len()) {
                    return Ok(Some(letter(raw, None)));
                }
                before = Some(raw.len());
            }
            All::Nothing(Piece::Missing) if !asking::is_there(line, uid).await? => return Ok(Some(Came::Gone)),
            All::Nothing(_) => return Err(Trouble::new(What::Refused, NOTHING)),
        }
    }
}

async fn pieces(
    line: &mut Line,
    uid: u32,
    size: Option<u64>,
    memory: &mut Memory,
    bounds: Bounds,
) -> Result<All, Trouble> {
    if let Some(size) = size.filter(|size| *size > bounds.largest) {
        return Ok(match asking::piece(line, uid, 0, BEGINNING).await? {
            Piece::Bytes(raw) => All::Beginning(raw, size),
            nothing => All::Nothing(nothing),
        });
    }
    let kept = memory.half.take().filter(|half| half.uid == uid).map(|half| half.bytes);
    // What is told is within bounds here; set aside at once it need not be copied as it grows.
    let room = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    let mut half = Half { uid, bytes: kept.unwrap_or_else(|| BytesMut::with_capacity(room)) };
    loop {
        let from = half.bytes.len() as u64;
        if from > bounds.largest {
            let beginning = usize::try_from(BEGINNING).unwrap_or(usize::MAX).min(half.bytes.len());
            let whole = size.unwrap_or(0).max(from);
            return Ok(All::Beginning(half.bytes.split_to(beginning).freeze(), whole));
        }
        if from > 0 && Instant::now() >= bounds.until {
            memory.half = Some(half);
            return Ok(All::Later);
        }
        match asking::piece(line, uid, from, PIECE).await {
            Ok(Piece::Bytes(bytes)) => {
                half.bytes.extend_from_slice(&bytes);
                // A short piece is the last one, unless more was announced: then the server says itself where the end is.
                let announced = size.is_some_and(|size| (half.bytes.len() as u64) < size);
                if bytes.is_empty() || ((bytes.len() as u64) < PIECE && !announced) {
                    return Ok(All::Whole(half.bytes.freeze()));
                }
            }
            // Behind the end some servers have nothing rather than no bytes.
            Ok(Piece::Nil) if from > 0 && size.is_none_or(|size| from >= size) => {
                return Ok(All::Whole(half.bytes.freeze()));
            }
            Ok(nothing) => return Ok(All::Nothing(nothing)),
            Err(trouble) => {
                memory.half = Some(half).filter(|half| !half.bytes.is_empty());
                return Err(trouble);
            }
        }
    }
}
