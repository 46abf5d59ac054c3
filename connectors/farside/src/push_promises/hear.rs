//! Small words that promises share: what a push led to, without quoting it.

use huiliu_contract::{Item, Push, Receive, Received, Refusal, Submission};

/// What a push led to, in a word.
pub(super) fn word(heard: &Result<Received, Refusal>) -> &'static str {
    match heard {
        Ok(Received::Submissions { .. }) => "taken",
        Ok(Received::Handshake(_)) => "a handshake",
        Err(refusal) => refusal.word(),
    }
}

/// Whether a refusal says that the sender is not believed.
pub(super) fn not_believed(heard: &Result<Received, Refusal>) -> bool {
    matches!(heard, Err(Refusal::NotVerified(_) | Refusal::UnknownKey | Refusal::Stale { .. } | Refusal::Forbidden))
}

/// The one submission of a push.
pub(super) async fn lone(receive: &dyn Receive, push: &Push) -> Result<Submission, String> {
    let heard = receive.receive(push).await;
    let found = word(&heard);
    match heard {
        Ok(Received::Submissions { mut items, .. }) => match (items.pop(), items.len()) {
            (Some(Item::Submission(submission)), 0) => Ok(*submission),
            _ => Err("one letter did not become one submission".into()),
        },
        _ => Err(format!("a proven letter was {found}, not taken")),
    }
}
