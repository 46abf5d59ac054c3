//! The promise that no secret and nothing personal shows, with everything that is printed and logged caught.

use huiliu_contract::{Homebound, OutcomeKind};

use super::trial::{NOTE, PERSONAL, Trial, closed};
use super::{Ground, Subject, TOKEN};
use crate::lines::Lines;
use crate::platform::Trick;

pub(super) async fn no_secret_shows<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).finish();
    // For the whole thread, because the client's connections are tasks of their own.
    let caught = tracing::subscriber::set_default(log);
    let shown = show_everything(subject).await;
    drop(caught);
    let logged = lines.text();
    for (place, text) in [("a log line", logged.as_str()), ("Debug or an error", shown?.as_str())] {
        if subject.secrets.iter().chain([&TOKEN]).any(|secret| text.contains(secret)) {
            return Err(format!("{place} shows a secret"));
        }
        if PERSONAL.iter().chain([&NOTE]).any(|personal| text.contains(personal)) {
            return Err(format!("{place} shows what is personal"));
        }
    }
    Ok(())
}

/// Lets it answer on good days and bad, and prints all of it.
async fn show_everything<G: Ground>(subject: Subject<'_, G>) -> Result<String, String> {
    let trial = Trial::of(subject).await?;
    let outcome = closed();
    let (greeting, ending) = (PERSONAL[0], PERSONAL[1]);
    let homebound = Homebound {
        to: &trial.to,
        outcome: &outcome,
        key: "k-1",
        greeting,
        ending,
        agree_public: None,
        files: &[],
        number: "20261122-000001",
        document: None,
    };
    let mut shown = format!("{:?} {homebound:?}", (subject.make)(&trial.desk));
    let parcel = trial.compose(&outcome, "k-1")?;
    shown += &format!("{parcel:?}");
    let tricks = [
        Trick::Nothing,
        Trick::Status(503, None),
        Trick::CutBody,
        Trick::HangUp,
        Trick::Html,
        Trick::TakenThen(502),
        Trick::Code("E77".into()),
        Trick::Status(403, None),
    ];
    let days = tricks.len();
    trial.desk.play(&tricks);
    for _ in 0..days {
        shown += &format!("{:?}", trial.outlet.send(&parcel, "k-1").await);
    }
    trial.desk.set_state(super::trial::ITEM, "退回重办", Some(PERSONAL[0]));
    shown += &format!("{:?}", trial.outlet.look(&trial.to, OutcomeKind::Closed).await);
    trial.desk.estrange();
    shown += &format!("{:?}", trial.outlet.send(&parcel, "k-1").await);
    trial.desk.shut().await;
    shown += &format!("{:?}", trial.outlet.send(&parcel, "k-1").await);
    Ok(shown)
}
