//! Answering by forms: hidden tokens, files, boxes that are gone, and what is uncertain.

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{
    Enclosure, ExternalId, Fault, Homebound, Judgement, NoPiece, Outcome, OutcomeKind, Parcel, Personal, Pieces,
    Reached, Receipt, Upload,
};
use huiliu_farside::platform::Trick;
use huiliu_farside::portal::{Portal as Office, PortalOptions};
use serde_json::json;

use crate::channel::{Channel, number};

struct Whole(Option<Bytes>);

#[async_trait]
impl Pieces for Whole {
    async fn next(&mut self) -> Result<Option<Bytes>, NoPiece> {
        Ok(self.0.take())
    }
}

fn files() -> Vec<Enclosure> {
    let one = |name: &str| Enclosure { blob: "0".repeat(32), name: name.into(), media_type: None, size: 3 };
    vec![one("现场.jpg"), one("说明.pdf")]
}

fn uploads() -> Vec<Upload> {
    let one = |file: Enclosure| Upload {
        name: Personal::new(file.name),
        media_type: None,
        size: 3,
        pieces: Box::new(Whole(Some(Bytes::from_static(b"abc")))),
    };
    files().into_iter().map(one).collect()
}

fn composed(channel: &Channel, kind: &str, files: &[Enclosure]) -> Parcel {
    let outcome: Outcome = serde_json::from_value(json!({
        "kind": kind, "at": "2026-12-01T02:03:04Z", "public_reply": "已修复,\n请放心。", "days": 5, "reason": "材料待补",
        "units": [{ "name": "住建局", "role": "lead" }],
    }))
    .unwrap();
    let to = ExternalId::new(number(1)).unwrap();
    let homebound = Homebound {
        to: &to,
        outcome: &outcome,
        key: "k-1",
        greeting: "您好!",
        ending: "",
        agree_public: Some(true),
        number: "20261122-000001",
        document: None,
        files,
    };
    channel.connector.outlet.as_ref().unwrap().compose(&homebound).unwrap()
}

#[tokio::test]
async fn a_form_is_filled_in_with_its_hidden_token_in_the_letters_of_its_page() {
    for gbk in [false, true] {
        let office = Office::start(PortalOptions { gbk, ..PortalOptions::new(2) }).await.unwrap();
        let channel = Channel::of(&office, |_| {});
        let outlet = channel.connector.outlet.as_ref().unwrap();
        let parcel = composed(&channel, "closed", &[]);
        assert!(!parcel.content.reveal().contains("token"), "hidden fields are fetched when it is sent");
        assert_eq!(outlet.send(&parcel, "k-1").await.unwrap(), Receipt::Settled { reference: None });
        let told = office.told(&number(1));
        assert_eq!((told.len(), told[0].verb.as_str(), told[0].key.as_deref()), (1, "finish", Some("k-1")));
        assert_eq!(told[0].body["replyContent"], "您好!\r\n已修复,\r\n请放心。");
        assert_eq!((&told[0].body["isPublic"], &told[0].body["dept"]), (&json!("1"), &json!("住建局")));
        assert_eq!(office.state(&number(1)).as_deref(), Some("已办结"));
        let receipt = outlet.send(&composed(&channel, "extended", &[]), "k-2").await.unwrap();
        assert_eq!(receipt, Receipt::PendingReview { reference: None });
        assert_eq!(office.told(&number(1))[1].body["reason"], "材料待补", "a box is known by its label too");
        assert_eq!(office.stats().at_once, 1);
    }
}

#[tokio::test]
async fn files_go_into_their_box_or_up_first_and_by_their_paths() {
    let office = Office::start(PortalOptions::new(2)).await.unwrap();
    let channel = Channel::of(&office, |_| {});
    let outlet = channel.connector.outlet.as_ref().unwrap();
    let parcel = composed(&channel, "replied", &files());
    outlet.send_with(&parcel, "k-1", uploads()).await.unwrap();
    let names =
        |at: usize| -> Vec<String> { office.told(&number(1))[at].files.iter().map(|file| file.name.clone()).collect() };
    assert_eq!(names(0), ["现场.jpg", "说明.pdf"]);
    let first = Channel::of(&office, |tables| {
        tables["return"]["replied"]["files"] = json!("d_attachments[]");
        tables["return"]["replied"]["upload"] = json!({ "post": "upload_files.php", "field": "files[]", "send": { "act": "upload_files", "roll_number": "{id}" }, "at": "/res" });
    });
    let outlet = first.connector.outlet.as_ref().unwrap();
    outlet.send_with(&composed(&first, "replied", &files()), "k-2", uploads()).await.unwrap();
    assert_eq!(names(1), ["现场.jpg", "说明.pdf"]);
    assert_eq!(office.told(&number(1))[1].files[0].part, "files[]");
}

#[tokio::test]
async fn a_form_that_was_changed_is_named_and_nothing_is_sent() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let channel = Channel::of(&office, |_| {});
    let outlet = channel.connector.outlet.as_ref().unwrap();
    office.drop_box("replyContent");
    let fault = outlet.send(&composed(&channel, "closed", &[]), "k-1").await.unwrap_err();
    assert!(fault.word() == "malformed" && fault.to_string().contains("`replyContent`"), "{fault}");
    assert!(office.told(&number(1)).is_empty());
}

#[tokio::test]
async fn what_fails_before_the_last_request_is_certain_and_what_fails_behind_it_is_looked_after() {
    let office = Office::start(PortalOptions::new(1)).await.unwrap();
    let channel = Channel::of(&office, |_| {});
    let outlet = channel.connector.outlet.as_ref().unwrap();
    let parcel = composed(&channel, "closed", &[]);
    let reached = |fault: Fault| match fault {
        Fault::Unavailable { reached, .. } => reached,
        other => panic!("{other}"),
    };
    for trick in [Trick::HangUp, Trick::CutBody, Trick::Status(503, None), Trick::Status(502, None)] {
        office.play_on_forms([trick]);
        assert_eq!(reached(outlet.send(&parcel, "k-1").await.unwrap_err()), Reached::No);
    }
    assert!(office.told(&number(1)).is_empty());
    let to = ExternalId::new(number(1)).unwrap();
    assert_eq!(outlet.look(&to, OutcomeKind::Closed).await.unwrap(), Judgement::Absent);
    office.play_on_answers([Trick::HangUp]);
    assert_eq!(reached(outlet.send(&parcel, "k-1").await.unwrap_err()), Reached::Maybe);
    assert_eq!(outlet.look(&to, OutcomeKind::Closed).await.unwrap(), Judgement::Approved, "it was taken");
    office.set_state(&number(1), "退回重办", Some("答复不具体"));
    let Judgement::Redo { reason: Some(reason) } = outlet.look(&to, OutcomeKind::Closed).await.unwrap() else {
        panic!("it is to be done again")
    };
    assert_eq!(reason.reveal(), "答复不具体");
    // A session that is over is made anew for the form, which is not sent twice.
    office.end_sessions();
    outlet.send(&parcel, "k-2").await.unwrap();
    assert_eq!((office.told(&number(1)).len(), office.logins()), (2, 2));
}
