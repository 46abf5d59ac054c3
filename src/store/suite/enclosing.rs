//! What an event carries to the core besides its text: waited for a little, decided once, the same in every attempt.

use super::*;
use crate::store::{Enclosed, Fetched, FileState, blobs};

const WAIT: i64 = 60_000;

impl Site {
    async fn fetch_one(&self, bytes: &[u8]) {
        let far = Far::Files(self.channel.channel);
        let claim = self.claim(far).await;
        let (blob, content) = blobs::keep(self.store.blobs().as_ref(), bytes).await.unwrap();
        let id = self.store.reserve();
        let note = (id, self.store.keys().seal(Place::Note, id, b"{}").unwrap());
        let blob = Some((blob, content.size));
        let fetched = Fetched { state: FileState::Kept, reason: None, blob, attempts: 0, note, dead: None };
        self.settle(claim, Outcome::Fetched(Box::new(fetched))).await;
    }

    /// The links of the files that an event carries.
    async fn carries(&self, ticket: TicketKey, n: u32) -> Vec<String> {
        match self.store.enclose(ticket.id, n).await.unwrap() {
            Enclosed::Files(files) => files.into_iter().map(|file| file.about.link.unwrap()).collect(),
            Enclosed::Wait(until) => panic!("it waits until {until}"),
        }
    }

    /// What is due and what waits for the core.
    async fn depth(&self) -> (usize, usize) {
        self.store.flush().await;
        self.store.schedule().depth(Far::Core)
    }
}

/// A letter whose files are still being fetched waits for them, over a crash, and each that comes has it looked at.
pub(super) async fn a_letter_waits_for_its_files(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.store.carry_files(Some(WAIT));
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1").file("http://a/2").file("http://a/1")).await;
    site.new_ticket(&letter("A2", "水管")).await;
    assert_eq!(site.depth().await, (1, 1), "the letter without files does not wait");
    let crashed = house.crashed();
    let after = Site::pushed(crashed.as_ref()).await;
    assert_eq!(after.depth().await, (1, 1));
    site.forward_all().await;
    site.fetch_one(b"one").await;
    assert_eq!(site.depth().await, (1, 0));
    let mut claim = site.claim(Far::Core).await;
    assert_eq!(site.event(&mut claim).await.unwrap().0, 1);
    let at = site.store.event(ticket.id, 1).await.unwrap().at;
    let Enclosed::Wait(due) = site.store.enclose(ticket.id, 1).await.unwrap() else { panic!("the second is missing") };
    assert_eq!(due, at + WAIT);
    site.settle(claim, Outcome::Retry { due, attempts: 0 }).await;
    assert_eq!(site.depth().await, (0, 1));
    site.fetch_one(b"two").await;
    assert_eq!(site.depth().await, (1, 0));
    assert_eq!(site.carries(ticket, 1).await, ["http://a/1", "http://a/2", "http://a/1"]);
    assert_eq!(site.forward_all().await.len(), 1, "what came along needs no event of its own");
}

/// What an event carries is decided once: what comes later follows by an event of its own, in this process and the next.
pub(super) async fn what_an_event_carries_is_decided_once(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.store.carry_files(Some(0));
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1").file("http://a/2")).await;
    site.fetch_one(b"one").await;
    assert_eq!(site.carries(ticket, 1).await, ["http://a/1"]);
    site.fetch_one(b"two").await;
    assert_eq!(site.carries(ticket, 1).await, ["http://a/1"]);
    let crashed = house.crashed();
    let after = Site::pushed(crashed.as_ref()).await;
    after.store.carry_files(Some(WAIT));
    assert_eq!(after.carries(ticket, 1).await, ["http://a/1"]);
    let kinds: Vec<_> = after.events(ticket).await.into_iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["new", "file"]);
    assert_eq!(after.carries(ticket, 2).await, ["http://a/2"]);
    // A revision brings what it names; what its source knows already is not fetched again.
    after.tell(&letter("A1", "路灯还是不亮").file("http://a/2").file("http://a/3")).await;
    after.fetch_one(b"three").await;
    assert_eq!(after.carries(ticket, 3).await, ["http://a/2", "http://a/3"]);
    assert_eq!(after.events(ticket).await.len(), 3);
}

/// Where the core fetches files itself nothing waits, and each that comes is told.
pub(super) async fn where_links_go_nothing_waits(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1")).await;
    assert_eq!(site.depth().await, (1, 0));
    site.fetch_one(b"one").await;
    assert_eq!(site.events(ticket).await.len(), 2);
}

/// What another road or an act brings is that event's, under an address of its own; the letter's own files keep theirs.
pub(super) async fn what_is_added_brings_its_files(house: &dyn House) {
    let site = Site::pushed(house).await;
    let province = Site::on(site.store.clone(), "province", false).await;
    site.store.carry_files(Some(0));
    let ticket = site.new_ticket(&letter("A1", "路灯").phone("13800000001").file("http://a/own")).await;
    site.fetch_one(b"own").await;
    let told = letter("P1", "转办").naming("A1").phone("13800000001").file("http://p/joined");
    assert_eq!(province.tell(&told).await.0, What::Joined);
    province.fetch_one(b"joined").await;
    site.tell(&letter("A1-2", "补充照片").about(Act::Supplement, "A1").file("http://a/more")).await;
    site.fetch_one(b"more").await;
    let kinds: Vec<_> = site.events(ticket).await.into_iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["new", "joined", "supplemented"]);
    let mut carried = Vec::new();
    for n in 1..=3 {
        carried.extend(site.carries(ticket, n).await);
        let row = match n {
            1 => site.store.file_at(ticket.number, Some(1), 0).await.unwrap(),
            n => site.store.file_of_event(ticket.number, n, 0).await.unwrap(),
        };
        assert_eq!((row.about.link.as_ref(), row.event), (carried.last(), (n > 1).then_some(n)));
    }
    assert_eq!(carried, ["http://a/own", "http://p/joined", "http://a/more"]);
}

/// An act that came before its item keeps its files until it is matched.
pub(super) async fn an_act_that_waits_keeps_its_files(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.store.carry_files(Some(0));
    site.tell(&letter("A1-2", "补充照片").about(Act::Supplement, "A1").file("http://a/more")).await;
    assert_eq!(site.store.schedule().depth(Far::Files(site.channel.channel)), (0, 0), "nobody knows whose it is");
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    site.store.flush().await;
    site.fetch_one(b"more").await;
    assert_eq!(site.carries(ticket, 1).await, [""; 0]);
    assert_eq!(site.carries(ticket, 2).await, ["http://a/more"]);
}
