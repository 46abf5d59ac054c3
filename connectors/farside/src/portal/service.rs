//! The HTTP of a back end: who is let in, what is answered, and how it fails on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::book::{Asked, Book, Spot, Turned};
use super::options::Loss;
use super::{pages, png};
use crate::parts::{FileSeen, Said};
use crate::platform::Trick;
use crate::platform::wire;

pub(super) type Shared = Arc<Mutex<Book>>;

type Params = BTreeMap<String, String>;

/// The name of its cookie.
const COOKIE: &str = "JSESSIONID";

pub(super) fn router(book: Shared) -> Router {
    Router::new().fallback(serve).layer(axum::extract::DefaultBodyLimit::max(64 << 20)).with_state(book)
}

fn lock(book: &Shared) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request, read to its end.
struct Call {
    path: String,
    post: bool,
    cookie: Option<String>,
    key: Option<String>,
    said: Params,
    files: Vec<FileSeen>,
}

async fn serve(State(book): State<Shared>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let wait = {
        let mut book = lock(&book);
        book.open += 1;
        book.stats.at_once = book.stats.at_once.max(book.open);
        book.slow
    };
    let gbk = lock(&book).options.gbk;
    let call = read(request, gbk).await;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let mut book = lock(&book);
    book.open -= 1;
    match call {
        Ok(call) => answer(&mut book, &call, line),
        Err(unreadable) => unreadable,
    }
}

async fn read(request: Request, gbk: bool) -> Result<Call, Response> {
    let (path, post) = (request.uri().path().to_owned(), request.method() == http::Method::POST);
    let mut said = pairs(request.uri().query().unwrap_or_default().as_bytes(), gbk);
    let text =
        |headers: &HeaderMap, name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let cookies = text(request.headers(), "cookie").unwrap_or_default();
    let cookie = cookies.split("; ").find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('=')).map(str::to_owned);
    let key = text(request.headers(), "idempotency-key");
    let mut files = Vec::new();
    match Said::read(request).await? {
        Said::Whole(body) => said.extend(pairs(&body, gbk)),
        Said::Parts(fields, came) => {
            for (name, value) in fields {
                let text = decoded(&value, gbk);
                said.entry(name).and_modify(|before| *before = format!("{before}\n{text}")).or_insert(text);
            }
            files = came;
        }
    }
    Ok(Call { path, post, cookie, key, said, files })
}

fn decoded(bytes: &[u8], gbk: bool) -> String {
    if gbk { encoding_rs::GBK.decode(bytes).0.into_owned() } else { String::from_utf8_lossy(bytes).into_owned() }
}

/// The pairs of a form; a name that comes again adds a line.
fn pairs(body: &[u8], gbk: bool) -> Params {
    let mut out = Params::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = (plain(&pair[..at]), plain(pair.get(at + 1..).unwrap_or_default()));
        let (name, value) = (decoded(&name, gbk), decoded(&value, gbk));
        out.entry(name).and_modify(|before| *before = format!("{before}\n{value}")).or_insert(value);
    }
    out
}

/// A piece of a form without its escapes, still in its charset.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                out.push(code);
                rest = &behind[2..];
            }
            (b'+', _) => {
                out.push(b' ');
                rest = behind;
            }
            (byte, _) => {
                out.push(*byte);
                rest = behind;
            }
        }
    }
    out
}

fn answer(book: &mut Book, call: &Call, line: String) -> Response {
    let path = call.path.strip_prefix("/admin/").unwrap_or_default();
    let open = matches!(path, "login.jsp" | "login.do" | "captcha.jpg");
    let turned = if book.estranged { Err(Turned::Lost) } else { book.let_in(call.cookie.as_deref()) };
    let at = book.now();
    book.asked.push(Asked { line, logged_in: turned.is_ok(), at });
    match path {
        "letter/list.jsp" | "letter/list.do" => book.stats.lists += 1,
        "letter/detail.jsp" | "letter/detail.do" => book.stats.details += 1,
        _ => {}
    }
    if book.estranged {
        return (StatusCode::UNAUTHORIZED, "401").into_response();
    }
    if let Err(why) = turned
        && !open
    {
        book.stats.strangers += 1;
        return turn_away(book, why);
    }
    match (path, call.post) {
        ("login.jsp", false) => login_page(book, call, ""),
        ("captcha.jpg", false) => picture(book, call),
        ("login.do", true) => log_in(book, call),
        ("index.jsp", false) => {
            html(book, &pages::page(&book.options, "首页", "<p>欢迎您,<a href=\"logout.do\">退出登录</a></p>"))
        }
        ("letter/list.jsp" | "letter/list.do", _) => list(book, call, path),
        ("letter/detail.jsp" | "letter/detail.do", _) => detail(book, call, path),
        ("letter/save.do", true) => save(book, call),
        ("upload_files.php", true) => upload(book, call),
        ("file", false) => file(book, call),
        (form, false) if form.starts_with("letter/") && form.ends_with(".jsp") => {
            let verb = form.trim_start_matches("letter/").trim_end_matches(".jsp").to_owned();
            reply_form(book, call, &verb)
        }
        _ => (StatusCode::NOT_FOUND, "404").into_response(),
    }
}

fn turn_away(book: &Book, why: Turned) -> Response {
    match (why, book.options.loss) {
        (Turned::Kicked, _) => html(book, &pages::kicked(&book.options)),
        (Turned::Lost, Loss::Page) => html(book, &pages::lost(&book.options)),
        (Turned::Lost, Loss::Redirect) => redirect("/admin/login.jsp"),
    }
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to.to_owned())]).into_response()
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("{COOKIE}={cookie}; Path=/admin; HttpOnly")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn bytes(book: &Book, text: &str) -> Vec<u8> {
    if book.options.gbk { encoding_rs::GBK.encode(text).0.into_owned() } else { text.as_bytes().to_vec() }
}

fn html(book: &Book, text: &str) -> Response {
    // As such systems do, it leaves the charset to the page.
    ([(header::CONTENT_TYPE, "text/html")], bytes(book, text)).into_response()
}

fn said(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// The next trick of a row, and what it answers if it does nothing of what was asked.
fn played(book: &Book, trick: Option<Trick>) -> Result<Trick, Box<Response>> {
    match trick.unwrap_or(Trick::Nothing) {
        Trick::Status(status, wait) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, "系统繁忙").into_response();
            let wait = wait.as_deref().and_then(|wait| HeaderValue::from_str(wait).ok());
            response.headers_mut().extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
            Err(response.into())
        }
        Trick::Code(code) if code == "E429" => {
            Err(html(book, &pages::tip(&book.options, "系统繁忙,请稍后再试")).into())
        }
        Trick::Code(code) => Err(html(book, &pages::tip(&book.options, &format!("提交失败,错误代码 {code}"))).into()),
        Trick::Html => Err(html(book, &pages::tip(&book.options, "系统维护中")).into()),
        Trick::NoList => Err(html(book, &pages::page(&book.options, "待办信件", "<div id=\"app\"></div>")).into()),
        Trick::Lost => Err(wire::hang_up().into()),
        other => Ok(other),
    }
}

/// What is left of an answer after a trick.
fn spoilt(trick: &Trick, answer: Vec<u8>, media_type: &'static str) -> Response {
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::TakenThen(status) => {
            (StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY), "Bad Gateway").into_response()
        }
        Trick::CutBody => {
            let half = Bytes::from(answer[..answer.len() / 2].to_vec());
            let parts = [Ok(half), Err(std::io::Error::other("cut on purpose"))];
            ([(header::CONTENT_TYPE, media_type)], Body::from_stream(futures_util::stream::iter(parts))).into_response()
        }
        _ => ([(header::CONTENT_TYPE, media_type)], answer).into_response(),
    }
}

/// The login page. Who shows no cookie gets one.
fn login_page(book: &mut Book, call: &Call, said: &str) -> Response {
    let known = call.cookie.clone().filter(|cookie| cookie.starts_with('A'));
    let visitor = known.clone().unwrap_or_else(|| format!("A{}", book.fresh()));
    let ticket = book.fresh();
    book.tickets.insert(visitor.clone(), ticket.clone());
    let response = html(book, &pages::login(&book.options, &ticket, said));
    if known.is_some() { response } else { with_cookie(response, &visitor) }
}

/// A new picture for a visitor; the one before is worth nothing any more.
fn picture(book: &mut Book, call: &Call) -> Response {
    let known = call.cookie.clone();
    let visitor = known.clone().unwrap_or_else(|| format!("A{}", book.fresh()));
    let serial = book.fresh();
    let answer: String = serial.bytes().rev().filter(u8::is_ascii_digit).take(4).map(char::from).collect();
    let at = book.now();
    book.pictures.insert(visitor.clone(), super::book::Given { answer: answer.clone(), at });
    book.last_picture = Some(answer.clone());
    let response = ([(header::CONTENT_TYPE, "image/jpeg")], png::picture(&answer)).into_response();
    if known.is_some() { response } else { with_cookie(response, &visitor) }
}

fn log_in(book: &mut Book, call: &Call) -> Response {
    let trick = book.login_tricks.pop_front();
    let trick = match played(book, trick) {
        Ok(trick) => trick,
        Err(failed) => return *failed,
    };
    let visitor = call.cookie.clone().unwrap_or_default();
    let went = book.judge(&visitor, &call.said);
    let words = match went {
        "in" => {
            let cookie = book.enter();
            return if trick == Trick::HangUp { wire::hang_up() } else { with_cookie(redirect("index.jsp"), &cookie) };
        }
        "captcha" => "验证码错误",
        "ticket" => "页面已过期,请刷新",
        "locked" => "账号已锁定,请联系管理员",
        _ => "用户名或密码错误",
    };
    if trick == Trick::HangUp { wire::hang_up() } else { login_page(book, call, words) }
}

fn list(book: &mut Book, call: &Call, path: &str) -> Response {
    let trick = book.trick(Spot::List);
    let trick = match played(book, trick) {
        Ok(trick) => trick,
        Err(failed) => return *failed,
    };
    let (letters, total) = book.list(&call.said);
    let again = book.last_page.clone().filter(|_| trick == Trick::SamePageAgain);
    let letters = again.unwrap_or(letters);
    book.last_page = Some(letters.clone());
    if path.ends_with(".do") {
        return spoilt(&trick, pages::list_json(&letters, total).to_string().into_bytes(), "application/json");
    }
    let page = pages::list(&book.options, book.layout, &letters, total);
    spoilt(&trick, bytes(book, &page), "text/html")
}

fn detail(book: &mut Book, call: &Call, path: &str) -> Response {
    let trick = book.trick(Spot::Detail);
    let trick = match played(book, trick) {
        Ok(trick) => trick,
        Err(failed) => return *failed,
    };
    let now = format!("{:?}", book.now());
    let number = call.said.get("id").cloned().unwrap_or_default();
    let Some(letter) = book.find(&number).cloned() else {
        return html(book, &pages::tip(&book.options, "没有这封信"));
    };
    if let (Trick::Nothing, Some(letter)) = (&trick, book.find(&number)) {
        letter.is_shown();
    }
    if path.ends_with(".do") {
        return spoilt(&trick, pages::detail_json(&letter).to_string().into_bytes(), "application/json");
    }
    let page = pages::detail(&book.options, &letter, &now);
    spoilt(&trick, bytes(book, &page), "text/html")
}

fn reply_form(book: &mut Book, call: &Call, verb: &str) -> Response {
    let trick = book.trick(Spot::Form);
    let trick = match played(book, trick) {
        Ok(trick) => trick,
        Err(failed) => return *failed,
    };
    let token = book.fresh();
    book.tokens.insert(token.clone());
    let number = call.said.get("id").cloned().unwrap_or_default();
    let page = pages::form(&book.options, verb, &number, &token, &book.dropped.clone());
    spoilt(&trick, bytes(book, &page), "text/html")
}

fn save(book: &mut Book, call: &Call) -> Response {
    let trick = book.trick(Spot::Save);
    let trick = match played(book, trick) {
        Ok(trick) => trick,
        Err(failed) => return *failed,
    };
    let token = call.said.get("token").cloned().unwrap_or_default();
    if !book.tokens.remove(&token) {
        return html(book, &pages::tip(&book.options, "提交失败:请勿重复提交"));
    }
    let verb = call.said.get("act").cloned().unwrap_or_default();
    let said: Params =
        call.said.iter().filter(|(name, _)| *name != "act").map(|(n, v)| (n.clone(), v.clone())).collect();
    if let Some(wrong) = book.options.strict.then(|| book.refusal(&verb, &said)).flatten() {
        return html(book, &pages::tip(&book.options, &format!("提交失败:{wrong}")));
    }
    // A box for a file that was left empty is sent without name and bytes.
    let files = call.files.iter().filter(|file| !file.name.is_empty() || file.size > 0).cloned().collect();
    book.take(&verb, call.key.clone(), &said, files);
    let page = pages::tip(&book.options, "提交成功");
    spoilt(&trick, bytes(book, &page), "text/html")
}

fn upload(book: &mut Book, call: &Call) -> Response {
    let mut paths = Vec::new();
    for file in &call.files {
        let path = format!("/uploads/2026/{}-{}", book.fresh(), file.sha256.chars().take(6).collect::<String>());
        book.uploads.insert(path.clone(), file.clone());
        paths.push(path);
    }
    said(&json!({ "status": "success", "des": "上传成功", "res": paths }))
}

fn file(book: &mut Book, call: &Call) -> Response {
    let number = call.said.get("id").cloned().unwrap_or_default();
    match book.find(&number).and_then(|letter| letter.file()) {
        Some((_, bytes)) => ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response(),
        None => (StatusCode::NOT_FOUND, "404").into_response(),
    }
}
