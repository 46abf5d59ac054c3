//! What an operator may write, what is refused, and with which words; and what goes out on the line.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind, Item, Misconfigured};
use huiliu_farside::platform::{Platform, PlatformOptions};
use huiliu_farside::site::Premises;
use huiliu_rest::{Options, Rest};
use serde_json::{Value, json};

fn channel(url: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut tables = json!({
        "connect": { "url": url },
        "poll": { "list": { "get": "/order/list", "items": "/data/records", "id": "orderNo" } },
    });
    change(&mut tables);
    tables
}

fn build(tables: Value) -> Result<Connector, Vec<Misconfigured>> {
    Rest::build(serde_json::from_value(tables).unwrap(), &Premises::new().with("TOKEN", "s"))
}

/// The keys of all mistakes of a channel that is changed in this way.
fn wrong(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mistakes = build(channel("http://127.0.0.1:1/api", change)).unwrap_err();
    assert!(mistakes.iter().all(|one| !one.problem.is_empty() && !one.problem_zh.is_ascii()), "{mistakes:?}");
    mistakes.into_iter().map(|one| one.key).collect()
}

#[test]
fn every_mistake_is_told_with_its_key() {
    let keys = wrong(|tables| {
        tables["connect"] = json!({ "url": "ftp://x", "timeout": "0s", "auth": { "bearer": { "env": "NONE" } } });
        tables["poll"]["list"]["items"] = json!("a..b");
        tables["poll"]["list"]["query"] = json!({ "x": "{nmae}" });
        tables["poll"]["page"] = json!({ "by": "cursor", "param": "c", "size": 0, "max_pages": 0 });
        tables["poll"]["since"] = json!({ "at": "t", "format": "YYYY", "overlap": "0s" });
        tables["poll"]["success"] = json!({ "at": "code", "is": [] });
        tables["return"] = json!({ "closed": { "post": "/f", "send": { "n": "{internal_note}" } } });
    });
    for key in [
        "connect.url",
        "connect.timeout",
        "connect.auth.bearer",
        "poll.list.items",
        "poll.list.query.x",
        "poll.page.size",
        "poll.page.max_pages",
        "poll.page.next",
        "poll.since.format",
        "poll.since.overlap",
        "poll.success.is",
        "return.closed.send.n",
    ] {
        assert!(keys.iter().any(|found| found == key), "{key} is not among {keys:?}");
    }
}

#[test]
fn what_is_written_in_vain_or_twice_is_refused() {
    let page = |page: Value| wrong(move |tables| tables["poll"]["page"] = page);
    assert_eq!(page(json!({ "by": "number", "size": 5 })), ["poll.page.param"], "nothing carries the number");
    assert_eq!(page(json!({ "by": "number", "param": "p", "next": "/n" })), ["poll.page.next"]);
    assert_eq!(page(json!({ "first": 1 })), ["poll.page.first"]);
    assert_eq!(page(json!({ "size_param": "s" })), ["poll.page.size"]);
    assert_eq!(wrong(|tables| tables["poll"]["list"]["query"] = json!({ "p": "{page}" })), ["poll.list"]);
    assert_eq!(wrong(|tables| tables["poll"]["list"]["post"] = json!("/x")), ["poll.list"]);
    assert_eq!(wrong(|tables| tables["poll"]["list"]["body"] = json!({})), ["poll.list.body"]);
    assert!(build(channel("http://127.0.0.1:1", |tables| tables["return"] = json!({}))).unwrap().outlet.is_none());
    assert_eq!(wrong(|tables| tables["return"] = json!({ "honours_key": true })), ["return"]);
    assert_eq!(
        wrong(|tables| {
            tables["poll"]["list"]["query"] = json!({ "p": "1" });
            tables["poll"]["page"] = json!({ "by": "number", "param": "p" });
        }),
        ["poll.page.param"]
    );
    assert_eq!(
        wrong(|tables| tables["poll"]["since"] = json!({ "at": "id", "by": "id", "param": "s", "overlap": "1h" })),
        ["poll.since.overlap"]
    );
}

#[test]
fn what_belongs_together_is_checked_together() {
    let poll = |name: &str, table: Value| wrong(|tables| tables["poll"][name] = table);
    let detail = |change: Value| {
        let mut table = json!({ "post": "/d", "body": { "no": "{id}" }, "item": "/data" });
        table.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        poll("detail", table)
    };
    assert_eq!(detail(json!({ "body": {} })), ["poll.detail"], "nothing says which item");
    assert_eq!(detail(json!({ "when": "cut" })), ["poll.list.cut"]);
    assert_eq!(detail(json!({ "when": "missing" })), ["poll.detail.needs"]);
    assert_eq!(detail(json!({ "needs": ["phone"] })), ["poll.detail.needs"]);
    assert_eq!(detail(json!({ "into": "", "item": "a..b" })), ["poll.detail.into", "poll.detail.item"]);
    assert_eq!(detail(json!({ "body": { "no": "{page}" } })), ["poll.detail.body.no"]);
    assert_eq!(poll("sweep", json!({ "at": "03:30" })), ["poll.sweep"], "a walk of everything needs none");
    assert_eq!(poll("slice", json!({ "from_param": "a" })), ["poll.slice.to_param"]);
    let both = wrong(|tables| {
        tables["poll"]["since"] = json!({ "param": "s", "at": "t" });
        tables["poll"]["slice"] = json!({ "from_param": "a", "to_param": "b", "length": "1s", "back": "1m" });
        tables["poll"]["sweep"] = json!({ "at": "3 Uhr" });
    });
    assert_eq!(both, ["poll.slice", "poll.slice.length", "poll.slice.back", "poll.sweep.at"]);
    assert_eq!(poll("page", json!({ "by": "link" })), ["poll.page.next"]);
    assert_eq!(
        poll("page", json!({ "by": "header", "next": "/n", "param": "p" })),
        ["poll.page.next", "poll.page.param"]
    );
    let posted = wrong(|tables| {
        tables["poll"]["list"] =
            json!({ "post": "/l", "items": "/d", "id": "i", "cut_at": 5, "empty": { "at": "m", "is": [] } });
        tables["poll"]["page"] = json!({ "by": "header" });
    });
    assert_eq!(posted, ["poll.list.post", "poll.list.empty.is", "poll.list.cut_at"]);
}

#[test]
fn a_login_that_cannot_work_is_refused() {
    let login = |change: Value| {
        wrong(|tables| {
            tables["login"] = json!({
                "post": "/login", "body": { "u": "{user}", "p": "{password}" }, "user": "clerk",
                "password": { "env": "TOKEN" }, "token": "/data/token",
            });
            for (name, value) in change.as_object().unwrap() {
                tables["login"][name] = value.clone();
            }
        })
    };
    assert_eq!(login(json!({ "password": null })), ["login.password"]);
    assert_eq!(login(json!({ "body": { "u": "{user}" } })), ["login.password"], "nothing sends it");
    assert_eq!(login(json!({ "password": { "env": "NONE" } })), ["login.password"]);
    assert_eq!(login(json!({ "post": "http://elsewhere.example/login" })), ["login.post"]);
    assert_eq!(login(json!({ "valid": "1s", "tries": 0 })), ["login.valid", "login.tries"]);
    assert_eq!(login(json!({ "put": { "bearer": false } })), ["login.put"]);
    assert_eq!(login(json!({ "put": { "header": "坏" } })), ["login.put.header"]);
    assert_eq!(login(json!({ "put": { "field": "token" } })), ["login.put.field"], "the list is a GET");
    assert_eq!(login(json!({ "lost": { "at": "code" } })), ["login.lost"]);
    assert_eq!(login(json!({ "lost": {} })), ["login.lost"]);
    assert_eq!(login(json!({ "lost": { "statuses": [200] } })), ["login.lost.statuses"]);
    let success = json!({ "at": "code", "is": [200] });
    assert_eq!(login(json!({ "success": success, "lost": { "at": "code", "is": ["200"] } })), ["login.lost.is"]);
    let oauth2 = json!({ "token": "http://x.example/t", "id": "i", "secret": { "env": "NONE" } });
    let keys = wrong(|tables| tables["connect"]["auth"] = json!({ "oauth2": oauth2 }));
    assert_eq!(keys, ["connect.auth.oauth2.secret", "connect.auth.oauth2.token"]);
}

#[test]
fn secrets_and_strange_hosts_are_kept_out_of_plain_places() {
    for url in ["http://me:pw@127.0.0.1", "http://127.0.0.1/?key=1"] {
        assert_eq!(build(channel(url, |_| {})).unwrap_err()[0].key, "connect.url");
    }
    let keys = wrong(|tables| tables["connect"]["headers"] = json!({ "Authorization": "Bearer x" }));
    assert_eq!(keys, ["connect.headers.Authorization"]);
    let keys = wrong(|tables| tables["poll"]["list"]["get"] = json!("http://elsewhere.example/list"));
    assert_eq!(keys, ["poll.list.get"]);
    let allowed = channel("http://127.0.0.1:1", |tables| {
        tables["connect"]["allow_hosts"] = json!(["elsewhere.example"]);
        tables["poll"]["list"]["get"] = json!("http://elsewhere.example/list");
    });
    assert!(build(allowed).is_ok());
}

#[test]
fn a_header_mistake_is_told_once_however_many_requests_carry_it() {
    let keys = wrong(|tables| {
        tables["connect"]["headers"] = json!({ "坏": "x" });
        tables["return"] = json!({ "closed": { "post": "/a" }, "signed": { "post": "/b" } });
    });
    assert_eq!(keys, ["connect.headers.坏"]);
}

#[test]
fn an_unknown_key_is_refused() {
    for place in ["/connect", "/poll", "/poll/list"] {
        let mut tables = channel("http://127.0.0.1:1", |_| {});
        tables.pointer_mut(place).unwrap()["preset"] = json!("x");
        assert!(serde_json::from_value::<Options>(tables).is_err(), "{place}");
    }
}

/// Every property of the schema says in Chinese what it means: the reference is rendered from there.
#[test]
fn every_option_has_its_chinese_meaning() {
    let schema = schemars::schema_for!(Options).to_value();
    let mut nodes = vec![&schema];
    let mut properties = 0;
    while let Some(node) = nodes.pop() {
        match node {
            Value::Object(members) => {
                // A choice of an enum carries its meaning itself, not on the one property that names it.
                let listed = members.get("properties").filter(|_| !members.contains_key("x-zh"));
                for (name, option) in listed.and_then(Value::as_object).into_iter().flatten() {
                    properties += 1;
                    assert!(option.get("x-zh").is_some_and(Value::is_string), "`{name}` has no x-zh: {option}");
                    assert!(option.get("description").is_some(), "`{name}` has no description");
                }
                nodes.extend(members.values());
            }
            Value::Array(list) => nodes.extend(list),
            _ => {}
        }
    }
    assert!(properties > 40, "{properties}");
}

#[tokio::test]
async fn an_item_is_handed_over_with_its_canonical_form_version_and_time() {
    let platform = Platform::start(PlatformOptions::new(1)).await.unwrap();
    let tables = channel(&platform.url(), |tables| {
        tables["poll"]["list"]["version"] = json!("updateTime");
        tables["poll"]["list"]["sent_at"] = json!({ "at": "dispatchTime", "format": "yyyy-MM-dd HH:mm:ss" });
    });
    let page = build(tables).unwrap().poll.unwrap().poll(None, None).await.unwrap();
    let [Item::Submission(one)] = page.items.as_slice() else { panic!("{page:?}") };
    let document = platform.document("SP20260000001").unwrap();
    assert_eq!(one.external_id.as_str(), "SP20260000001");
    assert_eq!(one.version.as_ref().unwrap().0, "2026-11-01 08:00:00");
    assert_eq!(one.sent_at.unwrap().to_string(), "2026-11-01T00:00:00Z");
    assert_eq!(one.raw.bytes.reveal(), &document.to_string());
    assert_eq!(one.document.reveal(), &document);
}

#[tokio::test]
async fn the_next_walk_begins_at_the_highest_time_less_the_overlap() {
    let platform = Platform::start(PlatformOptions::new(100)).await.unwrap();
    let tables = channel(&platform.url(), |tables| {
        tables["poll"]["page"] = json!({ "by": "number", "param": "pageNum", "size_param": "pageSize", "size": 60 });
        tables["poll"]["since"] = json!({
            "param": "updateBegin", "at": "updateTime", "format": "yyyy-MM-dd HH:mm:ss", "overlap": "9s",
        });
    });
    let poll = build(tables).unwrap().poll.unwrap();
    let first = poll.poll(None, None).await.unwrap();
    let second = poll.poll(first.next.as_ref(), None).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.more), (60, 40, false));
    let third = poll.poll(second.next.as_ref(), None).await.unwrap();
    assert_eq!((third.items.len(), third.more), (10, false), "the last second and nine before it");
    assert!(platform.revise("SP20260000003"));
    assert_eq!(poll.poll(third.next.as_ref(), None).await.unwrap().items.len(), 11);
}

#[tokio::test]
async fn an_item_dated_in_the_future_hides_nothing() {
    let from = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 365);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(1) }).await.unwrap();
    let tables = channel(&platform.url(), |tables| {
        tables["poll"]["since"] =
            json!({ "param": "updateBegin", "at": "updateTime", "format": "yyyy-MM-dd HH:mm:ss" });
    });
    let page = build(tables).unwrap().poll.unwrap().poll(None, None).await.unwrap();
    let cursor: Value = serde_json::from_str(&page.next.unwrap().0).unwrap();
    let mark: jiff::Timestamp = cursor["since"]["time"].as_str().unwrap().parse().unwrap();
    assert!(mark <= jiff::Timestamp::now());
}

#[test]
fn a_count_says_of_which_day_and_is_a_number_or_a_list() {
    let census = |census: Value| wrong(move |tables| tables["poll"]["census"] = census);
    let span = |more: Value| {
        let mut census = json!({ "get": "/n", "from_param": "a", "to_param": "b" });
        census.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        census
    };
    assert_eq!(census(span(json!({}))), ["poll.census"]);
    assert_eq!(census(span(json!({ "count": "/n", "items": "/l", "id": "i" }))), ["poll.census"]);
    assert_eq!(census(span(json!({ "count": "/n", "id": "i" }))), ["poll.census.id"]);
    assert_eq!(census(span(json!({ "items": "/l" }))), ["poll.census.id"]);
    assert_eq!(census(span(json!({ "count": "/n", "post": "/m" }))), ["poll.census"]);
    assert_eq!(census(json!({ "get": "/n", "count": "/n" })), ["poll.census.from_param", "poll.census.to_param"]);
    assert_eq!(
        census(json!({ "get": "/n", "count": "/n", "query": { "d": "{from}" }, "format": "yyyyMMdd HHmm" })),
        ["poll.census.to_param"]
    );
    let day = json!({ "get": "/n", "count": "/n", "query": { "d": "{from}" }, "format": "yyyyMMdd" });
    let built = build(channel("http://127.0.0.1:1", |tables| tables["poll"]["census"] = day));
    assert!(built.unwrap().census.is_some(), "a day alone needs no end");
}
