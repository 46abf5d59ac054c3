//! What a mail server is told of a letter is what is on disk.

use std::fs;
use std::time::Duration;

use super::{AWAY, CITY, COUNTY, FAILED, FROM, Scene, UNKNOWN, letter, line, mailbox};
use crate::store::DeadQuery;

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_acknowledged_with_its_number_and_told_again_it_is_known() {
    let scene = Scene::open(&[("county", &mailbox("县长信箱", "live", &[COUNTY]))]).await;
    let told = scene.deliver(&[COUNTY], &letter(1, "")).await;
    let number = told[0].strip_prefix("250 2.0.0 ").unwrap().strip_suffix(" new").unwrap().to_owned();
    assert_eq!(scene.tickets("county").await, 1);
    let again = format!("250 2.0.0 {number} repeat");
    assert_eq!(scene.deliver(&[COUNTY], &letter(1, "")).await[0], again);
    // Two of its recipients are the same mailbox: it is one ticket.
    let to = ["12345+%E8%B7%AF%E7%81%AF@County.Example", "who@county.example", COUNTY];
    assert_eq!(scene.deliver(&to, &letter(1, "")).await, [again.clone(), UNKNOWN.into(), again]);
    assert_eq!(scene.tickets("county").await, 1);
    // The channel is told the recipient as it was written.
    let told = scene.deliver(&["12345+Lamp@County.example"], &letter(3, "X-To: 12345+Lamp@County.example\r\n")).await;
    assert!(told[0].ends_with(" new"), "{told:?}");
    // A bounce comes from nobody.
    let told = scene.mail().await.deliver("", &[COUNTY], letter(2, "").as_bytes()).await.unwrap();
    assert!(line(&told[0]).ends_with(" new"), "{told:?}");
    assert_eq!(scene.tickets("county").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_not_hear_the_answer_tells_it_again_and_it_is_one_ticket() {
    let scene = Scene::open(&[("county", &mailbox("县长信箱", "live", &[COUNTY]))]).await;
    let mut mail = scene.mail().await;
    for said in [format!("MAIL FROM:<{FROM}>\r\n"), format!("RCPT TO:<{COUNTY}>\r\n"), "DATA\r\n".into()] {
        mail.say(&said).await.unwrap();
    }
    mail.write(format!("{}.\r\n", letter(1, "")).as_bytes()).await.unwrap();
    // The mail server dies before it hears what became of it.
    drop(mail);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while scene.tickets("county").await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "a letter that came whole is taken, whoever hears of it");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let told = scene.deliver(&[COUNTY], &letter(1, "")).await;
    assert!(told[0].starts_with("250 2.0.0 ") && told[0].ends_with(" repeat"), "{told:?}");
    assert_eq!(scene.tickets("county").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recipient_s_failure_is_not_the_other_s() {
    let scene = Scene::open(&[
        ("city", &mailbox("市民热线", "live", &[CITY])),
        ("county", &mailbox("县长信箱", "live", &[COUNTY])),
    ])
    .await;
    // The place for files is gone: what one channel reads of the letter cannot be kept, what the other reads can.
    let blobs = scene.folder.path().join("data/blobs");
    fs::rename(&blobs, scene.folder.path().join("aside")).unwrap();
    fs::write(&blobs, "no folder").unwrap();
    let mut mail = scene.mail().await;
    let letter = letter(1, &format!("X-File: 照片\r\nX-File-For: {COUNTY}\r\n"));
    let told = mail.deliver(FROM, &[CITY, COUNTY, CITY], letter.as_bytes()).await.unwrap();
    let told: Vec<_> = told.iter().map(line).collect();
    assert!(told[0].ends_with(" new") && told[2].ends_with(" repeat"), "{told:?}");
    assert_eq!(told[1], FAILED);
    assert_eq!((scene.tickets("city").await, scene.tickets("county").await), (1, 0));
    // It is back, and so is the letter.
    fs::remove_file(&blobs).unwrap();
    fs::rename(scene.folder.path().join("aside"), &blobs).unwrap();
    let told = mail.deliver(FROM, &[COUNTY], letter.as_bytes()).await.unwrap();
    assert!(line(&told[0]).ends_with(" new"), "{told:?}");
    assert_eq!((scene.tickets("city").await, scene.tickets("county").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_says_why_and_what_cannot_be_read_is_kept() {
    let refusing = mailbox("县长信箱", "live", &[COUNTY]).replace("[connect]", "unmappable = \"refuse\"\n[connect]");
    let city = mailbox("市民热线", "live", &[CITY]);
    let scene = Scene::open(&[("city", &city), ("county", &refusing)]).await;
    let kept = async || scene.running().store.dead(DeadQuery { limit: 9, ..DeadQuery::default() }).await.unwrap().len();
    let told = scene.deliver(&[CITY], "Subject: no number\r\n\r\n").await;
    assert_eq!((told[0].as_str(), kept().await), ("250 2.0.0 kept for a person, it cannot be read", 1));
    // Dates like this are in no rule: one channel keeps it, the other keeps it and says no.
    let strange = letter(1, "").replace("2026-11-20", "昨天");
    let told = scene.deliver(&[CITY, COUNTY], &strange).await;
    assert_eq!(told, ["250 2.0.0 unmapped", "554 5.6.0 not taken: unmappable"]);
    assert_eq!(kept().await, 3);
    let told = scene.mail().await.deliver("stranger@b.example", &[CITY], letter(2, "").as_bytes()).await.unwrap();
    assert_eq!(line(&told[0]), "550 5.7.1 not taken from this sender");
    // A connector that makes nothing of a letter must not make the mail server forget it.
    assert_eq!(scene.deliver(&[CITY], &letter(3, "X-Nothing: yes\r\n")).await, [FAILED]);
    assert_eq!((kept().await, scene.tickets("city").await), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_looked_up_again_when_its_letter_has_come() {
    let county = mailbox("县长信箱", "live", &[COUNTY]);
    let scene = Scene::open(&[("city", &mailbox("市民热线", "live", &[CITY])), ("county", &county)]).await;
    let mut mail = scene.mail().await;
    for said in [
        format!("MAIL FROM:<{FROM}>\r\n"),
        format!("RCPT TO:<{CITY}>\r\n"),
        format!("RCPT TO:<{COUNTY}>\r\n"),
        "DATA\r\n".into(),
    ] {
        mail.say(&said).await.unwrap();
    }
    scene.write("county", &county.replace("live", "off"));
    scene.reload().await;
    mail.write(format!("{}.\r\n", letter(1, "")).as_bytes()).await.unwrap();
    assert!(line(&mail.hear().await.unwrap()).ends_with(" new"));
    assert_eq!(line(&mail.hear().await.unwrap()), AWAY);
    assert_eq!((scene.tickets("city").await, scene.tickets("county").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_has_its_own_limit_and_the_largest_is_offered() {
    let small = mailbox("县长信箱", "live", &[COUNTY]).replace("[fields]", "body_limit = 300\n[fields]");
    let scene = Scene::open(&[("city", &mailbox("市民热线", "live", &[CITY])), ("county", &small)]).await;
    let mut mail = scene.mail().await;
    assert!(mail.offered.contains(&"SIZE 2000".to_owned()), "{:?}", mail.offered);
    let large = letter(1, &format!("X-Long: {}\r\n", "x".repeat(400)));
    let told = mail.deliver(FROM, &[COUNTY, CITY], large.as_bytes()).await.unwrap();
    assert_eq!((line(&told[0]).as_str(), told[1].code), ("552 5.3.4 the letter is larger than the channel takes", 250));
    // Who declares no size hears it at the end.
    for said in [format!("MAIL FROM:<{FROM}>\r\n"), format!("RCPT TO:<{COUNTY}>\r\n"), "DATA\r\n".into()] {
        mail.say(&said).await.unwrap();
    }
    mail.write(format!("{large}.\r\n").as_bytes()).await.unwrap();
    assert_eq!(line(&mail.hear().await.unwrap()), "552 5.3.4 the letter is larger than the channel takes");
    assert_eq!((scene.tickets("city").await, scene.tickets("county").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_of_a_mailbox_share_its_memory() {
    let one = mailbox("县长信箱", "live", &[COUNTY]).replace("[connect]", "namespace = \"mail\"\n[connect]");
    let other = mailbox("市民热线", "live", &[CITY]).replace("[connect]", "namespace = \"mail\"\n[connect]");
    let scene = Scene::open(&[("city", &other), ("county", &one)]).await;
    let told = scene.deliver(&[COUNTY, CITY], &letter(1, "")).await;
    let number = told[0].strip_prefix("250 2.0.0 ").unwrap().strip_suffix(" new").unwrap();
    assert_eq!(told[1], format!("250 2.0.0 {number} repeat"));
    assert_eq!(scene.tickets("city").await + scene.tickets("county").await, 1);
}
