//! Files in the database: in a table of their own, or in the row.

use huiliu_contract::{AttachmentSource, Submission};
use serde_json::json;

use crate::scene::{BOTH, Scene, Sort, Walk, submission};

fn bytes(sort: Sort) -> &'static str {
    match sort {
        Sort::Postgres => "bytea",
        Sort::Maria => "longblob",
    }
}

fn hex(sort: Sort, digits: &str) -> String {
    match sort {
        Sort::Postgres => format!("'\\x{digits}'"),
        Sort::Maria => format!("x'{digits}'"),
    }
}

fn files(one: &Submission) -> Vec<(String, usize)> {
    let file = |file: &huiliu_contract::Attachment| match &file.source {
        AttachmentSource::Bytes(bytes) => (file.name.reveal().clone(), bytes.reveal().len()),
        AttachmentSource::Link(_) => panic!("a link"),
    };
    one.attachments.iter().map(file).collect()
}

#[tokio::test]
async fn files_of_a_second_table_come_with_their_row() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let (kind, small) = (bytes(sort), hex(sort, "ffd8"));
        let repeated = match sort {
            Sort::Postgres => "convert_to(repeat('x', 1048577), 'UTF8')",
            Sort::Maria => "repeat('x', 1048577)",
        };
        scene
            .sql(&format!(
                "CREATE TABLE letters (id int, title text);
                 CREATE TABLE files (letter_id int, file_name varchar(40), content {kind});
                 INSERT INTO letters VALUES (1, 'a'), (2, 'b'), (3, 'c');
                 INSERT INTO files VALUES (1, '现场.jpg', {small}), (1, '大.bin', {repeated}), (3, NULL, {small}), (3, 'z', NULL)"
            ))
            .await;
        let poll = scene.polling(json!({
            "from": "letters", "id": "id",
            "files": { "from": "files", "of": "letter_id", "name": "file_name", "bytes": "content", "max_mib": 1 },
        }));
        let mut walk = Walk::default();
        assert_eq!(walk.on(&*poll).await, ["1", "2", "3"]);
        let [first, second, third] = [0, 1, 2].map(|at| submission(&walk.items[at]));
        assert_eq!(files(first), [("现场.jpg".into(), 2)], "{sort:?}");
        let mut named = first.document.reveal()["@files"].as_array().unwrap().clone();
        named.sort_by_key(|file| file["size"].as_u64());
        assert_eq!(
            named,
            [json!({ "name": "现场.jpg", "size": 2 }), json!({ "name": "大.bin", "size": 1_048_577, "skipped": true })]
        );
        assert_eq!((files(second), second.document.reveal().get("@files")), (vec![], None));
        assert_eq!(files(third).len(), 1, "a file without bytes is none");
    }
}

#[tokio::test]
async fn a_row_may_hold_its_file_itself() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let (kind, small) = (bytes(sort), hex(sort, "25504446"));
        scene
            .sql(&format!(
                "CREATE TABLE letters (id varchar(9), scan_name text, scan {kind});
                 INSERT INTO letters VALUES ('A', 'a.pdf', {small}), ('B', NULL, NULL)"
            ))
            .await;
        let poll =
            scene.polling(json!({ "from": "letters", "id": "id", "files": { "name": "scan_name", "bytes": "scan" } }));
        let mut walk = Walk::default();
        walk.on(&*poll).await;
        let first = submission(&walk.items[0]);
        assert_eq!(files(first), [("a.pdf".into(), 4)]);
        assert_eq!(first.document.reveal().get("scan"), None, "bytes are no part of the document");
        assert_eq!(files(submission(&walk.items[1])), []);
    }
}

#[tokio::test]
async fn a_page_of_many_large_files_is_cut_into_several() {
    let scene = Scene::new(Sort::Maria).await;
    scene
        .sql(
            "CREATE TABLE letters (id int, name text, scan longblob);
             INSERT INTO letters SELECT seq, 'a', repeat('x', 15000000) FROM seq_1_to_5;
             INSERT INTO letters SELECT 6, 'd', 'x'",
        )
        .await;
    let options = json!({ "from": "letters", "id": "id", "files": { "name": "name", "bytes": "scan", "max_mib": 30 } });
    let poll = scene.polling(options);
    let mut walk = Walk::default();
    let first = walk.page(&*poll).await.unwrap();
    assert_eq!((first.items.len(), first.more), (4, true));
    assert_eq!(walk.on(&*poll).await, ["5", "6"]);
    assert!(walk.items.iter().all(|item| submission(item).attachments.len() == 1));
}
