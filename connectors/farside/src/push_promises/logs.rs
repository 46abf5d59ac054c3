//! The promise that no secret shows, with everything the connector prints and logs caught.

use huiliu_contract::{Answer, Refusal, What};
use tracing::instrument::WithSubscriber;

use super::subject::{Subject, taken};
use crate::letter::Letter;
use crate::lines::Lines;

pub(super) async fn no_secret_shows(subject: &Subject<'_>) -> Result<(), String> {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).finish();
    let shown = async { show_everything(subject).await }.with_subscriber(log).await;
    let logged = lines.text();
    for (place, text) in
        [("a log line", logged.as_str()), ("Debug or an answer", &shown), ("the connector's Debug", subject.debug)]
    {
        if subject.secrets.iter().any(|secret| text.contains(secret)) {
            return Err(format!("{place} shows a secret"));
        }
    }
    Ok(())
}

/// Lets it hear and answer everything, and prints all of it.
async fn show_everything(subject: &Subject<'_>) -> String {
    let letter = Letter::invented(8);
    let mut shown = format!("{:?}", subject.door);
    for push in [
        subject.proven(subject.body(&letter)),
        subject.forged(subject.body(&letter)),
        subject.bare(subject.body(&letter)),
        subject.proven("nonsense"),
    ] {
        shown += &format!("{push:?}");
        match subject.receive.receive(&push).await {
            Ok(received) => shown += &format!("{received:?}"),
            Err(refusal) => {
                shown += &format!("{refusal:?} {refusal}");
                let reply = subject.receive.answer(&push, Answer::Refused(&refusal));
                shown += &format!("{reply:?}");
            }
        }
    }
    let push = subject.proven(subject.body(&letter));
    let taken: Vec<_> = taken(&letter, What::New).into_iter().collect();
    for answer in [Answer::Taken(&taken), Answer::Failed, Answer::Refused(&Refusal::Replayed)] {
        shown += &format!("{:?}", subject.receive.answer(&push, answer));
    }
    shown
}
