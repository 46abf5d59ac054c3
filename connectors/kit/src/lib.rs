//! Hands that connector kinds share: HTTP client, auth, success rules, templates, picking values out of
//! documents. Nothing here knows a kind, loops, sleeps or retries.

pub mod auth;
pub mod client;
pub mod pick;
pub mod retry_after;
pub mod stamp;
pub mod success;
pub mod template;
