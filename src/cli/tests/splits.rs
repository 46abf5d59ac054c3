//! Screens of splitting, and what is said of files that are no part.

use serde_json::json;

use super::screens::{a_ticket, both, of};
use super::*;
use crate::cli::{split, ticket};
use crate::console::view::{Life, TicketView};

fn a_part(n: u32, title: &str, concluded: bool) -> Value {
    let mut row = a_ticket();
    let own = json!({ "number": format!("261122-00017-{n}"), "title": title, "events": 1, "sent": 1, "stuck": null,
        "core_number": format!("RX2026112200012{n}"), "concluded_at": concluded.then_some("2026-12-01T02:00:00Z") });
    row.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    row
}

#[test]
fn a_split_ticket_is_shown_with_its_parts() {
    let parts = json!([a_part(1, "路灯不亮", true), a_part(2, "井盖缺失", false)]);
    let empty =
        json!({ "masked": true, "draft": null, "versions": [], "events": [], "outcomes": [], "dead": [], "deeds": [] });
    let life = |changes: Value| {
        let mut life = empty.clone();
        life.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        of::<Life>(life)
    };
    let whole = life(json!({ "ticket": a_ticket(), "parts": parts }));
    both("split_whole", |look| ticket::show(look, &whole));
    let part = life(json!({ "ticket": a_part(1, "路灯不亮", true), "whole": "261122-00017" }));
    both("split_part", |look| ticket::show(look, &part));
    let rows: Vec<TicketView> = of(parts);
    both("split_found", |look| split::lines(look, &rows));
    let made = of(json!({ "ticket": "261122-00017", "parts": [
        { "number": "261122-00017-1", "title": "路灯不亮" }, { "number": "261122-00017-2", "title": "井盖缺失" }] }));
    both("split_made", |look| split::text(look, &made));
}

#[test]
fn a_part_is_read_from_a_file_and_a_wrong_file_is_named() {
    let office = Office::new().started();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(office.path(name), bytes).unwrap();
        office.path(name).to_str().unwrap().to_owned()
    };
    let good = write("路灯.txt", "\u{feff}\r\n路灯不亮\r\n\r\n衡岳路第三盏。\r\n".as_bytes());
    let say = |parts: &[&str]| {
        let words = [&["ticket", "split", "261122-00017", "--why", "两件事", "--part"], parts].concat();
        office.say(&words)
    };
    let wrong = [
        (write("空.txt", b" \n"), "空.txt:文件是空的"),
        (write("短.txt", "只有标题\n\n".as_bytes()), "短.txt:只有第一行标题"),
        (write("乱.txt", b"\xc2\xb7\xb5\xc6\n\xb2\xbb\xc1\xc1\n"), "乱.txt 不是 UTF-8"),
        (office.path("没有.txt").to_str().unwrap().to_owned(), "没有.txt 读不了"),
    ];
    for (file, said) in &wrong {
        let (status, out, err) = say(&[&good, file]);
        assert!(status != 0 && err.contains(said), "{file}: {out}{err}");
    }
    let (status, _, err) = say(&[&write("大.txt", &[b"t\n".as_slice(), &vec![b'x'; 5 << 20]].concat()), &good]);
    assert!(status == USAGE && err.contains("4 MiB"), "{err}");
    // Each behind its own --part, or all behind one; the number is looked at before anything is done.
    for words in [vec!["--part", &*good, "--part", &*good], vec!["--part", &*good, &*good]] {
        let all = [vec!["ticket", "split", "261122-00017", "--why", "x"], words].concat();
        let (status, _, err) = office.say(&all);
        assert!(status == USAGE && err.contains("校验位"), "{err}");
    }
    assert!(
        Cli::try_parse_from(["huiliu", "ticket", "split", "261122-00017", "--part", "a", "b"]).is_err(),
        "no reason"
    );
    assert!(Cli::try_parse_from(["huiliu", "ticket", "split", "261122-00017", "--why", "x"]).is_err(), "no part");
}
