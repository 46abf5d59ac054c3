//! A whole answer, and its text in whatever charset it says it has.

use std::borrow::Cow;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use http::{HeaderMap, StatusCode, header};
use huiliu_contract::{Fault, Reached};
use serde_json::Value;

use crate::xml::Reading;

/// What a far side answered, unpacked but not yet understood.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; it may hold personal data.
    pub body: Bytes,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}

/// The most of an answer that a fault quotes, in characters.
const QUOTED: usize = 2000;

impl Answer {
    /// The body as text: a byte order mark decides, then the charset the header names, then UTF-8. What
    /// does not decode becomes U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        self.charset().decode(&self.body).0
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, Fault> {
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.body);
        let charset = self.charset();
        let read = if charset == UTF_8 {
            serde_json::from_slice(body)
        } else {
            let (text, wrong) = charset.decode_without_bom_handling(body);
            if wrong {
                let message = format!("the answer says it is {}, and is not", charset.name());
                return Err(Fault::malformed(message).quoting(self.quote()));
            }
            serde_json::from_str(&text)
        };
        read.map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            if error.is_eof() && !body.trim_ascii().is_empty() {
                // It began as JSON and stops in the middle: a line that was cut where nobody noticed.
                let message = format!("the answer ends in the middle of its JSON ({place})");
                return Fault::unavailable(message, Reached::Maybe).quoting(self.quote());
            }
            Fault::malformed(format!("the answer is not JSON (stopped at {place})")).quoting(self.quote())
        })
    }

    /// The body as XML, in the charset that the header and the document agree on.
    pub fn xml(&self, reading: &Reading) -> Result<Value, Fault> {
        reading.read_told(&self.body, self.label()).map_err(|not| {
            if not.is_cut() {
                let message = format!("the answer ends in the middle of its XML ({not})");
                return Fault::unavailable(message, Reached::Maybe).quoting(self.quote());
            }
            Fault::malformed(format!("the answer is no XML that is taken: {not}")).quoting(self.quote())
        })
    }

    /// The beginning of the body, for the sealed part of a fault.
    pub fn quote(&self) -> String {
        self.text().chars().take(QUOTED).collect()
    }

    fn charset(&self) -> &'static Encoding {
        self.label().and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8)
    }

    /// The charset that the header names.
    fn label(&self) -> Option<&str> {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| {
            value.split(';').skip(1).find_map(|parameter| {
                let (name, label) = parameter.split_once('=')?;
                name.trim().eq_ignore_ascii_case("charset").then(|| label.trim().trim_matches('"'))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(kind: &str, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        Answer { status: StatusCode::OK, headers, body: Bytes::copy_from_slice(body) }
    }

    #[test]
    fn json_is_read_in_the_charset_it_says_it_has() {
        let (gbk, _, _) = encoding_rs::GBK.encode("{\"标题\":\"路灯不亮\"}");
        let wanted = json!({ "标题": "路灯不亮" });
        assert_eq!(answer("application/json; charset=GBK", &gbk).json().unwrap(), wanted);
        assert_eq!(answer("application/json;Charset=\"gb2312\"", &gbk).json().unwrap(), wanted);
        assert_eq!(answer("text/html", "\u{feff}{\"标题\":\"路灯不亮\"}".as_bytes()).json().unwrap(), wanted);
        assert!(answer("application/json", &gbk).json().is_err(), "unlabelled GBK is not guessed at");
        assert!(answer("application/json; charset=gbk", b"{\"a\":\"\xFF\xFF\"}").json().is_err());
    }

    #[test]
    fn nonsense_is_malformed_and_quoted_only_under_seal() {
        let fault = answer("text/html", "<html>张三 13800000000</html>".as_bytes()).json().unwrap_err();
        assert_eq!(fault.word(), "malformed");
        assert!(!format!("{fault} {fault:?}").contains("张三"));
        let Fault::Malformed { quoted: Some(quoted), .. } = fault else { panic!("quoted nothing") };
        assert!(quoted.reveal().contains("张三"));
    }

    #[test]
    fn json_that_stops_in_the_middle_is_a_cut_line() {
        for cut in ["{\"items\":[{\"id\":\"1\"},", "{\"code\":0", "[1,"] {
            assert_eq!(answer("application/json", cut.as_bytes()).json().unwrap_err().word(), "unavailable", "{cut}");
        }
        for nonsense in ["", "  ", "]", "{\"a\":}", "<html>"] {
            let fault = answer("application/json", nonsense.as_bytes()).json().unwrap_err();
            assert_eq!(fault.word(), "malformed", "{nonsense}");
        }
    }

    #[test]
    fn xml_is_read_by_its_declaration_and_cut_where_it_is_cut() {
        let reading = Reading::default();
        let (gbk, _, _) = encoding_rs::GBK.encode("<?xml version='1.0' encoding='GB2312'?><r><t>路灯</t></r>");
        for kind in ["text/xml", "application/xml; charset=GBK"] {
            assert_eq!(answer(kind, &gbk).xml(&reading).unwrap(), json!({ "r": { "t": "路灯" } }));
        }
        let words = [("text/xml", &gbk[..50], "unavailable"), ("text/xml; charset=utf-8", &gbk, "malformed")];
        for (kind, body, word) in words.into_iter().chain([("text/xml", &b"<!DOCTYPE r><r/>"[..], "malformed")]) {
            assert_eq!(answer(kind, body).xml(&reading).unwrap_err().word(), word, "{kind}");
        }
    }

    #[test]
    fn debug_shows_no_body() {
        assert!(!format!("{:?}", answer("text/plain", b"13800000000")).contains("138"));
    }
}
