//! Whether two letters that came by different roads are one. A pure room: it reads two drafts and judges; what is done
//! with the judgement is the store's.

mod compare;
mod roads;

pub use compare::Letter;
pub use roads::Roads;
