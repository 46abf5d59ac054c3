//! From the bytes of a letter to an item: by what it is known, what it says, what it answers, and whether it is a submission
//! at all. The same letter makes the same item by whichever door it comes.

mod answer;
mod document;
mod thread;

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{
    Attachment, AttachmentSource, Blind, ExternalId, Item, Personal, Raw, Remark, Submission, Undelivered, Unreadable,
    Unticketed,
};
use huiliu_letter::meaning::authentication::{self, Authentication};
use huiliu_letter::meaning::bounce;
use huiliu_letter::meaning::class::{self, Class, Signs, Sorted};
use huiliu_letter::meaning::thread::code_of;
use huiliu_letter::{FileSort, How, Letter, ReportKind};

use crate::imap::{Met, Reader};
use crate::options::ReceiveOptions;
use crate::tag::Tag;

/// The media type of a letter.
pub(crate) const MAIL: &str = "message/rfc822";

/// What an item's id begins with: the number of the rule by which it is made, which changes only with a migration.
const RULE: &str = "m1:";

/// Reads letters by the settings of a channel.
pub(crate) struct Letters {
    pub(crate) how: How,
    pub(crate) own: Vec<String>,
    pub(crate) options: ReceiveOptions,
    pub(crate) blind: Arc<dyn Blind>,
    pub(crate) tag: Tag,
}

/// A letter with what was found out about it.
struct Opened<'a> {
    letter: &'a Letter,
    met: &'a Met,
    sorted: Sorted,
    checked: Option<Authentication>,
    /// The id that it is known by.
    id: String,
    /// The code under which its sender may ask.
    code: String,
}

impl Reader for Letters {
    fn item(&self, raw: Bytes, met: &Met) -> Item {
        let kept = || Raw::new(raw.clone(), MAIL);
        let letter = match huiliu_letter::read_shared(raw.clone(), &self.how) {
            Ok(letter) => letter,
            Err(wrong) => return Item::Unreadable(Unreadable { raw: kept(), reason: wrong.reason }),
        };
        let digest = self.blind.blind("email letter", &letter.identity.bytes());
        let id = format!("{RULE}{}", hex::encode(digest));
        let Ok(external_id) = ExternalId::new(id.clone()) else {
            let reason = Remark::new("来信编号算不出来", "the letter's id cannot be made");
            return Item::Unreadable(Unreadable { raw: kept(), reason });
        };
        let code = code_of(&self.blind.blind("email code", id.as_bytes()));
        let (sorted, checked) = self.sorted(&letter, met);
        let opened = Opened { letter: &letter, met, sorted, checked, id, code };
        let document = self.document(&opened);
        let submission = Submission {
            external_id,
            version: None,
            sent_at: met.received_at,
            raw: kept(),
            document: Personal::new(document),
            also: self.also(&opened),
            unticketed: self.unticketed(&opened).map(Box::new),
            unchanging: true,
            attachments: attachments(&letter, self.inner(&letter)),
        };
        Item::Submission(Box::new(submission))
    }
}

impl Letters {
    /// What sort of letter it is, and what the site's own server says of its sender.
    fn sorted(&self, letter: &Letter, met: &Met) -> (Sorted, Option<Authentication>) {
        let checked = authentication::read(&letter.fields, &self.options.trusted_servers);
        (class::sort(&self.signs(letter, met)), checked)
    }

    fn signs<'a>(&'a self, letter: &'a Letter, met: &Met) -> Signs<'a> {
        let ours = letter.message_id.as_deref().is_some_and(|id| self.tag.read(id).is_some());
        let echo = letter.fields.all("x-hotline-id").any(|house| house.trim() == self.tag.house());
        let only_calendar = letter.text.trim().is_empty()
            && letter.files.iter().any(|file| file.sort == FileSort::Calendar)
            && letter.files.iter().all(|file| matches!(file.sort, FileSort::Calendar | FileSort::Signature));
        Signs {
            fields: &letter.fields,
            report: letter.report.as_ref().map(|report| match report.kind {
                ReportKind::DeliveryStatus => "delivery-status",
                ReportKind::DispositionNotification => "disposition-notification",
                ReportKind::Other => "",
            }),
            own: &self.own,
            ours: ours || echo,
            junk: met.junk,
            calendar: only_calendar,
            notices: &self.options.notices,
            received: letter.fields.all("received").count(),
        }
    }

    /// The letter that counts: of one that a colleague passed on, the one inside.
    fn inner<'a>(&self, letter: &'a Letter) -> &'a Letter {
        match (self.is_clerk(letter), letter.letters.first()) {
            (true, Some(inner)) => inner,
            _ => letter,
        }
    }

    fn is_clerk(&self, letter: &Letter) -> bool {
        let from = sender(letter);
        self.options.clerks.iter().any(|clerk| clerk.trim().eq_ignore_ascii_case(from))
    }

    /// Why it is no submission, if it is none. What lay among junk is one: a complaint must not be lost.
    fn unticketed(&self, opened: &Opened<'_>) -> Option<Unticketed> {
        let class = opened.sorted.class;
        if matches!(class, Class::Letter | Class::Spam) {
            return None;
        }
        let undelivered = if class == Class::Bounce { self.undelivered(opened.letter) } else { None };
        Some(Unticketed { class: class.word(), reason: opened.sorted.reason.clone(), undelivered })
    }

    /// Which answer of ours a notice says did not arrive. A delay is no failure.
    fn undelivered(&self, letter: &Letter) -> Option<Undelivered> {
        let report = letter.report.as_ref();
        let status =
            report.filter(|report| report.kind == ReportKind::DeliveryStatus).map(|report| report.status.as_str());
        let inner = letter.letters.first().map(|inner| &inner.fields);
        let returned = report.and_then(|report| report.returned.as_ref()).or(inner);
        let bounce = bounce::read(status, returned, &letter.fields, &letter.text);
        let failed = bounce.failed().next()?;
        let told = bounce.message_ids.iter().find_map(|id| self.tag.read(id))?;
        let codes: String = failed.status.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(12).collect();
        let (dead, dead_en) = match failed.permanent {
            true => ("对方邮箱收不到,不要再寄到这个地址", "the address is dead"),
            false => {
                ("对方邮箱暂时收不了(例如已满)", "the mailbox takes nothing at present, for example because it is full")
            }
        };
        Some(Undelivered {
            to: told.external_id,
            key: told.key,
            reason: Remark::new(
                format!("邮件被退回:{dead}({codes})"),
                format!("the mail came back: {dead_en} ({codes})"),
            ),
        })
    }
}

/// The address of who sent it; empty where nobody says.
fn sender(letter: &Letter) -> &str {
    letter.from.first().map_or("", |from| from.address.as_str())
}

/// The files of a letter. A signature is none of the author's; of a letter that was passed on, those inside it count, and
/// what the colleague added besides.
fn attachments(outer: &Letter, inner: &Letter) -> Vec<Attachment> {
    let passed_on = !std::ptr::eq(outer, inner);
    let own = |sort: FileSort| !matches!(sort, FileSort::Signature | FileSort::Notice);
    let beside = outer.files.iter().filter(|file| passed_on && own(file.sort) && file.sort != FileSort::Letter);
    let files = inner.files.iter().filter(|file| own(file.sort)).chain(beside);
    let attachment = |file: &huiliu_letter::LetterFile| Attachment {
        name: Personal::new(file.name.clone()),
        media_type: Some(file.media_type.clone()).filter(|media_type| !media_type.is_empty()),
        source: AttachmentSource::Bytes(Personal::new(file.bytes.clone())),
    };
    files.map(attachment).collect()
}
