//! The report that prints itself: what came by each channel in a period, how it stood on a day, and the sentence that the
//! office prints. Facts come from the store one by one; what is printed is checked against its sums first, and a printed
//! report that was frozen (定稿) stays what it was.

mod count;
mod details;
mod figures;
mod frozen;
mod gather;
mod line;
mod notes;
mod print;
mod rate;
mod span;
mod tables;
mod template;
#[cfg(test)]
mod tests;

pub use count::Counter;
pub use details::{MOST_DETAILS, details};
pub use figures::{Apart, ChannelFigures, Figures, Instead, Named, Part, Unbalanced, UnitFigures};
pub use frozen::{Compared, Printed};
pub use gather::{Gathering, gather};
pub use line::Line;
pub use print::print;
pub use rate::{Change, Percent, shares};
pub use span::{Span, SpanKind, last_of};
pub use template::{BadTemplate, MONTHLY, QUARTERLY, Template, built_in, wrong_templates};
