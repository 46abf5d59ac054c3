//! The promise that no secret shows, with everything the connector prints and logs caught.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use huiliu_contract::{Answer, Refusal, What};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::subject::{Subject, taken};
use crate::letter::Letter;

/// A place where log lines are gathered.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub(super) async fn no_secret_shows(subject: &Subject<'_>) -> Result<(), String> {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(lines.clone()).finish();
    let shown = async { show_everything(subject).await }.with_subscriber(log).await;
    let logged = lines.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let logged = String::from_utf8_lossy(&logged).into_owned();
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
        subject.proven(letter.body()),
        subject.forged(letter.body()),
        subject.bare(letter.body()),
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
    let push = subject.proven(letter.body());
    let taken: Vec<_> = taken(&letter, What::New).into_iter().collect();
    for answer in [Answer::Taken(&taken), Answer::Failed, Answer::Refused(&Refusal::Replayed)] {
        shown += &format!("{:?}", subject.receive.answer(&push, answer));
    }
    shown
}
