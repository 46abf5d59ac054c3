//! Prints what mapping, checking and serialising one submission costs, in microseconds of one core, the least of
//! several rounds: `cargo run --release --example mapping_cost`. The submission is of the usual size (1.2 KB, ten fields).

use std::time::Instant;

use huiliu::normalize::{Basis, Mapping};
use huiliu::settings::Source;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use toml::de::DeTable;

const FIELDS: &str = r#"[fields]
category     = { from = "category", split = "/" }
title        = "title"
content      = "content"
name         = "reporter.name"
phone        = { from = "reporter.phone", clean = "phone" }
region       = "location.district"
place        = "location.address"
submitted_at = { from = "submitted_at", date = "iso" }
attachments  = "attachments"
role         = { value = "公众" }
"#;

fn submission() -> Value {
    json!({
        "id": "run-00000001", "source": "wechat-mini", "submitted_at": "2026-05-06T08:09:10+08:00", "category": "噪声扰民",
        "priority": 2, "reporter": {"name": "某某", "phone": "13800000000"},
        "location": {"district": "某区", "address": "某路某弄某号楼"},
        "title": "夜间施工噪声影响休息", "content": "工地每天深夜仍在施工,渣土车进出频繁,请尽快核实。".repeat(13),
        "attachments": ["https://files.example.invalid/a/1.jpg"]
    })
}

fn main() -> anyhow::Result<()> {
    let source = Source { path: "channel.toml".into(), text: FIELDS.into() };
    let table = DeTable::parse(&source.text)?;
    let elsewhere = ["id".to_owned(), "source".to_owned()];
    let basis = Basis { zone: TimeZone::get("Asia/Shanghai")?, elsewhere: &elsewhere, types: &[] };
    let fields = table.get_ref().get("fields").ok_or_else(|| anyhow::anyhow!("no fields"))?;
    let mapping =
        Mapping::compile(&source, fields, None, &basis).map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
    let document = submission();
    let bytes = serde_json::to_vec(&document)?;
    let rounds = 20_000_u32;
    let (mut map, mut write, mut keys) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..10 {
        let start = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(mapping.read(std::hint::black_box(&document))?);
        }
        map = map.min(start.elapsed().as_secs_f64());
        let draft = mapping.read(&document)?.draft;
        let start = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(serde_json::to_vec(std::hint::black_box(&draft))?);
        }
        write = write.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(std::hint::black_box(&draft).match_inputs());
        }
        keys = keys.min(start.elapsed().as_secs_f64());
    }
    let micros = |seconds: f64| seconds * 1e6 / f64::from(rounds);
    println!("submission {} bytes", bytes.len());
    println!("map and check   {:6.2} µs", micros(map));
    println!("serialise       {:6.2} µs", micros(write));
    println!("match inputs    {:6.2} µs", micros(keys));
    Ok(())
}
