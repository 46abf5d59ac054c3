//! From a mail to its bytes (RFC 5322, RFC 2045). Nothing is drawn by chance and no clock is read: the boundaries come from the
//! mail's id, and all that is not a header is base64, so no boundary can stand in it.

use huiliu_contract::{Fault, Personal};
use huiliu_kit::crypto::digest::digest;
use huiliu_kit::recipe::Digest;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, InReplyTo, MessageId, References,
};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};

use crate::mail::{self, Automatic, File, Mail};

/// Headers by which an answer says that no person wrote it: RFC 3834, and what old systems heed.
const REPLIED: [(&str, &str); 2] = [("Auto-Submitted", "auto-replied"), ("Precedence", "auto_reply")];
/// The same of what answers nothing.
const GENERATED: [(&str, &str); 1] = [("Auto-Submitted", "auto-generated")];
/// Asks Exchange not to answer by itself (MS-OXCMAIL). A person's answer asks so too.
const SILENCE: (&str, &str) = ("X-Auto-Response-Suppress", "All");

/// Writes it, from this mailbox.
pub(crate) fn bytes(from: &Mailbox, mail: &Mail) -> Result<Vec<u8>, Fault> {
    let own = mail::id(&mail.message_id).ok_or_else(|| Fault::malformed("a mail needs an id of its own"))?;
    let to = mail::address(mail.to.reveal(), "the reader")?;
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(line(mail.subject.reveal()))
        .date(mail.date.into())
        .header(MessageId::from(format!("<{own}>")));
    if let Some(parent) = mail.in_reply_to.as_deref().and_then(mail::id) {
        builder = builder.header(InReplyTo::from(format!("<{parent}>")));
    }
    let before: Vec<_> = mail.references.iter().filter_map(|id| mail::id(id)).map(|bare| format!("<{bare}>")).collect();
    if !before.is_empty() {
        builder = builder.header(References::from(before.join(" ")));
    }
    let automatic = match mail.automatic {
        Some(Automatic::Replied) => &REPLIED[..],
        Some(Automatic::Generated) => &GENERATED[..],
        None => &[],
    };
    let usual = automatic.iter().chain([&SILENCE]).map(|(name, value)| (*name, (*value).to_owned()));
    let own_headers = mail.headers.iter().map(|(name, value)| (name.as_str(), line(value)));
    for (name, value) in usual.chain(own_headers) {
        let name = HeaderName::new_from_ascii(name.to_owned())
            .map_err(|_| Fault::malformed(format!("`{}` is no name of a header", line(name))))?;
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    let boundary = boundary(own);
    let written = written(mail, &boundary);
    let whole = match (written, mail.files.is_empty()) {
        (Written::Alone(part), true) => builder.singlepart(part),
        (Written::Twofold(parts), true) => builder.multipart(parts),
        (written, false) => {
            let mixed = MultiPart::mixed().boundary(format!("{boundary}_0"));
            let mixed = match written {
                Written::Alone(part) => mixed.singlepart(part),
                Written::Twofold(parts) => mixed.multipart(parts),
            };
            builder.multipart(mail.files.iter().fold(mixed, |mixed, one| mixed.singlepart(file(one))))
        }
    };
    whole.map(|whole| whole.formatted()).map_err(|_| Fault::malformed("the mail cannot be written"))
}

/// The text, alone or beside its HTML.
enum Written {
    Alone(SinglePart),
    Twofold(MultiPart),
}

fn written(mail: &Mail, boundary: &str) -> Written {
    let plain = text(ContentType::TEXT_PLAIN, &mail.text);
    match &mail.html {
        None => Written::Alone(plain),
        Some(html) => {
            let both = MultiPart::alternative().boundary(format!("{boundary}_1")).singlepart(plain);
            Written::Twofold(both.singlepart(text(ContentType::TEXT_HTML, html)))
        }
    }
}

fn text(media_type: ContentType, text: &Personal<String>) -> SinglePart {
    // Base64 takes every text; what could be refused is handed back, and then the encoding is left to be chosen.
    let body =
        Body::new_with_encoding(text.reveal().clone(), ContentTransferEncoding::Base64).unwrap_or_else(Body::new);
    SinglePart::builder().header(media_type).body(body)
}

fn file(file: &File) -> SinglePart {
    let media_type = file.media_type.as_deref().and_then(|written| ContentType::parse(written).ok());
    let media_type = media_type.or_else(|| ContentType::parse("application/octet-stream").ok());
    let part = SinglePart::builder();
    let part = match media_type {
        Some(media_type) => part.header(media_type),
        None => part,
    };
    let body =
        Body::new_with_encoding(file.bytes.reveal().clone(), ContentTransferEncoding::Base64).unwrap_or_else(Body::new);
    part.header(ContentDisposition::attachment(&line(file.name.reveal()))).body(body)
}

/// What parts it: neither base64 nor a header begins a line with it.
fn boundary(id: &str) -> String {
    let digest = digest(Digest::Sha256, id.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{hex}")
}

/// In one line, without what a header cannot hold.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    /// As long as Outlook makes them.
    const OUTLOOK: &str = "SEYPR06MB68731C3B8E2A4F5D6E7F8A9B0C1D2E3F4A5B6C7D8E9F0A1B2C3D4E5F6A7B8C9D0@SEYPR06MB6873.apcprd06.prod.outlook.com";

    fn from() -> Mailbox {
        Mailbox::new(Some("虚构县12345热线".into()), "hotline@example.test".parse().unwrap())
    }

    fn mail() -> Mail {
        let personal = |text: &str| Personal::new(text.to_owned());
        Mail {
            to: personal("wang@example.test"),
            subject: personal("Re: 新民路的路灯从上个月开始就一直不亮〔编号 20261122-000042〕"),
            text: personal("您好:\n\n已收到。\n.\n尾"),
            html: Some(personal("<p>您好</p>")),
            message_id: "t.1.2.3@example.test".into(),
            in_reply_to: Some(OUTLOOK.into()),
            references: vec!["first@example.test".into(), OUTLOOK.into()],
            date: "2026-11-22T05:05:43.5Z".parse().unwrap(),
            automatic: Some(Automatic::Replied),
            headers: vec![("X-Hotline-Id".into(), "0011".into())],
            files: vec![File {
                name: personal("办理情况说明(终稿).pdf"),
                media_type: Some("application/pdf".into()),
                bytes: Personal::new(vec![0, 1, 2, 255]),
            }],
        }
    }

    fn written(mail: &Mail) -> String {
        String::from_utf8(bytes(&from(), mail).unwrap()).unwrap()
    }

    #[test]
    fn the_same_mail_always_makes_the_same_bytes() {
        assert_eq!(written(&mail()), written(&mail()));
        let other = Mail { message_id: "t.1.2.4@example.test".into(), ..mail() };
        assert_ne!(written(&mail()), written(&other));
    }

    #[test]
    fn every_line_is_short_ascii_and_ends_as_lines_of_mails_do() {
        let written = written(&mail());
        assert!(written.is_ascii() && written.ends_with("\r\n") && !written.replace("\r\n", "").contains(['\r', '\n']));
        let long: Vec<_> = written.lines().filter(|line| line.len() > 78 && !line.contains("outlook.com")).collect();
        assert!(long.is_empty(), "{long:?}");
    }

    #[test]
    fn another_program_reads_what_was_put_in() {
        let written = written(&mail());
        let read = MessageParser::default().parse(written.as_bytes()).unwrap();
        assert_eq!(read.subject(), Some(mail().subject.reveal().as_str()));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), *mail().text.reveal());
        assert_eq!(read.body_html(0).unwrap().trim(), "<p>您好</p>");
        let sender = read.from().unwrap().first().unwrap();
        assert_eq!((sender.name(), sender.address()), (Some("虚构县12345热线"), Some("hotline@example.test")));
        assert_eq!(read.message_id(), Some("t.1.2.3@example.test"));
        assert_eq!(read.date().unwrap().to_rfc3339(), "2026-11-22T05:05:43Z");
        let file = read.attachment(0).unwrap();
        assert_eq!((file.attachment_name(), file.contents()), (Some("办理情况说明(终稿).pdf"), &[0, 1, 2, 255][..]));
    }

    #[test]
    fn ids_stay_whole_however_long() {
        let written = written(&mail());
        assert!(written.contains(&format!("In-Reply-To: <{OUTLOOK}>\r\n")), "{written}");
        let read = MessageParser::default().parse(written.as_bytes()).unwrap();
        assert_eq!(read.references().as_text_list().unwrap(), ["first@example.test", OUTLOOK]);
    }

    #[test]
    fn what_a_machine_wrote_says_so_and_what_a_person_wrote_does_not() {
        let (machine, person) = (written(&mail()), written(&Mail { automatic: None, ..mail() }));
        for name in ["Auto-Submitted: auto-replied\r\n", "Precedence: auto_reply\r\n"] {
            assert!(machine.contains(name) && !person.contains(name), "{name}");
        }
        let event = written(&Mail { automatic: Some(Automatic::Generated), ..mail() });
        assert!(event.contains("Auto-Submitted: auto-generated\r\n") && !event.contains("Precedence"), "{event}");
        for all in [&machine, &person, &event] {
            assert!(all.contains("X-Auto-Response-Suppress: All\r\n") && all.contains("X-Hotline-Id: 0011\r\n"));
        }
    }

    #[test]
    fn nothing_begins_a_header_of_its_own() {
        let evil = "x\r\nBcc: all@example.test\r\n\r\nbody";
        let mail = Mail {
            subject: Personal::new(evil.into()),
            in_reply_to: Some("a>\r\nBcc: all@example.test".into()),
            references: vec!["b c@d".into(), String::new(), "好@d".into(), "e@f".into()],
            headers: vec![("X-Hotline-Id".into(), evil.into())],
            files: vec![File {
                name: Personal::new(evil.into()),
                media_type: Some(evil.into()),
                ..mail().files.remove(0)
            }],
            ..mail()
        };
        let written = written(&mail);
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("In-Reply-To") && head.contains("References: <e@f>\r\n"), "{head}");
        assert!(!written.to_lowercase().contains("\nbcc"), "{written}");
    }

    #[test]
    fn without_a_reader_or_an_id_there_is_no_mail() {
        for to in ["", "wang", "a b@c.test", "<a@b.test>, <c@d.test>"] {
            let fault = bytes(&from(), &Mail { to: Personal::new(to.into()), ..mail() }).unwrap_err();
            assert!(matches!(fault, Fault::Malformed { .. }), "{to}: {fault}");
        }
        assert!(bytes(&from(), &Mail { message_id: "a b".into(), ..mail() }).is_err());
        assert!(bytes(&from(), &Mail { headers: vec![("Bad Name".into(), String::new())], ..mail() }).is_err());
    }

    #[test]
    fn a_mail_of_text_alone_has_one_part() {
        let written = written(&Mail { html: None, files: Vec::new(), ..mail() });
        assert!(!written.contains("multipart") && written.contains("Content-Transfer-Encoding: base64"), "{written}");
    }
}
