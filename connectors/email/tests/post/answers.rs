//! Answers: what people wrote to a citizen.

use huiliu_contract::{Fault, OutcomeKind, Receipt, WriteBack};
use huiliu_farside::postbox::{Manner, Postbox};
use serde_json::json;

use crate::scene::{Home, NOTE, NUMBER, header, outlet, read, text};

const ANSWERS: [OutcomeKind; 6] = [
    OutcomeKind::Extended,
    OutcomeKind::Progressed,
    OutcomeKind::Replied,
    OutcomeKind::Closed,
    OutcomeKind::Declined,
    OutcomeKind::Redirected,
];

#[tokio::test]
async fn every_answer_says_what_its_outcome_says_and_does_not_say_that_a_machine_wrote_it() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    for kind in ANSWERS {
        let home = Home::of(kind);
        let parcel = home.compose(&outlet).unwrap();
        outlet.send(&parcel, &home.key).await.unwrap();
        let bytes = postbox.taken().pop().unwrap().bytes;
        let (mail, word) = (read(&bytes), kind.road_word());
        let text = text(&mail);
        for part in ["王先生,您好:", "您反映的路灯已于昨日修好。\n感谢监督。", "虚构县12345热线", NUMBER]
        {
            assert!(text.contains(part), "{word} {part}: {text}");
        }
        assert!(!text.contains('{') && !text.contains(NOTE) && !text.contains("\n\n\n"), "{word}: {text}");
        assert_eq!((header(&mail, "Auto-Submitted"), header(&mail, "Precedence")), (None, None), "{word}");
        assert_eq!(header(&mail, "X-Auto-Response-Suppress").unwrap(), "All", "{word}");
        assert!(!parcel.shown.reveal().contains(NOTE) && !parcel.content.reveal().contains(NOTE), "{word}");
    }
}

#[test]
fn the_kinds_tell_what_is_theirs() {
    let outlet = outlet(25, json!({}));
    for (kind, part) in [
        (OutcomeKind::Closed, "承办单位:虚构县城管局\n2026年11月22日"),
        (OutcomeKind::Extended, "延长:5 天\n原因:材料待核"),
        (OutcomeKind::Declined, "理由:材料待核"),
        (OutcomeKind::Redirected, "供电公司 95598"),
    ] {
        let parcel = Home::of(kind).compose(&outlet).unwrap();
        assert!(parcel.shown.reveal().contains(part), "{}", parcel.shown.reveal());
    }
}

#[test]
fn the_same_outcome_makes_the_same_parcel() {
    let outlet = outlet(25, json!({}));
    for kind in ANSWERS.into_iter().chain([OutcomeKind::Signed]) {
        assert_eq!(Home::of(kind).compose(&outlet).unwrap(), Home::of(kind).compose(&outlet).unwrap());
    }
}

#[tokio::test]
async fn an_answer_is_never_withheld() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "ration": { "per_minute": 1 } }));
    for n in 0..5 {
        let mut home = Home::of(OutcomeKind::Replied);
        home.key = format!("k-{n}");
        home.letter["@mail"]["answer"]["receipt"] = json!(false);
        let receipt = outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
        assert!(matches!(receipt, Receipt::Settled { .. }), "{receipt:?}");
    }
    assert_eq!(postbox.taken().len(), 5);
}

#[test]
fn an_answer_that_says_nothing_or_has_nowhere_to_go_is_none() {
    let outlet = outlet(25, json!({}));
    let malformed = |home: &Home| {
        let fault = home.compose(&outlet).unwrap_err();
        assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
        assert!(!fault.to_string().contains("citizen.test"), "{fault}");
    };
    let mut home = Home::of(OutcomeKind::Closed);
    home.outcome.public_reply = Some("  ".into());
    malformed(&home);
    for answer in [json!({ "to": "" }), json!({ "to": "wang at citizen.test" }), json!("not as agreed"), json!(null)] {
        let mut home = Home::of(OutcomeKind::Closed);
        home.letter["@mail"]["answer"] = answer;
        malformed(&home);
    }
    malformed(&Home::of(OutcomeKind::Merged));
}

#[test]
fn a_thread_is_carried_on_with_its_last_twenty_letters() {
    let outlet = outlet(25, json!({}));
    let mut home = Home::of(OutcomeKind::Closed);
    let ids: Vec<_> = (0..30).map(|n| format!("letter-{n}@citizen.test")).collect();
    home.letter["@mail"]["answer"]["references"] = json!(ids);
    home.letter["@mail"]["answer"]["message_id"] = json!("last@citizen.test");
    let parcel = home.compose(&outlet).unwrap();
    let content: serde_json::Value = serde_json::from_str(parcel.content.reveal()).unwrap();
    let listed: Vec<_> = content["references"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!((listed.len(), listed[0], listed[20]), (21, "letter-10@citizen.test", "last@citizen.test"));
}

#[tokio::test]
async fn words_of_the_channels_own_take_the_place_of_the_usual_ones() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let words = json!({ "subject": "{number} 办结", "text": "结果:{public_reply}\n{solved}" });
    let outlet = outlet(postbox.port(), json!({ "html": false, "closed": words }));
    let home = Home::of(OutcomeKind::Closed);
    outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
    let bytes = postbox.taken().remove(0).bytes;
    let mail = read(&bytes);
    assert_eq!(mail.subject(), Some("20261122-000042 办结"));
    assert_eq!(text(&mail).trim(), "——请在此线以上回复——\n\n结果:您反映的路灯已于昨日修好。\n感谢监督。");
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("text/html"));
}

#[test]
fn nothing_personal_shows() {
    let outlet = outlet(25, json!({}));
    let shown = format!("{:?} {outlet:?}", Home::of(OutcomeKind::Closed).compose(&outlet).unwrap());
    assert!(!shown.contains("citizen.test") && !shown.contains("路灯"), "{shown}");
}
