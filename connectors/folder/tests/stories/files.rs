//! Files as they come: half-written, under a wrong name, torn, bombs, gone half-way, told again.

use std::io::Write;
use std::time::Duration;

use huiliu_contract::{Fault, What};
use serde_json::json;

use crate::house::{House, age, ids, sheet, usual, workbook};

#[tokio::test]
async fn a_file_that_is_still_being_written_waits() {
    let mut house = House::with(sheet(), json!({ "settle": "400ms" }));
    let whole = workbook(&[&["编号", "内容"], &["A1", "路灯"], &["A2", "积水"]]);
    let path = house.inbox().join("来信.xlsx");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&whole[..whole.len() / 2]).unwrap();
    assert_eq!(house.walk().await.len(), 0, "it has just been written");
    // The line stands still for longer than it takes to settle: what cannot be read yet is not refused yet.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(house.walk().await.len(), 0);
    assert_eq!(house.files(""), ["来信.xlsx"]);
    file.write_all(&whole[whole.len() / 2..]).unwrap();
    drop(file);
    assert_eq!(house.walk().await.len(), 0, "it has just been written");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ids(&house.walk().await), ["A1", "A2"]);
    assert_eq!(house.files(""), ["来信.结果.xlsx"]);
}

#[tokio::test]
async fn a_torn_file_is_refused_as_a_whole_and_kept() {
    let mut house = House::new(sheet());
    let whole = workbook(&[&["编号", "内容"], &["A1", "路灯"]]);
    house.drop_file("来信.xlsx", &whole[..whole.len() - 30]);
    let items = house.walk().await;
    assert!(ids(&items)[0].contains("整个文件没有收"), "{:?}", ids(&items));
    assert_eq!(
        (items.len(), house.files(""), house.files("refused")),
        (1, vec!["来信.结果.xlsx".into()], vec!["来信.xlsx".to_owned()])
    );
    assert!(house.answer("来信.结果.xlsx")[0].1[0][0].contains("重新导出"));
    // Mended and put there again under the same name, it is taken.
    house.drop_file("来信.xlsx", &whole);
    assert_eq!(ids(&house.walk().await), ["A1"]);
}

#[tokio::test]
async fn what_a_file_is_is_told_by_its_content() {
    let mut house = House::new(sheet());
    let text = "编号,内容\r\n430424202611270001,路灯不亮\r\n";
    house.drop_file("a.xlsx", &encoding_rs::GB18030.encode(text).0);
    assert_eq!(ids(&house.walk().await), ["430424202611270001"]);
    let page = "<html><body><table><tr><td colspan=2>来信汇总</td></tr><tr><td>编号</td><td>内容</td></tr>\
        <tr><td>430424202611270002</td><td>积水</td></tr></table></body></html>";
    house.drop_file("b.xls", page.as_bytes());
    assert_eq!(ids(&house.walk().await), ["430424202611270002"]);
    house.drop_file("c.xls", "编号\t内容\nC1\t噪音,很大\n".as_bytes());
    assert_eq!(ids(&house.walk().await), ["C1"]);
    house.drop_file("d.csv", &workbook(&[&["编号", "内容"], &["D1", "x"]]));
    assert_eq!(ids(&house.walk().await), ["D1"]);
    house.drop_file("e", "\u{feff}[{\"编号\": 7, \"内容\": \"占道\"}, {\"内容\": \"没有编号\"}]".as_bytes());
    let found = ids(&house.walk().await);
    assert!(found[0] == "7" && found[1].contains("第 2 条") && found[1].contains("没有编号"), "{found:?}");
    house.drop_file("f.xml", b"<?xml version=\"1.0\"?><rows><row/></rows>");
    assert!(ids(&house.walk().await)[0].contains("sheet.items"), "where its list stands is not told");
    assert_eq!(house.files("refused"), ["f.xml"]);
}

#[tokio::test]
async fn a_list_of_xml_is_one_also_where_one_letter_came() {
    let mut house = House::new(json!({ "id": "@no", "header": ["@no"], "items": "/letters/letter" }));
    let letter = |no: &str, text: &str| format!("<letter no='{no}'><内容>{text}</内容></letter>");
    let file = |body: &str| {
        let text = format!("<?xml version='1.0' encoding='GB2312'?><letters>{body}</letters>");
        encoding_rs::GB18030.encode(&text).0.into_owned()
    };
    house.drop_file("a.xml", &file(&letter("X1", "路灯不亮")));
    assert_eq!(ids(&house.walk().await), ["X1"]);
    house.drop_file("b.xml", &file(&format!("{}<letter><内容>没有编号</内容></letter>", letter("X2", "积水"))));
    let found = ids(&house.walk().await);
    assert!(found[0] == "X2" && found[1].contains("第 2 条"), "{found:?}");
    // What could declare entities, or lies about its encoding, is refused by name, and the next file is taken.
    house.drop_file("c.xml", b"<!DOCTYPE letters [<!ENTITY x 'y'>]><letters><letter no='X3'>&x;</letter></letters>");
    let found = ids(&house.walk().await);
    assert!(found.len() == 1 && found[0].contains("DOCTYPE"), "{found:?}");
    house.drop_file("d.xml", &file("")[..40]);
    assert!(ids(&house.walk().await)[0].contains("XML"));
    house.drop_file("e.xml", &file(&letter("X4", "占道")));
    assert_eq!(ids(&house.walk().await), ["X4"]);
    assert_eq!(house.files("refused"), ["c.xml", "d.xml"]);
}

#[tokio::test]
async fn an_old_workbook_of_excel_97_is_read() {
    let sheet = json!({ "header": ["热线工单号"], "id": "热线工单号" });
    let mut house = House::new(sheet);
    house.drop_file("旧.xls", include_bytes!("../../../sheet/tests/data/excel-97.xls"));
    let found = ids(&house.walk().await);
    assert_eq!(found[0], "430424202611270001", "{found:?}");
    assert!(found[1].contains("请把该列设为“文本”后重新导出"), "{found:?}");
}

#[tokio::test]
async fn a_zip_bomb_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook/>").unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    for _ in 0..64 {
        zip.write_all(&b"<row/>".repeat(1 << 17)).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let mut house = House::new(sheet());
    house.drop_file("bomb.xlsx", &bomb);
    let found = ids(&house.walk().await);
    assert!(found.len() == 1 && found[0].contains("压缩炸弹"), "{found:?}");
    assert_eq!(house.files("refused"), ["bomb.xlsx"]);
}

#[tokio::test]
async fn a_refused_file_is_taken_once_the_channels_file_is_mended() {
    let mut house = House::new(json!({ "header": ["号码", "内容"], "id": "号码" }));
    let bytes = workbook(&[&["编号", "内容"], &["A1", "路灯"]]);
    house.drop_file("来信.xlsx", &bytes);
    assert!(ids(&house.walk().await)[0].contains("没有表头"));
    house.options["sheet"]["aliases"] = json!({ "号码": ["编号"] });
    house.restart();
    house.drop_file("来信.xlsx", &bytes);
    assert_eq!(ids(&house.walk().await), ["A1"]);
    // And the same without a restart in between.
    let mut house = House::new(sheet());
    for _ in 0..2 {
        house.drop_file("x.csv", b"a,b\n1,2\n");
        assert_eq!(house.walk().await.len(), 1);
        assert_eq!(house.files("").len(), house.files("").iter().filter(|name| name.contains("结果")).count());
    }
}

#[tokio::test]
async fn the_same_file_again_says_that_there_is_nothing_new() {
    let mut house = House::new(sheet());
    let bytes = workbook(&[&["编号", "内容"], &["A1", "路灯"]]);
    house.drop_file("来信.xlsx", &bytes);
    assert_eq!(ids(&house.walk().await), ["A1"]);
    house.restart();
    house.drop_file("来信.xlsx", &bytes);
    house.drop_file("又一份.xlsx", &bytes);
    assert_eq!(house.walk().await.len(), 0);
    assert_eq!(house.files(""), ["又一份.结果.xlsx", "来信.结果.xlsx", "来信.结果2.xlsx"]);
    assert!(house.answer("来信.结果2.xlsx")[0].1[0][0].contains("没有新内容"));
    assert_eq!(house.answer("来信.结果.xlsx")[0].1[1][2], "已收", "the first answer stands");
    // The same row in another file is told by the store.
    house.drop_file("来信3.xlsx", &workbook(&[&["编号", "内容"], &["A1", "路灯"], &["A2", "新的"]]));
    let page = house.poll().await;
    house.commit(&page);
    house.tell(&page, |item| if ids(std::slice::from_ref(item)) == ["A1"] { What::Repeat } else { What::New }).await;
    house.walk().await;
    let answer = &house.answer("来信3.结果.xlsx")[0].1;
    assert_eq!(answer[1][2..], ["重复", "T-A1", "以前收过,没有新内容"]);
    assert_eq!(answer[2][2..4], ["已收", "T-A2"]);
}

fn many(count: usize) -> Vec<u8> {
    let mut text = String::from("编号,内容\n");
    for n in 0..count {
        text.push_str(&format!("L{n:05},内容{n}\n"));
    }
    text.into_bytes()
}

#[tokio::test]
async fn a_kill_between_any_two_lines_loses_and_repeats_nothing() {
    for dies in 0..8 {
        let mut house = House::new(sheet());
        house.drop_file("多.csv", &many(450));
        let (mut all, mut calls) = (Vec::new(), 0);
        loop {
            let page = house.poll().await;
            calls += 1;
            if calls == dies {
                // Before the commit: the same page comes again.
                house.restart();
                let again = house.poll().await;
                assert_eq!((ids(&page.items), page.next, page.more), (ids(&again.items), again.next, again.more));
                continue;
            }
            house.commit(&page);
            all.extend(ids(&page.items));
            // After the commit, before anything is told: what was not heard says so.
            if calls == 4 {
                house.restart();
            } else {
                house.tell(&page, usual).await;
            }
            if !page.more {
                break;
            }
        }
        let wanted: Vec<String> = (0..450).map(|n| format!("L{n:05}")).collect();
        assert_eq!(all, wanted, "dies at {dies}");
        assert_eq!(house.files(""), ["多.结果.xlsx"]);
        let rows = &house.answer("多.结果.xlsx")[0].1;
        assert_eq!(rows.len(), 451);
        assert!(rows[1..].iter().all(|row| row[2] == "已收"));
    }
}

#[tokio::test]
async fn rows_of_which_nothing_was_heard_say_so() {
    let mut house = House::new(sheet());
    house.drop_file("多.csv", &many(250));
    let first = house.poll().await;
    house.commit(&first);
    house.tell(&first, usual).await;
    let second = house.poll().await;
    house.commit(&second);
    house.restart();
    house.walk().await;
    let rows = &house.answer("多.结果.xlsx")[0].1;
    assert_eq!(rows[200][2..4], ["已收", "T-L00199"]);
    assert!(rows[201][4].contains("网关重启过") && rows[250][4].contains("huiliu find"), "{:?}", rows[201]);
    // The notes hold nothing that stood in the file, and are gone with it.
    let left: Vec<_> =
        std::fs::read_dir(house.inbox().join(".huiliu")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".told")), "{left:?}");
}

#[tokio::test]
async fn a_file_that_vanishes_half_way_is_told() {
    let mut house = House::new(sheet());
    let path = house.drop_file("多.csv", &many(450));
    let page = house.poll().await;
    house.commit(&page);
    std::fs::remove_file(&path).unwrap();
    // While the process lives it has what it read.
    let page = house.poll().await;
    assert_eq!(page.items.len(), 200);
    // After a restart nobody has.
    house.restart();
    let page = house.poll().await;
    assert_eq!((page.items.len(), page.more), (0, true));
    house.commit(&page);
    assert_eq!(house.walk().await.len(), 0);
    assert!(house.answer("多.结果.xlsx")[0].1[0][0].contains("前 200 条已经收下"));
    // Put there again it is read from its front; what was taken is the store's to know.
    house.drop_file("多.csv", &many(450));
    assert_eq!(house.walk().await.len(), 450);
    // One that was changed in between is another file.
    let path = house.drop_file("改.csv", &many(300));
    let page = house.poll().await;
    house.commit(&page);
    house.restart();
    std::fs::write(&path, many(310)).unwrap();
    age(&path);
    let page = house.poll().await;
    house.commit(&page);
    assert_eq!(page.items.len(), 0);
    assert_eq!(house.walk().await.len(), 310);
}

#[tokio::test]
async fn files_are_kept_for_a_time_where_that_is_wanted() {
    let mut house = House::with(sheet(), json!({ "settle": "20ms", "keep": "1d" }));
    house.drop_file("来信.csv", "编号,内容\nA1,x\n".as_bytes());
    house.walk().await;
    house.drop_file("来信.csv", "编号,内容\nA2,x\n".as_bytes());
    house.walk().await;
    let kept = house.files("已收");
    assert_eq!(kept.len(), 2);
    let old = std::time::SystemTime::now() - Duration::from_secs(2 * 86_400);
    for name in &kept {
        let path = house.inbox().join("已收").join(name);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    house.drop_file("来信.csv", "编号,内容\nA3,x\n".as_bytes());
    house.walk().await;
    assert_eq!(house.files("已收").len(), 1, "what was kept long enough is gone");
}

#[tokio::test]
async fn an_inbox_of_another_channel_is_left_alone() {
    let house = House::new(sheet());
    house.poll().await;
    std::fs::write(house.inbox().join(".huiliu/channel"), "another").unwrap();
    house.drop_file("来信.csv", "编号,内容\nA1,x\n".as_bytes());
    let fault = house.connector.poll.as_ref().unwrap().poll(None, None).await.unwrap_err();
    assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
    let cursor = huiliu_contract::Cursor("{\"since\": 1}".into());
    let fault = house.connector.poll.as_ref().unwrap().poll(Some(&cursor), None).await.unwrap_err();
    assert!(fault.to_string().contains("reset the channel's cursor"));
}

/// Portals call it `.xls`; Excel opens it, and so do we.
#[tokio::test]
async fn an_xml_spreadsheet_of_2003_is_a_table() {
    let mut sheet = sheet();
    sheet["fill_down"] = json!(["内容"]);
    let mut house = House::new(sheet);
    house.drop_file("导出.xls", include_bytes!("../../../sheet/tests/data/excel-2003.xml"));
    let all = ids(&house.walk().await);
    assert_eq!(all[..2], ["430424202611270001", "430424202611270"]);
    assert!(all.len() == 3 && all[2].starts_with("! 工作表“转派 & 交办”第 7 行 A 列"), "its digits are lost: {all:?}");
}
