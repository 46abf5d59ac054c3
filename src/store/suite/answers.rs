//! Files that the core gave along with an outcome: theirs is the outcome's life.

use huiliu_contract::{Enclosure, OutcomeKind};

use super::*;
use crate::store::{Answer, AnswerFile, Digest, OutcomeTaken, blobs};
use crate::ticket::Spoken;

impl Site {
    async fn answered(&self, ticket: Spoken, core_id: &str, bytes: &[u8]) -> (OutcomeTaken, Digest) {
        let (blob, content) = blobs::keep(self.store.blobs().as_ref(), bytes).await.unwrap();
        let (keys, id, row) = (self.store.keys(), self.store.reserve(), self.store.reserve());
        let about = json!({ "name": "修复后.jpg", "media_type": "image/jpeg" }).to_string();
        let file = AnswerFile {
            id: row,
            blob,
            size: content.size,
            body: keys.seal(Place::File, row, about.as_bytes()).unwrap(),
        };
        let answer = Answer {
            id,
            core_id: core_id.into(),
            digest: keys.blind("outcome", &[&blob.0]),
            ticket: Some(ticket),
            kind: OutcomeKind::Closed,
            body: keys.seal(Place::Outcome, id, b"{\"kind\":\"closed\"}").unwrap(),
            files: vec![file],
            deed: None,
        };
        (self.store.take_answer(answer).await.unwrap(), blob)
    }
}

/// They stand in the lane of every source, also after a crash; their names stand nowhere in clear.
pub(super) async fn the_files_of_an_answer_are_in_its_lane(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯")).await;
    let (taken, blob) = site.answered(ticket.number, "o1", b"photo").await;
    assert_eq!(taken, OutcomeTaken::New);
    site.told(ticket, "o2", OutcomeKind::Visited).await;
    let expected = Enclosure {
        blob: hex::encode(blob.0),
        name: "修复后.jpg".into(),
        media_type: Some("image/jpeg".into()),
        size: 5,
    };
    let crashed = house.crashed();
    let after = Site::pushed(crashed.as_ref()).await;
    for site in [&site, &after] {
        let files: Vec<_> = site.lane(ticket).await.items.into_iter().map(|item| item.files).collect();
        assert_eq!(files, [vec![expected.clone()], Vec::new()]);
        assert_eq!(site.store.named(vec![blob, Digest([1; 16])]).await.unwrap(), [blob].into());
    }
    assert_eq!(site.answered(ticket.number, "o1", b"photo").await.0, OutcomeTaken::Repeat);
    assert_eq!(site.answered(ticket.number, "o1", b"other").await.0, OutcomeTaken::Conflict);
    assert!(!house.bytes().windows(10).any(|part| part == "修复后.".as_bytes()));
}

/// Of an unknown ticket they are kept as long as the outcome is.
pub(super) async fn the_files_of_a_forgotten_answer_are_forgotten(house: &dyn House) {
    let site = Site::pushed(house).await;
    let nobodys = Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap();
    let (taken, blob) = site.answered(nobodys, "o1", b"photo").await;
    assert!(matches!(taken, OutcomeTaken::UnknownTicket(_)));
    site.store.sweep().await.unwrap();
    assert_eq!(site.store.named(vec![blob]).await.unwrap().len(), 1);
    site.at(site.store.clock().now() + 25 * 3_600_000);
    site.store.sweep().await.unwrap();
    assert!(site.store.named(vec![blob]).await.unwrap().is_empty());
}
