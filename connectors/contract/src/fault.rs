//! What can go wrong with a far side, sorted by what to do next.

use std::time::Duration;

use crate::Personal;

/// Whether a request may have reached the far side before it failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reached {
    /// Certainly not (no connection, refused before sending).
    No,
    /// It may have; only a far side that honours keys makes repeating harmless.
    Maybe,
}

/// A failed call to a far side.
///
/// `message` is ours: English, lowercase, free of anything the outside said. `quoted` is what the far
/// side said; it may hold personal data, so it is sealed where it is kept and never logged.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// Not now: no connection, time-out, 429, 502–504, a cut line. The same call later may succeed.
    #[error("unavailable: {message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// How long the far side asks us to wait, already clamped.
        retry_after: Option<Duration>,
        /// Whether the call may have arrived.
        reached: Reached,
        /// What the far side said.
        quoted: Option<Personal<String>>,
    },
    /// It does not accept who we are (401, 403, a declared sign). Repeating is useless until mended.
    #[error("denied: {message}")]
    Denied {
        /// What happened.
        message: String,
        /// What the far side said.
        quoted: Option<Personal<String>>,
    },
    /// A person has to do something first (a captcha, a confirmation).
    #[error("needs a person: {message}")]
    NeedsPerson {
        /// What is asked of the person.
        message: String,
        /// What to show to the person.
        challenge: Personal<String>,
    },
    /// It is there and does not take this item now (a reader's mailbox that is full, a server that lets strangers wait): the
    /// item is tried again later, and the others go on meanwhile.
    #[error("put off: {message}")]
    PutOff {
        /// What happened.
        message: String,
        /// What the far side said.
        quoted: Option<Personal<String>>,
    },
    /// It answered, but not in a form this channel's configuration understands, or refused this item.
    #[error("malformed: {message}")]
    Malformed {
        /// What is wrong and where.
        message: String,
        /// What the far side said.
        quoted: Option<Personal<String>>,
    },
}

impl Fault {
    /// Not now, and nothing more is known.
    pub fn unavailable(message: impl Into<String>, reached: Reached) -> Self {
        Self::Unavailable { message: message.into(), retry_after: None, reached, quoted: None }
    }

    /// Refused for who we are.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::Denied { message: message.into(), quoted: None }
    }

    /// This item, not now.
    pub fn put_off(message: impl Into<String>) -> Self {
        Self::PutOff { message: message.into(), quoted: None }
    }

    /// Not understood.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed { message: message.into(), quoted: None }
    }

    /// Adds what the far side said.
    pub fn quoting(mut self, text: impl Into<String>) -> Self {
        let text = Some(Personal::new(text.into()));
        match &mut self {
            Self::Unavailable { quoted, .. }
            | Self::Denied { quoted, .. }
            | Self::PutOff { quoted, .. }
            | Self::Malformed { quoted, .. } => {
                *quoted = text;
            }
            Self::NeedsPerson { .. } => {}
        }
        self
    }

    /// One stable word for metrics and logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::Denied { .. } => "denied",
            Self::NeedsPerson { .. } => "needs_person",
            Self::PutOff { .. } => "put_off",
            Self::Malformed { .. } => "malformed",
        }
    }
}
