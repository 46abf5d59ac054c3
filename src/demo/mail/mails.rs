//! What arrives at the citizens', read by a few lines of its own: as much of RFC 5322, 2045 and 2047 as the gateway's mails
//! need, and nothing shared with what wrote them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_farside::postbox::Taken;

/// A mail as it lies in the postbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mail {
    /// Who sent it, by the envelope.
    pub(super) sender: String,
    /// Who got it, by the envelope.
    pub(super) to: Vec<String>,
    /// Its Message-ID, without brackets.
    pub(super) id: String,
    /// Its subject.
    pub(super) subject: String,
    /// Its plain text, with single line ends.
    pub(super) text: String,
    fields: Vec<(String, String)>,
}

impl Mail {
    /// Reads it; none if it is not as such mails are.
    pub(super) fn read(taken: &Taken) -> Option<Self> {
        let (fields, body) = parted(std::str::from_utf8(&taken.bytes).ok()?)?;
        let text = plain(&fields, body)?.replace("\r\n", "\n");
        let mut mail = Self {
            sender: taken.from.clone(),
            to: taken.to.clone(),
            id: String::new(),
            subject: String::new(),
            text,
            fields,
        };
        (mail.id, mail.subject) = (bare(mail.field("Message-ID")?), decoded(mail.field("Subject")?)?);
        Some(mail)
    }

    /// One that says this, for tests.
    #[cfg(test)]
    pub(super) fn of(id: &str, subject: &str, text: &str) -> Self {
        let (id, subject, text) = (id.into(), subject.into(), text.into());
        Self { sender: String::new(), to: Vec::new(), id, subject, text, fields: Vec::new() }
    }

    /// The first field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// The letter that it answers, by its Message-ID without brackets.
    pub(super) fn answers(&self) -> Option<String> {
        self.field("In-Reply-To").map(bare)
    }
}

type Fields = Vec<(String, String)>;

/// The fields, each in one line, and what stands behind them.
fn parted(text: &str) -> Option<(Fields, &str)> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let fields = unfolded.split("\r\n").map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    });
    Some((fields.collect::<Option<_>>()?, body))
}

fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The plain text: the body itself, or the first part that is one.
fn plain(fields: &Fields, body: &str) -> Option<String> {
    let sort = field(fields, "Content-Type").unwrap_or("text/plain").to_owned();
    if sort.starts_with("multipart/") {
        let (_, rest) = sort.split_once("boundary=\"")?;
        let (boundary, _) = rest.split_once('"')?;
        let line = format!("--{boundary}");
        let parts = body.split(line.as_str()).skip(1);
        return parts.filter_map(|part| parted(part.strip_prefix("\r\n")?)).find_map(|(own, body)| plain(&own, body));
    }
    if !sort.starts_with("text/plain") {
        return None;
    }
    match field(fields, "Content-Transfer-Encoding").map(str::to_lowercase).as_deref() {
        Some("base64") => opened(&body.split_whitespace().collect::<String>()),
        None | Some("7bit" | "8bit") => Some(body.to_owned()),
        Some(_) => None,
    }
}

/// A header's text, its encoded words opened; a blank between two of them is none.
fn decoded(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut encoded = false;
    for word in value.split(' ') {
        let inside = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        if !text.is_empty() && (!encoded || inside.is_none()) {
            text.push(' ');
        }
        match inside {
            Some(inside) => text.push_str(&opened(inside)?),
            None => text.push_str(word),
        }
        encoded = inside.is_some();
    }
    Some(text)
}

fn opened(base64: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(base64).ok()?).ok()
}

/// An id without its brackets.
fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &str) -> Option<Mail> {
        let bytes = bytes.replace('\n', "\r\n").into_bytes();
        Mail::read(&Taken { from: "a@x.example".into(), to: vec!["b@y.example".into()], bytes })
    }

    #[test]
    fn a_mail_with_two_forms_is_read_by_its_text() {
        let mail = read(
            "Message-ID: <1@x>\nSubject: =?utf-8?b?5oKo5aW9?=\n =?utf-8?b?5ZWK?= ok\nIn-Reply-To: <0@y>\n\
             Content-Type: multipart/alternative;\n boundary=\"=_1\"\n\n--=_1\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: base64\n\n5oKo5aW9\nDQrlho3op4E=\n--=_1\nContent-Type: text/html\n\n<p>\n--=_1--\n",
        )
        .unwrap();
        assert_eq!((mail.id.as_str(), mail.subject.as_str(), mail.text.as_str()), ("1@x", "您好啊 ok", "您好\n再见"));
        assert_eq!((mail.answers().as_deref(), mail.field("auto-submitted")), (Some("0@y"), None));
    }

    #[test]
    fn what_is_no_such_mail_is_none() {
        for bytes in ["", "Subject: x\n", "Subject: x\n\ntext", "Message-ID: <1@x>\nSubject: =?utf-8?b?!?=\n\ntext"] {
            assert_eq!(read(bytes), None, "{bytes}");
        }
    }
}
