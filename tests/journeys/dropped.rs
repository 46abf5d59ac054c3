//! Spreadsheets that are dropped into a channel's folder: what is right goes to the core, what is not waits and is named in
//! the answer beside the file, nothing comes twice, and what the core tells becomes rows of a file in the outbox.

use std::fs;
use std::path::{Path, PathBuf};

use huiliu_sheet::{Limits, Row};
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};

const CHANNEL: &str = r#"
[channel]
name = "政协云"
state = "live"
[connect]
kind = "folder"
inbox = "收件"
settle = "100ms"
[poll]
every = "1s"
[sheet]
header = ["编号", "标题", "内容"]
aliases = { "内容" = ["建议内容"] }
id = "编号"
[fields]
title = { column = "标题" }
content = { column = "内容" }
type = { column = "类别", codes = "type", optional = true }
submitted_at = { column = "提交时间", date = ["zh", "excel"], optional = true }
[codes]
type = { "微建议" = "建议" }
[return]
to = "outbox"
file = "发件/答复-{date}.xlsx"
columns = ["编号", "承办单位", "答复内容"]
approve = []
uncertain = "retry"
"#;

const HEADS: &str = "序号,编号,标题,建议内容,类别,提交时间";

struct Office {
    scene: Scene,
    token: String,
}

impl Office {
    async fn open() -> Self {
        let scene = Plan::new().await.channel("zhengxie", CHANNEL).start().await;
        let token = token(&scene);
        Self { scene, token }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.scene.config().with_file_name(name)
    }

    /// Written aside and renamed in, as a careful program does.
    fn drop_file(&self, name: &str, bytes: &[u8]) {
        let aside = self.folder("写到一半");
        fs::write(&aside, bytes).unwrap();
        fs::rename(aside, self.folder("收件").join(name)).unwrap();
    }

    async fn rows(&self, path: &Path) -> Vec<Row> {
        self.scene.until(&format!("{} is there", path.display()), || path.exists()).await;
        let book = huiliu_sheet::read(&fs::read(path).unwrap(), &Limits::default()).unwrap();
        book.sheets.into_iter().next().unwrap().rows
    }

    async fn answer(&self, name: &str) -> Vec<Vec<String>> {
        let rows = self.rows(&self.folder("收件").join(name)).await;
        rows.into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    async fn closed(&self, id: &str, number: &str) {
        let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "solved": "解决",
            "public_reply": "经核实,已于昨日派人修复,现已恢复正常。", "units": [{ "name": "县住建局", "role": "lead" }] });
        let said = post(&self.scene, &self.token, &json!({ "id": id, "ticket": number, "outcome": outcome })).await;
        assert_eq!(said.0, 200, "{said:?}");
    }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn texts(event: &Value, key: &str) -> String {
    event["data"]["matter"][key].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn good_rows_go_on_bad_ones_wait_and_nothing_comes_twice() {
    let mut office = Office::open().await;
    office.scene.until("the inbox is made", || office.folder("收件").is_dir()).await;
    // A text in GBK under the name of a workbook, with a title, an unknown code, a row without a number, and a total.
    let text = format!(
        "十一月建议汇总,,,,,\r\n{HEADS}\r\n1,ZX-1,路灯,东门街路灯不亮,微建议,2026年11月3日\r\n\
         2,ZX-2,井盖,西街井盖破损,提案,2026年11月3日\r\n3,,噪声,夜间施工,微建议,\r\n4,ZX-4,积水,桥下积水,,46000.5\r\n合计,,,4 条,,\r\n"
    );
    office.drop_file("十一月.xlsx", &gbk(&text));
    let told = office.scene.until_told(2).await;
    let mut titles: Vec<String> = told.iter().map(|told| texts(&told.event, "title")).collect();
    titles.sort();
    assert_eq!(titles, ["积水", "路灯"]);
    let lamp = told.iter().find(|told| texts(&told.event, "title") == "路灯").unwrap().event.to_string();
    assert!(lamp.contains("2026-11-03T00:00:00") || lamp.contains("2026-11-02T16:00:00"), "{lamp}");
    let answer = office.answer("十一月.结果.xlsx").await;
    let states: Vec<&str> = answer.iter().map(|row| row.get(6).map_or("", String::as_str)).collect();
    assert_eq!(states[1], "状态", "{answer:#?}");
    assert!(answer[3].join("|").contains("提案") && answer[4].join("|").contains("第 5 行"), "{answer:#?}");
    let dead = office.scene.dead().await;
    assert_eq!(dead.len(), 2, "the unknown code, and the row without a number: {dead:#?} {answer:#?}");
    assert!(!office.folder("收件").join("十一月.xlsx").exists(), "it leaves the inbox after the commit");
    // Killed, started again, and dropped again: nothing is new, and nothing more reaches the core.
    office.scene.house.kill();
    office.scene.start_again().await;
    office.drop_file("再来一次.xlsx", &gbk(&text));
    let answer = office.answer("再来一次.结果.xlsx").await;
    assert!(answer.iter().flatten().any(|cell| cell.contains("没有新内容")), "{answer:#?}");
    // The code is declared, saved, and the row that waited goes on.
    office.scene.rewrite("zhengxie", &CHANNEL.replace("\"微建议\" =", "\"提案\" = \"建议\", \"微建议\" ="));
    let (status, report) = office.scene.reload().await;
    assert_eq!((status, &report["swapped"]), (0, &json!(["zhengxie"])), "{report}");
    for dead in office.scene.dead().await {
        let (status, said) = office.scene.ask(&["dead", "retry", &dead["id"].to_string()]).await;
        assert_eq!(status == 0, !dead["external_id"].is_null(), "{said}");
    }
    let told = office.scene.until_told(3).await;
    assert_eq!(texts(&told[2].event, "title"), "井盖");
    // The same by command: each row is known, and said to be.
    let file = office.folder("命令.csv");
    fs::write(&file, gbk(&text)).unwrap();
    let words = ["channel", "import", "政协云", file.to_str().unwrap(), "--json"];
    let (status, printed) = office.scene.ask(&words).await;
    let report: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    let states: Vec<&str> = report["rows"].as_array().unwrap().iter().filter_map(|row| row["state"].as_str()).collect();
    assert_eq!((status, states), (1, vec!["repeat", "repeat", "unreadable", "repeat"]), "{report}");
    office.scene.until_told(3).await;
}

#[tokio::test]
async fn a_row_without_a_number_is_known_after_a_restart_by_a_digest_of_this_house() {
    let hashed = CHANNEL.split("[return]").next().unwrap().replace("id = \"编号\"", "if_no_id = \"hash\"");
    let hashed = hashed.replace("header = [\"编号\", ", "header = [");
    let text = "标题,建议内容\r\n路灯,东门街路灯不亮\r\n井盖,西街井盖破损\r\n";
    let drop_in = async |scene: Scene| {
        let mut office = Office { token: token(&scene), scene };
        office.scene.until("the inbox is made", || office.folder("收件").is_dir()).await;
        office.drop_file("一.csv", text.as_bytes());
        let mut ids: Vec<_> =
            office.scene.until_told(2).await.iter().map(|told| told.external_id().to_owned()).collect();
        ids.sort();
        office.scene.house.kill();
        office.scene.start_again().await;
        office.drop_file("二.csv", format!("{text}噪声,夜间施工\r\n").as_bytes());
        let told = office.scene.until_told(3).await;
        assert_eq!(texts(&told[2].event, "title"), "噪声", "the others are known");
        ids
    };
    let here = drop_in(Plan::new().await.channel("zhengxie", &hashed).start().await).await;
    let there = drop_in(Plan::new().await.channel("zhengxie", &hashed).start().await).await;
    assert!(here.iter().all(|id| id.starts_with("r2:") && !there.contains(id)), "{here:?} {there:?}");
}

#[tokio::test]
async fn what_the_core_tells_becomes_one_row_of_the_days_file() {
    let mut office = Office::open().await;
    office.scene.until("the inbox is made", || office.folder("收件").is_dir()).await;
    office.drop_file("a.csv", format!("{HEADS}\n1,ZX-1,路灯,不亮,,\n2,ZX-2,井盖,破损,,\n").as_bytes());
    let told = office.scene.until_told(2).await;
    let numbers: Vec<String> = told.iter().map(|told| told.key.rsplit_once('-').unwrap().0.to_owned()).collect();
    office.closed("o-1", &numbers[0]).await;
    let outbox = office.folder("发件");
    let one_file = || {
        fs::read_dir(&outbox)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "xlsx"))
    };
    office.scene.until("the day's file is there", || one_file().is_some()).await;
    // The house falls down when the second is closed: each stands in the file once.
    office.closed("o-2", &numbers[1]).await;
    office.scene.house.kill();
    office.scene.start_again().await;
    office.closed("o-2", &numbers[1]).await;
    let ids = async || -> Vec<String> {
        let rows = office.rows(&one_file().unwrap()).await;
        rows.iter().skip(1).map(|row| row.cell(0).text.clone()).collect()
    };
    let began = std::time::Instant::now();
    while ids().await.len() < 2 {
        assert!(began.elapsed() < crate::house::PATIENCE, "{:?}", ids().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mut ids = ids().await;
    ids.sort();
    assert_eq!(ids, ["ZX-1", "ZX-2"]);
}
