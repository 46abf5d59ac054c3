//! Measures a file of a million rows, from a folder to its answer: rows a second, and the most memory that was held.
//!
//! `cargo run --release -p huiliu-folder --example million [csv|xlsx|hash] [rows]`
#![expect(clippy::unwrap_used, reason = "an example ends where something fails")]

use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use huiliu_contract::{ConnectorKind, Item, Taken, Told, What};
use huiliu_farside::site::Premises;
use huiliu_folder::Folder;
use serde_json::json;

const HEADS: [&str; 8] = ["编号", "姓名", "电话", "标题", "内容", "地址", "类别", "提交时间"];

fn cells(n: u32) -> [String; 8] {
    [
        format!("4304242026{n:08}"),
        format!("诉求人{n}"),
        format!("138{:08}", n % 90_000_000),
        format!("关于第{n}号路灯的问题"),
        format!("我是虚构县居民,小区门口第{n}号路灯已经连续多日不亮,晚上出行很不安全,请尽快安排人员维修,谢谢。"),
        format!("虚构县新民路{}号", n % 1000),
        "投诉".into(),
        "2026-11-27 08:30:00".into(),
    ]
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Written by another process, so that its memory does not count.
fn make(path: &str, kind: &str, rows: u32) {
    if kind == "xlsx" {
        let mut book = rust_xlsxwriter::Workbook::new();
        // Texts in the cells themselves: a workbook whose table of different texts has more than 96 MiB is refused.
        let sheet = book.add_worksheet_with_constant_memory().unwrap();
        for (column, head) in (0u16..).zip(HEADS) {
            sheet.write_string(0, column, head).unwrap();
        }
        for row in 1..=rows {
            for (column, text) in (0u16..).zip(cells(row)) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
        book.save(path).unwrap();
        return;
    }
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "{}", HEADS.join(",")).unwrap();
    for row in 1..=rows {
        writeln!(file, "{}", cells(row).join(",")).unwrap();
    }
    file.flush().unwrap();
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_else(|| "csv".into());
    if first == "make" {
        let (path, kind) = (arguments.next().unwrap(), arguments.next().unwrap());
        return make(&path, &kind, arguments.next().unwrap().parse().unwrap());
    }
    let rows: u32 = arguments.next().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir_in(".").unwrap();
    let path = dir.path().join("million.file");
    let made = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["make", path.to_str().unwrap(), &first, &rows.to_string()])
        .status();
    assert!(made.unwrap().success());
    let bytes = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
    let mut sheet = json!({ "header": ["编号", "内容"], "id": "编号" });
    if first == "hash" {
        sheet = json!({ "header": ["编号", "内容"], "if_no_id": "hash" });
    }
    let options = json!({ "connect": { "inbox": dir.path() }, "sheet": sheet });
    let connector = Folder::build(serde_json::from_value(options).unwrap(), &Premises::new()).unwrap();
    let poll = connector.poll.unwrap();
    let (mut cursor, mut taken) = (None, 0u32);
    let (begun, mut first_page) = (Instant::now(), None);
    loop {
        let page = poll.poll(cursor.as_ref(), None).await.unwrap();
        first_page.get_or_insert_with(|| begun.elapsed());
        let told: Vec<Told> = page
            .items
            .iter()
            .map(|item| {
                let Item::Submission(submission) = item else { panic!("a row was not read") };
                let external_id = Some(submission.external_id.clone());
                Told { taken: Taken { external_id, ticket: Some("26110100001".into()), what: What::New }, why: None }
            })
            .collect();
        taken += u32::try_from(told.len()).unwrap();
        poll.told(page.next.as_ref(), &told).await;
        cursor = page.next.or(cursor);
        if !page.more {
            break;
        }
    }
    let whole = begun.elapsed();
    assert_eq!(taken, rows);
    let answer = std::fs::metadata(dir.path().join("million.结果.xlsx")).unwrap().len();
    println!("{first}: {rows} rows, {} MiB, answer {} MiB", bytes >> 20, answer >> 20);
    println!(
        "first page after {:.1} s, all and the answer after {:.1} s",
        first_page.unwrap().as_secs_f64(),
        whole.as_secs_f64()
    );
    println!("{:.0} rows/s, peak resident {} MiB", f64::from(rows) / whole.as_secs_f64(), peak() >> 10);
}
