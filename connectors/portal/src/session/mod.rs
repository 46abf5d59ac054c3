//! One session for all that asks. Whoever speaks with the far side holds the turn, so two requests of it are never out at
//! once, and one login serves all that wait.

mod attended;
mod login;
mod state;
mod turn;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_TYPE, COOKIE, LOCATION, REFERER};
use http::{HeaderName, HeaderValue, Method};
use huiliu_contract::{Fault, Personal, Secret};
use huiliu_kit::client::{Answer, Client, RequestBuilder};
use huiliu_kit::line::{Base, Line};
use huiliu_kit::multipart::upload;
use huiliu_kit::session::Caller;
use huiliu_page::Charset;
use url::Url;

use crate::jar::Jar;
use crate::options::PasswordAs;
use crate::seen::Signs;
pub(crate) use login::FORM;
use state::{State, Terms, Whose};
pub(crate) use turn::Turn;

/// Redirects followed for one question.
const HOPS: usize = 4;

/// A request that may have to be made again.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Media type and bytes.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
    /// The page it is asked from.
    pub(crate) from: Option<Url>,
}

impl Ask {
    /// A page.
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, body: None, from: None }
    }
}

/// How logins are made, compiled.
#[derive(Debug)]
pub(crate) struct LoginRule {
    pub(crate) page: Option<Url>,
    pub(crate) post: Option<Url>,
    pub(crate) user_box: String,
    pub(crate) password_box: String,
    pub(crate) send: Vec<(String, String)>,
    pub(crate) user: Secret,
    /// As it is sent.
    pub(crate) password: Secret,
    pub(crate) captcha: Option<CaptchaRule>,
    pub(crate) done: Vec<String>,
    pub(crate) refused: Vec<String>,
    pub(crate) keep_alive: Option<(Url, Duration)>,
    pub(crate) tries: u32,
    pub(crate) lasts: Option<Duration>,
    pub(crate) wait: Duration,
}

/// A picture that a person reads, compiled.
#[derive(Debug)]
pub(crate) struct CaptchaRule {
    /// `{now}` in it stands for the time.
    pub(crate) image: String,
    pub(crate) field: String,
    pub(crate) valid: Option<Duration>,
    pub(crate) wrong: Vec<String>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// The gateway.
    House,
    /// A person who only looks: no login is made for them, which might push somebody out.
    Looker,
}

/// The session.
pub(crate) struct Session {
    pub(crate) line: Arc<Line>,
    pub(crate) base: Base,
    pub(crate) charset: Charset,
    pub(crate) channel: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    login: Option<LoginRule>,
    terms: Terms,
    whose: Whose,
    signs: Arc<Signs>,
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// What a session is made of.
pub(crate) struct Parts {
    pub(crate) line: Arc<Line>,
    pub(crate) base: Base,
    pub(crate) charset: Charset,
    pub(crate) channel: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) login: Option<LoginRule>,
    pub(crate) signs: Signs,
    /// Digests of the account, and of the account with its password.
    pub(crate) whose: (String, String),
    pub(crate) address: String,
}

impl Session {
    /// A session that nobody has begun.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { line, base, charset, channel, headers, login, signs, whose, address } = parts;
        let terms = Terms {
            tries: login.as_ref().map_or(1, |login| login.tries),
            lasts: login.as_ref().and_then(|login| login.lasts),
            wait: login.as_ref().map_or(Duration::ZERO, |login| login.wait),
            keeps_alive: login.as_ref().is_some_and(|login| login.keep_alive.is_some()),
            person: login.as_ref().is_some_and(|login| login.captcha.is_some()),
        };
        let whose = Whose { from: address, account: whose.0, password: whose.1 };
        let (signs, turn, state) = (Arc::new(signs), tokio::sync::Mutex::new(()), Mutex::default());
        Self { line, base, charset, channel, headers, login, terms, whose, signs, turn, state }
    }

    /// Whether anybody logs in at all.
    pub(crate) fn logs_in(&self) -> bool {
        self.login.is_some()
    }

    /// Whether logins show a picture.
    pub(crate) fn asks_people(&self) -> bool {
        self.terms.person
    }

    /// The client for requests with files.
    pub(crate) fn uploads(&self) -> &Client {
        self.line.uploads.as_ref().map_or(&self.line.client, |uploads| &uploads.client)
    }

    /// A request of so many bytes, with time enough for them.
    pub(crate) fn timed(&self, request: RequestBuilder, length: u64) -> RequestBuilder {
        match &self.line.uploads {
            Some(uploads) => request.timeout(upload::time_for(length, uploads.usual)),
            None => request,
        }
    }

    /// Looks whether the login page is as it was declared.
    ///
    /// # Errors
    ///
    /// What is not as declared.
    pub(crate) async fn reaches_login(&self, jar: &mut Jar) -> Result<(), Fault> {
        match &self.login {
            Some(rule) => self.login_page(rule, jar).await.map(drop),
            None => Ok(()),
        }
    }

    /// Waits for the turn.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn { session: self, _held: self.turn.lock().await }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the login is called in a message, and what helps.
    fn asks_person(&self) -> Fault {
        let channel = &self.channel;
        let message =
            format!("the login shows a picture: `huiliu channel login {channel}` shows it and takes the answer");
        Fault::NeedsPerson { message, challenge: Personal::default() }
    }

    /// A request with the cookies that belong to it.
    pub(crate) fn dressed(&self, request: RequestBuilder, to: &Url, from: Option<&Url>, jar: &Jar) -> RequestBuilder {
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = match from {
            Some(from) if from.host_str() == to.host_str() => request.header(REFERER, from.as_str()),
            _ => request,
        };
        match jar.header(to) {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        }
    }

    /// Asks, and follows where it leads. A redirect to the login page is not followed, unless somebody is logging in: it says
    /// all there is to say.
    async fn go(&self, jar: &mut Jar, ask: &Ask, logging_in: bool) -> Result<(Answer, Url), Fault> {
        let request = self.line.client.request(ask.method.clone(), ask.url.clone());
        let request = self.dressed(request, &ask.url, ask.from.as_ref(), jar);
        let request = match &ask.body {
            Some((media_type, bytes)) => request.header(CONTENT_TYPE, *media_type).body(bytes.clone()),
            None => request,
        };
        let answer = self.line.ask(request, Caller::Poll).await?;
        self.follow(jar, answer, ask.url.clone(), logging_in).await
    }

    /// Goes where answers lead, at most a few times, and only to hosts that the file names.
    pub(crate) async fn follow(
        &self,
        jar: &mut Jar,
        answer: Answer,
        url: Url,
        logging_in: bool,
    ) -> Result<(Answer, Url), Fault> {
        let (mut answer, mut url) = (answer, url);
        for _ in 0..HOPS {
            jar.take(&answer.headers, &url);
            let Some(to) = self.leads_to(&answer, &url)? else { return Ok((answer, url)) };
            if self.signs.is_login(&to) && !logging_in {
                return Ok((answer, to));
            }
            let request = self.line.client.request(Method::GET, to.clone());
            answer = self.line.ask(self.dressed(request, &to, None, jar), Caller::Poll).await?;
            url = to;
        }
        Err(Fault::malformed("the far side leads on and on by redirects"))
    }

    /// Where a redirect leads; none where the answer is none.
    fn leads_to(&self, answer: &Answer, from: &Url) -> Result<Option<Url>, Fault> {
        if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(to) = answer.headers.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        else {
            return Ok(None);
        };
        self.reach(&to, from).map(Some).map_err(|what| Fault::malformed(format!("a redirect {what}")).quoting(to))
    }

    /// The address that something leads to; else why it is not gone there.
    pub(crate) fn reach(&self, written: &str, from: &Url) -> Result<Url, String> {
        let section = self.base.section();
        let to = from.join(written.trim()).ok().filter(|to| matches!(to.scheme(), "http" | "https") && to.has_host());
        let to = to.ok_or("leads to what is no http or https address")?;
        if !self.base.allows(&to) {
            return Err(format!(
                "leads to a host that is neither that of `{section}.url` nor in `{section}.allow_hosts`; if it is the far side's, add it there"
            ));
        }
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err("steps down from https to http and is not followed".into());
        }
        Ok(to)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("logs_in", &self.logs_in()).finish_non_exhaustive()
    }
}

/// A request by this client, with the cookies of the session.
pub(crate) fn by(client: &Client, method: Method, url: &Url) -> RequestBuilder {
    client.request(method, url.clone())
}

/// A password as a page's script sends it.
pub(crate) fn as_sent(password: &Secret, how: PasswordAs) -> Secret {
    use base64::Engine;
    use md5::Digest;
    let bytes = password.expose().as_bytes();
    Secret::new(match how {
        PasswordAs::Plain => password.expose().to_owned(),
        PasswordAs::Md5 => hex::encode(md5::Md5::digest(bytes)),
        PasswordAs::Sm3 => hex::encode(sm3::Sm3::digest(bytes)),
        PasswordAs::Base64 => base64::engine::general_purpose::STANDARD.encode(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_sent_as_the_pages_script_sends_it() {
        let sent = |how| as_sent(&Secret::new("abc"), how).expose().to_owned();
        assert_eq!(sent(PasswordAs::Plain), "abc");
        // RFC 1321, A.5; GB/T 32905-2016, A.1.
        assert_eq!(sent(PasswordAs::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(sent(PasswordAs::Sm3), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(sent(PasswordAs::Base64), "YWJj");
    }
}
