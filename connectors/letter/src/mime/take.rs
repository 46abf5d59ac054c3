//! What becomes of a part without parts: words to read, a letter, a report, a file.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::block::block;
use super::body::Segment;
use super::leaf;
use super::part::Part;
use super::walk::{Place, Raw, Walk};
use crate::notes;
use crate::words::{self, Transfer, Typed, from_transfer};
use crate::{Fields, FileSort, How, Limits, Report, ReportKind, files, read};

impl Walk<'_> {
    pub(super) fn leaf(&mut self, part: Part, body: Range<usize>, place: Place, level: usize) -> Vec<Segment> {
        let raw = self.slice(body);
        // A letter that is carried as it is shares the bytes of the one around it, however often it was forwarded.
        let shared = part.transfer == Transfer::Plain && part.media.starts_with("message/");
        let Some(left) = self.budget.decoded.checked_sub(if shared { 0 } else { raw.len() }) else {
            self.note(notes::DECODED_CUT);
            return Vec::new();
        };
        self.budget.decoded = left;
        let bytes = match part.transfer {
            Transfer::Plain => raw,
            transfer => {
                let (decoded, whole) = from_transfer(&raw, transfer);
                if !whole {
                    self.note(notes::BAD_TRANSFER);
                }
                match decoded {
                    Cow::Owned(decoded) => Bytes::from(decoded),
                    Cow::Borrowed(_) => raw,
                }
            }
        };
        if is_words(&part, place) {
            return self.words(&part, &bytes).into_iter().collect();
        }
        match part.media.as_str() {
            "message/rfc822" | "message/global" => self.letter(part, bytes, place, level),
            // Clients that forward a letter as a file give it any type.
            "application/octet-stream" | "application/eml" | "application/x-eml" | "text/plain"
                if part.is_called(".eml") && looks_like_a_letter(&bytes, self.how) =>
            {
                self.letter(part, bytes, place, level);
            }
            _ => {
                let sort = match place {
                    Place::Signature => FileSort::Signature,
                    Place::Encrypted => FileSort::Encrypted,
                    _ => leaf::sort(&part, &bytes),
                };
                self.other(part, bytes, place, sort);
            }
        }
        Vec::new()
    }

    /// Text to be read.
    fn words(&mut self, part: &Part, bytes: &[u8]) -> Option<Segment> {
        let html =
            matches!(part.media.as_str(), "text/html" | "text/enriched" | "text/richtext" | "application/xhtml+xml");
        let declared = part.typed.token("charset");
        let decoded = words::decode(bytes, declared.or_else(|| html.then(|| words::meta_charset(bytes)).flatten()));
        self.found.guessed |= decoded.guessed;
        self.found.damaged |= decoded.damaged;
        if self.found.hint.is_none() {
            self.found.hint = declared.map(str::to_owned);
        }
        let mut text = decoded.text;
        if html {
            return Some(Segment { plain: None, html: Some(text) });
        }
        if part.typed.token("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
            let delete = part.typed.token("delsp").is_some_and(|word| word.eq_ignore_ascii_case("yes"));
            text = words::unfold(&text, delete);
        }
        if text.contains("-----BEGIN PGP MESSAGE-----") {
            self.found.unreadable = Some(notes::remark(notes::ENCRYPTED));
        }
        Some(Segment { plain: Some(text), html: None })
    }

    fn letter(&mut self, part: Part, bytes: Bytes, place: Place, level: usize) {
        if place == Place::Report {
            let limits = &self.how.limits;
            let head = block(&bytes, limits.head, limits.field);
            let fields = read::fields(&head, None);
            self.returned(fields);
            return self.file(part, bytes, FileSort::Notice);
        }
        if level + 1 >= self.how.limits.levels.min(Limits::MOST_LEVELS) {
            self.note(notes::TOO_DEEP);
        } else if let Ok(letter) = read::nested(&bytes, self.how, level + 1, self.budget) {
            self.found.letters.push(letter);
        } else {
            return self.file(part, bytes, FileSort::File);
        }
        self.file(part, bytes, FileSort::Letter);
    }

    fn other(&mut self, part: Part, bytes: Bytes, place: Place, sort: FileSort) {
        match sort {
            FileSort::Encrypted if place == Place::Whole || part.media.contains("pkcs7") => {
                let signed =
                    part.typed.token("smime-type").is_some_and(|kind| kind.eq_ignore_ascii_case("signed-data"));
                self.found.unreadable = Some(notes::remark(if signed { notes::SEALED } else { notes::ENCRYPTED }));
            }
            FileSort::Encrypted if place != Place::Encrypted => self.note(notes::LOCKED),
            FileSort::Notice => self.notice(&part, &bytes),
            FileSort::Tnef => return self.tnef(part, bytes),
            _ => {}
        }
        let inline = sort == FileSort::File && place == Place::Related && !part.is_attachment();
        self.file(part, bytes, if inline { FileSort::Inline } else { sort });
    }

    fn tnef(&mut self, part: Part, bytes: Bytes) {
        let files = files::tnef(&bytes);
        if files.is_none() {
            self.note(notes::BAD_TNEF);
        }
        self.file(part, bytes, FileSort::Tnef);
        for (name, bytes) in files.unwrap_or_default() {
            let file = Raw {
                typed: Typed::default(),
                disposition: Typed::default(),
                media: "application/octet-stream".to_owned(),
                id: String::new(),
                sort: FileSort::File,
                name: Some(name),
                bytes,
            };
            self.add(file);
        }
    }

    pub(super) fn report(&mut self, part: &Part) {
        let kind = match part.typed.token("report-type").map(str::to_ascii_lowercase).as_deref() {
            Some("delivery-status") => ReportKind::DeliveryStatus,
            Some("disposition-notification") => ReportKind::DispositionNotification,
            _ => ReportKind::Other,
        };
        self.found.report.get_or_insert(Report { kind, status: String::new(), returned: None });
    }

    /// A part that programs read. It makes a report of a letter that does not call itself one.
    fn notice(&mut self, part: &Part, bytes: &[u8]) {
        let kind = match part.media.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => ReportKind::DeliveryStatus,
            "message/disposition-notification" => ReportKind::DispositionNotification,
            _ => {
                let limits = &self.how.limits;
                let fields = read::fields(&block(bytes, limits.head, limits.field), None);
                return self.returned(fields);
            }
        };
        let status = words::decode(bytes, part.typed.token("charset")).text.replace("\r\n", "\n");
        let report = self.found.report.get_or_insert(Report { kind, status: String::new(), returned: None });
        if report.kind == ReportKind::Other {
            report.kind = kind;
        }
        if report.status.is_empty() {
            report.status = status;
        }
    }

    fn returned(&mut self, fields: Fields) {
        if let Some(report) = &mut self.found.report {
            report.returned.get_or_insert(fields);
        }
    }

    pub(super) fn file(&mut self, part: Part, bytes: Bytes, sort: FileSort) {
        let Part { media, typed, disposition, id, .. } = part;
        self.add(Raw { typed, disposition, media, id, bytes, sort, name: None });
    }

    fn add(&mut self, file: Raw) {
        match self.budget.files.checked_sub(1) {
            Some(left) => {
                self.budget.files = left;
                self.found.files.push(file);
            }
            None => self.note(notes::FILES_CUT),
        }
    }
}

/// Whether a part is read and not kept as a file.
fn is_words(part: &Part, place: Place) -> bool {
    let readable = match part.media.as_str() {
        "text/plain" | "text/html" | "text/enriched" | "text/richtext" => true,
        "text/calendar" | "text/rfc822-headers" => false,
        media => place == Place::Whole && (media.starts_with("text/") || media == "application/xhtml+xml"),
    };
    readable
        && !part.is_attachment()
        && match place {
            Place::Whole | Place::Alternative => true,
            Place::Mixed => !part.has_name(),
            Place::Related | Place::Signature | Place::Encrypted | Place::Report => false,
        }
}

fn looks_like_a_letter(bytes: &[u8], how: &How) -> bool {
    let head = block(bytes, how.limits.head, how.limits.field);
    let has = |name| head.get(name).is_some();
    has("from") && (has("subject") || has("date") || has("received") || has("message-id"))
}
