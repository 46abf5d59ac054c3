//! Sealing and opening in a message: the body, single fields, query parameters.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde_json::Value;

use super::{IvRule, Seal};
use crate::crypto::Refused;
use crate::pick::{Pointer, scalar};
use crate::recipe::message::{Document, Lack, Message};
use crate::recipe::options::{Inner, Order, SealWhat, Wrap};
use crate::recipe::plan::Plan;
use crate::recipe::put::set_field;
use crate::recipe::run::{decoded, encoded};
use crate::target::{FORM, JSON};

/// Query parameters that were opened, by name.
pub(in crate::recipe) type Opened = Vec<(String, Vec<u8>)>;

impl Plan {
    /// Seals what this order seals.
    pub(in crate::recipe) fn seal(
        &self,
        order: Order,
        key: Option<usize>,
        now: Timestamp,
        message: &mut Message<'_>,
    ) -> Result<(), Lack> {
        for seal in self.seals.iter().filter(|seal| seal.order == order) {
            let candidates = seal.candidates(key, &self.keys, now);
            let hand = candidates.first().ok_or_else(|| Lack("a key that is valid now".into()))?;
            seal.close(*hand, message)?;
        }
        Ok(())
    }

    /// Opens what this order sealed, the last first.
    pub(in crate::recipe) fn open(
        &self,
        order: Order,
        key: Option<usize>,
        now: Timestamp,
        message: &mut Message<'_>,
        opened: &mut Opened,
    ) -> Result<bool, Refused> {
        let mut any = false;
        for seal in self.seals.iter().rev().filter(|seal| seal.order == order) {
            seal.disclose(&seal.candidates(key, &self.keys, now), message, opened)?;
            any |= seal.what != SealWhat::Query;
        }
        Ok(any)
    }
}

impl Seal {
    fn close(&self, key: usize, message: &mut Message<'_>) -> Result<(), Lack> {
        // A request without a body has nothing to hide in it.
        if self.what != SealWhat::Query && message.body.as_ref().is_some_and(|body| body.is_empty()) {
            return Ok(());
        }
        let refused = |Refused| Lack("a text that this cipher can seal, which is not empty".into());
        let iv = self.fresh_iv(key).map_err(refused)?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Lack("a sealed text".into()));
        match self.what {
            SealWhat::Body => {
                let plain = message.body.clone().ok_or_else(|| Lack("a body that is not streamed".into()))?;
                let sealed = self.seal(key, &iv, &plain).map_err(refused)?;
                match &self.into {
                    None => {
                        message.set_body(sealed);
                        if let Some(media_type) = &self.media_type {
                            message.headers.to_mut().insert(CONTENT_TYPE, media_type.clone());
                        }
                    }
                    Some(place) => {
                        let (empty, media_type) = if self.wrap == Wrap::Json { ("{}", JSON) } else { ("", FORM) };
                        message.headers.to_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                        message.set_body(empty.into());
                        set_field(message, place, Value::String(text(sealed)?))?;
                    }
                }
            }
            SealWhat::Fields => {
                for place in &self.fields {
                    if let Some(plain) = present(message, place) {
                        let sealed =
                            text(self.seal(key, &iv_for(self, key, &iv)?, plain.as_bytes()).map_err(refused)?)?;
                        set_field(message, place, Value::String(sealed))?;
                    }
                }
            }
            SealWhat::Query => {
                let mut query = Vec::new();
                for (name, value) in message.parameters() {
                    let named = self.fields.iter().any(|field| field.as_str() == name);
                    let value = if named {
                        text(self.seal(key, &iv_for(self, key, &iv)?, value.as_bytes()).map_err(refused)?)?
                    } else {
                        value
                    };
                    query.push((name, value));
                }
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                message.query = form.extend_pairs(query).finish().into();
            }
        }
        match &self.iv {
            IvRule::Header(name, written) => {
                let value =
                    HeaderValue::from_bytes(&encoded(*written, &iv)).map_err(|_| Lack("an initial vector".into()))?;
                message.headers.to_mut().insert(name.clone(), value);
            }
            IvRule::Field(place, written) => set_field(message, place, Value::String(text(encoded(*written, &iv))?))?,
            IvRule::Front | IvRule::Key | IvRule::Fixed(_) => {}
        }
        Ok(())
    }

    fn disclose(&self, keys: &[usize], message: &mut Message<'_>, opened: &mut Opened) -> Result<(), Refused> {
        let told = match &self.iv {
            IvRule::Header(name, written) => decoded(*written, message.header(name).map_err(|_| Refused)?),
            IvRule::Field(place, written) => decoded(*written, &message.field(place).map_err(|_| Refused)?),
            IvRule::Front | IvRule::Key | IvRule::Fixed(_) => None,
        };
        let told = told.as_deref();
        match self.what {
            SealWhat::Body => {
                let plain = match &self.into {
                    Some(place) => self.open(keys, told, &message.field(place).map_err(|_| Refused)?)?,
                    None => self.open(keys, told, message.bytes())?,
                };
                message.set_body(plain);
                if self.into.is_some() {
                    // It told what the outer body was; what the inner one is, shows.
                    message.headers.to_mut().remove(CONTENT_TYPE);
                }
            }
            SealWhat::Fields => {
                for place in &self.fields {
                    if let Some(sealed) = present(message, place) {
                        let plain = self.open(keys, told, sealed.as_bytes())?;
                        let value = match self.inner {
                            Inner::Text => Value::String(String::from_utf8(plain).map_err(|_| Refused)?),
                            Inner::Json => serde_json::from_slice(&plain).map_err(|_| Refused)?,
                        };
                        set_field(message, place, value).map_err(|_| Refused)?;
                    }
                }
            }
            SealWhat::Query => {
                for field in &self.fields {
                    let sealed = message.parameter(field.as_str()).map_err(|_| Refused)?;
                    opened.push((field.as_str().to_owned(), self.open(keys, told, sealed.as_bytes())?));
                }
            }
        }
        Ok(())
    }
}

/// One initial vector a text, where it stands in front of it.
fn iv_for(seal: &Seal, key: usize, shared: &[u8]) -> Result<Vec<u8>, Lack> {
    match seal.iv {
        IvRule::Front => seal.fresh_iv(key).map_err(|_| Lack("randomness of the system".into())),
        _ => Ok(shared.to_vec()),
    }
}

/// A field that is there and holds something; of lists and objects, their JSON.
fn present(message: &Message<'_>, place: &Pointer) -> Option<String> {
    match message.document() {
        Document::Json(document) => match place.get(document)? {
            Value::Null => None,
            nested @ (Value::Object(_) | Value::Array(_)) => Some(nested.to_string()),
            value => scalar(value).map(|text| text.into_owned()).filter(|text| !text.is_empty()),
        },
        Document::Form(fields) => {
            let name = place.as_str().trim_start_matches('/');
            let value = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())?;
            (!value.is_empty()).then_some(value)
        }
        Document::Xml(_) | Document::Opaque => None,
    }
}
