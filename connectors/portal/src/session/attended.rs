//! Logins that a person does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use huiliu_contract::{Answered, Attended, Challenge, Fault, Keepsake, Personal, Reached, Secret, Standing};
use huiliu_kit::session::Caller;
use huiliu_kit::success::Judge;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::login::Entered;
use super::state::{Pending, later};
use super::{Ask, CaptchaRule, LoginRule, Session};
use crate::jar::Jar;
use crate::seen::Expect;

/// The largest picture.
const IMAGE: usize = 1024 * 1024;

#[async_trait]
impl Attended for Session {
    fn adopt(&self, kept: &Keepsake) {
        self.state().adopt(kept, &self.whose);
    }

    fn keepsake(&self) -> Option<Keepsake> {
        self.state().keepsake(&self.whose)
    }

    fn standing(&self) -> Standing {
        self.state().standing(&self.terms, Timestamp::now())
    }

    fn needs_person(&self) -> bool {
        self.terms.person
    }

    async fn challenge(&self) -> Result<Challenge, Fault> {
        let (rule, captcha) = self.by_person()?;
        let _turn = self.turn().await;
        self.open()?;
        let mut jar = Jar::default();
        let filled = self.login_page(rule, &mut jar).await?;
        let from = filled.page.clone().unwrap_or_else(|| filled.to.clone());
        let (bytes, media_type) = self.picture(captcha, &from, &mut jar).await?;
        let until = captcha.valid.and_then(|valid| later(Timestamp::now(), valid));
        let mut state = self.state();
        state.serial += 1;
        let id = format!("{:x}-{}", Timestamp::now().as_microsecond(), state.serial);
        state.pending = Some(Pending { id: id.clone(), jar, filled, until });
        Ok(Challenge { id, image: Personal::new(bytes), media_type, until })
    }

    async fn answer(&self, id: &str, text: &Secret) -> Result<Answered, Fault> {
        let (rule, _) = self.by_person()?;
        let turn = self.turn().await;
        self.open()?;
        let pending = self.state().pending.take_if(|pending| pending.id == id);
        let in_time = |pending: &Pending| pending.until.is_none_or(|until| Timestamp::now() < until);
        let Some(pending) = pending.filter(in_time) else { return Ok(Answered::Late) };
        let entered = match self.enter(rule, pending.filled, pending.jar, Some(text)).await {
            Ok(entered) => entered,
            Err(fault) => return Err(turn.not_answered(fault)),
        };
        let now = Timestamp::now();
        match entered {
            Entered::In(jar) => {
                self.state().enter(jar, now);
                tracing::info!(channel = %self.channel, "a person logged in");
                Ok(Answered::In)
            }
            Entered::Kicked => Err(turn.give_way()),
            Entered::WrongPicture => {
                let left = self.state().wrong(&self.terms, now);
                Ok(if left == 0 { Answered::Resting { why: self.why() } } else { Answered::Wrong { left } })
            }
            Entered::Refused(why) => {
                turn.rests(why);
                Ok(Answered::Resting { why: why.into() })
            }
        }
    }

    fn resume(&self) {
        self.state().resume();
    }

    async fn tend(&self) -> Option<Duration> {
        let (page, every) = self.login.as_ref()?.keep_alive.clone()?;
        let turn = self.turn().await;
        let due = {
            let (mut state, now) = (self.state(), Timestamp::now());
            if !state.is_in(&self.terms, now) {
                return Some(every);
            }
            let silent = state.used.map_or(SignedDuration::MAX, |used| now.duration_since(used));
            Duration::try_from(SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX) - silent)
                .unwrap_or_default()
        };
        if !due.is_zero() {
            return Some(due);
        }
        // Nothing on it is looked for: what is not the sign of a loss will do.
        let nothing: Expect<()> = Arc::new(|_| Err(Fault::malformed("looked at")));
        if let Err(fault) = turn.alive(&Ask::get(page), nothing).await {
            tracing::warn!(channel = %self.channel, word = fault.word(), "the session could not be kept alive");
        }
        Some(every)
    }

    fn ends_before(&self, at: Timestamp) -> bool {
        self.state().ends_before(&self.terms, at)
    }
}

impl super::Turn<'_> {
    /// Asks for a page that keeps the session alive, and notes if it is over.
    async fn alive(&self, ask: &Ask, nothing: Expect<()>) -> Result<(), Fault> {
        match self.once(ask, &nothing).await? {
            crate::seen::Verdict::Lost => self.session.state().lose(Timestamp::now()),
            crate::seen::Verdict::Kicked => drop(self.give_way()),
            _ => {}
        }
        Ok(())
    }
}

impl Session {
    /// The login, where a person does it.
    fn by_person(&self) -> Result<(&LoginRule, &CaptchaRule), Fault> {
        let rule = self.login.as_ref().and_then(|rule| Some((rule, rule.captcha.as_ref()?)));
        rule.ok_or_else(|| Fault::malformed("logins here show no picture (`login.captcha`), and need nobody"))
    }

    /// Whether anything may be sent there now.
    fn open(&self) -> Result<(), Fault> {
        match self.state().bars(&self.channel, Timestamp::now()) {
            Some(barred) => Err(barred),
            None => Ok(()),
        }
    }

    fn why(&self) -> String {
        match self.standing() {
            Standing::Resting { why, .. } => why,
            _ => String::new(),
        }
    }

    /// A picture of the login page.
    async fn picture(&self, rule: &CaptchaRule, from: &Url, jar: &mut Jar) -> Result<(Bytes, &'static str), Fault> {
        let written = rule.image.replace("{now}", &Timestamp::now().as_millisecond().to_string());
        let url =
            self.reach(&written, from).map_err(|what| Fault::malformed(format!("`login.captcha.image` {what}")))?;
        let request = self.dressed(super::by(&self.line.client, Method::GET, &url), &url, Some(from), jar);
        let answer = self.line.ask(request, Caller::Poll).await.map_err(|fault| match fault {
            Fault::Unavailable { message, retry_after, quoted, .. } => Fault::Unavailable {
                message: format!("no picture: {message}"),
                retry_after,
                reached: Reached::No,
                quoted,
            },
            other => other,
        })?;
        jar.take(&answer.headers, &url);
        Judge::default().accept(&answer, Timestamp::now())?;
        if answer.body.len() > IMAGE {
            return Err(Fault::malformed("what came is larger than 1 MiB, and no picture of a captcha"));
        }
        let media_type = sniffed(&answer.body).ok_or_else(|| {
            Fault::malformed("what came is no picture that is taken (PNG, JPEG, GIF, BMP); see `login.captcha.image`")
                .quoting(answer.quote())
        })?;
        Ok((answer.body, media_type))
    }
}

/// The media type of a picture by its first bytes; none for what is none, or is text (SVG may hold scripts).
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"BM", "image/bmp"),
    ];
    KNOWN.iter().find(|(front, _)| bytes.starts_with(front)).map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_bytes() {
        assert_eq!(sniffed(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(sniffed(b"BM6\0"), Some("image/bmp"));
        for none in [&b"<svg onload=x>"[..], b"<html>", b"", b"GIF"] {
            assert_eq!(sniffed(none), None);
        }
    }
}
