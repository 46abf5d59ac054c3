//! The promises themselves.

use huiliu_contract::{Answer, Attachment, AttachmentSource, Door, Refusal, What};

use super::subject::{Subject, taken};
use super::{hear, logs};
use crate::letter::Letter;
use crate::writing::Writing;

const NONSENSE: &[u8] = b"{\"letterNo\": \"XX-\xff\xfe";

/// One promise of kinds that are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// A push that is not proven is refused for that, and nothing of it is read.
    UnverifiedIsRefused,
    /// Where the proof covers the body, changing any byte of it is noticed.
    TamperedIsRefused,
    /// A proven letter becomes one submission with its own number and its exact bytes, and its files with theirs.
    LetterIsTakenWhole,
    /// Asked twice with one push it reads the same.
    ReadingTwiceIsTheSame,
    /// The acknowledgement is a success and names the source's number; a repeat gets one as well.
    AcknowledgementNamesTheId,
    /// Our own failure makes the far side come again: 5xx or 429.
    FailureAsksToComeAgain,
    /// No refusal looks like an acknowledgement.
    RefusalIsNoSuccess,
    /// A proven body that cannot be read is refused as unreadable and its exact bytes are kept.
    NonsenseIsKept,
    /// The door limits the body, from 1 byte to 64 MiB, so that nobody fills the memory.
    DoorLimitsTheBody,
    /// No secret stands in any Debug, log or answer.
    NoSecretShows,
}

/// All of them.
pub const PROMISES: &[Promise] = &[
    Promise::UnverifiedIsRefused,
    Promise::TamperedIsRefused,
    Promise::LetterIsTakenWhole,
    Promise::ReadingTwiceIsTheSame,
    Promise::AcknowledgementNamesTheId,
    Promise::FailureAsksToComeAgain,
    Promise::RefusalIsNoSuccess,
    Promise::NonsenseIsKept,
    Promise::DoorLimitsTheBody,
    Promise::NoSecretShows,
];

impl Promise {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnverifiedIsRefused => "unverified is refused",
            Self::TamperedIsRefused => "tampered is refused",
            Self::LetterIsTakenWhole => "a letter is taken whole",
            Self::ReadingTwiceIsTheSame => "reading twice is the same",
            Self::AcknowledgementNamesTheId => "the acknowledgement names the id",
            Self::FailureAsksToComeAgain => "failure asks to come again",
            Self::RefusalIsNoSuccess => "a refusal is no success",
            Self::NonsenseIsKept => "nonsense is kept",
            Self::DoorLimitsTheBody => "the door limits the body",
            Self::NoSecretShows => "no secret shows",
        }
    }

    /// Tries it; an error says what was seen instead. A promise that has no meaning for this way of proving
    /// (a body that no proof covers) holds.
    pub async fn try_on(self, subject: &Subject<'_>) -> Result<(), String> {
        match self {
            Self::UnverifiedIsRefused => unverified_is_refused(subject).await,
            Self::TamperedIsRefused => tampered_is_refused(subject).await,
            Self::LetterIsTakenWhole => letter_is_taken_whole(subject).await,
            Self::ReadingTwiceIsTheSame => reading_twice_is_the_same(subject).await,
            Self::AcknowledgementNamesTheId => acknowledgement_names_the_id(subject),
            Self::FailureAsksToComeAgain => failure_asks_to_come_again(subject),
            Self::RefusalIsNoSuccess => refusal_is_no_success(subject),
            Self::NonsenseIsKept => nonsense_is_kept(subject).await,
            Self::DoorLimitsTheBody => door_limits_the_body(subject),
            Self::NoSecretShows => logs::no_secret_shows(subject).await,
        }
    }
}

async fn unverified_is_refused(subject: &Subject<'_>) -> Result<(), String> {
    if matches!(subject.proof, crate::proof::Proof::Nothing) {
        return Ok(());
    }
    let letter = subject.body(&Letter::invented(1));
    // Nonsense too: whoever reads before believing would call it unreadable, and keep it.
    for push in [subject.bare(letter.clone()), subject.forged(letter), subject.bare(NONSENSE), subject.forged(NONSENSE)]
    {
        let heard = subject.receive.receive(&push).await;
        if !hear::not_believed(&heard) {
            return Err(format!("an unproven push was {}", hear::word(&heard)));
        }
    }
    Ok(())
}

async fn tampered_is_refused(subject: &Subject<'_>) -> Result<(), String> {
    if !subject.proof.covers_body() {
        return Ok(());
    }
    // As it lies on the line: where it is sealed, that is what can be changed on the way.
    let proven = subject.proven(subject.body(&Letter::invented(2)));
    let body = proven.body.reveal().to_vec();
    for position in 0..body.len() {
        let mut changed = body.clone();
        changed[position] ^= 1;
        let mut push = proven.clone();
        push.body = huiliu_contract::Personal::new(changed.into());
        let heard = subject.receive.receive(&push).await;
        if !hear::not_believed(&heard) {
            return Err(format!("a body changed at byte {position} was {}", hear::word(&heard)));
        }
    }
    Ok(())
}

async fn letter_is_taken_whole(subject: &Subject<'_>) -> Result<(), String> {
    let letter = Letter::invented(3);
    let read = hear::lone(subject.receive, &subject.proven(subject.body(&letter))).await?;
    if read.external_id.as_str() != letter.number {
        return Err("the submission has another number than the letter".into());
    }
    let document = subject.writing.document(&letter);
    if *read.document.reveal() != document {
        return Err("the document is not what was sent".into());
    }
    // The files of a form of parts are kept beside its fields, whose canonical JSON is what is kept of them.
    let (raw, files) = match subject.writing {
        Writing::Json | Writing::Xml => (subject.body(&letter), vec![]),
        Writing::Parts => (document.to_string().into_bytes(), vec![Writing::FILE]),
    };
    if read.raw.bytes.reveal()[..] != raw[..] {
        return Err("the raw form is not what was sent".into());
    }
    let came: Vec<_> = read.attachments.iter().filter_map(came).collect();
    if came != files || read.attachments.len() != files.len() {
        return Err("the files are not what was sent".into());
    }
    Ok(())
}

/// The name and the bytes of an attachment whose bytes came along.
fn came(attachment: &Attachment) -> Option<(&str, &[u8])> {
    match &attachment.source {
        AttachmentSource::Bytes(bytes) => Some((attachment.name.reveal().as_str(), &bytes.reveal()[..])),
        AttachmentSource::Link(_) => None,
    }
}

async fn reading_twice_is_the_same(subject: &Subject<'_>) -> Result<(), String> {
    let push = subject.proven(subject.body(&Letter::invented(4)));
    let first = hear::lone(subject.receive, &push).await?;
    let second = hear::lone(subject.receive, &push).await?;
    let same = first.external_id == second.external_id
        && first.version == second.version
        && first.sent_at == second.sent_at
        && first.raw == second.raw
        && first.document == second.document
        && first.attachments == second.attachments;
    if same { Ok(()) } else { Err("the same push was read differently the second time".into()) }
}

fn acknowledgement_names_the_id(subject: &Subject<'_>) -> Result<(), String> {
    let letter = Letter::invented(5);
    let push = subject.proven(subject.body(&letter));
    for what in [What::New, What::Repeat, What::Revised] {
        let taken = taken(&letter, what).ok_or("the letter's number is no external id")?;
        let reply = subject.receive.answer(&push, Answer::Taken(std::slice::from_ref(&taken)));
        if !reply.status.is_success() {
            return Err(format!("`{}` was acknowledged by status {}", what.word(), reply.status.as_u16()));
        }
        if !String::from_utf8_lossy(&reply.body).contains(&letter.number) {
            return Err(format!("the acknowledgement of `{}` does not name the letter", what.word()));
        }
    }
    Ok(())
}

fn failure_asks_to_come_again(subject: &Subject<'_>) -> Result<(), String> {
    let reply = subject.receive.answer(&subject.proven(subject.body(&Letter::invented(6))), Answer::Failed);
    if reply.status.is_server_error() || reply.status.as_u16() == 429 {
        Ok(())
    } else {
        Err(format!("our failure was answered by status {}", reply.status.as_u16()))
    }
}

fn refusal_is_no_success(subject: &Subject<'_>) -> Result<(), String> {
    let letter = Letter::invented(7);
    let push = subject.proven(subject.body(&letter));
    let taken = taken(&letter, What::New).ok_or("the letter's number is no external id")?;
    let success = subject.receive.answer(&push, Answer::Taken(&[taken]));
    for refusal in [Refusal::NotVerified("x"), Refusal::Replayed, Refusal::TooLarge(1), Refusal::Forbidden] {
        let reply = subject.receive.answer(&push, Answer::Refused(&refusal));
        if reply.status.is_success() && (reply.body == success.body || reply.body.is_empty()) {
            return Err(format!("`{}` was answered as if it had been taken", refusal.word()));
        }
    }
    Ok(())
}

async fn nonsense_is_kept(subject: &Subject<'_>) -> Result<(), String> {
    match subject.receive.receive(&subject.proven(NONSENSE)).await {
        Err(Refusal::Unreadable { raw, reason }) if raw.bytes.reveal()[..] == *NONSENSE && !reason.is_empty() => Ok(()),
        Err(Refusal::Unreadable { .. }) => Err("the unreadable body is not kept as it came, or has no reason".into()),
        heard => Err(format!("nonsense was {}, not unreadable", hear::word(&heard))),
    }
}

fn door_limits_the_body(subject: &Subject<'_>) -> Result<(), String> {
    let Door::Http { body_limit } = subject.door else {
        return Err("only what is pushed by HTTP is tried".into());
    };
    if (1..=64 << 20).contains(body_limit) { Ok(()) } else { Err(format!("the limit is {body_limit} bytes")) }
}
