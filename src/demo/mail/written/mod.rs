//! The letters that citizens of the demo write, as their programs send them: old labels, words cut in the middle of a
//! character, pages with pictures. All of it is invented; the domains are nobody's.

mod build;
mod first;
mod replies;

use jiff::civil::{Date, Time};
use jiff::tz;

pub(super) use first::{by_a_machine, by_desktop, by_page, by_phone};
pub(super) use replies::{added, asked_by_code, passed_on};

/// What is to become of a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Becomes {
    /// A ticket of its own.
    Ticket,
    /// A ticket of its own that names the one of this number.
    Naming(String),
    /// What a kind of event tells about the ticket of this number.
    Act(&'static str, String),
    /// No ticket: a machine wrote it.
    Nothing,
}

/// One letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Letter {
    /// Its Message-ID, without brackets.
    pub(super) id: String,
    /// The citizen's address.
    pub(super) from: &'static str,
    /// The citizen's name.
    pub(super) name: &'static str,
    /// Its subject, as the citizen reads it.
    pub(super) subject: String,
    /// A sentence of it, which must reach the core as it was written.
    pub(super) says: &'static str,
    /// How many files are in it.
    pub(super) files: usize,
    /// What is to become of it.
    pub(super) becomes: Becomes,
    /// The bytes that go over the line.
    pub(super) raw: Vec<u8>,
}

/// The `Date` of a letter written at this time of a day in China.
fn date(day: Date, at: Time) -> String {
    let at = day.to_datetime(at).to_zoned(tz::TimeZone::fixed(tz::offset(8)));
    at.map(|at| at.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use huiliu_letter::{How, read};
    use jiff::civil::date;

    use super::super::mails::Mail;
    use super::*;

    fn letters() -> Vec<Letter> {
        let day = date(2025, 4, 1);
        let receipt = Mail::of("t.1@hengdong.example", "Re: 路灯〔编号 250401-00001-1〕", "您好:\n\n查询码:ABCDEFGHJK");
        let (first, page) = (by_phone(day), by_page(day));
        vec![
            by_desktop(day),
            by_a_machine(day),
            added(day, &first, &receipt, "1"),
            asked_by_code(day, &page, "ABCDEFGHJK", "2"),
            passed_on(day, &receipt, "3"),
            first,
            page,
        ]
    }

    #[test]
    fn every_letter_says_what_it_is_said_to_say() {
        for letter in letters() {
            let read = read(&letter.raw, &How::default()).unwrap();
            assert_eq!(read.subject, letter.subject);
            assert!(read.text.contains(letter.says), "{}", read.text);
            assert_eq!(read.message_id.as_deref(), Some(letter.id.as_str()));
            assert_eq!(read.from[0].name, letter.name);
            assert_eq!(read.files.len(), letter.files, "{:?}", read.files);
            let day = read.date.unwrap().to_zoned(tz::TimeZone::fixed(tz::offset(8))).date();
            assert_eq!(day, date(2025, 4, 1), "{}", letter.subject);
        }
    }

    #[test]
    fn every_letter_is_as_a_mail_server_carries_it() {
        for letter in letters() {
            let lines: Vec<&[u8]> = letter.raw.split(|byte| *byte == b'\n').collect();
            let (last, whole) = lines.split_last().unwrap();
            assert!(last.is_empty() && whole.iter().all(|line| line.ends_with(b"\r") && line.len() < 1000));
            assert!(!letter.raw.contains(&0));
        }
    }

    #[test]
    fn the_old_computer_writes_what_its_label_does_not_know() {
        let raw = by_desktop(date(2025, 4, 1)).raw;
        let head = String::from_utf8_lossy(&raw);
        let words: Vec<&str> = head.split("=?gb2312?B?").skip(2).filter_map(|rest| rest.split("?=").next()).collect();
        let cut = words.iter().any(|word| {
            use base64::Engine;
            let bytes = base64::engine::general_purpose::STANDARD.decode(word).unwrap();
            encoding_rs::GB18030.decode(&bytes).2
        });
        assert!(cut, "a character of the subject is cut in two");
        assert!(raw.windows(4).any(|four| four == [0x82, 0x30, 0xa8, 0x31]), "a character of four bytes");
    }
}
