//! Stories of one channel that brings the letters of several: counted and searched by their tags.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::store::{Reference, Search, TagRow, Tagged, Unjoin};

impl Site {
    fn tagged(&self, tag: &str) -> Vec<Tagged> {
        vec![Tagged { channel: self.channel.channel, tag: tag.into() }]
    }

    /// The source numbers of the tickets that fit, newest first.
    async fn found(&self, channel: Option<u32>, tagged: Vec<Tagged>) -> Vec<String> {
        let search = Search { channel, tagged, limit: 9, ..Search::default() };
        self.store.search(search).await.unwrap().into_iter().map(|row| row.external_id).collect()
    }

    async fn tags(&self) -> Vec<TagRow> {
        let channels = self.store.channels().await.unwrap();
        channels.into_iter().find(|row| row.code == *self.code).unwrap().tags
    }

    async fn counts(&self) -> Vec<(String, [u64; 4])> {
        self.tags().await.into_iter().map(|row| (row.tag, row.tickets)).collect()
    }
}

/// Each letter under its tag, a changed tag instead of the old one; letters without one as ever.
pub(super) async fn a_tag_is_counted_and_searched(house: &dyn House) {
    let site = Site::pushed(house).await;
    for (id, tag) in [("A", "SZXX"), ("B", "XYB"), ("C", "SZXX")] {
        site.new_ticket(&letter(id, id).tag(tag)).await;
    }
    site.new_ticket(&letter("D", "D")).await;
    site.tell(&letter("E", "E").tag("XYB").standing(Standing::Trial)).await;
    assert_eq!(site.counts().await, [("SZXX".into(), [2, 0, 0, 0]), ("XYB".into(), [1, 1, 0, 0])]);
    assert!(site.tags().await.iter().all(|row| row.last_item.is_some()));
    assert_eq!(site.found(None, site.tagged("SZXX")).await, ["C", "A"]);
    assert_eq!(site.found(None, site.tagged("other")).await, [""; 0]);
    let other = Site::on(site.store.clone(), "province", false).await;
    other.new_ticket(&letter("F", "F").tag("SZXX")).await;
    assert_eq!(site.found(None, site.tagged("SZXX")).await, ["C", "A"], "tags are a channel's own");
    assert_eq!(site.found(Some(other.channel.channel), site.tagged("SZXX")).await, ["F", "C", "A"]);

    assert_eq!(site.tell(&letter("A", "A, by another road").tag("XYB")).await.0, What::Revised);
    assert_eq!(site.counts().await, [("SZXX".into(), [1, 0, 0, 0]), ("XYB".into(), [2, 1, 0, 0])]);
    let site = Site::pushed(house.crashed().as_ref()).await;
    let row = site.store.search(Search { external_id: Some("A".into()), limit: 1, ..Search::default() }).await.unwrap();
    assert_eq!(row[0].tag.as_deref(), Some("XYB"));
}

/// The tag is the source's: it goes with it into a ticket and out again.
pub(super) async fn a_letter_that_joins_keeps_its_tag(house: &dyn House) {
    let site = Site::pushed(house).await;
    let province = Site::on(site.store.clone(), "province", false).await;
    let ticket = site.new_ticket(&letter("M1", "路灯不亮").phone("13800000001")).await;
    let told = letter("P1", "转办:路灯不亮").naming("M1").phone("13800000001").tag("SZXX");
    assert_eq!(province.tell(&told).await, (What::Joined, Some(ticket)));
    let roads = site.store.references(ticket.id).await.unwrap();
    let tags: Vec<_> = roads.iter().map(|road| (road.external_id.as_str(), road.tag.as_deref())).collect();
    assert_eq!(tags, [("M1", None), ("P1", Some("SZXX"))]);
    let new = site.store.unjoin(roads[1].reference, Unjoin::default(), &clerk("不是一件事")).await.unwrap();
    let roads = site.store.references(new.id).await.unwrap();
    assert_eq!(
        (roads[0].reference, roads[0].tag.as_deref()),
        (Reference::own(province.channel.channel, new.id), Some("SZXX"))
    );
    assert_eq!(province.found(None, province.tagged("SZXX")).await, ["P1"]);
}

/// A supplement after the closing is a ticket of its own, under the tag of what it is about.
pub(super) async fn what_becomes_a_ticket_of_its_own_keeps_the_tag(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A", "路灯不亮").tag("SZXX")).await;
    site.told(ticket, "o1", OutcomeKind::Closed).await;
    let (what, new) = site.tell(&letter("act:1", "又坏了").about(Act::Supplement, "A")).await;
    assert_eq!(what, What::New);
    let row = site.store.ticket(new.unwrap().number).await.unwrap();
    assert_eq!((row.external_id.as_str(), row.tag.as_deref()), ("act:1", Some("SZXX")));
    assert_eq!(site.counts().await, [("SZXX".into(), [2, 0, 0, 0])]);
}
