//! What comes and is no submission by itself, and how an item is meant that came before.

use huiliu_contract::ExternalId;

use super::Digest;

/// Which earlier item is meant: by its number, or by something else that it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// The number, as it was written.
    pub number: ExternalId,
    /// The key under which it is found if it is no number.
    pub also: Digest,
}

/// What came and is no submission by itself.
#[derive(Clone, Debug)]
pub struct UnticketedArrival {
    /// What it is, one stable word.
    pub class: &'static str,
    /// What it says of something that we sent.
    pub undelivered: Option<UndeliveredArrival>,
}

/// What was sent and did not arrive.
#[derive(Clone, Debug)]
pub struct UndeliveredArrival {
    /// The item that was answered.
    pub to: ExternalId,
    /// The place of the answer in its lane.
    pub n: u32,
    /// The reserved id of the dead letter.
    pub id: i64,
    /// Its sealed details.
    pub body: Vec<u8>,
}
