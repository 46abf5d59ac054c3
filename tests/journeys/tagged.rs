//! One far side that holds several channels: its letters are taken and answered by the one channel that is connected, and
//! counted, shown and searched under the names that their tags stand for.

use huiliu_farside::roads::{Asking, Matter, Road, tongyi};
use serde_json::{Value, json};

use crate::fitted::{conclude, events_of, scene, ticket_of};
use crate::scene::{Plan, Scene};
use crate::written::letters;

const ROUTE: &str = r#"
[acts]
from = "bizType"
codes = { "01" = "new", "03" = "urge" }

[route]
from = "source.channel"

[route.to.SZXX]
name = "省长信箱"
report = { noun = "转派工单" }

[route.to.XYB]
name = "湘易办"
aliases = ["湘易办APP"]
"#;

fn united(more: &str) -> String {
    format!("{}{ROUTE}{more}", letters("省统一转派", "state = \"live\""))
}

/// Pushes a letter with a tag, and gives what was answered.
async fn push(scene: &Scene, number: &str, tag: Option<&str>, text: &str) -> Value {
    let letter = json!({ "letterNo": number, "title": "路灯不亮", "content": text, "letterType": "我要求助", "name": "文某",
        "phone": "13800001234", "isPublic": "是", "submitTime": "2026-12-01 08:00:00", "source": { "channel": tag } });
    let answer = scene.push("united").json(&letter).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// The source numbers of the tickets that a list gives, newest first.
async fn listed(scene: &Scene, channel: &str) -> Vec<String> {
    let list = scene.answered(&["ticket", "list", "--channel", channel]).await;
    list.as_array().unwrap().iter().map(|one| one["external_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn letters_count_under_their_tags_and_the_core_hears_whose_they_are() {
    let scene = Plan::new().await.channel("united", &united("")).letters().start().await;
    for (number, tag) in [("A1", "SZXX"), ("A2", "XYB"), ("A3", "SZXX")] {
        push(&scene, number, Some(tag), &format!("{number}号路灯不亮")).await;
    }
    let told = scene.until_told(3).await;
    let via =
        |number: &str| told.iter().find(|told| told.external_id() == number).unwrap().event["data"]["via"].clone();
    assert_eq!(via("A1"), json!({ "tag": "SZXX", "name": "省长信箱" }));
    assert_eq!(via("A2"), json!({ "tag": "XYB", "name": "湘易办" }));
    assert!(told.iter().all(|told| told.event["channel"] == "united"), "it is the feeding channel's to answer");

    assert_eq!(listed(&scene, "省长信箱").await, ["A3", "A1"]);
    assert_eq!(listed(&scene, "湘易办APP").await, ["A2"]);
    assert_eq!(listed(&scene, "省统一转派").await, ["A3", "A2", "A1"]);
    let found = scene.answered(&["find", "A2", "--channel", "湘易办"]).await;
    assert_eq!((&found[0]["channel_name"], &found[0]["channel"]), (&json!("湘易办"), &json!("united")));
    let number = found[0]["number"].as_str().unwrap().to_owned();
    let (_, shown) = scene.ask(&["ticket", "show", &number]).await;
    assert!(shown.contains("湘易办 (united)"), "{shown}");
    let channels = scene.answered(&["channel", "list"]).await;
    let united = channels.as_array().unwrap().iter().find(|one| one["code"] == "united").unwrap();
    let counts: Vec<_> = united["routed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["tickets"]["live"].clone()))
        .collect();
    assert_eq!(counts, [(json!("省长信箱"), json!(2)), (json!("湘易办"), json!(1))]);
    let (_, screen) = scene.ask(&["channel", "list"]).await;
    assert!(screen.contains("└ 省长信箱"), "{screen}");
    let (status, said) = scene.ask(&["channel", "show", "省长信箱"]).await;
    assert!(status == 3 && said.contains("comes by the channel `省统一转派`"), "{said}");

    // Sent on to another channel: the tag is a revision, and it counts there from now on.
    push(&scene, "A3", Some("XYB"), "A3号路灯不亮").await;
    let told = scene.until_told(4).await;
    let last = told.last().unwrap();
    assert_eq!((&last.event["event"], &last.event["data"]["via"]["tag"]), (&json!("revised"), &json!("XYB")));
    assert_eq!(
        (listed(&scene, "省长信箱").await, listed(&scene, "湘易办").await),
        (vec!["A1".into()], vec!["A3".into(), "A2".into()])
    );
}

#[tokio::test]
async fn a_tag_that_is_not_listed_is_never_guessed() {
    let scene = Plan::new().await.channel("united", &united("")).start().await;
    push(&scene, "A1", Some("ZGZFW"), "路灯不亮").await;
    push(&scene, "A2", None, "水管漏水").await;
    let dead = scene.dead().await;
    assert_eq!(
        dead.iter().map(|one| one["reason"].clone()).collect::<Vec<_>>(),
        [json!("unmapped"), json!("unmapped")]
    );
    let (_, said) = scene.ask(&["dead", "show", &dead[0]["id"].to_string()]).await;
    assert!(said.contains("[route.to]") && said.contains("SZXX"), "{said}");
    // The urging bears no tag: whose it is follows from what it is about.
    push(&scene, "A3", Some("SZXX"), "桥栏杆坏了").await;
    let urge = json!({ "letterNo": "A3", "bizType": "03", "content": "何时能修" });
    assert_eq!(scene.push("united").json(&urge).send().await.unwrap().status(), 200);
    let told = scene.until_told(2).await;
    assert_eq!(told[1].event["event"], json!("urged"));

    // The file says what those count as; what waited is mapped anew.
    scene.rewrite(
        "united",
        &united("").replace("from = \"source.channel\"", "from = \"source.channel\"\nother = \"XYB\""),
    );
    assert_eq!(scene.reload().await.0, 0);
    for one in &dead {
        let (status, said) = scene.ask(&["dead", "retry", &one["id"].to_string()]).await;
        assert_eq!(status, 0, "{said}");
    }
    scene.until_told(4).await;
    assert_eq!(listed(&scene, "湘易办").await, ["A2", "A1"]);
}

#[tokio::test]
async fn one_name_has_one_road_and_what_came_by_the_old_one_is_found() {
    let old = letters("省长信箱", "state = \"live\"");
    let scene = Plan::new().await.channel("szxx", &old).start().await;
    let letter = json!({ "letterNo": "S1", "title": "旧件", "content": "旧路来的", "letterType": "我要求助", "name": "文某",
        "phone": "13800001234", "isPublic": "是", "submitTime": "2026-12-01 08:00:00" });
    assert_eq!(scene.push("szxx").json(&letter).send().await.unwrap().status(), 200);
    scene.until_told(1).await;
    scene.rewrite("united", &united(""));
    let (status, said) = scene.ask(&["check"]).await;
    assert!(status == 1 && said.contains("route.to.SZXX.name") && said.contains("szxx/channel.toml"), "{said}");
    scene.rewrite("szxx", &old.replace("\"live\"", "\"off\""));
    let (status, said) = scene.ask(&["check"]).await;
    assert_eq!(status, 0, "{said}");
    assert_eq!(scene.reload().await.0, 0);
    push(&scene, "A1", Some("SZXX"), "新路来的").await;
    scene.until_told(2).await;
    assert_eq!(listed(&scene, "省长信箱").await, ["A1", "S1"]);
}

/// The template as it is shipped, over the far side that holds six channels: an answer goes home by the one road, and each name
/// has its own count.
#[tokio::test]
async fn the_provinces_one_system_brings_six_channels_and_is_answered() {
    let road = tongyi::open().await.unwrap();
    let scene = scene(&[&road]).await;
    let at = |text: &str| text.parse().unwrap();
    let mut numbers = Vec::new();
    for serial in 1..=7 {
        let matter = Matter {
            title: format!("第{serial}个路口的路灯不亮"),
            content: format!("洣水镇第{serial}个路口的路灯已经一个星期不亮了,晚上出门不方便,希望派人维修。"),
            sort: "求助".into(),
            category: "城市管理/市政设施".into(),
            name: format!("来信人{serial}"),
            phone: format!("1380000{serial:04}"),
            place: "衡东县洣水镇".into(),
            agree_public: true,
            submitted_at: at("2025-02-10T01:02:03Z"),
            handed_at: at("2025-02-10T02:00:00Z"),
            ..Matter::default()
        };
        numbers.push(road.hand_over(&matter).await.unwrap());
    }
    let mut tickets = Vec::new();
    for number in &numbers {
        tickets.push(ticket_of(&scene, number).await);
    }
    for (tag, name) in tongyi::TAGS {
        let mut own: Vec<_> = numbers.iter().filter(|number| tongyi::tag_of(number) == (tag, name)).cloned().collect();
        own.sort_unstable_by(|a, b| b.cmp(a));
        let mut listed = listed(&scene, name).await;
        listed.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(listed, own, "{name}");
    }
    assert!(road.ask(&numbers[0], &Asking::Urge("请尽快办理。".into())).await.unwrap());
    scene.until("the urging is at the core", || events_of(&scene, &tickets[0]).contains(&"urged".to_owned())).await;
    conclude(&scene, "o1", &tickets[0], "经核实,路灯已修复并恢复照明。").await;
    scene.until("the answer is home", || road.closed().len() == 1).await;
    assert!(road.closed()[&numbers[0]].contains("经核实,路灯已修复"), "{:?}", road.closed());
    let tally = road.tally();
    assert_eq!((tally.handed, tally.acts, tally.signed, tally.closed, tally.refused), (7, 1, 7, 1, 0), "{tally:?}");
}
