//! Pages in the styles of real office systems, read whole: what each of them tells stands in a golden file.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fmt::Write as _;

use huiliu_page::{Charset, Labelled, Limits, Page, RowsBy};

/// Everything that a page tells.
fn told(bytes: &[u8], heads: &[&str]) -> String {
    let page = Page::read(bytes, None, Charset::Auto, &Limits::default()).unwrap();
    let mut out = format!("title: {}\n", page.title().unwrap_or_default());
    let links = |value: &Labelled| {
        let links = value.links.iter().map(|link| {
            let calls = link.calls.iter().map(|call| format!(" {}({})", call.name, call.args.join(", ")));
            format!("[{} -> {}{}]", link.text, link.href, calls.collect::<String>())
        });
        links.collect::<Vec<_>>().join("")
    };
    for (label, value) in page.labels() {
        let marked = if value.is_marked_up() { " (markup)" } else { "" };
        let _ = writeln!(out, "label {label}: {:?}{marked} {}", value.text, links(&value));
    }
    for (heads, rows) in page.lists() {
        let _ = writeln!(out, "list {}: {rows}", heads.join("|"));
    }
    if !heads.is_empty() {
        for row in page.rows(&RowsBy::heads(heads.iter().copied())).unwrap() {
            let cells = row.cells.iter().map(|(head, cell)| format!("{head}={} {}", cell.text, links(cell)));
            let marks = row.marks.iter().map(|(name, value)| format!("@{name}={value}"));
            let _ = writeln!(out, "row {}", cells.chain(marks).collect::<Vec<_>>().join(" | "));
        }
    }
    for form in page.forms() {
        let _ =
            writeln!(out, "form {:?} {} {} {}", form.action, form.method, form.enctype, form.name.unwrap_or_default());
        for field in &form.fields {
            let options =
                field.options.iter().map(|one| format!("{}={}", one.value, one.text)).collect::<Vec<_>>().join("|");
            let label = field.label.as_deref().unwrap_or("-");
            let _ = writeln!(out, "  {:?} {} ({label}) = {:?} {options}", field.kind, field.name, field.value);
        }
    }
    out
}

#[test]
fn a_table_of_2005_in_gbk() {
    let (bytes, ..) = encoding_rs::GBK.encode(include_str!("pages/jsp_letter.html"));
    insta::assert_snapshot!(told(&bytes, &[]));
}

#[test]
fn bootstrap_with_a_description_list() {
    insta::assert_snapshot!(told(include_bytes!("pages/bootstrap_letter.html"), &[]));
}

#[test]
fn divs_that_a_script_has_rendered() {
    insta::assert_snapshot!(told(include_bytes!("pages/element_letter.html"), &[]));
}

#[test]
fn a_form_of_layui() {
    insta::assert_snapshot!(told(include_bytes!("pages/layui_reply.html"), &[]));
}

#[test]
fn a_list_between_two_forms() {
    insta::assert_snapshot!(told(include_bytes!("pages/two_forms_list.html"), &["来信编号", "主题"]));
}
