//! How many letters the demo replays by which channel: a counts file, checked before anything starts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::sentence::CHANNELS;
use crate::settings::{Mistake, Source, Text};

/// The county's quarter, as its report prints it.
const COUNTY: &str = include_str!("hengdong-2025q1.toml");

/// The most letters of a run: more take longer than anybody watches.
const MOST: u32 = 2000;

/// What is replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    /// The first day.
    pub(super) from: Date,
    /// The last day.
    pub(super) to: Date,
    /// The day up to which what was closed counts.
    pub(super) as_of: Date,
    /// How many letters are closed by then.
    pub(super) closed: u32,
    /// How many come by each channel, by its code; every channel of the demo is in it.
    pub(super) letters: BTreeMap<&'static str, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Spanned<Datetime>,
    to: Spanned<Datetime>,
    as_of: Spanned<Datetime>,
    closed: Spanned<u32>,
    counts: BTreeMap<Spanned<String>, Spanned<u32>>,
}

impl Counts {
    /// The county's quarter, or what stands in a file.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, with its place and what helps.
    pub(super) fn read(file: Option<&Path>) -> Result<Self, Box<Mistake>> {
        let Some(file) = file else { return Self::parse(&Source::new("hengdong-2025q1.toml", COUNTY)) };
        let text = std::fs::read_to_string(file).map_err(|error| {
            Box::new(Mistake::whole(
                file,
                Text::new(format!("读不出来:{error}"), format!("it cannot be read: {error}")),
            ))
        })?;
        Self::parse(&Source::new(file, text))
    }

    fn parse(source: &Source) -> Result<Self, Box<Mistake>> {
        let written: Written = toml::from_str(&source.text).map_err(|error| {
            let said = error.message();
            let text = Text::new(format!("写法不对:{said}"), format!("it cannot be read as counts: {said}"));
            let allowed = Text::new(
                "要有 from、to、as_of(日期)、closed(件数)和 [counts](渠道代号 = 件数),没有别的",
                "from, to, as_of (days), closed (a number) and [counts] (channel code = number), and nothing else",
            );
            wrong(source, error.span().unwrap_or(0..0), "", text, allowed)
        })?;
        let day = |key: &str, day: &Spanned<Datetime>| {
            day.get_ref().to_string().parse::<Date>().map_err(|_| {
                let text = Text::new("不是日期", "it is no day");
                wrong(source, day.span(), key, text, Text::new("写成 2025-03-31", "write it like 2025-03-31"))
            })
        };
        let (from, to, as_of) = (day("from", &written.from)?, day("to", &written.to)?, day("as_of", &written.as_of)?);
        // A letter takes up to two days to be handed over, and its answer some more.
        if from.saturating_add(2.days()) > to {
            let text = Text::new("统计期不足三天", "the span is shorter than three days");
            let remedy = Text::new("to 至少比 from 晚两天", "let `to` be at least two days after `from`");
            return Err(wrong(source, written.to.span(), "to", text, remedy));
        }
        if as_of <= to {
            let text = Text::new("早于统计期结束", "it is not after the span");
            let remedy = Text::new("as_of 要晚于 to", "let `as_of` be later than `to`");
            return Err(wrong(source, written.as_of.span(), "as_of", text, remedy));
        }
        let mut letters: BTreeMap<&'static str, u32> = CHANNELS.iter().map(|channel| (channel.code, 0)).collect();
        for (code, count) in &written.counts {
            let Some(known) = letters.get_mut(code.get_ref().as_str()) else {
                let codes = CHANNELS.map(|channel| channel.code).join(" ");
                let text = Text::new("演示里没有这个渠道", "the demo has no such channel");
                let remedy = Text::new(format!("可写 {codes}"), format!("write one of {codes}"));
                return Err(wrong(source, code.span(), &format!("counts.{}", code.get_ref()), text, remedy));
            };
            *known = *count.get_ref();
        }
        let all = letters.values().try_fold(0_u32, |all, count| all.checked_add(*count)).unwrap_or(u32::MAX);
        if all == 0 || all > MOST {
            let text = Text::new(format!("一共 {all} 件"), format!("{all} letters in all"));
            let remedy = Text::new(format!("1 到 {MOST} 件"), format!("1 to {MOST} are allowed"));
            let span = written.counts.keys().map(Spanned::span).min_by_key(|span| span.start).unwrap_or(0..0);
            return Err(wrong(source, span, "counts", text, remedy));
        }
        let closed = *written.closed.get_ref();
        if closed > all {
            let text =
                Text::new(format!("办结 {closed} 件,只来了 {all} 件"), format!("{closed} closed, but only {all} came"));
            let remedy = Text::new("不能比来件多", "let it not be more than came");
            return Err(wrong(source, written.closed.span(), "closed", text, remedy));
        }
        Ok(Self { from, to, as_of, closed, letters })
    }

    /// All letters.
    pub(super) fn all(&self) -> u32 {
        self.letters.values().sum()
    }
}

fn wrong(source: &Source, span: Range<usize>, key: &str, problem: Text, remedy: Text) -> Box<Mistake> {
    Box::new(Mistake::at(source, span, key, problem).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Lang;

    #[test]
    fn the_countys_quarter_is_what_its_report_prints() {
        let counts = Counts::read(None).unwrap();
        assert_eq!((counts.all(), counts.closed), (277, 272));
        assert_eq!(counts.letters["guojia-zhengwu"], 0);
        assert_eq!(counts.letters.len(), CHANNELS.len());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_helps() {
        for (from, to, line, said) in [
            ("shengzhang ", "shengzang ", 10, "shengzhang"),
            ("= 23 ", "= -23 ", 10, "[counts]"),
            ("closed = 272", "closed = 278", 7, "278"),
            ("2025-04-22", "2025-03-31", 6, "as_of"),
            ("2025-03-31", "2025-01-02", 5, "to"),
            ("= 23 ", "= 2300 ", 10, "2554"),
            ("closed = 272", "close = 272", 7, "closed"),
        ] {
            let mistake = Counts::parse(&Source::new("x.toml", COUNTY.replace(from, to))).unwrap_err();
            let shown = mistake.shown(Lang::Zh);
            assert!(shown.contains(said) && mistake.remedy.is_some(), "{shown}");
            assert_eq!(mistake.place.map(|(line, _)| line), Some(line), "{shown}");
        }
        assert!(Counts::read(Some(Path::new("/no/such/file"))).is_err());
    }
}
