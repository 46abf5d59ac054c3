//! The receiving side: a push, the decision whether to believe it, and the acknowledgement.

use std::net::SocketAddr;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use crate::{ExternalId, Item, Raw};

/// How the gateway lets pushes of a channel in. The gateway owns the listener; a connector only says
/// what it needs of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Door {
    /// `POST /channels/{name}`.
    Http {
        /// The largest body taken, in bytes; a larger one is answered 413, chunked or not.
        body_limit: usize,
    },
    /// A mail server hands letters over (LMTP, RFC 2033): one push a letter and recipient.
    Lmtp {
        /// Which recipients are this channel's: addresses in lower case.
        recipients: Vec<String>,
        /// The largest letter taken, in bytes; a larger one is refused for good.
        body_limit: usize,
    },
}

/// For whom a mail server hands a letter over, and from whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The sender; none where it is empty, as for bounces.
    pub from: Option<crate::Personal<String>>,
    /// The recipient, as it was written: it may have a `+detail`, and capitals.
    pub to: crate::Personal<String>,
}

/// One request that came for a channel, not believed yet. Debug shows neither the query nor what stands in
/// the headers: tokens and signatures travel there.
#[derive(Clone)]
pub struct Push {
    /// The method.
    pub method: Method,
    /// Path and query as they came; empty for a letter.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The exact body; signatures are over these bytes. Of a letter, all of it with the dots of the way taken away.
    pub body: crate::Personal<Bytes>,
    /// Who connected; 127.0.0.1, port 0, for who came by a socket of this machine.
    pub peer: SocketAddr,
    /// When it came, by the wall clock.
    pub received_at: Timestamp,
    /// The envelope of a letter; none for what came by HTTP.
    pub envelope: Option<Envelope>,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push")
            .field("method", &self.method)
            .field("path", &self.target.split('?').next())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body)
            .field("peer", &self.peer)
            .field("received_at", &self.received_at)
            .finish()
    }
}

/// An answer, ready to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A token that may be used once inside a window (a nonce, or the signature itself). The store
/// remembers it in the accepting transaction: seen again with the same body it is a repeat, with
/// another body it is [`Refusal::Replayed`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Once {
    /// The token, unique inside the channel.
    pub token: String,
    /// Until when it must be remembered.
    pub until: Timestamp,
}

/// What a verified push turned out to be.
#[derive(Clone, Debug)]
pub enum Received {
    /// The far side only tests the address; nothing is kept.
    Handshake(Reply),
    /// Submissions, in the order of the body.
    Submissions {
        /// The items.
        items: Vec<Item>,
        /// What must not come twice with another body.
        once: Option<Once>,
    },
}

/// Why a push is not taken. Each has its own word in metrics and its own status.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The signature, token or password is missing or wrong; counted, not kept.
    #[error("not verified: {0}")]
    NotVerified(&'static str),
    /// It names a key that this channel does not have; counted, not kept.
    #[error("signed with a key whose id is not known here")]
    UnknownKey,
    /// The timestamp lies outside the window.
    #[error("the timestamp is {skew_seconds} s away from our clock, at most {window_seconds} s are allowed")]
    Stale {
        /// Seconds between the stamp and our clock; positive when the stamp is old.
        skew_seconds: i64,
        /// The window.
        window_seconds: i64,
    },
    /// The address may not push here.
    #[error("the address is not on the allow list")]
    Forbidden,
    /// A token seen before came with another body.
    #[error("a nonce or signature seen before came with another body")]
    Replayed,
    /// The body is larger than the door allows.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// Verified, but not readable; it is kept once by digest.
    #[error("not readable: {reason}")]
    Unreadable {
        /// What came; kept sealed.
        raw: Raw,
        /// Why, naming the place; quotes nothing personal.
        reason: String,
    },
    /// Verified and kept, but the channel wants what cannot be mapped to be refused.
    #[error("kept, but it cannot be mapped: {reason}")]
    Unmappable {
        /// Why.
        reason: String,
    },
}

impl Refusal {
    /// The status that fits, unless the channel declares another.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotVerified(_) | Self::UnknownKey | Self::Stale { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Replayed => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable { .. } => StatusCode::BAD_REQUEST,
            Self::Unmappable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// One stable word for metrics, logs and the acknowledgement's `{reason}`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotVerified(_) => "not_verified",
            Self::UnknownKey => "unknown_key",
            Self::Stale { .. } => "stale",
            Self::Forbidden => "forbidden",
            Self::Replayed => "replayed",
            Self::TooLarge(_) => "too_large",
            Self::Unreadable { .. } => "unreadable",
            Self::Unmappable { .. } => "unmappable",
        }
    }
}

/// What the store made of one item.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// A new ticket.
    New,
    /// Told again; nothing was written.
    Repeat,
    /// A new version of a known item.
    Revised,
    /// The same letter as another channel's.
    Joined,
    /// An act on an earlier ticket.
    Act,
    /// Kept, but a person must mend the mapping first.
    Unmapped,
    /// Kept, but suspected to be a re-used number (疑似编号复用).
    Held,
    /// Kept and listed; it is no submission (未立件).
    Unticketed,
}

impl What {
    /// One stable word for metrics, logs and the acknowledgement's `{what}`.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Repeat => "repeat",
            Self::Revised => "revised",
            Self::Joined => "joined",
            Self::Act => "act",
            Self::Unmapped => "unmapped",
            Self::Held => "held",
            Self::Unticketed => "unticketed",
        }
    }
}

/// One item of a push, after the commit.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// The source's number; none for what could not be read.
    pub external_id: Option<ExternalId>,
    /// The spoken ticket number (汇流编号), where there is a ticket.
    pub ticket: Option<String>,
    /// What became of it.
    pub what: What,
}

/// What the far side is to be told.
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// Everything is on disk.
    Taken(&'a [Taken]),
    /// Not taken, for a reason that repeating will not change.
    Refused(&'a Refusal),
    /// Our own failure: tell us again.
    Failed,
}

/// The receiving half of a connector.
#[async_trait]
pub trait Receive: Send + Sync {
    /// Verifies who sent it, then reads it. Fails closed: whatever is not proven is refused.
    async fn receive(&self, push: &Push) -> Result<Received, Refusal>;

    /// Whether a GET or HEAD is a question to this channel too: the far side tests the address. Else the gateway answers
    /// 404 by itself.
    fn greets(&self) -> bool {
        false
    }

    /// Renders the acknowledgement, after the commit. Pure. Not asked for letters: what a mail server is told is the
    /// protocol's matter.
    fn answer(&self, push: &Push, what: Answer<'_>) -> Reply;
}
