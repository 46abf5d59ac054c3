//! What is read out of bodies, and that nothing pushed can make the reader fall over.

use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn push(content_type: &str, body: impl Into<Bytes>) -> Push {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
    Push {
        method: Method::POST,
        target: "/channels/x".into(),
        headers,
        body: Personal::new(body.into()),
        peer: ([127, 0, 0, 1], 1).into(),
        received_at: Timestamp::UNIX_EPOCH,
        envelope: None,
    }
}

fn reader(items: Option<&str>) -> Reader {
    let place = |text: &str| Pointer::parse(text).unwrap();
    Reader {
        format: None,
        xml: Reading::default(),
        parts: Parts { json: vec![], most: 2, largest: 1 << 20 },
        items: items.map(place),
        id: place("no"),
        version: Some(place("rev")),
        sent_at: Some(place("at")),
        zone: TimeZone::fixed(jiff::tz::offset(8)),
    }
}

fn lone(content_type: &str, body: &str) -> Submission {
    let mut items = reader(None).read(&push(content_type, body.to_owned())).unwrap();
    match (items.pop(), items.len()) {
        (Some(Item::Submission(submission)), 0) => *submission,
        other => panic!("one submission was expected, not {other:?}"),
    }
}

fn refused(reader: &Reader, content_type: &str, body: &[u8]) -> (Raw, String) {
    match reader.read(&push(content_type, body.to_vec())) {
        Err(Refusal::Unreadable { raw, reason }) => (raw, reason),
        other => panic!("unreadable was expected, not {other:?}"),
    }
}

#[test]
fn a_lone_submission_keeps_its_bytes() {
    let body = r#" { "no" : 12, "rev": 3, "at": "2026-12-01 08:00:00", "b": 1, "a": 2 } "#;
    let read = lone("application/json; charset=UTF-8", body);
    assert_eq!(read.external_id.as_str(), "12");
    assert_eq!(read.version, Some(SourceVersion("3".into())));
    assert_eq!(read.sent_at, Some("2026-12-01T00:00:00Z".parse().unwrap()), "meant in the site's zone");
    assert_eq!(read.raw, Raw::new(body.to_owned(), "application/json"));
    assert_eq!(read.document.reveal()["a"], 2);
}

#[test]
fn a_form_is_a_submission() {
    let read = lone("application/x-www-form-urlencoded", "no=A1&at=1764547200&tag=x&tag=y");
    assert_eq!(read.external_id.as_str(), "A1");
    assert_eq!(read.sent_at, Some(Timestamp::from_second(1_764_547_200).unwrap()));
    assert_eq!(read.document.reveal()["tag"], json!(["x", "y"]));
    assert_eq!(read.raw.media_type, "application/x-www-form-urlencoded");
}

#[test]
fn xml_is_a_submission_that_keeps_its_bytes() {
    let mut reader = reader(None);
    reader.id = Pointer::parse("/letter/@no").unwrap();
    let body =
        [&b"<?xml version='1.0' encoding='GB2312'?><letter no='A1'><title>"[..], b"\xc2\xb7\xb5\xc6</title></letter>"];
    let body = body.concat();
    for media_type in ["text/xml", "application/soap+xml; charset=gbk"] {
        let mut items = reader.read(&push(media_type, body.clone())).unwrap();
        let Some(Item::Submission(read)) = items.pop() else { panic!("a submission was expected") };
        assert_eq!(read.raw, Raw::new(body.clone(), "application/xml"));
        assert_eq!(*read.document.reveal(), json!({ "letter": { "@no": "A1", "title": "路灯" } }));
    }
    let (raw, reason) = refused(&reader, "text/xml; charset=utf-8", &body);
    assert_eq!((raw.media_type.as_str(), &raw.bytes.reveal()[..]), ("application/xml", &body[..]));
    assert!(reason.contains("UTF-8") && reason.contains("GBK"), "{reason}");
    let (_, reason) = refused(&reader, "text/xml", b"<!DOCTYPE letter><letter no='A1'/>");
    assert!(reason.contains("DOCTYPE"), "{reason}");
}

const PARTS: &str = "multipart/form-data; boundary=b";

fn parts(fields: &str, files: usize) -> String {
    let file = "--b\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\nfile\r\n".repeat(files);
    format!("--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{fields}\r\n{file}--b--\r\n")
}

#[test]
fn a_form_of_parts_is_a_submission_with_its_files() {
    let mut reader = reader(None);
    reader.parts.json = vec!["data".into()];
    reader.id = Pointer::parse("/data/no").unwrap();
    let mut items = reader.read(&push(PARTS, parts("{ \"z\": 1, \"no\": \"A1\" }", 2))).unwrap();
    let Some(Item::Submission(read)) = items.pop() else { panic!("a submission was expected") };
    assert_eq!(read.raw, Raw::new("{\"data\":{\"no\":\"A1\",\"z\":1}}", "application/json"), "its fields, canonical");
    assert_eq!(read.attachments.len(), 2);
    // What cannot be told apart as a submission is kept with its files.
    for (fields, part) in [("{}", "the id is needed"), ("{", "part 1 is declared"), ("{\"no\":\"\"}", "empty")] {
        let body = parts(fields, 1);
        let (raw, reason) = refused(&reader, PARTS, body.as_bytes());
        assert_eq!((raw.media_type.as_str(), &raw.bytes.reveal()[..]), ("multipart/form-data", body.as_bytes()));
        assert!(reason.contains(part), "{reason}");
    }
    assert!(refused(&reader, PARTS, parts("{\"no\":1}", 3).as_bytes()).1.contains("receive.max_files"));
}

#[test]
fn files_belong_to_the_one_submission_of_a_list() {
    let mut reader = reader(Some("/data"));
    reader.parts.json = vec!["data".into()];
    let items = reader.read(&push(PARTS, parts("[{\"no\":1}]", 1))).unwrap();
    let Some(Item::Submission(read)) = items.first() else { panic!("a submission was expected") };
    assert_eq!(read.attachments.len(), 1);
    assert_eq!(reader.read(&push(PARTS, parts("[{\"no\":1},{\"no\":2}]", 0))).unwrap().len(), 2);
    for torn in ["[{\"no\":1},{\"no\":2}]", "[]", "[{}]"] {
        let body = parts(torn, 1);
        let (raw, _) = refused(&reader, PARTS, body.as_bytes());
        assert_eq!(&raw.bytes.reveal()[..], body.as_bytes(), "nothing of it is lost");
    }
}

#[test]
fn one_bad_element_stops_no_other() {
    let body = json!({ "data": { "rows": [
        { "z": 1, "no": "A1", "a": "路灯" }, { "title": "no number" }, 7, { "no": "" }, { "no": "A2", "rev": [] }, { "no": "A3" },
    ] } });
    for place in ["/data/rows", "data.rows"] {
        let items = reader(Some(place)).read(&push("application/json", body.to_string())).unwrap();
        let told: Vec<_> = items
            .iter()
            .map(|item| match item {
                Item::Submission(submission) => submission.external_id.as_str().to_owned(),
                Item::Unreadable(unreadable) => unreadable.reason.en.clone(),
            })
            .collect();
        assert_eq!(
            told,
            [
                "A1",
                "at `no` stands nothing, the id is needed",
                "at `no` stands nothing, the id is needed",
                "at `no`: the id is empty",
                "at `rev` stands a list, a version as text or whole number is needed",
                "A3",
            ]
        );
        let Item::Submission(first) = &items[0] else { unreachable!() };
        assert_eq!(first.raw, Raw::new(r#"{"a":"路灯","no":"A1","z":1}"#, "application/json"), "canonical");
    }
}

#[test]
fn a_body_can_be_the_list_itself() {
    let items = reader(Some("")).read(&push("application/json", r#"[{"no":1},{"no":2}]"#)).unwrap();
    assert_eq!(items.len(), 2);
}

#[test]
fn what_cannot_be_read_is_kept_with_a_reason() {
    let one = reader(None);
    let many = reader(Some("/rows"));
    for (reader, content_type, body, part) in [
        (&one, "application/json", &b"{\"no\":"[..], "the body is no JSON"),
        (&one, "application/json", b"[{\"no\":1}]", "at `no` stands nothing"),
        (&one, "application/json", b"{\"no\":1.5}", "a fraction"),
        (&one, "application/json; charset=gbk", b"{\"no\":1}", "charset"),
        (&one, "application/x-www-form-urlencoded", b"no=%zz", "byte 3"),
        (&one, "text/plain", b"no=1", "content type"),
        (&many, "application/json", b"{\"rows\":{}}", "at `/rows` stands an object"),
        (&many, "application/json", b"{}", "at `/rows` stands nothing"),
    ] {
        let (raw, reason) = refused(reader, content_type, body);
        assert_eq!(raw.bytes.reveal(), body);
        assert!(reason.contains(part), "{reason}");
    }
    let mut zipped = push("application/json", "{\"no\":1}");
    zipped.headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    assert!(matches!(one.read(&zipped), Err(Refusal::Unreadable { .. })));
}

#[test]
fn no_reason_quotes_what_a_citizen_wrote() {
    let personal = "13800000000";
    for body in
        [format!("{{\"no\": \"{personal}"), format!("{{\"no\": {{\"{personal}\": 1}}}}"), format!("[{personal}x]")]
    {
        let (_, reason) = refused(&reader(None), "application/json", body.as_bytes());
        assert!(!reason.contains(personal), "{reason}");
    }
}

#[test]
fn a_declared_format_needs_no_content_type() {
    let mut reader = reader(None);
    reader.format = Some(Format::Json);
    assert_eq!(reader.read(&push("text/plain", "{\"no\":1}")).unwrap().len(), 1);
}

#[test]
fn moments_are_read_as_far_sides_write_them() {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let noon: Timestamp = "2026-12-01T04:00:00Z".parse().unwrap();
    for value in [
        json!("2026-12-01T12:00:00+08:00"),
        json!("2026-12-01 12:00:00"),
        json!("2026-12-01T12:00"),
        json!(noon.as_second()),
        json!(noon.as_millisecond()),
        json!(noon.as_millisecond().to_string()),
    ] {
        assert_eq!(moment(&value, &zone), Some(noon), "{value}");
    }
    for value in [json!(null), json!(""), json!("昨天"), json!({}), json!(u64::MAX)] {
        assert_eq!(moment(&value, &zone), None, "{value}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("no|rev|at|rows|\\PC{0,3}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_kept(document in any_json(), lists: bool) {
        let body = document.to_string();
        let pushed = push("application/json", body.clone());
        let place = if lists { Some("/rows") } else { None };
        match reader(place).read(&pushed) {
            Ok(items) => {
                let told = if lists { document["rows"].as_array().map_or(usize::MAX, Vec::len) } else { 1 };
                prop_assert_eq!(items.len(), told, "every element becomes exactly one item");
            }
            Err(Refusal::Unreadable { raw, .. }) => prop_assert_eq!(&raw.bytes.reveal()[..], body.as_bytes()),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_bytes_are_read_or_kept(body in prop::collection::vec(any::<u8>(), 0..200), form: bool) {
        let content_type = if form { FORM } else { JSON };
        match reader(None).read(&push(content_type, body.clone())) {
            Ok(items) => prop_assert_eq!(items.len(), 1),
            Err(Refusal::Unreadable { raw, .. }) => prop_assert_eq!(&raw.bytes.reveal()[..], &body[..]),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn the_raw_form_of_an_element_is_its_document(document in any_json()) {
        let body = json!({ "rows": [{ "no": "A1", "rest": document }] }).to_string();
        let items = reader(Some("/rows")).read(&push("application/json", body)).unwrap();
        let Some(Item::Submission(read)) = items.first() else { return Err(TestCaseError::fail("not read")) };
        let again: Value = serde_json::from_slice(read.raw.bytes.reveal()).unwrap();
        prop_assert_eq!(&again, read.document.reveal());
    }
}
