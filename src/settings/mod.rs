//! What operators write: `gateway.toml` and one folder a channel, read with every mistake at its place.
//!
//! [`Gateway::load`] reads `gateway.toml`, lays the environment over it, and answers whole or with all mistakes;
//! [`Gateway::channels`] reads the channels, each for itself. The holidays of each year are files beside it.
//! [`Secrets`] reads what the files only point to.
//! Nothing here names a connector kind: the list of [`KindInfo`] is the caller's.

mod alarms;
mod channel;
mod core;
mod day;
mod document;
mod gateway;
mod holidays;
mod hotline;
mod hours;
mod layers;
mod lmtp;
mod load;
mod mistake;
mod outcomes;
mod presence;
pub mod presets;
pub mod reading;
mod reconcile;
pub mod reference;
mod reload;
mod remind;
mod report;
pub mod schema;
mod secrets;
mod site;
mod walk;

pub use alarms::{Address, AlarmKind, AlarmOutlet, AlarmSettings, Always, OutletKind, OutletPreset, Press};
pub use channel::{
    ActsTable, AfterClose, AfterSupervise, AfterSupplement, AfterUrge, BadSilence, CaptchaTable, ChannelFile,
    ChannelSettings, ChannelState, ChannelTable, Channels, ConnectTable, DayUnit, DeadlineFrom, DeadlineTable,
    DecisionTable, Expect, ExpectOn, ExpectPer, Fallback, FileType, FilesTable, KindInfo, Ledger, NoSuchChannel,
    OnUnmappable, Pattern, PollTable, Report, ReshapeTable, Reshaping, ReturnCodes, ReturnTable, RouteTable,
    RoutedTable, Said, SameLetterTable, SecretEnd, Sign, Silence, Uncertain, Wording,
};
pub use core::{Attachments, ClosedWords, CoreMeaning, CoreSettings};
pub use day::Day;
pub use document::{Document, Spot};
pub use gateway::{GatewaySettings, HttpSettings, KeySettings, Limits, LogFormat, LogLevel, LogSettings, Zone};
pub use holidays::{Holiday, HolidayFile};
pub use hotline::{
    CoreTable, Envelope, FileCore, FileWord, FormField, ManualCore, ManualWord, PullCore, PullWord, RestWord, Settle,
};
pub use hours::{BadHours, Hours};
pub use layers::Variables;
pub use lmtp::LmtpSettings;
pub use load::{Gateway, lang};
pub use mistake::{Lang, Mistake, Source, Text};
pub use outcomes::{MomentField, OutcomeCodes, OutcomeFields, OutcomesTable};
pub use presence::{BadPresence, BadTimeOfDay, Presence, TimeOfDay};
pub use presets::{Preset, Presets};
pub use reconcile::ReconcileSettings;
pub use reload::ReloadSettings;
pub use remind::{BadRemind, Remind};
pub use report::{CountedBy, Effective, ReportSettings};
pub use secrets::{BadSecretName, SecretError, SecretState, Secrets, references};
pub use site::ChannelSite;
