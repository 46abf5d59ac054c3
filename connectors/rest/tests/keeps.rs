//! Kind `rest` keeps every promise of kinds that are asked, with each paging and each way of proving who we
//! are; and every promise fails on its twin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind, Secret};
use huiliu_farside::platform::{Gate, Platform, PlatformOptions};
use huiliu_farside::promises::{self, PAGE, PROMISES, Subject};
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::{Value, json};

const SECRET: &str = "not-for-anybodys-eyes";

/// A channel's tables, as `channel.toml` would hold them.
struct Channel {
    list: Value,
    page: Value,
    since: Value,
    auth: Value,
}

impl Channel {
    fn paging(page: Value) -> Self {
        Self {
            list: json!({ "get": "/order/list", "items": "/data/records", "id": "orderNo" }),
            page,
            since: Value::Null,
            auth: json!({ "bearer": { "env": "TOKEN" } }),
        }
    }

    fn since(mut self, since: Value) -> Self {
        self.since = since;
        self
    }

    fn list(mut self, list: Value) -> Self {
        for (name, value) in list.as_object().unwrap() {
            self.list[name] = value.clone();
        }
        self
    }

    fn posting(mut self) -> Self {
        self.list["post"] = self.list["get"].take();
        self
    }

    fn build(&self, platform: &Platform) -> Connector {
        let options = json!({
            "connect": { "url": platform.url(), "auth": self.auth, "timeout": "10s" },
            "poll": {
                "list": self.list, "page": self.page, "since": self.since,
                "success": { "at": "/code", "is": [200] },
            },
        });
        Rest::build(serde_json::from_value(options).unwrap(), &Premises::new().with("TOKEN", SECRET)).unwrap()
    }
}

fn options() -> PlatformOptions {
    PlatformOptions { gate: Gate::Bearer(Secret::new(SECRET)), ..PlatformOptions::new(0) }
}

async fn keeps(channel: Channel, options: PlatformOptions) {
    let make = |platform: &Platform| channel.build(platform);
    let paged = channel.page["by"] != "none";
    let subject = Subject { make: &make, options: &options, paged, secrets: &[SECRET], flaw: None };
    assert_eq!(promises::broken(subject).await, []);
}

/// As [`keeps`], and no promise is one that always holds.
async fn keeps_what_its_twins_break(channel: Channel, options: PlatformOptions) {
    let make = |platform: &Platform| channel.build(platform);
    let paged = channel.page["by"] != "none";
    let subject = Subject { make: &make, options: &options, paged, secrets: &[SECRET], flaw: None };
    assert_eq!(promises::broken(subject).await, []);
    for &flaw in PROMISES {
        let broken: Vec<_> = promises::broken(subject.flawed(flaw)).await.iter().map(|broken| broken.promise).collect();
        let wanted = if flaw == promises::Promise::SamePageAgainIsMalformed && !paged { vec![] } else { vec![flaw] };
        assert_eq!(broken, wanted, "the twin of “{}” breaks that promise and no other", flaw.name());
    }
}

fn number() -> Value {
    json!({ "by": "number", "param": "pageNum", "size_param": "pageSize", "size": PAGE })
}

fn offset() -> Value {
    json!({ "by": "offset", "param": "offset", "size_param": "pageSize", "size": PAGE })
}

fn cursor() -> Value {
    json!({ "by": "cursor", "param": "cursor", "size_param": "pageSize", "size": PAGE, "next": "/data/next" })
}

fn since_time() -> Value {
    json!({ "param": "updateBegin", "at": "updateTime", "format": "yyyy-MM-dd HH:mm:ss", "overlap": "2s" })
}

fn since_id() -> Value {
    json!({ "param": "afterSeq", "at": "seq", "by": "id", "first": "0" })
}

#[tokio::test]
async fn one_page() {
    let channel = Channel::paging(json!({ "by": "none" })).list(json!({ "query": { "pageSize": "500" } }));
    keeps_what_its_twins_break(channel, options()).await;
}

#[tokio::test]
async fn page_numbers() {
    keeps_what_its_twins_break(Channel::paging(number()), options()).await;
}

#[tokio::test]
async fn page_numbers_posted_with_a_total_since_a_time() {
    let channel = Channel::paging(number()).posting().since(since_time()).list(json!({ "total": "/data/total" }));
    keeps(channel, options()).await;
}

#[tokio::test]
async fn page_numbers_in_a_form_since_an_id() {
    let channel = Channel::paging(number()).posting().since(since_id()).list(json!({ "send_as": "form" }));
    keeps(channel, options()).await;
}

#[tokio::test]
async fn offsets() {
    keeps_what_its_twins_break(Channel::paging(offset()), options()).await;
}

#[tokio::test]
async fn offsets_since_a_time() {
    keeps(Channel::paging(offset()).since(since_time()), options()).await;
}

#[tokio::test]
async fn cursors() {
    keeps_what_its_twins_break(Channel::paging(cursor()), options()).await;
}

#[tokio::test]
async fn cursors_posted_since_a_time() {
    keeps(Channel::paging(cursor()).posting().since(since_time()), options()).await;
}

#[tokio::test]
async fn cursors_since_an_id() {
    keeps(Channel::paging(cursor()).since(since_id()), options()).await;
}

#[tokio::test]
async fn a_platform_that_gives_less_than_it_is_asked_for() {
    let most = PlatformOptions { most: 2, ..options() };
    for list in [json!({ "total": "/data/total" }), json!({})] {
        for mut page in [number(), offset()] {
            page["until"] = json!("empty");
            let channel = Channel::paging(page).list(list.clone());
            let make = |platform: &Platform| channel.build(platform);
            let subject = Subject { make: &make, options: &most, paged: true, secrets: &[SECRET], flaw: None };
            promises::Promise::NothingIsLost.try_on(subject).await.unwrap();
            promises::Promise::NothingIsRepeated.try_on(subject).await.unwrap();
        }
    }
}

#[tokio::test]
async fn other_ways_of_proving_who_we_are() {
    let ways = [
        (json!({ "basic": { "user": "clerk", "password": { "env": "TOKEN" } } }), {
            Gate::Basic { user: "clerk".into(), password: Secret::new(SECRET) }
        }),
        (json!({ "api_key": { "header": "x-api-key", "value": { "file": "TOKEN" } } }), {
            Gate::ApiKey { header: "x-api-key".into(), value: Secret::new(SECRET) }
        }),
    ];
    for (auth, gate) in ways {
        let channel = Channel { auth, ..Channel::paging(number()) };
        let make = |platform: &Platform| channel.build(platform);
        let options = PlatformOptions { gate, ..options() };
        let subject = Subject { make: &make, options: &options, paged: true, secrets: &[SECRET], flaw: None };
        assert_eq!(promises::broken(subject).await, []);
    }
}
