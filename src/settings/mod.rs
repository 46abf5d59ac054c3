//! What operators write: `gateway.toml` and one folder a channel, read with every mistake at its place.

mod channel;
mod core;
mod day;
mod document;
mod gateway;
mod hours;
mod mistake;
pub mod reading;
mod walk;

pub use channel::{ChannelSettings, ChannelState, ChannelTable, ConnectTable, Ledger, OnUnmappable, PollTable, Report};
pub use core::CoreSettings;
pub use day::Day;
pub use document::{Document, Spot};
pub use gateway::{GatewaySettings, HttpSettings, KeySettings, Limits, LogFormat, LogLevel, LogSettings, Zone};
pub use hours::{BadHours, Hours};
pub use mistake::{Lang, Mistake, Source, Text};
