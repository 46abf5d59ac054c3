//! Stories of the way home: what is looked at before it leaves, what a person carries, and what a ticket tells of it.

use huiliu_contract::{Outcome as Told, OutcomeKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::scene::{NAME, PHONE, Scene, letter};
use crate::console::{Code, Request};
use crate::outgoing::{Mark, findings};
use crate::settings::ReturnTable;
use crate::store::DeadKind;
use crate::ticket::Spoken;

const CLEAN: &str = "您反映的路灯已经修好,感谢您的来信和监督。";

fn outcome(kind: OutcomeKind, reply: Option<&str>) -> Told {
    let note = Some("该诉求人多次来电,建议不再联系".to_owned());
    Told { kind, public_reply: reply.map(str::to_owned), internal_note: note, ..Told::signed(Timestamp::UNIX_EPOCH) }
}

/// A closing with a telephone number and a plate in it waits for approval, and a visit behind it.
async fn closing() -> (Scene, String, i64) {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let reply = format!("{NAME}您好,已联系{PHONE}处理完毕,车牌湘D12345。");
    let told = outcome(OutcomeKind::Closed, Some(&reply));
    scene.told(&number, "o-1", &told).await;
    scene.told(&number, "o-2", &outcome(OutcomeKind::Visited, None)).await;
    let found: Vec<Mark> = findings(&told, &letter(1), &ReturnTable::default()).iter().map(Mark::from).collect();
    let details = json!({ "outcome": told, "shown": format!("POST /reply\n{reply}"), "findings": found });
    let id = scene.asks(1, DeadKind::Approval, "approval", &details).await;
    (scene, number, id)
}

#[tokio::test]
async fn what_waits_for_approval_is_shown_with_all_that_decides() {
    let (scene, number, id) = closing().await;
    let listed = scene.done(Request::ApproveList { channel: None, limit: 0 }, None).await;
    assert_eq!((&listed[0]["id"], &listed[0]["ticket"]), (&json!(id), &json!(number)));
    assert_eq!((&listed[0]["outcome"], &listed[0]["findings"]), (&json!("closed"), &json!(2)));
    assert_eq!(scene.done(Request::Status, None).await["approvals"], 1);
    let show = |unmask| Request::ApproveShow { id, unmask };
    for masked in [
        scene.done(show(false), None).await,
        scene.done(Request::DeadShow { id, unmask: false }, None).await,
        scene.done(Request::TicketShow { number: number.clone(), unmask: false }, None).await,
    ] {
        for planted in [NAME, PHONE, "湘D12345", "多次来电"] {
            assert!(!masked.to_string().contains(planted), "{planted} in {masked:#}");
        }
    }
    let masked = scene.done(show(false), None).await;
    for mark in masked["findings"].as_array().unwrap() {
        let at = |key: &str| mark[key].as_u64().unwrap() as usize;
        assert!(masked["text"].as_str().unwrap()[at("from")..at("to")].contains('*'), "{masked:#}");
    }
    assert_eq!((&masked["behind"][0]["n"], &masked["behind"][0]["kind"]), (&json!(2), &json!("visited")));
    assert_eq!(scene.problem(show(true), None).await.code, Code::Refused);
    let whole = scene.done(show(true), Some("审签")).await;
    assert!(whole["parcel"].as_str().unwrap().starts_with("POST /reply\n刘小某您好"), "{whole:#}");
    assert_eq!(whole["deeds"][0]["what"], "unmask");
}

#[tokio::test]
async fn what_must_not_leave_leaves_only_by_a_reason_on_record() {
    let (scene, number, id) = closing().await;
    let agree = |text: Option<&str>, although| Request::ApproveAgree { id, text: text.map(str::to_owned), although };
    let refused = scene.problem(agree(None, false), None).await;
    assert!(
        refused.code == Code::Refused && refused.zh.contains("有电话号码") && !refused.zh.contains(PHONE),
        "{refused:?}"
    );
    assert_eq!(scene.problem(agree(None, true), None).await.code, Code::Refused, "no reason");
    let still = format!("请联系{PHONE},我们会尽快办理。");
    let checked = scene.done(Request::ApproveCheck { id, text: still.clone() }, None).await;
    assert_eq!(checked["findings"][0]["kind"], "phone");
    assert_eq!(scene.problem(agree(Some(&still), false), None).await.code, Code::Refused);
    assert_eq!(scene.done(agree(Some(CLEAN), false), None).await["how"], "agreed");
    let life = scene.done(Request::TicketShow { number, unmask: false }, None).await;
    let items = &life["references"][0]["write_backs"];
    assert_eq!(
        (&items[0]["state"], &items[0]["approved"], &items[0]["reworded"]),
        (&json!("waiting"), &json!(true), &json!(true))
    );
    assert_eq!((&items[1]["state"], &items[1]["waits_for"]), (&json!("waiting"), &json!(1)));
    assert!(life["deeds"].as_array().unwrap().iter().any(|deed| deed["what"] == "agree_reworded"), "{life:#}");
    assert_ne!(life["ticket"]["concluded_at"], Value::Null);
    // Another one, with all that was found.
    let (scene, _, id) = closing().await;
    let agree = Request::ApproveAgree { id, text: None, although: true };
    scene.done(agree, Some("电话是公开的")).await;
    let deeds = scene.done(Request::DeadShow { id, unmask: false }, None).await["deeds"].clone();
    assert_eq!((&deeds[0]["what"], &deeds[0]["why"]), (&json!("agree"), &json!("电话是公开的")));
}

#[tokio::test]
async fn what_is_handed_back_is_told_to_the_core() {
    let (scene, number, id) = closing().await;
    assert_eq!(scene.problem(Request::HandBack { id }, None).await.code, Code::Refused);
    for wrong in [Request::DeadRetry { id }, Request::DeadDone { id }] {
        assert!(scene.problem(wrong, None).await.zh.contains("huiliu approve"));
    }
    assert_eq!(scene.done(Request::HandBack { id }, Some("请去掉电话")).await["how"], "handed_back");
    let row = scene.house.store.ticket(Spoken::parse(&number).unwrap()).await.unwrap();
    let event = scene.house.store.event(row.key.id, 2).await.unwrap().json().unwrap();
    let event: Value = serde_json::from_slice(&event).unwrap();
    assert_eq!(event["event"], "handed_back");
    assert_eq!(event["detail"], json!({ "outcome": "o-1", "kind": "closed", "reason": "请去掉电话" }));
    assert_eq!(scene.problem(Request::HandBack { id }, Some("x")).await.code, Code::Refused, "it has ended");
    let unknown = Request::ApproveShow { id: 99_999, unmask: false };
    assert_eq!(scene.problem(unknown, None).await.code, Code::NotFound);
}

#[tokio::test]
async fn an_extension_has_no_text_to_be_changed() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let told = outcome(OutcomeKind::Extended, None);
    scene.told(&number, "o-1", &told).await;
    let details = json!({ "outcome": told, "shown": "POST /extend", "findings": [] });
    let id = scene.asks(1, DeadKind::Approval, "approval", &details).await;
    let agree = |text: Option<String>| Request::ApproveAgree { id, text, although: false };
    assert!(scene.problem(agree(Some(CLEAN.into())), None).await.zh.contains("没有公开答复"));
    assert_eq!(scene.done(agree(None), None).await["how"], "agreed");
}

#[tokio::test]
async fn what_a_person_carries_is_noted_as_done() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let told = outcome(OutcomeKind::Replied, Some(CLEAN));
    scene.told(&number, "o-1", &told).await;
    let text = format!("尊敬的{NAME}:\n{CLEAN}");
    let fault = json!({ "message": "status 500", "quoted": "刘某的手机" });
    let details = json!({ "external_id": "XZ-1", "outcome": told, "text": text, "deadline": null, "fault": fault });
    let id = scene.asks(1, DeadKind::ByHand, "fallback", &details).await;
    let shown = scene.done(Request::DeadShow { id, unmask: false }, None).await;
    assert!(shown["details"]["text"].as_str().unwrap().contains(CLEAN));
    for planted in [NAME, "手机", "多次来电"] {
        assert!(!shown.to_string().contains(planted), "{planted} in {shown:#}");
    }
    assert!(scene.problem(Request::DeadRetry { id }, None).await.zh.contains("dead done"));
    let wrong = Request::ApproveAgree { id, text: None, although: false };
    assert!(scene.problem(wrong, None).await.zh.contains("不是待审签"));
    let show = |unmask| Request::TicketShow { number: number.clone(), unmask };
    let masked = scene.done(show(false), None).await;
    let item = &masked["references"][0]["write_backs"][0];
    assert_eq!((&item["state"], &item["dead"]), (&json!("person"), &json!(id)));
    assert_eq!((&item["tries"][0]["end"], &item["tries"][0]["sent"]), (&json!("uncertain"), &Value::Null));
    let whole = scene.done(show(true), Some("核对")).await;
    let tried = &whole["references"][0]["write_backs"][0]["tries"][0];
    assert_eq!(
        (&tried["sent"], &tried["answered"]),
        (&json!(format!("POST /reply {PHONE}")), &json!(13_800_000_000_u64))
    );
    assert_eq!(scene.done(Request::DeadDone { id }, None).await["how"], "done");
    assert_eq!(scene.done(show(false), None).await["references"][0]["write_backs"][0]["state"], "by_hand");
}
