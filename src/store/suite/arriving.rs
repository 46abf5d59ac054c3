//! Stories of what came, as the watch over channels reads it.

use super::*;
use crate::store::Arrived;

/// Every version is told once, in order, page by page, whatever became of it; what came before is not looked at.
pub(super) async fn what_came_is_told_page_by_page(house: &dyn House) {
    let site = Site::pushed(house).await;
    let before = moment_of(&site);
    assert_eq!(site.store.arrivals(0, before, 10).await.unwrap(), []);
    site.tell(&letter("A", "one")).await;
    site.tell(&letter("A", "one")).await;
    site.tell(&letter("A", "two")).await;
    site.tell(&letter("B", "three").mapped(None)).await;
    let all = site.store.arrivals(0, before, 10).await.unwrap();
    assert_eq!(all.len(), 3, "a repeat writes nothing");
    assert!(all.is_sorted_by_key(|arrived| arrived.version));
    let channels: Vec<_> = site.store.channels().await.unwrap().iter().map(|row| row.id).collect();
    assert!(all.iter().all(|arrived| arrived.at >= before && channels.contains(&arrived.channel)));
    let mut paged = Vec::new();
    while let Some(next) =
        site.store.arrivals(paged.last().map_or(0, |last: &Arrived| last.version), before, 1).await.unwrap().pop()
    {
        paged.push(next);
    }
    assert_eq!(paged, all);
    let later = all[2].at + jiff::SignedDuration::from_millis(1);
    assert_eq!(site.store.arrivals(0, later, 10).await.unwrap(), [], "what came before is passed over");
}

fn moment_of(site: &Site) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(site.store.clock().now()).unwrap()
}
