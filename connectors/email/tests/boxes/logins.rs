//! Who we are: passwords, tokens, certificates, and the word about ourselves that some servers want before anything else.

use std::time::Duration;

use huiliu_contract::Fault;
use huiliu_farside::imap::{Flaw, Habits};
use huiliu_farside::servers::{DovecotOptions, PASSWORD, USER, token};
use huiliu_farside::site::Premises;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::house::{House, dovecot, letter, mailbox, options, premises, scene, signed, small, small_options};

fn changed(mut options: Value, connect: Value) -> Value {
    for (key, value) in connect.as_object().unwrap() {
        options["connect"][key] = value.clone();
    }
    options
}

#[tokio::test]
async fn the_server_is_told_who_we_are() {
    let (server, mut house) = scene(&[letter(1)], json!({}));
    house.walk().await.unwrap();
    let log = server.log();
    let said = log.iter().find(|line| line.contains("ID sent:")).expect("it is told");
    assert!(said.contains("name=Huiliu") && said.contains("support-email=operator@example.test"), "{said}");
}

#[tokio::test]
async fn starttls_is_spoken_before_anything_is_said() {
    let (server, _) = scene(&[letter(1)], json!({}));
    let options = changed(options(&server, json!({})), json!({ "tls": "starttls", "port": server.imap() }));
    let mut house = House::new(options, &premises());
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
    let log = server.log();
    let login = log.iter().find(|line| line.contains("Login: user")).unwrap();
    assert!(login.contains("TLS"), "{login}");
}

#[tokio::test]
async fn a_certificate_that_has_ended_or_is_somebody_elses_is_not_spoken_with() {
    let expired = dovecot(DovecotOptions { identity: Some(signed(true).1.clone()), ..DovecotOptions::default() });
    for (at, port) in [("implicit", expired.imaps()), ("starttls", expired.imap())] {
        let options = changed(options(&expired, json!({})), json!({ "tls": at, "port": port }));
        let fault = House::new(options, &premises()).walk().await.unwrap_err();
        assert!(matches!(&fault, Fault::Unavailable { message, .. } if message.contains("certificate")), "{fault}");
    }
    let (good, _) = scene(&[], json!({}));
    let mut by_system = options(&good, json!({}));
    by_system["connect"].as_object_mut().unwrap().remove("ca_file");
    assert!(matches!(House::new(by_system.clone(), &premises()).walk().await, Err(Fault::Unavailable { .. })));
    let other = changed(by_system, json!({ "pin": ["11".repeat(32)] }));
    assert!(matches!(House::new(other, &premises()).walk().await, Err(Fault::Unavailable { .. })));
    let logins = |server: &huiliu_farside::servers::Dovecot| server.log().join("\n").contains("user=<hotline");
    assert!(!logins(&expired) && !logins(&good), "no password was said to anybody");
}

#[tokio::test]
async fn a_token_is_read_anew_at_each_login() {
    let (mut server, _) = scene(&[letter(1)], json!({}));
    let file = std::env::temp_dir().join(format!("huiliu-boxes-token-{}", std::process::id()));
    let now = Timestamp::now();
    std::fs::write(&file, token(USER, now - SignedDuration::from_hours(1))).unwrap();
    let mut options = changed(options(&server, json!({})), json!({ "token": { "file": file } }));
    options["connect"].as_object_mut().unwrap().remove("password");
    let site = Premises::new().with(file.to_str().unwrap(), "what stood there when it was built");
    let mut house = House::new(options, &site);
    let fault = house.walk().await.unwrap_err();
    let patient = Some(Duration::from_secs(60));
    assert!(matches!(&fault, Fault::Unavailable { retry_after, .. } if *retry_after == patient), "expired: {fault}");
    std::fs::write(&file, token(USER, now + SignedDuration::from_hours(1))).unwrap();
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
    // It ends while we are connected, and whoever renews it writes another one.
    std::fs::write(&file, token(USER, now + SignedDuration::from_hours(2))).unwrap();
    server.stop();
    server.start().unwrap();
    server.deliver(USER, "INBOX", [letter(2).as_slice()]).unwrap();
    house.until(|house| house.kept.len() == 2).await;
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn a_password_that_is_changed_while_we_are_connected_is_told_and_loses_nothing() {
    let (mut server, mut house) = scene(&[letter(1)], json!({}));
    house.walk().await.unwrap();
    server.password("another one").unwrap();
    server.deliver(USER, "INBOX", [letter(2).as_slice()]).unwrap();
    house.until(|house| house.kept.len() == 2).await;
    server.stop();
    server.start().unwrap();
    let first = house.fails().await;
    assert!(matches!(&first, Fault::Unavailable { retry_after: Some(_), .. }), "{first}");
    let second = house.walk().await.unwrap_err();
    assert!(matches!(&second, Fault::Denied { .. }), "{second}");
    assert!(!format!("{first:?}{second:?}").contains(PASSWORD));
    server.deliver(USER, "INBOX", [letter(3).as_slice()]).unwrap();
    server.password(PASSWORD).unwrap();
    // It reads its file anew not more than once a second.
    house.until(|house| house.kept.len() == 3).await;
    assert_eq!(house.kept.len(), 3, "mended and resumed, it goes on");
}

#[tokio::test]
async fn netease_is_told_who_we_are_before_a_folder_is_opened() {
    let habits = Habits { unsafe_login: true, hides_id: true, no_uidnext: true, no_idle: true, ..Habits::default() };
    let (server, mut house) = small(habits, json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
    let commands = server.commands();
    let at = |with: &str| commands.iter().rposition(|command| command.starts_with(with)).unwrap();
    assert!(at("LOGIN") < at("ID") && at("ID") < at("EXAMINE"), "{commands:?}");
    assert_eq!(server.connections().1, 2, "the first one was called unsafe, the second one was introduced");
    // Who knows the server says so at once.
    let known = changed(small_options(&server, json!({})), json!({ "netease": true }));
    let mut house = House::new(known, &crate::house::small_premises());
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), server.connections().1), (1, 3));
}

#[tokio::test]
async fn a_refused_login_is_told_in_its_own_words_only_where_they_are_sealed() {
    let (gbk, ..) = encoding_rs::GBK.encode("NO 登录失败:请使用授权码");
    let habits = Habits { refusals: vec![gbk.to_vec(), gbk.to_vec()], ..Habits::default() };
    let (server, mut house) = small(habits, json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    let Err(Fault::Unavailable { message, retry_after, quoted, .. }) = house.walk().await else { panic!("refused") };
    assert_eq!(retry_after, Some(Duration::from_secs(60)));
    assert!(!message.contains("授权码") && quoted.unwrap().reveal().contains("请使用授权码"), "{message}");
    assert!(matches!(house.walk().await, Err(Fault::Denied { .. })), "the second time a person is needed");
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
}

#[tokio::test]
async fn an_old_refusal_before_the_answer_is_not_taken_for_it() {
    let (server, mut house) = small(Habits { stale_refusal: true, ..Habits::default() }, json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.walk().await.unwrap();
    assert_eq!(house.kept.len(), 1);
}

#[tokio::test]
async fn every_mistake_of_a_mailbox_has_its_key() {
    let base = json!({ "connect": { "host": "mail.example.test", "user": "a@b", "password": { "env": "password" } } });
    let cases: [(Value, Value, &[&str]); 12] = [
        (json!({ "tls": "off" }), json!({}), &["connect.tls"]),
        (json!({ "host": "mail.example.test:993" }), json!({}), &["connect.host"]),
        (json!({ "host": "" }), json!({}), &["connect.host"]),
        (json!({ "token": { "env": "password" } }), json!({}), &["connect.password"]),
        (json!({ "password": { "env": "nobody" } }), json!({}), &["connect.password"]),
        (json!({ "timeout": "10m" }), json!({}), &["connect.timeout"]),
        (json!({ "pin": ["x"] }), json!({}), &["connect.pin.0"]),
        (json!({}), json!({ "folders": [] }), &["poll.folders"]),
        (json!({}), json!({ "folders": ["INBOX", "inbox", "*"] }), &["poll.folders.1", "poll.folders.2"]),
        (json!({}), json!({ "start": "yesterday", "largest_mb": 0 }), &["poll.start", "poll.largest_mb"]),
        (json!({}), json!({ "afterwards": { "move": "INBOX" } }), &["poll.afterwards.move"]),
        (
            json!({}),
            json!({ "afterwards": { "keyword": "a b" }, "without_idle": "1s" }),
            &["poll.afterwards.keyword", "poll.without_idle"],
        ),
    ];
    for (connect, poll, wanted) in cases {
        let mut options = changed(base.clone(), connect);
        options["poll"] = poll;
        assert_eq!(mailbox(options.clone(), &premises()).unwrap_err(), wanted, "{options}");
    }
    let shown = format!("{:?}", mailbox(base, &premises()).unwrap());
    assert!(!shown.contains(PASSWORD), "{shown}");
}
