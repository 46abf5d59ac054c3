//! What the letter's reader says about answering it: to whom, in which thread, and whether a receipt may go there.

use huiliu_contract::{Fault, Homebound};
use serde::Deserialize;

/// How many ids of the thread are carried on: more of them only make headers long (RFC 5322 sets no bound).
pub(super) const THREAD: usize = 20;

/// `answer` and `query_code` of a letter's document; nothing else of it is read.
#[derive(Default, Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    pub(super) answer: Answer,
    /// The query code, if the ticket has one.
    #[serde(default)]
    pub(super) query_code: Option<String>,
}

/// How the letter is answered.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// Whom an answer goes to.
    to: Option<String>,
    /// The letter's id.
    pub(super) message_id: Option<String>,
    /// The ids of the letters before it, oldest first.
    references: Vec<String>,
    /// The letter's subject.
    pub(super) subject: Option<String>,
    /// Whether a receipt may go there; absent is no word against it.
    receipt: Option<bool>,
    /// Why not.
    why: Option<String>,
}

impl Said {
    /// Reads it; [`Fault::Malformed`] if it is not there or not as agreed.
    pub(super) fn read(homebound: &Homebound<'_>) -> Result<Self, Fault> {
        let document =
            homebound.document.ok_or_else(|| Fault::malformed("the letter that is answered is not at hand"))?;
        let part = |at: &str| document.pointer(at).cloned().unwrap_or_default();
        let answer = match part("/@mail/answer") {
            serde_json::Value::Null => Answer::default(),
            value => serde_json::from_value(value)
                .map_err(|_| Fault::malformed("what the letter says about its answer cannot be read"))?,
        };
        let query_code = part("/query_code").as_str().map(str::to_owned);
        Ok(Self { answer, query_code })
    }
}

impl Answer {
    /// Whom an answer goes to.
    pub(super) fn to(&self) -> Option<&str> {
        self.to.as_deref().map(str::trim).filter(|to| !to.is_empty())
    }

    /// The thread behind an answer: the list of the letter, cut to the last, and the letter itself.
    pub(super) fn thread(&self) -> Vec<String> {
        let own = self.message_id.iter();
        let before = self.references.iter().filter(|id| Some(*id) != self.message_id.as_ref());
        let before: Vec<_> = before.collect();
        let skipped = before.len().saturating_sub(THREAD);
        before.into_iter().skip(skipped).chain(own).cloned().collect()
    }

    /// Why no receipt may go there, Chinese and English; none where it may.
    pub(super) fn against(&self) -> Option<(String, String)> {
        if self.receipt == Some(false) {
            let both = |why: &String| (why.clone(), why.clone());
            let unsaid = || ("来信不该自动回复".to_owned(), "the letter must not be answered by a machine".to_owned());
            return Some(self.why.as_ref().filter(|why| !why.trim().is_empty()).map_or_else(unsaid, both));
        }
        match self.to() {
            None => Some(("来信没有可以回复的地址".into(), "the letter names no address to answer to".into())),
            // Nobody is asked to mend an address that some machine made up.
            Some(to) if !huiliu_mailer::is_address(to) => {
                Some(("来信的地址发不了信".into(), "the letter's address is none that mail can go to".into()))
            }
            Some(_) => None,
        }
    }
}
