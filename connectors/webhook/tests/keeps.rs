//! The kind `webhook` keeps the promises of kinds that are told, for each way of proving; and each promise
//! fails on the twin that breaks it.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use huiliu_contract::{ConnectorKind, Secret};
use huiliu_farside::proof::{Hmac, Proof};
use huiliu_farside::push_promises::{Flaw, PROMISES, Promise, Subject, Twin, broken};
use huiliu_farside::scheme::{Scheme, public_of};
use huiliu_farside::site::Premises;
use huiliu_farside::writing::Writing;
use huiliu_webhook::Webhook;
use serde_json::{Value, json};

const SECRETS: [&str; 3] = ["the-agreed-secret", "the-next-secret", SM4];

fn ways() -> Vec<(Value, Proof)> {
    let secrets = json!([{ "env": "NEXT" }, { "env": "AGREED" }]);
    let secret = || Secret::new(SECRETS[0]);
    vec![
        (json!("none"), Proof::Nothing),
        (
            json!({ "token": { "header": "x-token", "secrets": secrets } }),
            Proof::Header { name: "x-token".into(), value: secret() },
        ),
        (
            json!({ "token": { "query": "key", "secrets": secrets } }),
            Proof::Query { name: "key".into(), value: secret() },
        ),
        (
            json!({ "basic": { "user": "portal", "passwords": secrets } }),
            Proof::Basic { user: "portal".into(), password: secret() },
        ),
        (
            json!({ "hmac_sha256": { "header": "x-signature", "secrets": secrets } }),
            Proof::Hmac(Hmac::of_body(SECRETS[0])),
        ),
        (
            json!({ "hmac_sha256": {
                "header": "x-signature", "secrets": secrets, "signed": "{timestamp}.{nonce}.{body}",
                "timestamp": { "header": "x-timestamp" }, "nonce": { "header": "x-nonce" },
            } }),
            Proof::Hmac(Hmac::once(SECRETS[0])),
        ),
        (
            json!({ "recipe": {
                "keys": [{ "public": public_of(THEIRS).unwrap() }], "values": { "sm4": { "env": "SM4" } },
                "steps": [{ "name": "sign", "sign": "sm2", "of": "{body}", "as": "hex" }],
                "put": [{ "header": "x-signature", "text": "{sign}" }],
                "seal": [{ "by": "sm4-ecb", "key": "{sm4}", "key_as": "hex" }],
            } }),
            Proof::Scheme(Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: String::new() }),
        ),
        (
            json!({ "recipe": {
                "stamp": { "format": "seconds" }, "nonce": {},
                "keys": [{ "id": "1", "secret": { "env": "NEXT" } }, { "id": "2", "secret": { "env": "AGREED" } }],
                "steps": [{ "name": "sign", "hmac": "sm3", "of": "{stamp}.{nonce}.{body}", "as": "hex" }],
                "put": [
                    { "header": "x-key-id", "text": "{key_id}" }, { "header": "x-timestamp", "text": "{stamp}" },
                    { "header": "x-nonce", "text": "{nonce}" }, { "header": "x-signature", "text": "{sign}" },
                ],
            } }),
            Proof::Scheme(Scheme::Keyed { id: "2".into(), secret: secret() }),
        ),
    ]
}

const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";

/// Builds the channel and lets `look` try it.
async fn with_channel<T>(
    verify: &Value,
    proof: &Proof,
    writing: Writing,
    look: impl AsyncFnOnce(Subject<'_>) -> T,
) -> T {
    let mut receive = json!({ "id": writing.id() });
    if writing == Writing::Parts {
        receive["json_parts"] = json!(["letter"]);
    }
    let options = json!({ "connect": { "verify": verify }, "receive": receive });
    let site = Premises::new().with("AGREED", SECRETS[0]).with("NEXT", SECRETS[1]).with("SM4", SM4);
    let connector = Webhook::build(serde_json::from_value(options).unwrap(), &site).unwrap();
    let debug = format!("{connector:?}");
    let (door, receive) = connector.receive.as_ref().unwrap();
    look(Subject { door, receive: receive.as_ref(), proof, writing, secrets: &SECRETS, debug: &debug }).await
}

#[tokio::test]
async fn webhook_keeps_every_promise() {
    for (verify, proof) in ways() {
        for writing in Writing::ALL {
            let broken = with_channel(&verify, &proof, writing, async |subject| broken(&subject).await).await;
            assert_eq!(broken, [], "{verify} {writing:?}");
        }
    }
}

#[tokio::test]
async fn every_promise_can_be_broken() {
    for writing in Writing::ALL {
        for &promise in PROMISES {
            let (verify, proof) = ways().pop().unwrap();
            let found = with_channel(&verify, &proof, writing, async |subject| {
                let twin = Twin::of(subject, Flaw(promise));
                let door = twin.door();
                broken(&Subject { door: &door, receive: &twin, ..subject }).await
            })
            .await;
            let names: Vec<_> = found.iter().map(|broken| broken.promise).collect();
            assert_eq!(names, [promise.name()], "its twin breaks it, and nothing else: {writing:?}");
        }
    }
}

#[tokio::test]
async fn a_static_token_is_a_promise_about_the_sender_only() {
    let (verify, proof) = ways().remove(1);
    let kept =
        with_channel(&verify, &proof, Writing::Json, async |subject| Promise::TamperedIsRefused.try_on(&subject).await)
            .await;
    assert_eq!(kept, Ok(()), "it has no meaning there, and says so in its documentation");
    assert!(!proof.covers_body());
}

fn mistakes(connect: Value, site: &Premises) -> Vec<String> {
    let options = json!({ "connect": connect, "receive": { "id": "letterNo" } });
    let mistakes = Webhook::build(serde_json::from_value(options).unwrap(), site).err().unwrap_or_default();
    mistakes.into_iter().map(|mistake| mistake.key).collect()
}

#[test]
fn an_open_door_needs_a_closed_street() {
    let none = |allow: &[&str]| json!({ "verify": "none", "allow": allow });
    let public = Premises::new().public();
    assert_eq!(mistakes(none(&[]), &Premises::new()), [""; 0], "loopback is closed enough");
    assert_eq!(mistakes(none(&["10.0.0.0/8"]), &public), [""; 0]);
    for open in [&[][..], &["0.0.0.0/0"], &["10.0.0.0/8", "::/0"]] {
        assert_eq!(mistakes(none(open), &public), ["connect.verify"], "{open:?}");
    }
    assert_eq!(mistakes(none(&["10.0.0.0/8", "10.0.0.1/8"]), &public), ["connect.allow.1"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let options = json!({
        "connect": { "verify": { "token": { "secrets": [] } }, "body_limit": 0, "allow": ["x"] },
        "receive": { "id": "", "items": "a..b" },
        "answer": { "taken": { "status": 404 } },
    });
    let mistakes = Webhook::build(serde_json::from_value(options).unwrap(), &Premises::new()).unwrap_err();
    let keys: Vec<_> = mistakes.iter().map(|mistake| mistake.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "connect.allow.0",
            "connect.verify.token.secrets",
            "connect.verify.token",
            "receive.items",
            "receive.id",
            "answer.taken.status",
            "connect.body_limit",
        ]
    );
}

#[test]
fn what_no_format_reads_is_a_mistake() {
    let wrong = |receive: Value| {
        let options = json!({ "connect": { "verify": "none" }, "receive": receive });
        let built = Webhook::build(serde_json::from_value(options).unwrap(), &Premises::new());
        built.err().unwrap_or_default().into_iter().map(|mistake| mistake.key).collect::<Vec<_>>()
    };
    let all = json!({ "id": "no", "xml": {}, "json_parts": ["x"], "max_files": 1, "file_limit": 9 });
    assert_eq!(wrong(all.clone()), [""; 0], "the content type decides");
    for (format, keys) in [
        ("json", &["receive.xml", "receive.json_parts", "receive.max_files", "receive.file_limit"][..]),
        ("xml", &["receive.json_parts", "receive.max_files", "receive.file_limit"]),
        ("multipart", &["receive.xml"]),
    ] {
        let mut receive = all.clone();
        receive["format"] = format.into();
        assert_eq!(wrong(receive), keys, "{format}");
    }
    assert_eq!(wrong(json!({ "id": "no", "xml": { "lists": ["row"] } })), ["receive.xml.lists.0"]);
    assert_eq!(wrong(json!({ "id": "no", "handshake": {} })), ["receive.handshake"]);
}

#[test]
fn every_option_has_its_chinese_meaning() {
    let schema = serde_json::to_value(schemars::schema_for!(huiliu_webhook::Options)).unwrap();
    let mut missing = Vec::new();
    let mut properties = 0;
    let tables = schema["$defs"].as_object().unwrap().iter().map(|(name, table)| (name.as_str(), table));
    for (table, schema) in tables.chain([("Options", &schema)]) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            properties += 1;
            if property["x-zh"].as_str().is_none_or(str::is_empty) || property["description"].as_str().is_none() {
                missing.push(format!("{table}.{name}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(properties > 20, "the walk found the tables");
}
