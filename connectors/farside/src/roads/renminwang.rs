//! 人民网领导留言板: a form whose `param` is JSON and signed with the path, lists whose texts are cut, letters as a list of
//! contents; whatever is wrong, HTTP says 200.

use std::io;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Asking;
use super::hands::{Book, Counter, Deed, Manner, Rules, Saying, Shown, beijing};
use super::office::{Office, listed};
use crate::platform::{Envelope, Gate};
use crate::scheme::{Checker, Scheme};

const CODE: &str = "appcode-only-for-this-board";
const TOKEN: &str = "token-only-for-this-board";

const PATHS: &[(&str, Deed)] = &[
    ("/api/forum/list", Deed::List),
    ("/api/forum/detail", Deed::Detail),
    ("/api/forum/state", Deed::Status),
    ("/api/forum/answer", Deed::Say(Saying::Reply)),
    ("/api/forum/reply", Deed::Say(Saying::Finish)),
    ("/api/forum/decline", Deed::Say(Saying::Decline)),
];

/// So many characters of a text stand in a list.
const CUT: usize = 24;

/// Opens the far side of 人民网领导留言板 on a free port of this machine.
///
/// # Errors
///
/// If no port is free.
pub async fn open() -> io::Result<Office> {
    let scheme = Scheme::Board { app_code: Secret::new(CODE), token: Secret::new(TOKEN) };
    let manner = Manner {
        paths: PATHS,
        asks: ["tid", "page", "rows", ""],
        texts: &["content"],
        envelope: || Envelope {
            success: ("/code".into(), json!("SN0000")),
            items: "/result/items".into(),
            total: Some("/result/total".into()),
            ..Envelope::default()
        },
        word_at: "/message",
        codes: ["SN0099", "SN0031"],
        at: ["/result/replyId", "/result/stateInfo", "/result/remark", "/result"],
        written,
        brief: Some(brief),
        knows: |asking| matches!(asking, Asking::Supplement(_) | Asking::Urge(_) | Asking::Withdraw(_)),
        number: |given, _, _| format!("{}", 18_230_000 + given * 13),
    };
    let book = Book::new(Rules { signs: false, judges: true });
    let gate = Gate::Signed(Checker::new(scheme));
    let counter = Counter::open_behind(manner, gate, book, |router: Router| router.layer(from_fn(unwrapped))).await?;
    let fitting = listed(&counter.url(), "/api").secret("renminwang.code", CODE).secret("renminwang.token", TOKEN);
    let keys = fitting.keys.into_iter().filter(|(key, _)| key != "poll.since.overlap").collect();
    Ok(Office::new("renminwang", counter, None, super::Fitting { keys, ..fitting }))
}

/// Lays what stands in `param` beside the other fields of the form.
async fn unwrapped(request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let mut said = serde_json::Map::new();
    for (name, text) in form_urlencoded::parse(&body) {
        match serde_json::from_str(&text) {
            Ok(Value::Object(param)) if name == "param" => said.extend(param),
            _ => drop(said.insert(name.into_owned(), json!(text))),
        }
    }
    head.headers.remove(header::CONTENT_LENGTH);
    next.run(Request::from_parts(head, Body::from(Value::Object(said).to_string()))).await
}

fn written(shown: &Shown<'_>, _: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let state = match letter.stand.word() {
        "已办结" => "已办理",
        "待审核" => "待审核",
        _ => "未办理",
    };
    let mut written = json!({
        "tid": number(&letter.number),
        "subject": matter.title,
        "content": matter.content,
        "contentList": [{ "dataType": 1, "content": matter.content }],
        "forumName": "衡东县委书记",
        "typeName": if matter.sort == "建议" { "建言" } else { &matter.sort },
        "domainName": matter.category,
        "stateInfo": state,
        "nickName": matter.name,
        "mobile": matter.phone,
        "createDateline": matter.submitted_at.as_second(),
        "dispatchDateline": matter.handed_at.as_second(),
        "limitDate": matter.deadline.map(|at: Timestamp| beijing(at, "%Y-%m-%d")),
    });
    if let Shown::Inquiry(inquiry, _) = shown {
        let act = match inquiry.asking {
            Asking::Urge(_) => "催办",
            Asking::Withdraw(_) => "网友撤回",
            _ => "网友追问",
        };
        written["actName"] = json!(act);
        written["tid"] = json!(number(&inquiry.number));
        written["parentTid"] = json!(number(&inquiry.about));
        written["content"] = json!(inquiry.text());
        written["contentList"] = json!([{ "dataType": 1, "content": inquiry.text() }]);
    }
    written
}

/// A list shows the beginning of a text.
fn brief(line: &mut Value) {
    let content: Vec<char> = line["content"].as_str().unwrap_or_default().chars().collect();
    if content.len() > CUT {
        line["content"] = json!(content.iter().take(CUT).chain(['…'].iter()).collect::<String>());
    }
    if let Value::Object(members) = line {
        members.remove("contentList");
    }
}
