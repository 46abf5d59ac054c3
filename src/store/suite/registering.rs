//! Stories of cores that no worker speaks with: what waits is registered by hand, stands in sheets, or is fetched; and of what
//! is left when the core becomes another one.

use super::*;
use crate::store::{Acknowledged, NotRegistered, Refusal, Register, Registered};

fn numbered(number: &str) -> Register {
    Register { number: Some(number.into()), ..Register::default() }
}

fn event(n: u32) -> Register {
    Register { n: Some(n), ..Register::default() }
}

impl Site {
    /// A site whose core no worker speaks with.
    async fn left(house: &dyn House) -> Self {
        let site = Self::pushed(house).await;
        site.store.leave_core();
        site
    }

    async fn register(&self, ticket: TicketKey, told: Register) -> Registered {
        self.store.register(ticket.id, told, &clerk("typed in")).await.unwrap()
    }

    /// Ticket and event of all that waits, the oldest first.
    async fn waits(&self) -> Vec<(i64, u32, u32)> {
        let rows = self.store.waiting(None, 100).await.unwrap();
        rows.iter().map(|row| (row.key.id, row.n, row.behind)).collect()
    }

    /// Place, ticket and event of what is offered.
    async fn offered(&self, after: i64) -> Vec<(i64, i64, u32)> {
        let offered = self.store.offer(after, 100).await.unwrap();
        offered.iter().map(|one| (one.seq, one.event.ticket.id, one.event.n)).collect()
    }
}

fn refused(why: NotRegistered) -> Registered {
    Registered::Refused(why)
}

/// A number is registered once, for one ticket, in the ticket's order; each with who did it.
pub(super) async fn a_number_is_registered_once_and_for_one_ticket(house: &dyn House) {
    let site = Site::left(house).await;
    let a = site.new_ticket(&letter("A", "one")).await;
    let b = site.new_ticket(&letter("B", "two")).await;
    site.tell(&letter("A", "one more")).await;
    assert_eq!(site.waits().await, [(a.id, 1, 1), (b.id, 1, 0)]);
    assert_eq!(site.store.count_waiting().await.unwrap().tickets, 2);
    assert_eq!(site.store.schedule().depth(Far::Core), (0, 0), "what waits is on disk alone");
    assert_eq!(site.register(a, event(2)).await, refused(NotRegistered::Behind { next: 1 }));
    assert_eq!(site.register(a, event(1)).await, refused(NotRegistered::NoNumber));
    let settled = Registered::Settled { n: 1, number: Some("RX-1".into()), next: Some(2) };
    assert_eq!(site.register(a, numbered("RX-1")).await, settled);
    let known = Registered::Known { number: Some("RX-1".into()), next: Some(2) };
    assert_eq!(site.register(a, numbered("RX-1")).await, known, "told again, and no later event is taken for it");
    let other = NotRegistered::OtherNumber { known: "RX-1".into() };
    assert_eq!(site.register(a, numbered("RX-2")).await, refused(other));
    assert_eq!(site.register(a, Register::default()).await, refused(NotRegistered::WhichEvent { next: Some(2) }));
    assert_eq!(site.register(b, numbered("RX-1")).await, refused(NotRegistered::Taken { by: a }));
    assert_eq!(site.waits().await, [(b.id, 1, 0), (a.id, 2, 0)], "what was refused wrote nothing");
    let joined = Register { also: true, ..numbered("RX-1") };
    assert!(matches!(site.register(b, joined).await, Registered::Settled { n: 1, next: None, .. }));
    let settled = Registered::Settled { n: 2, number: Some("RX-1".into()), next: None };
    assert_eq!(site.register(a, event(2)).await, settled);
    assert_eq!(site.register(a, event(3)).await, refused(NotRegistered::NoEvent));
    let right = Register { correct: true, ..numbered("RX-3") };
    assert_eq!(site.register(b, right).await, Registered::Corrected { from: Some("RX-1".into()) });
    assert_eq!(site.store.ticket(b.number).await.unwrap().core_number.as_deref(), Some("RX-3"));
    let deeds = site.store.deeds(&format!("ticket:{}", a.number)).await.unwrap();
    assert_eq!(deeds.iter().map(|deed| deed.what.as_str()).collect::<Vec<_>>(), ["register", "register"]);
    assert!(site.waits().await.is_empty());
}

/// A number that a worker brought before is known too, and what was not registered goes when a worker speaks with the core.
pub(super) async fn what_was_not_registered_goes_to_the_next_core(house: &dyn House) {
    let site = Site::pushed(house).await;
    let a = site.new_ticket(&letter("A", "one")).await;
    site.settle(site.claim(Far::Core).await, Outcome::Forwarded { n: 1, core_number: Some("RX-1".into()) }).await;
    let b = site.new_ticket(&letter("B", "two")).await;
    drop(site);
    let site = Site::left(house).await;
    let c = site.new_ticket(&letter("C", "three")).await;
    assert_eq!(site.waits().await, [(b.id, 1, 0), (c.id, 1, 0)], "what waited for the worker waits for a person");
    assert_eq!(site.register(b, numbered("RX-1")).await, refused(NotRegistered::Taken { by: a }));
    assert!(matches!(site.register(b, numbered("RX-2")).await, Registered::Settled { .. }));
    drop(site);
    let site = Site::pushed(house).await;
    let sent = site.forward_all().await;
    assert_eq!(sent.iter().map(|(ticket, n, _)| (*ticket, *n)).collect::<Vec<_>>(), [(c.id, 1)]);
}

/// A stream holds what was committed, in that order, until it is acknowledged; over restarts too.
pub(super) async fn a_stream_is_offered_until_it_is_acknowledged(house: &dyn House) {
    let site = Site::left(house).await;
    let a = site.new_ticket(&letter("A", "one")).await;
    let b = site.new_ticket(&letter("B", "two")).await;
    assert_eq!(site.offered(0).await, [(1, a.id, 1), (2, b.id, 1)]);
    site.tell(&letter("A", "one more")).await;
    assert_eq!(
        site.offered(0).await,
        [(1, a.id, 1), (2, b.id, 1), (3, a.id, 2)],
        "unacknowledged, it is offered again"
    );
    assert_eq!(site.offered(2).await, [(3, a.id, 2)]);
    drop(site);
    let site = Site::left(house).await;
    let numbers = vec![(a.number, "RX-1".into())];
    let done = site.store.acknowledge(2, numbers, vec![]).await.unwrap();
    assert_eq!(done, Acknowledged::Done { settled: 2, refused: 0, unknown: vec![] });
    let again = site.store.acknowledge(2, vec![(b.number, "RX-2".into())], vec![]).await.unwrap();
    assert_eq!(again, Acknowledged::Done { settled: 0, refused: 0, unknown: vec![b.number] }, "twice is harmless");
    assert_eq!(site.store.ticket(a.number).await.unwrap().core_number.as_deref(), Some("RX-1"));
    assert_eq!(site.offered(0).await, [(3, a.id, 2)]);
    assert_eq!(site.store.acknowledge(9, vec![], vec![]).await.unwrap(), Acknowledged::Beyond { last: 3 });
    assert_eq!(site.store.count_waiting().await.unwrap().tickets, 1);
}

/// What the core does not take needs a person; what stands behind it is offered once that person decided.
pub(super) async fn what_is_refused_in_a_stream_stops_its_lane_alone(house: &dyn House) {
    let site = Site::left(house).await;
    let a = site.new_ticket(&letter("A", "one")).await;
    site.tell(&letter("A", "one more")).await;
    let b = site.new_ticket(&letter("B", "two")).await;
    assert_eq!(site.offered(0).await, [(1, a.id, 1), (2, a.id, 2), (3, b.id, 1)]);
    let refusal = |seq| {
        let id = site.store.reserve();
        let body = site.store.keys().seal(Place::Dead, id, b"{}").unwrap();
        Refusal { seq, id, body }
    };
    let wrong = site.store.acknowledge(1, vec![], vec![refusal(3)]).await.unwrap();
    assert_eq!(wrong, Acknowledged::NotOffered { seq: 3 });
    let done = site.store.acknowledge(3, vec![], vec![refusal(1)]).await.unwrap();
    assert_eq!(done, Acknowledged::Done { settled: 1, refused: 1, unknown: vec![] }, "the second of A waits behind");
    assert!(site.offered(0).await.is_empty());
    let dead = site.dead().await;
    assert_eq!((dead.len(), dead[0].kind, dead[0].n), (1, DeadKind::Event, Some(1)));
    site.tell(&letter("A", "and more")).await;
    assert!(site.offered(0).await.is_empty(), "news wait behind it too");
    site.store.retry(dead[0].id, &clerk("mended")).await.unwrap();
    assert_eq!(site.offered(0).await, [(4, a.id, 1), (5, a.id, 2), (6, a.id, 3)]);
}

/// What stands in a sheet is decided before it is written: asked again, it is the same sheet, until it is noted.
pub(super) async fn a_sheet_is_the_same_until_it_is_noted(house: &dyn House) {
    let site = Site::left(house).await;
    let a = site.new_ticket(&letter("A", "one")).await;
    let plan = |most| site.store.plan_sheet("S-0900".into(), most, 0);
    let first = plan(10).await.unwrap().unwrap();
    let b = site.new_ticket(&letter("B", "two")).await;
    drop(site);
    let site = Site::left(house).await;
    let plan = |most, every| site.store.plan_sheet("S-0900".into(), most, every);
    let again = plan(10, 0).await.unwrap().unwrap();
    let rows = |plan: &crate::store::SheetPlan| -> Vec<(i64, u32)> {
        plan.rows.iter().map(|(fresh, _)| (fresh.ticket.id, fresh.n)).collect()
    };
    assert_eq!((again.id, &again.name, rows(&again)), (first.id, &first.name, rows(&first)));
    assert_eq!(rows(&again), [(a.id, 1)]);
    assert_eq!(site.store.sheeted(a.id).await.unwrap(), None);
    assert_eq!(site.store.sheet_written(first.id, Some(2), &clerk("written")).await.unwrap(), 0);
    assert_eq!(site.store.sheeted(a.id).await.unwrap(), Some(1), "its number is awaited");
    assert!(plan(10, 3_600_000).await.unwrap().is_none(), "the next one is not due");
    let second = plan(10, 0).await.unwrap().unwrap();
    assert_eq!((second.name.as_str(), rows(&second)), ("S-0900-2.xlsx", vec![(b.id, 1)]));
    assert_eq!(site.store.sheet_written(second.id, Some(1), &clerk("written")).await.unwrap(), 1);
    assert_eq!(site.waits().await, [(a.id, 1, 0)]);
    site.register(a, numbered("RX-1")).await;
    site.tell(&letter("A", "one more")).await;
    let third = plan(10, 0).await.unwrap().unwrap();
    assert_eq!(
        third.rows.iter().map(|(fresh, number)| (fresh.n, number.as_deref())).collect::<Vec<_>>(),
        [(2, Some("RX-1"))]
    );
    assert_eq!(site.store.sheet_written(third.id, Some(2), &clerk("written")).await.unwrap(), 1);
    assert!(site.waits().await.is_empty());
}
