//! The spoken number (汇流编号): `YYMMDD-`, the serial of the day, one check digit; digits only, because
//! it is read out over the telephone.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A spoken number, for example `261122-00017`: day, serial of the day (at least four digits), check digit.
///
/// The check digit is ISO/IEC 7064 MOD 11,10 over all digits before it: every single wrong digit is
/// caught. Of two different neighbours that are swapped, at any place one pair in 45 is missed, always of digits
/// that differ by one (0 and 9 counting so); the tests of this file list them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spoken {
    day: Date,
    serial: u32,
}

/// Why a text is no spoken number, or a day and serial cannot make one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadNumber {
    /// Something else than digits and separators.
    #[error("a ticket number has digits only, with a dash after the first six")]
    NotDigits,
    /// Too few or too many digits, or a serial with needless zeros in front.
    #[error(
        "a ticket number has 6 digits of the day, a serial of 4 to 10 digits and a check digit; {0} digits were given"
    )]
    Length(usize),
    /// The first six digits are no day.
    #[error("the first six digits of a ticket number are a day as YYMMDD; these are none")]
    Day,
    /// Serials begin at 1.
    #[error("the serial of a ticket number begins at 1")]
    Serial,
    /// The check digit does not fit: a digit was misheard or mistyped.
    #[error("the check digit does not fit: a digit is wrong or two are swapped")]
    CheckDigit,
}

impl Spoken {
    /// Makes the number of the `serial`-th ticket of a day. The year must be 2000 to 2099, the serial at least 1.
    pub fn new(day: Date, serial: u32) -> Result<Self, BadNumber> {
        if !(2000..=2099).contains(&day.year()) {
            return Err(BadNumber::Day);
        }
        if serial == 0 {
            return Err(BadNumber::Serial);
        }
        Ok(Self { day, serial })
    }

    /// The day it was given out, in the site's zone.
    pub fn day(self) -> Date {
        self.day
    }

    /// The serial within that day, from 1.
    pub fn serial(self) -> u32 {
        self.serial
    }

    /// Reads what a person typed or heard: full-width digits, blanks, dashes of any kind or none at all.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let mut digits = [0_u8; 17];
        let mut count = 0;
        for c in text.chars() {
            let digit = match c {
                '0'..='9' => c as u32 - '0' as u32,
                '\u{ff10}'..='\u{ff19}' => c as u32 - 0xff10,
                '-' | '‐' | '‑' | '–' | '—' | '－' | '_' | '.' | '·' => continue,
                c if c.is_whitespace() => continue,
                _ => return Err(BadNumber::NotDigits),
            };
            if let Some(place) = digits.get_mut(count) {
                *place = u8::try_from(digit).unwrap_or(0);
            }
            count += 1;
        }
        if !(11..=17).contains(&count) {
            return Err(BadNumber::Length(count));
        }
        let digits = &digits[..count];
        let (body, last) = digits.split_at(count - 1);
        if check_digit(body.iter().copied()) != last[0] {
            return Err(BadNumber::CheckDigit);
        }
        let two = |at: usize| i16::from(body[at] * 10 + body[at + 1]);
        let month = i8::try_from(two(2)).map_err(|_| BadNumber::Day)?;
        let of_month = i8::try_from(two(4)).map_err(|_| BadNumber::Day)?;
        let day = Date::new(2000 + two(0), month, of_month).map_err(|_| BadNumber::Day)?;
        let serial = &body[6..];
        if serial.len() > 4 && serial[0] == 0 {
            return Err(BadNumber::Length(count));
        }
        let serial = serial.iter().fold(0_u64, |sum, &d| sum * 10 + u64::from(d));
        Self::new(day, u32::try_from(serial).map_err(|_| BadNumber::Length(count))?)
    }

    fn text(self) -> ([u8; 18], usize) {
        let mut out = [b'-'; 18];
        let (year, month, day) = (self.day.year() % 100, self.day.month(), self.day.day());
        let parts = [year.unsigned_abs(), u16::from(month.unsigned_abs()), u16::from(day.unsigned_abs())];
        for (i, part) in parts.into_iter().enumerate() {
            out[2 * i] = b'0' + u8::try_from(part / 10).unwrap_or(0);
            out[2 * i + 1] = b'0' + u8::try_from(part % 10).unwrap_or(0);
        }
        let places = (self.serial.checked_ilog10().unwrap_or(0) as usize + 1).max(4);
        let mut rest = self.serial;
        for at in (7..7 + places).rev() {
            out[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        let end = 7 + places;
        let check = check_digit(out[..end].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0'));
        out[end] = b'0' + check;
        (out, end + 1)
    }
}

/// ISO/IEC 7064 MOD 11,10: the digit that makes the whole number valid.
fn check_digit(digits: impl Iterator<Item = u8>) -> u8 {
    let product = digits.fold(10_u8, carry);
    (11 - product) % 10
}

/// One step of MOD 11,10: the product carried from digit to digit, 1 to 10.
fn carry(product: u8, digit: u8) -> u8 {
    let sum = (product + digit) % 10;
    (if sum == 0 { 10 } else { sum }) * 2 % 11
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, length) = self.text();
        f.pad(std::str::from_utf8(&bytes[..length]).unwrap_or_default())
    }
}

impl fmt::Debug for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Spoken {
    type Err = BadNumber;

    fn from_str(text: &str) -> Result<Self, BadNumber> {
        Self::parse(text)
    }
}

impl Serialize for Spoken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Spoken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl JsonSchema for Spoken {
    fn schema_name() -> Cow<'static, str> {
        "Spoken".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{6}-[0-9]{5,11}$",
            "description": "Spoken number (汇流编号): YYMMDD, dash, serial of the day, check digit (ISO/IEC 7064 MOD 11,10)."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_standards_own_example_has_its_digit() {
        // ISO/IEC 7064 gives 0794 with check digit 5.
        assert_eq!(check_digit([0, 7, 9, 4].into_iter()), 5);
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let number = Spoken::new(date(2026, 11, 22), 17).unwrap();
        let text = number.to_string();
        assert!(text.starts_with("261122-0017") && text.len() == 12, "{text}");
        let wide: String =
            text.chars().map(|c| if c == '-' { '－' } else { char::from_u32(c as u32 + 0xfee0).unwrap() }).collect();
        for typed in [text.clone(), text.replace('-', ""), text.replace('-', " "), wide, format!(" {text}\n")] {
            assert_eq!(Spoken::parse(&typed), Ok(number), "{typed}");
        }
        assert_eq!(Spoken::parse("26112a-00171"), Err(BadNumber::NotDigits));
        assert_eq!(Spoken::parse("261122-001"), Err(BadNumber::Length(9)));
        assert_eq!(Spoken::new(date(2026, 1, 1), 0), Err(BadNumber::Serial));
        assert_eq!(Spoken::new(date(1999, 1, 1), 1), Err(BadNumber::Day));
    }

    /// Walks every state of the check: after a swap the carried products must differ, else it is missed.
    #[test]
    fn which_swapped_neighbours_are_missed() {
        let mut missed = Vec::new();
        for product in 1..=10_u8 {
            for a in 0..10 {
                for b in a + 1..10 {
                    if carry(carry(product, a), b) == carry(carry(product, b), a) {
                        missed.push((product, a, b));
                    }
                }
            }
        }
        assert_eq!(missed, MISSED, "(carried product, digit, digit)");
    }

    /// At each carried product one pair of the 45, and its digits differ by one (0 and 9 counting as neighbours).
    const MISSED: [(u8, u8, u8); 10] =
        [(1, 4, 5), (2, 3, 4), (3, 2, 3), (4, 1, 2), (5, 0, 1), (6, 0, 9), (7, 8, 9), (8, 7, 8), (9, 6, 7), (10, 5, 6)];

    proptest! {
        #[test]
        fn what_is_written_is_read(y in 2000_i16..=2099, m in 1_i8..=12, d in 1_i8..=28, serial in 1_u32..) {
            let number = Spoken::new(date(y, m, d), serial).unwrap();
            prop_assert_eq!(Spoken::parse(&number.to_string()), Ok(number));
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<Spoken>(&json).unwrap(), number);
        }

        #[test]
        fn every_single_wrong_digit_is_caught(serial in 1_u32.., at in 0_usize..18, other in 0_u8..10) {
            let text = Spoken::new(date(2026, 11, 22), serial).unwrap().to_string();
            let at = at % text.len();
            let mut bytes = text.clone().into_bytes();
            prop_assume!(bytes[at] != b'-' && bytes[at] != b'0' + other);
            bytes[at] = b'0' + other;
            prop_assert_eq!(Spoken::parse(&String::from_utf8(bytes).unwrap()), Err(BadNumber::CheckDigit));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Spoken::parse(&text);
        }
    }
}
