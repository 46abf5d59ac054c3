//! The way back: results added once, statements that touch what they should, states that are looked up.

use huiliu_contract::{
    ExternalId, Homebound, Judgement, Outcome, OutcomeKind, Parcel, Personal, Receipt, Timestamp, Unit, UnitRole,
    WriteBack,
};
use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, letter, letters};

pub(crate) fn replied(text: &str) -> Outcome {
    Outcome { public_reply: Some(text.into()), ..Outcome::signed(Timestamp::constant(1_796_090_584, 0)) }
        .of(OutcomeKind::Replied)
}

trait Of {
    fn of(self, kind: OutcomeKind) -> Self;
}

impl Of for Outcome {
    fn of(self, kind: OutcomeKind) -> Self {
        Self { kind, ..self }
    }
}

fn closed() -> Outcome {
    let units = vec![Unit { name: "住建局".into(), role: UnitRole::Lead }];
    Outcome {
        units,
        internal_note: Some("内部批注".into()),
        days: Some(3),
        ..replied("已修复'); DROP TABLE letters; --")
    }
    .of(OutcomeKind::Closed)
}

pub(crate) fn parcel(outlet: &dyn WriteBack, to: &str, outcome: &Outcome) -> Parcel {
    let to = ExternalId::new(to).unwrap();
    let homebound = Homebound {
        to: &to,
        outcome,
        key: "key-1",
        greeting: "您好:",
        ending: "",
        agree_public: Some(true),
        number: "20261122-000001",
        document: None,
        files: &[],
    };
    outlet.compose(&homebound).unwrap()
}

fn results() -> Value {
    json!({
        "table": "results", "key": "idem_key",
        "row": { "letter_id": "{id}", "reply": "{reply}", "days": "{days}", "open": "{agree_public}", "reason": "{reason}",
            "source": "12345", "weight": 2 },
    })
}

async fn with_results(sort: crate::scene::Sort) -> Scene {
    let scene = Scene::new(sort).await;
    scene
        .sql(&format!(
            "{};{};{};CREATE TABLE results (letter_id varchar(40), reply varchar(200), days int, open boolean, reason varchar(20),
                 source varchar(9), weight int, idem_key varchar(60) UNIQUE)",
            letters(sort),
            letter(1, "2026-11-20 09:00:00"),
            letter(2, "2026-11-20 09:00:00")
        ))
        .await;
    scene
}

fn outlet(scene: &Scene, back: Value) -> Box<dyn WriteBack> {
    let poll = json!({ "from": "letters", "id": "id" });
    scene.built(json!({ "poll": poll, "return": back })).outlet.unwrap()
}

#[tokio::test]
async fn a_result_is_added_once_however_often_it_is_told() {
    for sort in BOTH {
        let scene = with_results(sort).await;
        let outlet = outlet(&scene, json!({ "closed": results() }));
        assert!(outlet.manners().honours_key && !outlet.manners().looks);
        let parcel = parcel(&*outlet, "L1", &closed());
        assert!(!parcel.content.reveal().contains("内部批注") && !parcel.shown.reveal().contains("内部批注"));
        for _ in 0..2 {
            assert_eq!(outlet.send(&parcel, "key-1").await.unwrap(), Receipt::Settled { reference: None });
        }
        let row =
            "concat_ws('|', letter_id, reply, days, CASE WHEN open THEN 'yes' END, reason, source, weight, idem_key)";
        let row = scene.one(&format!("SELECT {row} FROM results")).await.unwrap();
        assert_eq!(row, "L1|您好:\n已修复'); DROP TABLE letters; --|3|yes|12345|2|key-1", "{sort:?}");
        assert_eq!(scene.one("SELECT concat(count(*), '') FROM results").await.unwrap(), "1");
        // Another key is another row.
        outlet.send(&parcel, "key-2").await.unwrap();
        assert_eq!(scene.one("SELECT concat(count(*), '') FROM results").await.unwrap(), "2");
    }
}

#[tokio::test]
async fn another_row_that_may_be_there_once_is_no_proof_that_ours_is() {
    for sort in BOTH {
        let scene = with_results(sort).await;
        scene.sql("CREATE UNIQUE INDEX one_each ON results (letter_id)").await;
        scene.sql("INSERT INTO results (letter_id, idem_key) VALUES ('L1', 'somebody-else')").await;
        let outlet = outlet(&scene, json!({ "closed": results() }));
        let fault = outlet.send(&parcel(&*outlet, "L1", &closed()), "key-1").await.unwrap_err();
        assert!(fault.word() == "malformed" && fault.to_string().contains("another row has a value"), "{fault}");
    }
}

#[tokio::test]
async fn a_statement_that_touches_another_number_of_rows_is_undone() {
    for sort in BOTH {
        let scene = with_results(sort).await;
        let statement = "UPDATE letters SET status = '9', title = {public_reply} WHERE id = {id}";
        let outlet = outlet(&scene, json!({ "closed": { "statement": statement, "review": true } }));
        let sent = outlet.send(&parcel(&*outlet, "L1", &closed()), "k").await;
        assert_eq!(sent.unwrap(), Receipt::PendingReview { reference: None });
        // Once more changes nothing, and is a row that is touched all the same.
        outlet.send(&parcel(&*outlet, "L1", &closed()), "k").await.unwrap();
        let title = scene.one("SELECT title FROM letters WHERE id = 'L1'").await.unwrap();
        assert_eq!(title, "已修复'); DROP TABLE letters; --");
        for evil in ["L9", "' OR '1'='1", "L1' OR id = 'L2", "L1'; DELETE FROM letters; --"] {
            let fault = outlet.send(&parcel(&*outlet, evil, &closed()), "k").await.unwrap_err();
            assert!(fault.to_string().contains("touched 0 rows and should touch 1; it was undone"), "{fault}");
        }
        let all = self::outlet(
            &scene,
            json!({ "closed": { "statement": "UPDATE letters SET status = {kind} WHERE id <> {id}" } }),
        );
        scene.sql(&letter(3, "2026-11-20 09:00:00")).await;
        let fault = all.send(&parcel(&*all, "L1", &closed()), "k").await.unwrap_err();
        assert_eq!(fault.word(), "malformed", "{fault}");
        let left = scene.one("SELECT concat(count(*), '') FROM letters WHERE status = '0'").await.unwrap();
        assert_eq!(left, "2", "{sort:?}: undone");
    }
}

#[tokio::test]
async fn an_answer_without_words_is_not_composed_and_a_way_that_is_not_written_is_none() {
    let scene = with_results(crate::scene::Sort::Postgres).await;
    let outlet = outlet(&scene, json!({ "closed": results() }));
    assert!(outlet.carries(OutcomeKind::Closed) && !outlet.carries(OutcomeKind::Signed));
    let to = ExternalId::new("L1").unwrap();
    let silent = Outcome { public_reply: Some(" ".into()), ..closed() };
    for outcome in [silent, Outcome::signed(Timestamp::UNIX_EPOCH)] {
        let homebound = Homebound {
            to: &to,
            outcome: &outcome,
            key: "k",
            greeting: "",
            ending: "",
            agree_public: None,
            number: "20261122-000001",
            document: None,
            files: &[],
        };
        assert_eq!(outlet.compose(&homebound).unwrap_err().word(), "malformed");
    }
}

#[tokio::test]
async fn a_state_is_looked_up_and_never_guessed() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql("CREATE TABLE states (letter_id int, state varchar(20), note varchar(20))").await;
        scene
            .sql("INSERT INTO states VALUES (1, '已办结', NULL), (2, '退回重办', '不具体'), (3, '怪', NULL), (4, '待审', NULL), (5, '待审', NULL), (5, '已办结', NULL), (6, '7', '')")
            .await;
        let status = |more: Value| {
            let mut status = json!({
                "from": "states", "id": "letter_id", "state": "state", "reason": "note", "approved": ["已办结", 7], "redo": ["退回重办"],
                "pending": ["待审"], "extended": { "refused": ["待审"] },
            });
            more.as_object().unwrap().iter().for_each(|(name, value)| status[name] = value.clone());
            status
        };
        scene.sql(&letters(sort)).await;
        let back = |status: Value| json!({ "closed": { "statement": "UPDATE letters SET status = '9' WHERE id = {id}" }, "status": status });
        let outlet = outlet(&scene, back(status(json!({}))));
        let look = async |to: &str, kind| outlet.look(&ExternalId::new(to).unwrap(), kind).await;
        let closed = OutcomeKind::Closed;
        assert_eq!(look("1", closed).await.unwrap(), Judgement::Approved);
        assert_eq!(look("6", closed).await.unwrap(), Judgement::Approved);
        assert_eq!(look("2", closed).await.unwrap(), Judgement::Redo { reason: Some(Personal::new("不具体".into())) });
        assert_eq!(look("3", closed).await.unwrap(), Judgement::Unknown { said: "怪".into() });
        assert_eq!(look("4", closed).await.unwrap(), Judgement::Pending);
        assert_eq!(look("4", OutcomeKind::Extended).await.unwrap(), Judgement::Refused { reason: None });
        assert_eq!(look("9", closed).await.unwrap(), Judgement::Unknown { said: "(no row)".into() });
        let fault = look("5", closed).await.unwrap_err();
        assert!(fault.to_string().contains("more than one row"), "{fault}");
        let sure = self::outlet(&scene, back(status(json!({ "absent_without_row": true }))));
        assert_eq!(sure.look(&ExternalId::new("9").unwrap(), closed).await.unwrap(), Judgement::Absent);
    }
}
