//! One letter with two matters: split by a person, handled as two tickets by the core, answered once.

use huiliu_farside::desk::Desk;
use huiliu_farside::letter::Letter;
use huiliu_farside::platform::Gate;
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

async fn told(scene: &Scene, token: &str, id: &str, number: &str, outcome: Value) {
    let (status, answer) = post(scene, token, &json!({ "id": id, "ticket": number, "outcome": outcome })).await;
    assert_eq!(status, 200, "{answer}");
}

fn closed(reply: &str, unit: &str, solved: &str) -> Value {
    json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": reply, "solved": solved,
        "units": [{ "name": unit, "role": "lead" }] })
}

fn kinds(scene: &Scene, number: &str) -> Vec<String> {
    let told = scene.told().into_iter().map(|told| told.event).filter(|event| event["ticket"] == number);
    told.map(|event| event["event"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Waits until so many answers are settled on our side too: killed before that, the house rightly asks a person whether they
/// arrived.
async fn until_settled(scene: &Scene, number: &str, count: usize) {
    let began = std::time::Instant::now();
    loop {
        let shown = scene.answered(&["ticket", "show", number]).await;
        let items = shown["references"][0]["write_backs"].as_array().cloned().unwrap_or_default();
        if items.iter().filter(|item| item["state"] == "settled").count() >= count {
            return;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "{items:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_letter_with_two_matters_is_split_and_answered_once_though_the_house_falls_down_in_between() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let back = format!(
        "[acts]\nfrom = \"bizType\"\ncodes = {{ \"01\" = \"new\", \"03\" = \"urge\" }}\nrefer = \"orderRef\"\n\
         [return]\nurl = \"{}\"\napprove = []\nretries = [\"20ms\", \"20ms\"]\nsuccess = {{ at = \"/code\", is = [200] }}\n\
         replied = {{ post = \"/order/reply\", send = {{ letterNo = \"{{id}}\", text = \"{{reply}}\" }} }}\n\
         closed = {{ post = \"/order/finish\", send = {{ letterNo = \"{{id}}\", unit = \"{{unit}}\", text = \"{{reply}}\", solved = \"{{solved}}\" }} }}\n",
        desk.url()
    );
    let written = format!("{}\n{back}", letters("县长信箱", "state = \"live\""));
    let mut scene = Plan::new().await.channel("letters", &written).start().await;
    let token = token(&scene);
    let letter = Letter::invented(1);
    let number = ticket(scene.mailbox("letters").push(&letter).await);
    scene.until_told(1).await;
    let file = |name: &str, text: &str| {
        let path = scene.data().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let files = [file("a.txt", "路灯不亮\n衡岳路第三盏路灯不亮。\n"), file("b.txt", "井盖缺失\n衡岳路口井盖缺失。\n")];
    let split = ["ticket", "split", &number, "--part", &files[0], &files[1], "--why", "一信两事"];
    let made = scene.answered(&split).await;
    let [one, two] = [1, 2].map(|n| format!("{number}-{n}"));
    assert_eq!((&made["parts"][0]["number"], &made["parts"][1]["number"]), (&json!(one), &json!(two)));
    scene.until_told(4).await;
    assert_eq!(kinds(&scene, &number), ["new", "split"]);
    assert_eq!((kinds(&scene, &one), kinds(&scene, &two)), (vec!["new".into()], vec!["new".into()]));
    let events: Vec<Value> = scene.told().into_iter().map(|told| told.event).collect();
    let of = |number: &str, kind: &str| {
        events.iter().find(|event| event["ticket"] == number && event["event"] == kind).unwrap()
    };
    assert_eq!(of(&number, "split")["detail"], json!({ "parts": [one, two] }));
    let part = of(&two, "new");
    assert_eq!((&part["detail"]["ticket"], &part["external_id"]), (&json!(number), &json!(letter.number)));
    assert_eq!(part["data"]["matter"]["title"], "井盖缺失");
    assert_eq!(part["data"]["person"], of(&number, "new")["data"]["person"]);
    let (status, said) = scene.ask(&split).await;
    assert!(status == 5 && said.contains("split already"), "{said}");
    // Urged once, the whole and both parts hear of it.
    let mut urge = Letter::invented(7);
    urge.document = json!({ "letterNo": urge.number, "bizType": "03", "orderRef": letter.number, "content": "请尽快" });
    scene.mailbox("letters").push(&urge).await;
    scene.until_told(7).await;
    assert_eq!((kinds(&scene, &number).len(), kinds(&scene, &one).len(), kinds(&scene, &two).len()), (3, 2, 2));
    told(
        &scene,
        &token,
        "r1",
        &two,
        json!({ "kind": "replied", "at": "2026-12-02T09:00:00+08:00",
        "public_reply": "已到现场查看,三日内补上。" }),
    )
    .await;
    let texts = || -> Vec<(String, String)> {
        let told = desk.answers().told(&letter.number).into_iter();
        told.map(|told| (told.verb, told.body["text"].as_str().unwrap_or_default().to_owned())).collect()
    };
    scene.until("the reply about one part is there", || texts().len() == 1).await;
    assert_eq!(texts()[0], ("reply".into(), "关于“井盖缺失”:已到现场查看,三日内补上。".into()));
    until_settled(&scene, &number, 1).await;
    told(&scene, &token, "c1", &one, closed("经核实,路灯已修复并恢复照明。", "县住建局", "解决")).await;
    scene.house.kill();
    scene.start_again().await;
    let shown = scene.answered(&["ticket", "show", &number]).await;
    assert!(shown["parts"][0]["concluded_at"].is_string(), "{shown:#}");
    assert_eq!((&shown["parts"][1]["concluded_at"], &shown["ticket"]["concluded_at"]), (&Value::Null, &Value::Null));
    assert_eq!(texts().len(), 1, "half an answer left");
    told(&scene, &token, "c2", &two, closed("井盖已补装并加固。", "城关镇", "解决")).await;
    scene.until("the answer is there", || texts().len() == 2).await;
    until_settled(&scene, &number, 2).await;
    // Told again, also after another fall, it is not said again.
    scene.house.kill();
    scene.start_again().await;
    told(&scene, &token, "c2", &two, closed("井盖已补装并加固。", "城关镇", "解决")).await;
    let answer = desk.answers().told(&letter.number).pop().unwrap();
    let reply = "一、路灯不亮\n经核实,路灯已修复并恢复照明。\n二、井盖缺失\n井盖已补装并加固。";
    assert_eq!((answer.verb.as_str(), &answer.body["text"]), ("finish", &json!(reply)));
    assert_eq!((&answer.body["unit"], &answer.body["solved"]), (&json!("县住建局、城关镇"), &json!("解决")));
    let whole = scene.answered(&["ticket", "show", &number]).await;
    let items = whole["references"][0]["write_backs"].as_array().unwrap();
    let words = |key: &str| items.iter().map(|item| item[key].clone()).collect::<Vec<_>>();
    assert_eq!((words("kind"), words("state")), (vec![json!("replied"), json!("closed")], vec![json!("settled"); 2]));
    let part = scene.answered(&["ticket", "show", &two]).await;
    assert_eq!((&part["whole"], &part["outcomes"][1]["core_id"]), (&json!(number), &json!("c2")));
    let (_, screen) = scene.ask(&["ticket", "show", &number]).await;
    assert!(screen.contains(&one) && screen.contains(&two), "{screen}");
    // One letter came, and one is counted.
    let channels = scene.answered(&["channel", "list"]).await;
    assert_eq!(channels[0]["tickets"]["live"], 1);
    assert!(scene.dead().await.is_empty());
    assert_eq!(texts().len(), 2);
}
