//! What is dotted and what is not.

use http::StatusCode;
use serde_json::json;

use super::*;

fn knowing(secrets: &[&str]) -> Vec<Secret> {
    secrets.iter().map(|text| Secret::new(*text)).collect()
}

fn answer(text: &str) -> Answer {
    Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::copy_from_slice(text.as_bytes()) }
}

#[test]
fn a_secret_is_dotted_in_every_way_of_writing() {
    let secrets = knowing(&["p&ss \"w\"", "7"]);
    let redactor = Redactor::new(&secrets);
    let url: Url = "http://a.cn/list?key=p%26ss+%22w%22&page=7&text=17&name=%E8%B7%AF".parse().unwrap();
    assert_eq!(redactor.address(&url), format!("http://a.cn/list?key={DOTS}&page={DOTS}&text=17&name=路"));
    for written in ["p&ss \"w\"", "x p%26ss+%22w%22 x", "x p%26ss%20%22w%22", "x p&ss \\\"w\\\"", "p&amp;ss \"w\""] {
        let shown = redactor.text(written);
        assert!(shown.contains(DOTS) && !shown.contains("ss"), "{shown}");
    }
    let Content::Json(body) = redactor.body(br#"{"a":{"b":["x p&ss \"w\" y", 7, 17]}}"#, None, false) else { panic!() };
    assert_eq!(body, json!({ "a": { "b": [format!("x {DOTS} y"), DOTS, 17] } }));
}

#[test]
fn what_is_called_like_a_secret_is_dotted_and_the_place_in_a_list_is_not() {
    let redactor = Redactor::new(&[]);
    let body = r#"{"access_token":"abc","Password":"x1y","isSecret":"1","secretLevel":"机密级","user":"clerk","nextPageToken":"n1","expires_in":3}"#;
    let Content::Json(body) = redactor.body(body.as_bytes(), None, false) else { panic!() };
    let wanted = json!({ "access_token": DOTS, "Password": DOTS, "isSecret": "1", "secretLevel": "机密级", "user": "clerk", "nextPageToken": "n1", "expires_in": 3 });
    assert_eq!(body, wanted);
    let mut headers = HeaderMap::new();
    headers.insert("set-cookie", "JSESSIONID=1; Path=/".parse().unwrap());
    headers.insert("x-token", "t".parse().unwrap());
    headers.insert("content-type", "text/html".parse().unwrap());
    let shown = redactor.headers(&headers);
    let of = |name: &str| shown.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!((of("set-cookie"), of("x-token"), of("content-type")), (DOTS.into(), DOTS.into(), "text/html".into()));
}

#[test]
fn a_token_under_a_name_that_nobody_declared_is_dotted_in_the_answer_to_a_login_alone() {
    let redactor = Redactor::new(&[]);
    let text = r#"{"code":0,"msg":"登录成功","data":{"ticket":"eyJhbGciOiJIUzI1NiJ9"}}"#;
    let Content::Json(login) = redactor.answer(&answer(text), true) else { panic!() };
    assert_eq!(login, json!({ "code": 0, "msg": "登录成功", "data": { "ticket": DOTS } }));
    let Content::Json(list) = redactor.answer(&answer(text), false) else { panic!() };
    assert_eq!(list["data"]["ticket"], "eyJhbGciOiJIUzI1NiJ9");
    let Content::Text(plain) = redactor.answer(&answer("ok ticket=eyJhbGciOiJIUzI1NiJ9\n"), true) else { panic!() };
    assert_eq!(plain, format!("ok ticket={DOTS}\n"));
}

#[test]
fn a_body_is_shown_by_what_it_is() {
    let redactor = Redactor::new(&[]);
    assert!(matches!(redactor.answer(&answer(""), false), Content::Nothing));
    let Content::Xml(xml) = redactor.answer(&answer("<r><no>1</no></r>"), false) else { panic!() };
    assert_eq!(xml, json!({ "r": { "no": "1" } }));
    assert!(matches!(redactor.answer(&answer("<html><br></html>"), false), Content::Text(_)));
    let bytes = Answer { body: Bytes::from_static(b"\x89PNG\x00\x00\x01\xff\xfe"), ..answer("") };
    assert!(matches!(redactor.answer(&bytes, false), Content::Bytes(Some(9))));
    let Content::Form(form) = redactor.body(b"a=%E8%B7%AF&pwd=123", Some("application/x-www-form-urlencoded"), false)
    else {
        panic!()
    };
    assert_eq!(form, [("a".to_owned(), "路".to_owned()), ("pwd".to_owned(), DOTS.to_owned())]);
}
