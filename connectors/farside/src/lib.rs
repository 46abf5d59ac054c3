//! Real-looking far sides that tests and the demo run against, and the promises every kind keeps. Nothing
//! here is part of the gateway, and every citizen in it is invented.

pub mod core;
pub mod desk;
mod dice;
pub mod letter;
mod lines;
pub mod lmtp;
pub mod mailbox;
pub mod outlet_promises;
pub mod parts;
pub mod platform;
pub mod port;
pub mod portal;
pub mod promises;
pub mod proof;
pub mod proxy;
pub mod push_promises;
pub mod roads;
pub mod scheme;
pub mod servers;
pub mod site;
pub mod writing;
