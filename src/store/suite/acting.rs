//! Acts: what a source asks about an earlier item, before it came, while it is open, and after it was closed.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::settings::{AfterClose, AfterSupplement, AfterUrge};
use crate::store::{Again, Carried, DeadKind, Fact};

impl Site {
    pub(super) async fn kinds(&self, ticket: TicketKey) -> Vec<&'static str> {
        self.events(ticket).await.iter().map(|event| event.kind.name()).collect()
    }

    pub(super) async fn close(&self, ticket: TicketKey) {
        self.told(ticket, &format!("close-{}", ticket.id), OutcomeKind::Closed).await;
        let claim = self.outlet().await;
        self.walked(claim, vec![Fact::State { n: 1, state: Carried::Settled }], Again::Never).await;
    }
}

/// An act with a number of its own that could not be mapped at first is carried out once it can be.
pub(super) async fn a_mended_act_is_carried_out(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A", "lamp")).await;
    assert_eq!(site.tell(&letter("U1", "hurry").mapped(None)).await, (What::Unmapped, None));
    let dead = site.dead().await[0].id;
    let arrival = letter("U1", "hurry").about(Act::Urge, "A").arrival(site.store.as_ref());
    let verdict = site.store.remap(dead, &site.code, arrival, &clerk("mended")).await.unwrap();
    assert_eq!(verdict, Verdict::Taken { what: What::Act, ticket: Some(ticket) });
    assert_eq!(site.kinds(ticket).await, ["new", "urged"]);
    assert!(site.dead().await.is_empty());
    assert_eq!(site.tell(&letter("U1", "hurry").about(Act::Urge, "A")).await, (What::Repeat, Some(ticket)));
}

/// An act is an event on the ticket that it is about, once however often it is told, with what it says beside it.
pub(super) async fn an_act_is_an_event_on_its_ticket(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    let urge = letter("act:1", "请尽快").about(Act::Urge, "A1");
    for what in [What::Act, What::Repeat] {
        assert_eq!(site.tell(&urge).await, (what, Some(ticket)));
    }
    // With a number of its own, and another wording later: both are acts.
    let supplement = letter("B7", "补充一张照片").about(Act::Supplement, "A1");
    assert_eq!(site.tell(&supplement).await, (What::Act, Some(ticket)));
    assert_eq!(site.tell(&letter("B7", "再补一张").about(Act::Supplement, "A1")).await, (What::Act, Some(ticket)));
    assert_eq!(site.kinds(ticket).await, ["new", "urged", "supplemented", "supplemented"]);
    let event = site.store.event(ticket.id, 2).await.unwrap();
    assert_eq!(event.detail.as_deref(), Some("请尽快".as_bytes()));
    let sent: Vec<u32> = site.forward_all().await.iter().map(|(_, n, _)| *n).collect();
    assert_eq!(sent, [1, 2, 3, 4]);
    // The letter itself did not change.
    assert_eq!(site.tell(&letter("A1", "路灯不亮")).await, (What::Repeat, Some(ticket)));
}

/// An act that comes before its item waits for it, also over a crash; a person is told after some days.
pub(super) async fn an_act_waits_for_its_item(house: &dyn House) {
    let site = Site::pushed(house).await;
    let urge = letter("act:1", "请尽快").about(Act::Urge, "A1");
    assert_eq!(site.tell(&urge).await, (What::Act, None));
    assert_eq!(site.tell(&urge).await, (What::Repeat, None));
    site.store.sweep().await.unwrap();
    assert!(site.dead().await.is_empty());
    site.at(site.store.clock().now() + 4 * 86_400_000);
    site.store.sweep().await.unwrap();
    site.store.sweep().await.unwrap();
    let dead = site.dead().await;
    assert_eq!(dead.iter().map(|row| row.kind).collect::<Vec<_>>(), [DeadKind::Unmatched]);
    let site = Site::pushed(house.crashed().as_ref()).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    assert_eq!(site.kinds(ticket).await, ["new", "urged"]);
    assert!(site.dead().await.is_empty(), "it is matched");
    assert_eq!(site.tell(&urge).await, (What::Repeat, Some(ticket)));
}

/// After the closing: our own duty comes first, then what the channel says; a redo opens it again and is counted.
pub(super) async fn after_the_closing_the_channel_decides(house: &dyn House) {
    let site = Site::pushed(house).await;
    // The answer was not carried yet: that is what is asked for, the core has done its part.
    let owed = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.told(owed, "o1", OutcomeKind::Closed).await;
    let claim = site.outlet().await;
    site.walked(claim, vec![site.asks(1, DeadKind::WriteBack)], Again::Never).await;
    for n in 1..=2 {
        site.tell(&letter(&format!("act:{n}"), &format!("请尽快{n}")).about(Act::Urge, "A1")).await;
    }
    assert_eq!(site.kinds(owed).await, ["new"]);
    let dead: Vec<_> = site.dead().await.iter().map(|row| row.kind).collect();
    assert_eq!(dead, [DeadKind::WriteBack, DeadKind::Urged], "a person is told, once");
    drop(site.outlet().await);
    // Carried: the core is told, and what the upper level supervises or sends back is open again.
    let done = site.new_ticket(&letter("A2", "水管漏水")).await;
    site.store.drop_dead(site.dead().await[0].id, &clerk("x")).await.unwrap();
    let claim = site.outlet().await;
    site.walked(claim, Vec::new(), Again::Never).await;
    site.close(done).await;
    let open = async || site.store.ticket(done.number).await.unwrap().concluded_at.is_none();
    let mut told = letter("act:3", "请尽快").about(Act::Urge, "A2");
    told.after_close = AfterClose { urge: AfterUrge::Tell, ..AfterClose::default() };
    site.tell(&told).await;
    assert!(!open().await);
    site.tell(&letter("act:4", "督办").about(Act::Supervise, "A2")).await;
    assert!(open().await);
    assert_eq!(site.kinds(done).await, ["new", "urged", "supervised"]);
}

/// A supplement to a concluded ticket is a new ticket that names the old one, or an event, as the channel says.
pub(super) async fn a_supplement_after_the_closing_is_a_new_ticket_or_an_event(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.close(ticket).await;
    let mut told = letter("B1", "又坏了").about(Act::Supplement, "A1");
    told.after_close = AfterClose { supplement: AfterSupplement::Tell, ..AfterClose::default() };
    assert_eq!(site.tell(&told).await, (What::Act, Some(ticket)));
    let (what, new) = site.tell(&letter("B2", "还是坏的").about(Act::Supplement, "A1")).await;
    assert_eq!(what, What::New);
    let new = new.unwrap();
    assert_ne!(new, ticket);
    let event = site.store.event(new.id, 1).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail["ticket"], json!(ticket.number.to_string()), "it names the old one");
    assert_eq!(site.kinds(ticket).await, ["new", "supplemented"]);
    assert_eq!(site.forward_all().await.len(), 3);
}

/// A decision of the upper level ends what waits for it: granted it stands, refused the old deadline does.
pub(super) async fn a_decision_ends_what_is_judged(house: &dyn House) {
    let site = Site::pushed(house).await;
    for (id, granted, state) in [("A1", true, Carried::Settled), ("A2", false, Carried::Refused)] {
        let ticket = site.new_ticket(&letter(id, "路灯不亮")).await;
        site.told(ticket, &format!("o-{id}"), OutcomeKind::Extended).await;
        let claim = site.outlet().await;
        site.walked(claim, vec![Fact::State { n: 1, state: Carried::Review }], Again::Never).await;
        let mut decision = letter(&format!("act:{id}"), "审批").about(Act::Decision, id);
        decision.granted = Some(granted);
        site.tell(&decision).await;
        assert_eq!(site.states(ticket).await, [state], "{id}");
        assert_eq!(site.kinds(ticket).await, ["new", "decided"], "{id}");
        let claim = site.outlet().await;
        site.walked(claim, Vec::new(), Again::Never).await;
    }
}

/// What is kept of a trial is asked nothing; what was withdrawn is no longer due.
pub(super) async fn acts_ask_live_tickets_only(house: &dyn House) {
    let site = Site::pushed(house).await;
    let trial = site.new_ticket(&letter("A1", "路灯不亮").standing(Standing::Trial)).await;
    assert_eq!(site.tell(&letter("act:1", "请尽快").about(Act::Urge, "A1")).await, (What::Act, Some(trial)));
    assert!(site.kinds(trial).await.is_empty());
    let live = site.new_ticket(&letter("A2", "水管漏水")).await;
    site.tell(&letter("act:2", "不用了").about(Act::Withdraw, "A2")).await;
    assert_eq!(site.kinds(live).await, ["new", "withdrawn"]);
    assert!(site.store.ticket(live.number).await.unwrap().concluded_at.is_some());
}
