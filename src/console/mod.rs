//! The console: what people ask of the house by command, answered by one handler whether the running daemon is
//! asked over its socket or the command had to open the store itself. It knows no tables and no command line.

mod alarms;
mod answer;
mod approve;
mod asked;
mod call;
mod carried;
mod channels;
mod closed;
mod control;
mod dead;
mod enter;
mod errands;
mod found;
mod frozen;
mod handed;
mod handle;
mod handover;
mod home;
mod joined;
mod line;
mod login;
mod note;
mod offline;
mod outcomes;
mod preview;
mod pulse;
mod reconcile;
mod register;
mod report;
mod request;
mod serve;
mod split;
mod terms;
#[cfg(test)]
mod tests;
mod tickets;
pub mod view;
mod word;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub use alarms::{AlarmStep, list as alarm_list, snooze as alarm_snooze, take as alarm_take};
pub use answer::{Answer, Code, Problem};
pub use call::{call, nobody_runs};
pub use control::{ConfiguredChannel, Control, FarStatus, FaultNote, RoutedChannel, Running, Side};
pub use enter::{Entered, EnteredView, enter};
pub use handed::{channel_off, not_opened};
pub use handle::handle;
pub use home::home;
pub use login::{LoginStep, answer as login_answer, picture as login_picture, standing as login_standing};
pub use note::{NoteView, note};
pub use offline::Offline;
pub use preview::{live as preview, reads_no_file, saved as preview_saved};
pub use reconcile::kept as reconciled;
pub use register::{CopyView, FieldView, RegisteredView, ToRegister, Told, WaitingView, register};
pub use report::{FrozenView, ReportAsk, ReportDesk, ReportTold, ReportView, report};
pub use request::{MAX_ROWS, ROWS, Request};
pub use serve::{bind, own_name, serve};
pub use terms::{Call, ClosedChoice, Find, PartText};

use crate::outcomes::Outcomes;
use crate::store::Store;

/// What the handler works on.
#[derive(Clone)]
pub struct House {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The room that takes outcomes.
    pub outcomes: Outcomes,
    /// The configuration, and the daemon if one runs.
    pub control: Arc<dyn Control>,
    /// The site's zone, in which days begin.
    pub zone: TimeZone,
}
