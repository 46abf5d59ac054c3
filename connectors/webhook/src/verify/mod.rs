//! Whether a push is believed. Everything here works on the raw bytes, before anything is parsed, and
//! fails closed: missing, doubled, empty or unreadable proof is no proof. Every comparison with a secret
//! takes the same time for a right and a wrong one, and goes over all secrets of a rotation.

mod basic;
mod hmac;
mod signed;
#[cfg(test)]
mod tests;
mod token;

use aws_lc_rs::{constant_time, digest};
use http::HeaderName;
use huiliu_contract::{Misconfigured, Push, Refusal, Secret, SecretRef, Site};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::recipe::{Recipe, Verified, Way};

use crate::options::Verify;

/// How a push proves who sent it, ready to be asked.
pub(crate) enum Verifier {
    None,
    Token(token::Token),
    Basic(basic::Basic),
    Hmac(Box<hmac::Hmac>),
    Recipe(Box<Recipe>),
}

impl Verifier {
    /// Builds it; mistakes are added to `mistakes`. Whether `none` is allowed is for the caller to judge.
    pub(crate) fn build(options: &Verify, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        match options {
            Verify::None => Some(Self::None),
            Verify::Token(options) => token::Token::build(options, site, mistakes).map(Self::Token),
            Verify::Basic(options) => basic::Basic::build(options, site, mistakes).map(Self::Basic),
            Verify::HmacSha256(options) => {
                hmac::Hmac::build(options, site, mistakes).map(|hmac| Self::Hmac(Box::new(hmac)))
            }
            Verify::Recipe(options) => {
                let mut wrong = Mistakes::default();
                let recipe = Recipe::build(options, Way::In, "connect.verify.recipe", site, &mut wrong);
                mistakes.extend(wrong.into_vec());
                recipe.map(|recipe| Self::Recipe(Box::new(recipe)))
            }
        }
    }

    /// Believes the push or says why not; gives the token that must not come again with another body, and the body as it
    /// was before it was sealed, where it was.
    pub(crate) fn verify(&self, push: &Push) -> Result<Verified, Refusal> {
        let once = match self {
            Self::None => None,
            Self::Token(token) => token.verify(push).map(|()| None)?,
            Self::Basic(basic) => basic.verify(push).map(|()| None)?,
            Self::Hmac(hmac) => hmac.verify(push)?,
            Self::Recipe(recipe) => return recipe.verify(push),
        };
        Ok(Verified { once, body: None, query: Vec::new() })
    }

    /// The recipe, where it is one.
    pub(crate) fn recipe(&self) -> Option<&Recipe> {
        match self {
            Self::Recipe(recipe) => Some(recipe),
            _ => None,
        }
    }
}

/// The one value of a header; none or several are refused.
fn lone_header<'p>(push: &'p Push, name: &HeaderName) -> Result<&'p [u8], Refusal> {
    let mut values = push.headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        (None, _) => Err(Refusal::NotVerified("a header that proves the sender is missing")),
        (Some(_), Some(_)) => Err(Refusal::NotVerified("a header that proves the sender came twice")),
    }
}

/// Digests of the accepted proofs. Comparing digests hides even the length of a secret.
struct Proofs(Vec<[u8; 32]>);

impl Proofs {
    fn of<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        Self(texts.map(sha256).collect())
    }

    /// Compares with every proof, whether an earlier one fitted or not.
    fn hold(&self, offered: &[u8]) -> bool {
        let offered = sha256(offered);
        any_equal(&offered, self.0.iter())
    }
}

fn sha256(text: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, text).as_ref());
    out
}

fn any_equal<'k>(offered: &[u8; 32], kept: impl Iterator<Item = &'k [u8; 32]>) -> bool {
    kept.fold(false, |found, kept| constant_time::verify_slices_are_equal(offered, kept).is_ok() | found)
}

/// Reads the secrets of a list; an empty list or an empty secret is a mistake.
fn secrets(key: &str, refs: &[SecretRef], site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Vec<Secret> {
    if refs.is_empty() {
        mistakes.push(Misconfigured::new(
            key,
            "the list is empty; at least one secret is needed",
            "一个密钥也没有写;至少要写一个",
        ));
    }
    let mut found = Vec::with_capacity(refs.len());
    for (position, at) in refs.iter().enumerate() {
        let key = format!("{key}.{position}");
        match site.secret(&key, at) {
            Ok(secret) if secret.expose().is_empty() => mistakes.push(Misconfigured::new(
                key,
                "the secret is empty, so anybody could prove it; enter one by `huiliu secret set`",
                "密钥是空的,等于谁都能通过;请用 huiliu secret set 录入",
            )),
            Ok(secret) => found.push(secret),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    found
}

/// Reads a header name.
fn header_name(key: &str, text: &str, mistakes: &mut Vec<Misconfigured>) -> Option<HeaderName> {
    let name = HeaderName::from_bytes(text.as_bytes()).ok();
    if name.is_none() {
        mistakes.push(Misconfigured::new(
            key,
            format!("`{}` is no header name; letters, digits and hyphens are allowed", text.escape_debug()),
            format!("“{text}”不能做请求头的名字;只能用字母、数字和连字符"),
        ));
    }
    name
}
