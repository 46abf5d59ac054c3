//! Names of people.

use super::patterns::{NAME_LABELS, NAME_LEADS, cut_at_labels, labelled};
use super::{Found, Line, number};
use crate::meaning::plain::{first, is_han, last};

/// Surnames of one character that are common enough to begin a name where no label does.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈\
                        姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向\
                        汤康易乔赖文樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦欧阳单旷刁匡成阮凌罗欧盛符詹骆屈邝谌宁左祝\
                        柳纪舒梅齐童凡路喻涂游裴冉关兰庄辛管甘祁翁艾耿卓蓝靳苗阳岳霍甄房丛鲍包司柏桂刁米褚";

/// Surnames of two characters.
const LONG_SURNAMES: [&str; 6] = ["欧阳", "上官", "司马", "诸葛", "司徒", "皇甫"];

/// What begins with a surname and is no name, where people introduce themselves or end a letter.
const NO_NAMES: &[&str] = &[
    "谢谢", "祝", "万分", "安好", "安康", "高中", "高龄", "高层", "应届", "车主", "房东", "房客", "司机", "党员",
    "华侨", "曾经", "曾多", "曾于", "曾在", "曾向", "于今", "于昨", "于前", "于去", "于本", "于上", "于下", "于某",
    "于年", "于日", "于月", "于是", "关于", "关注", "向贵", "向您", "向你", "向有", "向相", "向政", "向县", "向市",
    "向社", "向当", "向物", "成年", "温馨", "文明", "路灯", "路面", "路边", "石材", "石油", "金牌", "白天", "安全",
    "安置", "平安", "单位", "单亲", "单身", "左右", "方便", "万望", "严重", "康复", "易地", "毕业", "宁愿", "梅雨",
    "包工", "管理", "游客", "阳台", "阳光", "成都", "武汉", "江西", "江苏", "贺州", "温州", "文化", "任何", "段时",
    "何时", "何人", "房产", "石湾", "白莲", "高湖", "杨林", "荣桓", "吴集", "顾客", "苗族", "施工", "申请", "武装",
    "盛世", "项目", "包括",
];

/// Characters with which no name ends, but places and callings do.
const NO_ENDS: &str = "人户主员工者客师村镇乡县市区组街路会局所司队站校院店厂部妈爸商的了是在";

/// What people write where they give no name.
const WITHHELD: [&str; 14] =
    ["匿名", "保密", "不便", "不详", "不公开", "不愿", "无", "略", "同上", "如下", "见", "本人", "暂不", "未填"];

/// Words that may follow a name without a sign between.
const FOLLOW: [&str; 14] =
    ["家住", "现住", "居住", "住在", "电话", "联系", "手机", "今年", "现年", "身份", "性别", "来自", "系湖", "系衡"];

/// What may stand before a name in a closing line.
const BEFORE_SIGNED: [&str; 14] = [
    "反映人",
    "投诉人",
    "举报人",
    "来信人",
    "写信人",
    "申请人",
    "联系人",
    "署名",
    "居民",
    "村民",
    "市民",
    "业主",
    "群众",
    "此致",
];

pub(super) fn find(lines: &[Line]) -> Option<Found> {
    let by_label = || lines.iter().find_map(|line| labelled(&line.text, NAME_LABELS).and_then(labelled_name));
    let by_lead = || lines.iter().find_map(|line| introduced(&line.text));
    // The last one signs.
    let signed = || lines.iter().rev().filter(|line| line.closing).find_map(|line| signed(&line.text));
    by_label()
        .map(|name| Found::new(name, "name_label"))
        .or_else(|| by_lead().map(|name| Found::new(name, "name_lead")))
        .or_else(|| signed().map(|name| Found::new(name, "name_signature")))
}

/// The name behind a label: whatever stands there, if it can be one.
fn labelled_name(value: &str) -> Option<String> {
    let value = value.trim_start_matches([' ', ':']);
    let starts_latin = value.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts_latin {
        let name: String =
            value.chars().take(40).take_while(|c| c.is_ascii_alphabetic() || " .'-".contains(*c)).collect();
        let name = name.trim();
        return (name.len() >= 2).then(|| name.to_owned());
    }
    let is_letter = |c: char| is_han(c) || matches!(c, '·' | '•' | '．');
    let run = |text: &str| text.chars().take(20).take_while(|c| is_letter(*c)).collect::<String>();
    let mut name = cut_at_labels(&run(value)).to_owned();
    if name.chars().count() == 1 {
        // `李 四`
        let rest = value.get(name.len()..).unwrap_or_default();
        let given = run(rest.trim_start());
        if rest.starts_with(' ') && (1..=2).contains(&given.chars().count()) {
            name.push_str(&given);
        }
    }
    let length = name.chars().count();
    let fits = if name.contains(['·', '•', '．']) { (3..=16).contains(&length) } else { (2..=4).contains(&length) };
    (fits && !WITHHELD.into_iter().any(|word| name.starts_with(word))).then_some(name)
}

/// The name with which somebody introduces themselves in a line.
fn introduced(line: &str) -> Option<String> {
    let first = |word: char| line.match_indices(word).find_map(|(at, _)| Some((at, introduced_at(line, at)?)));
    ['我', '本'].into_iter().filter_map(first).min_by_key(|(at, _)| *at).map(|(_, name)| name)
}

/// The name behind the words that begin at this place.
fn introduced_at(line: &str, at: usize) -> Option<String> {
    let before = last(line.get(..at)?, 2);
    let opens = before.chars().next_back().is_none_or(|c| !is_han(c)) || before.ends_with('好') || before == "领导";
    let text = first(line.get(at..)?, 14);
    let lead = NAME_LEADS.iter().filter(|lead| text.starts_with(**lead)).max_by_key(|lead| lead.len())?;
    if !opens {
        return None;
    }
    let rest = text.strip_prefix(lead)?.trim_start_matches([' ', ':', '"', '“']);
    if lead.ends_with('姓') {
        let surname = surname(rest)?;
        let behind = rest.strip_prefix(surname)?;
        return ends(behind).then(|| surname.to_owned());
    }
    let sure = lead.ends_with(['叫', '名']) || lead.ends_with("名字是");
    person(rest, sure).map(str::to_owned)
}

/// The surname with which a text begins.
fn surname(text: &str) -> Option<&str> {
    let long = LONG_SURNAMES.into_iter().find(|long| text.starts_with(long));
    let short = || first(text, 1);
    long.or_else(|| Some(short()).filter(|one| !one.is_empty() && SURNAMES.contains(one)))
}

/// The name with which a text begins and which ends there. Where the words before are `sure`, callings are not looked for.
fn person(text: &str, sure: bool) -> Option<&str> {
    let length = surname(text)?.chars().count();
    if NO_NAMES.iter().any(|word| text.starts_with(word)) {
        return None;
    }
    let cut = |given: usize| {
        let name = first(text, length + given);
        let behind = text.get(name.len()..).unwrap_or_default();
        (name.chars().count() == length + given && name.chars().all(is_han)).then_some((name, behind))
    };
    let named = |accepts: &dyn Fn(&str) -> bool| [2, 1].into_iter().filter_map(cut).find(|(_, behind)| accepts(behind));
    let (name, _) = named(&ends)
        .or_else(|| named(&|behind| FOLLOW.into_iter().any(|word| behind.starts_with(word))))
        .or_else(|| named(&|behind| sure && behind.starts_with('是')))?;
    let is_calling = name.ends_with(|c| NO_ENDS.contains(c));
    (sure || !is_calling).then_some(name)
}

/// Whether nothing goes on behind a name.
fn ends(behind: &str) -> bool {
    behind.chars().next().is_none_or(|c| !is_han(c) && !c.is_alphanumeric())
}

/// The name of a closing line that holds nothing else but a number or a date.
fn signed(line: &str) -> Option<String> {
    if line.chars().count() > 40 {
        return None;
    }
    let mut rest = line.trim_start_matches([' ', '-', ':']);
    while let Some(behind) = BEFORE_SIGNED.into_iter().find_map(|word| rest.strip_prefix(word)) {
        rest = behind.trim_start_matches([' ', ':', ',']);
    }
    let name = person(rest, false)?;
    let behind = rest.get(name.len()..)?;
    let nothing_else = behind.chars().filter(|c| is_han(*c)).all(|c| "年月日电话手机联系号敬上".contains(c));
    let numbers = behind.chars().any(|c| c.is_ascii_digit());
    let is_number = number::numbers(behind).len() == 1 || behind.contains(['年', '-', '.', '/']);
    (nothing_else && (!numbers || is_number)).then(|| name.to_owned())
}
