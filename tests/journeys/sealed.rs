//! Personal values are planted in everything that comes in, and looked for in everything that stays behind:
//! database, log of the database, every other file of the data folder, and all that was printed. None is found.

use std::fs;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Query;
use axum::routing::{get, post};
use http::StatusCode;
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::port::Port;
use serde_json::json;

use crate::scene::{Plan, Scene, ticket};
use crate::written::TOKEN;

/// Invented, and nowhere else in the project. The numbers are no valid ones.
const NAME: &str = "欧阳密封";
const PHONE: &str = "13800009731";
const ADDRESS: &str = "密封里七弄九号";
const EMAIL: &str = "mifeng.nobody@example.invalid";
const ID_NO: &str = "110101190001010000";
const TEXT: &str = "屋后的水井被人填了";
const QUOTED: &str = "受理员说此人常来";
const CURSOR: &str = "cursor-of-欧阳密封";
const KEPT_NOT: &str = "别人的来信也要密封";
const OUTCOME: &str = "答复里提到的左邻右舍";

const PLANTED: [&str; 10] = [NAME, PHONE, ADDRESS, EMAIL, ID_NO, TEXT, QUOTED, CURSOR, KEPT_NOT, OUTCOME];

fn planted(serial: u32) -> Letter {
    let mut letter = Letter::invented(serial);
    letter.document["name"] = json!(NAME);
    letter.document["phone"] = json!(PHONE);
    letter.document["address"] = json!(ADDRESS);
    letter.document["content"] = json!(format!("{TEXT}。联系 {EMAIL}"));
    letter.document["email"] = json!(EMAIL);
    letter.document["idNo"] = json!(ID_NO);
    letter
}

/// A core that takes nothing, and quotes what it was told.
async fn quoting_core() -> Port {
    let quote = |body: String| async move {
        let start: String = body.chars().take(4000).collect();
        let message = format!("{QUOTED}:{NAME} {PHONE} {start}");
        (StatusCode::UNPROCESSABLE_ENTITY, json!({ "code": 422, "message": message }).to_string())
    };
    let router = Router::new().route("/tickets", post(quote));
    Port::open(router, ([127, 0, 0, 1], 0).into()).await.unwrap()
}

/// A platform whose cursor and errors hold what they should not.
async fn indiscreet_platform() -> Port {
    let list = |Query(asked): Query<Vec<(String, String)>>| async move {
        let mut items = Vec::new();
        let mut next = json!(CURSOR);
        if asked.iter().all(|(name, _)| name != "cursor") {
            let mut item = planted(50).document;
            item["letterNo"] = json!("P-50");
            items = vec![item, json!({ "name": NAME, "phone": PHONE, "content": KEPT_NOT })];
        } else {
            next = json!(null);
        }
        (StatusCode::OK, json!({ "code": 200, "list": items, "next": next }).to_string())
    };
    let refused = || async { (StatusCode::FORBIDDEN, format!("{NAME} {PHONE} 不得访问 {QUOTED}")) };
    let router = Router::new().route("/list", get(list)).route("/denied", get(refused));
    Port::open(router, ([127, 0, 0, 1], 0).into()).await.unwrap()
}

fn polled(port: &Port, path: &str) -> String {
    let letters = crate::written::letters("甲平台", "state = \"live\"");
    let (_, fields) = letters.split_once("[fields]").unwrap();
    let name = path.trim_start_matches('/');
    format!(
        r#"
[channel]
name = "平台 {name}"
state = "live"
[connect]
kind = "rest"
url = "http://{}"
[poll]
every = "50ms"
list = {{ get = "{path}", items = "/list", id = "letterNo" }}
page = {{ by = "cursor", param = "cursor", next = "/next" }}
success = {{ at = "/code", is = [200] }}
[fields]{fields}"#,
        port.addr()
    )
}

/// Everything at once: new, revised, re-used, unmappable, unreadable, refused, dead, polled, an outcome.
async fn plant(scene: &Scene) {
    let mailbox = scene.mailbox("letters");
    let letter = planted(1);
    let number = ticket(mailbox.push(&letter).await);
    ticket(mailbox.push(&letter.revised(KEPT_NOT)).await);
    let mut other = planted(2);
    other.document["letterNo"] = json!(letter.number);
    other.document["phone"] = json!("13800000002");
    other.document["content"] = json!(KEPT_NOT);
    other.document["submitTime"] = json!("2026-12-20 00:00:00");
    mailbox.push(&Letter { number: letter.number.clone(), ..other }).await;
    assert_eq!(scene.counted("letters", "held").await, 1.0);
    let mut unmappable = planted(3);
    unmappable.document["letterType"] = json!(NAME);
    unmappable.document["submitTime"] = json!(PHONE);
    assert!(matches!(mailbox.push(&unmappable).await, Pushed::Acknowledged(_)));
    assert_eq!(scene.counted("letters", "unmapped").await, 1.0);
    assert_eq!(mailbox.push_malformed(format!("{{\"name\": \"{NAME}\", \"phone\": \"{PHONE}\"")).await, Some(400));
    assert_eq!(
        mailbox.push_malformed(format!("{{\"letterNo\": [\"{NAME}\"], \"phone\": \"{PHONE}\"}}")).await,
        Some(400)
    );
    assert_eq!(mailbox.push_unproven(&planted(4)).await, Some(401));
    let query = format!("{}/channels/letters?name={NAME}&phone={PHONE}", scene.house.url);
    let answer = scene.client.post(query).bearer_auth("wrong").body(planted(5).body()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let said = scene.house.said();
    let token = said.iter().find_map(|line| line.split_once("keep it safe): ")).unwrap().1;
    let outcome = json!({ "id": "o-1", "ticket": number, "outcome": {
        "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": OUTCOME, "internal_note": NAME } });
    for body in [outcome.clone(), json!({ "id": "o-2", "ticket": number, "outcome": { "kind": NAME } })] {
        let post = scene.client.post(format!("{}/api/v1/outcomes", scene.house.url)).bearer_auth(token);
        let status = post.json(&body).send().await.unwrap().status();
        assert_eq!(status.is_success(), body == outcome, "{status}");
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The forms in which a text could lie about.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![text.as_bytes().to_vec(), escaped.into_bytes(), percent.into_bytes(), hex::encode(text).into_bytes(), utf16]
}

/// Where a text is found, in any form.
fn found(scene: &Scene, text: &str) -> Vec<String> {
    let mut places: Vec<(String, Vec<u8>)> = files(&scene.data())
        .into_iter()
        .filter_map(|path| Some((path.display().to_string(), fs::read(&path).ok()?)))
        .collect();
    places.push(("what was printed".into(), scene.house.printed().join("\n").into_bytes()));
    let holds = |bytes: &[u8]| forms(text).iter().any(|form| bytes.windows(form.len()).any(|at| at == form));
    places.into_iter().filter(|(_, bytes)| holds(bytes)).map(|(place, _)| place).collect()
}

fn nothing_is_found(scene: &Scene) {
    for text in PLANTED.into_iter().chain([TOKEN]) {
        assert_eq!(found(scene, text), Vec::<String>::new(), "{text} lies about");
    }
    // The search can find: a source's number is clear, in the database and in its log.
    assert!(!found(scene, &planted(1).number).is_empty(), "the search finds nothing at all");
}

/// What a person sees who gives no reason is masked; with a reason, the asking goes on record, sealed.
async fn people_see_it_masked(scene: &Scene) {
    let tickets = scene.answered(&["ticket", "list"]).await;
    let mut masked = vec![tickets.to_string(), serde_json::Value::from(scene.dead().await).to_string()];
    for ticket in tickets.as_array().unwrap() {
        masked.push(scene.ask(&["ticket", "show", ticket["number"].as_str().unwrap()]).await.1);
        masked.push(scene.ask(&["ticket", "show", ticket["number"].as_str().unwrap(), "--json"]).await.1);
    }
    for dead in scene.dead().await {
        masked.push(scene.ask(&["dead", "show", &dead["id"].to_string()]).await.1);
    }
    for text in [NAME, PHONE, ADDRESS, EMAIL, ID_NO] {
        let seen = masked.iter().find(|view| view.contains(text));
        assert!(seen.is_none(), "{text} is shown to who gave no reason: {seen:?}");
    }
    let number = tickets[0]["number"].as_str().unwrap();
    let (status, unmasked) = scene.ask(&["ticket", "show", number, "--unmask", "--why", KEPT_NOT]).await;
    assert!(status == 0 && unmasked.contains(NAME), "{unmasked}");
    let life = scene.answered(&["ticket", "show", number]).await;
    assert!(life["deeds"].as_array().is_some_and(|deeds| !deeds.is_empty()), "{life}");
}

#[tokio::test]
async fn nothing_personal_lies_about() {
    let (core, platform) = (quoting_core().await, indiscreet_platform().await);
    let url = format!("url = \"http://{}/tickets\"\nretries = [\"10ms\"]", core.addr());
    let plan = Plan::new().await.letters().log("debug").core_instead(&url);
    let plan = plan.channel("one", &polled(&platform, "/list")).channel("two", &polled(&platform, "/denied"));
    let mut scene = plan.start().await;
    plant(&scene).await;
    scene.until_metric("huiliu_submissions_total", &[("channel", "one"), ("what", "new")], 1.0).await;
    scene.until("an event is dead", || scene.house.printed().iter().any(|l| l.contains("needs a person"))).await;
    scene.until("a channel is denied", || scene.house.printed().iter().any(|l| l.contains("stands still"))).await;
    assert!(files(&scene.data()).iter().any(|path| path.to_string_lossy().ends_with("-wal")));
    nothing_is_found(&scene);
    let metrics = scene.get("/metrics").await.1 + &scene.get("/health/ready").await.1;
    assert!(PLANTED.iter().all(|text| !metrics.contains(text)), "{metrics}");
    people_see_it_masked(&scene).await;
    nothing_is_found(&scene);
    scene.house.kill();
    nothing_is_found(&scene);
    scene.start_again().await;
    assert!(scene.house.stop().await.0.success());
    nothing_is_found(&scene);
}
