//! Outcomes that come as a sheet: written empty by the program, filled in by somebody, taken row by row, and carried home
//! like those that the core posts.

use std::path::{Path, PathBuf};

use huiliu_sheet::{Limits, Sheet};
use serde_json::{Value, json};

use crate::homeward::Story;
use crate::house::{PATIENCE, command};
use crate::scene::Scene;

/// What somebody types into a cell.
enum Typed {
    Text(String),
    /// A number: a spreadsheet keeps 15 digits of it.
    Number(f64),
}

/// A row by the names of its columns.
type Typing = Vec<(&'static str, Typed)>;

fn text(name: &'static str, text: &str) -> (&'static str, Typed) {
    (name, Typed::Text(text.into()))
}

/// A closing of a ticket, called by the number in this column.
fn closing(column: &'static str, number: &str) -> Typing {
    vec![
        text(column, number),
        text("办理反馈", "办结"),
        text("时间", "2026/12/3 9:00"),
        text("主办单位", "县住建局"),
        text("公开答复", "经核实,路灯已于昨日修复并恢复照明。"),
        text("内部备注", "线路老化,已列入下年度改造计划表。"),
        text("是否解决", "解决"),
    ]
}

fn opened(file: &Path) -> Sheet {
    let bytes = std::fs::read(file).unwrap();
    huiliu_sheet::read(&bytes, &Limits::default()).unwrap().sheets.remove(0)
}

/// Texts of a row by its number.
fn texts(sheet: &Sheet, number: u32) -> Vec<String> {
    let row = sheet.rows.iter().find(|row| row.number == number).expect("the row is there");
    row.cells.iter().map(|cell| cell.text.clone()).collect()
}

struct Desk<'a> {
    scene: &'a Scene,
}

impl Desk<'_> {
    fn file(&self, name: &str) -> PathBuf {
        self.scene.config().with_file_name(name)
    }

    /// Lets the program write the template, and types rows into its columns.
    async fn filled(&self, name: &str, rows: &[Typing]) -> PathBuf {
        let empty = self.file("模板.xlsx");
        if !empty.exists() {
            self.scene.answered(&["outcome", "template", empty.to_str().unwrap()]).await;
        }
        let heads = texts(&opened(&empty), 1);
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (n, head) in (0..).zip(&heads) {
            sheet.write_string(0, n, head).unwrap();
        }
        for (row, cells) in (1..).zip(rows) {
            for (name, typed) in cells {
                let column = heads.iter().position(|head| head == name).expect("the template has the column");
                match typed {
                    Typed::Text(text) => sheet.write_string(row, column as u16, text).unwrap(),
                    Typed::Number(number) => sheet.write_number(row, column as u16, *number).unwrap(),
                };
            }
        }
        let file = self.file(name);
        book.save(&file).unwrap();
        file
    }

    /// Imports a sheet: exit status, what is told, and what became of each row.
    async fn import(&self, file: &Path, more: &[&str]) -> (i32, Value, Vec<String>) {
        let words = [&["outcome", "import", file.to_str().unwrap(), "--json"], more].concat();
        let (status, printed) = self.scene.ask(&words).await;
        let told: Value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        let state = |row: &Value| row["state"].as_str().unwrap().to_owned();
        let states = told["rows"].as_array().unwrap().iter().map(state).collect();
        (status, told, states)
    }
}

/// The core's number of a ticket, once the core has told it.
pub(crate) async fn core_number(scene: &Scene, number: &str) -> String {
    let began = std::time::Instant::now();
    loop {
        let life = scene.answered(&["ticket", "show", number]).await;
        if let Some(known) = life["ticket"]["core_number"].as_str() {
            return known.to_owned();
        }
        assert!(began.elapsed() < PATIENCE, "{life}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_sheet_is_filled_in_and_what_is_right_in_it_goes_home() {
    let story = Story::with("approve = []", false).await;
    let ((first, one), (second, two)) = (story.letter(1).await, story.letter(2).await);
    let in_core = core_number(&story.scene, &two).await;
    let desk = Desk { scene: &story.scene };
    let nobodys = huiliu::ticket::Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap().to_string();
    let mut misspelt = closing("汇流编号", &one);
    misspelt[1] = text("办理反馈", "办节");
    let mut lost = closing("热线工单号", "");
    lost[0] = ("热线工单号", Typed::Number(430_424_202_611_270_001.0));
    let rows = [
        closing("汇流编号", &one),
        misspelt,
        closing("汇流编号", &nobodys),
        lost,
        vec![text("汇流编号", &two)],
        closing("汇流编号", &in_core),
    ];
    let file = desk.filled("十二月.xlsx", &rows).await;
    // A dry run says the same and takes nothing.
    let (status, _, states) = desk.import(&file, &["--dry-run"]).await;
    assert_eq!(
        (status, &states[..]),
        (1, &["ready", "refused", "unknown_ticket", "refused", "unfilled", "ready"].map(String::from)[..])
    );
    assert_eq!(story.scene.answered(&["ticket", "show", &one]).await["outcomes"], json!([]));
    let (status, told, states) = desk.import(&file, &[]).await;
    assert_eq!(
        (status, &states[..]),
        (1, &["taken", "refused", "unknown_ticket", "refused", "unfilled", "taken"].map(String::from)[..])
    );
    let sent = story.until_verbs(&first, &["finish"]).await;
    let body = sent[0].body.to_string();
    assert!(body.contains("县住建局") && body.contains("恢复照明") && !body.contains("改造计划"), "{body}");
    story.until_verbs(&second, &["finish"]).await;
    // Each bad row with its place, what was found and what is allowed.
    let reason = |row: usize| told["rows"][row]["reasons"][0]["zh"].as_str().unwrap().to_owned();
    assert!(reason(1).starts_with("C 办理反馈:填的是“办节”") && reason(1).contains("办结、"), "{}", reason(1));
    assert!(reason(3).contains("请把该列设为“文本”"), "{}", reason(3));
    assert_eq!((&told["rows"][1]["row"], &told["rows"][5]["ticket"]), (&json!(3), &json!(two)));
    // The sheet of results can be mended and imported itself.
    let results = desk.file("十二月.结果.xlsx");
    assert_eq!(told["result"], json!(results));
    let results = opened(&results);
    assert!(texts(&results, 1).ends_with(&["State".to_owned(), "Reason".to_owned()]));
    assert!(texts(&results, 2).contains(&"taken".to_owned()) && texts(&results, 3).contains(&"refused".to_owned()));
    // The same again: nothing new, and nothing goes twice.
    let (status, _, states) = desk.import(&file, &[]).await;
    assert_eq!((status, &states[0], &states[5]), (1, &"known".to_owned(), &"known".to_owned()));
    story.until_rest().await;
    assert_eq!((story.verbs(&first).len(), story.verbs(&second).len()), (1, 1));
    let life = story.scene.answered(&["ticket", "show", &one]).await;
    assert_eq!((life["outcomes"].as_array().unwrap().len(), &life["outcomes"][0]["kind"]), (1, &json!("closed")));
    assert_eq!(life["deeds"][0]["what"], "outcome_import", "{life}");
}

#[tokio::test]
async fn killed_in_the_middle_a_sheet_is_imported_again_and_nothing_is_lost_or_doubled() {
    let mut story = Story::with("approve = []", true).await;
    let mut letters = Vec::new();
    for serial in 1..=20 {
        letters.push(story.letter(serial).await);
    }
    let rows: Vec<Typing> = letters.iter().map(|(_, number)| closing("汇流编号", number)).collect();
    let file = Desk { scene: &story.scene }.filled("二十件.xlsx", &rows).await;
    let words = ["outcome", "import", file.to_str().unwrap()];
    let under_way = tokio::process::Command::from(command(&story.scene.config(), &words)).output();
    let under_way = tokio::spawn(under_way);
    story.scene.until("the first goes home", || letters.iter().any(|(item, _)| !story.verbs(item).is_empty())).await;
    story.scene.house.kill();
    under_way.await.unwrap().unwrap();
    story.scene.start_again().await;
    let (status, _, states) = Desk { scene: &story.scene }.import(&file, &[]).await;
    assert_eq!(status, 0, "{states:?}");
    assert!(states.iter().all(|state| state == "taken" || state == "known"), "{states:?}");
    for (item, _) in &letters {
        story.until_verbs(item, &["finish"]).await;
    }
    story.until_rest().await;
    assert!(letters.iter().all(|(item, _)| story.verbs(item) == ["finish"]));
    for (_, number) in &letters {
        let life = story.scene.answered(&["ticket", "show", number]).await;
        assert_eq!(life["outcomes"].as_array().unwrap().len(), 1, "{life}");
    }
}

#[tokio::test]
async fn what_is_no_sheet_of_outcomes_is_told_so() {
    let story = Story::with("approve = []", false).await;
    let (_, number) = story.letter(1).await;
    let desk = Desk { scene: &story.scene };
    let said = async |name: &str, bytes: &[u8]| {
        let file = desk.file(name);
        std::fs::write(&file, bytes).unwrap();
        story.scene.ask(&["outcome", "import", file.to_str().unwrap()]).await
    };
    let page = said("导出.xls", b"<html><table><tr><td>x</td></tr></table></html>").await;
    assert!(page.0 == 2 && page.1.contains("no row of heads"), "a web page is read as the table it holds: {page:?}");
    let lacks = said("少栏.csv", "汇流编号,办理反馈\n1,办结\n".as_bytes()).await;
    assert!(lacks.0 == 2 && lacks.1.contains("row 1 looks like the heads, but lacks 时间"), "{lacks:?}");
    let nothing = said("没有表头.csv", "甲,乙\n".as_bytes()).await;
    assert!(nothing.0 == 2 && nothing.1.contains("huiliu outcome template"), "{nothing:?}");
    // As Chinese Excel saves it.
    let rows = format!("工单编号,反馈类型,办理时间,答复\r\n{number},办结,2026-12-03,已修复并恢复照明。\r\n");
    let ansi = encoding_rs::GB18030.encode(&rows).0.into_owned();
    let taken = said("导出.csv", &ansi).await;
    assert!(taken.0 == 0 && taken.1.contains("taken 1"), "{taken:?}");
    // The template is not written over what is there, and shows open tickets by their masked titles.
    let file = desk.file("待办.xlsx");
    let (_, second) = story.letter(2).await;
    let told = story.scene.answered(&["outcome", "template", file.to_str().unwrap(), "--open"]).await;
    assert_eq!(told["tickets"], 1, "the first is closed");
    let row = texts(&opened(&file), 2);
    assert_eq!(row[0], second);
    let title = story.scene.answered(&["ticket", "show", &second]).await["ticket"]["title"].clone();
    assert_eq!(json!(row.last()), title);
    assert_eq!(story.scene.ask(&["outcome", "template", file.to_str().unwrap()]).await.0, 5);
    let (status, _, states) = desk.import(&file, &[]).await;
    assert_eq!((status, states), (0, vec!["unfilled".to_owned()]));
}

#[tokio::test]
async fn satisfaction_is_kept_as_it_was_said_and_by_its_level() {
    let rules = "approve = []\nvisited = { post = \"/order/visit\", send = { letterNo = \"{id}\", level = \"{satisfaction}\" } }\n\
                 [return.codes]\nsatisfaction = { satisfied = \"2\", \"还凑合\" = \"7\" }";
    let story = Story::with(rules, false).await;
    let (item, number) = story.letter(1).await;
    for (id, said) in [("o1", "比较满意"), ("o2", "还凑合"), ("o3", "说不好")] {
        story.told(id, &number, "visited", json!({ "satisfaction": said })).await;
    }
    let sent = story.until_verbs(&item, &["visit", "visit", "visit"]).await;
    let levels: Vec<&Value> = sent.iter().map(|told| &told.body["level"]).collect();
    assert_eq!(levels, ["2", "7", "说不好"], "by its level, by the word itself, as it was said");
    let life = story.scene.answered(&["ticket", "show", &number]).await;
    let seen =
        |n: usize| (life["outcomes"][n]["satisfaction"].clone(), life["outcomes"][n]["satisfaction_level"].clone());
    assert_eq!(seen(0), (json!("比较满意"), json!("satisfied")));
    assert_eq!(seen(1), (json!("还凑合"), Value::Null));
    let (_, screen) = story.scene.ask(&["ticket", "show", &number]).await;
    assert!(screen.contains("比较满意 → satisfied") && screen.contains("还凑合 (no level)"), "{screen}");
    // Told again it is the same, whatever we made of it.
    story.told("o1", &number, "visited", json!({ "satisfaction": "比较满意" })).await;
}
