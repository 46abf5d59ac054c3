//! The envelopes: as shipped, as declared, and the mistakes that would lose submissions silently.

use huiliu_contract::{ExternalId, Raw};
use serde_json::{Value, from_slice, from_value};

use super::*;

fn built(options: Value, lists: bool) -> Result<Envelopes, Vec<Misconfigured>> {
    let mut mistakes = Vec::new();
    let built = Envelopes::build(&from_value(options).unwrap(), lists, &mut mistakes);
    if mistakes.is_empty() { built.ok_or_else(Vec::new) } else { Err(mistakes) }
}

fn taken(id: &str, ticket: Option<&str>, what: What) -> Taken {
    Taken { external_id: Some(ExternalId::new(id).unwrap()), ticket: ticket.map(Into::into), what }
}

fn body(reply: &Reply) -> Value {
    from_slice(&reply.body).unwrap()
}

#[test]
fn the_shipped_envelopes_are_plain_json() {
    let envelopes = built(json!({}), false).unwrap();
    let first = [taken("A1", Some("261201-00001-7"), What::New)];
    let reply = envelopes.answer(Answer::Taken(&first));
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(body(&reply), json!({ "success": true, "ticket": "261201-00001-7", "external_id": "A1" }));

    let again = [taken("A1", Some("261201-00001-7"), What::Repeat)];
    assert_eq!(envelopes.answer(Answer::Taken(&again)), reply, "a repeat gets the same acknowledgement");

    let unmapped = [taken("A2", None, What::Unmapped)];
    assert_eq!(body(&envelopes.answer(Answer::Taken(&unmapped)))["ticket"], Value::Null, "success without a number");

    let raw = Raw::new("{", "application/json");
    let refusal = Refusal::Unreadable { raw, reason: "the body is no JSON".into() };
    let reply = envelopes.answer(Answer::Refused(&refusal));
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(body(&reply)["reason"], "unreadable");

    let reply = envelopes.answer(Answer::Failed);
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.headers[header::RETRY_AFTER], "5");
    assert_eq!(body(&reply), json!({ "success": false, "reason": "failed" }));
}

#[test]
fn a_list_gets_one_envelope_that_names_each() {
    let envelopes = built(json!({}), true).unwrap();
    let unreadable = Taken { external_id: None, ticket: None, what: What::Unmapped };
    let items = [taken("A1", Some("261201-00001-7"), What::New), taken("A2", Some("T2"), What::Repeat), unreadable];
    assert_eq!(
        body(&envelopes.answer(Answer::Taken(&items))),
        json!({ "success": true, "items": [
            { "external_id": "A1", "ticket": "261201-00001-7", "what": "new" },
            { "external_id": "A2", "ticket": "T2", "what": "repeat" },
            { "external_id": null, "ticket": null, "what": "unmapped" },
        ] })
    );
}

#[test]
fn envelopes_are_declared() {
    let envelopes = built(
        json!({
            "taken": { "status": 201, "headers": { "x-taken": "1" },
                       "body": { "code": 0, "data": { "no": "{ticket}", "text": "{external_id}: {what}", "n": "{count}" } } },
            "repeat": { "body": "again {ticket}" },
            "refused": { "status": 200, "body": { "code": 400, "msg": "{reason}: {detail}" } },
            "failed": { "status": 200, "headers": { "retry-after": "60" }, "body": { "code": 500 } },
        }),
        false,
    )
    .unwrap();
    let reply = envelopes.answer(Answer::Taken(&[taken("A\"1", Some("T1"), What::New)]));
    assert_eq!((reply.status, &reply.headers["x-taken"]), (StatusCode::CREATED, &HeaderValue::from_static("1")));
    assert_eq!(body(&reply), json!({ "code": 0, "data": { "no": "T1", "text": "A\"1: new", "n": 1 } }));

    let reply = envelopes.answer(Answer::Taken(&[taken("A1", Some("T1"), What::Repeat)]));
    assert_eq!(
        (&reply.body[..], reply.headers[header::CONTENT_TYPE].to_str().unwrap()),
        (&b"again T1"[..], "text/plain; charset=utf-8")
    );
    let mixed = [taken("A1", Some("T1"), What::Repeat), taken("A2", None, What::Held)];
    assert_eq!(envelopes.answer(Answer::Taken(&mixed)).status, StatusCode::CREATED, "not all of it was a repeat");

    let reply = envelopes.answer(Answer::Refused(&Refusal::NotVerified("the token does not fit")));
    assert_eq!(body(&reply)["msg"], "not_verified: not verified: the token does not fit");
    assert_eq!(envelopes.answer(Answer::Failed).headers[header::RETRY_AFTER], "60");
}

#[test]
fn an_envelope_that_would_lose_submissions_is_a_mistake() {
    let yes = json!({ "code": 0 });
    for (options, lists, key) in [
        (json!({ "taken": { "status": 500 } }), false, "answer.taken.status"),
        (json!({ "taken": { "status": 700 } }), false, "answer.taken.status"),
        (json!({ "taken": { "body": yes }, "failed": { "status": 200, "body": yes } }), false, "answer.failed.body"),
        (json!({ "taken": { "body": yes }, "refused": { "status": 204, "body": yes } }), false, "answer.refused.body"),
        (json!({ "taken": { "body": { "a": ["{tickt}"] } } }), false, "answer.taken.body.a.0"),
        (json!({ "taken": { "body": "{ticket}" } }), true, "answer.taken.body"),
        (json!({ "failed": { "body": "{ticket}" } }), false, "answer.failed.body"),
        (json!({ "failed": { "headers": { "content-length": "1" } } }), false, "answer.failed.headers.content-length"),
        (json!({ "failed": { "headers": { "x": "a\nb" } } }), false, "answer.failed.headers.x"),
    ] {
        let mistakes = built(options.clone(), lists).err().unwrap_or_default();
        assert!(mistakes.iter().any(|mistake| mistake.key == key), "{options}: {mistakes:?}");
    }
}

#[test]
fn an_answer_in_xml_escapes_what_is_filled_in() {
    let options = json!({
        "taken": { "body": "<?xml version=\"1.0\"?><r id=\"{external_id}\"><no>{ticket}</no><all>{items}</all></r>" },
        "refused": { "headers": { "Content-Type": "text/xml" }, "body": " {detail}" },
    });
    let envelopes = built(options, false).unwrap();
    let reply = envelopes.answer(Answer::Taken(&[taken("<A&\"1\">", Some("261201-00001-7"), What::New)]));
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/xml; charset=utf-8");
    let read = huiliu_kit::xml::Reading::default().read(&reply.body).unwrap();
    assert_eq!((&read["r"]["@id"], &read["r"]["no"]), (&json!("<A&\"1\">"), &json!("261201-00001-7")));
    let items: Value = serde_json::from_str(read["r"]["all"].as_str().unwrap()).unwrap();
    assert_eq!(items[0]["external_id"], "<A&\"1\">");
    let refusal = Refusal::Unmappable { reason: "a < b".into() };
    assert!(String::from_utf8_lossy(&envelopes.answer(Answer::Refused(&refusal)).body).contains("a &lt; b"));
}
