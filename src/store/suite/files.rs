//! Files: what a version names, what is to be fetched, and what is told of it.

use super::{House, Site, clerk, letter};
use crate::store::{Claim, DeadKind, Far, Fetched, FileState, Outcome, Place, Standing, TicketKey, blobs};

impl Site {
    fn far(&self) -> Far {
        Far::Files(self.channel.channel)
    }

    async fn files(&self, ticket: TicketKey, version: u32) -> Vec<FileState> {
        let mut states = Vec::new();
        while let Ok(row) = self.store.file_at(ticket.number, Some(version), states.len() as u32).await {
            assert_eq!((row.ticket, row.version_n, row.place as usize), (ticket, version, states.len()));
            states.push(row.state);
        }
        states
    }

    async fn came(&self, claim: Claim, bytes: &[u8]) {
        let (blob, content) = blobs::keep(self.store.blobs().as_ref(), bytes).await.unwrap();
        self.ended(claim, FileState::Kept, None, Some((blob, content.size))).await;
    }

    async fn ended(
        &self,
        claim: Claim,
        state: FileState,
        reason: Option<&'static str>,
        blob: Option<(crate::store::Digest, u64)>,
    ) {
        let (note, dead, keys) = (self.store.reserve(), self.store.reserve(), self.store.keys());
        let dead = reason.map(|_| (dead, keys.seal(Place::Dead, dead, b"{}").unwrap()));
        let note = (note, keys.seal(Place::Note, note, state.word().as_bytes()).unwrap());
        let fetched = Fetched { state, reason, blob, attempts: 1, note, dead };
        self.settle(claim, Outcome::Fetched(Box::new(fetched))).await;
    }
}

/// What a letter names is to be fetched, and after a crash still is; a letter without files owes nothing.
pub(super) async fn named_files_are_to_be_fetched(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1").file("http://a/2").file("http://a/1")).await;
    site.new_ticket(&letter("A2", "水管")).await;
    assert_eq!(site.store.schedule().depth(site.far()), (2, 0), "the same link twice is one errand");
    assert_eq!(site.files(ticket, 1).await, [FileState::Waiting; 3]);
    let after = Site::pushed(house.crashed().as_ref()).await;
    assert_eq!(after.store.schedule().depth(after.far()), (2, 0));
    let claim = after.claim(after.far()).await;
    let row = after.store.file(claim.errand.file()).await.unwrap();
    assert_eq!((row.about.link.as_deref(), row.channel), (Some("http://a/1"), after.channel.channel));
    assert!(!house.bytes().windows(10).any(|part| part == b"http://a/1"));
}

/// A file that came is told to the core behind what was told before; the errand is gone.
pub(super) async fn a_file_that_came_is_told(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1").file("http://a/1")).await;
    site.new_ticket(&letter("A2", "水管").standing(Standing::Trial).file("http://a/2")).await;
    assert_eq!(site.forward_all().await.len(), 1, "the letter does not wait for its files");
    for bytes in [&b"one"[..], b"two"] {
        let claim = site.claim(site.far()).await;
        site.came(claim, bytes).await;
    }
    assert_eq!(site.files(ticket, 1).await, [FileState::Kept; 2]);
    let row = site.store.file_at(ticket.number, None, 1).await.unwrap();
    let (blob, size) = row.blob.unwrap();
    assert_eq!(size, 3);
    assert_eq!(site.store.named(vec![blob, crate::store::Digest([1; 16])]).await.unwrap().len(), 1);
    let sent: Vec<_> = site.forward_all().await.into_iter().map(|(id, n, _)| (id, n)).collect();
    assert_eq!(sent, [(ticket.id, 2)], "nothing of a trial is told");
    let event = site.store.event(ticket.id, 2).await.unwrap();
    assert_eq!((event.kind.name(), event.detail.as_deref()), ("file", Some(&b"kept"[..])));
    assert_eq!(site.store.schedule().depth(site.far()), (0, 0));
}

/// A revision fetches what is new in it, and nothing again.
pub(super) async fn a_revision_fetches_only_what_is_new(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1").file("http://a/2")).await;
    let claim = site.claim(site.far()).await;
    site.came(claim, b"one").await;
    site.tell(&letter("A1", "路灯还是不亮").file("http://a/2").file("http://a/1").file("http://a/3")).await;
    assert_eq!(site.files(ticket, 2).await, [FileState::Waiting, FileState::Kept, FileState::Waiting]);
    // Whoever told is answered before what it planted is known.
    site.store.flush().await;
    assert_eq!(site.store.schedule().depth(site.far()), (2, 0));
    for _ in 0..2 {
        let claim = site.claim(site.far()).await;
        site.came(claim, b"more").await;
    }
    assert_eq!(site.files(ticket, 1).await, [FileState::Kept; 2]);
    assert_eq!(site.files(ticket, 2).await, [FileState::Kept; 3]);
    site.tell(&letter("A1", "路灯修好了")).await;
    assert!(site.store.file_at(ticket.number, None, 0).await.is_err(), "the latest version names none");
}

/// A file that does not come needs a person and holds nothing up; a person may let it be tried again or give it up.
pub(super) async fn a_file_that_never_comes_holds_nothing_up(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯").file("http://a/1")).await;
    let claim = site.claim(site.far()).await;
    site.ended(claim, FileState::Failed, Some("malformed"), None).await;
    let dead = site.dead().await;
    assert_eq!((dead[0].kind, dead[0].n, dead[0].ticket), (DeadKind::File, Some(1), Some(ticket)));
    assert_eq!(site.forward_all().await.len(), 2);
    assert_eq!(site.files(ticket, 1).await, [FileState::Failed]);
    site.store.retry(dead[0].id, &clerk("the portal was mended")).await.unwrap();
    assert_eq!(site.files(ticket, 1).await, [FileState::Waiting]);
    let claim = site.claim(site.far()).await;
    site.ended(claim, FileState::Refused, Some("dangerous"), None).await;
    let dead = site.dead().await.pop().unwrap();
    assert!(site.store.edit(dead.id, b"{}".to_vec(), &clerk("no")).await.is_err());
    site.store.drop_dead(dead.id, &clerk("nobody needs it")).await.unwrap();
    assert_eq!(site.files(ticket, 1).await, [FileState::Refused]);
    assert!(site.dead().await.is_empty());
    assert_eq!(site.store.schedule().depth(site.far()), (0, 0));
}

/// What a first run met is fetched when it is released, and of what is too old nothing is.
pub(super) async fn a_released_letter_gets_its_files(house: &dyn House) {
    let site = Site::polled(house).await;
    let waiting = |id: &str, at: i64| {
        let link = format!("http://a/{id}");
        letter(id, id).standing(Standing::Waiting).submitted(at).file(&link).file(&link)
    };
    let new = site.new_ticket(&waiting("A1", 2_000)).await;
    let old = site.new_ticket(&waiting("A2", 1_000)).await;
    assert_eq!(site.store.schedule().depth(site.far()), (0, 0));
    site.store.go_live(site.channel.channel, 1_500, &clerk("from here on")).await.unwrap();
    assert_eq!(site.store.schedule().depth(site.far()), (1, 0));
    let claim = site.claim(site.far()).await;
    site.came(claim, b"one").await;
    assert_eq!(site.files(new, 1).await, [FileState::Kept; 2]);
    assert_eq!(site.files(old, 1).await, [FileState::Waiting; 2]);
    assert_eq!(site.forward_all().await.iter().map(|(_, n, _)| *n).collect::<Vec<_>>(), [1, 2]);
}

/// The sweep removes what no row names and is a day old; it spares the rest.
pub(super) async fn orphans_are_swept_after_a_day(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("A1", "路灯").file("http://a/1")).await;
    let claim = site.claim(site.far()).await;
    site.came(claim, b"named").await;
    let store = site.store.as_ref();
    let (orphan, _) = blobs::keep(store.blobs().as_ref(), b"orphan").await.unwrap();
    let swept = async || {
        let mut gone = 0;
        for shelf in 0..=u8::MAX {
            gone += blobs::sweep(store, shelf).await.unwrap();
        }
        gone
    };
    assert_eq!(swept().await, 0, "it is young");
    site.at(site.store.clock().now() + 25 * 3_600_000);
    assert_eq!(swept().await, 1);
    assert!(store.blobs().open(orphan).await.is_err());
    assert_eq!(swept().await, 0);
}
