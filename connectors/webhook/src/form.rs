//! `application/x-www-form-urlencoded`, read strictly: UTF-8 only, no broken escapes. What browsers would
//! guess is an error here, because a guess would change what a citizen wrote.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Why a form cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum BadForm {
    /// `%` without two hexadecimal digits.
    #[error("a `%` without two hexadecimal digits behind it stands at byte {0}")]
    Escape(usize),
    /// Bytes that are no UTF-8.
    #[error("the field that begins at byte {0} is not UTF-8; only UTF-8 forms are taken")]
    NotUtf8(usize),
}

/// The pairs of a form or a query, decoded, in their order.
pub(crate) fn pairs(bytes: &[u8]) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), BadForm>> {
    let mut start = 0;
    bytes.split(|byte| *byte == b'&').filter_map(move |field| {
        let at = start;
        start += field.len() + 1;
        (!field.is_empty()).then(|| pair(field, at))
    })
}

fn pair(field: &[u8], at: usize) -> Result<(Cow<'_, str>, Cow<'_, str>), BadForm> {
    let (name, value) = match field.iter().position(|byte| *byte == b'=') {
        Some(equals) => (&field[..equals], &field[equals + 1..]),
        None => (field, &[][..]),
    };
    let value_at = at + (field.len() - value.len());
    Ok((decode(name, at)?, decode(value, value_at)?))
}

fn decode(text: &[u8], at: usize) -> Result<Cow<'_, str>, BadForm> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| BadForm::NotUtf8(at));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut position = 0;
    while let Some(byte) = text.get(position) {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = text.get(position + 1..position + 3).ok_or(BadForm::Escape(at + position))?;
                position += 2;
                let mut value = [0];
                hex::decode_to_slice(digits, &mut value).map_err(|_| BadForm::Escape(at + position - 2))?;
                value[0]
            }
            byte => *byte,
        });
        position += 1;
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| BadForm::NotUtf8(at))
}

/// A form as a document: each field a text, a field that comes several times a list of texts.
pub(crate) fn document(bytes: &[u8]) -> Result<Value, BadForm> {
    let mut fields = Map::new();
    for pair in pairs(bytes) {
        let (name, value) = pair?;
        let value = Value::String(value.into_owned());
        match fields.get_mut(&*name) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_a_document() {
        let read =
            document("id=A1&title=%E8%B7%AF%E7%81%AF+%E5%9D%8F&file=a&file=b&file=c&empty=&lone&&x=路".as_bytes());
        assert_eq!(
            read.unwrap(),
            json!({ "id": "A1", "title": "路灯 坏", "file": ["a", "b", "c"], "empty": "", "lone": "", "x": "路" })
        );
    }

    #[test]
    fn guesses_are_refused() {
        assert_eq!(document(b"id=A1&title=%E8%B"), Err(BadForm::Escape(15)));
        assert_eq!(document(b"id=%zz"), Err(BadForm::Escape(3)));
        assert_eq!(document(b"id=%+1"), Err(BadForm::Escape(3)));
        assert_eq!(document(b"id=A1&title=%C2%B7%B5%C6"), Err(BadForm::NotUtf8(12)), "GBK");
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(fields in prop::collection::btree_map("\\PC{1,8}", "\\PC{0,20}", 0..6)) {
            let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            let expected: Map<_, _> = fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
            prop_assert_eq!(document(encoded.as_bytes()).unwrap(), Value::Object(expected));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = document(&bytes);
        }
    }
}
