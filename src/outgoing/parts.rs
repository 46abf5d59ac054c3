//! What is told of a letter that was split (拆单): one answer put together from those of its parts, and whatever is told
//! of one part with that part named in it.

use huiliu_contract::{Outcome, OutcomeKind, Unit, UnitRole};

/// One part with the outcome that is told of it.
#[derive(Clone, PartialEq)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
}

const SOLVED: &str = "解决";
const PARTLY: &str = "部分解决";
const UNSOLVED: &str = "未解决";

/// How content a citizen is, from the least on.
const CONTENT: [&str; 6] = ["非常不满意", "不满意", "一般", "基本满意", "满意", "非常满意"];

/// The one outcome that concludes the whole, of the concluding outcomes of all its parts in their order; none of none.
///
/// Declined or redirected is only what is so in every part. A unit stands in it once, as lead where it leads anywhere.
/// Solved is what all parts say is solved; the way is told where all agree, the satisfaction is the lowest.
pub fn compose(parts: &[Part]) -> Option<Outcome> {
    let at = parts.iter().map(|part| part.outcome.at).max()?;
    let all = |kind: OutcomeKind| parts.iter().all(|part| part.outcome.kind == kind);
    let kind = [OutcomeKind::Declined, OutcomeKind::Redirected].into_iter().find(|kind| all(*kind));
    let kind = kind.unwrap_or(OutcomeKind::Closed);
    let own = |take: fn(&Outcome) -> Option<&String>| -> Vec<Option<&String>> {
        parts.iter().map(|part| take(&part.outcome)).collect()
    };
    let listed = |take: fn(&Outcome) -> Option<&String>| {
        let told = parts.iter().enumerate().filter_map(|(n, part)| Some(item(n, part, take(&part.outcome)?)));
        let told = told.collect::<Vec<_>>().join("\n");
        (!told.is_empty()).then_some(told)
    };
    Some(Outcome {
        kind,
        at,
        units: units(parts),
        way: agreed(&own(|outcome| outcome.way.as_ref())),
        public_reply: reply(parts),
        // Without the titles: the public text bears them, and is searched for words of the note.
        internal_note: notes(parts),
        reason: (kind == OutcomeKind::Declined).then(|| listed(|outcome| outcome.reason.as_ref())).flatten(),
        days: None,
        solved: solved(&own(|outcome| outcome.solved.as_ref())),
        into: (kind == OutcomeKind::Redirected).then(|| into(parts)).flatten(),
        satisfaction: satisfaction(&own(|outcome| outcome.satisfaction.as_ref())),
    })
}

/// What is told of one part before all are concluded, with the part named in every text that leaves.
pub fn named(part: Part) -> Outcome {
    let Part { title, outcome } = part;
    let name = |text: Option<String>| text.map(|text| format!("关于“{title}”:{text}"));
    Outcome { public_reply: name(outcome.public_reply), reason: name(outcome.reason), ..outcome }
}

/// One part under its head: 一、路灯不亮.
fn item(n: usize, part: &Part, text: &str) -> String {
    format!("{}、{}\n{text}", numeral(n + 1), part.title.trim())
}

/// A number up to 99 as it stands before an item.
fn numeral(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match n / 10 {
        0 => digit(n).to_owned(),
        1 => format!("十{}", digit(n % 10)),
        tens => format!("{}十{}", digit(tens), digit(n % 10)),
    }
}

/// The parts' texts one below the other; none where nothing is told of any.
fn reply(parts: &[Part]) -> Option<String> {
    let said: Vec<Option<String>> = parts.iter().map(|part| said(&part.outcome)).collect();
    if said.iter().all(Option::is_none) {
        return None;
    }
    // Beside answers of others silence would look like something forgotten.
    let text =
        |(n, (part, said)): (usize, (&Part, Option<String>))| item(n, part, said.as_deref().unwrap_or("已办结。"));
    Some(parts.iter().zip(said).enumerate().map(text).collect::<Vec<_>>().join("\n"))
}

/// What is told of one part, and that it was declined or redirected where it was.
fn said(outcome: &Outcome) -> Option<String> {
    let told =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let text = told(&outcome.public_reply);
    let after = |head: String| match &text {
        Some(text) => format!("{head}{text}"),
        None => head,
    };
    match outcome.kind {
        OutcomeKind::Declined if text.as_ref().is_some_and(|text| text.contains("不予受理")) => text,
        OutcomeKind::Declined => match (&text, told(&outcome.reason)) {
            (None, Some(reason)) => Some(format!("不予受理:{reason}")),
            _ => Some(after("不予受理。".into())),
        },
        OutcomeKind::Redirected => match told(&outcome.into) {
            Some(into) if text.as_ref().is_some_and(|text| text.contains(&into)) => text,
            Some(into) => Some(after(format!("已转{into}办理。"))),
            None => Some(after("已转其他渠道办理。".into())),
        },
        _ => text,
    }
}

fn units(parts: &[Part]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for unit in parts.iter().flat_map(|part| &part.outcome.units) {
        match units.iter_mut().find(|known| known.name == unit.name) {
            Some(known) if unit.role == UnitRole::Lead => known.role = UnitRole::Lead,
            Some(_) => {}
            None => units.push(unit.clone()),
        }
    }
    units
}

fn notes(parts: &[Part]) -> Option<String> {
    let notes: Vec<&str> = parts.iter().filter_map(|part| part.outcome.internal_note.as_deref()).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

/// What all that say anything say alike.
fn agreed(told: &[Option<&String>]) -> Option<String> {
    let mut told = told.iter().flatten();
    let first = told.next()?;
    told.all(|other| other == first).then(|| (*first).clone())
}

fn solved(told: &[Option<&String>]) -> Option<String> {
    let first = told.iter().flatten().next()?;
    if told.iter().all(|one| one.is_some_and(|one| one == *first)) {
        return Some((*first).clone());
    }
    let says = |words: &[&str]| told.iter().flatten().any(|one| words.contains(&one.as_str()));
    let word = if says(&[SOLVED, PARTLY]) { Some(PARTLY) } else { says(&[UNSOLVED]).then_some(UNSOLVED) };
    word.map(str::to_owned)
}

/// The lowest, so that nobody is told to be more content than they said. Words that have no rank are told where all agree.
fn satisfaction(told: &[Option<&String>]) -> Option<String> {
    let rank = |word: &&String| CONTENT.iter().position(|known| known == word);
    let ranks: Option<Vec<usize>> = told.iter().flatten().map(rank).collect();
    match ranks.and_then(|ranks| ranks.into_iter().min()) {
        Some(lowest) => CONTENT.get(lowest).map(|word| (*word).to_owned()),
        None => agreed(told),
    }
}

/// Where the parts were redirected to, each once.
fn into(parts: &[Part]) -> Option<String> {
    let mut all: Vec<&str> = Vec::new();
    for into in parts.iter().filter_map(|part| part.outcome.into.as_deref()) {
        if !all.contains(&into) {
            all.push(into);
        }
    }
    (!all.is_empty()).then(|| all.join("、"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn part(title: &str, kind: OutcomeKind, reply: Option<&str>) -> Part {
        let at = Timestamp::UNIX_EPOCH;
        let outcome = Outcome { kind, public_reply: reply.map(str::to_owned), ..Outcome::signed(at) };
        Part { title: title.into(), outcome }
    }

    fn closed(solved: Option<&str>) -> Part {
        let mut part = part("路灯", OutcomeKind::Closed, Some("已修复。"));
        part.outcome.solved = solved.map(str::to_owned);
        part
    }

    #[test]
    fn one_answer_says_what_became_of_each_part() {
        let parts = [
            part("路灯不亮", OutcomeKind::Closed, Some("路灯已修复。\n欢迎监督。")),
            part("邻居纠纷", OutcomeKind::Declined, None),
            part("医保报销", OutcomeKind::Redirected, Some("请留意来电。")),
            part("井盖缺失", OutcomeKind::Closed, None),
        ];
        let mut parts = parts;
        parts[1].outcome.reason = Some("已进入诉讼程序".into());
        parts[2].outcome.into = Some("市医保局".into());
        let whole = compose(&parts).unwrap();
        assert_eq!(whole.kind, OutcomeKind::Closed);
        assert_eq!(
            whole.public_reply.unwrap(),
            "一、路灯不亮\n路灯已修复。\n欢迎监督。\n二、邻居纠纷\n不予受理:已进入诉讼程序\n三、医保报销\n\
             已转市医保局办理。请留意来电。\n四、井盖缺失\n已办结。"
        );
        assert_eq!((whole.reason, whole.into), (None, None), "of the whole neither is true");
        let silent = [part("甲", OutcomeKind::Closed, None), part("乙", OutcomeKind::Closed, Some(" "))];
        assert_eq!(compose(&silent).unwrap().public_reply, None, "nothing is made up");
        assert_eq!(compose(&[]), None);
    }

    #[test]
    fn what_is_declined_or_redirected_in_all_parts_is_so_as_a_whole() {
        let told = |kind, into: Option<&str>| {
            let mut part = part("甲", kind, None);
            part.outcome.into = into.map(str::to_owned);
            part.outcome.reason = Some("不属于受理范围".into());
            part
        };
        let declined = compose(&[told(OutcomeKind::Declined, None), told(OutcomeKind::Declined, None)]).unwrap();
        assert_eq!(declined.kind, OutcomeKind::Declined);
        assert_eq!(declined.reason.unwrap(), "一、甲\n不属于受理范围\n二、甲\n不属于受理范围");
        let one = told(OutcomeKind::Redirected, Some("市信访局"));
        let both = compose(&[one.clone(), told(OutcomeKind::Redirected, Some("市医保局")), one]).unwrap();
        assert_eq!((both.kind, both.into.as_deref()), (OutcomeKind::Redirected, Some("市信访局、市医保局")));
        let mixed = compose(&[told(OutcomeKind::Declined, None), told(OutcomeKind::Redirected, None)]).unwrap();
        assert_eq!(mixed.kind, OutcomeKind::Closed);
    }

    #[test]
    fn the_whole_is_solved_only_if_all_say_so() {
        let solved =
            |all: &[Option<&str>]| compose(&all.iter().map(|one| closed(*one)).collect::<Vec<_>>()).unwrap().solved;
        let cases = [
            (vec![Some("解决"), Some("解决")], Some("解决")),
            (vec![Some("解决"), Some("未解决")], Some("部分解决")),
            (vec![Some("解决"), None], Some("部分解决")),
            (vec![Some("未解决"), None], Some("未解决")),
            (vec![Some("未解决"), Some("未解决")], Some("未解决")),
            (vec![Some("部分解决"), Some("未解决")], Some("部分解决")),
            (vec![Some("1"), Some("1")], Some("1")),
            (vec![Some("1"), None], None),
            (vec![None, None], None),
        ];
        for (all, whole) in cases {
            assert_eq!(solved(&all).as_deref(), whole, "{all:?}");
        }
    }

    #[test]
    fn units_ways_and_satisfaction_are_put_together() {
        let unit = |name: &str, role| Unit { name: name.into(), role };
        let mut parts = [closed(None), closed(None)];
        parts[0].outcome.units = vec![unit("县住建局", UnitRole::Lead), unit("城关镇", UnitRole::Assisting)];
        parts[1].outcome.units = vec![unit("城关镇", UnitRole::Lead), unit("县住建局", UnitRole::Assisting)];
        parts[0].outcome.way = Some("转办办结".into());
        parts[0].outcome.satisfaction = Some("非常满意".into());
        parts[1].outcome.satisfaction = Some("不满意".into());
        parts[1].outcome.internal_note = Some("线路老化".into());
        parts[1].outcome.at = "2026-12-03T01:00:00Z".parse().unwrap();
        let whole = compose(&parts).unwrap();
        assert_eq!(whole.units, [unit("县住建局", UnitRole::Lead), unit("城关镇", UnitRole::Lead)]);
        assert_eq!((whole.way.as_deref(), whole.satisfaction.as_deref()), (Some("转办办结"), Some("不满意")));
        assert_eq!(whole.internal_note.as_deref(), Some("线路老化"));
        assert_eq!(whole.at, parts[1].outcome.at);
        parts[1].outcome.way = Some("在线办结".into());
        parts[0].outcome.satisfaction = Some("5".into());
        let whole = compose(&parts).unwrap();
        assert_eq!((whole.way, whole.satisfaction), (None, None), "nobody can say which");
    }

    #[test]
    fn what_is_told_of_one_part_names_it() {
        let told = named(part("路灯不亮", OutcomeKind::Progressed, Some("已派员查看。")));
        assert_eq!(told.public_reply.as_deref(), Some("关于“路灯不亮”:已派员查看。"));
        assert_eq!(named(part("路灯不亮", OutcomeKind::Signed, None)), Outcome::signed(Timestamp::UNIX_EPOCH));
        assert_eq!([1, 9, 10, 11, 20, 99].map(numeral), ["一", "九", "十", "十一", "二十", "九十九"]);
    }
}
