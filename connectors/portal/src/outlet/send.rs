//! Sending a form. Until the last request leaves nothing was taken; what is shown after it decides.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use huiliu_contract::{Fault, Reached, Receipt, Upload};
use huiliu_kit::multipart::Form;
use huiliu_kit::pick::scalar;
use huiliu_kit::success::Judge;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::form::{Ready, Wanted};
use super::parcel::Content;
use super::{Outlet, Road};
use crate::fields::{put, written};
use crate::seen::{Expect, Verdict};
use crate::session::{Ask, FORM, Turn, Who, by};

/// What was shown after a form was sent.
enum Shown {
    Done,
    /// What it says.
    Refused(String),
    Busy(String),
}

/// What the last request is made of.
struct Leaving<'k> {
    ready: Ready,
    to: Url,
    key: &'k str,
    files: Vec<Upload>,
}

impl Outlet {
    /// Fetches the form, fills it in and sends it, all in one turn.
    pub(super) async fn carry(&self, content: Content, key: &str, files: Vec<Upload>) -> Result<Receipt, Fault> {
        let (_, road) = self.road(&content.way)?;
        let turn = self.session.turn().await;
        let mut ready = self.ready(&turn, &content).await.map_err(not_yet)?;
        let mut files = files;
        if let (Some((to, fields)), false) = (&content.upload, files.is_empty()) {
            let paths =
                self.hand_up(&turn, &content, road, to, fields, std::mem::take(&mut files)).await.map_err(not_yet)?;
            let part = content.part.as_deref().unwrap_or_default();
            put(&mut ready.fields, part, &paths);
        }
        let to = match (&content.post, &ready.action) {
            (Some(post), _) => self.allowed(post)?,
            (None, action) => {
                let action = action.as_deref().unwrap_or_default();
                self.session.reach(action, &ready.page).map_err(|what| Fault::malformed(format!("the form {what}")))?
            }
        };
        let shown = self.submit(&turn, &content, road, Leaving { ready, to, key, files }).await?;
        match shown {
            Shown::Done if road.review => Ok(Receipt::PendingReview { reference: None }),
            Shown::Done => Ok(Receipt::Settled { reference: None }),
            Shown::Refused(said) => {
                let message = "the far side says that the form was not taken (`return.refused_when`)";
                Err(Fault::malformed(message).quoting(said))
            }
            Shown::Busy(said) => {
                let message = "the far side says that it takes no form now (`return.busy_when`)";
                Err(Fault::unavailable(message, Reached::No).quoting(said))
            }
        }
    }

    /// An address that the channel's file still allows: it would be shown the session.
    fn allowed(&self, written: &str) -> Result<Url, Fault> {
        let url = Url::parse(written).ok().filter(|url| self.session.base.allows(url));
        url.ok_or_else(|| {
            Fault::malformed(
                "the parcel was composed for a host that the channel's file no longer names; compose it again",
            )
        })
    }

    /// The form, filled in; of one without a page, what was composed.
    async fn ready(&self, turn: &Turn<'_>, content: &Content) -> Result<Ready, Fault> {
        let charset = self.session.charset;
        // Files that are handed up first are named in the form by their paths, whatever box that is.
        let part = content.part.clone().filter(|_| content.upload.is_none() && !content.files.is_empty());
        let Some(form) = &content.form else {
            let page = self.allowed(content.post.as_deref().unwrap_or_default())?;
            // Nothing is fetched, so that the session holds is not known yet.
            turn.ensure().await?;
            let parts = !content.files.is_empty() && content.upload.is_none();
            let (fields, letters) = (content.fill.clone(), encoding_rs::UTF_8);
            return Ok(Ready { page, action: None, parts, fields, no_files: Vec::new(), part, letters });
        };
        let wanted = Wanted { way: content.way.clone(), fill: content.fill.clone(), part };
        let expect: Expect<Ready> = Arc::new(move |seen| {
            Judge::default().accept(&seen.answer, Timestamp::now())?;
            wanted.fill_in(seen, charset)
        });
        turn.visit(&Ask::get(self.allowed(form)?), Who::House, expect).await
    }

    /// Hands files up, and gives the paths that the form shall name.
    async fn hand_up(
        &self,
        turn: &Turn<'_>,
        content: &Content,
        road: &Road,
        to: &str,
        fields: &[(String, String)],
        files: Vec<Upload>,
    ) -> Result<Vec<String>, Fault> {
        let rule =
            road.upload.as_ref().ok_or_else(|| Fault::malformed("the channel's file hands up no files any more"))?;
        let count = files.len();
        let whole = fields
            .iter()
            .fold(Form::new(content.boundary.clone()), |whole, (name, value)| whole.text(name, value.clone()));
        let whole = files.into_iter().fold(whole, |whole, file| whole.file(&rule.field, file));
        let to = self.allowed(to)?;
        let mut jar = turn.jar();
        let (client, length) = (self.session.uploads(), whole.length());
        let request = self.session.dressed(by(client, Method::POST, &to), &to, None, &jar);
        let request = whole.put_on(self.session.timed(request, length));
        let answer = self.session.line.tell(request, client).await?;
        jar.take(&answer.headers, &to);
        turn.keep(jar);
        let document = self.judge.document(&answer, Timestamp::now())?;
        let paths: Vec<String> = match rule.at.get(&document) {
            Some(Value::Array(paths)) => paths.iter().filter_map(scalar).map(|path| path.into_owned()).collect(),
            Some(one) => scalar(one).map(|path| path.into_owned()).into_iter().collect(),
            None => Vec::new(),
        };
        if paths.len() == count {
            return Ok(paths);
        }
        let message = format!("{count} files were handed up, and {} paths stand at `{}`", paths.len(), rule.at);
        Err(Fault::malformed(message).quoting(answer.quote()))
    }

    /// The last request, and what is shown after it.
    async fn submit(
        &self,
        turn: &Turn<'_>,
        content: &Content,
        road: &Road,
        leaving: Leaving<'_>,
    ) -> Result<Shown, Fault> {
        let Leaving { ready, to, key, files } = leaving;
        let mut jar = turn.jar();
        let in_parts = ready.parts || !files.is_empty();
        let client = if files.is_empty() { &self.session.line.client } else { self.session.uploads() };
        let from = content.form.as_ref().map(|_| &ready.page);
        let request =
            self.session.dressed(by(client, Method::POST, &to), &to, from, &jar).header("idempotency-key", key);
        let request = if in_parts {
            let whole = in_parts_of(&ready, &content.boundary, files);
            let length = whole.length();
            whole.put_on(self.session.timed(request, length))
        } else {
            request.header(CONTENT_TYPE, FORM).body(written(&ready.fields, ready.letters))
        };
        let answer = self.session.line.tell(request, client).await?;
        if !answer.status.is_success() && !answer.status.is_redirection() {
            self.judge.taken(&answer, Timestamp::now())?;
        }
        let (answer, url) = self.session.follow(&mut jar, answer, to, false).await.map_err(perhaps)?;
        turn.keep(jar);
        self.shown(turn, road, answer, url).await
    }

    /// What the words on a page say of a form.
    async fn shown(
        &self,
        turn: &Turn<'_>,
        road: &Road,
        answer: huiliu_kit::client::Answer,
        url: Url,
    ) -> Result<Shown, Fault> {
        if !self.judge.trusts_status() && answer.json().is_ok() {
            return self.judge.taken(&answer, Timestamp::now()).map(|_| Shown::Done);
        }
        let (done, said, quote) = (road.done.clone(), self.said.clone(), answer.quote());
        let expect: Expect<Shown> = Arc::new(move |seen| {
            if seen.says(&done) {
                Ok(Shown::Done)
            } else if seen.says(&said.refused) {
                Ok(Shown::Refused(seen.answer.quote()))
            } else if seen.says(&said.busy) {
                Ok(Shown::Busy(seen.answer.quote()))
            } else {
                Err(Fault::malformed("nothing on it says whether it was taken"))
            }
        });
        let uncertain = |what: &str| Fault::unavailable(what, Reached::Maybe).quoting(quote.clone());
        match turn.judge(answer, url, expect).await.map_err(perhaps)? {
            Verdict::Fine(shown) => Ok(shown),
            Verdict::Odd(_) => Err(uncertain(
                "the page after the form says neither that it was taken nor that it was not (`done_when`)",
            )),
            Verdict::Lost => {
                turn.lost();
                Err(uncertain("the session was over when the form had been sent; nobody knows whether it was taken"))
            }
            Verdict::Kicked => {
                turn.give_way();
                Err(uncertain(
                    "somebody logged in elsewhere while the form was sent; nobody knows whether it was taken",
                ))
            }
        }
    }
}

/// A form of parts, in the letters of its page.
fn in_parts_of(ready: &Ready, boundary: &str, files: Vec<Upload>) -> Form {
    let encoded = |text: &str| Bytes::from(ready.letters.encode(text).0.into_owned());
    let whole = ready
        .fields
        .iter()
        .fold(Form::new(boundary), |whole, (name, value)| whole.field(&encoded(name), encoded(value)));
    let whole = match (&ready.part, files.is_empty()) {
        (Some(part), false) => files.into_iter().fold(whole, |whole, file| whole.file(part, file)),
        (Some(part), true) => whole.no_file(part),
        (None, _) => whole,
    };
    ready.no_files.iter().fold(whole, |whole, name| whole.no_file(name))
}

/// Nothing of the answer has left yet.
fn not_yet(fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { message, retry_after, quoted, .. } => Fault::Unavailable {
            message: format!("before the form was sent: {message}"),
            retry_after,
            reached: Reached::No,
            quoted,
        },
        other => other,
    }
}

/// It has left, and nobody knows more.
fn perhaps(fault: Fault) -> Fault {
    let (Fault::Unavailable { message, quoted, .. }
    | Fault::Malformed { message, quoted }
    | Fault::Denied { message, quoted }) = fault
    else {
        return fault;
    };
    Fault::Unavailable {
        message: format!("after the form was sent: {message}"),
        retry_after: None,
        reached: Reached::Maybe,
        quoted,
    }
}
