//! What is sealed: bodies, fields and answers, in both orders; keys that rotate.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use huiliu_contract::{Personal, Refusal};
use huiliu_farside::site::Premises;
use huiliu_kit::client::Answer;
use huiliu_kit::recipe::{Recipe, Way};
use serde_json::{Value, json};

use super::vectors::{PRIVATE, PUBLIC};
use super::{arrived, at, built, request};

const LETTER: &str = r#"{"id":"1","phone":"13800000000","applicant":{"name":"张三"},"blank":""}"#;

fn site() -> Premises {
    Premises::new()
        .with("KEY", "mac-key")
        .with("OLD", "mac-key-of-last-year")
        .with("SM4", "0123456789abcdeffedcba9876543210")
        .with("SM4_OLD", "00112233445566778899aabbccddeeff")
        .with("AES", "0123456789abcdef0123456789abcdef")
        .with("IV", "fedcba9876543210")
        .with("SM2", PRIVATE)
}

/// A signature over the body, and this seal.
fn recipe(seal: &str) -> String {
    format!(
        "keys = [{{ secret = {{ env = \"KEY\" }} }}]\nsteps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{body}}\", as = \"hex\" }}]\n\
         put = [{{ header = \"x-sign\", text = \"{{sign}}\" }}]\nseal = [{{ {seal} }}]"
    )
}

const BODY: &str = r#"steps = [{ name = "sign", hmac = "sm3", of = "{body}", as = "hex" }]"#;
const VALUES: &str = r#"steps = [{ name = "all", params = ["json"], nested = "canonical" }, { name = "sign", hmac = "sm3", of = "{all}", as = "hex" }]"#;

fn sent(ours: &Recipe, media_type: &str, body: &str) -> reqwest::Request {
    let mut asked = request(Method::POST, "http://127.0.0.1/letters", media_type, body);
    ours.apply(&mut asked, at(1_700_000_000)).unwrap();
    asked
}

fn text(request: &reqwest::Request) -> String {
    String::from_utf8(request.body().unwrap().as_bytes().unwrap().to_vec()).unwrap()
}

#[test]
fn every_cipher_every_place_both_orders() {
    let sm4 = r#"keys = [{ secret = { env = "SM4" }, as = "hex" }]"#;
    let aes = r#"keys = [{ secret = { env = "AES" } }]"#;
    let sm2 = format!(r#"keys = [{{ secret = {{ env = "SM2" }}, public = "{PUBLIC}" }}]"#);
    let ciphers = [
        format!(r#"by = "sm4-ecb", {sm4}"#),
        format!(r#"by = "sm4-cbc", {sm4}, as = "hex", case = "upper""#),
        format!(r#"by = "sm4-cbc", iv = "key", {sm4}"#),
        format!(r#"by = "sm4-cbc", iv = {{ text = {{ env = "IV" }} }}, {sm4}"#),
        format!(r#"by = "sm4-gcm", {sm4}"#),
        format!(r#"by = "aes-cbc", iv = {{ header = {{ at = "x-iv", as = "hex" }} }}, {aes}"#),
        format!(r#"by = "aes-gcm", as = "base64url", {aes}"#),
        format!(r#"by = "aes-ecb", {aes}"#),
        format!(r#"by = "aes-cbc", pad = 32, frame = {{ random = 16, owner = "wx" }}, {aes}"#),
        format!(r#"by = "sm2", {sm2}"#),
        format!(r#"by = "sm2", layout = "c1c2c3", lead = false, as = "hex", {sm2}"#),
        format!(r#"by = "sm2", layout = "der", {sm2}"#),
    ];
    for cipher in &ciphers {
        for order in ["before_signing", "after_signing"] {
            for place in [
                "",
                r#"into = "/head/data", "#,
                r#"wrap = "form", into = "data", "#,
                r#"what = "fields", fields = ["/phone", "/applicant/name", "/blank", "/absent"], "#,
            ] {
                let written = recipe(&format!(r#"{place}order = "{order}", {cipher}"#));
                // Of fields that are sealed last the values are signed, not the bytes of the body.
                let values = place.starts_with("what") && order == "after_signing";
                let written = if values { written.replace(BODY, VALUES) } else { written };
                let (ours, theirs) = (built(&written, Way::Out, &site()), built(&written, Way::In, &site()));
                let asked = sent(&ours, "application/json", LETTER);
                let mut push = arrived(&asked, at(1_700_000_000));
                assert!(!text(&asked).contains("13800000000") && !text(&asked).contains("张三"), "{written}");
                let opened = theirs.verify(&push).unwrap_or_else(|refusal| panic!("{refusal}: {written}"));
                let document: Value = serde_json::from_slice(&opened.body.unwrap()).unwrap();
                assert_eq!(document, serde_json::from_str::<Value>(LETTER).unwrap(), "{written}");

                let mut body = push.body.reveal().to_vec();
                let last = body.iter().rposition(|byte| byte.is_ascii_alphanumeric()).unwrap();
                // The case of a hexadecimal digit makes no difference.
                body[last] = if body[last].eq_ignore_ascii_case(&b'A') { b'B' } else { b'A' };
                push.body = Personal::new(Bytes::from(body));
                assert_eq!(theirs.verify(&push).unwrap_err(), wrong(), "{written}");
                push.body = Personal::new(Bytes::new());
                assert_eq!(theirs.verify(&push).unwrap_err().word(), "not_verified", "{written}");
            }
        }
    }
}

/// One refusal for all that does not fit and all that cannot be opened.
fn wrong() -> Refusal {
    Refusal::NotVerified("the signature does not fit")
}

#[test]
fn what_is_put_stands_outside_of_the_sealed_body_or_inside_of_it() {
    let written = r#"
        stamp = { format = "millis" }
        keys = [{ id = "2026", secret = { env = "KEY" } }]
        steps = [{ name = "sorted", params = ["json"] }, { name = "sign", hmac = "sha256", of = "{sorted}", as = "hex" }]
        put = [
            { field = "/from", text = "hengdong", inside = true },
            { field = "/timestamp", text = "{stamp}", number = true },
            { field = "/key", text = "{key_id}" },
            { field = "/sign", text = "{sign}" },
        ]
        seal = [{ into = "/data", by = "sm4-cbc", keys = [{ secret = { env = "SM4" }, as = "hex" }] }]
    "#;
    let ours = built(written, Way::Out, &site());
    let asked = sent(&ours, "application/json", LETTER);
    let outer: Value = serde_json::from_str(&text(&asked)).unwrap();
    assert_eq!(outer["timestamp"], json!(1_700_000_000_000_i64));
    assert_eq!((outer.as_object().unwrap().len(), outer["key"].as_str()), (4, Some("2026")));
    let theirs = written.replace(r#"{ field = "/from", text = "hengdong", inside = true },"#, "");
    let opened = built(&theirs, Way::In, &site()).verify(&arrived(&asked, at(1_700_000_001))).unwrap();
    let inner: Value = serde_json::from_slice(&opened.body.unwrap()).unwrap();
    assert_eq!(inner["from"], "hengdong");
}

#[test]
fn a_field_that_holds_json_takes_its_place_again() {
    let seal =
        r#"what = "fields", fields = ["/data"], by = "aes-gcm", inner = "json", keys = [{ secret = { env = "AES" } }]"#;
    let (ours, theirs) = (built(&recipe(seal), Way::Out, &site()), built(&recipe(seal), Way::In, &site()));
    let body = r#"{"code":0,"data":{"items":[{"id":"1"}]}}"#;
    let asked = sent(&ours, "application/json", body);
    assert!(serde_json::from_str::<Value>(&text(&asked)).unwrap()["data"].is_string());
    let opened = theirs.verify(&arrived(&asked, at(1_700_000_000))).unwrap().body.unwrap();
    assert_eq!(opened, body.as_bytes());
    let form = r#"what = "fields", fields = ["phone"], by = "aes-cbc", keys = [{ secret = { env = "AES" } }]"#;
    let asked = sent(&built(&recipe(form), Way::Out, &site()), "application/x-www-form-urlencoded", "id=1&phone=138");
    let opened = built(&recipe(form), Way::In, &site()).verify(&arrived(&asked, at(1_700_000_000))).unwrap();
    assert_eq!(opened.body.unwrap(), "id=1&phone=138");
}

#[test]
fn a_request_without_a_body_is_only_signed() {
    let ours = built(&recipe(r#"by = "aes-ecb", keys = [{ secret = { env = "AES" } }]"#), Way::Out, &site());
    let mut asked = request(Method::GET, "http://127.0.0.1/letters?page=1", "", "");
    ours.apply(&mut asked, at(0)).unwrap();
    assert!(asked.body().is_none() && asked.headers().contains_key("x-sign"));
}

#[test]
fn the_same_letter_is_never_sealed_or_signed_the_same_way_twice() {
    let seal = r#"by = "sm4-cbc", keys = [{ secret = { env = "SM4" }, as = "hex" }]"#;
    let ours = built(&format!("stamp = {{}}\nnonce = {{}}\n{}", recipe(seal)), Way::Out, &site());
    assert_ne!(text(&sent(&ours, "application/json", LETTER)), text(&sent(&ours, "application/json", LETTER)));
}

#[test]
fn keys_rotate() {
    let written = r#"
        stamp = { format = "seconds" }
        keys = [
            { id = "2026", secret = { env = "OLD" }, until = 2023-11-15T00:00:00+08:00 },
            { id = "2027", secret = { env = "KEY" }, from = "2023-11-14" },
        ]
        steps = [{ name = "sign", hmac = "sha256", of = "{stamp}.{body}" }]
        put = [{ header = "x-time", text = "{stamp}" }, { header = "x-sign", text = "{key_id}:{sign}" }]
    "#
    .replace("2023-11-15T00:00:00+08:00", "\"2023-11-15T00:00:00+08:00\"");
    let (ours, theirs) = (built(&written, Way::Out, &site()), built(&written, Way::In, &site()));
    let signed = |second: i64| {
        let mut asked = request(Method::POST, "http://127.0.0.1/", "application/json", LETTER);
        ours.apply(&mut asked, at(second)).map(|()| asked)
    };
    // 2023-11-14 22:00 +08:00, then 01:00 of the next day: both hold at first, then one.
    let (evening, night) = (1_699_970_400, 1_699_981_200);
    let early = signed(evening).unwrap();
    assert!(early.headers()["x-sign"].to_str().unwrap().starts_with("2026:"));
    assert!(signed(night).unwrap().headers()["x-sign"].to_str().unwrap().starts_with("2027:"));
    let mut push = arrived(&early, at(evening));
    assert!(theirs.verify(&push).is_ok());
    push.received_at = at(night);
    let refusal = theirs.verify(&push).unwrap_err();
    assert_eq!(refusal.to_string(), "not verified: the key that it names is not valid at this time");
    push.headers.insert("x-sign", "2025:AAAA".parse().unwrap());
    assert_eq!(theirs.verify(&push).unwrap_err(), Refusal::UnknownKey);
    push.headers.insert("x-sign", "2027:AAAA".parse().unwrap());
    assert_eq!(theirs.verify(&push).unwrap_err(), wrong());

    // Without an id every key that holds is tried.
    let bare = written.replace("{key_id}:", "");
    let theirs = built(&bare, Way::In, &site());
    let mut asked = request(Method::POST, "http://127.0.0.1/", "application/json", LETTER);
    built(&bare, Way::Out, &site()).apply(&mut asked, at(evening)).unwrap();
    assert!(theirs.verify(&arrived(&asked, at(evening))).is_ok());
    let gone = bare.replace(", from = \"2023-11-14\"", ", until = \"2023-11-13\"");
    let none = built(&gone, Way::Out, &site());
    assert_eq!(none.apply(&mut asked, at(night)).unwrap_err().word(), "denied");
    let refusal = built(&gone, Way::In, &site()).verify(&arrived(&asked, at(night))).unwrap_err();
    assert_eq!(refusal.to_string(), "not verified: no key of this channel is valid at this time");
}

#[test]
fn keys_of_seals_rotate_too() {
    let seal = |keys: &str| recipe(&format!(r#"by = "sm4-cbc", keys = [{keys}]"#));
    let (old, new) = (r#"{ secret = { env = "SM4_OLD" }, as = "hex" }"#, r#"{ secret = { env = "SM4" }, as = "hex" }"#);
    let theirs = built(&seal(&format!("{new}, {old}")), Way::In, &site());
    for key in [old, new] {
        let asked = sent(&built(&seal(key), Way::Out, &site()), "application/json", LETTER);
        assert_eq!(theirs.verify(&arrived(&asked, at(1_700_000_000))).unwrap().body.unwrap(), LETTER);
    }
    // A tag alone vouches for the sender.
    let gcm = |keys: &str| format!(r#"seal = [{{ by = "aes-gcm", keys = [{keys}] }}]"#);
    let (one, two) = (r#"{ secret = { env = "AES" } }"#, r#"{ secret = { env = "SM4" } }"#);
    let asked = sent(&built(&gcm(two), Way::Out, &site()), "application/json", LETTER);
    let opened = built(&gcm(&format!("{one}, {two}")), Way::In, &site()).verify(&arrived(&asked, at(0))).unwrap();
    assert_eq!(opened.body.unwrap(), LETTER);
}

#[test]
fn an_answer_is_verified_and_opened() {
    let written = r#"
        keys = [{ secret = { env = "KEY" } }]
        steps = [{ name = "sign", hmac = "sha256", of = "{body}" }]
        put = [{ header = "x-sign", text = "{sign}" }]
        [answer]
        steps = [{ name = "sorted", params = ["json"] }, { name = "sign", digest = "sm3", of = "{sorted}&key={secret}" }]
        put = [{ field = "sign", text = "{sign}" }]
        seal = [{ into = "data", by = "sm4-ecb", keys = [{ secret = { env = "SM4" }, as = "hex" }] }]
    "#;
    let ours = built(written, Way::Out, &site());
    assert!(ours.reads_answers());
    // The far side answers as its own recipe, turned round, says.
    let theirs = built(
        r#"
        keys = [{ secret = { env = "KEY" } }]
        steps = [{ name = "sorted", params = ["json"] }, { name = "sign", digest = "sm3", of = "{sorted}&key={secret}" }]
        put = [{ field = "sign", text = "{sign}" }]
        seal = [{ into = "data", by = "sm4-ecb", keys = [{ secret = { env = "SM4" }, as = "hex" }] }]
        "#,
        Way::Out,
        &site(),
    );
    let body = text(&sent(&theirs, "application/json", LETTER));
    let answer = |body: &str| Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    assert_eq!(ours.open(answer(&body), at(0)).unwrap().body, LETTER);
    let fault = ours.open(answer(&body.replace("\"sign\":\"", "\"sign\":\"0")), at(0)).unwrap_err();
    assert_eq!((fault.word(), fault.to_string().contains("the signature does not fit")), ("malformed", true));
    for strange in ["", "<html>维护中</html>", "{}", "[]"] {
        assert_eq!(ours.open(answer(strange), at(0)).unwrap_err().word(), "malformed", "{strange}");
    }
    let mut away = answer("<html>502</html>");
    away.status = StatusCode::BAD_GATEWAY;
    assert_eq!(ours.open(away, at(0)).unwrap().status, StatusCode::BAD_GATEWAY, "whoever answers so signs nothing");
    let simple = built(&recipe(r#"by = "aes-ecb", keys = [{ secret = { env = "AES" } }]"#), Way::Out, &site());
    assert_eq!(simple.open(answer("{}"), at(0)).unwrap().body, "{}", "without `answer` it is left as it is");
}
