//! 国家政务服务平台: an interface with a number for each thing that is asked, told in a header and signed with the
//! application and the time; the body is not signed. Answers are `code`, `message`, `data`: 200 well, 300 not.

use std::io;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Asking;
use super::hands::{Book, Counter, Deed, Manner, Rules, Saying, Shown, TIME, beijing, code, day};
use super::office::{Office, listed};
use crate::platform::{Envelope, Gate};
use crate::scheme::{Checker, Scheme};

const RID: &str = "430424000000";
const SECRET: &str = "appsecret-only-for-this-platform";

const PATHS: &[(&str, Deed)] = &[
    ("/sysapi/appeal/list", Deed::List),
    ("/sysapi/appeal/state", Deed::Status),
    ("/sysapi/appeal/accept", Deed::Say(Saying::Sign)),
    ("/sysapi/appeal/reject", Deed::Say(Saying::Back)),
    ("/sysapi/appeal/reply", Deed::Say(Saying::Finish)),
];
/// Which number each interface has.
const SIDS: [(&str, &str); 5] = [
    ("/sysapi/appeal/list", "s_430000000000_2101"),
    ("/sysapi/appeal/state", "s_430000000000_2102"),
    ("/sysapi/appeal/accept", "s_430000000000_2103"),
    ("/sysapi/appeal/reject", "s_430000000000_2104"),
    ("/sysapi/appeal/reply", "s_430000000000_2105"),
];
const SORTS: [(&str, &str); 6] =
    [("咨询", "01"), ("求助", "02"), ("投诉", "03"), ("建议", "04"), ("举报", "05"), ("感谢", "06")];

/// Opens the far side of 国家政务服务平台 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let scheme = Scheme::National { rid: RID.into(), sid: String::new(), secret: Secret::new(SECRET) };
    let manner = Manner {
        paths: PATHS,
        asks: ["matterno", "pageno", "pagesize", "updatetime"],
        texts: &["replycontent", "reason"],
        envelope: || Envelope { items: "/data/list".into(), total: Some("/data/total".into()), ..Envelope::default() },
        word_at: "/message",
        codes: ["503", "300"],
        at: ["/data/replyno", "/data/state", "/data/opinion", ""],
        written,
        brief: None,
        knows: |asking| matches!(asking, Asking::Supplement(_) | Asking::Urge(_) | Asking::Redo(_)),
        number: |given, at, _| format!("{}{given:08}", day(at)),
    };
    let book = Book::new(Rules { signs: true, judges: true });
    let gate = Gate::Signed(Checker::new(scheme));
    let counter = Counter::open_behind(manner, gate, book, |router: Router| router.layer(from_fn(numbered))).await?;
    let fitting = listed(&counter.url(), "").secret("guojia-zhengwu.key", SECRET);
    Ok(Office::new("guojia-zhengwu", counter, None, fitting))
}

/// Whoever asks one interface by the number of another is turned away.
async fn numbered(request: Request, next: Next) -> Response {
    let told = request.headers().get("gjzwfwpt_sid").and_then(|sid| sid.to_str().ok());
    let right = SIDS.iter().find(|(path, _)| *path == request.uri().path()).map(|(_, sid)| *sid);
    if told == right { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let time = |at: Timestamp| beijing(at, TIME);
    let mut written = json!({
        "matterno": letter.number,
        "biztype": "1",
        "title": matter.title,
        "content": matter.content,
        "mattertype": code(&SORTS, &matter.sort),
        "itemname": matter.category,
        "username": matter.name,
        "usersex": if matter.sex == "女" { "2" } else { "1" },
        "mobile": matter.phone,
        "areacode": "430424",
        "address": matter.place,
        "issecret": u8::from(matter.confidential),
        "isopen": u8::from(matter.agree_public),
        "createtime": time(matter.submitted_at),
        "dispatchtime": time(matter.handed_at),
        "limittime": matter.deadline.map(time),
        "updatetime": time(shown.changed()),
        "relationno": matter.parent_no,
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        written["attachlist"] = json!([{ "attachname": name, "attachurl": url }]);
    }
    if let Shown::Inquiry(inquiry, _) = shown {
        let biz = match inquiry.asking {
            Asking::Supplement(_) => "2",
            Asking::Redo(_) => "4",
            _ => "3",
        };
        for (name, value) in [("matterno", &*inquiry.number), ("originalno", &inquiry.about), ("biztype", biz)] {
            written[name] = json!(value);
        }
        written["content"] = json!(inquiry.text());
        written["dispatchtime"] = json!(time(inquiry.changed));
    }
    written
}
