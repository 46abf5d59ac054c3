//! A file of a million rows, some of them bad, is taken in bounded memory. In a process of its own: what it held at most
//! is what this story needed.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use huiliu_contract::{ConnectorKind, Item, Taken, Told, What};
use huiliu_farside::site::Premises;
use huiliu_folder::Folder;
use serde_json::json;

const ROWS: u32 = 1_000_000;
/// Every so many rows one has no number.
const BAD: u32 = 100_000;
/// The most that may be held in memory, in KiB.
const BOUND: u64 = 200 << 10;

fn write(path: &Path) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "编号,内容").unwrap();
    for n in 1..=ROWS {
        let id = if n % BAD == 0 { String::new() } else { format!("XZ{n:08}") };
        writeln!(file, "{id},第{n}号路灯不亮").unwrap();
    }
    file.into_inner().unwrap().set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_million_rows_are_taken_in_bounded_memory_and_bad_ones_stop_no_other() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("million.csv"));
    let options = json!({ "connect": { "inbox": dir.path() }, "sheet": { "header": ["编号", "内容"], "id": "编号" } });
    let connector = Folder::build(serde_json::from_value(options).unwrap(), &Premises::new()).unwrap();
    let poll = connector.poll.unwrap();
    let (mut cursor, mut good, mut bad) = (None, 0u32, 0u32);
    loop {
        let page = poll.poll(cursor.as_ref(), None).await.unwrap();
        let told = |item: &Item| match item {
            Item::Submission(submission) => {
                let external_id = Some(submission.external_id.clone());
                Told { taken: Taken { external_id, ticket: Some("26110100001".into()), what: What::New }, why: None }
            }
            Item::Unreadable(_) => {
                Told { taken: Taken { external_id: None, ticket: None, what: What::Unmapped }, why: None }
            }
        };
        let told: Vec<Told> = page.items.iter().map(told).collect();
        let taken = told.iter().filter(|one| one.taken.ticket.is_some()).count();
        good += u32::try_from(taken).unwrap();
        bad += u32::try_from(told.len() - taken).unwrap();
        poll.told(page.next.as_ref(), &told).await;
        cursor = page.next.or(cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!((good, bad), (ROWS - ROWS / BAD, ROWS / BAD));
    assert!(dir.path().join("million.结果.xlsx").exists(), "every row was answered");
    let held = peak();
    assert!(held < BOUND, "held {held} KiB at most");
}
