//! Stories of reconciliation: where items stand, gaps that open, stay and are mended, and what a person signs for.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::store::{Asked, GapKind, ItemPlace, Items, Reckoning, SignedList};

const DAY: Date = date(2026, 11, 27);

fn found(site: &Site, asked: Asked, missing: u64, lost: u64) -> Reckoning {
    let mut places = [0; 9];
    places[ItemPlace::Lost as usize] = lost;
    Reckoning {
        channel: site.channel.channel,
        day: DAY,
        at: Timestamp::UNIX_EPOCH,
        asked,
        theirs: (asked == Asked::Said).then_some(missing + lost),
        taken: lost,
        places,
        missing,
        surplus: 0,
    }
}

async fn open(site: &Site) -> Vec<(GapKind, u64)> {
    site.store.gaps(false).await.unwrap().into_iter().map(|gap| (gap.kind, gap.count)).collect()
}

async fn items(site: &Site, limit: usize) -> Vec<(String, ItemPlace)> {
    let now = Timestamp::from_millisecond(site.store.clock().now()).unwrap();
    let hour = SignedDuration::from_hours(1);
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let items = Items { channel: site.channel.channel, after, from: now - hour, until: now + hour, limit };
        let page = site.store.items(items).await.unwrap();
        all.extend(page.rows.into_iter().map(|item| (item.external_id, item.place)));
        match page.next {
            Some(next) => after = next,
            None => return all,
        }
    }
}

/// Every item stands in one place, once, whatever came after its first version and however it is paged.
pub(super) async fn every_item_stands_somewhere(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("sent", "one")).await;
    site.forward_all().await;
    site.tell(&letter("sent", "two")).await;
    site.new_ticket(&letter("queued", "three")).await;
    site.new_ticket(&letter("trial", "four").standing(Standing::Trial)).await;
    site.tell(&letter("unmapped", "five").mapped(None)).await;
    site.tell(&letter("given-up", "six").mapped(None)).await;
    let dead = site.dead().await;
    let last = dead.iter().find(|row| row.external_id.as_deref() == Some("given-up")).unwrap();
    site.store.drop_dead(last.id, &clerk("no letter")).await.unwrap();
    site.tell(&letter("urging", "seven").about(Act::Urge, "sent")).await;
    let stands = [
        ("sent", ItemPlace::Forwarded),
        ("queued", ItemPlace::Queued),
        ("trial", ItemPlace::Aside),
        ("unmapped", ItemPlace::Person),
        ("given-up", ItemPlace::Refused),
        ("urging", ItemPlace::Act),
    ];
    let stands = stands.map(|(id, place)| (id.to_owned(), place));
    for limit in [1, 2, 500] {
        assert_eq!(items(&site, limit).await, stands, "{limit} at a time");
    }
    let known = vec!["urging".to_owned(), "nobody".to_owned(), "sent".to_owned()];
    let known = site.store.items_known(site.channel.channel, known).await.unwrap();
    assert_eq!(known.iter().map(|item| item.external_id.as_str()).collect::<Vec<_>>(), ["urging", "sent"]);
}

/// A gap is told until a later look finds the day whole, also over a restart; a far side that was away changes nothing.
pub(super) async fn a_gap_stays_until_it_is_mended(house: &dyn House) {
    {
        let site = Site::polled(house).await;
        site.store.reckon(found(&site, Asked::Said, 2, 0)).await.unwrap();
        assert_eq!(open(&site).await, [(GapKind::Missing, 2)]);
    }
    let site = Site::polled(house).await;
    site.store.reckon(found(&site, Asked::Away, 0, 0)).await.unwrap();
    site.store.reckon(found(&site, Asked::CannotSay, 0, 1)).await.unwrap();
    assert_eq!(open(&site).await, [(GapKind::Missing, 2), (GapKind::Inside, 1)]);
    let kept = site.store.reckonings(DAY, DAY).await.unwrap();
    assert_eq!((kept.len(), kept[0].asked, kept[0].at_place(ItemPlace::Lost)), (1, Asked::CannotSay, 1));
    site.store.reckon(found(&site, Asked::Said, 0, 0)).await.unwrap();
    assert!(open(&site).await.is_empty());
    let told = site.store.gaps(true).await.unwrap();
    assert!(told.len() == 2 && told.iter().all(|gap| gap.mended_at.is_some() && gap.signed_by.is_none()), "{told:?}");
}

/// What a person signed for is not told again; more than they saw is. Lists that were signed for are kept.
pub(super) async fn a_person_signs_for_what_they_saw(house: &dyn House) {
    let site = Site::polled(house).await;
    let channel = site.channel.channel;
    assert_eq!(site.store.sign_gaps(channel, DAY, &clerk("nothing")).await.unwrap(), 0);
    site.store.reckon(found(&site, Asked::Said, 2, 0)).await.unwrap();
    assert_eq!(site.store.sign_gaps(channel, DAY, &clerk("seen there")).await.unwrap(), 1);
    for (missing, expected) in [(2, vec![]), (1, vec![]), (3, vec![(GapKind::Missing, 3)]), (0, vec![])] {
        site.store.reckon(found(&site, Asked::Said, missing, 0)).await.unwrap();
        assert_eq!(open(&site).await, expected, "{missing}");
    }
    let deeds = site.store.deeds(&format!("gap:{channel}:{DAY}")).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].why.as_deref()), (1, Some("seen there")));

    let list = |channel, rows| SignedList { channel, span: Some((DAY, DAY)), rows, counts: [1, 2, 3, 4] };
    for one in [list(Some(channel), 5), list(None, 6), list(Some(channel), 7)] {
        site.store.sign_list(one, &clerk("compared")).await.unwrap();
    }
    let newest = site.store.signed_lists(false).await.unwrap();
    assert_eq!(newest.iter().map(|row| row.list.rows).collect::<Vec<_>>(), [7, 6], "of each channel the newest");
    assert_eq!((&newest[0].list, newest[1].channel_code.as_deref()), (&list(Some(channel), 7), None));
    assert_eq!(site.store.signed_lists(true).await.unwrap().len(), 3);
}
