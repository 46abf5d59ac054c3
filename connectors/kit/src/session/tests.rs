//! Logging in against a far side in memory of the network: how often it is asked, and what is done when it refuses.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use huiliu_contract::{Misconfigured, Secret, SecretRef, Site};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::line::{Base, Connect, Line};
use crate::mistakes::Mistakes;

struct Desk;

impl Site for Desk {
    fn channel(&self) -> &str {
        "letters"
    }

    fn secret(&self, _: &str, _: &SecretRef) -> Result<Secret, Misconfigured> {
        Ok(Secret::new("p&ss"))
    }

    fn path(&self, written: &Path) -> PathBuf {
        written.into()
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }

    fn blind(&self) -> std::sync::Arc<dyn huiliu_contract::Blind> {
        panic!("nothing here has a personal id")
    }

    fn listener_is_loopback(&self) -> bool {
        true
    }
}

/// A far side that answers a login by `login`, and anything else by whether the newest token is shown.
#[derive(Default)]
struct Far {
    logins: AtomicU64,
    requests: AtomicU64,
    /// Tokens with a number up to this one are no longer good.
    spent: AtomicU64,
    /// What was sent to log in.
    said: std::sync::Mutex<String>,
}

async fn far(login: fn(u64) -> (u16, Value)) -> (Arc<Far>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let far = Arc::new(Far::default());
    let state = Arc::clone(&far);
    tokio::spawn(async move {
        loop {
            let (mut line, _) = listener.accept().await.unwrap();
            let state = Arc::clone(&state);
            tokio::spawn(async move {
                let mut request = Vec::new();
                let whole = |bytes: &[u8]| {
                    let text = String::from_utf8_lossy(bytes).to_lowercase();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
                    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
                };
                while !whole(&request) {
                    if line.read_buf(&mut request).await.unwrap() == 0 {
                        return;
                    }
                }
                let text = String::from_utf8(request).unwrap();
                let (status, answer) = if text.starts_with("POST /login") || text.starts_with("POST /token") {
                    *state.said.lock().unwrap() = text.clone();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    login(state.logins.fetch_add(1, Ordering::SeqCst) + 1)
                } else {
                    state.requests.fetch_add(1, Ordering::SeqCst);
                    let shown = text.split("Bearer t").nth(1).and_then(|rest| rest.lines().next());
                    let shown: u64 = shown.map_or(0, |shown| shown.parse().unwrap());
                    if shown > state.spent.load(Ordering::SeqCst) {
                        (200, json!({ "code": 0 }))
                    } else {
                        (200, json!({ "code": 401 }))
                    }
                };
                let answer = answer.to_string();
                let head =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
                line.write_all((head + &answer).as_bytes()).await.unwrap();
            });
        }
    });
    (far, url)
}

fn given(n: u64) -> (u16, Value) {
    (200, json!({ "code": 0, "data": { "token": format!("t{n}"), "expires": 7200 } }))
}

fn refused(_: u64) -> (u16, Value) {
    (200, json!({ "code": 9, "msg": "密码错误" }))
}

fn line(url: &str, login: Value) -> Line {
    let connect: Connect = serde_json::from_value(json!({ "url": url })).unwrap();
    let base = Base::read(&connect, "connect").unwrap();
    let mut wrong = Mistakes::default();
    let mut written = json!({
        "post": "/login", "body": { "u": "{user}", "p": "{password}" }, "user": "clerk", "password": { "env": "P" },
        "token": "/data/token", "expires_in": "/data/expires", "lost": { "at": "code", "is": [401] },
        "success": { "at": "code", "is": [0] },
    });
    written.as_object_mut().unwrap().extend(login.as_object().unwrap().clone());
    let login: Login = serde_json::from_value(written).unwrap();
    let nothing = Default::default();
    let session = Session::login(
        &login,
        &base,
        (&nothing, "connect.headers".into()),
        crate::success::Otherwise::default(),
        Default::default(),
        &Desk,
        &mut wrong,
    );
    let line = Line::build(&connect, &base, std::iter::empty(), &Desk, &mut wrong).unwrap();
    assert!(wrong.into_vec().is_empty());
    let mut line = line;
    line.session = session;
    line
}

async fn ask(line: &Line, caller: Caller) -> Result<u16, Fault> {
    let url = line.session.as_ref().unwrap().question.address().replace("/login", "/list").parse().unwrap();
    let answer = line.ask(line.client.request(Method::GET, url), caller).await?;
    assert_eq!(answer.json().unwrap()["code"], 0);
    Ok(answer.status.as_u16())
}

fn counts(far: &Far) -> (u64, u64) {
    (far.logins.load(Ordering::SeqCst), far.requests.load(Ordering::SeqCst))
}

#[tokio::test]
async fn ten_that_need_a_token_at_once_make_one_login() {
    let (far, url) = far(given).await;
    let line = Arc::new(line(&url, json!({})));
    for round in 1..=2u64 {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..10 {
            let line = Arc::clone(&line);
            let caller = if n % 2 == 0 { Caller::Poll } else { Caller::Outlet };
            tasks.spawn(async move { ask(&line, caller).await.unwrap() });
        }
        tasks.join_all().await;
        assert_eq!(far.logins.load(Ordering::SeqCst), round, "one more login");
        far.spent.store(round, Ordering::SeqCst);
    }
    let said = far.said.lock().unwrap().clone();
    assert!(said.ends_with(r#"{"p":"p&ss","u":"clerk"}"#), "{said}");
}

#[tokio::test]
async fn a_refused_login_is_not_made_again_until_a_person_resumes() {
    let (far, url) = far(refused).await;
    let line = line(&url, json!({}));
    assert_eq!(ask(&line, Caller::Poll).await.unwrap_err().word(), "denied");
    // Calls that were on their way, and the other caller, hear the same; the far side hears nothing.
    for caller in [Caller::Poll, Caller::Outlet, Caller::Outlet] {
        assert_eq!(ask(&line, caller).await.unwrap_err().word(), "denied");
    }
    assert_eq!(counts(&far), (1, 0));
    tokio::time::sleep(ON_THEIR_WAY).await;
    let fault = ask(&line, Caller::Poll).await.unwrap_err();
    assert_eq!(far.logins.load(Ordering::SeqCst), 2, "a gate that was shut opened: somebody resumed it");
    assert!(fault.to_string().contains("`login.password`"), "{fault}");
    assert!(!format!("{fault} {fault:?} {line:?}").contains("p&ss"));
}

#[tokio::test]
async fn more_tries_are_made_one_a_call() {
    let (far, url) = far(refused).await;
    let line = line(&url, json!({ "tries": 2 }));
    let Fault::Unavailable { reached, .. } = ask(&line, Caller::Poll).await.unwrap_err() else {
        panic!("another fault")
    };
    assert_eq!(reached, Reached::No);
    assert_eq!(ask(&line, Caller::Poll).await.unwrap_err().word(), "denied");
    assert_eq!(counts(&far), (2, 0));
}

#[tokio::test]
async fn a_login_that_cannot_be_made_now_counts_as_no_try() {
    let (far, url) = far(|n| if n == 1 { (503, json!({})) } else { given(n) }).await;
    let line = line(&url, json!({}));
    assert_eq!(ask(&line, Caller::Poll).await.unwrap_err().word(), "unavailable");
    assert_eq!(ask(&line, Caller::Poll).await.unwrap(), 200);
    assert_eq!(counts(&far), (2, 1));
}

#[tokio::test]
async fn a_token_that_is_never_accepted_makes_no_storm() {
    let (far, url) = far(given).await;
    far.spent.store(1000, Ordering::SeqCst);
    let line = line(&url, json!({}));
    let fault = ask(&line, Caller::Poll).await.unwrap_err();
    assert_eq!((fault.word(), counts(&far)), ("denied", (1, 1)), "{fault}");
    assert_eq!(ask(&line, Caller::Outlet).await.unwrap_err().word(), "denied");
    assert_eq!(counts(&far), (1, 1));
}

#[tokio::test]
async fn what_an_outlet_may_not_do_stops_no_poll() {
    let (far, url) = far(given).await;
    far.spent.store(1000, Ordering::SeqCst);
    let line = line(&url, json!({}));
    assert_eq!(ask(&line, Caller::Outlet).await.unwrap_err().word(), "denied");
    far.spent.store(0, Ordering::SeqCst);
    assert_eq!(ask(&line, Caller::Poll).await.unwrap(), 200);
    assert_eq!(counts(&far), (1, 2));
}

#[tokio::test]
async fn what_was_kept_is_used_before_anybody_logs_in() {
    let (far, url) = far(given).await;
    let first = line(&url, json!({}));
    ask(&first, Caller::Poll).await.unwrap();
    let kept = first.session.as_ref().unwrap().kept().await.unwrap();
    let again = line(&url, json!({}));
    again.session.as_ref().unwrap().adopt(Some(&kept)).await;
    ask(&again, Caller::Poll).await.unwrap();
    assert_eq!(counts(&far), (1, 2));
    far.spent.store(1, Ordering::SeqCst);
    ask(&again, Caller::Poll).await.unwrap();
    assert_eq!(counts(&far), (2, 4), "lost, a login, and asked again");
    again.session.as_ref().unwrap().adopt(Some(&kept)).await;
    ask(&again, Caller::Poll).await.unwrap();
    assert_eq!(counts(&far), (2, 5), "what was kept is taken up once");
}

#[tokio::test]
async fn client_credentials_are_sent_as_the_standard_writes_them() {
    let (far, url) = far(|n| (200, json!({ "access_token": format!("t{n}"), "expires_in": 3600 }))).await;
    for (send, wanted) in [
        ("basic", ["authorization: basic y2xlcms6ccuynnnz", "grant_type=client_credentials&scope=read+all"]),
        ("body", ["&client_id=clerk", "&client_secret=p%26ss"]),
    ] {
        let auth = json!({ "oauth2": {
            "token": "/token", "id": "clerk", "secret": { "env": "P" }, "scope": "read all", "send": send,
        } });
        let connect: Connect = serde_json::from_value(json!({ "url": url, "auth": auth })).unwrap();
        let base = Base::read(&connect, "connect").unwrap();
        let mut wrong = Mistakes::default();
        let line = Line::build(&connect, &base, std::iter::empty(), &Desk, &mut wrong).unwrap();
        let request = line.client.request(Method::GET, format!("{url}/list").parse().unwrap());
        line.ask(request, Caller::Poll).await.unwrap();
        let said = far.said.lock().unwrap().to_lowercase();
        assert!(wanted.iter().all(|part| said.contains(part)), "{said}");
    }
    assert_eq!(counts(&far), (2, 2));
}
