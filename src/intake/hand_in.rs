//! A file that somebody hands in: taken apart page by page, each page taken in as a poll's is, and answered with what
//! became of each item. Nothing of it is held in memory but one page and the first rows of the report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiliu_contract::{BadFile, Bundle, Item, Remark, Told, What};

use super::look::judged;
use super::{How, Intake};
use crate::channel::Channel;
use crate::store::{self, NotAccepted};

/// So many items are taken in one transaction at most.
pub(super) const PAGE: usize = 200;

/// So many rows are reported at most, and behind them as many that wait for a person; the answer file has all.
pub const SHOWN: usize = 1000;

/// A file to hand in.
#[derive(Clone, Debug)]
pub struct Handing {
    /// What people call it.
    pub name: String,
    /// Where its bytes lie; they do not change meanwhile.
    pub path: PathBuf,
    /// Where the answer is written; what lies there is never overwritten.
    pub answer: Option<PathBuf>,
    /// Only say what would become of each item.
    pub dry: bool,
}

/// What became of one item.
#[derive(Clone, PartialEq, Debug)]
pub struct HandedRow {
    /// Its place among the file's items, from 1.
    pub place: u64,
    /// [`What::word`], or `unreadable`; of a dry run also `known`: the number is known, it is a repeat or a revision.
    pub state: &'static str,
    /// The source's number; none for what cannot be read.
    pub external_id: Option<String>,
    /// The spoken ticket number (汇流编号), where there is a ticket.
    pub ticket: Option<String>,
    /// Why it waits for a person.
    pub why: Option<Remark>,
}

impl HandedRow {
    pub(super) fn of(place: u64, told: &Told) -> Self {
        let Told { taken, why } = told;
        let state = match taken.what {
            _ if taken.external_id.is_none() => "unreadable",
            // Told again, it is still what could not be mapped before.
            What::Repeat if taken.ticket.is_none() && why.is_some() => What::Unmapped.word(),
            what => what.word(),
        };
        let external_id = taken.external_id.as_ref().map(ToString::to_string);
        Self { place, state, external_id, ticket: taken.ticket.clone(), why: why.clone() }
    }

    /// Whether a person has to look at it.
    pub fn waits(&self) -> bool {
        matches!(self.state, "unmapped" | "held" | "unreadable")
    }
}

/// What became of a file.
#[derive(Debug, Default)]
pub struct HandedIn {
    /// How many items became what.
    pub counts: BTreeMap<&'static str, u64>,
    /// What became of each, in their order, as far as they are shown.
    pub rows: Vec<HandedRow>,
    /// How many items are not among the rows.
    pub left_out: u64,
    /// What people should know of the file as a whole.
    pub remarks: Vec<Remark>,
    /// Why not all of it was taken; what was counted stands.
    pub stopped: Option<Remark>,
    /// Whether it was our store that stopped it.
    pub ours: bool,
    /// Where the answer lies, or why it does not.
    pub answer: Option<Result<PathBuf, Remark>>,
}

impl HandedIn {
    /// How many items there were.
    pub fn items(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Whether nothing waits for a person and nothing was left.
    pub fn is_clean(&self) -> bool {
        let waits = ["unmapped", "held", "unreadable"].into_iter().any(|state| self.counts.contains_key(state));
        !waits && self.stopped.is_none() && !matches!(self.answer, Some(Err(_)))
    }

    pub(super) fn add(&mut self, row: HandedRow) {
        *self.counts.entry(row.state).or_default() += 1;
        let room = if row.waits() { 2 * SHOWN } else { SHOWN };
        if self.rows.len() < room {
            self.rows.push(row);
        } else {
            self.left_out += 1;
        }
    }
}

/// Why a file was not even begun.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The channel's kind takes no files.
    #[error("the channel takes no files")]
    TakesNone,
    /// Nothing in it can be read.
    #[error(transparent)]
    Bad(#[from] BadFile),
    /// Something lies already where the answer is to be written.
    #[error("there is a file {}", .0.display())]
    AnswerThere(PathBuf),
}

impl Intake {
    /// Takes a file in, on a thread where reading it holds up nobody. It goes on when the caller goes away.
    ///
    /// # Errors
    ///
    /// If it was not even begun; what stopped it later stands in the report.
    pub async fn hand_in(&self, channel: Arc<Channel>, handing: Handing) -> Result<HandedIn, NotOpened> {
        let (intake, runtime) = (self.clone(), tokio::runtime::Handle::current());
        let work = move || runtime.block_on(intake.hand_in_here(&channel, handing));
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a file that was handed in broke its connector");
                let en = "the file broke the program that reads it; what was taken before stands, see the log";
                let zh = "读这个文件时程序出错;之前收下的有效,详见日志";
                Err(BadFile(Remark { en: en.into(), zh: zh.into() }).into())
            }
        }
    }

    async fn hand_in_here(&self, channel: &Channel, handing: Handing) -> Result<HandedIn, NotOpened> {
        let hand_in = channel.connector.hand_in.as_ref().ok_or(NotOpened::TakesNone)?;
        if let Some(there) = handing.answer.as_ref().filter(|at| at.symlink_metadata().is_ok()) {
            return Err(NotOpened::AnswerThere(there.clone()));
        }
        let mut bundle = hand_in.open(&handing.name, &handing.path).await?;
        let mut done = HandedIn::default();
        loop {
            if self.stop.is_cancelled() {
                (done.stopped, done.ours) = (Some(stopping()), true);
                break;
            }
            let items = match bundle.items(PAGE).await {
                Ok(items) if items.is_empty() => break,
                Ok(items) => items,
                Err(BadFile(remark)) => {
                    done.stopped = Some(remark);
                    break;
                }
            };
            let page = if handing.dry { self.look_at(channel, items).await } else { self.page(channel, items).await };
            match page {
                Ok(told) => {
                    let first = done.items() + 1;
                    for (place, told) in (first..).zip(&told) {
                        done.add(self.row(place, told, handing.dry));
                    }
                    if !handing.dry {
                        bundle.told(&told);
                    }
                }
                Err(error) => {
                    tracing::error!(channel = %channel.code, %error, "a file that was handed in could not be kept");
                    (done.stopped, done.ours) = (Some(store_failed(&error)), true);
                    break;
                }
            }
        }
        done.remarks = bundle.remarks();
        if let Some(to) = handing.answer.filter(|_| !handing.dry) {
            done.answer = Some(answered(bundle, to).await);
        }
        Ok(done)
    }

    /// One page, on disk when this returns.
    async fn page(&self, channel: &Channel, items: Vec<Item>) -> Result<Vec<Told>, NotAccepted> {
        let done = self.take(channel, items, How { polled: true, reasons: true, ..How::default() }).await?;
        crate::telemetry::count_taken(&channel.code, &done.taken);
        if channel.settings.channel.remind.is_some() {
            super::handed(self.store.as_ref(), &channel.code).await;
        }
        Ok(done.told())
    }

    /// What would become of a page: mapped as it would be, and its numbers looked up. Nothing is written.
    async fn look_at(&self, channel: &Channel, items: Vec<Item>) -> Result<Vec<Told>, NotAccepted> {
        let ids = items.iter().filter_map(|item| match item {
            Item::Submission(submission) => Some(submission.external_id.as_str().to_owned()),
            Item::Unreadable(_) => None,
        });
        let known = self.store.known(channel.enrolled.namespace, ids.collect()).await;
        let known = known.map_err(|error: store::StoreError| NotAccepted::Store(error.to_string()))?;
        let before = |id: &str| known.get(id).copied();
        let told = items.into_iter().map(|item| judged(&channel.mapping, item, before));
        Ok(told.collect())
    }

    fn row(&self, place: u64, told: &Told, dry: bool) -> HandedRow {
        let mut row = HandedRow::of(place, told);
        if dry && told.taken.what == What::Repeat {
            row.state = "known";
        }
        row
    }
}

/// Writes the answer under another name first: what bears its own is whole.
async fn answered(bundle: Box<dyn Bundle>, to: PathBuf) -> Result<PathBuf, Remark> {
    let mut part = to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = match bundle.answer(&part).await {
        Ok(()) => std::fs::rename(&part, &to).map_err(|error| Remark {
            en: format!("cannot write {}: {error}", to.display()),
            zh: format!("{} 写不了:{error}", to.display()),
        }),
        Err(BadFile(remark)) => Err(remark),
    };
    written.map(|()| to).inspect_err(|_| {
        if let Err(error) = std::fs::remove_file(&part)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "half an answer could not be removed");
        }
    })
}

fn stopping() -> Remark {
    Remark {
        en: "huiliu is stopping; what was taken before stands, hand the file in again when it runs".into(),
        zh: "汇流正在停止;之前收下的有效,请等它运行以后把这个文件再导入一次,不会收两遍".into(),
    }
}

fn store_failed(error: &NotAccepted) -> Remark {
    Remark {
        en: format!("our store failed ({error}); what was taken before stands, hand the file in again"),
        zh: format!("存储出错({error});之前收下的有效,请稍后把这个文件再导入一次,不会收两遍"),
    }
}

/// The name of the answer beside a file: `名称.结果.xlsx`, with a number where one lies there already.
pub fn answer_beside(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let named = |n: u32| match n {
        1 => file.with_file_name(format!("{stem}.结果.xlsx")),
        n => file.with_file_name(format!("{stem}.结果-{n}.xlsx")),
    };
    (1..1000).map(named).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| named(1000))
}
