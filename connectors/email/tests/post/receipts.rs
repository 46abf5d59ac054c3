//! Receipts: what a machine says to a citizen, and where it holds its tongue.

use huiliu_contract::{OutcomeKind, Receipt, WriteBack};
use huiliu_farside::postbox::{Manner, Postbox};
use serde_json::json;

use crate::scene::{CITIZEN, CODE, HOTLINE, Home, NUMBER, header, outlet, read, tag, text};

#[tokio::test]
async fn a_receipt_tells_number_and_code_in_the_thread_of_the_letter() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    let home = Home::of(OutcomeKind::Signed);
    let parcel = home.compose(&outlet).unwrap();
    let receipt = outlet.send(&parcel, &home.key).await.unwrap();
    assert_eq!(receipt, Receipt::Settled { reference: Some("2.0.0 ok: queued as POSTBOX1".into()) });
    let taken = postbox.taken().remove(0);
    assert_eq!((taken.from.as_str(), taken.to.as_slice()), (HOTLINE, &[CITIZEN.to_owned()][..]));
    let mail = read(&taken.bytes);
    assert_eq!(mail.subject(), Some(format!("Re: 新民路路灯不亮〔编号 {NUMBER}〕").as_str()));
    let text = text(&mail);
    assert!(text.starts_with("——请在此线以上回复——\n"), "{text}");
    for part in [NUMBER, CODE, "https://12345.example.gov.cn/query"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for (name, wanted) in [
        ("In-Reply-To", "<letter-1@citizen.test>"),
        ("References", "<letter-0@citizen.test> <letter-1@citizen.test>"),
        ("Auto-Submitted", "auto-replied"),
        ("Precedence", "auto_reply"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Hotline-Id", tag().house().as_str()),
    ] {
        assert_eq!(header(&mail, name).unwrap(), wanted, "{name}");
    }
    assert!(mail.body_html(0).unwrap().contains(NUMBER));
}

#[tokio::test]
async fn nothing_that_the_citizen_wrote_goes_out_again() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    let mut home = Home::of(OutcomeKind::Signed);
    home.letter["@mail"]["answer"]["subject"] = json!("便宜药 www.evil.test 快来买".repeat(20));
    let parcel = home.compose(&outlet).unwrap();
    outlet.send(&parcel, &home.key).await.unwrap();
    let bytes = postbox.taken().remove(0).bytes;
    let mail = read(&bytes);
    let whole = format!("{}{}{}", mail.subject().unwrap(), text(&mail), mail.body_html(0).unwrap());
    assert!(!whole.contains("evil") && !whole.contains("我家门口"), "{whole}");
    assert!(mail.subject().unwrap().chars().count() <= 40 + "Re: 〔编号 〕".chars().count() + NUMBER.len());
}

#[tokio::test]
async fn the_id_of_a_receipt_leads_back_to_what_it_answers() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "domain": "12345.example.gov.cn" }));
    let home = Home::of(OutcomeKind::Signed);
    outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
    let bytes = postbox.taken().remove(0).bytes;
    let mail = read(&bytes);
    let id = mail.message_id().unwrap();
    assert!(id.ends_with("@12345.example.gov.cn"), "{id}");
    let tagged = tag().read(id).unwrap();
    assert_eq!((tagged.external_id.as_str(), tagged.key.as_str()), (crate::scene::ITEM, crate::scene::KEY));
    assert!(tagged.is_party("wang@citizen.test") && !tagged.is_party("li@citizen.test"));
}

#[tokio::test]
async fn where_there_is_no_code_its_line_is_left_out() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "lookup": null }));
    let mut home = Home::of(OutcomeKind::Signed);
    home.letter["query_code"] = json!(null);
    home.letter["@mail"]["answer"]["subject"] = json!(null);
    outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
    let bytes = postbox.taken().remove(0).bytes;
    let text = text(&read(&bytes));
    assert!(!text.contains("查询") && text.contains(NUMBER), "{text}");
    assert_eq!(read(&bytes).subject(), Some(format!("Re: 您的来信〔编号 {NUMBER}〕").as_str()));
}

#[tokio::test]
async fn a_letter_that_no_machine_may_answer_gets_no_receipt_and_the_reason_is_kept() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    for (answer, wanted) in [
        (json!({ "to": CITIZEN, "receipt": false, "why": "来信是自动回复" }), "来信是自动回复"),
        (json!({ "to": CITIZEN, "receipt": false }), "来信不该自动回复"),
        (json!({ "receipt": true }), "来信没有可以回复的地址"),
        (json!({ "to": "nobody at all", "receipt": true }), "来信的地址发不了信"),
        (json!(null), "来信没有可以回复的地址"),
    ] {
        let mut home = Home::of(OutcomeKind::Signed);
        home.letter["@mail"]["answer"] = answer;
        let parcel = home.compose(&outlet).unwrap();
        assert!(parcel.shown.reveal().contains(wanted), "{}", parcel.shown.reveal());
        let Receipt::Withheld { why } = outlet.send(&parcel, &home.key).await.unwrap() else { panic!("{wanted}") };
        assert_eq!(why.zh, wanted);
    }
    assert_eq!((postbox.taken().len(), postbox.connections()), (0, 0));
}

#[tokio::test]
async fn a_second_receipt_to_one_address_is_withheld_and_the_same_one_again_is_not() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({}));
    let send = async |key: &str, to: &str| {
        let mut home = Home::of(OutcomeKind::Signed);
        home.key = key.into();
        home.letter["@mail"]["answer"]["to"] = json!(to);
        let receipt = outlet.send(&home.compose(&outlet).unwrap(), key).await.unwrap();
        matches!(receipt, Receipt::Settled { .. })
    };
    assert!(send("k-1", "wang@citizen.test").await);
    assert!(send("k-1", "wang@citizen.test").await, "the same claim");
    assert!(!send("k-2", "WANG@citizen.test").await);
    assert!(send("k-3", "li@citizen.test").await);
    assert_eq!(postbox.taken().len(), 3);
}

#[tokio::test]
async fn a_storm_from_one_domain_is_answered_no_more_than_its_ration() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "ration": { "per_domain": 3, "per_minute": 5 } }));
    let mut sent = Vec::new();
    for n in 0..8 {
        let mut home = Home::of(OutcomeKind::Signed);
        home.key = format!("k-{n}");
        let domain = if n < 5 { "firm.test" } else { "163.com" };
        home.letter["@mail"]["answer"]["to"] = json!(format!("a{n}@{domain}"));
        let receipt = outlet.send(&home.compose(&outlet).unwrap(), &home.key).await.unwrap();
        sent.push(matches!(receipt, Receipt::Settled { .. }));
    }
    // Three to the firm, and two more until the minute is full.
    assert_eq!(sent, [true, true, true, false, false, true, true, false]);
}
