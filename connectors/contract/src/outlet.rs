//! The answering half: what leaves for a source, what its far side said to it, and what it says of it later.

use async_trait::async_trait;

use serde_json::Value;

use crate::{Enclosure, ExternalId, Fault, Outcome, OutcomeKind, Personal, Remark, Upload};

/// One outcome on its way home (回传), with the words that go around it.
#[derive(Clone, Copy)]
pub struct Homebound<'a> {
    /// The number the source gave (来源编号).
    pub to: &'a ExternalId,
    /// The spoken number of the ticket (汇流编号).
    pub number: &'a str,
    /// What came from the source, as rules read it; only where [`WriteBack::reads_document`].
    pub document: Option<&'a Value>,
    /// What happened, its codes already in the far side's words.
    pub outcome: &'a Outcome,
    /// The same for every attempt of one outcome to one source.
    pub key: &'a str,
    /// What the public text begins with; may be empty.
    pub greeting: &'a str,
    /// What the public text ends with; may be empty.
    pub ending: &'a str,
    /// Whether the citizen agreed that the answer is published (是否同意公开); none if the source did not tell.
    pub agree_public: Option<bool>,
    /// The files that the core gave along with it, in its order.
    pub files: &'a [Enclosure],
}

/// Without the words: they are a citizen's.
impl std::fmt::Debug for Homebound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Homebound")
            .field("to", self.to)
            .field("kind", &self.outcome.kind)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Exactly what leaves: composed once, kept as proof, sent as it was kept. It holds no credentials; those are
/// added when it is sent, afresh each time.
#[derive(Clone, PartialEq, Debug)]
pub struct Parcel {
    /// As its kind reads it again.
    pub content: Personal<String>,
    /// As a person reads it: where it goes, then what is said there.
    pub shown: Personal<String>,
}

/// What a far side said to a write-back.
#[derive(Clone, PartialEq, Debug)]
pub enum Receipt {
    /// Taken; nothing more is owed.
    Settled {
        /// The far side's own number for it, if it gave one.
        reference: Option<String>,
    },
    /// Not sent, on purpose and for good: it is nothing that the far side should get, or more than it may get now. Only
    /// our own 签收 may be withheld.
    Withheld {
        /// Why; quotes nothing personal.
        why: Remark,
    },
    /// Taken, but the upper level still judges it (对方未确认).
    PendingReview {
        /// The far side's own number for it, if it gave one.
        reference: Option<String>,
    },
}

/// What a far side's state says of a write-back, long after or when nobody knows whether it arrived.
#[derive(Clone, PartialEq, Debug)]
pub enum Judgement {
    /// It did not arrive.
    Absent,
    /// It arrived and is judged.
    Pending,
    /// It arrived and stands.
    Approved,
    /// It arrived and was refused: a 退单 or 延期 that is not granted, an answer that is not accepted.
    Refused {
        /// What was said.
        reason: Option<Personal<String>>,
    },
    /// It arrived and the matter was sent back to be done again (退回重办).
    Redo {
        /// What was said.
        reason: Option<Personal<String>>,
    },
    /// A state that the channel's file does not know; a person must look.
    Unknown {
        /// The far side's word.
        said: String,
    },
}

/// How the far side of an outlet may be treated. It is declared by who knows the far side, never guessed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Manners {
    /// Being told twice with one key is harmless there.
    pub honours_key: bool,
    /// It can be asked whether a write-back arrived, and what became of it.
    pub looks: bool,
    /// Where nobody knows whether it arrived, once too often is better there than not at all: it is told once more.
    pub bears_twice: bool,
    /// What it refuses it refuses for good: telling it again is useless, and a person is asked at once.
    pub refuses_for_good: bool,
}

/// The answering half of a connector.
#[async_trait]
pub trait WriteBack: Send + Sync {
    /// How its far side may be treated.
    fn manners(&self) -> Manners;

    /// Whether outcomes of a kind are carried on this road at all.
    fn carries(&self, kind: OutcomeKind) -> bool;

    /// Whether [`WriteBack::compose`] wants [`Homebound::document`]: costs only where it does.
    fn reads_document(&self) -> bool {
        false
    }

    /// What exactly would leave. Pure: the same outcome always makes the same parcel.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if the outcome lacks what this road needs, or if the road does not carry its kind.
    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault>;

    /// Sends a parcel; `key` is the one it was composed with.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] with [`crate::Reached::Maybe`] means that nobody knows whether it arrived; any other fault
    /// is certain: it was not taken.
    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault>;

    /// The files that a parcel names: they leave with it, in this order.
    fn enclosures(&self, _parcel: &Parcel) -> Vec<Enclosure> {
        Vec::new()
    }

    /// Sends a parcel with the files that it names, opened, in their order.
    ///
    /// # Errors
    ///
    /// As [`WriteBack::send`]; [`Fault::Malformed`] if there are files and this road takes none.
    async fn send_with(&self, parcel: &Parcel, key: &str, files: Vec<Upload>) -> Result<Receipt, Fault> {
        if files.is_empty() {
            return self.send(parcel, key).await;
        }
        Err(Fault::malformed("this sort of connection carries no files back"))
    }

    /// Asks what the far side says of an item after an outcome of this kind went there. Only called where
    /// [`Manners::looks`].
    async fn look(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault>;
}
