//! Files before and after, and what holds for any file.

use proptest::prelude::*;

use super::*;

fn out(text: &str) -> String {
    laid_out(text).unwrap()
}

#[test]
fn tables_come_in_their_order_and_everything_is_aligned() {
    let before = "\
# 政协云
# 第二行

[fields]   # 字段
title={column=\"标题\"}# 标题
# phone = \"x\"   # 不用
submitted_at =   { column = \"提交时间\", date = [\"zh\",  \"excel\"] } # 时间


content = [
  \"甲\", # 先
  \"乙\",
]  # 正文
# 没有别的

# [deadline]  # 要用就去掉 #

[channel]
name = \"政协云\"    # 名字
code= \"zxyun\" # 代号
[connect.verify.token]
header = \"x\" # 请求头
[connect]
kind = \"webhook\"
# 结尾";
    let after = "\
# 政协云
# 第二行

# [deadline]  # 要用就去掉 #

[channel]
name = \"政协云\"                           # 名字
code = \"zxyun\"                            # 代号

[connect.verify.token]
header = \"x\"                              # 请求头

[connect]
kind = \"webhook\"
# 结尾

[fields]                                  # 字段
title        = {column=\"标题\"}            # 标题
# phone = \"x\"   # 不用
submitted_at = { column = \"提交时间\", date = [\"zh\",  \"excel\"] }  # 时间

content      = [
  \"甲\", # 先
  \"乙\",
]  # 正文
# 没有别的
";
    assert_eq!(out(before), after);
    assert_eq!(out(after), after);
    assert_eq!(out(&before.replace('\n', "\r\n")), after, "Notepad's line ends are mended");
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let Err(NotLaidOut::NotToml { at, .. }) = laid_out("[channel]\nname = \n") else { panic!("it is no TOML") };
    assert!(at.is_some_and(|at| (10..=18).contains(&at)), "{at:?}");
    assert_eq!(out(""), "\n");
    assert_eq!(out("# 只有一句\n"), "# 只有一句\n");
}

fn value() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        "[a-z标题联系电话 ]{0,40}".prop_map(|text| format!("\"{text}\"")),
        "[a-z标题 \\\\]{0,12}".prop_map(|text| format!("'{text}'")),
        any::<i32>().prop_map(|n| n.to_string()),
        Just("2026-12-01".to_owned()),
        Just("true".to_owned()),
        Just("'''\n甲\n  # 不是注\n'''".to_owned()),
    ];
    let inner = one.clone();
    prop_oneof![
        one,
        proptest::collection::vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(" ,  "))),
        proptest::collection::vec(inner.clone(), 1..3)
            .prop_map(|list| format!("[ # 里面\n  {},\n  # 后面\n]", list.join(",\n  "))),
        inner.prop_map(|value| format!("{{ from = {value}, \"代码 1\"={value} }}")),
    ]
}

fn remark() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z说明=\\[\\]\"# ]{0,16}".prop_map(|text| format!(" #{text}"))]
}

fn lead() -> impl Strategy<Value = String> {
    let line = prop_oneof![Just(String::new()), "[a-z说明\\[\\] ]{0,10}".prop_map(|text| format!("  # {text}"))];
    proptest::collection::vec(line, 0..4).prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}

fn file() -> impl Strategy<Value = String> {
    const NAMES: [&str; 9] =
        ["return", "channel", "fields", "codes", "own", "connect.verify", "connect", "return.codes", "\"a b\""];
    const KEYS: [&str; 7] =
        ["title", "a.b", "submitted_at", "\"代码 1\"", "a . c", "x", "a_key_that_is_longer_than_most"];
    let entry =
        |key: &'static str| (lead(), value(), remark()).prop_map(move |(l, v, r)| format!("{l}{key}= {v}{r}\n"));
    let entries = proptest::sample::subsequence(KEYS.to_vec(), 0..5).prop_shuffle();
    let entries =
        entries.prop_flat_map(move |keys| keys.into_iter().map(entry).collect::<Vec<_>>()).prop_map(|e| e.concat());
    let names = proptest::sample::subsequence(NAMES.to_vec(), 0..6).prop_shuffle();
    (entries.clone(), names).prop_flat_map(move |(top, names)| {
        let tables: Vec<_> = names
            .into_iter()
            .map(|name| (lead(), remark(), entries.clone()).prop_map(move |(l, r, e)| format!("{l}[{name}]{r}\n{e}")))
            .collect();
        (tables, lead(), lead(), entries.clone()).prop_map(move |(tables, foot, before, several)| {
            format!("{top}{}{before}[[list]]\n{several}\n[[list]]\n{foot}", tables.concat())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn nothing_is_lost_and_twice_is_once(text in file()) {
        // Some of what is written at random is no TOML; that is another test's affair.
        let Some(said) = meaning(&text) else { return Ok(()) };
        let once = laid_out(&text).unwrap();
        prop_assert_eq!(meaning(&once), Some(said), "{}", once);
        prop_assert_eq!(laid_out(&once).unwrap(), once.clone());
        let marks = |text: &str| { let mut all: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect(); all.sort_unstable(); all };
        prop_assert_eq!(marks(&text), marks(&once), "whatever is no blank is there still");
    }
}
