//! A look at the inbox shows what the next poll takes, and leaves everything as it was.

use std::path::Path;

use bytes::Bytes;
use huiliu_contract::{Cursor, Page};
use jiff::Timestamp;

use crate::house::{House, ids, sheet};

async fn look(house: &House, cursor: Option<&Cursor>) -> Page {
    house.connector.poll.as_ref().unwrap().preview(cursor, None).await.unwrap()
}

/// Every file below a folder, with what stands in it.
fn everything(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(everything(&path)),
            false => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn each_step_of_a_walk_is_seen_before_it_is_taken() {
    let mut house = House::new(sheet());
    let rows: String = (0..450).map(|n| format!("A{n},路灯\n")).collect();
    house.drop_file("a.csv", format!("编号,内容\n{rows}").as_bytes());
    house.drop_file("b.csv", "编号,内容\nB1,积水\n".as_bytes());
    let mut seen = 0;
    loop {
        let before = everything(house.dir.path());
        let looked = look(&house, house.cursor.as_ref()).await;
        assert_eq!(everything(house.dir.path()), before, "a look writes nothing");
        let page = house.poll().await;
        assert_eq!((ids(&looked.items), &looked.next, looked.more), (ids(&page.items), &page.next, page.more));
        house.commit(&page);
        house.tell(&page, crate::house::usual).await;
        seen += page.items.len();
        if !page.more {
            break;
        }
        // After a restart it is seen the same.
        house.restart();
    }
    assert_eq!((seen, house.files("")), (451, vec!["a.结果.xlsx".to_owned(), "b.结果.xlsx".to_owned()]));
}

#[tokio::test]
async fn a_file_by_name_is_read_whole_and_makes_no_inbox() {
    let house = House::new(sheet());
    std::fs::remove_dir(house.inbox()).unwrap();
    let saved = house.connector.saved.as_ref().unwrap();
    let read = |text: &str| saved.read("a.csv", &Bytes::from(text.to_owned()), Timestamp::UNIX_EPOCH).unwrap();
    let page = read("编号,内容\nA1,路灯\nA2,积水\n合计,2\n").page;
    assert_eq!((ids(&page.items), page.next), (vec!["A1".to_owned(), "A2".to_owned()], None));
    let refused = read("甲,乙\n1,2\n").page;
    assert!(ids(&refused.items)[0].contains("整个文件不会收"), "{:?}", ids(&refused.items));
    assert!(!house.inbox().exists());
}
