//! What letters may cost, and letters that were made to cost more.

use huiliu_letter::{How, Limits, read};
use proptest::prelude::*;
use proptest::sample::Index;

use super::hand::{JPEG, file, letter, multipart, plain};

fn notes(raw: &[u8], limits: Limits) -> Vec<String> {
    let how = How { limits, ..How::default() };
    read(raw, &how).unwrap().notes.into_iter().map(|note| note.en).collect()
}

fn with_a_file() -> Vec<u8> {
    let photo = file("Content-Type: image/jpeg; name=a.jpg\nContent-Disposition: attachment", &JPEG.repeat(1000));
    letter(b"a", "Content-Type: multipart/mixed; boundary=b-0001", &multipart("b-0001", &[&plain("路灯坏了"), &photo]))
}

#[test]
fn of_a_letter_that_is_too_large_the_beginning_is_read_and_no_file() {
    let raw = with_a_file();
    let how = How { limits: Limits { bytes: 10_000, excerpt: 1000, ..Limits::default() }, ..How::default() };
    let letter = read(&raw, &how).unwrap();
    assert_eq!((letter.text.as_str(), letter.files.len(), letter.notes.len()), ("路灯坏了", 0, 1));
    assert!(letter.notes[0].en.contains("too large"));
    assert_eq!(letter.identity.bytes(), huiliu_letter::identity(&raw).bytes(), "it is known by all of it");
}

#[test]
fn what_lies_beyond_a_limit_is_left_out_and_noted() {
    let raw = with_a_file();
    let usual = Limits::default;
    assert_eq!(notes(&raw, usual()), Vec::<String>::new());
    for (limits, word) in [
        (Limits { parts: 1, ..usual() }, "too many parts"),
        (Limits { files: 0, ..usual() }, "too many files"),
        (Limits { levels: 0, ..usual() }, "nested too deeply"),
        (Limits { decoded: 0, ..usual() }, "unpacks to"),
        (Limits { head: 100, ..usual() }, "header is too large"),
        (Limits { field: 20, ..usual() }, "header is too large"),
    ] {
        let notes = notes(&raw, limits);
        assert!(notes.iter().any(|note| note.contains(word)), "{word}: {notes:?}");
    }
    let addresses = letter(b"a", &format!("Cc: {}", vec!["a@b.c"; 600].join(", ")), b"");
    assert!(notes(&addresses, usual()).iter().any(|note| note.contains("too many addresses")));
    let ids: Vec<String> = (0..60).map(|at| format!("<{at}@x>")).collect();
    let letter = read(&letter(b"a", &format!("References: {}", ids.join("\n ")), b""), &How::default()).unwrap();
    assert_eq!((letter.references.len(), letter.references.last().unwrap().as_str()), (50, "59@x"));
}

#[test]
fn letters_made_to_exhaust_are_read_to_their_limits() {
    let head = "Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n";
    let nested: String =
        (0..5000).map(|at| format!("--b{at}\nContent-Type: multipart/mixed; boundary=b{}\n\n", at + 1)).collect();
    for raw in [
        format!("Content-Type: multipart/mixed; boundary=b0\n\n{nested}"),
        format!("Subject: a\n{}", "Content-Type: message/rfc822\n\n".repeat(200_000)),
        format!("{head}{}", "--b\n\na\n".repeat(100_000)),
        format!("{head}{}", "--b\nContent-Type: multipart/mixed; boundary=z\n\nx\n".repeat(100_000)),
        format!("{head}{}", "--b\nContent-Transfer-Encoding: base64\n\nAAAA\n".repeat(100_000)),
        format!("Subject: {}\n\n", "=?gbk?Q?".repeat(100_000)),
        format!("Subject: {}\n\n", "=?gbk?B?wre1xg==?= ".repeat(100_000)),
        format!("To: {}\n\n", "(".repeat(100_000)),
        "a: b\n".repeat(200_000),
        format!("Content-Type: text/plain;{}\n\nx", " name*0*=a;".repeat(10_000)),
        format!("Content-Type: text/html\n\n{}", "<blockquote>x".repeat(100_000)),
        format!("{head}{}", format!("--b\nContent-Type: text/html\n\n{}\n", "<p>x".repeat(10_000)).repeat(100)),
    ] {
        let letter = read(raw.as_bytes(), &How::default()).unwrap();
        assert!(letter.document().is_object());
        assert!(letter.files.len() <= 200 && letter.letters.len() <= 1);
    }
}

#[test]
fn a_letter_that_was_forwarded_ten_times_keeps_its_file() {
    let mut raw = with_a_file();
    for time in 0..10 {
        let inner = [b"Content-Type: message/rfc822\r\n\r\n".as_slice(), &raw].concat();
        let boundary = format!("time-{time}");
        let fields = format!("Content-Type: multipart/mixed; boundary={boundary}");
        raw = letter(b"Fw: a", &fields, &multipart(&boundary, &[&plain("转发"), &inner]));
    }
    let mut letter = &read(&raw, &How::default()).unwrap();
    while let Some(inner) = letter.letters.first() {
        assert_eq!((letter.notes.len(), letter.text.as_str()), (0, "转发"));
        letter = inner;
    }
    assert_eq!((letter.text.as_str(), letter.files[0].bytes.len()), ("路灯坏了", JPEG.len() * 1000));
}

#[test]
fn no_setting_lets_a_letter_run_over_the_stack() {
    let how = How {
        limits: Limits { levels: usize::MAX, parts: usize::MAX, decoded: usize::MAX, ..Limits::default() },
        ..How::default()
    };
    let level = |at: usize| {
        format!(
            "Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\nContent-Type: message/rfc822\n\nSubject: {at}\n"
        )
    };
    let raw: String = (0..20_000).map(level).collect();
    let mut letter = &read(raw.as_bytes(), &how).unwrap();
    let mut depth = 0;
    while let Some(inner) = letter.letters.first() {
        (letter, depth) = (inner, depth + 1);
    }
    assert!((10..=Limits::MOST_LEVELS).contains(&depth), "{depth}");
    assert!(letter.notes.iter().any(|note| note.en.contains("nested too deeply")));
}

#[test]
fn what_answers_need_is_told() {
    let fields = "Return-Path: <>\nIn-Reply-To: <long-id.\n part@x>\nReply-To: =?utf-8?B?5byg5LiJ?= <z@x>\nAuto-Submitted: auto-replied";
    let letter = read(&letter(b"a", fields, b""), &How::default()).unwrap();
    assert_eq!(letter.return_path.as_deref(), Some(""));
    assert_eq!(letter.in_reply_to, ["long-id.part@x"]);
    assert_eq!((letter.reply_to[0].name.as_str(), letter.reply_to[0].address.as_str()), ("张三", "z@x"));
    assert_eq!(letter.fields.get("auto-submitted"), Some("auto-replied"));
    assert_eq!(letter.message_id.as_deref(), Some("7f3a.2611@mail.example.test"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn letters_that_are_nearly_letters_are_read(
        which in any::<Index>(), other in any::<Index>(), at in any::<Index>(), from in any::<Index>(), byte in any::<u8>(),
        kind in 0..5_u8,
    ) {
        let all = super::all();
        let (mut raw, other) = (all[which.index(all.len())].raw.clone(), &all[other.index(all.len())].raw);
        let (at, from) = (at.index(raw.len()), from.index(other.len()));
        match kind {
            0 => raw[at] = byte,
            1 => raw.truncate(at),
            2 => raw = [&raw[..at], &other[from..]].concat(),
            3 => raw = [&raw[..at], &raw[at..], &raw[at..]].concat(),
            _ => raw.insert(at, byte),
        }
        if let Ok(letter) = read(&raw, &How::default()) {
            prop_assert!(letter.document().is_object());
            prop_assert!(!letter.text.contains(['\0', '\r']) && !letter.subject.contains(['\n', '\r']));
            prop_assert!(letter.identity.bytes().len() <= raw.len() + 64);
        }
    }
}
