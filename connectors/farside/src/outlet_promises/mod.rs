//! What every kind that answers promises of its outlet. Each promise is tried on a connector built for a [`Desk`];
//! for each there is a twin that breaks exactly it, so that no promise can turn into one that always holds.

mod files;
mod ground;
mod list;
mod logs;
mod trial;
mod twin;

use huiliu_contract::Connector;
use serde_json::{Value, json};

use crate::desk::Desk;
pub use ground::Ground;
pub use list::{PROMISES, Promise};

/// What a desk under trial asks for, as a bearer token.
pub const TOKEN: &str = "not-for-the-eyes-of-a-log";

/// The ways of `[return]` that a connector under trial is built with, whatever else its kind needs there.
pub fn ways() -> Value {
    json!({
        "signed": { "post": "/order/sign", "send": { "orderNo": "{id}" } },
        "extended": {
            "post": "/order/delay", "send": { "orderNo": "{id}", "days": "{days}", "reason": "{reason}" }, "review": true,
        },
        "closed": {
            "post": "/order/finish", "reference": "/data/receiptNo",
            "send": { "orderNo": "{id}", "dept": "{unit}", "result": "{reply}", "way": "{way}", "solved": "{solved}" },
        },
        "replied": {
            "post": "/order/reply", "send": { "orderNo": "{id}", "text": "{public_reply}" }, "files": "attachments",
        },
        "status": {
            "post": "/order/status", "send": { "orderNo": "{id}" }, "at": "/data/state", "reason_at": "/data/reason",
            "absent": ["待办", "办理中"], "pending": ["待审核"], "approved": ["已办结"], "refused": ["审核不通过"],
            "redo": ["退回重办"],
            "extended": { "absent": ["待办"], "pending": ["延期待审"], "approved": ["已延期"], "refused": ["不同意延期"] },
        },
        "success": { "at": "/code", "is": [200] },
        "errors": { "401": "denied", "E429": "unavailable" },
    })
}

/// The same for a desk that answers in XML ([`crate::desk::Answers::write_xml`]).
pub fn ways_in_xml() -> Value {
    let mut ways = ways();
    ways["format"] = "xml".into();
    for at in ["/success/at", "/closed/reference", "/status/at", "/status/reason_at"] {
        if let Some(place) = ways.pointer_mut(at) {
            *place = format!("/response{}", place.as_str().unwrap_or_default()).into();
        }
    }
    ways
}

/// A way of building a kind, under trial on a far side of this sort.
pub struct Subject<'a, G: Ground = Desk> {
    /// Builds a connector that answers there: at a desk by [`ways`], showing [`TOKEN`] as a bearer token.
    pub make: &'a (dyn Fn(&G) -> Connector + Sync),
    /// Every secret it was built with; none may ever show.
    pub secrets: &'a [&'a str],
    /// The promise its twin breaks; none for the true one.
    pub flaw: Option<Promise>,
}

impl<G: Ground> Clone for Subject<'_, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Ground> Copy for Subject<'_, G> {}

impl<G: Ground> Subject<'_, G> {
    /// The twin that breaks this promise.
    #[must_use]
    pub fn flawed(mut self, flaw: Promise) -> Self {
        self.flaw = Some(flaw);
        self
    }
}

/// A promise that does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {what}", promise.name())]
pub struct Broken {
    /// Which promise.
    pub promise: Promise,
    /// What was seen instead.
    pub what: String,
}

/// Tries every promise and gives those that do not hold.
pub async fn broken<G: Ground>(subject: Subject<'_, G>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for &promise in PROMISES {
        if let Err(what) = promise.try_on(subject).await {
            broken.push(Broken { promise, what });
        }
    }
    broken
}
