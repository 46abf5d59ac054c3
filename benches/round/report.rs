//! The table: one row a run, and the middle of several.

use crate::letter;
use crate::options::Options;

/// The columns.
const COLUMNS: [&str; 8] =
    ["accepted/s", "delivered/s", "written back/s", "ack p50 ms", "ack p99 ms", "CPU s/100k", "peak MiB", "behind s"];

/// How wide a column is.
const WIDTH: usize = 16;

/// What one run showed; nothing was written back in a walk.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// In the order of the columns.
    pub(crate) figures: [Option<f64>; 8],
    /// Whether it is the middle of several.
    pub(crate) middle: bool,
}

impl Row {
    /// The row as a line of the table.
    pub(crate) fn line(&self) -> String {
        let decimals = [0, 0, 0, 2, 2, 2, 0, 2];
        let figure = |(figure, decimals): (&Option<f64>, usize)| match figure {
            Some(figure) => format!("{figure:>WIDTH$.decimals$}"),
            None => format!("{:>WIDTH$}", "-"),
        };
        let cells: Vec<String> = self.figures.iter().zip(decimals).map(figure).collect();
        format!("{}{}", cells.concat(), if self.middle { "  the middle of each" } else { "" })
    }

    /// The middle of each figure over several runs.
    pub(crate) fn middle(rows: &[Self]) -> Self {
        let mut figures = [None; 8];
        for (at, figure) in figures.iter_mut().enumerate() {
            let mut each: Vec<f64> = rows.iter().filter_map(|row| row.figures[at]).collect();
            each.sort_by(f64::total_cmp);
            *figure = (!each.is_empty()).then(|| (each[(each.len() - 1) / 2] + each[each.len() / 2]) / 2.0);
        }
        Self { figures, middle: true }
    }
}

/// What is measured, and the columns.
pub(crate) fn head(options: &Options) -> String {
    let unoptimised =
        if cfg!(debug_assertions) { "NOT OPTIMISED: this build shows that the bench runs, no more\n" } else { "" };
    let way = match options.walk {
        true => "no way home".to_owned(),
        false => format!("one closing of each written back, up to {} under way at once", options.in_flight),
    };
    let columns: String = COLUMNS.iter().map(|column| format!("{column:>WIDTH$}")).collect();
    format!(
        "{unoptimised}{} submissions of {} bytes over {} connections, {way}\n{columns}",
        options.n,
        letter::size(),
        options.connections,
    )
}

/// The wait that a share of all waits does not pass, in ms.
pub(crate) fn quantile(sorted: &[u32], share: f64) -> Option<f64> {
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).map(|micros| f64::from(*micros) / 1e3)
}
