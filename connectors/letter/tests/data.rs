//! Real letters of other mail libraries' tests, where they lie beside the workspace: every one is read, and those with an
//! expected reading are compared with it.

#![expect(clippy::unwrap_used, reason = "a letter that cannot be read shall fail")]

use std::path::{Path, PathBuf};

use huiliu_letter::{How, Letter, read};
use serde_json::Value;

/// The folder of the letters, or none, with a notice.
fn data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("LETTERS_DATA").map_or(beside, PathBuf::from).join("email");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there (LETTERS_DATA names it)", folder.display());
    None
}

fn walk(folder: &Path, to: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, to) } else { to.push(path) }
    }
    to.sort();
}

/// What a letter says as another library read it.
struct Said {
    subject: String,
    from: Vec<(String, String)>,
    date: Option<i64>,
    text: String,
    files: Vec<String>,
}

#[test]
fn every_letter_is_read() {
    let Some(folder) = data() else { return };
    let mut paths = Vec::new();
    walk(&folder, &mut paths);
    let mut count = 0;
    for path in paths.iter().filter(|path| path.extension().is_none_or(|end| end != "json" && end != "jsonl")) {
        let raw = std::fs::read(path).unwrap();
        match read(&raw, &How::default()) {
            Ok(letter) => assert!(letter.document().is_object()),
            Err(not) => assert!(raw.trim_ascii().is_empty(), "{}: {not}", path.display()),
        }
        count += 1;
    }
    assert!(count > 300, "{count}");
    println!("{count} letters");
}

#[test]
fn letters_are_read_as_another_library_reads_them_but_for_what_is_listed() {
    let Some(folder) = data() else { return };
    let folder = folder.join("stalwart-mail-parser/resources/eml");
    let mut paths = Vec::new();
    walk(&folder, &mut paths);
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "eml")) {
        let expected: Value = serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let raw = std::fs::read(path).unwrap();
        let unix: Vec<u8> = raw.into_iter().filter(|byte| *byte != b'\r').collect();
        let network = unix.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
        count += 1;
        let name = path.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        for raw in [unix, network] {
            compare(&name, &ours(&read(&raw, &How::default()).unwrap()), &theirs(&expected), &mut wrong);
        }
    }
    assert!(count > 100 && wrong.is_empty(), "{count} letters; {} differ\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(name: &str, ours: &Said, theirs: &Said, wrong: &mut Vec<String>) {
    let fields = [
        ("subject", ours.subject.clone(), theirs.subject.clone()),
        ("from", format!("{:?}", ours.from), format!("{:?}", theirs.from)),
        ("date", format!("{:?}", ours.date), format!("{:?}", theirs.date)),
        ("text", ours.text.clone(), theirs.text.clone()),
        ("files", format!("{:?}", ours.files), format!("{:?}", theirs.files)),
    ];
    for (what, ours, theirs) in fields {
        let listed = LISTED.iter().any(|(letter, field, _)| *letter == name && *field == what);
        if (ours == theirs) == listed {
            wrong.push(format!("{name} {what}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
}

/// What differs, and why it shall.
const LISTED: &[(&str, &str, &str)] = &[
    ("legacy/010", "subject", "raw bytes without a label are read, not marked"),
    ("legacy/016", "files", "raw bytes without a label are read, not marked"),
    ("legacy/020", "subject", "raw bytes without a label are read, not marked"),
    ("legacy/022", "subject", "raw bytes without a label are read, not marked"),
    ("legacy/023", "files", "raw bytes without a label are read, not marked"),
    ("legacy/026", "files", "raw bytes without a label are read, not marked"),
    ("legacy/027", "subject", "raw bytes without a label are read, not marked"),
    ("legacy/033", "text", "raw bytes without a label are read, not marked"),
    ("legacy/052", "text", "raw bytes without a label are read, not marked"),
    ("legacy/052", "subject", "one accented letter without any label is taken for GBK"),
    ("legacy/035", "files", "a backslash in a Windows path is no escape"),
    ("legacy/039", "files", "a backslash in a Windows path is no escape"),
    ("malformed/001", "text", "without its boundary all of it is text, not a file"),
    ("malformed/002", "text", "without its boundary all of it is text, not a file"),
    ("malformed/003", "text", "a boundary that is also its parent's ends nothing"),
    ("malformed/004", "text", "without its boundary all of it is text, not a file"),
    ("malformed/005", "text", "the inner boundary is the outer one's end"),
    ("malformed/006", "text", "an inner multipart that is cut keeps its words"),
    ("malformed/008", "text", "each part is read up to the next boundary of any level"),
    ("malformed/009", "text", "each part is read up to the next boundary of any level"),
    ("malformed/011", "text", "each part is read up to the next boundary of any level"),
    ("malformed/016", "text", "a boundary inside of another level's part is text"),
    ("malformed/017", "files", "a file whose encoding is broken is a file"),
    ("malformed/019", "text", "a part without an empty line keeps its words"),
    ("malformed/020", "text", "what stands before the first boundary is no part"),
    ("malformed/021", "text", "what stands before the first boundary is no part"),
    ("rfc/000", "text", "text/enriched is read"),
    ("rfc/006", "text", "a plain part that points to the HTML is a stub"),
    ("thirdparty/000", "text", "zero bytes are left out"),
    ("thirdparty/002", "text", "what stands behind the end of base64 is decoded as well"),
    ("thirdparty/015", "files", "attached letters are files"),
];

fn ours(letter: &Letter) -> Said {
    let mut files: Vec<String> = letter.files.iter().map(|file| one_line(&file.original_name)).collect();
    files.retain(|name| !name.is_empty());
    Said {
        subject: one_line(&letter.subject),
        from: letter.from.iter().map(|from| (one_line(&from.name), from.address.clone())).collect(),
        date: letter.date.map(|date| date.as_second()),
        text: one_line(&letter.text),
        files,
    }
}

fn theirs(message: &Value) -> Said {
    let parts = message["parts"].as_array().unwrap();
    let header = |part: &Value, name: &str| -> Value {
        let all = part["headers"].as_array().unwrap();
        // Of fields that come twice the first counts with us.
        all.iter().find(|header| header["name"] == name).map(|header| header["value"].clone()).unwrap_or_default()
    };
    let root = &parts[0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let from = header(root, "from");
    let list = from["Address"]["List"].as_array().cloned().unwrap_or_default();
    let groups = from["Address"]["Group"].as_array().cloned().unwrap_or_default();
    let grouped = groups.iter().flat_map(|group| group["addresses"].as_array().cloned().unwrap_or_default());
    let from =
        list.into_iter().chain(grouped).map(|address| (one_line(&text(&address["name"])), text(&address["address"])));
    let date = header(root, "date");
    let mut read = Vec::new();
    for at in message["text_body"].as_array().unwrap() {
        let body = &parts[at.as_u64().unwrap() as usize]["body"];
        match (body["Text"].as_str(), body["Html"].as_str()) {
            (Some(plain), _) => read.push(plain.to_owned()),
            (_, Some(html)) => read.push(mail_parser::decoders::html::html_to_text(html)),
            _ => {}
        }
    }
    let mut files = Vec::new();
    for at in message["attachments"].as_array().unwrap() {
        let part = &parts[at.as_u64().unwrap() as usize];
        let param = |field: &str, param: &str| -> Option<String> {
            let value = header(part, field);
            let all = value["ContentType"]["attributes"].as_array().cloned().unwrap_or_default();
            all.iter().find(|attribute| attribute["name"] == param).map(|attribute| text(&attribute["value"]))
        };
        let name =
            param("content_disposition", "filename").or_else(|| param("content_type", "name")).unwrap_or_default();
        if !name.is_empty() {
            files.push(one_line(&name));
        }
    }
    Said {
        subject: one_line(&text(&header(root, "subject")["Text"])),
        from: from.collect(),
        date: seconds(&date["DateTime"]),
        text: one_line(&read.join("\n")),
        files,
    }
}

fn seconds(date: &Value) -> Option<i64> {
    let number = |name: &str| date[name].as_i64();
    let read = mail_parser::DateTime {
        year: number("year")? as u16,
        month: number("month")? as u8,
        day: number("day")? as u8,
        hour: number("hour")? as u8,
        minute: number("minute")? as u8,
        second: number("second")? as u8,
        tz_before_gmt: date["tz_before_gmt"].as_bool()?,
        tz_hour: number("tz_hour")? as u8,
        tz_minute: number("tz_minute")? as u8,
    };
    Some(read.to_timestamp())
}

/// Blanks and lines are laid out differently; words are compared.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn chinese_header_values_are_decoded_as_listed() {
    let Some(folder) = data() else { return };
    let lines = std::fs::read_to_string(folder.join("zh_encoded_words.jsonl")).unwrap();
    let mut count = 0;
    for line in lines.lines() {
        let listed: Value = serde_json::from_str(line).unwrap();
        let raw = format!(
            "Subject: {}\nFrom: {} <a@b.c>\n\n",
            listed["raw"].as_str().unwrap(),
            listed["raw"].as_str().unwrap()
        );
        let letter = read(raw.as_bytes(), &How::default()).unwrap();
        assert_eq!(letter.subject, listed["decoded"].as_str().unwrap(), "{line}");
        assert_eq!(letter.from[0].name, letter.subject);
        count += 1;
    }
    assert_eq!(count, 21);
}
