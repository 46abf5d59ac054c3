//! The way home: what is planted for a source, what is committed before anything is sent, and what people say of it.

use huiliu_contract::OutcomeKind;

use super::{House, Site, clerk, letter};
use crate::store::{
    Again, Carried, Claim, DeadKind, Fact, Far, Lane, Outcome, OutcomeTaken, Place, Reference, Sign, Standing,
    TicketKey, TryEnd,
};

impl Site {
    pub(super) async fn told(&self, ticket: TicketKey, core_id: &str, kind: OutcomeKind) -> OutcomeTaken {
        let (id, keys) = (self.store.reserve(), self.store.keys());
        let said = format!("{{\"kind\":\"{}\"}}", kind.word());
        let body = keys.seal(Place::Outcome, id, said.as_bytes()).unwrap();
        let digest = keys.blind("outcome", &[said.as_bytes()]);
        self.store.take_outcome(id, core_id.into(), digest, Some(ticket.number), kind, body).await.unwrap()
    }

    pub(super) fn reference(&self, ticket: TicketKey) -> Reference {
        Reference::own(self.channel.channel, ticket.id)
    }

    pub(super) async fn lane(&self, ticket: TicketKey) -> Lane {
        self.store.lane(self.reference(ticket)).await.unwrap()
    }

    pub(super) async fn states(&self, ticket: TicketKey) -> Vec<Carried> {
        self.lane(ticket).await.items.iter().map(|item| item.state).collect()
    }

    pub(super) async fn outlet(&self) -> Claim {
        self.claim(Far::Outlet(self.channel.channel)).await
    }

    async fn try_now(&self, claim: &Claim, n: u32) -> Option<i64> {
        let id = self.store.reserve();
        let parcel = self.store.keys().seal(Place::Try, id, b"what goes out").unwrap();
        self.store.begin(claim.lease(), n, id, parcel).await.unwrap().then_some(id)
    }

    pub(super) async fn walked(&self, claim: Claim, facts: Vec<Fact>, again: Again) {
        self.settle(claim, Outcome::Homeward { facts, again }).await;
    }

    pub(super) fn asks(&self, n: u32, kind: DeadKind) -> Fact {
        let id = self.store.reserve();
        let body = self.store.keys().seal(Place::Dead, id, b"{}").unwrap();
        Fact::Person { n, kind, reason: kind.word(), id, body }
    }
}

/// A live ticket's outcomes are planted in the order of coming; a trial's are kept and owed to nobody.
pub(super) async fn outcomes_are_planted_for_live_tickets(house: &dyn House) {
    let site = Site::pushed(house).await;
    let live = site.new_ticket(&letter("A1", "路灯")).await;
    let trial = site.new_ticket(&letter("A2", "水管").standing(Standing::Trial)).await;
    assert_eq!(site.told(live, "o1", OutcomeKind::Signed).await, OutcomeTaken::New);
    assert_eq!(site.told(live, "o2", OutcomeKind::Closed).await, OutcomeTaken::New);
    assert_eq!(site.told(live, "o2", OutcomeKind::Closed).await, OutcomeTaken::Repeat);
    assert_eq!(site.told(trial, "o3", OutcomeKind::Closed).await, OutcomeTaken::New);
    let lane = site.lane(live).await;
    let items: Vec<_> = lane.items.iter().map(|item| (item.n, item.kind, item.core_id.as_deref())).collect();
    assert_eq!(items, [(1, OutcomeKind::Signed, Some("o1")), (2, OutcomeKind::Closed, Some("o2"))]);
    assert_eq!(lane.external_id.as_str(), "A1");
    assert!(site.lane(trial).await.items.is_empty());
    assert_eq!(site.store.schedule().depth(Far::Outlet(site.channel.channel)), (1, 0));
    assert!(site.store.ticket(live.number).await.unwrap().concluded_at.is_some());
    assert_eq!(site.store.references(live.id).await.unwrap()[0].reference, site.reference(live));
}

/// What is about to be sent is on disk first; after a crash it is known that it may have gone.
pub(super) async fn a_try_is_on_disk_before_it_is_sent(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    site.told(ticket, "o1", OutcomeKind::Closed).await;
    let claim = site.outlet().await;
    let id = site.try_now(&claim, 1).await.unwrap();
    let after = Site::pushed(house.crashed().as_ref()).await;
    let lane = after.lane(ticket).await;
    assert_eq!((lane.items[0].tries[0].id, lane.items[0].tries[0].end), (id, None));
    assert_eq!(&lane.items[0].tries[0].parcel[..], b"what goes out");
    let again = after.outlet().await;
    assert_eq!(again.errand.subject, after.reference(ticket).number(), "the errand is walked again");
    // What certainly did not arrive is no proof of anything.
    let facts = vec![Fact::Tried { id, end: TryEnd::NotArrived, answer: None }];
    after.walked(again, facts, Again::Now).await;
    assert!(after.lane(ticket).await.items[0].tries.is_empty());
    let again = after.outlet().await;
    // A stale lease may send nothing.
    let lease = again.lease();
    after.walked(again, Vec::new(), Again::Never).await;
    let parcel = after.store.keys().seal(Place::Try, 77, b"x").unwrap();
    assert!(!after.store.begin(lease, 1, 77, parcel).await.unwrap());
}

/// What a worker found out is written whole; a lane with nothing to do loses its errand, unless something was planted since.
pub(super) async fn facts_are_written_and_lanes_rest(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    site.told(ticket, "o1", OutcomeKind::Replied).await;
    let claim = site.outlet().await;
    let id = site.try_now(&claim, 1).await.unwrap();
    // Another outcome comes while the first is under way.
    site.told(ticket, "o2", OutcomeKind::Closed).await;
    let answer = site.store.keys().seal(Place::Answer, id, b"R-1").unwrap();
    let facts = vec![
        Fact::Tried { id, end: TryEnd::Taken, answer: Some(answer) },
        Fact::State { n: 1, state: Carried::Settled },
    ];
    site.walked(claim, facts, Again::Never).await;
    assert_eq!(site.states(ticket).await, [Carried::Settled, Carried::Waiting]);
    let claim = site.outlet().await;
    site.walked(claim, vec![Fact::State { n: 2, state: Carried::Settled }], Again::Never).await;
    assert_eq!(site.store.schedule().depth(Far::Outlet(site.channel.channel)), (0, 0));
    let lane = Site::pushed(house.crashed().as_ref()).await.lane(ticket).await;
    assert_eq!(lane.items[0].tries[0].answer.as_deref(), Some(&b"R-1"[..]));
}

/// Lanes that are read together come in the order in which they were asked for, and one that is not there spoils no other.
pub(super) async fn lanes_are_read_together(house: &dyn House) {
    let site = Site::pushed(house).await;
    let mut references = Vec::new();
    for (n, id) in ["A1", "A2", "A3"].into_iter().enumerate() {
        let ticket = site.new_ticket(&letter(id, "路灯")).await;
        site.told(ticket, &format!("o{n}"), OutcomeKind::Closed).await;
        references.insert(0, site.reference(ticket));
    }
    references.insert(1, Reference::own(site.channel.channel, 777));
    references.insert(2, Reference::joined(site.channel.channel, 777));
    let lanes = site.store.lanes(references.clone()).await;
    let ids: Vec<_> = lanes.iter().map(|lane| lane.as_ref().ok().map(|lane| lane.external_id.as_str())).collect();
    assert_eq!(ids, [Some("A3"), None, None, Some("A2"), Some("A1")]);
    assert!(lanes.iter().flatten().all(|lane| lane.items.len() == 1 && references.contains(&lane.reference)));
    // The next look sees what came meanwhile.
    let ticket = lanes[4].as_ref().unwrap().ticket;
    site.told(ticket, "o9", OutcomeKind::Visited).await;
    assert_eq!(site.lane(ticket).await.items.len(), 2);
}

/// A person agrees with another wording, hands back, does by hand, tries again or gives up; each ends the to-do.
pub(super) async fn people_have_the_last_word(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    site.forward_all().await;
    let words = [DeadKind::Approval, DeadKind::Approval, DeadKind::ByHand, DeadKind::Uncertain, DeadKind::WriteBack];
    for (n, kind) in (1..).zip(words) {
        site.told(ticket, &format!("o{n}"), OutcomeKind::Progressed).await;
        let claim = site.outlet().await;
        let mut facts = vec![site.asks(n, kind)];
        if kind == DeadKind::Uncertain {
            let id = site.try_now(&claim, n).await.unwrap();
            facts.push(Fact::Tried { id, end: TryEnd::Uncertain, answer: None });
        }
        site.walked(claim, facts, Again::Never).await;
    }
    assert_eq!(site.states(ticket).await, [Carried::Person; 5]);
    let dead = site.dead().await;
    assert_eq!(dead.iter().map(|row| row.kind).collect::<Vec<_>>(), words);
    assert!(dead.iter().all(|row| row.reference == Some(site.reference(ticket)) && row.ticket == Some(ticket)));
    let id = |n: usize| dead[n].id;
    assert!(site.store.agree(id(2), None, &clerk("x")).await.is_err(), "only what waits for approval is agreed to");
    assert!(site.store.retry(id(0), &clerk("x")).await.is_err());
    site.store.agree(id(0), Some("已修复路灯三盏。".into()), &clerk("x")).await.unwrap();
    let note = site.store.reserve();
    let body = site.store.keys().seal(Place::Note, note, b"{\"reason\":\"too short\"}").unwrap();
    site.store.hand_back(id(1), note, body, &clerk("too short")).await.unwrap();
    site.store.done(id(2), &clerk("x")).await.unwrap();
    site.store.retry(id(3), &clerk("not there")).await.unwrap();
    site.store.drop_dead(id(4), &clerk("x")).await.unwrap();
    assert!(site.store.drop_dead(id(4), &clerk("x")).await.is_err(), "it has ended");
    use Carried::{ByHand, Dropped, HandedBack, Waiting};
    assert_eq!(site.states(ticket).await, [Waiting, HandedBack, ByHand, Waiting, Dropped]);
    let lane = site.lane(ticket).await;
    assert!(lane.items[0].approved && lane.items[0].wording.as_deref() == Some("已修复路灯三盏。"));
    assert_eq!(lane.items[3].tries[0].end, Some(TryEnd::Absent), "a person says that it did not count");
    assert!(site.dead().await.is_empty());
    // The core hears what was handed back, and why.
    let mut claim = site.claim(Far::Core).await;
    let event = site.store.event(ticket.id, 2).await.unwrap();
    assert_eq!((event.kind.name(), event.detail.as_deref()), ("handed_back", Some(&b"{\"reason\":\"too short\"}"[..])));
    assert_eq!(site.event(&mut claim).await.unwrap().0, 2);
}

/// A redo of the upper level opens the ticket again and is counted; a later outcome goes its way.
pub(super) async fn a_redo_opens_the_ticket_again(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    site.told(ticket, "o1", OutcomeKind::Closed).await;
    let claim = site.outlet().await;
    let id = site.store.reserve();
    let body = site.store.keys().seal(Place::Note, id, b"{}").unwrap();
    let facts = vec![
        Fact::State { n: 1, state: Carried::SentBack },
        Fact::Event { kind: crate::ticket::EventKind::Redo, id, body, deadline: None },
    ];
    site.walked(claim, facts, Again::Never).await;
    assert_eq!(site.store.ticket(ticket.number).await.unwrap().concluded_at, None);
    let kinds: Vec<_> = site.events(ticket).await.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["new", "redo"]);
}

/// We sign for what came at the moment the channel's file names, once.
pub(super) async fn we_sign_when_the_channel_says_so(house: &dyn House) {
    let site = Site::pushed(house).await;
    for (sign, stored, accepted) in [(Sign::Never, 0, 0), (Sign::Stored, 1, 1), (Sign::CoreAccepted, 0, 1)] {
        site.store.enroll("mailbox", "mailbox", false, sign).await.unwrap();
        let ticket = site.new_ticket(&letter(&format!("{sign:?}"), "路灯")).await;
        assert_eq!(site.lane(ticket).await.items.len(), stored, "{sign:?}");
        site.tell(&letter(&format!("{sign:?}"), "路灯坏了")).await;
        site.forward_all().await;
        let items = site.lane(ticket).await.items;
        assert_eq!(items.len(), accepted, "{sign:?}");
        assert!(items.iter().all(|item| item.kind == OutcomeKind::Signed && item.outcome.is_none()));
    }
    // A core that concludes before its answer to the event is settled has the ticket: signing comes first all the same.
    let quick = site.new_ticket(&letter("quick", "路灯")).await;
    site.told(quick, "o9", OutcomeKind::Closed).await;
    let kinds = async || site.lane(quick).await.items.iter().map(|item| item.kind).collect::<Vec<_>>();
    assert_eq!(kinds().await, [OutcomeKind::Signed, OutcomeKind::Closed]);
    site.forward_all().await;
    assert_eq!(kinds().await, [OutcomeKind::Signed, OutcomeKind::Closed], "once");
}
