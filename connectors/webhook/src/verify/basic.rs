//! HTTP Basic (RFC 7617). It proves who sent a push, not what was sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::{Misconfigured, Push, Refusal, Site};

use super::Proofs;
use crate::options::BasicOptions;

const KEY: &str = "connect.verify.basic";

pub(crate) struct Basic {
    /// Of `user:password`, as it is sent.
    proofs: Proofs,
}

impl Basic {
    pub(super) fn build(options: &BasicOptions, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let secrets = super::secrets(&format!("{KEY}.passwords"), &options.passwords, site, mistakes);
        if options.user.is_empty() || options.user.contains(':') {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.user"),
                "the user is empty or holds a colon, which HTTP Basic cannot carry",
                "用户名为空或含有冒号;HTTP Basic 传不了冒号",
            ));
            return None;
        }
        let pairs: Vec<_> = secrets.iter().map(|secret| format!("{}:{}", options.user, secret.expose())).collect();
        Some(Self { proofs: Proofs::of(pairs.iter().map(String::as_bytes)) })
    }

    pub(super) fn verify(&self, push: &Push) -> Result<(), Refusal> {
        let header = super::lone_header(push, &http::header::AUTHORIZATION)?;
        let pair = header
            .split_at_checked(6)
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"basic "))
            .and_then(|(_, encoded)| STANDARD.decode(encoded.trim_ascii()).ok())
            .ok_or(Refusal::NotVerified("the authorization header is no readable basic credential"))?;
        if self.proofs.hold(&pair) { Ok(()) } else { Err(Refusal::NotVerified("user or password does not fit")) }
    }
}
