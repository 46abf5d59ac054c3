//! Letters of our own making, each as it is carried (`corpus/NAME.eml`) beside what it becomes (`corpus/NAME.json`).
//!
//! `HUILIU_GOLDEN=write` makes them anew. What each of them says stands with the code that makes it, so that no new writing
//! of the files can hide a wrong reading.

#![expect(clippy::unwrap_used, reason = "a letter that cannot be made or read shall fail")]

mod charsets;
mod hand;
mod limits;
mod names;
mod parts;
mod troubles;

use std::collections::BTreeSet;
use std::path::PathBuf;

use hand::Made;
use huiliu_letter::{How, Letter, read};
use jiff::tz::TimeZone;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn how() -> How {
    How { zone: TimeZone::get("Asia/Shanghai").unwrap(), ..How::default() }
}

fn all() -> Vec<Made> {
    [charsets::letters(), names::letters(), parts::letters(), troubles::letters()].into_iter().flatten().collect()
}

fn says(letter: &Letter) -> (String, String, Vec<String>, bool) {
    let files = letter.files.iter().map(|file| format!("{} {}", file.sort.word(), file.name)).collect();
    (letter.subject.clone(), letter.text.clone(), files, letter.charset_guessed)
}

#[test]
fn every_letter_says_what_its_author_wrote() {
    let mut wrong = Vec::new();
    for made in all() {
        let letter = read(&made.raw, &how()).unwrap();
        let files: Vec<String> = made.files.iter().map(|file| (*file).to_owned()).collect();
        let expected = (made.subject, made.text, files, made.guessed);
        let said = says(&letter);
        if said != expected {
            wrong.push(format!("{}\n  {said:?}\n  {expected:?}", made.name));
        }
        for note in made.notes {
            if letter.notes.iter().all(|own| !own.zh.contains(note)) {
                wrong.push(format!("{}: {note} is not among {:?}", made.name, letter.notes));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_corpus_is_what_is_made_and_each_letter_becomes_the_document_beside_it() {
    let write = std::env::var("HUILIU_GOLDEN").is_ok_and(|value| value == "write");
    let mut names = BTreeSet::new();
    for made in all() {
        assert!(names.insert(made.name), "{} is made twice", made.name);
        let document = read(&made.raw, &how()).unwrap().document();
        let document = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
        let (letter, json) =
            (corpus().join(made.name).with_extension("eml"), corpus().join(made.name).with_extension("json"));
        if write {
            std::fs::write(&letter, &made.raw).unwrap();
            std::fs::write(&json, &document).unwrap();
        }
        assert!(std::fs::read(&letter).unwrap() == made.raw, "{} is not what is made", letter.display());
        assert_eq!(std::fs::read_to_string(&json).unwrap(), document, "{}", made.name);
    }
    for entry in std::fs::read_dir(corpus()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(names.contains(name.as_str()), "{} is no letter's", path.display());
    }
}

#[test]
fn a_letter_is_one_document_however_it_was_carried() {
    let how = how();
    for made in all() {
        let carried = [
            b"Return-Path: <bounce@example.test>\r\nReceived: from a by b;\r\n\tTue, 24 Nov 2026 09:00:00 +0800\r\nX-Spam-Flag: NO\r\n".as_slice(),
            &made.raw,
        ]
        .concat();
        // A letter without a header gets one by this, and one that begins with a mailbox's line gets another place for it.
        if made.is_bare {
            continue;
        }
        let (sent, carried) = (read(&made.raw, &how).unwrap(), read(&carried, &how).unwrap());
        assert_eq!(sent.document(), carried.document(), "{}", made.name);
        assert_eq!(sent.identity.bytes(), carried.identity.bytes(), "{}", made.name);
    }
}

#[test]
fn nothing_is_no_letter() {
    for nothing in [b"".as_slice(), b" \r\n\r\n", b"\0\0"] {
        let not = read(nothing, &how()).unwrap_err();
        assert!(not.reason.zh.contains("不是邮件"));
    }
}

#[test]
fn letters_within_letters_and_reports_are_opened() {
    let find = |name: &str| {
        let made = all().into_iter().find(|made| made.name == name).unwrap();
        read(&made.raw, &how()).unwrap()
    };
    let outer = find("forwarded-as-a-part");
    let [inner] = outer.letters.as_slice() else { panic!("{outer:?}") };
    assert_eq!(inner.from[0].name, "李秀英");
    assert_eq!((inner.subject.as_str(), inner.files.len()), ("石湾镇自来水浑浊", 1));
    assert_eq!(inner.files[0].name, "水样.jpg");
    assert_eq!(find("forwarded-as-a-file").letters.len(), 1);

    let bounce = find("bounce").report.unwrap();
    assert_eq!(bounce.kind, huiliu_letter::ReportKind::DeliveryStatus);
    assert!(bounce.status.contains("Diagnostic-Code: smtp; 550 5.1.1"), "{}", bounce.status);
    assert_eq!(bounce.returned.unwrap().get("message-id"), Some("<t.42.1.abcdefghij@12345.example.test>"));
    let receipt = find("read-receipt").report.unwrap();
    assert_eq!(receipt.kind, huiliu_letter::ReportKind::DispositionNotification);
    assert!(find("encrypted-pgp").unreadable.is_some() && find("encrypted-smime").unreadable.is_some());
    assert!(find("signed-in-one-block").unreadable.unwrap().en.contains("inside of a signature"));
    assert!(find("encrypted-in-the-text").unreadable.is_some() && find("signed").unreadable.is_none());
}

#[test]
fn nothing_of_a_letter_shows_in_its_debug() {
    for made in all() {
        let letter = read(&made.raw, &how()).unwrap();
        let shown = format!("{letter:?}");
        for words in [&letter.subject, &letter.text].into_iter().filter(|words| words.chars().count() > 3) {
            assert!(!shown.contains(words.as_str()), "{}", made.name);
        }
        assert!(!shown.contains('@'), "{}: {shown}", made.name);
    }
}
