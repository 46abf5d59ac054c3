//! The templates beyond the report, as shipped: a board whose lists cut texts and whose refusals look well, and messages that
//! come sealed.

use huiliu_farside::roads::weixin::Weixin;
use huiliu_farside::roads::{Asking, Road, renminwang};

use crate::fitted::{conclude, events_of, scene, ticket_of};
use crate::roads_sheets::{assert_none_is_dead, matter};

#[tokio::test]
async fn a_board_is_read_whole_and_answered_in_public_whatever_breaks() {
    let road = renminwang::open().await.unwrap();
    let scene = scene(&[&road]).await;
    road.play_faults(Some(3));
    let first = road.hand_over(&matter(1, "衡东县第四中学门口道路破损")).await.unwrap();
    let second = road.hand_over(&matter(2, "建议增设公交站点")).await.unwrap();
    let told = scene.until_told(2).await;
    let event = told.iter().find(|told| told.external_id() == first).unwrap().event.clone();
    let content = event["data"]["matter"]["content"].as_str().unwrap();
    assert!(content.contains("盼复") && !content.contains('…'), "{content}");
    road.ask(&first, &Asking::Supplement("请问什么时候动工?".into())).await.unwrap();
    let (one, two) = (ticket_of(&scene, &first).await, ticket_of(&scene, &second).await);
    scene.until("it is supplemented", || events_of(&scene, &one) == ["new", "supplemented"]).await;
    conclude(&scene, "o1", &one, "经核实,该路段已列入维修计划,3月底前动工。").await;
    conclude(&scene, "o2", &two, "已增设站点,自3月20日起停靠。").await;
    scene.until("both are told", || road.tally().closed == 2).await;
    let answer = road.closed()[&first].clone();
    assert!(
        answer.starts_with("网友您好!") && answer.contains("3月底前动工\u{3002}") && answer.contains("县住建局"),
        "{answer}"
    );
    let tally = road.tally();
    assert!((tally.handed, tally.acts, tally.refused) == (2, 1, 0) && tally.faults > 0, "{tally:?}");
    assert!(road.unanswered().is_empty());
    assert_none_is_dead(&scene).await;
}

#[tokio::test]
async fn sealed_messages_are_taken_once_and_answered_by_a_person() {
    let road = Weixin::new();
    let scene = scene(&[&road]).await;
    road.play_faults(Some(2));
    let mut numbers = Vec::new();
    for serial in 1..=6 {
        numbers.push(road.hand_over(&matter(serial, &format!("城西社区第{serial}栋自来水停了"))).await.unwrap());
    }
    road.repeat(&numbers[0]).await.unwrap();
    let told = scene.until_told(6).await;
    assert_eq!(told[0].event["data"]["matter"]["title"], "城西社区第1栋自来水停了");
    let tally = road.tally();
    assert!(tally.repeated > 1 && scene.counted("weixin", "repeat").await == tally.repeated as f64, "{tally:?}");
    // Whoever wrote it is nobody's to read in a list.
    let ticket = ticket_of(&scene, &numbers[0]).await;
    let shown = scene.answered(&["ticket", "show", &ticket]).await;
    assert!(!shown.to_string().contains("oX00000000000000000000000001"), "{shown}");
    conclude(&scene, "o1", &ticket, "停水因水管爆裂,已于昨日抢修完毕恢复供水。").await;
    scene.until("a person is told", || scene.house.printed().iter().any(|line| line.contains("by_hand"))).await;
    let dead = scene.dead().await;
    assert_eq!((dead.len(), dead[0]["kind"].as_str()), (1, Some("by_hand")), "{dead:?}");
}
