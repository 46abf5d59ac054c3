//! A core that imports sheets: writes what waits into them, and reads its numbers from those that come back.
//!
//! What stands in a sheet is on disk before the sheet is: a crash on the way writes the same rows under the same name
//! again. Numbers are registered before a returned sheet is answered and put away: read again, it changes nothing.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use huiliu_sheet::{Limits, Page, PageColumn};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::forward::SheetCore;
use crate::forward::form::About;
use crate::forward::sheets::{ANSWER, NAME, ReturnedRow, is_returned};
use crate::settings::{Lang, Text};
use crate::store::{Actor, NotRegistered, Register, Registered, Store, StoreError};

/// How often it is looked whether there is something to do.
const LOOK: Duration = Duration::from_secs(2);

/// Where read sheets are put, below the folder in which they came.
const READ: &str = "已读";

/// The runner of a core that imports sheets.
pub struct Filing {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The core.
    pub sheets: Box<SheetCore>,
    /// The names of the channels, by their codes.
    pub names: HashMap<String, String>,
    /// The site's zone.
    pub zone: TimeZone,
}

/// Size and time of a file: one that changes is still being written.
type Seen = HashMap<PathBuf, (u64, Option<SystemTime>)>;

/// A row of an answer: sheet, row, our number, the core's, what became of it, why.
type Answered = Vec<String>;

impl Filing {
    /// Runs until stopped.
    pub async fn run(self, stop: CancellationToken) {
        let (mut seen, mut ill) = (Seen::new(), false);
        loop {
            let looked = self.look(&mut seen).await;
            match &looked {
                Err(error) if !ill => {
                    tracing::error!(%error, "sheets for the core cannot be written or read; it is tried again");
                }
                Ok(()) if ill => tracing::info!("sheets for the core can be written and read again"),
                _ => {}
            }
            ill = looked.is_err();
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn look(&self, seen: &mut Seen) -> Result<(), StoreError> {
        self.write().await?;
        self.read(seen).await
    }

    /// Writes the sheet that is due, if one is.
    async fn write(&self) -> Result<(), StoreError> {
        let now = Timestamp::from_millisecond(self.store.clock().now()).unwrap_or_default().to_zoned(self.zone.clone());
        let name = format!("{NAME}-{}", now.strftime("%Y%m%d-%H%M"));
        let Some(plan) = self.store.plan_sheet(name, self.sheets.batch, self.sheets.every).await? else {
            return Ok(());
        };
        let about = |channel, core_number| About {
            channel_name: self.names.get(channel).map_or(channel, String::as_str),
            core_number,
            zone: &self.zone,
            masked: false,
            lang: Lang::Zh,
        };
        let book = self.sheets.workbook(&plan, about).map_err(|error| StoreError::Refused(error.to_string()))?;
        let path = self.sheets.outbox.join(&plan.name);
        put(path, book).await?;
        let actor = Actor { who: "huiliu".into(), why: Some(plan.name.clone()) };
        let settled = self.store.sheet_written(plan.id, self.sheets.settles_written, &actor).await?;
        metrics::counter!("huiliu_forwarded_total").increment(settled as u64);
        tracing::info!(name = plan.name, rows = plan.rows.len(), "a sheet for the core is written");
        Ok(())
    }

    /// Reads the sheets that came back and are whole.
    async fn read(&self, seen: &mut Seen) -> Result<(), StoreError> {
        let Some(folder) = &self.sheets.returned else { return Ok(()) };
        let there = listed(folder.clone()).await?;
        let whole: Vec<PathBuf> =
            there.iter().filter(|(path, at)| seen.get(*path) == Some(at)).map(|(path, _)| path.clone()).collect();
        *seen = there;
        for path in whole {
            self.take(&path).await?;
            seen.remove(&path);
        }
        Ok(())
    }

    /// Takes one returned sheet: its numbers, its answer, its place among those that were read.
    async fn take(&self, path: &Path) -> Result<(), StoreError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let limits = Limits::default();
        let book = match bytes(path.to_path_buf(), &limits).await? {
            Some(bytes) => huiliu_sheet::read(&bytes, &limits).map_err(|why| Text::new(why.zh, why.en)),
            None => Err(Text::new(
                format!("文件超过 {} 字节;请分成几个", limits.bytes),
                format!("the file has more than {} bytes; split it", limits.bytes),
            )),
        };
        let (mut answers, mut wrong): (Vec<Answered>, usize) = (Vec::new(), 0);
        match book {
            Err(why) => {
                wrong += 1;
                answers.push(answer("", None, "读不出", &why));
            }
            Ok(book) => {
                for sheet in book.sheets.iter().filter(|sheet| !sheet.hidden && !sheet.rows.is_empty()) {
                    match self.sheets.rows(sheet) {
                        Err(why) => {
                            wrong += 1;
                            answers.push(answer(&sheet.name, None, "读不出", &why));
                        }
                        Ok(rows) => {
                            for row in rows {
                                let (state, why) = self.register(&row, &name).await?;
                                wrong += usize::from(state == "没有登记");
                                answers.push(answer(&sheet.name, Some(&row), state, &why));
                            }
                        }
                    }
                }
            }
        }
        let rows = answers.len();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        put(path.with_file_name(format!("{stem}{ANSWER}")), answered(answers)?).await?;
        away(path.to_path_buf(), name).await?;
        if wrong > 0 {
            tracing::warn!(
                rows,
                wrong,
                "a sheet came back from the core with rows that could not be registered; its answer says why"
            );
        } else {
            tracing::info!(rows, "a sheet came back from the core");
        }
        Ok(())
    }

    /// Registers one row: what became of it, and why.
    async fn register(&self, row: &ReturnedRow, file: &str) -> Result<(&'static str, Text), StoreError> {
        let none = || Text::new("", "");
        let (ours, number, event) = match &row.read {
            Ok(read) => read,
            Err(why) => return Ok(("没有登记", why.clone())),
        };
        let ticket = match self.store.ticket(*ours).await {
            Ok(row) => row,
            Err(StoreError::NotFound) => {
                let why = Text::new("没有这个汇流编号的工单;请核对", "there is no such ticket");
                return Ok(("没有登记", why));
            }
            Err(error) => return Err(error),
        };
        if let Some(n) = *event
            && n > ticket.sent
            && self.store.sheeted(ticket.key.id).await? != Some(n)
        {
            let why = Text::new("这一条不在写出的表里", "this event stands in no sheet that was written");
            return Ok(("没有登记", why));
        }
        let told = Register { n: *event, number: Some(number.clone()), ..Register::default() };
        let actor = Actor { who: "huiliu".into(), why: Some(format!("{number} · {file}")) };
        Ok(match self.store.register(ticket.key.id, told, &actor).await? {
            Registered::Settled { .. } => {
                metrics::counter!("huiliu_forwarded_total").increment(1);
                ("已登记", none())
            }
            Registered::Known { .. } | Registered::Corrected { .. } => ("以前登记过", none()),
            Registered::Refused(why) => ("没有登记", said(why)),
        })
    }
}

/// Why a row was not registered, for whoever reads the answer.
fn said(why: NotRegistered) -> Text {
    match why {
        NotRegistered::OtherNumber { known } => Text::new(
            format!("这件已登记为 {known};登记错了的,用 huiliu ticket register --correct 改正"),
            format!("the ticket is registered as {known}; if that was wrong, use huiliu ticket register --correct"),
        ),
        NotRegistered::Taken { by } => Text::new(
            format!("这个热线工单号已登记给 {};热线并成一单的,用 huiliu ticket register --also", by.number),
            format!("ticket {} has this number; if the core joined them, use huiliu ticket register --also", by.number),
        ),
        NotRegistered::Stuck { dead } => {
            Text::new(format!("这件停在待人工处理第{dead}条"), format!("the ticket stands still at dead letter {dead}"))
        }
        NotRegistered::NoEvent
        | NotRegistered::Behind { .. }
        | NotRegistered::WhichEvent { .. }
        | NotRegistered::NoNumber => Text::new("这件没有等登记的内容", "nothing of this ticket waits"),
    }
}

fn answer(sheet: &str, row: Option<&ReturnedRow>, state: &str, why: &Text) -> Answered {
    let (n, ours, number) =
        row.map_or_else(Default::default, |row| (row.row.to_string(), row.ours.clone(), row.number.clone()));
    vec![sheet.into(), n, ours, number, state.into(), why.zh.clone()]
}

/// The answer to a returned sheet.
fn answered(rows: Vec<Answered>) -> Result<Vec<u8>, StoreError> {
    let column = |(name, width): (&str, u16)| PageColumn { name: name.into(), width, choice: None };
    let columns = [("工作表", 12), ("行", 6), ("汇流编号", 18), ("热线工单号", 24), ("结果", 12), ("说明", 60)];
    let page = Page { name: "结果".into(), columns: columns.map(column).into(), rows, ready: 0 };
    huiliu_sheet::write(&[page]).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Does what waits for a disk, elsewhere.
async fn on_disk<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let shown = path.display().to_string();
    let done = tokio::task::spawn_blocking(move || work(&path)).await.map_err(|_| StoreError::Closed)?;
    done.map_err(|why| StoreError::File { path: shown, why })
}

/// Puts a file in its place, whole: nobody ever sees half of it.
async fn put(path: PathBuf, bytes: Vec<u8>) -> Result<(), StoreError> {
    on_disk(path, move |path| {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let half = folder.join(format!(".{name}.tmp"));
        // Whoever shares the folder's group imports it; nobody else reads names and numbers.
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(&half)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&half, path)?;
        std::fs::File::open(folder)?.sync_all()
    })
    .await
}

/// Puts a sheet that was read away, beside any of the same name.
async fn away(path: PathBuf, name: String) -> Result<(), StoreError> {
    on_disk(path, move |path| {
        let folder = path.parent().unwrap_or(Path::new(".")).join(READ);
        std::fs::create_dir_all(&folder)?;
        let mut to = folder.join(&name);
        let mut n = 1;
        while to.exists() {
            n += 1;
            to = folder.join(format!("{n}-{name}"));
        }
        std::fs::rename(path, to)
    })
    .await
}

/// The sheets that lie in a folder; none where there is no folder yet.
async fn listed(folder: PathBuf) -> Result<Seen, StoreError> {
    on_disk(folder, |folder| {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Seen::new()),
            Err(error) => return Err(error),
        };
        let mut there = Seen::new();
        for entry in entries {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_file() && is_returned(&entry.path()) {
                there.insert(entry.path(), (about.len(), about.modified().ok()));
            }
        }
        Ok(there)
    })
    .await
}

/// The bytes of a file; none if it is larger than any that is read.
async fn bytes(path: PathBuf, limits: &Limits) -> Result<Option<Vec<u8>>, StoreError> {
    let most = limits.bytes as u64;
    on_disk(
        path,
        move |path| {
            if std::fs::metadata(path)?.len() > most { Ok(None) } else { std::fs::read(path).map(Some) }
        },
    )
    .await
}
