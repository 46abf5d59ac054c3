//! Stories of taking in: new, told twice, many at once, the day's border, tokens, leases, cursors, strays.

use futures_util::future::join_all;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::store::{AskedPage, CORE, DeadKind};

/// New letters get numbers without gaps, and start at 1 again behind midnight.
pub(super) async fn numbers_go_on_over_midnight(house: &dyn House) {
    let site = Site::pushed(house).await;
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let midnight = date(2090, 3, 2).to_zoned(zone).unwrap().timestamp().as_millisecond();
    site.at(midnight - 3_600_000);
    for (place, day) in [date(2090, 3, 1), date(2090, 3, 2), date(2090, 3, 3)].into_iter().enumerate() {
        for serial in 1..=3 {
            let key = site.new_ticket(&letter(&format!("{day}/{serial}"), "lamp")).await;
            assert_eq!((key.number.day(), key.number.serial()), (day, serial));
            assert_eq!(key.id, place as i64 * 3 + i64::from(serial));
            assert_eq!(site.store.ticket(key.number).await.unwrap().key, key);
        }
        if place < 2 {
            site.at(midnight + 1 + place as i64 * 86_400_000);
        }
    }
    drop(site);
    // Reopened by a machine whose clock stands far behind: the day goes on where it was.
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("after", "lamp")).await;
    assert_eq!((key.number.day(), key.number.serial(), key.id), (date(2090, 3, 3), 4, 10));
}

/// Told twice: one ticket, the same number, nothing written.
pub(super) async fn told_twice_is_one_ticket(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    for _ in 0..3 {
        assert_eq!(site.tell(&letter("A", "lamp")).await, (What::Repeat, Some(key)));
    }
    assert_eq!(site.versions(key).await.len(), 1);
    assert_eq!(site.events(key).await.len(), 1);
    assert_eq!(site.forward_all().await.len(), 1);
}

/// Many tell the same letter at the same moment, so that they share commits: still one ticket.
pub(super) async fn told_by_many_at_once_is_one_ticket(house: &dyn House) {
    let site = Site::pushed(house).await;
    let letters: Vec<_> = (0..200).map(|i| letter(&format!("A{}", i % 4), "lamp")).collect();
    let told = join_all(letters.iter().map(|letter| site.tell(letter))).await;
    let new: Vec<_> = told.iter().filter(|(what, _)| *what == What::New).collect();
    assert_eq!(new.len(), 4);
    for (place, (what, ticket)) in told.iter().enumerate() {
        assert_eq!(told[place % 4].1, *ticket, "{what:?}");
        assert!(ticket.is_some());
    }
    let mut ids: Vec<_> = new.iter().map(|(_, ticket)| ticket.unwrap().id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4]);
    assert_eq!(site.forward_all().await.len(), 4);
}

/// One member names an id twice against its promise: it is refused as a whole, and no second ticket comes of it.
pub(super) async fn an_id_twice_in_one_member_never_makes_two_tickets(house: &dyn House) {
    let site = Site::pushed(house).await;
    let both = site.acceptance(&[letter("A", "lamp"), letter("A", "dust")]);
    assert!(matches!(site.store.accept(both).await, Err(NotAccepted::Store(_))));
    let key = site.new_ticket(&letter("A", "lamp")).await;
    assert_eq!(key.id, 1, "what was rolled back leaves no gap");
}

/// A member that cannot be written fails alone; those that shared its commit are taken, without gaps.
pub(super) async fn a_guilty_member_fails_alone(house: &dyn House) {
    let site = Site::pushed(house).await;
    let taken = site.acceptance(&[letter("A", "lamp")]);
    let used = taken.arrivals[0].version;
    site.store.accept(taken).await.unwrap();
    let members = (0..60).map(|i| {
        let mut member = site.acceptance(&[letter(&format!("L{i}"), "lamp")]);
        if i % 20 == 10 {
            member.arrivals[0].version = used;
        }
        site.store.accept(member)
    });
    let mut ids = vec![1];
    for (i, told) in join_all(members).await.into_iter().enumerate() {
        match told {
            Err(NotAccepted::Store(why)) => {
                assert_eq!(i % 20, 10);
                assert!(why.contains("version"), "the cause is told: {why}");
            }
            Ok(verdicts) => match verdicts[..] {
                [Verdict::Taken { what: What::New, ticket: Some(key) }] => ids.push(key.id),
                ref other => panic!("{other:?}"),
            },
            Err(other) => panic!("{other:?}"),
        }
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=58).collect::<Vec<_>>());
    assert_eq!(site.forward_all().await.len(), 58);
}

/// A token used once: the same body is a plain repeat, another body is refused, and it is forgotten in time.
pub(super) async fn a_token_is_used_once(house: &dyn House) {
    let site = Site::pushed(house).await;
    let until = site.store.clock().now() + 300_000;
    let push = |id: &str, body: &str| {
        let mut member = site.acceptance(&[letter(id, body)]);
        member.once = Some((once("nonce-1", until), site.store.keys().blind("body", &[body.as_bytes()])));
        site.store.accept(member)
    };
    let first = push("A", "lamp").await.unwrap();
    let again = push("A", "lamp").await.unwrap();
    let number = |told: &[Verdict]| match told {
        [Verdict::Taken { ticket, .. }] => *ticket,
        other => panic!("{other:?}"),
    };
    assert_eq!(number(&first), number(&again));
    assert!(matches!(again[..], [Verdict::Taken { what: What::Repeat, .. }]));
    assert!(matches!(push("B", "dust").await, Err(NotAccepted::Replayed)));
    let both = join_all([push("A", "lamp"), push("C", "dust"), push("A", "lamp")]).await;
    assert!(both[0].is_ok() && matches!(both[1], Err(NotAccepted::Replayed)) && both[2].is_ok());
    site.at(until + 1);
    assert!(matches!(push("B", "dust").await.unwrap()[..], [Verdict::Taken { what: What::New, .. }]));
    site.store.sweep().await.unwrap();
}

/// A token of a push that first had to be compared is not used up by the question.
pub(super) async fn a_question_uses_no_token(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("A", "lamp")).await;
    let until = site.store.clock().now() + 300_000;
    let digest = site.store.keys().blind("body", &[b"x"]);
    let mut asked = letter("A", "lamp, two");
    let mut member = site.acceptance(&[asked.clone(), letter("B", "dust")]);
    member.once = Some((once("nonce-1", until), digest));
    let told = site.store.accept(member).await.unwrap();
    let Verdict::Compare { version } = told[0] else { panic!("{told:?}") };
    assert_eq!(site.store.search(all()).await.unwrap().len(), 1, "a question writes nothing");
    asked.compared = Some((version, true));
    let mut member = site.acceptance(&[asked, letter("B", "dust")]);
    member.once = Some((once("nonce-1", until), digest));
    let told = site.store.accept(member).await.unwrap();
    assert!(matches!(told[0], Verdict::Taken { what: What::Revised, .. }));
    assert!(matches!(told[1], Verdict::Taken { what: What::New, .. }));
}

fn all() -> crate::store::Search {
    crate::store::Search { limit: 1000, ..Default::default() }
}

fn page(site: &Site, letters: &[Letter], lease: Lease, cursor: &str) -> Acceptance {
    let channel = i64::from(site.channel.channel);
    let mut member = site.acceptance(letters);
    member.lease = Some(lease);
    member.cursor = Some(site.store.keys().seal(Place::Cursor, channel, cursor.as_bytes()).unwrap());
    member.keepsake = Some(site.store.keys().seal(Place::Keepsake, channel, b"session").unwrap());
    member
}

/// The cursor moves with the page's commit and with nothing else; a lost lease fails its own member alone.
pub(super) async fn the_cursor_moves_with_the_commit_under_the_lease(house: &dyn House) {
    let site = Site::polled(house).await;
    let far = Far::Channel(site.channel.channel);
    let cursor = async || site.store.bookmarks(site.channel.channel).await.unwrap();
    assert_eq!(cursor().await, (None, None));
    let claim = site.claim(far).await;
    let stale = claim.lease();
    site.store.accept(page(&site, &[letter("A", "lamp")], stale, "page 1")).await.unwrap();
    assert_eq!(cursor().await, (Some(b"page 1".to_vec()), Some(b"session".to_vec())));
    drop(claim);
    let claim = site.claim(far).await;
    let told = join_all([
        site.store.accept(page(&site, &[letter("B", "lamp")], stale, "stale page")),
        site.store.accept(site.acceptance(&[letter("C", "lamp")])),
        site.store.accept(page(&site, &[letter("D", "lamp")], claim.lease(), "page 2")),
    ])
    .await;
    assert!(matches!(told[0], Err(NotAccepted::Stale)));
    assert!(told[1].is_ok() && told[2].is_ok());
    assert_eq!(cursor().await.0, Some(b"page 2".to_vec()));
    assert!(
        site.store.search(crate::store::Search { external_id: Some("B".into()), ..all() }).await.unwrap().is_empty()
    );
    // A page that fails leaves the cursor where it was; so does one that must be compared first.
    let mut broken = page(&site, &[letter("E", "lamp")], claim.lease(), "page 3");
    broken.arrivals[0].version = 1;
    assert!(matches!(site.store.accept(broken).await, Err(NotAccepted::Store(_))));
    let asked = site.store.accept(page(&site, &[letter("A", "lamp, two")], claim.lease(), "page 4")).await.unwrap();
    assert!(matches!(asked[0], Verdict::Compare { .. }));
    assert_eq!(cursor().await.0, Some(b"page 2".to_vec()));
    let lease = claim.lease();
    site.settle(claim, Outcome::Polled { due: i64::MAX }).await;
    assert!(matches!(site.store.accept(page(&site, &[], lease, "page 5")).await, Err(NotAccepted::Stale)));
    drop(site);
    let site = Site::polled(house).await;
    assert_eq!(site.store.bookmarks(site.channel.channel).await.unwrap().0, Some(b"page 2".to_vec()));
    assert_eq!(site.store.schedule().depth(far), (0, 1), "the poll's due time outlives the process");
}

/// What cannot be read is kept once by its digest, beside its neighbours.
pub(super) async fn strays_are_kept_once(house: &dyn House) {
    let site = Site::pushed(house).await;
    for round in 0..3 {
        let id = site.store.reserve();
        let mut member = site.acceptance(&[letter(&format!("A{round}"), "lamp")]);
        member.strays.push(Stray {
            digest: site.store.keys().blind("stray", &[b"not json"]),
            id,
            body: site.store.keys().seal(Place::Dead, id, b"not json").unwrap(),
        });
        site.store.accept(member).await.unwrap();
    }
    let dead = site.dead().await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].kind, crate::store::DeadKind::Unreadable);
    assert_eq!(dead[0].body.as_deref(), Some(&b"not json"[..]));
    assert_eq!(site.forward_all().await.len(), 3);
}

/// A page of the core's list is kept with its cursor, a bad record once; none of it is a channel's.
pub(super) async fn a_page_of_the_core_is_kept(house: &dyn House) {
    let site = Site::pushed(house).await;
    let keys = site.store.keys();
    for (round, new) in [(1, 1), (2, 0)] {
        let id = site.store.reserve();
        let letter = Stray {
            digest: keys.blind("asked", &[b"record"]),
            id,
            body: keys.seal(Place::Dead, id, b"record").unwrap(),
        };
        let sealed = |place, body: String| Some(keys.seal(place, i64::from(CORE), body.as_bytes()).unwrap());
        let page = AskedPage {
            aside: vec![("outcome_kind", letter)],
            taken: vec![keys.blind("asked", &[b"another record"])],
            cursor: sealed(Place::Cursor, format!("page {round}")),
            keepsake: if round == 1 { sealed(Place::Keepsake, "session".into()) } else { None },
        };
        assert_eq!(site.store.keep_asked(page).await.unwrap(), new);
    }
    drop(site);
    let site = Site::pushed(house).await;
    let known = site.store.bookmarks(CORE).await.unwrap();
    assert_eq!(known, (Some(b"page 2".to_vec()), Some(b"session".to_vec())));
    assert_eq!(site.store.bookmarks(site.channel.channel).await.unwrap(), (None, None));
    let dead = site.dead().await;
    assert_eq!((dead.len(), dead[0].kind, dead[0].channel_code.as_str()), (1, DeadKind::Outcome, "core"));
    assert_eq!((dead[0].reason.as_str(), dead[0].body.as_deref()), ("outcome_kind", Some(&b"record"[..])));
    assert!(site.store.channels().await.unwrap().iter().all(|channel| channel.dead == 0 && channel.id != CORE));
    site.store.retry(dead[0].id, &clerk("the table was mended")).await.unwrap();
    assert!(site.dead().await.is_empty());
    // What is taken when it is read again needs nobody any more.
    let (id, digest) = (site.store.reserve(), site.store.keys().blind("asked", &[b"second"]));
    let body = site.store.keys().seal(Place::Dead, id, b"second").unwrap();
    let aside = vec![("outcome_ticket", Stray { digest, id, body })];
    assert_eq!(site.store.keep_asked(AskedPage { aside, ..AskedPage::default() }).await.unwrap(), 1);
    assert_eq!(site.dead().await.len(), 1);
    let page = AskedPage { taken: vec![digest], ..AskedPage::default() };
    assert_eq!(site.store.keep_asked(page).await.unwrap(), 0);
    assert!(site.dead().await.is_empty());
}
