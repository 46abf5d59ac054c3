//! Random lives of a few numbers against a simple model of what accept should decide; the store is killed in between.
//!
//! The model is written from the drawing, not from the code: it keeps every telling in the order in which it came
//! and asks, for each new one, what the rules say.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// One telling, or a kill between two.
#[derive(Clone, Debug)]
enum Step {
    Tell { id: u8, source: u8, mapped: bool, polled: bool, version: Option<u8>, agree: bool },
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let version = prop_oneof![3 => Just(None), 2 => (8_u8..12).prop_map(Some)];
    let tell =
        (0_u8..3, 0_u8..5, prop::bool::weighted(0.8), any::<bool>(), version, prop::bool::weighted(0.7)).prop_map(
            |(id, source, mapped, polled, version, agree)| Step::Tell { id, source, mapped, polled, version, agree },
        );
    prop_oneof![20 => tell, 1 => Just(Step::Kill)]
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Taken(u8),
    Unmapped,
    Held,
    Older,
}

#[derive(Clone, Debug)]
struct Telling {
    source: u8,
    version: Option<u8>,
    state: State,
}

/// All that was ever kept of one number.
#[derive(Default, Debug)]
struct Life {
    kept: Vec<Telling>,
    events: usize,
}

/// Two sources map to one draft: a change that the core need not hear of.
fn draft(source: u8) -> u8 {
    source / 2
}

impl Life {
    fn current(&self) -> Option<&Telling> {
        self.kept.iter().rev().find(|one| matches!(one.state, State::Taken(_) | State::Unmapped))
    }

    fn decide(
        &self,
        source: u8,
        mapped: bool,
        polled: bool,
        version: Option<u8>,
        agree: bool,
    ) -> (What, Option<State>) {
        let Some(current) = self.current() else {
            return if mapped {
                (What::New, Some(State::Taken(draft(source))))
            } else {
                (What::Unmapped, Some(State::Unmapped))
            };
        };
        if current.source == source {
            return (What::Repeat, None);
        }
        let seen: Vec<_> = self.kept.iter().filter(|one| one.source == source).collect();
        let newest = self.kept.iter().filter(|one| one.state != State::Held).filter_map(|one| one.version).max();
        if version.zip(newest).is_some_and(|(version, newest)| version < newest) {
            return (What::Repeat, seen.is_empty().then_some(State::Older));
        }
        let late = match version.zip(newest) {
            Some((version, newest)) => version == newest,
            None => !polled,
        };
        if !seen.is_empty() && (late || seen.iter().all(|one| one.state == State::Held)) {
            return (What::Repeat, None);
        }
        if !mapped {
            return (What::Unmapped, Some(State::Unmapped));
        }
        let base = self.kept.iter().rev().find_map(|one| match one.state {
            State::Taken(draft) => Some(draft),
            _ => None,
        });
        match base {
            None => (What::New, Some(State::Taken(draft(source)))),
            Some(base) if base == draft(source) => (What::Repeat, Some(State::Taken(base))),
            Some(_) if agree => (What::Revised, Some(State::Taken(draft(source)))),
            Some(_) => (What::Held, Some(State::Held)),
        }
    }

    fn live(&mut self, source: u8, version: Option<u8>, (what, state): (What, Option<State>)) {
        self.kept.extend(state.map(|state| Telling { source, version, state }));
        self.events += usize::from(matches!(what, What::New | What::Revised));
    }
}

async fn walk(house: Box<dyn House>, steps: &[Step]) {
    let mut house = house;
    let mut site = Site::pushed(house.as_ref()).await;
    let mut lives: [Life; 3] = Default::default();
    let mut tickets: [Option<TicketKey>; 3] = [None; 3];
    for (place, step) in steps.iter().enumerate() {
        let Step::Tell { id, source, mapped, polled, version, agree } = step.clone() else {
            let wreck = house.crashed();
            drop(site);
            house = wreck;
            site = Site::pushed(house.as_ref()).await;
            continue;
        };
        let life = &mut lives[usize::from(id)];
        let mut told = letter(&id.to_string(), &source.to_string());
        told.draft = mapped.then(|| draft(source).to_string());
        told.version = version.map(|version| version.to_string());
        site.polled = polled;
        let decided = life.decide(source, mapped, polled, version, agree);
        let (what, ticket) = site.tell_answering(&told, agree).await;
        assert_eq!(what, decided.0, "step {place} of {steps:?}: {life:?}");
        life.live(source, version, decided);
        let known = &mut tickets[usize::from(id)];
        assert!(known.is_none() || *known == ticket, "a number never changes its ticket");
        *known = ticket;
    }
    let mut events = 0;
    for (life, ticket) in lives.iter().zip(tickets) {
        let Some(key) = ticket else { continue };
        assert_eq!(site.versions(key).await.len(), life.kept.len(), "nothing is lost, nothing kept twice: {steps:?}");
        assert_eq!(site.events(key).await.len(), life.events);
        let row = site.store.ticket(key.number).await.unwrap();
        let latest = life.kept.iter().rev().find_map(|one| match one.state {
            State::Taken(draft) => Some(draft.to_string()),
            _ => None,
        });
        let shown: serde_json::Value = serde_json::from_slice(&row.draft.unwrap()).unwrap();
        assert_eq!(shown["content"].as_str().map(Into::into), latest, "{steps:?}");
        events += life.events;
    }
    let held: usize = lives
        .iter()
        .map(|life| life.kept.iter().filter(|one| matches!(one.state, State::Held | State::Unmapped)).count())
        .sum();
    assert_eq!(site.dead().await.len(), held);
    let sent = site.forward_all().await;
    assert_eq!(sent.len(), events);
    for key in tickets.iter().flatten() {
        let order: Vec<_> = sent.iter().filter(|sent| sent.0 == key.id).map(|sent| sent.1).collect();
        assert_eq!(order, (1..=order.len() as u32).collect::<Vec<_>>());
    }
}

/// Runs random lives, each in a new house.
pub(super) fn random_lives(cases: u32, build: impl Fn() -> Box<dyn House>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let walked = TestRunner::new(config).run(&prop::collection::vec(step(), 1..40), |steps| {
        runtime.block_on(walk(build(), &steps));
        Ok(())
    });
    if let Err(failed) = walked {
        panic!("{failed}");
    }
}
