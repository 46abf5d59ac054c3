//! Quarters drawn at random, replayed by the real program: the report says what the far sides say they handed over and saw
//! closed, letters by mail are the same whatever is drawn, and a counts file that is wrong is told so.

#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect shall fail")]

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// Code, name, noun and measure word of each channel, as the county prints them.
const CHANNELS: [(&str, &str); 9] = [
    ("shengzhang", "省长信箱转派工单#件"),
    ("sheng-zhihui", "省12345指挥监管平台转派工单#件"),
    ("shuji-shizhang", "书记市长信箱信件#封"),
    ("shuji-xianzhang", "书记县长信箱信件#封"),
    ("zhongguo-zhengfuwang", "中国政府网转派工单#件"),
    ("sheng12345", "省级12345热线转派工单#件"),
    ("xiangyiban", "湘易办转派工单#件"),
    ("zhengxieyun", "政协云转派工单#件"),
    ("guojia-zhengwu", "国家政务服务平台转派工单#件"),
];

/// The figures of letters by mail, which hang on no counts file: four tickets of seven letters, each with a receipt and an
/// answer; one letter handed over twice.
const MAIL: [(&str, u64); 13] = [
    ("planned", 7),
    ("handed", 7),
    ("tickets", 4),
    ("core", 4),
    ("asked", 2),
    ("acts", 2),
    ("automatic", 1),
    ("listed", 1),
    ("receipts", 4),
    ("closed", 4),
    ("answers", 4),
    ("again", 1),
    ("otherwise", 0),
];

/// A number below this, another one each time.
fn drawn(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

fn demo(counts: &str, seed: u64) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("counts.toml");
    std::fs::write(&file, counts).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_huiliu"));
    command.args(["demo", "--json", "--lang", "en", "--seed", &seed.to_string(), "--counts"]).arg(file);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Replays one quarter; what does not fit.
fn replayed() -> Result<(), String> {
    let mut letters = CHANNELS.map(|(code, _)| (code, drawn(5)));
    letters[drawn(9) as usize].1 += 1;
    let all: u64 = letters.iter().map(|(_, count)| count).sum();
    let (closed, seed) = (all - drawn(all.min(3) + 1), drawn(1000));
    let rows: String = letters.iter().map(|(code, count)| format!("{code} = {count}\n")).collect();
    let counts = format!("from = 2025-01-01\nto = 2025-03-31\nas_of = 2025-04-22\nclosed = {closed}\n[counts]\n{rows}");
    let output = demo(&counts, seed);
    let fail = |why: &str| Err(format!("{why}; --seed {seed} with\n{counts}\n{}", said(&output)));
    if !output.status.success() {
        return fail("it does not balance");
    }
    let told: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let paper = told["said"]["paper"].as_str().unwrap_or_default();
    let Some(section) = paper.lines().find(|line| line.contains("共受理非话务渠道诉求")) else {
        return fail("there is no section");
    };
    let figure = |code: &str, name: &str| {
        let channels = told["figures"]["channels"].as_array().unwrap();
        channels.iter().find(|one| one["code"] == code).unwrap()[name].as_u64().unwrap()
    };
    for ((code, count), (_, words)) in letters.into_iter().zip(CHANNELS) {
        let handed = figure(code, "handed");
        let printed = section.contains(&words.replace('#', &handed.to_string()));
        let name = words.split('#').next().unwrap_or_default();
        if handed != count || printed != (count > 0) || section.contains(name) != (count > 0) {
            return fail(code);
        }
    }
    let answered: u64 = CHANNELS.iter().map(|(code, _)| figure(code, "answered")).sum();
    if answered != closed || !paper.contains(&format!("诉求{all}件,办结{answered}件")) {
        return fail("what is closed");
    }
    let mail = &told["figures"]["mail"];
    if MAIL.iter().any(|(name, count)| mail[name] != *count) || mail["amiss"] != json!([]) {
        return fail("mail");
    }
    if section.contains("邮") || !paper.contains("| 电子邮箱 | 0 | 0 |") {
        return fail("letters by mail are none of the quarter's");
    }
    let told_by = |what: &str| output.stderr.windows(what.len()).filter(|window| *window == what.as_bytes()).count();
    if told_by("receipt → ") != 4 || told_by("answer → ") != 4 {
        return fail("receipts and answers are not shown");
    }
    Ok(())
}

#[test]
fn three_quarters_drawn_at_random_are_printed_as_the_far_sides_saw_them() {
    let runs: Vec<_> = (0..3).map(|_| std::thread::spawn(replayed)).collect();
    for run in runs {
        run.join().unwrap().unwrap();
    }
}

#[test]
fn a_wrong_counts_file_is_told_with_its_line_and_what_helps() {
    let output = demo("from = 2025-01-01\nto = 2025-03-31\nas_of = 2025-04-22\nclosed = 1\n[counts]\nszxx = 1\n", 1);
    let said = said(&output);
    assert!(!output.status.success() && said.contains("counts.toml:6:1") && said.contains("shengzhang"), "{said}");
}
