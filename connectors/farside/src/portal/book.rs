//! What a back end holds and counts. It knows no HTTP, and its clock moves when it is told to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::item::Letter;
use super::options::{Layout, PortalOptions};
use crate::desk::Told;
use crate::dice::Dice;
use crate::parts::FileSeen;
use crate::platform::Trick;
use crate::roads::Matter;

/// One request as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Method, path and query.
    pub line: String,
    /// Whether it showed a session that holds.
    pub logged_in: bool,
    /// How long after the start.
    pub at: Duration,
}

/// One login as it was tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// What became of it: `in`, `captcha` (wrong, used or too late), `ticket` (the form's hidden field was not right),
    /// `password` or `locked`.
    pub went: &'static str,
    /// How long after the start.
    pub at: Duration,
}

/// What a back end counted.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PortalStats {
    /// Requests for lists, let in or not.
    pub lists: u64,
    /// Requests for the page of a letter, let in or not.
    pub details: u64,
    /// Requests that showed no session where one is needed.
    pub strangers: u64,
    /// The most requests that were open at once.
    pub at_once: u64,
    /// Wrong passwords.
    pub wrong_passwords: u64,
    /// Whether the account was ever locked.
    pub locked: bool,
    /// Answers that it did not believe: about a letter that it does not have or that is done, or with nothing in them.
    pub refused: u64,
    /// Faults that it drew by itself.
    pub faults: u64,
}

/// Where a fault meets a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spot {
    List,
    Detail,
    Form,
    Save,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) since: Duration,
    pub(super) used: Duration,
    pub(super) kicked: bool,
}

/// A picture that was given to a visitor.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) answer: String,
    pub(super) at: Duration,
}

#[derive(Debug)]
pub(super) struct Book {
    pub(super) options: PortalOptions,
    start: Instant,
    passed: Duration,
    pub(super) letters: Vec<Letter>,
    grown: u64,
    pub(super) tricks: VecDeque<Trick>,
    pub(super) detail_tricks: VecDeque<Trick>,
    pub(super) form_tricks: VecDeque<Trick>,
    pub(super) save_tricks: VecDeque<Trick>,
    pub(super) login_tricks: VecDeque<Trick>,
    pub(super) layout: Layout,
    /// Boxes that the forms do not have any more.
    pub(super) dropped: BTreeSet<String>,
    pub(super) estranged: bool,
    pub(super) sessions: BTreeMap<String, Session>,
    /// Hidden fields of login pages, by the visitor that got them; each is good once.
    pub(super) tickets: BTreeMap<String, String>,
    pub(super) pictures: BTreeMap<String, Given>,
    pub(super) last_picture: Option<String>,
    /// Hidden fields of reply forms; each is good once.
    pub(super) tokens: BTreeSet<String>,
    pub(super) serial: u64,
    pub(super) wrong_in_a_row: u64,
    pub(super) judges: bool,
    pub(super) asked: Vec<Asked>,
    pub(super) tried: Vec<Tried>,
    pub(super) told: Vec<(String, Told)>,
    pub(super) uploads: BTreeMap<String, FileSeen>,
    pub(super) last_page: Option<Vec<Letter>>,
    pub(super) open: u64,
    pub(super) stats: PortalStats,
    pub(super) slow: Duration,
    /// By what it draws faults, and how many are left.
    pub(super) dice: Option<(Dice, u32)>,
}

/// So seldom it draws a fault, as long as it has any left.
const SELDOM: u64 = 9;

impl Book {
    pub(super) fn new(options: PortalOptions) -> Self {
        let items = options.items;
        let mut book = Self {
            options,
            start: Instant::now(),
            passed: Duration::ZERO,
            letters: Vec::new(),
            grown: 0,
            tricks: VecDeque::new(),
            detail_tricks: VecDeque::new(),
            form_tricks: VecDeque::new(),
            save_tricks: VecDeque::new(),
            login_tricks: VecDeque::new(),
            layout: Layout::Usual,
            dropped: BTreeSet::new(),
            estranged: false,
            sessions: BTreeMap::new(),
            tickets: BTreeMap::new(),
            pictures: BTreeMap::new(),
            last_picture: None,
            tokens: BTreeSet::new(),
            serial: 0,
            wrong_in_a_row: 0,
            judges: false,
            asked: Vec::new(),
            tried: Vec::new(),
            told: Vec::new(),
            uploads: BTreeMap::new(),
            last_page: None,
            open: 0,
            stats: PortalStats::default(),
            slow: Duration::ZERO,
            dice: None,
        };
        (0..items).for_each(|_| book.grow(false));
        book
    }

    /// Its clock: how long after the start.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed() + self.passed
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.passed += time;
    }

    /// A number that was not given before, and that nobody guesses by counting.
    pub(super) fn fresh(&mut self) -> String {
        self.serial += 1;
        let mixed = (self.serial + 0x9e37).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{mixed:016x}{:04}", self.serial)
    }

    pub(super) fn grow(&mut self, malformed: bool) {
        self.grown += 1;
        let minutes = i64::try_from(self.grown - 1).unwrap_or_default();
        let at = self.options.from + jiff::SignedDuration::from_mins(minutes);
        self.letters.push(Letter::new(self.grown, at, malformed));
    }

    /// Takes a letter that is handed to it.
    pub(super) fn hand(&mut self, number: &str, matter: &Matter) {
        self.grown += 1;
        self.letters.push(Letter::handed(self.grown, number.into(), matter.clone()));
    }

    pub(super) fn find(&mut self, name: &str) -> Option<&mut Letter> {
        self.letters.iter_mut().find(|letter| letter.is_called(name))
    }

    /// What happens at a spot now: what was put there, or what the dice say.
    pub(super) fn trick(&mut self, spot: Spot) -> Option<Trick> {
        let row = match spot {
            Spot::List => &mut self.tricks,
            Spot::Detail => &mut self.detail_tricks,
            Spot::Form => &mut self.form_tricks,
            Spot::Save => &mut self.save_tricks,
        };
        if let Some(trick) = row.pop_front() {
            return Some(trick);
        }
        let (dice, left) = self.dice.as_mut().filter(|(_, left)| *left > 0)?;
        if !dice.once_in(SELDOM) {
            return None;
        }
        let away = || Trick::Status(503, Some("1".into()));
        let drawn = match spot {
            Spot::List | Spot::Detail => dice.pick(&[away(), Trick::HangUp, Trick::CutBody]).cloned(),
            Spot::Form => Some(away()),
            Spot::Save => dice.pick(&[Trick::HangUp, Trick::Lost, Trick::TakenThen(502)]).cloned(),
        };
        *left -= 1;
        self.stats.faults += 1;
        drawn
    }

    /// What is wrong with an answer, where it looks at what it is told.
    pub(super) fn refusal(&mut self, verb: &str, said: &BTreeMap<String, String>) -> Option<&'static str> {
        let text = |name: &str| said.get(name).is_some_and(|text| !text.trim().is_empty());
        let filled = match verb {
            "reply" => text("text"),
            "finish" => text("replyContent") && text("dept"),
            "back" => text("reason"),
            "delay" => text("reason") && text("days"),
            _ => true,
        };
        let wrong = match self.letters.iter().find(|letter| Some(letter.number()).as_ref() == said.get("id")) {
            None => Some("没有这封信"),
            Some(letter) if !letter.is_open() && letter.state != EXTENDED => Some("该信件不在待办状态"),
            Some(_) if !filled => Some("必填项不能为空"),
            Some(_) => None,
        }?;
        self.stats.refused += 1;
        Some(wrong)
    }

    /// Whether these cookies show a session that holds, which is used by that; else how it is told.
    pub(super) fn let_in(&mut self, cookie: Option<&str>) -> Result<(), Turned> {
        let now = self.now();
        let (idle, lasts) = (self.options.idle, self.options.lasts);
        let Some(session) = cookie.and_then(|cookie| self.sessions.get_mut(cookie)) else { return Err(Turned::Lost) };
        if session.kicked {
            self.sessions.remove(cookie.unwrap_or_default());
            return Err(Turned::Kicked);
        }
        let over =
            |limit: Option<Duration>, from: Duration| limit.is_some_and(|limit| now.saturating_sub(from) >= limit);
        if over(idle, session.used) || over(lasts, session.since) {
            self.sessions.remove(cookie.unwrap_or_default());
            return Err(Turned::Lost);
        }
        session.used = now;
        Ok(())
    }

    /// A login of the account; all others are pushed out.
    pub(super) fn enter(&mut self) -> String {
        self.sessions.values_mut().for_each(|session| session.kicked = true);
        let (cookie, now) = (format!("S{}", self.fresh()), self.now());
        self.sessions.insert(cookie.clone(), Session { since: now, used: now, kicked: false });
        cookie
    }

    /// Judges a login.
    pub(super) fn judge(&mut self, visitor: &str, said: &BTreeMap<String, String>) -> &'static str {
        let text = |name: &str| said.get(name).map(String::as_str).unwrap_or_default();
        let ticket = self.tickets.remove(visitor);
        let picture = self.pictures.remove(visitor);
        let went = if ticket.is_none_or(|ticket| ticket != text("lt")) {
            "ticket"
        } else if self.options.captcha.is_some_and(|valid| {
            picture.is_none_or(|given| given.answer != text("verifyCode") || self.now() - given.at >= valid)
        }) {
            "captcha"
        } else if self.wrong_in_a_row >= self.options.lock_after {
            "locked"
        } else if text("loginName") != self.options.user || text("loginPwd") != self.options.password.expose() {
            self.wrong_in_a_row += 1;
            self.stats.wrong_passwords += 1;
            self.stats.locked |= self.wrong_in_a_row >= self.options.lock_after;
            "password"
        } else {
            self.wrong_in_a_row = 0;
            "in"
        };
        let at = self.now();
        self.tried.push(Tried { went, at });
        went
    }

    /// A page of the list: its letters and how many there are in all.
    pub(super) fn list(&mut self, asked: &BTreeMap<String, String>) -> (Vec<Letter>, usize) {
        let number = |name: &str| asked.get(name).and_then(|text| text.parse::<usize>().ok());
        let size =
            number("size").or(number("pagesize")).unwrap_or(usize::try_from(self.options.size).unwrap_or(20)).max(1);
        let page = number("page").unwrap_or(1).max(1);
        if page == 1 {
            self.letters.iter_mut().for_each(Letter::is_listed);
        }
        let todo = asked.get("status").is_some_and(|status| status == "todo");
        let day = |name: &str| asked.get(name).filter(|text| !text.is_empty());
        let inside = |letter: &&Letter| {
            (!todo || letter.handed.is_none() || letter.is_open())
                && day("from").is_none_or(|from| letter.day() >= *from)
                && day("to").is_none_or(|to| letter.day() <= *to)
        };
        let mut all: Vec<&Letter> = self.letters.iter().filter(inside).collect();
        if self.options.newest_first {
            all.reverse();
        }
        let total = all.len();
        (all.into_iter().skip((page - 1).saturating_mul(size)).take(size).cloned().collect(), total)
    }

    /// Takes an answer.
    pub(super) fn take(
        &mut self,
        verb: &str,
        key: Option<String>,
        said: &BTreeMap<String, String>,
        files: Vec<FileSeen>,
    ) {
        let id = said.get("id").cloned().unwrap_or_default();
        let mut files = files;
        // A path that was given for an upload stands for its file.
        let paths = said.get("d_attachments[]").map(|paths| paths.split('\n').collect::<Vec<_>>()).unwrap_or_default();
        files.extend(paths.into_iter().filter_map(|path| self.uploads.get(path).cloned()));
        let shown = said.iter().filter(|(name, _)| !["token", "id"].contains(&name.as_str()));
        let body: Value =
            shown.map(|(name, text)| (name.clone(), json!(text))).collect::<serde_json::Map<_, _>>().into();
        self.told.push((id.clone(), Told { verb: verb.into(), key, body, files }));
        let judges = self.judges;
        if let Some((letter, state)) = self.find(&id).zip(after(verb, judges)) {
            letter.state = state.into();
        }
    }
}

/// The state of a letter for which more time was granted.
const EXTENDED: &str = "已延期";

/// The state that an answer leads to.
fn after(verb: &str, judges: bool) -> Option<&'static str> {
    let judged = |judged, at_once| Some(if judges { judged } else { at_once });
    match verb {
        "sign" => Some("办理中"),
        "back" => judged("退单待审", "已退单"),
        "delay" => judged("延期待审", EXTENDED),
        "finish" | "reply" => judged("待审核", "已办结"),
        _ => None,
    }
}

/// Why a request is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turned {
    Lost,
    Kicked,
}
