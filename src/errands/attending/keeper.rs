//! Keeping a login: what was kept is taken up first, the session is tended while it holds, and people are told when one of
//! them is wanted.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use huiliu_contract::{Keepsake, Personal, Standing};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Attending, Phase, by};
use crate::channel::{Asked, Want, tells};
use crate::store::StoreError;

/// How often it is looked whether people are to be told.
const EVERY: Duration = Duration::from_secs(30);

/// How long a session may be tended; then it is cut off.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// After how long a session is tended again whose tending broke off.
const BROKE: Duration = Duration::from_secs(300);

/// A session is tended no oftener than this.
const SHORTEST: Duration = Duration::from_secs(1);

/// How long until the store is asked again for what was kept.
const STORE_FAILED: Duration = Duration::from_secs(5);

/// The runner of a login. While it does not run, nothing goes by the login; when it is gone, nothing ever does again.
pub struct Keeper(Arc<Attending>);

impl Drop for Keeper {
    /// Whoever waits for it to begin waits no longer.
    fn drop(&mut self) {
        self.0.phase.send_replace(Phase::Left);
    }
}

impl Keeper {
    /// Of this login.
    pub fn new(login: &Arc<Attending>) -> Self {
        Self(login.clone())
    }

    /// Runs until stopped. What is under way by the login then ends before this returns, and what is to be kept is on disk.
    pub async fn run(self, stop: CancellationToken) {
        let login = &self.0;
        if !login.take_up(&stop).await {
            return;
        }
        let (mut tended, mut session) = (None, None);
        let mut seen = login.seen.subscribe();
        loop {
            seen.mark_unchanged();
            login.look();
            let now_in = match login.login.standing() {
                Standing::In { since, .. } => Some(since),
                _ => None,
            };
            if now_in != session {
                session = now_in;
                tended = session.map(|_| Instant::now());
            }
            if tended.is_some_and(|at| at <= Instant::now()) {
                let Some(again) = login.tend(&stop).await else { break };
                tended = again.map(|again| Instant::now() + again.max(SHORTEST));
                continue;
            }
            login.tell().await;
            let shut = login.shut_for(login.lent.store.clock().now()).unwrap_or(EVERY);
            let until_tended = tended.map_or(EVERY, |at| at.saturating_duration_since(Instant::now()));
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(EVERY.min(shut).min(until_tended)) => {}
                _ = seen.changed() => {}
            }
        }
        login.leave().await;
    }
}

impl Attending {
    /// Gives the connector what was kept; false when stopped before that.
    async fn take_up(&self, stop: &CancellationToken) -> bool {
        loop {
            match self.kept().await {
                Ok((session, told)) => {
                    if let Some(session) = session {
                        self.login.adopt(&Keepsake(Personal::new(session)));
                    }
                    self.set_told(told);
                    self.phase.send_if_modified(|phase| {
                        let begins = *phase == Phase::Before;
                        if begins {
                            *phase = Phase::Open;
                        }
                        begins
                    });
                    return true;
                }
                Err(error) => {
                    tracing::error!(channel = %self.channel.code, %error, "what a login kept cannot be read; nothing goes by it meanwhile");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(STORE_FAILED) => {}
            }
        }
    }

    /// The session, and what people were told.
    async fn kept(&self) -> Result<(Option<Vec<u8>>, Option<Asked>), StoreError> {
        let store = &self.lent.store;
        let session = store.session(self.channel.enrolled.channel).await?;
        let told = store.value(&Asked::name(&self.channel.code)).await?;
        Ok((session, Asked::read(told.as_deref())))
    }

    /// Ends it: what is under way ends, nothing goes by it any more, and what is to be kept is on disk.
    async fn leave(&self) {
        let _all = self.uses.write().await;
        self.phase.send_replace(Phase::Left);
        self.keep().await;
    }

    /// Tends the session at the channel's pace; says after how long to come again. The outer none: stopped.
    async fn tend(self: &Arc<Self>, stop: &CancellationToken) -> Option<Option<Duration>> {
        let tending = async {
            self.channel.pace.turn().await;
            let tending = AssertUnwindSafe(self.login.tend()).catch_unwind();
            Ok(match tokio::time::timeout(LONGEST_CALL, tending).await {
                Ok(Ok(again)) => again,
                Ok(Err(_)) => {
                    tracing::error!(channel = %self.channel.code, "the connector broke while it tended its session");
                    Some(BROKE)
                }
                Err(_) => {
                    tracing::warn!(channel = %self.channel.code, "tending a session took longer than any call may");
                    Some(BROKE)
                }
            })
        };
        tokio::select! {
            () = stop.cancelled() => None,
            tended = by(Some(self), tending) => Some(tended.ok().flatten()),
        }
    }

    /// Tells people that one of them is wanted, if it is time; first on disk: better one alarm too few than one at each start.
    async fn tell(&self) {
        let told = self.told();
        let now = self.now();
        let Some(want) = self.want() else {
            if told.is_some() {
                self.note(None).await;
            }
            return;
        };
        let calendar = self.lent.calendar.borrow().clone();
        if !tells(&self.channel.settings.captcha, want, told, now, &self.lent.zone, &calendar) {
            return;
        }
        if !self.note(Some(Asked { want, at: now })).await {
            return;
        }
        let code = self.channel.code.to_string();
        let (word, text) = match want {
            Want::Login => ("login", "a person has to log in: huiliu channel login NAME"),
            Want::Mend => ("mend", "the login rests; mend the account, then huiliu channel resume NAME"),
            Want::Renew => (
                "renew",
                "the session ends before people are there again; log in afresh before leaving: huiliu channel login NAME",
            ),
        };
        metrics::counter!("huiliu_login_alarms_total", "channel" => code.clone(), "want" => word).increment(1);
        tracing::error!(channel = %code, want = word, "{text}");
    }

    async fn note(&self, told: Option<Asked>) -> bool {
        let kept = self.lent.store.keep_value(&Asked::name(&self.channel.code), &Asked::written(told)).await;
        match kept {
            Ok(()) => {
                self.set_told(told);
                true
            }
            Err(error) => {
                tracing::error!(channel = %self.channel.code, %error, "it could not be noted that a person is wanted");
                false
            }
        }
    }
}
