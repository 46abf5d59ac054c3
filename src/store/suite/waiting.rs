//! Stories of before and after: trial, historic, the first run, and going live.

use super::*;
use crate::store::{FirstRun, FirstRunCounts};

const DAY: i64 = 86_400_000;

/// Trial, historic and waiting letters are kept, counted apart and never forwarded, revised or not.
pub(super) async fn what_does_not_count_is_not_forwarded(house: &dyn House) {
    let site = Site::polled(house).await;
    for standing in [Standing::Trial, Standing::Historic, Standing::Waiting] {
        let id = format!("{standing:?}");
        let key = site.new_ticket(&letter(&id, "one").standing(standing)).await;
        assert_eq!(site.tell(&letter(&id, "two").standing(standing)).await, (What::Revised, Some(key)));
        assert!(site.events(key).await.is_empty());
        assert_eq!(site.store.ticket(key.number).await.unwrap().standing, standing);
    }
    // The channel goes live: a trial ticket stays what it was.
    assert_eq!(site.tell(&letter("Trial", "three")).await.0, What::Revised);
    assert!(site.forward_all().await.is_empty());
    let row = site.store.channels().await.unwrap().remove(0);
    assert_eq!(row.tickets, [0, 1, 1, 1]);
}

/// A first run is counted, a person says from when it counts: newer goes out as it now is, older is historic.
pub(super) async fn a_person_ends_a_first_run(house: &dyn House) {
    let site = Site::polled(house).await;
    assert_eq!(site.channel.first_run, FirstRun::Underway);
    let now = site.store.clock().now();
    for age in 0..10 {
        let old = letter(&format!("L{age}"), "one").standing(Standing::Waiting).submitted(now - age * DAY);
        site.new_ticket(&old).await;
    }
    site.tell(&letter("L1", "one, corrected").standing(Standing::Waiting).submitted(now - DAY)).await;
    let counts = site.store.first_run(site.channel.channel, now - 5 * DAY).await.unwrap();
    assert_eq!(counts, FirstRunCounts { items: 10, old: 4, oldest: Some(now - 9 * DAY) });
    assert_eq!(site.store.end_first_run(site.channel.channel, true).await.unwrap(), 0);
    assert!(site.forward_all().await.is_empty(), "3,400 old letters: 0 forwarded");
    assert_eq!(
        site.store.end_first_run(site.channel.channel, false).await.unwrap(),
        0,
        "only a person releases them now"
    );

    let went =
        site.store.go_live(site.channel.channel, now - 3 * DAY, &clerk("agreed with the province")).await.unwrap();
    assert_eq!(went, (4, 6));
    let sent = site.forward_all().await;
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().any(|(_, n, body)| *n == 1 && body.contains("corrected")));
    let again = site.store.enroll("province", "province", true, crate::store::Sign::Never).await.unwrap();
    assert_eq!(again.first_run, FirstRun::Through);
    let deeds = site.store.deeds(&format!("channel:{}", site.channel.channel)).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].what.as_str()), (1, "go_live"));
    let next = site.tell(&letter("L1", "one, corrected twice")).await;
    assert_eq!((next.0, site.forward_all().await[0].1), (What::Revised, 2));
}

/// A small first run ends by itself and lets all go.
pub(super) async fn a_small_first_run_lets_all_go(house: &dyn House) {
    let site = Site::polled(house).await;
    for id in ["A", "B", "C"] {
        site.new_ticket(&letter(id, "one").standing(Standing::Waiting)).await;
    }
    assert_eq!(site.store.end_first_run(site.channel.channel, false).await.unwrap(), 3);
    assert_eq!(site.forward_all().await.len(), 3);
}

/// A page that was under way while the first run ended is not left waiting for nobody.
pub(super) async fn a_page_under_way_is_not_left_waiting(house: &dyn House) {
    let site = Site::polled(house).await;
    let now = site.store.clock().now();
    site.store.go_live(site.channel.channel, now - DAY, &clerk("agreed")).await.unwrap();
    let young = site.new_ticket(&letter("A", "one").standing(Standing::Waiting).submitted(now)).await;
    let old = site.new_ticket(&letter("B", "one").standing(Standing::Waiting).submitted(now - 2 * DAY)).await;
    assert_eq!(site.store.ticket(young.number).await.unwrap().standing, Standing::Live);
    assert_eq!(site.store.ticket(old.number).await.unwrap().standing, Standing::Historic);
    assert_eq!(site.forward_all().await.iter().map(|sent| sent.0).collect::<Vec<_>>(), [young.id]);
    // The gateway's own end of the run comes late: the person's word stands.
    site.store.end_first_run(site.channel.channel, true).await.unwrap();
    assert_eq!(
        site.store.enroll("province", "province", true, crate::store::Sign::Never).await.unwrap().first_run,
        FirstRun::Through
    );
}

/// A channel that was pushed, or off, and is polled from now on: what lies there is no news.
pub(super) async fn what_was_never_polled_has_its_first_run_before_it(house: &dyn House) {
    let site = Site::pushed(house).await;
    assert_eq!(site.channel.first_run, FirstRun::Through);
    site.new_ticket(&letter("A", "one")).await;
    let polled = || site.store.enroll("mailbox", "mailbox", true, crate::store::Sign::Never);
    assert_eq!(polled().await.unwrap().first_run, FirstRun::Underway);
    let claim = site.store.schedule().claim(Far::Channel(site.channel.channel), 1, site.store.clock()).await.remove(0);
    site.store.end_first_run(site.channel.channel, false).await.unwrap();
    let due = site.store.clock().now() + DAY;
    site.store.settle(Settlement { claim, outcome: Outcome::Polled { due } }).await;
    site.store.flush().await;
    assert_eq!(polled().await.unwrap().first_run, FirstRun::Through, "once it was polled, it has had its run");
    let pushed = site.store.enroll("mailbox", "mailbox", false, crate::store::Sign::Never).await.unwrap();
    assert_eq!(pushed.first_run, FirstRun::Through);
}

/// The store tells where a channel's items are known, if that is another memory than the one its file names.
pub(super) async fn a_channel_with_items_is_remembered_where_it_was(house: &dyn House) {
    let site = Site::pushed(house).await;
    let elsewhere = |namespace: &'static str| site.store.remembers_elsewhere("mailbox", namespace);
    assert_eq!(elsewhere("letters").await.unwrap(), None, "it has no items yet");
    site.new_ticket(&letter("A", "one")).await;
    assert_eq!(elsewhere("letters").await.unwrap().as_deref(), Some("mailbox"));
    assert_eq!(elsewhere("mailbox").await.unwrap(), None);
    let other = Site::on(site.store.clone(), "apart", false).await;
    assert_eq!(site.store.remembers_elsewhere("apart", "mailbox").await.unwrap(), None);
    let known = site.store.known_channels().await.unwrap();
    assert_eq!(known, [("apart".to_owned(), other.channel.channel), ("mailbox".to_owned(), site.channel.channel)]);
}
