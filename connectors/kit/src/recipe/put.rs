//! Where things go in a message, and how they are found there again.

use http::{HeaderName, HeaderValue};
use huiliu_contract::Misconfigured;
use serde_json::Value;

use super::members::segments;
use super::message::{Document, Lack, Message};
use super::options::PutOptions;
use super::plan::Kind;
use super::text::{Atom, Names, Piece, Text, bad_header};
use crate::mistakes::Mistakes;
use crate::pick::Pointer;

/// How many signatures may stand together.
const MOST: usize = 16;

/// One thing in one place.
pub(super) struct Put {
    pub(super) place: Place,
    pub(super) text: Text,
    pub(super) several: Option<String>,
    pub(super) inside: bool,
    number: bool,
    /// The last step that it reads; none where it reads none.
    pub(super) after: Option<usize>,
}

/// A place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Header(HeaderName),
    Query(String),
    Field(Pointer),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header {name}"),
            Self::Query(name) => write!(f, "query {name}"),
            Self::Field(place) => write!(f, "field {place}"),
        }
    }
}

impl Put {
    pub(super) fn build(
        options: &PutOptions,
        key: &str,
        names: Names<'_>,
        kind: Kind,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let place = wrong.take(place(options, key, names.request));
        let text = names.compile(&options.text, &format!("{key}.text"), wrong);
        if kind.comes_in() && options.inside {
            wrong.tell(
                &format!("{key}.inside"),
                "what is verified stands outside of what is sealed; `inside` is for what goes out",
                "inside 只用于发出的请求;验签的内容要在密文外面",
            );
        }
        if options.several.as_ref().is_some_and(String::is_empty) {
            wrong.tell(&format!("{key}.several"), "what separates them is missing", "没写用什么隔开");
        }
        let (place, text) = (place?, text?);
        let after = text.slots().filter_map(|atom| if let Atom::Step(at) = atom { Some(*at) } else { None }).max();
        if kind.comes_in() {
            let adjacent = text.0.windows(2).any(|two| matches!(two, [Piece::Slot(_), Piece::Slot(_)]));
            if adjacent {
                wrong.tell(
                    &format!("{key}.text"),
                    "nothing tells where one placeholder ends and the next begins; write a sign between them",
                    "两个占位符挨在一起,收到时分不开;中间要有分隔符",
                );
            }
            if options.several.is_some() && text.slots().count() != 1 {
                wrong.tell(
                    &format!("{key}.several"),
                    "where several stand together, the text holds one placeholder, the signature",
                    "有几个并列时,text 里只能有一个占位符(签名)",
                );
            }
        }
        let (several, inside, number) = (options.several.clone(), options.inside, options.number);
        (wrong.count() == before).then_some(Self { place, text, several, inside, number, after })
    }

    /// Whether it is there when a step is taken.
    pub(super) fn is_before(&self, step: usize) -> bool {
        self.after.is_none_or(|after| after < step)
    }

    /// Puts a text where it goes.
    pub(super) fn put(&self, text: &[u8], sensitive: bool, message: &mut Message<'_>) -> Result<(), Lack> {
        let readable = || Lack(format!("a text that can stand in {}", self.place));
        match &self.place {
            Place::Header(name) => {
                let mut value = HeaderValue::from_bytes(text).map_err(|_| readable())?;
                value.set_sensitive(sensitive);
                message.headers.to_mut().insert(name.clone(), value);
            }
            Place::Query(name) => {
                let text = std::str::from_utf8(text).map_err(|_| readable())?;
                let mut query = url::form_urlencoded::Serializer::new(message.query.to_string());
                message.query = query.append_pair(name, text).finish().into();
            }
            Place::Field(place) => {
                let text = std::str::from_utf8(text).map_err(|_| readable())?;
                let number = self.number.then(|| serde_json::from_str::<serde_json::Number>(text).ok()).flatten();
                set_field(message, place, number.map_or_else(|| Value::String(text.to_owned()), Value::Number))?;
            }
        }
        Ok(())
    }

    /// What stands there, as often as it may, each taken apart at the placeholders.
    pub(super) fn found(&self, message: &Message<'_>) -> Result<Vec<Vec<Vec<u8>>>, Lack> {
        let whole = match &self.place {
            Place::Header(name) => message.header(name)?.to_vec(),
            Place::Query(name) => message.parameter(name)?.into_bytes(),
            Place::Field(place) => message.field(place)?,
        };
        let Some(several) = &self.several else {
            let apart =
                apart(&self.text, &whole).ok_or_else(|| Lack(format!("the declared form in {}", self.place)))?;
            return Ok(vec![apart]);
        };
        let text = String::from_utf8(whole).map_err(|_| Lack(format!("a text in {}", self.place)))?;
        let found: Vec<_> = text.split(several.as_str()).take(MOST).collect();
        Ok(found.into_iter().filter_map(|one| apart(&self.text, one.trim().as_bytes())).collect())
    }
}

/// Sets a field of the body, which is a JSON object or a form; objects on the way are made.
pub(super) fn set_field(message: &mut Message<'_>, place: &Pointer, value: Value) -> Result<(), Lack> {
    let lack = || Lack(format!("a body that is a JSON object or a form, for the field `{place}`"));
    let body = match message.document().clone() {
        Document::Json(mut document) => {
            let mut at = &mut document;
            for step in segments(place.as_str()) {
                at = at
                    .as_object_mut()
                    .ok_or_else(lack)?
                    .entry(step)
                    .or_insert_with(|| Value::Object(Default::default()));
            }
            *at = value;
            serde_json::to_vec(&document).map_err(|_| lack())?
        }
        Document::Form(mut fields) => {
            let name = place.as_str().trim_start_matches('/');
            let text = crate::pick::scalar(&value).ok_or_else(lack)?.into_owned();
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = text,
                None => fields.push((name.to_owned(), text)),
            }
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields).finish().into_bytes()
        }
        Document::Xml(_) | Document::Opaque => return Err(lack()),
    };
    message.set_body(body);
    Ok(())
}

/// Takes a text apart at the placeholders: each ends where what stands behind it begins.
fn apart(text: &Text, whole: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut rest = whole;
    let mut pieces = text.0.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(bytes) => rest = rest.strip_prefix(&**bytes)?,
            Piece::Slot(_) => {
                let end = match pieces.peek() {
                    Some(Piece::Literal(next)) => rest.windows(next.len()).position(|window| window == &**next)?,
                    _ => rest.len(),
                };
                found.push(rest[..end].to_vec());
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(found)
}

fn place(options: &PutOptions, key: &str, request: bool) -> Result<Place, Misconfigured> {
    match (&options.header, &options.query, &options.field) {
        (Some(name), None, None) => HeaderName::try_from(name.as_str())
            .map(Place::Header)
            .map_err(|_| bad_header(name, &format!("{key}.header"))),
        (None, Some(name), None) if request && !name.is_empty() => Ok(Place::Query(name.clone())),
        (None, None, Some(place)) if !place.is_empty() => {
            Pointer::parse(place).map(Place::Field).map_err(|bad| bad.at_key(&format!("{key}.field")))
        }
        (None, Some(_), None) if !request => {
            Err(Misconfigured::new(format!("{key}.query"), "an answer has no query", "返回里没有网址参数"))
        }
        _ => Err(Misconfigured::new(
            key,
            "exactly one of `header`, `query` and `field` is needed, with a name",
            "header、query、field 要写且只写一个,并写出名字",
        )),
    }
}
