//! What a promise is tried on: a built connector that takes [`Letter`]s one a push, and how its far side
//! proves itself.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use huiliu_contract::{Door, ExternalId, Personal, Push, Receive, Taken, What};
use jiff::Timestamp;

use crate::letter::Letter;
use crate::proof::Proof;
use crate::writing::Writing;

/// A connector under trial. Its channel must be declared so that a [`Letter`] as it is written is one submission, its
/// number at [`Writing::id`], and so that the field `letter` of a form of parts is JSON.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its door.
    pub door: &'a Door,
    /// Its receiving half.
    pub receive: &'a dyn Receive,
    /// How its far side proves itself.
    pub proof: &'a Proof,
    /// In what form its far side writes.
    pub writing: Writing,
    /// Every secret it was built with; none may ever show.
    pub secrets: &'a [&'a str],
    /// How the connector prints itself; filled from `Connector`'s Debug.
    pub debug: &'a str,
}

impl Subject<'_> {
    /// The body of a push with this letter.
    pub(super) fn body(&self, letter: &Letter) -> Vec<u8> {
        self.writing.body(letter)
    }

    /// A push of this body, rightly proven.
    pub(super) fn proven(&self, body: impl Into<Bytes>) -> Push {
        self.push(self.proof, body.into())
    }

    /// A push of this body, proven in the same way with another secret.
    pub(super) fn forged(&self, body: impl Into<Bytes>) -> Push {
        self.push(&self.proof.with_secret("somebody-else"), body.into())
    }

    /// A push of this body without any proof.
    pub(super) fn bare(&self, body: impl Into<Bytes>) -> Push {
        self.push(&Proof::Nothing, body.into())
    }

    fn push(&self, proof: &Proof, body: Bytes) -> Push {
        let now = Timestamp::now();
        let sent = proof.sent("/channels/letters", self.writing.media_type(), &body, now, "nonce-of-the-promises");
        let mut headers = HeaderMap::new();
        for (name, value) in sent.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
                headers.append(name, value);
            }
        }
        Push {
            method: Method::POST,
            target: sent.target,
            headers,
            body: Personal::new(sent.body.into()),
            peer: ([127, 0, 0, 1], 40_000).into(),
            received_at: now,
            envelope: None,
        }
    }
}

/// What the gateway says of a letter it took.
pub(super) fn taken(letter: &Letter, what: What) -> Option<Taken> {
    let external_id = Some(ExternalId::new(letter.number.clone()).ok()?);
    Some(Taken { external_id, ticket: Some("261201-00001-7".into()), what })
}
