//! What a column holds, by the form of what stands in it: telephone numbers, identity numbers, times and how they are
//! written, long texts.

use crate::normalize::is_written_as;
use crate::ticket::Phone;

/// Ways of writing a time, in the order in which they are tried.
const WAYS: [&str; 21] = [
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd HH:mm",
    "yyyy-MM-dd",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd HH:mm",
    "yyyy/MM/dd",
    "yyyy/M/d H:mm:ss",
    "yyyy/M/d H:mm",
    "yyyy/M/d",
    "yyyy-M-d H:mm:ss",
    "yyyy-M-d H:mm",
    "yyyy-M-d",
    "yyyy.M.d H:mm:ss",
    "yyyy.M.d H:mm",
    "yyyy.M.d",
    "yyyy-MM-dd HH:mm:ss.S",
    "yyyyMMddHHmmss",
    "yyyyMMdd",
    "iso",
    "zh",
    "excel",
];

/// Years in which letters are written; a figure that means another year is no time.
const YEARS: std::ops::RangeInclusive<i64> = 946_684_800..=4_102_444_799;

/// How the times of a column are written, in as few ways as it takes; none if any text is no time.
pub(super) fn dates(texts: &[String]) -> Option<Vec<&'static str>> {
    let mut ways: Vec<&'static str> = Vec::new();
    for text in texts {
        if ways.iter().any(|way| is_so(way, text)) {
            continue;
        }
        ways.push(["unix", "unix_ms"].into_iter().chain(WAYS).find(|way| is_so(way, text))?);
    }
    (!ways.is_empty()).then_some(ways)
}

fn is_so(way: &str, text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let second = |least: i64| text.parse::<i64>().is_ok_and(|n| YEARS.contains(&(n / least)));
    match way {
        "unix" => digits && text.len() == 10 && second(1),
        "unix_ms" => digits && text.len() == 13 && second(1000),
        // Day numbers of the years 2000 to 2100.
        "excel" => text.parse::<f64>().is_ok_and(|day| (36_526.0..73_415.0).contains(&day)),
        "yyyyMMdd" | "yyyyMMddHHmmss" => digits && text.starts_with(['1', '2']) && is_written_as(way, text),
        _ => is_written_as(way, text),
    }
}

/// Whether every text is a telephone number, masked or not.
pub(super) fn are_phones(texts: &[String]) -> bool {
    !texts.is_empty() && texts.iter().all(|text| Phone::parse(text).is_some() && text.chars().count() <= 24)
}

/// Whether every text is a mobile number as it is written in this country.
pub(super) fn are_mobiles(texts: &[String]) -> bool {
    let is = |text: &String| {
        let phone = Phone::parse(text).filter(|_| text.chars().count() <= 20);
        match &phone {
            Some(Phone::Whole(digits)) => digits.len() == 11 && digits.starts_with('1'),
            Some(Phone::Masked(front, _)) => front.starts_with('1'),
            None => false,
        }
    };
    !texts.is_empty() && texts.iter().all(is)
}

/// Whether every text has the form of a resident identity number.
pub(super) fn are_resident_ids(texts: &[String]) -> bool {
    let is = |text: &String| {
        let Some((front, last)) = text.split_at_checked(17) else { return false };
        text.len() == 18
            && front.bytes().all(|b| b.is_ascii_digit())
            && matches!(last.as_bytes(), [b'0'..=b'9' | b'x' | b'X'])
            && front.get(6..8).is_some_and(|century| matches!(century, "18" | "19" | "20"))
    };
    !texts.is_empty() && texts.iter().all(is)
}

/// How long the texts are in the middle, in characters.
pub(super) fn typical_length(texts: &[String]) -> usize {
    let mut lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

/// Whether these are 1, 2, 3 … (or 0, 1, 2 …): they begin anew in every table.
pub(super) fn is_running(texts: &[String]) -> bool {
    let numbers: Option<Vec<u64>> = texts.iter().map(|text| text.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.first().is_some_and(|first| *first <= 1)) else {
        return false;
    };
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Whether any text is markup.
pub(super) fn has_markup(texts: &[String]) -> bool {
    texts.iter().any(|text| {
        text.contains("</")
            || text.contains("/>")
            || ["<p>", "<br>", "<div", "<BR>", "&nbsp;"].iter().any(|tag| text.contains(tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn times_are_known_in_each_way_they_are_written() {
        let cases: [(&[&str], Option<&[&str]>); 12] = [
            (&["2026-12-01 09:20:00", "2026-12-02 10:00:00"], Some(&["yyyy-MM-dd HH:mm:ss"])),
            (&["2026-12-01 09:20", "2026-12-02"], Some(&["yyyy-MM-dd HH:mm", "yyyy-MM-dd"])),
            (&["2026/12/1 9:20", "2026/1/2"], Some(&["yyyy/M/d H:mm", "yyyy/M/d"])),
            (&["2026.1.2"], Some(&["yyyy.M.d"])),
            (&["20261201", "20261202"], Some(&["yyyyMMdd"])),
            (&["1796000000"], Some(&["unix"])),
            (&["1796000000000"], Some(&["unix_ms"])),
            (&["2026-12-01T09:20:00+08:00"], Some(&["iso"])),
            (&["2026年12月1日9时05分", "46000.5"], Some(&["zh", "excel"])),
            (&["2026-12-01", "尽快"], None),
            (&["13800000000"], None),
            (&[], None),
        ];
        for (texts, ways) in cases {
            assert_eq!(dates(&list(texts)).as_deref(), ways, "{texts:?}");
        }
    }

    #[test]
    fn numbers_are_told_apart() {
        assert!(are_mobiles(&list(&["13800000000", "+86 138-0000-0000", "138****0000"])));
        assert!(
            !are_mobiles(&list(&["13800000000", "0734-5200000"])) && are_phones(&list(&["0734-5200000", "5200000"]))
        );
        assert!(are_resident_ids(&list(&["43042419000101002X"])) && !are_resident_ids(&list(&["202612010000010001"])));
        assert!(is_running(&list(&["1", "2", "3"])) && is_running(&list(&["1"])) && is_running(&list(&["0", "1"])));
        assert!(
            !is_running(&list(&["1001", "1002"])) && !is_running(&list(&["1", "3"])) && !is_running(&list(&["A1"]))
        );
    }
}
