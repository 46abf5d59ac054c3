//! One letter by three roads, and what is asked about a letter later: acts, before and after it, and each road answered.

use huiliu_farside::desk::Desk;
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::platform::{Gate, Trick};
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

const ACTS: &str = r#"
[acts]
from  = "bizType"
codes = { "01" = "new", "02" = "supplement", "03" = "urge", "06" = "redo", "07" = "withdraw" }
refer = "orderRef"
"#;

/// A mailbox whose letters may name the number of another road, and say what they are there for.
fn road(name: &str, desk: &Desk) -> String {
    let back = format!(
        "[return]\nurl = \"{}\"\napprove = []\nretries = [\"20ms\", \"20ms\", \"20ms\"]\nsuccess = {{ at = \"/code\", is = [200] }}\n\
         closed = {{ post = \"/order/finish\", send = {{ letterNo = \"{{id}}\", text = \"{{reply}}\" }} }}\n\
         replied = {{ post = \"/order/reply\", send = {{ letterNo = \"{{id}}\", text = \"{{reply}}\" }} }}\n",
        desk.url()
    );
    let written = letters(name, "state = \"live\"").replace("[codes]", "parent_no = \"parentNo\"\n\n[codes]");
    format!("{written}\n{ACTS}\n{back}")
}

async fn push(scene: &Scene, code: &str, letter: &Letter) -> String {
    ticket(scene.mailbox(code).push(letter).await)
}

/// The letter as another road tells it: its own number, and the number of the road before.
fn by_another_road(letter: &Letter, serial: u32) -> Letter {
    let mut other = letter.clone();
    other.number = Letter::invented(serial).number;
    other.document["letterNo"] = json!(other.number);
    other.document["parentNo"] = json!(letter.number);
    other
}

async fn close(scene: &Scene, token: &str, id: &str, number: &str) {
    let outcome =
        json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,路灯已修复并恢复照明。" });
    let (status, answer) = post(scene, token, &json!({ "id": id, "ticket": number, "outcome": outcome })).await;
    assert_eq!(status, 200, "{answer}");
}

fn kinds(scene: &Scene, number: &str) -> Vec<String> {
    let told = scene.told().into_iter().map(|told| told.event).filter(|event| event["ticket"] == number);
    told.map(|event| event["event"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn one_letter_by_three_roads_is_one_ticket_and_all_three_are_told_though_one_refuses_twice() {
    let mut desks = Vec::new();
    let mut plan = Plan::new().await;
    for (code, name) in [("letters", "县长信箱"), ("city", "市长信箱"), ("province", "省长信箱")] {
        let desk = Desk::open(Gate::Open).await.unwrap();
        plan = plan.channel(code, &road(name, &desk));
        desks.push(desk);
    }
    let scene = plan.start().await;
    let token = token(&scene);
    let first = Letter::invented(1);
    let (second, third) = (by_another_road(&first, 2), by_another_road(&first, 3));
    let number = push(&scene, "letters", &first).await;
    assert_eq!(push(&scene, "city", &second).await, number);
    assert_eq!(push(&scene, "province", &third).await, number);
    scene.until_told(3).await;
    assert_eq!(kinds(&scene, &number), ["new", "joined", "joined"]);
    let last = scene.told().pop().unwrap().event;
    let sources: Vec<_> =
        last["data"]["sources"].as_array().unwrap().iter().map(|one| one["channel"].clone()).collect();
    assert_eq!(sources, ["letters", "city", "province"]);
    desks[1].answers().play([Trick::Code("500".into()), Trick::Code("500".into())]);
    close(&scene, &token, "o1", &number).await;
    for (desk, letter) in desks.iter().zip([&first, &second, &third]) {
        scene.until("this road is told", || desk.answers().told(&letter.number).len() == 1).await;
    }
    assert!(scene.dead().await.is_empty());
    // The citizen calls: one sentence, and each of the three roads answered.
    let found = scene.answered(&["find", &number]).await;
    let said = found[0]["said"]["zh"].as_str().unwrap();
    assert!(said.starts_with('您') && said.contains("在县长信箱的来件") && said.contains("已答复"), "{said}");
    let sources = found[0]["sources"].as_array().unwrap();
    assert!(sources.len() == 3 && sources.iter().all(|source| source["answered_at"].is_string()), "{sources:?}");
    // It was another citizen's after all: the third road becomes a ticket of its own, and is closed anew.
    assert_ne!(scene.ask(&["ticket", "unjoin", &number, "no-such", "--why", "x"]).await.0, 0);
    let apart = scene.answered(&["ticket", "unjoin", &number, &third.number, "--why", "不是同一个人"]).await;
    let new = apart["new_ticket"].as_str().unwrap().to_owned();
    scene.until_told(5).await;
    assert_eq!((kinds(&scene, &number).pop().unwrap(), kinds(&scene, &new)), ("unjoined".into(), vec!["new".into()]));
    close(&scene, &token, "o2", &new).await;
    scene.until("the third road is told again", || desks[2].answers().told(&third.number).len() == 2).await;
    assert_eq!(desks[0].answers().told(&first.number).len(), 1);
    assert_eq!(push(&scene, "province", &third).await, new, "the pair is never joined again");
}

/// The letter as a road tells it that names no other: its own number and a head of its own.
fn handed_on(letter: &Letter, serial: u32) -> Letter {
    let mut other = letter.clone();
    other.number = Letter::invented(serial).number;
    other.document["letterNo"] = json!(other.number);
    other.document["content"] = json!(format!("【省转办】{}", letter.document["content"].as_str().unwrap()));
    other
}

#[tokio::test]
async fn the_same_words_of_the_same_person_are_one_ticket_and_a_doubt_is_only_said() {
    let desks = [Desk::open(Gate::Open).await.unwrap(), Desk::open(Gate::Open).await.unwrap()];
    let province = format!("{}\n[same_letter]\nstrip = [\"^【省转办】\"]\n", road("省长信箱", &desks[1]));
    let scene = Plan::new().await.channel("letters", &road("县长信箱", &desks[0])).channel("province", &province);
    let scene = scene.start().await;
    let token = token(&scene);
    let first = Letter::invented(1);
    let second = handed_on(&first, 2);
    let number = push(&scene, "letters", &first).await;
    assert_eq!(push(&scene, "province", &second).await, number);
    scene.until_told(2).await;
    assert_eq!(kinds(&scene, &number), ["new", "joined"]);
    assert_eq!(scene.told()[1].event["detail"]["same_letter"], json!({ "by": "text" }));
    close(&scene, &token, "o1", &number).await;
    for (desk, letter) in desks.iter().zip([&first, &second]) {
        scene.until("this road is told", || desk.answers().told(&letter.number).len() == 1).await;
    }
    // A masked number, and another citizen: neither joins; only the first is worth a word.
    let other = Letter::invented(6);
    let mut masked = handed_on(&other, 7);
    masked.document["phone"] = json!("138****0006");
    let mut stranger = handed_on(&other, 8);
    stranger.document["phone"] = json!("13900000006");
    let one = push(&scene, "letters", &other).await;
    let two = push(&scene, "province", &masked).await;
    let three = push(&scene, "province", &stranger).await;
    assert!(one != two && two != three && one != three);
    scene.until_told(5).await;
    let detail = |number: &str| {
        let told = scene.told().into_iter().map(|told| told.event).find(|event| event["ticket"] == number);
        told.unwrap()["detail"].clone()
    };
    assert_eq!(detail(&two)["same_letter"], json!({ "by": "text", "doubt": "masked_contact" }));
    assert_eq!(detail(&two)["ticket"], json!(one));
    assert_eq!(detail(&three), Value::Null);
    let shown = scene.answered(&["ticket", "show", &two]).await;
    let event = &shown["events"][0];
    assert_eq!((&event["other"], &event["same_letter"]["doubt"]), (&json!(one), &json!("masked_contact")));
}

#[tokio::test]
async fn an_urging_before_its_letter_waits_for_it_and_a_redo_after_the_closing_opens_it_again() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let scene = Plan::new().await.channel("letters", &road("县长信箱", &desk)).start().await;
    let token = token(&scene);
    let letter = Letter::invented(1);
    let asks = |what: &str, serial: u32| {
        let mut act = Letter::invented(serial);
        act.document =
            json!({ "letterNo": act.number, "bizType": what, "orderRef": letter.number, "content": "请尽快答复" });
        act
    };
    let (urge, redo) = (asks("03", 7), asks("06", 8));
    assert!(matches!(scene.mailbox("letters").push(&urge).await, Pushed::Acknowledged(_)));
    let number = push(&scene, "letters", &letter).await;
    scene.until_told(2).await;
    assert_eq!(kinds(&scene, &number), ["new", "urged"]);
    let said: Value = scene.told()[1].event["detail"].clone();
    assert_eq!((&said["act"], &said["said"]["matter"]["content"]), (&json!("urge"), &json!("请尽快答复")));
    close(&scene, &token, "o1", &number).await;
    scene.until("the source is told", || desk.answers().told(&letter.number).len() == 1).await;
    assert_eq!(push(&scene, "letters", &redo).await, number);
    assert_eq!(push(&scene, "letters", &redo).await, number, "told twice it is one");
    scene.until_told(3).await;
    assert_eq!(kinds(&scene, &number), ["new", "urged", "redo"]);
    // A word that nobody wrote down needs a person.
    assert!(matches!(scene.mailbox("letters").push(&asks("99", 9)).await, Pushed::Acknowledged(_)));
    let dead = scene.dead().await;
    assert_eq!(dead[0]["kind"], "unmapped", "{dead:?}");
}
