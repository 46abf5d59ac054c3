//! What holds for every message: order makes no difference, what was signed is believed, what was changed is not.

use bytes::Bytes;
use http::Method;
use huiliu_contract::Personal;
use huiliu_farside::site::Premises;
use huiliu_kit::recipe::{Recipe, Specimen, Way};
use proptest::prelude::*;

use super::schemes::STANDARD_WEBHOOKS;
use super::{arrived, at, built, request};

const SORTED: &str = r#"
keys = [{ secret = { env = "KEY" } }]
steps = [
  { name = "sorted", params = ["form"], encode = "rfc3986" },
  { name = "sign", hmac = "sha256", of = "{sorted}" },
]
put = [{ field = "sign", text = "{sign}" }]
"#;

const SEALED: &str = r#"seal = [{ by = "sm4-gcm", as = "bytes", keys = [{ secret = { env = "SM4" } }] }]"#;

fn site() -> Premises {
    Premises::new().with("KEY", "key").with("SM4", "0123456789abcdef").with("WEBHOOK_SECRET", "c2VjcmV0")
}

fn form(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn post(body: &str, media_type: &str) -> reqwest::Request {
    request(Method::POST, "http://127.0.0.1/letters", media_type, body)
}

fn canonical(recipe: &Recipe, body: &str) -> String {
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let what = Specimen {
        way: Way::Out,
        method: "POST",
        path_and_query: "/letters",
        headers: &headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        stamp: None,
        nonce: None,
        now: at(0),
    };
    recipe.trace(&what).unwrap().into_iter().find(|step| step.name == "sorted").unwrap().value
}

proptest! {
    #[test]
    fn sorted_parameters_have_one_text_in_every_order(
        (pairs, mixed) in prop::collection::btree_map("[a-z]{1,3}|[一-三]", "\\PC{0,6}", 0..6)
            .prop_flat_map(|pairs| {
                let pairs: Vec<(String, String)> = pairs.into_iter().filter(|(name, _)| name != "sign").collect();
                (Just(pairs.clone()), Just(pairs).prop_shuffle())
            })
    ) {
        let ours = built(SORTED, Way::Out, &site());
        prop_assert_eq!(canonical(&ours, &form(&pairs)), canonical(&ours, &form(&mixed)));
        let mut asked = post(&form(&pairs), "application/x-www-form-urlencoded");
        ours.apply(&mut asked, at(0)).unwrap();
        prop_assert!(built(SORTED, Way::In, &site()).verify(&arrived(&asked, at(0))).is_ok());
    }

    #[test]
    fn what_was_signed_is_believed_and_what_was_changed_is_not(body in "\\PC{1,60}", flip in any::<(prop::sample::Index, u8)>()) {
        let (ours, theirs) = (built(STANDARD_WEBHOOKS, Way::Out, &site()), built(STANDARD_WEBHOOKS, Way::In, &site()));
        let mut asked = post(&body, "text/plain");
        ours.apply(&mut asked, at(1_700_000_000)).unwrap();
        let mut push = arrived(&asked, at(1_700_000_000));
        prop_assert!(theirs.verify(&push).is_ok());
        let mut bytes = body.into_bytes();
        let at = flip.0.index(bytes.len());
        bytes[at] ^= flip.1.max(1);
        push.body = Personal::new(Bytes::from(bytes));
        prop_assert!(theirs.verify(&push).is_err());
        let mut push = arrived(&asked, push.received_at);
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let mut value = push.headers[name].as_bytes().to_vec();
            let last = value.len() - 2;
            value[last] = if value[last] == b'0' { b'1' } else { b'0' };
            let before = push.headers.insert(name, value.as_slice().try_into().unwrap()).unwrap();
            prop_assert!(theirs.verify(&push).is_err(), "{}", name);
            push.headers.insert(name, before);
        }
    }

    #[test]
    fn what_was_sealed_opens_and_what_was_changed_does_not(body in "\\PC{1,60}", flip in any::<(prop::sample::Index, u8)>()) {
        let mut asked = post(&body, "text/plain");
        built(SEALED, Way::Out, &site()).apply(&mut asked, at(0)).unwrap();
        let mut push = arrived(&asked, at(0));
        let theirs = built(SEALED, Way::In, &site());
        prop_assert_eq!(theirs.verify(&push).unwrap().body.unwrap(), body.as_bytes());
        let mut bytes = push.body.reveal().to_vec();
        let at = flip.0.index(bytes.len());
        bytes[at] ^= flip.1.max(1);
        push.body = Personal::new(Bytes::from(bytes));
        prop_assert!(theirs.verify(&push).is_err());
    }

    #[test]
    fn no_push_makes_it_panic(target in "/[!-~]{0,20}", header in "[ -~]{0,20}", body in prop::collection::vec(any::<u8>(), 0..40)) {
        for recipe in [SORTED, SEALED, STANDARD_WEBHOOKS, super::schemes::WECHAT, super::schemes::SORTED_MD5] {
            let site = site().with("CALLBACK_TOKEN", "t").with("ENCODING_AES_KEY", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C").with("APP_SECRET", "s");
            let theirs = built(recipe, Way::In, &site);
            let mut push = super::pushed(&target, &[("webhook-id", "x"), ("webhook-signature", &header)], &body, at(0));
            prop_assert!(theirs.verify(&push).is_err());
            push.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
            prop_assert!(theirs.verify(&push).is_err());
        }
    }
}

/// Of everything that is taken there is one text: who signs `x` and `y` alike has signed the same parameters.
#[test]
fn no_two_bodies_that_are_taken_share_one_text() {
    let recipe = r#"
        keys = [{ secret = { env = "KEY" } }]
        steps = [{ name = "sorted", params = ["json"], empty = "keep" }, { name = "sign", digest = "md5", of = "{sorted}{secret}" }]
        put = [{ header = "x-sign", text = "{sign}" }]
    "#;
    let (ours, theirs) = (built(recipe, Way::Out, &site()), built(recipe, Way::In, &site()));
    let pieces = ["", "1", "&", "=", "a", "b=", "&b=", "&a=", "&b=&c=", "c", "1&c=2"];
    let mut seen: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    let mut taken = 0;
    for a in pieces {
        for b in pieces.iter().map(Some).chain([None]) {
            for c in pieces.iter().map(Some).chain([None]) {
                let mut members = serde_json::Map::from_iter([("a".to_owned(), a.into())]);
                members.extend(b.map(|b| ("b".to_owned(), (*b).into())));
                members.extend(c.map(|c| ("c".to_owned(), (*c).into())));
                let body = serde_json::Value::Object(members).to_string();
                let mut asked = post(&body, "application/json");
                ours.apply(&mut asked, at(0)).unwrap();
                if theirs.verify(&arrived(&asked, at(0))).is_ok() {
                    taken += 1;
                    let sign = asked.headers()["x-sign"].to_str().unwrap().to_owned();
                    if let Some(other) = seen.insert(sign, body.clone()) {
                        panic!("{other} and {body} have one signature");
                    }
                }
            }
        }
    }
    assert!(taken > 300, "{taken}");
    let doubled = super::pushed("/", &[("x-sign", "00")], br#"{"a":"1","a":"2"}"#, at(0));
    assert!(theirs.verify(&doubled).is_err());
}
