//! What a polled platform is asked, request by request: logins, links, details, and what is never taken for the whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use huiliu_contract::{Connector, ConnectorKind, Cursor, Fault, Item, Keepsake, Page};
use huiliu_farside::platform::{Doorkeeper, Envelope, Gate, Platform, PlatformOptions, Trick};
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::{Value, json};

const PASSWORD: &str = "open-sesame";

/// A connector, and what was stored of it.
struct Channel {
    connector: Connector,
    after: Option<Cursor>,
    kept: Option<Keepsake>,
}

impl Channel {
    fn of(platform: &Platform, change: impl FnOnce(&mut Value)) -> Self {
        let mut tables = json!({
            "connect": { "url": platform.url() },
            "poll": {
                "list": { "get": "/order/list", "items": "/data/records", "id": "orderNo" },
                "page": { "by": "number", "param": "pageNum", "size_param": "pageSize", "size": 2 },
                "success": { "at": "/code", "is": [200] },
            },
        });
        change(&mut tables);
        let site = Premises::new().with("PASSWORD", PASSWORD);
        let connector = Rest::build(serde_json::from_value(tables).unwrap(), &site).unwrap();
        Self { connector, after: None, kept: None }
    }

    async fn poll(&mut self) -> Result<Page, Fault> {
        let poll = self.connector.poll.as_ref().unwrap();
        let page = poll.poll(self.after.as_ref(), self.kept.as_ref()).await?;
        self.after = page.next.clone().or(self.after.take());
        self.kept = page.keep.clone().or(self.kept.take());
        Ok(page)
    }

    /// The ids of one walk, and the reasons of what is no item.
    async fn walk(&mut self) -> Vec<String> {
        let mut seen = Vec::new();
        for _ in 0..200 {
            let page = self.poll().await.unwrap();
            seen.extend(page.items.into_iter().map(|item| match item {
                Item::Submission(one) => one.external_id.to_string(),
                Item::Unreadable(one) => one.reason.zh,
            }));
            if !page.more {
                return seen;
            }
        }
        panic!("no end")
    }
}

fn listed(platform: &Platform) -> Vec<String> {
    platform.numbers().into_iter().flatten().collect()
}

fn login(tables: &mut Value) {
    tables["login"] = json!({
        "post": "/login", "body": { "user": "{user}", "password": "{password}" }, "user": "clerk",
        "password": { "env": "PASSWORD" }, "token": "/data/token", "expires_in": "/data/expiresIn",
        "lost": { "at": "/code", "is": ["10010"] },
    });
}

fn detail(when: &str) -> impl FnOnce(&mut Value) {
    let when = when.to_owned();
    move |tables| {
        tables["poll"]["list"]["cut"] = json!(["orderContent"]);
        tables["poll"]["detail"] =
            json!({ "get": "/order/detail", "query": { "orderNo": "{id}" }, "item": "/data", "when": when });
    }
}

async fn guarded(items: u64, door: &Doorkeeper) -> Platform {
    let options = PlatformOptions { gate: Gate::Session(door.clone()), ..PlatformOptions::new(items) };
    Platform::start(options).await.unwrap()
}

#[tokio::test]
async fn a_login_that_ends_on_page_three_is_made_anew_and_page_three_is_asked_again() {
    let door = Doorkeeper::new("clerk", PASSWORD).uses(2).telling("10010");
    let platform = guarded(10, &door).await;
    let mut channel = Channel::of(&platform, login);
    assert_eq!(channel.walk().await, listed(&platform), "each once, in order");
    let stats = platform.stats();
    assert_eq!((door.logins(), stats.pages, stats.refused), (3, 6, 2), "pages three and five were asked for twice");
}

#[tokio::test]
async fn a_restart_goes_on_with_the_token_that_was_kept_and_a_new_address_never_sees_it() {
    let door = Doorkeeper::new("clerk", PASSWORD);
    let platform = guarded(3, &door).await;
    let mut channel = Channel::of(&platform, login);
    channel.walk().await;
    let mut again = Channel::of(&platform, login);
    (again.after, again.kept) = (channel.after.clone(), channel.kept.clone());
    again.walk().await;
    assert_eq!(door.logins(), 1);
    let other = Doorkeeper::new("clerk", PASSWORD);
    let elsewhere = guarded(3, &other).await;
    let mut moved = Channel::of(&elsewhere, login);
    moved.kept = channel.kept.clone();
    moved.walk().await;
    assert_eq!((other.logins(), elsewhere.stats().refused), (1, 0), "it logs in there, and shows no token of another");
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_a_shut_door_is_no_refusal() {
    let door = Doorkeeper::new("clerk", "another");
    let platform = guarded(3, &door).await;
    let mut channel = Channel::of(&platform, login);
    for _ in 0..3 {
        assert_eq!(channel.poll().await.unwrap_err().word(), "denied");
    }
    assert_eq!((door.refused(), platform.stats().requests), (1, 0));
    let door = Doorkeeper::new("clerk", PASSWORD);
    let platform = guarded(3, &door).await;
    door.play([Trick::Status(503, Some("7".into())), Trick::Status(429, None)]);
    let mut channel = Channel::of(&platform, login);
    let Fault::Unavailable { retry_after: Some(wait), .. } = channel.poll().await.unwrap_err() else {
        panic!("no wait")
    };
    assert_eq!(wait.as_secs(), 7);
    assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    assert_eq!(channel.walk().await.len(), 3);
}

#[tokio::test]
async fn one_login_serves_what_is_asked_and_what_is_told() {
    let door = Doorkeeper::new("clerk", PASSWORD).uses(3).telling("10010");
    let platform = guarded(2, &door).await;
    let mut channel = Channel::of(&platform, |tables| {
        login(tables);
        tables["poll"]["page"] = json!({});
        tables["return"] = json!({ "closed": { "post": "/order/finish", "send": { "orderNo": "{id}" } } });
    });
    channel.poll().await.unwrap();
    let outlet = channel.connector.outlet.as_ref().unwrap();
    let outcome =
        serde_json::from_value(json!({ "kind": "closed", "at": "2026-12-01T02:03:04Z", "public_reply": "好" }));
    let (outcome, to) = (outcome.unwrap(), huiliu_contract::ExternalId::new("SP20260000001").unwrap());
    let parcel = outlet
        .compose(&huiliu_contract::Homebound {
            to: &to,
            outcome: &outcome,
            key: "k",
            greeting: "",
            ending: "",
            agree_public: None,
            number: "20261122-000001",
            document: None,
            files: &[],
        })
        .unwrap();
    assert!(!format!("{:?}", parcel.content.reveal()).contains("token"), "a parcel holds no credentials");
    for key in ["k-1", "k-2", "k-3"] {
        outlet.send(&parcel, key).await.unwrap();
    }
    assert_eq!(
        (door.logins(), platform.told("SP20260000001").len()),
        (2, 3),
        "the third found it lost, and was told once"
    );
    let page = channel.poll().await.unwrap();
    assert!(page.keep.is_some(), "what the outlet fetched is kept with the next page");
    assert_eq!(door.logins(), 2);
}

#[tokio::test]
async fn a_link_is_not_followed_to_a_host_that_the_file_does_not_name() {
    let envelope = Envelope { next: "/data/link".into(), ..Envelope::default() };
    let platform = Platform::start(PlatformOptions { envelope, ..PlatformOptions::new(3) }).await.unwrap();
    // What stands there is no link of this platform, but a relative one all the same: it leads to an address that is not.
    let mut channel = Channel::of(&platform, |tables| {
        tables["poll"]["page"] = json!({ "by": "link", "next": "/data/link", "size_param": "pageSize", "size": 2 });
    });
    channel.poll().await.unwrap();
    assert_eq!(channel.poll().await.unwrap_err().word(), "malformed");
    let stored = channel.after.clone().unwrap().0.replace("127.0.0.1", "elsewhere.example");
    channel.after = Some(Cursor(stored));
    let asked = platform.stats().requests;
    let fault = channel.poll().await.unwrap_err();
    assert!(fault.to_string().contains("`connect.allow_hosts`"), "{fault}");
    assert_eq!(platform.stats().requests, asked);
}

#[tokio::test]
async fn a_cut_text_is_for_a_person_where_no_detail_is_declared() {
    let platform = Platform::start(PlatformOptions { cut: Some(8), ..PlatformOptions::new(2) }).await.unwrap();
    let mut channel = Channel::of(&platform, |tables| tables["poll"]["list"]["cut"] = json!(["orderContent"]));
    let seen = channel.walk().await;
    assert!(seen.iter().all(|reason| reason.contains("截断") && reason.contains("poll.detail")), "{seen:?}");
}

#[tokio::test]
async fn a_detail_is_one_poll_and_makes_the_item_whole() {
    let platform = Platform::start(PlatformOptions { cut: Some(8), ..PlatformOptions::new(3) }).await.unwrap();
    let mut channel = Channel::of(&platform, detail("cut"));
    let list = channel.poll().await.unwrap();
    assert_eq!((list.items.len(), list.more, platform.stats().details), (0, true, 0));
    assert!(!list.next.unwrap().0.contains("orderContent"), "a cursor holds no content");
    for n in 1..=2 {
        let page = channel.poll().await.unwrap();
        let [Item::Submission(one)] = page.items.as_slice() else { panic!("{page:?}") };
        assert_eq!(one.document.reveal(), &platform.document(one.external_id.as_str()).unwrap());
        assert_eq!((platform.stats().requests, platform.stats().details), (1, n));
    }
    let kept = channel.kept.clone().unwrap();
    assert!(!String::from_utf8_lossy(kept.0.reveal()).contains("orderNo"), "the rows went with the last of them");
    assert_eq!(channel.walk().await.len(), 1);
    let whole = Platform::start(PlatformOptions::new(3)).await.unwrap();
    let mut channel = Channel::of(&whole, detail("cut"));
    assert_eq!(channel.walk().await, listed(&whole));
    assert_eq!(whole.stats().details, 0, "nothing was cut");
}

#[tokio::test]
async fn one_detail_that_is_gone_stops_no_other_and_a_line_that_breaks_goes_on_where_it_was() {
    let platform = Platform::start(PlatformOptions { cut: Some(8), ..PlatformOptions::new(4) }).await.unwrap();
    let mut channel = Channel::of(&platform, |tables| {
        detail("always")(tables);
        tables["poll"]["page"]["size"] = json!(10);
    });
    platform.play_on_details([Trick::Nothing, Trick::Status(404, None), Trick::HangUp, Trick::Code("E1".into())]);
    channel.poll().await.unwrap();
    let first = channel.poll().await.unwrap();
    assert!(matches!(first.items.as_slice(), [Item::Submission(_)]));
    let gone = channel.poll().await.unwrap();
    let [Item::Unreadable(one)] = gone.items.as_slice() else { panic!("{gone:?}") };
    let row: Value = serde_json::from_slice(one.raw.bytes.reveal()).unwrap();
    assert_eq!(row["orderNo"], "SP20260000002", "what the list said is kept");
    assert_eq!(channel.poll().await.unwrap_err().word(), "unavailable");
    let seen = channel.walk().await;
    assert!(seen[0].contains("详情") && seen[1] == "SP20260000004", "{seen:?}");
    assert_eq!(platform.stats().requests, 1, "the list was asked for once");
}

#[tokio::test]
async fn rows_that_are_gone_cost_one_request_and_lose_nothing() {
    let platform = Platform::start(PlatformOptions::new(4)).await.unwrap();
    let mut channel = Channel::of(&platform, detail("always"));
    channel.poll().await.unwrap();
    channel.poll().await.unwrap();
    channel.kept = None;
    assert_eq!(channel.walk().await, listed(&platform));
    assert_eq!(platform.stats().requests, 4, "one page was asked for twice, and one behind the last");
}

#[tokio::test]
async fn slices_take_every_item_to_the_present_and_nothing_before() {
    let from = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(33);
    let platform = Platform::start(PlatformOptions { from, ..PlatformOptions::new(7) }).await.unwrap();
    let mut channel = Channel::of(&platform, |tables| {
        tables["poll"]["slice"] = json!({
            "from_param": "updateBegin", "to_param": "updateEnd", "format": "yyyy-MM-dd HH:mm:ss",
            "length": "6h", "back": "3d",
        });
    });
    assert_eq!(channel.walk().await, listed(&platform), "all in one slice, the others are empty and move on");
    assert_eq!(platform.stats().requests, 12 + 3, "twelve slices, four pages in one of them");
    let before = platform.stats().requests;
    assert!(channel.walk().await.is_empty());
    assert_eq!(platform.stats().requests, before + 1, "the next walk is one slice");
}

#[tokio::test]
async fn a_day_is_counted_by_a_number_or_by_its_list_page_by_page() {
    let platform = Platform::start(PlatformOptions::new(5)).await.unwrap();
    assert!(platform.hide("SP20260000002", true));
    let span = json!({ "from_param": "updateBegin", "to_param": "updateEnd", "format": "yyyy-MM-dd HH:mm:ss" });
    let census = |more: Value| {
        let mut census = span.clone();
        census.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Channel::of(&platform, move |tables| tables["poll"]["census"] = census).connector.census.unwrap()
    };
    let day = jiff::civil::date(2026, 11, 1);
    let count = census(json!({ "get": "/order/count", "count": "/data/total" }));
    let counted = count.count(day, None, None).await.unwrap();
    assert_eq!((counted.total, counted.ids, counted.next), (Some(5), None, None));
    assert_eq!(count.count(day.tomorrow().unwrap(), None, None).await.unwrap().total, Some(0));

    let list = census(json!({
        "get": "/order/list", "query": { "all": "1" }, "items": "/data/records", "id": "orderNo", "total": "/data/total",
    }));
    let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let counted = list.count(day, after.as_ref(), None).await.unwrap();
        assert_eq!(counted.total, Some(5));
        ids.extend(counted.ids.unwrap().into_iter().map(|id| id.to_string()));
        pages += 1;
        match counted.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!((ids.len(), pages, ids[1].as_str()), (5, 3, "SP20260000002"));

    // What holds no number is no count; a list that comes short of its own total is no list.
    let wrong = census(json!({ "get": "/order/count", "count": "/data" })).count(day, None, None).await.unwrap_err();
    assert!(wrong.to_string().contains("poll.census.count"), "{wrong}");
    platform.play([Trick::NoList]);
    assert_eq!(list.count(day, None, None).await.unwrap_err().word(), "malformed");
}

#[tokio::test]
async fn a_walk_can_begin_at_a_time_that_is_told() {
    let platform = Platform::start(PlatformOptions::new(5)).await.unwrap();
    let mut channel = Channel::of(&platform, |tables| {
        tables["poll"]["since"] = json!({
            "param": "updateBegin", "at": "updateTime", "format": "yyyy-MM-dd HH:mm:ss", "overlap": "1h",
        });
        tables["poll"]["sweep"] = json!({ "at": "00:00" });
    });
    let begins = |at: &str| channel.connector.poll.as_ref().unwrap().since(at.parse().unwrap());
    let third = begins("2026-11-01T08:00:02+08:00");
    channel.after = third;
    assert_eq!(channel.walk().await, listed(&platform)[2..]);
    let by_number = Channel::of(&platform, |tables| {
        tables["poll"]["since"] = json!({ "param": "afterSeq", "by": "id", "at": "seq" });
    });
    assert!(by_number.connector.poll.unwrap().since(jiff::Timestamp::UNIX_EPOCH).is_none());
}
