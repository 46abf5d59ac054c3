//! A static token in a header or the query. It proves who sent a push, not what was sent.

use std::borrow::Cow;

use http::HeaderName;
use huiliu_contract::{Misconfigured, Push, Refusal, Secret, Site};

use super::Proofs;
use crate::options::TokenOptions;

const KEY: &str = "connect.verify.token";

pub(crate) struct Token {
    place: Place,
    prefix: String,
    proofs: Proofs,
}

enum Place {
    Header(HeaderName),
    Query(String),
}

impl Token {
    pub(super) fn build(options: &TokenOptions, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let secrets = super::secrets(&format!("{KEY}.secrets"), &options.secrets, site, mistakes);
        let place = match (&options.header, &options.query) {
            (Some(name), None) => super::header_name(&format!("{KEY}.header"), name, mistakes).map(Place::Header),
            (None, Some(name)) if !name.is_empty() => Some(Place::Query(name.clone())),
            _ => {
                mistakes.push(Misconfigured::new(
                    KEY,
                    "write exactly one of `header` and `query`, and not empty",
                    "header 和 query 必须写一个、只写一个,而且不能为空",
                ));
                None
            }
        };
        let proofs = Proofs::of(secrets.iter().map(|secret: &Secret| secret.expose().as_bytes()));
        Some(Self { place: place?, prefix: options.prefix.clone(), proofs })
    }

    pub(super) fn verify(&self, push: &Push) -> Result<(), Refusal> {
        let offered = match &self.place {
            Place::Header(name) => Cow::Borrowed(super::lone_header(push, name)?),
            Place::Query(name) => lone_parameter(&push.target, name)?,
        };
        let offered = offered
            .strip_prefix(self.prefix.as_bytes())
            .ok_or(Refusal::NotVerified("the token lacks its declared prefix"))?;
        if self.proofs.hold(offered) { Ok(()) } else { Err(Refusal::NotVerified("the token does not fit")) }
    }
}

/// The one value of a query parameter, decoded; none, several or a broken escape are refused.
fn lone_parameter<'p>(target: &'p str, name: &str) -> Result<Cow<'p, [u8]>, Refusal> {
    const BROKEN: Refusal = Refusal::NotVerified("the query is not readable");
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut found = None;
    for pair in crate::form::pairs(query.as_bytes()) {
        let (key, value) = pair.map_err(|_| BROKEN)?;
        if *key == *name && found.replace(value).is_some() {
            return Err(Refusal::NotVerified("the query parameter that proves the sender came twice"));
        }
    }
    let value = found.ok_or(Refusal::NotVerified("the query parameter that proves the sender is missing"))?;
    Ok(match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}
