//! What a person did, with who and why, for the record: written in the transaction of what was done.

use super::{Actor, Keys, Place, SealError};

/// A deed whose reason is sealed in the caller's task, for a transaction that writes it.
#[derive(Clone, Debug)]
pub struct Deed {
    pub(super) id: i64,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) subject: String,
    pub(super) body: Vec<u8>,
}

impl Deed {
    /// Seals one for the row `id`, which must be reserved.
    ///
    /// # Errors
    ///
    /// If nothing can be sealed.
    pub(super) fn sealed(keys: &Keys, id: i64, actor: &Actor, what: &str, subject: &str) -> Result<Self, SealError> {
        let why = actor.why.as_deref().unwrap_or_default();
        let body = keys.seal(Place::Deed, id, why.as_bytes())?;
        Ok(Self { id, who: actor.who.clone(), what: what.into(), subject: subject.into(), body })
    }

    /// The same about something that is known only inside the transaction.
    pub(super) fn about(self, subject: String) -> Self {
        Self { subject, ..self }
    }
}
