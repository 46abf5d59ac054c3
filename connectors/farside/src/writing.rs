//! In what form a portal writes its letters when it pushes them.

use serde_json::{Value, json};

use crate::letter::Letter;

/// A form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writing {
    /// The letter's document as JSON.
    Json,
    /// XML that declares GB2312 and is in it, its root element `letter`.
    Xml,
    /// A form of parts: the document as JSON in the field `letter`, and [`Writing::FILE`] behind it.
    Parts,
}

impl Writing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Xml, Self::Parts];

    /// The file that comes with a form of parts: its name and its bytes. The boundary's beginning stands in it.
    pub const FILE: (&'static str, &'static [u8]) = ("现场;1.jpg", b"\xff\xd8\xff\xe0\r\n--the-part\r\n\x00\xff");

    /// The content type of a push.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "text/xml",
            Self::Parts => "multipart/form-data; boundary=\"the-parts\"",
        }
    }

    /// Where the letter's number stands in what is read of it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Json => "letterNo",
            Self::Xml | Self::Parts => "/letter/letterNo",
        }
    }

    /// What is read of a letter.
    pub fn document(self, letter: &Letter) -> Value {
        match self {
            Self::Json => letter.document.clone(),
            Self::Xml | Self::Parts => json!({ "letter": letter.document }),
        }
    }

    /// A push that holds this letter alone.
    pub fn body(self, letter: &Letter) -> Vec<u8> {
        match self {
            Self::Json => letter.body(),
            Self::Xml => xml(&letter.document),
            Self::Parts => parts(letter, &[Self::FILE]),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn xml(document: &Value) -> Vec<u8> {
    let members = document.as_object().into_iter().flatten();
    let texts = members.filter_map(|(name, value)| Some((name, value.as_str()?)));
    let fields: String = texts.map(|(name, text)| format!("  <{name}>{}</{name}>\n", escaped(text))).collect();
    let whole = format!("<?xml version=\"1.0\" encoding=\"GB2312\"?>\n<letter>\n{fields}</letter>\n");
    encoding_rs::GBK.encode(&whole).0.into_owned()
}

/// An answer as a far side writes it that knows XML only: GB2312, all of it inside `response`. What is null is left out, and
/// a list is its elements one after another.
pub(crate) fn answer(answer: &Value) -> Vec<u8> {
    let mut whole = "<?xml version=\"1.0\" encoding=\"GB2312\"?>\n".to_owned();
    element("response", answer, &mut whole);
    encoding_rs::GBK.encode(&whole).0.into_owned()
}

fn element(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Array(list) => list.iter().for_each(|one| element(name, one, out)),
        Value::Object(members) => {
            *out += &format!("<{name}>");
            members.iter().for_each(|(name, value)| element(name, value, out));
            *out += &format!("</{name}>");
        }
        Value::String(text) => *out += &format!("<{name}>{}</{name}>", escaped(text)),
        other => *out += &format!("<{name}>{other}</{name}>"),
    }
}

/// A form of parts that holds a letter and these files, as a portal writes that knows GBK only: so are the files' names.
pub fn parts(letter: &Letter, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"--the-parts\r\nContent-Disposition: form-data; name=\"letter\"\r\n\r\n".to_vec();
    out.extend(letter.body());
    for (name, bytes) in files {
        out.extend(b"\r\n--the-parts\r\nContent-Disposition: form-data; name=\"file\"; filename=\"");
        out.extend(encoding_rs::GBK.encode(name).0.iter());
        out.extend(b"\"\r\nContent-Type: image/jpeg\r\n\r\n");
        out.extend(*bytes);
    }
    out.extend(b"\r\n--the-parts--\r\n");
    out
}
