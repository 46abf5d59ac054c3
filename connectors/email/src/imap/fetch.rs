//! Letters out of an open folder, in the order of their UIDs: many small ones with one command, large ones in pieces, and what
//! does not come right one by one. What came is always held against what was asked for.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;

use super::asking::{self, Head, PIECE};
use super::line::Line;
use super::single::{self, Half};
use super::trouble::{Trouble, What};
use super::uids::Uids;

/// The letters of one command weigh so much together at most, in bytes.
const LOAD: u64 = 8 << 20;

/// What became of one UID.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Came {
    /// A letter, or its beginning: then `whole_size` says how large all of it is.
    Letter { raw: Bytes, date: Option<Timestamp>, whole_size: Option<u64> },
    /// Somebody moved or deleted it meanwhile.
    Gone,
    /// It cannot be had: what came of it, and why, in English and Chinese.
    Bad { raw: Bytes, why: Why },
}

/// Why a letter cannot be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// The server refuses to give it out.
    Refused,
    /// The server has it and gives nothing.
    Nothing,
    /// What the server says of it cannot be read.
    Unreadable,
    /// The connection ends whenever it is asked for.
    Cut,
}

/// What is remembered of letters that did not come right, as long as the process lives.
#[derive(Default, Debug)]
pub(super) struct Memory {
    /// How often a letter failed.
    pub(super) tries: BTreeMap<u32, u8>,
    /// Letters that are asked for one by one.
    pub(super) careful: BTreeSet<u32>,
    /// A letter that broke off in the middle.
    pub(super) half: Option<Half>,
}

impl Memory {
    /// How much of a letter that broke off is here.
    pub(super) fn half_of(&self, uid: u32) -> usize {
        self.half.as_ref().filter(|half| half.uid == uid).map_or(0, |half| half.bytes.len())
    }

    /// One more failure of a letter; how many there were.
    pub(super) fn failed(&mut self, uid: u32) -> u8 {
        self.careful.insert(uid);
        let tries = self.tries.entry(uid).or_default();
        *tries = tries.saturating_add(1);
        *tries
    }

    /// A letter is settled.
    pub(super) fn settled(&mut self, uid: u32) {
        self.tries.remove(&uid);
        self.careful.remove(&uid);
        self.half = self.half.take().filter(|half| half.uid != uid);
    }
}

/// Bounds of one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// At most so many letters.
    pub(super) letters: usize,
    /// They weigh so much at most, in bytes; the first one may weigh more.
    pub(super) weight: u64,
    /// The largest letter that is taken whole.
    pub(super) largest: u64,
    /// No further letter is begun behind this.
    pub(super) until: Instant,
}

/// What came of a folder.
#[derive(Debug, Default)]
pub(super) struct Caught {
    /// The first of those asked for, without a gap.
    pub(super) came: Vec<(u32, Came)>,
    /// What they weigh.
    pub(super) weight: u64,
    /// What ended it early, if something did.
    pub(super) trouble: Option<Trouble>,
}

impl Caught {
    fn add(&mut self, memory: &mut Memory, uid: u32, came: Came) {
        memory.settled(uid);
        if let Came::Letter { raw, .. } | Came::Bad { raw, .. } = &came {
            self.weight = self.weight.saturating_add(raw.len() as u64);
        }
        self.came.push((uid, came));
    }
}

/// Fetches the first of these letters, as many as a page has room for. The connection goes on unless there is a trouble that
/// ends it.
pub(super) async fn fetch(line: &mut Line, uids: &[u32], memory: &mut Memory, bounds: Bounds) -> Caught {
    let mut caught = Caught::default();
    let wanted = uids.get(..bounds.letters.min(uids.len())).unwrap_or_default();
    let heads = match sized(line, wanted, memory).await {
        Ok(heads) => heads,
        Err(trouble) => return Caught { trouble: Some(trouble), ..caught },
    };
    let mut rest = wanted;
    // What came behind a gap, until the gap is settled.
    let mut spare = BTreeMap::new();
    while let Some((uid, behind)) = rest.split_first() {
        let room = bounds.weight.saturating_sub(caught.weight);
        if (!caught.came.is_empty() && room == 0) || Instant::now() >= bounds.until {
            break;
        }
        if let Some(came) = spare.remove(uid) {
            caught.add(memory, *uid, came);
            rest = behind;
            continue;
        }
        let load = load(rest, &heads, memory, room);
        if !load.is_empty() {
            let (came, ended) = Box::pin(together(line, &load, memory)).await;
            spare.extend(came);
            if let Err(trouble) = ended {
                let whole = rest.iter().map_while(|uid| Some((*uid, spare.remove(uid)?)));
                whole.for_each(|(uid, came)| caught.add(memory, uid, came));
                return Caught { trouble: Some(trouble), ..caught };
            }
            continue;
        }
        let head = heads.get(uid).copied();
        let size = head.and_then(|head| head.size).unwrap_or(0).min(bounds.largest);
        if !caught.came.is_empty() && size > room {
            break;
        }
        let one = Box::pin(single::one(line, *uid, head, memory, bounds)).await;
        let settled = one.came.is_some();
        if let Some(came) = one.came {
            caught.add(memory, *uid, came);
            rest = behind;
        }
        if !settled || one.trouble.is_some() {
            return Caught { trouble: one.trouble, ..caught };
        }
    }
    caught
}

/// The heads of all; where one of them cannot be read, only of those that can be had one by one.
async fn sized(line: &mut Line, uids: &[u32], memory: &mut Memory) -> Result<BTreeMap<u32, Head>, Trouble> {
    let plain: Uids = uids.iter().copied().filter(|uid| !memory.careful.contains(uid)).collect();
    let mut heads = BTreeMap::new();
    if !plain.is_empty() {
        match asking::heads(line, &plain).await {
            Ok(found) => heads.extend(found),
            Err(trouble) => {
                if matches!(trouble.what, What::Odd | What::Refused) {
                    memory.careful.extend(plain.iter());
                }
                if !trouble.leaves_the_line() {
                    return Err(trouble);
                }
            }
        }
    }
    Ok(heads)
}

/// The first letters that are asked for together.
fn load(uids: &[u32], heads: &BTreeMap<u32, Head>, memory: &Memory, room: u64) -> Vec<(u32, Head)> {
    let (mut load, mut weight) = (Vec::new(), 0);
    for uid in uids {
        let Some(head) = heads.get(uid).filter(|_| !memory.careful.contains(uid)) else { break };
        let Some(size) = head.size.filter(|size| *size <= PIECE) else { break };
        weight += size;
        if weight > LOAD || (weight > room && !load.is_empty()) {
            break;
        }
        load.push((*uid, *head));
    }
    load
}

/// Fetches many at once: those that came whole, and what ended the connection.
async fn together(
    line: &mut Line,
    load: &[(u32, Head)],
    memory: &mut Memory,
) -> (Vec<(u32, Came)>, Result<(), Trouble>) {
    let uids: Uids = load.iter().map(|(uid, _)| *uid).collect();
    let weight = load.iter().filter_map(|(_, head)| head.size).sum();
    let (found, ended) = asking::bodies(line, &uids, weight).await;
    let mut found: BTreeMap<u32, Bytes> = found.into_iter().collect();
    let (mut came, mut missing) = (Vec::new(), Vec::new());
    for (uid, head) in load {
        // Short is not whole. Longer than announced is: some servers miscount.
        match found.remove(uid).filter(|raw| head.size.is_none_or(|size| raw.len() as u64 >= size)) {
            Some(raw) => came.push((*uid, Came::Letter { raw, date: head.date, whole_size: None })),
            None => missing.push(*uid),
        }
    }
    // Where the connection was cut, the first one that is missing may be why; else each of them is asked for by itself.
    let cut = ended.as_ref().is_err_and(|trouble| trouble.what == What::Lost);
    memory.careful.extend(missing.into_iter().take(if cut { 1 } else { usize::MAX }));
    (came, ended.or_else(|trouble| if trouble.leaves_the_line() { Ok(()) } else { Err(trouble) }))
}
