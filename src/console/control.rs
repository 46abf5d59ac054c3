//! What only the configuration or a running daemon knows and does, as the console needs it. The daemon implements
//! it over its channels; [`super::Offline`] over loaded settings, for when no daemon runs.

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::Secret;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::channels::daemon_needed;
use super::view::{LoginAnswered, LoginView, OutletView, PictureView, ReloadReport};
use super::{Entered, EnteredView, Problem, ReportDesk};
use crate::forward::CoreDesk;
use crate::intake::{HandedIn, Handing, HandledRow, Registered};
use crate::preview::{Begin, Preview};
use crate::reconcile::ChannelDay;
use crate::settings::{ChannelState, ReturnTable, Text};
use crate::store::{Actor, Verdict};

/// A far side by its code.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// The core system (热线系统).
    Core,
    /// A channel as it is asked, by its code.
    Channel(String),
    /// A channel as it is answered, by its code.
    Outlet(String),
}

/// A channel as it is configured, whether its file is right or not.
#[derive(Clone, PartialEq, Debug)]
pub struct ConfiguredChannel {
    /// Its code.
    pub code: String,
    /// Its name on screens; the code, where the file cannot be read.
    pub name: String,
    /// Former names.
    pub aliases: Vec<String>,
    /// Off, trial or live.
    pub state: ChannelState,
    /// The connector kind's word; none where the file cannot be read.
    pub kind: Option<String>,
    /// Items older than this day are only known.
    pub start_from: Option<Date>,
    /// The channels whose letters it brings besides its own name, where its items bear tags.
    pub routed: Vec<RoutedChannel>,
    /// Everything wrong with it, one text a mistake; not empty means: off, needs mending.
    pub mistakes: Vec<Text>,
    /// All its settings, defaults written out, secrets as references only; null where the file is wrong.
    pub settings: Value,
}

/// A channel whose letters another one brings under a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoutedChannel {
    /// The tag.
    pub tag: String,
    /// Its name on screens.
    pub name: String,
    /// Former names.
    pub aliases: Vec<String>,
    /// What its items are called.
    pub noun: String,
}

/// How it stands with a far side.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FarStatus {
    /// Since when nothing is sent to it or asked of it, because it failed.
    #[serde(default)]
    pub open_since: Option<Timestamp>,
    /// When it is probed next; none when only a person can resume it.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
    /// The last failure, also of one that works again.
    #[serde(default)]
    pub fault: Option<FaultNote>,
}

/// A failure of a far side, in our own words: nothing that it said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FaultNote {
    /// When.
    pub at: Timestamp,
    /// [`huiliu_contract::Fault::word`].
    pub word: String,
    /// The fault's own message.
    pub message: String,
}

/// The running daemon.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Running {
    /// Its process.
    pub pid: u32,
    /// Since when it runs.
    pub since: Timestamp,
    /// Where it listens.
    pub listen: String,
    /// Where a mail server hands letters over; none where nothing listens for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<String>,
}

/// What the console asks of whoever knows the configuration and runs the channels.
#[async_trait]
pub trait Control: Send + Sync {
    /// Every configured channel, by code.
    fn channels(&self) -> Vec<ConfiguredChannel>;

    /// The code of the channel that is called so (code, name or alias), or who could be meant.
    fn resolve(&self, called: &str) -> Result<String, Text>;

    /// What a channel's file says of the way home; none where there is no such channel, or its file is wrong.
    fn back(&self, code: &str) -> Option<ReturnTable>;

    /// The core as people meet it.
    fn core(&self) -> CoreDesk {
        CoreDesk::default()
    }

    /// How reports are printed.
    fn report(&self) -> ReportDesk {
        ReportDesk::default()
    }

    /// The daemon, if one runs.
    fn running(&self) -> Option<Running>;

    /// How it stands with a far side; none if no daemon runs, or the side is not in operation.
    fn far(&self, side: &Side) -> Option<FarStatus>;

    /// How the outlets of alarms stand that sent anything since the start.
    fn outlets(&self) -> Vec<OutletView> {
        Vec::new()
    }

    /// Until when an alarm can be snoozed at the longest: the next working morning; none without a daemon.
    fn latest_snooze(&self) -> Option<Timestamp> {
        None
    }

    /// How the login of a channel stands whose account people use too; none where there is none, or it does not run.
    fn login(&self, _code: &str) -> Option<LoginView> {
        None
    }

    /// Fetches a picture that a person has to read for a login (验证码), now.
    async fn login_picture(&self, _code: &str) -> Result<PictureView, Problem> {
        Err(daemon_needed())
    }

    /// Logs in with what a person read.
    async fn login_answer(&self, _code: &str, _id: String, _text: Secret) -> Result<LoginAnswered, Problem> {
        Err(daemon_needed())
    }

    /// Closes the breaker of a far side that was left alone, and asks it again at once.
    async fn resume(&self, side: &Side) -> Result<(), Problem>;

    /// The store changed under a channel (a person confirmed it): what was remembered of it is to be read again.
    async fn wake(&self, side: &Side);

    /// A secret was set: whatever uses it runs with it from now on. Answers the codes of the channels that do, and
    /// `core` for the core.
    async fn secret_set(&self, name: &str) -> Vec<String>;

    /// Reads the whole configuration anew and takes over what is right, channel by channel; waits until that is done. `by`
    /// says who asks.
    async fn reload(&self, by: &'static str) -> Result<ReloadReport, Problem> {
        let _ = by;
        Err(daemon_needed())
    }

    /// What came of the last reload since the start.
    fn reloaded(&self) -> Option<ReloadReport> {
        None
    }

    /// Takes in a letter that a person enters, as `actor`; on disk when this returns.
    async fn enter(&self, _: &str, _: Entered, _: &Actor) -> Result<EnteredView, Problem> {
        Err(daemon_needed())
    }

    /// The channels whose table of the day is missing, by name; none are known without a daemon.
    async fn unhanded(&self) -> Vec<String> {
        Vec::new()
    }

    /// Hands a file in to a channel, as `actor`.
    async fn hand_in(&self, _code: &str, _handing: Handing, _actor: &Actor) -> Result<HandedIn, Problem> {
        Err(daemon_needed())
    }

    /// Asks a channel's far side once, as its next poll would, and takes nothing.
    async fn preview(&self, _code: &str, _begin: Begin, _unmask: bool) -> Result<Preview, Problem> {
        Err(daemon_needed())
    }

    /// Shows a channel a file as what its far side would have said.
    async fn preview_saved(&self, _code: &str, _name: String, _bytes: Bytes) -> Result<Preview, Problem> {
        Err(daemon_needed())
    }

    /// Registers letters of a channel that were copied into the core by hand, as `actor`.
    async fn register(
        &self,
        _code: &str,
        _rows: Vec<HandledRow>,
        _dry: bool,
        _actor: &Actor,
    ) -> Result<Vec<Registered>, Problem> {
        Err(daemon_needed())
    }

    /// Looks at a day of these channels (对账), after fetching it once more where that is asked for; those that are off are
    /// left out.
    async fn reconcile(
        &self,
        _codes: &[String],
        _day: Date,
        _fetch: bool,
        _actor: &Actor,
    ) -> Result<Vec<ChannelDay>, Problem> {
        Err(daemon_needed())
    }

    /// Maps the submission of a dead letter anew and hands it to the store, as `actor`.
    async fn remap(&self, dead: i64, actor: &Actor) -> Result<Verdict, Problem>;
}
