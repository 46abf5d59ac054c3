//! Programs as channels have them: what they do, where their mistakes stand, and what no document learns or breaks.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Number, Value, json};

use super::{Diagnostic, Failed, Program, allowed};

fn compiled(text: &str) -> Program {
    Program::compile(text, "Asia/Shanghai").unwrap_or_else(|found| panic!("{text}: {found:#?}"))
}

fn wrong(text: &str) -> Vec<Diagnostic> {
    match Program::compile(text, "Asia/Shanghai") {
        Ok(_) => panic!("nothing is wrong with: {text}"),
        Err(found) => found,
    }
}

fn run(text: &str, document: Value) -> Result<Value, Failed> {
    compiled(text).run(&document)
}

#[test]
fn two_fields_become_one_and_a_list_one_text() {
    let program = r#"
        .where = join!([.town, .village], " ")
        del(.town)
        del(.village)
        .remarks = join!(map_values(array!(.notes)) -> |note| { string!(note.text) }, "\n")
    "#;
    let document =
        json!({ "town": "石湾镇", "village": "长江村", "notes": [{ "text": "一" }, { "text": "二" }], "id": 7 });
    let expected = json!({ "id": 7, "where": "石湾镇 长江村", "remarks": "一\n二",
        "notes": [{ "text": "一" }, { "text": "二" }] });
    assert_eq!(run(program, document).unwrap(), expected);
}

#[test]
fn a_text_may_hold_the_document_and_times_are_in_the_zone() {
    let program = r#"
        . = object!(parse_json!(.body))
        .at = format_timestamp!(parse_timestamp!(.at, "%Y/%m/%d %H:%M"), "%+")
    "#;
    let document = json!({ "body": "{\"at\":\"2026/11/27 08:20\",\"n\":18446744073709551615}" });
    let result = run(program, document).unwrap();
    assert_eq!(result["at"], "2026-11-27T00:20:00+00:00");
}

#[test]
fn numbers_are_what_they_were() {
    let numbers = [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "-0.0",
        "1.0",
        "1e300",
        "0.1",
        "121.47370000000001",
        "-9223372036854775808",
    ];
    let text = format!("{{\"n\":[{}],\"text\":[\"18446744073709551615\",\"007\",\"1.50\"]}}", numbers.join(","));
    let document: Value = serde_json::from_str(&text).unwrap();
    let result = run(".seen = true", document.clone()).unwrap();
    assert_eq!(result["n"].to_string(), document["n"].to_string());
    assert_eq!(result["text"], document["text"]);
    // Moved, it is a number still; made part of a text, it is a text.
    let moved = run(".b = .a\ndel(.a)\n.t = \"no \" + string!(.b)", json!({ "a": u64::MAX })).unwrap();
    assert_eq!(moved, json!({ "b": u64::MAX, "t": "no 18446744073709551615" }));
}

#[test]
fn what_programs_may_call_is_a_list() {
    assert_snapshot!("allowed", allowed::names().join("\n"));
    let known = allowed::names();
    let all: Vec<&str> = vrl::stdlib::all().iter().map(|function| function.identifier()).collect();
    for name in allowed::FORBIDDEN.iter().flat_map(|group| group.names) {
        assert!(!known.contains(name), "{name} is both");
    }
    for left_out in all.iter().filter(|name| !known.contains(name)) {
        let found = wrong(&format!(".a = {left_out}(.b)"));
        assert!(found.iter().any(|found| found.code == 105), "{left_out}: {found:?}");
    }
}

#[test]
fn mistakes_stand_where_they_are_written() {
    let told: Vec<String> = [
        "# one line\n.at = now()",
        ".n = parse_int(.n)",
        ".text = upcas!(.text)",
        ".a = decode_gzip!(.b)",
        ".a = (.b",
        "文字 = 1",
        ".a = 1\n\"x\"\n.b = 2",
        ".total = .price * .count ?? 0",
        ".a = replace!(.a, .b, .c)",
        ".a = format_timestamp!(parse_timestamp!(.a, \"%F\"), \"%F\", timezone: \"local\")",
        ".a = %received_at",
        ".a[100000] = 1",
        "",
    ]
    .iter()
    .map(|text| {
        let lines: Vec<String> = wrong(text)
            .iter()
            .map(|found| {
                let under = text.get(found.span.clone()).unwrap_or("?");
                let (zh, en) = found.remedy.clone().unwrap_or_default();
                format!("  {:?} {under:?}\n    {}\n    → {zh}\n    {}\n    → {en}", found.span, found.zh, found.en)
            })
            .collect();
        format!("{text}\n{}", lines.join("\n"))
    })
    .collect();
    assert_snapshot!("mistakes", told.join("\n\n"));
    assert!(Program::compile(".a = 1", "local").is_err(), "the machine's own zone is none");
    assert!(Program::compile(&format!(".a = 1 # {}", "x".repeat(70_000)), "UTC").is_err());
}

#[test]
fn products_of_numbers_are_allowed() {
    for text in [".n = to_int!(.a) * 100", ".n = (to_float!(.a) + 1) * 0.5", ".n = length!(.a) * length!(.b)"] {
        compiled(text);
    }
}

#[test]
fn what_failed_is_told_and_nothing_is_quoted() {
    let secret = "13900001111x";
    let document = json!({ "phone": secret, "list": [{ "phone": secret }], "other": { "deep": secret } });
    let cases = [
        (".n = parse_int!(.phone)", Failed::Call { name: "parse_int", at: 5 }),
        (".n = map_values(array!(.list)) -> |v| { to_int!(v.phone) }", Failed::Call { name: "to_int", at: 40 }),
        ("abort string!(.phone)", Failed::Aborted { at: 0, said: None }),
        ("abort \"没有编号\"", Failed::Aborted { at: 0, said: Some("没有编号".into()) }),
        (". = [1]", Failed::NotAnObject),
        (".t = decode_base64!(\"/w==\")", Failed::NotText),
    ];
    for (text, expected) in cases {
        let failed = run(text, document.clone()).unwrap_err();
        assert_eq!(failed, expected, "{text}");
        let said = format!("{} {} {failed:?}", failed.zh(), failed.en());
        assert!(!said.contains("1390"), "{said}");
    }
}

#[test]
fn a_document_cannot_make_a_run_long_or_large() {
    let list: Vec<u32> = (0..60_000).collect();
    let failed = run("for_each(array!(.l)) -> |_i, v| { .n = v\n.m = v\n.k = v }", json!({ "l": list })).unwrap_err();
    assert!(matches!(failed, Failed::TooLong { .. }), "{failed:?}");
    let long = json!({ "t": "x".repeat(400_000), "l": list[..1000].to_vec() });
    let text = ".out = []\nfor_each(array!(.l)) -> |_i, _v| { .out = push(.out, .t) }";
    let failed = run(text, long).unwrap_err();
    assert!(matches!(failed, Failed::TooLarge { .. } | Failed::TooLong { .. }), "{failed:?}");
    // A letter of ordinary size has room for whatever a program may want with it.
    let ordinary = json!({ "l": list[..3000].to_vec() });
    run("for_each(array!(.l)) -> |_i, v| { .n = v\n.m = v\n.k = v }", ordinary).unwrap();
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| Number::from_f64(f).map_or(Value::Null, Value::Number)),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,22}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_document_passes_unchanged(members in proptest::collection::btree_map(".{0,8}", json_value(), 0..6)) {
        let document = Value::Object(members.into_iter().collect());
        let result = compiled("null").run(&document).unwrap();
        prop_assert_eq!(serde_json::to_string(&result).unwrap(), serde_json::to_string(&document).unwrap());
        prop_assert_eq!(result, document);
    }

    #[test]
    fn no_text_makes_the_compiler_panic(text in "[.%a-c0-9(){}\\[\\]|>!?\"'#\\\\ \n=+*/-]{0,60}") {
        let _ = Program::compile(&text, "Asia/Shanghai");
    }
}
