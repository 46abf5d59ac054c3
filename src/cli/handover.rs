//! `huiliu handover`: the shift's paper (交接班).

use clap::Args;
use jiff::Timestamp;

use super::due;
use super::login;
use super::output::{Failure, Output};
use super::paper::AsPaper;
use super::site::Site;
use super::table::Look;
use super::ticket::progress;
use crate::console::view::HandoverView;
use crate::console::{MAX_ROWS, Problem, Request, own_name};
use crate::paper::{Block, Column, Paper, Table};
use crate::settings::Lang;
use crate::words::{DEAD_KINDS, DEAF, FAULTS, REASONS, WRITE_BACK_REASONS, head, say, word};
use crate::workdays::NEAR;

/// The shift's paper.
#[derive(Args, Debug)]
pub(super) struct Handover {
    /// To whom it is handed over: goes on record, and the next paper counts from then on. Without it this is only a look.
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Who hands over; else the user who is logged in.
    #[arg(long, value_name = "NAME", requires = "to")]
    from: Option<String>,
    #[command(flatten)]
    paper: AsPaper,
}

impl Handover {
    pub(super) fn run(self, site: &Site, now: Timestamp) -> Result<Output, Failure> {
        let near = site.gateway.calendar.deadline(now, NEAR, &site.look.zone).map_or(now, |counted| counted.value);
        let from = self.from.unwrap_or_else(own_name);
        let hands = self.to.map(|to| named(&from).and_then(|from| Ok(format!("{from} → {}", named(&to)?))));
        let request = Request::Handover { hands: hands.transpose()?, near };
        let sheet = self.paper.begin()?;
        let (json, view) = site.ask::<HandoverView>(request, None)?;
        sheet.finish(&paper(&site.look, &view), json, site.look.lang)
    }
}

/// A name that somebody can be called by.
fn named(name: &str) -> Result<&str, Problem> {
    let name = name.trim();
    match name.chars().count() {
        1..=40 => Ok(name),
        _ => Err(Problem::invalid("姓名要写1到40个字", "a name has 1 to 40 characters")),
    }
}

/// The paper that is made of what was gathered.
pub(super) fn paper(look: &Look, view: &HandoverView) -> Paper {
    let lang = look.lang;
    let mut blocks = vec![Block::Text(opening(look, view))];
    let mut section = |zh: &str, en: &str, table: Table| {
        blocks.push(Block::Heading(say(lang, zh, en).into()));
        blocks.push(match table.rows.is_empty() {
            true => Block::Text(say(lang, "没有。", "None.").into()),
            false => Block::Table(table),
        });
    };
    section("一、待人工处理", "1. Waits for a person", dead(look, view));
    section("二、临期、超期", "2. Near or past the deadline", near(look, view));
    section("三、答应诉求人的事", "3. Promised to callers", promises(look, view));
    section("四、收不到、要登录的渠道", "4. Channels that are deaf or want a login", deaf(look, view));
    section("五、今天没交的表", "5. Tables missing today", unhanded(look, view));
    section("六、这一班", "6. This shift", shift(look, view));
    blocks.push(Block::Note(
        say(
            lang,
            "注:个人信息已脱敏;来件按来源计,催办、重发、更正不计。",
            "Personal data is hidden. Letters are counted by source; acts, repeats and revisions are not counted.",
        )
        .into(),
    ));
    Paper { title: say(lang, "交接班记录", "Handover").into(), blocks }
}

fn opening(look: &Look, view: &HandoverView) -> String {
    let (at, since) = (look.time(Some(view.at)), look.time(Some(view.since)));
    let last = match (&view.last, look.lang) {
        (Some(last), Lang::Zh) => format!("上次交接:{since},{last}。"),
        (None, Lang::Zh) => format!("此前没有交接记录,从 {since} 算起。"),
        (Some(last), Lang::En) => format!("Handed over last: {since}, {last}."),
        (None, Lang::En) => format!("Nothing was handed over before; counted from {since}."),
    };
    match (&view.this, look.lang) {
        (Some(this), Lang::Zh) => format!("{at},{this},交接已记录在案。{last}"),
        (None, Lang::Zh) => format!("{at}(只是看,没有交接)。{last}"),
        (Some(this), Lang::En) => format!("{at}, {this}; on record. {last}"),
        (None, Lang::En) => format!("{at} (a look, nothing is handed over). {last}"),
    }
}

/// A table with heads by name; those that begin with `#` hold figures.
fn table(lang: Lang, name: &str, heads: &[&'static str], rows: Vec<Vec<String>>) -> Table {
    let columns = heads
        .iter()
        .map(|name| Column { name: head(name.trim_start_matches('#'), lang).into(), is_figure: name.starts_with('#') });
    Table { name: name.into(), columns: columns.collect(), rows, summed: false }
}

fn dead(look: &Look, view: &HandoverView) -> Table {
    let lang = look.lang;
    let rows = view.dead.iter().map(|group| {
        let reasons = if WRITE_BACK_REASONS.iter().any(|(known, ..)| *known == group.reason) {
            WRITE_BACK_REASONS
        } else {
            REASONS
        };
        let kind = word(DEAD_KINDS, &group.kind, lang).to_owned();
        let reason = word(reasons, &group.reason, lang).to_owned();
        vec![group.channel_name.clone(), kind, reason, group.count.to_string(), look.time(Some(group.oldest))]
    });
    let name = say(lang, "待人工处理", "Waits for a person");
    table(lang, name, &["channel", "what", "reason", "#count", "oldest"], rows.collect())
}

fn near(look: &Look, view: &HandoverView) -> Table {
    let lang = look.lang;
    let mut rows: Vec<Vec<String>> = view
        .due
        .iter()
        .map(|ticket| {
            let left = ticket.deadline.map(|at| due::left(lang, at.duration_since(view.at)));
            vec![
                ticket.number.clone(),
                ticket.channel_name.clone(),
                look.time(ticket.deadline),
                left.unwrap_or_else(|| say(lang, "没有时限", "none set").into()),
                progress(look, ticket),
            ]
        })
        .collect();
    if rows.len() == MAX_ROWS {
        let more = say(lang, "……只列出最急的,其余见 huiliu due", "… only the most urgent; see huiliu due");
        rows.push(vec![more.into(), String::new(), String::new(), String::new(), String::new()]);
    }
    let name = say(lang, "临期、超期", "Near or past");
    table(lang, name, &["number", "channel", "deadline", "left", "state"], rows)
}

fn promises(look: &Look, view: &HandoverView) -> Table {
    let rows = view.notes.iter().map(|note| {
        let over = note.until.filter(|until| *until < view.at).map(|_| say(look.lang, "【已过期】", "(OVER) "));
        let until = format!("{}{}", over.unwrap_or_default(), look.time(note.until));
        vec![
            note.id.to_string(),
            note.ticket.clone(),
            note.channel_name.clone(),
            until,
            note.text.clone(),
            note.who.clone(),
        ]
    });
    let name = say(look.lang, "答应诉求人的事", "Promises");
    table(look.lang, name, &["id", "number", "channel", "until", "note", "who"], rows.collect())
}

fn deaf(look: &Look, view: &HandoverView) -> Table {
    let channels = view.deaf.iter().map(|deaf| {
        let list = if DEAF.iter().any(|(known, ..)| *known == deaf.why) { DEAF } else { FAULTS };
        vec![deaf.name.clone(), word(list, &deaf.why, look.lang).to_owned(), look.time(deaf.since)]
    });
    let logins = view.logins.iter().map(|alarm| {
        vec![alarm.name.clone(), login::stands(look, &alarm.login, &alarm.channel), look.time(alarm.login.since)]
    });
    let name = say(look.lang, "收不到、要登录的渠道", "Deaf channels");
    table(look.lang, name, &["channel", "reason", "since"], channels.chain(logins).collect())
}

fn unhanded(look: &Look, view: &HandoverView) -> Table {
    let rows = view.unhanded.iter().map(|name| vec![name.clone()]);
    table(look.lang, say(look.lang, "今天没交的表", "Tables missing"), &["channel"], rows.collect())
}

fn shift(look: &Look, view: &HandoverView) -> Table {
    let sum = view.shift.iter().fold([0, 0, 0], |[came, forwarded, concluded], one| {
        [came + one.came, forwarded + one.forwarded, concluded + one.concluded]
    });
    let row = |name: &str, counts: [u64; 3]| {
        std::iter::once(name.to_owned()).chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    let rows = view.shift.iter().map(|one| row(&one.channel_name, [one.came, one.forwarded, one.concluded]));
    let mut rows: Vec<_> = rows.collect();
    let summed = !rows.is_empty();
    if summed {
        rows.push(row(say(look.lang, "合计", "Sum"), sum));
    }
    let name = say(look.lang, "这一班", "This shift");
    Table { summed, ..table(look.lang, name, &["channel", "#came", "#forwarded", "#concluded"], rows) }
}
