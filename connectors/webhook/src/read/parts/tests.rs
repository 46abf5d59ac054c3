//! Forms of parts as browsers, Java clients and scripts write them.

use encoding_rs::GBK;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const TYPE: &str = "multipart/form-data; boundary=XyZ";

fn parts() -> Parts {
    Parts { json: vec!["data".into()], most: 2, largest: 64 }
}

fn form(parts: &[(&[u8], &[u8])]) -> Bytes {
    let mut out = Vec::new();
    for (head, content) in parts {
        out.extend([b"--XyZ\r\n", *head, b"\r\n\r\n", *content, b"\r\n"].concat());
    }
    out.extend(b"--XyZ--\r\n");
    out.into()
}

fn field<'a>(name: &'a str, content: &'a str) -> (String, &'a [u8]) {
    (format!("Content-Disposition: form-data; name=\"{name}\""), content.as_bytes())
}

fn read(given: &[(&[u8], &[u8])]) -> Result<(Value, Vec<Attachment>), BadParts> {
    parts().read(&form(given), TYPE)
}

fn shown(file: &Attachment) -> (&str, Option<&str>, &[u8]) {
    let AttachmentSource::Bytes(bytes) = &file.source else { panic!("its bytes came along") };
    (file.name.reveal(), file.media_type.as_deref(), bytes.reveal())
}

#[test]
fn fields_are_a_document_and_files_are_attachments_in_order() {
    let fields =
        [field("no", "A1"), field("tag", "甲"), field("data", "{\"title\":\"路灯\",\"n\":1}"), field("tag", "乙")];
    let mut given: Vec<(&[u8], &[u8])> = fields.iter().map(|(head, content)| (head.as_bytes(), *content)).collect();
    let photo = "Content-Disposition: form-data; name=\"f\"; filename=\"现场 1.jpg\"\r\nContent-Type: image/JPEG; x=1";
    given.insert(1, (photo.as_bytes(), b"\xff\xd8\r\n--XyZ not the end\r\n"));
    given.push((b"content-disposition: form-data; name=f; filename=b.txt", b""));
    given.push((b"Content-Disposition: form-data; name=\"f\"; filename=\"\"", b""));
    let Err(bad) = read(&given) else { panic!("a boundary inside a file ends it") };
    assert_eq!(bad, BadParts::Broken(3));
    given[1].1 = b"\xff\xd8\r\n--Xy not the end\r\n";
    let (document, files) = read(&given).unwrap();
    assert_eq!(document, json!({ "no": "A1", "tag": ["甲", "乙"], "data": { "title": "路灯", "n": 1 } }));
    let files: Vec<_> = files.iter().map(shown).collect();
    let photo: &[u8] = b"\xff\xd8\r\n--Xy not the end\r\n";
    assert_eq!(files, [("现场 1.jpg", Some("image/jpeg"), photo), ("b.txt", None, b"")], "an unchosen file is none");
}

#[test]
fn names_are_read_as_far_sides_write_them() {
    let gbk = |text: &str| GBK.encode(text).0.into_owned();
    // The second byte of 誠 in GBK is a backslash.
    let raw = [b"form-data; name=\"f\"; filename=\"", &gbk("誠信证明.doc")[..], b"\""].concat();
    let last = [b"form-data; name=\"f\"; filename=\"", &gbk("証\u{8aa0}")[..], b"\"; x=\"1\""].concat();
    let bare = [b"form-data; name=f; filename=", &gbk("合同.pdf")[..]].concat();
    for (head, wanted) in [
        (&raw[..], "誠信证明.doc"),
        (&last, "証誠"),
        (&bare, "合同.pdf"),
        ("form-data; filename=\"现场;1.jpg\"; name=\"f\"".as_bytes(), "现场;1.jpg"),
        (b"form-data; name=f; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.jpg; filename=\"x.jpg\"", "现场.jpg"),
        (b"form-data; name=f; filename=\"x.jpg\"; filename*=gb2312'zh'%CF%D6%B3%A1.jpg", "现场.jpg"),
        (b"form-data; name=f; filename*0*=GBK''%CF%D6; filename*1=\"a\"; filename*2*=%B3%A1.jpg", "现a场.jpg"),
        (b"form-data; name=f; filename*0=\"a\"; filename*1=\"b.jpg\"", "ab.jpg"),
        (b"form-data; name=f; filename=\"a\\\"b.txt\"", "a\"b.txt"),
        (b"form-data; name=f; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt"),
        (b"form-data; name=f; FileName = \"a.txt\" ", "a.txt"),
        (b"form-data; name=f; filename=\"a.txt", "a.txt"),
    ] {
        let head = [b"Content-Disposition: ", head].concat();
        let (_, files) = read(&[(&head, b"x")]).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.reveal().as_str()).collect();
        assert_eq!(names, [wanted], "{}", String::from_utf8_lossy(&head));
    }
}

#[test]
fn a_field_says_its_charset_or_is_utf_8() {
    let head = b"Content-Disposition: form-data; name=\"t\"\r\nContent-Type: text/plain; charset=gbk";
    let gbk = GBK.encode("路灯").0.into_owned();
    assert_eq!(read(&[(head, &gbk)]).unwrap().0, json!({ "t": "路灯" }));
    let plain: &[u8] = b"Content-Disposition: form-data; name=\"t\"";
    assert_eq!(read(&[(plain, &gbk)]), Err(BadParts::NotText(1, "UTF-8")));
    assert_eq!(read(&[(head, b"\xff\xff")]), Err(BadParts::NotText(1, "GBK")));
    let head = b"Content-Disposition: form-data; name=\"t\"\r\nContent-Type: text/plain; charset=klingon";
    assert_eq!(read(&[(head, b"x")]), Err(BadParts::Charset(1)));
}

#[test]
fn lists_in_json_parts_are_one_value() {
    let given = [field("data", "[1]"), field("data", "[2]")];
    let given: Vec<(&[u8], &[u8])> = given.iter().map(|(head, content)| (head.as_bytes(), *content)).collect();
    assert_eq!(read(&given).unwrap().0, json!({ "data": [[1], [2]] }));
}

#[test]
fn what_is_not_taken_is_told_by_its_place() {
    let file: &[u8] = b"Content-Disposition: form-data; name=f; filename=a.txt";
    let id: &[u8] = b"Content-Disposition: form-data; name=no";
    for (given, wanted) in [
        (&[(file, &b"1"[..]), (file, b"2"), (file, b"3")][..], BadParts::TooManyFiles(2)),
        (&[(id, b"1"), (file, &[b'x'; 65])], BadParts::TooLargeFile(2, 64)),
        (&[(b"Content-Disposition: form-data; name=data", b"{\n13800000000")], BadParts::NotJson(1, 2, 1)),
        (&[(b"Content-Disposition: form-data", b"1")], BadParts::Nameless(1)),
        (&[(b"X: y", b"1")], BadParts::Nameless(1)),
        (&[(&[id, b"\r\nContent-Transfer-Encoding: base64"].concat(), b"MQ==")], BadParts::Packed(1, "base64")),
    ] {
        let bad = read(given).unwrap_err();
        assert_eq!(bad, wanted);
        assert!(!bad.to_string().contains("13800000000"));
    }
    let many: Vec<(&[u8], &[u8])> = vec![(id, b"1"); MOST_PARTS + 1];
    assert_eq!(read(&many), Err(BadParts::TooMany));
    assert_eq!(parts().read(&form(&[(id, b"1")]), "multipart/form-data"), Err(BadParts::Boundary));
    let whole = form(&[(id, b"1"), (file, b"2")]);
    // Without its last line break it still is whole; from there on back it is cut.
    for cut in 0..whole.len() - 4 {
        assert!(parts().read(&whole.slice(..cut), TYPE).is_err(), "cut at {cut}");
    }
}

proptest! {
    #[test]
    fn what_was_sent_comes_back(
        fields in prop::collection::btree_map("[a-z]{1,6}", "\\PC{0,20}", 0..5),
        files in prop::collection::vec(("[^\"\\\\\\pC]{1,12}", prop::collection::vec(any::<u8>(), 0..60)), 0..3),
    ) {
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != "data").collect();
        let mut given: Vec<(Vec<u8>, Vec<u8>)> = fields
            .iter()
            .map(|(name, text)| (format!("Content-Disposition: form-data; name=\"{name}\"").into(), text.as_bytes().to_vec()))
            .collect();
        for (name, bytes) in &files {
            given.push((format!("Content-Disposition: form-data; name=\"f\"; filename=\"{name}\"").into(), bytes.clone()));
        }
        let given: Vec<(&[u8], &[u8])> = given.iter().map(|(head, content)| (&head[..], &content[..])).collect();
        let parts = Parts { most: 3, ..parts() };
        let (document, found) = parts.read(&form(&given), TYPE).unwrap();
        let wanted: Map<_, _> = fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
        prop_assert_eq!(document, Value::Object(wanted));
        let found: Vec<_> = found.iter().map(shown).map(|(name, _, bytes)| (name.to_owned(), bytes.to_vec())).collect();
        prop_assert_eq!(found, files);
    }

    #[test]
    fn no_bytes_make_it_panic_or_wait(
        pieces in prop::collection::vec(
            prop_oneof![
                Just(b"--XyZ".to_vec()), Just(b"\r\n".to_vec()), Just(b"--".to_vec()), Just(b"\"".to_vec()),
                Just(b"Content-Disposition: form-data; name=f; filename=".to_vec()), Just(b"\r\n\r\n".to_vec()),
                prop::collection::vec(any::<u8>(), 0..8),
            ],
            0..20,
        ),
    ) {
        let _ = parts().read(&pieces.concat().into(), TYPE);
    }

    #[test]
    fn no_head_makes_a_name_panic(head in prop::collection::vec(any::<u8>(), 0..60), n in "[*0-9]{0,3}") {
        let spelt = [b"x; filename", n.as_bytes(), b"=", &head[..]].concat();
        for name in ["name", "filename"] {
            let _ = name::parameter(&head, name);
            let _ = name::parameter(&spelt, name);
        }
    }
}
