//! Hands that connector kinds share: HTTP client, auth, success rules, templates, picking values out of
//! documents, recipes that sign and seal, and the engine that carries outcomes back. Nothing here knows a kind, loops,
//! sleeps or retries.

pub mod auth;
pub mod client;
pub mod crypto;
pub mod explain;
pub mod fetch;
pub mod line;
pub mod links;
pub mod mistakes;
pub mod multipart;
pub mod network;
pub mod outlet;
pub mod pick;
pub mod recipe;
pub mod retry_after;
pub mod route;
pub mod session;
pub mod stamp;
pub mod success;
pub mod tap;
pub mod target;
pub mod template;
pub mod walk;
pub mod xml;
