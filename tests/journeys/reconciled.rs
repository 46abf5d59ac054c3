//! What a far side says it has against what came: a gap opens, outlives a restart and is mended; lists that a clerk exported.

use huiliu_farside::letter::Letter;
use huiliu_farside::platform::Platform;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::polled::fresh;
use crate::scene::{Plan, Scene, ticket};
use crate::written::province;

const COUNT: &str = r#"
[poll.census]
get = "/order/count"
from_param = "updateBegin"
to_param = "updateEnd"
format = "yyyy-MM-dd HH:mm:ss"
count = "/data/total"
"#;

const LIST: &str = r#"
[poll.census]
get = "/order/list"
query = { all = "1" }
from_param = "updateBegin"
to_param = "updateEnd"
format = "yyyy-MM-dd HH:mm:ss"
items = "/data/records"
id = "orderNo"
total = "/data/total"
"#;

/// A platform, and the day of its items: all are of yesterday at this hour.
async fn platform(items: u64) -> (Platform, String) {
    let platform = fresh(items).await;
    let at = Timestamp::now() - SignedDuration::from_hours(24);
    let beijing = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let local = at.to_zoned(beijing);
    let (first, last) = (local.date(), local.checked_add(SignedDuration::from_mins(2)).unwrap().date());
    assert_eq!(first, last, "told at midnight of Beijing; tell it again");
    (platform, first.to_string())
}

async fn counted(platform: &Platform, census: &str) -> Scene {
    let written = province(&platform.url(), "state = \"live\"");
    let written = written.replace("\n[fields]", &format!("{census}\n[fields]"));
    // So that a walk does not find again by itself what it passed.
    let written = written.replace("overlap = \"1h\"", "overlap = \"1s\"");
    Plan::new().await.channel("province", &written).start().await
}

async fn day(scene: &Scene, words: &[&str], status: i32) -> Value {
    let (found, printed) = scene.ask(&[&["reconcile", "--json"], words].concat()).await;
    assert_eq!(found, status, "{printed}");
    serde_json::from_str(&printed).unwrap()
}

#[tokio::test]
async fn a_dropped_item_is_a_gap_until_it_comes_also_over_a_restart() {
    let (platform, yesterday) = platform(5).await;
    assert!(platform.hide("SP20260000003", true));
    let mut scene = counted(&platform, COUNT).await;
    scene.until_told(4).await;
    let found = day(&scene, &["--day", &yesterday], 1).await;
    let channel = &found["channels"][0];
    assert_eq!((&channel["theirs"], &channel["taken"], &channel["forwarded"]), (&5.into(), &4.into(), &4.into()));
    assert_eq!((&channel["missing"], &channel["asked"], &channel["inside"]), (&1.into(), &"said".into(), &0.into()));
    assert_eq!(scene.metric("huiliu_gap", &[("channel", "province")]).await, 1.0);
    // The screen says it within 80 columns.
    let (_, screen) = scene.ask(&["reconcile", "--day", &yesterday]).await;
    assert!(screen.contains("missing 1") && screen.contains("Theirs"), "{screen}");
    let wide = |line: &str| line.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
    assert!(screen.lines().all(|line| wide(line) <= 80), "{screen}");

    scene.house.stop().await;
    // Without a daemon nobody is asked: it is what the last look found.
    let kept = day(&scene, &["--day", &yesterday], 1).await;
    assert_eq!((&kept["now"], &kept["gaps"][0]["kind"]), (&false.into(), &"missing".into()));
    scene.start_again().await;
    let status = scene.answered(&["status"]).await;
    assert_eq!((&status["gaps"][0]["count"], &status["gaps"][0]["day"]), (&1.into(), &yesterday.clone().into()));

    // The platform lists it at last; the walk looks an hour back only, so it is fetched by its day.
    assert!(platform.hide("SP20260000003", false));
    let found = day(&scene, &["--day", &yesterday, "--channel", "province", "--fetch"], 0).await;
    assert_eq!((&found["channels"][0]["taken"], &found["gaps"]), (&5.into(), &Value::Array(vec![])));
    scene.until_told(5).await;
    assert_eq!(scene.metric("huiliu_gap", &[("channel", "province")]).await, 0.0);
    let list = scene.answered(&["reconcile", "--list", "--all"]).await;
    assert!(list["gaps"][0]["mended_at"].is_string() && list["gaps"][0]["signed_by"].is_null(), "{list}");
}

#[tokio::test]
async fn a_list_names_what_is_missing_page_by_page() {
    let (platform, yesterday) = platform(5).await;
    let scene = counted(&platform, LIST).await;
    scene.until_told(5).await;
    platform.shut().await;
    platform.grow(115);
    assert!(platform.hide("SP20260000007", true) && platform.hide("SP20260000111", true));
    platform.reopen().await.unwrap();
    scene.until_told(118).await;
    let found = day(&scene, &["--day", &yesterday], 1).await;
    let channel = &found["channels"][0];
    assert_eq!((&channel["theirs"], &channel["taken"], &channel["missing"]), (&120.into(), &118.into(), &2.into()));
    assert_eq!(channel["missing_ids"], serde_json::json!(["SP20260000007", "SP20260000111"]));
    // The interface tells what the last look found.
    let asked = scene.client.get(format!("{}/api/v1/reconciliation?day={yesterday}", scene.house.url));
    assert_eq!(asked.send().await.unwrap().status(), 401);
    let asked = scene.client.get(format!("{}/api/v1/reconciliation?day={yesterday}", scene.house.url));
    let told: Value = asked.bearer_auth(token(&scene)).send().await.unwrap().json().await.unwrap();
    assert_eq!((&told["channels"][0]["missing"], &told["now"]), (&2.into(), &false.into()));
}

#[tokio::test]
async fn a_far_side_that_counts_fewer_or_is_away_is_told_as_it_is() {
    let (platform, yesterday) = platform(3).await;
    let scene = counted(&platform, COUNT).await;
    scene.until_told(3).await;
    platform.lie(-2);
    let found = day(&scene, &["--day", &yesterday], 1).await;
    assert_eq!((&found["channels"][0]["surplus"], &found["channels"][0]["theirs"]), (&2.into(), &1.into()));
    // A person looked and says why; the same is not told again, more is.
    let words = ["reconcile", "--day", &yesterday, "--channel", "province", "--sign"];
    assert_ne!(scene.ask(&words).await.0, 0, "without a reason");
    assert_eq!(scene.ask(&[&words[..], &["--why", "对方后台的统计口径不同"]].concat()).await.0, 0);
    assert_eq!(day(&scene, &["--day", &yesterday], 1).await["gaps"], Value::Array(vec![]));
    platform.lie(-3);
    assert_eq!(day(&scene, &["--day", &yesterday], 1).await["gaps"][0]["count"], 3);

    platform.lie(0);
    assert_eq!(day(&scene, &["--day", &yesterday], 0).await["gaps"], Value::Array(vec![]));
    platform.shut().await;
    platform.lie(-1);
    let away = day(&scene, &["--day", &yesterday], 0).await;
    assert_eq!((&away["channels"][0]["asked"], &away["channels"][0]["theirs"]), (&"away".into(), &Value::Null));
    assert_eq!(away["gaps"], Value::Array(vec![]), "what could not be asked is no gap");
}

#[tokio::test]
async fn an_exported_list_is_held_against_ours_and_signed_for() {
    let scene = Plan::new().await.letters().start().await;
    let mailbox = scene.mailbox("letters");
    let sent: Vec<Letter> = (1..=3).map(Letter::invented).collect();
    let mut tickets = Vec::new();
    for letter in &sent {
        tickets.push(ticket(mailbox.push(letter).await));
    }
    scene.until_told(3).await;
    let closed = json!({
        "id": "o-1", "ticket": tickets[0], "outcome": {
            "kind": "closed", "at": "2026-11-27T02:00:00Z", "units": [{ "name": "县住建局", "role": "lead" }],
            "way": "转办", "public_reply": "路灯已修复。", "solved": "解决",
        },
    });
    assert_eq!(post(&scene, &token(&scene), &closed).await.0, 200);
    let [first, second, third] = [0, 1, 2].map(|n| sent[n].number.as_str());
    let sheet = format!(
        "县长信箱办件一览,,\n信件编号,标题,办件状态\n{first},路灯,待办理\n{second},噪声,待办理\nXJ-9,没来过的,待办理\n{second},噪声,待办理\n"
    );
    let file = scene.config().with_file_name("导出.csv");
    std::fs::write(&file, sheet).unwrap();
    let (file, out) = (file.to_str().unwrap(), scene.config().with_file_name("核对.xlsx"));
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date();
    let from = today.yesterday().unwrap().to_string();
    let today = today.to_string();
    let span = ["--from", from.as_str(), "--to", today.as_str()];
    let against = ["reconcile", "--channel", "letters", "--against", file];
    let (status, printed) =
        scene.ask(&[&against[..], &span, &["--json", "--out", out.to_str().unwrap()]].concat()).await;
    assert_eq!(status, 1, "{printed}");
    let found: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(found["counts"], json!([1, 1, 1, 1]), "{found:#}");
    let told = |n: usize| (found["findings"][n]["kind"].clone(), found["findings"][n]["number"].clone());
    assert_eq!(told(0), (json!("missing"), json!("XJ-9")));
    assert_eq!(told(1), (json!("surplus"), json!(third)));
    assert_eq!(
        (told(2), &found["findings"][2]["difference"]),
        ((json!("differing"), json!(first)), &json!("not_told"))
    );
    assert_eq!((told(3), &found["findings"][3]["row"]), ((json!("twice"), json!(second)), &json!(6)));
    let book = huiliu_sheet::read(&std::fs::read(&out).unwrap(), &huiliu_sheet::Limits::default()).unwrap();
    let sheets: Vec<_> = book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.rows.len())).collect();
    assert_eq!(sheets, [("missing", 2), ("surplus", 2), ("differing", 2), ("twice", 2)]);

    // Without a span nothing of ours is looked for, and a head that nobody knows must be told.
    let (_, printed) = scene.ask(&[&against[..], &["--json"]].concat()).await;
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap()["counts"], json!([1, 0, 1, 1]));
    let (status, printed) = scene.ask(&[&against[..], &["--id", "没有这栏"]].concat()).await;
    assert!(status == 2 && printed.contains("--id"), "{status} {printed}");

    let never = scene.answered(&["channel", "show", "letters"]).await;
    assert_eq!(never["signed_days"], Value::Null);
    assert_ne!(scene.ask(&[&against[..], &["--sign"]].concat()).await.0, 0, "without a reason");
    assert_eq!(scene.ask(&[&against[..], &span, &["--sign", "--why", "电话核过"]].concat()).await.0, 0);
    assert_eq!(scene.answered(&["channel", "show", "letters"]).await["signed_days"], 0);
    let list = scene.answered(&["reconcile", "--list"]).await;
    assert_eq!((&list["lists"][0]["counts"], &list["lists"][0]["days"]), (&json!([1, 1, 1, 1]), &json!(0)));
}

#[tokio::test]
async fn a_list_of_the_core_has_calls_too() {
    let scene = Plan::new().await.letters().start().await;
    let mailbox = scene.mailbox("letters");
    let sent: Vec<Letter> = (1..=2).map(Letter::invented).collect();
    let mut tickets = Vec::new();
    for letter in &sent {
        tickets.push(ticket(mailbox.push(letter).await));
    }
    scene.until_told(2).await;
    let sheet = format!(
        "热线工单号,汇流编号,来源编号,工单状态\nRX-1,{},{},已办结\nRX-2,,,已办结\nRX-3,000101-00001,,在办\n",
        tickets[0], sent[0].number
    );
    let file = scene.config().with_file_name("热线导出.csv");
    std::fs::write(&file, sheet).unwrap();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date();
    let (from, to) = (today.yesterday().unwrap().to_string(), today.to_string());
    let words = ["reconcile", "--core", file.to_str().unwrap(), "--from", &from, "--to", &to, "--json"];
    let (status, printed) = scene.ask(&words).await;
    assert_eq!(status, 1, "{printed}");
    let found: Value = serde_json::from_str(&printed).unwrap();
    let told: Vec<_> = found["findings"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(told, ["missing", "surplus", "differing"], "{found:#}");
    assert_eq!(found["findings"][1]["ticket"], *tickets[1]);
    assert_eq!(found["findings"][2]["difference"], "done_there_only");
}

#[tokio::test]
async fn what_came_and_stands_nowhere_is_told() {
    let scene = Plan::new().await.letters().letters_as("strict").start().await;
    let pushed =
        scene.push("letters").body(json!({ "letterNo": "X-1", "letterType": "没有这种" }).to_string()).send().await;
    assert!(pushed.unwrap().status().is_success());
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until_told(1).await;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date().to_string();
    let found = day(&scene, &["--day", &today, "--channel", "letters"], 0).await;
    let channel = &found["channels"][0];
    // It cannot be asked; what came adds up: one at the core, one before a person.
    assert_eq!((&channel["asked"], &channel["theirs"]), (&json!("cannot_say"), &Value::Null));
    assert_eq!((&channel["taken"], &channel["forwarded"], &channel["person"]), (&json!(2), &json!(1), &json!(1)));
    let dead = scene.dead().await[0]["id"].to_string();
    assert_eq!(scene.ask(&["dead", "drop", &dead, "--why", "测试件"]).await.0, 0);
    let found = day(&scene, &["--day", &today, "--channel", "letters"], 0).await;
    assert_eq!((&found["channels"][0]["refused"], &found["channels"][0]["inside"]), (&json!(1), &json!(0)));
}
