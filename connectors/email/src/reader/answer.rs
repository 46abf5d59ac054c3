//! To whom an answer would go, and whether one may leave by itself.

use huiliu_letter::meaning::class::{answer_to, may_be_answered};
use serde_json::{Value, json};

use super::{Letters, Opened};

impl Letters {
    /// What an answer needs to know of the letter.
    pub(super) fn answer(&self, opened: &Opened<'_>) -> Value {
        let letter = self.inner(opened.letter);
        let to = answer_to(&letter.fields, &self.options.reply_domains).unwrap_or_default();
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
}
