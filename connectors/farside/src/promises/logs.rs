//! The promise that no secret and nothing personal shows, with everything that is printed and logged caught.

use super::list::Trial;
use super::{Ground, Subject};
use crate::lines::Lines;
use crate::platform::Trick;

/// What stands in every invented order and must never be printed.
const PERSONAL: [&str; 3] = ["1380000", "诉求人", "虚构县"];

pub(super) async fn no_secret_shows<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).finish();
    // For the whole thread, because the client's connections are tasks of their own.
    let caught = tracing::subscriber::set_default(log);
    let shown = show_everything(subject).await;
    drop(caught);
    let logged = lines.text();
    for (place, text) in [("a log line", logged.as_str()), ("Debug or an error", shown?.as_str())] {
        if subject.secrets.iter().any(|secret| text.contains(secret)) {
            return Err(format!("{place} shows a secret"));
        }
        if PERSONAL.iter().any(|personal| text.contains(personal)) {
            return Err(format!("{place} shows what is personal"));
        }
    }
    Ok(())
}

/// Lets it ask on good days and bad, and prints all of it.
async fn show_everything<G: Ground>(subject: Subject<'_, G>) -> Result<String, String> {
    let trial = Trial::of(subject, 2).await?;
    trial.platform.grow_malformed();
    let mut shown = format!("{:?}", (subject.make)(&trial.platform));
    trial.platform.play(&[
        Trick::Nothing,
        Trick::Status(503, None),
        Trick::CutBody,
        Trick::HangUp,
        Trick::Html,
        Trick::NoList,
        Trick::Code("E77".into()),
        Trick::Status(403, None),
    ]);
    for _ in 0..9 {
        shown += &shown_by(&trial).await;
    }
    trial.platform.estrange();
    shown += &shown_by(&trial).await;
    trial.platform.shut().await;
    shown += &shown_by(&trial).await;
    Ok(shown)
}

async fn shown_by<G: Ground>(trial: &Trial<'_, G>) -> String {
    match trial.ask(None).await {
        Ok(page) => format!("{page:?}"),
        Err(fault) => format!("{fault:?} {fault}"),
    }
}
