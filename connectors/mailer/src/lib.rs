//! What leaves by mail: composed once, sent as it was composed, and told honestly whether it arrived. The one home of the
//! crate that writes mails and speaks SMTP (RFC 5321).
//!
//! A [`Mailer`] is one account at one server, with one connection at a time. It decides nothing about whom to write to, how
//! often and what; it loops, sleeps and retries no more than any connector does.

mod build;
mod compose;
mod dkim;
mod far;
mod mail;
mod mailer;
mod options;
mod smtp;

pub use mail::{Automatic, Envelope, File, Mail, is_address};
pub use mailer::Mailer;
pub use options::{DkimOptions, MailerOptions, Sender, Tls};
