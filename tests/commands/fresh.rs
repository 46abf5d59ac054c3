//! `channel new` and `channel fmt` as they are typed: what goes wrong with a sample is told with what helps, and nothing is
//! written then.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::{huiliu, office, say};

fn sample(office: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(office.join(name), bytes).unwrap();
}

/// Folders of channels, by name.
fn channels(office: &Path) -> Vec<String> {
    let listed = std::fs::read_dir(office.join("config/channels")).unwrap();
    let mut names: Vec<_> = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const LETTER: &str = r#"{"letterNo": "A1", "title": "路灯", "content": "不亮", "phone": "13800000000"}"#;

#[test]
fn what_is_wrong_with_a_sample_is_told_and_nothing_is_written() {
    let office = office();
    let at = office.path();
    sample(at, "letter.json", LETTER.as_bytes());
    sample(at, "torn.json", b"{\"data\": [{\"a\": 1}");
    sample(at, "empty.json", b"{\"data\": {\"rows\": []}}");
    let rows = r#"[{"orderNo": "A1", "title": "x"}]"#;
    sample(at, "two.json", format!("{{\"todo\": {rows}, \"done\": {rows}}}").as_bytes());
    sample(
        at,
        "ids.json",
        br#"[{"zj": "AB-001", "km": "K-0001", "title": "x"}, {"zj": "AB-002", "km": "K-0002", "title": "y"}]"#,
    );
    sample(at, "running.csv", "序号,标题,内容\n1,路灯,不亮\n2,井盖,破损\n".as_bytes());
    sample(at, "mail.eml", b"From: a@example.cn\nSubject: x\nDate: y\n\nz");
    sample(at, "plain.txt", b"hello\n");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in ["编号", "标题", "内容"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, head).unwrap();
    }
    sheet.write_number(1, 0, 430_424_202_611_270_001.0).unwrap();
    sheet.write_string(1, 1, "路灯").unwrap();
    book.save(at.join("long.xlsx")).unwrap();
    let cases: [(&[&str], i32, &str); 15] = [
        (&["信箱", "--from", "letter.json", "--kind", "rest"], 1, "单独一件来信,不是列表"),
        (&["信箱", "--from", "torn.json"], 1, "不是完整的 JSON(第1行"),
        (&["信箱", "--from", "empty.json"], 1, "列表是空的"),
        (&["信箱", "--from", "two.json"], 1, "加 --list /done 或 --list /todo 指定"),
        (&["信箱", "--from", "two.json", "--list", "/x"], 1, "没有列表"),
        (&["信箱", "--from", "ids.json"], 1, "加 --id 栏名 指定"),
        (&["信箱", "--from", "running.csv"], 1, "加 --no-id 按内容识别"),
        (&["信箱", "--from", "running.csv", "--id", "序号"], 1, "不能当编号"),
        (&["信箱", "--from", "long.xlsx"], 1, "请把该列设为“文本”后重新导出"),
        (&["信箱", "--from", "mail.eml"], 1, "没有 email 这种接入方式"),
        (&["信箱", "--from", "plain.txt"], 1, "找不到栏名那一行"),
        (&["信箱", "--from", "nowhere.json"], 1, "样例 nowhere.json 打不开"),
        (&["书记县长信箱", "--from", "letter.json"], 5, "已经有叫“书记县长信箱”的渠道(代号 xianzhang)"),
        (&["信箱", "--from", "letter.json", "--code", "xianzhang"], 5, "已经有了,不会覆盖"),
        (&["信箱", "--from", "letter.json", "--kind", "email"], 2, "没有“email”这种接入方式"),
    ];
    for (words, status, told) in cases {
        let (got, out, err) = say(at, &[&["channel", "new"], words].concat());
        assert!(got == status && err.contains(told) && out.is_empty(), "{words:?}: {got} {out}{err}");
        assert_eq!(channels(at), ["xianzhang"], "{words:?} left something");
    }
    // Nobody sits at a terminal here.
    let (status, _, err) = say(at, &["channel", "new", "信箱"]);
    assert!(status == 2 && err.contains("--from 文件"), "{err}");
    let (status, _, err) = say(at, &["channel", "new", "--from", "letter.json"]);
    assert!(status == 2 && err.contains("没写渠道的名字"), "{err}");
}

#[test]
fn a_sample_may_come_by_standard_input_and_what_was_made_is_right() {
    let office = office();
    let words = ["channel", "new", "市长信箱", "--from", "-", "--code", "shizhang", "--json"];
    let mut new = huiliu(office.path()).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    new.stdin.take().unwrap().write_all(LETTER.as_bytes()).unwrap();
    let out = new.wait_with_output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (told["kind"].as_str(), told["id"].as_str(), told["items"]["mapped"].as_u64()),
        (Some("webhook"), Some("letterNo"), Some(1))
    );
    assert_eq!(channels(office.path()), ["shizhang", "xianzhang"], "nothing is left beside it");
    let (status, out, err) = say(office.path(), &["check", "市长信箱"]);
    assert!(status == 0 && out.contains("01-new: 一致") && out.contains("【待填】:第"), "{out}{err}");
    let (status, _, err) = say(office.path(), &["channel", "new", "市长信箱", "--from", "-"]);
    assert!(status == 5 && err.contains("换一个名字"), "{err}");
    // Twice the same sample under two names: two channels.
    std::fs::write(office.path().join("x.json"), LETTER).unwrap();
    let (status, out, err) = say(office.path(), &["channel", "new", "县长热线", "--from", "x.json"]);
    assert!(status == 0 && out.contains("接着做") && out.contains("代号 xianzhangrexian"), "{out}{err}");
    assert_eq!(say(office.path(), &["check"]).0, 0);
}

#[test]
fn files_are_laid_out_and_their_remarks_stay() {
    let office = office();
    let file = office.path().join("config/channels/xianzhang/channel.toml");
    let written = "# 开头\n\n[fields]\ntitle=\"/title\" # 标题\n# 留着\n[channel]\nname = \"书记县长信箱\" # 名字\nstate=\"off\"\n\
                   [connect]\nkind = \"webhook\"\nverify = \"none\"\n[receive]\nid = \"/id\"\n";
    std::fs::write(&file, written).unwrap();
    let (status, out, _) = say(office.path(), &["channel", "fmt", "--check"]);
    assert!(status == 1 && out.contains("xianzhang/channel.toml") && out.contains("1 个没有排齐"), "{out}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "--check changes nothing");
    let (status, out, _) = say(office.path(), &["channel", "fmt", "书记县长信箱"]);
    assert!(status == 0 && out.contains("排齐了 1 个"), "{out}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# 开头\n\n[channel]\nname  = ") && text.contains("# 标题\n# 留着\n"), "{text}");
    let (status, out, _) = say(office.path(), &["channel", "fmt", "--check"]);
    assert!(status == 0 && out.contains("都已排齐"), "{out}");
    assert_eq!(say(office.path(), &["check"]).0, 0);
    std::fs::write(&file, "[channel]\nname = \n").unwrap();
    let (status, _, err) = say(office.path(), &["channel", "fmt"]);
    assert!(status == 1 && err.contains("channel.toml:2:") && err.contains("没有排"), "{err}");
    let (status, _, err) = say(office.path(), &["channel", "fmt", "没有的"]);
    assert!(status == 3 && err.contains("没有叫“没有的”的渠道"), "{err}");
}
