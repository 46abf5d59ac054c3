//! A token: how it is put on a request, how long it holds, and how it is kept over a restart.

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use huiliu_contract::{Fault, Secret};
use jiff::{SignedDuration, Timestamp};
use reqwest::Request;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::target::{FORM, JSON};

/// A token is renewed so long before its end; one that holds less than twice as long, at half its time.
const BEFORE_ITS_END: SignedDuration = SignedDuration::from_secs(60);
/// What says it holds longer than this is not believed.
const LONGEST: i64 = 366 * 86_400;

/// A token that a far side gave.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: Secret,
    /// Until when it is used; none where nothing is known of its end.
    pub(super) until: Option<Timestamp>,
}

/// A token as it is kept. It has no `Debug`: it is a secret until it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptToken {
    token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// The address that gave it. Another one shall never see it.
    from: String,
}

/// How a token is put on requests, compiled.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Header(HeaderName, &'static str),
    Query(String),
    Field(String),
}

impl Token {
    /// A token that holds for so many seconds from now on, if that is known.
    pub(super) fn new(text: String, seconds: Option<i64>, now: Timestamp) -> Self {
        let until = seconds.map(|seconds| {
            let holds = SignedDuration::from_secs(seconds.clamp(0, LONGEST));
            now + (holds - BEFORE_ITS_END).max(holds / 2)
        });
        Self { text: Secret::new(text), until }
    }

    pub(super) fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    pub(super) fn kept(&self, from: &str) -> KeptToken {
        KeptToken { token: self.text.expose().to_owned(), until: self.until, from: from.to_owned() }
    }
}

impl KeptToken {
    /// The token, if this address gave it.
    pub(super) fn token(&self, from: &str) -> Option<Token> {
        (self.from == from).then(|| Token { text: Secret::new(self.token.clone()), until: self.until })
    }
}

impl Place {
    /// Puts a token on a request that is written already.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where the request has no place for it; nothing was sent.
    pub(super) fn put(&self, token: &Token, request: &mut Request) -> Result<(), Fault> {
        let text = token.text.expose();
        match self {
            Self::Header(name, prefix) => {
                let mut value = HeaderValue::try_from(format!("{prefix}{text}"))
                    .map_err(|_| Fault::malformed("the token holds characters that a header cannot carry"))?;
                value.set_sensitive(true);
                request.headers_mut().insert(name.clone(), value);
            }
            Self::Query(name) => {
                request.url_mut().query_pairs_mut().append_pair(name, text);
            }
            Self::Field(name) => {
                let body = with_field(request, name, text).ok_or_else(|| {
                    Fault::malformed(format!("`login.put.field` puts the token into the body as `{name}`, but this request has no body that is a JSON object or a form"))
                })?;
                *request.body_mut() = Some(body.into());
            }
        }
        Ok(())
    }
}

/// The body of a request with one member more.
fn with_field(request: &Request, name: &str, token: &str) -> Option<Vec<u8>> {
    let media_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let body = request.body()?.as_bytes()?;
    match media_type {
        JSON => {
            let mut members: serde_json::Map<String, Value> = serde_json::from_slice(body).ok()?;
            members.insert(name.to_owned(), Value::String(token.to_owned()));
            serde_json::to_vec(&members).ok()
        }
        FORM => {
            let mut form = url::form_urlencoded::Serializer::new(String::from_utf8(body.to_vec()).ok()?);
            Some(form.append_pair(name, token).finish().into_bytes())
        }
        _ => None,
    }
}

/// Where a bearer token stands.
pub(super) fn bearer() -> Place {
    Place::Header(AUTHORIZATION, "Bearer ")
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn token() -> Token {
        Token::new("t&k".into(), None, Timestamp::UNIX_EPOCH)
    }

    fn request(body: Option<(&str, &str)>) -> Request {
        let mut request = Request::new(Method::POST, "http://127.0.0.1/list?a=1".parse().unwrap());
        if let Some((media_type, body)) = body {
            request.headers_mut().insert(CONTENT_TYPE, media_type.parse().unwrap());
            *request.body_mut() = Some(body.to_owned().into());
        }
        request
    }

    #[test]
    fn a_token_stands_where_it_is_declared_to() {
        let mut asked = request(None);
        bearer().put(&token(), &mut asked).unwrap();
        assert_eq!(asked.headers()["authorization"], "Bearer t&k");
        assert!(asked.headers()["authorization"].is_sensitive());
        Place::Query("token".into()).put(&token(), &mut asked).unwrap();
        assert_eq!(asked.url().query(), Some("a=1&token=t%26k"));
        let field = Place::Field("token".into());
        let mut asked = request(Some((JSON, r#"{"x":1.50,"page":2}"#)));
        field.put(&token(), &mut asked).unwrap();
        let body: Value = serde_json::from_slice(asked.body().unwrap().as_bytes().unwrap()).unwrap();
        assert_eq!(body, serde_json::json!({ "x": 1.5, "page": 2, "token": "t&k" }));
        let mut asked = request(Some((FORM, "page=2")));
        field.put(&token(), &mut asked).unwrap();
        assert_eq!(asked.body().unwrap().as_bytes().unwrap(), b"page=2&token=t%26k");
        for without in [None, Some((JSON, "[1]")), Some(("text/xml", "<a/>"))] {
            assert_eq!(field.put(&token(), &mut request(without)).unwrap_err().word(), "malformed");
        }
        let line = Token::new("a\nb".into(), None, Timestamp::UNIX_EPOCH);
        assert_eq!(bearer().put(&line, &mut request(None)).unwrap_err().word(), "malformed");
    }

    #[test]
    fn a_token_is_given_up_before_its_end_and_is_shown_to_nobody_else() {
        let now = Timestamp::UNIX_EPOCH;
        let until = |seconds| Token::new("t".into(), Some(seconds), now).until.unwrap().as_second();
        assert_eq!((until(7200), until(120), until(60), until(0), until(-5)), (7140, 60, 30, 0, 0));
        assert_eq!(until(i64::MAX), LONGEST - 60);
        let kept = Token::new("t".into(), Some(100), now).kept("http://a/login");
        assert!(kept.token("http://b/login").is_none());
        let again = kept.token("http://a/login").unwrap();
        assert!(again.holds(now) && !again.holds(now + SignedDuration::from_secs(50)));
    }
}
