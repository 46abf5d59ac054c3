//! Files that are handed in by name: the same reading, the same answer.

use huiliu_contract::{Item, Remark, Taken, Told, What};

use crate::house::{House, answer, ids, sheet, workbook};

#[tokio::test]
async fn a_file_that_is_handed_in_is_taken_apart_and_answered() {
    let house = House::new(sheet());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("upload-77");
    std::fs::write(&path, workbook(&[&["编号", "内容"], &["A1", "路灯"], &["", "没有"], &["A3", "占道"]])).unwrap();
    let desk = house.connector.hand_in.as_ref().unwrap();
    let mut bundle = desk.open("来信.xlsx", &path).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let items = bundle.items(2).await.unwrap();
        if items.is_empty() {
            break;
        }
        let told: Vec<Told> = items
            .iter()
            .map(|item| match item {
                Item::Submission(submission) => Told {
                    taken: Taken {
                        external_id: Some(submission.external_id.clone()),
                        ticket: Some("26A1".into()),
                        what: What::Held,
                    },
                    why: Some(Remark { zh: "等人看".into(), en: "for a person".into() }),
                },
                Item::Unreadable(_) => {
                    Told { taken: Taken { external_id: None, ticket: None, what: What::Unmapped }, why: None }
                }
            })
            .collect();
        bundle.told(&told);
        seen.extend(ids(&items));
    }
    assert_eq!((seen[0].as_str(), seen[2].as_str(), seen.len()), ("A1", "A3", 3));
    assert!(bundle.remarks().is_empty());
    let to = dir.path().join("来信.结果.xlsx");
    bundle.answer(&to).await.unwrap();
    let rows = &answer(&to)[0].1;
    assert_eq!(rows[1][2..], ["待处理", "26A1", "等人看"]);
    assert!(rows[2][4].contains("第 3 行 A 列") && rows[2][4].contains("没有编号"), "{:?}", rows[2]);
    assert!(path.exists(), "whoever hands a file in keeps it");
    std::fs::write(&path, b"%PDF-1.7").unwrap();
    let why = desk.open("x.xlsx", &path).await.err().unwrap();
    assert!(why.0.zh.contains("PDF") && why.0.en.contains("PDF"));
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_of_a_citizens_shows_in_debug_or_logs() {
    use std::sync::{Arc, Mutex};
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let to = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || to.clone());
    // For the threads that read from the disk as well.
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    let mut house = House::new(sheet());
    house.drop_file("张三的信.csv", "编号,内容\nA1,张三 13800000007 路灯\n,李四\n".as_bytes());
    let page = house.poll().await;
    let debug = format!("{page:?}");
    house.commit(&page);
    house.restart();
    std::fs::remove_file(house.inbox().join("张三的信.csv")).unwrap();
    house.walk().await;
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for personal in ["李四", "13800000007", "路灯"] {
        assert!(!debug.contains(personal), "{debug}");
        assert!(!logged.contains(personal), "{logged}");
    }
    assert!(!logged.contains("张三"), "{logged}");
}
