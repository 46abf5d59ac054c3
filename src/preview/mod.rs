//! A look at a channel before it takes anything (试取): what it would ask and be answered, what its rows would become, where
//! it would be left. Nothing is stored and nothing moves. Secrets never show; personal data are hidden unless whoever looks
//! may see them, which is for the caller to put on record first.

mod ask;
mod hints;
mod rows;
#[cfg(test)]
mod tests;
mod veil;
mod view;

use bytes::Bytes;
use huiliu_contract::{Connector, Cursor, Fault, Item, Keepsake, Misconfigured, Remark, SavedPage, Secret, Site};
use huiliu_kit::tap::{self, Exchange};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use ask::live;
pub use view::{
    AnswerView, BeganView, BodyView, ExchangeView, FaultView, FieldView, FoundValue, Note, Preview, RowView,
};

use crate::channel::{Channel, Pace, TimeLimit};
use crate::normalize::Mapping;
use crate::settings::{ChannelSettings, references};

/// The channel that is looked at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// How it speaks with its far side.
    pub connector: &'a Connector,
    /// Which field is which.
    pub mapping: &'a Mapping,
    /// Its file.
    pub settings: &'a ChannelSettings,
    /// When its far side may be asked.
    pub pace: &'a Pace,
    /// By what rule a time limit is counted where the source gives none.
    pub time_limit: Option<&'a TimeLimit>,
    /// The zone of its times.
    pub zone: &'a TimeZone,
}

impl<'a> Subject<'a> {
    /// A channel that runs, or would.
    pub fn of(channel: &'a Channel) -> Self {
        Self {
            connector: &channel.connector,
            mapping: &channel.mapping,
            settings: &channel.settings,
            pace: &channel.pace,
            time_limit: channel.time_limit.as_ref(),
            zone: channel.zone(),
        }
    }

    /// The kind's word for its own cursor.
    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        self.connector.poll.as_ref()?.spelled(cursor)
    }
}

/// A channel that was built to be looked at, where none runs.
pub struct Rehearsal {
    /// How it speaks with its far side.
    pub connector: Connector,
    /// Which field is which.
    pub mapping: Mapping,
    /// Its file.
    pub settings: ChannelSettings,
    /// When its far side may be asked.
    pub pace: Pace,
    /// By what rule a time limit is counted where the source gives none.
    pub time_limit: Option<TimeLimit>,
    /// The zone of its times.
    pub zone: TimeZone,
    /// Its secrets; none where it is only shown files.
    pub secrets: Vec<Secret>,
}

impl std::fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsal").field("channel", &self.settings.code).finish_non_exhaustive()
    }
}

impl Rehearsal {
    /// It, to be looked at.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            connector: &self.connector,
            mapping: &self.mapping,
            settings: &self.settings,
            pace: &self.pace,
            time_limit: self.time_limit.as_ref(),
            zone: &self.zone,
        }
    }
}

/// From where a far side is asked.
#[derive(Clone, Debug, Default)]
pub struct Begin {
    /// Where the channel was left; none begins at the front.
    pub cursor: Option<Cursor>,
    /// What its connector remembers besides.
    pub kept: Option<Keepsake>,
    /// Whether there was a store to look into.
    pub stored: bool,
}

/// What a look brought, before it is shown.
#[derive(Default)]
struct Looked {
    exchanges: Vec<Exchange>,
    items: Vec<Item>,
    next: Option<Cursor>,
    more: bool,
    fault: Option<Fault>,
    /// What the far side said, without secrets, where no exchange shows it.
    quoted: Option<String>,
    notes: Vec<Note>,
}

/// Every secret that a channel's options point to.
///
/// # Errors
///
/// Those that are not set, or cannot be read.
pub fn secrets(settings: &ChannelSettings, site: &dyn Site) -> Result<Vec<Secret>, Vec<Misconfigured>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for at in references(&settings.options) {
        match site.secret("connect", &at) {
            Ok(secret) => found.push(secret),
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Shows a channel a file as what its far side would have said; none where its kind reads no file. `unmask` shows all that
/// stands in it. `now` stands for the clock.
pub fn saved(subject: &Subject<'_>, name: &str, bytes: &Bytes, unmask: bool, now: Timestamp) -> Option<Preview> {
    let mut looked = Looked::default();
    match subject.connector.saved.as_ref()?.read(name, bytes, now) {
        Ok(SavedPage { page, remarks }) => {
            looked.items = page.items;
            looked.next = page.next;
            looked.more = page.more;
            looked.notes = remarks.into_iter().map(Note::from).collect();
        }
        Err(fault) => looked.fault = Some(fault),
    }
    // A workbook is no answer that could be shown.
    let shown = subject.connector.hand_in.is_none().then(|| tap::content(bytes));
    let mut preview = looked.shown(subject, shown.as_ref(), unmask, now);
    preview.way = "saved".into();
    Some(preview)
}
