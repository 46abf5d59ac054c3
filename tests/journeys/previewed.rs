//! A look at a channel before it takes anything: the far side is asked as the next poll would ask, people see what would
//! become of the answer, and nothing was lost or moved by it.

use std::collections::BTreeSet;
use std::fs;

use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Doorkeeper, Gate, Platform, PlatformOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::outcomes::token;
use crate::polled::fresh;
use crate::scene::{Plan, Scene};
use crate::written::{TOKEN, province};

/// A channel that is polled when a person resumes it, and otherwise once an hour.
fn seldom(platform: &Platform, state: &str) -> String {
    province(&platform.url(), &format!("state = \"{state}\"")).replace("\"50ms\"", "\"1h\"")
}

/// What a look tells as JSON, and how it ended.
async fn looked(scene: &Scene, more: &[&str]) -> (i32, Value) {
    let (status, printed) = scene.ask(&[&["channel", "preview", "province", "--json"], more].concat()).await;
    (status, serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}")))
}

fn ids(look: &Value) -> BTreeSet<String> {
    let rows = look["rows"].as_array().expect("rows");
    rows.iter().filter_map(|row| row["external_id"].as_str()).map(str::to_owned).collect()
}

fn numbers(platform: &Platform) -> BTreeSet<String> {
    platform.numbers().into_iter().flatten().collect()
}

#[tokio::test]
async fn what_is_looked_at_is_taken_afterwards_and_nothing_moved_meanwhile() {
    let platform = fresh(3).await;
    let mut scene = Plan::new().await.channel("province", &seldom(&platform, "live")).start().await;
    scene.until_told(3).await;
    platform.grow(2);
    let before = scene.answered(&["channel", "show", "province"]).await;
    let (status, look) = looked(&scene, &[]).await;
    assert_eq!((status, ids(&look)), (0, numbers(&platform)), "{look:#}");
    let request = &look["exchanges"][0];
    assert!(request["address"].as_str().unwrap().contains("updateBegin=20"), "{request:#}");
    assert_eq!((&request["method"], &request["answer"]["status"]), (&"GET".into(), &200.into()));
    // Masked: neither in the raw answer nor in the rows.
    let person = &look["rows"][0];
    assert!(person["ticket"]["person"]["name"].as_str().unwrap().ends_with("**"), "{person:#}");
    let (_, all) = looked(&scene, &["--unmask", "--why", "核对新接口"]).await;
    for secret in ["name", "phone"] {
        let said = all["rows"][0]["ticket"]["person"][secret].as_str().unwrap();
        assert!(!look.to_string().contains(said) && all["exchanges"].to_string().contains(said), "{secret} {said}");
    }
    let (status, refused) = scene.ask(&["channel", "preview", "province", "--unmask"]).await;
    assert!(status == 5 && refused.contains("--why"), "{refused}");
    // The place is the same, however often it is looked at; so is all that is known of the channel but the record.
    let (_, again) = looked(&scene, &[]).await;
    assert_eq!((&look["began"], &look["next"]), (&again["began"], &again["next"]));
    assert_ne!(look["began"], look["next"]);
    let after = scene.answered(&["channel", "show", "province"]).await;
    for same in ["last_poll", "last_item", "tickets", "dead", "first_run"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    // The same for another program, masked as well.
    let token = token(&scene);
    let ask = |body: String| {
        let url = format!("{}/api/v1/channels/province/preview?name=a.json", scene.house.url);
        scene.client.post(url).bearer_auth(&token).body(body).send()
    };
    let told: Value = ask(r#"{"live":true}"#.into()).await.unwrap().json().await.unwrap();
    assert_eq!((&told["next"], ids(&told)), (&look["next"], ids(&look)));
    let answer = look["exchanges"][0]["answer"]["body"]["content"].to_string();
    let told: Value = ask(answer).await.unwrap().json().await.unwrap();
    assert_eq!((&told["way"], &told["masked"], ids(&told)), (&"saved".into(), &true.into(), ids(&look)));
    let refused = scene.client.post(format!("{}/api/v1/channels/province/preview", scene.house.url)).send().await;
    assert_eq!(refused.unwrap().status(), 401);
    let deeds = after["deeds"].as_array().unwrap();
    assert!(deeds.iter().any(|deed| deed["what"] == "unmask" && deed["why"] == "核对新接口"), "{deeds:?}");
    assert_eq!(scene.told().len(), 3, "nothing reached the core");
    // Without a daemon it begins at the same place, read from the store.
    assert!(scene.house.stop().await.0.success());
    let (status, offline) = looked(&scene, &["--live"]).await;
    assert_eq!((status, &offline["began"], ids(&offline)), (0, &look["began"], ids(&look)));
    scene.start_again().await;
    scene.answered(&["channel", "resume", "province"]).await;
    let told = scene.until_told(5).await;
    assert_eq!(told.iter().map(|told| told.external_id().to_owned()).collect::<BTreeSet<_>>(), numbers(&platform));
}

#[tokio::test]
async fn an_answer_that_does_not_match_is_shown_with_the_key_to_mend() {
    let platform = fresh(3).await;
    let wrong = seldom(&platform, "off").replace("/data/records", "/data/rows");
    let scene = Plan::new().await.channel("province", &wrong).start().await;
    let (status, shown) = scene.ask(&["channel", "preview", "省级12345热线"]).await;
    assert_eq!(status, 1, "{shown}");
    for part in ["GET http://", "HTTP 200", "orderNo", "poll.list.items", "/data/records (3)", "from the front"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    scene.rewrite("province", &wrong.replace(&platform.url(), "nowhere"));
    let (status, shown) = scene.ask(&["channel", "preview", "province"]).await;
    assert!(status == 1 && shown.contains("channel.toml") && shown.contains("connect.url"), "{shown}");
}

#[tokio::test]
async fn a_wrong_password_is_shown_as_dots_and_tried_once() {
    let door = Doorkeeper::new("clerk", "another-password").telling("10010");
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    let options = PlatformOptions { from, gate: Gate::Session(door.clone()), ..PlatformOptions::new(3) };
    let platform = Platform::start(options).await.unwrap();
    let login = "[login]\npost = \"/login\"\nbody = { user = \"{user}\", password = \"{password}\" }\nuser = \"clerk\"\n\
                 password = { file = \"secrets/letters.token\" }\ntoken = \"/data/token\"\nput = { header = \"X-Token\" }\n[fields]";
    let written = seldom(&platform, "off").replace("[fields]", login);
    let scene = Plan::new().await.channel("province", &written).start().await;
    let (status, shown) = scene.ask(&["channel", "preview", "province"]).await;
    assert_eq!((status, door.refused()), (1, 1), "{shown}");
    assert!(shown.contains("[Login]\nPOST") && shown.contains("\"password\": \"••••\""), "{shown}");
    assert!(shown.contains("clerk") && !shown.contains(TOKEN), "{shown}");
    // Looking again tells it again, and does not lock the account.
    let (_, look) = looked(&scene, &[]).await;
    assert_eq!((&look["fault"]["word"], door.refused()), (&"denied".into(), 1), "{look:#}");
    assert!(!look.to_string().contains(TOKEN));
    scene.rewrite("province", &written.replace("letters.token", "not-there"));
    let (status, shown) = scene.ask(&["channel", "preview", "province"]).await;
    assert!(status == 1 && shown.contains("not-there"), "{shown}");
}

#[tokio::test]
async fn the_first_detail_is_shown_beside_its_list() {
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    let options = PlatformOptions { from, cut: Some(8), ..PlatformOptions::new(3) };
    let platform = Platform::start(options).await.unwrap();
    let detail = "cut = [\"orderContent\"] }\ndetail = { post = \"/order/detail\", body = { orderNo = \"{id}\" }, \
                  item = \"/data\", when = \"cut\" }";
    let written = seldom(&platform, "off").replace("id = \"orderNo\" }", &format!("id = \"orderNo\", {detail}"));
    let scene = Plan::new().await.channel("province", &written).start().await;
    let (status, look) = looked(&scene, &[]).await;
    assert_eq!((status, look["exchanges"].as_array().unwrap().len()), (0, 2), "{look:#}");
    assert!(look["exchanges"][1]["address"].as_str().unwrap().ends_with("/order/detail"));
    let content = look["rows"][0]["ticket"]["matter"]["content"].as_str().unwrap();
    assert!(content.contains('件') && !content.contains('…'), "{content}");
    assert_eq!(platform.stats().details, 1);
}

#[tokio::test]
async fn a_file_stays_in_its_inbox() {
    let written = "[channel]\nname = \"政协云\"\nstate = \"off\"\n[connect]\nkind = \"folder\"\ninbox = \"收件\"\nsettle = \"1ms\"\n\
                   [poll]\nevery = \"1s\"\n[sheet]\nheader = [\"编号\", \"标题\"]\nid = \"编号\"\n[fields]\ntitle = \"标题\"\n\
                   content = \"内容\"\nname = \"姓名\"\n";
    let scene = Plan::new().await.channel("province", written).start().await;
    let inbox = scene.config().with_file_name("收件");
    fs::create_dir(&inbox).unwrap();
    let file = inbox.join("十一月.csv");
    fs::write(&file, "编号,标题,内容,姓名\nZX-1,路灯,刘小某说路灯不亮,刘小某\nZX-2,井盖,破损,王某某\n").unwrap();
    let (status, look) = looked(&scene, &[]).await;
    assert_eq!((status, ids(&look)), (0, BTreeSet::from(["ZX-1".to_owned(), "ZX-2".to_owned()])), "{look:#}");
    assert!(!look.to_string().contains("刘小某"), "{look:#}");
    let left: Vec<_> = fs::read_dir(&inbox).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["十一月.csv"], "nothing was made beside it");
    // The same file by name, without asking anybody.
    let (status, shown) = scene.ask(&["channel", "preview", "政协云", "--from", file.to_str().unwrap()]).await;
    assert!(status == 0 && shown.contains("ZX-2") && shown.contains("刘**"), "{shown}");
    scene.rewrite("province", &written.replace("\"off\"", "\"live\""));
    assert_eq!(scene.reload().await.0, 0);
    let told = scene.until_told(2).await;
    assert_eq!(told.iter().map(|told| told.external_id()).collect::<BTreeSet<_>>(), BTreeSet::from(["ZX-1", "ZX-2"]));
    scene.until("it leaves the inbox", || !file.exists()).await;
}

#[tokio::test]
async fn a_saved_push_and_a_saved_list_need_nobody() {
    let platform = fresh(1).await;
    let written = seldom(&platform, "live")
        .replace("kind = \"rest\"", "kind = \"rest\"\nauth = { bearer = { env = \"NOT_SET\" } }");
    let mut scene = Plan::new().await.letters().start().await;
    assert!(scene.house.stop().await.0.success());
    scene.rewrite("province", &written);
    scene.rewrite(
        "shougong",
        "[channel]\nname = \"来信来访\"\n[connect]\nkind = \"manual\"\n[fields]\ntitle = \"title\"\n",
    );
    let folder = scene.config();
    let save = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let letter = Letter::invented(1).document;
    let push = save("push.json", &letter.to_string());
    let (status, shown) = scene.ask(&["channel", "preview", "letters", "--from", &push]).await;
    assert!(status == 0 && shown.contains("was not verified"), "{shown}");
    assert!(
        !shown.contains(letter["name"].as_str().unwrap()) && !shown.contains(letter["phone"].as_str().unwrap()),
        "{shown}"
    );
    let (_, all) = scene.ask(&["channel", "preview", "letters", "--from", &push, "--unmask"]).await;
    assert!(all.contains(letter["phone"].as_str().unwrap()), "{all}");
    let (status, told) = scene.ask(&["channel", "preview", "letters"]).await;
    assert!(status == 5 && told.contains("--from FILE"), "{told}");
    // A code that nobody listed: the same words as elsewhere, beside the fields that were read.
    let row = r#"{"orderNo":"A1","orderTitle":"路灯","callTime":"昨天","callerPhone":"13800000000","updateTime":"2026-11-22 08:00:00"}"#;
    let list = save("list.json", &format!(r#"{{"code":200,"data":{{"records":[{row}]}}}}"#));
    let (status, shown) = scene.ask(&["channel", "preview", "province", "--from", &list]).await;
    assert_eq!(status, 1, "{shown}");
    for part in ["A1", "callTime", "It does not map", "138****0000", "taken up to 2026-11-22 08:00:00"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    // Asked for real, its secret must be there.
    let (status, shown) = scene.ask(&["channel", "preview", "province", "--live"]).await;
    assert!(status == 1 && shown.contains("NOT_SET"), "{shown}");
    let (status, shown) = scene.ask(&["channel", "preview", "shougong", "--from", &list]).await;
    assert!(status == 5 && shown.contains("nothing to preview"), "{shown}");
    assert_eq!(platform.stats().requests, 0);
}
