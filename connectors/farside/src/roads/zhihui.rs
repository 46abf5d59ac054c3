//! 省12345指挥监管平台: few matters, most of them about one that came by another road before. It answers in XML of GB2312,
//! takes forms, and lets in who shows its key in a header.

use std::io;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Asking;
use super::hands::{Book, Counter, Deed, Manner, Rules, Saying, Shown, TIME, beijing, day};
use super::office::{Office, listed};
use crate::platform::{Envelope, Gate};

const KEY: &str = "key-only-for-this-platform";

const PATHS: &[(&str, Deed)] = &[
    ("/supervise/list", Deed::List),
    ("/supervise/state", Deed::Status),
    ("/supervise/sign", Deed::Say(Saying::Sign)),
    ("/supervise/feedback", Deed::Say(Saying::Progress)),
    ("/supervise/finish", Deed::Say(Saying::Finish)),
];

/// Opens the far side of 省12345指挥监管平台 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let manner = Manner {
        paths: PATHS,
        asks: ["taskNo", "page", "rows", "from"],
        texts: &["resultText", "feedbackText"],
        envelope: || Envelope {
            success: ("/code".into(), json!("1")),
            items: "/data/task".into(),
            total: Some("/data/total".into()),
            xml: true,
            ..Envelope::default()
        },
        word_at: "/message",
        codes: ["-9", "-1"],
        at: ["/data/receipt", "/data/state", "/data/opinion", ""],
        written,
        brief: None,
        knows: |asking| matches!(asking, Asking::Supervise(_) | Asking::Urge(_) | Asking::Redo(_)),
        number: |given, at, about| format!("0731{}{}{given:04}", if about { "D" } else { "J" }, day(at)),
    };
    let gate = Gate::ApiKey { header: "x-api-key".into(), value: Secret::new(KEY) };
    let counter = Counter::open(manner, gate, Book::new(Rules { signs: true, judges: true })).await?;
    let fitting = listed(&counter.url(), "").secret("sheng-zhihui.key", KEY);
    Ok(Office::new("sheng-zhihui", counter, None, fitting))
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let time = |at: Timestamp| beijing(at, TIME);
    let mut task = json!({
        "taskNo": letter.number,
        "taskType": "交办",
        "subject": matter.title,
        "detail": matter.content,
        "appealType": matter.sort,
        "questionType": matter.category,
        "person": matter.name,
        "sex": matter.sex,
        "telephone": matter.phone,
        "place": matter.place,
        "secret": if matter.confidential { "是" } else { "否" },
        "publish": if matter.agree_public { "是" } else { "否" },
        "appealTime": time(matter.submitted_at),
        "assignTime": time(matter.handed_at),
        "limitTime": matter.deadline.map(time),
        "changeTime": time(shown.changed()),
        "leaderNote": "请衡东县核查办理,按时报结果。",
        "sourceNo": matter.parent_no,
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        task["annex"] = json!([{ "name": name, "url": url }]);
    }
    if let Shown::Inquiry(inquiry, _) = shown {
        let word = match inquiry.asking {
            Asking::Urge(_) => "催办",
            Asking::Redo(_) => "重办",
            _ => "督办",
        };
        for (name, value) in [("taskNo", &*inquiry.number), ("originTaskNo", &inquiry.about), ("taskType", word)] {
            task[name] = json!(value);
        }
        task["detail"] = json!(inquiry.text());
        task["assignTime"] = json!(time(inquiry.changed));
    }
    task
}
