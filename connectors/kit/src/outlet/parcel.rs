//! A parcel's content: one request as it was composed, without credentials, to be read again when it is sent.

use http::Method;
use huiliu_contract::{Fault, OutcomeKind, Parcel, Personal};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::{Client, RequestBuilder};
use crate::line::Base;
use crate::target::{FORM, Filled, JSON};

/// One request, written down. A new member must have a default: parcels wait longer than a program runs.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    /// The word of the way it goes by.
    pub(super) way: String,
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl Content {
    /// Writes a request down.
    pub(super) fn of(kind: OutcomeKind, filled: Filled) -> Self {
        let (media_type, body) = match filled.body {
            Some((media_type, bytes)) => (Some(media_type.into()), Some(String::from_utf8_lossy(&bytes).into_owned())),
            None => (None, None),
        };
        let way = kind.road_word().into();
        Self { way, method: filled.method.to_string(), url: filled.url.into(), media_type, body }
    }

    /// The parcel: for the far side, and for a person.
    pub(super) fn parcel(&self) -> Result<Parcel, Fault> {
        let content = serde_json::to_string(self).map_err(|_| Fault::malformed("the parcel cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(self.shown()) })
    }

    /// Reads a parcel again.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Fault> {
        serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))
    }

    /// The request again. An address that the channel's file no longer allows is not asked: it would be shown the new
    /// credentials.
    pub(super) fn request(self, client: &Client, base: &Base) -> Result<RequestBuilder, Fault> {
        let bad = || Fault::malformed("the parcel holds no request");
        let url = Url::parse(&self.url).map_err(|_| bad())?;
        if !base.allows(&url) {
            return Err(Fault::malformed(
                "the parcel was composed for a host that the channel's file no longer names; compose it again",
            ));
        }
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|_| bad())?;
        let request = client.request(method, url);
        let request = match self.media_type {
            Some(media_type) => request.header(http::header::CONTENT_TYPE, media_type),
            None => request,
        };
        Ok(match self.body {
            Some(body) => request.body(body),
            None => request,
        })
    }

    fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.method, self.url);
        let lines = |pairs: url::form_urlencoded::Parse<'_>| -> String {
            pairs.map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
        };
        let body = match (self.media_type.as_deref(), self.body.as_deref()) {
            (Some(JSON), Some(body)) => serde_json::from_str::<serde_json::Value>(body)
                .and_then(|tree| serde_json::to_string_pretty(&tree))
                .unwrap_or_else(|_| body.to_owned()),
            (Some(FORM), Some(body)) => lines(url::form_urlencoded::parse(body.as_bytes())),
            (_, Some(body)) => body.to_owned(),
            (_, None) => Url::parse(&self.url).map(|url| lines(url.query_pairs())).unwrap_or_default(),
        };
        if !body.is_empty() {
            shown.push_str("\n\n");
            shown.push_str(&body);
        }
        shown
    }
}
