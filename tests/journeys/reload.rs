//! The configuration is changed while everything runs: what is right counts, what is wrong changes nothing, and no push,
//! no item and no event is lost or told twice by it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use huiliu_farside::core::{Core, CoreOptions};
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::platform::{Platform, PlatformOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::glass::{Glass, Seen};
use crate::outcomes::token;
use crate::polled::fresh;
use crate::scene::{Plan, Scene, ticket};
use crate::written::{letters, province};

const LIVE: &str = "state = \"live\"";

/// A push may take this long on a machine that compiles beside; what is looked for is one that waits for a reload.
const SLOW: Duration = Duration::from_secs(5);

fn codes(report: &Value, list: &str) -> Vec<String> {
    let code = |one: &Value| one.as_str().or(one["channel"].as_str()).unwrap_or_default().to_owned();
    report[list].as_array().unwrap_or_else(|| panic!("{report}")).iter().map(code).collect()
}

/// Somebody pushes letters to a channel without a pause until told to stop: the numbers that were acknowledged, each at
/// the first try, and how long each took.
async fn pushing(
    scene: Arc<Scene>,
    code: &'static str,
    serial: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
) -> (Vec<String>, Vec<Duration>) {
    let (mut numbers, mut took) = (Vec::new(), Vec::new());
    let mailbox = scene.mailbox(code);
    while !stop.load(Ordering::SeqCst) {
        let letter = Letter::invented(serial.fetch_add(1, Ordering::SeqCst));
        let began = Instant::now();
        let pushed = mailbox.push(&letter).await;
        assert!(matches!(pushed, Pushed::Acknowledged(Some(_))), "{code}: {pushed:?}");
        took.push(began.elapsed());
        numbers.push(letter.number);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(mailbox.stats().pushes, numbers.len() as u64, "each was taken at the first try");
    (numbers, took)
}

fn spread(took: &mut [Duration]) -> String {
    took.sort();
    let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default();
    format!("{} pushes: p50 {:?}, p99 {:?}, longest {:?}", took.len(), at(50), at(99), took.last())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_with_one_wrong_channel_while_pushes_arrive_loses_none() {
    let scene = Plan::new().await.letters().letters_as("others").start().await;
    let scene = Arc::new(scene);
    let serial = Arc::new(AtomicU32::new(1));
    let right = |name: &str| letters(name, LIVE);
    let mut acknowledged = Vec::new();
    for reloads in [false, true] {
        let stop = Arc::new(AtomicBool::new(false));
        let pushers =
            ["letters", "others"].map(|code| tokio::spawn(pushing(scene.clone(), code, serial.clone(), stop.clone())));
        if reloads {
            for round in 0..3 {
                // One is wrong: it goes on as it was, and says so.
                scene.rewrite("others", &right("别的信箱").replace("[receive]", "[receive]\nidd = \"x\""));
                scene.rewrite("letters", &right(&format!("县长信箱{round}")));
                let (status, report) = scene.reload().await;
                assert_eq!((status, &report["result"]), (1, &json!("partial")), "{report}");
                assert_eq!(
                    (codes(&report, "kept"), codes(&report, "swapped")),
                    (vec!["others".into()], vec!["letters".into()])
                );
                let why = &report["kept"][0]["mistakes"][0];
                assert!(why["file"].as_str().unwrap().ends_with("others/channel.toml"), "{why}");
                assert!(why["line"].as_u64() > Some(0) && why["text"]["zh"].as_str().unwrap().contains("idd"), "{why}");
                let listed = scene.answered(&["channel", "list"]).await;
                let other = listed.as_array().unwrap().iter().find(|row| row["code"] == "others").unwrap().clone();
                assert_eq!((&other["state"], &other["name"]), (&json!("live"), &json!("别的信箱")), "{other}");
                assert!(other["mistakes"][0]["en"].as_str().unwrap().contains("idd"), "{other}");
                assert!(scene.metric("huiliu_config_mistakes", &[("channel", "others")]).await >= 1.0);
                // Mended, it goes live.
                scene.rewrite("others", &right(&format!("别的信箱{round}")));
                let (status, report) = scene.reload().await;
                assert_eq!((status, codes(&report, "swapped")), (0, vec!["others".into()]), "{report}");
                assert_eq!(report["unchanged"], 1);
                scene.rewrite("others", &right("别的信箱"));
                assert_eq!(scene.reload().await.0, 0);
            }
        } else {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        stop.store(true, Ordering::SeqCst);
        let mut took = Vec::new();
        for pusher in pushers {
            let (numbers, some) = pusher.await.unwrap();
            acknowledged.extend(numbers);
            took.extend(some);
        }
        println!("{}: {}", if reloads { "with reloads" } else { "without" }, spread(&mut took));
        assert!(took.iter().all(|took| *took < SLOW), "a push waited");
    }
    assert_eq!(scene.metric("huiliu_config_mistakes", &[]).await, 0.0);
    assert_eq!(scene.metric("huiliu_reloads_total", &[("result", "partial")]).await, 3.0);
    // Each of them is at the core, once.
    let told = scene.until_told(acknowledged.len()).await;
    let told: Vec<&str> = told.iter().map(|told| told.external_id()).collect();
    let known: BTreeSet<&str> = told.iter().copied().collect();
    assert_eq!(known.len(), told.len(), "none came twice");
    assert_eq!(known, acknowledged.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn what_did_not_change_is_left_alone_and_what_did_is_asked_at_once() {
    let platform = fresh(2).await;
    let hourly = province(&platform.url(), LIVE).replace("\"50ms\"", "\"1h\"");
    let scene = Plan::new().await.letters().channel("province", &hourly).start().await;
    scene.until_told(2).await;
    platform.grow(3);
    let asked = platform.stats().requests;
    scene.rewrite("letters", &letters("县委书记信箱", LIVE));
    scene.rewrite("province", &format!("# 这一行只是备注\n{hourly}"));
    let (status, report) = scene.reload().await;
    assert_eq!((status, codes(&report, "swapped"), &report["unchanged"]), (0, vec!["letters".into()], &json!(1)));
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until_told(3).await;
    assert_eq!(platform.stats().requests, asked, "nobody asked the platform");
    // Another period counts at once, not after the hour that the old one said.
    scene.rewrite("province", &hourly.replace("\"1h\"", "\"2h\""));
    assert_eq!(codes(&scene.reload().await.1, "swapped"), ["province"]);
    scene.until_told(6).await;
}

#[tokio::test]
async fn a_poll_under_way_is_given_up_and_nothing_is_lost_or_told_twice() {
    let platform = fresh(3).await;
    let glass = Glass::before(platform.addr()).await;
    let written = province(&glass.url(), LIVE);
    let scene = Plan::new().await.channel("province", &written).start().await;
    scene.until_told(3).await;
    glass.hold();
    platform.grow(120);
    for size in [20, 30, 40] {
        let from = glass.count();
        scene.until("a poll is under way", || glass.look(0, |seen| seen.last().is_some_and(Seen::unanswered))).await;
        scene.rewrite("province", &written.replace("size = 50", &format!("size = {size}")));
        let (status, report) = scene.reload().await;
        assert_eq!((status, codes(&report, "swapped")), (0, vec!["province".into()]), "{report}");
        let asks = |seen: &[Seen]| seen.iter().any(|seen| seen.target.contains(&format!("pageSize={size}")));
        scene.until("the new one asks", || glass.look(from.saturating_sub(1), asks)).await;
    }
    glass.release();
    let told = scene.until_told(123).await;
    let told: BTreeSet<String> = told.iter().map(|told| told.external_id().to_owned()).collect();
    assert_eq!(told, platform.numbers().into_iter().flatten().collect());
}

#[tokio::test]
async fn a_wrong_gateway_toml_changes_nothing_and_what_needs_a_restart_is_named() {
    let other = Core::start(CoreOptions::default()).await.unwrap();
    let scene = Plan::new().await.letters().start().await;
    let path = scene.config().join("gateway.toml");
    let written = fs::read_to_string(&path).unwrap();
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until_told(1).await;

    fs::write(&path, written.replace("[core]\nurl", "[core]\nurll")).unwrap();
    scene.rewrite("letters", &letters("不该生效", LIVE));
    scene.house.signal("-HUP");
    scene.until_metric("huiliu_reloads_total", &[("result", "refused")], 1.0).await;
    assert!(scene.house.printed().iter().any(|line| line.contains("urll") && line.contains("gateway.toml")));
    assert_eq!(scene.metric("huiliu_config_mistakes", &[("channel", "gateway.toml")]).await, 2.0);
    ticket(scene.mailbox("letters").push(&Letter::invented(2)).await);
    scene.until_told(2).await;

    // Another core counts at once; another port, and how many calls go at once, do not.
    let moved = written
        .replace(&scene.glass.url(), &format!("http://{}", other.addr()))
        .replace("[core]\n", "[limits]\npushes = 3\n[core]\nin_flight = 2\n")
        .replace("127.0.0.1:0", "127.0.0.1:1");
    fs::write(&path, moved).unwrap();
    let (status, report) = scene.reload().await;
    assert_eq!(status, 1, "not all of it counts: {report}");
    assert_eq!(report["needs_restart"], json!(["core.in_flight", "http.listen", "limits.pushes"]));
    assert_eq!((&report["taken_over"], codes(&report, "swapped")), (&json!(["core"]), vec!["letters".into()]));
    ticket(scene.mailbox("letters").push(&Letter::invented(3)).await);
    scene.until("the other core is told", || other.stats().distinct == 1).await;
    assert_eq!(scene.told().len(), 2, "the first one hears no more");
    let (_, shown) = scene.ask(&["reload"]).await;
    assert!(shown.contains("Needs a restart") && shown.contains("http.listen"), "{shown}");
}

#[tokio::test]
async fn files_count_shortly_after_they_are_saved() {
    let scene = Plan::new().await.letters().watched().start().await;
    let channels = scene.config().join("channels");
    // As editors save: beside it, then renamed into its place.
    let draft = channels.join("letters/.channel.toml.swp");
    fs::write(&draft, letters("改名的信箱", LIVE)).unwrap();
    fs::rename(&draft, channels.join("letters/channel.toml")).unwrap();
    let swapped = || scene.house.printed().iter().any(|line| line.contains("swapped") && line.contains("letters"));
    scene.until("it is swapped", swapped).await;
    // A new folder, a sample that is none of our business, and a secret.
    scene.rewrite("second", &letters("第二个信箱", LIVE));
    fs::create_dir(channels.join("second/samples")).unwrap();
    fs::write(channels.join("second/samples/a.in.json"), "{}").unwrap();
    scene.until("it is added", || scene.house.printed().iter().any(|line| line.contains("added"))).await;
    ticket(scene.mailbox("second").push(&Letter::invented(1)).await);
    fs::write(scene.config().join("secrets/letters.token"), "another-token").unwrap();
    let began = Instant::now();
    while scene.push("second").body("{}").send().await.unwrap().status() != 401 {
        assert!(began.elapsed() < crate::house::PATIENCE, "the new secret does not count");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    scene.until_told(1).await;
}

#[tokio::test]
async fn the_interface_reloads_tells_the_last_one_and_wants_the_token() {
    let mut scene = Plan::new().await.letters().start().await;
    let url = format!("{}/api/v1/reload", scene.house.url);
    let token = token(&scene);
    assert_eq!(scene.client.post(&url).send().await.unwrap().status(), 401);
    assert_eq!(scene.client.get(&url).send().await.unwrap().status(), 401);
    assert_eq!(scene.client.get(&url).bearer_auth(&token).send().await.unwrap().status(), 404);
    scene.rewrite("new", &letters("新信箱", LIVE).replace("[fields]", "[field]"));
    // Many at once may share one, but none is answered by what began before it asked.
    let asked = Timestamp::now();
    let ask =
        || async { scene.client.post(&url).bearer_auth(&token).send().await.unwrap().json::<Value>().await.unwrap() };
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    for report in [&a, &b, &c] {
        assert_eq!((&report["result"], codes(report, "broken")), (&json!("partial"), vec!["new".into()]), "{report}");
        assert!(report["at"].as_str().unwrap().parse::<Timestamp>().unwrap() >= asked, "{report}");
    }
    let answer = scene.push("new").body("{}").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    let last: Value = scene.client.get(&url).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert!([&a, &b, &c].contains(&&last), "{last}");
    // Nobody is there to be asked: that is told, and nothing is taken for done.
    assert!(scene.house.stop().await.0.success());
    let (status, told) = scene.ask(&["reload"]).await;
    assert!(status == 4 && told.contains("not running"), "{status}: {told}");
}

#[tokio::test]
async fn a_memory_is_not_split_and_what_was_off_has_its_first_run() {
    let from = Timestamp::now() - SignedDuration::from_hours(24 * 200);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(30) }).await.unwrap();
    let off = province(&platform.url(), "state = \"off\"");
    let scene = Plan::new().await.letters().channel("province", &off).start().await;
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    // Under another namespace every letter would be new.
    scene.rewrite("letters", &letters("县长信箱", &format!("{LIVE}\nnamespace = \"elsewhere\"")));
    scene.rewrite("province", &province(&platform.url(), LIVE));
    let (status, report) = scene.reload().await;
    assert_eq!(
        (status, codes(&report, "kept"), codes(&report, "swapped")),
        (1, vec!["letters".into()], vec!["province".into()])
    );
    assert_eq!(report["kept"][0]["mistakes"][0]["key"], "channel.namespace");
    assert_eq!(ticket(scene.mailbox("letters").push(&Letter::invented(1)).await), number, "it is known");
    // What lay there before the channel was switched on is no news.
    let asked = || scene.house.printed().iter().any(|line| line.contains("first run") && line.contains("items=30"));
    scene.until("a person is asked", asked).await;
    scene.until_told(1).await;
    scene.assert_nothing_waits().await;
    // Off again, it is not asked.
    scene.rewrite("province", &off);
    assert_eq!(codes(&scene.reload().await.1, "swapped"), ["province"]);
    let polls = scene.answered(&["errand", "list"]).await;
    assert!(polls.as_array().unwrap().iter().all(|row| row["task"] != "poll"), "{polls}");
}

#[tokio::test]
async fn a_preset_that_changes_changes_the_channels_that_name_it_and_no_other() {
    let scene = Plan::new().await.letters().letters_as("others").start().await;
    let county = |text: &str| {
        fs::create_dir_all(scene.config().join("presets")).unwrap();
        let head = "[preset]\nzh = \"县里的网站\"\nkinds = [\"webhook\"]\n";
        fs::write(scene.config().join("presets/county.toml"), format!("{head}{text}")).unwrap();
    };
    let before = fs::read_to_string(scene.config().join("channels/letters/channel.toml")).unwrap();
    assert!(before.contains("body_limit = 65536"));
    county("[connect]\nbody_limit = 65536\n");
    scene.rewrite("letters", &before.replace("body_limit = 65536", "preset = \"county\""));
    assert_eq!(codes(&scene.reload().await.1, "swapped"), ["letters"]);
    county("# 只是备注\n[connect]\nbody_limit = 65536\n");
    assert_eq!(scene.reload().await.1["unchanged"], 2);
    county("[connect]\nbody_limit = 70000\n");
    let (status, report) = scene.reload().await;
    assert_eq!((status, codes(&report, "swapped"), &report["unchanged"]), (0, vec!["letters".into()], &json!(1)));
    county("[connect]\nbody_limit = \"much\"\n");
    let (status, report) = scene.reload().await;
    assert_eq!((status, codes(&report, "kept")), (1, vec!["letters".into()]), "{report}");
    let why = &report["kept"][0]["mistakes"][0];
    assert!(why["file"].as_str().unwrap().ends_with("presets/county.toml") && why["line"] == 5, "{why}");
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
}
