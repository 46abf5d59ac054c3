//! An answer to an address that is not there, against a real Exim: the notice that comes back leads to the write-back.

use std::time::{Duration, Instant};

use huiliu_contract::{OutcomeKind, WriteBack};
use huiliu_farside::servers::exim::{Exim, EximOptions};
use serde_json::json;

use crate::scene::{HOTLINE, Home, KEY, outlet, tag};

#[tokio::test]
async fn a_notice_of_failed_delivery_holds_the_id_by_which_the_answer_is_found() {
    let exim = Exim::start(&EximOptions::default()).unwrap();
    let outlet = outlet(exim.port(), json!({}));
    let mut home = Home::of(OutcomeKind::Closed);
    home.letter["@mail"]["answer"]["to"] = json!("lost@citizen.test");
    outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
    let began = Instant::now();
    let notice = loop {
        if let Some(notice) = exim.delivered(HOTLINE).pop() {
            break notice;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "no notice came: {}", exim.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let returned = notice.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    let tagged = tag().read(returned).unwrap();
    assert_eq!(tagged.key, KEY);
    assert!(tagged.is_party("lost@citizen.test"));
}
