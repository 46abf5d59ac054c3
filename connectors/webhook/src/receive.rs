//! The receiving half: may this address push, is it believed, what does it hold, how is it answered.

use async_trait::async_trait;
use huiliu_contract::{Answer, Push, Receive, Received, Refusal, Reply};

use crate::allow::Network;
use crate::answer::Envelopes;
use crate::read::Reader;
use crate::verify::Verifier;

/// One webhook channel, built.
pub(crate) struct Receiver {
    /// Empty: every address.
    pub(crate) allow: Vec<Network>,
    pub(crate) verifier: Verifier,
    pub(crate) reader: Reader,
    pub(crate) envelopes: Envelopes,
}

#[async_trait]
impl Receive for Receiver {
    async fn receive(&self, push: &Push) -> Result<Received, Refusal> {
        let peer = push.peer.ip();
        if !self.allow.is_empty() && !self.allow.iter().any(|network| network.holds(peer)) {
            return Err(Refusal::Forbidden);
        }
        let once = self.verifier.verify(push)?;
        let items = self.reader.read(push)?;
        Ok(Received::Submissions { items, once })
    }

    fn answer(&self, _: &Push, what: Answer<'_>) -> Reply {
        self.envelopes.answer(what)
    }
}
