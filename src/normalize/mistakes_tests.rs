//! Every mistake that a channel's `[fields]` and `[codes]` can hold, as an operator is told of it.

use std::fmt::Write as _;

use super::tests::compile;
use crate::settings::Lang;

/// What stands under `[fields]`, then, after `---`, under `[codes]`.
const CASES: [&str; 40] = [
    "titel = \"a\"",
    "\"标题\" = \"a\"",
    "frobnicate = \"a\"",
    "title = 5",
    "title = \"\"",
    "title = []",
    "title = \"a..b\"",
    "title = { from = \"a\", form = \"b\" }",
    "title = { clean = \"trim\" }",
    "title = { from = \"a\", value = \"b\" }",
    "title = { from = \"a\", date = \"yyyy-MM-dd\" }",
    "title = { from = \"a\", clean = \"htm\" }",
    "title = { from = \"a\", clean = 3 }",
    "title = { from = \"a\", find = \"(\" }",
    "title = { from = \"a\", split = \"/\" }",
    "title = { from = \"a\", split = \"/\", take = 0 }",
    "title = { template = \"没有字段\" }",
    "title = { template = \"{a\" }",
    "title = { from = \"a\", codes = \"tpye\" }\n---\ntype = { \"1\" = \"咨询\" }",
    "title = { from = \"a\", codes = \"type\" }",
    "title = { from = \"a\", required = \"yes\" }",
    "title = { from = \"a\", required = true, default = \"无题\" }",
    "title = \"a\"\ntype = { from = \"b\", codes = \"type\" }\n---\ntype = { \"1\" = \"咨询\", \"2\" = \"聊天\" }",
    "title = \"a\"\ntype = { from = \"b\", codes = \"type\", default = \"其他\" }\n---\ntype = { \"1\" = \"咨询\" }",
    "title = \"a\"\ntype = { value = \"聊天\" }",
    "title = \"a\"\nsex = { from = \"b\", codes = \"sex\" }\n---\nsex = { \"1\" = \"男\", \"2\" = \"女士\" }",
    "title = \"a\"\nconfidential = { from = \"b\", codes = \"yes_no\" }\n---\nyes_no = { \"1\" = \"是\" }",
    "title = \"a\"\nconfidential = { value = true, codes = \"yes_no\" }\n---\nyes_no = { \"1\" = true }",
    "title = \"a\"\ncategory = { from = \"b\", codes = \"cat\" }\n---\ncat = { \"1\" = \"一/二/三/四/五\" }",
    "title = \"a\"\nsubmitted_at = { from = \"b\", date = \"YYYY-MM-DD\" }",
    "title = \"a\"\nsubmitted_at = { from = \"b\", date = \"HH:mm\" }",
    "title = \"a\"\nsubmitted_at = { from = \"b\", date = \"yyyy-MM-dd HH:MM\" }",
    "title = \"a\"\nsubmitted_at = { from = \"b\", date = \"iso\", zone = \"Asia/Shanhai\" }",
    "title = \"a\"\nsubmitted_at = { from = \"b\", zone = \"Asia/Shanghai\" }",
    "title = \"a\"\ncoordinates = { lat = \"y\" }",
    "title = \"a\"\ncoordinates = { from = \"xy\" }",
    "title = \"a\"\ninstruction = { from = \"b\", date = \"iso\" }",
    "name = \"a\"",
    "title = \"a\"\n---\ntype = { \"1\" = 2 }",
    "title = \"a\"\n---\ntype = \"咨询\"",
];

#[test]
fn every_mistake_is_told_with_place_and_remedy() {
    let mut out = String::new();
    for case in CASES {
        let mistakes = compile(case).err().unwrap_or_default();
        assert!(!mistakes.is_empty(), "no mistake found in: {case}");
        let _ = writeln!(out, "## {}", case.replace('\n', " ⏎ "));
        for mistake in mistakes {
            assert!(mistake.place.is_some() && mistake.remedy.is_some(), "{mistake:?}");
            let _ = writeln!(out, "{}\n{}", mistake.shown(Lang::Zh), mistake.shown(Lang::En));
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let mistakes =
        compile("titel = \"a\"\ncontent = { from = \"b\", clean = \"x\", find = \"(\" }\nsex = 1").err().unwrap();
    let places: Vec<_> = mistakes.iter().map(|mistake| mistake.place.unwrap().0).collect();
    assert_eq!(places, [2, 3, 3, 4]);
}
