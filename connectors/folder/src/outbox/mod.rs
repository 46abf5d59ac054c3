//! The road back: outcomes become rows of a day's spreadsheet, which people bring back to the far side. A row is composed
//! once and kept as proof; it is added to the file of the day on which it is sent, once for each key.

mod columns;
mod day;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{
    ExternalId, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Personal, Reached, Receipt, Site, Timestamp,
    WriteBack,
};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::template::{Filling, Template};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::aside::aside;
use crate::build::beside;
use crate::options::{Proof, ReturnOptions};
use columns::Columns;

/// What is written unless the channel's file says otherwise.
const USUAL: [OutcomeKind; 6] = [
    OutcomeKind::ReturnedToSource,
    OutcomeKind::Extended,
    OutcomeKind::Replied,
    OutcomeKind::Closed,
    OutcomeKind::Declined,
    OutcomeKind::Redirected,
];

/// An outbox.
pub(crate) struct Outbox {
    /// What relative paths lie beside.
    house: PathBuf,
    file: Template,
    columns: Columns,
    carries: Vec<OutcomeKind>,
    asks: bool,
    zone: TimeZone,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A row, as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    /// Names of columns and what stands in them.
    row: Vec<(String, String)>,
}

impl Outbox {
    /// Reads `[return]`; none if anything was wrong.
    pub(crate) fn read(back: &ReturnOptions, inbox: &Path, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        if back.to.is_none() {
            wrong.tell(
                "return.to",
                "write to = \"outbox\"; a folder knows no other way back",
                "请写 to = \"outbox\";表格文件只有这一种回法",
            );
        }
        let file = match &back.file {
            None => {
                wrong.tell(
                    "return.file",
                    "no file is named; write one such as `outbox/letters-{date}.xlsx`",
                    "没有写放到哪个文件;例如 发件/政协云/政协云答复-{date}.xlsx",
                );
                None
            }
            Some(file) => wrong.take(Template::text(file, &["date"]).map_err(|bad| bad.at_key("return.file"))),
        };
        if let Some(written) = &back.file {
            if !written.to_lowercase().ends_with(".xlsx") {
                wrong.tell(
                    "return.file",
                    "the file is a workbook; let its name end with .xlsx",
                    "写出来的是工作簿;文件名要以 .xlsx 结尾",
                );
            }
            let shown = file.as_ref().map(|file| file.to_text(&[Filling::Text("2026-12-01")])).unwrap_or_default();
            if beside(site, Path::new(&shown)).parent() == Some(inbox) {
                wrong.tell(
                    "return.file",
                    "the file would lie in the inbox and be read as input; name another folder",
                    "这个文件会落在收件文件夹里,又被当成来件读进去;请换一个文件夹",
                );
            }
        }
        let columns = Columns::read(&back.columns, wrong);
        let carries = match &back.carries {
            None => USUAL.to_vec(),
            Some(words) if words.is_empty() => {
                wrong.tell(
                    "return.carries",
                    "the list is empty; leave it out for the usual ones",
                    "清单是空的;不写就是默认那几样",
                );
                Vec::new()
            }
            Some(words) => words.iter().map(|word| word.kind()).collect(),
        };
        let (file, columns) = (file?, columns?);
        (wrong.count() == before).then(|| Self {
            house: beside(site, Path::new("")),
            file,
            columns,
            carries,
            asks: back.proof == Proof::Ask,
            zone: site.zone(),
            turn: Arc::default(),
        })
    }

    /// The file of today.
    fn today(&self) -> PathBuf {
        let day = Timestamp::now().to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string();
        self.house.join(self.file.to_text(&[Filling::Text(&day)]))
    }
}

#[async_trait]
impl WriteBack for Outbox {
    fn manners(&self) -> Manners {
        // A key that is in the file already is not written again.
        Manners { honours_key: true, ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.carries.contains(&kind)
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let kind = homebound.outcome.kind;
        if !self.carries(kind) {
            return Err(Fault::malformed(format!("`{}` is not written into the outbox", kind.road_word())));
        }
        let row = self.columns.row(homebound, &self.zone);
        let mut shown: Vec<String> = row.iter().map(|(name, text)| format!("{name}: {text}")).collect();
        if !homebound.files.is_empty() {
            let count = homebound.files.len();
            shown.push(format!("[未带附件:表格里放不下附件 · files not sent: a spreadsheet takes none] {count}"));
        }
        let written = Written { kind: kind.road_word().into(), row };
        let content =
            serde_json::to_string(&written).map_err(|_| Fault::malformed("the row cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(shown.join("\n")) })
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        let written: Written = serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))?;
        // One writer at a time: the file is read, and written anew.
        let _turn = self.turn.lock().await;
        let (path, key) = (self.today(), key.to_owned());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        aside(move || day::add(&path, &written.row, &key))
            .await
            .ok_or_else(|| Fault::unavailable("writing the day's file broke off by a fault of ours", Reached::No))??;
        Ok(match self.asks {
            true => Receipt::PendingReview { reference: name },
            false => Receipt::Settled { reference: name },
        })
    }

    async fn look(&self, _: &ExternalId, _: OutcomeKind) -> Result<Judgement, Fault> {
        Err(Fault::malformed("nobody can be asked what became of a row of a spreadsheet"))
    }
}
