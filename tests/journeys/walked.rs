//! `check --online` through the real program: it walks to every far side and to the core, names what fails first, and leaves
//! everything as it was, whether a gateway runs or not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use huiliu_farside::platform::{Doorkeeper, Gate, Platform, PlatformOptions};
use huiliu_farside::proxy::Proxy;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::house::command;
use crate::scene::{Plan, Scene};
use crate::written::{TOKEN, province};

/// A platform behind a login, and its channel.
async fn platform(password: &str) -> (Platform, Doorkeeper, String) {
    let door = Doorkeeper::new("clerk", password);
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    let options = PlatformOptions { from, gate: Gate::Session(door.clone()), ..PlatformOptions::new(3) };
    let platform = Platform::start(options).await.unwrap();
    let login = "\n[login]\npost = \"/login\"\nbody = { user = \"{user}\", password = \"{password}\" }\nuser = \"clerk\"\n\
                 password = { file = \"secrets/letters.token\" }\ntoken = \"/data/token\"\nput = { header = \"X-Token\" }\n\
                 \n[fields]";
    let written = province(&platform.url(), "state = \"live\"").replace("\n[fields]", login);
    (platform, door, written)
}

/// A channel whose port nobody listens on.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    province(&url, "state = \"live\"").replace("省级12345热线", "市长信箱")
}

/// Walks with proxies in the environment that lead nowhere: nothing may look at them.
async fn walk(scene: &Scene, words: &[&str]) -> (i32, Value) {
    let words = [&["check"], words, &["--online", "--timeout", "30", "--json"]].concat();
    let mut command = command(&scene.config(), &words);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    let out = tokio::process::Command::from(command).output().await.unwrap();
    let printed = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
    assert!(!printed.contains(TOKEN), "{printed}");
    let value = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    (out.status.code().unwrap(), value)
}

/// The steps of the far side that a channel, or the core, leads to: words and how they went.
fn steps(told: &Value, whose: &str) -> Vec<(String, String)> {
    let sides = told["online"].as_array().unwrap();
    let of = |side: &&Value| side["whose"].as_array().unwrap().iter().any(|name| name == whose);
    let side = sides.iter().find(of).unwrap_or_else(|| panic!("{whose} is not in {told:#}"));
    let word = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    side["steps"].as_array().unwrap().iter().map(|step| (word(step, "step"), word(step, "went"))).collect()
}

fn all_right(words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), "right".to_owned())).collect()
}

/// Every file below a folder, byte for byte.
fn content(folder: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => content(&path, out),
            false => drop(out.insert(path.display().to_string(), fs::read(&path).unwrap_or_default())),
        }
    }
}

#[tokio::test]
async fn a_good_far_side_and_a_broken_one_are_told_apart_and_nothing_moves() {
    let (platform, door, good) = platform(TOKEN).await;
    let plan = Plan::new().await.letters().channel("province", &good).channel("mayor", &closed().await);
    let mut scene = plan.start().await;
    scene.until_told(3).await;
    assert_eq!(door.logins(), 1);

    // While it runs, the login is the running gateway's: no other one throws it out.
    let (status, told) = walk(&scene, &[]).await;
    assert_eq!((status, told["right"].as_bool()), (1, Some(false)), "{told:#}");
    let mut wanted = all_right(&["route", "port", "http", "clock"]);
    let broken = vec![("route".into(), "right".into()), ("port".into(), "wrong".into())];
    assert_eq!(steps(&told, "市长信箱"), broken);
    wanted.push(("login".into(), "skipped".into()));
    assert_eq!(steps(&told, "省级12345热线"), wanted);
    assert_eq!(steps(&told, "热线系统")[..2], all_right(&["route", "port"]));
    assert_eq!(steps(&told, "县长信箱").last().unwrap().0, "allow");
    assert_eq!(door.logins(), 1);

    // And without it: one login, the first item read; the data folder stays what it was, byte for byte.
    assert!(scene.house.stop().await.0.success());
    platform.grow(5);
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    content(&scene.data(), &mut before);
    let (status, told) = walk(&scene, &["省级12345热线"]).await;
    assert_eq!(status, 0, "{told:#}");
    assert_eq!(steps(&told, "省级12345热线"), all_right(&["route", "port", "http", "clock", "login", "first_item"]));
    let (status, _) = walk(&scene, &["mayor"]).await;
    assert_eq!(status, 1);
    content(&scene.data(), &mut after);
    assert!(before == after, "the store was touched");
    assert_eq!(door.logins(), 2);

    scene.start_again().await;
    let told = scene.until_told(8).await;
    assert_eq!(
        told.iter().filter(|told| told.event["channel"] == "province").count(),
        8,
        "none was lost, none came twice"
    );
}

#[tokio::test]
async fn a_refused_login_is_tried_once_and_ends_the_walk() {
    let (platform, door, written) = platform("another password").await;
    let mut scene = Plan::new().await.letters().start().await;
    assert!(scene.house.stop().await.0.success());
    scene.rewrite("province", &written);
    let (status, told) = walk(&scene, &["province"]).await;
    assert_eq!(status, 1, "{told:#}");
    let mut wanted = all_right(&["route", "port", "http", "clock"]);
    wanted.push(("login".into(), "wrong".into()));
    assert_eq!(steps(&told, "省级12345热线"), wanted);
    assert_eq!((door.logins() + door.refused(), platform.stats().requests), (1, 0));
}

#[tokio::test]
async fn what_is_off_is_walked_for_when_it_is_named() {
    let (_platform, door, written) = platform(TOKEN).await;
    let mut scene = Plan::new().await.letters().start().await;
    assert!(scene.house.stop().await.0.success());
    let off = written.replace("state = \"live\"", "state = \"off\"").replace("letters.token", "not.there");
    scene.rewrite("province", &off);
    assert_eq!(steps(&walk(&scene, &[]).await.1, "省级12345热线"), [("off".into(), "skipped".into())]);
    let (status, told) = walk(&scene, &["province"]).await;
    assert_eq!(status, 0, "{told:#}");
    assert_eq!(steps(&told, "省级12345热线").last().unwrap(), &("login".into(), "skipped".into()));
    assert_eq!(door.logins() + door.refused(), 0, "no login without its secret");
}

#[tokio::test]
async fn the_core_is_told_through_the_proxy_that_the_file_names() {
    let proxy = Proxy::start(None).await.unwrap();
    let through = format!("proxy = {{ url = \"http://{}\" }}", proxy.addr());
    let scene = Plan::new().await.core(&through).letters().start().await;
    scene.mailbox("letters").push(&huiliu_farside::letter::Letter::invented(1)).await;
    scene.until_told(1).await;
    assert!(!proxy.asked().is_empty());
}
