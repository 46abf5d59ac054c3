//! To whom an answer would go, and whether one may leave by itself.

use huiliu_letter::meaning::class::may_be_answered;
use serde_json::{Value, json};

use super::{Letters, Opened, sender};

impl Letters {
    /// What an answer needs to know of the letter.
    pub(super) fn answer(&self, opened: &Opened<'_>) -> Value {
        let letter = self.inner(opened.letter);
        let to = self.reply_address(opened);
        let may = if to.is_empty() {
            Err(("来信没有回信地址", "the letter has no address to answer to"))
        } else if opened.met.junk {
            Err(("在垃圾邮件文件夹里,不自动回", "it lay among junk: nothing answers by itself"))
        } else if !std::ptr::eq(letter, opened.letter) {
            Err(("由同事转来,不自动回", "a colleague passed it on: nothing answers by itself"))
        } else {
            Ok(())
        };
        let why = match may {
            Err((zh, en)) => Some((zh.to_owned(), en.to_owned())),
            Ok(()) => {
                let signs = self.signs(opened.letter, opened.met);
                let asked = may_be_answered(&signs, &opened.sorted, opened.checked.as_ref());
                asked.err().map(|why| (why.zh, why.en))
            }
        };
        let mut answer = json!({
            "to": to, "message_id": letter.message_id, "references": letter.references, "subject": letter.subject,
            "receipt": why.is_none(),
        });
        if let Some((zh, en)) = why {
            answer["why"] = zh.into();
            answer["why_en"] = en.into();
        }
        answer
    }

    /// Where an answer goes: where the letter asks for it, if that is of the sender's own domain or of one that is allowed;
    /// else to the sender.
    pub(super) fn reply_address<'a>(&self, opened: &Opened<'a>) -> &'a str {
        let letter = self.inner_of(opened);
        let from = sender(letter);
        let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.trim().to_lowercase());
        let allowed = |address: &str| {
            let asked = domain(address);
            asked.is_some()
                && (asked == domain(from)
                    || self.options.reply_domains.iter().any(|one| Some(one.trim().to_lowercase()) == asked))
        };
        match letter.reply_to.first().map(|reply| reply.address.as_str()) {
            Some(reply) if allowed(reply) => reply,
            _ => from,
        }
    }
}
