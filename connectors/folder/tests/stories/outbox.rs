//! The road back: outcomes as rows of a day's file.

use huiliu_contract::{
    Connector, ExternalId, Fault, Homebound, Outcome, OutcomeKind, Parcel, Receipt, Timestamp, Unit, UnitRole,
};
use huiliu_sheet::Limits;
use serde_json::{Value, json};

use crate::house::{answer, build, wrong};

fn options(dir: &std::path::Path, proof: &str) -> Value {
    json!({
        "connect": { "inbox": dir.join("收件") },
        "sheet": { "header": ["编号"], "id": "编号" },
        "return": {
            "to": "outbox", "file": dir.join("发件/答复-{date}.xlsx"), "proof": proof,
            "columns": ["编号", "办理情况", "承办单位", { "name": "答复", "value": "{public_reply}" }, "是否解决", "办结时间"],
        },
    })
}

fn outcome(kind: OutcomeKind) -> Outcome {
    Outcome {
        kind,
        at: Timestamp::constant(1_796_090_584, 0),
        units: vec![Unit { name: "城管局".into(), role: UnitRole::Lead }],
        way: None,
        public_reply: Some("=1+1 路灯已修复。".into()),
        internal_note: Some("内部批注".into()),
        reason: None,
        days: None,
        solved: Some("解决".into()),
        into: None,
        satisfaction: None,
    }
}

fn parcel(connector: &Connector, id: &str, key: &str, kind: OutcomeKind) -> Result<Parcel, Fault> {
    let to = ExternalId::new(id).unwrap();
    let outcome = outcome(kind);
    let homebound = Homebound {
        to: &to,
        outcome: &outcome,
        key,
        greeting: "您好",
        ending: "",
        agree_public: None,
        files: &[],
        number: "20261122-000001",
        document: None,
    };
    connector.outlet.as_ref().unwrap().compose(&homebound)
}

#[tokio::test]
async fn outcomes_become_rows_of_the_days_file_once_each() {
    let dir = tempfile::tempdir().unwrap();
    let connector = build(&options(dir.path(), "ask"));
    let outlet = connector.outlet.as_ref().unwrap();
    assert!(outlet.manners().honours_key && !outlet.manners().looks);
    let id = "430424202611270001";
    let parcel_a = parcel(&connector, id, "k1", OutcomeKind::Closed).unwrap();
    assert_eq!(parcel_a, parcel(&connector, id, "k1", OutcomeKind::Closed).unwrap());
    assert!(!parcel_a.content.reveal().contains("内部批注") && parcel_a.shown.reveal().contains("答复: =1+1"));
    let receipt = outlet.send(&parcel_a, "k1").await.unwrap();
    let Receipt::PendingReview { reference: Some(name) } = receipt else { panic!("{receipt:?}") };
    let parcel_b = parcel(&connector, "A2", "k2", OutcomeKind::ReturnedToSource).unwrap();
    outlet.send(&parcel_b, "k2").await.unwrap();
    outlet.send(&parcel_a, "k1").await.unwrap();
    let path = dir.path().join("发件").join(&name);
    let rows = answer(&path).remove(0).1;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(rows[0], ["编号", "办理情况", "承办单位", "答复", "是否解决", "办结时间", "汇流键"]);
    assert_eq!(rows[1][..4], [id, "办结", "城管局", "=1+1 路灯已修复。"]);
    assert_eq!((rows[2][1].as_str(), rows[2][6].as_str()), ("申请退单", "k2"));
    let book = huiliu_sheet::read(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
    assert!(book.sheets[0].rows[1].cells.iter().all(|cell| cell.sort == huiliu_sheet::Sort::Text), "text, no formula");

    // The file was brought away: a row that was written is not written again.
    std::fs::remove_file(&path).unwrap();
    outlet.send(&parcel_a, "k1").await.unwrap();
    assert!(!path.exists());
    // The process died between the row and the note of its key: the row itself is found again.
    let parcel_c = parcel(&connector, "A3", "k3", OutcomeKind::Closed).unwrap();
    outlet.send(&parcel_c, "k3").await.unwrap();
    std::fs::write(dir.path().join("发件/.huiliu-keys.txt"), "").unwrap();
    outlet.send(&parcel_c, "k3").await.unwrap();
    assert_eq!(answer(&path).remove(0).1.len(), 2);
    // What is not carried is told, and a parcel of others is not read.
    assert!(parcel(&connector, "A4", "k4", OutcomeKind::Signed).is_err());
    let foreign = Parcel { content: huiliu_contract::Personal::new("{}".into()), ..parcel_c };
    assert!(matches!(outlet.send(&foreign, "k5").await, Err(Fault::Malformed { .. })));
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let connector = build(&options(dir.path(), "none"));
    let outlet = connector.outlet.as_ref().unwrap();
    let sent = parcel(&connector, "A1", "k1", OutcomeKind::Closed).unwrap();
    let receipt = outlet.send(&sent, "k1").await.unwrap();
    let Receipt::Settled { reference: Some(name) } = receipt else { panic!("{receipt:?}") };
    let path = dir.path().join("发件").join(name);
    std::fs::write(&path, b"not a workbook").unwrap();
    let next = parcel(&connector, "A2", "k2", OutcomeKind::Closed).unwrap();
    assert!(matches!(outlet.send(&next, "k2").await, Err(Fault::Malformed { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), b"not a workbook");
    // A folder that cannot be written is a matter of time.
    std::fs::remove_dir_all(dir.path().join("发件")).unwrap();
    std::fs::write(dir.path().join("发件"), "in the way").unwrap();
    assert!(matches!(outlet.send(&next, "k2").await, Err(Fault::Unavailable { .. })));
}

#[test]
fn what_cannot_be_right_is_found_when_it_is_built() {
    let dir = tempfile::tempdir().unwrap();
    let mut bad = options(dir.path(), "none");
    bad["return"] = json!({
        "file": dir.path().join("收件/{date}.csv"), "columns": ["姓名", { "name": "答", "value": "{internal_note}" }],
    });
    let found = wrong(&bad);
    for key in ["return.to", "return.file", "return.columns[0]", "return.columns[1]"] {
        assert!(found.iter().any(|wrong| wrong.starts_with(key)), "{key}: {found:?}");
    }
    assert!(found.iter().any(|wrong| wrong.contains("lie in the inbox")), "{found:?}");
    bad["return"] = json!({ "to": "outbox", "file": "x-{date}.xlsx", "columns": ["答复内容"] });
    assert!(wrong(&bad)[0].contains("no column holds the item's number"), "{:?}", wrong(&bad));
}
