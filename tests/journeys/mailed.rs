//! Letters by mail, with real servers on both sides: a mailbox (Dovecot) that the house asks, and a mail server (Exim) by which
//! its answers leave, into the mailbox of who wrote.

use std::fs;
use std::time::Duration;

use huiliu_farside::servers::exim::{Exim, EximOptions};
use huiliu_farside::servers::{Dovecot, DovecotOptions, SECOND, USER as HOTLINE};
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};

/// How many letters come while the house is killed again and again.
const MANY: usize = 120;

fn channel(imap: u16, smtp: u16) -> String {
    format!(
        r#"[channel]
name = "电子邮箱"
state = "live"
[connect]
kind = "email"
addresses = ["{HOTLINE}"]
[connect.imap]
host = "127.0.0.1"
port = {imap}
tls = "off"
user = "{HOTLINE}"
password = {{ file = "secrets/mail.pass" }}
[poll]
every = "50ms"
start = "all"
[fields]
title = "title"
content = "words"
type = {{ value = "求助" }}
name = "name"
phone = {{ from = "contact.phone", clean = "phone", optional = true }}
email = "email"
query_code = "query_code"
parent_no = "id"
[acts]
from = "act"
codes = {{ "补充" = "supplement", "催办" = "urge" }}
refer = "refer"
names = "names"
unknown = "new"
[return]
sign = "stored"
approve = []
retries = ["50ms", "50ms"]
signed = {{}}
closed = {{}}
ration = {{ per_minute = 10000, per_domain = 10000 }}
[return.smtp]
host = "127.0.0.1"
port = {smtp}
tls = "none"
user = "{HOTLINE}"
password = {{ file = "secrets/mail.pass" }}
from = "{HOTLINE}"
"#
    )
}

/// A letter as a citizen's program sends it.
struct Letter<'a> {
    id: &'a str,
    from: &'a str,
    subject: &'a str,
    text: &'a str,
    answers: Option<&'a str>,
}

impl Letter<'_> {
    fn bytes(&self) -> Vec<u8> {
        let Self { id, from, subject, text, answers } = self;
        let answers = answers.map(|id| format!("In-Reply-To: {id}\r\nReferences: {id}\r\n")).unwrap_or_default();
        let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S +0000");
        format!(
            "Return-Path: <{from}>\r\nMessage-ID: <{id}>\r\nDate: {date}\r\nFrom: =?utf-8?B?546L5p+Q?= <{from}>\r\n\
             To: {HOTLINE}\r\nSubject: {subject}\r\n{answers}MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
        )
        .into_bytes()
    }
}

struct Story {
    boxes: Dovecot,
    _post: Exim,
    scene: Scene,
}

impl Story {
    async fn begin() -> Self {
        let boxes = Dovecot::fresh(&DovecotOptions::default()).unwrap();
        let post = Exim::start(&EximOptions { lmtp: Some(boxes.lmtp()), ..EximOptions::default() }).unwrap();
        let plan = Plan::new().await.secret("mail.pass", huiliu_farside::servers::PASSWORD);
        let scene = plan.channel("mail", &channel(boxes.imap(), post.port())).start().await;
        let said = |scene: &Scene| scene.house.printed().iter().any(|line| line.contains("the first run is through"));
        scene.until("the first run is through", || said(&scene)).await;
        Self { boxes, _post: post, scene }
    }

    fn send(&self, letter: &Letter<'_>) {
        self.boxes.deliver(HOTLINE, "INBOX", [letter.bytes().as_slice()]).unwrap();
    }

    /// What lies in the citizen's mailbox, oldest first.
    fn received(&self) -> Vec<String> {
        let place = self.boxes.folder().join("mail/second");
        let mut found = Vec::new();
        for part in ["new", "cur"] {
            for entry in fs::read_dir(place.join(part)).into_iter().flatten().flatten() {
                found.push((entry.file_name(), fs::read_to_string(entry.path()).unwrap_or_default()));
            }
        }
        found.sort();
        found.into_iter().map(|(_, mail)| unfolded(&mail)).collect()
    }

    async fn until_received(&self, mails: usize) -> Vec<String> {
        let began = std::time::Instant::now();
        while self.received().len() < mails {
            let said = || self.scene.house.printed().join("\n");
            assert!(began.elapsed() < crate::house::PATIENCE, "no {mails} mails came: {}", said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.received()
    }
}

/// A mail whose folded header lines are one line each.
fn unfolded(mail: &str) -> String {
    let mail = mail.replace("\r\n", "\n");
    let (head, body) = mail.split_once("\n\n").unwrap_or((&mail, ""));
    format!("{}\n\n{body}", head.replace("\n ", " ").replace("\n\t", " "))
}

/// A header of a mail.
fn header(mail: &str, name: &str) -> String {
    let line = |line: &&str| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase()));
    let found = mail.lines().take_while(|line| !line.is_empty()).find(line).unwrap_or_default();
    found.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
}

#[tokio::test]
async fn a_letter_is_received_answered_and_followed_up_in_one_thread() {
    let story = Story::begin().await;
    let token = token(&story.scene);
    story.send(&Letter {
        id: "one@citizen.test",
        from: SECOND,
        subject: "=?gb2312?B?wrfGwyA=?= =?utf-8?B?6Lev54Gv5LiN5Lqu?=",
        text: "您好,洣水镇新民路的路灯一个星期不亮了。我叫王某,电话 138 0000 0000。",
        answers: None,
    });
    let told = story.scene.until_told(1).await;
    assert_eq!(told[0].event["event"], "new");
    let ticket = &told[0].event["data"];
    assert_eq!(ticket["person"]["phone"], "13800000000", "{ticket}");
    assert!(ticket["matter"]["title"].as_str().unwrap().ends_with("路灯不亮"), "{ticket}");
    let number = told[0].key.rsplit_once('-').unwrap().0.to_owned();
    let code = ticket["query_code"].as_str().unwrap().to_owned();

    // The receipt, in the thread, by a program, with the code and nothing of the letter's words.
    let receipt = story.until_received(1).await.remove(0);
    assert_eq!(header(&receipt, "In-Reply-To"), "<one@citizen.test>");
    assert!(header(&receipt, "References").contains("<one@citizen.test>"));
    assert_eq!(header(&receipt, "Auto-Submitted"), "auto-replied");
    let parsed = huiliu_letter::read(receipt.as_bytes(), &huiliu_letter::How::default()).unwrap();
    assert!(parsed.text.contains(&code) && parsed.subject.contains(&number), "{}", parsed.text);
    assert!(!parsed.text.contains("新民路"));

    let closed = json!({ "id": "o-1", "ticket": number, "outcome": { "kind": "closed",
        "at": jiff::Timestamp::now().to_string(), "public_reply": "经核实,路灯已于昨日修复并恢复照明。" } });
    assert_eq!(post(&story.scene, &token, &closed).await.0, 200);
    let answer = story.until_received(2).await.remove(1);
    let parsed = huiliu_letter::read(answer.as_bytes(), &huiliu_letter::How::default()).unwrap();
    assert!(parsed.text.contains("恢复照明"), "{}", parsed.text);
    assert_eq!(header(&answer, "Auto-Submitted"), "", "a person wrote it");

    // Who wrote asks again in the thread; who only got the mail passed on opens a matter of their own.
    let mine = header(&answer, "Message-ID");
    story.send(&Letter {
        id: "two@citizen.test",
        from: SECOND,
        subject: "Re: 路灯",
        text: "东头还有两盏也不亮,请一起修。",
        answers: Some(&mine),
    });
    let told = story.scene.until_told(2).await;
    assert_eq!(told[1].event["detail"]["act"], "supplement", "{:#}", told[1].event);
    story.send(&Letter {
        id: "three@other.test",
        from: "neighbour@example.test",
        subject: "Fwd: 路灯",
        text: "邻居转给我的,我家门口也有一盏不亮。",
        answers: Some(&mine),
    });
    let told = story.scene.until_told(3).await;
    assert_eq!(told[2].event["event"], "new");
    assert_eq!(told[2].event["detail"]["ticket"], number, "{:#}", told[2].event);
    story.scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_receipt_that_comes_back_is_a_failed_answer_and_no_letter() {
    let story = Story::begin().await;
    story.send(&Letter {
        id: "lost@citizen.test",
        from: "lost@example.test",
        subject: "噪音",
        text: "KTV 凌晨还在放歌。",
        answers: None,
    });
    story.scene.until_told(1).await;
    let began = std::time::Instant::now();
    let dead = loop {
        let dead = story.scene.dead().await;
        if !dead.is_empty() {
            break dead;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "no notice came back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!((&dead[0]["kind"], &dead[0]["reason"]), (&json!("write_back"), &json!("undelivered")), "{dead:?}");
    let listed = story.scene.answered(&["dead", "list", "--unticketed"]).await;
    assert_eq!(listed[0]["reason"], "bounce", "{listed:#}");
    assert_eq!(story.scene.told().len(), 1, "no ticket was made of it");
    // Looked at by a person, it can still be one.
    let id = listed[0]["id"].to_string();
    let taken: Value = story.scene.answered(&["dead", "take", &id, "--why", "it holds a complaint"]).await;
    assert_eq!(taken["what"], "new", "{taken:#}");
    story.scene.until_told(2).await;
}

#[tokio::test]
async fn letters_that_come_while_the_house_dies_again_and_again_are_one_ticket_each() {
    let mut story = Story::begin().await;
    for round in 0..4 {
        let ids: Vec<String> = (0..MANY / 4).map(|n| format!("r{round}n{n}@citizen.test")).collect();
        let letters: Vec<Vec<u8>> = ids
            .iter()
            .map(|id| {
                let text = format!("第 {id} 封:自来水浑浊。");
                Letter { id, from: SECOND, subject: "自来水", text: &text, answers: None }.bytes()
            })
            .collect();
        story.boxes.deliver(HOTLINE, "INBOX", letters.iter().map(Vec::as_slice)).unwrap();
        let some = story.scene.told().len() + 5;
        story.scene.until("some of them are told", || story.scene.told().len() >= some.min(MANY)).await;
        story.scene.house.kill();
        story.scene.start_again().await;
    }
    let told = story.scene.until_told(MANY).await;
    let ids: std::collections::BTreeSet<_> = told.iter().map(|told| told.external_id().to_owned()).collect();
    assert_eq!(ids.len(), MANY, "each letter is one ticket");
    // One address gets one receipt in ten minutes, however often the house began anew.
    story.until_received(1).await;
    let began = std::time::Instant::now();
    loop {
        let undone = story.scene.answered(&["errand", "list"]).await;
        let home =
            |errand: &&Value| errand["task"] == "write_back" && errand["subject"].as_i64().is_some_and(|s| s > 0);
        if undone.as_array().is_some_and(|list| list.iter().filter(home).count() == 0) {
            break;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "{undone:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let ids: std::collections::BTreeSet<_> = story.received().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert!(ids.len() == 1, "{ids:?}");
}

#[tokio::test]
async fn one_reader_who_is_put_off_again_and_again_holds_up_nobody() {
    let story = Story::begin().await;
    // This mail server puts off whoever is called so, each time.
    let letter =
        |id: &'static str, from: &'static str| Letter {
            id, from, subject: "x", text: "路灯不亮。", answers: None
        };
    story.send(&letter("full@citizen.test", "tempfail@example.test"));
    story.scene.until_told(1).await;
    story.send(&letter("well@citizen.test", SECOND));
    story.scene.until_told(2).await;
    story.until_received(1).await;
    let began = std::time::Instant::now();
    loop {
        let dead = story.scene.dead().await;
        if let [only] = &dead[..] {
            assert_eq!((&only["kind"], &only["reason"]), (&json!("write_back"), &json!("put_off")), "{only:#}");
            return;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "{dead:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
