//! The runners: whoever is woken reads what is undone for a subject, does it, and says how far it came.
//!
//! Looping, pacing, leasing, retrying and stopping exist here, once, for all connectors. A runner that is
//! stopped drops its claims; their rows are still on disk.

mod asking;
mod attending;
mod fetching;
mod filing;
mod forwarding;
mod gatehouse;
mod homeward;
mod lane;
mod polling;
pub mod sniff;
mod status;

pub use asking::{Asking, CoreList};
pub use attending::{Attending, Keeper, Lent, NotNow, Side, answered_word, by};
pub use fetching::Fetching;
pub use filing::Filing;
pub use forwarding::Forwarding;
pub use homeward::Homeward;
pub use polling::Polling;
pub use status::{FarStatus, Trouble};
