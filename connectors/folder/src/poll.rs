//! The asking half: one page of rows of one file a call, and the after-care of files whose rows are all committed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use huiliu_contract::{BadFile, Cursor, Fault, Item, Keepsake, Page, Poll, Raw, Reached, Remark, Told, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::aside::aside;
use crate::inbox::{Found, Inbox};
use crate::plan::Plan;
use crate::reading::{self, Read};
use crate::words::remark;
use crate::{answer, bundle, look, told};

/// Rows of a page.
pub(crate) const PAGE: usize = 200;
/// A file that cannot be read may still be on its way over a slow line: it is refused only when it has not changed for so
/// many times the settling time.
const PATIENCE: u32 = 12;

/// Where a channel was left: which file, and how many of its rows were handed out.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) digest: String,
    pub(crate) at: u64,
    /// Nothing more of it comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) end: bool,
    /// It could not be read at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) bad: bool,
}

impl Place {
    /// Reads a stored cursor.
    fn read(after: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(Cursor(text)) = after else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|_| {
            Fault::malformed("the stored cursor is not one of kind `folder`; reset the channel's cursor to begin anew")
        })
    }
}

/// A watched folder.
pub(crate) struct Watch(Arc<Mutex<Keeper>>);

impl Watch {
    pub(crate) fn new(inbox: Inbox, plan: Arc<Plan>) -> Self {
        Self(Arc::new(Mutex::new(Keeper { inbox, plan, open: None, cared: None })))
    }

    /// Reads and writes beside the tasks that wait for others; one call at a time.
    async fn aside<T: Send + 'static>(&self, work: impl FnOnce(&mut Keeper) -> T + Send + 'static) -> Result<T, Fault> {
        let keeper = Arc::clone(&self.0);
        aside(move || work(&mut keeper.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .ok_or_else(|| Fault::malformed("reading a file broke off by a fault of ours"))
    }
}

#[async_trait]
impl Poll for Watch {
    async fn poll(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        self.aside(move |keeper| keeper.step(&place)).await?
    }

    async fn preview(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        self.aside(move |keeper| look::at(&mut keeper.inbox, &keeper.plan, &place)).await?
    }

    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        Place::read(Some(cursor)).ok().map(|place| look::spelled(&place))
    }

    async fn told(&self, next: Option<&Cursor>, told: &[Told]) {
        let place = next.and_then(|Cursor(text)| serde_json::from_str::<Place>(text).ok());
        let Some(place) = place.filter(|place| !place.bad && !told.is_empty()) else { return };
        let told = told.to_vec();
        let noted = self.aside(move |keeper| keeper.note(&place, &told)).await;
        let error = match noted {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(fault) => fault.to_string(),
        };
        tracing::warn!(error, "what became of rows could not be noted; the answer says so");
    }
}

/// The folder, and the file that is being taken.
struct Keeper {
    inbox: Inbox,
    plan: Arc<Plan>,
    open: Option<Open>,
    /// The digest of the file whose after-care was done last.
    cared: Option<String>,
}

struct Open {
    name: String,
    digest: String,
    what: Result<Read, Remark>,
}

impl Keeper {
    fn step(&mut self, place: &Place) -> Result<Page, Fault> {
        self.inbox.prepare(&self.plan.channel).map_err(|why| match why.kind() {
            io::ErrorKind::AlreadyExists => anothers(),
            _ => away(&why),
        })?;
        if place.end {
            self.care(place);
        } else if !place.file.is_empty() {
            match self.resume(place)? {
                true => return self.page(place.at),
                false => return Ok(self.gone(place)),
            }
        }
        self.next()
    }

    /// Has the file open that a cursor names; false if it is there no more.
    fn resume(&mut self, place: &Place) -> Result<bool, Fault> {
        if self.open.as_ref().is_some_and(|open| open.digest == place.digest) {
            return Ok(true);
        }
        let Some(found) = self.inbox.named(&place.file) else { return Ok(false) };
        match self.inbox.digest(&found).map_err(|why| away(&why))? {
            Some(digest) if digest == place.digest => {}
            _ => return Ok(false),
        }
        let what = reading::read(&found.path, &self.inbox.state(), &self.plan);
        let what = what.map_err(|why| Remark { en: why.en, zh: why.zh });
        let readable = what.is_ok();
        self.cared = None;
        self.open = Some(Open { name: place.file.clone(), digest: place.digest.clone(), what });
        Ok(readable)
    }

    /// The page from a place on, of the file that is open.
    fn page(&mut self, from: u64) -> Result<Page, Fault> {
        let Some(Open { name, digest, what: Ok(read) }) = &mut self.open else {
            return Err(Fault::malformed("no file is open"));
        };
        let items = bundle::page(read, &self.plan, name, from, PAGE)
            .map_err(|BadFile(why)| Fault::unavailable(why.en, Reached::No))?;
        let at = from.saturating_add(items.len() as u64);
        let end = at >= read.spool.items();
        let next = Place { file: name.clone(), digest: digest.clone(), at, end, bad: false };
        Ok(page(items, &next))
    }

    /// A file that vanished, or became another one, before all its rows were taken.
    fn gone(&mut self, place: &Place) -> Page {
        tracing::warn!(channel = self.plan.channel, taken = place.at, "a file vanished before all its rows were taken");
        let taken = place.at;
        let why = remark(
            format!(
                "收到一半,文件不见了或被改过:前 {taken} 条已经收下,后面的没有收;请把原来的文件重新放进来(收过的不会重复)"
            ),
            format!(
                "the file vanished or was changed half-way: its first {taken} items are taken, the rest is not; put it there again (nothing is taken twice)"
            ),
        );
        self.report(answer::whole(&[&why], &self.inbox.free_answer(&place.file)));
        self.open = None;
        // Nothing is owed to it any more.
        page(Vec::new(), &Place { end: true, bad: true, ..place.clone() })
    }

    /// Opens the next complete file.
    fn next(&mut self) -> Result<Page, Fault> {
        for found in self.inbox.complete().map_err(|why| away(&why))? {
            let Some(digest) = self.inbox.digest(&found).map_err(|why| away(&why))? else { continue };
            if self.inbox.knows(&digest) {
                let answer = self.inbox.free_answer(&found.name);
                let done = self.inbox.dispose(&found, &digest);
                let done = done.and_then(|()| answer::whole(&[&told::nothing_new()], &answer));
                self.report(done);
                continue;
            }
            let what = reading::read(&found.path, &self.inbox.state(), &self.plan);
            if !self.inbox.is_still(&found) {
                continue;
            }
            let what = match what {
                Ok(read) => Ok(read),
                Err(why) if why.word == "disk" => return Err(Fault::unavailable(why.en, Reached::No)),
                Err(_) if found.still < self.inbox.settle * PATIENCE => continue,
                Err(why) => Err(Remark { en: why.en, zh: why.zh }),
            };
            self.cared = None;
            let refused = what.as_ref().err().map(|why| unreadable(&found, &digest, why));
            self.open = Some(Open { name: found.name.clone(), digest: digest.clone(), what });
            return match refused {
                Some(item) => {
                    let next = Place { file: found.name, digest, at: 1, end: true, bad: true };
                    Ok(page(vec![item], &next))
                }
                None => self.page(0),
            };
        }
        Ok(Page { items: Vec::new(), next: None, more: false, keep: None })
    }

    /// All rows of this file are committed: the answer is written, and it leaves the inbox. Failing is reported; nothing
    /// is taken in twice by it.
    fn care(&mut self, place: &Place) {
        if self.cared.as_ref() == Some(&place.digest) {
            return;
        }
        let done = self.try_care(place);
        self.report(done);
        self.cared = Some(place.digest.clone());
        self.open = None;
    }

    fn try_care(&mut self, place: &Place) -> io::Result<()> {
        if self.inbox.knows(&place.digest) {
            return Ok(());
        }
        let found = self.inbox.named(&place.file);
        let found = match found {
            Some(found) if self.inbox.digest(&found)?.as_ref() == Some(&place.digest) => Some(found),
            _ => None,
        };
        // After a restart the file is read again, for its answer.
        let mut what = match self.open.take().filter(|open| open.digest == place.digest) {
            Some(open) => Some(open.what),
            None => found.as_ref().map(|found| {
                reading::read(&found.path, &self.inbox.state(), &self.plan)
                    .map_err(|why| Remark { en: why.en, zh: why.zh })
            }),
        };
        if place.bad && matches!(what, Some(Ok(_))) {
            // Put there again, and readable by the channel's file as it is now: it is the next one.
            return Ok(());
        }
        let answer = self.inbox.answer(&place.file);
        match &mut what {
            Some(Ok(read)) if !place.bad => {
                let notes = match File::open(self.inbox.notes(&place.digest)) {
                    Ok(file) => Some(BufReader::new(file)),
                    Err(why) if why.kind() == io::ErrorKind::NotFound => None,
                    Err(why) => return Err(why),
                };
                answer::rows(read, notes, &self.plan, &place.file, &answer)?;
            }
            Some(Err(why)) if place.bad => {
                let whole = remark(
                    format!("整个文件没有收,已移到 refused 文件夹:{}", why.zh),
                    format!("nothing of this file was taken, it lies in the folder `refused`: {}", why.en),
                );
                answer::whole(&[&whole], &self.inbox.free_answer(&place.file))?;
            }
            _ => {}
        }
        let gone = match &found {
            Some(found) if place.bad => self.inbox.refuse(found, &place.digest),
            Some(found) => self.inbox.dispose(found, &place.digest),
            None => Ok(()),
        };
        if !place.bad {
            self.inbox.remember(&place.digest)?;
            match fs::remove_file(self.inbox.notes(&place.digest)) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                _ => {}
            }
        }
        gone?;
        self.inbox.prune()
    }

    fn note(&mut self, place: &Place, told: &[Told]) -> io::Result<()> {
        let from = place.at.saturating_sub(told.len() as u64);
        let file = OpenOptions::new().create(true).append(true).open(self.inbox.notes(&place.digest))?;
        told::note(&mut BufWriter::new(file), from, told)
    }

    fn report(&self, done: io::Result<()>) {
        if let Err(error) = done {
            let error = error.kind().to_string();
            tracing::warn!(channel = self.plan.channel, error, "an answer was not written, or a file not moved away");
        }
    }
}

/// A page of one file; after it there may be after-care to do, or another file.
pub(crate) fn page(items: Vec<Item>, next: &Place) -> Page {
    // Texts and numbers: writing them cannot fail.
    let next = Cursor(serde_json::to_string(next).unwrap_or_default());
    Page { items, next: Some(next), more: true, keep: None }
}

/// A file as a whole that waits for a person.
pub(crate) fn unreadable(found: &Found, digest: &str, why: &Remark) -> Item {
    let kept = json!({ "file": found.name, "sha256": digest, "bytes": found.size });
    let raw = Raw::new(kept.to_string(), "application/json");
    Item::Unreadable(Unreadable {
        raw,
        reason: remark(format!("整个文件没有收:{}", why.zh), format!("nothing of the file was taken: {}", why.en)),
    })
}

/// The inbox is not ours.
pub(crate) fn anothers() -> Fault {
    Fault::malformed(
        "the inbox is another channel's; give each channel a folder of its own, or delete `.huiliu/channel` in it",
    )
}

pub(crate) fn away(why: &io::Error) -> Fault {
    Fault::unavailable(
        format!("the inbox cannot be read or written ({}); look at free space and permissions", why.kind()),
        Reached::No,
    )
}
