//! A door that gives out tokens: to who logs in, or shows client credentials. Its tokens wear out on purpose.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use huiliu_contract::Secret;
use serde_json::{Value, json};

use super::options::{Envelope, Trick};
use super::wire;

/// What every token begins with.
pub const TOKEN: &str = "token-not-for-anybodys-eyes-";
/// The code by which a wrong password is told, with HTTP 200.
const WRONG: &str = "10001";

/// Who gives out tokens. Cloning shares it.
///
/// `POST /login` takes `user` and `password` (JSON or a form) and answers `/data/token` and `/data/expiresIn`. `POST
/// /oauth/token` takes client credentials (RFC 6749, 4.4) in a header or in the body. A token is shown as a bearer token or
/// in `x-token`; only the newest is good.
#[derive(Clone, Debug)]
pub struct Doorkeeper(Arc<Mutex<Door>>);

#[derive(Debug)]
struct Door {
    user: String,
    password: Secret,
    /// For how many requests a token is good; none: for all.
    uses: Option<u64>,
    left: u64,
    /// The code by which a worn-out token is told with HTTP 200; none: by 401.
    code: Option<String>,
    given: u64,
    refused: u64,
    tricks: VecDeque<Trick>,
}

impl Doorkeeper {
    /// One that knows this user (or client) and password. Tokens do not wear out, and a wrong one is told by 401.
    pub fn new(user: &str, password: &str) -> Self {
        Self(Arc::new(Mutex::new(Door {
            user: user.into(),
            password: Secret::new(password),
            uses: None,
            left: 0,
            code: None,
            given: 0,
            refused: 0,
            tricks: VecDeque::new(),
        })))
    }

    /// The same, whose tokens are good for so many requests.
    #[must_use]
    pub fn uses(self, requests: u64) -> Self {
        self.door().uses = Some(requests);
        self
    }

    /// The same, which tells a wrong token by this code with HTTP 200.
    #[must_use]
    pub fn telling(self, code: &str) -> Self {
        self.door().code = Some(code.into());
        self
    }

    /// How many tokens it gave.
    pub fn logins(&self) -> u64 {
        self.door().given
    }

    /// How many logins it refused.
    pub fn refused(&self) -> u64 {
        self.door().refused
    }

    /// Makes the newest token worthless.
    pub fn spend(&self) {
        let mut door = self.door();
        (door.uses, door.left) = (door.uses.or(Some(u64::MAX)), 0);
    }

    /// The next logins meet these.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.door().tricks.extend(tricks);
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether these headers show the newest token, which wears it out by one.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let mut door = self.door();
        let token = format!("{TOKEN}{}", door.given);
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let shown = text("x-token") == token || text("authorization") == format!("Bearer {token}");
        if !shown || door.given == 0 || (door.uses.is_some() && door.left == 0) {
            return false;
        }
        door.left = door.left.saturating_sub(1);
        true
    }

    /// How a wrong token is told.
    pub(super) fn refusal(&self, envelope: &Envelope) -> Response {
        match self.door().code.clone() {
            Some(code) => {
                let mut answer = json!({ "msg": "登录已失效" });
                wire::put(&mut answer, &envelope.success.0, json!(code));
                wire::written(&answer, envelope)
            }
            None => wire::refused(envelope),
        }
    }

    /// A login.
    pub(super) fn log_in(&self, said: &wire::Params, envelope: &Envelope) -> Response {
        let right = |door: &Door| {
            said.get("user") == Some(&door.user)
                && said.get("password").is_some_and(|password| password == door.password.expose())
        };
        self.give(right, envelope, |token, answer| {
            wire::put(answer, &envelope.success.0, envelope.success.1.clone());
            wire::put(answer, "/data", json!({ "token": token, "expiresIn": 7200 }));
        })
        .unwrap_or_else(|| {
            let mut answer = json!({ "msg": "用户名或密码错误" });
            wire::put(&mut answer, &envelope.success.0, json!(WRONG));
            wire::written(&answer, envelope)
        })
    }

    /// A request for a token by client credentials.
    pub(super) fn grant(&self, headers: &HeaderMap, said: &wire::Params, envelope: &Envelope) -> Response {
        let right = |door: &Door| {
            let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", form(&door.user), form(door.password.expose()));
            let basic = format!("Basic {}", STANDARD.encode(pair));
            let in_header = headers.get("authorization").is_some_and(|value| value.as_bytes() == basic.as_bytes());
            let in_body = said.get("client_id") == Some(&door.user)
                && said.get("client_secret").is_some_and(|secret| secret == door.password.expose());
            said.get("grant_type").is_some_and(|grant| grant == "client_credentials") && (in_header || in_body)
        };
        self.give(right, envelope, |token, answer| {
            *answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 });
        })
        .unwrap_or_else(|| (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response())
    }

    /// The answer to who is right, or to whom a trick is played; none for who is wrong.
    fn give(
        &self,
        right: impl Fn(&Door) -> bool,
        envelope: &Envelope,
        write: impl Fn(&str, &mut Value),
    ) -> Option<Response> {
        let mut door = self.door();
        let trick = door.tricks.pop_front().unwrap_or(Trick::Nothing);
        if let Some(failed) = wire::failure(&trick, envelope) {
            return Some(failed);
        }
        if !right(&door) {
            door.refused += 1;
            return None;
        }
        door.given += 1;
        door.left = door.uses.unwrap_or_default();
        let mut answer = json!({});
        write(&format!("{TOKEN}{}", door.given), &mut answer);
        Some(wire::written(&answer, envelope))
    }
}
