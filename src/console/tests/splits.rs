//! Stories of splitting: what may be split and into what, and what a person sees of the whole and of its parts.

use huiliu_contract::{Outcome as Told, OutcomeKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::scene::{NAME, PHONE, Scene, letter};
use crate::console::{Code, Find, PartText, Request};

fn part(title: &str, content: &str) -> PartText {
    PartText { title: title.into(), content: content.into() }
}

fn two() -> Vec<PartText> {
    vec![part("路灯不亮", &format!("{NAME},电话{PHONE}:衡岳路路灯不亮。")), part(" 井盖缺失 ", "\n衡岳路井盖缺失。\n")]
}

fn split(number: &str, parts: Vec<PartText>) -> Request {
    Request::TicketSplit { number: number.into(), parts }
}

fn show(number: &str, unmask: bool) -> Request {
    Request::TicketShow { number: number.into(), unmask }
}

#[tokio::test]
async fn a_split_ticket_shows_its_parts_and_a_part_its_whole() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    assert_eq!(scene.problem(split(&number, two()), None).await.code, Code::Refused, "no reason");
    let done = scene.done(split(&number, two()), Some("一信两事")).await;
    let parts = [format!("{number}-1"), format!("{number}-2")];
    assert_eq!(
        done["parts"],
        json!([{ "number": parts[0], "title": "路灯不亮" }, { "number": parts[1], "title": "井盖缺失" }])
    );
    let closed = Told { kind: OutcomeKind::Closed, ..Told::signed(Timestamp::UNIX_EPOCH) };
    scene.told(&parts[1], "o-1", &closed).await;
    let whole = scene.done(show(&number, false), None).await;
    let shown: Vec<_> = whole["parts"].as_array().unwrap().iter().map(|part| &part["number"]).collect();
    assert_eq!(shown, [&json!(parts[0]), &json!(parts[1])]);
    assert_eq!((&whole["parts"][0]["concluded_at"], &whole["whole"]), (&Value::Null, &Value::Null));
    assert!(whole["parts"][1]["concluded_at"].is_string());
    assert_eq!((&whole["deeds"][0]["what"], &whole["deeds"][0]["why"]), (&json!("split"), &json!("一信两事")));
    assert_eq!(whole["events"][1]["kind"], "split");
    // However it is typed; the part's own life, masked.
    let one = scene.done(show(&parts[0].replace('-', " "), false), None).await;
    assert_eq!(
        (&one["whole"], &one["ticket"]["number"], &one["parts"]),
        (&json!(number), &json!(parts[0]), &json!([]))
    );
    assert_eq!(one["events"][0]["idempotency_key"], format!("{}-1", parts[0]));
    assert!(!one.to_string().contains(NAME) && !one.to_string().contains(PHONE), "{one:#}");
    let one = scene.done(show(&parts[0], true), Some("核对")).await;
    assert_eq!(one["draft"]["person"]["phone"], PHONE, "person and place stay");
    assert_eq!(one["draft"]["links"], json!([{ "relation": "split_of", "number": number }]));
    assert!(one["versions"][0]["raw"].as_str().unwrap().starts_with("路灯不亮\n\n刘小某"));
    assert_eq!(scene.done(show(&parts[1], false), None).await["outcomes"][0]["core_id"], "o-1");
    // Found by telephone is the letter, with its parts beneath; a part by its own number.
    let by = |find: Find| Request::Find(find);
    let found = scene.done(by(Find { phone: Some(PHONE.into()), ..Find::default() }), None).await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["number"]), (1, &json!(number)));
    assert_eq!(found[0]["parts"][1]["number"], json!(parts[1]));
    let both = Find { number: Some(parts[1].clone()), phone: Some(PHONE.into()), ..Find::default() };
    let found = scene.done(by(both), None).await;
    assert_eq!((&found[0]["number"], &found[0]["sources"][0]["external_id"]), (&json!(parts[1]), &json!("XZ-1")));
    let listed = scene.done(Request::TicketList { channel: None, from: None, to: None, limit: 0 }, None).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let errands = scene.done(Request::ErrandList { limit: 10 }, None).await;
    let subjects: Vec<_> = errands.as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap()).collect();
    assert!(subjects.contains(&&*format!("ticket:{}", parts[0])), "{subjects:?}");
    let event = scene.house.store.ticket(crate::ticket::Spoken::parse(&number).unwrap()).await.unwrap();
    let event = scene.house.store.event(event.key.id, 2).await.unwrap().json().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&event).unwrap()["detail"], json!({ "parts": parts }));
}

#[tokio::test]
async fn what_cannot_be_split_says_why_and_what_to_do() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let one = vec![part("甲", "乙")];
    let wrong = [
        (one.clone(), "2 到 99"),
        (vec![part("甲", "乙"); 100], "2 到 99"),
        (vec![part("甲", "乙"), part(" ", "乙")], "第 2 件没有标题"),
        (vec![part("甲", "\n"), part("甲", "乙")], "第 1 件没有正文"),
        (vec![part("甲\n乙", "丙"), part("甲", "乙")], "不止一行"),
        (vec![part(&"甲".repeat(201), "乙"), part("甲", "乙")], "最多 200 字"),
    ];
    for (parts, said) in wrong {
        let problem = scene.problem(split(&number, parts), Some("x")).await;
        assert!(problem.code == Code::Invalid && problem.zh.contains(said), "{problem:?}");
    }
    assert_eq!(scene.problem(split("261122-00018-1", two()), Some("x")).await.code, Code::Invalid);
    let closed = scene.take("XZ-2", Some(&letter(2))).await.unwrap();
    scene.told(&closed, "o-1", &Told { kind: OutcomeKind::Closed, ..Told::signed(Timestamp::UNIX_EPOCH) }).await;
    scene.done(split(&number, two()), Some("一信两事")).await;
    let part = format!("{number}-1");
    for (number, said) in [(&closed, "已经办结"), (&number, "已经拆过"), (&part, "不能再拆")] {
        let problem = scene.problem(split(number, two()), Some("x")).await;
        assert!(problem.code == Code::Refused && problem.zh.contains(said), "{problem:?}");
        assert!(problem.en.is_ascii() || problem.en.contains(number.as_str()), "{problem:?}");
    }
    for number in [&number, &part] {
        let unjoin = Request::TicketUnjoin { number: number.clone(), external_id: "XZ-1".into() };
        assert!(scene.problem(unjoin, Some("x")).await.zh.contains("已经拆单"), "{number}");
    }
    // The core hands one part back: a person is told, and cannot try that again.
    let back = Told {
        kind: OutcomeKind::ReturnedToSource,
        reason: Some(format!("{NAME}不归本县")),
        ..Told::signed(Timestamp::UNIX_EPOCH)
    };
    scene.told(&part, "o-2", &back).await;
    let dead = scene.done(Request::DeadList { channel: None, ended: false, unticketed: false, limit: 0 }, None).await;
    assert_eq!(
        (&dead[0]["kind"], &dead[0]["reason"], &dead[0]["ticket"]),
        (&json!("part"), &json!("part_returned"), &json!(part))
    );
    let id = dead[0]["id"].as_i64().unwrap();
    let shown = scene.done(Request::DeadShow { id, unmask: false }, None).await;
    assert!(!shown.to_string().contains(NAME), "{shown:#}");
    assert!(scene.done(Request::DeadShow { id, unmask: true }, Some("商办")).await.to_string().contains(NAME));
    assert!(scene.problem(Request::DeadRetry { id }, None).await.zh.contains("dead drop"));
    assert_eq!(scene.done(Request::DeadDrop { id }, Some("已商定由本县办")).await["how"], "dropped");
}
