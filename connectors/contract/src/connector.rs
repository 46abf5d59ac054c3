//! What a connector is made of: small, optional capabilities.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Attended, Census, Door, FarSide, Fault, HandIn, Item, Personal, Receive, Remark, Saved, Told, WriteBack};

/// Where a polled channel was left (取件进度): text that only its connector understands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor(pub String);

/// What a connector wants to remember besides its cursor (登录会话); sealed where it is kept and
/// offered back at each poll.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keepsake(pub Personal<Vec<u8>>);

/// One answer of a polled far side.
#[derive(Clone, Debug)]
pub struct Page {
    /// The items, in the far side's order.
    pub items: Vec<Item>,
    /// The cursor to store together with the items; none leaves it where it was.
    pub next: Option<Cursor>,
    /// Whether the next page should be asked for at once.
    pub more: bool,
    /// A new keepsake; none leaves the old one.
    pub keep: Option<Keepsake>,
}

/// The asking half of a connector.
#[async_trait]
pub trait Poll: Send + Sync {
    /// Asks for what lies behind `after`. Asked twice with one cursor it gives the same page, as far
    /// as the far side does. All that lies at or before `after` is committed, so after-care belongs at
    /// the start of this call; failing after-care is reported and never takes anything in twice.
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault>;

    /// The same question without its consequences, for a person who looks: no after-care, nothing moved, and nothing
    /// remembered that a poll behind it would miss. A kind whose polls change nothing need not write it.
    async fn preview(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        self.poll(after, kept).await
    }

    /// A cursor from which a walk begins at this time and asks for all that is later, for whoever fetches missing items once
    /// more; none for kinds that cannot be asked so.
    fn since(&self, _at: crate::Timestamp) -> Option<Cursor> {
        None
    }

    /// What one of its cursors says, for people; none where there is nothing to say.
    fn spelled(&self, _cursor: &Cursor) -> Option<Remark> {
        None
    }

    /// Whether the next poll behind this cursor asks for the detail of one item of a page that was given before. Whoever
    /// looks is shown the first of them too.
    fn asks_for_detail(&self, _cursor: &Cursor) -> bool {
        false
    }

    /// What became of the items of the page that was given last, one each, in their order: called after the commit, for
    /// kinds whose far side reads it in a file. A process that dies in between is never told of it; what was taken stands.
    async fn told(&self, _next: Option<&Cursor>, _told: &[Told]) {}
}

/// One configured road, built: what it can do is data.
#[derive(Default)]
pub struct Connector {
    /// It can be asked.
    pub poll: Option<Box<dyn Poll>>,
    /// It can be asked how many items there are for a day.
    pub census: Option<Box<dyn Census>>,
    /// It can be told.
    pub receive: Option<(Door, Box<dyn Receive>)>,
    /// It can be answered.
    pub outlet: Option<Box<dyn WriteBack>>,
    /// Files can be handed in to it.
    pub hand_in: Option<Box<dyn HandIn>>,
    /// It can be shown what its far side would have said.
    pub saved: Option<Box<dyn Saved>>,
    /// It is logged in with an account that people use too.
    pub attended: Option<Arc<dyn Attended>>,
    /// The far sides it speaks with, for `check --online`; none for a kind that has no far side.
    pub far: Vec<Box<dyn FarSide>>,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("poll", &self.poll.is_some())
            .field("census", &self.census.is_some())
            .field("receive", &self.receive.as_ref().map(|(door, _)| door))
            .field("outlet", &self.outlet.is_some())
            .field("hand_in", &self.hand_in.is_some())
            .field("saved", &self.saved.is_some())
            .field("attended", &self.attended.is_some())
            .field("far", &self.far.len())
            .finish()
    }
}
