//! Files in what the core is told: what became of one, and whether a draft names any that the gateway keeps or fetches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a file that was named by a link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FileDetail {
    /// Its place among the ticket's files, from 1.
    #[schemars(range(min = 1))]
    pub n: u32,
    /// Of which version of the ticket.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// Where it is handed out, below the gateway's own address.
    pub url: String,
    /// `kept`, `failed` (it could not be fetched) or `refused` (a rule forbids it).
    pub state: String,
    /// Why it was not kept: one stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many bytes it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its SHA-256, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its SM3 (GB/T 32905-2016), in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
}

/// Whether a serialised draft names files that the gateway keeps or fetches.
pub fn names_own(json: &[u8]) -> bool {
    holds(json, b"\"url\":\"files/")
}

/// Whether the detail of an event names files that the event added.
pub fn names_said(json: &[u8]) -> bool {
    holds(json, b"\"url\":\"/api/v1/tickets/")
}

/// Whether a member begins so. Inside a text every quotation mark is escaped: these bytes can only be a member. Every event
/// passes here, and hardly one holds it: looked for by its rarest byte, which ends it.
fn holds(json: &[u8], mark: &[u8]) -> bool {
    let mut slashes = json.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.any(|(at, _)| json.get(..=at).is_some_and(|front| front.ends_with(mark)))
}
