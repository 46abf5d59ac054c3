//! Columns and what stands in them, as JSON has it. Pure.
//!
//! Whole numbers are numbers up to 2^53 and texts beyond, decimals are texts with every digit, times are written
//! `2026-11-28 09:02:03` with a fraction if there is one, and with `+08:00` behind it where the database knows the zone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, GB18030, GBK};
use serde_json::{Number, Value};

/// The greatest whole number that every reader of JSON keeps exactly.
const EXACT: i128 = 1 << 53;

/// What a column holds, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// True or false.
    Bool,
    /// Whole numbers.
    Int,
    /// Inexact numbers.
    Float,
    /// Exact numbers.
    Decimal,
    /// Text.
    Text,
    /// Text that is padded with blanks.
    Padded,
    /// Bytes.
    Bytes,
    /// JSON.
    Json,
    /// A list, written by the database as JSON.
    List,
    /// A day.
    Date,
    /// A time without a zone.
    Local,
    /// A time with a zone.
    Instant,
    /// Whatever else, as the database writes it.
    Other,
}

impl Sort {
    /// What people call it.
    pub(crate) fn spoken(self) -> (&'static str, &'static str) {
        match self {
            Self::Bool => ("真假", "booleans"),
            Self::Int => ("整数", "whole numbers"),
            Self::Float => ("浮点数", "inexact numbers"),
            Self::Decimal => ("小数", "decimals"),
            Self::Text | Self::Padded => ("文字", "text"),
            Self::Bytes => ("二进制", "bytes"),
            Self::Json | Self::List => ("JSON", "JSON"),
            Self::Date => ("日期", "days"),
            Self::Local | Self::Instant => ("时间", "times"),
            Self::Other => ("其他", "something else"),
        }
    }

    /// Whether it has an order in time.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Local | Self::Instant)
    }
}

/// A column of a table or a view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) sort: Sort,
    /// Its type that cannot be read at all, by the database's word; none where it can.
    pub(crate) unknown: Option<String>,
}

/// What stands in one row of one column.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// A value.
    Value(Value),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Bytes that are no text in the character set they should be in; the set's name.
    NoText(&'static str),
}

impl Cell {
    /// Nothing.
    pub(crate) const NULL: Self = Self::Value(Value::Null);

    /// As a document holds it: bytes in base64, what is no text as nothing.
    pub(crate) fn document(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Bytes(bytes) => Value::String(STANDARD.encode(bytes)),
            Self::NoText(_) => Value::Null,
        }
    }

    /// As text: what marks and numbers of rows are compared and bound by. None for nothing.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Value(Value::String(text)) => Some(text.clone()),
            Self::Value(Value::Number(number)) => Some(number.to_string()),
            Self::Value(Value::Bool(told)) => Some(told.to_string()),
            _ => None,
        }
    }

    /// Roughly how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Value(Value::String(text)) => text.len() + 24,
            Self::Value(Value::Array(_) | Value::Object(_)) => 1024,
            Self::Bytes(bytes) => bytes.len() + 24,
            _ => 24,
        }
    }
}

/// A whole number, exactly.
pub(crate) fn whole(number: i128) -> Value {
    match i64::try_from(number) {
        Ok(small) if (-EXACT..=EXACT).contains(&number) => Value::Number(small.into()),
        _ => Value::String(number.to_string()),
    }
}

/// An inexact number; what JSON has no number for is text.
pub(crate) fn inexact(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

/// Bytes that are text, in UTF-8 or in the set that the channel's file names.
pub(crate) fn text(bytes: &[u8], charset: Option<&'static Encoding>) -> Cell {
    let decoded = match charset {
        None => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Some(set) => set.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned()),
    };
    match decoded {
        Some(text) => Cell::Value(Value::String(text)),
        None => Cell::NoText(charset.map_or("UTF-8", Encoding::name)),
    }
}

/// What a database wrote as text, by the sort of its column.
pub(crate) fn written(bytes: &[u8], sort: Sort, charset: Option<&'static Encoding>) -> Cell {
    if sort == Sort::Bytes {
        return Cell::Bytes(bytes.to_vec());
    }
    let Cell::Value(Value::String(text)) = text(bytes, charset) else {
        return self::text(bytes, charset);
    };
    Cell::Value(match sort {
        Sort::Bool if text == "true" || text == "false" => Value::Bool(text == "true"),
        Sort::Int => text.parse().map_or(Value::String(text), whole),
        Sort::Float => text.parse().map_or(Value::String(text), inexact),
        Sort::Json | Sort::List => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Sort::Padded => Value::String(text.trim_end_matches(' ').to_owned()),
        Sort::Instant => Value::String(with_minutes(text)),
        _ => Value::String(text),
    })
}

/// `+08` as `+08:00`.
fn with_minutes(mut text: String) -> String {
    let short = text.len() > 19 && matches!(text.as_bytes()[text.len() - 3], b'+' | b'-');
    if short && text.as_bytes()[10] == b' ' {
        text.push_str(":00");
    }
    text
}

/// The character set that a channel's file may name.
pub(crate) fn charset(written: &str) -> Option<&'static Encoding> {
    match written.to_lowercase().as_str() {
        // Read as GB18030 is, which holds it; what is written has to be in GBK itself.
        "gbk" | "gb2312" => Some(GBK),
        "gb18030" => Some(GB18030),
        "big5" => Some(encoding_rs::BIG5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str, sort: Sort) -> Value {
        written(text.as_bytes(), sort, None).document()
    }

    #[test]
    fn every_sort_becomes_what_json_can_hold_exactly() {
        let cases = [
            ("7", Sort::Int, json!(7)),
            ("9007199254740992", Sort::Int, json!(9007199254740992u64)),
            ("9007199254740993", Sort::Int, json!("9007199254740993")),
            ("-9223372036854775808", Sort::Int, json!("-9223372036854775808")),
            ("12.3400", Sort::Decimal, json!("12.3400")),
            ("0.5", Sort::Float, json!(0.5)),
            ("NaN", Sort::Float, json!("NaN")),
            ("true", Sort::Bool, json!(true)),
            ("[1,null,\"a\"]", Sort::List, json!([1, null, "a"])),
            ("{\"a\": 1}", Sort::Json, json!({ "a": 1 })),
            ("ab  ", Sort::Padded, json!("ab")),
            ("ab  ", Sort::Text, json!("ab  ")),
            ("2026-11-28", Sort::Date, json!("2026-11-28")),
            ("2026-11-28 09:02:03.5", Sort::Local, json!("2026-11-28 09:02:03.5")),
            ("2026-11-28 09:02:03.5+08", Sort::Instant, json!("2026-11-28 09:02:03.5+08:00")),
            ("2026-11-28 09:02:03+05:30", Sort::Instant, json!("2026-11-28 09:02:03+05:30")),
            ("infinity", Sort::Instant, json!("infinity")),
            ("1 day", Sort::Other, json!("1 day")),
        ];
        for (text, sort, wanted) in cases {
            assert_eq!(read(text, sort), wanted, "{text} as {sort:?}");
        }
        assert_eq!(written(&[0, 255], Sort::Bytes, None).document(), json!("AP8="));
    }

    #[test]
    fn gbk_is_read_by_its_own_name_and_what_is_not_gbk_is_no_text() {
        let (gbk, ..) = GB18030.encode("县长信箱");
        assert_eq!(text(&gbk, charset("GBK")), Cell::Value(json!("县长信箱")));
        assert_eq!(text(&gbk, None), Cell::NoText("UTF-8"));
        assert_eq!(text(&[0x81], charset("gbk")), Cell::NoText("GBK"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            for sort in [Sort::Int, Sort::Instant, Sort::Json, Sort::Padded, Sort::Text, Sort::Bytes] {
                written(&bytes, sort, None);
                written(&bytes, sort, charset("gbk"));
            }
        }

        #[test]
        fn whole_numbers_keep_every_digit(number: i64) {
            let value = whole(number.into());
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            prop_assert_eq!(text, number.to_string());
        }
    }
}
