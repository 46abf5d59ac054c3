//! What a road knows of its letters: handed over, changed, asked about, answered. Pure: no clock, no port. It counts by
//! itself and takes nothing that it should not.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;

use crate::roads::{Asking, Matter, Tally};

/// Where a letter stands at its road.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stand {
    Fresh,
    Working,
    Judged,
    Closed,
    Redo,
    BackJudged,
    Returned,
    DelayJudged,
    Extended,
    Declined,
}

impl Stand {
    /// In the words that roads use.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Fresh => "待签收",
            Self::Working => "办理中",
            Self::Judged => "待审核",
            Self::Closed => "已办结",
            Self::Redo => "退回重办",
            Self::BackJudged => "退单待审",
            Self::Returned => "已退单",
            Self::DelayJudged => "延期待审",
            Self::Extended => "已延期",
            Self::Declined => "不予受理",
        }
    }
}

/// What the county says of a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Saying {
    Sign,
    Back,
    Delay,
    Progress,
    Reply,
    Finish,
    Decline,
}

/// Why something is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    Unknown,
    Empty,
    Stand,
}

impl Refusal {
    /// In the words that roads use.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unknown => "没有这一件",
            Self::Empty => "内容不能为空",
            Self::Stand => "当前状态不能这样办理",
        }
    }
}

/// How a road holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// A letter must be signed for before anything else is said of it.
    pub(crate) signs: bool,
    /// What concludes a letter, hands it back or asks for time is judged: the first question shows that, later ones the end.
    pub(crate) judges: bool,
}

/// A letter at its road.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) number: String,
    pub(crate) matter: Matter,
    pub(crate) stand: Stand,
    /// When the road last changed it.
    pub(crate) changed: Timestamp,
    reason: Option<String>,
    answer: Option<String>,
    closed: bool,
}

/// What a road asked about a letter, with a number of its own.
#[derive(Clone, Debug)]
pub(crate) struct Inquiry {
    pub(crate) number: String,
    pub(crate) about: String,
    pub(crate) asking: Asking,
    pub(crate) changed: Timestamp,
}

impl Inquiry {
    /// What it says.
    pub(crate) fn text(&self) -> &str {
        match &self.asking {
            Asking::Supplement(text)
            | Asking::Urge(text)
            | Asking::Supervise(text)
            | Asking::Redo(text)
            | Asking::Withdraw(text) => text,
        }
    }
}

/// One line of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown<'a> {
    Letter(&'a Letter),
    /// What is asked, and the letter that it is about.
    Inquiry(&'a Inquiry, &'a Letter),
}

impl Shown<'_> {
    pub(crate) fn changed(&self) -> Timestamp {
        match self {
            Self::Letter(letter) => letter.changed,
            Self::Inquiry(inquiry, _) => inquiry.changed,
        }
    }
}

/// The book of a road.
#[derive(Debug)]
pub(crate) struct Book {
    rules: Rules,
    letters: BTreeMap<String, Letter>,
    inquiries: BTreeMap<String, Inquiry>,
    /// Numbers of both, what changed last behind the others.
    list: Vec<String>,
    receipts: BTreeMap<String, String>,
    heard: u64,
    tally: Tally,
}

impl Book {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            letters: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            list: Vec::new(),
            receipts: BTreeMap::new(),
            heard: 0,
            tally: Tally::default(),
        }
    }

    /// How many numbers were given away.
    pub(crate) fn given(&self) -> usize {
        self.letters.len() + self.inquiries.len()
    }

    pub(crate) fn hand_over(&mut self, number: &str, matter: &Matter, now: Timestamp) {
        let letter = Letter {
            number: number.into(),
            matter: matter.clone(),
            stand: Stand::Fresh,
            changed: now,
            reason: None,
            answer: None,
            closed: false,
        };
        self.letters.insert(number.into(), letter);
        self.list.push(number.into());
        self.tally.handed += 1;
    }

    /// Puts a letter at the end of the list as it is.
    pub(crate) fn repeat(&mut self, number: &str, now: Timestamp) -> io::Result<()> {
        self.touch(number, now)?;
        self.tally.repeated += 1;
        Ok(())
    }

    /// Notes that a letter was told so often over and above once.
    pub(crate) fn told_again(&mut self, times: u64) {
        self.tally.repeated += times;
    }

    pub(crate) fn revise(&mut self, number: &str, content: &str, now: Timestamp) -> io::Result<()> {
        self.touch(number, now)?.matter.content = content.into();
        self.tally.revised += 1;
        Ok(())
    }

    fn touch(&mut self, number: &str, now: Timestamp) -> io::Result<&mut Letter> {
        let letter = self.letters.get_mut(number).ok_or_else(|| unknown(number))?;
        letter.changed = now;
        self.list.retain(|listed| listed != number);
        self.list.push(number.into());
        Ok(letter)
    }

    /// Asks something about a letter under a number of its own. A redo is asked of what is concluded and accepted only.
    pub(crate) fn ask(&mut self, number: &str, about: &str, asking: &Asking, now: Timestamp) -> io::Result<()> {
        let letter = self.letters.get_mut(about).ok_or_else(|| unknown(about))?;
        if let Asking::Redo(why) = asking {
            if letter.stand != Stand::Closed {
                return Err(io::Error::other(format!("{about} is {}: nothing can be redone", letter.stand.word())));
            }
            (letter.stand, letter.reason) = (Stand::Redo, Some(why.clone()));
        }
        let inquiry = Inquiry { number: number.into(), about: about.into(), asking: asking.clone(), changed: now };
        self.inquiries.insert(number.into(), inquiry);
        self.list.push(number.into());
        self.tally.acts += 1;
        Ok(())
    }

    /// Takes what the county says of a letter, and gives a receipt; the same key gets the same one and changes nothing.
    pub(crate) fn hear(
        &mut self,
        saying: Saying,
        number: &str,
        text: &str,
        key: Option<&str>,
    ) -> Result<String, Refusal> {
        if let Some(known) = key.and_then(|key| self.receipts.get(key)) {
            return Ok(known.clone());
        }
        if let Err(refusal) = self.heard(saying, number, text) {
            self.tally.refused += 1;
            return Err(refusal);
        }
        self.heard += 1;
        let receipt = format!("HZ{:08}", self.heard);
        if let Some(key) = key {
            self.receipts.insert(key.into(), receipt.clone());
        }
        Ok(receipt)
    }

    fn heard(&mut self, saying: Saying, number: &str, text: &str) -> Result<(), Refusal> {
        let Rules { signs, judges } = self.rules;
        let letter = self.letters.get_mut(number).ok_or(Refusal::Unknown)?;
        let open = match letter.stand {
            Stand::Fresh => !signs,
            Stand::Working | Stand::Redo | Stand::DelayJudged | Stand::Extended => true,
            _ => false,
        };
        let allowed = if saying == Saying::Sign { signs && letter.stand == Stand::Fresh } else { open };
        if !allowed {
            return Err(Refusal::Stand);
        }
        if saying != Saying::Sign && text.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        match saying {
            Saying::Sign => {
                letter.stand = Stand::Working;
                self.tally.signed += 1;
            }
            Saying::Back => letter.stand = if judges { Stand::BackJudged } else { Stand::Returned },
            Saying::Delay => letter.stand = if judges { Stand::DelayJudged } else { Stand::Extended },
            Saying::Progress => {}
            Saying::Reply => letter.answer = Some(text.into()),
            Saying::Decline => letter.stand = Stand::Declined,
            Saying::Finish => {
                letter.stand = if judges { Stand::Judged } else { Stand::Closed };
                letter.answer = Some(text.into());
                self.tally.closed += u64::from(!letter.closed);
                letter.closed = true;
            }
        }
        letter.reason = None;
        Ok(())
    }

    /// How a letter stands, and why. What is judged is judged well once somebody has seen that it is.
    pub(crate) fn look(&mut self, number: &str) -> Option<(&'static str, Option<String>)> {
        let letter = self.letters.get_mut(number)?;
        let shown = (letter.stand.word(), letter.reason.clone());
        letter.stand = match letter.stand {
            Stand::Judged => Stand::Closed,
            Stand::BackJudged => Stand::Returned,
            Stand::DelayJudged => Stand::Extended,
            stand => stand,
        };
        Some(shown)
    }

    pub(crate) fn stand(&self, number: &str) -> Option<Stand> {
        self.letters.get(number).map(|letter| letter.stand)
    }

    /// Notes something that was refused before it came as far as this book.
    pub(crate) fn refuse(&mut self) {
        self.tally.refused += 1;
    }

    pub(crate) fn shown(&self, number: &str) -> Option<Shown<'_>> {
        if let Some(letter) = self.letters.get(number) {
            return Some(Shown::Letter(letter));
        }
        let inquiry = self.inquiries.get(number)?;
        Some(Shown::Inquiry(inquiry, self.letters.get(&inquiry.about)?))
    }

    /// What changed at this second or later, in the list's order.
    pub(crate) fn since(&self, since: Option<Timestamp>) -> Vec<Shown<'_>> {
        let shown = self.list.iter().filter_map(|number| self.shown(number));
        shown.filter(|shown| since.is_none_or(|since| shown.changed() >= since)).collect()
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    pub(crate) fn closed(&self) -> BTreeMap<String, String> {
        let closed = self.letters.values().filter(|letter| letter.closed);
        closed.map(|letter| (letter.number.clone(), letter.answer.clone().unwrap_or_default())).collect()
    }

    /// The letters that nobody answered, handed back or declined.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let ended = |letter: &Letter| {
            letter.closed || matches!(letter.stand, Stand::BackJudged | Stand::Returned | Stand::Declined)
        };
        self.letters.values().filter(|letter| !ended(letter)).map(|letter| letter.number.clone()).collect()
    }
}

fn unknown(number: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("this road has no {number}"))
}
