//! A core that imports sheets: what waits stands in sheets in the core's own columns, and its numbers are read from those that
//! come back.

use std::path::{Path, PathBuf};

use huiliu_farside::letter::Letter;
use huiliu_sheet::{Limits, Sheet};
use serde_json::{Value, json};

use crate::scene::{Plan, Scene, ticket};

const CORE: &str = r#"
kind     = "file"
outbox   = "发件/热线"
every    = "100ms"
returned = "收件/热线"
number   = "工单编号"
event    = "流转序号"
columns  = [
  { name = "汇流编号", value = "{ticket}" },
  { name = "流转序号", value = "{sequence}" },
  { name = "性质", value = "{act}" },
  { name = "诉求标题", value = "{title}" },
  { name = "电话", value = "{phone}" },
  { name = "原工单", value = "{core_number}" },
]
"#;

/// The sheets in a folder, by name.
fn sheets(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let whole = |path: &PathBuf| !path.file_name().unwrap().to_str().unwrap().starts_with('.') && path.is_file();
    let mut found: Vec<_> = entries.filter(whole).collect();
    found.sort();
    found
}

/// The texts of a sheet, its heads first.
fn rows(file: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(file).unwrap();
    let sheet: Sheet = huiliu_sheet::read(&bytes, &Limits::default()).unwrap().sheets.remove(0);
    sheet.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect()).collect()
}

struct Desk {
    scene: Scene,
}

impl Desk {
    fn folder(&self, name: &str) -> PathBuf {
        self.scene.config().with_file_name(name)
    }

    fn written(&self) -> Vec<PathBuf> {
        sheets(&self.folder("发件/热线"))
    }

    async fn until_written(&self, sheets: usize) -> Vec<PathBuf> {
        self.scene.until(&format!("{sheets} sheets are written"), || self.written().len() >= sheets).await;
        let written = self.written();
        assert_eq!(written.len(), sheets, "{written:?}");
        written
    }

    /// What the core gives back: our number, the event's place, its number.
    async fn come_back(&self, name: &str, told: &[[&str; 3]]) -> Vec<Vec<String>> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip([["汇流编号", "流转序号", "工单编号"]].iter().chain(told)) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
        let folder = self.folder("收件/热线");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.xlsx"));
        book.save(&file).unwrap();
        let answer = folder.join(format!("{name}.结果.xlsx"));
        self.scene.until("the sheet is answered and put away", || answer.exists() && !file.exists()).await;
        rows(&answer)
    }

    async fn waits(&self) -> Value {
        self.scene.answered(&["status"]).await["to_register"]["tickets"].clone()
    }
}

#[tokio::test]
async fn a_sheet_goes_out_once_and_its_numbers_come_back() {
    let scene = Plan::new().await.letters().core_instead(CORE).start().await;
    // The folder cannot be made: what is to stand in the sheet is decided, and it cannot be written.
    let mut desk = Desk { scene };
    let mailbox = desk.scene.mailbox("letters");
    std::fs::write(desk.folder("发件"), "not a folder").unwrap();
    let first = Letter::invented(1);
    let one = ticket(mailbox.push(&first).await);
    let failed =
        || desk.scene.house.printed().iter().any(|line| line.contains("sheets for the core cannot be written"));
    desk.scene.until("it is said", failed).await;
    // It dies so, more comes, and it is started again: the same rows go out first, and once.
    desk.scene.house.kill();
    std::fs::remove_file(desk.folder("发件")).unwrap();
    desk.scene.start_again().await;
    let two = ticket(desk.scene.mailbox("letters").push(&Letter::invented(2)).await);
    let written = desk.until_written(2).await;
    let mut all: Vec<Vec<Vec<String>>> = written.iter().map(|file| rows(file)).collect();
    all.sort();
    let of = |number: &str| all.iter().find(|rows| rows[1][0] == number).unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(of(&one)[0], ["汇流编号", "流转序号", "性质", "诉求标题", "电话", "原工单"]);
    assert_eq!(of(&one).len(), 2, "what came later stands in a sheet of its own");
    assert_eq!(of(&one)[1][..4], [one.as_str(), "1", "新件", first.document["title"].as_str().unwrap()]);
    assert_eq!(of(&two).len(), 2);
    assert_eq!(desk.waits().await, json!(2), "nothing is settled before its number is there");

    let nobodys = huiliu::ticket::Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap().to_string();
    let told = [
        [one.as_str(), "1", "RX-1"],
        [nobodys.as_str(), "1", "RX-2"],
        [two.as_str(), "1", "RX-1"],
        [two.as_str(), "2", "RX-3"],
    ];
    let answer = desk.come_back("返回", &told).await;
    let states: Vec<&str> = answer[1..].iter().map(|row| row[4].as_str()).collect();
    assert_eq!(states, ["已登记", "没有登记", "没有登记", "没有登记"], "{answer:?}");
    assert!(answer[2][5].contains("没有这个汇流编号") && answer[3][5].contains(&one), "{answer:?}");
    assert_eq!(desk.waits().await, json!(1));
    // Read again, a sheet changes nothing.
    let answer = desk.come_back("返回", &[[one.as_str(), "1", "RX-1"], [two.as_str(), "1", "RX-2"]]).await;
    assert_eq!(answer[1..].iter().map(|row| row[4].as_str()).collect::<Vec<_>>(), ["以前登记过", "已登记"]);
    assert_eq!(desk.waits().await, json!(0));
    assert_eq!(sheets(&desk.folder("收件/热线/已读")).len(), 2);

    // What follows on a ticket goes out too, with the number it has.
    ticket(desk.scene.mailbox("letters").push(&first.revised("又坏了一盏。")).await);
    let third = desk.until_written(3).await;
    let row = third.iter().map(|file| rows(file)[1].clone()).find(|row| row[1] == "2").unwrap();
    assert_eq!((row[0].as_str(), row[2].as_str(), row[5].as_str()), (one.as_str(), "更正", "RX-1"));
    assert_eq!(desk.waits().await, json!(1));
    // The first sheet once more is no answer to it.
    desk.come_back("旧表", &[[one.as_str(), "1", "RX-1"]]).await;
    assert_eq!(desk.waits().await, json!(1));
    desk.come_back("新表", &[[one.as_str(), "2", "RX-1"]]).await;
    assert_eq!(desk.waits().await, json!(0));
    assert_eq!(desk.written().len(), 3, "nothing was written twice");
}
