//! What became of each row, as it is noted: its place among the file's items, words and numbers, nothing of a citizen's.

use std::io::{BufRead, Write};

use huiliu_contract::{Remark, Told, What};
use serde::{Deserialize, Serialize};

use crate::words::remark;

/// What became of one item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// Its place among the file's items, from 0.
    at: u64,
    /// The stable word.
    what: String,
    /// Its ticket, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// Why it waits, Chinese and English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<(String, String)>,
}

/// What stands in the added columns: state, ticket, reason.
pub(crate) struct Shown {
    pub(crate) state: &'static str,
    pub(crate) ticket: String,
    pub(crate) why: String,
}

/// Notes what became of items from this place on.
pub(crate) fn note(to: &mut impl Write, from: u64, told: &[Told]) -> std::io::Result<()> {
    for (at, told) in (from..).zip(told) {
        let why = told.why.as_ref().map(|why| (why.zh.clone(), why.en.clone()));
        let what = told.taken.what.word().to_owned();
        let mut line = serde_json::to_vec(&Verdict { at, what, ticket: told.taken.ticket.clone(), why })?;
        line.push(b'\n');
        to.write_all(&line)?;
    }
    to.flush()
}

/// The notes of a file, in the order of its items.
pub(crate) struct Notes<R> {
    from: Option<R>,
    ahead: Option<Verdict>,
    line: String,
}

impl<R: BufRead> Notes<R> {
    pub(crate) fn new(from: Option<R>) -> Self {
        Self { from, ahead: None, line: String::new() }
    }

    /// What was noted of the item at this place; places are asked for in order.
    pub(crate) fn of(&mut self, at: u64) -> Option<Verdict> {
        loop {
            match self.ahead.take() {
                Some(ahead) if ahead.at == at => return Some(ahead),
                Some(ahead) if ahead.at > at => {
                    self.ahead = Some(ahead);
                    return None;
                }
                _ => {}
            }
            self.line.clear();
            // A line that was cut off by a crash is the last one.
            if self.from.as_mut()?.read_line(&mut self.line).ok()? == 0 {
                self.from = None;
                return None;
            }
            self.ahead = serde_json::from_str(&self.line).ok();
        }
    }
}

/// What people read of an item: our own reason first, if it was never readable.
pub(crate) fn shown(verdict: Option<Verdict>, own: Option<&Remark>) -> Shown {
    let whole = |state, ticket: Option<String>, why: String| Shown { state, ticket: ticket.unwrap_or_default(), why };
    if let Some(own) = own {
        return whole("待处理", None, own.zh.clone());
    }
    let Some(Verdict { what, ticket, why, .. }) = verdict else {
        return whole("已收", None, "网关重启过,这一行的结果没有记下;请用 huiliu find 查来源编号".into());
    };
    let said = |usual: &str| why.map(|(zh, _)| zh).filter(|zh| !zh.is_empty()).unwrap_or_else(|| usual.to_owned());
    let (state, usual) = match what.as_str() {
        word if word == What::New.word() => ("已收", ""),
        word if word == What::Repeat.word() => ("重复", "以前收过,没有新内容"),
        word if word == What::Revised.word() => ("已更正", "内容和上次不同,按更正转办"),
        word if word == What::Joined.word() => ("已并单", "和别的渠道的同一封信并为一件"),
        word if word == What::Act.word() => ("已收", "记到原来那一件上"),
        word if word == What::Held.word() => ("待处理", "编号以前用在别的来件上,疑似编号复用,等人核对"),
        _ => ("待处理", "认不出,等人处理"),
    };
    let why = said(usual);
    whole(state, ticket, why)
}

/// A file that was taken before.
pub(crate) fn nothing_new() -> Remark {
    remark(
        "没有新内容:这个文件以前收过,一个字也没有变",
        "nothing new: this very file was taken before, not a byte of it has changed",
    )
}

#[cfg(test)]
mod tests {
    use huiliu_contract::Taken;

    use super::*;

    #[test]
    fn notes_are_found_again_and_gaps_are_told() {
        let told = |what, ticket: &str| Told {
            taken: Taken { external_id: None, ticket: Some(ticket.to_owned()), what },
            why: None,
        };
        let mut file = Vec::new();
        note(&mut file, 0, &[told(What::New, "A1"), told(What::Repeat, "A2")]).unwrap();
        note(&mut file, 4, &[told(What::Held, "A5")]).unwrap();
        file.extend(b"{\"at\": 5, \"wh");
        let mut notes = Notes::new(Some(&file[..]));
        let states: Vec<_> =
            (0..7).map(|at| shown(notes.of(at), None)).map(|shown| (shown.state, shown.ticket)).collect();
        let wanted =
            [("已收", "A1"), ("重复", "A2"), ("已收", ""), ("已收", ""), ("待处理", "A5"), ("已收", ""), ("已收", "")];
        assert_eq!(states, wanted.map(|(state, ticket)| (state, ticket.to_owned())));
    }
}
