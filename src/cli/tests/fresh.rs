//! A channel from a sample, or by questions: what lies in the folder then, and what is said.

use std::path::Path;

use super::{Office, Scripted};
use crate::checks::Checking;
use crate::cli::output::tell;
use crate::cli::{Cli, Command, Order, World, obey};
use crate::settings::{Lang, Variables};
use clap::Parser;

/// The same as [`Office::run`], with the kinds and the mapping that there are.
fn run(office: &Office, words: &[&str], person: &mut Scripted) -> (u8, String, String) {
    let config = office.path("config");
    let words = ["huiliu", "--config", config.to_str().unwrap()].into_iter().chain(words.iter().copied());
    let Command::OnSite(command) = Cli::try_parse_from(words).unwrap().command else { panic!("no command on a site") };
    let lang = person.lang.unwrap_or(Lang::Zh);
    let order = Order { config, lang: Some(lang), json: false };
    let checks = Checking { variables: Variables::default() };
    let now = "2026-12-01T00:00:00+08:00".parse().unwrap();
    let world = World { checks: &checks, variables: Variables::default(), prompt: person, now };
    let (result, lang) = obey(command, &order, world);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = tell(result, false, lang.unwrap_or_default(), &mut out, &mut err);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn office() -> Office {
    let office = Office::new();
    std::fs::remove_dir_all(office.path("config/channels")).unwrap();
    office
}

/// Everything in a folder as one text.
fn folder(dir: &Path) -> String {
    let mut files: Vec<_> =
        ["channel.toml", "samples/01-new.in.json", "samples/01-new.ticket.json"].map(|name| dir.join(name)).into();
    files.retain(|path| path.exists());
    let text = |path: &std::path::PathBuf| {
        format!("=== {}\n{}", path.strip_prefix(dir).unwrap().display(), std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(text).collect()
}

/// Makes a channel of a sample, and shows its folder; it is right as it stands, and laid out.
fn made(sample: &str, name: &str, words: &[&str], lang: Lang) -> String {
    let office = office();
    let file = office.path("样例");
    std::fs::write(&file, sample).unwrap();
    let words = [&["channel", "new", name, "--from", file.to_str().unwrap()], words].concat();
    let mut person = Scripted { lang: Some(lang), ..Scripted::default() };
    let (status, out, err) = run(&office, &words, &mut person);
    assert_eq!(status, 0, "{out}{err}");
    let (status, checked, err) = run(&office, &["check", name], &mut person);
    assert_eq!(status, 0, "{checked}{err}");
    assert_eq!(run(&office, &["channel", "fmt", "--check"], &mut person).0, 0);
    let left: Vec<_> =
        std::fs::read_dir(office.path("config/channels")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1, "nothing else lies there: {left:?}");
    let shown = out.replace(office.0.path().to_str().unwrap(), "OFFICE");
    format!("{}\n=== check\n{checked}\n=== new\n{shown}", folder(&left[0]))
}

const ANSWER: &str = r#"{"code": 200, "msg": "成功", "data": {"total": 132, "records": [
  {"orderNo": "430424202612010001", "orderTitle": "路灯不亮", "orderContent": "<p>东门街的路灯坏了一个星期,我叫何小某,电话13800000000</p>",
   "orderType": "1", "questionName": "城乡建设/市政设施", "callerName": "何小某", "callerSex": "1", "callerPhone": "13800000000", "address": "衡东县东门街12号",
   "isSecret": "0", "isOpen": "1", "bizType": "新件", "parentOrderNo": "", "callTime": "2026-12-01 09:20:00", "dispatchTime": "2026-12-01 10:00",
   "deadlineDate": "2026-12-15", "transferOpinion": "请核实办理", "updateTime": "2026-12-01 10:00:00", "extend1": "内部备注",
   "files": [{"fileName": "现场.jpg", "fileUrl": "https://f.example.gov.cn/1.jpg"}]},
  {"orderNo": "430424202612010002", "orderTitle": "催办", "orderContent": "还没人来", "orderType": "3", "questionName": "城乡建设/市政设施",
   "callerName": "何小某", "callerSex": "1", "callerPhone": "0734-5200000", "address": "衡东县东门街", "isSecret": "0", "isOpen": "0", "bizType": "催办", "parentOrderNo": "430424202612010001",
   "callTime": "2026-12-02 09:20:00", "dispatchTime": "2026-12-02 10:00", "deadlineDate": "2026-12-15", "transferOpinion": "", "updateTime": "2026-12-02 10:00:00", "extend1": "", "files": []}]}}"#;

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<result><status>success</status><letters>
<letter no="XJ-0001"><bt>反映噪声</bt><nr>夜间施工噪声大,影响休息。</nr><xm>何某某</xm><lxdh>13800000000</lxdh><tjsj>2026-12-01T09:20:00+08:00</tjsj><lb>我要投诉</lb></letter>
<letter no="XJ-0002"><bt>咨询社保</bt><nr>请问社保怎么转移?</nr><xm>何某</xm><lxdh>0734-5200000</lxdh><tjsj>2026-12-01T10:20:00+08:00</tjsj><lb>我要咨询</lb></letter>
</letters></result>"#;

const SHEET: &str = "2026年11月政协云建议汇总,,,,,,,\n序号,建议编号,委员姓名,联系电话,界别,建议标题,建议内容,类别,提交时间\n\
1,ZXY-2026-001,何某某,138-0000-0000,教育界,完善斑马线,城北小学门口没有斑马线,微建议,2026年11月3日\n\
2,ZXY-2026-002,何某,13800000001,医卫界,增设停车位,县医院门口车位不够,微建议,2026/11/4\n合计,,,,,,2 条,,\n";

const PUSH: &str = r#"{"letterNo": "SX2026120100017", "title": "路灯不亮", "content": "东门街路灯不亮,请派人维修。", "letterType": "我要求助",
  "name": "何某某", "phone": "13800000000", "isPublic": "是", "isAnonymous": false, "submitTime": 1796000000000, "queryCode": "8842017735", "sign": "abc"}"#;

#[test]
fn an_answer_in_json_becomes_a_channel_that_asks() {
    insta::assert_snapshot!(made(ANSWER, "省级12345热线", &[], Lang::Zh));
}

#[test]
fn an_answer_in_xml_becomes_one_too() {
    insta::assert_snapshot!(made(XML, "网站信箱", &["--code", "xinxiang"], Lang::Zh));
}

#[test]
fn a_sheet_becomes_a_folder_that_is_watched() {
    insta::assert_snapshot!(made(SHEET, "政协云", &[], Lang::Zh));
}

#[test]
fn a_push_becomes_a_door() {
    insta::assert_snapshot!(made(PUSH, "书记县长信箱", &[], Lang::Zh));
}

#[test]
fn remarks_are_in_the_language_that_is_asked_for() {
    let shown = made(PUSH, "Mailbox", &[], Lang::En);
    assert!(
        shown.contains("# the name on screens and in reports") && shown.contains("guessed, please check"),
        "{shown}"
    );
    assert!(!shown.contains("猜的") && shown.contains("【待填】"), "{shown}");
}

#[test]
fn without_a_sample_a_few_questions_are_asked() {
    let office = office();
    // A platform with an interface for answers; the address and the file are not known yet.
    let mut person =
        Scripted::saying(&["9", "1", "", "省长信箱", "szxx", "", "https://szxx.example.gov.cn/api", "2", "2", "", "2"]);
    let (status, out, err) = run(&office, &["channel", "new"], &mut person);
    assert_eq!(status, 0, "{out}{err}");
    assert!(
        person.asked[0].contains("表格文件") && person.asked[0] == person.asked[1],
        "what was not understood is asked again"
    );
    assert!(person.asked.iter().any(|question| question.contains("直接回车用 shengchangxinxiang")
        || question.contains("直接回车用 shengzhangxinxiang")));
    let text = folder(&office.path("config/channels/szxx"));
    for line in
        ["url", "sign", "uncertain", "[return.status]", "core_accepted", "\"look\"", "https://szxx.example.gov.cn/api"]
    {
        assert!(text.contains(line), "{line} not in {text}");
    }
    let (status, out, err) = run(&office, &["check", "szxx"], &mut person);
    assert!(status == 0 && out.contains("处【待填】:第"), "{out}{err}");
    // People enter letters: nothing is left to fill in but the ledger.
    let mut person = Scripted::saying(&["", "2"]);
    let (status, out, err) = run(&office, &["channel", "new", "来信来访", "--kind", "manual"], &mut person);
    assert_eq!(status, 0, "{out}{err}");
    assert_eq!(person.asked, Vec::<String>::new(), "nothing has to be asked");
    let text = folder(&office.path("config/channels/laixinlaifang"));
    assert!(text.contains("kind = \"manual\"") && text.contains("manual = true"), "{text}");
    // A push, answered by its interface, sent again where nobody knows; and sheets.
    for (answers, code) in [
        (vec!["2", "市长信箱", "shi", "", "2", "3", "2", "3"], "shi"),
        (vec!["3", "政协云", "", "", "", "", "2"], "zhengxieyun"),
        (vec!["1", "湘易办", "", "", "", "3"], "xiangyiban"),
    ] {
        let mut person = Scripted::saying(&answers);
        let (status, out, err) = run(&office, &["channel", "new"], &mut person);
        assert_eq!(status, 0, "{out}{err}");
        let (status, out, err) = run(&office, &["check", code], &mut person);
        assert_eq!(status, 0, "{out}{err}");
    }
    assert!(folder(&office.path("config/channels/shi")).contains("honours_key = true"));
    assert!(!folder(&office.path("config/channels/xiangyiban")).contains("[return]"));
    assert_eq!(run(&office, &["channel", "fmt", "--check"], &mut Scripted::default()).0, 0);
}
