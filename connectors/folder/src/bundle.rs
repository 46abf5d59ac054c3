//! One file that is handed in: uploaded, or named on the command line.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{BadFile, Bundle, HandIn, Item, Remark, Told};

use crate::answer;
use crate::aside::aside;
use crate::item::item;
use crate::plan::Plan;
use crate::reading::{self, Read};
use crate::told;
use crate::words::{bad, disk};

/// Takes files apart by one plan.
pub(crate) struct Desk {
    pub(crate) plan: Arc<Plan>,
    /// Where unnamed files lie meanwhile.
    pub(crate) dir: PathBuf,
}

#[async_trait]
impl HandIn for Desk {
    async fn open(&self, name: &str, path: &Path) -> Result<Box<dyn Bundle>, BadFile> {
        let (plan, dir, name, path) = (Arc::clone(&self.plan), self.dir.clone(), name.to_owned(), path.to_owned());
        aside(move || {
            let trouble = |why: std::io::Error| bad(disk(&why));
            let dir = lying(dir).map_err(trouble)?;
            let read = reading::read(&path, &dir, &plan).map_err(bad)?;
            let notes = BufWriter::new(tempfile::tempfile_in(&dir).map_err(trouble)?);
            let state = State { plan, name, read, notes, given: 0, from: 0 };
            Ok(Box::new(Opened(Some(state))) as Box<dyn Bundle>)
        })
        .await
        .unwrap_or_else(|| Err(broken_off()))
    }
}

/// Where unnamed files may lie: beside the inbox, or where all programs put them, if there is none yet or it is another
/// user's. Nothing is made there that a name could be given.
fn lying(beside: PathBuf) -> std::io::Result<PathBuf> {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    match tempfile::tempfile_in(&beside) {
        Ok(_) => Ok(beside),
        Err(why) if matches!(why.kind(), NotFound | PermissionDenied) => Ok(std::env::temp_dir()),
        Err(why) => Err(why),
    }
}

/// An opened file; its state is lent to who reads from the disk.
struct Opened(Option<State>);

struct State {
    plan: Arc<Plan>,
    name: String,
    read: Read,
    notes: BufWriter<File>,
    /// Items handed out, and where those of the last call began.
    given: u64,
    from: u64,
}

#[async_trait]
impl Bundle for Opened {
    async fn items(&mut self, most: usize) -> Result<Vec<Item>, BadFile> {
        let mut state = self.0.take().ok_or_else(broken_off)?;
        let (state, items) = aside(move || {
            let items = page(&mut state.read, &state.plan, &state.name, state.given, most)?;
            state.from = state.given;
            state.given += items.len() as u64;
            Ok((state, items))
        })
        .await
        .unwrap_or_else(|| Err(broken_off()))?;
        self.0 = Some(state);
        Ok(items)
    }

    fn told(&mut self, told: &[Told]) {
        let Some(state) = &mut self.0 else { return };
        if let Err(error) = told::note(&mut state.notes, state.from, told) {
            tracing::warn!(%error, "what became of rows could not be noted; the answer says so");
        }
    }

    fn remarks(&self) -> Vec<Remark> {
        self.0.as_ref().map(|state| state.read.remarks.clone()).unwrap_or_default()
    }

    async fn answer(mut self: Box<Self>, to: &Path) -> Result<(), BadFile> {
        let mut state = self.0.take().ok_or_else(broken_off)?;
        let to = to.to_owned();
        aside(move || {
            let trouble = |why: std::io::Error| bad(disk(&why));
            state.notes.flush().map_err(trouble)?;
            let mut notes = state.notes.into_inner().map_err(|why| trouble(why.into_error()))?;
            notes.rewind().map_err(trouble)?;
            answer::rows(&mut state.read, Some(BufReader::new(notes)), &state.plan, &state.name, &to).map_err(trouble)
        })
        .await
        .unwrap_or_else(|| Err(broken_off()))
    }
}

/// The items from a place on.
pub(crate) fn page(read: &mut Read, plan: &Plan, name: &str, from: u64, most: usize) -> Result<Vec<Item>, BadFile> {
    let trouble = |why: std::io::Error| bad(disk(&why));
    read.spool.to(from).map_err(trouble)?;
    let mut items = Vec::with_capacity(most.min(1024));
    while items.len() < most {
        let Some(record) = read.spool.item().map_err(trouble)? else { break };
        if let Some(about) = read.sheets.get(record.sheet) {
            items.push(item(&record, about, plan, name).0);
        }
    }
    Ok(items)
}

fn broken_off() -> BadFile {
    bad(huiliu_sheet::Unreadable::new(
        "broken_off",
        "读表时程序出了错,这个文件没有读完;请重试,还不行就另存为 xlsx",
        "reading the file broke off by a fault of ours; try again, or save it as .xlsx",
    ))
}
