//! Huiliu 汇流: the multi-channel intake gateway of China's 12345 government hotlines.

pub mod channel;
pub mod checks;
pub mod cli;
pub mod console;
pub mod demo;
pub mod errands;
pub mod explain;
pub mod forward;
pub mod gateway;
pub mod http;
pub mod intake;
pub mod kinds;
pub mod layout;
pub mod learn;
pub mod normalize;
pub mod outcomes;
pub mod outgoing;
pub mod preview;
pub mod relate;
pub mod retry;
pub mod settings;
pub mod store;
pub mod telemetry;
pub mod ticket;
pub mod words;
pub mod workdays;
