//! A shift through the real program: what was promised to callers, what is left to the next one, and the ledger.

use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

/// A paper in a file of the scene's, and what the command said.
async fn paper(scene: &Scene, words: &[&str], name: &str) -> (i32, String, Vec<u8>) {
    let path = scene.data().join(name);
    let (status, said) = scene.ask(&[words, &["--out", path.to_str().unwrap()]].concat()).await;
    (status, said, std::fs::read(path).unwrap_or_default())
}

#[tokio::test]
async fn what_was_promised_stays_on_the_paper_until_it_is_done() {
    let scene = Plan::new().await.letters().start().await;
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until_told(1).await;
    let until = "2099-12-01 15:00";
    let note = scene.answered(&["ticket", "note", &number, "--text", "答应回电话 13800001234", "--until", until]).await;
    assert!(!note.to_string().contains("13800001234"), "{note}");
    let id = note["id"].to_string();
    let (status, said) = scene.ask(&["ticket", "note", &number, "--text", "x", "--until", "2001-01-01"]).await;
    assert!(status == 2 && said.contains("still to come"), "{said}");
    assert_eq!(scene.ask(&["ticket", "note", &number, "--text", " "]).await.0, 2);
    assert_eq!(scene.ask(&["ticket", "note", "991231-00017", "--text", "x"]).await.0, 3);

    // Another program notes something too; its token is asked for.
    let token = token(&scene);
    let url = format!("{}/api/v1/tickets/{number}/notes", scene.house.url);
    let body = json!({ "text": "材料放在窗口", "by": "前台" });
    let refused = scene.client.post(&url).json(&body).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let kept = scene.client.post(&url).bearer_auth(&token).json(&body).send().await.unwrap();
    assert_eq!(kept.status(), 200);
    let kept: Value = kept.json().await.unwrap();
    assert_eq!((&kept["who"], &kept["until"]), (&json!("api:前台"), &Value::Null));
    let wrong = scene.client.post(&url).bearer_auth(&token).json(&json!({ "txt": 1 })).send().await.unwrap();
    assert_eq!(wrong.status(), 422);

    let life = scene.answered(&["ticket", "show", &number]).await;
    assert_eq!(life["notes"].as_array().map(Vec::len), Some(2));
    assert!(!life.to_string().contains("13800001234"), "masked");
    let (status, open) = scene.ask(&["ticket", "show", &number, "--unmask", "--why", "回电话"]).await;
    assert!(status == 0 && open.contains("13800001234"), "{open}");

    let (status, said, bytes) = paper(&scene, &["handover"], "first.txt").await;
    let text = String::from_utf8(bytes).unwrap();
    assert!(status == 0 && text.contains("2099-12-01 15:00") && text.contains("a look"), "{said}{text}");
    assert!(!text.contains("13800001234"));
    let (status, said) = scene.ask(&["ticket", "note", &number, "--done", &id]).await;
    assert!(status == 2 && said.contains("--why"), "{said}");
    let done = scene.answered(&["ticket", "note", &number, "--done", &id, "--why", "打过了"]).await;
    assert!(done["done_at"].is_string(), "{done}");
    assert_eq!(scene.ask(&["ticket", "note", &number, "--done", &id, "--why", "再打"]).await.0, 5);
    assert_eq!(scene.ask(&["ticket", "note", &number, "--done", "999999", "--why", "没有"]).await.0, 5);
    let view = scene.answered(&["handover"]).await;
    assert_eq!(view["notes"].as_array().map(Vec::len), Some(1), "{view}");
}

#[tokio::test]
async fn a_shift_is_handed_over_and_the_next_one_counts_from_there() {
    let odd = letters("县长信箱", "state = \"live\"")
        .replace("[fields]", "[fields]\nrole = { from = \"zhiwu\", required = true }");
    let scene = Plan::new().await.letters().channel("odd", &odd.replace("县长信箱", "另一信箱")).start().await;
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    ticket(scene.mailbox("letters").push(&Letter::invented(2)).await);
    scene.mailbox("odd").push(&Letter::invented(3)).await;
    scene.until_told(2).await;
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "已修好。" });
    let (status, said) =
        post(&scene, &token(&scene), &json!({ "id": "o1", "ticket": number, "outcome": outcome })).await;
    assert_eq!(status, 200, "{said}");

    let docx = scene.data().join("交接.docx");
    let words = ["handover", "--from", "甲", "--to", "乙", "--out", docx.to_str().unwrap()];
    let (status, said) = scene.ask(&words).await;
    assert_eq!(status, 0, "{said}");
    let mut xml = String::new();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&docx).unwrap()).unwrap();
    std::io::Read::read_to_string(&mut zip.by_name("word/document.xml").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("甲 → 乙") && xml.contains("cannot be mapped") && xml.contains("另一信箱"), "{xml}");
    let (status, said) = scene.ask(&words).await;
    assert!(status == 5 && said.contains("not overwritten"), "nothing is on record twice: {said}");

    let view = scene.answered(&["handover"]).await;
    assert_eq!((&view["last"], &view["this"]), (&json!("甲 → 乙"), &Value::Null));
    assert_eq!(view["shift"], json!([]), "counted before");
    assert_eq!(view["dead"][0]["reason"], json!("unmapped"), "what waits still waits");
    ticket(scene.mailbox("letters").push(&Letter::invented(4)).await);
    scene.until_told(3).await;
    let (status, said, bytes) = paper(&scene, &["handover", "--from", "乙", "--to", "丙"], "next.md").await;
    let text = String::from_utf8(bytes).unwrap();
    assert!(status == 0 && text.contains("| **Sum** | **1** | **1** | **0** |"), "{said}{text}");
    assert_eq!(scene.ask(&["handover", "--format", "xlsx"]).await.0, 2, "not for a screen");
    assert_eq!(scene.ask(&["handover", "--to", " "]).await.0, 2);
}

#[tokio::test]
async fn the_ledger_names_whose_secret_ends_and_what_is_still_open() {
    let ledger = "[ledger]\naccount_holder = \"王某\"\nfar_contact = \"【待填】姓名 电话\"\npermitted_by = \"函〔2026〕3号\"\n\
                  secret_expires = 2001-02-03\nnote = \"=HYPERLINK(1)\"\n";
    let scene = Plan::new()
        .await
        .channel("letters", &format!("{}\n{ledger}", letters("县长信箱", "state = \"live\"")))
        .letters_as("other")
        .start()
        .await;
    let listed = scene.answered(&["ledger"]).await;
    let one = &listed[0];
    assert_eq!((&one["code"], &one["state"], &one["secret"]), (&json!("letters"), &json!("live"), &json!("over")));
    assert_eq!((&one["blanks"], &one["secret_ends"]), (&json!(["far_contact"]), &json!("2001-02-03")));
    assert_eq!(listed[1]["blanks"], json!(["account_holder", "far_contact", "permitted_by"]));
    let (_, screen) = scene.ask(&["ledger"]).await;
    assert!(screen.contains("(OVER)") && screen.contains("(TO FILL"), "{screen}");
    let file = scene.data().join("台账.xlsx");
    let (status, said) = scene.ask(&["ledger", "--xlsx", file.to_str().unwrap()]).await;
    assert_eq!(status, 0, "{said}");
    let book = huiliu_sheet::read(&std::fs::read(&file).unwrap(), &huiliu_sheet::Limits::default()).unwrap();
    let row: Vec<&str> = book.sheets[0].rows[1].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(row[..5], ["县长信箱", "letters", "webhook", "live", "王某"]);
    assert!(row.contains(&"(TO FILL IN) Far side's contact") && row.contains(&"=HYPERLINK(1)"), "{row:?}");
    assert_eq!(scene.ask(&["ledger", "--xlsx", file.to_str().unwrap()]).await.0, 5);
}
