//! The reconciliation (对账): what the far sides say they sent, what the gateway says it kept, what the core says it
//! has. Pure: figures in, everything that does not fit out. It rounds nothing and forgives nothing.

use serde::Serialize;

use crate::settings::Text;

/// One channel's figures.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct ChannelFigures {
    /// Its name on screens.
    pub name: String,
    /// Different submissions the far side sent, by its own count; what was no submission at all is in it.
    pub sent: u64,
    /// Tickets, by the gateway's console.
    pub tickets: u64,
    /// Submissions listed as unmappable or unreadable, by the gateway's console.
    pub listed: u64,
    /// Submissions the far side changed after it had sent them, by its own count.
    pub revised: u64,
}

/// All figures of a run.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Figures {
    /// The channels.
    pub channels: Vec<ChannelFigures>,
    /// Different tickets the core has, by its own count.
    pub core_tickets: u64,
    /// Different events the core has, by its own count: one a ticket, and one a revision.
    pub core_events: u64,
    /// Events that reached the core before an earlier one of their ticket, by its own count.
    pub out_of_order: u64,
    /// Pushes never acknowledged, by the mailbox's own count.
    pub unacknowledged: u64,
    /// Acknowledgements that contradict an earlier one, by the mailbox's own count.
    pub contradicted: u64,
}

impl Figures {
    /// What all far sides sent.
    pub fn sent(&self) -> u64 {
        self.channels.iter().map(|channel| channel.sent).sum()
    }

    /// Tickets of all channels.
    pub fn tickets(&self) -> u64 {
        self.channels.iter().map(|channel| channel.tickets).sum()
    }

    /// What is listed for a person, of all channels.
    pub fn listed(&self) -> u64 {
        self.channels.iter().map(|channel| channel.listed).sum()
    }

    fn revised(&self) -> u64 {
        self.channels.iter().map(|channel| channel.revised).sum()
    }

    /// Everything that does not fit; nothing when the books balance. Where nothing was sent nothing is proven, so
    /// that does not balance either.
    pub fn wrong(&self) -> Vec<Text> {
        let mut wrong = Vec::new();
        for channel in &self.channels {
            let ChannelFigures { name, sent, tickets, listed, .. } = channel;
            if *sent == 0 {
                wrong.push(Text::new(format!("{name}:对方一件也没发"), format!("{name}: nothing was sent")));
            }
            if *sent != tickets + listed {
                wrong.push(Text::new(
                    format!("{name}:对方发出 {sent},入库 {tickets} + 认不出 {listed}"),
                    format!("{name}: {sent} sent, but {tickets} kept and {listed} listed"),
                ));
            }
        }
        let (tickets, core) = (self.tickets(), self.core_tickets);
        if tickets != core {
            wrong.push(Text::new(
                format!("统一工单 {tickets} 件,热线系统收到 {core} 件"),
                format!("{tickets} tickets, but the core has {core}"),
            ));
        }
        let (events, due) = (self.core_events, core + self.revised());
        if events != due {
            wrong.push(Text::new(
                format!("热线系统收到流转消息 {events} 条,应为 {due} 条(每件一条,每次更正一条)"),
                format!("the core has {events} events, {due} are due (one a ticket, one a revision)"),
            ));
        }
        let never = [
            (self.out_of_order, "条流转消息到热线系统时乱了序", "events reached the core out of order"),
            (self.unacknowledged, "次推送始终没有得到应答", "pushes were never acknowledged"),
            (self.contradicted, "次应答前后编号不一致", "acknowledgements contradict an earlier one"),
        ];
        let never = never.into_iter().filter(|(count, ..)| *count > 0);
        wrong.extend(never.map(|(n, zh, en)| Text::new(format!("{n} {zh}"), format!("{n} {en}"))));
        wrong
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn balanced() -> Figures {
        let channel = |name: &str, tickets, listed, revised| ChannelFigures {
            name: name.into(),
            sent: tickets + listed,
            tickets,
            listed,
            revised,
        };
        Figures {
            channels: vec![channel("甲", 40, 2, 1), channel("乙", 30, 3, 2)],
            core_tickets: 70,
            core_events: 73,
            ..Figures::default()
        }
    }

    #[test]
    fn books_that_fit_balance() {
        assert_eq!(balanced().wrong(), []);
        assert_eq!((balanced().sent(), balanced().tickets(), balanced().listed()), (75, 70, 5));
    }

    #[test]
    fn a_run_in_which_nothing_was_sent_proves_nothing() {
        let silent = Figures { channels: vec![ChannelFigures::default()], ..Figures::default() };
        assert_eq!(silent.wrong().len(), 1);
    }

    proptest! {
        /// Whichever single figure is off by however much, the books do not balance.
        #[test]
        fn one_figure_off_is_never_forgiven(which in 0_usize..13, by in 1_u64..50, down in any::<bool>()) {
            let mut figures = balanced();
            let [a, b] = &mut figures.channels[..] else { unreachable!() };
            let figure = [
                &mut a.sent, &mut a.tickets, &mut a.listed, &mut a.revised,
                &mut b.sent, &mut b.tickets, &mut b.listed, &mut b.revised,
                &mut figures.core_tickets, &mut figures.core_events,
                &mut figures.out_of_order, &mut figures.unacknowledged, &mut figures.contradicted,
            ].into_iter().nth(which).unwrap();
            let before = *figure;
            *figure = if down { before.saturating_sub(by) } else { before + by };
            prop_assume!(*figure != before);
            prop_assert!(!figures.wrong().is_empty());
        }
    }
}
