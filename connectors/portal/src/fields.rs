//! The fields of a form, in the letters of the page that they stand on. Pure.

use encoding_rs::{Encoding, GBK, UTF_8};
use huiliu_kit::client::Answer;
use huiliu_page::Charset;

/// Names and values, in order.
pub(crate) type Fields = Vec<(String, String)>;

/// So far from a page's front it says in which letters it is written.
const HEAD: usize = 4096;

/// The letters in which a form on this page is sent: the page's own.
pub(crate) fn letters(answer: &Answer, charset: Charset) -> &'static Encoding {
    if let Charset::Named(named) = charset {
        return named.output_encoding();
    }
    let told = answer.headers.get(http::header::CONTENT_TYPE).map(|value| value.as_bytes());
    let head = &answer.body[..answer.body.len().min(HEAD)];
    let declared = told.and_then(declared).or_else(|| declared(head));
    match declared {
        Some(encoding) => encoding.output_encoding(),
        None if std::str::from_utf8(&answer.body).is_ok() => UTF_8,
        None => GBK,
    }
}

/// The charset behind the first `charset=`.
fn declared(text: &[u8]) -> Option<&'static Encoding> {
    const KEY: &[u8] = b"charset=";
    let at = text.windows(KEY.len()).position(|part| part.eq_ignore_ascii_case(KEY))?;
    let rest = &text[at + KEY.len()..];
    let rest = &rest[rest.iter().take_while(|byte| matches!(byte, b'"' | b'\'' | b' ')).count()..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    Encoding::for_label(&rest[..length])
}

/// The body of a form as browsers write it in these letters.
pub(crate) fn written(fields: &[(String, String)], letters: &'static Encoding) -> Vec<u8> {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        for (at, text) in [name, value].into_iter().enumerate() {
            if at > 0 {
                out.push('=');
            }
            // A letter that it does not have becomes a reference, as browsers do.
            out.extend(form_urlencoded::byte_serialize(&letters.encode(text).0));
        }
    }
    out.into_bytes()
}

/// Puts a value in the place of the first field of that name, and takes its others away; at the end where there is none.
pub(crate) fn put(fields: &mut Fields, name: &str, values: &[String]) {
    let at = fields.iter().position(|(known, _)| known == name).unwrap_or(fields.len());
    fields.retain(|(known, _)| known != name);
    let at = at.min(fields.len());
    fields.splice(at..at, values.iter().map(|value| (name.to_owned(), value.clone())));
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn a_form_is_written_in_the_letters_of_its_page() {
        let page = |body: &[u8]| Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body),
        };
        assert_eq!(letters(&page(b"<meta charset=\"gb2312\">"), Charset::Auto), GBK);
        assert_eq!(letters(&page("<p>信</p>".as_bytes()), Charset::Auto), UTF_8);
        assert_eq!(letters(&page(&GBK.encode("<p>信件</p>").0), Charset::Auto), GBK);
        assert_eq!(letters(&page(b""), Charset::Named(GBK)), GBK);
        let fields = vec![("a b".to_owned(), "信".to_owned()), ("c".to_owned(), "1&2".to_owned())];
        assert_eq!(written(&fields, GBK), b"a+b=%D0%C5&c=1%262");
        assert_eq!(written(&fields[..1], UTF_8), "a+b=%E4%BF%A1".as_bytes());
    }

    #[test]
    fn a_value_takes_the_place_of_all_of_its_name() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut fields = vec![field("t", "1"), field("a", "x"), field("b", ""), field("a", "y")];
        put(&mut fields, "a", &["z".into()]);
        put(&mut fields, "c", &["1".into(), "2".into()]);
        put(&mut fields, "b", &[]);
        assert_eq!(fields, [field("t", "1"), field("a", "z"), field("c", "1"), field("c", "2")]);
    }
}
