//! Kind `rest` keeps every promise of kinds that are asked, with each paging and each way of proving who we
//! are; and every promise fails on its twin.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind, Secret};
use huiliu_farside::platform::{Doorkeeper, Envelope, Gate, Platform, PlatformOptions, TOKEN};
use huiliu_farside::promises::{self, PAGE, PROMISES, Subject};
use huiliu_farside::scheme::{Checker, Scheme, public_of};
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
    /// Further tables of `[poll]`, and `login`.
    more: Value,
}

impl Channel {
    fn paging(page: Value) -> Self {
        Self {
            list: json!({ "get": "/order/list", "items": "/data/records", "id": "orderNo" }),
            page,
            since: Value::Null,
            auth: json!({ "bearer": { "env": "TOKEN" } }),
            more: json!({}),
        }
    }

    fn with(mut self, name: &str, table: Value) -> Self {
        self.more[name] = table;
        self
    }

    /// Without credentials in each request, but with a login.
    fn logging_in(mut self, login: Value) -> Self {
        self.auth = Value::Null;
        self.with("login", login)
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
        let mut options = json!({
            "connect": {
                "url": platform.url(), "auth": self.auth, "timeout": "10s", "recipe": self.more["recipe"],
            },
            "login": self.more["login"],
            "poll": {
                "list": self.list, "page": self.page, "since": self.since,
                "success": { "at": "/code", "is": [200] },
            },
        });
        for name in ["detail", "slice", "sweep"] {
            options["poll"][name] = self.more[name].clone();
        }
        let site = Premises::new().with("TOKEN", SECRET).with("OURS", OURS).with("SM4", SM4);
        Rest::build(serde_json::from_value(options).unwrap(), &site).unwrap()
    }
}

fn options() -> PlatformOptions {
    PlatformOptions { gate: Gate::Bearer(Secret::new(SECRET)), ..PlatformOptions::new(0) }
}

async fn keeps(channel: Channel, options: PlatformOptions) {
    let make = |platform: &Platform| channel.build(platform);
    let paged = channel.page["by"] != "none";
    let subject = Subject { make: &make, options: &options, paged, secrets: &[SECRET, TOKEN, OURS, SM4], flaw: None };
    assert_eq!(promises::broken(subject).await, []);
}

/// As [`keeps`], and no promise is one that always holds.
async fn keeps_what_its_twins_break(channel: Channel, options: PlatformOptions) {
    let make = |platform: &Platform| channel.build(platform);
    let paged = channel.page["by"] != "none";
    let subject = Subject { make: &make, options: &options, paged, secrets: &[SECRET, TOKEN, OURS, SM4], flaw: None };
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
            let subject =
                Subject { make: &make, options: &most, paged: true, secrets: &[SECRET, TOKEN, OURS, SM4], flaw: None };
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
        let subject =
            Subject { make: &make, options: &options, paged: true, secrets: &[SECRET, TOKEN, OURS, SM4], flaw: None };
        assert_eq!(promises::broken(subject).await, []);
    }
}

/// HMAC-SM3 over time, nonce and body, in headers.
fn keyed() -> Value {
    let text = |name: &str, text: &str| json!({ "header": name, "text": text });
    json!({
        "stamp": { "format": "seconds" }, "nonce": {}, "keys": [{ "id": "2026", "secret": { "env": "TOKEN" } }],
        "steps": [{ "name": "sign", "hmac": "sm3", "of": "{stamp}.{nonce}.{body}", "as": "hex" }],
        "put": [
            text("x-key-id", "{key_id}"), text("x-timestamp", "{stamp}"), text("x-nonce", "{nonce}"),
            text("x-signature", "{sign}"),
        ],
    })
}

#[tokio::test]
async fn every_request_signed_by_a_recipe() {
    let channel = Channel { auth: Value::Null, ..Channel::paging(number()).posting() }.with("recipe", keyed());
    let signed = Gate::Signed(Checker::new(Scheme::Keyed { id: "2026".into(), secret: Secret::new(SECRET) }));
    keeps_what_its_twins_break(channel, PlatformOptions { gate: signed, ..options() }).await;
}

const OURS: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";

#[tokio::test]
async fn requests_and_answers_sealed_in_sm4_and_signed_by_sm2() {
    let part = || {
        json!({
            "steps": [{ "name": "sign", "sign": "sm2", "of": "{body}", "as": "hex" }],
            "put": [{ "header": "x-signature", "text": "{sign}" }],
            "seal": [{ "by": "sm4-ecb", "key": "{sm4}", "key_as": "hex" }],
        })
    };
    let mut recipe = part();
    recipe["values"] = json!({ "sm4": { "env": "SM4" } });
    recipe["keys"] = json!([{ "secret": { "env": "OURS" }, "public": public_of(THEIRS).unwrap() }]);
    recipe["answer"] = part();
    let channel = Channel { auth: Value::Null, ..Channel::paging(offset()).posting() }.with("recipe", recipe);
    let scheme =
        Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: public_of(OURS).unwrap() };
    keeps(channel, PlatformOptions { gate: Gate::Signed(Checker::new(scheme)), ..options() }).await;
}

fn link() -> Value {
    json!({ "by": "link", "size_param": "pageSize", "size": PAGE, "next": "/links/next" })
}

fn header() -> Value {
    json!({ "by": "header", "size_param": "pageSize", "size": PAGE })
}

fn linking() -> PlatformOptions {
    let envelope =
        Envelope { link: Some("/links/next".into()), rows: Some("/data/size".into()), ..Envelope::default() };
    PlatformOptions { envelope, ..options() }
}

fn login() -> Value {
    json!({
        "post": "/login", "body": { "user": "{user}", "password": "{password}" }, "user": "clerk",
        "password": { "env": "TOKEN" }, "token": "/data/token", "expires_in": "/data/expiresIn",
        "put": { "header": "X-Token" }, "lost": { "at": "/code", "is": ["10010"] },
    })
}

/// A platform whose tokens are good for two requests, and which tells it with HTTP 200.
fn worn_out_soon() -> PlatformOptions {
    let door = Doorkeeper::new("clerk", SECRET).uses(2).telling("10010");
    PlatformOptions { gate: Gate::Session(door), ..options() }
}

fn detail() -> Value {
    json!({ "post": "/order/detail", "body": { "orderNo": "{id}" }, "item": "/data" })
}

#[tokio::test]
async fn links_in_the_answer() {
    keeps_what_its_twins_break(Channel::paging(link()).list(json!({ "rows": "/data/size" })), linking()).await;
}

#[tokio::test]
async fn links_in_a_header_since_a_time() {
    let channel = Channel::paging(header()).since(since_time()).list(json!({ "total": "/data/total" }));
    keeps(Channel::paging(header()), options()).await;
    keeps(channel, options()).await;
}

#[tokio::test]
async fn a_login_that_wears_out_after_two_requests() {
    keeps_what_its_twins_break(Channel::paging(number()).logging_in(login()), worn_out_soon()).await;
}

#[tokio::test]
async fn a_login_posted_as_a_form_and_told_lost_by_401() {
    let mut login = login();
    login["send_as"] = json!("form");
    login["put"] = json!({ "bearer": true });
    login.as_object_mut().unwrap().remove("lost");
    let door = Doorkeeper::new("clerk", SECRET).uses(3);
    let options = PlatformOptions { gate: Gate::Session(door), ..options() };
    keeps(Channel::paging(cursor()).logging_in(login), options).await;
}

#[tokio::test]
async fn client_credentials_in_a_header_and_in_the_body() {
    for send in ["basic", "body"] {
        let oauth2 = json!({ "token": "/oauth/token", "id": "clerk", "secret": { "env": "TOKEN" }, "send": send });
        let channel = Channel { auth: json!({ "oauth2": oauth2 }), ..Channel::paging(offset()) };
        let door = Doorkeeper::new("clerk", SECRET).uses(4);
        keeps(channel, PlatformOptions { gate: Gate::Session(door), ..options() }).await;
    }
}

#[tokio::test]
async fn a_detail_for_every_item() {
    let cut = PlatformOptions { cut: Some(5), ..options() };
    keeps_what_its_twins_break(Channel::paging(number()).with("detail", detail()), cut).await;
}

#[tokio::test]
async fn details_where_texts_are_cut_behind_links_and_a_login() {
    let mut detail = detail();
    detail["when"] = json!("cut");
    let channel = Channel::paging(link()).list(json!({ "cut": ["orderContent"] })).logging_in(login());
    let cut = PlatformOptions { cut: Some(5), envelope: linking().envelope, ..worn_out_soon() };
    keeps(channel.with("detail", detail), cut).await;
}

#[tokio::test]
async fn slices_of_time() {
    let slice = json!({
        "from_param": "updateBegin", "to_param": "updateEnd", "format": "yyyy-MM-dd HH:mm:ss", "length": "2h",
        "back": "6h",
    });
    let from = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let recent = PlatformOptions { from, ..options() };
    let channel = Channel::paging(number()).with("slice", slice.clone()).with("sweep", json!({ "at": "00:00" }));
    let make = |platform: &Platform| channel.build(platform);
    let subject =
        Subject { make: &make, options: &recent, paged: false, secrets: &[SECRET, TOKEN, OURS, SM4], flaw: None };
    // A walk now is many lists: which of them is asked for again, and that a border of time is told twice, is its own.
    for promise in PROMISES {
        let of_borders = [promises::Promise::NothingIsRepeated, promises::Promise::OneCursorOnePage];
        if !of_borders.contains(promise) {
            promise.try_on(subject).await.unwrap_or_else(|what| panic!("{}: {what}", promise.name()));
        }
    }
}
