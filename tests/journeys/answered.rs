//! Answers that carry files back: on disk before the core is answered, looked at with their names, sent byte for byte to
//! whoever takes them, and held where the far side does not.

use huiliu_farside::desk::{Desk, Told};
use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Gate, Trick};
use serde_json::{Value, json};

use crate::enclosed::digest;
use crate::files::{jpeg, one_dead};
use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

const WAYS: &str = r#"
replied = { post = "/order/reply", send = { letterNo = "{id}", text = "{reply}" } }
closed  = { post = "/order/finish", send = { letterNo = "{id}", text = "{reply}" }, files = "attachments" }
success = { at = "/code", is = [200] }
"#;

struct Story {
    scene: Scene,
    desk: Desk,
    token: String,
}

impl Story {
    async fn with(rules: &str, limits: &str) -> Self {
        let desk = Desk::open(Gate::Open).await.unwrap();
        let back = format!("[return]\nurl = \"{}\"\n{WAYS}{rules}\n", desk.url());
        let written = format!("{}\n{back}", letters("县长信箱", "state = \"live\""));
        let scene = Plan::new().await.channel("letters", &written).http(limits).start().await;
        let token = token(&scene);
        Self { scene, desk, token }
    }

    /// A letter: its number there and here.
    async fn letter(&self, serial: u32) -> (String, String) {
        let letter = Letter::invented(serial);
        let number = ticket(self.scene.mailbox("letters").push(&letter).await);
        (letter.number, number)
    }

    /// Posts a form of parts: the outcome, then files by name, media type and content.
    async fn post(&self, outcome: &Value, files: &[(&str, &str, &[u8])]) -> (u16, Value) {
        let mut body = format!(
            "--xyz\r\ncontent-disposition: form-data; name=\"outcome\"\r\ncontent-type: application/json\r\n\r\n{outcome}\r\n"
        )
        .into_bytes();
        for (name, media_type, content) in files {
            let head = format!(
                "--xyz\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: {media_type}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        let request = self.scene.client.post(format!("{}/api/v1/outcomes", self.scene.house.url));
        let request = request.bearer_auth(&self.token).header("content-type", "multipart/form-data; boundary=xyz");
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn until_told(&self, item: &str, times: usize) -> Vec<Told> {
        let answers = self.desk.answers();
        self.scene.until(&format!("{item} is told {times} times"), || answers.told(item).len() >= times).await;
        answers.told(item)
    }
}

fn outcome(id: &str, number: &str, kind: &str) -> Value {
    let outcome = json!({ "kind": kind, "at": "2026-12-03T09:00:00+08:00",
        "public_reply": "经核实,路灯已于昨日修复并恢复照明,照片附后。" });
    json!({ "id": id, "ticket": number, "outcome": outcome })
}

#[tokio::test]
async fn an_answer_brings_its_file_home_byte_for_byte() {
    let mut story = Story::with("uncertain = \"retry\"\nhonours_key = true", "").await;
    let (item, number) = story.letter(1).await;
    let photo = jpeg(3 * 1024 * 1024 + 5);
    let files: [(&str, &str, &[u8]); 2] = [("修复后.jpg", "image/jpeg", &photo), ("说明.txt", "text/plain", b"ok")];
    let first = story.post(&outcome("o1", &number, "closed"), &files).await;
    assert_eq!((first.0, &first.1["files"]), (200, &json!(2)), "{first:?}");
    // What was answered is on disk, and the same again is the same.
    story.scene.house.kill();
    story.scene.start_again().await;
    assert_eq!(story.post(&outcome("o1", &number, "closed"), &files).await, first);
    assert_eq!(story.post(&outcome("o1", &number, "closed"), &files[..1]).await.0, 409, "another file, another answer");
    let dead = one_dead(&story.scene).await["id"].to_string();
    let shown = story.scene.answered(&["approve", "show", &dead]).await;
    let parcel = shown["parcel"].as_str().unwrap();
    assert!(parcel.contains("修复后.jpg (3,145,733 bytes)") && parcel.contains("说明.txt"), "{parcel}");
    story.desk.answers().play([Trick::HangUp]);
    story.scene.answered(&["approve", "agree", &dead]).await;
    let told = story.until_told(&item, 2).await;
    assert_eq!(told[0], told[1], "the second try says what the first said");
    assert_eq!(told[0].verb, "finish");
    assert!(told[0].body["text"].as_str().unwrap().contains("照片附后"));
    let got: Vec<_> = told[0].files.iter().map(|file| (file.part.as_str(), file.name.as_str(), &file.sha256)).collect();
    let (photo, text) = (digest(&photo), digest(b"ok"));
    assert_eq!(got, [("attachments", "修复后.jpg", &photo), ("attachments", "说明.txt", &text)]);
}

#[tokio::test]
async fn where_no_files_are_taken_the_text_goes_and_the_record_says_so() {
    let story = Story::with("approve = []", "").await;
    let (item, number) = story.letter(1).await;
    let mut body = outcome("o1", &number, "replied");
    body["files"] = json!([{ "name": "修复后.jpg", "media_type": "image/jpeg", "content": "/9j/4AAQ" }]);
    let (status, answer) = post(&story.scene, &story.token, &body).await;
    assert_eq!((status, &answer["files"]), (200, &json!(1)), "{answer}");
    let told = story.until_told(&item, 1).await;
    assert!(told[0].files.is_empty() && told[0].body["text"].as_str().unwrap().contains("照片附后"));
    let life = ["ticket", "show", &number, "--unmask", "--why", "看看发了什么"];
    let sent = story.scene.answered(&life).await["references"][0]["write_backs"][0]["tries"][0]["sent"].to_string();
    assert!(sent.contains("未带附件") && sent.contains("修复后.jpg"), "{sent}");
}

#[tokio::test]
async fn what_the_far_side_does_not_take_waits_for_a_person() {
    let story = Story::with("approve = []\nmax_file_mib = 1\nfile_types = [\"image\"]", "").await;
    let (large, number) = story.letter(1).await;
    let photo = jpeg(1024 * 1024 + 1);
    story.post(&outcome("o1", &number, "closed"), &[("大图.jpg", "image/jpeg", &photo)]).await;
    assert_eq!(one_dead(&story.scene).await["reason"], "too_large");
    let (other, number) = story.letter(2).await;
    story.post(&outcome("o2", &number, "closed"), &[("说明.txt", "text/plain", b"ok")]).await;
    story.scene.until_metric("huiliu_write_back_needs_person_total", &[("reason", "type_not_allowed")], 1.0).await;
    assert!(story.desk.answers().told(&large).is_empty() && story.desk.answers().told(&other).is_empty());
}

#[tokio::test]
async fn a_file_that_may_not_be_or_is_too_large_is_told_to_the_core() {
    let story = Story::with("approve = []", "[limits]\nanswer_mib = 1").await;
    let (item, number) = story.letter(1).await;
    let told = outcome("o1", &number, "closed");
    let (status, answer) = story.post(&told, &[("照片.jpg", "image/jpeg", b"MZ\x90\0 a program")]).await;
    assert_eq!((status, &answer["error"]), (422, &json!("dangerous")));
    let (status, answer) = story.post(&told, &[("a.jpg", "image/jpeg", &jpeg(1024 * 1024))]).await;
    assert_eq!((status, &answer["error"]), (413, &json!("too_large")));
    let mut body = told.clone();
    body["files"] = json!([{ "name": "a.jpg", "content": "not base64!" }]);
    assert_eq!(post(&story.scene, &story.token, &body).await.0, 422);
    body["files"] = json!([]);
    assert_eq!(post(&story.scene, "hl_guessed", &body).await.0, 401);
    // Nothing of it was kept: the same id is free.
    assert_eq!(story.post(&told, &[("照片.jpg", "image/jpeg", &jpeg(1000))]).await.0, 200);
    assert_eq!(story.until_told(&item, 1).await[0].files.len(), 1);
}
