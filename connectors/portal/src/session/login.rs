//! Logging in, as a clerk would: the page, its hidden fields, the account, and what is shown afterwards.

use std::sync::Arc;

use http::Method;
use huiliu_contract::{Fault, Reached, Secret};
use huiliu_kit::client::Answer;
use huiliu_kit::success::Judge;
use huiliu_kit::tap;
use jiff::Timestamp;
use url::Url;

use super::state::Filled;
use super::{Ask, LoginRule, Session, Turn};
use crate::aside::aside;
use crate::fields::{Fields, letters, put, written};
use crate::jar::Jar;
use crate::seen::Seen;

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What became of a login.
pub(super) enum Entered {
    In(Jar),
    WrongPicture,
    Kicked,
    /// Why, in our own words.
    Refused(&'static str),
}

impl Turn<'_> {
    /// One login without a person.
    pub(super) async fn log_in(&self, rule: &LoginRule) -> Result<(), Fault> {
        let session = self.session;
        let mut jar = Jar::default();
        let filled = session.login_page(rule, &mut jar).await.map_err(never_left)?;
        match session.enter(rule, filled, jar, None).await {
            Ok(Entered::In(jar)) => {
                session.state().enter(jar, Timestamp::now());
                tracing::info!(channel = %session.channel, "logged in");
                Ok(())
            }
            Ok(Entered::Kicked) => Err(self.give_way()),
            Ok(Entered::WrongPicture) => Err(self.rests(REFUSED)),
            Ok(Entered::Refused(why)) => Err(self.rests(why)),
            Err(fault) => Err(self.not_answered(fault)),
        }
    }

    /// A login that failed without an answer to it.
    pub(super) fn not_answered(&self, fault: Fault) -> Fault {
        if matches!(&fault, Fault::Unavailable { reached: Reached::Maybe, .. } | Fault::Malformed { .. }) {
            self.session.state().uncertain(&self.session.terms, Timestamp::now());
        }
        never_left(fault)
    }
}

const REFUSED: &str =
    "the login was refused, and is made no second time: a few wrong ones lock the account; see name and password";
const UNPROVEN: &str =
    "after the login the page shows none of `login.done_when`; see whether the password was changed, or the page";

impl Session {
    /// The login page, filled in but for the account; its cookies go into the jar.
    pub(super) async fn login_page(&self, rule: &LoginRule, jar: &mut Jar) -> Result<Filled, Fault> {
        let Some(page) = &rule.page else {
            let to = rule
                .post
                .clone()
                .ok_or_else(|| Fault::malformed("neither `login.page` nor `login.post` is written"))?;
            return Ok(Filled { to, page: None, fields: Fields::new(), letters: encoding_rs::UTF_8 });
        };
        let request = self.dressed(super::by(&self.line.client, Method::GET, page), page, None, jar);
        let answer = self.line.ask(request, huiliu_kit::session::Caller::Poll).await?;
        jar.take(&answer.headers, page);
        Judge::default().accept(&answer, Timestamp::now())?;
        let charset = self.charset;
        let letters = letters(&answer, charset);
        let (at, user) = (page.clone(), rule.user_box.clone());
        let form = aside(move || {
            let seen = Seen::of(answer, at, charset);
            let forms = seen.page()?.forms();
            let form = forms.into_iter().find(|form| form.field(&user).is_some());
            form.ok_or_else(|| {
                Fault::malformed(format!("the login page has no box `{user}` (`login.form.user`): it was changed, or the address is another one"))
                    .quoting(seen.answer.quote())
            })
        })
        .await??;
        let boxes = [Some(&rule.password_box), rule.captcha.as_ref().map(|captcha| &captcha.field)];
        if let Some(gone) = boxes.into_iter().flatten().find(|name| form.field(name).is_none()) {
            return Err(Fault::malformed(format!("the login page has no box `{gone}` (`login.form`): it was changed")));
        }
        let action = form.action.as_deref().unwrap_or_default();
        let to = match &rule.post {
            Some(post) => post.clone(),
            None => self.reach(action, page).map_err(|what| Fault::malformed(format!("the login form {what}")))?,
        };
        Ok(Filled { to, page: Some(page.clone()), fields: form.sent(), letters })
    }

    /// Sends a login, and reads what is shown.
    pub(super) async fn enter(
        &self,
        rule: &LoginRule,
        filled: Filled,
        jar: Jar,
        text: Option<&Secret>,
    ) -> Result<Entered, Fault> {
        let Filled { to, page, mut fields, letters } = filled;
        let mut jar = jar;
        tap::secret(&rule.password);
        put(&mut fields, &rule.user_box, &[rule.user.expose().to_owned()]);
        put(&mut fields, &rule.password_box, &[rule.password.expose().to_owned()]);
        for (name, value) in &rule.send {
            put(&mut fields, name, std::slice::from_ref(value));
        }
        if let Some((captcha, text)) = rule.captcha.as_ref().zip(text) {
            put(&mut fields, &captcha.field, &[text.expose().trim().to_owned()]);
        }
        let ask = Ask { method: Method::POST, url: to, body: Some((FORM, written(&fields, letters))), from: page };
        let (answer, url) = self.go(&mut jar, &ask, true).await?;
        let entered = self.entered(rule, answer, url, text.is_some()).await?;
        Ok(match entered {
            Entered::In(_) => Entered::In(jar),
            other => other,
        })
    }

    /// What an answer to a login says.
    async fn entered(&self, rule: &LoginRule, answer: Answer, url: Url, person: bool) -> Result<Entered, Fault> {
        let status = answer.status.as_u16();
        if matches!(status, 408 | 429 | 500..=599) {
            // What is certainly not taken counts for nothing.
            Judge::default().taken(&answer, Timestamp::now())?;
        }
        let wrong = rule.captcha.as_ref().map(|captcha| captcha.wrong.clone()).unwrap_or_default();
        let (refused, done, password) = (rule.refused.clone(), rule.done.clone(), rule.password_box.clone());
        let (signs, charset) = (Arc::clone(&self.signs), self.charset);
        aside(move || {
            let seen = Seen::of(answer, url, charset);
            if seen.says(&signs.kicked) {
                Entered::Kicked
            } else if person && seen.says(&wrong) {
                Entered::WrongPicture
            } else if matches!(status, 400..=499) || seen.says(&refused) {
                Entered::Refused(REFUSED)
            } else if !done.is_empty() {
                if seen.says(&done) { Entered::In(Jar::default()) } else { Entered::Refused(UNPROVEN) }
            } else if seen.asks_for(&password) || seen.says(&signs.lost) {
                Entered::Refused(REFUSED)
            } else if seen.page().is_err() {
                Entered::Refused("the login is not answered by a page; write `login.done_when`")
            } else {
                Entered::In(Jar::default())
            }
        })
        .await
    }
}

/// Whatever the call was about, it has not been sent yet.
fn never_left(fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { message, retry_after, quoted, .. } => {
            Fault::Unavailable { message: format!("no login: {message}"), retry_after, reached: Reached::No, quoted }
        }
        other => other,
    }
}
