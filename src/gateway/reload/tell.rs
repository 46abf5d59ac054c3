//! What a reload says: a line in the log for each channel that changed, and the metrics.

use super::super::running::count_mistakes;
use crate::console::view::{ReloadReport, WrongChannel};
use crate::settings::{Lang, Mistake};

/// The name under which mistakes of `gateway.toml` are counted; no channel can have it.
const HOUSE: &str = "gateway.toml";

/// The first of some mistakes, in English.
pub(super) fn first(mistakes: &[Mistake]) -> String {
    mistakes.first().map(|mistake| mistake.shown(Lang::En)).unwrap_or_default()
}

/// Nothing was changed, and why.
pub(super) fn refused(mistakes: &[Mistake]) {
    for mistake in mistakes {
        tracing::error!(mistake = mistake.shown(Lang::En), "the configuration is not taken over, nothing is changed");
    }
}

/// What came of a reload.
pub(super) fn done(report: &ReloadReport) {
    metrics::counter!("huiliu_reloads_total", "result" => report.result.clone()).increment(1);
    count_mistakes(HOUSE, report.mistakes.len());
    for code in &report.swapped {
        tracing::info!(channel = %code, "swapped: runs as its changed files say");
    }
    for code in &report.added {
        tracing::info!(channel = %code, "added");
    }
    for code in &report.retired {
        tracing::warn!(channel = %code, "retired: its folder is gone; its pushes are put off, its write-backs wait");
    }
    for side in &report.resumed {
        tracing::info!(side, "stood still, and is asked once more");
    }
    let wrong = |wrong: &WrongChannel, message: &'static str| {
        for mistake in &wrong.mistakes {
            tracing::error!(channel = %wrong.channel, mistake = mistake.text.en, message);
        }
    };
    report.kept.iter().for_each(|one| wrong(one, "goes on as it was: its files are wrong"));
    report.broken.iter().for_each(|one| wrong(one, "off, needs mending"));
    for key in &report.needs_restart {
        tracing::warn!(key, "changed in gateway.toml, but only counts from the next start");
    }
    tracing::info!(
        result = %report.result, by = %report.by, took_ms = report.took_ms, unchanged = report.unchanged,
        taken_over = report.taken_over.join(", "), "the configuration was read anew"
    );
}
