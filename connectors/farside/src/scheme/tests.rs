//! Schemes against values that their owners published, and against themselves.

use super::{Checker, Scheme, Secret, Sent, Wrong, gm, public_of, sums, wecom};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn published_values_come_out() {
    // standard-webhooks/standard-webhooks, libraries/go/webhook_test.go.
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let sent = Sent::post("/", "application/json", "{\"test\": 2432232314}");
    let proven = Scheme::Standard { secret }.prove(sent, at(1_614_265_330), "msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert_eq!(proven.header("webhook-signature"), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    // Tencent, WXBizMsgCrypt sample: test of the address.
    let sealed = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
    let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    assert_eq!(wecom::open(key, "wx5823bf96d3bd56c7", sealed).unwrap(), b"1616140317555161061");
    assert_eq!(wecom::open(key, "another", sealed), None);
    // GM/T 0002, example 1: one block; GM/T 0003.5, annex A: a signature of “message digest”.
    let block = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
    let sealed = gm::sm4_seal("0123456789abcdeffedcba9876543210", &block).unwrap();
    assert_eq!(hex::encode(&sealed[..16]), "681edf34d206965e86b3e94f536e4246");
    let public = public_of("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8").unwrap();
    assert_eq!(&public[..10], "0409f9df31");
    let signature = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
                     b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    assert!(gm::verifies(&public, b"message digest", signature));
    assert!(!gm::verifies(&public, b"message digesT", signature));
    // GM/T 0004, example 1.
    assert_eq!(sums::sm3_hex(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

/// One private key for both sides.
const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";

fn schemes() -> Vec<Scheme> {
    let secret = || Secret::new("the-agreed-secret");
    vec![
        Scheme::National { rid: "r1".into(), sid: "s1".into(), secret: secret() },
        Scheme::Timed { app_key: "430424".into(), secret: secret() },
        Scheme::Sorted { app_key: "430424".into(), secret: secret(), sm3: false },
        Scheme::Sorted { app_key: "430424".into(), secret: secret(), sm3: true },
        Scheme::Standard { secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") },
        Scheme::Guomi {
            key: Secret::new("0123456789abcdeffedcba9876543210"),
            private: Secret::new(PRIVATE),
            theirs: public_of(PRIVATE).unwrap(),
        },
        Scheme::Keyed { id: "2026".into(), secret: secret() },
    ]
}

#[test]
fn what_is_proven_is_let_in_once_and_what_is_not_is_told_apart() {
    let now = at(1_795_000_000);
    for scheme in schemes() {
        let checker = Checker::new(scheme.clone());
        let sent = || Sent::post("/order/list?page=1", "application/json", "{\"a\":\"1\",\"b\":\"\"}");
        let proven = scheme.prove(sent(), now, "n1");
        let body = checker.check(&proven, now).unwrap();
        assert!(String::from_utf8(body).unwrap().starts_with("{\"a\":\"1\""), "{scheme:?}");
        assert_eq!(checker.check(&sent(), now), Err(Wrong::Forged), "{scheme:?}");
        let forged = scheme.with_secret("somebody-else").prove(sent(), now, "n2");
        assert_eq!(checker.check(&forged, now), Err(Wrong::Forged), "{scheme:?}");
        if matches!(scheme, Scheme::Sorted { .. } | Scheme::Standard { .. } | Scheme::Keyed { .. }) {
            assert_eq!(checker.check(&proven, now), Err(Wrong::Replayed), "{scheme:?}");
        }
        checker.run_ahead(SignedDuration::from_mins(6));
        let later = checker.check(&scheme.prove(sent(), now, "n3"), now);
        assert_eq!(later.is_ok(), matches!(scheme, Scheme::Guomi { .. }), "{scheme:?}");
    }
}
