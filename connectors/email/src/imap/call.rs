//! How a call goes once there is a connection: after-care of what is committed, a round over the folders, and if there is
//! nothing again, a wait and another round.

use std::sync::atomic::Ordering;
use std::time::Duration;

use huiliu_contract::{Fault, Page, Personal};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use tokio::time::{Instant, timeout};

use super::care::{self, Kept, Orders};
use super::fetch::Bounds;
use super::folders::{self, Folder, There};
use super::idle::idle;
use super::item::Reading;
use super::line::Line;
use super::mailbox::{BUSY, Chosen, Inner, Shared};
use super::place::Place;
use super::sync::{self, Recall, Round};
use super::trouble::Trouble;

/// The longest wait for the server to tell of something new: the gateway cuts a call off after 300 s.
const WAIT: Duration = Duration::from_secs(220);
/// Only a call that took less so far waits, and what it finds then it begins to fetch for so long.
const BRISK: Duration = Duration::from_secs(30);
/// How often old letters are deleted at most.
const SWEEP: Duration = Duration::from_secs(3600);
/// So many letters are shown to a person who looks.
const LOOK: usize = 10;
/// After so many letters of a folder that is looked through again it is judged whether it is the same one.
const ENOUGH: u32 = 20;

/// What a call brought, and what ended its connection behind that.
type Done = Result<(Page, Option<Trouble>), Trouble>;

impl Shared {
    async fn chosen(&self, line: &mut Line, inner: &mut Inner) -> Result<Chosen, Trouble> {
        if let Some(chosen) = &inner.chosen {
            return Ok(chosen.clone());
        }
        let there = folders::list(line).await?;
        let folders = self.chosen_of(&there)?;
        let orders = Orders::new(&self.plan.afterwards, self.plan.unfit_to.as_ref(), &there);
        Ok(inner.chosen.insert(Chosen { folders, orders }).clone())
    }

    /// The folders that are read, of those there are.
    pub(super) fn chosen_of(&self, there: &[There]) -> Result<Vec<Folder>, Trouble> {
        folders::chosen(&self.plan.folders, self.plan.junk, there)
    }

    fn round(&self, orders: &Orders, began: Instant) -> Round<'_> {
        let moves_unfit = orders.unfit_to.is_some();
        Round {
            plan: &self.plan,
            reading: Reading { reader: &self.reader, blind: self.plan.blind.as_ref() },
            bounds: Bounds {
                letters: self.plan.page,
                weight: self.plan.weight,
                largest: self.plan.largest,
                until: began + BUSY,
            },
            writes: orders.kept != Kept::Nothing || moves_unfit,
            cares: orders.cares(),
            moves_unfit,
            looks: false,
        }
    }

    /// What a poll does: after-care of what is committed, a round, and if there is nothing again, a wait and a round.
    pub(super) async fn ask(&self, line: &mut Line, inner: &mut Inner, before: Place, began: Instant) -> Done {
        let chosen = self.chosen(line, inner).await?;
        let mut place = before.clone();
        Box::pin(self.care(line, inner, &chosen, &mut place)).await?;
        let round = self.round(&chosen.orders, began);
        let mut brought = Box::pin(sync::round(line, &chosen.folders, &mut place, &mut inner.recall, round)).await?;
        let mut nothing = brought.items.is_empty() && place == before;
        if nothing && inner.quiet && began.elapsed() < BRISK {
            Box::pin(self.wait(line, &chosen, &place, round)).await?;
            let round = Round { bounds: Bounds { until: Instant::now() + BRISK, ..round.bounds }, ..round };
            brought = Box::pin(sync::round(line, &chosen.folders, &mut place, &mut inner.recall, round)).await?;
            nothing = brought.items.is_empty() && place == before;
        }
        inner.quiet = nothing;
        inner.last = brought.again;
        let next = if place == before { None } else { place.cursor() };
        Ok((Page { items: brought.items, next, more: brought.more, keep: None }, brought.trouble))
    }

    /// What a look does: the same round with a memory of its own, and nothing changed.
    pub(super) async fn look(
        &self,
        line: &mut Line,
        inner: &mut Inner,
        mut place: Place,
        recall: &mut Recall,
        began: Instant,
    ) -> Done {
        let chosen = self.chosen(line, inner).await?;
        let round = self.round(&chosen.orders, began);
        let bounds = Bounds { letters: LOOK, ..round.bounds };
        let round = Round { writes: false, looks: true, bounds, ..round };
        let brought = Box::pin(sync::round(line, &chosen.folders, &mut place, recall, round)).await?;
        Ok((Page { items: brought.items, next: place.cursor(), more: brought.more, keep: None }, brought.trouble))
    }

    async fn care(
        &self,
        line: &mut Line,
        inner: &mut Inner,
        chosen: &Chosen,
        place: &mut Place,
    ) -> Result<(), Trouble> {
        for folder in &chosen.folders {
            let Some(spot) = place.folders.get_mut(&folder.name) else { continue };
            Box::pin(care::care(line, folder, spot, &chosen.orders)).await?;
        }
        let Kept::Delete(days) = chosen.orders.kept else { return Ok(()) };
        if inner.swept.is_some_and(|at| at.elapsed() < SWEEP) {
            return Ok(());
        }
        // The day of the server may be another one than ours.
        let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
        let Ok(day) = today.checked_sub((i64::from(days) + 1).days()) else { return Ok(()) };
        for folder in &chosen.folders {
            let Some(spot) = place.folders.get(&folder.name) else { continue };
            Box::pin(care::sweep(line, folder, spot, day)).await?;
        }
        inner.swept = Some(Instant::now());
        Ok(())
    }

    /// Waits for something new in the first folder, unless somebody else wants the connection.
    async fn wait(&self, line: &mut Line, chosen: &Chosen, place: &Place, round: Round<'_>) -> Result<(), Trouble> {
        let mut wanted = std::pin::pin!(self.wanted.notified());
        wanted.as_mut().enable();
        if self.callers.load(Ordering::SeqCst) > 0 {
            return Ok(());
        }
        if !line.can.idle {
            // Nobody wanted it: the time is over.
            let _ = timeout(self.plan.without_idle, wanted).await;
            return Ok(());
        }
        let Some(first) = chosen.folders.first() else { return Ok(()) };
        if line.opened.as_ref().is_none_or(|open| open.wire != first.wire) {
            // What came there while others were looked into makes no event any more.
            let is_new = sync::has_new(line, first, place, round).await?;
            if is_new {
                return Ok(());
            }
        }
        match idle(line, WAIT, wanted).await {
            Err(trouble) if trouble.leaves_the_line() => {
                line.can.idle = false;
                Ok(())
            }
            other => other,
        }
    }

    /// Whether a folder that was numbered anew is the one it was: most of what is looked through again should be known. If it
    /// is not, a person is asked, once.
    pub(super) fn doubt(&self, inner: &mut Inner, place: &Place) -> Result<(), Fault> {
        for (name, spot) in &place.folders {
            let key = (name.clone(), spot.validity);
            let (came, new) = inner.tally.get(&key).copied().unwrap_or_default();
            if spot.again.is_none() || came < ENOUGH || new * 2 <= came || inner.agreed.contains(&key) {
                continue;
            }
            if inner.asked.contains(&key) {
                inner.agreed.insert(key);
                continue;
            }
            inner.asked.insert(key);
            return Err(Fault::NeedsPerson {
                message: format!(
                    "folder `{name}` was numbered anew by its server, and {new} of the {came} letters looked through so far \
                     were never seen here: was the mailbox swapped or restored? Resume the channel if they shall be taken"
                ),
                challenge: Personal::new(String::new()),
            });
        }
        Ok(())
    }
}
