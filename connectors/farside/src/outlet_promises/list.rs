//! The promises themselves, but for the one about logs.

use std::time::Duration;

use huiliu_contract::{Fault, Judgement, OutcomeKind, Reached, Receipt};

use super::trial::{ITEM, NOTE, Trial, closed, extended, signed};
use super::{Ground, Subject, files, logs};
use crate::platform::Trick;

/// One promise of outlets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// The same outcome is composed to the same parcel.
    SameOutcomeSameParcel,
    /// Each attempt carries the key, and what arrives is told as taken.
    KeyTravels,
    /// A refusal inside HTTP 200 is certain: malformed, or unavailable and not taken.
    RefusalIsCertain,
    /// A line that is cut after sending, and 502 and 504, leave open whether it was taken.
    CutLineIsUncertain,
    /// A refused connection is certain: nothing arrived.
    NobodyHomeIsCertain,
    /// 401 is denied.
    StrangersAreDenied,
    /// 429 and 503 are unavailable and certain, and how long to wait is handed on.
    WaitIsHandedOn,
    /// The internal note stands in no parcel and reaches nobody.
    NoteStaysHome,
    /// No secret and nothing personal stands in any Debug or log.
    NoSecretShows,
    /// The files of an answer arrive byte for byte, named and in order, in every attempt the same; a way that takes none
    /// says so.
    FilesTravel,
    /// Asked for an item's state, it tells absent, pending, approved, refused and redo apart, and never guesses.
    LookTellsStatesApart,
}

/// All of them.
pub const PROMISES: &[Promise] = &[
    Promise::SameOutcomeSameParcel,
    Promise::KeyTravels,
    Promise::RefusalIsCertain,
    Promise::CutLineIsUncertain,
    Promise::NobodyHomeIsCertain,
    Promise::StrangersAreDenied,
    Promise::WaitIsHandedOn,
    Promise::NoteStaysHome,
    Promise::NoSecretShows,
    Promise::FilesTravel,
    Promise::LookTellsStatesApart,
];

impl Promise {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameOutcomeSameParcel => "the same outcome makes the same parcel",
            Self::KeyTravels => "the key travels in each attempt",
            Self::RefusalIsCertain => "a refusal inside HTTP 200 is certain",
            Self::CutLineIsUncertain => "a cut line after sending is uncertain",
            Self::NobodyHomeIsCertain => "a refused connection is certain",
            Self::StrangersAreDenied => "401 is denied",
            Self::WaitIsHandedOn => "429 is certain and its wait is handed on",
            Self::NoteStaysHome => "the internal note stays home",
            Self::NoSecretShows => "no secret shows",
            Self::FilesTravel => "files travel whole and the same",
            Self::LookTellsStatesApart => "a look tells the states apart",
        }
    }

    /// Tries it; an error says what was seen instead.
    pub async fn try_on<G: Ground>(self, subject: Subject<'_, G>) -> Result<(), String> {
        match self {
            Self::SameOutcomeSameParcel => same_outcome_same_parcel(subject).await,
            Self::KeyTravels => key_travels(subject).await,
            Self::RefusalIsCertain => refusal_is_certain(subject).await,
            Self::CutLineIsUncertain => cut_line_is_uncertain(subject).await,
            Self::NobodyHomeIsCertain => nobody_home_is_certain(subject).await,
            Self::StrangersAreDenied => strangers_are_denied(subject).await,
            Self::WaitIsHandedOn => wait_is_handed_on(subject).await,
            Self::NoteStaysHome => note_stays_home(subject).await,
            Self::NoSecretShows => logs::no_secret_shows(subject).await,
            Self::FilesTravel => files::files_travel(subject).await,
            Self::LookTellsStatesApart => look_tells_states_apart(subject).await,
        }
    }
}

/// A fault in a few words, without what was quoted.
fn word(fault: &Fault) -> String {
    match fault {
        Fault::Unavailable { reached, .. } => format!("unavailable, reached {reached:?}"),
        other => other.word().into(),
    }
}

async fn same_outcome_same_parcel<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    for outcome in [closed(), extended(), signed()] {
        if trial.compose(&outcome, "k-1")? != trial.compose(&outcome, "k-1")? {
            return Err(format!("`{}` was composed in two ways", outcome.kind.road_word()));
        }
    }
    Ok(())
}

async fn key_travels<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    let parcel = trial.compose(&closed(), "k-1")?;
    trial.desk.play(&[Trick::HangUp]);
    for _ in 0..2 {
        // The first attempt is cut; the second is the same parcel with the same key.
        let _ = trial.outlet.send(&parcel, "k-1").await;
    }
    let told = trial.desk.told(ITEM);
    match told.as_slice() {
        [first, second] if first != second => Err("the two attempts differ".into()),
        [first, _] if first.key.as_deref() == Some("k-1") => match trial.send(&extended(), "k-2").await? {
            Ok(Receipt::PendingReview { .. }) => Ok(()),
            other => Err(format!("what is still judged was told as {other:?}")),
        },
        [first, _] => Err(format!("the key arrived as {:?}", first.key)),
        _ => Err(format!("two attempts were told {} times", told.len())),
    }
}

async fn refusal_is_certain<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    trial.desk.play(&[Trick::Code("E77".into()), Trick::Code("E429".into())]);
    match trial.fault().await? {
        Fault::Malformed { .. } => {}
        other => return Err(format!("a refusal was told as {}", word(&other))),
    }
    match trial.fault().await? {
        Fault::Unavailable { reached: Reached::No, .. } => Ok(()),
        other => Err(format!("`not now` inside HTTP 200 was told as {}", word(&other))),
    }
}

async fn cut_line_is_uncertain<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    let tricks =
        [Trick::HangUp, Trick::CutBody, Trick::Lost, Trick::TakenThen(502), Trick::TakenThen(504), Trick::Html];
    for trick in tricks {
        trial.desk.play(std::slice::from_ref(&trick));
        match trial.fault().await? {
            Fault::Unavailable { reached: Reached::Maybe, .. } => {}
            other => return Err(format!("{trick:?} was told as {}", word(&other))),
        }
    }
    Ok(())
}

async fn nobody_home_is_certain<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    trial.desk.shut().await;
    match trial.fault().await? {
        Fault::Unavailable { reached: Reached::No, .. } => {}
        other => return Err(format!("a shut port was told as {}", word(&other))),
    }
    trial.desk.reopen().await.map_err(|error| format!("the port does not open again: {error}"))?;
    trial.send(&closed(), "k-2").await?.map(|_| ()).map_err(|fault| format!("after the line was mended: {fault}"))
}

async fn strangers_are_denied<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    trial.desk.estrange();
    match trial.fault().await? {
        Fault::Denied { .. } => Ok(()),
        other => Err(format!("401 was told as {}", word(&other))),
    }
}

async fn wait_is_handed_on<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    for (status, wait, seconds) in [(429, "7", 7), (503, "120", 120), (429, "0", 1), (503, "999999", 3600)] {
        trial.desk.play(&[Trick::Status(status, Some(wait.into()))]);
        match trial.fault().await? {
            Fault::Unavailable { retry_after, reached: Reached::No, .. }
                if retry_after == Some(Duration::from_secs(seconds)) => {}
            Fault::Unavailable { retry_after, reached: Reached::No, .. } => {
                return Err(format!("{status} with Retry-After {wait} was told as a wait of {retry_after:?}"));
            }
            other => return Err(format!("{status} was told as {}", word(&other))),
        }
    }
    Ok(())
}

async fn note_stays_home<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    for (outcome, key) in [(closed(), "k-1"), (extended(), "k-2"), (signed(), "k-3")] {
        let parcel = trial.compose(&outcome, key)?;
        if parcel.content.reveal().contains(NOTE) || parcel.shown.reveal().contains(NOTE) {
            return Err("the internal note stands in a parcel".into());
        }
        trial.outlet.send(&parcel, key).await.map_err(|fault| format!("it was not taken: {fault}"))?;
    }
    let told = trial.desk.told(ITEM);
    match told.iter().any(|told| told.body.to_string().contains(NOTE)) {
        false if told.len() == 3 => Ok(()),
        false => Err(format!("three outcomes were told as {}", told.len())),
        true => Err("the internal note was told".into()),
    }
}

async fn look_tells_states_apart<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    use Judgement::{Absent, Approved, Pending, Redo, Refused, Unknown};
    let trial = Trial::of(subject).await?;
    if !trial.outlet.manners().looks {
        return Err("its manners say that it cannot be asked".into());
    }
    let said = |text: &str| Some(huiliu_contract::Personal::new(text.to_owned()));
    let cases = [
        (OutcomeKind::Closed, "待办", None, Absent),
        (OutcomeKind::Closed, "待审核", None, Pending),
        (OutcomeKind::Closed, "已办结", None, Approved),
        (OutcomeKind::Closed, "审核不通过", None, Refused { reason: None }),
        (OutcomeKind::Closed, "退回重办", Some("答复不具体"), Redo { reason: said("答复不具体") }),
        (OutcomeKind::Closed, "从没见过的状态", None, Unknown { said: "从没见过的状态".into() }),
        (OutcomeKind::Extended, "不同意延期", Some("理由不足"), Refused { reason: said("理由不足") }),
        (OutcomeKind::Extended, "已延期", None, Approved),
        (OutcomeKind::Extended, "待审核", None, Unknown { said: "待审核".into() }),
    ];
    for (kind, state, reason, wanted) in cases {
        trial.desk.set_state(ITEM, state, reason);
        let found = trial.look(kind).await?;
        if found != wanted {
            return Err(format!("`{state}` after `{}` was told as {found:?}", kind.road_word()));
        }
    }
    Ok(())
}
