//! A look at what the next poll would take, and at a file that nobody dropped: nothing is made, moved, noted or remembered.

use std::io::{self, Write};
use std::path::PathBuf;

use bytes::Bytes;
use huiliu_contract::{BadFile, Fault, Item, Page, Raw, Reached, Remark, Saved, SavedPage, Unreadable};
use jiff::Timestamp;
use serde_json::json;

use crate::bundle::{self, Desk};
use crate::inbox::{Found, Inbox};
use crate::plan::Plan;
use crate::poll::{PAGE, Place, anothers, away, page, unreadable};
use crate::reading::{self, Read};
use crate::words::{disk, remark};

/// The page that a poll from this place would give.
pub(crate) fn at(inbox: &mut Inbox, plan: &Plan, place: &Place) -> Result<Page, Fault> {
    inbox.is_owned_by(&plan.channel).map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => anothers(),
        _ => away(&why),
    })?;
    if !place.end && !place.file.is_empty() {
        return resumed(inbox, plan, place);
    }
    let taken = inbox.taken().map_err(|why| away(&why))?;
    let complete = match inbox.complete() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Vec::new(),
        found => found.map_err(|why| away(&why))?,
    };
    for found in complete {
        let Some(digest) = inbox.digest(&found).map_err(|why| away(&why))? else { continue };
        // What went through leaves the inbox before the next one is opened.
        let through = place.end && digest == place.digest;
        if taken.contains(&digest) || (through && !place.bad) {
            continue;
        }
        match reading::read(&found.path, &spool(inbox), plan) {
            Ok(read) => return rows(read, plan, &found.name, &digest, 0),
            Err(why) if why.word == "disk" => return Err(Fault::unavailable(why.en, Reached::No)),
            Err(_) if through => {}
            Err(why) => return Ok(refused(&found, digest, &Remark { en: why.en, zh: why.zh })),
        }
    }
    Ok(Page { items: Vec::new(), next: None, more: false, keep: None })
}

/// The rest of a file of which rows are taken already.
fn resumed(inbox: &Inbox, plan: &Plan, place: &Place) -> Result<Page, Fault> {
    let same = match inbox.named(&place.file) {
        Some(found) => {
            let digest = inbox.digest(&found).map_err(|why| away(&why))?;
            (digest.as_ref() == Some(&place.digest)).then_some(found)
        }
        None => None,
    };
    match same.map(|found| reading::read(&found.path, &spool(inbox), plan)) {
        Some(Ok(read)) => rows(read, plan, &place.file, &place.digest, place.at),
        // Gone, changed, or no longer readable by the channel's file: the poll gives it up.
        _ => Ok(page(Vec::new(), &Place { end: true, bad: true, ..place.clone() })),
    }
}

fn rows(mut read: Read, plan: &Plan, name: &str, digest: &str, from: u64) -> Result<Page, Fault> {
    let items = bundle::page(&mut read, plan, name, from, PAGE)
        .map_err(|BadFile(why)| Fault::unavailable(why.en, Reached::No))?;
    let at = from.saturating_add(items.len() as u64);
    let end = at >= read.spool.items();
    Ok(page(items, &Place { file: name.to_owned(), digest: digest.to_owned(), at, end, bad: false }))
}

fn refused(found: &Found, digest: String, why: &Remark) -> Page {
    let item = unreadable(found, &digest, why);
    page(vec![item], &Place { file: found.name.clone(), digest, at: 1, end: true, bad: true })
}

/// Where rows lie while they are read, in a file without a name: beside the inbox, if that was made already.
fn spool(inbox: &Inbox) -> PathBuf {
    let state = inbox.state();
    if state.is_dir() { state } else { std::env::temp_dir() }
}

/// What a place says, for people.
pub(crate) fn spelled(place: &Place) -> Remark {
    let (file, at) = (&place.file, place.at);
    match (place.bad, place.end) {
        (true, _) => remark(
            format!("文件“{file}”不再收,移走后收下一个"),
            format!("file `{file}` is given up, then the next one"),
        ),
        (_, true) => remark(
            format!("文件“{file}”共 {at} 条都已收下,写好结果后移走,再收下一个"),
            format!("all {at} items of file `{file}` are taken; it is answered and moved away, then the next one"),
        ),
        _ => remark(format!("文件“{file}”收到第 {at} 条"), format!("{at} items of file `{file}` are taken")),
    }
}

impl Saved for Desk {
    fn read(&self, name: &str, bytes: &Bytes, _: Timestamp) -> Result<SavedPage, Fault> {
        let trouble = |why: io::Error| Fault::unavailable(disk(&why).en, Reached::No);
        let mut file = tempfile::NamedTempFile::new().map_err(trouble)?;
        file.write_all(bytes).and_then(|()| file.flush()).map_err(trouble)?;
        let mut read = match reading::read(file.path(), &std::env::temp_dir(), &self.plan) {
            Ok(read) => read,
            Err(why) if why.word == "disk" => return Err(Fault::unavailable(why.en, Reached::No)),
            Err(why) => {
                let kept = json!({ "file": name, "bytes": bytes.len() });
                let raw = Raw::new(kept.to_string(), "application/json");
                let reason = remark(
                    format!("整个文件不会收:{}", why.zh),
                    format!("nothing of the file would be taken: {}", why.en),
                );
                let items = vec![Item::Unreadable(Unreadable { raw, reason })];
                return Ok(SavedPage { page: whole(items), remarks: Vec::new() });
            }
        };
        let all = usize::try_from(read.spool.items()).unwrap_or(usize::MAX);
        let items = bundle::page(&mut read, &self.plan, name, 0, all)
            .map_err(|BadFile(why)| Fault::unavailable(why.en, Reached::No))?;
        Ok(SavedPage { page: whole(items), remarks: read.remarks })
    }
}

/// All items of a file at once: it has no place to go on from.
fn whole(items: Vec<Item>) -> Page {
    Page { items, next: None, more: false, keep: None }
}
