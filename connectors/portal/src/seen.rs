//! What came, as a person would see it: the page that was meant, or one that says that the session is over. The status
//! says little: back ends tell everything with 200.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use huiliu_contract::Fault;
use huiliu_kit::client::Answer;
use huiliu_kit::success::Judge;
use huiliu_page::{Charset, Kind, Limits, Page, Unreadable};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::aside::aside;

/// An answer, and what stands on it.
pub(crate) struct Seen {
    pub(crate) answer: Answer,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    page: Result<Page, Unreadable>,
}

impl Seen {
    /// Reads it. It may take long: only [`look`] and tests do it.
    pub(crate) fn of(answer: Answer, url: Url, charset: Charset) -> Self {
        let told = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let page = Page::read(&answer.body, told, charset, &Limits::default());
        Self { answer, url, page }
    }

    /// What lies in a file, as if it had come from there.
    pub(crate) fn of_file(bytes: &Bytes, url: Url, charset: Charset) -> Self {
        let answer = Answer { status: StatusCode::OK, headers: http::HeaderMap::new(), body: bytes.clone() };
        Self::of(answer, url, charset)
    }

    /// The page.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where it is none.
    pub(crate) fn page(&self) -> Result<&Page, Fault> {
        self.page.as_ref().map_err(|why| Fault::malformed(format!("no page came: {why}")).quoting(self.answer.quote()))
    }

    /// The document, where it is JSON.
    ///
    /// # Errors
    ///
    /// As [`Judge::document`].
    pub(crate) fn document(&self, judge: &Judge) -> Result<Value, Fault> {
        judge.document(&self.answer, Timestamp::now())
    }

    /// Whether it says one of these words, to a person or by a script.
    pub(crate) fn says(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return false;
        }
        match &self.page {
            Ok(page) => words.iter().any(|word| page.says(word)),
            Err(_) => {
                // JSON may write its letters as numbers.
                let text =
                    self.answer.json().map_or_else(|_| self.answer.text().into_owned(), |value| value.to_string());
                words.iter().any(|word| text.contains(word.as_str()))
            }
        }
    }

    /// Whether it shows a box for a password of that name.
    pub(crate) fn asks_for(&self, password: &str) -> bool {
        let Ok(page) = &self.page else { return false };
        page.forms()
            .iter()
            .flat_map(|form| &form.fields)
            .any(|field| field.kind == Kind::Password && field.name == password)
    }

    /// Where the page sends its reader by a script or by itself.
    fn sends_to(&self) -> Option<Url> {
        let to = self.page.as_ref().ok()?.sends_to()?;
        self.url.join(&to).ok()
    }
}

/// By what it is known that a page is not what was asked for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Signs {
    /// Where the login page is.
    pub(crate) login: Option<Url>,
    /// The box for the password; none where nobody logs in.
    pub(crate) password: Option<String>,
    pub(crate) lost: Vec<String>,
    pub(crate) kicked: Vec<String>,
}

/// What became of a question.
pub(crate) enum Verdict<T> {
    /// It was answered.
    Fine(T),
    /// We are not logged in.
    Lost,
    /// Somebody else uses the account.
    Kicked,
    /// It is something else.
    Odd(Fault),
}

/// What is looked for on a page.
pub(crate) type Expect<T> = Arc<dyn Fn(&Seen) -> Result<T, Fault> + Send + Sync>;

impl Signs {
    /// Whether this is where logins are made.
    pub(crate) fn is_login(&self, url: &Url) -> bool {
        self.login.as_ref().is_some_and(|login| {
            login.host_str() == url.host_str()
                && login.port_or_known_default() == url.port_or_known_default()
                && login.path() == url.path()
        })
    }

    /// Judges what came. That what was meant is there counts before any sign: a citizen may write of 请重新登录.
    pub(crate) fn judge<T>(&self, seen: &Seen, expect: &Expect<T>) -> Verdict<T> {
        if self.is_login(&seen.url) {
            return Verdict::Lost;
        }
        let fault = match expect(seen) {
            Ok(found) => return Verdict::Fine(found),
            Err(fault) => fault,
        };
        if seen.says(&self.kicked) {
            return Verdict::Kicked;
        }
        let Some(password) = &self.password else { return Verdict::Odd(fault) };
        let led = seen.sends_to().is_some_and(|to| self.is_login(&to));
        let lost =
            seen.answer.status == StatusCode::UNAUTHORIZED || led || seen.says(&self.lost) || seen.asks_for(password);
        if lost { Verdict::Lost } else { Verdict::Odd(fault) }
    }
}

/// Reads an answer and judges it, aside.
///
/// # Errors
///
/// [`Fault::Malformed`] where it takes too long.
pub(crate) async fn look<T: Send + 'static>(
    answer: Answer,
    url: Url,
    charset: Charset,
    signs: Arc<Signs>,
    expect: Expect<T>,
) -> Result<Verdict<T>, Fault> {
    aside(move || signs.judge(&Seen::of(answer, url, charset), &expect)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(url: &str, body: &str) -> Seen {
        Seen::of_file(&Bytes::copy_from_slice(body.as_bytes()), Url::parse(url).unwrap(), Charset::Auto)
    }

    fn word(body: &str, meant: &str) -> &'static str {
        let signs = Signs {
            login: Some(Url::parse("http://far/admin/login.jsp").unwrap()),
            password: Some("pwd".into()),
            lost: vec!["请重新登录".into()],
            kicked: vec!["已在别处登录".into()],
        };
        let meant = meant.to_owned();
        let expect: Expect<()> = Arc::new(move |seen| match seen.says(std::slice::from_ref(&meant)) {
            true => Ok(()),
            false => Err(Fault::malformed("not there")),
        });
        let at = if body.is_empty() { "http://far/admin/login.jsp?x" } else { "http://far/admin/list.jsp" };
        match signs.judge(&seen(at, body), &expect) {
            Verdict::Fine(()) => "fine",
            Verdict::Lost => "lost",
            Verdict::Kicked => "kicked",
            Verdict::Odd(_) => "odd",
        }
    }

    #[test]
    fn a_session_that_is_over_is_known_by_what_is_shown_and_a_letter_about_it_is_a_letter() {
        assert_eq!(word("<p>信件列表</p>", "信件列表"), "fine");
        assert_eq!(word("<p>来信内容:网站总说请重新登录</p>", "来信内容"), "fine");
        assert_eq!(word("<p>登录信息已失效,请重新登录</p>", "信件列表"), "lost");
        assert_eq!(word("<script>alert('请重新登录');</script>", "信件列表"), "lost");
        assert_eq!(word("<script>top.location='login.jsp';</script>", "信件列表"), "lost");
        assert_eq!(word("<form><input type=password name=pwd></form>", "信件列表"), "lost");
        assert_eq!(word(r#"{"status":"error","des":"\u8bf7\u91cd\u65b0\u767b\u5f55"}"#, "信件列表"), "lost");
        assert_eq!(word("", "信件列表"), "lost", "wherever the login page is");
        assert_eq!(word("<p>您的账号已在别处登录,请重新登录</p>", "信件列表"), "kicked");
        assert_eq!(word("<p>系统维护中</p>", "信件列表"), "odd");
        assert_eq!(word("<script>function f(){ if (x) alert('请重新登录') }</script><p>维护</p>", "列表"), "lost");
    }
}
