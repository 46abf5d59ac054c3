//! Between JSON and the language's values, with nothing changed that the program does not touch.
//!
//! The language has whole numbers of 64 bits with sign; JSON documents hold larger ones. Such a number goes in as the text of its
//! digits and is known again by its buffer: where that very text still stands in the result, the number comes out.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use vrl::prelude::Bytes;
use vrl::value::{KeyString, Value as Inner};

use super::Failed;

/// As deep as a JSON text may be nested that is read anywhere in the product.
pub(super) const MAX_DEPTH: usize = 127;
/// What a value costs besides its text.
const NODE: usize = 8;

/// What went in.
#[derive(Default)]
pub(super) struct Taken {
    /// About how large the document is.
    pub(super) bytes: usize,
    /// Numbers beyond 64 bits with sign, by the buffer that stands for each. The buffers are held, so that no other text
    /// comes to lie where one of them lay.
    large: HashMap<usize, (Bytes, Number)>,
}

impl Taken {
    /// A document as the language has it.
    pub(super) fn take(&mut self, value: &Value) -> Inner {
        self.bytes += NODE;
        match value {
            Value::Null => Inner::Null,
            Value::Bool(flag) => Inner::Boolean(*flag),
            Value::Number(number) => self.number(number),
            Value::String(text) => {
                self.bytes += text.len();
                Inner::from(text.as_str())
            }
            Value::Array(list) => Inner::Array(list.iter().map(|member| self.take(member)).collect()),
            Value::Object(members) => {
                let members = members.iter().map(|(key, member)| {
                    self.bytes += key.len();
                    (KeyString::from(key.as_str()), self.take(member))
                });
                Inner::Object(members.collect())
            }
        }
    }

    fn number(&mut self, number: &Number) -> Inner {
        if let Some(whole) = number.as_i64() {
            return Inner::Integer(whole);
        }
        match number.as_f64().filter(|_| number.is_f64()) {
            Some(part) => Inner::from_f64_or_zero(part),
            None => {
                let digits = Bytes::from(number.to_string());
                self.large.insert(digits.as_ptr() as usize, (digits.clone(), number.clone()));
                Inner::Bytes(digits)
            }
        }
    }

    /// A result as JSON: an object, not larger than `most`.
    pub(super) fn give(&self, value: Inner, most: usize) -> Result<Value, Failed> {
        if !value.is_object() {
            return Err(Failed::NotAnObject);
        }
        let mut left = most;
        self.json(value, MAX_DEPTH, &mut left, most)
    }

    fn json(&self, value: Inner, depth: usize, left: &mut usize, most: usize) -> Result<Value, Failed> {
        let mut spend = |bytes: usize| {
            *left = left.checked_sub(bytes).ok_or(Failed::TooLarge { most })?;
            Ok(())
        };
        spend(NODE)?;
        Ok(match value {
            Inner::Null => Value::Null,
            Inner::Boolean(flag) => Value::Bool(flag),
            Inner::Integer(whole) => Value::Number(whole.into()),
            Inner::Float(part) => Value::Number(Number::from_f64(part.into_inner()).ok_or(Failed::NotFinite)?),
            Inner::String(text) => {
                spend(text.len())?;
                Value::String(text.to_string())
            }
            Inner::Bytes(bytes) => {
                spend(bytes.len())?;
                match self.large.get(&(bytes.as_ptr() as usize)).filter(|(own, _)| own.len() == bytes.len()) {
                    Some((_, number)) => Value::Number(number.clone()),
                    None => Value::String(String::from_utf8(bytes.to_vec()).map_err(|_| Failed::NotText)?),
                }
            }
            Inner::Timestamp(_) | Inner::Regex(_) => {
                let text = value.to_string_lossy().into_owned();
                spend(text.len())?;
                Value::String(text)
            }
            Inner::Array(_) | Inner::Object(_) if depth == 0 => return Err(Failed::TooDeep { most: MAX_DEPTH }),
            Inner::Array(list) => {
                let list = list.into_iter().map(|member| self.json(member, depth - 1, left, most));
                Value::Array(list.collect::<Result<_, _>>()?)
            }
            Inner::Object(members) => {
                let mut out = Map::new();
                for (key, member) in members {
                    *left = left.checked_sub(key.len()).ok_or(Failed::TooLarge { most })?;
                    out.insert(key.into(), self.json(member, depth - 1, left, most)?);
                }
                Value::Object(out)
            }
        })
    }
}
