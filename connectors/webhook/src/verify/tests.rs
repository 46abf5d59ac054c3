//! Each way of proving: right, wrong, missing, doubled, rotated; and what may not be configured.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use huiliu_contract::{Once, Personal};
use huiliu_farside::proof::{Hmac, Proof};
use huiliu_farside::site::Premises;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, from_value, json};

use super::*;

const BODY: &[u8] = br#"{"letterNo":"A1"}"#;

fn premises() -> Premises {
    Premises::new().with("OLD", "old-secret").with("NEW", "new-secret").with("EMPTY", "")
}

fn verifier(options: Value) -> Verifier {
    let mut mistakes = Vec::new();
    let built = Verifier::build(&from_value(options).unwrap(), &premises(), &mut mistakes);
    assert_eq!(mistakes, []);
    built.unwrap()
}

fn mistakes(options: Value) -> Vec<String> {
    let mut mistakes = Vec::new();
    Verifier::build(&from_value(options).unwrap(), &premises(), &mut mistakes);
    assert!(mistakes.iter().all(|mistake| !mistake.problem_zh.is_empty()));
    mistakes.into_iter().map(|mistake| mistake.key).collect()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_796_000_000).unwrap()
}

fn push_at(proof: &Proof, now: Timestamp, nonce: &str, body: &[u8]) -> Push {
    let mut headers = HeaderMap::new();
    for (name, value) in proof.headers(now, nonce, body) {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(&value).unwrap());
    }
    Push {
        method: Method::POST,
        target: proof.target("/channels/letters"),
        headers,
        body: Personal::new(Bytes::copy_from_slice(body)),
        peer: ([127, 0, 0, 1], 1).into(),
        received_at: self::now(),
        envelope: None,
    }
}

fn push(proof: &Proof) -> Push {
    push_at(proof, now(), "n-1", BODY)
}

/// What must not come twice of a push that is believed.
fn tried(verifier: &Verifier, push: &Push) -> Result<Option<Once>, Refusal> {
    verifier.verify(push).map(|verified| verified.once)
}

fn refused(verifier: &Verifier, push: &Push) -> &'static str {
    match verifier.verify(push) {
        Ok(_) => "believed",
        Err(refusal) => refusal.word(),
    }
}

/// The right secrets of a rotation are believed; a wrong, a missing and a doubled proof are not.
fn right_and_wrong(options: Value, proof: &Proof) {
    let verifier = verifier(options);
    for secret in ["old-secret", "new-secret"] {
        assert_eq!(tried(&verifier, &push(&proof.with_secret(secret))), Ok(None), "{proof:?}");
    }
    for secret in ["", "old-secre", "old-secret ", "OLD-SECRET"] {
        assert_eq!(refused(&verifier, &push(&proof.with_secret(secret))), "not_verified", "{proof:?}");
    }
    assert_eq!(refused(&verifier, &push(&Proof::Nothing)), "not_verified");
    let mut doubled = push(&proof.with_secret("old-secret"));
    let pairs: Vec<_> = doubled.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in pairs {
        doubled.headers.append(name, value);
    }
    if let Some((_, query)) = doubled.target.clone().split_once('?') {
        doubled.target = format!("{}&{query}", doubled.target);
    }
    assert_eq!(refused(&verifier, &doubled), "not_verified", "twice: {proof:?}");
}

#[test]
fn tokens() {
    let secrets = json!([{ "env": "OLD" }, { "env": "NEW" }]);
    let header = Proof::Header { name: "x-token".into(), value: Secret::new("") };
    right_and_wrong(json!({ "token": { "header": "X-Token", "secrets": secrets } }), &header);
    let query = Proof::Query { name: "key".into(), value: Secret::new("") };
    right_and_wrong(json!({ "token": { "query": "key", "secrets": secrets } }), &query);
}

#[test]
fn a_token_with_a_prefix() {
    let options = json!({ "header": "authorization", "prefix": "Bearer ", "secrets": [{ "env": "OLD" }] });
    let verifier = verifier(json!({ "token": options }));
    assert_eq!(tried(&verifier, &push(&Proof::bearer("old-secret"))), Ok(None));
    let bare = Proof::Header { name: "authorization".into(), value: Secret::new("old-secret") };
    assert_eq!(refused(&verifier, &push(&bare)), "not_verified");
}

#[test]
fn basic_credentials() {
    let options = json!({ "basic": { "user": "portal", "passwords": [{ "env": "OLD" }, { "env": "NEW" }] } });
    right_and_wrong(options.clone(), &Proof::Basic { user: "portal".into(), password: Secret::new("") });
    let verifier = verifier(options);
    let other = Proof::Basic { user: "somebody".into(), password: Secret::new("old-secret") };
    assert_eq!(refused(&verifier, &push(&other)), "not_verified");
    for header in ["Basic", "Basic ???", "Bearer old-secret", "basicx"] {
        let mut odd = push(&Proof::Nothing);
        odd.headers.insert("authorization", HeaderValue::from_static(header));
        assert_eq!(refused(&verifier, &odd), "not_verified", "{header}");
    }
}

#[test]
fn signatures() {
    let secrets = json!([{ "env": "OLD" }, { "env": "NEW" }]);
    right_and_wrong(
        json!({ "hmac_sha256": { "header": "x-signature", "secrets": secrets } }),
        &Proof::Hmac(Hmac::of_body("")),
    );
    let base64 = Hmac { prefix: "v1,".into(), base64: true, signed: "a{{b}}.{body}.c".into(), ..Hmac::of_body("") };
    let far = Hmac { signed: "a{b}.{body}.c".into(), ..base64.clone() };
    let options = json!({ "header": "x-signature", "secrets": secrets, "encoding": "base64", "prefix": "v1,", "signed": base64.signed });
    right_and_wrong(json!({ "hmac_sha256": options }), &Proof::Hmac(far));
}

/// RFC 4231, test case 2: the one vector whose key and data are text.
#[test]
fn the_published_vector_is_believed() {
    let site = Premises::new().with("JEFE", "Jefe");
    let options = json!({ "hmac_sha256": { "header": "x-hub-signature-256", "prefix": "sha256=", "secrets": [{ "env": "JEFE" }] } });
    let verifier = Verifier::build(&from_value(options).unwrap(), &site, &mut Vec::new()).unwrap();
    let mut push = push_at(&Proof::Nothing, now(), "", b"what do ya want for nothing?");
    for signature in [
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
    ] {
        push.headers.insert("x-hub-signature-256", HeaderValue::from_static(signature));
        assert_eq!(tried(&verifier, &push), Ok(None));
    }
    push.headers.insert("x-hub-signature-256", HeaderValue::from_static("sha256=5bdcc146"));
    assert_eq!(refused(&verifier, &push), "not_verified", "a shortened signature");
}

fn once_options(nonce: bool, signed: &str) -> Value {
    let mut options = json!({
        "header": "x-signature", "secrets": [{ "env": "OLD" }], "signed": signed,
        "timestamp": { "header": "x-timestamp", "window": "5m" },
    });
    if nonce {
        options["nonce"] = json!({ "header": "x-nonce" });
    }
    json!({ "hmac_sha256": options })
}

#[test]
fn a_stamp_outside_of_the_window_is_stale() {
    let verifier = verifier(once_options(true, "{timestamp}.{nonce}.{body}"));
    let proof = Proof::Hmac(Hmac::once("old-secret"));
    for (seconds, word) in [(0, "believed"), (-300, "believed"), (300, "believed"), (-301, "stale"), (301, "stale")] {
        let stamped = now() + SignedDuration::from_secs(seconds);
        assert_eq!(refused(&verifier, &push_at(&proof, stamped, "n-1", BODY)), word, "{seconds} s");
    }
    let stale = tried(&verifier, &push_at(&proof, now() - SignedDuration::from_secs(400), "n-1", BODY));
    assert_eq!(stale, Err(Refusal::Stale { skew_seconds: 400, window_seconds: 300 }));

    let forged = Proof::Hmac(Hmac::once("somebody-else"));
    let old = push_at(&forged, now() - SignedDuration::from_secs(400), "n-1", BODY);
    assert_eq!(refused(&verifier, &old), "not_verified", "only a far side we know is told that its clock is wrong");

    let mut moved = push(&proof);
    moved.headers.insert("x-timestamp", HeaderValue::from_static("1796000001"));
    assert_eq!(refused(&verifier, &moved), "not_verified", "the stamp is signed");
    moved.headers.insert("x-timestamp", HeaderValue::from_static("+796000000"));
    assert_eq!(refused(&verifier, &moved), "not_verified");
    moved.headers.remove("x-timestamp");
    assert_eq!(refused(&verifier, &moved), "not_verified");
}

#[test]
fn milliseconds_are_a_unit() {
    let mut options = once_options(false, "{timestamp}.{body}");
    options["hmac_sha256"]["timestamp"]["unit"] = json!("ms");
    let verifier = verifier(options);
    let seconds = Hmac { nonce: None, signed: "{timestamp}.{body}".into(), ..Hmac::once("old-secret") };
    let millis = Hmac { millis: true, ..seconds.clone() };
    assert_eq!(refused(&verifier, &push(&Proof::Hmac(millis))), "believed");
    assert_eq!(refused(&verifier, &push(&Proof::Hmac(seconds))), "not_verified");
}

#[test]
fn a_nonce_or_else_the_signature_is_handed_to_the_store() {
    let until = now() + SignedDuration::from_secs(301);
    let with_nonce = verifier(once_options(true, "{timestamp}.{nonce}.{body}"));
    let proof = Proof::Hmac(Hmac::once("old-secret"));
    let once = tried(&with_nonce, &push(&proof)).unwrap();
    assert_eq!(once, Some(Once { token: "nn-1".into(), until }), "remembered as long as the stamp is good, and longer");
    assert_eq!(tried(&with_nonce, &push(&proof)).unwrap(), once, "whether it was seen is for the store to say");

    let without = verifier(once_options(false, "{timestamp}.{body}"));
    let hmac = Hmac { nonce: None, signed: "{timestamp}.{body}".into(), ..Hmac::once("old-secret") };
    let mut pushed = push(&Proof::Hmac(hmac));
    let once = tried(&without, &pushed).unwrap().unwrap();
    assert_eq!((once.token.len(), once.until), (65, until));
    let shouted = pushed.headers["x-signature"].to_str().unwrap().to_uppercase();
    pushed.headers.insert("x-signature", HeaderValue::from_str(&shouted).unwrap());
    assert_eq!(tried(&without, &pushed).unwrap(), Some(once), "one signature, one token, however it is written");
}

#[test]
fn a_nonce_has_its_form() {
    let verifier = verifier(once_options(true, "{timestamp}.{nonce}.{body}"));
    let proof = Proof::Hmac(Hmac::once("old-secret"));
    for (nonce, word) in [("a", "believed"), ("aZ09+/=_-", "believed"), ("", "not_verified"), ("a.b", "not_verified")] {
        assert_eq!(refused(&verifier, &push_at(&proof, now(), nonce, BODY)), word, "{nonce}");
    }
    assert_eq!(refused(&verifier, &push_at(&proof, now(), &"n".repeat(129), BODY)), "not_verified");
}

#[test]
fn what_proves_nothing_is_refused_at_build() {
    let secrets = json!([{ "env": "OLD" }]);
    let hmac = |more: Value| {
        let mut options = json!({ "header": "x-signature", "secrets": secrets });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "hmac_sha256": options })
    };
    let stamp = json!({ "header": "x-timestamp" });
    let nonce = json!({ "header": "x-nonce" });
    let signed = "connect.verify.hmac_sha256.signed";
    for (options, key) in [
        (json!({ "token": { "header": "x", "secrets": [] } }), "connect.verify.token.secrets"),
        (json!({ "token": { "header": "x", "secrets": [{ "env": "EMPTY" }] } }), "connect.verify.token.secrets.0"),
        (
            json!({ "token": { "header": "x", "secrets": [{ "env": "OLD" }, { "file": "NONE" }] } }),
            "connect.verify.token.secrets.1",
        ),
        (json!({ "token": { "secrets": secrets } }), "connect.verify.token"),
        (json!({ "token": { "header": "x", "query": "y", "secrets": secrets } }), "connect.verify.token"),
        (json!({ "token": { "header": "x y", "secrets": secrets } }), "connect.verify.token.header"),
        (json!({ "basic": { "user": "a:b", "passwords": secrets } }), "connect.verify.basic.user"),
        (json!({ "basic": { "user": "a", "passwords": [{ "env": "EMPTY" }] } }), "connect.verify.basic.passwords.0"),
        (hmac(json!({ "signed": "{timestamp}" })), signed),
        (hmac(json!({ "signed": "fixed" })), signed),
        (hmac(json!({ "signed": "{body}{body}" })), signed),
        (hmac(json!({ "signed": "{path}{body}" })), signed),
        (hmac(json!({ "timestamp": stamp })), signed),
        (hmac(json!({ "timestamp": stamp, "nonce": nonce, "signed": "{timestamp}.{body}" })), signed),
        (hmac(json!({ "timestamp": stamp, "nonce": nonce, "signed": "{timestamp}{nonce}{body}" })), signed),
        (hmac(json!({ "timestamp": stamp, "nonce": nonce, "signed": "{nonce}-{body}.{timestamp}" })), signed),
        (hmac(json!({ "timestamp": stamp, "nonce": nonce, "signed": "{nonce}{timestamp}{body}" })), signed),
        (hmac(json!({ "timestamp": stamp, "nonce": nonce, "signed": "{body}a{nonce}.{timestamp}" })), signed),
        (hmac(json!({ "nonce": nonce, "signed": "{nonce}.{body}" })), "connect.verify.hmac_sha256.nonce"),
        (
            hmac(json!({ "timestamp": { "header": "t", "window": "0s" }, "signed": "{timestamp}{body}" })),
            "connect.verify.hmac_sha256.timestamp.window",
        ),
        (
            hmac(
                json!({ "timestamp": stamp, "nonce": { "header": "n", "length": 0 }, "signed": "{timestamp}{nonce}{body}" }),
            ),
            "connect.verify.hmac_sha256.nonce.length",
        ),
    ] {
        let found = mistakes(options.clone());
        assert!(found.iter().any(|found| found == key), "{options}: {found:?}");
    }
    for fine in [
        json!({ "timestamp": stamp, "signed": "{timestamp}{body}" }),
        json!({ "timestamp": stamp, "nonce": nonce, "signed": "{body}\n{nonce}{timestamp}" }),
        json!({ "timestamp": stamp, "nonce": { "header": "n", "length": 16 }, "signed": "{timestamp}{nonce}{body}" }),
    ] {
        assert_eq!(mistakes(hmac(fine)), [""; 0]);
    }
}

proptest! {
    #[test]
    fn a_changed_byte_anywhere_is_refused(body in prop::collection::vec(any::<u8>(), 1..300), at: prop::sample::Index, bit in 0u8..8, shape in 0u8..2) {
        let verifier = verifier(once_options(true, if shape == 0 { "{timestamp}.{nonce}.{body}" } else { "{body}.{nonce}.{timestamp}" }));
        let signed = if shape == 0 { "{timestamp}.{nonce}.{body}" } else { "{body}.{nonce}.{timestamp}" };
        let proof = Proof::Hmac(Hmac { signed: signed.into(), ..Hmac::once("old-secret") });
        let pushed = push_at(&proof, now(), "n-1", &body);
        prop_assert!(tried(&verifier, &pushed).is_ok());

        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1 << bit;
        let tampered = Push { body: Personal::new(changed.into()), ..pushed.clone() };
        prop_assert_eq!(refused(&verifier, &tampered), "not_verified");
    }

    #[test]
    fn a_changed_header_is_refused(header in prop::sample::select(vec!["x-signature", "x-timestamp", "x-nonce"]), at: prop::sample::Index, to in 0x21u8..0x7f) {
        let verifier = verifier(once_options(true, "{timestamp}.{nonce}.{body}"));
        let mut pushed = push(&Proof::Hmac(Hmac::once("old-secret")));
        let mut value = pushed.headers[header].as_bytes().to_vec();
        let at = at.index(value.len());
        prop_assume!(!value[at].eq_ignore_ascii_case(&to));
        value[at] = to;
        pushed.headers.insert(header, HeaderValue::from_bytes(&value).unwrap());
        prop_assert_eq!(refused(&verifier, &pushed), "not_verified");
    }

    #[test]
    fn any_headers_are_refused_without_a_panic(name in "authorization|x-signature|x-timestamp|x-nonce", value in prop::collection::vec(0x20u8..0x7f, 0..80), target in "\\PC{0,40}") {
        for options in [
            json!({ "basic": { "user": "portal", "passwords": [{ "env": "OLD" }] } }),
            json!({ "token": { "query": "key", "secrets": [{ "env": "OLD" }] } }),
            once_options(true, "{timestamp}.{nonce}.{body}"),
        ] {
            let mut pushed = push(&Proof::Hmac(Hmac::once("somebody-else")));
            pushed.target = target.clone();
            pushed.headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(&value).unwrap());
            prop_assert_eq!(refused(&verifier(options), &pushed), "not_verified");
        }
    }
}
