//! Huiliu 汇流: the multi-channel intake gateway of China's 12345 government hotlines.

pub mod cli;
pub mod console;
pub mod settings;
pub mod store;
pub mod ticket;
pub mod words;
