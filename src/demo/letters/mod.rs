//! Letters as a county receives them, all of them invented: matters that people write about, put together with places,
//! persons and days so that no two say the same. Nobody in them lives, and the telephones belong to nobody.

mod culture;
mod farming;
mod living;
mod order;
mod security;

use std::collections::BTreeSet;

use fastrand::Rng;
use huiliu_farside::roads::Matter;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz};

/// What one sort of letter says. In its texts stand `{day}` (a day some time before it was written), `{n}` (a small number)
/// and `{m}` (a larger one).
pub(super) struct Theme {
    sort: &'static str,
    category: &'static str,
    /// Stands behind the village's name.
    title: &'static str,
    text: &'static str,
    wish: &'static str,
}

const TOWNS: [&str; 17] = [
    "洣水镇",
    "吴集镇",
    "大浦镇",
    "石滩乡",
    "三樟镇",
    "霞流镇",
    "新塘镇",
    "白莲镇",
    "草市镇",
    "杨林镇",
    "甘溪镇",
    "蓬源镇",
    "高湖镇",
    "荣桓镇",
    "杨桥镇",
    "石湾镇",
    "栗木乡",
];

const VILLAGES: [&str; 14] = [
    "双江村",
    "新屋村",
    "茶园村",
    "石桥村",
    "塘湾村",
    "枫树村",
    "杉木村",
    "南冲村",
    "金盆村",
    "油麻村",
    "长岭村",
    "白竹村",
    "大桥社区",
    "沿河社区",
];

const SURNAMES: [&str; 20] = [
    "谭", "罗", "刘", "陈", "颜", "向", "董", "文", "尹", "康", "单", "阳", "丁", "肖", "邓", "曹", "欧", "胡", "旷",
    "宋",
];

const GIVEN: [&str; 20] = [
    "春生", "桂香", "国平", "小满", "冬莲", "建设", "细毛", "立夏", "秋菊", "新田", "友根", "满娥", "石生", "雨来",
    "早禾", "清泉", "茂林", "谷雨", "福海", "竹青",
];

const OPENINGS: [&str; 7] = [
    "您好!我家住{here}。",
    "领导好!我是{here}的居民。",
    "我在{here}住了几十年,有件事想说一说。",
    "打扰了,这里是{here}。",
    "本人常年在外务工,老家在{here}。",
    "写这封信是为了{here}大家的一件事。",
    "我是{here}一名退休教师。",
];

const ENDINGS: [&str; 6] =
    ["盼回复。", "谢谢!", "麻烦你们了。", "大家都等着回音。", "有什么要补的材料,打我电话。", "以上情况属实。"];

const ORGANISATIONS: [&str; 5] = ["农业界", "教育界", "医药卫生界", "经济界", "工商联"];

/// Everything that people write about.
fn themes() -> impl Iterator<Item = &'static Theme> {
    let all: [&'static [Theme]; 5] =
        [&farming::THEMES, &security::THEMES, &order::THEMES, &living::THEMES, &culture::THEMES];
    all.into_iter().flatten()
}

/// Whoever writes the letters: the same seed writes the same.
pub(super) struct Pen {
    chance: Rng,
    titles: BTreeSet<String>,
    people: u32,
    span: (Date, Date),
}

impl Pen {
    /// For letters that are written and handed over within these days.
    pub(super) fn new(seed: u64, from: Date, to: Date) -> Self {
        Self { chance: Rng::with_seed(seed), titles: BTreeSet::new(), people: 0, span: (from, to) }
    }

    /// A letter of one of these sorts (诉求类型), like none before.
    pub(super) fn letter(&mut self, sorts: &[&str]) -> Matter {
        let fitting: Vec<&Theme> = themes().filter(|theme| sorts.contains(&theme.sort)).collect();
        loop {
            let theme = fitting[self.chance.usize(..fitting.len())];
            let (town, village) = (self.one(&TOWNS), self.one(&VILLAGES));
            let title = format!("{town}{village}{}", theme.title);
            if self.titles.insert(title.clone()) {
                return self.written(theme, title, &format!("{town}{village}"));
            }
        }
    }

    fn written(&mut self, theme: &Theme, title: String, here: &str) -> Matter {
        let (submitted_at, handed_at) = self.times();
        let ago = SignedDuration::from_hours(24 * self.chance.i64(2..30));
        let day = (submitted_at - ago).to_zoned(tz::TimeZone::fixed(tz::offset(8)));
        let opening = self.one(&OPENINGS).replace("{here}", &format!("衡东县{here}{}组", self.chance.u8(1..15)));
        let content = format!("{opening}{}{}{}", theme.text, theme.wish, self.one(&ENDINGS))
            .replace("{day}", &format!("{}月{}日", day.month(), day.day()))
            .replace("{n}", &self.chance.u8(2..=6).to_string())
            .replace("{m}", &self.chance.u8(20..=90).to_string());
        self.people += 1;
        Matter {
            title,
            content,
            sort: theme.sort.into(),
            category: theme.category.into(),
            name: format!("{}{}", self.one(&SURNAMES), self.one(&GIVEN)),
            sex: self.one(&["男", "女"]).into(),
            phone: format!("13{}0000{:04}", 5 + self.people / 10_000, self.people % 10_000),
            address: format!("衡东县{here}"),
            place: format!("衡东县{here}"),
            confidential: theme.sort == "举报",
            agree_public: theme.sort != "举报" && self.chance.bool(),
            submitted_at,
            handed_at,
            deadline: self.chance.bool().then(|| handed_at + SignedDuration::from_hours(24 * 15)),
            ..Matter::default()
        }
    }

    /// When a letter is written, and when it is handed over: within the span, on whole minutes.
    fn times(&mut self) -> (Timestamp, Timestamp) {
        let (from, to) = self.span;
        let start =
            from.to_zoned(tz::TimeZone::fixed(tz::offset(8))).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
        let days = i64::from((to - from).get_days()).max(2);
        let submitted = start + SignedDuration::from_mins(self.chance.i64(60..(days - 1) * 24 * 60));
        (submitted, submitted + SignedDuration::from_mins(self.chance.i64(30..36 * 60)))
    }

    /// Where a member of the CPPCC comes from (界别).
    pub(super) fn organisation(&mut self) -> String {
        self.one(&ORGANISATIONS).to_owned()
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.chance.usize(..of.len())]
    }

    /// Chance itself, for whoever decides what becomes of the letters.
    pub(super) fn chance(&mut self) -> &mut Rng {
        &mut self.chance
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::outgoing::somebodys;

    const SORTS: [&str; 6] = ["咨询", "求助", "投诉", "举报", "建议", "感谢"];

    fn pen(seed: u64) -> Pen {
        Pen::new(seed, date(2025, 1, 1), date(2025, 3, 31))
    }

    #[test]
    fn letters_differ_belong_to_nobody_and_keep_to_the_span() {
        let (mut pen, mut texts, mut people) = (pen(1), BTreeSet::new(), BTreeSet::new());
        let zone = tz::TimeZone::fixed(tz::offset(8));
        for _ in 0..2000 {
            let letter = pen.letter(&SORTS);
            assert!(!letter.content.contains('{') && letter.submitted_at < letter.handed_at, "{letter:?}");
            let days = [letter.submitted_at, letter.handed_at].map(|at| at.to_zoned(zone.clone()).date());
            assert!(days.iter().all(|day| (pen.span.0..=pen.span.1).contains(day)), "{days:?}");
            assert_eq!(somebodys(letter.phone.as_bytes()), []);
            assert!(texts.insert((letter.title, letter.content)) && people.insert(letter.phone));
        }
    }

    #[test]
    fn every_sort_has_its_matters_and_all_of_them_are_told_apart() {
        let titles: Vec<&str> = themes().map(|theme| theme.title).collect();
        assert!(titles.len() >= 45 && titles.iter().collect::<BTreeSet<_>>().len() == titles.len());
        for sort in SORTS {
            assert_eq!(pen(3).letter(&[sort]).sort, sort);
        }
    }

    #[test]
    fn the_same_seed_writes_the_same() {
        let letters = |seed| (0..20).map(|_| pen(seed).letter(&SORTS)).collect::<Vec<_>>();
        assert_eq!(letters(5), letters(5));
        assert_ne!(letters(5), letters(6));
    }
}
