//! Where the citizen lives.

use super::patterns::{ADDRESS_LABELS, before_label, cut_at_labels, is_the_writers, labelled};
use super::{Found, Line};
use crate::meaning::plain::{first, is_han, last};

/// Characters of an address, at least one of which stands in each.
const PLACES: &str = "省市县区镇乡村街路巷弄号栋幢组社园苑屯庄";

/// Characters with which the parts of an address end, those of estates among them. A sentence that goes on behind the last is
/// cut off.
const ENDINGS: &str = "省市县区镇乡村街路巷弄号栋幢组社园苑屯庄道楼室户层座期场城湾府邸院寓坊门阁轩";

/// Characters behind the last ending that may still be of a name.
const LOOSE: usize = 4;

/// What no address begins with: people live upstairs, too.
const NO_BEGINNINGS: [&str; 28] = [
    "这", "那", "我", "他", "她", "此", "该", "附近", "隔壁", "楼上", "楼下", "对面", "同一", "同", "一起", "一个",
    "农村", "城里", "乡下", "县城", "路边", "里面", "自己", "自家", "并", "某", "市区", "城区",
];

/// Words with which what stands behind 住 goes on.
const GOES_ON: [&str; 18] = [
    "的", "已经", "已", "一直", "因为", "由于", "多年", "今年", "每天", "现在", "反映", "上班", "有", "很", "都",
    "已有", "从", "时",
];

/// What 住 is the beginning of, where nobody lives.
const NO_LIVING: &str = "区址房院宅户处建宿所了着进户持戶不过";

/// Whoever else may live somewhere.
const SOMEBODY_ELSE: [&str; 12] = ["他", "她", "它", "其", "对方", "邻居", "某", "谁", "老板", "患", "此", "老人"];

pub(super) fn find(lines: &[Line]) -> Option<Found> {
    let by_label = || lines.iter().find_map(|line| labelled_by(&line.text));
    let by_lead = || lines.iter().find_map(|line| lived(&line.text));
    by_label()
        .map(|place| Found::new(place, "address_label"))
        .or_else(|| by_lead().map(|place| Found::new(place, "address_lead")))
}

/// Words before a bare 地址 that make it a firm's.
const FIRMS: [&str; 10] = ["公司", "工厂", "商店", "门店", "店铺", "单位", "学校", "医院", "中心", "有限"];

/// The place behind a label of the citizen's.
fn labelled_by(line: &str) -> Option<String> {
    let value = labelled(line, ADDRESS_LABELS)?;
    let before = before_label(last(line.get(..line.len() - value.len())?.trim_end_matches(':'), 24), &["地址"]);
    let is_firms = |before: &str| {
        before.trim_end().ends_with('(') || FIRMS.into_iter().any(|word| last(before, 16).contains(word))
    };
    if before.is_some_and(is_firms) {
        return None;
    }
    let value = cut_at_labels(ended(value.trim_start_matches([' ', ':'])));
    // Blanks stand between the parts of an address, and before what is none of them.
    let goes_on = |piece: &str| {
        piece.chars().count() <= 20
            && !piece.contains('年')
            && piece.chars().any(|c| PLACES.contains(c) || c.is_ascii_digit())
    };
    let mut end = 0;
    for piece in value.split_inclusive(' ') {
        if end > 0 && !goes_on(piece) {
            break;
        }
        end += piece.len();
    }
    place(value.get(..end)?)
}

/// The place behind 家住, 现住, 住在 …
fn lived(line: &str) -> Option<String> {
    let first = |word: char| line.match_indices(word).find_map(|(at, _)| Some((at, lived_at(line, at, word)?)));
    ['住', '居'].into_iter().filter_map(first).min_by_key(|(at, _)| *at).map(|(_, place)| place)
}

/// The place behind this word at this place in the line.
fn lived_at(line: &str, at: usize, word: char) -> Option<String> {
    let before = last(line.get(..at)?, 6);
    let rest = first(line.get(at + word.len_utf8()..)?, 80);
    let says = if word == '居' {
        before.ends_with('现') && !rest.starts_with('住')
    } else {
        let own =
            ["家", "现", "居", "我", "本人", "我们", "一直", "长期"].into_iter().any(|word| before.ends_with(word));
        own || (rest.starts_with(['在', '于']) && is_the_writers(before))
    };
    let somebody_else = || SOMEBODY_ELSE.into_iter().any(|word| before.contains(word));
    if !says || rest.starts_with(|c| NO_LIVING.contains(c)) || somebody_else() {
        return None;
    }
    let rest = ended(rest.trim_start_matches(['在', '于', ':', ' ']));
    let end = GOES_ON.into_iter().filter_map(|word| rest.find(word)).min().unwrap_or(rest.len());
    place(cut_at_labels(rest.get(..end)?))
}

/// Up to the first sign that ends a clause, or a number that is none of a house.
fn ended(value: &str) -> &str {
    let mut digits = 0;
    for (at, c) in value.char_indices() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits >= 7 {
            return value.get(..at + 1 - digits).unwrap_or_default();
        }
        if ",。;!?、()\"“”<>\n".contains(c) {
            return value.get(..at).unwrap_or_default();
        }
    }
    value
}

fn place(value: &str) -> Option<String> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || "()-:.+".contains(c));
    let end = value.char_indices().rev().find(|(_, c)| ENDINGS.contains(*c) || c.is_ascii_digit());
    let end = end.map_or(value.len(), |(at, c)| at + c.len_utf8());
    let (head, loose) = value.split_at(end);
    let value = if loose.chars().count() > LOOSE { head } else { value };
    let length = value.chars().count();
    let is_place = (4..=60).contains(&length)
        && value.chars().any(|c| PLACES.contains(c))
        && value.chars().filter(|c| is_han(*c)).count() >= 3
        && !NO_BEGINNINGS.into_iter().any(|word| value.starts_with(word));
    is_place.then(|| value.to_owned())
}
