//! Being logged in: one token that polls and write-backs share, asked for when it is needed and never in a storm.
//!
//! Whoever needs a token while another asks for it waits and uses that one. One call logs in at most once. A login that
//! was refused so often as `tries` says is not made again before a person resumes the channel or changes its file: the
//! account is often one that people use too, and some systems lock it after a few wrong passwords.

mod build;
mod options;
mod token;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use huiliu_contract::{Fault, Reached, Secret};
use jiff::Timestamp;
use reqwest::Request;
use tokio::sync::Mutex;

use crate::client::{Answer, Client, RequestBuilder};
use crate::pick::{Pointer, scalar, sort_of};
use crate::recipe::Recipe;
use crate::success::Judge;
use crate::tap;
use crate::xml::Reading;

use build::Question;
use token::{Place, Token};

pub use options::{Identity, Login, Lost, Oauth2, PutToken, SendSecret};
pub use token::KeptToken;

/// Calls that come so soon after a refusal were on their way before anybody could have resumed the channel.
const ON_THEIR_WAY: Duration = Duration::from_secs(1);

/// The longest answer in which the sign of a lost login is looked for: it carries nothing else.
const SIGN: usize = 64 * 1024;

/// Who speaks with the far side. Each of them is stopped, and resumed, by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller {
    /// A poll.
    Poll,
    /// A write-back, or the question what became of it.
    Outlet,
    /// A person who looks. One that is refused stops nobody, and opens no gate that a refusal has shut.
    Person,
}

/// How we log in, and the token we have.
pub struct Session {
    question: Question,
    judge: Judge,
    token: Pointer,
    expires_in: Option<Pointer>,
    valid: Option<Duration>,
    put: Place,
    lost_at: Option<(Pointer, Vec<String>)>,
    lost_statuses: Vec<u16>,
    /// How the sign of a lost login is read in XML.
    signs: Reading,
    tries: u32,
    /// In the words of the file, what to mend when a login is refused.
    remedy: &'static str,
    /// How the request of a login is signed; none where it is not.
    recipe: Option<Arc<Recipe>>,
    state: Mutex<State>,
    /// Logins made so far; read without the lock by who is about to wait for it.
    logins: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Whether what was kept over a restart was looked at; it counts once.
    adopted: bool,
    /// Logins refused in a row.
    refused: u32,
    locked: Option<Locked>,
    /// Somebody only looked whether a login works: there is no second one.
    once: bool,
}

/// No login is made.
struct Locked {
    since: Instant,
    fault: Fault,
    /// Which callers were told so. One that was and comes again was resumed by a person.
    told: [bool; 3],
}

/// A token for one request, and whether it was made in this call.
pub struct Pass {
    token: Token,
    new: bool,
}

impl Session {
    /// The same, whose login is signed as all requests are. A token for client credentials has a proof of its own.
    #[must_use]
    pub fn signed_by(mut self, recipe: Option<Arc<Recipe>>) -> Self {
        self.recipe = recipe.filter(|_| self.is_an_accounts());
        self
    }

    /// Takes up what was kept before a restart, if nothing newer is known. What another address gave is not taken.
    pub async fn adopt(&self, kept: Option<&KeptToken>) {
        let mut state = self.state.lock().await;
        if !state.adopted {
            state.adopted = true;
            let kept = kept.and_then(|kept| kept.token(&self.question.address()));
            state.token = state.token.take().or(kept);
        }
    }

    /// What to keep.
    pub async fn kept(&self) -> Option<KeptToken> {
        let state = self.state.lock().await;
        state.token.as_ref().map(|token| token.kept(&self.question.address()))
    }

    /// A token, from memory or by logging in.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] with [`Reached::No`] if the login could not be made now, [`Fault::Denied`] if it was refused.
    pub async fn pass(&self, client: &Client, caller: Caller) -> Result<Pass, Fault> {
        let seen = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        match &state.token {
            Some(token) if token.holds(Timestamp::now()) => Ok(Pass { token: token.clone(), new: false }),
            _ => self.log_in(&mut state, client, caller, seen).await,
        }
    }

    /// Logs in for somebody who wants to know whether it works. Whatever is asked by this session afterwards uses the token
    /// of that login or fails: it logs in no second time.
    ///
    /// # Errors
    ///
    /// As [`Self::pass`].
    pub async fn try_once(&self, client: &Client) -> Result<(), Fault> {
        let tried = self.pass(client, Caller::Poll).await;
        self.state.lock().await.once = true;
        tried.map(|_| ())
    }

    /// Whether a login may end another one of the same account: client credentials are nobody's session.
    pub fn is_an_accounts(&self) -> bool {
        matches!(self.question, Question::Login { .. })
    }

    /// Another token for one that turned out to be lost; the one that somebody else fetched meanwhile, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Self::pass`]; [`Fault::Denied`] too where the lost one was made in this very call.
    pub async fn renew(&self, lost: &Pass, client: &Client, caller: Caller) -> Result<Pass, Fault> {
        let seen = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let known = state.token.as_ref().filter(|token| token.text.expose() != lost.token.text.expose());
        if let Some(token) = known.filter(|token| token.holds(Timestamp::now())) {
            return Ok(Pass { token: token.clone(), new: true });
        }
        if lost.new {
            return Err(self.unfit(&mut state, caller));
        }
        state.token = None;
        self.log_in(&mut state, client, caller, seen).await
    }

    /// A token that was fetched in this call is not accepted: logging in once more would change nothing.
    pub async fn give_up(&self, caller: Caller) -> Fault {
        self.unfit(&mut *self.state.lock().await, caller)
    }

    /// A new token that is worth nothing. A far side may not let us tell it of one item and still let us ask: a
    /// write-back stops those behind it, not the polls.
    fn unfit(&self, state: &mut State, caller: Caller) -> Fault {
        match caller {
            Caller::Poll => self.lock(state, caller, unfit()),
            Caller::Outlet | Caller::Person => unfit(),
        }
    }

    /// Puts a token on a request.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where the request has no place for it; nothing was sent.
    pub fn put(&self, pass: &Pass, request: &mut Request) -> Result<(), Fault> {
        tap::secret(&pass.token.text);
        self.put.put(&pass.token, request)
    }

    /// Whether an answer says that we are not logged in (any more).
    pub fn is_lost(&self, answer: &Answer) -> bool {
        let status = answer.status.as_u16();
        status == 401
            || self.lost_statuses.contains(&status)
            || self.lost_at.as_ref().filter(|_| answer.body.len() <= SIGN).is_some_and(|(at, is)| {
                let document = answer.json().or_else(|_| answer.xml(&self.signs)).ok();
                let said = document.as_ref().and_then(|document| at.get(document)).and_then(scalar);
                said.is_some_and(|said| is.iter().any(|word| *word == *said))
            })
    }

    fn lock(&self, state: &mut State, caller: Caller, fault: Fault) -> Fault {
        let mut told = [false; 3];
        told[caller as usize] = true;
        state.token = None;
        state.locked = Some(Locked { since: Instant::now(), fault: fault.clone(), told });
        fault
    }

    /// One login. `seen` is how many were made when the caller began to wait.
    async fn log_in(&self, state: &mut State, client: &Client, caller: Caller, seen: u64) -> Result<Pass, Fault> {
        if state.once {
            return Err(unfit());
        }
        if let Some(locked) = &mut state.locked {
            if caller == Caller::Person {
                return Err(locked.fault.clone());
            }
            let waited = seen != self.logins.load(Ordering::Acquire) || locked.since.elapsed() < ON_THEIR_WAY;
            let told = std::mem::replace(&mut locked.told[caller as usize], true);
            if waited || !told {
                return Err(locked.fault.clone());
            }
            // A gate that was shut by a refusal opens by a person's hand only.
            state.locked = None;
            state.refused = 0;
        }
        self.logins.fetch_add(1, Ordering::AcqRel);
        self.question.secrets().for_each(tap::secret);
        let mut request = Client::written(self.question.request(client)?)?;
        if let Some(recipe) = &self.recipe {
            recipe.apply(&mut request, Timestamp::now())?;
        }
        let answer = tap::login(client.execute_opened(request, self.recipe.as_deref())).await;
        let now = Timestamp::now();
        let quote = answer.as_ref().map(Answer::quote).unwrap_or_default();
        let document = answer.and_then(|answer| self.judge.document(&answer, now));
        match document.and_then(|document| self.read(&document, now)) {
            Ok(token) => {
                state.refused = 0;
                tap::secret(&token.text);
                state.token = Some(token.clone());
                Ok(Pass { token, new: true })
            }
            Err(fault @ (Fault::Unavailable { .. } | Fault::PutOff { .. } | Fault::NeedsPerson { .. })) => {
                Err(never_arrived(fault))
            }
            Err(fault @ (Fault::Denied { .. } | Fault::Malformed { .. })) => {
                state.refused += 1;
                let why = match &fault {
                    Fault::Denied { message, .. } | Fault::Malformed { message, .. } => message,
                    _ => "refused",
                };
                let said = format!("the login was refused ({why}), {} of {} times", state.refused, self.tries);
                if state.refused < self.tries {
                    return Err(Fault::unavailable(said, Reached::No).quoting(quote));
                }
                let said = format!("{said}; {}, then resume the channel", self.remedy);
                Err(self.lock(state, caller, Fault::denied(said).quoting(quote)))
            }
        }
    }

    fn read(&self, document: &serde_json::Value, now: Timestamp) -> Result<Token, Fault> {
        let found = self.token.get(document);
        let text = found.and_then(scalar).filter(|text| !text.is_empty());
        let text =
            text.ok_or_else(|| Fault::malformed(format!("the token at `{}` is {}", self.token, sort_of(found))))?;
        let told = self.expires_in.as_ref().and_then(|at| scalar(at.get(document)?)?.trim().parse::<f64>().ok());
        let declared = self.valid.and_then(|valid| i64::try_from(valid.as_secs()).ok());
        // A float beyond the range becomes its border; what is no number at all becomes 0.
        Ok(Token::new(text.into_owned(), told.map(|seconds| seconds as i64).or(declared), now))
    }
}

fn unfit() -> Fault {
    Fault::denied(
        "the far side does not accept the token that it has just given; check that no other program logs in with this account, and how the token is put on requests (`login.put`), then resume the channel",
    )
}

/// Whatever the call was about, it has not been sent yet.
fn never_arrived(fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { message, retry_after, quoted, .. } => {
            Fault::Unavailable { message: format!("no login: {message}"), retry_after, reached: Reached::No, quoted }
        }
        other => other,
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("put", &self.put).field("tries", &self.tries).finish_non_exhaustive()
    }
}

impl Question {
    /// What of it nobody is shown. A user name that is a secret is known as one by whoever read the channel's file.
    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        match self {
            Self::Login { password, .. } => password.as_ref(),
            Self::Oauth2(grant) => Some(&grant.secret),
        }
        .into_iter()
    }

    fn request(&self, client: &Client) -> Result<RequestBuilder, Fault> {
        match self {
            Self::Login { target, user, password, credentials } => {
                let values = [user, password].map(|one| one.as_ref().map(|secret| secret.expose().into()));
                Ok(credentials.sign(target.fill(&values)?.request(client)))
            }
            Self::Oauth2(grant) => Ok(grant.request(client)),
        }
    }
}

#[cfg(test)]
mod tests;
