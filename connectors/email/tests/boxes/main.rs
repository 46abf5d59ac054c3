//! Stories of mailboxes: told to a real Dovecot, and to a small server where a real one cannot be told to misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod afterwards;
mod broken;
mod faults;
mod habits;
mod house;
mod letters;
mod logins;
mod looks;
mod numbers;
mod waiting;
