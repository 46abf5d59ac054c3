//! Raises letters about danger to life: those that intake noted, and after a start those that came since the last look.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::super::reload::Reloader;
use super::LOOKED;
use crate::alarms::About;
use crate::intake::UrgentLetter;
use crate::settings::AlarmKind;
use crate::store::{AlarmChange, Folio, Mapped, NewAlarm, Store, StoreError};
use crate::ticket::Draft;

/// How long before the last look a start looks through again what came: an id is given before its commit.
const MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// So many versions are looked through at a time.
const PAGE: usize = 500;

/// What is raised, and whether what came before this start was looked through.
#[derive(Default)]
pub(super) struct Letters {
    is_caught_up: bool,
}

impl Letters {
    /// Raises what was noted; on disk when this returns.
    pub(super) async fn raise(&mut self, store: &dyn Store, house: &Reloader) -> Result<(), StoreError> {
        if !self.is_caught_up {
            catch_up(store, house).await?;
            self.is_caught_up = true;
        }
        let urgent = house.running.ground.intake.urgent();
        let letters = urgent.fetch();
        if letters.is_empty() {
            return Ok(());
        }
        let raised = raise(store, house, &letters).await;
        if raised.is_err() {
            urgent.give_back(letters);
        }
        raised
    }
}

async fn raise(store: &dyn Store, house: &Reloader, letters: &[UrgentLetter]) -> Result<(), StoreError> {
    let now = Timestamp::from_millisecond(store.clock().now()).unwrap_or_default();
    for letter in letters {
        let subject = letter.ticket.map_or_else(|| format!("version:{}", letter.version), |number| number.to_string());
        let before = store.alarms_of(AlarmKind::Urgent, &subject).await?;
        let known: BTreeSet<String> = before.iter().flat_map(|row| About::read(&row.about).groups).collect();
        let says_new = letter.groups.iter().any(|group| !known.contains(group));
        if letter.is_revised && !before.is_empty() && !says_new {
            continue;
        }
        let name = house.running.channel(&letter.channel).map(|channel| channel.settings.channel.name.clone());
        let mut about = About::channel(&letter.channel, name.as_deref().unwrap_or(&letter.channel));
        about.tickets = letter.ticket.iter().map(ToString::to_string).collect();
        about.groups =
            known.into_iter().chain(letter.groups.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect();
        let new = NewAlarm {
            kind: AlarmKind::Urgent,
            subject,
            since: now,
            weight: 1,
            about: about.written(),
            mark: letter.version,
        };
        // One by one: of two about one ticket the second must know the first.
        store.keep_alarms(vec![AlarmChange::Raise(new)]).await?;
        metrics::counter!("huiliu_urgent_letters_total", "channel" => letter.channel.to_string()).increment(1);
    }
    Ok(())
}

/// Looks through what came since the last look of the process before, and a little more.
async fn catch_up(store: &dyn Store, house: &Reloader) -> Result<(), StoreError> {
    // At the very first start: what came before the words were known to intake.
    let looked = store.value(LOOKED).await?.and_then(|millis| millis.parse().ok()).unwrap_or(store.clock().now());
    let since = Timestamp::from_millisecond(looked).unwrap_or_default();
    let since = since.checked_sub(MARGIN).unwrap_or(since);
    let urgent = house.running.ground.intake.urgent();
    let mut after = 0;
    loop {
        let page = store.came(after, since, PAGE).await?;
        let mut letters = Vec::new();
        for came in &page {
            after = came.version;
            if came.historic {
                continue;
            }
            // One that does not open must not keep all alarms waiting.
            let body = match store.version_body(came.version).await {
                Ok(body) => body,
                Err(error) => {
                    tracing::error!(%error, version = came.version, "a letter could not be looked through for urgent words");
                    continue;
                }
            };
            let Ok(folio) = Folio::read(&body) else { continue };
            let draft: Option<Draft> = match folio.mapped {
                Mapped::Draft(json) => serde_json::from_slice(json).ok(),
                Mapped::Reasons(_) => None,
            };
            let groups = urgent.groups(draft.as_ref(), &folio.document().unwrap_or_default());
            if !groups.is_empty() {
                let ticket = came.ticket.map(|key| key.number);
                let channel = came.channel.as_str().into();
                letters.push(UrgentLetter { channel, version: came.version, ticket, groups, is_revised: true });
            }
        }
        raise(store, house, &letters).await?;
        if page.len() < PAGE {
            return Ok(());
        }
    }
}
