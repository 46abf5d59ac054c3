//! A channel that the program made of a sample, at work: the same files come in by it, and nothing had to be written by hand
//! but that it is to run.

use std::fs;

use serde_json::Value;

use crate::scene::{Plan, Scene};

const HEADS: [&str; 7] = ["序号", "建议编号", "委员姓名", "联系电话", "建议标题", "建议内容", "提交时间"];
const ROWS: [[&str; 7]; 2] = [
    [
        "1",
        "ZXY-2026-001",
        "何某某",
        "138-0000-0000",
        "完善斑马线",
        "城北小学门口没有斑马线,建议划线。",
        "2026年11月3日",
    ],
    ["2", "ZXY-2026-002", "何某", "13800000001", "增设停车位", "县医院门口车位不够,建议增设。", "2026/11/4"],
];

fn sheet() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "十一月政协云建议汇总").unwrap();
    for (row, cells) in (1..).zip([HEADS].iter().chain(&ROWS)) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn text<'e>(event: &'e Value, at: &str) -> &'e str {
    event.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

/// Lets a made channel run: what an operator changes in its file.
async fn goes_live(scene: &Scene, code: &str, more: &[(&str, &str)]) {
    let file = scene.config().join("channels").join(code).join("channel.toml");
    let mut text = fs::read_to_string(&file).unwrap();
    for (from, to) in [&[("\"off\"", "\"live\""), ("start_from", "# start_from")], more].concat() {
        assert!(text.contains(from), "{from} in {text}");
        text = text.replace(from, to);
    }
    fs::write(&file, text).unwrap();
    let (status, told) = scene.reload().await;
    assert_eq!(status, 0, "{told}");
}

#[tokio::test]
async fn the_sheet_that_a_channel_was_made_of_comes_in_by_it() {
    let scene = Plan::new().await.start().await;
    let sample = scene.config().with_file_name("样表.xlsx");
    fs::write(&sample, sheet()).unwrap();
    let made = scene.answered(&["channel", "new", "政协云", "--from", sample.to_str().unwrap()]).await;
    assert_eq!((made["code"].as_str(), made["items"]["mapped"].as_u64()), (Some("zhengxieyun"), Some(2)), "{made}");
    goes_live(&scene, "zhengxieyun", &[("\"1m\"", "\"1s\""), ("keep ", "settle = \"100ms\"\nkeep ")]).await;
    let inbox = scene.config().with_file_name("收件").join("政协云");
    scene.until("the inbox is made", || inbox.is_dir()).await;
    let aside = scene.config().with_file_name("写到一半");
    fs::write(&aside, sheet()).unwrap();
    fs::rename(aside, inbox.join("十一月.xlsx")).unwrap();
    let told = scene.until_told(2).await;
    let mut titles: Vec<&str> = told.iter().map(|told| text(&told.event, "/data/matter/title")).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["增设停车位", "完善斑马线"]);
    let crossing = told.iter().find(|told| text(&told.event, "/data/matter/title") == "完善斑马线").unwrap();
    assert_eq!(text(&crossing.event, "/data/person/name"), "何某某", "the sample is masked, what comes is not");
    assert_eq!(text(&crossing.event, "/data/person/phone"), "13800000000");
    let at = text(&crossing.event, "/data/times/submitted_at");
    assert!(at.starts_with("2026-11-02T16:00:00") || at.starts_with("2026-11-03T00:00:00"), "{at}");
    assert_eq!(scene.dead().await.len(), 0);
    // What people changed in it is laid out, and it is right.
    let changed = scene.answered(&["channel", "fmt"]).await["changed"].as_array().map(Vec::len);
    assert_eq!((changed, &scene.answered(&["check", "政协云"]).await["right"]), (Some(1), &Value::Bool(true)));
}

#[tokio::test]
async fn the_push_that_a_channel_was_made_of_comes_in_by_it() {
    let letter = r#"<letter no="XJ-0001"><bt>反映噪声</bt><nr>夜间施工噪声大,影响休息。</nr><xm>何某某</xm><lxdh>13800000000</lxdh></letter>"#;
    let scene = Plan::new().await.start().await;
    let sample = scene.config().with_file_name("letter.xml");
    fs::write(&sample, letter).unwrap();
    let made =
        scene.answered(&["channel", "new", "网站信箱", "--from", sample.to_str().unwrap(), "--code", "wangzhan"]).await;
    assert_eq!((made["kind"].as_str(), made["list"].as_str()), (Some("webhook"), None), "{made}");
    goes_live(&scene, "wangzhan", &[]).await;
    let url = format!("{}/channels/wangzhan", scene.house.url);
    let push = scene.client.post(url).header("content-type", "application/xml").body(letter).send().await.unwrap();
    assert_eq!(push.status(), 200);
    let told = scene.until_told(1).await;
    assert_eq!(text(&told[0].event, "/data/matter/content"), "夜间施工噪声大,影响休息。");
}
