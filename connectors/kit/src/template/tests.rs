//! Templates as operators write them, and what must hold for every value filled in.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const NAMES: &[&str] = &["id", "reason", "ticket"];

fn body(tree: &Value, fillings: &[Filling<'_>]) -> Value {
    let mut out = Vec::new();
    Template::json(tree, NAMES).unwrap().render(fillings, &mut out);
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_text_that_is_one_placeholder_keeps_the_type() {
    let tree = json!({ "no": "{id}", "why": "because {reason}", "list": ["{ticket}", 7, null, true], "深": { "x": "{reason}" } });
    let filled = body(&tree, &[Filling::Json(b"12"), "路灯\"坏\"了\n".into(), Filling::Json(br#"{"a":[1]}"#)]);
    assert_eq!(
        filled,
        json!({ "no": 12, "why": "because 路灯\"坏\"了\n", "list": [{ "a": [1] }, 7, null, true], "深": { "x": "路灯\"坏\"了\n" } })
    );
}

#[test]
fn nothing_is_null_alone_and_no_text_among_others() {
    let tree = json!({ "a": "{reason}", "b": "({reason})" });
    assert_eq!(body(&tree, &["1".into()]), json!({ "a": null, "b": "()" }));
    assert_eq!(body(&tree, &["1".into(), None.into()]), json!({ "a": null, "b": "()" }));
}

#[test]
fn raw_json_among_other_text_is_its_text() {
    let tree = json!("{id}/{reason}/{ticket}");
    let filled = body(&tree, &[Filling::Json(br#""a\"b""#), Filling::Json(b"1.5"), Filling::Json(br#"{"k":"v"}"#)]);
    assert_eq!(filled, json!(r#"a"b/1.5/{"k":"v"}"#));
}

#[test]
fn values_in_a_url_are_encoded_and_the_rest_is_not() {
    let url = Template::url("/order/{id}/back?why={reason}&x=a%20b", NAMES).unwrap();
    assert_eq!(
        url.to_text(&["A/1 号".into(), "&=?#".into()]),
        "/order/A%2F1%20%E5%8F%B7/back?why=%26%3D%3F%23&x=a%20b"
    );
}

#[test]
fn braces_are_doubled_where_they_are_meant() {
    assert_eq!(Template::text("{{{id}}} }}{{", NAMES).unwrap().to_text(&["7".into()]), "{7} }{");
    for lone in ["{", "}", "a{id", "id}", "{id}}"] {
        assert_eq!(Template::text(lone, NAMES).unwrap_err().flaw, Flaw::LoneBrace, "{lone}");
    }
}

#[test]
fn an_unknown_name_is_told_with_its_place() {
    let bad = Template::json(&json!({ "a": [{ "b": "{resaon}" }] }), NAMES).unwrap_err();
    let told = bad.at_key("return.closed.send");
    assert_eq!(told.key, "return.closed.send.a.0.b");
    assert_eq!(told.problem, "`{resaon}` is unknown; known are `{id}`, `{reason}`, `{ticket}`");
    assert!(told.problem_zh.contains("{reason}"));
    assert!(matches!(Template::text("{}", NAMES).unwrap_err().flaw, Flaw::Unknown { .. }));
}

#[test]
fn it_says_what_it_reads() {
    let template = Template::text("{reason}", NAMES).unwrap();
    assert_eq!((template.uses(0), template.uses(1)), (false, true));
}

proptest! {
    #[test]
    fn any_text_survives_a_body(text in any::<String>()) {
        let filled = body(&json!({ "whole": "{id}", "part": "<{id}>" }), &[text.as_str().into()]);
        prop_assert_eq!(filled, json!({ "whole": text.clone(), "part": format!("<{text}>") }));
    }

    #[test]
    fn any_tree_without_placeholders_stays_itself(text in any::<String>(), number in any::<i64>()) {
        let tree = json!({ "k": [text.replace('{', "{{").replace('}', "}}"), number], text.clone(): false });
        prop_assert_eq!(body(&tree, &[]), json!({ "k": [text.clone(), number], text: false }));
    }

    #[test]
    fn any_text_is_one_piece_of_a_url(text in any::<String>()) {
        // A dot segment is the one thing encoding cannot keep: the URL standard folds it away.
        prop_assume!(text != "." && text != "..");
        let url = Template::url("http://127.0.0.1/a/{id}/b", NAMES).unwrap().to_text(&[text.as_str().into()]);
        let url = url::Url::parse(&url).unwrap();
        let pieces: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(pieces.len(), 3);
    }

    #[test]
    fn any_text_is_text_in_xml(text in "[^\\p{Cc}\u{fffe}\u{ffff}]*[\n\t\r<&>'\"]*") {
        let template = Template::xml("<a k='{id}'>{id}</a>", NAMES).unwrap();
        let written = template.to_text(&[text.as_str().into()]);
        let read = crate::xml::Reading::default().read(written.as_bytes()).unwrap();
        prop_assert_eq!(&read["a"]["@k"], &Value::String(text.clone()));
        if !text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
            prop_assert_eq!(&read["a"]["#text"], &Value::String(text));
        }
    }

    #[test]
    fn no_text_makes_it_panic(source in "\\PC{0,20}") {
        let _ = Template::text(&source, NAMES);
    }
}
