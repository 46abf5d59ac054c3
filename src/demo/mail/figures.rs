//! The figures of letters by mail: they stand beside the quarter's, and must fit too. What is wrong with one letter or mail is
//! told by its name.

use huiliu_farside::core::Worked;
use serde::Serialize;

use super::CHANNEL;
use super::held::{Held, held};
use super::post::{Kept, Post};
use super::written::Becomes;
use crate::settings::Text;

/// How many letters the demo's citizens write.
const WRITTEN: u64 = 7;

/// The figures of letters by mail.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct MailFigures {
    /// Letters that were to come.
    pub planned: u64,
    /// Different letters that are kept, as the mail server was told.
    pub handed: u64,
    /// Tickets of the channel, by the gateway's console.
    pub tickets: u64,
    /// Tickets that the core was told of, by its own book.
    pub core: u64,
    /// Letters that add to an earlier one or urge, as they were written.
    pub asked: u64,
    /// Events of such letters, by the core's own book.
    pub acts: u64,
    /// Letters that no person wrote, as they were written.
    pub automatic: u64,
    /// Letters that became no ticket and are listed, by the gateway's console.
    pub listed: u64,
    /// Receipts that arrived and are right, each once.
    pub receipts: u64,
    /// Tickets that the core closed, by its own book.
    pub closed: u64,
    /// Answers that arrived and are right, each once.
    pub answers: u64,
    /// Times that a letter was handed over which had been kept before.
    pub again: u64,
    /// Of these, times that the gateway said something else of it than before.
    pub otherwise: u64,
    /// Times that a mail of ours arrived which had arrived before: after a kill it may.
    pub twice: u64,
    /// Letters of which the core has something else than was written, and mails that are not as they should be.
    #[serde(serialize_with = "in_english")]
    pub amiss: Vec<Text>,
}

/// All figures as they now are: `tickets` and `listed` are the console's.
pub(in super::super) fn figures(post: &Post, worked: &Worked, tickets: u64, listed: u64) -> MailFigures {
    let book = post.book();
    let Held { receipts, answers, twice, wrong } = held(post, worked);
    let as_written = |of: fn(&Becomes) -> bool| book.kept.iter().filter(|kept| of(&kept.letter.becomes)).count() as u64;
    let own = || worked.tickets.values().filter(|ticket| ticket.is_of(CHANNEL));
    let acts = ["supplemented", "urged", "supervised", "redo", "revised", "joined"];
    let closed = worked.sources.iter().filter(|((channel, _), answer)| channel == CHANNEL && answer.is_some());
    let strayed = book.kept.iter().filter_map(|kept| strayed(kept, worked));
    MailFigures {
        planned: WRITTEN,
        handed: book.kept.len() as u64,
        tickets,
        core: own().count() as u64,
        asked: as_written(|becomes| matches!(becomes, Becomes::Act(..))),
        acts: own().flat_map(|ticket| acts.iter().filter_map(|kind| ticket.events.get(*kind))).sum(),
        automatic: as_written(|becomes| *becomes == Becomes::Nothing),
        listed,
        receipts: receipts.len() as u64,
        closed: closed.count() as u64,
        answers: answers.len() as u64,
        again: book.again,
        otherwise: book.otherwise,
        twice,
        amiss: strayed.chain(wrong).collect(),
    }
}

/// What the core has of a letter that is not as it was written.
fn strayed(kept: &Kept, worked: &Worked) -> Option<Text> {
    let Kept { letter, number, word } = kept;
    let ticket = number.as_deref().and_then(|number| worked.tickets.get(number));
    let names = |old: Option<&String>| ticket.is_some_and(|ticket| ticket.names.as_ref() == old);
    let whole = || {
        ticket.is_some_and(|ticket| {
            ticket.title == letter.subject && ticket.content.contains(letter.says) && ticket.files == letter.files
        })
    };
    let right = match &letter.becomes {
        Becomes::Ticket => word == "new" && whole() && names(None),
        Becomes::Naming(old) => word == "new" && whole() && names(Some(old)),
        Becomes::Act(kind, old) => {
            word == "act" && number.as_ref() == Some(old) && ticket.is_some_and(|one| one.events.contains_key(*kind))
        }
        Becomes::Nothing => word == "unticketed" && number.is_none(),
    };
    (!right).then(|| {
        let (subject, said) = (&letter.subject, number.as_deref().unwrap_or_default());
        Text::new(
            format!("来信“{subject}”({said} {word})到热线不是原样"),
            format!("the letter “{subject}” ({said} {word}) is not at the core as it was written"),
        )
    })
}

impl MailFigures {
    /// Everything that does not fit.
    pub fn wrong(&self) -> Vec<Text> {
        let Self { planned, handed, tickets, core, asked, acts, automatic, listed, receipts, closed, answers, .. } =
            self;
        let pairs = [
            ((*planned, "应来", "to come"), (*handed, "邮件服务器交来", "kept, the mail server was told")),
            (
                (*handed, "交来", "kept"),
                (tickets + asked + automatic, "立件、补充催办、自动邮件", "tickets, acts and automatic ones"),
            ),
            ((*tickets, "立件", "tickets"), (*core, "热线收到", "tickets at the core")),
            ((*asked, "来信补充催办", "letters that add or urge"), (*acts, "热线收到补充催办", "acts at the core")),
            ((*automatic, "自动邮件", "automatic letters"), (*listed, "未立件", "listed as no ticket")),
            ((*core, "热线收到", "tickets at the core"), (*receipts, "来信人收到回执", "receipts that arrived")),
            ((*core, "热线收到", "tickets at the core"), (*closed, "热线办结", "closed by the core")),
            ((*closed, "热线办结", "closed by the core"), (*answers, "来信人收到答复", "answers that arrived")),
            ((self.otherwise, "再投时说法不同", "told otherwise when handed over again"), (0, "应为", "to be")),
        ];
        let differ = pairs.into_iter().filter(|((n, ..), (m, ..))| n != m);
        let told = differ.map(|((n, zh, en), (m, zh2, en2))| {
            Text::new(format!("邮件:{zh} {n},{zh2} {m}"), format!("mail: {en}: {n}, but {en2}: {m}"))
        });
        told.chain(self.amiss.iter().cloned()).collect()
    }
}

fn in_english<S: serde::Serializer>(amiss: &[Text], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(amiss.iter().map(|one| &one.en))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn balanced() -> MailFigures {
        MailFigures {
            planned: 7,
            handed: 7,
            tickets: 4,
            core: 4,
            asked: 2,
            acts: 2,
            automatic: 1,
            listed: 1,
            receipts: 4,
            closed: 4,
            answers: 4,
            again: 1,
            ..MailFigures::default()
        }
    }

    #[test]
    fn mail_that_fits_balances_and_what_is_amiss_does_not() {
        assert_eq!(balanced().wrong(), []);
        let amiss = vec![Text::new("缺", "missing")];
        assert_eq!(MailFigures { amiss: amiss.clone(), ..balanced() }.wrong(), amiss);
    }

    proptest! {
        /// Whichever figure is off by however much, mail does not balance. Handing over and arriving twice are no faults.
        #[test]
        fn one_figure_off_is_never_forgiven(which in 0_usize..12, by in 1_u64..50, down: bool) {
            let mut figures = balanced();
            let MailFigures {
                planned, handed, tickets, core, asked, acts, automatic, listed, receipts, closed, answers, otherwise,
                again: _, twice: _, amiss: _,
            } = &mut figures;
            let all =
                [planned, handed, tickets, core, asked, acts, automatic, listed, receipts, closed, answers, otherwise];
            let before = *all[which];
            *all[which] = if down { before.saturating_sub(by) } else { before + by };
            prop_assume!(*all[which] != before);
            prop_assert!(!figures.wrong().is_empty());
        }
    }
}
