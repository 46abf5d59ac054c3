//! What the back end says of an item later: the state on its page.

use std::sync::Arc;

use huiliu_contract::{ExternalId, Fault, Judgement, OutcomeKind};
use huiliu_kit::outlet::StateWords;
use huiliu_kit::pick::{Pointer, scalar};
use huiliu_kit::success::Judge;
use jiff::Timestamp;

use crate::poll::Request;
use crate::seen::{Expect, Seen};
use crate::session::{Session, Who};

/// Where the state is read, compiled.
pub(crate) struct Look {
    pub(crate) request: Request,
    pub(crate) way: Arc<StateWay>,
    pub(crate) words: StateWords,
}

/// Where it stands.
pub(crate) enum StateWay {
    Html { label: String, reason: Option<String> },
    Json { label: Pointer, reason: Option<Pointer>, judge: Judge },
}

/// A state, and the reason that was given for it.
type State = (String, Option<String>);

impl Look {
    /// Opens the item's page and reads its state.
    pub(super) async fn ask(&self, session: &Session, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault> {
        let ask = self.request.ask(&[to.as_str(), to.as_str()])?;
        let way = Arc::clone(&self.way);
        let expect: Expect<State> = Arc::new(move |seen| way.read(seen));
        let (state, reason) = session.turn().await.visit(&ask, Who::House, expect).await?;
        Ok(self.words.judge(kind, &state, reason.as_deref()))
    }
}

impl StateWay {
    fn read(&self, seen: &Seen) -> Result<State, Fault> {
        let gone = |what: &str| {
            Fault::malformed(format!(
                "the item's page shows no state at “{what}” (`return.status.label`): it was changed"
            ))
            .quoting(seen.answer.quote())
        };
        match self {
            Self::Html { label, reason } => {
                let page = seen.page()?;
                Judge::default().accept(&seen.answer, Timestamp::now())?;
                let text = |label: &String| page.label(label).map(|found| found.text.trim().to_owned());
                let state = text(label).ok_or_else(|| gone(label))?;
                Ok((state, reason.as_ref().and_then(text)))
            }
            Self::Json { label, reason, judge } => {
                let document = seen.document(judge)?;
                let text = |at: &Pointer| at.get(&document).and_then(scalar).map(|text| text.into_owned());
                let state = text(label).ok_or_else(|| gone(label.as_str()))?;
                Ok((state, reason.as_ref().and_then(text)))
            }
        }
    }
}
