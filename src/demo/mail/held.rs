//! Every mail in the postbox held against what was promised to the citizen: to whom, in which thread, by whom it says it was
//! written, and what it tells. It knows the letters and the core's book, and nothing of the gateway.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use huiliu_farside::core::{Ticket, Worked};

use super::mails::Mail;
use super::post::{Kept, Post};
use super::written::Letter;
use super::{ADDRESS, CHANNEL};
use crate::settings::Text;

/// What lies in the postbox, by the tickets of the letters that it answers.
#[derive(Default)]
pub(super) struct Held {
    /// Receipts that are right, one a ticket.
    pub(super) receipts: BTreeMap<String, Mail>,
    /// Answers that are right, one a ticket.
    pub(super) answers: BTreeMap<String, Mail>,
    /// How often a mail arrived that had arrived before.
    pub(super) twice: u64,
    /// What is wrong with the others.
    pub(super) wrong: Vec<Text>,
}

/// Holds all of them.
pub(super) fn held(post: &Post, worked: &Worked) -> Held {
    let (mails, unread) = post.mails();
    let kept = post.book().kept;
    let mut held = Held::default();
    if unread > 0 {
        held.wrong.push(Text::new(format!("{unread} 封发出的邮件读不了"), format!("{unread} mails cannot be read")));
    }
    for (mail, times) in mails {
        held.twice += times - 1;
        let id = mail.id.clone();
        if let Err((zh, en)) = held.put(mail, &kept, worked) {
            held.wrong.push(Text::new(format!("发出的邮件 {id}:{zh}"), format!("the mail {id}: {en}")));
        }
    }
    held
}

type Wrong = (&'static str, &'static str);

impl Held {
    fn put(&mut self, mail: Mail, kept: &[Kept], worked: &Worked) -> Result<(), Wrong> {
        let answered = mail.answers().ok_or(("没有写回的是哪一封", "it does not say which letter it answers"))?;
        let kept = kept.iter().find(|kept| kept.letter.id == answered);
        let Kept { letter, number, .. } = kept.ok_or(("回的信没有来过", "it answers a letter that never came"))?;
        let number = number.as_deref().ok_or(("回的信没有立件", "it answers a letter that made no ticket"))?;
        let ticket = worked.tickets.get(number).ok_or(("热线没有这一件", "the core has no such ticket"))?;
        in_thread(&mail, letter, number)?;
        let place = match mail.field("Auto-Submitted") {
            Some("auto-replied") => {
                receipt(&mail, letter, ticket)?;
                self.receipts.entry(number.to_owned())
            }
            None => {
                answer(&mail, ticket, worked)?;
                self.answers.entry(number.to_owned())
            }
            Some(_) => return Err(("Auto-Submitted 写得不对", "its Auto-Submitted is wrong")),
        };
        match place {
            Entry::Vacant(place) => {
                place.insert(mail);
                Ok(())
            }
            Entry::Occupied(_) => Err(("同一件发了不止一封", "there is more than one of it")),
        }
    }
}

fn in_thread(mail: &Mail, letter: &Letter, number: &str) -> Result<(), Wrong> {
    let thread = mail.field("References").unwrap_or_default();
    let checks: [(bool, Wrong); 4] = [
        (mail.to == [letter.from], ("不是寄给来信人的", "it does not go to who wrote")),
        (mail.sender == ADDRESS, ("信封上的发件人不对", "the envelope names another sender")),
        (
            thread.split_whitespace().any(|id| id.trim_matches(['<', '>']) == letter.id),
            ("不在来信的那一串里", "it is not in the letter's thread"),
        ),
        (mail.subject.contains(number), ("主题里没有编号", "its subject does not bear the number")),
    ];
    all(checks)
}

/// A receipt tells the number and the query code, and repeats nothing that was written.
fn receipt(mail: &Mail, letter: &Letter, ticket: &Ticket) -> Result<(), Wrong> {
    let code = ticket.query_code.as_deref().unwrap_or_default();
    all([
        (!code.is_empty() && mail.text.contains(code), ("回执里没有查询码", "the receipt tells no query code")),
        (!mail.text.contains(letter.says), ("回执里有来信的原文", "the receipt repeats the letter")),
    ])
}

/// An answer is the one that the core gave.
fn answer(mail: &Mail, ticket: &Ticket, worked: &Worked) -> Result<(), Wrong> {
    let own = ticket.sources.iter().find(|(channel, _)| channel == CHANNEL);
    let closed = own.and_then(|source| worked.sources.get(source)?.as_deref());
    let closed = closed.ok_or(("热线没有办结", "the core did not close it"))?;
    all([(mail.text.contains(closed), ("不是热线的答复", "it is not the core's answer"))])
}

fn all<const N: usize>(checks: [(bool, Wrong); N]) -> Result<(), Wrong> {
    checks.into_iter().find(|(right, _)| !right).map_or(Ok(()), |(_, wrong)| Err(wrong))
}

#[cfg(test)]
mod tests {
    use huiliu_farside::postbox::Taken;
    use jiff::civil::date;

    use super::super::written::by_phone;
    use super::*;

    const NUMBER: &str = "250401-00001";
    const ANSWER: &str = "候车亭已经加固。";

    fn taken(fields: &str, text: &str) -> Mail {
        let letter = by_phone(date(2025, 4, 1));
        let (id, to) = (&letter.id, letter.from.to_owned());
        let bytes = format!(
            "Message-ID: <t.1@hengdong.example>\r\nSubject: Re: {NUMBER}\r\nIn-Reply-To: <{id}>\r\n\
             References: <0@phone.example> <{id}>\r\n{fields}\r\n{text}"
        );
        Mail::read(&Taken { from: ADDRESS.into(), to: vec![to], bytes: bytes.into_bytes() }).unwrap()
    }

    fn receipt() -> Mail {
        taken("Auto-Submitted: auto-replied\r\n", "编号 250401-00001\r\n查询码:ABCDEFGHJK")
    }

    fn worked(closed: bool) -> Worked {
        let source = (CHANNEL.to_owned(), "m1:1".to_owned());
        let ticket =
            Ticket { query_code: Some("ABCDEFGHJK".into()), sources: vec![source.clone()], ..Ticket::default() };
        let answer = closed.then(|| ANSWER.to_owned());
        Worked { sources: [(source, answer)].into(), tickets: [(NUMBER.into(), ticket)].into(), ..Worked::default() }
    }

    /// What is wrong with the last of these, in English.
    fn wrong(mails: &[&Mail], closed: bool) -> Option<&'static str> {
        let kept = Kept { letter: by_phone(date(2025, 4, 1)), number: Some(NUMBER.into()), word: "new".into() };
        let mut held = Held::default();
        let put = |mail: &&Mail| held.put((*mail).clone(), std::slice::from_ref(&kept), &worked(closed));
        mails.iter().map(put).last()?.err().map(|(_, en)| en)
    }

    #[test]
    fn a_receipt_and_an_answer_as_they_should_be_are_right() {
        assert_eq!(wrong(&[&receipt()], false), None);
        assert_eq!(wrong(&[&receipt(), &taken("", ANSWER)], true), None);
    }

    #[test]
    fn each_promise_that_is_not_kept_is_told() {
        let changed = |change: fn(&mut Mail)| {
            let mut mail = receipt();
            change(&mut mail);
            mail
        };
        let says = by_phone(date(2025, 4, 1)).says;
        for (mail, closed, why) in [
            (changed(|mail| mail.to = vec!["other@phone.example".into()]), false, "it does not go to who wrote"),
            (changed(|mail| mail.to.push("other@phone.example".into())), false, "it does not go to who wrote"),
            (changed(|mail| mail.sender = String::new()), false, "the envelope names another sender"),
            (changed(|mail| mail.subject = "Re: 250401-00002".into()), false, "its subject does not bear the number"),
            (changed(|mail| mail.text = "编号 250401-00001".into()), false, "the receipt tells no query code"),
            (
                taken("Auto-Submitted: auto-replied\r\n", &format!("ABCDEFGHJK {says}")),
                false,
                "the receipt repeats the letter",
            ),
            (taken("Auto-Submitted: auto-generated\r\n", "ABCDEFGHJK"), false, "its Auto-Submitted is wrong"),
            (taken("", ANSWER), false, "the core did not close it"),
            (taken("", "会处理的。"), true, "it is not the core's answer"),
        ] {
            assert_eq!(wrong(&[&mail], closed), Some(why));
        }
        assert_eq!(wrong(&[&receipt(), &receipt()], false), Some("there is more than one of it"));
        let answer = taken("", ANSWER);
        assert_eq!(wrong(&[&answer, &answer], true), Some("there is more than one of it"));
    }

    #[test]
    fn a_mail_about_no_letter_is_told() {
        let stranger = |fields: &str| {
            let bytes = format!("Message-ID: <t.1@x>\r\nSubject: x\r\n{fields}\r\n").into_bytes();
            Mail::read(&Taken { from: ADDRESS.into(), to: vec!["a@b.example".into()], bytes }).unwrap()
        };
        assert_eq!(wrong(&[&stranger("")], false), Some("it does not say which letter it answers"));
        let other = stranger("In-Reply-To: <1@b.example>\r\n");
        assert_eq!(wrong(&[&other], false), Some("it answers a letter that never came"));
    }
}
