//! Stories of letters that were copied into the core by hand, and of what can be looked up without writing.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::store::{Handled, Reference, Registration};

impl Site {
    async fn registers(&self, letter: &Letter, core_number: &str, dry: bool) -> Registration {
        let acceptance = self.acceptance(&[letter.clone().standing(Standing::Historic)]);
        let handled = Handled { acceptance, core_number: core_number.into(), concluded: false, dry };
        self.store.register_handled(handled, &clerk("copied before")).await.unwrap()
    }

    async fn ticket_now(&self, key: TicketKey) -> crate::store::TicketRow {
        self.store.ticket(key.number).await.unwrap()
    }
}

/// A registered letter is a live ticket that the core has; when it comes it is no news; later it is revised like any other.
pub(super) async fn a_registered_letter_is_the_cores(house: &dyn House) {
    let site = Site::pushed(house).await;
    assert_eq!(site.registers(&letter("A", "by hand"), "HD1", true).await, Registration::New(None));
    let ids = || vec!["A".to_owned(), "B".to_owned()];
    assert!(site.store.known(site.channel.namespace, ids()).await.unwrap().is_empty(), "a dry run writes nothing");
    let Registration::New(Some(key)) = site.registers(&letter("A", "by hand"), "HD1", false).await else { panic!() };
    let known = site.store.known(site.channel.namespace, ids()).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [("A".to_owned(), Some(key))]);
    let row = site.ticket_now(key).await;
    assert_eq!((row.core_number.as_deref(), row.standing, row.events, row.sent), (Some("HD1"), Standing::Live, 1, 1));
    let deeds = site.store.deeds(&format!("ticket:{}", key.number)).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].what.as_str(), deeds[0].who.as_str()), (1, "handled", "clerk"));
    // Its day is known as one on which something came.
    assert!(site.store.last_item(site.channel.channel, key.number.day()).await.unwrap().is_some());
    assert!(site.store.last_item(site.channel.channel, key.number.day().tomorrow().unwrap()).await.unwrap().is_none());
    assert_eq!(site.tell(&letter("A", "as it was sent").phone("138")).await, (What::Repeat, Some(key)));
    assert_eq!(site.tell(&letter("A", "as it was sent").phone("138")).await, (What::Repeat, Some(key)));
    let row = site.ticket_now(key).await;
    assert_eq!((row.version_n, row.events), (2, 1), "its words are the letter's own, and nobody is told");
    assert_eq!(site.forward_all().await, []);
    // From now on it changes like any other.
    assert_eq!(site.tell(&letter("A", "changed").phone("138")).await, (What::Revised, Some(key)));
    assert_eq!(site.forward_all().await.len(), 1);
    assert_eq!(site.registers(&letter("A", "by hand"), "HD1", false).await, Registration::Before(key));
    assert_eq!(site.registers(&letter("A", "by hand"), "HD2", false).await, Registration::OtherNumber(key));
    assert_eq!(site.registers(&letter("B", "another"), "HD1", false).await, Registration::NumberGiven(key));
}

/// What is another letter under a registered number is held, as with any other.
pub(super) async fn another_letter_under_a_registered_number_is_held(house: &dyn House) {
    let site = Site::pushed(house).await;
    let Registration::New(Some(key)) = site.registers(&letter("A", "by hand"), "HD1", false).await else { panic!() };
    assert_eq!(site.tell_answering(&letter("A", "not that one"), false).await, (What::Held, Some(key)));
    assert_eq!(site.tell(&letter("A", "that one")).await, (What::Repeat, Some(key)));
    assert_eq!(site.ticket_now(key).await.events, 1);
}

/// What came on trial and was copied by hand is answered once it is registered; what goes to the core by itself is not.
pub(super) async fn what_came_on_trial_is_registered_too(house: &dyn House) {
    let site = Site::pushed(house).await;
    let tried = site.new_ticket(&letter("A", "one").standing(Standing::Trial)).await;
    let underway = site.new_ticket(&letter("B", "one")).await;
    assert_eq!(site.registers(&letter("B", "one"), "HD2", false).await, Registration::Underway(underway));
    assert_eq!(site.registers(&letter("A", "one"), "HD1", true).await, Registration::Known(tried));
    assert_eq!(site.ticket_now(tried).await.standing, Standing::Trial);
    assert_eq!(site.registers(&letter("A", "one"), "HD1", false).await, Registration::Known(tried));
    let row = site.ticket_now(tried).await;
    assert_eq!((row.standing, row.core_number.as_deref()), (Standing::Live, Some("HD1")));
    assert_eq!(site.forward_all().await.len(), 1, "the other letter alone");
    // An outcome is owed to its source now.
    let id = site.store.reserve();
    let body = site.store.keys().seal(Place::Outcome, id, b"{}").unwrap();
    let digest = site.store.keys().blind("outcome", &[b"{}"]);
    let taken = site.store.take_outcome(id, "o1".into(), digest, Some(tried.number), OutcomeKind::Closed, body).await;
    assert_eq!(taken.unwrap(), crate::store::OutcomeTaken::New);
    let lane = site.store.carried(Reference::own(site.channel.channel, tried.id)).await.unwrap();
    assert_eq!(lane.items.len(), 1);
}
