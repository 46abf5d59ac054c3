//! Walking to a mail server before a channel is switched on.

use std::time::Duration;

use huiliu_contract::{Step, Went};
use huiliu_farside::imap::{Flaw, Habits};
use huiliu_farside::servers::{DovecotOptions, USER};
use serde_json::json;

use crate::house::{House, dovecot, letter, options, premises, scene, signed, small};

const LIMIT: Duration = Duration::from_secs(20);

fn words(steps: &[Step]) -> Vec<(&str, Went)> {
    steps.iter().map(|step| (step.word, step.went)).collect()
}

#[tokio::test]
async fn the_way_is_told_step_by_step_with_and_without_starttls() {
    let (server, _) = scene(&[letter(1), letter(2)], json!({}));
    for (tls, port) in [("implicit", server.imaps()), ("starttls", server.imap())] {
        let mut options = options(&server, json!({}));
        options["connect"]["tls"] = json!(tls);
        options["connect"]["port"] = json!(port);
        let house = House::new(options, &premises());
        let far = house.mailbox.far();
        let steps = far.walk(LIMIT).await;
        let went: Vec<_> = words(&steps).into_iter().map(|(word, _)| word).collect();
        assert_eq!(went, ["name", "route", "port", "tls", "certificate"], "{steps:?}");
        assert!(steps.iter().all(|step| step.went != Went::Wrong), "{steps:?}");
        let ends = far.certificate_ends(LIMIT).await.unwrap();
        assert!(ends > jiff::Timestamp::now());
        let login = far.log_in(LIMIT).await.unwrap();
        assert_eq!((login.word, login.went), ("login", Went::Right), "{login:?}");
        assert!(
            login.said.en.contains("INBOX: 2 letters") && login.said.zh.contains("Junk(垃圾邮件):0 封"),
            "{login:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_that_has_ended_is_told_with_its_day() {
    let expired = dovecot(DovecotOptions { identity: Some(signed(true).1.clone()), ..DovecotOptions::default() });
    let house = House::new(options(&expired, json!({})), &premises());
    let steps = house.mailbox.far().walk(LIMIT).await;
    let last = steps.last().unwrap();
    assert_eq!((last.word, last.went), ("certificate", Went::Wrong));
    assert!(last.said.en.contains("2025-01-01"), "{last:?}");
    let ends = house.mailbox.far().certificate_ends(LIMIT).await.unwrap();
    assert!(ends < jiff::Timestamp::now());
    assert!(!expired.log().iter().any(|line| line.contains(USER)), "nobody logged in");
}

#[tokio::test]
async fn a_wrong_port_a_wrong_folder_and_a_refused_login_are_told_with_what_helps() {
    let (server, _) = scene(&[], json!({}));
    let mut plain = options(&server, json!({}));
    plain["connect"]["port"] = json!(server.imap());
    let steps = House::new(plain, &premises()).mailbox.far().walk(LIMIT).await;
    assert_eq!(words(&steps).last(), Some(&("tls", Went::Wrong)), "{steps:?}");
    let missing = House::new(options(&server, json!({ "folders": ["工单"] })), &premises());
    let step = missing.mailbox.far().log_in(LIMIT).await.unwrap();
    assert_eq!((step.word, step.went), ("folder", Went::Wrong));
    assert!(step.remedy.unwrap().en.contains("Archive"));
    let refused =
        House::new(options(&server, json!({})), &huiliu_farside::site::Premises::new().with("password", "no"));
    let step = refused.mailbox.far().log_in(LIMIT).await.unwrap();
    assert_eq!((step.word, step.went), ("login", Went::Wrong));
    assert!(step.remedy.unwrap().zh.contains("授权码"));
}

#[tokio::test]
async fn the_login_of_a_walk_is_kept_for_the_polls() {
    let (server, mut house) = small(Habits::default(), json!({})).await;
    server.deliver("INBOX", letter(1), Flaw::None);
    house.mailbox.far().log_in(LIMIT).await.unwrap();
    house.walk().await.unwrap();
    assert_eq!((house.kept.len(), server.connections()), (1, (1, 1)));
    let steps = house.mailbox.far().walk(LIMIT).await;
    assert_eq!(words(&steps).last(), Some(&("tls", Went::Skipped)));
}
