//! The county's first quarter of 2025, counted from references and printed; and what must not be printed.

use huiliu_contract::OutcomeKind;
use jiff::tz::TimeZone;

use super::line::tests::{at, fact, outcome};
use super::*;
use crate::paper::Block;
use crate::settings::{CountedBy, Effective, ReportSettings};
use crate::store::{FactRow, Standing};

/// What the county printed (report of 2025-04-22, section 二): code, name, noun, measure word, its place in the itemised
/// sentence and in the preamble, and its count.
type Printed = (&'static str, &'static str, &'static str, &'static str, Option<u32>, Option<u32>, u32);

const COUNTY: [Printed; 9] = [
    ("shengzhang", "省长信箱", "转派工单", "件", Some(1), Some(1), 23),
    ("sheng-zhihui", "省12345指挥监管平台", "转派工单", "件", Some(2), None, 1),
    ("shuji-shizhang", "书记市长信箱", "信件", "封", Some(3), Some(2), 41),
    ("shuji-xianzhang", "书记县长信箱", "信件", "封", Some(4), Some(5), 102),
    ("zhengfuwang", "中国政府网", "转派工单", "件", Some(5), Some(4), 8),
    ("sheng12345", "省级12345热线", "转派工单", "件", Some(6), Some(8), 70),
    ("xiangyiban", "湘易办", "转派工单", "件", Some(7), Some(7), 21),
    ("zhengxieyun", "政协云", "转派工单", "件", Some(8), Some(6), 11),
    ("guojia", "国家政务服务平台", "转派工单", "件", None, Some(3), 0),
];

/// Section (二) as the county printed it.
const SECTION: &str = "(二)非话务渠道受理情况。2025年第一季度,12345热线共受理非话务渠道诉求277件,其中,省长信箱转派工单23件,\
    省12345指挥监管平台转派工单1件,书记市长信箱信件41封,书记县长信箱信件102封,中国政府网转派工单8件,省级12345热线转派工单70件,\
    湘易办转派工单21件,政协云转派工单11件。";

/// The preamble on these channels, without the figures of calls, and without the stray 、 before 等渠道.
const PREAMBLE: &str = "受理非话务受理渠道(含省长信箱、书记市长信箱、国家政务服务平台、中国政府网、书记县长信箱、政协云、湘易办、省级12345热线等渠道)\
    各类诉求277件,办结272件。";

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn quarter() -> Span {
    Span::quarter("2025Q1").unwrap()
}

fn named((code, name, noun, measure, order, preamble, _): &Printed) -> Named {
    Named {
        code: (*code).into(),
        tag: None,
        name: (*name).into(),
        noun: (*noun).into(),
        measure: (*measure).into(),
        order: *order,
        preamble: *preamble,
        is_on: true,
    }
}

fn counter(settings: ReportSettings) -> Counter {
    Counter::new(settings, COUNTY.iter().map(named).collect(), at("2025-04-22T15:59:59Z"))
}

/// All of the county's items: 277, of which five are not concluded, one late, and one came back.
fn facts() -> Vec<FactRow> {
    let kinds = ["咨询", "求助", "投诉", "举报", "建议", "感谢"];
    let numbered = COUNTY.iter().flat_map(|(code, .., count)| (0..*count).map(move |_| *code)).zip(1..);
    let one = |(code, n): (&str, u32)| {
        let mut fact = fact(code, n);
        fact.matter.kind = Some(kinds[n as usize % kinds.len()].into());
        fact.matter.category = vec![["社会保障", "生活公用", "农林畜牧水利"][n as usize % 3].into(), "细类".into()];
        if n % 55 != 1 || n == 1 {
            fact.outcomes.push(outcome(OutcomeKind::Closed, "2025-01-30T00:00:00Z"));
        }
        if n == 7 {
            fact.outcomes[0].at = at("2025-03-01T00:00:00Z");
        }
        if n == 9 {
            (fact.redone, fact.reopened) = (1, vec![at("2025-02-01T00:00:00Z")]);
            fact.outcomes.push(outcome(OutcomeKind::Closed, "2025-02-03T00:00:00Z"));
        }
        fact
    };
    numbered.map(one).collect()
}

fn county() -> Figures {
    let mut counter = counter(ReportSettings::default());
    for fact in facts() {
        assert!(counter.count(fact).is_some());
    }
    for (n, kind) in (1..).zip(["咨询", "咨询", "咨询", "求助", "投诉"]) {
        let mut before = fact("shengzhang", n);
        (before.matter.kind, before.matter.category) = (Some(kind.into()), vec!["社会保障".into()]);
        counter.count_before(&before);
    }
    counter.figures(quarter(), None)
}

fn template(name: &str) -> Template {
    Template::read(name, name, built_in(name).unwrap()).unwrap()
}

fn printed(figures: &Figures, name: &str) -> crate::paper::Paper {
    print(figures, &template(name), "衡东县12345政务服务热线中心", &zone(), &[]).unwrap()
}

fn texts(paper: &crate::paper::Paper) -> Vec<&str> {
    let texts = paper.blocks.iter().filter_map(|block| match block {
        Block::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Character for character.
#[test]
fn the_countys_sentences_come_out() {
    let figures = county();
    assert_eq!((figures.accepted, figures.closed), (277, 272));
    let paper = printed(&figures, QUARTERLY);
    assert_eq!(paper.title, "衡东县12345政务服务热线中心2025年第一季度非话务渠道受理情况");
    let [preamble, section] = texts(&paper)[..] else { panic!("{paper:?}") };
    assert_eq!(section, SECTION);
    let head = "根据衡东县12345政务服务热线中心系统平台归集的数据统计,2025年第一季度,12345热线";
    assert_eq!(preamble, format!("{head}{PREAMBLE}"));
}

#[test]
fn the_countys_page_stays_as_it_is() {
    let pages = [QUARTERLY, MONTHLY].map(|name| crate::paper::markdown(&printed(&county(), name)));
    insta::assert_snapshot!(pages.join("\n=====\n\n"));
}

/// A channel without a place is printed last, one that is off only where something came by it, one that nobody configured
/// any more under its code; what led to no ticket stands apart. The items still sum to the total.
#[test]
fn whatever_came_is_printed() {
    let mut without = named(&COUNTY[0]);
    (without.order, without.name) = (None, "没有顺序的".into());
    let mut off = named(&COUNTY[2]);
    off.is_on = false;
    let channels = vec![without, named(&COUNTY[5]), off];
    let mut counter = Counter::new(ReportSettings::default(), channels, at("2025-04-22T00:00:00Z"));
    let mut unmapped = fact("sheng12345", 9);
    unmapped.ticket = None;
    for fact in [fact("shengzhang", 1), fact("sheng12345", 2), fact("retired", 3), unmapped] {
        counter.count(fact);
    }
    let figures = counter.figures(quarter(), None);
    let paper = printed(&figures, QUARTERLY);
    let expected =
        "共受理非话务渠道诉求4件,其中,省级12345热线转派工单1件,retired来件1件,没有顺序的转派工单1件,未成单来件1件。";
    assert!(texts(&paper)[1].ends_with(expected), "{paper:?}");
    assert!(
        texts(&paper)[0].contains("(含省长信箱") || texts(&paper)[0].contains("(含没有顺序的、省级12345热线等渠道)")
    );
    let Some(Block::Table(table)) = paper.blocks.iter().find(|block| matches!(block, Block::Table(_))) else {
        panic!()
    };
    let rows: Vec<_> = table.rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    let expected =
        [("省级12345热线", "1"), ("retired", "1"), ("没有顺序的", "1"), ("未成单(省级12345热线)", "1"), ("合计", "4")];
    assert_eq!(rows, expected);
}

#[test]
fn a_period_in_which_nothing_came_is_said_plainly() {
    let figures = counter(ReportSettings::default()).figures(quarter(), None);
    let paper = printed(&figures, QUARTERLY);
    assert!(texts(&paper)[1].ends_with("12345热线共受理非话务渠道诉求0件。"));
    let none = Counter::new(ReportSettings::default(), Vec::new(), at("2025-04-22T00:00:00Z"));
    let paper = printed(&none.figures(quarter(), None), QUARTERLY);
    assert!(texts(&paper)[0].ends_with("12345热线受理非话务受理渠道各类诉求0件,办结0件。"));
    let month = printed(&counter(ReportSettings::default()).figures(Span::month("2025-03").unwrap(), None), MONTHLY);
    let nothing = "共0件:无。诉求较多的是(没有注明类别的)。与2025年2月相比,没有可比的类别。";
    assert!(texts(&month)[1].ends_with(nothing), "{month:?}");
}

/// Every sum that the paper shows is checked, whatever made it wrong.
#[test]
fn what_does_not_sum_up_is_not_printed() {
    let right = county();
    let wrongs: [fn(&mut Figures); 6] = [
        |figures| figures.accepted += 1,
        |figures| figures.closed -= 1,
        |figures| figures.units[0].accepted += 1,
        |figures| figures.kinds[0].count -= 1,
        |figures| figures.categories[0].count += 1,
        |figures| figures.channels[0].joined += 1,
    ];
    for wrong in wrongs {
        let mut figures = right.clone();
        wrong(&mut figures);
        let refused = print(&figures, &template(QUARTERLY), "", &zone(), &[]).unwrap_err();
        assert_ne!(refused.whole, refused.sum);
    }
    let mut figures = right;
    figures.channels[0].accepted += 1;
    let refused = figures.check().unwrap_err();
    assert_eq!((refused.what, refused.whole, refused.sum), ("受理总数(各渠道与未成单之和)", 277, 278));
}

#[test]
fn trials_never_count_and_the_office_decides_about_the_rest() {
    let count = |settings: ReportSettings| {
        let mut counter = counter(settings);
        let mut all = vec![fact("sheng12345", 1)];
        for (n, standing) in [(2, Standing::Trial), (3, Standing::Historic), (4, Standing::Waiting)] {
            all.push(FactRow { standing, ..fact("sheng12345", n) });
        }
        all.push(FactRow { opened: false, ..fact("xiangyiban", 5) });
        all.push(FactRow { ended: Some((at("2025-02-01T00:00:00Z"), "withdrawn".into())), ..fact("xiangyiban", 6) });
        all.into_iter().for_each(|fact| drop(counter.count(fact)));
        let figures = counter.figures(quarter(), None);
        figures.check().unwrap();
        (figures.accepted, figures.closed, figures.tickets, figures.apart)
    };
    let apart = Apart { trial: 1, historic: 1, waiting: 1, ..Apart::default() };
    assert_eq!(count(ReportSettings::default()), (3, 1, 2, apart));
    let historic = ReportSettings { historic: true, ..ReportSettings::default() };
    assert_eq!(count(historic), (4, 1, 3, Apart { historic: 0, ..apart }));
    let alone = ReportSettings { joined: false, ended: false, ..ReportSettings::default() };
    assert_eq!(count(alone), (1, 0, 1, Apart { joined: 1, ended: 1, ..apart }));
}

#[test]
fn what_was_counted_how_is_said() {
    let mut counter = counter(ReportSettings { by: CountedBy::Handed, ..ReportSettings::default() });
    counter.count(fact("sheng12345", 1));
    counter.count(FactRow { standing: Standing::Historic, ..fact("sheng12345", 2) });
    let mut figures = counter.figures(quarter(), Some(11_171));
    let notes = |figures: &Figures| {
        let paper = printed(figures, QUARTERLY);
        let note = |block: &Block| if let Block::Note(note) = block { Some(note.clone()) } else { None };
        paper.blocks.iter().filter_map(note).collect::<Vec<_>>()
    };
    let said = notes(&figures);
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(said[0].contains("按转派时间归入本期") && said[0].contains("截至2025年4月22日"));
    assert_eq!(said[1], "没有转派时间的,1件按汇流收到时间归入本期。");
    assert!(said[3].starts_with("未计入:启用日期以前的历史件1件"));
    assert_eq!(said[4], "非话务渠道诉求1件在有效工单11171件之外,两项合计11172件。");
    figures.effective = Effective::Inside;
    assert_eq!(notes(&figures)[4], "非话务渠道诉求1件在有效工单11171件之内,占0.01%。");
}

/// Behind each number are as many references as it says; of a confidential one nothing is told.
#[test]
fn the_details_make_up_the_numbers() {
    let mut counter = counter(ReportSettings::default());
    let mut all = facts();
    all[1].matter.confidential = true;
    let lines: Vec<_> = all.into_iter().filter_map(|fact| counter.count(fact)).collect();
    let figures = counter.figures(quarter(), None);
    let paper = details(&figures, &lines, &zone());
    let sheets: Vec<_> = paper
        .blocks
        .iter()
        .map(|block| if let Block::Table(table) = block { table } else { panic!("{block:?}") })
        .collect();
    let rows = |name: &str| sheets.iter().find(|sheet| sheet.name == name).map_or(0, |sheet| sheet.rows.len() as u64);
    assert_eq!((rows("受理"), rows("办结"), rows("超期"), rows("发回重办")), (277, 272, 7, 1));
    for one in &figures.channels {
        let own = |mark: &str| rows(&format!("渠道 {}{mark}", one.channel.name));
        let counted = [one.accepted, one.closed, one.overdue, one.returned, one.redone, one.joined];
        assert_eq!(["", " 办结", " 超期", " 申请退单", " 发回重办", " 并单"].map(own), counted);
    }
    for one in &figures.units {
        let own = |mark: &str| rows(&format!("单位 {}{mark}", one.name.as_deref().unwrap_or("未明确")));
        let counted = [one.accepted, one.closed_late, one.open_late, one.redone];
        assert_eq!(["", " 超期办结", " 超期未办结", " 发回重办"].map(own), counted);
    }
    for part in &figures.kinds {
        assert_eq!(rows(&format!("类型 {}", part.name.as_deref().unwrap())), part.count);
    }
    let secret = &sheets[0].rows[1];
    assert_eq!([&*secret[0], &*secret[1], &*secret[3], &*secret[12]], ["省长信箱", "(保密)", "办结", "(保密)"]);
}

#[test]
fn what_changed_since_it_was_frozen_is_said() {
    let before = county();
    let mut first = counter(ReportSettings::default());
    let mut compared = Compared::with(facts().into_iter().filter_map(|fact| first.count(fact)));
    let mut second = counter(ReportSettings::default());
    let mut all = facts();
    all.remove(0);
    all[0].outcomes.clear();
    all[1].matter.kind = Some("投诉".into());
    all.push(fact("guojia", 900));
    for fact in all {
        compared.meet(&second.count(fact).unwrap());
    }
    let notes = compared.notes(&before, &second.figures(quarter(), None), 1);
    insta::assert_snapshot!(notes.join("\n"));
    let mut same =
        Compared::with(facts().into_iter().filter_map(|fact| counter(ReportSettings::default()).count(fact)));
    let mut again = counter(ReportSettings::default());
    for fact in facts() {
        same.meet(&again.count(fact).unwrap());
    }
    assert_eq!(same.notes(&before, &county(), 2), ["与定稿(第2版)相比:没有变化。"]);
}
