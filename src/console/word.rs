//! What commands are called in logs.

use std::fmt;

use super::Request;

impl Request {
    /// The command's stable word, for logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::ChannelList => "channel_list",
            Self::ChannelShow { .. } => "channel_show",
            Self::GoLive { .. } => "go_live",
            Self::Resume { .. } => "resume",
            Self::Find(_) => "find",
            Self::TicketList { .. } => "ticket_list",
            Self::Due { .. } => "due",
            Self::TicketShow { .. } => "ticket_show",
            Self::TicketUnjoin { .. } => "ticket_unjoin",
            Self::TicketSplit { .. } => "ticket_split",
            Self::TicketWaiting { .. } => "ticket_waiting",
            Self::TicketCopy { .. } => "ticket_copy",
            Self::TicketRegister { .. } => "ticket_register",
            Self::TicketNew { .. } => "ticket_new",
            Self::ChannelImport { .. } => "channel_import",
            Self::HandledImport { .. } => "handled_import",
            Self::ChannelPreview { .. } => "channel_preview",
            Self::Login { .. } => "login",
            Self::NothingToday { .. } => "nothing_today",
            Self::OutcomeImport { .. } => "outcome_import",
            Self::ErrandList { .. } => "errand_list",
            Self::DeadList { .. } => "dead_list",
            Self::DeadShow { .. } => "dead_show",
            Self::DeadEvent { .. } => "dead_event",
            Self::DeadEdit { .. } => "dead_edit",
            Self::DeadRetry { .. } => "dead_retry",
            Self::DeadTake { .. } => "dead_take",
            Self::DeadDrop { .. } => "dead_drop",
            Self::DeadDone { .. } => "dead_done",
            Self::DeadChoose { .. } => "dead_choose",
            Self::ApproveList { .. } => "approve_list",
            Self::ApproveShow { .. } => "approve_show",
            Self::ApproveCheck { .. } => "approve_check",
            Self::ApproveAgree { .. } => "approve_agree",
            Self::HandBack { .. } => "hand_back",
            Self::Reload => "reload",
            Self::SecretNote { .. } => "secret_note",
            Self::SecretHistory { .. } => "secret_history",
            Self::Alarm { .. } => "alarm",
            Self::Report(_) => "report",
            Self::Reconcile { .. } => "reconcile",
            Self::ReconcileSign { .. } => "reconcile_sign",
            Self::ReconcileAgainst { .. } => "reconcile_against",
            Self::ReconcileList { .. } => "reconcile_list",
            Self::Note { .. } => "note",
            Self::NoteDone { .. } => "note_done",
            Self::Handover { .. } => "handover",
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.word())
    }
}
