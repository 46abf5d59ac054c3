//! Stories of sameness: revised, changed but equal, late repeats, source versions, re-used numbers, unmapped.

use super::*;
use crate::store::DeadKind;

fn states(versions: &[VersionRow]) -> Vec<(&'static str, u32)> {
    versions.iter().map(|version| (version.state, version.n)).collect()
}

/// Changed: compared first, then a revision with event 2, sent behind event 1.
pub(super) async fn a_changed_letter_is_a_revision(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    let Verdict::Compare { version } = site.tell_as_is(&letter("A", "lamp, two")).await else { panic!() };
    let body = site.store.version_body(version).await.unwrap();
    assert_eq!(Folio::read(&body).unwrap().raw, b"lamp");
    assert_eq!(site.versions(key).await.len(), 1, "a question writes nothing");
    assert_eq!(site.tell(&letter("A", "lamp, two")).await, (What::Revised, Some(key)));
    assert_eq!(states(&site.versions(key).await), [("taken", 1), ("taken", 2)]);
    let sent = site.forward_all().await;
    assert_eq!(sent.iter().map(|(ticket, n, _)| (*ticket, *n)).collect::<Vec<_>>(), [(key.id, 1), (key.id, 2)]);
    assert!(sent[0].2.contains("\"lamp\"") && sent[1].2.contains("lamp, two"), "each event names its version");
    assert_eq!(site.store.ticket(key.number).await.unwrap().version_n, 2);
}

/// An answer about a version that is no longer the latest is asked again: nobody overwrites unseen.
pub(super) async fn an_answer_about_an_old_version_is_asked_again(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.new_ticket(&letter("A", "lamp")).await;
    let mut late = letter("A", "lamp, three");
    let Verdict::Compare { version } = site.tell_as_is(&late).await else { panic!() };
    site.tell(&letter("A", "lamp, two")).await;
    late.compared = Some((version, true));
    let Verdict::Compare { version: newer } = site.tell_as_is(&late).await else { panic!() };
    assert_ne!(version, newer);
}

/// Changed, but equal once mapped: the raw form is kept as a version, the core hears nothing.
pub(super) async fn changed_but_equal_once_mapped_tells_nobody(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    let other = letter("A", "lamp (clicks: 7)").mapped(Some("lamp"));
    assert_eq!(site.tell(&other).await, (What::Repeat, Some(key)));
    assert_eq!(states(&site.versions(key).await), [("taken", 1), ("taken", 1)]);
    assert_eq!(site.tell(&other).await, (What::Repeat, Some(key)));
    assert_eq!(site.versions(key).await.len(), 2, "told again it writes nothing");
    assert_eq!(site.forward_all().await.len(), 1);
}

/// Equal to an older version: late when pushed, a change back when polled.
pub(super) async fn a_late_repeat_depends_on_who_asked(house: &dyn House) {
    let pushed = Site::pushed(house).await;
    let polled = Site::on(pushed.store.clone(), "province", true).await;
    for (site, what, versions) in [(&pushed, What::Repeat, 2), (&polled, What::Revised, 3)] {
        let key = site.new_ticket(&letter("A", "lamp")).await;
        site.tell(&letter("A", "lamp, two")).await;
        assert_eq!(site.tell(&letter("A", "lamp")).await, (what, Some(key)), "{}", site.code);
        assert_eq!(site.versions(key).await.len(), versions);
    }
}

/// The source's own version alone decides: lower is kept behind, higher counts even when its content was seen.
pub(super) async fn the_sources_version_alone_decides(house: &dyn House) {
    let pushed = Site::pushed(house).await;
    let polled = Site::on(pushed.store.clone(), "province", true).await;
    for site in [&pushed, &polled] {
        let key = site.new_ticket(&letter("A", "five").version("5")).await;
        for _ in 0..2 {
            assert_eq!(site.tell(&letter("A", "three").version("3")).await, (What::Repeat, Some(key)));
        }
        assert_eq!(states(&site.versions(key).await), [("taken", 1), ("older", 1)]);
        assert_eq!(site.tell(&letter("A", "ten").version("10")).await.0, What::Revised);
        assert_eq!(site.tell(&letter("A", "five").version("5")).await.0, What::Repeat, "{}", site.code);
        assert_eq!(site.tell(&letter("A", "five").version("11")).await.0, What::Revised, "{}", site.code);
        let row = site.store.ticket(key.number).await.unwrap();
        assert!(String::from_utf8_lossy(&row.draft.unwrap()).contains("five"));
        assert_eq!(row.version_n, 3);
    }
}

/// A number used again for another letter is held: neither revised nor new, not lost, and kept once.
pub(super) async fn a_reused_number_is_held(house: &dyn House) {
    let pushed = Site::pushed(house).await;
    let polled = Site::on(pushed.store.clone(), "province", true).await;
    for site in [&pushed, &polled] {
        let key = site.new_ticket(&letter("A", "lamp")).await;
        assert_eq!(site.tell_answering(&letter("A", "dust"), false).await.0, What::Held);
        for _ in 0..3 {
            let told = site.tell_answering(&letter("A", "dust"), false).await.0;
            assert_eq!(told, What::Repeat, "{}: told again it writes nothing", site.code);
        }
        assert_eq!(states(&site.versions(key).await), [("taken", 1), ("held", 1)]);
        let dead: Vec<_> = site.dead().await.into_iter().filter(|row| row.channel == site.channel.channel).collect();
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].kind, dead[0].ticket), (DeadKind::Held, Some(key)));
        assert_eq!(Folio::read(dead[0].body.as_deref().unwrap()).unwrap().raw, b"dust");
        assert_eq!(site.tell(&letter("A", "lamp")).await, (What::Repeat, Some(key)), "the first letter is untouched");
        assert_eq!(site.events(key).await.len(), 1);
    }
}

/// A person finds that the held one is a revision after all.
pub(super) async fn a_held_letter_can_be_let_through(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    site.tell_answering(&letter("A", "dust"), false).await;
    let dead = site.dead().await.remove(0).id;
    let told = remap(&site, dead, &letter("A", "dust")).await;
    assert_eq!(told, (What::Revised, Some(key)));
    assert!(site.dead().await.is_empty());
    assert_eq!(site.forward_all().await.len(), 2);
}

async fn remap(site: &Site, dead: i64, letter: &Letter) -> (What, Option<TicketKey>) {
    let mut letter = letter.clone();
    loop {
        let arrival = letter.arrival(site.store.as_ref());
        match site.store.remap(dead, &site.code, arrival, &clerk("mended")).await.unwrap() {
            Verdict::Taken { what, ticket } => return (what, ticket),
            Verdict::Compare { version } => letter.compared = Some((version, true)),
            Verdict::Alike { versions } => {
                letter.alike = versions.iter().map(|one| (one.version, Likeness::Other)).collect();
            }
        }
    }
}

/// Unmapped: kept with its reason; told again it writes nothing; mended it becomes the ticket it is.
pub(super) async fn an_unmapped_letter_is_mended(house: &dyn House) {
    let site = Site::pushed(house).await;
    let raw = letter("A", "lamp").mapped(None);
    assert_eq!(site.tell(&raw).await, (What::Unmapped, None));
    assert_eq!(site.tell(&raw).await, (What::Repeat, None));
    let dead = site.dead().await;
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].kind, dead[0].external_id.as_deref()), (DeadKind::Unmapped, Some("A")));
    assert!(site.forward_all().await.is_empty());
    let still = raw.arrival(site.store.as_ref());
    assert!(site.store.remap(dead[0].id, &site.code, still, &clerk("try")).await.is_err(), "nothing was mended");
    let (what, key) = remap(&site, dead[0].id, &letter("A", "lamp")).await;
    assert_eq!(what, What::New);
    assert!(site.dead().await.is_empty());
    assert_eq!(site.forward_all().await.len(), 1);
    assert_eq!(site.tell(&letter("A", "lamp")).await, (What::Repeat, key));
    let deeds = site.store.deeds(&format!("dead:{}", dead[0].id)).await.unwrap();
    assert_eq!((deeds.len(), deeds[0].what.as_str(), deeds[0].why.as_deref()), (1, "remap", Some("mended")));
    assert!(
        site.store
            .remap(dead[0].id, &site.code, letter("A", "x").arrival(site.store.as_ref()), &clerk(""))
            .await
            .is_err()
    );
}

/// A revision that does not map waits for a person, who may be late: what came behind it is not overwritten.
pub(super) async fn mending_an_old_letter_never_overwrites_a_newer(house: &dyn House) {
    let site = Site::pushed(house).await;
    let start = site.store.clock().now();
    let key = site.new_ticket(&letter("A", "one")).await;
    site.at(start + 10_000);
    assert_eq!(site.tell(&letter("A", "two").mapped(None)).await, (What::Unmapped, Some(key)));
    site.at(start + 20_000);
    assert_eq!(site.tell(&letter("A", "three")).await, (What::Revised, Some(key)));
    let dead = site.dead().await.remove(0).id;
    assert_eq!(remap(&site, dead, &letter("A", "two")).await, (What::Repeat, Some(key)));
    let row = site.store.ticket(key.number).await.unwrap();
    assert!(String::from_utf8_lossy(&row.draft.unwrap()).contains("three"));
    assert!(site.dead().await.is_empty());
    assert_eq!(site.tell(&letter("A", "three")).await, (What::Repeat, Some(key)));
    assert_eq!(site.forward_all().await.len(), 2);
}

/// Two unmapped versions mended oldest first are a new ticket and its revision; newest first, the older stays behind.
pub(super) async fn unmapped_versions_mend_in_either_order(house: &dyn House) {
    let site = Site::pushed(house).await;
    let start = site.store.clock().now();
    for id in ["A", "B"] {
        site.tell(&letter(id, "one").mapped(None)).await;
    }
    site.at(start + 10_000);
    for id in ["A", "B"] {
        site.tell(&letter(id, "two").mapped(None)).await;
    }
    let dead: Vec<_> = site.dead().await.iter().map(|row| row.id).collect();
    assert_eq!(remap(&site, dead[0], &letter("A", "one")).await.0, What::New);
    assert_eq!(remap(&site, dead[2], &letter("A", "two")).await.0, What::Revised);
    let (what, key) = remap(&site, dead[3], &letter("B", "two")).await;
    assert_eq!(what, What::New);
    assert_eq!(remap(&site, dead[1], &letter("B", "one")).await, (What::Repeat, key));
    for (id, events) in [("A", 2), ("B", 1)] {
        let found = site.store.search(crate::store::Search {
            external_id: Some(id.into()),
            limit: 9,
            open: true,
            ..Default::default()
        });
        let row = found.await.unwrap().remove(0);
        assert!(String::from_utf8_lossy(row.draft.as_ref().unwrap()).contains("two"), "{id}");
        assert_eq!(row.events, events);
    }
}

/// Channels that share a namespace share one memory; others do not.
pub(super) async fn a_namespace_is_one_memory(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    let channel = site.store.enroll("renamed", "mailbox", false, crate::store::Sign::Never).await.unwrap();
    let renamed = Site { store: site.store.clone(), channel, code: "mailbox".into(), polled: false };
    assert_eq!(renamed.tell(&letter("A", "lamp")).await, (What::Repeat, Some(key)));
    let apart = Site::on(site.store.clone(), "apart", false).await;
    assert_ne!(apart.new_ticket(&letter("A", "lamp")).await, key);
}
