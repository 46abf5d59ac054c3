//! What mapping rules read of a letter. Nothing of it hangs on the door by which it came, but for where it lay.
//!
//! What stands under `@mail` is no field of the source: the whole text, what it quotes, and what an answer needs.

use huiliu_letter::Letter;
use huiliu_letter::meaning::authentication::Verdict;
use huiliu_letter::meaning::class::Class;
use huiliu_letter::meaning::{clouds, contact, forward, quote};
use serde_json::{Map, Value, json};

use super::thread::Thread;
use super::{Letters, Opened, sender};

/// Under what name stands what is no field of the source.
pub(crate) const BESIDE: &str = "@mail";

/// How many characters of the text stand for a subject that is missing.
const TITLE: usize = 30;

impl Letters {
    /// The letter that counts of an opened one.
    pub(super) fn inner_of<'a>(&self, opened: &Opened<'a>) -> &'a Letter {
        self.inner(opened.letter)
    }

    pub(super) fn document(&self, opened: &Opened<'_>) -> Value {
        let letter = self.inner_of(opened);
        let forwarded = self.is_clerk(opened.letter).then(|| forward::read(&letter.subject, &letter.text)).flatten();
        let unquoted = forwarded.as_ref().map(|inline| inline.unquoted(&letter.text));
        let text = unquoted.as_deref().unwrap_or(&letter.text);
        let split = quote::split(text);
        let found = contact::read(split.new_text(), split.signature());
        let thread = match forwarded.is_none() && std::ptr::eq(letter, opened.letter) {
            true => self.thread(opened, split.new_text()),
            false => Thread::default(),
        };
        let (mut name, mut address) =
            (letter.from.first().map_or_else(String::new, |from| from.name.clone()), sender(letter).to_owned());
        let mut subject = letter.subject.clone();
        if let Some(inline) = &forwarded {
            name = inline.from_name.reveal().clone();
            address = inline.from_address.as_ref().map(|address| address.reveal().clone()).unwrap_or_default();
            subject = inline.subject.as_ref().map(|subject| subject.reveal().clone()).unwrap_or(subject);
        }
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| {
            let says_nothing = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
            if !says_nothing {
                document.insert(key.to_owned(), value);
            }
        };
        put("id", opened.id.as_str().into());
        put("query_code", opened.code.as_str().into());
        put("title", title(&subject, split.new_text()).into());
        put("words", split.new_text().trim().into());
        let own = found.name.as_ref().map(|found| found.value.reveal().clone());
        put("name", own.unwrap_or_else(|| name.clone()).into());
        put("from", json!({ "name": name, "address": address }));
        put("email", address.into());
        put("date", letter.date.map_or(Value::Null, |date| date.to_string().into()));
        put("contact", extracted(&found));
        put("act", thread.act.into());
        put("refer", thread.refer.into());
        put("names", thread.names.into());
        put("remarks", remarks(opened, letter).into());
        let whole = (letter.text != split.new_text()).then(|| letter.text.clone());
        let lines = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let links: Vec<Value> = clouds::find(letter.html.as_deref(), &letter.text)
            .iter()
            .map(|one| json!({ "host": one.host, "store": one.store, "name": one.name.reveal(), "link": one.link.reveal(), "size": one.size, "expires": one.expires_text }))
            .collect();
        let mut beside = json!({
            "subject": subject, "whole": whole, "history": lines(split.history()), "signature": lines(split.signature()),
            "to": letter.to.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(),
            "cc": letter.cc.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(),
            "class": opened.sorted.class.word(), "answer": self.answer(opened), "cloud_files": links,
        });
        if let Some(checked) = &opened.checked {
            beside["authentication"] = json!({
                "verdict": checked.verdict.word(), "spf": checked.spf, "dkim": checked.dkim, "dmarc": checked.dmarc,
            });
        }
        put(BESIDE, beside);
        Value::Object(document)
    }
}

/// The subject, else the beginning of the text.
fn title(subject: &str, text: &str) -> String {
    match subject.trim() {
        "" => text.trim().lines().next().unwrap_or_default().chars().take(TITLE).collect(),
        subject => subject.to_owned(),
    }
}

/// Contact details out of the text, each with the pattern that found it.
fn extracted(found: &contact::Contact) -> Value {
    let mut all = Map::new();
    for (key, one) in [("name", &found.name), ("phone", &found.phone), ("address", &found.address)] {
        if let Some(one) = one {
            all.insert(key.to_owned(), one.value.reveal().as_str().into());
            all.insert(format!("{key}_by"), one.by.into());
        }
    }
    if all.is_empty() { Value::Null } else { all.into() }
}

/// What people should know of the letter besides its words.
fn remarks(opened: &Opened<'_>, letter: &Letter) -> Option<Vec<String>> {
    let mut said: Vec<String> = letter.notes.iter().map(|note| note.zh.clone()).collect();
    said.extend(letter.unreadable.iter().map(|why| why.zh.clone()));
    if opened.met.whole_size.is_some() {
        said.push("信太大,只取了开头,附件没有收;原信在邮箱里".into());
    }
    if opened.sorted.class == Class::Spam {
        said.push(opened.sorted.reason.zh.clone());
    }
    if !std::ptr::eq(letter, opened.letter) {
        said.push("由同事转来,以里面那封信为准".into());
    }
    if opened.checked.as_ref().is_some_and(|checked| checked.verdict == Verdict::Fail) {
        said.push("发件人没有通过邮件服务器的验证,可能是冒名".into());
    }
    (!said.is_empty()).then_some(said)
}
