//! Huiliu 汇流: the multi-channel intake gateway of China's 12345 government hotlines.

pub mod console;
pub mod settings;
pub mod store;
pub mod ticket;
