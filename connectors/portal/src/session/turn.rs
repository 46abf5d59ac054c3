//! The turn to speak with the far side: who holds it asks, logged in, and nobody else does.

use std::sync::Arc;

use huiliu_contract::{Fault, Reached};
use huiliu_kit::client::Answer;
use jiff::Timestamp;
use url::Url;

use super::{Ask, Session, Who};
use crate::jar::Jar;
use crate::seen::{Expect, Verdict, look};

/// The turn to speak with the far side.
pub(crate) struct Turn<'s> {
    pub(super) session: &'s Session,
    pub(super) _held: tokio::sync::MutexGuard<'s, ()>,
}

impl Turn<'_> {
    /// Asks for something, logged in, and gives what `expect` finds. A session that turns out to be over is made anew, once,
    /// and the same is asked again.
    ///
    /// # Errors
    ///
    /// What `expect` says; [`Fault::NeedsPerson`] where a login needs one; [`Fault::Denied`] while logins rest.
    pub(crate) async fn visit<T: Send + 'static>(&self, ask: &Ask, who: Who, expect: Expect<T>) -> Result<T, Fault> {
        let fresh = self.ready(who).await?;
        let first = self.once(ask, &expect).await?;
        if !matches!(first, Verdict::Lost) {
            return self.settled(first);
        }
        self.session.state().lose(Timestamp::now());
        if !self.session.logs_in() {
            return Err(Fault::denied("the far side asks for a login; write `[login]`"));
        }
        if fresh {
            return Err(self.worthless());
        }
        self.ready(who).await?;
        match self.once(ask, &expect).await? {
            Verdict::Lost => Err(self.worthless()),
            second => self.settled(second),
        }
    }

    /// The cookies of the session, for a request that is sent by other means.
    pub(crate) fn jar(&self) -> Jar {
        self.session.state().jar.clone()
    }

    /// Takes the cookies back.
    pub(crate) fn keep(&self, jar: Jar) {
        self.session.state().touch(jar, Timestamp::now());
    }

    /// Judges what came to a request that was sent by other means.
    pub(crate) async fn judge<T: Send + 'static>(
        &self,
        answer: Answer,
        url: Url,
        expect: Expect<T>,
    ) -> Result<Verdict<T>, Fault> {
        look(answer, url, self.session.charset, Arc::clone(&self.session.signs), expect).await
    }

    /// Makes sure of a session, for a request that no page comes before.
    ///
    /// # Errors
    ///
    /// As [`Self::visit`].
    pub(crate) async fn ensure(&self) -> Result<(), Fault> {
        self.ready(Who::House).await.map(drop)
    }

    /// Notes that the session is over.
    pub(crate) fn lost(&self) {
        self.session.state().lose(Timestamp::now());
    }

    /// Notes that somebody else uses the account.
    pub(crate) fn give_way(&self) -> Fault {
        let now = Timestamp::now();
        let mut state = self.session.state();
        state.give_way(&self.session.terms, now);
        tracing::info!(channel = %self.session.channel, "somebody uses the account in a browser; it is left to them");
        let gone = || Fault::unavailable("somebody uses the account in a browser", Reached::No);
        state.bars(&self.session.channel, now).unwrap_or_else(gone)
    }

    fn settled<T>(&self, verdict: Verdict<T>) -> Result<T, Fault> {
        match verdict {
            Verdict::Fine(found) => Ok(found),
            Verdict::Odd(fault) => Err(fault),
            Verdict::Kicked => Err(self.give_way()),
            Verdict::Lost => Err(self.worthless()),
        }
    }

    pub(super) async fn once<T: Send + 'static>(&self, ask: &Ask, expect: &Expect<T>) -> Result<Verdict<T>, Fault> {
        let mut jar = self.jar();
        let (answer, url) = self.session.go(&mut jar, ask, false).await?;
        self.keep(jar);
        self.judge(answer, url, Arc::clone(expect)).await
    }

    /// Makes sure of a session; says whether it was made in this call.
    async fn ready(&self, who: Who) -> Result<bool, Fault> {
        let session = self.session;
        let Some(rule) = &session.login else { return Ok(false) };
        {
            let (mut state, now) = (session.state(), Timestamp::now());
            if state.is_in(&session.terms, now) {
                return Ok(false);
            }
            if let Some(barred) = state.bars(&session.channel, now) {
                return Err(barred);
            }
        }
        match who {
            _ if rule.captcha.is_some() => Err(session.asks_person()),
            Who::Looker => Err(Fault::unavailable(
                "it is not logged in now, and looking does not log in: that might push a colleague out",
                Reached::No,
            )),
            Who::House => self.log_in(rule).await.map(|()| true),
        }
    }

    /// A session that was just made is worth nothing: making another one would change nothing.
    fn worthless(&self) -> Fault {
        let why = "the far side does not take the session that it has just given; see whether `login.lost_when` is too general, or the account is used elsewhere";
        self.rests(why)
    }

    pub(super) fn rests(&self, why: &str) -> Fault {
        let now = Timestamp::now();
        let mut state = self.session.state();
        state.rest(why, now);
        tracing::error!(channel = %self.session.channel, why, "no login is made before a person resumes it");
        state.bars(&self.session.channel, now).unwrap_or_else(|| Fault::denied(why))
    }
}
