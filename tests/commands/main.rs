//! Commands as they are typed: the real program, a folder of its own, and once a real daemon behind the socket.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod explained;

mod fresh;

mod signing;

mod learnt;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const CHANNEL: &str = "[channel]\nname = \"书记县长信箱\"\nstate = \"live\"\n[connect]\nkind = \"webhook\"\n\
    verify = \"none\"\n[receive]\nid = \"/id\"\n[fields]\ntitle = \"/title\"\nphone = \"/phone\"\n";

fn office() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let channel = folder.path().join("config/channels/xianzhang");
    std::fs::create_dir_all(&channel).unwrap();
    std::fs::write(channel.join("channel.toml"), CHANNEL).unwrap();
    std::fs::write(folder.path().join("config/gateway.toml"), "[http]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    folder
}

fn huiliu(office: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("huiliu"));
    command.current_dir(office).env_remove("HUILIU_CONFIG").env_remove("LC_ALL").env("LANG", "zh_CN.UTF-8");
    command
}

/// Exit status, output, errors.
fn say(office: &Path, words: &[&str]) -> (i32, String, String) {
    let out = huiliu(office).args(words).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

#[test]
fn help_is_in_the_language_asked_for() {
    let office = office();
    let (status, out, _) = say(office.path(), &["--help"]);
    assert!(status == 0 && out.contains("退出码") && out.contains("待人工处理"), "{out}");
    let (status, out, _) = say(office.path(), &["--lang", "en", "ticket", "show", "--help"]);
    assert!(status == 0 && out.contains("goes on record first") && !out.contains("汇流"), "{out}");
}

#[test]
fn every_end_has_its_status() {
    let office = office();
    let ends: [(&[&str], i32); 7] = [
        (&["check"], 0),
        (&["schema", "ticket"], 0),
        (&["ticket", "show", "261122-00017", "--unmask"], 2),
        (&["check", "县长信相"], 3),
        (&["ticket", "list"], 4),
        (&["find", "13800000000"], 5),
        (&["--config", "nowhere", "check"], 1),
    ];
    for (words, status) in ends {
        let (got, out, err) = say(office.path(), words);
        assert_eq!(got, status, "{words:?}: {out}{err}");
    }
}

#[test]
fn a_strict_start_refuses_a_house_with_a_wrong_channel() {
    let office = office();
    let wrong = office.path().join("config/channels/shizhang");
    std::fs::create_dir_all(&wrong).unwrap();
    let written = CHANNEL.replace("书记县长信箱", "书记市长信箱").replace("title =", "titel =");
    std::fs::write(wrong.join("channel.toml"), written).unwrap();
    let (status, out, err) = say(office.path(), &["run", "--strict"]);
    assert_eq!(status, 1, "{out}{err}");
    assert!(err.contains("shizhang") && err.contains("titel") && err.contains("title"), "{err}");
    assert!(!out.contains("127.0.0.1:"), "it listened: {out}");
}

#[test]
fn the_schemas_that_are_printed_are_the_pinned_ones() {
    let office = office();
    for of in ["ticket", "event", "channel", "gateway"] {
        let (status, out, err) = say(office.path(), &["schema", of]);
        let printed: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("schema {of}: {status}: {err}"));
        let path = format!("{}/tests/golden/{of}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let pinned: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(printed["$schema"], "https://json-schema.org/draft/2020-12/schema", "{of}");
        assert!(
            printed == pinned,
            "{path} is stale; if that is meant: HUILIU_GOLDEN=write cargo test --lib --test settings schema"
        );
    }
    let (status, out, _) = say(office.path(), &["schema", "api"]);
    let printed: Value = serde_json::from_str(&out).unwrap();
    let pinned =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json")).unwrap();
    assert!(status == 0 && printed["openapi"] == "3.1.1" && printed == serde_json::from_str::<Value>(&pinned).unwrap());
}

/// A daemon that is killed when a test fails.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn commands_ask_the_running_daemon_and_then_the_store_it_left() {
    let office = office();
    let mut daemon =
        Daemon(huiliu(office.path()).arg("run").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(daemon.0.stdout.take().unwrap()).lines();
    lines.by_ref().map(Result::unwrap).find(|line| line.contains("127.0.0.1:")).unwrap();
    let json = |words: &[&str]| {
        let (status, out, err) = say(office.path(), words);
        assert_eq!(status, 0, "{words:?}: {err}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    assert_eq!(json(&["--json", "status"])["running"]["pid"], daemon.0.id());
    let channels = json(&["--json", "channel", "list"]);
    assert_eq!((&channels[0]["name"], &channels[0]["state"]), (&"书记县长信箱".into(), &"live".into()));
    // A second daemon is refused while the first holds the folder.
    let (status, ..) = say(office.path(), &["run"]);
    assert_ne!(status, 0);
    daemon.0.kill().unwrap();
    daemon.0.wait().unwrap();
    assert_eq!(json(&["--json", "status"])["running"], Value::Null);
    assert_eq!(json(&["--json", "ticket", "list"]), Value::Array(vec![]));
}

#[test]
fn both_readmes_show_the_same_commands() {
    let commands = |name: &str| {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
        blocks.collect::<Vec<_>>()
    };
    let english = commands("README.md");
    assert!(english.len() > 2 && english == commands("README.zh-CN.md"), "a command stands in one README only");
}

#[test]
fn a_sample_with_somebodys_number_is_refused() {
    let office = office();
    let samples = office.path().join("config/channels/xianzhang/samples");
    std::fs::create_dir_all(&samples).unwrap();
    let write = |phone: &str| {
        let document = format!("{{\"id\": \"1\", \"title\": \"路灯\", \"phone\": \"{phone}\"}}");
        std::fs::write(samples.join("新件.in.json"), document).unwrap();
    };
    write("13912345678");
    let (status, out, _) = say(office.path(), &["check"]);
    assert!(status == 1 && out.contains("新件.in.json 的“/phone”") && out.contains("13800000001"), "{out}");
    assert!(!out.contains("13912345678"), "the number is not repeated: {out}");
    let (status, out, _) = say(office.path(), &["channel", "accept", "xianzhang", "--write"]);
    assert!(status != 0 && !samples.join("新件.ticket.json").exists(), "{out}");
    write("13800000001");
    let (status, out, _) = say(office.path(), &["channel", "accept", "xianzhang", "--write"]);
    assert!(status == 0 && samples.join("新件.ticket.json").exists(), "{out}");
    assert_eq!(say(office.path(), &["check"]).0, 0);
}

#[test]
fn a_file_is_tried_without_a_daemon_and_nothing_is_made_by_it() {
    let office = office();
    let channel = office.path().join("config/channels/zhengxie");
    std::fs::create_dir_all(&channel).unwrap();
    let written = "[channel]\nname = \"政协云\"\nstate = \"off\"\n[connect]\nkind = \"folder\"\ninbox = \"收件\"\n\
        [sheet]\nheader = [\"编号\", \"标题\"]\nid = \"编号\"\n[fields]\ntitle = { column = \"标题\" }\n\
        type = { column = \"类别\", codes = \"type\" }\n[codes]\ntype = { \"微建议\" = \"建议\" }\n";
    std::fs::write(channel.join("channel.toml"), written).unwrap();
    let file = "编号,标题,类别\r\nZX-1,路灯,微建议\r\nZX-2,井盖,提案\r\n,噪声,微建议\r\n";
    std::fs::write(office.path().join("十一月.csv"), file).unwrap();
    let words = ["channel", "import", "政协云", "十一月.csv", "--dry-run"];
    let (status, out, err) = say(office.path(), &words);
    assert!(status == 1 && out.contains("ZX-1") && out.contains("微建议") && out.contains("没有在运行"), "{out}{err}");
    let (_, out, _) = say(office.path(), &[&words[..], &["--json"]].concat());
    let view: Value = serde_json::from_str(&out).unwrap();
    let states: Vec<_> = view["rows"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["new", "unmapped", "unreadable"], "{view}");
    let mut left: Vec<_> = std::fs::read_dir(office.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["config", "十一月.csv"], "neither a data folder nor an inbox");
    // Taking it in needs the daemon; so does a channel that takes files.
    assert_eq!(say(office.path(), &words[..4]).0, 4);
    let (status, _, err) = say(office.path(), &["channel", "import", "书记县长信箱", "十一月.csv", "--dry-run"]);
    assert!(status == 5 && err.contains("不收文件"), "{status} {err}");
    let (status, _, err) = say(office.path(), &["channel", "import", "政协云", "没有.csv", "--dry-run"]);
    assert!(status != 0 && err.contains("没有.csv"), "{status} {err}");
}
