//! The words and traits that the gateway and every connector kind share.
//!
//! A connector is a translator: it asks, or is told, and answers with plain data. It never loops,
//! sleeps, stores, retries or spawns; the gateway does that, once, for all of them. Nothing in this
//! crate does I/O.

mod act;
mod attended;
mod census;
mod connector;
mod explain;
mod far;
mod fault;
mod hand_in;
mod kind;
mod measure;
mod outcome;
mod outlet;
mod push;
mod ration;
mod return_word;
mod satisfaction;
mod saved;
mod secret;
mod submission;
mod upload;

pub use act::Act;
pub use attended::{Answered, Attended, Challenge, Standing};
pub use census::{Census, Counted, CountedBy};
pub use connector::{Connector, Cursor, Keepsake, Page, Poll};
pub use explain::{Sentence, Topic};
pub use far::{FarSide, Login, Step, Went};
pub use fault::{Fault, Reached};
pub use hand_in::{BadFile, Bundle, HandIn, Remark, Told};
pub use kind::{Blind, ConnectorKind, Misconfigured, SecretRef, Site};
pub use measure::{BadMeasure, Period, Rate};
pub use outcome::{Outcome, OutcomeKind, Unit, UnitRole};
pub use outlet::{Homebound, Judgement, Manners, Parcel, Receipt, WriteBack};
pub use push::{Answer, Door, Envelope, Once, Push, Receive, Received, Refusal, Reply, Taken, What};
pub use ration::{Allowance, Ration, Unlimited};
pub use return_word::ReturnWord;
pub use satisfaction::Satisfaction;
pub use saved::{Saved, SavedPage};
pub use secret::{Personal, Secret};
pub use submission::{
    Attachment, AttachmentSource, BadExternalId, ExternalId, Item, Raw, SourceVersion, Submission, Undelivered,
    Unreadable, Unticketed,
};
pub use upload::{Enclosure, NoPiece, Pieces, Upload};

pub use jiff::Timestamp;
