//! The stages that are plain functions, each alone on this thread. They are what `intake` does, taken apart.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, header};
use huiliu::channel::{Channel, Pace};
use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu::settings::Lang;
use huiliu::store::{Enrolled, FirstRun, Folio, Fresh, Keys, Mapped, Place, TicketKey};
use huiliu::ticket::{Draft, EventKind, Spoken};
use huiliu_contract::{Item, Personal, Push, Receive, Received, Submission};
use jiff::Timestamp;

use crate::{cpu, letter, run};

/// Letters that are taken in turn, so that no stage sees one only.
const LETTERS: u64 = 64;
/// Rounds before the first run of a stage.
const WARM: usize = 2_000;
/// Rounds of a run.
const ROUNDS: usize = 20_000;
/// Runs of a stage; their median counts.
const RUNS: usize = 5;

/// The lines of the table that stages belong to.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Line {
    /// HTTP in and parse, render and HTTP out.
    Http,
    /// Digests, seal.
    Seal,
    /// Map, check, serialise.
    Map,
}

/// A stage: its line, its name, its CPU in µs a submission.
pub(crate) type Stage = (Line, &'static str, f64);

/// One letter as each stage gets it.
struct Letter {
    push: Push,
    submission: Box<Submission>,
    draft: Draft,
    fresh: Fresh,
}

/// Measures all stages.
pub(crate) fn measure() -> [Stage; 8] {
    let folder = tempfile::tempdir().unwrap();
    let channel = channel(&folder);
    let (_, receive) = channel.connector.receive.as_ref().expect("the channel takes pushes");
    let keys = Keys::in_folder(folder.path()).unwrap();
    let letters: Vec<Letter> = (0..LETTERS).map(|k| prepared(k, receive.as_ref(), &channel)).collect();
    let receive = median(&letters, |letter| receive.receive(&letter.push).now_or_never());
    let source_digest = median(&letters, |letter| {
        let document = letter.submission.document.reveal();
        let canonical = match channel.without_ignored(document) {
            Some(reduced) => serde_json::to_vec(&reduced),
            None => serde_json::to_vec(document),
        };
        keys.blind("source", &[&canonical.unwrap()])
    });
    let map = median(&letters, |letter| {
        let reading = channel.mapping.read(letter.submission.document.reveal()).unwrap();
        (channel.standing(&letter.submission, Some(&reading.draft)), reading)
    });
    let serialise = median(&letters, |letter| serde_json::to_vec(&letter.draft).unwrap());
    let mapped_digest = median(&letters, |letter| keys.blind("mapped", &[&letter.fresh.draft]));
    let blind_keys = median(&letters, |letter| keys.findable(&letter.draft.find_inputs()));
    let seal = median(&letters, |letter| {
        let raw = &letter.submission.raw;
        let mapped = Mapped::Draft(&letter.fresh.draft);
        let folio = Folio { media_type: &raw.media_type, raw: raw.bytes.reveal(), read: b"", mapped };
        keys.seal(Place::Version, letter.fresh.ticket.id, &folio.write()).unwrap()
    });
    let compose = median(&letters, |letter| letter.fresh.json().unwrap());
    [
        (Line::Http, "verify and read the body", receive),
        (Line::Http, "compose the event", compose),
        (Line::Seal, "canonical form, source digest", source_digest),
        (Line::Seal, "mapped digest", mapped_digest),
        (Line::Seal, "blind keys", blind_keys),
        (Line::Seal, "lay out and seal", seal),
        (Line::Map, "map and check", map),
        (Line::Map, "serialise the draft", serialise),
    ]
}

/// The channel of `tests/bench`, built as the gateway builds it, without a store.
fn channel(folder: &tempfile::TempDir) -> Channel {
    let (gateway, variables) = run::settings(folder.path(), SocketAddr::from(([127, 0, 0, 1], 9)));
    let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let files = gateway.channels(&infos);
    let told =
        |wrong: Vec<huiliu::settings::Mistake>| -> String { wrong.iter().map(|one| one.shown(Lang::En)).collect() };
    let file = files.iter().next().expect("tests/bench has one channel");
    let settings = file.result.clone().map_err(told).unwrap();
    let (connector, mapping) = build_channel(&settings, &gateway, &variables, KINDS).map_err(told).unwrap();
    let enrolled = Enrolled { channel: 1, namespace: 1, first_run: FirstRun::Through, known_since: 0 };
    Channel::new(settings, connector, mapping, enrolled, Pace::default(), &gateway)
}

fn prepared(k: u64, receive: &dyn Receive, channel: &Channel) -> Letter {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let push = Push {
        method: Method::POST,
        target: "/channels/bench".into(),
        headers,
        body: Personal::new(Bytes::from(letter::body(k))),
        peer: SocketAddr::from(([127, 0, 0, 1], 40_000)),
        received_at: Timestamp::now(),
        envelope: None,
    };
    let received = receive.receive(&push).now_or_never().expect("a webhook does not wait").unwrap();
    let Received::Submissions { mut items, .. } = received else { panic!("a letter is no handshake") };
    let Some(Item::Submission(submission)) = items.pop() else { panic!("a letter can be read") };
    let draft = channel.mapping.read(submission.document.reveal()).unwrap().draft;
    let number = Spoken::new(jiff::civil::date(2026, 11, 20), k as u32 + 1).unwrap();
    let at = push.received_at.as_millisecond();
    let fresh = Fresh {
        kind: EventKind::New,
        ticket: TicketKey { id: k as i64 + 1, number },
        n: 1,
        at,
        channel: Arc::clone(&channel.code),
        namespace: Arc::clone(&channel.namespace),
        external_id: submission.external_id.clone(),
        version_n: 1,
        received_at: at,
        draft: Bytes::from(serde_json::to_vec(&draft).unwrap()),
        detail: None,
        joined: Vec::new(),
        edited: None,
    };
    Letter { push, submission, draft, fresh }
}

/// The median of some runs, µs a round. Freeing what the work makes is part of the work.
fn median<T>(letters: &[Letter], mut work: impl FnMut(&Letter) -> T) -> f64 {
    let mut rounds = |count: usize| {
        for letter in letters.iter().cycle().take(count) {
            black_box(work(black_box(letter)));
        }
    };
    rounds(WARM);
    let mut runs = [(); RUNS].map(|()| {
        let before = cpu::own_micros();
        rounds(ROUNDS);
        (cpu::own_micros() - before) / ROUNDS as f64
    });
    runs.sort_by(f64::total_cmp);
    runs[RUNS / 2]
}
