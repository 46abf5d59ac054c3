//! What a mail server keeps: folders, letters by number, and the commands it was given.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Flaw, Stored};

/// A folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) validity: u32,
    pub(super) next: u32,
    pub(super) letters: Vec<Stored>,
}

impl Default for Folder {
    fn default() -> Self {
        Self { validity: 1000, next: 1, letters: Vec::new() }
    }
}

/// All of it.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) folders: BTreeMap<String, Folder>,
    pub(super) commands: Vec<String>,
    here: usize,
    pub(super) most: usize,
    pub(super) all: usize,
}

impl Default for Book {
    fn default() -> Self {
        let folders = ["INBOX", "Junk"].map(|name| (name.to_owned(), Folder::default()));
        Self { folders: folders.into(), commands: Vec::new(), here: 0, most: 0, all: 0 }
    }
}

impl Book {
    pub(super) fn enter(&mut self) {
        self.here += 1;
        self.all += 1;
        self.most = self.most.max(self.here);
    }

    pub(super) fn leave(&mut self) {
        self.here -= 1;
    }

    pub(super) fn folder(&mut self, name: &str) -> &mut Folder {
        self.folders.entry(name.to_owned()).or_default()
    }

    pub(super) fn add(&mut self, name: &str, raw: Vec<u8>, flaw: Flaw) -> u32 {
        let folder = self.folder(name);
        let uid = folder.next;
        folder.next += 1;
        folder.letters.push(Stored { uid, raw, at: Timestamp::now(), flaw, flags: Vec::new() });
        uid
    }

    pub(super) fn renumber(&mut self, name: &str, validity: Option<u32>) {
        let folder = self.folder(name);
        folder.next = 1;
        for letter in &mut folder.letters {
            letter.uid = folder.next;
            folder.next += 1;
        }
        folder.validity = validity.unwrap_or(folder.validity);
    }
}

impl Folder {
    /// The numbers that a set names (RFC 3501, `sequence-set`); a star is the last letter, whichever way a range is written.
    pub(super) fn named(&self, set: &str) -> Vec<u32> {
        let last = self.letters.last().map_or(0, |letter| letter.uid);
        let number = |text: &str| if text == "*" { last } else { text.parse().unwrap_or(0) };
        let ranges: Vec<(u32, u32)> = set
            .split(',')
            .map(|part| {
                let (from, to) = part.split_once(':').unwrap_or((part, part));
                let (from, to) = (number(from), number(to));
                (from.min(to), from.max(to))
            })
            .collect();
        let all = self.letters.iter().map(|letter| letter.uid);
        all.filter(|uid| ranges.iter().any(|(from, to)| from <= uid && uid <= to)).collect()
    }

    /// The numbers that a search finds: `UID set`, `SINCE day`, `BEFORE day` and `UNDELETED`, one behind the other.
    pub(super) fn found(&self, what: &str) -> Vec<u32> {
        let mut found: Vec<u32> = self.letters.iter().map(|letter| letter.uid).collect();
        let mut words = what.split_whitespace();
        let day = |text: Option<&str>| Date::strptime("%d-%b-%Y", text.unwrap_or_default()).unwrap_or(Date::MAX);
        let of = |uid: &u32| self.letters.iter().find(|letter| letter.uid == *uid);
        let got = |uid: &u32| of(uid).map_or(Date::MIN, |letter| letter.at.to_zoned(TimeZone::UTC).date());
        while let Some(word) = words.next() {
            match word {
                "UID" => {
                    let named = self.named(words.next().unwrap_or_default());
                    found.retain(|uid| named.contains(uid));
                }
                "SINCE" => {
                    let from = day(words.next());
                    found.retain(|uid| got(uid) >= from);
                }
                "BEFORE" => {
                    let to = day(words.next());
                    found.retain(|uid| got(uid) < to);
                }
                "UNDELETED" => {
                    found.retain(|uid| {
                        of(uid).is_some_and(|letter| !letter.flags.iter().any(|flag| flag == "\\Deleted"))
                    });
                }
                _ => {}
            }
        }
        found
    }
}
