//! Stories of what must outlive the process: errands, numbers, time; and of what must not be readable on disk.

use super::*;

/// Closed and opened: all that was undone is still undone, numbers go on, the stop was clean.
pub(super) async fn a_clean_stop_leaves_everything(house: &dyn House) {
    let site = Site::pushed(house).await;
    assert_eq!(site.store.unclean(), None);
    for id in 0..5 {
        site.new_ticket(&letter(&id.to_string(), "one")).await;
    }
    let claim = site.claim(Far::Core).await;
    site.settle(claim, Outcome::Forwarded { n: 1, core_number: None }).await;
    let held = site.claim(Far::Core).await;
    drop(site);
    drop(held);
    let site = Site::pushed(house).await;
    assert_eq!(site.store.unclean(), None);
    assert_eq!(site.new_ticket(&letter("next", "one")).await.id, 6);
    assert_eq!(site.forward_all().await.iter().map(|sent| sent.0).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
}

/// Killed at random moments under load: what was acknowledged is there, once, undone and without gaps.
pub(super) async fn a_crash_loses_nothing_acknowledged(house: &dyn House) {
    let site = Arc::new(Site::pushed(house).await);
    let mut before = 0;
    for round in 0..6 {
        let mut told = tokio::task::JoinSet::new();
        for i in 0..80 {
            let site = site.clone();
            told.spawn(async move {
                let id = format!("{round}/{i}");
                let key = site.new_ticket(&letter(&id, "one")).await;
                if i % 3 == 0 {
                    site.tell(&letter(&id, "two")).await;
                }
                (id, key, i % 3 == 0)
            });
        }
        let mut acknowledged = Vec::new();
        while let Some(one) = told.join_next().await {
            acknowledged.push(one.unwrap());
            if acknowledged.len() > 12 * (round + 1) {
                break;
            }
        }
        let wreck = house.crashed();
        let after = Site::pushed(wreck.as_ref()).await;
        let unclean = after.store.unclean().expect("a kill is no clean stop");
        assert!(unclean.from <= unclean.to);
        for (id, key, revised) in &acknowledged {
            let text = if *revised { "two" } else { "one" };
            assert_eq!(after.tell(&letter(id, text)).await, (What::Repeat, Some(*key)));
            assert_eq!(after.events(*key).await.len(), 1 + usize::from(*revised));
        }
        let next = after.new_ticket(&letter("next", "one")).await;
        assert_eq!(i64::from(next.number.serial()), next.id, "no gap, no number twice");
        let sent = after.forward_all().await;
        assert_eq!(unclean.undone + 1, sent.iter().filter(|sent| sent.1 == 1).count() as u64);
        assert_eq!(sent.iter().filter(|sent| sent.1 == 1).count() as i64, next.id, "nothing was forwarded before");
        assert!(next.id > before, "something new was there");
        before = next.id - 1;
        while told.join_next().await.is_some() {}
    }
}

/// The store's time never goes backward, though the machine's clock does.
pub(super) async fn time_never_runs_backward(house: &dyn House) {
    let site = Site::pushed(house).await;
    let future = site.store.clock().now() + 30 * 86_400_000;
    site.at(future);
    // The second comes right behind the first, before the store gives its next sign of life.
    let first = site.new_ticket(&letter("A", "one")).await;
    let came = site.store.ticket(first.number).await.unwrap().received_at.as_millisecond();
    while site.store.clock().now() == came {
        std::hint::spin_loop();
    }
    let key = site.new_ticket(&letter("B", "one")).await;
    let wreck = house.crashed();
    let after = Site::pushed(wreck.as_ref()).await;
    let seen = site.store.ticket(key.number).await.unwrap().received_at.as_millisecond();
    assert!(after.store.clock().now() >= seen, "a crash right after a commit");
    assert!(after.store.unclean().unwrap().from >= seen);
    let written = site.store.clock().now();
    drop(site);
    assert!(house.open().unwrap().clock().now() >= written);
}

/// A second process on the same data is refused and told who holds it.
pub(super) async fn only_one_may_hold_it(house: &dyn House) {
    let site = Site::pushed(house).await;
    match house.open() {
        Err(StoreError::Held { holder }) => assert!(holder.starts_with(&std::process::id().to_string()), "{holder}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened twice"),
    }
    drop(site);
    house.open().unwrap();
}

/// No personal value that was planted anywhere lies readable on the disk.
pub(super) async fn nothing_personal_lies_readable(house: &dyn House) {
    const PLANTED: [&str; 10] = [
        "王小明-planted",
        "13800001234",
        "路灯坏了两个月planted",
        "citizen.planted@example.org",
        "quoted-by-the-core-planted",
        "cursor-planted-13800001235",
        "session-planted-cookie",
        "why-planted-the-citizen-called",
        "edited-planted-name",
        "outcome-planted-reply",
    ];
    let [name, phone, text, mail, quote, cursor, session, why, edited, outcome] = PLANTED;
    let site = Site::polled(house).await;
    let whole = format!("{name} {mail} {text} {phone}");
    site.new_ticket(&letter("A", &whole).phone(phone)).await;
    site.tell(&letter("A", &format!("{whole}!")).phone(phone)).await;
    site.tell_answering(&letter("A", &format!("other {whole}")), false).await;
    site.tell(&letter("B", &whole).mapped(None)).await;
    let claim = site.claim(Far::Core).await;
    site.settle(claim, site.dead_outcome(1, quote)).await;
    let dead = site.dead().await.into_iter().find(|row| row.n == Some(1)).unwrap().id;
    site.store.edit(dead, edited.as_bytes().to_vec(), &clerk(why)).await.unwrap();
    let (id, channel, keys) = (site.store.reserve(), i64::from(site.channel.channel), site.store.keys());
    let mut member = site.acceptance(&[]);
    member.cursor = Some(keys.seal(Place::Cursor, channel, cursor.as_bytes()).unwrap());
    member.keepsake = Some(keys.seal(Place::Keepsake, channel, session.as_bytes()).unwrap());
    let login = keys.seal(Place::Session, channel, session.as_bytes()).unwrap();
    site.store.keep_session(site.channel.channel, login).await.unwrap();
    let stray = keys.seal(Place::Dead, id, whole.as_bytes()).unwrap();
    member.strays.push(Stray { digest: keys.blind("stray", &[whole.as_bytes()]), id, body: stray });
    site.store.accept(member).await.unwrap();
    let id = site.store.reserve();
    let body = keys.seal(Place::Outcome, id, outcome.as_bytes()).unwrap();
    let number =
        site.store.search(crate::store::Search { limit: 1, ..Default::default() }).await.unwrap()[0].key.number;
    site.store
        .take_outcome(
            id,
            "o1".into(),
            keys.blind("outcome", &[b"x"]),
            Some(number),
            huiliu_contract::OutcomeKind::Closed,
            body,
        )
        .await
        .unwrap();
    let check = |when: &str| {
        let bytes = house.bytes();
        assert!(memchr(&bytes, b"mailbox") || memchr(&bytes, b"province"), "the search itself works");
        for planted in PLANTED {
            assert!(!memchr(&bytes, planted.as_bytes()), "{planted} lies readable on disk {when}");
        }
    };
    check("while open");
    drop(site);
    check("after closing");
    let _ = house.open().unwrap();
    check("after opening again");
}

/// A session outlives a clean stop and a kill, the last one of each channel, and a poll's keepsake is another matter.
pub(super) async fn a_session_is_kept_apart(house: &dyn House) {
    let site = Site::polled(house).await;
    let (channel, keys) = (site.channel.channel, site.store.keys());
    let seal = |place, text: &str| keys.seal(place, i64::from(channel), text.as_bytes()).unwrap();
    assert_eq!(site.store.session(channel).await.unwrap(), None);
    site.store.keep_session(channel, seal(Place::Session, "one")).await.unwrap();
    site.store.keep_session(channel, seal(Place::Session, "two")).await.unwrap();
    let mut member = site.acceptance(&[]);
    member.keepsake = Some(seal(Place::Keepsake, "of a poll that began before"));
    site.store.accept(member).await.unwrap();
    assert_eq!(site.store.session(channel).await.unwrap(), Some(b"two".to_vec()));
    assert_eq!(site.store.session(channel + 1).await.unwrap(), None, "another channel's login is its own");
    let wreck = house.crashed();
    let after = wreck.open().unwrap();
    assert_eq!(after.session(channel).await.unwrap(), Some(b"two".to_vec()));
    drop(site);
    let store = house.open().unwrap();
    assert_eq!(store.session(channel).await.unwrap(), Some(b"two".to_vec()));
    assert!(store.bookmarks(channel).await.unwrap().1.is_some());
}

fn memchr(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
