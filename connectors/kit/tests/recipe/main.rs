//! Recipes, walked: as they are written in TOML, over messages that are made and met.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on shall fail")]

mod openssl;
mod presets;
mod properties;
mod schemes;
mod sealed;
mod simple;
mod traced;
mod vectors;
mod wrong;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use huiliu_contract::{Personal, Push};
use huiliu_farside::site::Premises;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::recipe::{Recipe, RecipeOptions, Way};
use jiff::Timestamp;
use reqwest::Request;

/// Reads a recipe as it is written in a channel's file.
pub(crate) fn options(written: &str) -> RecipeOptions {
    toml::from_str(written).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Builds it; else the mistakes, each with its key.
pub(crate) fn tried(written: &str, way: Way, site: &Premises) -> Result<Recipe, Vec<String>> {
    let mut wrong = Mistakes::default();
    let built = Recipe::build(&options(written), way, "recipe", site, &mut wrong);
    let told = wrong.into_vec().iter().map(|one| format!("{}: {}", one.key, one.problem)).collect();
    built.ok_or(told)
}

pub(crate) fn built(written: &str, way: Way, site: &Premises) -> Recipe {
    tried(written, way, site).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A request of ours.
pub(crate) fn request(method: Method, address: &str, media_type: &str, body: &str) -> Request {
    let mut request = Request::new(method, address.parse().unwrap());
    if !media_type.is_empty() {
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        *request.body_mut() = Some(body.to_owned().into());
    }
    request
}

/// A push with these headers.
pub(crate) fn pushed(target: &str, headers: &[(&str, &str)], body: &[u8], at: Timestamp) -> Push {
    let named =
        |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    Push {
        method: Method::POST,
        target: target.into(),
        headers: headers.iter().map(named).collect::<HeaderMap>(),
        body: Personal::new(Bytes::copy_from_slice(body)),
        peer: ([127, 0, 0, 1], 4000).into(),
        received_at: at,
        envelope: None,
    }
}

/// What a request of ours is where it arrives.
pub(crate) fn arrived(request: &Request, at: Timestamp) -> Push {
    let url = request.url();
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    Push {
        method: request.method().clone(),
        target,
        headers: request.headers().clone(),
        body: Personal::new(Bytes::copy_from_slice(body)),
        peer: ([127, 0, 0, 1], 4000).into(),
        received_at: at,
        envelope: None,
    }
}
