//! Stories of errands: claimed, settled, tried again, given up, and what one ticket never does to another.

use super::*;

/// A young event is handed over with its claim; a dropped claim comes back and is read from disk.
pub(super) async fn a_dropped_claim_comes_back(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    let claim = site.claim(Far::Core).await;
    assert_eq!(claim.errand.subject, key.id);
    let fresh = claim.fresh.as_deref().unwrap().clone();
    drop(claim);
    let claim = site.claim(Far::Core).await;
    assert!(claim.fresh.is_none());
    let read = site.store.next_events(vec![key.id]).await.unwrap().remove(&key.id).unwrap();
    let same = |one: &crate::store::Fresh| {
        (
            one.kind,
            one.ticket,
            one.n,
            one.at,
            one.channel.clone(),
            one.namespace.clone(),
            one.external_id.clone(),
            one.version_n,
            one.received_at,
            one.draft.clone(),
            one.edited.clone(),
        )
    };
    assert_eq!(same(&fresh), same(&read), "every attempt sends the same bytes");
}

/// Event n leads to n + 1; the core's number is kept; nothing is left when all is told.
pub(super) async fn forwarding_walks_the_lane(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "one")).await;
    let mut claim = site.claim(Far::Core).await;
    assert_eq!(site.event(&mut claim).await.unwrap().0, 1);
    // The revision comes while event 1 is on its way: it waits for its turn.
    site.tell(&letter("A", "two")).await;
    assert_eq!(site.store.schedule().depth(Far::Core).0, 0);
    site.settle(claim, Outcome::Forwarded { n: 1, core_number: Some("RX-1".into()) }).await;
    let mut claim = site.claim(Far::Core).await;
    assert_eq!(site.event(&mut claim).await.unwrap().0, 2);
    site.settle(claim, Outcome::Forwarded { n: 2, core_number: None }).await;
    assert!(site.store.schedule().list(10).is_empty());
    let row = site.store.ticket(key.number).await.unwrap();
    assert_eq!((row.sent, row.events, row.core_number.as_deref()), (2, 2, Some("RX-1")));
    assert!(row.core_accepted_at.is_some());
    assert!(site.events(key).await.iter().all(|event| event.state == "forwarded"));
    drop(site);
    assert!(house.open().unwrap().schedule().list(10).is_empty());
}

/// Retry waits until its time with its attempts counted, over a restart too; the next event starts at none.
pub(super) async fn a_retry_waits_and_remembers(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "one")).await;
    let claim = site.claim(Far::Core).await;
    let due = site.store.clock().now() + 60_000;
    site.settle(claim, Outcome::Retry { due, attempts: 3 }).await;
    assert_eq!(site.store.schedule().depth(Far::Core), (0, 1));
    drop(site);
    let site = Site::pushed(house).await;
    assert_eq!(site.store.schedule().depth(Far::Core), (0, 1));
    site.tell(&letter("A", "two")).await;
    let claim = site.claim(Far::Core).await;
    assert_eq!(claim.attempts, 3, "news makes it due sooner, and forgives nothing");
    site.settle(claim, Outcome::Forwarded { n: 1, core_number: None }).await;
    assert_eq!(site.claim(Far::Core).await.attempts, 0);
    drop(site);
    let site = Site::pushed(house).await;
    let mut claim = site.claim(Far::Core).await;
    assert_eq!((claim.attempts, site.event(&mut claim).await.unwrap().0), (0, 2), "{key:?}");
}

/// A lane stops at its dead letter, what follows waits behind it, other tickets go on.
pub(super) async fn a_dead_letter_stops_its_own_lane_only(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "one")).await;
    let dead = site.kill_next().await;
    site.tell(&letter("A", "two")).await;
    let other = site.new_ticket(&letter("B", "dust")).await;
    assert_eq!(site.forward_all().await.iter().map(|sent| sent.0).collect::<Vec<_>>(), [other.id]);
    let row = site.store.ticket(key.number).await.unwrap();
    assert_eq!((row.stuck, row.sent, row.events), (Some(dead), 0, 2));
    assert!(site.store.next_events(vec![key.id]).await.unwrap().is_empty());
    let letters = site.dead().await;
    assert_eq!((letters[0].ticket, letters[0].n, letters[0].attempts), (Some(key), Some(1), 7));
    assert_eq!(letters[0].body.as_deref(), Some(&b"no such region"[..]));
    drop(site);
    let site = Site::pushed(house).await;
    assert!(site.store.schedule().list(10).is_empty(), "it stays stopped over a restart");
}

/// News that comes while the event is dying does not set the stopped lane going, neither now nor after a restart.
pub(super) async fn news_during_dying_waits_behind(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("A", "one")).await;
    let claim = site.claim(Far::Core).await;
    site.tell(&letter("A", "two")).await;
    site.settle(claim, site.dead_outcome(1, "refused")).await;
    assert!(site.store.schedule().list(10).is_empty(), "{:?}", site.store.schedule().list(10));
    assert!(house.crashed().open().unwrap().schedule().list(10).is_empty());

    // And when both come into one commit.
    site.new_ticket(&letter("B", "one")).await;
    let claim = site.claim(Far::Core).await;
    let Verdict::Compare { version } = site.tell_as_is(&letter("B", "two")).await else { panic!() };
    let mut news = letter("B", "two");
    news.compared = Some((version, true));
    let filler: Vec<_> =
        (0..40).map(|i| site.acceptance(&[letter(&format!("F{i}"), "x").standing(Standing::Trial)])).collect();
    let fill = futures_util::future::join_all(filler.into_iter().map(|member| site.store.accept(member)));
    let dying = Settlement { claim, outcome: site.dead_outcome(1, "refused") };
    let both = async { tokio::join!(site.tell_as_is(&news), site.store.settle(dying)) };
    tokio::join!(fill, both);
    site.store.flush().await;
    assert!(site.store.schedule().list(10).is_empty(), "{:?}", site.store.schedule().list(10));
}

/// A settlement that cannot be written loses nothing, and makes no flood: the event is sent again, a little later.
pub(super) async fn an_unwritten_settlement_is_done_again_later(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("A", "one")).await;
    let used = site.kill_next().await;
    let key = site.new_ticket(&letter("B", "one")).await;
    let claim = site.claim(Far::Core).await;
    let Outcome::Dead { kind, n, reason, body, attempts, .. } = site.dead_outcome(1, "refused") else { panic!() };
    site.settle(claim, Outcome::Dead { kind, n, reason, body, attempts, id: used }).await;
    assert_eq!(site.store.schedule().depth(Far::Core), (0, 1));
    assert_eq!(site.store.ticket(key.number).await.unwrap().stuck, None);
    site.at(site.store.clock().now() + 60_000);
    assert_eq!(site.claim(Far::Core).await.errand.subject, key.id);
}
