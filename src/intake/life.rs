//! When a channel last showed life, as long as the process lives: what was told again writes nothing, and yet somebody
//! told it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use huiliu_contract::{Taken, What};
use jiff::Timestamp;

/// By the channel's id, when.
#[derive(Default, Debug)]
pub(super) struct Life(Mutex<HashMap<u32, Timestamp>>);

impl Life {
    /// Notes what became of items. A polled list shows what is known again and again: that is no life.
    pub(super) fn note(&self, channel: u32, taken: &[Taken], polled: bool, now: Timestamp) {
        let shows = |taken: &Taken| !polled || (taken.what != What::Repeat && taken.external_id.is_some());
        if taken.iter().any(shows) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(channel, now);
        }
    }

    /// When a channel last showed life.
    pub(super) fn of(&self, channel: u32) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&channel).copied()
    }
}

#[cfg(test)]
mod tests {
    use huiliu_contract::ExternalId;

    use super::*;

    #[test]
    fn a_list_that_shows_what_is_known_is_no_life() {
        let taken = |what, id: Option<&str>| Taken {
            external_id: id.map(|id| ExternalId::new(id).unwrap()),
            ticket: None,
            what,
        };
        let (repeat, stray) = (taken(What::Repeat, Some("A")), taken(What::Unmapped, None));
        for (items, polled, shows) in [
            (vec![], false, false),
            (vec![repeat.clone()], false, true),
            (vec![repeat.clone(), stray.clone()], true, false),
            (vec![stray], false, true),
            (vec![repeat, taken(What::New, Some("B"))], true, true),
        ] {
            let life = Life::default();
            life.note(1, &items, polled, Timestamp::UNIX_EPOCH);
            assert_eq!(life.of(1).is_some(), shows, "{items:?} {polled}");
            assert_eq!(life.of(2), None);
        }
    }
}
