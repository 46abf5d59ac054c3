//! Real-looking far sides that tests and the demo run against, and the promises every kind keeps. Nothing
//! here is part of the gateway, and every citizen in it is invented.

pub mod platform;
pub mod port;
pub mod promises;

pub mod site;
