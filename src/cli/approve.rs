//! `huiliu approve …`: what a person looks at before it leaves (待审签).

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::aside::{self, Aside};
use super::dead::ended_text;
use super::homeward::next;
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::table::{Look, clean_text};
use super::ticket::deeds;
use crate::console::view::{ApprovalDetail, ApprovalView, CheckedText, DeadEnded};
use crate::console::{Problem, ROWS, Request};
use crate::outgoing::{Mark, bracketed, sign};
use crate::settings::Lang;
use crate::words::{OUTCOME_KINDS, say, word};

/// What waits for approval.
#[derive(Subcommand, Debug)]
pub(super) enum Approve {
    /// What waits for a person to agree, oldest first.
    List {
        /// Only this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
    /// Exactly what will be sent, and what was found in it; personal data hidden.
    Show {
        /// Its number.
        id: i64,
        /// Show everything; needs --why and goes on record first.
        #[arg(long, requires = "why")]
        unmask: bool,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Agrees: it is sent, with its public text as it is or as it was changed.
    Agree(Agree),
    /// Hands it back to the core to be worded anew; the core is told why.
    HandBack {
        /// Its number.
        id: i64,
        /// Why; goes on record, and the core is told.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

#[derive(Args, Debug)]
pub(super) struct Agree {
    /// Its number.
    id: i64,
    /// Change the public text in $EDITOR first; needs --why and goes on record.
    #[arg(long, requires = "why", conflicts_with = "text")]
    edit: bool,
    /// Take the public text from this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Send it with what was found in it, for this reason; goes on record.
    #[arg(long, value_name = "TEXT")]
    although: Option<String>,
    /// Why; goes on record.
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

impl Approve {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        let ended = |request, why| {
            let (json, ended) = site.ask::<DeadEnded>(request, why)?;
            Ok(Output::new(json, ended_text(&site.look, &ended)))
        };
        match self {
            Self::List { channel, limit } => {
                let (json, waiting) = site.ask::<Vec<ApprovalView>>(Request::ApproveList { channel, limit }, None)?;
                Ok(Output::new(json, list(&site.look, &waiting)))
            }
            Self::Show { id, unmask, why } => {
                let (json, one) = site.ask::<ApprovalDetail>(Request::ApproveShow { id, unmask }, why)?;
                Ok(Output::new(json, show(&site.look, &one)))
            }
            Self::Agree(agree) => {
                let (id, why) = (agree.id, agree.why.clone());
                let (text, although) = agree.words(site, prompt)?;
                let request = Request::ApproveAgree { id, text, although: although.is_some() };
                ended(request, although.or(why))
            }
            Self::HandBack { id, why } => ended(Request::HandBack { id }, Some(why)),
        }
    }
}

impl Agree {
    /// The public text to send instead, and the reason to send it with what is found in it.
    fn words(self, site: &Site, prompt: &mut dyn Prompt) -> Result<(Option<String>, Option<String>), Failure> {
        let text = match (&self.text, self.edit) {
            (Some(file), _) => aside::text(file)?,
            (None, true) => self.edited(site, prompt)?,
            (None, false) => return Ok((None, self.although)),
        };
        if self.although.is_some() {
            return Ok((Some(text), self.although));
        }
        let request = Request::ApproveCheck { id: self.id, text };
        let (_, checked) = site.ask::<CheckedText>(request, None)?;
        if checked.findings.is_empty() {
            return Ok((Some(checked.text), None));
        }
        let still = |lang| {
            format!("{}\n{}", clean_text(&bracketed(&checked.text, &checked.findings)), found(lang, &checked.findings))
        };
        if !self.edit {
            return Err(Problem::refused(
                format!(
                    "没有同意,改后的文字里还有要改的地方:\n{}\n仍要这样发出,加 --although “理由”(会记录在案)",
                    still(Lang::Zh)
                ),
                format!(
                    "not agreed to, these were found in the changed text:\n{}\nto send it all the same add --although \
                     \"…\" (it goes on record)",
                    still(Lang::En)
                ),
            )
            .into());
        }
        // What was just written would be lost.
        let lang = site.look.lang;
        let ask = say(
            lang,
            "仍要这样发出请写理由(会记录在案),不发直接回车:",
            "To send it all the same give the reason (it goes on record), else just press enter: ",
        );
        let reason = prompt.ask(&format!("{}\n{ask}", still(lang)));
        let reason = reason.map_err(|error| Failure::io("读不到输入", "nothing could be read", &error))?;
        if reason.is_empty() {
            return Err(Problem::refused("没有同意,仍在等审签", "not agreed to; it still waits").into());
        }
        Ok((Some(checked.text), Some(reason)))
    }

    /// The public text as the person saved it.
    fn edited(&self, site: &Site, prompt: &mut dyn Prompt) -> Result<String, Failure> {
        let request = Request::ApproveShow { id: self.id, unmask: true };
        let (_, one) = site.ask::<ApprovalDetail>(request, self.why.clone())?;
        let before = one.text.unwrap_or_default();
        let file = Aside::write(&site.gateway.settings.data, &format!("reply-{}.txt", self.id), &before)?;
        let after = aside::text(file.edited(prompt)?)?;
        if after == before.trim_end() {
            return Err(Problem::refused(
                "内容没有变化,没有同意;按原文同意,不要写 --edit",
                "nothing was changed, so nothing was agreed to; to agree to the text as it is leave --edit out",
            )
            .into());
        }
        Ok(after)
    }
}

/// What waits for approval, as a table.
pub(super) fn list(look: &Look, waiting: &[ApprovalView]) -> String {
    if waiting.is_empty() {
        return say(look.lang, "没有待审签的", "nothing waits for approval").into();
    }
    let rows = waiting.iter().map(|one| {
        let dead = &one.dead;
        vec![
            dead.id.to_string(),
            look.short(dead.since),
            dead.channel_name.clone(),
            dead.ticket.clone().unwrap_or_else(|| "-".into()),
            word(OUTCOME_KINDS, dead.outcome.as_deref().unwrap_or("-"), look.lang).to_owned(),
            dead.deadline.map_or_else(|| "-".into(), |at| look.short(at)),
            one.findings.to_string(),
        ]
    });
    let heads = ["id", "since", "channel", "number", "what", "deadline", "found"];
    look.table(&heads, &[0, 1, 2, 3, 5], rows.collect())
}

/// One of them, with what a person needs to decide.
pub(super) fn show(look: &Look, one: &ApprovalDetail) -> String {
    let dead = &one.dead;
    let mut text = look.card(&[
        ("id", dead.id.to_string()),
        ("channel", format!("{} ({})", dead.channel_name, dead.channel)),
        ("number", dead.ticket.clone().unwrap_or_default()),
        ("external_id", dead.external_id.clone().unwrap_or_default()),
        ("outcome", word(OUTCOME_KINDS, dead.outcome.as_deref().unwrap_or_default(), look.lang).into()),
        ("deadline", look.time(dead.deadline)),
        ("since", look.time(Some(dead.since))),
    ]);
    text += &look.section("parcel", &clean_text(&one.parcel));
    if let Some(reply) = &one.text {
        text += &look.section("reply", &clean_text(&bracketed(reply, &one.findings)));
    }
    text += &look.section("findings", &found(look.lang, &one.findings));
    let behind = one.behind.iter().map(|behind| {
        let what = word(OUTCOME_KINDS, &behind.kind, look.lang).to_owned();
        vec![behind.n.to_string(), what, look.time(Some(behind.since)), look.time(behind.deadline)]
    });
    if !one.behind.is_empty() {
        text +=
            &look.section("behind", &look.table(&["id", "outcome", "since", "deadline"], &[2, 3], behind.collect()));
    }
    text += &look.section("deeds", &deeds(look, &one.deeds));
    if dead.ended_at.is_none() {
        text += &look.section("next", &next(look.lang, "approval_seen", dead.id));
    }
    if one.masked {
        text += "\n";
        text += say(
            look.lang,
            "(已脱敏,实际发出的是原文;要看原文,用 --unmask --why “理由”,会记录在案)",
            "(personal data is hidden here, not in what is sent; --unmask --why \"…\" shows\nall and goes on record)",
        );
    }
    text
}

/// What was found, one a line, by the signs that mark it in the text.
fn found(lang: Lang, findings: &[Mark]) -> String {
    let line = |(n, mark): (usize, &Mark)| format!("{} {}", sign(n), say(lang, &mark.zh, &mark.en));
    findings.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
