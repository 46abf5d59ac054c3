//! The report that prints itself: letters by several roads, outcomes, and the sentence that the office prints of them; frozen,
//! it stays what it was, whatever comes later.

use std::fs;
use std::path::PathBuf;

use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

const SECTION: &str =
    "2025年第一季度,12345热线共受理非话务渠道诉求5件,其中,县长信箱信件3封,市长信箱信件1封,省长信箱转派工单1件。";

/// A road whose letters may name another's number; `report` is how it is printed.
fn road(name: &str, report: &str) -> String {
    let written = letters(name, &format!("state = \"live\"\nreport = {{ {report} }}"));
    let written = written.replace("[codes]", "parent_no = \"parentNo\"\n\n[codes]");
    format!("{written}\n[acts]\nfrom = \"bizType\"\ncodes = {{ \"03\" = \"urge\" }}\nrefer = \"orderRef\"\n")
}

fn letter(serial: u32, sent: &str) -> Letter {
    let mut letter = Letter::invented(serial);
    letter.document["submitTime"] = json!(format!("{sent} 09:00:00"));
    letter
}

struct Story {
    scene: Scene,
    token: String,
    /// The joined letter's number by the city's road.
    joined: Letter,
    /// The tickets of the first three letters.
    numbers: Vec<String>,
}

impl Story {
    /// Five letters of the quarter by three roads, one of them joined; one of April; one that nobody can read.
    async fn begin() -> Self {
        let plan = Plan::new()
            .await
            .channel("letters", &road("县长信箱", "noun = \"信件\", measure = \"封\", order = 1, preamble = 2"))
            .channel("city", &road("市长信箱", "noun = \"信件\", measure = \"封\", order = 2"))
            .channel("province", &road("省长信箱", "noun = \"转派工单\", measure = \"件\", order = 3, preamble = 1"))
            .channel("nation", &road("国家政务服务平台", "preamble = 3"));
        let scene = plan.start().await;
        let token = token(&scene);
        let mut numbers = Vec::new();
        for (serial, sent) in [(1, "2025-01-10"), (2, "2025-02-10"), (3, "2025-03-31"), (4, "2025-04-01")] {
            numbers.push(ticket(scene.mailbox("letters").push(&letter(serial, sent)).await));
        }
        let mut joined = letter(1, "2025-01-11");
        joined.number = "CITY-1".into();
        joined.document["letterNo"] = json!(joined.number);
        joined.document["parentNo"] = json!(Letter::invented(1).number);
        assert_eq!(ticket(scene.mailbox("city").push(&joined).await), numbers[0]);
        ticket(scene.mailbox("province").push(&letter(5, "2025-03-01")).await);
        let mut strange = letter(6, "2025-03-02");
        strange.document["letterType"] = json!("没见过的类别");
        assert!(matches!(scene.mailbox("province").push(&strange).await, Pushed::Acknowledged(_)));
        Self { scene, token, joined, numbers }
    }

    async fn told(&self, id: &str, ticket: &str, kind: &str, at: &str) {
        let units = json!([{ "name": "县住建局", "role": "lead" }]);
        let outcome = json!({ "kind": kind, "at": at, "units": units, "reason": "x", "public_reply": "已办结。" });
        let (status, answer) =
            post(&self.scene, &self.token, &json!({ "id": id, "ticket": ticket, "outcome": outcome })).await;
        assert_eq!(status, 200, "{answer}");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scene.config().with_file_name(name)
    }

    /// Prints the quarter into a file, and gives what stands in it and what the command said.
    async fn print(&self, name: &str, more: &[&str]) -> (Vec<u8>, String) {
        let file = self.file(name);
        let words = ["report", "--quarter", "2025Q1", "--out", file.to_str().unwrap()];
        let (status, said) = self.scene.ask(&[&words, more].concat()).await;
        assert_eq!(status, 0, "{said}");
        (fs::read(&file).unwrap(), said)
    }

    async fn text(&self, name: &str, more: &[&str]) -> String {
        String::from_utf8(self.print(name, more).await.0).unwrap()
    }

    async fn figures(&self, as_of: &str) -> Value {
        self.scene.answered(&["report", "--quarter", "2025Q1", "--as-of", as_of, "--fresh"]).await
    }
}

#[tokio::test]
async fn the_quarter_is_printed_in_every_form_as_it_stood_on_a_day() {
    let story = Story::begin().await;
    let scene = &story.scene;
    // Told again, changed, asked about: nothing of it counts.
    scene.mailbox("letters").push(&letter(2, "2025-02-10")).await;
    scene.mailbox("letters").push(&letter(2, "2025-02-10").revised("补充一句。")).await;
    let urge =
        json!({ "letterNo": "U-1", "bizType": "03", "orderRef": Letter::invented(3).number, "content": "请答复" });
    scene.mailbox("letters").push(&Letter { number: "U-1".into(), document: urge }).await;
    story.told("o1", &story.numbers[0], "closed", "2025-02-01T09:00:00+08:00").await;
    story.told("o2", &story.numbers[1], "returned_to_source", "2025-02-20T09:00:00+08:00").await;
    story.told("o3", &story.numbers[2], "closed", "2025-04-25T09:00:00+08:00").await;

    let told = story.figures("2025-04-22").await;
    let figures = &told["figures"];
    assert_eq!((&figures["accepted"], &figures["closed"], &figures["tickets"]), (&json!(5), &json!(2), &json!(4)));
    let by_channel: Vec<_> = figures["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["code"].as_str().unwrap(), one["accepted"].as_u64(), one["joined"].as_u64()))
        .collect();
    let expected = [("letters", 3, 0), ("city", 1, 1), ("province", 1, 0), ("nation", 0, 0)];
    assert_eq!(by_channel, expected.map(|(code, accepted, joined)| (code, Some(accepted), Some(joined))));
    assert_eq!(figures["channels"][0]["returned"], 1);
    assert_eq!((&figures["units"][0]["name"], &figures["units"][0]["accepted"]), (&json!("县住建局"), &json!(2)));
    assert_eq!(story.figures("2025-04-30").await["figures"]["closed"], 3);
    assert_eq!(story.figures("2025-01-31").await["figures"]["accepted"], 2, "what came later had not come yet");

    let markdown = story.text("q.md", &["--as-of", "2025-04-22"]).await;
    assert!(markdown.contains(SECTION), "{markdown}");
    let preamble = "受理非话务受理渠道(含省长信箱、县长信箱、国家政务服务平台等渠道)各类诉求5件,办结2件。";
    assert!(markdown.contains(preamble), "{markdown}");
    let text = story.text("q.txt", &["--as-of", "2025-04-22"]).await;
    let unwrapped: String = text.split_whitespace().collect();
    assert!(unwrapped.contains(SECTION) && unwrapped.contains("截至2025年4月22日"), "{text}");
    assert!(story.text("q.csv", &[]).await.contains("县长信箱,3"));
    for name in ["q.xlsx", "q.docx"] {
        assert!(story.print(name, &[]).await.0.starts_with(b"PK"));
    }
    let (status, said) = scene.ask(&["report", "--quarter", "2025Q1", "--format", "docx"]).await;
    assert!(status == 2 && said.contains("--out"), "{said}");
    let sheets = story.file("sheets.xlsx");
    story.print("again.md", &["--details", sheets.to_str().unwrap()]).await;
    assert!(fs::read(&sheets).unwrap().starts_with(b"PK"));

    // Other programs of the house are told the same.
    let path = "/api/v1/report?from=2025-01-01&to=2025-03-31&as_of=2025-04-22";
    let get = |path: String| scene.client.get(format!("{}{path}", scene.house.url)).bearer_auth(&story.token).send();
    let answer: Value = get(path.into()).await.unwrap().json().await.unwrap();
    assert_eq!(answer["figures"], *figures);
    assert_eq!(get(format!("{path}&format=text")).await.unwrap().text().await.unwrap(), text);
    assert_eq!(get("/api/v1/report?from=2025-03-31&to=2025-01-01".into()).await.unwrap().status(), 422);
    assert_eq!(scene.get(path).await.0, 401);

    // What led to no ticket came all the same: today, for nobody could read when it was sent.
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date().to_string();
    let told = scene.answered(&["report", "--from", &today, "--to", &today]).await;
    assert_eq!((&told["figures"]["accepted"], &told["figures"]["unmapped"]), (&json!(1), &json!([["省长信箱", 1]])));
    let text: String = told["text"].as_str().unwrap().split_whitespace().collect();
    assert!(text.contains("诉求1件,其中,未成单来件1件。"), "{text}");
}

#[tokio::test]
async fn a_frozen_report_stays_what_it_was_and_a_fresh_one_says_what_changed() {
    let mut story = Story::begin().await;
    story.told("o1", &story.numbers[0], "closed", "2025-02-01T09:00:00+08:00").await;
    let frozen = &["--as-of", "2025-04-22"];
    let before = story.text("before.txt", frozen).await;
    let quarter = ["report", "--quarter", "2025Q1", "--as-of", "2025-04-22"];
    assert_eq!(story.scene.ask(&[&quarter[..], &["--freeze"]].concat()).await.0, 2, "not without a reason");
    let (status, said) = story.scene.ask(&[&quarter[..], &["--freeze", "--why", "主任签发"]].concat()).await;
    assert!(status == 0 && said.contains("frozen: edition 1"), "{said}");

    // A letter is revised, the joined one was another citizen's, and one more of March comes.
    let mut revised = letter(2, "2025-02-10");
    revised.document["letterType"] = json!("我要投诉");
    story.scene.mailbox("letters").push(&revised).await;
    let apart = ["ticket", "unjoin", &story.numbers[0], &story.joined.number, "--why", "不是同一个人"];
    let apart = story.scene.answered(&apart).await["new_ticket"].as_str().unwrap().to_owned();
    ticket(story.scene.mailbox("letters").push(&letter(7, "2025-03-15")).await);

    let (again, said) = story.print("again.txt", &[]).await;
    assert_eq!(String::from_utf8(again).unwrap(), before, "byte for byte");
    assert!(said.contains("edition 1, by unix:"), "{said}");
    let fresh = story.text("fresh.md", &["--as-of", "2025-04-22", "--fresh"]).await;
    let fresh = fresh.replace('\\', "");
    for change in [
        "与定稿(第1版)相比,数字变化:受理5→6;办结2→1;统一工单4→6;县长信箱受理3→4;市长信箱办结1→0",
        "市长信箱 CITY-1:办结→在办",
        &format!("→{apart}"),
        "诉求类型咨询→投诉",
        "县长信箱 XX2026000007:新增(在办)",
    ] {
        assert!(fresh.contains(change), "{change}: {fresh}");
    }
    // Frozen anew it is the next edition; who did it, and why, is on record each time.
    let (status, said) = story.scene.ask(&[&quarter[..], &["--freeze", "--why", "补登一件"]].concat()).await;
    assert!(status == 0 && said.contains("frozen: edition 2") && said.contains("受理5→6"), "{said}");
    // Stopped, the command itself reads the store.
    story.scene.house.stop().await;
    let (second, said) = story.print("second.txt", &[]).await;
    let second: String = String::from_utf8(second).unwrap().split_whitespace().collect();
    assert!(
        second.contains("共受理非话务渠道诉求6件,其中,县长信箱信件4封,市长信箱信件1封,省长信箱转派工单1件。"),
        "{second}"
    );
    assert!(!second.contains("与定稿") && said.contains("edition 2"), "{said}");
}

#[tokio::test]
async fn a_template_that_is_wrong_is_refused_with_its_line() {
    let scene = Plan::new().await.letters().start().await;
    let folder = scene.config().join("report");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("周报.txt"), "标题:周报\n\n本周受里{受里}件。\n").unwrap();
    let week = ["report", "--from", "2025-01-06", "--to", "2025-01-12", "--template", "周报"];
    let (status, said) = scene.ask(&["check"]).await;
    assert!(status == 1 && said.contains("周报.txt:3: there is no `{受里}`"), "{said}");
    let (status, said) = scene.ask(&week).await;
    assert!(status == 2 && said.contains("周报.txt:3: there is no `{受里}`; did you mean `{受理}`?"), "{said}");
    fs::write(folder.join("周报.txt"), "标题:周报\n{时段}受理{受理}件。\n").unwrap();
    let (status, said) = scene.ask(&week).await;
    assert!(status == 0 && said.contains("2025年1月6日至1月12日受理0件。"), "{said}");
    let (status, said) = scene.ask(&["report", "--month", "2025-13"]).await;
    assert!(status == 2 && said.contains("2025-03"), "{said}");
    let (status, said) = scene.ask(&["report", "--month", "2025-03", "--template", "../x"]).await;
    assert!(status == 2 && said.contains("is no template"), "{said}");
    let (status, said) = scene.ask(&["report", "--month", "2025-03", "--template", "年报"]).await;
    assert!(status == 3 && said.contains("there is no template `年报`"), "{said}");
}

#[tokio::test]
async fn items_that_bear_a_tag_are_counted_under_its_name() {
    let route = "[route]\nfrom = \"via\"\n[route.to.SZXX]\nname = \"省长信箱\"\n\
        report = { noun = \"转派工单\", measure = \"件\", order = 1, preamble = 2 }\n\
        [route.to.XYB]\nname = \"湘易办\"\nreport = { noun = \"转派工单\", order = 2, preamble = 1 }\n";
    let one = format!("{}\n{route}", letters("省统一转派", "state = \"live\""));
    let scene = Plan::new().await.channel("tongyi", &one).start().await;
    for (serial, tag) in [(1, "XYB"), (2, "SZXX"), (3, "XYB")] {
        let mut letter = letter(serial, "2025-02-01");
        letter.document["via"] = json!(tag);
        ticket(scene.mailbox("tongyi").push(&letter).await);
    }
    let told = scene.answered(&["report", "--quarter", "2025Q1"]).await;
    let text: String = told["text"].as_str().unwrap().split_whitespace().collect();
    let section = "共受理非话务渠道诉求3件,其中,省长信箱转派工单1件,湘易办转派工单2件。";
    assert!(text.contains("(含湘易办、省长信箱等渠道)") && text.contains(section), "{text}");
    assert!(!text.contains("省统一转派"), "{text}");
}
