//! `multipart/form-data` (RFC 7578): fields become one document, files become attachments, in their order. A part that
//! cannot be read as what it says it is makes the form unreadable; nothing is guessed and nothing left out.

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use futures_util::{FutureExt, stream};
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use huiliu_contract::{Attachment, AttachmentSource, Personal};
use multer::Multipart;
use serde_json::{Map, Value};

use super::name;

/// The most parts of a form.
const MOST_PARTS: usize = 1000;

const TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");

/// How the forms of a channel are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// Fields that hold JSON.
    pub(crate) json: Vec<String>,
    /// The most files.
    pub(crate) most: usize,
    /// The largest file, in bytes.
    pub(crate) largest: usize,
}

/// Why a form cannot be read. Parts are told by their place, from 1: their names are the far side's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadParts {
    #[error("the content type names no boundary; `multipart/form-data; boundary=…` is needed")]
    Boundary,
    #[error("it is cut, or part {0} has no head that can be read")]
    Broken(usize),
    #[error("it has more than {MOST_PARTS} parts")]
    TooMany,
    #[error("part {0} has no name")]
    Nameless(usize),
    #[error("part {0} is packed ({1}); only binary parts are taken")]
    Packed(usize, &'static str),
    #[error("part {0} names a charset that is not known")]
    Charset(usize),
    #[error("the text of part {0} is not {1}")]
    NotText(usize, &'static str),
    #[error("part {0} is declared in `receive.json_parts`, and is no JSON: stopped at line {1}, column {2}")]
    NotJson(usize, usize, usize),
    #[error("it brings more than {0} files; `receive.max_files` says how many it may")]
    TooManyFiles(usize),
    #[error("the file of part {0} has more than {1} bytes; `receive.file_limit` says how many it may")]
    TooLargeFile(usize, usize),
}

impl Parts {
    /// Reads a whole form; `content_type` as it was written.
    pub(super) fn read(&self, body: &Bytes, content_type: &str) -> Result<(Value, Vec<Attachment>), BadParts> {
        // The body is here as a whole, so there is nothing to wait for; what would wait is a form that is cut.
        self.walk(body, content_type).now_or_never().unwrap_or(Err(BadParts::Broken(0)))
    }

    async fn walk(&self, body: &Bytes, content_type: &str) -> Result<(Value, Vec<Attachment>), BadParts> {
        let boundary = multer::parse_boundary(content_type).map_err(|_| BadParts::Boundary)?;
        let whole = stream::iter([Ok::<_, std::convert::Infallible>(body.clone())]);
        let mut form = Multipart::new(whole, boundary);
        let (mut fields, mut files) = (Map::new(), Vec::new());
        let mut n = 0;
        while let Some(mut part) = form.next_field().await.map_err(|_| BadParts::Broken(n + 1))? {
            n += 1;
            if n > MOST_PARTS {
                return Err(BadParts::TooMany);
            }
            let mut bytes = Bytes::new();
            while let Some(piece) = part.chunk().await.map_err(|_| BadParts::Broken(n))? {
                bytes = if bytes.is_empty() { piece } else { [bytes, piece].concat().into() };
            }
            binary(n, part.headers())?;
            let head = part.headers().get(CONTENT_DISPOSITION).map(http::HeaderValue::as_bytes).unwrap_or_default();
            let Some(name) = name::parameter(head, "name").filter(|name| !name.is_empty()) else {
                return Err(BadParts::Nameless(n));
            };
            match name::parameter(head, "filename") {
                // A form whose file was not chosen says so with an empty name and nothing in it.
                Some(file) if file.is_empty() && bytes.is_empty() => {}
                Some(file) => files.push(self.file(n, files.len(), file, part.headers(), bytes)?),
                None => add(&mut fields, name.clone(), self.field(n, &name, part.headers(), &bytes)?),
            }
        }
        Ok((Value::Object(fields), files))
    }

    fn file(
        &self,
        n: usize,
        before: usize,
        name: String,
        headers: &HeaderMap,
        bytes: Bytes,
    ) -> Result<Attachment, BadParts> {
        if before >= self.most {
            return Err(BadParts::TooManyFiles(self.most));
        }
        if bytes.len() > self.largest {
            return Err(BadParts::TooLargeFile(n, self.largest));
        }
        let media_type = headers.get(CONTENT_TYPE).and_then(|told| told.to_str().ok());
        let media_type =
            media_type.and_then(|told| told.split(';').next()).map(|told| told.trim().to_ascii_lowercase());
        Ok(Attachment {
            name: Personal::new(name),
            media_type: media_type.filter(|told| !told.is_empty()),
            source: AttachmentSource::Bytes(Personal::new(bytes)),
        })
    }

    fn field(&self, n: usize, name: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Value, BadParts> {
        let told = headers.get(CONTENT_TYPE).and_then(|told| told.to_str().ok()).unwrap_or_default();
        let label = told.split(';').skip(1).filter_map(|piece| piece.split_once('=')).find_map(|(name, label)| {
            name.trim().eq_ignore_ascii_case("charset").then(|| label.trim().trim_matches('"'))
        });
        let charset = match label {
            Some(label) => Encoding::for_label(label.as_bytes()).ok_or(BadParts::Charset(n))?,
            None => UTF_8,
        };
        let text = charset.decode_without_bom_handling_and_without_replacement(bytes);
        let text = text.ok_or(BadParts::NotText(n, charset.name()))?;
        if !self.json.iter().any(|declared| declared == name) {
            return Ok(Value::String(text.into_owned()));
        }
        serde_json::from_str(&text).map_err(|bad| BadParts::NotJson(n, bad.line(), bad.column()))
    }
}

/// A part must be as it is: unpacking is for mail.
fn binary(n: usize, headers: &HeaderMap) -> Result<(), BadParts> {
    let Some(packed) = headers.get(TRANSFER_ENCODING) else { return Ok(()) };
    let is = |known: &str| packed.as_bytes().trim_ascii().eq_ignore_ascii_case(known.as_bytes());
    match ["binary", "8bit", "7bit"].into_iter().any(is) {
        true => Ok(()),
        false if is("base64") => Err(BadParts::Packed(n, "base64")),
        false => Err(BadParts::Packed(n, "content-transfer-encoding")),
    }
}

/// A field that comes several times is a list.
fn add(fields: &mut Map<String, Value>, name: String, value: Value) {
    /// A JSON part may be a list itself, which is one value.
    fn several(first: Value, next: Value) -> Value {
        Value::Array(vec![first, next])
    }
    match fields.get_mut(&name) {
        None => drop(fields.insert(name, value)),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) && value.is_string() => list.push(value),
        Some(first) => *first = several(first.take(), value),
    }
}

#[cfg(test)]
mod tests;
