//! 省级12345热线: a platform that lists what it forwarded to the county page by page, signed by sorted parameters and SM3. Its
//! lists show a part of an order only; the rest is asked for. It judges what concludes an order.

use std::io;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Asking;
use super::hands::{Book, Counter, Deed, Manner, Rules, Saying, Shown, TIME, beijing, code, day};
use super::office::{Office, listed};
use crate::platform::{Envelope, Gate};
use crate::scheme::{Checker, Scheme};

const APP: &str = "430424";
const SECRET: &str = "8c1fe0a5d6-only-for-this-platform";

const PATHS: &[(&str, Deed)] = &[
    ("/order/list", Deed::List),
    ("/order/detail", Deed::Detail),
    ("/order/status", Deed::Status),
    ("/order/sign", Deed::Say(Saying::Sign)),
    ("/order/back", Deed::Say(Saying::Back)),
    ("/order/delay", Deed::Say(Saying::Delay)),
    ("/order/finish", Deed::Say(Saying::Finish)),
];
const SORTS: [(&str, &str); 6] =
    [("咨询", "1"), ("求助", "2"), ("投诉", "3"), ("举报", "4"), ("建议", "5"), ("感谢", "6")];
const SEXES: [(&str, &str); 2] = [("男", "1"), ("女", "2")];

/// Opens the far side of 省级12345热线 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let scheme = Scheme::Sorted { app_key: APP.into(), secret: Secret::new(SECRET), sm3: true };
    let manner = Manner {
        paths: PATHS,
        asks: ["orderNo", "pageNum", "pageSize", "updateBegin"],
        texts: &["result", "reason"],
        envelope: Envelope::default,
        word_at: "/msg",
        codes: ["500", "4001"],
        at: ["/data/receiptNo", "/data/state", "/data/reason", "/data"],
        written,
        brief: Some(brief),
        knows: |_| true,
        number: |given, at, _| format!("SP{}{given:05}", day(at)),
    };
    let book = Book::new(Rules { signs: true, judges: true });
    let counter = Counter::open(manner, Gate::Signed(Checker::new(scheme)), book).await?;
    let fitting = listed(&counter.url(), "").secret("sheng12345.key", SECRET);
    Ok(Office::new("sheng12345", counter, None, fitting))
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let time = |at: Timestamp| beijing(at, TIME);
    let mut order = json!({
        "orderNo": letter.number,
        "bizType": "01",
        "orderTitle": matter.title,
        "orderContent": format!("<p>{}</p>", matter.content),
        "orderType": code(&SORTS, &matter.sort),
        "questionName": matter.category,
        "callerName": matter.name,
        "callerSex": code(&SEXES, &matter.sex),
        "callerPhone": matter.phone,
        "address": matter.place,
        "isSecret": if matter.confidential { "1" } else { "0" },
        "isOpen": if matter.agree_public { "1" } else { "0" },
        "callTime": time(matter.submitted_at),
        "dispatchTime": time(matter.handed_at),
        "deadlineDate": matter.deadline.map(time),
        "updateTime": time(shown.changed()),
        "transferOpinion": "请按规定时限办理并反馈。",
        "sourceOrderNo": matter.parent_no,
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        order["files"] = json!([{ "fileName": name, "fileUrl": url }]);
    }
    if let Shown::Inquiry(inquiry, _) = shown {
        let biz = match inquiry.asking {
            Asking::Supplement(_) => "02",
            Asking::Urge(_) => "03",
            Asking::Supervise(_) => "04",
            Asking::Withdraw(_) => "05",
            Asking::Redo(_) => "06",
        };
        for (name, value) in [("orderNo", &*inquiry.number), ("parentOrderNo", &inquiry.about), ("bizType", biz)] {
            order[name] = json!(value);
        }
        order["orderContent"] = json!(inquiry.text());
        order["dispatchTime"] = json!(time(inquiry.changed));
    }
    order
}

/// Lists show the beginning of a text, and no telephone number.
fn brief(order: &mut Value) {
    if let Some(text) = order["orderContent"].as_str().filter(|text| text.chars().count() > 30) {
        order["orderContent"] = text.chars().take(30).chain(['…']).collect::<String>().into();
    }
    if let Some(members) = order.as_object_mut() {
        members.remove("callerPhone");
    }
}
