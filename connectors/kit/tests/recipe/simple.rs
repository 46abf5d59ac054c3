//! The simplest recipe, both ways: an HMAC over time and body.

use http::Method;
use huiliu_contract::Refusal;
use huiliu_farside::site::Premises;

use bytes::Bytes;
use huiliu_contract::Personal;
use huiliu_kit::recipe::Way;

use super::{arrived, at, built, request};

const PLAIN: &str = r#"
stamp = { format = "seconds", window = "5m" }
keys = [{ secret = { env = "KEY" } }]
steps = [{ name = "sign", hmac = "sha256", of = "{stamp}.{body}", as = "hex" }]
put = [{ header = "x-time", text = "{stamp}" }, { header = "x-sign", text = "{sign}" }]
"#;

fn site() -> Premises {
    Premises::new().with("KEY", "密钥")
}

#[test]
fn what_one_side_signs_the_other_believes() {
    let (ours, theirs) = (built(PLAIN, Way::Out, &site()), built(PLAIN, Way::In, &site()));
    let mut request = request(Method::POST, "http://127.0.0.1/letters?a=1", "application/json", r#"{"id":"1"}"#);
    ours.apply(&mut request, at(1_800_000_000)).unwrap();
    assert_eq!(request.headers()["x-time"], "1800000000");
    let push = arrived(&request, at(1_800_000_100));
    let once = theirs.verify(&push).unwrap().once.unwrap();
    assert!(once.token.starts_with('s'));
    assert_eq!(once.until, at(1_800_000_301), "one second longer than it is accepted");

    let late = arrived(&request, at(1_800_000_400));
    assert_eq!(theirs.verify(&late).unwrap_err(), Refusal::Stale { skew_seconds: 400, window_seconds: 300 });
    let mut changed = push.clone();
    changed.body = Personal::new(Bytes::from_static(br#"{"id":"2"}"#));
    assert_eq!(theirs.verify(&changed).unwrap_err().to_string(), "not verified: the signature does not fit");
    let other = built(PLAIN, Way::In, &Premises::new().with("KEY", "another"));
    assert_eq!(other.verify(&push).unwrap_err().word(), "not_verified");
}
