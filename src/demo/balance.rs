//! The reconciliation (对账): what the far sides say they handed over and saw closed, what the gateway kept, what the core has
//! and closed, and whether the report says just that. Pure: figures in, everything that does not fit out. It rounds nothing
//! and forgives nothing.

use serde::Serialize;

use super::mail::MailFigures;
use crate::settings::Text;

/// One channel's figures.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct ChannelFigures {
    /// Its code.
    pub code: String,
    /// Its name on screens.
    pub name: String,
    /// Letters that were to come.
    pub planned: u64,
    /// Different letters handed over, by the far side's own count.
    pub handed: u64,
    /// Letters that the gateway knows by the far side's number, by its console.
    pub kept: u64,
    /// Letters that the core was told of, by its own book.
    pub core: u64,
    /// Letters that the core closed, by its own book.
    pub closed: u64,
    /// Letters that the far side was told are closed, by its own count.
    pub answered: u64,
    /// Letters of which the core's last answer does not stand at the far side, or only there.
    pub astray: u64,
    /// Write-backs that the far side did not believe.
    pub refused: u64,
}

/// Figures that must be the same at both ends.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Ends {
    /// By the far sides' own counts.
    pub far: u64,
    /// By the core's own book.
    pub core: u64,
}

/// All figures of a run.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Figures {
    /// The channels.
    pub channels: Vec<ChannelFigures>,
    /// Letters that were to be closed.
    pub to_close: u64,
    /// Tickets, by the gateway's console.
    pub tickets: u64,
    /// Letters that joined a ticket of another channel, by the core's own book.
    pub joined: u64,
    /// Different tickets the core has, by its own count.
    pub core_tickets: u64,
    /// Letters that were changed after they had been handed over.
    pub revised: Ends,
    /// What far sides asked about letters.
    pub acts: Ends,
    /// Events that reached the core before an earlier one of their ticket, by its own count.
    pub out_of_order: u64,
    /// Outcomes that the gateway did not take from the core.
    pub outcomes_refused: u64,
    /// Events that still wait for the core, and write-backs that still wait for a far side.
    pub undone: u64,
    /// What still waits for a person.
    pub dead: u64,
    /// Letters by mail. They are not of the quarter: nothing above but what must not be counts them.
    pub mail: MailFigures,
}

/// What the report must say by the far sides' own counts, and what it printed.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Said {
    /// The piece of the first paragraph.
    pub preamble: String,
    /// The section about channels other than the telephone.
    pub section: String,
    /// The whole paper, as the report printed it.
    pub paper: String,
}

impl Figures {
    /// One figure of all channels.
    pub fn all(&self, of: impl Fn(&ChannelFigures) -> u64) -> u64 {
        self.channels.iter().map(of).sum()
    }

    /// Everything that does not fit; nothing when the books balance. Where nothing was handed over nothing is proven, so that
    /// does not balance either.
    pub fn wrong(&self) -> Vec<Text> {
        let mut wrong: Vec<Text> = self.channels.iter().filter_map(ChannelFigures::wrong).collect();
        let mut differ = |one: (u64, &str, &str), other: (u64, &str, &str)| {
            let ((n, zh, en), (m, zh2, en2)) = (one, other);
            if n != m {
                wrong.push(Text::new(format!("{zh} {n},{zh2} {m}"), format!("{en}: {n}, but {en2}: {m}")));
            }
        };
        let (planned, kept) = (self.all(|one| one.planned), self.all(|one| one.kept));
        differ((planned.max(1), "应来件", "letters that were to come"), (kept, "入库", "kept"));
        differ(
            (self.to_close, "应办结", "to be closed"),
            (self.all(|one| one.closed), "热线办结", "closed by the core"),
        );
        let own = (self.tickets + self.joined, "统一工单加并单", "tickets and joined letters");
        differ(own, (kept, "入库来件", "letters kept"));
        differ((self.tickets, "统一工单", "tickets"), (self.core_tickets, "热线工单", "tickets of the core"));
        let Ends { far, core } = self.revised;
        differ((far, "对方更正", "revised by far sides"), (core, "热线收到更正", "revisions told to the core"));
        let Ends { far, core } = self.acts;
        differ((far, "对方催办等", "asked by far sides"), (core, "热线收到催办等", "told to the core"));
        let never = [
            (self.out_of_order, "条流转消息到热线系统时乱了序", "events reached the core out of order"),
            (self.outcomes_refused, "条办理反馈网关没有收", "outcomes were not taken by the gateway"),
            (self.undone, "条还没有送到", "things are not delivered"),
            (self.dead, "件还待人工处理", "things still need a person"),
        ];
        let never = never.into_iter().filter(|(count, ..)| *count > 0);
        wrong.extend(never.map(|(n, zh, en)| Text::new(format!("{n} {zh}"), format!("{n} {en}"))));
        wrong.extend(self.mail.wrong());
        wrong
    }
}

impl ChannelFigures {
    fn wrong(&self) -> Option<Text> {
        let Self { name, planned, handed, kept, core, closed, answered, astray, refused, .. } = self;
        let fits = [handed, kept, core].iter().all(|count| *count == planned) && closed == answered;
        (!fits || astray + refused > 0).then(|| {
            Text::new(
                format!(
                    "{name}:应来 {planned},对方交来 {handed},入库 {kept},热线收到 {core};热线办结 {closed},\
                     对方见到 {answered},其中答复对不上 {astray},对方不认 {refused}"
                ),
                format!(
                    "{name}: {planned} to come, {handed} handed over, {kept} kept, {core} at the core; {closed} closed, \
                     {answered} seen closed, {astray} answers astray, {refused} not believed"
                ),
            )
        })
    }
}

impl Said {
    /// What the paper does not say, character for character and just once.
    pub fn wrong(&self) -> Vec<Text> {
        let once = |sentence: &&&String| self.paper.matches(sentence.as_str()).count() == 1;
        let missing = [&self.preamble, &self.section].into_iter().filter(|sentence| !once(&sentence));
        let text = |sentence: &String| {
            let zh = format!("报告里应有且只有一句:{sentence}");
            Text::new(zh, format!("the report must say this once: {sentence}"))
        };
        missing.map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn balanced() -> Figures {
        let channel = |name: &str, letters, closed| ChannelFigures {
            code: name.into(),
            name: name.into(),
            planned: letters,
            handed: letters,
            kept: letters,
            core: letters,
            closed,
            answered: closed,
            ..ChannelFigures::default()
        };
        Figures {
            channels: vec![channel("甲", 40, 39), channel("乙", 30, 30)],
            to_close: 69,
            tickets: 69,
            joined: 1,
            core_tickets: 69,
            revised: Ends { far: 2, core: 2 },
            acts: Ends { far: 3, core: 3 },
            ..Figures::default()
        }
    }

    #[test]
    fn books_that_fit_balance() {
        assert_eq!(balanced().wrong(), []);
    }

    #[test]
    fn a_run_in_which_nothing_came_proves_nothing() {
        assert_eq!(Figures::default().wrong().len(), 1);
    }

    #[test]
    fn the_paper_says_each_sentence_once() {
        let said =
            |paper: &str| Said { preamble: "办结2件".into(), section: "共3件。".into(), paper: paper.into() };
        assert_eq!(said("前面办结2件,后面\n共3件。").wrong(), []);
        assert_eq!(said("办结2件").wrong().len(), 1);
        assert_eq!(said("办结2件,共3件。共3件。").wrong().len(), 1);
    }

    proptest! {
        /// Whichever single figure is off by however much, the books do not balance.
        #[test]
        fn one_figure_off_is_never_forgiven(which in 0_usize..28, by in 1_u64..50, down in any::<bool>()) {
            let mut figures = balanced();
            let Figures {
                channels, to_close, tickets, joined, core_tickets, revised, acts, out_of_order, outcomes_refused, undone, dead,
                mail: _,
            } = &mut figures;
            let mut all: Vec<&mut u64> = vec![
                to_close, tickets, joined, core_tickets, &mut revised.far, &mut revised.core, &mut acts.far, &mut acts.core,
                out_of_order, outcomes_refused, undone, dead,
            ];
            for one in channels {
                all.extend([
                    &mut one.planned, &mut one.handed, &mut one.kept, &mut one.core,
                    &mut one.closed, &mut one.answered, &mut one.astray, &mut one.refused,
                ]);
            }
            prop_assert_eq!(all.len(), 28);
            let before = *all[which];
            *all[which] = if down { before.saturating_sub(by) } else { before + by };
            prop_assume!(*all[which] != before);
            prop_assert!(!figures.wrong().is_empty());
        }
    }
}
