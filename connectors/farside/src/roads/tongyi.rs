//! 省统一转派: one system of the province that holds the letters of six channels, each with a tag that says whose it is. It lets
//! in who shows its token, gives all letters numbers of one row, and judges what concludes one.

use std::io;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Asking;
use super::hands::{Book, Counter, Deed, Manner, Rules, Saying, Shown, TIME, beijing, code, day};
use super::office::{Office, listed};
use crate::platform::{Envelope, Gate};

const TOKEN: &str = "token-only-for-this-system";

/// The tags, and the channels that they stand for. Letters are of these in turn, by their numbers.
pub const TAGS: [(&str, &str); 6] = [
    ("SZXX", "省长信箱"),
    ("ZHJG", "省12345指挥监管平台"),
    ("ZGZFW", "中国政府网"),
    ("GJZWFW", "国家政务服务平台"),
    ("XYB", "湘易办"),
    ("S12345", "省级12345热线"),
];

const PATHS: &[(&str, Deed)] = &[
    ("/dispatch/list", Deed::List),
    ("/dispatch/status", Deed::Status),
    ("/dispatch/sign", Deed::Say(Saying::Sign)),
    ("/dispatch/back", Deed::Say(Saying::Back)),
    ("/dispatch/delay", Deed::Say(Saying::Delay)),
    ("/dispatch/finish", Deed::Say(Saying::Finish)),
];
const SORTS: [(&str, &str); 6] =
    [("咨询", "ZX"), ("求助", "QZ"), ("投诉", "TS"), ("举报", "JB"), ("建议", "JY"), ("感谢", "GX")];

/// Opens the far side of 省统一转派 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let manner = Manner {
        paths: PATHS,
        asks: ["dispatchNo", "pageNo", "pageSize", "updateBegin"],
        texts: &["result", "reason"],
        envelope: || Envelope {
            success: ("/code".into(), json!("0")),
            items: "/data/rows".into(),
            total: Some("/data/total".into()),
            ..Envelope::default()
        },
        word_at: "/message",
        codes: ["500", "1"],
        at: ["/data/receiptNo", "/data/state", "/data/reason", ""],
        written,
        brief: None,
        knows: |_| true,
        number: |given, at, _| format!("ZP{}{given:05}", day(at)),
    };
    let gate = Gate::Bearer(Secret::new(TOKEN));
    let counter = Counter::open(manner, gate, Book::new(Rules { signs: true, judges: true })).await?;
    let fitting = listed(&counter.url(), "").secret("sheng-tongyi.token", TOKEN);
    Ok(Office::new("sheng-tongyi", counter, None, fitting))
}

/// Whose a letter is, by its number: its tag, and what the channel is called.
pub fn tag_of(number: &str) -> (&'static str, &'static str) {
    let given = number.get(number.len().saturating_sub(5)..).and_then(|serial| serial.parse::<usize>().ok());
    TAGS[given.unwrap_or_default() % TAGS.len()]
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let time = |at: Timestamp| beijing(at, TIME);
    let yes = |yes| if yes { "Y" } else { "N" };
    let mut dispatch = json!({
        "dispatchNo": letter.number,
        "action": "DISPATCH",
        "sourceChannel": tag_of(&letter.number).0,
        "sourceNo": matter.parent_no,
        "title": matter.title,
        "content": format!("<p>{}</p>", matter.content),
        "demandType": code(&SORTS, &matter.sort),
        "category": matter.category,
        "citizen": { "name": matter.name, "phone": matter.phone, "address": matter.address },
        "place": matter.place,
        "secret": yes(matter.confidential),
        "open": yes(matter.agree_public),
        "submitTime": time(matter.submitted_at),
        "dispatchTime": time(matter.handed_at),
        "limitTime": matter.deadline.map(time),
        "updateTime": time(shown.changed()),
        "opinion": "请衡东县按时限办理并反馈。",
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        dispatch["files"] = json!([{ "name": name, "url": url }]);
    }
    if let Shown::Inquiry(inquiry, _) = shown {
        let action = match inquiry.asking {
            Asking::Supplement(_) => "APPEND",
            Asking::Urge(_) => "URGE",
            Asking::Supervise(_) => "SUPERVISE",
            Asking::Redo(_) => "REDO",
            Asking::Withdraw(_) => "CANCEL",
        };
        for (name, value) in [("dispatchNo", &*inquiry.number), ("refNo", &inquiry.about), ("action", action)] {
            dispatch[name] = json!(value);
        }
        dispatch["content"] = json!(inquiry.text());
        dispatch["dispatchTime"] = json!(time(inquiry.changed));
    }
    dispatch
}
