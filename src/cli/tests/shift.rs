//! The screens of the ledger, of the shift's paper, of notes, and of channels that come by another one, in both languages.

use serde_json::{Value, json};

use super::screens::{a_ticket, both, of};
use super::{Office, Scripted};
use crate::cli::{channel, handover, note};
use crate::console::NoteView;
use crate::console::view::{ChannelView, HandoverView};
use crate::paper::text;

fn a_note() -> Value {
    json!({
        "id": 52, "ticket": "261122-00017", "channel_name": "书记县长信箱", "at": "2026-11-22T02:00:00Z", "who": "unix:wang",
        "until": "2026-11-23T07:00:00Z", "text": "答应周一下午三点以前回电话 138****0000", "done_at": null, "done_by": null
    })
}

#[test]
fn notes_are_listed_with_what_is_done() {
    let mut done = a_note();
    for (key, value) in [("id", json!(53)), ("until", Value::Null), ("text", json!("材料放在窗口"))] {
        done[key] = value;
    }
    done["done_at"] = json!("2026-11-24T01:00:00Z");
    let notes = [of::<NoteView>(a_note()), of(done)];
    both("notes", |look| note::table(look, &notes));
}

#[test]
fn a_shift_is_on_one_paper() {
    let mut ticket = a_ticket();
    for (key, value) in [("deadline", json!("2026-11-24T10:00:00Z")), ("concluded_at", Value::Null)] {
        ticket[key] = value;
    }
    let view = json!({
        "at": "2026-11-24T09:30:00Z", "since": "2026-11-23T10:00:00Z", "last": "王某 → 李某", "this": "李某 → 张某",
        "dead": [
            { "channel_name": "省长信箱", "kind": "unmapped", "reason": "unmapped", "count": 2, "oldest": "2026-11-24T01:00:00Z" },
            { "channel_name": "书记县长信箱", "kind": "approval", "reason": "approval", "count": 1, "oldest": "2026-11-24T03:00:00Z" },
        ],
        "logins": [{ "channel": "shengzhang", "name": "省长信箱", "standing": "person", "since": "2026-11-24T08:00:00Z", "until": null,
            "why": null, "people": true, "renew": false, "write_backs": 1 }],
        "due": [ticket], "notes": [a_note()],
        "deaf": [
            { "channel": "xyb", "name": "湘易办", "why": "denied", "since": "2026-11-24T02:00:00Z" },
            { "channel": "zxy", "name": "政协云", "why": "silent", "since": "2026-11-17T02:00:00Z" },
        ],
        "unhanded": ["政协云"],
        "shift": [
            { "channel_name": "省长信箱", "came": 3, "forwarded": 3, "concluded": 1 },
            { "channel_name": "书记县长信箱", "came": 12, "forwarded": 11, "concluded": 4 },
        ],
    });
    let view = of::<HandoverView>(view);
    both("handover", |look| text(&handover::paper(look, &view)));
    let mut none = view;
    (none.this, none.last) = (None, None);
    (none.dead, none.logins, none.due, none.notes) = (vec![], vec![], vec![], vec![]);
    (none.deaf, none.unhanded, none.shift) = (vec![], vec![], vec![]);
    both("handover_none", |look| text(&handover::paper(look, &none)));
}

#[test]
fn channels_that_come_by_another_stand_below_it() {
    let tickets = |live: u64| json!({ "live": live, "trial": 0, "historic": 0, "waiting": 0 });
    let united = json!({
        "code": "sheng-tongyi", "name": "省统一转派", "aliases": [], "state": "live", "kind": "rest", "start_from": null,
        "known_since": "2026-11-01T00:00:00Z", "first_run": "through", "live_from": null, "last_poll": null,
        "last_item": "2026-11-22T01:30:00Z", "tickets": tickets(26), "dead": 1, "far": null, "mistakes": [],
        "routed": [
            { "tag": "SZXX", "name": "省长信箱", "aliases": [], "tickets": tickets(23), "last_item": "2026-11-22T01:30:00Z" },
            { "tag": "GJZWFW", "name": "国家政务服务平台", "aliases": [], "tickets": tickets(0), "last_item": null },
        ],
    });
    let channels = [of::<ChannelView>(united)];
    both("channels_routed", |look| channel::list(look, &channels));
}

#[test]
fn the_ledger_is_a_table_that_fits() {
    let office = Office::new();
    let file = office.path("config/channels/xianzhang/channel.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    let ledger = "[ledger]\naccount_holder = \"热线管理股 王某\"\nfar_contact = \"【待填】\"\npermitted_by = \"函〔2026〕3号\"\n\
                  secret_changed = 2026-09-05\nsecret_life = \"90d\"\nnote = \"每季度对一次账\"\n";
    std::fs::write(&file, written + ledger).unwrap();
    for (lang, name) in [("zh", "ledger_zh"), ("en", "ledger_en")] {
        let (status, out, err) = office.run(&["--lang", lang, "ledger"], &mut Scripted::default());
        assert_eq!(status, 0, "{err}");
        let wide = |c: char| if c > '\u{2e80}' { 2 } else { 1 };
        assert!(out.lines().all(|line| line.chars().map(wide).sum::<usize>() <= 80), "{out}");
        insta::assert_snapshot!(name, out);
    }
}
