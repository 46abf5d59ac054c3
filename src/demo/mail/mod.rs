//! Letters by mail: citizens write to the county's mailbox, their mail server hands the letters over (LMTP), and what we send
//! arrives in a postbox that reads it. All of it is dated behind the quarter, so that the quarter's report stays the county's.

mod figures;
mod held;
mod mails;
mod post;
mod story;
mod written;

pub use figures::MailFigures;

pub(super) use figures::figures;
pub(super) use post::Post;
pub(super) use story::{answered, first_letters, follow_ups, hold, in_the_queue, told_again, watch};

/// The channel's code.
pub(super) const CHANNEL: &str = "dianzi-youxiang";

/// The county's mailbox.
pub(super) const ADDRESS: &str = "12345@hengdong.example";
