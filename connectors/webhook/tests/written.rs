//! A channel as an operator writes it, read and built; and what a door that is not for everybody does.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use huiliu_contract::{Connector, ConnectorKind, Door, Personal, Push, Receive, Refusal};
use huiliu_farside::letter::Letter;
use huiliu_farside::site::Premises;
use huiliu_webhook::{Options, Webhook};
use jiff::Timestamp;

const WRITTEN: &str = r#"
[connect]
allow      = ["10.0.0.0/8", "127.0.0.1"]
body_limit = 2097152
verify     = { hmac_sha256 = { header = "X-Signature", prefix = "sha256=", secrets = [{ file = "new.key" }, { file = "old.key" }], signed = "{timestamp}\n{nonce}\n{body}", timestamp = { header = "X-Timestamp", unit = "ms", window = "10m" }, nonce = { header = "X-Nonce" } } }

[receive]
format  = "json"
items   = "/data/letters"
id      = "letterNo"
version = "updateTime"
sent_at = "pushTime"

[answer]
taken   = { body = { code = 0, message = "成功", data = "{items}" } }
repeat  = { body = { code = 0, message = "重复推送", data = "{items}" } }
refused = { status = 200, body = { code = 400, message = "{reason}:{detail}" } }
failed  = { headers = { retry-after = "30" }, body = { code = 500, message = "请稍后再推" } }
"#;

const SIMPLE: &str = r#"
connect = { verify = { token = { header = "x-token", secrets = [{ env = "TOKEN" }] } }, allow = ["10.0.0.0/8"] }
receive = { id = "letterNo" }
"#;

fn built(written: &str) -> Connector {
    let options: Options = toml::from_str(written).unwrap();
    let site = Premises::new().public().with("new.key", "n").with("old.key", "o").with("TOKEN", "t");
    Webhook::build(options, &site).unwrap()
}

fn push(from: &str, token: &'static str) -> Push {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-token", HeaderValue::from_static(token));
    Push {
        method: Method::POST,
        target: "/channels/letters?key=of-the-query".into(),
        headers,
        body: Personal::new(Bytes::from(Letter::invented(1).body())),
        peer: (from.parse::<IpAddr>().unwrap(), 1).into(),
        received_at: Timestamp::now(),
        envelope: None,
    }
}

async fn refusal(receive: &dyn Receive, push: &Push) -> Option<&'static str> {
    receive.receive(push).await.err().map(|refusal| refusal.word())
}

#[test]
fn a_channel_is_written_in_three_tables() {
    let (door, _) = built(WRITTEN).receive.unwrap();
    assert_eq!(door, Door::Http { body_limit: 2 << 20 });
    let (door, _) = built(SIMPLE).receive.unwrap();
    assert_eq!(door, Door::Http { body_limit: 1 << 20 }, "1 MiB where nothing is written");
}

#[test]
fn a_misspelt_key_is_an_error_that_names_it() {
    for (right, wrong) in
        [("secrets", "secret"), ("body_limit", "bodylimit"), ("hmac_sha256", "hmac_sha1"), ("refused", "refuse")]
    {
        let error = toml::from_str::<Options>(&WRITTEN.replacen(right, wrong, 1)).unwrap_err();
        assert!(error.to_string().contains(wrong), "{error}");
    }
    let open = WRITTEN.lines().filter(|line| !line.starts_with("verify")).collect::<Vec<_>>().join("\n");
    assert!(toml::from_str::<Options>(&open).unwrap_err().to_string().contains("verify"), "there is no default");
}

#[tokio::test]
async fn a_stranger_is_turned_away_before_anything_is_verified() {
    let (_, receive) = built(SIMPLE).receive.unwrap();
    assert_eq!(refusal(receive.as_ref(), &push("10.9.8.7", "t")).await, None);
    assert_eq!(refusal(receive.as_ref(), &push("::ffff:10.9.8.7", "t")).await, None);
    assert_eq!(refusal(receive.as_ref(), &push("127.0.0.1", "t")).await, Some("forbidden"));
    assert_eq!(refusal(receive.as_ref(), &push("127.0.0.1", "wrong")).await, Some("forbidden"));
    assert_eq!(refusal(receive.as_ref(), &push("10.9.8.7", "wrong")).await, Some("not_verified"));
}

#[test]
fn a_push_prints_no_proof() {
    let printed = format!("{:?}", push("10.9.8.7", "token-of-the-site"));
    for hidden in ["of-the-query", "token-of-the-site", "letterNo"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
    assert!(printed.contains("/channels/letters") && printed.contains("x-token"), "{printed}");
    let stale = Refusal::Stale { skew_seconds: 400, window_seconds: 300 };
    assert_eq!(stale.to_string(), "the timestamp is 400 s away from our clock, at most 300 s are allowed");
}
