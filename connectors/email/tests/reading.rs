//! What a letter becomes: by what it is known, what it says, what it answers, and whether it is a submission at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use bytes::Bytes;
use huiliu_contract::{Connector, ConnectorKind, ExternalId, Item, Site, Submission};
use huiliu_email::tag::Tag;
use huiliu_email::{Email, Options};
use huiliu_farside::site::Premises;
use jiff::Timestamp;
use serde_json::{Value, json};

const OURS: &str = "12345@example.gov.cn";
const CITIZEN: &str = "wang@citizen.test";

fn channel() -> Connector {
    let options = json!({
        "connect": { "addresses": [OURS], "lmtp": {} },
        "receive": { "trusted_servers": ["mx.example.gov.cn"], "clerks": ["xinfang@example.gov.cn"],
            "notices": ["@monitor.test"] },
    });
    let options: Options = serde_json::from_value(options).unwrap();
    Email::build(options, &Premises::default()).unwrap()
}

fn item(letter: &str) -> Item {
    let bytes = Bytes::from(letter.replace('\n', "\r\n").into_bytes());
    let page = channel().saved.unwrap().read("letter.eml", &bytes, Timestamp::UNIX_EPOCH).unwrap().page;
    <[Item; 1]>::try_from(page.items).unwrap().into_iter().next().unwrap()
}

fn read(letter: &str) -> Submission {
    match item(letter) {
        Item::Submission(submission) => *submission,
        other => panic!("{other:?}"),
    }
}

fn document(letter: &str) -> Value {
    read(letter).document.reveal().clone()
}

/// A letter with these further header fields.
fn letter(id: &str, from: &str, more: &str, text: &str) -> String {
    format!(
        "Message-ID: <{id}>\nFrom: =?utf-8?B?546L5p+Q?= <{from}>\nTo: {OURS}\nDate: Sat, 28 Nov 2026 09:00:00 +0800\n\
         {more}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )
}

/// The id of a mail of ours that went to this address, about this item.
fn ours(item: &str, to: &str) -> String {
    let tag = Tag::new(Premises::default().blind());
    tag.make(&ExternalId::new(item).unwrap(), "20261128-000001-mail-1", to, "example.gov.cn").unwrap()
}

#[test]
fn a_letter_becomes_a_submission_that_cannot_change() {
    let text = "您好!洣水镇新民路东头的路灯坏了三天。\n本人王某某,联系电话:138-0000-0000。\n\n在 2026-11-27 18:00:00,\"某人\" <a@b.test> 写道:\n> 旧话";
    let plain = letter("a@citizen.test", CITIZEN, "Subject: =?utf-8?B?6Lev54Gv5LiN5Lqu?=\n", text);
    let submission = read(&plain);
    assert!(submission.unchanging && submission.unticketed.is_none());
    assert_eq!(submission.sent_at, Some(Timestamp::UNIX_EPOCH));
    let document = submission.document.reveal();
    assert_eq!((&document["title"], &document["email"]), (&json!("路灯不亮"), &json!(CITIZEN)));
    assert_eq!((&document["name"], &document["contact"]["phone"]), (&json!("王某某"), &json!("13800000000")));
    let words = document["words"].as_str().unwrap();
    assert!(words.contains("路灯坏了") && !words.contains("旧话"), "{words}");
    assert!(document["@mail"]["whole"].as_str().unwrap().contains("旧话"));
    assert_eq!(document["id"], submission.external_id.as_str());
    assert!(submission.external_id.as_str().starts_with("m1:"));
    assert!(submission.also.contains(&format!("code:{}", document["query_code"].as_str().unwrap())));
    let answer = &document["@mail"]["answer"];
    assert_eq!((&answer["to"], &answer["receipt"]), (&json!(CITIZEN), &json!(true)), "{answer}");
    assert_eq!(answer["message_id"], "a@citizen.test");
    // By another server it is the same letter.
    let moved = format!("Received: from mx by relay; Sat, 28 Nov 2026 09:00:05 +0800\nDelivered-To: {OURS}\n{plain}");
    assert_eq!(read(&moved).external_id, submission.external_id);
    // With other words under the same id it is another.
    let reused = letter("a@citizen.test", CITIZEN, "Subject: =?utf-8?B?6Lev54Gv5LiN5Lqu?=\n", "另一件事");
    assert_ne!(read(&reused).external_id, submission.external_id);
}

#[test]
fn a_reply_belongs_to_its_ticket_only_where_its_sender_is_a_party_or_bears_the_code() {
    let item = "m1:00112233445566778899aabbccddeeff";
    let mine = format!("In-Reply-To: <{}>\n", ours(item, CITIZEN));
    let reply = document(&letter("b@x.test", CITIZEN, &mine, "东头还有一盏也坏了,一并修。"));
    assert_eq!((&reply["act"], &reply["refer"], &reply["names"]), (&json!("补充"), &json!(item), &Value::Null));
    let urge = document(&letter("c@x.test", CITIZEN, &mine, "请问什么时候能处理?请尽快。"));
    assert_eq!((&urge["act"], &urge["refer"]), (&json!("催办"), &json!(item)));
    let stranger = document(&letter("d@x.test", "li@other.test", &mine, "邻居转给我的。"));
    assert_eq!((&stranger["act"], &stranger["names"]), (&Value::Null, &json!(item)), "{stranger:#}");
    // An id that somebody made up after ours leads nowhere.
    let forged = mine.replace("m1", "").replace(".20261128", ".20261129");
    let forged = document(&letter("e@x.test", CITIZEN, &forged, "补充"));
    assert!(forged["refer"].as_str().is_none_or(|refer| !refer.starts_with("m1:")), "{forged:#}");

    let first = document(&letter("f@x.test", CITIZEN, "Subject: x\n", "水管漏水"));
    let code = first["query_code"].as_str().unwrap();
    let bearing =
        document(&letter("g@x.test", "son@other.test", "Subject: x\n", &format!("查询码 {code},再补充一点。")));
    assert_eq!((&bearing["act"], &bearing["refer"]), (&json!("补充"), &json!(format!("code:{code}"))));
    // A reply to one's own earlier letter, which only its sender can be taken for.
    let own = letter("h@x.test", CITIZEN, "In-Reply-To: <f@x.test>\n", "再说一点。");
    let own = document(&own);
    let first = read(&letter("f@x.test", CITIZEN, "Subject: x\n", "水管漏水"));
    assert!(first.also.iter().any(|called| own["refer"] == called.as_str()), "{own:#} {:?}", first.also);
    let others = document(&letter("i@x.test", "li@other.test", "In-Reply-To: <f@x.test>\n", "再说一点。"));
    assert!(first.also.iter().all(|called| others["refer"] != called.as_str()));
}

#[test]
fn an_id_of_any_length_and_a_forged_sender_lead_into_nobodys_case() {
    let long = format!("{}@x.test", "a".repeat(300));
    let first = read(&letter(&long, CITIZEN, "Subject: x\n", "水管漏水"));
    let answers = format!("In-Reply-To: <{long}>\n");
    let refer = |from: &str, more: &str| {
        document(&letter("n@x.test", from, &format!("{answers}{more}"), "再说一点。"))["refer"].clone()
    };
    let calls = |refer: &Value| first.also.iter().any(|called| refer == called.as_str());
    assert!(calls(&refer(CITIZEN, "")), "its own sender is known by it");
    assert!(!calls(&refer("li@other.test", "")), "ids are no secret: nobody else is");
    let failed = "Authentication-Results: mx.example.gov.cn; dmarc=fail header.from=citizen.test\n";
    assert!(!calls(&refer(CITIZEN, failed)), "who is not who they say is nobody's sender");
    let item = "m1:00112233445566778899aabbccddeeff";
    let mine = format!("In-Reply-To: <{}>\n{failed}", ours(item, CITIZEN));
    let forged = document(&letter("o@x.test", CITIZEN, &mine, "补充"));
    assert_eq!((&forged["act"], &forged["names"]), (&Value::Null, &json!(item)), "{forged:#}");
}

#[test]
fn what_is_no_submission_says_why_and_can_still_be_read() {
    for (more, class) in [
        ("Auto-Submitted: auto-replied\n", "auto_reply"),
        ("List-Id: <news.example.test>\n", "list"),
        ("X-Failed-Recipients: a@b.test\nReturn-Path: <>\n", "bounce"),
    ] {
        let submission = read(&letter("j@x.test", CITIZEN, more, "不在办公室"));
        let unticketed = submission.unticketed.unwrap_or_else(|| panic!("{class}"));
        assert_eq!(unticketed.class, class);
        assert!(!unticketed.reason.zh.is_empty() && !unticketed.reason.en.contains(CITIZEN));
        assert!(submission.document.reveal()["words"].as_str().unwrap().contains("不在办公室"));
    }
    let echo = read(&letter(&ours("m1:00", CITIZEN), CITIZEN, "", "我们自己的"));
    assert_eq!(echo.unticketed.unwrap().class, "loop");
    let notice = read(&letter("k@x.test", "cron@monitor.test", "", "磁盘"));
    assert_eq!(notice.unticketed.unwrap().class, "notice");
}

#[test]
fn a_notice_of_failed_delivery_names_the_answer_that_came_back() {
    let item = "m1:00112233445566778899aabbccddeeff";
    let sent = ours(item, "gone@citizen.test");
    let report = |action: &str, status: &str| {
        format!(
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.gov.cn\nTo: {OURS}\nSubject: Undelivered\nMessage-ID: <n@mx>\n\
             MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nfailed\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
             Final-Recipient: rfc822; gone@citizen.test\nAction: {action}\nStatus: {status}\n\n\
             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{sent}>\nSubject: x\n\n--b--\n"
        )
    };
    let failed = read(&report("failed", "5.1.1")).unticketed.unwrap();
    let undelivered = failed.undelivered.unwrap();
    assert_eq!((undelivered.to.as_str(), undelivered.key.as_str()), (item, "20261128-000001-mail-1"));
    assert!(!undelivered.reason.zh.contains('@'));
    let late = read(&report("delayed", "4.4.1")).unticketed.unwrap();
    assert!(late.class == "bounce" && late.undelivered.is_none(), "a delay is no failure");
}

#[test]
fn of_a_letter_that_a_colleague_passed_on_the_one_inside_counts() {
    let inner = letter("in@citizen.test", CITIZEN, "Subject: =?utf-8?B?5Zmq6Z+z?=\n", "夜里太吵。");
    let outer = format!(
        "Message-ID: <out@example.gov.cn>\nFrom: xinfang@example.gov.cn\nTo: {OURS}\nSubject: Fwd\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n请办理\n\
         --b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    );
    let document = document(&outer);
    assert_eq!((&document["title"], &document["email"]), (&json!("噪音"), &json!(CITIZEN)), "{document:#}");
    assert_eq!(document["@mail"]["answer"]["receipt"], false);
    // From anybody else the outer letter counts, and the one inside is a file of it.
    let stranger = outer.replace("xinfang@example.gov.cn", "li@other.test");
    let submission = read(&stranger);
    assert_eq!(submission.document.reveal()["email"], "li@other.test");
    assert_eq!(submission.attachments.len(), 1);
}

#[test]
fn what_the_sites_own_server_checked_is_shown_and_drops_nothing() {
    let failed = "Authentication-Results: mx.example.gov.cn; dmarc=fail header.from=citizen.test\n";
    let document = document(&letter("l@x.test", CITIZEN, failed, "路灯"));
    assert_eq!(document["@mail"]["authentication"]["verdict"], "fail");
    assert_eq!(document["@mail"]["answer"]["receipt"], false, "nobody is written to in another's name");
    assert!(document["remarks"].to_string().contains("验证"));
    let others = failed.replace("mx.example.gov.cn", "mx.evil.test");
    let document = self::document(&letter("m@x.test", CITIZEN, &others, "路灯"));
    assert!(document["@mail"].get("authentication").is_none());
}

#[test]
fn a_channel_without_a_door_or_with_a_wrong_address_is_told() {
    let build = |options: Value| {
        let options: Options = serde_json::from_value(options).unwrap();
        let found = Email::build(options, &Premises::default()).err().unwrap_or_default();
        found.into_iter().map(|one| one.key).collect::<Vec<_>>()
    };
    assert_eq!(build(json!({ "connect": { "addresses": [OURS] } })), ["connect"]);
    assert_eq!(build(json!({ "connect": { "addresses": [], "lmtp": {} } })), ["connect.addresses"]);
    assert_eq!(build(json!({ "connect": { "addresses": ["12345"], "lmtp": {} } })), ["connect.addresses.0"]);
    let odd = json!({ "connect": { "addresses": [OURS], "lmtp": { "largest_mb": 900 } } });
    assert_eq!(build(odd), ["connect.lmtp.largest_mb"]);
}
