//! The report (专报): counted and printed, frozen where somebody says so, and shown again as it was frozen.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frozen::{Pieces, freeze, kept, read, said_frozen};
use super::handle::reason_given;
use super::view::TextView;
use super::{Code, ConfiguredChannel, House, Problem};
use crate::paper::{self, Paper};
use crate::report::{
    BadTemplate, Compared, Figures, Gathering, Line, MONTHLY, MOST_DETAILS, Named, Printed, QUARTERLY, Span, SpanKind,
    Template, Unbalanced, built_in, details, gather, last_of, print,
};
use crate::settings::{ChannelState, Gateway, Report, ReportSettings};
use crate::store::{Actor, FrozenKey, FrozenRow};

/// How a house prints reports.
#[derive(Clone, Debug, Default)]
pub struct ReportDesk {
    /// `[report]` of `gateway.toml`.
    pub settings: ReportSettings,
    /// Where its templates are; none: only those that the program has in it.
    pub folder: Option<std::path::PathBuf>,
}

impl ReportDesk {
    /// As a configuration says.
    pub fn of(gateway: &Gateway) -> Self {
        Self { settings: gateway.settings.report.clone(), folder: Some(gateway.dir.join("report")) }
    }
}

/// Which report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportAsk {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// As it stood at the end of this day; none is now.
    #[serde(default)]
    pub as_of: Option<Date>,
    /// By which template; none is the one for such a period.
    #[serde(default)]
    pub template: Option<String>,
    /// Counted anew, though it was frozen; says what changed since.
    #[serde(default)]
    pub fresh: bool,
    /// With the references behind each number.
    #[serde(default)]
    pub details: bool,
    /// Freezes it (定稿); needs a reason.
    #[serde(default)]
    pub freeze: bool,
    /// How many 有效工单 the core counts in the period.
    #[serde(default)]
    pub effective: Option<u64>,
}

/// A report as it is told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportView {
    /// What programs are told.
    #[serde(flatten)]
    pub told: ReportTold,
    /// The paper.
    pub paper: Paper,
    /// A sheet behind each number, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Paper>,
}

/// A report as programs are told it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct ReportTold {
    /// The template's name.
    pub template: String,
    /// What the period is called.
    pub period: String,
    /// The paper as text, for a screen of 80 columns.
    pub text: String,
    /// What was counted.
    pub figures: Figures,
    /// Where it is frozen, or was printed anew though it is: by whom.
    pub frozen: Option<FrozenView>,
    /// Whether what is told is the frozen one.
    pub is_frozen: bool,
    /// What is said about it besides.
    pub said: Vec<TextView>,
}

/// A frozen report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FrozenView {
    /// Its edition, from 1.
    pub edition: u32,
    /// When it was frozen.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
}

impl From<&FrozenRow> for FrozenView {
    fn from(row: &FrozenRow) -> Self {
        Self { edition: row.edition, at: row.at, who: row.who.clone() }
    }
}

/// Tells a report, as it was frozen or counted anew.
pub async fn report(house: &House, ask: ReportAsk, actor: &Actor) -> Result<ReportView, Problem> {
    let Some(span) = Span::new(ask.from, ask.to) else {
        return Err(Problem::invalid(
            format!("{} 在 {} 之后;起止日期反了", ask.from, ask.to),
            format!("{} is after {}; the days are the wrong way round", ask.from, ask.to),
        ));
    };
    if ask.freeze {
        reason_given(actor)?;
    }
    let default = if span.kind() == SpanKind::Month { MONTHLY } else { QUARTERLY };
    let template = ask.template.clone().unwrap_or_else(|| default.into());
    let key = FrozenKey { template, from: span.from, to: span.to };
    let frozen = house.store.frozen(key.clone()).await?;
    match frozen {
        Some(row) if !ask.fresh && !ask.freeze => as_frozen(house, &ask, key, &row).await,
        frozen => anew(house, &ask, span, key, frozen.as_ref(), actor).await,
    }
}

async fn as_frozen(house: &House, ask: &ReportAsk, key: FrozenKey, row: &FrozenRow) -> Result<ReportView, Problem> {
    let printed = read(row)?;
    let details = match ask.details {
        true => Some(sheets(house, &printed.figures, &kept(house, row.id).await?)?),
        false => None,
    };
    let told = ReportTold {
        template: key.template,
        period: printed.figures.span.zh(),
        text: printed.text,
        figures: printed.figures,
        frozen: Some(row.into()),
        is_frozen: true,
        said: vec![said_frozen(house, row, printed.why.as_deref())],
    };
    Ok(ReportView { told, paper: printed.paper, details })
}

async fn anew(
    house: &House,
    ask: &ReportAsk,
    span: Span,
    key: FrozenKey,
    frozen: Option<&FrozenRow>,
    actor: &Actor,
) -> Result<ReportView, Problem> {
    let desk = house.control.report();
    let (template, missing) = template(&desk, &key.template).await?;
    let now = Timestamp::now();
    let as_of = ask.as_of.and_then(|day| last_of(day, &house.zone)).unwrap_or(now);
    let what = Gathering {
        span,
        as_of,
        zone: house.zone.clone(),
        settings: desk.settings.clone(),
        channels: house.control.channels().iter().flat_map(named).collect(),
        effective_total: ask.effective,
    };
    let before = match frozen {
        Some(row) => Some((read(row)?.figures, Compared::with(kept(house, row.id).await?))),
        None => None,
    };
    let mut kept = Kept { before, lines: ask.details.then(Vec::new), pieces: ask.freeze.then(Pieces::default) };
    let figures = gather(&*house.store, &what, &mut |line| kept.take(line)).await?;
    let (lines, pieces) = (kept.lines, kept.pieces);
    let changes = match (kept.before, frozen) {
        (Some((figures_before, compared)), Some(row)) => compared.notes(&figures_before, &figures, row.edition),
        _ => Vec::new(),
    };
    // What is frozen says nothing of an edition before it.
    let also = missing.into_iter().chain(changes.iter().filter(|_| !ask.freeze).cloned()).collect::<Vec<_>>();
    let paper = print(&figures, &template, &desk.settings.house, &house.zone, &also).map_err(|why| unbalanced(&why))?;
    let text = paper::text(&paper);
    let sheets = lines.map(|lines| sheets(house, &figures, &lines)).transpose()?;
    let mut said: Vec<_> =
        changes.into_iter().filter(|_| ask.freeze).map(|zh| TextView { en: zh.clone(), zh }).collect();
    let mut frozen: Option<FrozenView> = frozen.map(Into::into);
    if let Some(pieces) = pieces {
        let printed = Printed { figures, paper, text, why: actor.why.clone() };
        let edition = freeze(house, key.clone(), &printed, pieces, actor).await?;
        let row = house.store.frozen(key.clone()).await?.filter(|row| row.edition == edition);
        frozen = row.as_ref().map(Into::into);
        said.push(TextView {
            zh: format!("已定稿:第{edition}版;以后印这一期,就按定稿原样印出"),
            en: format!("frozen: edition {edition}; from now on this period is printed as it was frozen"),
        });
        let told = told(&key, printed.text, printed.figures, frozen, true, said);
        return Ok(ReportView { told, paper: printed.paper, details: sheets });
    }
    Ok(ReportView { told: told(&key, text, figures, frozen, false, said), paper, details: sheets })
}

/// The sheets behind the numbers, where they are not too many.
fn sheets(house: &House, figures: &Figures, lines: &[Line]) -> Result<Paper, Problem> {
    if lines.len() > MOST_DETAILS { Err(too_many(lines.len())) } else { Ok(details(figures, lines, &house.zone)) }
}

fn told(
    key: &FrozenKey,
    text: String,
    figures: Figures,
    frozen: Option<FrozenView>,
    is_frozen: bool,
    said: Vec<TextView>,
) -> ReportTold {
    let (template, period) = (key.template.clone(), figures.span.zh());
    ReportTold { template, period, text, figures, frozen, is_frozen, said }
}

/// What becomes of the lines that are counted.
struct Kept {
    before: Option<(Figures, Compared)>,
    lines: Option<Vec<Line>>,
    pieces: Option<Pieces>,
}

impl Kept {
    fn take(&mut self, line: Line) {
        if let Some((_, compared)) = &mut self.before {
            compared.meet(&line);
        }
        if let Some(pieces) = &mut self.pieces {
            pieces.take(line.clone());
        }
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }
}

/// A template: the file, else what the program has in it, which is said.
async fn template(desk: &ReportDesk, name: &str) -> Result<(Template, Option<String>), Problem> {
    let bad = |bad: BadTemplate| Problem::invalid(bad.zh, bad.en);
    if name.is_empty() || name.contains(['/', '\\', '\0']) || name.starts_with('.') {
        return Err(Problem::invalid(
            format!("模板名“{name}”不对:写 config/report/ 里文件的名字,不带 .txt"),
            format!("`{name}` is no template: give the name of a file in config/report/ without .txt"),
        ));
    }
    let file = desk.folder.as_ref().map(|folder| folder.join(format!("{name}.txt")));
    if let Some(file) = &file {
        let shown = file.display().to_string();
        match tokio::fs::read_to_string(file).await {
            Ok(text) => return Template::read(name, &shown, &text).map(|read| (read, None)).map_err(bad),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => {
                return Err(Problem::invalid(format!("{shown} 读不出来:{why}"), format!("cannot read {shown}: {why}")));
            }
        }
    }
    let Some(text) = built_in(name) else {
        return Err(Problem::not_found(crate::settings::Text::new(
            format!("没有模板“{name}”:config/report/{name}.txt 不在,自带的只有 {QUARTERLY}、{MONTHLY}"),
            format!(
                "there is no template `{name}`: config/report/{name}.txt is missing, built in are {QUARTERLY}, {MONTHLY}"
            ),
        )));
    };
    let missing = format!("模板文件 report/{name}.txt 不在,照程序自带的同样文字印出。");
    Ok((Template::read(name, name, text).map_err(bad)?, Some(missing)))
}

/// A channel as reports print it, and those that its items are tagged with. One that brings tagged items has hardly any of
/// its own.
fn named(channel: &ConfiguredChannel) -> Vec<Named> {
    let is_live = channel.state == ChannelState::Live;
    let routed: Vec<Named> = channel
        .routed
        .iter()
        .map(|routed| {
            let report =
                ["route", "to", &routed.tag, "report"].iter().try_fold(&channel.settings, |at, key| at.get(key));
            printed_as(&channel.code, Some(&routed.tag), &routed.name, report, is_live)
        })
        .collect();
    let report = channel.settings.pointer("/channel/report");
    let own = printed_as(&channel.code, None, &channel.name, report, is_live && routed.is_empty());
    std::iter::once(own).chain(routed).collect()
}

fn printed_as(code: &str, tag: Option<&str>, name: &str, report: Option<&Value>, is_on: bool) -> Named {
    let text = |key: &str| report.and_then(|report| Some(report.get(key)?.as_str()?.to_owned()));
    let place = |key: &str| report.and_then(|report| u32::try_from(report.get(key)?.as_u64()?).ok());
    let usual = Report::default();
    Named {
        code: code.into(),
        tag: tag.map(Into::into),
        name: name.into(),
        noun: text("noun").unwrap_or(usual.noun),
        measure: text("measure").unwrap_or(usual.measure),
        order: place("order"),
        preamble: place("preamble"),
        is_on,
    }
}

fn unbalanced(why: &Unbalanced) -> Problem {
    let Unbalanced { what, whole, sum, .. } = why;
    Problem::new(
        Code::Failed,
        format!("不能印:{what}对不上,总数是{whole},各项相加是{sum}"),
        format!("refused to print: {why}"),
    )
}

fn too_many(count: usize) -> Problem {
    Problem::refused(
        format!("明细有{count}件,最多写{MOST_DETAILS}件;把时段分成几段再要明细"),
        format!(
            "there are {count} references, details are written of {MOST_DETAILS} at most; ask for a shorter period"
        ),
    )
}
