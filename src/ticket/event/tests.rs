//! What an event must be, byte for byte.

use super::*;
use crate::ticket::Person;
use jiff::civil::date;

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
