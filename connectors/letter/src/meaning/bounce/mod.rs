//! What a notice of failure says: which address, whether for good, and which of our letters it speaks of (RFC 3464, and what
//! servers without it write).

mod code;
mod report;
#[cfg(test)]
mod tests;
mod words;

use huiliu_contract::Personal;

use super::{address, thread};
use crate::Fields;

/// Recipients taken out of one notice.
pub const MOST_RECIPIENTS: usize = 100;

/// What became of a letter at one address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// It did not arrive and will not.
    Failed,
    /// It has not arrived yet; the server tries on. No failure.
    Delayed,
    /// It arrived.
    Delivered,
    /// It went on to a server that sends no such notices.
    Relayed,
    /// It went on to the members of a list.
    Expanded,
}

/// One address that a notice speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// The address that we wrote to, where the notice tells it; else the one at which it ended.
    pub address: Personal<String>,
    /// The word of `Action`, in lower case; empty where none stands.
    pub action: String,
    /// The code of RFC 3463, for example `5.1.1`: the more exact of `Status` and what the diagnosis holds. Empty where
    /// there is none.
    pub status: String,
    /// What the far server said; it may quote addresses.
    pub diagnostic: Personal<String>,
    /// What became of the letter.
    pub verdict: Verdict,
    /// The address is dead: it failed with a code of class 5 that is not a full mailbox.
    pub permanent: bool,
}

/// What a notice says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bounce {
    /// The addresses of its machine-readable part, or of `X-Failed-Recipients`; at most [`MOST_RECIPIENTS`].
    pub recipients: Vec<Recipient>,
    /// Message-IDs of what we sent, without brackets, the surest first: of the letter that came back with it, of a copy in
    /// its text, then what the notice itself says to answer.
    pub message_ids: Vec<String>,
    /// What its text says, where no machine-readable part does: one address and what became of the letter there. A guess:
    /// it counts only for an address that was written to lately.
    pub in_text: Option<Recipient>,
}

impl Bounce {
    /// The recipients that failed, those of the machine-readable part or the one of the text.
    pub fn failed(&self) -> impl Iterator<Item = &Recipient> {
        self.recipients.iter().chain(&self.in_text).filter(|recipient| recipient.verdict == Verdict::Failed)
    }
}

/// Reads a notice. `status` is the text of its `message/delivery-status` part (of several: all of them, with an empty line
/// between), `returned` the header fields of the letter
/// that came back with it, `fields` its own, `text` what people read of it.
pub fn read(status: Option<&str>, returned: Option<&Fields>, fields: &Fields, text: &str) -> Bounce {
    let mut recipients = status.map(report::recipients).unwrap_or_default();
    if recipients.is_empty() {
        recipients = failed_by_field(fields, text);
    }
    let in_text = if recipients.is_empty() { words::recipient(fields, text) } else { None };
    Bounce { recipients, message_ids: message_ids(returned, fields, text), in_text }
}

/// Exim and Gmail name who failed in a field; why is in the text.
fn failed_by_field(fields: &Fields, text: &str) -> Vec<Recipient> {
    let named = fields.all("x-failed-recipients").flat_map(address::all).map(|(_, address)| address);
    let told = named.take(MOST_RECIPIENTS);
    told.map(|address| words::judged(address, text)).collect()
}

fn message_ids(returned: Option<&Fields>, fields: &Fields, text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut add = |found: Vec<String>| {
        for id in found {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    };
    for value in returned.into_iter().flat_map(|returned| returned.all("message-id")) {
        add(thread::ids(value));
    }
    add(words::message_ids(text));
    for value in fields.all("in-reply-to") {
        add(thread::ids(value));
    }
    for value in fields.all("references") {
        // The letter that it answers stands last.
        add(thread::ids(value).into_iter().rev().collect());
    }
    ids
}
