//! What the roads themselves must do, so that nobody blames the gateway for it.

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::book::{Book, Refusal, Rules, Saying};
use super::faults::{Faults, Moment};
use crate::platform::Trick;
use crate::roads::{Asking, Matter, Road, xianzhang};
use crate::scheme::{Scheme, Sent};

const RULES: Rules = Rules { signs: true, judges: true };

fn matter() -> Matter {
    Matter { title: "路灯不亮".into(), content: "已经三天不亮。".into(), ..Matter::default() }
}

fn book(rules: Rules) -> Book {
    let mut book = Book::new(rules);
    book.hand_over("001", &matter(), Timestamp::UNIX_EPOCH);
    book
}

#[test]
fn a_letter_goes_its_way_and_is_closed_once() {
    let mut book = book(RULES);
    assert_eq!(book.hear(Saying::Finish, "001", "已修复。", None), Err(Refusal::Stand), "it was not signed for");
    book.hear(Saying::Sign, "001", "", None).unwrap();
    assert_eq!(book.hear(Saying::Sign, "001", "", None), Err(Refusal::Stand));
    assert_eq!(book.hear(Saying::Finish, "001", " ", None), Err(Refusal::Empty));
    assert_eq!(book.hear(Saying::Finish, "1", "已修复。", None), Err(Refusal::Unknown), "the zeros belong to it");
    assert_eq!(book.unanswered(), ["001"]);
    let receipt = book.hear(Saying::Finish, "001", "已修复。", Some("k1")).unwrap();
    assert_eq!(book.hear(Saying::Finish, "001", "已修复。", Some("k1")), Ok(receipt), "the same once more");
    assert_eq!(book.hear(Saying::Finish, "001", "另一个。", Some("k2")), Err(Refusal::Stand));
    assert!(book.ask("A1", "001", &Asking::Redo("未修好".into()), Timestamp::UNIX_EPOCH).is_err(), "it is judged");
    assert_eq!([book.look("001"), book.look("001")].map(|seen| seen.unwrap().0), ["待审核", "已办结"]);
    book.ask("A1", "001", &Asking::Redo("未修好".into()), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(book.look("001").unwrap(), ("退回重办", Some("未修好".into())));
    book.hear(Saying::Finish, "001", "这次修好了。", Some("k3")).unwrap();
    book.ask("A2", "001", &Asking::Urge("请再答复".into()), Timestamp::UNIX_EPOCH).unwrap();
    book.hear(Saying::Finish, "001", "已于昨日修好。", Some("k4")).unwrap();
    assert_eq!(
        book.hear(Saying::Finish, "001", "已于昨日修好。", Some("k5")),
        Err(Refusal::Stand),
        "it was urged once"
    );
    let tally = book.tally();
    assert_eq!((tally.handed, tally.signed, tally.closed, tally.acts, tally.refused), (1, 1, 1, 2, 6));
    assert_eq!(book.closed()["001"], "已于昨日修好。");
}

#[test]
fn what_is_handed_back_or_asked_more_time_for_is_judged() {
    let mut book = book(RULES);
    book.hear(Saying::Sign, "001", "", None).unwrap();
    book.hear(Saying::Delay, "001", "等材料", None).unwrap();
    assert_eq!([book.look("001"), book.look("001")].map(|seen| seen.unwrap().0), ["延期待审", "已延期"]);
    book.hear(Saying::Back, "001", "不属本县", None).unwrap();
    assert_eq!([book.look("001"), book.look("001")].map(|seen| seen.unwrap().0), ["退单待审", "已退单"]);
    assert_eq!(book.hear(Saying::Finish, "001", "已修复。", None), Err(Refusal::Stand));
    assert!(book.closed().is_empty() && book.unanswered().is_empty());
}

#[test]
fn a_seed_plays_the_same_faults_and_never_two_in_a_row() {
    let play = |seed| {
        let mut faults = Faults::default();
        faults.play(Some(seed));
        (0..200).map(|n| faults.draw(Moment::Said("/finish", &n.to_string()), "500")).collect::<Vec<_>>()
    };
    let row = play(7);
    assert_eq!(row, play(7));
    assert_ne!(row, play(8));
    assert!(row.iter().any(|trick| matches!(trick, Trick::HangUp | Trick::CutBody | Trick::TakenThen(_))));
    assert!(row.windows(2).all(|two| two.contains(&Trick::Nothing)));
    // Of one letter it is once at most that nobody knows what became of its answer.
    let mut faults = Faults::default();
    faults.play(Some(7));
    let drawn: Vec<_> = (0..400).map(|_| faults.draw(Moment::Said("/finish", "001"), "500")).collect();
    let unsure = drawn.iter().filter(|trick| matches!(trick, Trick::HangUp | Trick::CutBody | Trick::TakenThen(_)));
    assert_eq!(unsure.count(), 1);
    faults.play(None);
    assert!((0..50).all(|_| faults.draw(Moment::Asked, "500") == Trick::Nothing));
}

#[tokio::test]
async fn who_does_not_prove_who_they_are_is_turned_away_and_counted() {
    let road = xianzhang::open().await.unwrap();
    let fitting = road.fitting(std::path::Path::new("."));
    let url = |name: &str| {
        let value = fitting.keys.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.clone());
        value.unwrap().trim_matches('"').to_owned()
    };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let say = |token: &'static str, letter: &'static str| {
        let body = json!({ "letterNo": letter, "content": "已修复。" }).to_string();
        client.post(format!("{}/finish", url("return.url"))).bearer_auth(token).body(body).send()
    };
    assert_eq!(say("guessed", "XX1").await.unwrap().status(), 401);
    let answer: Value = say("token-only-for-this-mailbox", "XX1").await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "code": "1", "msg": "没有这一件" }));
    assert_eq!(road.tally().refused, 2);
    assert!(road.closed().is_empty());
}

#[tokio::test]
async fn what_is_signed_wrong_is_refused_and_counted() {
    let road = crate::roads::sheng::open().await.unwrap();
    let number = road.hand_over(&matter()).await.unwrap();
    let fitting = road.fitting(std::path::Path::new("."));
    let base = fitting.keys.iter().find(|(key, _)| key == "connect.url").and_then(|(_, value)| value.clone()).unwrap();
    let scheme = Scheme::Sorted { app_key: "430424".into(), secret: Secret::new("guessed"), sm3: true };
    let body = json!({ "orderNo": number, "result": "已修复。" }).to_string();
    let sent = scheme.prove(Sent::post("/order/finish", "application/json", body), Timestamp::now(), "n1");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = client.post(format!("{}{}", base.trim_matches('"'), sent.target)).body(sent.body);
    let answer: Value = post.header("content-type", "application/json").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["code"], "SN0006", "{answer}");
    assert_eq!((road.tally().refused, road.tally().closed), (1, 0));
}
