//! How a connector kind declares itself: typed options in, a connector out.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Connector, Ration, Secret, Sentence};

/// Where a secret stands. There is no other way to write one, so no key is ever committed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretRef {
    /// In this environment variable.
    #[schemars(extend("x-zh" = "环境变量名"))]
    Env(String),
    /// In this file, relative to the configuration folder; one line, its end is cut off.
    #[schemars(extend("x-zh" = "密钥文件,相对配置目录"))]
    File(PathBuf),
}

/// Why a connector cannot be built from its options: which key, what is wrong, what helps.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct Misconfigured {
    /// Dotted path of the key in `channel.toml`, for example `poll.list.items`.
    pub key: String,
    /// What was found and what is allowed, English, without secrets.
    pub problem: String,
    /// The same for operators, in Chinese.
    pub problem_zh: String,
}

impl Misconfigured {
    /// Names the key and says what is wrong in both languages.
    pub fn new(key: impl Into<String>, problem: impl Into<String>, problem_zh: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into(), problem_zh: problem_zh.into() }
    }
}

/// Keyed digests under the site's matching key: the same after a restart, and after the key that seals was changed; nothing
/// of what they are made of can be guessed from them. For external ids that are personal, such as the cells of a row.
pub trait Blind: Send + Sync + fmt::Debug {
    /// The digest of `bytes` for a `domain`, which names a use of it by a kind, for example `folder row`: no two domains
    /// share a digest.
    fn blind(&self, domain: &str, bytes: &[u8]) -> [u8; 16];
}

/// What the gateway lends to a connector that is being built.
pub trait Site: Send + Sync {
    /// The channel's code.
    fn channel(&self) -> &str;

    /// Reads a secret; `key` is where the reference stands, for the error.
    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured>;

    /// A path written in the configuration, made absolute (CA files).
    fn path(&self, written: &std::path::Path) -> PathBuf;

    /// The zone in which times without one are meant.
    fn zone(&self) -> jiff::tz::TimeZone;

    /// Keyed digests, for as long as the connector lives. Where no house is (a check), they are under a key that is no
    /// secret.
    fn blind(&self) -> Arc<dyn Blind>;

    /// Counts that outlive the process, for as long as the connector lives. Where no house is (a check), all is allowed.
    fn ration(&self) -> Arc<dyn Ration> {
        Arc::new(crate::Unlimited)
    }

    /// Whether the listener for pushes can be reached from this machine only.
    fn listener_is_loopback(&self) -> bool;
}

/// A sort of far side that Huiliu can speak with. One small crate a kind.
///
/// `Options` is deserialised from the channel's file as one object whose members are the file's tables
/// that belong to the kind: `connect` (without `kind`, `limit`, `budget`), and whichever of `poll`
/// (without `every`, `hours`), `receive`, `answer`, `return` (without what every channel has there: `sign`,
/// `approve`, `uncertain`, `manual` and the rest) the type names. Derive `JsonSchema`, deny
/// unknown fields, and give every field `#[schemars(extend("x-zh" = "…"))]` with its Chinese meaning:
/// the configuration reference and the error messages are rendered from there.
pub trait ConnectorKind {
    /// The word in `[connect] kind`.
    const NAME: &'static str;
    /// One line of English.
    const SUMMARY: &'static str;
    /// The name on screens, for example 接口轮询.
    const SUMMARY_ZH: &'static str;
    /// The typed options.
    type Options: DeserializeOwned + JsonSchema;

    /// What a channel with these options does, in plain words, in the order in which people read it; `channel` is its code.
    /// Contacts nobody and reads no secret. A kind that says nothing has its settings listed as they are written.
    fn explain(options: &Self::Options, channel: &str) -> Vec<Sentence> {
        let _ = (options, channel);
        Vec::new()
    }

    /// Builds a connector; all mistakes at once.
    fn build(options: Self::Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>>;
}
