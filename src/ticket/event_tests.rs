//! Tests of events: what is composed, how files are named, and that no two events share a key.

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::event::{NotADraft, compose, idempotency_key};
use super::*;

fn told(draft: &Draft) -> (Vec<u8>, Event) {
    let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let number = Spoken::new(date(2026, 11, 22), 17).unwrap();
    let sources = vec![SourceRef {
        channel: "xianzhang".into(),
        namespace: "xianzhang".into(),
        external_id: "A\"1".into(),
        received_at: at,
    }];
    let head = EventHead {
        event: EventKind::New,
        ticket: number,
        sequence: 1,
        at,
        channel: "xianzhang",
        external_id: "A\"1",
        detail: None,
        version: 1,
        received_at: at,
        sources: &sources,
    };
    let event = Event {
        event: EventKind::New,
        ticket: number,
        sequence: 1,
        idempotency_key: format!("{number}-1"),
        at,
        channel: "xianzhang".into(),
        external_id: "A\"1".into(),
        detail: None,
        data: Ticket { number, version: 1, received_at: at, sources: sources.clone(), draft: draft.clone() },
    };
    (compose(&head, &serde_json::to_vec(draft).unwrap()).unwrap(), event)
}

#[test]
fn what_is_composed_is_what_would_have_been_serialised() {
    let draft = Draft { person: Person { name: Some("刘某".into()), ..Person::default() }, ..Draft::default() };
    for draft in [draft, Draft::default()] {
        let (bytes, event) = told(&draft);
        assert_eq!(serde_json::from_slice::<Event>(&bytes).unwrap(), event);
        assert_eq!(bytes, serde_json::to_vec(&event).unwrap());
    }
}

#[test]
fn a_file_of_ours_is_told_where_it_is_handed_out() {
    let link = |link: &str| crate::ticket::File { link: Some(link.into()), ..Default::default() };
    let mut draft = Draft { files: vec![link("a"), link("b \"url\":\"files/9")], ..Draft::default() };
    draft.files[1].set_own(1);
    let (bytes, event) = told(&draft);
    let number = event.ticket;
    let event: Event = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(event.data.draft.files[0].url, None);
    assert_eq!(event.data.draft.files[1].url, Some(format!("/api/v1/tickets/{number}/files/2?version=1")));
    assert_eq!(bytes, serde_json::to_vec(&event).unwrap());
}

#[test]
fn bytes_that_are_no_object_are_refused() {
    let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let head = EventHead {
        event: EventKind::Revised,
        ticket: Spoken::new(date(2026, 11, 22), 1).unwrap(),
        sequence: 2,
        at,
        channel: "a",
        external_id: "b",
        detail: None,
        version: 2,
        received_at: at,
        sources: &[],
    };
    assert_eq!(compose(&head, b"[]"), Err(NotADraft));
    assert_eq!(compose(&head, b""), Err(NotADraft));
}

#[test]
fn names_read_back() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::from_name(kind.name()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
}

#[test]
fn the_key_of_a_wholes_event_is_never_that_of_a_parts() {
    let whole = Spoken::new(date(2026, 11, 22), 17).unwrap();
    let part = whole.with_part(1).unwrap();
    // The number of part 1 looks like the key of the whole's first event; it is no key itself.
    assert_eq!(idempotency_key(whole, 1), part.to_string());
    assert_eq!(idempotency_key(part, 1), format!("{whole}-1-1"));
    assert_ne!(idempotency_key(whole, 11), idempotency_key(part, 1));
}

proptest! {
    #[test]
    fn keys_of_different_events_differ(
        a in (1_u32..200, 0_u8..=99, 1_u64..200), b in (1_u32..200, 0_u8..=99, 1_u64..200), swap: bool, far in any::<u64>(),
    ) {
        let number = |(serial, part, _): (u32, u8, u64)| {
            let whole = Spoken::new(date(2026, 11, 22), serial).unwrap();
            if part == 0 { whole } else { whole.with_part(part).unwrap() }
        };
        // The same digits in other places: part 1, event 2 beside event 12 of the whole.
        let b = if swap { (a.0, 0, format!("{}{}", a.1, a.2).parse().unwrap()) } else { b };
        let b = (b.0, b.1, if b.2 == 199 { far.max(1) } else { b.2 });
        let same = (number(a), a.2) == (number(b), b.2);
        prop_assert_eq!(idempotency_key(number(a), a.2) == idempotency_key(number(b), b.2), same);
    }
}
