//! The hand that writes letters: fields, words, parts, in any charset.

use base64::Engine as _;

/// A letter, and what it says.
pub(crate) struct Made {
    pub(crate) name: &'static str,
    pub(crate) raw: Vec<u8>,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// `sort name`, in their order.
    pub(crate) files: Vec<&'static str>,
    pub(crate) guessed: bool,
    /// What stands in notes of it.
    pub(crate) notes: Vec<&'static str>,
    /// No field can be put before it.
    pub(crate) is_bare: bool,
}

impl Made {
    pub(crate) fn new(name: &'static str, raw: Vec<u8>, subject: &str, text: &str) -> Self {
        let (subject, text) = (subject.to_owned(), text.to_owned());
        Self { name, raw, subject, text, files: Vec::new(), guessed: false, notes: Vec::new(), is_bare: false }
    }

    pub(crate) fn files(self, files: &[&'static str]) -> Self {
        Self { files: files.to_vec(), ..self }
    }

    pub(crate) fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    pub(crate) fn guessed(self) -> Self {
        Self { guessed: true, ..self }
    }

    pub(crate) fn noted(self, note: &'static str) -> Self {
        Self { notes: vec![note], ..self }
    }

    pub(crate) fn bare(self) -> Self {
        Self { is_bare: true, ..self }
    }
}

/// Text in GB18030.
pub(crate) fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

pub(crate) fn big5(text: &str) -> Vec<u8> {
    encoding_rs::BIG5.encode(text).0.into_owned()
}

/// Base64 in one line.
pub(crate) fn b64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An encoded word.
pub(crate) fn word(charset: &str, bytes: &[u8]) -> String {
    format!("=?{charset}?B?{}?=", b64(bytes))
}

/// Every byte as a code.
pub(crate) fn codes(mark: char, bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{mark}{byte:02X}")).collect()
}

/// Pieces of anything, one after the other.
pub(crate) fn join(pieces: &[&[u8]]) -> Vec<u8> {
    pieces.concat()
}

/// A letter of a citizen: the usual fields, a subject as it stands, more fields, and the body.
pub(crate) fn letter(subject: &[u8], fields: &str, body: &[u8]) -> Vec<u8> {
    let from = word("utf-8", "王建国".as_bytes());
    join(&[
        b"Message-ID: <7f3a.2611@mail.example.test>\r\nDate: Tue, 24 Nov 2026 09:05:00 +0800\r\nFrom: ",
        from.as_bytes(),
        b" <wangjg@example.test>\r\nTo: 12345@hengdong.example.test\r\nSubject: ",
        subject,
        b"\r\nMIME-Version: 1.0\r\n",
        fields.replace('\n', "\r\n").as_bytes(),
        b"\r\n\r\n",
        body,
    ])
}

/// The parts of a multipart body, with its last boundary.
pub(crate) fn multipart(boundary: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend(format!("--{boundary}\r\n").as_bytes());
        out.extend(*part);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// A part: its fields and its content.
pub(crate) fn part(fields: &str, content: &[u8]) -> Vec<u8> {
    join(&[fields.replace('\n', "\r\n").as_bytes(), b"\r\n\r\n", content])
}

/// A part of plain text in UTF-8.
pub(crate) fn plain(text: &str) -> Vec<u8> {
    part(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit",
        text.replace('\n', "\r\n").as_bytes(),
    )
}

/// A file in base64, with the fields that name it.
pub(crate) fn file(fields: &str, content: &[u8]) -> Vec<u8> {
    part(&format!("{fields}\nContent-Transfer-Encoding: base64"), b64(content).as_bytes())
}

/// The first bytes of a picture.
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";
