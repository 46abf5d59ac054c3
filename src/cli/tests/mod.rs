//! Stories of whole commands on a configuration in a folder of its own.

mod fresh;
mod login;
mod screens;
mod shift;
mod splits;

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use clap::{FromArgMatches, Parser};
use huiliu_contract::Secret;
use serde_json::{Value, json};

use super::hooks::{Checks, OnlineOrder, Sample, SampleVerdict, Walked};
use super::output::{Failure, NOT_FOUND, REFUSED, UNREACHABLE, USAGE, WRONG, tell};
use super::prompt::Prompt;
use super::*;
use crate::preview::Rehearsal;
use crate::settings::{ChannelSettings, Gateway, KindInfo, Mistake, Text};

/// Kinds and mapping as `main` will plug them in: one kind, one sort of sample.
struct OneKind;

impl Checks for OneKind {
    fn kinds(&self) -> Vec<KindInfo> {
        let schema = json!({ "type": "object", "properties": { "connect": { "type": "object", "properties": {} } } });
        vec![KindInfo {
            name: "webhook",
            summary: "takes pushes",
            summary_zh: "接口接收",
            schema,
            explain: |_, _| vec![],
        }]
    }

    fn core(&self, _: &Gateway) -> Vec<Mistake> {
        vec![]
    }

    fn channel(&self, _: &Gateway, _: &ChannelSettings) -> Vec<Mistake> {
        vec![]
    }

    fn rehearse(&self, _: &Gateway, channel: &ChannelSettings, _: bool) -> Result<Rehearsal, Vec<Mistake>> {
        Err(vec![Mistake::whole(&channel.source().path, Text::new("没有对方", "there is no far side here"))])
    }

    fn signing(&self, _: &Gateway, _: &ChannelSettings) -> Result<Vec<crate::signing::Signing>, Vec<Mistake>> {
        Ok(vec![])
    }

    fn online(&self, _: &Gateway, _: &OnlineOrder<'_>) -> io::Result<Vec<Walked>> {
        Ok(vec![])
    }

    fn look_over(
        &self,
        _: &Gateway,
        _: &ChannelSettings,
        _: &str,
        _: &std::path::Path,
    ) -> Result<Result<crate::intake::HandedIn, crate::intake::NotOpened>, Vec<Mistake>> {
        Ok(Err(crate::intake::NotOpened::TakesNone))
    }

    fn sample(&self, _: &Gateway, _: &ChannelSettings, sample: &Sample) -> SampleVerdict {
        let found: Value = match serde_json::from_slice(&sample.document) {
            Ok(found) => found,
            Err(_) => return SampleVerdict::Failed(Text::new("不是 JSON", "no JSON")),
        };
        match sample.expected.as_deref().map(serde_json::from_slice::<Value>) {
            None => SampleVerdict::New(found),
            Some(Ok(expected)) if expected == found => SampleVerdict::Same,
            Some(_) => SampleVerdict::Differs { changes: Text::new("标题不同", "title differs"), found },
        }
    }
}

/// A person who answers what was written down before.
#[derive(Default)]
struct Scripted {
    lines: VecDeque<String>,
    asked: Vec<String>,
    lang: Option<Lang>,
}

impl Scripted {
    fn saying(lines: &[&str]) -> Self {
        Self { lines: lines.iter().map(|line| (*line).to_owned()).collect(), ..Self::default() }
    }
}

impl Prompt for Scripted {
    fn ask(&mut self, question: &str) -> io::Result<String> {
        self.asked.push(question.to_owned());
        self.lines.pop_front().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn secret(&mut self, question: &str) -> io::Result<Secret> {
        self.ask(question).map(Secret::new)
    }

    fn edit(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// A configuration folder with one channel, and what a command on it says: status, output, errors.
struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let channel = folder.path().join("config/channels/xianzhang");
        std::fs::create_dir_all(channel.join("samples")).unwrap();
        std::fs::write(folder.path().join("config/gateway.toml"), "lang = \"zh\"\n").unwrap();
        let text = "[channel]\nname = \"书记县长信箱\"\naliases = [\"县长信箱\"]\n[connect]\nkind = \"webhook\"\n\
                    [fields]\ntitle = \"标题\"\n";
        std::fs::write(channel.join("channel.toml"), text).unwrap();
        Self(folder)
    }

    /// As after a first start.
    fn started(self) -> Self {
        std::fs::create_dir_all(self.0.path().join("data")).unwrap();
        self
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn run(&self, words: &[&str], person: &mut Scripted) -> (u8, String, String) {
        self.run_as(words, person)
    }

    /// The same for whoever sits there, if anybody does.
    fn run_as(&self, words: &[&str], person: &mut dyn Prompt) -> (u8, String, String) {
        let config = self.path("config");
        let words = ["huiliu", "--config", config.to_str().unwrap()].into_iter().chain(words.iter().copied());
        let cli = Cli::try_parse_from(words).unwrap();
        let Command::OnSite(command) = cli.command else { panic!("no command on a site") };
        let order = Order { config: cli.config, lang: cli.lang.map(Lang::from), json: cli.json };
        let now = "2026-12-01T00:00:00+08:00".parse().unwrap();
        let world = World { checks: &OneKind, variables: Variables::default(), prompt: person, now };
        let (result, lang) = obey(command, &order, world);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = tell(result, order.json, lang.unwrap_or_default(), &mut out, &mut err);
        (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    fn say(&self, words: &[&str]) -> (u8, String, String) {
        self.run(words, &mut Scripted::default())
    }
}

#[test]
fn a_channel_answers_to_its_code_its_name_and_its_former_name() {
    let office = Office::new().started();
    for name in ["xianzhang", "书记县长信箱", "县长信箱"] {
        let (status, out, err) = office.say(&["channel", "show", name]);
        assert!(status == 0 && out.contains("接口接收") && out.contains("试运行"), "{out}{err}");
    }
    let (status, _, err) = office.say(&["channel", "show", "县长信相"]);
    assert!(status == NOT_FOUND && err.contains("是不是“县长信箱”"), "{err}");
    let (status, _, err) = office.say(&["--lang", "en", "channel", "resume", "县长信箱"]);
    assert!(status == UNREACHABLE && err.contains("huiliu run"), "{err}");
    let (status, out, _) = office.say(&["--json", "channel", "list"]);
    let list: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &list[0]["code"], &list[0]["state"]), (0, &json!("xianzhang"), &json!("trial")));
}

#[test]
fn without_a_data_folder_the_remedy_is_told() {
    let (status, out, err) = Office::new().say(&["ticket", "list"]);
    assert!(status == UNREACHABLE && out.is_empty() && err.contains("huiliu run"), "{err}");
}

#[test]
fn check_tells_everything_and_accept_writes_what_is_expected() {
    let office = Office::new();
    let samples = office.path("config/channels/xianzhang/samples");
    assert_eq!(office.say(&["check"]).0, 0);
    std::fs::write(samples.join("路灯.in.json"), "{\"title\": \"路灯\"}").unwrap();
    let (status, out, _) = office.say(&["check"]);
    assert!(status == WRONG && out.contains("还没有预期结果") && out.contains("共 1 处要改"), "{out}");
    assert_eq!(office.say(&["channel", "accept", "县长信箱"]).0, WRONG);
    assert!(!samples.join("路灯.ticket.json").exists());
    assert_eq!(office.say(&["channel", "accept", "县长信箱", "--write"]).0, 0);
    assert_eq!(office.say(&["check", "书记县长信箱"]).0, 0);
    std::fs::write(samples.join("路灯.in.json"), "{\"title\": \"路灯亮了\"}").unwrap();
    let (status, out, _) = office.say(&["--lang", "en", "check"]);
    assert!(status == WRONG && out.contains("title differs"), "{out}");
    std::fs::write(office.path("config/channels/xianzhang/channel.toml"), "[channel]\nnme = \"x\"\n").unwrap();
    let (status, out, _) = office.say(&["--json", "check"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &report["right"], &report["channels"][0]["right"]), (WRONG, &json!(false), &json!(false)));
    assert!(report["channels"][0]["mistakes"][0]["file"].as_str().unwrap().ends_with("channel.toml"));
}

#[test]
fn check_tells_loudly_of_a_year_without_holidays() {
    let office = Office::new();
    let (status, out, _) = office.say(&["check"]);
    assert_eq!((status, out.matches("注意:缺少").count()), (0, 2), "{out}");
    assert!(out.contains("config/holidays-2026.toml") && out.contains("config/holidays-2027.toml"), "{out}");
    std::fs::write(office.path("config/holidays-2026.toml"), "holidays = []\n").unwrap();
    let (_, out, _) = office.say(&["--lang", "en", "check"]);
    assert!(!out.contains("holidays of 2026") && out.contains("holidays of 2027 are missing"), "{out}");
    let (_, out, _) = office.say(&["--json", "check"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["notices"].as_array().map(Vec::len), Some(1));
    std::fs::write(office.path("config/holidays-2027.toml"), "holidays = []\nmakeup = [2027-01-04]\n").unwrap();
    let (status, _, err) = office.say(&["check"]);
    assert!(
        status == WRONG && err.contains("holidays-2027.toml:2:11 [makeup.0]") && err.contains("本来就上班"),
        "{err}"
    );
}

#[test]
fn what_is_personal_is_asked_for_and_never_an_argument() {
    let office = Office::new().started();
    let mut person = Scripted::saying(&["刘某", "0000"]);
    let (status, out, err) = office.run(&["find", "--name"], &mut person);
    assert!(status == NOT_FOUND && out.contains("没有符合"), "{out}{err}");
    assert_eq!(person.asked, ["姓名:", "电话后四位:"]);
    let (status, _, err) = office.say(&["find", "13800000000"]);
    assert!(status == REFUSED && err.contains("--phone") && !err.contains("138"), "{err}");
    let (status, _, err) = office.run(&["find", "--phone"], &mut Scripted::saying(&["0000"]));
    assert!(status == USAGE && err.contains("7到12位"), "{err}");
    assert_eq!(office.run(&["find", "-"], &mut Scripted::saying(&["13800000000"])).0, NOT_FOUND);
    for words in
        [vec!["huiliu", "find", "--phone", "13800000000", "x"], vec!["huiliu", "ticket", "show", "1", "--unmask"]]
    {
        assert!(Cli::try_parse_from(words).is_err());
    }
}

#[test]
fn a_secret_is_typed_twice_and_who_set_it_is_on_record() {
    let office = Office::new().started();
    let mut person = Scripted::saying(&["geheim-1", "geheim-2"]);
    let (status, out, err) = office.run(&["secret", "set", "a.key"], &mut person);
    assert!(status == USAGE && !office.path("config/secrets/a.key").exists(), "{out}{err}");
    let mut person = Scripted::saying(&["geheim-1", "geheim-1"]);
    let (status, out, err) = office.run(&["secret", "set", "a.key"], &mut person);
    assert!(status == 0 && !format!("{out}{err}{:?}", person.asked).contains("geheim"), "{out}{err}");
    assert_eq!(std::fs::read_to_string(office.path("config/secrets/a.key")).unwrap(), "geheim-1\n");
    let (status, out, _) = office.say(&["secret", "list"]);
    assert!(status == 0 && out.contains("已录入") && out.contains("unix:") && !out.contains("geheim"), "{out}");
    let (status, _, err) = office.run(&["secret", "set", "../a"], &mut Scripted::saying(&["x", "x"]));
    assert!(status == USAGE && err.contains("密钥名"), "{err}");
}

#[test]
fn approving_asks_for_what_it_needs() {
    let office = Office::new().started();
    let (status, out, err) = office.say(&["approve", "list"]);
    assert!(status == 0 && out.contains("没有待审签的"), "{out}{err}");
    std::fs::write(office.path("reply.txt"), "路灯已修好。\n").unwrap();
    let reply = office.path("reply.txt");
    for words in [
        vec!["approve", "show", "7"],
        vec!["approve", "agree", "7"],
        vec!["approve", "agree", "7", "--text", reply.to_str().unwrap()],
        vec!["approve", "agree", "7", "--edit", "--why", "改错字"],
        vec!["approve", "hand-back", "7", "--why", "太短"],
        vec!["dead", "done", "7"],
    ] {
        let (status, _, err) = office.say(&words);
        assert!(status == NOT_FOUND && err.contains("没有 7 号"), "{words:?}: {err}");
    }
    let (status, _, err) = office.say(&["--lang", "en", "approve", "agree", "7", "--text", "/no/such/file"]);
    assert!(status == WRONG && err.contains("cannot read"), "{err}");
    for words in [vec!["agree", "7", "--edit"], vec!["hand-back", "7"], vec!["show", "7", "--unmask"]] {
        assert!(Cli::try_parse_from(["huiliu", "approve"].into_iter().chain(words)).is_err());
    }
}

#[test]
fn a_wrong_gateway_file_is_told_whole() {
    let office = Office::new();
    std::fs::write(office.path("config/gateway.toml"), "lagn = \"zh\"\n[http]\nlisten = 1\n").unwrap();
    let (status, _, err) = office.say(&["--lang", "zh", "status"]);
    assert!(status == WRONG && err.contains("lagn") && err.contains("listen"), "{err}");
    let (_, _, err) = office.say(&["--json", "status"]);
    let told: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(told["mistakes"].as_array().unwrap().len(), 2);
}

#[test]
fn the_language_is_known_before_anything_is_parsed() {
    let said = |words: &[&str]| said_lang(&words.iter().map(|word| (*word).into()).collect::<Vec<_>>());
    assert_eq!(said(&["huiliu", "--lang", "en", "--help"]), Some(Lang::En));
    assert_eq!(said(&["huiliu", "check", "--lang=zh"]), Some(Lang::Zh));
    assert_eq!(said(&["huiliu", "--lang"]), None);
    // Whatever language help is in, the command line means the same.
    for lang in [Lang::Zh, Lang::En] {
        let matches =
            help::in_lang(Cli::command(), lang).try_get_matches_from(["huiliu", "dead", "show", "7"]).unwrap();
        let cli = Cli::from_arg_matches(&matches).unwrap();
        assert!(matches!(cli.command, Command::OnSite(OnSite::Dead(dead::Dead::Show { id: 7, unmask: false, .. }))));
    }
}

#[test]
fn a_failure_ends_with_its_own_status() {
    let status = |code| {
        let failure = Failure::Problem(crate::console::Problem::new(code, "不", "no"));
        tell(Err(failure), false, Lang::Zh, &mut Vec::new(), &mut Vec::new())
    };
    use crate::console::Code;
    let all = [Code::Failed, Code::Invalid, Code::NotFound, Code::Unreachable, Code::Refused];
    assert_eq!(all.map(status), [WRONG, USAGE, NOT_FOUND, UNREACHABLE, REFUSED]);
}

#[test]
fn a_letter_on_paper_is_asked_for_box_by_box() {
    let office = Office::new();
    let file = office.path("config/channels/xianzhang/channel.toml");
    let fields = "title = \"title\"\nphone = { from = \"tel\", optional = true }\ncontent = \"text\"\nrole = { value = \"群众\" }\n";
    let written = std::fs::read_to_string(&file).unwrap();
    let before = written.split("[fields]").next().unwrap();
    std::fs::write(&file, format!("{before}[fields]\n{fields}")).unwrap();
    let office = office.started();
    let mut person = Scripted::saying(&["路灯不亮", "", "第一行", "第二行", "."]);
    let (status, _, err) = office.run(&["ticket", "new", "--channel", "县长信箱"], &mut person);
    assert!(status == UNREACHABLE && err.contains("huiliu run"), "only a running one knows how to read it: {err}");
    assert_eq!(person.asked[..2], ["标题:", "联系电话:"]);
    assert!(person.asked[2].starts_with("正文") && person.asked.len() == 5, "{:?}", person.asked);
    let (status, _, err) = office.say(&["ticket", "new", "--channel", "县长信箱", "--from", "/no/such/file"]);
    assert!(status == WRONG && err.contains("打不开"), "{err}");
    let wrong = office.path("wrong.json");
    std::fs::write(&wrong, "[\"13800000000\"]").unwrap();
    let (status, _, err) = office.say(&["ticket", "new", "--channel", "县长信箱", "--from", wrong.to_str().unwrap()]);
    assert!(status == USAGE && err.contains("JSON 对象") && !err.contains("138"), "{err}");
}
