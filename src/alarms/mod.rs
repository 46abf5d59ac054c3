//! Alarms: what is raised, told, told again, taken, and over; what a person reads; by which outlets it leaves. What there is to
//! be raised is found by whoever knows (the gateway, the watch).

mod board;
mod cause;
mod mail;
mod outlet;
mod post;
mod robots;
mod urgent;
pub mod watch;
mod words;

pub use board::{Rules, Seen, step};
pub use cause::{About, Cause};
pub use outlet::{Outlet, build, build_address};
pub use post::{next_try, places, receivers};
pub use urgent::UrgentWords;
pub use words::{Letter, ended, letter, test, todo, what};
