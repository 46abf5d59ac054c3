//! `[route]`: one far side that brings the letters of several channels, each with a tag that says whose it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Report;
use crate::settings::document::Document;
use crate::settings::{Mistake, Text};

/// `[route]`; without it every item is the channel's own. An item is taken, forwarded and answered by this channel, and
/// counted, shown and searched under the name that its tag stands for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// Where in the document the tag stands: a name, a dotted path or a JSON pointer.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "哪一栏说明是哪个渠道来的"))]
    pub from: Option<String>,
    /// Instead of `from`: the visible label of a page behind which it stands.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "网页上说明渠道的栏目名(代替 from)"))]
    pub label: Option<String>,
    /// Instead of `from`: the head of a sheet's column.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "表格里说明渠道的栏名(代替 from)"))]
    pub column: Option<String>,
    /// The far side's tags, and the channels that they stand for. An item with another tag needs a person.
    #[schemars(extend("x-zh" = "对方的标记 → 渠道;没列出的会停下来问人"))]
    pub to: BTreeMap<String, RoutedTable>,
    /// The tag in `to` under which items count that bear no tag, or one that is not listed; absent: they need a person.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "没列出的标记算作哪一个(写 to 里的标记);不写就停下来问人"))]
    pub other: Option<String>,
}

/// A channel that a tag stands for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutedTable {
    /// The name on screens and in reports.
    #[schemars(length(min = 1, max = 40), extend("x-zh" = "页面、报表上的名字"))]
    pub name: String,
    /// Former names; searches and reports know them.
    #[serde(default)]
    #[schemars(extend("x-zh" = "旧叫法"))]
    pub aliases: Vec<String>,
    /// How it appears in printed reports.
    #[serde(default)]
    #[schemars(extend("x-zh" = "报表上的写法"))]
    pub report: Report,
}

impl RouteTable {
    /// Where the tag stands, as it is written; none if that is told in no way, or in several.
    pub fn place(&self) -> Option<&str> {
        match (&self.from, &self.label, &self.column) {
            (Some(place), None, None) | (None, Some(place), None) | (None, None, Some(place)) => Some(place),
            _ => None,
        }
    }

    /// Every name and former name with its key in the file.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, String)> {
        self.to.iter().flat_map(|(tag, routed)| {
            let aliases = routed.aliases.iter().enumerate();
            let aliases = aliases.map(move |(n, alias)| (alias.as_str(), format!("route.to.{tag}.aliases.{n}")));
            std::iter::once((routed.name.as_str(), format!("route.to.{tag}.name"))).chain(aliases)
        })
    }

    /// The tag of the channel that is called so.
    pub fn tag_of(&self, called: &str) -> Option<&str> {
        let is_called =
            |routed: &RoutedTable| routed.name == called || routed.aliases.iter().any(|name| name == called);
        self.to.iter().find(|(_, routed)| is_called(routed)).map(|(tag, _)| tag.as_str())
    }
}

/// What no schema says of it.
pub(super) fn check(document: &Document) -> Vec<Mistake> {
    let Some(route) = document.value().get("route").and_then(serde_json::Value::as_object) else { return Vec::new() };
    let mut mistakes = Vec::new();
    let ways = ["from", "label", "column"].into_iter().filter(|key| route.contains_key(*key)).count();
    if ways != 1 {
        let text = Text::new(
            format!("from、label、column 要写一个,只写一个,这里写了 {ways} 个"),
            format!("give one of from, label and column; {ways} are given"),
        );
        let remedy = Text::new(
            "接口写 from = \"字段名\",网页写 label = \"栏目名\",表格写 column = \"栏名\"",
            "write from for a document, label for a page, column for a sheet",
        );
        mistakes.push(document.mistake("route", text).remedy(remedy));
    }
    let to = route.get("to").and_then(serde_json::Value::as_object);
    if to.is_some_and(serde_json::Map::is_empty) {
        let text = Text::new("[route.to] 是空的,没有一个渠道", "[route.to] is empty: it names no channel");
        let remedy = Text::new(
            "每个渠道写一节,例如 [route.to.SZXX] 下写 name = \"省长信箱\"",
            "write a table for each, for example name = \"…\" below [route.to.SZXX]",
        );
        mistakes.push(document.mistake("route.to", text).remedy(remedy));
    }
    let other = route.get("other").and_then(serde_json::Value::as_str);
    if let Some(other) = other.filter(|other| to.is_some_and(|to| !to.is_empty() && !to.contains_key(*other))) {
        let listed: Vec<&str> = to.into_iter().flatten().map(|(tag, _)| tag.as_str()).collect();
        let text =
            Text::new(format!("[route.to] 里没有标记“{other}”"), format!("there is no tag `{other}` in [route.to]"));
        let remedy = Text::new(
            format!("写已列的一个:{}", listed.join("、")),
            format!("write one of those listed: {}", listed.join(", ")),
        );
        mistakes.push(document.mistake("route.other", text).remedy(remedy));
    }
    mistakes
}
