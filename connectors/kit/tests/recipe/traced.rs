//! What a person sees of a recipe, and what nobody does.

use bytes::Bytes;
use http::{HeaderMap, Method};
use huiliu_farside::site::Premises;
use huiliu_kit::recipe::{Recipe, Specimen, Traced, Way};
use huiliu_kit::tap::Tap;

use super::schemes::{GJZWFWPT, PEOPLE, SORTED_MD5};
use super::{at, built, request};

const FORM: &str = "application/x-www-form-urlencoded";

fn site() -> Premises {
    Premises::new().with("APP_SECRET", "s3cr3t-of-hengdong").with("APP_CODE", "hd12345").with("TOKEN", "f00dcafe")
}

fn traced(recipe: &Recipe, way: Way, headers: &HeaderMap, body: &str) -> Vec<Traced> {
    let what = Specimen {
        way,
        method: "POST",
        path_and_query: "/v2/letters?page=1",
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        stamp: (way == Way::Out).then_some("1700000000"),
        nonce: (way == Way::Out).then_some("abc"),
        now: at(1_700_000_000),
    };
    recipe.trace(&what).unwrap()
}

fn form() -> HeaderMap {
    HeaderMap::from_iter([(http::header::CONTENT_TYPE, FORM.parse().unwrap())])
}

fn lines(traced: &[Traced]) -> Vec<String> {
    traced.iter().map(|step| format!("{} | {} | {} | {}", step.name, step.said.en, step.said.zh, step.value)).collect()
}

#[test]
fn each_step_is_shown_with_its_value_and_secrets_as_dots() {
    let shown = lines(&traced(&built(SORTED_MD5, Way::Out, &site()), Way::Out, &form(), "title=路灯&b="));
    assert_eq!(
        shown[..4],
        [
            "stamp | the stamp | 时间戳 | 1700000000",
            "nonce | the nonce | 随机串 | abc",
            "sorted | parameters, sorted and joined | 参数排序、拼接 | app_id=hd-12345&nonce_str=abc&timestamp=1700000000&title=路灯",
            "plain | a text | 拼成文字 | app_id=hd-12345&nonce_str=abc&timestamp=1700000000&title=路灯&key=••••",
        ]
    );
    let plain = "app_id=hd-12345&nonce_str=abc&timestamp=1700000000&title=路灯&key=s3cr3t-of-hengdong";
    let md5 = huiliu_kit::crypto::digest::digest(huiliu_kit::recipe::Digest::Md5, plain.as_bytes());
    assert!(shown[4].ends_with(&hex::encode(md5).to_uppercase()), "{}", shown[4]);
    assert_eq!(shown[5], "field app_id | what is put there | 放在这里的内容 | hd-12345");
    assert!(shown.last().unwrap().starts_with("body | the body that leaves"), "{shown:#?}");
}

#[test]
fn what_is_made_of_secrets_alone_is_a_secret_too() {
    let body = "param=%7B%7D";
    let shown = lines(&traced(&built(PEOPLE, Way::Out, &site()), Way::Out, &form(), body));
    assert_eq!(shown[0], "half | digest MD5 | MD5 摘要 | ••••");
    assert_eq!(shown[3], "field appCode | what is put there | 放在这里的内容 | ••••");
    let all = shown[..shown.len() - 1].join("\n");
    assert!(!all.contains("hd12345") && !all.contains("f00dcafe"), "{all}");
}

#[test]
fn a_push_is_walked_to_its_end_and_the_verdict_told() {
    let theirs = built(GJZWFWPT, Way::In, &site());
    let mut asked = request(Method::POST, "http://127.0.0.1/", "application/json", "{}");
    built(GJZWFWPT, Way::Out, &site()).apply(&mut asked, at(1_700_000_000)).unwrap();
    let shown = lines(&traced(&theirs, Way::In, asked.headers(), "{}"));
    assert!(shown.iter().any(|line| line == "verdict | the signature fits | 签名相符 | "), "{shown:#?}");
    asked.headers_mut().insert("gjzwfwpt_sign", "AAAA".parse().unwrap());
    let shown = lines(&traced(&theirs, Way::In, asked.headers(), "{}"));
    assert!(shown.iter().any(|line| line.starts_with("sign | HMAC-SHA256 |")), "{shown:#?}");
    assert!(shown.iter().any(|line| line.starts_with("verdict | the signature does not fit")), "{shown:#?}");
}

#[tokio::test]
async fn the_tap_is_told_of_secrets_that_leave() {
    let ours = built(PEOPLE, Way::Out, &site());
    let tap = Tap::default();
    tap.on(async {
        let mut asked = request(Method::POST, "http://127.0.0.1/v2", FORM, "param=%7B%7D");
        ours.apply(&mut asked, at(0)).unwrap();
    })
    .await;
    assert_eq!(tap.redacted("token=f00dcafe&appCode=hd12345&signature=x"), "token=••••&appCode=••••&signature=x");
    let debug = format!("{ours:?}");
    assert_eq!(debug, r#"Recipe { way: Out, steps: ["half", "signature"], .. }"#);
}

#[test]
fn a_streamed_body_is_signed_only_where_nothing_reads_it() {
    let stream = || {
        let mut asked = request(Method::POST, "http://127.0.0.1/", "", "");
        let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>("piece")]);
        *asked.body_mut() = Some(reqwest::Body::wrap_stream(pieces));
        asked
    };
    built(GJZWFWPT, Way::Out, &site()).apply(&mut stream(), at(0)).unwrap();
    let reads = built(PEOPLE, Way::Out, &site());
    assert!(reads.reads_body());
    assert_eq!(reads.apply(&mut stream(), at(0)).unwrap_err().word(), "malformed");
    let bare = reads.apply(&mut request(Method::POST, "http://127.0.0.1/", FORM, "x=1"), at(0)).unwrap_err();
    assert!(bare.to_string().contains("the field `param` of the body"), "{bare}");
}
