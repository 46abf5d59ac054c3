//! Roads by a back end for people, as shipped: what stands on its pages becomes tickets, what the upper level wants of a letter
//! later is read off its state, and the answer is filled into its form and judged there.

use huiliu_farside::roads::portals::BackEnd;
use huiliu_farside::roads::{Asking, Matter, Road, shengzhang, shizhang};

use crate::fitted::{conclude, events_of, plan, scene, ticket_of};
use crate::house::PATIENCE;
use crate::roads_sheets::{assert_none_is_dead, matter};
use crate::scene::Scene;

/// Logs in as a person does who reads the picture.
async fn log_in(scene: &Scene, road: &BackEnd) {
    let file = scene.data().join("picture");
    let began = std::time::Instant::now();
    loop {
        let words = ["channel", "login", road.channel(), "--image", file.to_str().unwrap(), "--json"];
        let (status, told) = scene.ask(&words).await;
        if status == 0 {
            let told: serde_json::Value = serde_json::from_str(&told).unwrap();
            let (challenge, text) = (told["challenge"].as_str().unwrap(), road.picture().unwrap());
            let words = ["channel", "login", road.channel(), "--json", "--challenge", challenge, "--answer", &text];
            let (status, said) = scene.ask(&words).await;
            assert_eq!(status, 0, "{said}");
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{told}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn letters_to_the_governor_are_read_off_pages_and_answered_by_a_form_that_is_judged() {
    let road = shengzhang::start().await.unwrap();
    let scene = plan(&[&road]).await.start().await;
    log_in(&scene, &road).await;
    let first = road.hand_over(&matter(1, "吴集镇农贸市场排污沟多年未清理")).await.unwrap();
    let parent = Matter {
        parent_no: Some("ZXY202502110003".into()),
        confidential: true,
        ..matter(2, "三樟镇小学门口没有减速带")
    };
    let second = road.hand_over(&parent).await.unwrap();
    let told = scene.until_told(2).await;
    let of = |number: &str| told.iter().find(|told| told.external_id() == number).unwrap().event["data"].clone();
    assert!(of(&first)["matter"]["content"].as_str().unwrap().contains("请派人核实处理"), "{:#}", of(&first));
    assert_eq!(
        (&of(&second)["parent_no"], &of(&second)["person"]["confidential"]),
        (&"ZXY202502110003".into(), &true.into()),
        "{:#}",
        of(&second)
    );

    // Told again, changed, urged.
    road.repeat(&second).await.unwrap();
    road.ask(&first, &Asking::Urge("距办理期限还有2天,请抓紧办理。".into())).await.unwrap();
    assert!(!road.ask(&first, &Asking::Supplement("补充".into())).await.unwrap());
    let (one, two) = (ticket_of(&scene, &first).await, ticket_of(&scene, &second).await);
    scene.until("it is urged", || events_of(&scene, &one) == ["new", "urged"]).await;
    road.revise(&second, "三樟镇小学门口车速快,已经向村里反映过两次,一直没有人来看,请派人核实处理,加装减速带。")
        .await
        .unwrap();
    scene.until("it is changed", || events_of(&scene, &two) == ["new", "revised"]).await;
    conclude(&scene, "o1", &one, "经核实,排污沟已清淤,并落实了日常保洁。").await;
    conclude(&scene, "o2", &two, "经核实,减速带已安装到位。").await;
    scene.until("both are told", || road.tally().closed == 2).await;
    scene
        .until("both are judged", || {
            [&first, &second].iter().all(|one| road.portal().state(one).as_deref() == Some("已办结"))
        })
        .await;
    let answer = road.closed()[&first].clone();
    assert!(
        answer.starts_with("尊敬的来信人:您好!您在“省长信箱”反映的“吴集镇") && answer.contains("已清淤"),
        "{answer}"
    );

    // Sent back by the province, and answered anew.
    road.ask(&first, &Asking::Redo("答复未说明清淤完成时间,请重新办理。".into())).await.unwrap();
    scene.until("it is sent back", || events_of(&scene, &one) == ["new", "urged", "redo"]).await;
    conclude(&scene, "o3", &one, "经核实,排污沟已于3月18日清淤完毕,并落实了日常保洁。").await;
    scene.until("it is told anew", || road.closed()[&first].contains("3月18日")).await;
    let tally = road.tally();
    assert_eq!(
        (tally.handed, tally.repeated, tally.revised, tally.acts, tally.closed, tally.refused),
        (2, 1, 1, 2, 2, 0)
    );
    assert_eq!((scene.counted("shengzhang", "new").await, scene.counted("shengzhang", "revised").await), (2.0, 1.0));
    assert_none_is_dead(&scene).await;
}

#[tokio::test]
async fn letters_to_the_mayor_are_read_from_json_and_answered_once_whatever_breaks() {
    let road = shizhang::start().await.unwrap();
    let scene = scene(&[&road]).await;
    road.play_faults(Some(11));
    let mut numbers = Vec::new();
    for serial in 1..=8 {
        numbers.push(road.hand_over(&matter(serial, &format!("洣水镇第{serial}处路灯夜间不亮"))).await.unwrap());
    }
    let told = scene.until_told(8).await;
    let mut seen: Vec<&str> = told.iter().map(|told| told.external_id()).collect();
    seen.sort_unstable();
    assert_eq!(seen, numbers);
    let portal = road.portal();
    portal.end_sessions();
    let withdrawn = ticket_of(&scene, &numbers[7]).await;
    road.ask(&numbers[7], &Asking::Withdraw("来信人来电撤回。".into())).await.unwrap();
    scene.until("it is withdrawn", || events_of(&scene, &withdrawn) == ["new", "withdrawn"]).await;
    for (n, number) in numbers.iter().take(7).enumerate() {
        let ticket = ticket_of(&scene, number).await;
        conclude(&scene, &format!("o{n}"), &ticket, &format!("经核实,第{}处路灯已修复并恢复照明。", n + 1)).await;
    }
    scene.until("all are told", || road.tally().closed == 7).await;
    scene
        .until("all are judged", || numbers.iter().take(7).all(|one| portal.state(one).as_deref() == Some("已办结")))
        .await;
    let closed = road.closed();
    assert!(numbers.iter().take(7).all(|number| portal.told(number).len() == 1), "each is told once");
    assert!(closed[&numbers[2]].contains("第3处") && closed[&numbers[2]].ends_with("日"), "{closed:?}");
    let tally = road.tally();
    assert!(tally.faults >= 3 && tally.refused == 0 && portal.logins() >= 2, "{tally:?}");
    assert_eq!(scene.counted("shuji-shizhang", "new").await, 8.0);
    assert_none_is_dead(&scene).await;
}
