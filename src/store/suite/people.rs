//! Stories of people: retry, drop, edit, each on record; finding tickets; outcomes that the core posts.

use huiliu_contract::OutcomeKind;

use super::*;
use crate::store::{Answer, Due, DueCount, Errand, Lease, OutcomeTaken, Search, Task};

/// Retry, edit and drop set the stopped lane going, each with who and why.
pub(super) async fn a_person_sets_the_lane_going(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "one")).await;
    site.tell(&letter("A", "two")).await;

    let first = site.kill_next().await;
    site.store.retry(first, &clerk("the core was mended")).await.unwrap();
    let second = site.kill_next().await;
    assert_ne!(first, second);
    site.store.edit(second, b"{\"content\":\"by hand\"}".to_vec(), &clerk("region corrected")).await.unwrap();
    let mut claim = site.claim(Far::Core).await;
    assert_eq!(claim.attempts, 0);
    let (n, body) = site.event(&mut claim).await.unwrap();
    assert_eq!((n, body.as_str()), (1, "{\"content\":\"by hand\"}"));
    site.settle(claim, site.dead_outcome(1, "still no")).await;
    let third = site.dead().await.pop().unwrap().id;
    site.store.drop_dead(third, &clerk("told by telephone")).await.unwrap();
    assert_eq!(site.forward_all().await.iter().map(|sent| sent.1).collect::<Vec<_>>(), [2]);
    let states: Vec<_> = site.events(key).await.iter().map(|event| event.state).collect();
    assert_eq!(states, ["dropped", "forwarded"]);
    assert!(site.dead().await.is_empty());
    for (dead, what, why) in [
        (first, "retry", "the core was mended"),
        (second, "edit", "region corrected"),
        (third, "drop", "told by telephone"),
    ] {
        let deeds = site.store.deeds(&format!("dead:{dead}")).await.unwrap();
        assert_eq!(deeds.len(), 1);
        assert_eq!(
            (deeds[0].who.as_str(), deeds[0].what.as_str(), deeds[0].why.as_deref()),
            ("clerk", what, Some(why))
        );
        assert!(matches!(site.store.retry(dead, &clerk("")).await, Err(StoreError::Refused(_))), "it has ended");
    }
    assert!(matches!(site.store.drop_dead(999_999, &clerk("")).await, Err(StoreError::NotFound)));
    assert_eq!(site.store.deeds("dead:999999").await.unwrap().len(), 0, "what did not happen is not on record");
}

/// Only what is an event can be tried or edited as one; an unmapped letter can be given up.
pub(super) async fn an_unmapped_letter_is_no_event(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.tell(&letter("A", "one").mapped(None)).await;
    let dead = site.dead().await[0].id;
    assert!(matches!(site.store.retry(dead, &clerk("")).await, Err(StoreError::Refused(_))));
    assert!(matches!(site.store.edit(dead, Vec::new(), &clerk("")).await, Err(StoreError::Refused(_))));
    site.store.drop_dead(dead, &clerk("an advertisement")).await.unwrap();
    assert!(site.dead().await.is_empty());
    assert_eq!(site.tell(&letter("A", "one").mapped(None)).await, (What::Repeat, None), "given up, not forgotten");
}

/// Found by every number it has, by blind key, channel and day; all that are given must fit.
pub(super) async fn a_ticket_is_found(house: &dyn House) {
    let site = Site::pushed(house).await;
    let other = Site::on(site.store.clone(), "other", false).await;
    let today = site.new_ticket(&letter("A", "lamp").phone("13800000000")).await;
    site.settle(site.claim(Far::Core).await, Outcome::Forwarded { n: 1, core_number: Some("RX-1".into()) }).await;
    let day = today.number.day();
    site.at(site.store.clock().now() + 86_400_000);
    let tomorrow = other.new_ticket(&letter("B", "dust").phone("13800000000")).await;
    let blind = Some(site.store.keys().blind("phone", &[b"13800000000"]));
    let wanted = || Search { limit: 10, ..Search::default() };
    let find = async |search: Search| -> Vec<i64> {
        site.store.search(search).await.unwrap().iter().map(|row| row.key.id).collect()
    };
    let (a, b) = (today.id, tomorrow.id);
    assert_eq!(find(wanted()).await, [b, a]);
    assert_eq!(find(Search { external_id: Some("A".into()), ..wanted() }).await, [a]);
    assert_eq!(find(Search { external_id: Some("a".into()), ..wanted() }).await, [0; 0], "ids are exact");
    assert_eq!(find(Search { core_number: Some("RX-1".into()), ..wanted() }).await, [a]);
    assert_eq!(find(Search { blind, ..wanted() }).await, [b, a]);
    assert_eq!(find(Search { blind, limit: 1, ..wanted() }).await, [b]);
    assert_eq!(find(Search { channel: Some(site.channel.channel), ..wanted() }).await, [a]);
    assert_eq!(find(Search { blind, channel: Some(site.channel.channel), limit: 1, ..wanted() }).await, [a]);
    assert_eq!(find(Search { to: Some(day), ..wanted() }).await, [a]);
    assert_eq!(find(Search { from: Some(day.tomorrow().unwrap()), ..wanted() }).await, [b]);
    assert_eq!(find(Search { from: Some(day), to: Some(day), blind, ..wanted() }).await, [a]);
    let none = site.store.keys().blind("phone", &[b"13800000001"]);
    assert_eq!(find(Search { blind: Some(none), ..wanted() }).await, [0; 0]);
    let row =
        site.store.search(Search { open: true, core_number: Some("RX-1".into()), ..wanted() }).await.unwrap().remove(0);
    assert!(String::from_utf8_lossy(&row.draft.unwrap()).contains("lamp"));
}

/// Due is what is live, has its deadline by then, and was not concluded; the earliest deadline comes first.
pub(super) async fn what_is_due_is_listed(house: &dyn House) {
    let site = Site::pushed(house).await;
    let other = Site::on(site.store.clone(), "other", false).await;
    let now = site.store.clock().now();
    let at = |hours: i64| now + hours * 3_600_000;
    let moment = |hours: i64| jiff::Timestamp::from_millisecond(at(hours)).unwrap();
    let late = site.new_ticket(&letter("A", "late").deadline(at(-5))).await;
    let near = other.new_ticket(&letter("B", "near").deadline(at(20))).await;
    let later = site.new_ticket(&letter("C", "later").deadline(at(60))).await;
    let closed = site.new_ticket(&letter("D", "closed").deadline(at(-3))).await;
    site.new_ticket(&letter("E", "none")).await;
    site.new_ticket(&letter("F", "trial").deadline(at(-1)).standing(Standing::Trial)).await;
    site.new_ticket(&letter("G", "historic").deadline(at(-1)).standing(Standing::Historic)).await;
    let post = async |core_id: &str, to: TicketKey, kind: OutcomeKind| {
        let (id, keys) = (site.store.reserve(), site.store.keys());
        let body = keys.seal(Place::Outcome, id, kind.word().as_bytes()).unwrap();
        let digest = keys.blind("outcome", &[kind.word().as_bytes()]);
        site.store.take_outcome(id, core_id.into(), digest, Some(to.number), kind, body).await.unwrap();
    };
    let due = async |until: i64, channel: Option<u32>, limit: usize| -> Vec<i64> {
        let due = Due { until: moment(until), channel, undated: true, limit, open: true, ..Due::default() };
        let rows = site.store.due(due).await.unwrap();
        assert!(rows.iter().all(|row| row.draft.is_some()));
        rows.iter().map(|row| row.key.id).collect()
    };
    assert_eq!(due(24, None, 10).await, [late.id, closed.id, near.id]);
    post("o1", closed, OutcomeKind::Signed).await;
    assert_eq!(due(24, None, 10).await, [late.id, closed.id, near.id], "signed is not done");
    post("o3", closed, OutcomeKind::Closed).await;
    post("o4", closed, OutcomeKind::Visited).await;
    assert_eq!(due(24, None, 10).await, [late.id, near.id]);
    assert_eq!(due(0, None, 10).await, [late.id]);
    assert_eq!(due(100, None, 10).await, [late.id, near.id, later.id]);
    assert_eq!(due(100, None, 1).await, [late.id], "what is concluded takes no place");
    assert_eq!(due(100, Some(other.channel.channel), 10).await, [near.id]);
    let count = async |since: i64| site.store.count_due(moment(since), moment(0), moment(24)).await.unwrap();
    assert_eq!(count(-100).await, DueCount { past: 1, near: 1 });
    assert_eq!(count(-4).await, DueCount { past: 0, near: 1 });
    post("p1", late, OutcomeKind::Declined).await;
    post("p2", near, OutcomeKind::Redirected).await;
    assert_eq!(count(-100).await, DueCount::default());
}

/// The core's outcome: same id and content is a repeat, other content a conflict, an unknown ticket waits 24 hours.
pub(super) async fn an_outcome_is_kept_once(house: &dyn House) {
    let site = Site::pushed(house).await;
    let key = site.new_ticket(&letter("A", "lamp")).await;
    let unknown = crate::ticket::Spoken::new(key.number.day(), 777).unwrap();
    let post = async |core_id: &str, number, content: &str| {
        let (id, keys) = (site.store.reserve(), site.store.keys());
        let body = keys.seal(Place::Outcome, id, content.as_bytes()).unwrap();
        let digest = keys.blind("outcome", &[content.as_bytes()]);
        site.store.take_outcome(id, core_id.into(), digest, Some(number), OutcomeKind::Closed, body).await.unwrap()
    };
    assert_eq!(post("o1", key.number, "signed").await, OutcomeTaken::New);
    assert_eq!(post("o1", key.number, "signed").await, OutcomeTaken::Repeat);
    assert_eq!(post("o1", key.number, "closed").await, OutcomeTaken::Conflict);
    let kept = site.store.outcomes(key.id).await.unwrap();
    assert_eq!((kept.len(), kept[0].core_id.as_str(), &kept[0].body[..]), (1, "o1", &b"signed"[..]));

    let start = site.store.clock().now();
    let OutcomeTaken::UnknownTicket(until) = post("o2", unknown, "signed").await else { panic!() };
    assert!((until - start - 86_400_000).abs() < 60_000);
    assert_eq!(post("o2", unknown, "signed").await, OutcomeTaken::UnknownTicket(until));
    assert_eq!(post("o2", unknown, "closed").await, OutcomeTaken::Conflict);
    site.at(until + 1);
    let OutcomeTaken::UnknownTicket(later) = post("o2", unknown, "closed").await else {
        panic!("after 24 hours it is forgotten, swept or not")
    };
    assert!(later > until);
    site.at(later + 1);
    site.store.sweep().await.unwrap();
    assert_eq!(post("o2", key.number, "signed").await, OutcomeTaken::New);
    assert_eq!(post("o1", key.number, "closed").await, OutcomeTaken::Conflict, "what has a ticket stays");
}

/// What somebody did by entering a letter or an outcome is on record exactly where something was written.
pub(super) async fn a_deed_stands_with_what_was_done(house: &dyn House) {
    let site = Site::pushed(house).await;
    let enter = async |letter: &Letter, lease| {
        let deed = Some(site.store.deed(&clerk("on paper"), "enter", "channel:mailbox").unwrap());
        site.store.accept(Acceptance { deed, lease, ..site.acceptance(std::slice::from_ref(letter)) }).await
    };
    let deeds = async |subject: String| {
        let deeds = site.store.deeds(&subject).await.unwrap();
        deeds.into_iter().map(|deed| (deed.what, deed.why.unwrap_or_default())).collect::<Vec<_>>()
    };
    let told = |what: &str| (what.to_owned(), "on paper".to_owned());
    let stale = Lease { errand: Errand { task: Task::Poll, subject: 1 }, fence: 77 };
    enter(&letter("A1", "路灯"), Some(stale)).await.unwrap_err();
    assert_eq!(deeds("channel:mailbox".into()).await, [], "what was not kept was not done");
    let verdict = enter(&letter("A1", "路灯"), None).await.unwrap().remove(0);
    let Verdict::Taken { ticket: Some(key), .. } = verdict else { panic!("{verdict:?}") };
    let subject = format!("ticket:{}", key.number);
    assert_eq!(deeds(subject.clone()).await, [told("enter")]);
    enter(&letter("A1", "路灯"), None).await.unwrap();
    assert_eq!(deeds(subject.clone()).await, [told("enter")], "told again, nothing is done");

    let keys = site.store.keys();
    for said in ["signed", "signed", "closed"] {
        let id = site.store.reserve();
        let answer = Answer {
            id,
            core_id: "o1".into(),
            digest: keys.blind("outcome", &[said.as_bytes()]),
            ticket: Some(key.number),
            kind: OutcomeKind::Signed,
            body: keys.seal(Place::Outcome, id, said.as_bytes()).unwrap(),
            files: vec![],
            deed: Some(site.store.deed(&clerk("on paper"), "outcome_import", &subject).unwrap()),
        };
        site.store.take_answer(answer).await.unwrap();
    }
    assert_eq!(deeds(subject).await, [told("enter"), told("outcome_import")]);
}

/// What is put on record stays on record, in order, and named values are kept.
pub(super) async fn deeds_stay(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.store.record(&clerk("asked by the citizen"), "unmask", "ticket:1").await.unwrap();
    site.store.record(&Actor { who: "auditor".into(), why: None }, "unmask", "ticket:1").await.unwrap();
    site.store.keep_value("token", "hash-1").await.unwrap();
    site.store.keep_value("token", "hash-2").await.unwrap();
    drop(site);
    let store = house.open().unwrap();
    let deeds = store.deeds("ticket:1").await.unwrap();
    let told: Vec<_> = deeds.iter().map(|deed| (deed.who.as_str(), deed.why.as_deref())).collect();
    assert_eq!(told, [("clerk", Some("asked by the citizen")), ("auditor", None)]);
    assert_eq!(store.value("token").await.unwrap().as_deref(), Some("hash-2"));
    assert_eq!(store.value("other").await.unwrap(), None);
}
