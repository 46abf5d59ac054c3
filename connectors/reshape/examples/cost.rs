//! Measures what a program costs a document, and what of it is the way into the language and back.
//!
//! `cargo run --release -p huiliu-reshape --example cost`
#![expect(clippy::unwrap_used, reason = "an example ends where something fails")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use huiliu_reshape::Program;
use serde_json::{Value, json};

const PROGRAM: &str = r#"
.where = join!([.town, .village], " ")
del(.town)
del(.village)
.phone = replace(string!(.phone), r'[^0-9]', "")
.at = format_timestamp!(parse_timestamp!(.at, "%Y-%m-%d %H:%M"), "%FT%T")
.remarks = join!(map_values(array!(.notes)) -> |note| { string!(note.text) }, "\n")
"#;

const ROUNDS: u32 = 100_000;

fn cost(program: &str, document: &Value) -> Duration {
    let program = Program::compile(program, "Asia/Shanghai").unwrap();
    let began = Instant::now();
    for _ in 0..ROUNDS {
        black_box(program.run(black_box(document)).unwrap());
    }
    began.elapsed() / ROUNDS
}

fn main() {
    let document = json!({ "id": "HL2026", "town": "石湾镇", "village": "长江村", "phone": "139-0000-1111",
        "at": "2026-11-27 08:20", "title": "路灯不亮", "content": "县城解放路东段路灯已经坏了两周,晚上出行很不安全。".repeat(4),
        "notes": [{ "text": "一" }, { "text": "二" }], "kind": "3", "lng": 112.95, "lat": 26.97 });
    println!("{:?} a document", cost(PROGRAM, &document));
    println!("{:?} of it to and fro", cost("null", &document));
}
