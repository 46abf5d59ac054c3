//! What the content type of a push says, as far as it matters.

use http::header::CONTENT_TYPE;
use huiliu_contract::Push;

use crate::receive_options::Format;

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const XML: &str = "application/xml";
pub(super) const MULTIPART: &str = "multipart/form-data";

/// A content type, taken apart.
#[derive(Clone, Copy, Default)]
pub(super) struct ContentType<'p> {
    /// As it was written; the boundary of a form stands in it.
    pub(super) written: &'p str,
    pub(super) format: Option<Format>,
    pub(super) charset: Option<&'p str>,
}

impl<'p> ContentType<'p> {
    pub(super) fn of(push: &'p Push) -> Self {
        let written = push.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        written.map_or_else(Self::default, Self::read)
    }

    fn read(written: &'p str) -> Self {
        let mut pieces = written.split(';').map(str::trim);
        let essence = pieces.next().unwrap_or_default();
        let is = |known: &[&str]| known.iter().any(|known| essence.eq_ignore_ascii_case(known));
        let ends = |end: &str| {
            let tail = essence.len().checked_sub(end.len()).and_then(|at| essence.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        let format = if is(&[JSON, "text/json"]) || ends("+json") {
            Some(Format::Json)
        } else if is(&[XML, "text/xml"]) || ends("+xml") {
            Some(Format::Xml)
        } else if is(&[FORM]) {
            Some(Format::Form)
        } else if is(&[MULTIPART]) {
            Some(Format::Multipart)
        } else {
            None
        };
        let mut parameters = pieces.filter_map(|piece| piece.split_once('='));
        let charset = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        Self { written, format, charset: charset.map(|(_, value)| value.trim().trim_matches('"')) }
    }

    /// Whether it names a charset that is not UTF-8.
    pub(super) fn foreign_charset(&self) -> bool {
        let plain =
            |charset: &str| ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known));
        self.charset.is_some_and(|charset| !plain(charset))
    }
}
