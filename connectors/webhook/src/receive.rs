//! The receiving half: may this address push, is it believed, what does it hold, how is it answered.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use huiliu_contract::{Answer, Personal, Push, Receive, Received, Refusal, Reply};
use huiliu_kit::network::Network;
use huiliu_kit::recipe::Verified;

use crate::answer::Envelopes;
use crate::handshake::Handshake;
use crate::read::Reader;
use crate::verify::Verifier;

/// One webhook channel, built.
pub(crate) struct Receiver {
    /// Empty: every address.
    pub(crate) allow: Vec<Network>,
    pub(crate) verifier: Verifier,
    pub(crate) reader: Arc<Reader>,
    pub(crate) envelopes: Envelopes,
    pub(crate) handshake: Handshake,
}

#[async_trait]
impl Receive for Receiver {
    async fn receive(&self, push: &Push) -> Result<Received, Refusal> {
        let peer = push.peer.ip();
        if !self.allow.is_empty() && !self.allow.iter().any(|network| network.holds(peer)) {
            return Err(Refusal::Forbidden);
        }
        if matches!(push.method, Method::GET | Method::HEAD) {
            let opened = match self.verifier.recipe().filter(|recipe| recipe.has_echo()) {
                Some(recipe) => Some(recipe.verify(push)?.query),
                None => None,
            };
            return self.handshake.echo(push, opened.as_deref()).map(Received::Handshake);
        }
        let Verified { once, body, .. } = self.verifier.verify(push)?;
        // What was sealed is read and kept as it was before: a person can read it and try it again when the key is long
        // gone, and the store seals it anyway.
        let opened = body.map(|body| Push { body: Personal::new(body), ..push.clone() });
        let push = opened.as_ref().unwrap_or(push);
        let body = self.reader.body(push)?;
        // What could be a submission is one: nothing is lost to a field that is called like a challenge.
        if let Some(reply) = self.handshake.challenge(&body.document)
            && !self.reader.finds_any(&body.document)
        {
            return Ok(Received::Handshake(reply));
        }
        let items = self.reader.items(push, body)?;
        Ok(Received::Submissions { items, once })
    }

    fn greets(&self) -> bool {
        self.handshake.echoes()
    }

    fn answer(&self, _: &Push, what: Answer<'_>) -> Reply {
        self.envelopes.answer(what)
    }
}
