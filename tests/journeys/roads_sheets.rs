//! Roads by spreadsheet, as shipped: a sheet of the day becomes tickets, what is changed or asked in a later one is told on, and
//! the answers lie in a sheet of our own that a person carries back.

use huiliu_farside::roads::sheets::{Form, Sheets};
use huiliu_farside::roads::zhengfuwang::Zhengfuwang;
use huiliu_farside::roads::zhengxieyun::Zhengxieyun;
use huiliu_farside::roads::{Asking, Matter, Road, Tally};
use jiff::Timestamp;

use crate::fitted::{conclude, events_of, scene, ticket_of};
use crate::house::PATIENCE;
use crate::scene::Scene;

/// What a citizen of the county may want.
pub(crate) fn matter(serial: u32, title: &str) -> Matter {
    let submitted_at: Timestamp = "2025-02-11T09:20:00+08:00".parse().unwrap();
    Matter {
        title: title.into(),
        content: format!("{title},已经向村里反映过两次,一直没有人来看,请派人核实处理。\n盼复。({serial})"),
        sort: "求助".into(),
        category: "城乡建设/市政设施".into(),
        name: format!("唐某{serial}"),
        sex: "男".into(),
        phone: format!("1380000{serial:04}"),
        address: "衡东县洣水镇".into(),
        place: "洣水镇顺风路".into(),
        org: Some("教育界".into()),
        agree_public: true,
        submitted_at,
        handed_at: "2025-02-12T08:30:00+08:00".parse().unwrap(),
        deadline: Some("2025-02-26T23:59:59+08:00".parse().unwrap()),
        ..Matter::default()
    }
}

/// Nothing waits for a person.
pub(crate) async fn assert_none_is_dead(scene: &Scene) {
    if let Some(dead) = scene.dead().await.first() {
        panic!("{:#}", scene.answered(&["dead", "show", &dead["id"].to_string()]).await);
    }
}

/// Waits until the person who carries the sheets back has so many letters concluded there.
async fn until_carried<F: Form>(scene: &Scene, road: &Sheets<F>, closed: u64) {
    let began = std::time::Instant::now();
    while road.tally().closed < closed {
        assert!(began.elapsed() < PATIENCE, "{:?}", road.tally());
        road.carry(scene.config().parent().unwrap()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn suggestions_of_one_member_in_merged_cells_come_as_they_are_and_are_answered_by_sheet() {
    let road = Zhengxieyun::new();
    let scene = scene(&[&road]).await;
    let member = matter(1, "关于完善城北小学门口斑马线的建议");
    let other = Matter { title: "关于延伸3路公交的建议".into(), ..member.clone() };
    let first = road.hand_over(&member).await.unwrap();
    let second = road.hand_over(&other).await.unwrap();
    let third = road.hand_over(&matter(3, "反映农贸市场排水不畅")).await.unwrap();
    road.flush().await.unwrap();
    let told = scene.until_told(3).await;
    let event = told.iter().find(|told| told.external_id() == second).unwrap().event.clone();
    assert_eq!(
        (&event["data"]["person"]["name"], &event["data"]["person"]["organisation"]),
        (&"唐某1".into(), &"教育界".into())
    );
    assert_eq!(
        (&event["data"]["matter"]["content"], &event["data"]["person"]["role"]),
        (&other.content.as_str().into(), &"政协委员".into())
    );

    // A later sheet: one as it was, one changed.
    road.repeat(&third).await.unwrap();
    assert!(
        road.revise(&first, "城北小学门口没有斑马线,上学放学时段车多人多,已经向村里反映过两次,建议划线并设置减速带。")
            .await
            .unwrap()
    );
    assert!(!road.ask(&first, &Asking::Urge("请抓紧".into())).await.unwrap(), "nothing is asked by this sheet");
    road.flush().await.unwrap();
    let told = scene.until_told(4).await;
    assert_eq!((told[3].external_id(), told[3].event["event"].as_str()), (first.as_str(), Some("revised")));

    for (id, number) in [("o1", &first), ("o2", &second)] {
        let ticket = ticket_of(&scene, number).await;
        conclude(&scene, id, &ticket, "经现场核实,已划设斑马线并加装减速带,感谢您的建议。").await;
    }
    until_carried(&scene, &road, 2).await;
    let closed = road.closed();
    assert!(closed[&first].contains("已划设斑马线") && closed.len() == 2, "{closed:?}");
    let tally = Tally { handed: 3, repeated: 1, revised: 1, closed: 2, ..Tally::default() };
    assert_eq!((road.tally(), scene.counted("zhengxieyun", "repeat").await), (tally, 1.0));
    assert_none_is_dead(&scene).await;
}

#[tokio::test]
async fn an_export_in_gbk_with_two_rows_of_heads_is_read_and_urged_and_sent_back_by_further_rows() {
    let road = Zhengfuwang::new();
    let scene = scene(&[&road]).await;
    let first = road.hand_over(&matter(1, "新塘镇通村公路路基塌陷")).await.unwrap();
    let second = road.hand_over(&Matter { sort: "咨询".into(), ..matter(2, "灵活就业人员医保怎么缴") }).await.unwrap();
    road.flush().await.unwrap();
    scene.until_told(2).await;
    assert!(first.starts_with("0043") && first.len() == 16, "{first}");
    road.ask(&first, &Asking::Urge("距时限还有3天,请抓紧办理。".into())).await.unwrap();
    assert!(!road.ask(&first, &Asking::Withdraw("不用了".into())).await.unwrap());
    road.flush().await.unwrap();
    scene.until_told(3).await;
    let (one, two) = (ticket_of(&scene, &first).await, ticket_of(&scene, &second).await);
    assert_eq!(events_of(&scene, &one), ["new", "urged"]);
    conclude(&scene, "o1", &one, "经核实,塌陷路段已列入养护计划,本月底前完成修复。").await;
    conclude(&scene, "o2", &two, "可在居住地参加居民医保,也可以灵活就业人员身份参加职工医保。").await;
    until_carried(&scene, &road, 2).await;
    let answer = road.closed()[&first].clone();
    assert!(
        answer.starts_with("您好!您在中国政府网反映的“新塘镇通村公路路基塌陷”收悉") && answer.contains("县住建局"),
        "{answer}"
    );

    // Sent back, and answered anew.
    road.ask(&first, &Asking::Redo("答复未说明完工时间,请重新办理。".into())).await.unwrap();
    road.flush().await.unwrap();
    scene.until("it is sent back", || events_of(&scene, &one) == ["new", "urged", "redo"]).await;
    conclude(&scene, "o3", &one, "经核实,塌陷路段将于3月25日完工,工期内已设置绕行标志。").await;
    let began = std::time::Instant::now();
    while !road.closed()[&first].contains("3月25日") {
        assert!(began.elapsed() < PATIENCE);
        road.carry(scene.config().parent().unwrap()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(road.tally(), Tally { handed: 2, acts: 2, closed: 2, ..Tally::default() });
    assert_none_is_dead(&scene).await;
}

#[tokio::test]
async fn sheets_copied_slowly_and_exported_too_early_become_each_letter_once() {
    let (road, other) = (Zhengfuwang::new(), Zhengxieyun::new());
    let scene = scene(&[&road, &other]).await;
    road.play_faults(Some(7));
    other.play_faults(Some(8));
    for day in 0..6 {
        for letter in 0..3 {
            road.hand_over(&matter(day * 3 + letter, &format!("第{day}天的第{letter}条留言"))).await.unwrap();
        }
        other.hand_over(&matter(500 + day, &format!("第{day}天的建议"))).await.unwrap();
        road.flush().await.unwrap();
        other.flush().await.unwrap();
        scene.until_told((day as usize + 1) * 4).await;
    }
    let (tally, others) = (road.tally(), other.tally());
    assert!(tally.faults > 2 && others.faults > 2 && tally.repeated > 0, "{tally:?} {others:?}");
    assert_eq!(scene.counted("zhongguo-zhengfuwang", "new").await, tally.handed as f64);
    let began = std::time::Instant::now();
    while scene.counted("zhongguo-zhengfuwang", "repeat").await < tally.repeated as f64 {
        assert!(began.elapsed() < PATIENCE, "{tally:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_none_is_dead(&scene).await;
}
