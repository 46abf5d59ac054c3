//! The connector kind of letters by mail (电子邮箱): asked of a mailbox by IMAP, or handed over by the site's own mail server,
//! and answered in the same thread.

pub mod outlet;
pub mod tag;
