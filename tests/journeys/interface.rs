//! The whole interface, walked: each route once as it should be and once as it should not, every answer held against the
//! document that the program serves of itself; and what it posts to the core.

use huiliu::ticket::Spoken;
use huiliu_farside::letter::Letter;
use huiliu_farside::portal::Portal;
use serde_json::{Value, json};

use crate::attended;
use crate::face::Face;
use crate::files::{PRIVATE, jpeg, letter, with_files};
use crate::outcomes::token;
use crate::scene::{Plan, Scene, ticket};
use crate::shelf::{Served, Shelf};
use crate::written::{TOKEN, letters};

const PAPER: &str = "[channel]\nname = \"来信来访\"\nstate = \"live\"\n[connect]\nkind = \"manual\"\n\
    [fields]\ntitle = \"title\"\ncontent = \"content\"\n";

const SHEET: &str = "[channel]\nname = \"政协云\"\nstate = \"live\"\n[connect]\nkind = \"folder\"\ninbox = \"收件\"\n\
    [sheet]\nheader = [\"编号\", \"标题\", \"内容\", \"时间\"]\nid = \"编号\"\n\
    [fields]\ntitle = { column = \"标题\" }\ncontent = { column = \"内容\" }\n\
    submitted_at = { column = \"时间\", date = \"zh\", optional = true }\n";

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

struct Caller {
    scene: Scene,
    token: String,
    face: Face,
}

impl Caller {
    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.scene.client.get(format!("{}{path}", self.scene.house.url)).bearer_auth(&self.token)
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.scene.client.post(format!("{}{path}", self.scene.house.url)).bearer_auth(&self.token)
    }

    /// Asks, and gives status and body.
    async fn ask(&self, name: &str, request: reqwest::RequestBuilder) -> (u16, Value) {
        let given = self.face.ask(name, request).await;
        (given.status, given.body)
    }

    /// The same program with another core.
    async fn with_core(&mut self, core: &str) {
        assert!(self.scene.house.stop().await.0.success());
        let written = format!("lang = \"en\"\ndata = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[core]\n{core}\n");
        std::fs::write(self.scene.config().join("gateway.toml"), written).unwrap();
        self.scene.start_again().await;
    }
}

async fn caller(plan: Plan) -> Caller {
    let scene = plan.start().await;
    let token = token(&scene);
    let face = Face::of(&scene, &token).await;
    Caller { scene, token, face }
}

fn outcome(id: &str, ticket: &str, reply: &str) -> Value {
    let outcome = json!({
        "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": reply,
        "units": [{ "name": "县住建局", "role": "lead" }],
    });
    json!({ "id": id, "ticket": ticket, "outcome": outcome })
}

#[tokio::test]
async fn every_route_is_as_the_document_says() {
    let shelf = Shelf::open(|path, _| match path {
        "/program" => Served::Whole("image/jpeg", b"MZ\x90\0 a program".to_vec()),
        _ => Served::Whole("image/jpeg", jpeg(1000)),
    })
    .await;
    let greeting = letters("试地址的信箱", "state = \"live\"")
        .replace("id = \"letterNo\"", "id = \"letterNo\"\nhandshake = { echo = \"echostr\" }");
    let plan = Plan::new().await.channel("letters", &with_files(PRIVATE)).channel("greeting", &greeting);
    let portal = attended::portal(1).await;
    let plan = plan.channel("sheng", &attended::written(&portal));
    let plan = plan.channel("paper", PAPER).channel("zhengxie", SHEET).core_instead("kind = \"pull\"");
    let plan = plan.gateway("[alarms]\ndisk_mib = 900000000\n");
    let mut caller = caller(plan).await;
    caller.face.ask_all_as_a_stranger(&caller.scene.house.url).await;
    let number = pushes(&caller, &shelf).await;
    outcomes(&caller, &number).await;
    sheets_and_letters(&caller).await;
    looks(&caller).await;
    logins(&caller, &portal).await;
    files(&caller, &number).await;
    events(&caller, &number).await;
    the_house(&caller).await;
    alarms_and_figures(&caller).await;
    registering(&mut caller, &number).await;
    noting(&mut caller, &number).await;
    caller.face.assert_all_walked();
}

/// Pushes, and gives the ticket of a letter with a file that is kept and one that is refused.
async fn pushes(caller: &Caller, shelf: &Shelf) -> String {
    let push = |code: &str, body: String| {
        let url = format!("{}/channels/{code}", caller.scene.house.url);
        caller.scene.client.post(url).bearer_auth(TOKEN).header("content-type", "application/json").body(body)
    };
    let links = [("a.jpg", shelf.link("/a")), ("b.jpg", shelf.link("/program"))];
    let body = String::from_utf8(letter(1, &links).body().to_vec()).unwrap();
    let (status, said) = caller.ask("push", push("letters", body.clone())).await;
    assert_eq!(status, 200, "{said}");
    let number = ticket(caller.scene.mailbox("letters").push(&letter(1, &links)).await);
    assert_eq!(caller.ask("push", push("letters", "{".into())).await.0, 400);
    assert_eq!(caller.ask("push", push("letters", " ".repeat(65537))).await.0, 413);
    assert_eq!(caller.ask("push", push("nobody", body.clone())).await.0, 404);
    assert_eq!(caller.ask("push", push("zhengxie", body)).await.0, 404);
    let greet = |path: &str| caller.scene.client.get(format!("{}/channels/{path}", caller.scene.house.url));
    let greeted = caller.face.ask("greet", greet("greeting?echostr=hello")).await;
    assert_eq!((greeted.status, &greeted.bytes[..]), (200, &b"hello"[..]));
    assert_eq!(caller.ask("greet", greet("letters")).await, (404, caller.ask("greet", greet("nobody")).await.1));
    number
}

async fn alarms_and_figures(caller: &Caller) {
    let began = std::time::Instant::now();
    let id = loop {
        let (status, list) = caller.ask("listAlarms", caller.get("/api/v1/alarms")).await;
        assert_eq!(status, 200, "{list}");
        if let Some(id) = list[0]["id"].as_i64() {
            break id;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "no alarm of a disk that is full");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let body = |step: &str| if step == "take" { json!({ "who": "李明" }) } else { json!({}) };
    let about = |step: &str, id: i64| caller.post(&format!("/api/v1/alarms/{id}/{step}")).json(&body(step));
    assert_eq!(caller.ask("takeAlarm", about("take", id)).await.0, 200);
    assert_eq!(caller.ask("takeAlarm", about("take", 4711)).await.0, 404);
    assert_eq!(caller.ask("snoozeAlarm", about("snooze", id)).await.0, 200);
    assert_eq!(caller.ask("snoozeAlarm", about("snooze", 4711)).await.0, 404);
    let (status, day) = caller.ask("getReconciliation", caller.get("/api/v1/reconciliation?day=2026-12-01")).await;
    assert_eq!(status, 200, "{day}");
    assert_eq!(caller.ask("getReconciliation", caller.get("/api/v1/reconciliation")).await.0, 422);
    let report = |rest: &str| caller.get(&format!("/api/v1/report?from=2026-10-01&to=2026-12-31{rest}"));
    let (status, told) = caller.ask("getReport", report("")).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(caller.ask("getReport", report("&format=text")).await.0, 200);
    assert_eq!(caller.ask("getReport", report("&template=none")).await.0, 404);
}

async fn outcomes(caller: &Caller, number: &str) {
    let post = |body: &Value| caller.post("/api/v1/outcomes").json(body);
    let (status, kept) = caller.ask("postOutcome", post(&outcome("o-1", number, "已修复。"))).await;
    assert_eq!((status, &kept["kept"]), (200, &json!(true)));
    let mut with_file = outcome("o-2", number, "附照片。");
    with_file["files"] = json!([{ "name": "现场.jpg", "media_type": "image/jpeg", "content": "/9j/4AAQ" }]);
    assert_eq!(caller.ask("postOutcome", post(&with_file)).await.1["files"], 1);
    assert_eq!(caller.ask("postOutcome", post(&outcome("o-1", number, "另一种说法。"))).await.0, 409);
    let nobodys = Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap().to_string();
    assert_eq!(caller.ask("postOutcome", post(&outcome("o-3", &nobodys, "已修复。"))).await.0, 202);
    with_file["files"][0]["content"] = json!("不是 base64");
    let mut program = outcome("o-4", number, "附程序。");
    program["files"] = json!([{ "name": "现场.jpg", "content": "TVqQAAMAAAA=" }]);
    let wrong = [outcome("", number, "x"), outcome("o-4", "26-x", "x"), json!({ "id": "o-4" }), with_file, program];
    for wrong in &wrong {
        assert_eq!(caller.ask("postOutcome", post(wrong)).await.0, 422, "{wrong}");
    }
    let form = |first: &str, outcome: Value| {
        let photo = "content-disposition: form-data; name=\"photo\"; filename=\"1.jpg\"\r\ncontent-type: image/jpeg";
        let head = format!(
            "--x\r\ncontent-disposition: form-data; name=\"{first}\"\r\n\r\n{outcome}\r\n--x\r\n{photo}\r\n\r\n"
        );
        let body = [head.as_bytes(), &jpeg(5000), b"\r\n--x--\r\n"].concat();
        caller.post("/api/v1/outcomes").header("content-type", "multipart/form-data; boundary=x").body(body)
    };
    let (status, kept) = caller.ask("postOutcome", form("outcome", outcome("o-5", number, "附照片。"))).await;
    assert_eq!((status, &kept["files"]), (200, &json!(1)));
    let (status, wrong) = caller.ask("postOutcome", form("first", json!({}))).await;
    assert_eq!((status, &wrong["error"]), (422, &json!("bad_form")));
    let broken = caller.post("/api/v1/outcomes").header("content-type", "multipart/form-data; boundary=x").body("--y");
    assert_eq!(caller.ask("postOutcome", broken).await.0, 400);
}

async fn sheets_and_letters(caller: &Caller) {
    let hand_in = |channel: &str, query: &str| {
        let sheet = "编号,标题,内容,时间\nA1,路灯不亮,村口三盏路灯坏了。,\nA2,自来水浑浊,解放路。,昨天\n";
        caller.post(&format!("/api/v1/channels/{channel}/files?{query}")).body(sheet)
    };
    let (status, dry) = caller.ask("handInFile", hand_in("政协云", "name=十一月.csv&dry_run=true")).await;
    assert_eq!((status, &dry["dry_run"]), (200, &json!(true)), "{dry}");
    let (status, done) = caller.ask("handInFile", hand_in("zhengxie", "name=十一月.csv")).await;
    assert_eq!((status, &done["counts"]["new"], &done["clean"]), (200, &json!(1), &json!(false)), "{done}");
    let sheet = caller.face.ask("handInFile", hand_in("zhengxie", "name=十一月.csv").header("accept", XLSX)).await;
    assert_eq!((sheet.status, &sheet.headers["content-type"]), (200, &XLSX.parse().unwrap()));
    assert_eq!(caller.ask("handInFile", hand_in("letters", "name=a.csv")).await.1["error"], "takes_no_files");
    assert_eq!(caller.ask("handInFile", hand_in("nobody", "name=a.csv")).await.1["error"], "no_such_channel");
    assert_eq!(caller.ask("handInFile", hand_in("zhengxie", "dry_run=perhaps")).await.1["error"], "bad_request");
    let rubbish = caller.post("/api/v1/channels/zhengxie/files?name=a.csv").body("甲,乙\n");
    assert_eq!(caller.ask("handInFile", rubbish).await.0, 422);

    let enter = |channel: &str, body: Value| {
        caller.post(&format!("/api/v1/channels/{channel}/submissions")).header("idempotency-key", "k").json(&body)
    };
    let fields = json!({ "fields": { "title": "自来水浑浊", "content": "解放路自来水浑浊。" } });
    let (status, entered) = caller.ask("enterSubmission", enter("paper", fields.clone())).await;
    assert_eq!((status, &entered["what"]), (200, &json!("new")), "{entered}");
    assert_eq!(caller.ask("enterSubmission", enter("paper", json!({ "field": {} }))).await.0, 422);
    assert_eq!(caller.ask("enterSubmission", enter("paper", json!({ "fields": { "titel": "x" } }))).await.0, 422);
    assert_eq!(caller.ask("enterSubmission", enter("letters", fields.clone())).await.0, 409);
    assert_eq!(caller.ask("enterSubmission", enter("nobody", fields)).await.0, 404);
}

/// What is shown of a channel before anything is taken.
async fn looks(caller: &Caller) {
    let at = |channel: &str| caller.post(&format!("/api/v1/channels/{channel}/preview"));
    let file =
        |channel: &str, body: &'static str| at(channel).header("content-type", "application/octet-stream").body(body);
    let sheet = "编号,标题,内容,时间\nA9,路灯不亮,村口三盏路灯坏了。,\n";
    let (status, seen) = caller.ask("previewChannel", file("政协云", sheet)).await;
    assert_eq!((status, &seen["way"], &seen["masked"]), (200, &json!("saved"), &json!(true)), "{seen}");
    assert_eq!(seen["rows"][0]["external_id"], "A9", "{seen}");
    let (status, seen) = caller.ask("previewChannel", at("zhengxie").json(&json!({ "live": true }))).await;
    assert_eq!((status, &seen["way"], &seen["fault"]), (200, &json!("live"), &Value::Null), "{seen}");
    let (_, seen) = caller.ask("previewChannel", file("letters", "{")).await;
    assert!(!seen["rows"][0]["reasons"].is_null() || !seen["fault"].is_null(), "{seen}");
    assert_eq!(caller.ask("previewChannel", file("nobody", "{}")).await.0, 404);
    let (status, told) = caller.ask("previewChannel", file("paper", "{}")).await;
    assert!(matches!(status, 409 | 422), "{told}");
}

/// A login that a person does, and channels that have none.
async fn logins(caller: &Caller, portal: &Portal) {
    let at = "/api/v1/channels/省长信箱/login";
    let (status, picture) = caller.ask("fetchLoginPicture", caller.post(&format!("{at}/challenge"))).await;
    assert_eq!((status, &picture["media_type"]), (200, &json!("image/png")), "{picture}");
    let answer = json!({ "challenge": picture["challenge"], "answer": portal.captcha() });
    let (status, done) = caller.ask("answerLogin", caller.post(at).json(&answer)).await;
    assert_eq!((status, &done["became"]), (200, &json!("in")), "{done}");
    assert_eq!(caller.ask("getLogin", caller.get(at)).await.1["standing"], "in");

    for (channel, status) in [("letters", 409), ("政协云", 409), ("nobody", 404)] {
        let at = format!("/api/v1/channels/{channel}/login");
        let answer = json!({ "challenge": "p1", "answer": "8899" });
        assert_eq!(caller.ask("getLogin", caller.get(&at)).await.0, status);
        assert_eq!(caller.ask("fetchLoginPicture", caller.post(&format!("{at}/challenge"))).await.0, status);
        assert_eq!(caller.ask("answerLogin", caller.post(&at).json(&answer)).await.0, status);
        let wrong = caller.post(&at).json(&json!({ "answer": "8899" }));
        assert_eq!(caller.ask("answerLogin", wrong).await.0, 422);
    }
}

async fn files(caller: &Caller, number: &str) {
    let at = |rest: &str| caller.get(&format!("/api/v1/tickets/{number}/files/{rest}"));
    // Where it is told that a file is here, it is.
    let url = format!("{}/api/v1/tickets/{number}/files/", caller.scene.house.url);
    for (n, status) in [(1, 200), (2, 410)] {
        let began = std::time::Instant::now();
        while caller.scene.client.get(format!("{url}{n}")).bearer_auth(&caller.token).send().await.unwrap().status()
            == 409
        {
            assert!(began.elapsed() < crate::house::PATIENCE, "file {n} neither comes nor is refused");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(caller.ask("getFile", at(&n.to_string())).await.0, status);
    }
    let file = caller.face.ask("getFile", at("1?version=1")).await;
    assert!(file.bytes == jpeg(1000) && file.headers.contains_key("content-disposition"));
    assert_eq!(caller.ask("getFile", at("9")).await.1["error"], "no_such_file");
    assert_eq!(caller.ask("getFile", at("1?version=first")).await.1["error"], "bad_request");
    let garbled = caller.get("/api/v1/tickets/%ff/files/1");
    assert_eq!(caller.ask("getFile", garbled).await.1["error"], "bad_path");
}

async fn events(caller: &Caller, number: &str) {
    let given = caller.face.ask("getEvents", caller.get("/api/v1/events?after=0&limit=500&wait=10s")).await;
    let events = given.body["events"].as_array().unwrap();
    assert!(given.status == 200 && events.len() > 2, "{events:#?}");
    assert_eq!(given.headers["huiliu-next"], given.body["next"].to_string());
    assert_eq!(caller.ask("getEvents", caller.get("/api/v1/events?since=1")).await.1["error"], "bad_request");
    let ack = |body: Value| caller.post("/api/v1/events/ack").json(&body);
    let last = given.body["next"].as_i64().unwrap();
    let numbers = json!({ number: "RX-1", "260101-00001-x": "RX-2" });
    for wrong in [
        json!({}),
        json!({ "upto": last + 99 }),
        json!({ "upto": 1, "numbers": numbers }),
        json!({ "upto": 1, "numbers": { number: "" } }),
        json!({ "upto": 1, "refused": [{ "seq": last }] }),
    ] {
        assert_eq!(caller.ask("ackEvents", ack(wrong)).await.0, 422);
    }
    let first = &events[0]["seq"];
    let refused = json!([{ "seq": first, "reason": "办不了" }]);
    let (status, acked) = caller.ask("ackEvents", ack(json!({ "upto": first, "refused": refused }))).await;
    assert_eq!((status, &acked["refused"]), (200, &json!(1)), "{acked}");
    let number_of_second = json!({ number: "RX-1" });
    assert_eq!(caller.ask("ackEvents", ack(json!({ "upto": last, "numbers": number_of_second }))).await.0, 200);
}

async fn the_house(caller: &Caller) {
    assert_eq!(caller.ask("getReload", caller.get("/api/v1/reload")).await.1["error"], "not_yet");
    caller.scene.rewrite("broken", &letters("坏信箱", "state = \"live\"").replace("[fields]", "[field]"));
    caller.scene.rewrite("paper", &PAPER.replace("\"title\"", "\"titel"));
    let (status, report) = caller.ask("postReload", caller.post("/api/v1/reload")).await;
    assert!(status == 200 && report["broken"][0]["mistakes"][0]["text"]["zh"].is_string(), "{report:#}");
    assert_eq!(caller.ask("getReload", caller.get("/api/v1/reload")).await, (200, report));
    let open = |path: &str| caller.scene.client.get(format!("{}{path}", caller.scene.house.url));
    let (status, ready) = caller.ask("getReady", open("/health/ready")).await;
    assert_eq!((status, &ready["channels_need_mending"]), (200, &json!(["broken"])), "{ready}");
    assert_eq!(caller.face.ask("getLive", open("/health/live")).await.bytes, "live\n");
    assert_eq!(caller.ask("getMetrics", open("/metrics")).await.0, 200);
    assert_eq!(caller.ask("getOpenapi", caller.get("/api/v1/openapi.json")).await.0, 200);
    for (answer, status, word) in
        [(open("/api/v2/nothing"), 404, "no_such_route"), (open("/api/v1/outcomes"), 405, "no_such_method")]
    {
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers().contains_key("allow"), status == 405);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], word);
    }
}

/// What is promised to a caller is noted, on a ticket that is there.
async fn noting(caller: &mut Caller, number: &str) {
    let note = |caller: &Caller, number: &str, body: Value| {
        caller.post(&format!("/api/v1/tickets/{number}/notes")).json(&body)
    };
    let (status, kept) = caller.ask("noteOnTicket", note(caller, number, json!({ "text": "答应回电话" }))).await;
    assert_eq!((status, &kept["who"]), (200, &json!("api")), "{kept}");
    for (number, body, status) in [
        (number, json!({ "text": " " }), 422),
        (number, json!({ "txt": 1 }), 422),
        ("991231-00017", json!({ "text": "x" }), 404),
    ] {
        assert_eq!(caller.ask("noteOnTicket", note(caller, number, body)).await.0, status);
    }
}

/// Where people type, their numbers are registered; where the core fetches with an envelope, it is as it should be.
async fn registering(caller: &mut Caller, number: &str) {
    let register = |caller: &Caller, number: &str, body: Value| {
        caller.post(&format!("/api/v1/tickets/{number}/register")).json(&body)
    };
    assert_eq!(caller.ask("registerTicket", register(caller, number, json!({ "core_number": "RX-1" }))).await.0, 409);
    caller.with_core("kind = \"manual\"").await;
    let new = ticket(caller.scene.mailbox("greeting").push(&Letter::invented(7)).await);
    let (status, done) = caller.ask("registerTicket", register(caller, &new, json!({ "core_number": "RX-7" }))).await;
    assert_eq!((status, &done["state"]), (200, &json!("registered")), "{done}");
    let nobodys = Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap().to_string();
    for (number, body, status) in [
        (&new, json!({ "core_number": "" }), 422),
        (&new, json!({ "number": "RX-7" }), 422),
        (&nobodys, json!({ "core_number": "RX-8" }), 404),
    ] {
        assert_eq!(caller.ask("registerTicket", register(caller, number, body)).await.0, status);
    }
    let events = caller.get("/api/v1/events?after=0");
    assert_eq!(caller.ask("getEvents", events).await.1["error"], "not_fetched");
    caller.with_core("kind = \"pull\"\nenvelope = \"cloudevents\"").await;
    ticket(caller.scene.mailbox("greeting").push(&Letter::invented(8)).await);
    let (status, batch) = caller.ask("getEvents", caller.get("/api/v1/events?after=0&wait=10s")).await;
    assert!(status == 200 && batch[0]["seq"].is_string(), "{batch}");
}

#[tokio::test]
async fn what_the_core_is_posted_is_as_the_document_says() {
    let json = "application/json";
    for (core, name, media_type) in [
        ("batch = 1", "eventPosted", json),
        ("envelope = \"cloudevents\"", "eventPosted", "application/cloudevents+json"),
        ("batch = 5", "eventsPosted", json),
        ("batch = 5\nenvelope = \"cloudevents\"", "eventsPosted", "application/cloudevents-batch+json"),
    ] {
        let caller = caller(Plan::new().await.letters().core(core)).await;
        let letter = Letter::invented(1);
        ticket(caller.scene.mailbox("letters").push(&letter).await);
        ticket(caller.scene.mailbox("letters").push(&letter.revised("又坏了一盏。")).await);
        caller.scene.until("both are posted", || caller.scene.glass.count() >= 2).await;
        let seen = caller.scene.glass.seen();
        seen.iter().for_each(|seen| caller.face.posted(name, media_type, &seen.json()));
        assert!(seen.iter().all(|seen| seen.key.is_some() == (name == "eventPosted")), "{seen:?}");
    }
}

#[tokio::test]
async fn an_event_with_its_files_is_as_the_document_says() {
    let shelf = Shelf::open(|_, _| Served::Whole("image/jpeg", jpeg(1000))).await;
    let plan = Plan::new().await.channel("letters", &with_files(PRIVATE)).core("attachments = \"multipart\"");
    let caller = caller(plan).await;
    ticket(caller.scene.mailbox("letters").push(&letter(1, &[("a.jpg", shelf.link("/a"))])).await);
    caller.scene.until_told(1).await;
    let seen = caller.scene.glass.seen().remove(0);
    assert!(seen.body.starts_with(b"--"), "it is a form of parts");
    caller.face.posted("eventPosted", "multipart/form-data", &json!({ "event": seen.json(), "file-1": "" }));
}
