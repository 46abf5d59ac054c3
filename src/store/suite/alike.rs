//! The same letter by its words: joined where the comparison is sure, named where it is not, and never twice asked.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::store::{FirstRun, Unjoin};
use crate::ticket::{Doubt, Evidence, SameLetter};

const PHONE: &str = "13800000001";
const DAY: i64 = 86_400_000;

/// A letter that is compared with those of other roads.
fn looking(id: &str, text: &str) -> Letter {
    Letter { looks: true, ..letter(id, text).phone(PHONE).submitted(100 * DAY) }
}

impl Letter {
    fn judged(mut self, judged: Likeness) -> Self {
        self.judged = judged;
        self
    }
}

async fn roads(house: &dyn House) -> (Site, Site) {
    let mailbox = Site::pushed(house).await;
    let province = Site::on(mailbox.store.clone(), "province", false).await;
    (mailbox, province)
}

/// What an event says of the other ticket.
async fn said(site: &Site, ticket: TicketKey, n: u32) -> Option<SameLetter> {
    let event = site.store.event(ticket.id, n).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref()?).unwrap();
    serde_json::from_value(detail["same_letter"].clone()).ok()
}

fn doubt(doubt: Doubt) -> Option<SameLetter> {
    Some(SameLetter { by: Evidence::Text, doubt: Some(doubt) })
}

/// Sure: it joins, the core hears by what; a third road finds it by the second's words.
pub(super) async fn the_same_words_join(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    let ticket = mailbox.new_ticket(&looking("M1", "lamp")).await;
    assert_eq!(province.tell(&looking("P1", "lamp")).await, (What::Joined, Some(ticket)));
    assert_eq!(said(&mailbox, ticket, 2).await, Some(SameLetter { by: Evidence::Text, doubt: None }));
    assert_eq!(province.tell(&looking("P1", "lamp")).await, (What::Repeat, Some(ticket)));
    let other = Site::on(mailbox.store.clone(), "other", false).await;
    assert_eq!(other.tell(&looking("X1", "lamp")).await, (What::Joined, Some(ticket)));
    let roads = mailbox.store.references(ticket.id).await.unwrap();
    assert_eq!(roads.iter().map(|road| road.external_id.as_str()).collect::<Vec<_>>(), ["M1", "P1", "X1"]);
    // A second letter of a road that is there already is another matter (重复诉求).
    assert_eq!(province.tell(&looking("P2", "lamp")).await.0, What::New);
}

/// Not sure, concluded, or two that fit: a ticket of its own, which names the other and says why.
pub(super) async fn what_the_words_leave_open_is_named(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    let first = mailbox.new_ticket(&looking("M1", "lamp")).await;
    let masked = looking("P1", "lamp").judged(Likeness::Doubtful(Doubt::MaskedContact));
    let named = province.new_ticket(&masked).await;
    assert_eq!(said(&province, named, 1).await, doubt(Doubt::MaskedContact));
    assert_eq!(mailbox.store.event(named.id, 1).await.unwrap().kind, crate::ticket::EventKind::New);
    let other = province.new_ticket(&looking("P2", "dust").judged(Likeness::Other)).await;
    assert_eq!(said(&province, other, 1).await, None);
    mailbox.told(first, "o1", OutcomeKind::Closed).await;
    let third = Site::on(mailbox.store.clone(), "third", false).await;
    // The province's two and the mailbox's one share the key: more than one ticket fits.
    let several = third.new_ticket(&looking("T1", "lamp")).await;
    assert_eq!(said(&third, several, 1).await, doubt(Doubt::Several));
    let late = looking("M9", "fence").submitted(300 * DAY);
    let done = mailbox.new_ticket(&late).await;
    mailbox.told(done, "o2", OutcomeKind::Closed).await;
    let after = third.new_ticket(&looking("T2", "fence").submitted(300 * DAY)).await;
    assert_eq!(said(&third, after, 1).await, doubt(Doubt::Concluded));
}

/// The window, the channel's own wish, and a house of one road.
pub(super) async fn only_what_may_be_the_same_is_compared(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    mailbox.new_ticket(&looking("M1", "lamp")).await;
    let early = looking("P1", "lamp").submitted(93 * DAY - 1);
    assert!(matches!(province.tell_as_is(&early).await, Verdict::Taken { what: What::New, .. }), "out of the window");
    let edge = looking("P3", "lamp").submitted(107 * DAY);
    let Verdict::Alike { versions } = province.tell_as_is(&edge).await else { panic!("it is in the window") };
    assert_eq!(versions.iter().map(|one| one.channel.as_str()).collect::<Vec<_>>(), ["mailbox"]);
    assert!(matches!(mailbox.tell_as_is(&letter("M4", "lamp").phone(PHONE)).await, Verdict::Taken { .. }));
}

/// A far side that tells one letter over and over under new numbers has only the youngest of them looked at.
pub(super) async fn one_letter_told_over_and_over_slows_nobody(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    province.new_ticket(&looking("P1", "lamp")).await;
    let mut named = Vec::new();
    for n in 1..=66 {
        let masked = looking(&format!("M{n}"), "lamp").judged(Likeness::Doubtful(Doubt::MaskedContact));
        let ticket = mailbox.new_ticket(&masked).await;
        named.push(said(&mailbox, ticket, 1).await.is_some());
    }
    assert_eq!((named[0], named[62], named[65]), (true, true, false));
}

/// Taken apart by a person it is never joined again, nor even named.
pub(super) async fn apart_is_apart_for_words_too(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    let ticket = mailbox.new_ticket(&looking("M1", "lamp")).await;
    province.tell(&looking("P1", "lamp")).await;
    let joined = mailbox.store.references(ticket.id).await.unwrap()[1].reference;
    let new = mailbox.store.unjoin(joined, Unjoin::default(), &clerk("another citizen")).await.unwrap();
    assert_ne!(new, ticket);
    // The letter that was taken out is found by a third road beside the one that stayed.
    let third = Site::on(mailbox.store.clone(), "third", false).await;
    let Verdict::Alike { versions } = third.tell_as_is(&looking("T1", "lamp")).await else { panic!() };
    assert_eq!(versions.len(), 2);
}

/// An unmapped letter that is mended joins like one that was mapped at once.
pub(super) async fn a_mended_letter_joins(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    let ticket = mailbox.new_ticket(&looking("M1", "lamp")).await;
    assert_eq!(province.tell(&looking("P1", "lamp").mapped(None)).await, (What::Unmapped, None));
    let dead = province.dead().await[0].id;
    let mut mended = looking("P1", "lamp");
    for _ in 0..2 {
        let arrival = mended.arrival(province.store.as_ref());
        match province.store.remap(dead, &province.code, arrival, &clerk("mended")).await.unwrap() {
            Verdict::Alike { versions } => {
                mended.alike = versions.iter().map(|one| (one.version, Likeness::Same)).collect();
            }
            verdict => {
                assert_eq!(verdict, Verdict::Taken { what: What::Joined, ticket: Some(ticket) });
                assert!(province.dead().await.is_empty());
                return;
            }
        }
    }
    panic!("asked twice");
}

/// What waits for the end of a first run joins nothing; released, it names what it looks like.
pub(super) async fn a_first_run_names_what_it_looks_like(house: &dyn House) {
    let mailbox = Site::pushed(house).await;
    let province = Site::on(mailbox.store.clone(), "province", true).await;
    let first = mailbox.new_ticket(&looking("M1", "lamp")).await;
    let waiting = province.new_ticket(&looking("P1", "lamp").standing(Standing::Waiting)).await;
    let numbered = province.new_ticket(&letter("P2", "dust").naming("M1").standing(Standing::Waiting)).await;
    assert_eq!(province.channel.first_run, FirstRun::Underway);
    province.store.end_first_run(province.channel.channel, false).await.unwrap();
    assert_eq!(said(&province, waiting, 1).await, doubt(Doubt::NotLive));
    let by_number = SameLetter { by: Evidence::Number, doubt: Some(Doubt::NotLive) };
    assert_eq!(said(&province, numbered, 1).await, Some(by_number));
    let event = province.store.event(waiting.id, 1).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail["ticket"], json!(first.number.to_string()));
}

/// The deadline is the strictest of the sources that still wait: a revision changes its own alone, a withdrawal frees it.
pub(super) async fn the_deadline_is_of_those_that_wait(house: &dyn House) {
    let (mailbox, province) = roads(house).await;
    let ticket = mailbox.new_ticket(&letter("M1", "lamp").deadline(9_000)).await;
    let due = async || {
        let row = mailbox.store.ticket(ticket.number).await.unwrap();
        row.deadline.map(|at| at.as_millisecond())
    };
    province.tell(&letter("P1", "lamp").naming("M1").deadline(5_000)).await;
    assert_eq!(due().await, Some(5_000));
    mailbox.tell(&letter("M1", "lamp, again").deadline(8_000)).await;
    assert_eq!(due().await, Some(5_000), "the other road still waits for 5000");
    mailbox.tell(&letter("M1", "lamp, thrice").deadline(4_000)).await;
    assert_eq!(due().await, Some(4_000));
    mailbox.tell(&letter("M1", "lamp, at last").deadline(8_000)).await;
    assert_eq!(due().await, Some(5_000));
    // The channel that reads the same upstream now may be another than the one that opened it.
    let enrolled = mailbox.store.enroll("renamed", "mailbox", false, crate::store::Sign::Never).await.unwrap();
    let renamed = Site { store: mailbox.store.clone(), channel: enrolled, code: "renamed".into(), polled: false };
    assert_eq!(renamed.tell(&letter("M1", "lamp, moved").deadline(3_000)).await, (What::Revised, Some(ticket)));
    assert_eq!(due().await, Some(3_000));
    renamed.tell(&letter("M1", "lamp, moved back").deadline(8_000)).await;
    province.tell(&letter("P1", "lamp, too").deadline(6_000)).await;
    assert_eq!(due().await, Some(6_000));
    province.tell(&letter("act:1", "taken back").about(Act::Recall, "P1")).await;
    assert_eq!(due().await, Some(8_000), "only the first still waits");
}
