//! Pushes that recipes verify, and one that is verified by hand.

use aws_lc_rs::{constant_time, hmac};
use bytes::Bytes;
use http::Method;
use huiliu_contract::{Personal, Push};
use huiliu_farside::site::Premises;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::recipe::{Recipe, RecipeOptions, Way};
use jiff::Timestamp;

use crate::{PRIVATE, PUBLIC, each_second};

const HMAC: &str = r#"
stamp = { format = "seconds" }
keys = [{ secret = { env = "KEY" } }]
steps = [{ name = "sign", hmac = "sha256", of = "{stamp}.{body}", as = "hex" }]
put = [{ header = "x-time", text = "{stamp}" }, { header = "x-sign", text = "{sign}" }]
"#;

const SORTED_MD5: &str = r#"
stamp = { format = "seconds" }
keys = [{ secret = { env = "KEY" } }]
steps = [
  { name = "sorted", params = ["json"] },
  { name = "sign", digest = "md5", of = "{sorted}&key={secret}" },
]
put = [{ field = "time", text = "{stamp}" }, { field = "sign", text = "{sign}" }]
"#;

const SM4_SM2: &str = r#"
stamp = { format = "seconds" }
keys = [{ secret = { env = "SM2" }, public = "PUBLIC_KEY" }]
steps = [{ name = "sign", sign = "sm2", of = "{stamp}.{body}", as = "hex" }]
put = [{ header = "x-time", text = "{stamp}" }, { header = "x-sign", text = "{sign}" }]
seal = [{ by = "sm4-ecb", keys = [{ secret = { env = "SM4" }, as = "hex" }] }]
"#;

/// Each with its µs.
pub(crate) fn measured() -> Vec<(&'static str, f64)> {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let mut all = Vec::new();
    let push = pushed(HMAC, now);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
    all.push(("HMAC-SHA256 by hand", 1e6 / each_second(|| assert!(by_hand(&key, &push)))));
    for (what, recipe) in [
        ("HMAC-SHA256 by a recipe", HMAC),
        ("sorted JSON members, MD5", SORTED_MD5),
        ("SM2 over a body by SM4, opened", SM4_SM2),
    ] {
        let (push, theirs) = (pushed(recipe, now), built(recipe, Way::In));
        all.push((what, 1e6 / each_second(|| theirs.verify(&push).unwrap())));
    }
    all
}

fn built(written: &str, way: Way) -> Recipe {
    let site = Premises::new().with("KEY", "key").with("SM2", PRIVATE).with("SM4", "0123456789abcdeffedcba9876543210");
    let options: RecipeOptions = toml::from_str(&written.replace("PUBLIC_KEY", PUBLIC)).unwrap();
    let mut wrong = Mistakes::default();
    Recipe::build(&options, way, "recipe", &site, &mut wrong).unwrap_or_else(|| panic!("{wrong:?}"))
}

fn pushed(recipe: &str, now: Timestamp) -> Push {
    let body = serde_json::json!({ "id": "1", "title": "路灯不亮", "content": "x".repeat(970) }).to_string();
    let mut request = reqwest::Request::new(Method::POST, "http://127.0.0.1/channels/bench".parse().unwrap());
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *request.body_mut() = Some(body.into());
    built(recipe, Way::Out).apply(&mut request, now).unwrap();
    Push {
        method: Method::POST,
        target: "/channels/bench".into(),
        headers: request.headers().clone(),
        body: Personal::new(Bytes::copy_from_slice(request.body().unwrap().as_bytes().unwrap())),
        peer: ([127, 0, 0, 1], 4000).into(),
        received_at: now,
        envelope: None,
    }
}

fn by_hand(key: &hmac::Key, push: &Push) -> bool {
    let mut offered = [0; 32];
    hex::decode_to_slice(push.headers["x-sign"].as_bytes(), &mut offered).unwrap();
    let mut context = hmac::Context::with_key(key);
    context.update(push.headers["x-time"].as_bytes());
    context.update(b".");
    context.update(push.body.reveal());
    constant_time::verify_slices_are_equal(context.sign().as_ref(), &offered).is_ok()
}
