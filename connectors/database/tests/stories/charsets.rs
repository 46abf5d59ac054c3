//! Texts in GBK: where the database says so, and where it says something else.

use encoding_rs::GBK;
use serde_json::json;

use crate::scene::{Scene, Sort, Walk, submission};

fn gbk(text: &str) -> String {
    let (bytes, _, lost) = GBK.encode(text);
    assert!(!lost);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_postgresql_that_says_sql_ascii_is_read_and_answered_in_gbk() {
    let scene = Scene::made(Sort::Postgres, "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0").await;
    let title = gbk("县长信箱:路灯");
    scene
        .sql(&format!(
            "CREATE TABLE letters (id varchar(9), title text, area varchar(20), reply text);
             INSERT INTO letters SELECT '1', convert_from('\\x{title}', 'SQL_ASCII'), convert_from('\\x{}', 'SQL_ASCII');
             INSERT INTO letters SELECT '2', convert_from('\\x81', 'SQL_ASCII'), 'x'",
            gbk("虚构县")
        ))
        .await;
    let options = |charset| {
        json!({
            "connect": charset, "poll": { "from": "letters", "id": "id", "where": { "area": ["虚构县", "x"] } },
            "return": { "replied": { "statement": "UPDATE letters SET reply = {public_reply} WHERE id = {id}" } },
        })
    };
    let connector = scene.built(options(json!({ "charset": "gbk" })));
    let mut walk = Walk::default();
    let found = walk.on(connector.poll.as_deref().unwrap()).await;
    assert_eq!(found[0], "1");
    assert!(found[1].contains("the text in column `title` is no GBK"), "{found:?}");
    assert_eq!(submission(&walk.items[0]).document.reveal()["title"], "县长信箱:路灯");
    let outlet = connector.outlet.unwrap();
    let parcel = crate::answers::parcel(&*outlet, "1", &crate::answers::replied("已修复,谢谢"));
    outlet.send(&parcel, "k").await.unwrap();
    let stored = scene.one("SELECT encode(reply::bytea, 'hex') FROM letters WHERE id = '1'").await;
    assert_eq!(stored, Some(gbk("已修复,谢谢")));
    // Read as what it is not, nothing is taken for text.
    let poll = scene.polling(json!({ "from": "letters", "id": "id" }));
    let found = Walk::default().on(&*poll).await;
    assert!(found[0].contains("the text in column `title` is no UTF-8; check `connect.charset`"), "{found:?}");
}

#[tokio::test]
async fn a_mysql_is_read_by_what_its_columns_say_and_by_the_file_where_they_lie() {
    let scene = Scene::new(Sort::Maria).await;
    scene
        .sql(&format!(
            "CREATE TABLE letters (id varchar(9) CHARSET latin1, honest varchar(90) CHARSET gbk, lying varchar(90) CHARSET latin1,
                 modern varchar(90) CHARSET utf8mb4, reply varchar(90) CHARSET latin1);
             INSERT INTO letters VALUES ('1', '路灯不亮', x'{}', '路灯不亮了😀', NULL)",
            gbk("路灯坏了")
        ))
        .await;
    let connector = scene.built(json!({
        "connect": { "charset": "gbk" }, "poll": { "from": "letters", "id": "id", "where": { "lying": "路灯坏了" } },
        "return": { "replied": { "statement": "UPDATE letters SET reply = {public_reply} WHERE id = {id}" } },
    }));
    let mut walk = Walk::default();
    assert_eq!(walk.on(connector.poll.as_deref().unwrap()).await, ["1"]);
    let document = submission(&walk.items[0]).document.reveal();
    let texts = ["honest", "lying", "modern"].map(|name| document[name].as_str().unwrap());
    assert_eq!(texts, ["路灯不亮", "路灯坏了", "路灯不亮了😀"]);
    let outlet = connector.outlet.unwrap();
    let parcel = crate::answers::parcel(&*outlet, "1", &crate::answers::replied("已修复"));
    outlet.send(&parcel, "k").await.unwrap();
    assert_eq!(scene.one("SELECT LOWER(HEX(reply)) FROM letters").await, Some(gbk("已修复")));
    // What is not in GBK is not written half.
    let parcel = crate::answers::parcel(&*outlet, "1", &crate::answers::replied("已修复\u{1F600}"));
    let fault = outlet.send(&parcel, "k").await.unwrap_err();
    assert!(fault.to_string().contains("a character of the text is not in GBK"), "{fault}");
    // Without a word in the file honest columns are right all the same.
    let poll = scene.polling(json!({ "from": "letters", "id": "id", "columns": ["honest", "modern"] }));
    let mut walk = Walk::default();
    walk.on(&*poll).await;
    let document = submission(&walk.items[0]).document.reveal();
    assert_eq!(document["honest"], "路灯不亮");
    assert_eq!(document["modern"], "路灯不亮了😀");
}
