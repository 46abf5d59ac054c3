//! The columns of an answer: known words, or texts with placeholders. The internal note is not among them: it never leaves
//! the house.

use std::borrow::Cow;

use huiliu_contract::{Homebound, Outcome, UnitRole};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::template::{Filling, Template};
use jiff::tz::TimeZone;

use crate::options::ColumnOption;

/// The placeholders, in the order of their values.
const NAMES: [&str; 18] = [
    "id",
    "kind",
    "state",
    "at",
    "unit",
    "lead",
    "assisting",
    "way",
    "public_reply",
    "greeting",
    "ending",
    "reply",
    "reason",
    "days",
    "solved",
    "satisfaction",
    "agree_public",
    "into",
];

/// Known words for columns, and what stands in them.
const KNOWN: [(&str, &str); 16] = [
    ("编号", "{id}"),
    ("办理情况", "{state}"),
    ("承办单位", "{unit}"),
    ("主办单位", "{lead}"),
    ("协办单位", "{assisting}"),
    ("办理方式", "{way}"),
    ("答复内容", "{reply}"),
    ("公开答复", "{public_reply}"),
    ("原因", "{reason}"),
    ("延期天数", "{days}"),
    ("是否解决", "{solved}"),
    ("满意度", "{satisfaction}"),
    ("是否公开", "{agree_public}"),
    ("转往", "{into}"),
    ("办结时间", "{at}"),
    ("反馈时间", "{at}"),
];

/// The columns, compiled.
pub(super) struct Columns(Vec<(String, Template)>);

impl Columns {
    /// Compiles them; none if anything was wrong.
    pub(super) fn read(written: &[ColumnOption], wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let mut columns: Vec<(String, Template)> = Vec::new();
        for (n, column) in written.iter().enumerate() {
            let key = format!("return.columns[{n}]");
            let (name, value) = match column {
                ColumnOption::Own(own) => (own.name.clone(), own.value.clone()),
                ColumnOption::Word(word) => match KNOWN.iter().find(|(known, _)| known == word) {
                    Some((known, value)) => ((*known).to_owned(), (*value).to_owned()),
                    None => {
                        let known = KNOWN.map(|(known, _)| known);
                        wrong.tell(
                            &key,
                            &format!(
                                "`{word}` is no known column; known are {}; for another write {{ name = \"{word}\", value = \"…\" }}. What the submission itself said is not known on the way back",
                                known.join(", ")
                            ),
                            &format!(
                                "“{word}”不是现成的栏;现成的有 {};要别的栏就写 {{ name = \"{word}\", value = \"…\" }}。来件自己的内容(姓名、标题)回传时不带",
                                known.join("、")
                            ),
                        );
                        continue;
                    }
                },
            };
            if name.trim().is_empty() || name == super::day::KEY || columns.iter().any(|(known, _)| *known == name) {
                wrong.tell(
                    &key,
                    "a column needs a name of its own, which no other has",
                    "每一栏都要有自己的名字,不能空着,也不能重名",
                );
            }
            let template = Template::text(&value, &NAMES).map_err(|bad| bad.at_key(&key));
            columns.extend(wrong.take(template).map(|template| (name, template)));
        }
        if written.is_empty() {
            wrong.tell(
                "return.columns",
                "no column is written; write for example [\"编号\", \"承办单位\", \"答复内容\"]",
                "一栏也没写;例如 [\"编号\", \"承办单位\", \"答复内容\", \"是否解决\", \"办结时间\"]",
            );
        } else if wrong.count() == before && !columns.iter().any(|(_, template)| template.uses(0)) {
            wrong.tell(
                "return.columns",
                "no column holds the item's number, so nobody could tell which row answers what; add `编号`",
                "没有一栏是编号,分不清哪一行答复哪一件;请加上“编号”",
            );
        }
        (wrong.count() == before).then_some(Self(columns))
    }

    /// The row of an outcome.
    pub(super) fn row(&self, homebound: &Homebound<'_>, zone: &TimeZone) -> Vec<(String, String)> {
        let values = values(homebound, zone);
        let fillings: Vec<Filling<'_>> = values.iter().map(|value| Filling::Text(value)).collect();
        self.0.iter().map(|(name, template)| (name.clone(), template.to_text(&fillings))).collect()
    }
}

/// The values of [`NAMES`]; empty for what the outcome does not tell.
fn values<'a>(homebound: &Homebound<'a>, zone: &TimeZone) -> [Cow<'a, str>; 18] {
    let outcome = homebound.outcome;
    let told = |text: &'a Option<String>| Cow::Borrowed(text.as_deref().unwrap_or_default());
    let parts = [homebound.greeting, outcome.public_reply.as_deref().unwrap_or_default(), homebound.ending];
    let reply = match &outcome.public_reply {
        Some(_) => parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"),
        None => String::new(),
    };
    let agreed = match homebound.agree_public {
        Some(true) => "是",
        Some(false) => "否",
        None => "",
    };
    [
        homebound.to.as_str().into(),
        outcome.kind.road_word().into(),
        outcome.kind.zh().into(),
        outcome.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
        units(outcome, &[UnitRole::Lead, UnitRole::Assisting]).into(),
        units(outcome, &[UnitRole::Lead]).into(),
        units(outcome, &[UnitRole::Assisting]).into(),
        told(&outcome.way),
        told(&outcome.public_reply),
        homebound.greeting.into(),
        homebound.ending.into(),
        reply.into(),
        told(&outcome.reason),
        outcome.days.map(|days| days.to_string()).unwrap_or_default().into(),
        told(&outcome.solved),
        told(&outcome.satisfaction),
        agreed.into(),
        told(&outcome.into),
    ]
}

/// The units of these roles, one role after the other.
fn units(outcome: &Outcome, roles: &[UnitRole]) -> String {
    let of = |role: &UnitRole| {
        let role = *role;
        outcome.units.iter().filter(move |unit| unit.role == role).map(|unit| unit.name.as_str())
    };
    roles.iter().flat_map(of).collect::<Vec<_>>().join("、")
}
