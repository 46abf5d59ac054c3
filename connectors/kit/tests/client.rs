//! The client against far sides that answer byte for byte what a test tells them to, and who we say we are.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::path::{Path, PathBuf};

use http::Method;
use huiliu_contract::{Fault, Misconfigured, Reached, Secret, SecretRef, Site};
use huiliu_kit::auth::Auth;
use huiliu_kit::client::{Client, ClientOptions};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each connection with the next of `answers`, then closes it; hands back what it was asked.
async fn far_side(answers: Vec<Vec<u8>>) -> (url::Url, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("http://{}/list", listener.local_addr().unwrap())).unwrap();
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                assert_ne!(line.read_buf(&mut request).await.unwrap(), 0);
            }
            asked.push(String::from_utf8(request).unwrap());
            line.write_all(&answer).await.unwrap();
            line.shutdown().await.ok();
        }
        asked
    });
    (url, asked)
}

fn client(body_cap: usize) -> Client {
    Client::build(ClientOptions { body_cap, tls: false, ..ClientOptions::default() }, "connect.ca_file").unwrap()
}

async fn get(answer: impl Into<Vec<u8>>) -> Result<String, Fault> {
    let (url, _asked) = far_side(vec![answer.into()]).await;
    let client = client(100);
    client.send(client.request(Method::GET, url)).await.map(|answer| answer.text().into_owned())
}

fn reached(fault: Fault) -> Reached {
    match fault {
        Fault::Unavailable { reached, .. } => reached,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_whole_answer_is_read() {
    assert_eq!(get("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap(), "ok");
}

#[tokio::test]
async fn nobody_at_home_means_it_did_not_arrive() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let client = client(100);
    assert_eq!(reached(client.send(client.request(Method::GET, url)).await.unwrap_err()), Reached::No);
}

#[tokio::test]
async fn a_cut_line_means_it_may_have_arrived() {
    for cut in ["", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"code\":2"] {
        assert_eq!(reached(get(cut).await.unwrap_err()), Reached::Maybe, "{cut}");
    }
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
    assert_eq!(reached(get(chunked).await.unwrap_err()), Reached::Maybe);
}

#[tokio::test]
async fn an_answer_beyond_the_cap_is_not_taken_into_memory() {
    let long = "x".repeat(101);
    let told = format!("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n{long}");
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n{long}\r\n0\r\n\r\n");
    for answer in [told, chunked] {
        assert_eq!(get(answer).await.unwrap_err().word(), "malformed");
    }
}

#[tokio::test]
async fn false_gzip_is_nonsense_not_a_cut_line() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip!";
    assert_eq!(get(answer).await.unwrap_err().word(), "malformed");
}

#[tokio::test]
async fn a_redirect_leads_to_no_other_host() {
    let (elsewhere, _never) = far_side(vec![]).await;
    let answer = format!("HTTP/1.1 307 Go\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let (url, asked) = far_side(vec![answer.into()]).await;
    let client = client(100);
    let answer = client.send(client.request(Method::GET, url)).await.unwrap();
    assert_eq!(answer.status, 307);
    assert_eq!(asked.await.unwrap().len(), 1);
}

#[tokio::test]
async fn on_the_same_host_method_and_body_are_kept_or_nothing_is_followed() {
    let moved = |status| format!("HTTP/1.1 {status} Go\r\nlocation: /new\r\ncontent-length: 0\r\n\r\n").into_bytes();
    let (url, asked) = far_side(vec![moved(308), b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec()]).await;
    let client = client(100);
    assert_eq!(client.send(client.request(Method::POST, url)).await.unwrap().status, 200);
    assert!(asked.await.unwrap()[1].starts_with("POST /new "));
    let (url, _asked) = far_side(vec![moved(302)]).await;
    assert_eq!(client.send(client.request(Method::POST, url)).await.unwrap().status, 302);
}

#[test]
fn a_ca_file_without_certificates_is_refused_with_its_key() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    for ca_file in [file, PathBuf::from("/no/such/file.pem")] {
        let options = ClientOptions { ca_file: Some(ca_file), ..ClientOptions::default() };
        assert_eq!(Client::build(options, "connect.ca_file").unwrap_err().key, "connect.ca_file");
    }
}

/// Knows one secret: the name of the variable, doubled.
struct Desk;

impl Site for Desk {
    fn channel(&self) -> &str {
        "desk"
    }
    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        match at {
            SecretRef::Env(name) => Ok(Secret::new(format!("{name}{name}"))),
            SecretRef::File(_) => Err(Misconfigured::new(key, "no such file", "没有这个文件")),
        }
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

fn auth(written: serde_json::Value) -> Auth {
    serde_json::from_value(written).unwrap()
}

#[tokio::test]
async fn we_say_who_we_are_and_never_show_it() {
    let ways = [
        (json!({ "basic": { "user": "clerk", "password": { "env": "pw" } } }), "authorization: Basic Y2xlcms6cHdwdw=="),
        (
            json!({ "basic": { "user": { "env": "u" }, "password": { "env": "pw" } } }),
            "authorization: Basic dXU6cHdwdw==",
        ),
        (json!({ "bearer": { "env": "tok" } }), "authorization: Bearer toktok"),
        (json!({ "api_key": { "header": "x-api-key", "value": { "env": "key" } } }), "x-api-key: keykey"),
        (json!({ "api_key": { "query": "k", "value": { "env": "a&b" } } }), "GET /list?k=a%26ba%26b HTTP"),
    ];
    for (written, seen) in ways {
        let credentials = auth(written).resolve("connect.auth", &Desk).unwrap();
        let (url, asked) = far_side(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()]).await;
        let client = client(100);
        let request = credentials.sign(client.request(Method::GET, url));
        let shown = format!("{credentials:?}");
        client.send(request).await.unwrap();
        let asked = asked.await.unwrap().remove(0);
        assert!(asked.contains(seen), "{asked}");
        for secret in ["pwpw", "uu", "toktok", "keykey", "a&b"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn a_way_that_cannot_work_is_refused_with_its_key() {
    let cases = [
        (
            json!({ "basic": { "user": "a:b", "password": { "file": "x" } } }),
            vec!["auth.basic.user", "auth.basic.password"],
        ),
        (json!({ "bearer": { "env": "line\nbreak" } }), vec!["auth.bearer"]),
        (json!({ "api_key": { "value": { "env": "x" } } }), vec!["auth.api_key"]),
        (json!({ "api_key": { "header": "a", "query": "b", "value": { "env": "x" } } }), vec!["auth.api_key"]),
        (json!({ "api_key": { "header": "密钥", "value": { "env": "x" } } }), vec!["auth.api_key.header"]),
    ];
    for (written, keys) in cases {
        let wrong = auth(written).resolve("auth", &Desk).unwrap_err();
        assert_eq!(wrong.iter().map(|wrong| wrong.key.as_str()).collect::<Vec<_>>(), keys);
        assert!(!format!("{wrong:?}").contains("breakline"));
    }
    assert!(
        serde_json::from_value::<Auth>(json!({ "bearer": "written-down" })).is_err(),
        "a secret is never written down"
    );
}
