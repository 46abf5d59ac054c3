//! By command and by poll.

use std::fs;

use serde_json::{Value, json};

use super::{FIELDS, Scene, channel, lines_of};
use crate::console::{Code, Request};
use crate::store::{DeadQuery, Far};

fn states(told: &Value) -> Vec<&str> {
    told["rows"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_are_taken_and_bad_ones_wait_until_the_mapping_is_mended() {
    let mut scene = Scene::new(&channel("", "takes = true")).await;
    let mut lines = lines_of(1..450);
    lines[9] = "no line".into();
    lines[10] = "A11|井盖|20.11.2026".into();
    lines[12] = "A12|改过的标题|2026-11-20".into();
    let file = scene.file("十一月.txt", &lines);
    let answer = scene.folder.path().join("十一月.结果.xlsx");
    // A dry run says what would become of each and takes nothing.
    let dry = scene.import(&file, None, true).await.unwrap();
    assert_eq!(dry["counts"], json!({ "new": 447, "unmapped": 1, "unreadable": 1 }));
    let store = scene.running().store.clone();
    assert!(store.dead(DeadQuery { limit: 9, ..DeadQuery::default() }).await.unwrap().is_empty());
    assert_eq!(store.schedule().depth(Far::Core), (0, 0));
    let told = scene.import(&file, Some(&answer), false).await.unwrap();
    // Row 13 says row 12's number again, in other words: a revision, in a transaction of its own.
    assert_eq!(told["counts"], json!({ "new": 446, "revised": 1, "unmapped": 1, "unreadable": 1 }), "{told}");
    let seen = states(&told);
    assert_eq!(seen.len(), 449);
    assert_eq!(seen[8..14], ["new", "unreadable", "unmapped", "new", "revised", "new"]);
    let row = &told["rows"][10];
    assert_eq!((&row["place"], &row["external_id"], &row["ticket"]), (&json!(11), &json!("A11"), &Value::Null));
    assert!(row["reason"]["zh"].as_str().unwrap().contains("日期"), "{row}");
    assert_eq!(told["rows"][9]["reason"]["en"], "a line has three parts");
    assert_eq!(told["remarks"][0]["en"], "of 十一月.txt");
    let written = fs::read_to_string(&answer).unwrap();
    let written: Vec<_> = written.lines().collect();
    assert_eq!(written.len(), 449);
    assert_eq!((written[9], written[10], written[12]), ("- unmapped!", "A11 unmapped!", "A12 revised"));
    // Nothing lies over what is there.
    assert_eq!(scene.import(&file, Some(&answer), false).await.unwrap_err().code, Code::Refused);
    // The same again takes nothing; a dry run knows them all.
    let again = scene.import(&file, None, false).await.unwrap();
    // What waited still waits; the number that is told twice is revised to and fro, as a poll would.
    assert_eq!(again["counts"], json!({ "repeat": 445, "revised": 2, "unmapped": 1, "unreadable": 1 }));
    assert_eq!(scene.import(&file, None, true).await.unwrap()["counts"]["known"], 447);
    // Somebody mends the mapping: what waits is tried again.
    let mended = channel("", "takes = true")
        .replace(FIELDS, &FIELDS.replace("\"yyyy-MM-dd\"", "[\"yyyy-MM-dd\", \"dd.MM.yyyy\"]"));
    drop(store);
    scene.stop().await;
    scene.rewrite(&mended);
    scene.start().await;
    let query = DeadQuery { open: true, limit: 9, ..DeadQuery::default() };
    let waiting = scene.running().store.dead(query).await.unwrap();
    let id = waiting.iter().find(|letter| letter.external_id.as_deref() == Some("A11")).unwrap().id;
    scene.ask(Request::DeadRetry { id }).await.unwrap();
    let last = scene.import(&file, None, false).await.unwrap();
    assert_eq!(last["rows"][10]["state"], "repeat", "{}", last["rows"][10]);
    // Who brought it is on record.
    let show = scene.ask(Request::ChannelShow { channel: "zxyun".into() }).await.unwrap();
    let deeds: Vec<_> = show["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].clone()).collect();
    assert_eq!(deeds, ["import", "import", "import"], "not the dry runs, not the one that was refused: {deeds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_in_the_middle_a_file_is_handed_in_again_and_nothing_is_lost_or_doubled() {
    let mut scene = Scene::new(&channel("", "takes = true")).await;
    let file = scene.file("大.txt", &lines_of(1..5_001));
    let gateway = scene.gateway.take().unwrap();
    let stopping = async {
        while gateway.store.channels().await.unwrap()[0].tickets[0] == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        gateway.stop().await;
    };
    let (first, ()) = tokio::join!(scene.import(&file, None, false), stopping);
    let first = first.unwrap();
    let taken = first["counts"]["new"].as_u64().unwrap();
    assert!(first["stopped"]["zh"].as_str().is_some_and(|why| why.contains("正在停止")), "{}", first["counts"]);
    assert!((200..5_000).contains(&taken) && taken % 200 == 0, "{taken}: whole pages");
    scene.start().await;
    let again = scene.import(&file, None, false).await.unwrap();
    assert_eq!(again["counts"], json!({ "new": 5_000 - taken, "repeat": taken }));
    // The report is short, however long the file is.
    assert_eq!((again["rows"].as_array().unwrap().len(), &again["left_out"]), (1000, &json!(4_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_begun_is_told_so() {
    let scene = Scene::new(&channel("", "")).await;
    let file = scene.file("一.txt", &lines_of(1..3));
    let none = scene.import(&file, None, false).await.unwrap_err();
    assert!(none.code == Code::Refused && none.zh.contains("不收文件"), "{none:?}");
    let absent = scene.import(&scene.folder.path().join("无"), None, false).await.unwrap_err();
    assert_eq!(absent.code, Code::NotFound);
    assert_eq!(scene.import(scene.folder.path(), None, false).await.unwrap_err().code, Code::Invalid);
    let scene = Scene::new(&channel("", "takes = true")).await;
    let bad = scene.import(&scene.file("二.txt", &["x".into()]), None, false).await.unwrap_err();
    assert!(bad.code == Code::Invalid && bad.zh.contains("文件不对"), "{bad:?}");
    let mut scene = Scene::new(&channel("", "takes = true").replace("\"live\"", "\"off\"")).await;
    let off = scene.import(&scene.file("三.txt", &lines_of(1..3)), None, false).await.unwrap_err();
    assert!(off.zh.contains("停用"), "{off:?}");
    scene.stop().await;
    let nobody = scene.import(&scene.file("三.txt", &lines_of(1..3)), None, false).await.unwrap_err();
    assert_eq!(nobody.code, Code::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polled_page_is_told_after_the_commit_in_the_order_of_its_items() {
    let scene = Scene::new(&channel("", "inbox = \"inbox\"\ntelling = \"panic\"")).await;
    let inbox = scene.folder.path().join("config/inbox");
    let first = ["A1|甲|2026-11-20", "rubbish", "A2|乙|20.11.", "A1|甲改|2026-11-20", "A3|丙|2026-11-20"];
    fs::write(&inbox, first.join("\n") + "\n").unwrap();
    let told = scene.told(1).await;
    assert_eq!(told[0], ["A1 new", "- unmapped!", "A2 unmapped!", "A1 revised", "A3 new"]);
    // The connector broke while it was told. What was taken stands, and the next page comes.
    fs::write(&inbox, first.join("\n") + "\nA4|丁|2026-11-20\n").unwrap();
    let told = scene.told(2).await;
    assert_eq!(told[1], ["A4 new"], "nothing is taken or told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_before_it_told_keeps_what_it_took() {
    let mut scene = Scene::new(&channel("", "inbox = \"inbox\"\ntelling = \"never\"")).await;
    let inbox = scene.folder.path().join("config/inbox");
    fs::write(&inbox, "A1|甲|2026-11-20\n").unwrap();
    scene.told(1).await;
    // It is being told, and never ends: the commit is through, the runner is cut off.
    scene.stop().await;
    fs::write(&inbox, "A1|甲|2026-11-20\nA2|乙|2026-11-20\n").unwrap();
    scene.rewrite(&channel("", "inbox = \"inbox\""));
    scene.start().await;
    let told = scene.told(2).await;
    assert_eq!(told, [["A1 new"], ["A2 new"]], "the cursor moved with the first page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_table_is_shown_until_it_comes_or_somebody_says_that_there_is_none() {
    use crate::gateway::remind::tell;
    // Every moment of a day lies behind its beginning.
    let mut scene = Scene::new(&channel("remind = \"daily 00:00\"", "takes = true")).await;
    let unhanded = async |scene: &Scene| scene.ask(Request::Status).await.unwrap()["unhanded"].clone();
    assert_eq!(unhanded(&scene).await, json!(["政协云"]));
    let store = scene.running().store.clone();
    let day = jiff::civil::date(2026, 11, 27);
    assert!(tell(store.as_ref(), "other", day).await.unwrap());
    assert!(!tell(store.as_ref(), "other", day).await.unwrap(), "once a day");
    assert!(tell(store.as_ref(), "other", day.tomorrow().unwrap()).await.unwrap());
    drop(store);
    scene.stop().await;
    scene.start().await;
    let store = scene.running().store.clone();
    assert!(!tell(store.as_ref(), "other", day.tomorrow().unwrap()).await.unwrap(), "nor again after a restart");
    scene.ask(Request::NothingToday { channel: "政协云".into() }).await.unwrap();
    assert_eq!(unhanded(&scene).await, json!([]));
    let show = scene.ask(Request::ChannelShow { channel: "zxyun".into() }).await.unwrap();
    assert_eq!(show["deeds"][0]["what"], "nothing_today");
    // A table of rows that are all known is a table, too.
    let scene = Scene::new(&channel("remind = \"daily 00:00\"", "takes = true")).await;
    let file = scene.file("一.txt", &["no|line".into()]);
    scene.import(&file, None, true).await.unwrap();
    assert_eq!(unhanded(&scene).await, json!(["政协云"]), "a dry run hands nothing in");
    scene.import(&file, None, false).await.unwrap();
    assert_eq!(unhanded(&scene).await, json!([]));
}
