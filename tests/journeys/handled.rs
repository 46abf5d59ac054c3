//! Letters that were copied into the core by hand before: registered from the list that people kept, they are found by either
//! number, are no news when they come by their channel, and the core's answer to them goes home.

use std::path::PathBuf;

use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::homeward::Story;
use crate::scene::ticket;

struct Register<'a> {
    story: &'a Story,
}

impl Register<'_> {
    fn file(&self, rows: &[[&str; 5]]) -> PathBuf {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "县长信箱已办来信登记").unwrap();
        let heads = ["序号", "来信编号", "热线工单编号", "来信标题", "办理情况"];
        for (column, head) in (0..).zip(heads) {
            sheet.write_string(1, column, head).unwrap();
        }
        for (row, cells) in (2..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
        let file = self.story.scene.config().with_file_name("旧台账.xlsx");
        book.save(&file).unwrap();
        file
    }

    async fn import(&self, file: &std::path::Path, more: &[&str]) -> (i32, Value) {
        let words = ["import", "--handled", file.to_str().unwrap(), "--channel", "letters", "--json"];
        let (status, printed) = self.story.scene.ask(&[&words, more].concat()).await;
        (status, serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}")))
    }
}

fn states(told: &Value) -> Vec<&str> {
    told["rows"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_letter_handled_by_hand_is_no_news_and_its_answer_goes_home() {
    let mut story = Story::with("approve = []\nsign = \"core_accepted\"", false).await;
    let letters: Vec<Letter> = (1..=3).map(Letter::invented).collect();
    let (first, second, third) = (&letters[0].number, &letters[1].number, &letters[2].number);
    // One came before, and goes to the core by itself.
    let own = ticket(story.scene.mailbox("letters").push(&letters[2]).await);
    story.scene.until_told(1).await;
    let rows = [
        ["1", first, "HD20261001", "路灯不亮", "办理中"],
        ["2", second, "HD20261002", "井盖", "已办结"],
        ["3", third, "HD20261003", "噪声", "办理中"],
        ["4", "L-9", "HD20261001", "又一封", ""],
        ["5", "", "HD20261005", "没有编号", ""],
    ];
    let register = Register { story: &story };
    let file = register.file(&rows);
    let (status, dry) = register.import(&file, &["--dry-run"]).await;
    assert_eq!((status, states(&dry)), (1, vec!["ready", "ready", "refused", "ready", "refused"]), "{dry}");
    let (status, told) = register.import(&file, &[]).await;
    assert_eq!(
        (status, states(&told)),
        (1, vec!["registered", "registered", "refused", "refused", "refused"]),
        "{told}"
    );
    let reason = |row: usize| told["rows"][row]["reason"]["zh"].as_str().unwrap().to_owned();
    assert!(reason(2).contains("另一个热线工单号") && reason(3).contains("已登记给另一封"), "{told}");
    assert!(reason(4).contains("第 7 行 B 列"), "{told}");
    let number = told["rows"][0]["ticket"].as_str().unwrap().to_owned();
    assert_eq!(told["rows"][3]["ticket"], json!(number), "whose number it is");
    // Found by the core's number; nothing of it goes to the core; who said so is on record.
    let found = story.scene.answered(&["find", "HD20261001"]).await;
    assert!(found.to_string().contains(&number), "{found}");
    let life = story.scene.answered(&["ticket", "show", &number]).await;
    assert_eq!(
        (&life["ticket"]["core_number"], &life["events"][0]["state"]),
        (&json!("HD20261001"), &json!("forwarded"))
    );
    assert_eq!(life["deeds"][0]["what"], "handled", "{life}");
    // Killed and started again, the letter comes by its channel: the same ticket, with its own words, and no news to the core.
    story.scene.house.kill();
    story.scene.start_again().await;
    assert_eq!(ticket(story.scene.mailbox("letters").push(&letters[0]).await), number);
    let life = story.scene.answered(&["ticket", "show", &number]).await;
    assert_eq!((&life["ticket"]["version"], life["events"].as_array().unwrap().len()), (&json!(2), 1), "{life}");
    assert_eq!(story.scene.counted("letters", "repeat").await, 1.0);
    // Told again it is a plain repeat; the list again is known.
    assert_eq!(ticket(story.scene.mailbox("letters").push(&letters[0]).await), number);
    let (_, again) = Register { story: &story }.import(&file, &[]).await;
    assert_eq!(states(&again)[..2], ["known", "known"], "{again}");
    // The core answers under its own number, by a sheet as by a post under ours.
    story
        .told(
            "o1",
            &number,
            "closed",
            json!({ "public_reply": "经核实,路灯已于昨日修复并恢复照明。", "solved": "解决",
        "units": [{ "name": "县住建局", "role": "lead" }] }),
        )
        .await;
    story.until_verbs(first, &["finish"]).await;
    story.until_rest().await;
    assert_eq!(story.verbs(first), ["finish"], "nobody signs for what was taken long ago");
    assert!(story.verbs(second).is_empty());
    assert_eq!(story.scene.told().len(), 1, "only the letter that was not handled by hand");
    story.scene.assert_nothing_waits().await;
    assert_ne!(own, number);
}
