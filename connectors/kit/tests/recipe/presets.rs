//! The schemes that are met, against the values that their inventors published and against values computed by hand.
//!
//! Published: Standard Webhooks (standard-webhooks/standard-webhooks, libraries/go/webhook_test.go), GitHub (Validating
//! webhook deliveries), WeChat and WeCom (Tencent's WXBizMsgCrypt sample).

use bytes::Bytes;
use http::Method;
use huiliu_contract::{Personal, Refusal};
use huiliu_farside::site::Premises;
use huiliu_kit::crypto::digest::digest;
use huiliu_kit::recipe::{Digest, Way};

use super::schemes::{APP_KEY_TIME, GJZWFWPT, PEOPLE, SM4_SM2, SORTED_MD5, STANDARD_WEBHOOKS, WECHAT};
use super::{arrived, at, built, options, pushed, request};

const FORM: &str = "application/x-www-form-urlencoded";

fn secret() -> Premises {
    Premises::new().with("APP_SECRET", "s3cr3t-of-hengdong")
}

fn md5(text: &str) -> String {
    hex::encode(digest(Digest::Md5, text.as_bytes()))
}

#[test]
fn the_national_platform_signs_its_headers() {
    let (ours, theirs) = (built(GJZWFWPT, Way::Out, &secret()), built(GJZWFWPT, Way::In, &secret()));
    assert!(!ours.reads_body() && !theirs.signs_body() && !options(GJZWFWPT).own.reads_body());
    assert!(options(SORTED_MD5).own.reads_body() && options(PEOPLE).own.reads_body());
    let mut asked = request(Method::POST, "http://127.0.0.1/sysapi/letters", "application/json", "{}");
    ours.apply(&mut asked, at(1_700_000_000)).unwrap();
    assert_eq!(asked.headers()["gjzwfwpt_rtime"], "1700000000000");
    // `printf '%s' '430424-letters430424000011700000000000' | openssl dgst -sha256 -hmac s3cr3t-of-hengdong -binary | base64`
    assert_eq!(asked.headers()["gjzwfwpt_sign"], "fGBguppo2mKzwVUWrJnP52z3+tHgk1Gg8A0Zpc0c5Ss=");
    let mut push = arrived(&asked, at(1_700_000_001));
    assert!(theirs.verify(&push).is_ok());
    push.body = Personal::new(Bytes::from_static(b"[]"));
    assert!(theirs.verify(&push).is_ok(), "the scheme does not sign the body");
    push.headers.insert("gjzwfwpt_rid", "43042400002".parse().unwrap());
    assert_eq!(theirs.verify(&push).unwrap_err().word(), "not_verified", "another sender's id");
}

#[test]
fn the_gateway_of_a_province_wants_an_md5_over_the_time() {
    let ours = built(APP_KEY_TIME, Way::Out, &secret());
    let mut asked = request(Method::GET, "http://127.0.0.1/api?page=1", "", "");
    ours.apply(&mut asked, at(1_700_000_000)).unwrap();
    assert_eq!(asked.headers()["sign"], md5("hengdongs3cr3t-of-hengdong1700000000000"));
    assert!(built(APP_KEY_TIME, Way::In, &secret()).verify(&arrived(&asked, at(1_700_000_200))).is_ok());
}

#[test]
fn sorted_parameters_with_the_secret_behind_them() {
    let (ours, theirs) = (built(SORTED_MD5, Way::Out, &secret()), built(SORTED_MD5, Way::In, &secret()));
    let body = "title=%E8%B7%AF%E7%81%AF+%26+%E7%94%B5%E7%BA%BF&empty=&Zone=1";
    let mut asked = request(Method::POST, "http://127.0.0.1/letters", FORM, body);
    ours.apply(&mut asked, at(1_700_000_000)).unwrap();
    let sent = std::str::from_utf8(asked.body().unwrap().as_bytes().unwrap()).unwrap().to_owned();
    let field = |name: &str| {
        url::form_urlencoded::parse(sent.as_bytes()).find(|(known, _)| known == name).unwrap().1.into_owned()
    };
    let nonce = field("nonce_str");
    assert_eq!(nonce.len(), 32);
    let plain = format!(
        "Zone=1&app_id=hd-12345&nonce_str={nonce}&timestamp=1700000000&title=路灯 & 电线&key=s3cr3t-of-hengdong"
    );
    assert_eq!(field("sign"), md5(&plain).to_uppercase());
    let push = arrived(&asked, at(1_700_000_010));
    assert_eq!(theirs.verify(&push).unwrap().once.unwrap().token, format!("n{nonce}"));

    // Whoever moves a border has another text, or is refused: `a=1&b=2` is not `a=1` and `b=2`.
    for (honest, forged, taken) in
        [("Zone=1&title=x", "Zone=1%26title%3Dx", true), ("Zone=1%26title%3Dx", "Zone=1&title=x", false)]
    {
        let mut asked = request(Method::POST, "http://127.0.0.1/letters", FORM, honest);
        ours.apply(&mut asked, at(1_700_000_000)).unwrap();
        let mut push = arrived(&asked, at(1_700_000_010));
        assert_eq!(theirs.verify(&push).is_ok(), taken, "{honest}");
        let sent = String::from_utf8(push.body.reveal().to_vec()).unwrap().replace(honest, forged);
        push.body = Personal::new(Bytes::from(sent));
        assert!(theirs.verify(&push).is_err(), "{forged}");
    }
}

#[test]
fn people_cn_wants_half_a_digest_inside_of_a_digest() {
    let site = Premises::new().with("APP_CODE", "hd12345").with("TOKEN", "f00d");
    let ours = built(PEOPLE, Way::Out, &site);
    let param = r#"{"fid":"43","page":1}"#;
    let body: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("param", param).finish();
    let mut asked = request(Method::POST, "http://127.0.0.1/v2/threads/list", FORM, &body);
    ours.apply(&mut asked, at(0)).unwrap();
    let sent = asked.body().unwrap().as_bytes().unwrap().to_vec();
    let sent: Vec<(String, String)> = url::form_urlencoded::parse(&sent).into_owned().collect();
    let half = &md5("hd12345")[..16];
    let wanted = [
        ("param", param.to_owned()),
        ("appCode", "hd12345".into()),
        ("token", "f00d".into()),
        ("signature", md5(&format!("/v2/threads/list{param}{half}f00d"))),
    ];
    assert_eq!(sent, wanted.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn standard_webhooks_as_its_inventors_publish_it() {
    let site = Premises::new().with("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let theirs = built(STANDARD_WEBHOOKS, Way::In, &site);
    const RIGHT: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const OTHER: &str = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    let several = format!("v1,{OTHER} v2,{OTHER} {RIGHT} v1,{OTHER}");
    let tried = |signature: &str, second: i64| {
        let headers = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature),
        ];
        theirs.verify(&pushed("/channels/letters", &headers, br#"{"test": 2432232314}"#, at(second)))
    };
    for right in [RIGHT, &several] {
        let once = tried(right, 1_614_265_340).unwrap().once.unwrap();
        assert_eq!(once.token, "nmsg_p5jXN8AQM9LWM0D4loKWxJek");
    }
    let bare = &RIGHT[3..];
    let (last, second) = (RIGHT.replace("OE=", "OA="), RIGHT.replace("v1,", "v2,"));
    for wrong in [&last, &format!("v1,{OTHER}"), "v1,", "", bare, &second] {
        assert_eq!(tried(wrong, 1_614_265_340).unwrap_err().word(), "not_verified", "{wrong}");
    }
    assert!(matches!(tried(RIGHT, 1_614_266_000).unwrap_err(), Refusal::Stale { skew_seconds: 670, .. }));
    let mut asked = request(Method::POST, "http://127.0.0.1/", "application/json", "{}");
    built(STANDARD_WEBHOOKS, Way::Out, &site).apply(&mut asked, at(1_614_265_330)).unwrap();
    assert!(theirs.verify(&arrived(&asked, at(1_614_265_330))).is_ok());
}

#[test]
fn github_signs_the_body_alone() {
    let recipe = r#"
        keys = [{ secret = { env = "KEY" } }]
        steps = [{ name = "sign", hmac = "sha256", of = "{body}", as = "hex" }]
        put = [{ header = "X-Hub-Signature-256", text = "sha256={sign}" }]
    "#;
    let theirs = built(recipe, Way::In, &Premises::new().with("KEY", "It's a Secret to Everybody"));
    let right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let tried =
        |signature: &str, body: &[u8]| theirs.verify(&pushed("/", &[("x-hub-signature-256", signature)], body, at(0)));
    assert_eq!(tried(right, b"Hello, World!").unwrap().once, None, "without a stamp nothing is remembered");
    assert!(tried(&right.to_uppercase().replace("SHA256", "sha256"), b"Hello, World!").is_ok());
    assert!(tried(right, b"Hello, World?").is_err());
    assert!(tried(&right[7..], b"Hello, World!").is_err());
}

#[test]
fn the_callback_of_wechat_as_tencent_publishes_it() {
    let site = Premises::new()
        .with("CALLBACK_TOKEN", "QDG6eK")
        .with("ENCODING_AES_KEY", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C");
    let theirs = built(WECHAT, Way::In, &site);
    assert!(theirs.has_echo());
    assert!(theirs.signs_body());
    let echo = "/channels/wx?msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780\
                &echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D";
    let mut test = pushed(echo, &[], b"", at(1_409_659_590));
    test.method = Method::GET;
    let verified = theirs.verify(&test).unwrap();
    assert_eq!(verified.query, [("echostr".to_owned(), "1616140317555161061".to_owned())]);
    assert_eq!(verified.body, None);
    assert!(!format!("{verified:?}").contains("1616140317555161061"));

    let body = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==]]></Encrypt></xml>";
    let target =
        "/channels/wx?msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149";
    let push = pushed(target, &[("content-type", "text/xml")], body.as_bytes(), at(1_409_659_820));
    let opened = theirs.verify(&push).unwrap().body.unwrap();
    let opened = std::str::from_utf8(&opened).unwrap();
    assert!(opened.contains("<Content><![CDATA[hello]]></Content>") && opened.contains("<AgentID>218</AgentID>"));

    let other = pushed(&target.replace("372623149", "372623148"), &[], body.as_bytes(), at(1_409_659_820));
    assert_eq!(theirs.verify(&other).unwrap_err().word(), "not_verified");
    // Another receiver's message, rightly signed, is refused as a wrong signature is.
    let elsewhere = built(&WECHAT.replace("wx5823bf96d3bd56c7", "wx0000000000000000"), Way::In, &site);
    assert_eq!(elsewhere.verify(&push).unwrap_err(), theirs.verify(&other).unwrap_err());
}

const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                      ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

#[test]
fn a_body_by_sm4_with_an_sm2_signature_over_it() {
    let site = Premises::new().with("SM2_PRIVATE", PRIVATE).with("SM4_KEY", "0123456789abcdeffedcba9876543210");
    let written = SM4_SM2.replace("PUBLIC_KEY", PUBLIC);
    let (ours, theirs) = (built(&written, Way::Out, &site), built(&written, Way::In, &site));
    let letter = r#"{"title":"路灯不亮","phone":"13800000000"}"#;
    let mut asked = request(Method::POST, "http://127.0.0.1/letters", "application/json", letter);
    ours.apply(&mut asked, at(1_700_000_000)).unwrap();
    assert_eq!(asked.headers()["content-type"], "text/plain");
    assert_eq!(asked.headers()["x-sign"].len(), 128);
    let push = arrived(&asked, at(1_700_000_000));
    assert!(!String::from_utf8_lossy(push.body.reveal()).contains("13800000000"));
    assert_eq!(theirs.verify(&push).unwrap().body.unwrap(), letter.as_bytes());
    let mut changed = push.clone();
    let mut body = push.body.reveal().to_vec();
    body[3] ^= 1;
    changed.body = Personal::new(body.into());
    assert_eq!(theirs.verify(&changed).unwrap_err().word(), "not_verified");
}
