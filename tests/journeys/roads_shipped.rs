//! The roads of shipped channels: the file as it is shipped, fitted to its far side, and the whole way there and back. What
//! came home is told by the far sides.

use huiliu_farside::roads::{Asking, Matter, Road, sheng, xiangyiban, xianzhang};

use crate::fitted::{conclude, events_of, scene, ticket_of};
use crate::scene::Scene;

/// An invented letter of the quarter.
fn matter(serial: u32) -> Matter {
    let at = |text: &str| text.parse().unwrap();
    Matter {
        title: format!("第{serial}个路口的路灯不亮"),
        content: format!(
            "洣水镇第{serial}个路口的路灯已经一个星期不亮了,晚上老人孩子出门很不方便,希望尽快派人维修,谢谢。"
        ),
        sort: "求助".into(),
        category: "城市管理/市政设施/道路照明".into(),
        name: format!("来信人{serial}"),
        sex: "女".into(),
        phone: format!("1380000{serial:04}"),
        address: "衡东县洣水镇虚构路1号".into(),
        place: "衡东县洣水镇".into(),
        agree_public: true,
        submitted_at: at("2025-02-10T01:02:03Z"),
        handed_at: at("2025-02-10T02:00:00Z"),
        ..Matter::default()
    }
}

/// Hands a letter over, tells it again, changes it, asks about it, has it concluded, and sees the answer at the road.
async fn there_and_back(scene: &Scene, road: &dyn Road, asking: Asking, event: &str) {
    let with_file = Matter { file: Some(("现场.jpg".into(), b"\xff\xd8\xff\xe0photo".to_vec())), ..matter(2) };
    let first = road.hand_over(&matter(1)).await.unwrap();
    let second = road.hand_over(&with_file).await.unwrap();
    let (one, two) = (ticket_of(scene, &first).await, ticket_of(scene, &second).await);
    road.repeat(&first).await.unwrap();
    assert!(road.revise(&first, "路灯已经两个星期不亮了,又坏了一盏,晚上更不方便了,希望尽快维修。").await.unwrap());
    scene.until("the change is at the core", || events_of(scene, &one).contains(&"revised".to_owned())).await;
    assert!(road.ask(&first, &asking).await.unwrap());
    scene.until("what was asked is at the core", || events_of(scene, &one).contains(&event.to_owned())).await;
    scene.until("the file came", || events_of(scene, &two).contains(&"file".to_owned())).await;
    assert_eq!(road.unanswered(), [first.clone(), second.clone()]);
    conclude(scene, &format!("{one}-o"), &one, "经核实,路灯已修复并恢复照明。").await;
    conclude(scene, &format!("{two}-o"), &two, "已派人更换灯头和线路,恢复照明。").await;
    scene.until("both answers are home", || road.closed().len() == 2).await;
    let closed = road.closed();
    assert!(closed[&first].contains("经核实,路灯已修复并恢复照明。"), "{closed:?}");
    assert!(closed[&second].contains("已派人更换灯头和线路,恢复照明。"), "{closed:?}");
    let tally = road.tally();
    assert_eq!((tally.handed, tally.repeated, tally.revised, tally.acts), (2, 1, 1, 1), "{tally:?}");
    assert_eq!((tally.closed, tally.refused, tally.faults), (2, 0, 0), "{tally:?}");
    assert!(road.unanswered().is_empty() && scene.dead().await.is_empty());
}

/// A row of letters over a road that fails by a seed: each is there once, and each answer is home once.
async fn over_faults(scene: &Scene, road: &dyn Road) {
    road.play_faults(Some(20250331));
    let mut letters = Vec::new();
    for serial in 10..18 {
        letters.push(road.hand_over(&matter(serial)).await.unwrap());
    }
    for (n, letter) in letters.iter().enumerate() {
        let ticket = ticket_of(scene, letter).await;
        assert_eq!(events_of(scene, &ticket).iter().filter(|event| *event == "new").count(), 1);
        conclude(scene, &format!("{ticket}-o"), &ticket, &format!("第{n}件经核实已经办妥,感谢反映。")).await;
    }
    scene.until("all answers are home", || road.unanswered().is_empty()).await;
    let closed = road.closed();
    for (n, letter) in letters.iter().enumerate() {
        assert!(closed[letter].contains(&format!("第{n}件经核实已经办妥,感谢反映。")), "{closed:?}");
    }
    let tally = road.tally();
    assert!(tally.faults > 0 && tally.refused == 0, "{tally:?}");
    road.play_faults(None);
    assert!(scene.dead().await.is_empty(), "{:?}", scene.dead().await);
}

#[tokio::test]
async fn the_province_lists_signs_and_judges() {
    let road = sheng::open().await.unwrap();
    let scene = scene(&[&road]).await;
    there_and_back(&scene, &road, Asking::Urge("请尽快办理。".into()), "urged").await;
    assert_eq!(road.tally().signed, 2);
    over_faults(&scene, &road).await;
    // What it accepted it can want done again.
    let letter = road.closed().into_keys().next().unwrap();
    let ticket = ticket_of(&scene, &letter).await;
    assert!(road.ask(&letter, &Asking::Redo("群众反映仍未修好。".into())).await.unwrap());
    scene.until("it is to be done again", || events_of(&scene, &ticket).contains(&"redo".to_owned())).await;
    assert_eq!(road.unanswered(), Vec::<String>::new(), "what was concluded once counts as that");
    conclude(&scene, "again", &ticket, "已派人重新检修,现在一切正常。").await;
    scene.until("the second answer is home", || road.closed()[&letter].contains("重新检修")).await;
}

#[tokio::test]
async fn the_countys_mailbox_pushes_and_publishes() {
    let road = xianzhang::open().await.unwrap();
    let scene = scene(&[&road]).await;
    there_and_back(&scene, &road, Asking::Supplement("补充:是路口东边那一盏。".into()), "supplemented").await;
    assert!(!road.ask(&road.closed().into_keys().next().unwrap(), &Asking::Redo("x".into())).await.unwrap());
    over_faults(&scene, &road).await;
}

#[tokio::test]
async fn the_provinces_app_seals_and_signs_both_ways() {
    let road = xiangyiban::open().await.unwrap();
    let scene = scene(&[&road]).await;
    there_and_back(&scene, &road, Asking::Urge("一个星期了还没有人来。".into()), "urged").await;
    assert_eq!(road.tally().signed, 2);
    over_faults(&scene, &road).await;
}
