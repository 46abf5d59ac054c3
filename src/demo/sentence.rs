//! What the report must say, put together from what the far sides counted: a second composer, plain on purpose, which
//! shares nothing with the report but what the county printed.

use jiff::civil::Date;

/// How the county's report speaks of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Spoken {
    /// The channel's code.
    pub(super) code: &'static str,
    /// What the report calls it.
    pub(super) name: &'static str,
    /// What it calls one item of it, with the measure word behind the figure.
    things: (&'static str, &'static str),
}

const fn spoken(code: &'static str, name: &'static str, noun: &'static str, measure: &'static str) -> Spoken {
    Spoken { code, name, things: (noun, measure) }
}

/// Every channel of the demo, in the order in which the report's section prints those that have items.
pub(super) const CHANNELS: [Spoken; 9] = [
    spoken("shengzhang", "省长信箱", "转派工单", "件"),
    spoken("sheng-zhihui", "省12345指挥监管平台", "转派工单", "件"),
    spoken("shuji-shizhang", "书记市长信箱", "信件", "封"),
    spoken("shuji-xianzhang", "书记县长信箱", "信件", "封"),
    spoken("zhongguo-zhengfuwang", "中国政府网", "转派工单", "件"),
    spoken("sheng12345", "省级12345热线", "转派工单", "件"),
    spoken("xiangyiban", "湘易办", "转派工单", "件"),
    spoken("zhengxieyun", "政协云", "转派工单", "件"),
    spoken("guojia-zhengwu", "国家政务服务平台", "转派工单", "件"),
];

/// The names in the report's first paragraph, which come in another order and whether or not anything came.
const NAMED: &str = "省长信箱、书记市长信箱、国家政务服务平台、中国政府网、书记县长信箱、政协云、湘易办、省级12345热线";

/// The piece of the first paragraph about what did not come by telephone.
pub(super) fn preamble(accepted: u64, closed: u64) -> String {
    format!("受理非话务受理渠道(含{NAMED}等渠道)各类诉求{accepted}件,办结{closed}件")
}

/// The section: all of them, and each channel that had some. `accepted` is told by channel code.
pub(super) fn section(from: Date, to: Date, accepted: impl Fn(&str) -> u64) -> String {
    let counts: Vec<(Spoken, u64)> = CHANNELS.iter().map(|one| (*one, accepted(one.code))).collect();
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let some = counts.iter().filter(|(_, count)| *count > 0);
    let each: Vec<String> = some
        .map(|(Spoken { name, things: (noun, measure), .. }, count)| format!("{name}{noun}{count}{measure}"))
        .collect();
    format!("{},12345热线共受理非话务渠道诉求{all}件,其中,{}。", span(from, to), each.join(","))
}

/// What a span is called: 2025年第一季度, 2025年3月, 2025年, or from day to day.
pub(super) fn span(from: Date, to: Date) -> String {
    let year = from.year();
    let whole = from.day() == 1 && to == to.last_of_month() && year == to.year();
    match (whole, from.month(), to.month()) {
        (true, 1, 12) => format!("{year}年"),
        (true, first, last) if first == last => format!("{year}年{first}月"),
        (true, first, last) if last == first + 2 && last % 3 == 0 => {
            let quarter = ["一", "二", "三", "四"].get(usize::from(last.unsigned_abs()) / 3 - 1).copied();
            format!("{year}年第{}季度", quarter.unwrap_or_default())
        }
        _ => {
            let day = |day: Date| format!("{}月{}日", day.month(), day.day());
            let again = if year == to.year() { String::new() } else { format!("{}年", to.year()) };
            format!("{year}年{}至{again}{}", day(from), day(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn it_is_the_countys_own_sentence() {
        let counts = [23, 1, 41, 102, 8, 70, 21, 11, 0];
        let of = |code: &str| counts[CHANNELS.iter().position(|one| one.code == code).unwrap()];
        assert_eq!(
            section(date(2025, 1, 1), date(2025, 3, 31), of),
            "2025年第一季度,12345热线共受理非话务渠道诉求277件,其中,省长信箱转派工单23件,省12345指挥监管平台转派工单1件,\
             书记市长信箱信件41封,书记县长信箱信件102封,中国政府网转派工单8件,省级12345热线转派工单70件,湘易办转派工单21件,\
             政协云转派工单11件。"
        );
        assert!(preamble(277, 272).ends_with("省级12345热线等渠道)各类诉求277件,办结272件"));
    }

    #[test]
    fn spans_have_names() {
        for (from, to, name) in [
            (date(2025, 1, 1), date(2025, 12, 31), "2025年"),
            (date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
            (date(2025, 10, 1), date(2025, 12, 31), "2025年第四季度"),
            (date(2025, 2, 1), date(2025, 4, 30), "2025年2月1日至4月30日"),
            (date(2024, 12, 30), date(2025, 1, 5), "2024年12月30日至2025年1月5日"),
        ] {
            assert_eq!(span(from, to), name);
        }
    }
}
