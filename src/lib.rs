//! Huiliu 汇流: the multi-channel intake gateway of China's 12345 government hotlines.

pub mod normalize;
pub mod settings;
pub mod ticket;
