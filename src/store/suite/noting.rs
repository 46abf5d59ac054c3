//! Stories of notes on tickets, and of what a shift counts.

use huiliu_contract::OutcomeKind;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::store::{NewNote, ShiftRow};

impl Site {
    async fn noted(&self, ticket: TicketKey, text: &str, until: Option<Timestamp>) -> i64 {
        let id = self.store.reserve();
        let body = self.store.keys().seal(Place::TicketNote, id, text.as_bytes()).unwrap();
        self.store.note(NewNote { ticket: ticket.id, id, until, body }, &clerk("")).await.unwrap();
        id
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.store.clock().now()).unwrap()
    }
}

/// Several a ticket, sealed, the earliest due first; done once, and on record with the reason.
pub(super) async fn a_note_stays_until_somebody_has_done_it(house: &dyn House) {
    let site = Site::pushed(house).await;
    let (one, two) = (site.new_ticket(&letter("A", "one")).await, site.new_ticket(&letter("B", "two")).await);
    let now = site.now();
    let later = site.noted(one, "回电话 13800000000", Some(now + SignedDuration::from_hours(5))).await;
    let known = site.noted(one, "住在学校后面", None).await;
    let soon = site.noted(two, "送材料", Some(now + SignedDuration::from_hours(1))).await;
    let open = site.store.open_notes(9).await.unwrap();
    assert_eq!(open.iter().map(|note| note.id).collect::<Vec<_>>(), [soon, later, known]);
    assert_eq!((open[0].ticket, open[0].channel_code.as_str(), open[0].who.as_str()), (two, "mailbox", "clerk"));
    assert_eq!(site.store.open_notes(1).await.unwrap().len(), 1);
    assert!(!String::from_utf8_lossy(&house.bytes()).contains("13800000000"), "sealed");

    assert_eq!(site.store.note_done(later, &clerk("打过了")).await.unwrap(), one);
    assert!(matches!(site.store.note_done(later, &clerk("")).await, Err(StoreError::Refused(_))));
    assert!(matches!(site.store.note_done(999_999, &clerk("")).await, Err(StoreError::NotFound)));
    let notes = site.store.notes(one.id).await.unwrap();
    assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["回电话 13800000000", "住在学校后面"]);
    assert_eq!(notes[0].done.as_ref().map(|(_, who)| who.as_str()), Some("clerk"));
    assert_eq!(site.store.open_notes(9).await.unwrap().len(), 2);
    let deeds = site.store.deeds(&format!("ticket:{}", one.number)).await.unwrap();
    let deeds: Vec<_> = deeds.iter().map(|deed| (deed.what.as_str(), deed.why.as_deref())).collect();
    assert_eq!(deeds, [("note", None), ("note", None), ("note_done", Some("打过了"))]);

    // An id is never given twice, also after a restart.
    drop(site);
    let site = Site::pushed(house).await;
    assert!(site.store.reserve() > soon);
    assert_eq!(site.store.open_notes(9).await.unwrap().len(), 2);
}

/// From one moment on and before another: what was counted in one shift is not counted in the next.
pub(super) async fn a_shift_is_counted_from_one_moment_to_the_next(house: &dyn House) {
    let site = Site::pushed(house).await;
    let province = Site::on(site.store.clone(), "province", false).await;
    let begins = site.now();
    let ticket = site.new_ticket(&letter("A", "路灯不亮").phone("13800000001")).await;
    site.new_ticket(&letter("B", "two").tag("SZXX")).await;
    site.tell(&letter("A", "路灯不亮").phone("13800000001")).await;
    let joins = letter("P1", "转办:路灯不亮").naming("A").phone("13800000001");
    assert_eq!(province.tell(&joins).await, (What::Joined, Some(ticket)));
    site.forward_all().await;
    site.told(ticket, "o1", OutcomeKind::Closed).await;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let ends = site.now();
    let row = |channel: &str, tag: Option<&str>, [came, forwarded, concluded]: [u64; 3]| ShiftRow {
        channel: channel.into(),
        tag: tag.map(Into::into),
        came,
        forwarded,
        concluded,
    };
    let first = site.store.shift(begins, ends).await.unwrap();
    let wanted =
        [row("mailbox", None, [1, 1, 1]), row("mailbox", Some("SZXX"), [1, 1, 0]), row("province", None, [1, 0, 0])];
    assert_eq!(first, wanted, "a repeat is none, a letter by a second road is one");
    site.new_ticket(&letter("C", "three")).await;
    let next = site.store.shift(ends, site.now() + SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(next, [row("mailbox", None, [1, 0, 0])]);
}
