//! The command about errands (后台任务): what is undone, and what it waits for.

use std::collections::HashMap;

use jiff::Timestamp;

use super::view::ErrandView;
use super::{House, MAX_ROWS, Problem, ROWS, Side};
use crate::store::{Errand, Reference, Search, Task};

/// Errands that are undone: polls first, then tickets by age.
pub(super) async fn list(house: &House, limit: usize) -> Result<Vec<ErrandView>, Problem> {
    let limit = if limit == 0 { ROWS } else { limit.min(MAX_ROWS) };
    let errands = house.store.schedule().list(limit);
    let subjects = Subjects::read(house, &errands.iter().map(|(errand, ..)| *errand).collect::<Vec<_>>()).await?;
    let view = |(errand, due, leased, attempts): (Errand, Option<i64>, bool, u32)| {
        let state = match (due, leased) {
            (_, true) => "underway",
            (Some(_), false) => "waiting",
            (None, false) => "due",
        };
        let (subject, side) = subjects.of(errand);
        ErrandView {
            task: errand.task.word().into(),
            subject,
            state: state.into(),
            due: due.and_then(|at| Timestamp::from_millisecond(at).ok()),
            attempts,
            held_since: house.control.far(&side).and_then(|far| far.open_since),
        }
    };
    // Of a channel that is off or has no folder nothing is asked: its poll is none that is undone.
    let is_undone = |(errand, ..): &(Errand, Option<i64>, bool, u32)| {
        let (_, side) = subjects.of(*errand);
        errand.task != Task::Poll || house.control.running().is_none() || house.control.far(&side).is_some()
    };
    Ok(errands.into_iter().filter(is_undone).map(view).collect())
}

/// What the numbers of subjects stand for.
struct Subjects {
    channels: HashMap<i64, String>,
    tickets: HashMap<i64, String>,
}

impl Subjects {
    async fn read(house: &House, errands: &[Errand]) -> Result<Self, Problem> {
        let channels = house.store.channels().await?;
        let ids: Vec<i64> = errands.iter().filter_map(|errand| ticket_of(*errand)).collect();
        let tickets = match ids.len() {
            0 => vec![],
            limit => house.store.search(Search { ids: Some(ids), limit, ..Search::default() }).await?,
        };
        Ok(Self {
            channels: channels.into_iter().map(|row| (i64::from(row.id), row.code)).collect(),
            tickets: tickets.into_iter().map(|row| (row.key.id, row.key.number.to_string())).collect(),
        })
    }

    fn of(&self, errand: Errand) -> (String, Side) {
        let named = |map: &HashMap<i64, String>, id: i64| map.get(&id).cloned().unwrap_or_else(|| format!("#{id}"));
        let ticket = || format!("ticket:{}", named(&self.tickets, ticket_of(errand).unwrap_or_default()));
        match errand.task {
            Task::Poll => {
                let code = named(&self.channels, errand.subject);
                (format!("channel:{code}"), Side::Channel(code))
            }
            Task::Forward => (ticket(), Side::Core),
            Task::Fetch => {
                let code = named(&self.channels, i64::from(Reference::from_number(errand.subject).channel()));
                (format!("channel:{code}"), Side::Channel(code))
            }
            Task::WriteBack => {
                let channel = Reference::from_number(errand.subject).channel();
                (ticket(), Side::Outlet(named(&self.channels, i64::from(channel))))
            }
        }
    }
}

/// The ticket that an errand is about.
fn ticket_of(errand: Errand) -> Option<i64> {
    match errand.task {
        Task::Poll | Task::Fetch => None,
        Task::Forward => Some(errand.subject),
        Task::WriteBack => Reference::from_number(errand.subject).opened(),
    }
}
