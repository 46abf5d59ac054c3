//! The same letter by several roads: joined where another channel's number says so, never lowered in any count, answered
//! on every road, and taken apart again by a person.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::store::{Again, Carried, Fact, Far, Reference, Unjoin};

struct Roads {
    mailbox: Site,
    province: Site,
}

impl Roads {
    async fn open(house: &dyn House) -> Self {
        let mailbox = Site::pushed(house).await;
        let province = Site::on(mailbox.store.clone(), "province", false).await;
        Self { mailbox, province }
    }

    /// A letter of the mailbox, and the same by the province's road.
    async fn joined(&self) -> (TicketKey, Reference) {
        let ticket = self.mailbox.new_ticket(&letter("M1", "路灯不亮").phone("13800000001").deadline(9_000)).await;
        let told = letter("P1", "转办:路灯不亮").naming("M1").phone("13800000001").deadline(5_000);
        assert_eq!(self.province.tell(&told).await, (What::Joined, Some(ticket)));
        let roads = self.mailbox.store.references(ticket.id).await.unwrap();
        assert_eq!(roads.iter().map(|road| road.external_id.as_str()).collect::<Vec<_>>(), ["M1", "P1"]);
        (ticket, roads[1].reference)
    }
}

impl Letter {
    pub(super) fn naming(mut self, parent: &str) -> Self {
        self.parent_no = Some(parent.into());
        self
    }
}

/// Joined: one ticket, two sources, the strictest deadline, one event that says what the other road says.
pub(super) async fn the_same_letter_joins_its_ticket(house: &dyn House) {
    let roads = Roads::open(house).await;
    let (ticket, _) = roads.joined().await;
    let site = &roads.mailbox;
    assert_eq!(site.kinds(ticket).await, ["new", "joined"]);
    let row = site.store.ticket(ticket.number).await.unwrap();
    assert_eq!(row.deadline.unwrap().as_millisecond(), 5_000);
    let event = site.store.event(ticket.id, 2).await.unwrap();
    assert_eq!(event.joined.iter().map(|road| road.external_id.as_str()).collect::<Vec<_>>(), ["P1"]);
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!((&detail["channel"], &detail["external_id"]), (&json!("province"), &json!("P1")));
    assert!(site.store.event(ticket.id, 1).await.unwrap().joined.is_empty(), "the first event knew of one road");
    // Told again it is a repeat; changed it supplements and overwrites nothing.
    let told = letter("P1", "转办:路灯不亮").naming("M1").phone("13800000001").deadline(5_000);
    assert_eq!(roads.province.tell(&told).await, (What::Repeat, Some(ticket)));
    assert_eq!(roads.province.tell(&letter("P1", "转办:路灯还是不亮")).await, (What::Revised, Some(ticket)));
    assert_eq!(site.kinds(ticket).await, ["new", "joined", "supplemented"]);
    let row = site.store.ticket(ticket.number).await.unwrap();
    assert!(String::from_utf8_lossy(row.draft.as_deref().unwrap()).contains("\"路灯不亮\""));
    let found =
        site.store.search(crate::store::Search { external_id: Some("P1".into()), limit: 5, ..Default::default() });
    assert_eq!(found.await.unwrap()[0].key, ticket);
}

/// Not sure, not open, not live: a ticket of its own that names the other.
pub(super) async fn what_is_not_sure_is_only_linked(house: &dyn House) {
    let roads = Roads::open(house).await;
    let (site, province) = (&roads.mailbox, &roads.province);
    let done = site.new_ticket(&letter("M1", "路灯不亮")).await;
    site.told(done, "o1", OutcomeKind::Closed).await;
    let new = province.new_ticket(&letter("P1", "路灯不亮").naming("M1")).await;
    let event = site.store.event(new.id, 1).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail["ticket"], json!(done.number.to_string()));
    // Two tickets bear the number: nobody can know which.
    let other = Site::on(site.store.clone(), "other", false).await;
    site.new_ticket(&letter("X", "甲")).await;
    other.new_ticket(&letter("X", "乙")).await;
    let (what, _) = province.tell(&letter("P2", "丙").naming("X")).await;
    assert_eq!(what, What::New);
    // A number of the same channel is not another road.
    let (what, _) = province.tell(&letter("P3", "丁").naming("P2")).await;
    assert_eq!(what, What::New);
    // The number fits and the person does not: it may be another far side's number.
    site.new_ticket(&letter("M4", "己").phone("13800000001")).await;
    let (what, _) = province.tell(&letter("P4", "己").naming("M4").phone("13900000002")).await;
    assert_eq!(what, What::New, "two citizens were joined");
    site.new_ticket(&letter("M5", "戊")).await;
    let (what, _) = province.tell(&letter("P5", "戊").naming("M5").standing(Standing::Trial)).await;
    assert_eq!(what, What::New);
}

/// Every road is answered, each in its own lane; a road that was taken back is not, and only the last one ends the ticket.
pub(super) async fn every_road_is_answered(house: &dyn House) {
    let roads = Roads::open(house).await;
    let (ticket, joined) = roads.joined().await;
    let site = &roads.mailbox;
    site.told(ticket, "o1", OutcomeKind::Replied).await;
    for reference in [site.reference(ticket), joined] {
        let lane = site.store.lane(reference).await.unwrap();
        assert_eq!(lane.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [OutcomeKind::Replied]);
        assert_eq!(lane.ticket, ticket);
        let claim = site.claim(Far::Outlet(reference.channel())).await;
        site.walked(claim, vec![Fact::State { n: 1, state: Carried::Settled }], Again::Never).await;
    }
    assert_eq!(site.store.lane(joined).await.unwrap().external_id.as_str(), "P1");
    roads.province.tell(&letter("act:1", "撤回").about(Act::Recall, "P1")).await;
    assert_eq!(site.kinds(ticket).await, ["new", "joined"], "the other road still waits");
    site.told(ticket, "o2", OutcomeKind::Closed).await;
    assert_eq!(site.store.lane(joined).await.unwrap().items.len(), 1);
    assert_eq!(site.lane(ticket).await.items.len(), 2);
    site.tell(&letter("act:2", "不用了").about(Act::Withdraw, "M1")).await;
    assert_eq!(site.kinds(ticket).await, ["new", "joined", "withdrawn"]);
}

/// Taken apart: a ticket of its own with its own words, told as such; what was written back stays, later outcomes follow
/// the new ownership, and the pair is never joined again.
pub(super) async fn a_person_takes_them_apart(house: &dyn House) {
    let roads = Roads::open(house).await;
    let (ticket, joined) = roads.joined().await;
    let site = &roads.mailbox;
    site.told(ticket, "o1", OutcomeKind::Replied).await;
    let keys = site.store.keys();
    let phone = keys.blind("phone", &[b"13800000001"]);
    let apart = Unjoin { blind: vec![phone], forget: vec![], deadline: Some(5_000), ..Unjoin::default() };
    assert!(site.store.unjoin(site.reference(ticket), apart.clone(), &clerk("x")).await.is_err());
    let new = site.store.unjoin(joined, apart.clone(), &clerk("another citizen")).await.unwrap();
    assert!(site.store.unjoin(joined, apart, &clerk("x")).await.is_err(), "it is apart already");
    assert_eq!(site.kinds(ticket).await, ["new", "joined", "unjoined"]);
    assert_eq!(site.kinds(new).await, ["new"]);
    let row = site.store.ticket(new.number).await.unwrap();
    assert_eq!((row.external_id.as_str(), row.channel_code.as_str()), ("P1", "province"));
    assert!(String::from_utf8_lossy(row.draft.as_deref().unwrap()).contains("转办"));
    assert_eq!(site.versions(new).await.len(), 1);
    let event = site.store.event(new.id, 1).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail["ticket"], json!(ticket.number.to_string()));
    // What was planted for it before stays with its old lane; what comes goes its own way.
    site.told(new, "o2", OutcomeKind::Closed).await;
    assert_eq!(site.store.lane(Reference::own(joined.channel(), new.id)).await.unwrap().items.len(), 1);
    assert_eq!(site.store.lane(joined).await.unwrap().items.len(), 1);
    assert_eq!(roads.province.tell(&letter("P1", "转办:路灯不亮!").naming("M1")).await, (What::Revised, Some(new)));
    assert_eq!(
        site.store.deeds(&format!("reference:{}", joined.number())).await.unwrap()[0].why.as_deref(),
        Some("another citizen")
    );
}
