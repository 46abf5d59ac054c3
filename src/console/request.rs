//! What may be asked of the console: one variant a command, as it goes over the socket. Who asks is never part of
//! it: the server takes that from the connection.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AlarmStep, ClosedChoice, Entered, Find, LoginStep, PartText, ReportAsk, Told};
use crate::intake::HandledRow;
use crate::outcomes::Entry;
use crate::reconcile::Listed;
use crate::settings::Lang;

/// How many rows a list gives when nothing else is asked for.
pub const ROWS: usize = 50;

/// The most rows that a list gives.
pub const MAX_ROWS: usize = 1000;

/// One command. A channel may be given by code, name or alias. Printed by `Debug` as its name only, for it may hold
/// personal values.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How the house stands.
    Status,
    /// All channels, configured or known from before.
    ChannelList,
    /// One channel.
    ChannelShow {
        /// Which.
        channel: String,
    },
    /// Ends a first run that needs a person: what is older than the day stays historic.
    GoLive {
        /// Which.
        channel: String,
        /// From this day on, in the site's zone.
        from: Date,
    },
    /// Asks a far side again that was left alone; `core` is the core system.
    Resume {
        /// Which channel, or `core`.
        channel: String,
    },
    /// Finds tickets.
    Find(Find),
    /// Tickets, newest first.
    TicketList {
        /// Of this channel only.
        channel: Option<String>,
        /// Received on this day or later.
        from: Option<Date>,
        /// Received on this day or earlier.
        to: Option<Date>,
        /// At most so many.
        limit: usize,
    },
    /// Live tickets that no outcome has concluded, by deadline.
    Due {
        /// The deadline lies at this time or before.
        until: Timestamp,
        /// Behind them those that were opened again and have no deadline since.
        #[serde(default)]
        undated: bool,
        /// Of this channel only.
        channel: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// The whole life of one ticket.
    TicketShow {
        /// Its number, as a person writes it.
        number: String,
        /// With everything personal, and the raw form; needs a reason and goes on record first.
        unmask: bool,
    },
    /// Takes a source out of a ticket that it had joined (撤销并单); needs a reason.
    TicketUnjoin {
        /// The ticket's number, as a person writes it.
        number: String,
        /// The source's number (来源编号).
        external_id: String,
    },
    /// Makes several tickets of one with several matters (拆单); needs a reason.
    TicketSplit {
        /// The ticket's number, as a person writes it.
        number: String,
        /// The parts, 2 to 99.
        parts: Vec<PartText>,
    },
    /// Tickets that wait to be typed into a core without an interface, the oldest first.
    TicketWaiting {
        /// Of this channel only.
        channel: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// An event as it is copied into such a core.
    TicketCopy {
        /// The ticket's number, as a person writes it.
        number: String,
        /// Which event; none is the next that waits.
        event: Option<u32>,
        /// With everything personal; needs a reason and goes on record first.
        unmask: bool,
        /// In which language boxes are named that nobody named.
        lang: Lang,
    },
    /// Tells the number that such a core gave a ticket.
    TicketRegister {
        /// The ticket's number, as a person writes it.
        number: String,
        /// What is told.
        told: Told,
    },
    /// Takes in a letter that came on paper.
    TicketNew {
        /// The channel, which nothing but people bring anything to.
        channel: String,
        /// What stands in it.
        entered: Entered,
    },
    /// Hands a file in to a channel (导入文件).
    ChannelImport {
        /// Which.
        channel: String,
        /// What people call the file.
        name: String,
        /// Where it lies, absolute; the daemon opens it.
        path: std::path::PathBuf,
        /// Where the answer is written, absolute.
        answer: Option<std::path::PathBuf>,
        /// Only tells what would become of it.
        dry: bool,
    },
    /// Registers letters that were copied into the core by hand (登记已办来件), one by one in their order.
    HandledImport {
        /// The channel by which they came.
        channel: String,
        /// The letters.
        rows: Vec<HandledRow>,
        /// Only tells what would become of them.
        dry: bool,
    },
    /// What the next poll of a channel would ask and be answered, and what would become of it; nothing is taken.
    ChannelPreview {
        /// Which.
        channel: String,
        /// With everything personal; needs a reason and goes on record first.
        unmask: bool,
    },
    /// A login that a person does (要人登录).
    Login {
        /// Of which channel.
        channel: String,
        /// Which step of it.
        step: LoginStep,
    },
    /// Puts on record that a channel has nothing today (今日无件).
    NothingToday {
        /// Which.
        channel: String,
    },
    /// Takes rows of a sheet of outcomes (办理反馈表), one by one in their order.
    OutcomeImport {
        /// The rows.
        entries: Vec<Entry>,
        /// Only tells what would become of them.
        dry: bool,
    },
    /// Errands that are undone.
    ErrandList {
        /// At most so many.
        limit: usize,
    },
    /// Dead letters.
    DeadList {
        /// Of this channel only.
        channel: Option<String>,
        /// With those that have ended.
        ended: bool,
        /// Instead, what came and is no submission by itself (未立件).
        #[serde(default)]
        unticketed: bool,
        /// At most so many.
        limit: usize,
    },
    /// One dead letter.
    DeadShow {
        /// Its number.
        id: i64,
        /// With everything personal; needs a reason and goes on record first.
        unmask: bool,
    },
    /// The whole JSON of a dead event, to be edited; needs a reason and goes on record first.
    DeadEvent {
        /// The dead letter's number.
        id: i64,
    },
    /// Replaces the JSON of a dead event and sends it.
    DeadEdit {
        /// The dead letter's number.
        id: i64,
        /// The whole event.
        event: Value,
    },
    /// Tries a dead letter again: an event is sent again, a submission is mapped anew.
    DeadRetry {
        /// Its number.
        id: i64,
    },
    /// Makes a ticket of what was taken for no submission; needs a reason.
    DeadTake {
        /// Its number.
        id: i64,
    },
    /// Gives a dead letter up; needs a reason.
    DeadDrop {
        /// Its number.
        id: i64,
    },
    /// Notes that a person carried a write-back to the far side, or saw that it is there (已回复).
    DeadDone {
        /// The dead letter's number.
        id: i64,
    },
    /// Decides about an event that the core refuses because its order is closed; needs a reason.
    DeadChoose {
        /// The dead letter's number.
        id: i64,
        /// What is decided.
        choice: ClosedChoice,
    },
    /// Write-backs that wait for a person to agree (待审签).
    ApproveList {
        /// Of this channel only.
        channel: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// One of them: exactly what will be sent, and what was found in it.
    ApproveShow {
        /// The dead letter's number.
        id: i64,
        /// With everything personal; needs a reason and goes on record first.
        unmask: bool,
    },
    /// What would be found in another public text.
    ApproveCheck {
        /// The dead letter's number.
        id: i64,
        /// The text.
        text: String,
    },
    /// Agrees to it; with findings only by a reason.
    ApproveAgree {
        /// The dead letter's number.
        id: i64,
        /// The public text to send instead.
        text: Option<String>,
        /// Whether it shall leave with what was found in it.
        although: bool,
    },
    /// Hands it back to the core to be worded anew; needs a reason, which the core is told.
    HandBack {
        /// The dead letter's number.
        id: i64,
    },
    /// Reads the configuration anew.
    Reload,
    /// Puts on record that a secret was set; its value never comes here.
    SecretNote {
        /// The secret's name.
        name: String,
    },
    /// Who set these secrets last, and when.
    SecretHistory {
        /// Their names.
        names: Vec<String>,
    },
    /// A report (专报); freezing one needs a reason.
    Report(ReportAsk),
    /// Alarms.
    Alarm {
        /// What is done.
        step: AlarmStep,
    },
    /// Holds what far sides say they have for a day against what came (对账).
    Reconcile {
        /// The day, in the site's zone.
        day: Date,
        /// This channel only.
        channel: Option<String>,
        /// Asks for the day once more before that.
        fetch: bool,
    },
    /// Says that the gaps of a channel and day are right as they are; needs a reason.
    ReconcileSign {
        /// The channel.
        channel: String,
        /// The day, in the site's zone.
        day: Date,
    },
    /// Holds a list that somebody exported against ours.
    ReconcileAgainst {
        /// From which channel's far side; none is the core.
        channel: Option<String>,
        /// Its rows.
        rows: Vec<Listed>,
        /// The first and last day that it covers; none where nobody knows.
        span: Option<(Date, Date)>,
        /// Whether somebody signs for it; needs a reason.
        sign: bool,
    },
    /// What lists were signed for, and which gaps are not mended.
    ReconcileList {
        /// With earlier ones, and gaps that are mended.
        all: bool,
    },
    /// Notes something on a ticket (备注).
    Note {
        /// The ticket's number, as a person writes it.
        number: String,
        /// What is noted.
        text: String,
        /// By when it is to be done.
        until: Option<Timestamp>,
    },
    /// Notes that what a note says is done; needs a reason.
    NoteDone {
        /// The ticket's number, as a person writes it.
        number: String,
        /// The note's number.
        id: i64,
    },
    /// What the next shift must know (交接班).
    Handover {
        /// Who hands over to whom (甲 → 乙), for the record; none only looks.
        hands: Option<String>,
        /// Deadlines until then are near.
        near: Timestamp,
    },
}
