//! Every screen in both languages, as it is pinned.

use huiliu_contract::SecretRef;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::table::Look;
use crate::cli::{approve, channel, dead, due, errand, homeward, reload, secret, status, ticket};
use crate::console::view::{
    ChannelDetail, ChannelView, DeadView, ErrandView, Life, ReferenceView, ReloadReport, SecretView, TicketView,
};
use crate::settings::{Channels, Lang, SecretState};

fn look(lang: Lang) -> Look {
    Look { lang, zone: TimeZone::get("Asia/Shanghai").unwrap(), width: Some(80) }
}

pub(super) fn both(name: &str, screen: impl Fn(&Look) -> String) {
    for lang in [Lang::Zh, Lang::En] {
        let text = screen(&look(lang));
        let wide = |c: char| if c > '\u{2e80}' { 2 } else { 1 };
        for line in text.lines() {
            assert!(line.chars().map(wide).sum::<usize>() <= 80, "{name}: {line}");
        }
        insta::assert_snapshot!(format!("{name}_{}", if lang == Lang::Zh { "zh" } else { "en" }), text);
    }
}

pub(super) fn a_ticket() -> Value {
    json!({
        "number": "261122-00017", "channel": "xianzhang", "channel_name": "书记县长信箱", "external_id": "XZ2026112200031",
        "core_number": "RX20261122000123", "core_accepted_at": "2026-11-22T01:31:00Z",
        "title": "刘先生反映城关镇衡岳路第三盏路灯不亮,晚上行人摔倒", "standing": "live",
        "received_at": "2026-11-22T01:30:00Z", "submitted_at": "2026-11-22T01:20:00Z",
        "deadline": "2026-12-06T15:59:59Z", "category": "市政", "region": "430424",
        "version": 2, "events": 2, "sent": 1, "stuck": 41, "concluded_at": "2026-12-03T01:00:00Z"
    })
}

fn a_dead_letter() -> Value {
    json!({
        "id": 41, "kind": "event", "channel": "xianzhang", "channel_name": "书记县长信箱",
        "since": "2026-11-22T02:00:00Z", "reason": "malformed", "attempts": 7, "ticket": "261122-00017",
        "event": 2, "external_id": "XZ2026112200031", "ended_at": null, "ended_how": null
    })
}

fn reasons() -> Value {
    json!([{ "field": "phone", "field_zh": "联系电话", "rule": "clean", "place": "lxdh",
        "reason": { "zh": "不像电话号码", "en": "is no telephone number" },
        "remedy": { "zh": "改好字段对应后重试", "en": "mend the mapping, then retry" } }])
}

pub(super) fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn tickets_are_listed() {
    let other = json!({ "standing": "trial", "stuck": null, "number": "261122-00028", "title": null });
    let third = json!({ "stuck": null, "sent": 2, "number": "261122-00033", "title": "建议" });
    let merged = |changes: &Value| {
        let mut row = a_ticket();
        row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        of::<TicketView>(row)
    };
    let rows = [of::<TicketView>(a_ticket()), merged(&other), merged(&third)];
    both("tickets", |look| ticket::list(look, &rows));
    both("no_tickets", |look| ticket::list(look, &[]));
}

#[test]
fn what_is_due_is_listed() {
    let row = |number: &str, deadline: &str, sent: u32| {
        let mut row = a_ticket();
        let changes = json!({ "number": number, "deadline": deadline, "sent": sent, "stuck": null });
        row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        of::<TicketView>(row)
    };
    let rows = [
        row("261122-00017", "2026-11-29T15:59:59Z", 2),
        row("261122-00028", "2026-12-02T00:40:00Z", 1),
        row("261122-00033", "2026-12-02T01:25:30Z", 2),
        row("261122-00044", "2026-12-04T15:59:59Z", 2),
        TicketView { deadline: None, redone: 1, ..row("261122-00055", "2026-12-04T15:59:59Z", 2) },
    ];
    let now = "2026-12-02T01:00:00Z".parse().unwrap();
    both("due", |look| due::list(look, &rows, now));
    both("nothing_due", |look| due::list(look, &[], now));
}

#[test]
fn a_ticket_s_life_is_shown() {
    let at = "2026-11-22T01:30:00Z";
    let life: Life = of(json!({
        "ticket": a_ticket(), "masked": true,
        "draft": { "person": { "name": "刘先生", "phone": "138****0000" }, "matter": { "title": "路灯不亮" } },
        "versions": [
            { "n": 1, "received_at": at, "state": "taken", "source_version": null, "media_type": "application/json",
              "bytes": 1200, "raw": null, "draft": null, "reasons": null },
            { "n": 2, "received_at": at, "state": "unmapped", "source_version": "7", "media_type": "application/json",
              "bytes": 1210, "raw": null, "draft": null, "reasons": reasons() }
        ],
        "events": [
            { "n": 1, "kind": "new", "at": at, "state": "forwarded", "idempotency_key": "261122-00017-1" },
            { "n": 2, "kind": "revised", "at": at, "state": "dead", "idempotency_key": "261122-00017-2" },
            { "n": 3, "kind": "revised", "at": at, "state": "behind", "idempotency_key": "261122-00017-3" }
        ],
        "outcomes": [
            { "core_id": "OUT-9", "at": at, "kind": "closed", "body": null },
            { "core_id": "OUT-10", "at": at, "kind": "visited", "satisfaction": "很满意", "satisfaction_level": "very_satisfied", "body": null },
            { "core_id": "OUT-11", "at": at, "kind": "visited", "satisfaction": "还凑合", "body": null },
        ],
        "dead": [a_dead_letter()],
        "deeds": [{ "at": at, "who": "unix:zhang", "what": "unmask", "subject": "ticket:261122-00017", "why": "回访" }]
    }));
    both("life", |look| ticket::show(look, &life));
}

#[test]
fn dead_letters_are_shown() {
    let mut ended = a_dead_letter();
    ended.as_object_mut().unwrap().extend(
        json!({ "id": 42, "kind": "unmapped", "event": null, "ticket": null, "reason": "unmapped",
            "ended_at": "2026-11-22T03:00:00Z", "ended_how": "remapped" })
        .as_object()
        .unwrap()
        .clone(),
    );
    let rows: [DeadView; 2] = [of(a_dead_letter()), of(ended.clone())];
    both("dead_list", |look| dead::list(look, &rows));
    ended
        .as_object_mut()
        .unwrap()
        .extend(json!({ "masked": true, "details": reasons(), "raw": null, "deeds": [] }).as_object().unwrap().clone());
    let detail = of(ended);
    both("dead_show", |look| dead::show(look, &detail));
}

#[test]
fn what_a_person_chooses_on_a_closed_order_is_shown() {
    let mut closed = a_dead_letter();
    closed.as_object_mut().unwrap().extend(
        json!({ "id": 43, "kind": "closed", "reason": "closed_order", "attempts": 1, "masked": true, "raw": null,
            "event_kind": "urged", "choices": ["answer_again", "reopened", "new_ticket", "drop"],
            "details": { "message": "malformed: `/code` is `60012`", "quoted": "…" }, "deeds": [] })
        .as_object()
        .unwrap()
        .clone(),
    );
    let rows: [DeadView; 2] = [of(closed.clone()), of(a_dead_letter())];
    both("dead_list_closed", |look| dead::list(look, &rows));
    let detail = of(closed);
    both("dead_show_closed", |look| dead::show(look, &detail));
    let ended = json!({ "id": 43, "how": "new_ticket", "kind": "closed", "ticket": "261122-00028", "what": null });
    both("dead_new_ticket", |look| dead::ended_text(look, &of(ended.clone())));
}

fn a_write_back(changes: &Value) -> Value {
    let mut row = a_dead_letter();
    let own = json!({ "id": 43, "kind": "approval", "reason": "approval", "event": null, "write_back": 2,
        "outcome": "closed", "deadline": "2026-12-06T15:59:59Z", "attempts": 0, "masked": true, "raw": null,
        "details": null, "deeds": [] });
    for more in [&own, changes] {
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    row
}

#[test]
fn write_backs_that_need_a_person_are_shown() {
    let by_hand = a_write_back(&json!({ "id": 44, "kind": "by_hand", "reason": "fallback", "outcome": "replied",
        "details": { "text": "尊敬的刘先生:\n路灯已修好。", "outcome": { "kind": "replied", "solved": "解决",
            "units": [{ "name": "住建局", "role": "lead" }] },
            "fault": { "message": "status 500", "quoted": "…" } } }));
    let uncertain =
        a_write_back(&json!({ "id": 45, "kind": "uncertain", "reason": "told_twice", "outcome": "extended",
        "details": { "message": "it was sent" } }));
    let refused = a_write_back(&json!({ "id": 46, "kind": "write_back", "reason": "malformed",
        "outcome": "returned_to_source", "details": { "message": "status 422", "quoted": "缺少原因" } }));
    let done = a_write_back(&json!({ "id": 47, "ended_at": "2026-11-22T03:00:00Z", "ended_how": "handed_back" }));
    let rows = [a_write_back(&json!({})), by_hand.clone(), uncertain.clone(), refused.clone(), done];
    let rows = rows.map(of::<DeadView>);
    both("dead_list_homeward", |look| dead::list(look, &rows));
    for (name, letter) in [("by_hand", by_hand), ("uncertain", uncertain), ("refused", refused)] {
        let letter = of(letter);
        both(&format!("dead_show_{name}"), |look| dead::show(look, &letter));
    }
}

#[test]
fn what_waits_for_approval_is_shown() {
    let text = "刘**您好,请联系138****0000,已办结。";
    let at = |part: &str| text.find(part).unwrap();
    let mark = |kind: &str, zh: &str, en: &str, part: &str| json!({ "kind": kind, "zh": zh, "en": en, "from": at(part), "to": at(part) + part.len() });
    let findings = [
        mark("sender_name", "有诉求人全名", "there is the sender's full name", "刘**"),
        mark("phone", "有电话号码", "there is a telephone number", "138****0000"),
    ];
    let behind = json!([{ "n": 3, "kind": "visited", "since": "2026-11-22T02:00:00Z", "deadline": null }]);
    let parcel = format!("POST https://sheng.example/reply\n{text}");
    let one = of(a_write_back(&json!({ "parcel": parcel, "text": text, "findings": findings, "behind": behind })));
    both("approval", |look| approve::show(look, &one));
    let rows = [
        of(a_write_back(&json!({ "findings": 2 }))),
        of(a_write_back(&json!({ "id": 48, "findings": 0, "outcome": "extended", "deadline": null }))),
    ];
    both("approvals", |look| approve::list(look, &rows));
    both("no_approvals", |look| approve::list(look, &[]));
}

#[test]
fn what_was_carried_home_is_shown() {
    let at = "2026-11-22T01:30:00Z";
    let item = |n: u32, kind: &str, state: &str, more: Value| {
        let mut row = json!({ "n": n, "kind": kind, "state": state, "since": at, "waits_for": null, "dead": null,
            "approved": false, "reworded": false, "attempts": 0, "core_id": null, "tries": [] });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let tries = json!([
        { "at": at, "end": "refused", "sent": "POST /sign\n{}", "answered": { "message": "status 500", "quoted": "忙" } },
        { "at": at, "end": "taken", "sent": null, "answered": "R-7" }, { "at": at, "end": null, "sent": null, "answered": null }
    ]);
    let of_one = json!({ "channel": "sheng", "channel_name": "省长信箱", "external_id": "SZ-7", "since": at,
        "write_backs": [
            item(1, "signed", "settled", json!({ "tries": tries })),
            item(2, "progressed", "passed", json!({})),
            item(3, "replied", "person", json!({ "dead": 43 })),
            item(4, "closed", "waiting", json!({ "waits_for": 3 })),
            item(5, "visited", "unwanted", json!({}))
        ] });
    let none =
        json!({ "channel": "xian", "channel_name": "县长信箱", "external_id": "XZ-1", "since": at, "write_backs": [] });
    let references: [ReferenceView; 2] = [of(of_one), of(none)];
    both("write_backs", |look| homeward::references(look, &references));
}

#[test]
fn errands_are_listed() {
    let rows: [ErrandView; 4] = [
        of(json!({ "task": "write_back", "subject": "ticket:261122-00017", "state": "due", "due": null,
            "attempts": 0, "held_since": null })),
        of(json!({ "task": "poll", "subject": "channel:sheng12345", "state": "waiting", "due": "2026-11-22T01:35:00Z",
            "attempts": 0, "held_since": null })),
        of(json!({ "task": "forward", "subject": "ticket:261122-00017", "state": "due", "due": null,
            "attempts": 2, "held_since": "2026-11-22T01:00:00Z" })),
        of(json!({ "task": "forward", "subject": "ticket:261122-00028", "state": "underway", "due": null,
            "attempts": 0, "held_since": null })),
    ];
    both("errands", |look| errand::list(look, &rows));
}

fn a_channel() -> Value {
    json!({
        "code": "sheng12345", "name": "省级12345热线", "aliases": ["省12345热线"], "state": "live", "kind": "rest",
        "start_from": "2026-12-01", "known_since": "2026-11-20T01:00:00Z", "first_run": "needs_go_live",
        "live_from": null, "last_poll": "2026-11-22T01:25:00Z", "last_item": "2026-11-22T01:20:00Z",
        "tickets": { "live": 0, "trial": 12, "historic": 3400, "waiting": 25 }, "dead": 2,
        "far": { "open_since": "2026-11-22T01:25:00Z", "next_try": null,
            "fault": { "at": "2026-11-22T01:25:00Z", "word": "denied", "message": "status 401" } },
        "mistakes": []
    })
}

#[test]
fn channels_are_shown() {
    let mend = json!({ "code": "shengzhang", "name": "省长信箱", "state": "mend", "kind": null, "first_run": null,
        "far": null, "last_item": null, "dead": 0,
        "mistakes": [{ "zh": "channel.toml:3:1 [connect.kind] 缺少", "en": "channel.toml:3:1 [connect.kind] missing" }] });
    let mut wrong = a_channel();
    wrong.as_object_mut().unwrap().extend(mend.as_object().unwrap().clone());
    let mut kept = a_channel();
    kept.as_object_mut().unwrap().extend(
        json!({ "code": "zxyun", "name": "政协云", "far": null, "mistakes": wrong["mistakes"] })
            .as_object()
            .unwrap()
            .clone(),
    );
    let rows: [ChannelView; 3] = [of(a_channel()), of(wrong.clone()), of(kept)];
    both("channels", |look| channel::list(look, &rows));
    let detail = |mut row: Value| {
        row.as_object_mut().unwrap().extend(
            json!({ "namespace": "sheng12345", "settings": { "connect": { "kind": "rest" } }, "deeds": [] })
                .as_object()
                .unwrap()
                .clone(),
        );
        of::<ChannelDetail>(row)
    };
    let (whole, wrong) = (detail(a_channel()), detail(wrong));
    both("channel", |look| channel::show(look, "rest".into(), &whole, true));
    both("channel_wrong", |look| channel::show(look, "-".into(), &wrong, false));
}

#[test]
fn the_house_is_shown() {
    let running = of(json!({
        "version": "0.1.0", "core": { "open_since": "2026-11-22T01:25:00Z", "next_try": "2026-11-22T01:26:00Z",
            "fault": { "at": "2026-11-22T01:25:00Z", "word": "unavailable", "message": "no connection" } },
        "running": { "pid": 4711, "since": "2026-11-22T01:00:00Z", "listen": "127.0.0.1:8612" },
        "to_core": [17, 3], "channels": 10, "channels_wrong": 1, "dead": 2, "write_backs": [4, 1], "approvals": 1
    }));
    both("status", |look| status::card(look, &running));
    let stopped = of(json!({ "version": "0.1.0", "core": null, "running": null, "to_core": [0, 0], "channels": 0,
        "channels_wrong": 0, "dead": 0 }));
    let retired = of(json!({ "version": "0.1.0", "core": null, "running": null, "to_core": [0, 0], "channels": 3,
        "channels_wrong": 0, "dead": 0, "channels_retired": 1, "write_backs_retired": 2 }));
    both("status_retired", |look| status::card(look, &retired));
    both("status_stopped", |look| status::card(look, &stopped));
}

#[test]
fn a_reload_is_told() {
    let mistake = json!({ "file": "config/channels/shengzhang/channel.toml", "line": 3, "column": 1, "key": "connect.kind",
        "text": { "zh": "channel.toml:3:1 [connect.kind] 缺少\n    → 写上接入方式", "en": "channel.toml:3:1 [connect.kind] missing" } });
    let wrong = |code: &str| json!({ "channel": code, "mistakes": [mistake.clone()] });
    let mut report = json!({ "result": "partial", "by": "command", "swapped": ["sheng12345", "xianzhang"],
        "added": ["zxyun"], "retired": ["old"], "kept": [wrong("shengzhang")], "broken": [wrong("new")], "unchanged": 7,
        "taken_over": ["core"], "needs_restart": ["http.listen", "limits.pushes"], "mistakes": [],
        "at": "2026-11-22T01:00:00Z", "took_ms": 42 });
    let screen = |report: &Value| of::<ReloadReport>(report.clone());
    let partial = screen(&report);
    both("reload", |look| reload::told(look, &Channels::default(), &partial));
    for list in ["swapped", "added", "retired", "kept", "broken", "taken_over", "needs_restart"] {
        report[list] = json!([]);
    }
    report["result"] = "ok".into();
    let well = screen(&report);
    assert!(well.is_well() && !partial.is_well());
    both("reload_ok", |look| reload::told(look, &Channels::default(), &well));
    (report["result"], report["mistakes"]) = ("refused".into(), json!([mistake]));
    let refused = screen(&report);
    assert!(!refused.is_well());
    both("reload_refused", |look| reload::told(look, &Channels::default(), &refused));
}

#[test]
fn secrets_are_listed_without_their_value() {
    let state = |place, set, open_to_others| SecretState { place, set, open_to_others };
    let states = [
        state(SecretRef::File("secrets/sheng12345.key".into()), true, false),
        state(SecretRef::File("secrets/open.key".into()), true, true),
        state(SecretRef::Env("CORE_TOKEN".into()), false, false),
    ];
    let history: [SecretView; 1] =
        [of(json!({ "name": "sheng12345.key", "who": "unix:zhang", "at": "2026-11-22T01:00:00Z" }))];
    both("secrets", |look| secret::table(look, &states, &history));
}
