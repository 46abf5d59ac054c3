//! What a letter answers: an earlier mail of ours to the same person, a matter whose code it bears, or an earlier letter of the
//! same sender. From anybody else it is a matter of its own that names the old one: a letter that was passed on must open no
//! other citizen's case.

use huiliu_letter::Letter;
use huiliu_letter::meaning::authentication::Verdict;
use huiliu_letter::meaning::thread::{codes, is_urge};

use super::{Letters, Opened, sender};

/// What a letter is there for.
#[derive(Default)]
pub(super) struct Thread {
    /// 补充 or 催办; none for a matter of its own.
    pub(super) act: Option<&'static str>,
    /// About which earlier item: its number, or what else it is called.
    pub(super) refer: Option<String>,
    /// The item that a matter of its own speaks of.
    pub(super) names: Option<String>,
}

impl Letters {
    /// What it answers; `new` are its own words, without those that it quotes.
    pub(super) fn thread(&self, opened: &Opened<'_>, new: &str) -> Thread {
        let letter = opened.letter;
        let act = if is_urge(new) { "催办" } else { "补充" };
        let about = |refer: String| Thread { act: Some(act), refer: Some(refer), names: None };
        // Who failed the check of the site's own server is not who they say, and no party of anything.
        let is_sender = opened.checked.as_ref().is_none_or(|checked| checked.verdict != Verdict::Fail);
        let mut named = None;
        for id in answered(letter) {
            match self.tag.read(id) {
                Some(told) if is_sender && told.is_party(sender(letter)) => {
                    return about(told.external_id.as_str().to_owned());
                }
                Some(told) => named = named.or(Some(told.external_id.as_str().to_owned())),
                None => {}
            }
        }
        // The code was told to nobody but who wrote the letter; whoever bears it speaks for them.
        if let Some(code) = codes(&letter.subject).into_iter().chain(codes(new)).next() {
            return about(called_by_code(&code));
        }
        match named {
            Some(names) => Thread { names: Some(names), ..Thread::default() },
            None if is_sender => {
                let id = answered(letter).next();
                id.map_or_else(Thread::default, |id| about(self.called_by_mail(id, sender(letter))))
            }
            None => Thread::default(),
        }
    }

    /// What later letters may call this one.
    pub(super) fn also(&self, opened: &Opened<'_>) -> Vec<String> {
        let id = opened.letter.message_id.as_deref().filter(|id| !id.is_empty());
        let mail = id.map(|id| self.called_by_mail(id, sender(opened.letter)));
        std::iter::once(called_by_code(&opened.code)).chain(mail).collect()
    }
}

impl Letters {
    /// An earlier mail of the same sender: ids are no secret, so that of another's leads nowhere. A digest of both, whole:
    /// ids may be of any length, and what is cut off could be the sender.
    fn called_by_mail(&self, id: &str, sender: &str) -> String {
        let both = format!("{}\0{id}\0{}", id.len(), sender.trim().to_lowercase());
        format!("mail:{}", hex::encode(self.blind.blind("email mail", both.as_bytes())))
    }
}

/// The mails that it answers: the one before it first, then those before that, the latest first.
fn answered(letter: &Letter) -> impl Iterator<Item = &str> {
    letter.in_reply_to.iter().map(String::as_str).chain(letter.references.iter().rev().map(String::as_str))
}

fn called_by_code(code: &str) -> String {
    format!("code:{code}")
}
