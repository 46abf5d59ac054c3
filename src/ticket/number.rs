//! The spoken number (汇流编号): `YYMMDD-`, the serial of the day, one check digit; digits only, because
//! it is read out over the telephone. A part of a ticket that was split (拆单) bears the whole's number with `-1`, `-2` …
//! behind it.

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
///
/// A part has the whole's number and, behind a separator, its own place: `261122-00017-1`. No check digit covers that.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spoken {
    day: Date,
    serial: u32,
    /// 0 is the whole.
    part: u8,
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
    /// Parts are counted from 1 to [`Spoken::MOST_PARTS`].
    #[error("behind the number of a ticket that was split stands the part, 1 to 99")]
    Part,
}

impl Spoken {
    /// Into how many parts a ticket can be split at the most.
    pub const MOST_PARTS: u8 = 99;

    /// Makes the number of the `serial`-th ticket of a day. The year must be 2000 to 2099, the serial at least 1.
    pub fn new(day: Date, serial: u32) -> Result<Self, BadNumber> {
        if !(2000..=2099).contains(&day.year()) {
            return Err(BadNumber::Day);
        }
        if serial == 0 {
            return Err(BadNumber::Serial);
        }
        Ok(Self { day, serial, part: 0 })
    }

    /// The number of a part of this ticket, from 1 to [`Self::MOST_PARTS`].
    pub fn with_part(self, part: u8) -> Result<Self, BadNumber> {
        let known = (1..=Self::MOST_PARTS).contains(&part);
        if known { Ok(Self { part, ..self }) } else { Err(BadNumber::Part) }
    }

    /// The day it was given out, in the site's zone.
    pub fn day(self) -> Date {
        self.day
    }

    /// The serial within that day, from 1.
    pub fn serial(self) -> u32 {
        self.serial
    }

    /// Which part of a ticket that was split it is, from 1; none if it is a whole ticket.
    pub fn part(self) -> Option<u8> {
        (self.part > 0).then_some(self.part)
    }

    /// The number without the part.
    pub fn whole(self) -> Self {
        Self { part: 0, ..self }
    }

    /// Reads what a person typed or heard: full-width digits, blanks, dashes of any kind or none at all.
    ///
    /// A part is one or two digits behind a separator behind a number whose check digit fits. Text that is laid out as a
    /// part (`261122-00017-1`, `26112200017 1`) is read as one before anything else, and any other grouping of digits only
    /// where all of them together are no number. Without a separator it is always a whole number.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let typed = Typed::read(text)?;
        let all = read(typed.up_to(typed.count), typed.count);
        let behind = typed.digits.get(typed.last..typed.count).filter(|behind| behind.len() <= 2);
        let Some(behind) = behind.filter(|_| typed.gaps > 0 && typed.last >= LEAST) else { return all };
        let laid_out = typed.gaps == 1 || typed.gaps == 2 && typed.first == 6;
        let part = behind.iter().fold(0, |sum, digit| sum * 10 + digit);
        match (read(typed.up_to(typed.last), typed.last).map(|whole| whole.with_part(part)), all) {
            (Ok(Ok(part)), _) if laid_out => Ok(part),
            (_, Ok(whole)) => Ok(whole),
            (Ok(part), Err(_)) => part,
            (Err(bad), Err(_)) if laid_out => Err(bad),
            (Err(_), Err(bad)) => Err(bad),
        }
    }

    fn text(self) -> ([u8; 21], usize) {
        let mut out = [b'-'; 21];
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
        let tens = usize::from(self.part > 9);
        match self.part {
            0 => return (out, end + 1),
            part if part > 9 => out[end + 2] = b'0' + part / 10,
            _ => {}
        }
        out[end + 2 + tens] = b'0' + self.part % 10;
        (out, end + 3 + tens)
    }
}

/// How many digits a whole number has at the least, and at the most.
const LEAST: usize = 11;
const MOST: usize = 17;

/// The digits of what was typed, and where they were held apart.
struct Typed {
    digits: [u8; MOST + 2],
    count: usize,
    /// How often digits were held apart.
    gaps: usize,
    /// How many digits stand before the first gap.
    first: usize,
    /// How many stand before the last.
    last: usize,
}

impl Typed {
    fn read(text: &str) -> Result<Self, BadNumber> {
        let mut typed = Self { digits: [0; MOST + 2], count: 0, gaps: 0, first: 0, last: 0 };
        let mut apart = false;
        for c in text.chars() {
            let digit = match c {
                '0'..='9' => c as u32 - '0' as u32,
                '\u{ff10}'..='\u{ff19}' => c as u32 - 0xff10,
                '-' | '‐' | '‑' | '–' | '—' | '－' | '_' | '.' | '·' => {
                    apart = true;
                    continue;
                }
                c if c.is_whitespace() => {
                    apart = true;
                    continue;
                }
                _ => return Err(BadNumber::NotDigits),
            };
            if apart && typed.count > 0 {
                typed.gaps += 1;
                typed.last = typed.count;
                typed.first = if typed.gaps == 1 { typed.count } else { typed.first };
            }
            apart = false;
            if let Some(place) = typed.digits.get_mut(typed.count) {
                *place = u8::try_from(digit).unwrap_or(0);
            }
            typed.count += 1;
        }
        Ok(typed)
    }

    fn up_to(&self, count: usize) -> &[u8] {
        self.digits.get(..count).unwrap_or_default()
    }
}

/// A whole number from its digits; `count` says how many were typed.
fn read(digits: &[u8], count: usize) -> Result<Spoken, BadNumber> {
    let Some((&last, body)) = digits.split_last().filter(|_| (LEAST..=MOST).contains(&count)) else {
        return Err(BadNumber::Length(count));
    };
    if check_digit(body.iter().copied()) != last {
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
    Spoken::new(day, u32::try_from(serial).map_err(|_| BadNumber::Length(count))?)
}

/// ISO/IEC 7064 MOD 11,10: the digit that makes the whole number valid.
pub(super) fn check_digit(digits: impl Iterator<Item = u8>) -> u8 {
    let product = digits.fold(10_u8, carry);
    (11 - product) % 10
}

/// One step of MOD 11,10: the product carried from digit to digit, 1 to 10.
pub(super) fn carry(product: u8, digit: u8) -> u8 {
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
            "pattern": "^[0-9]{6}-[0-9]{5,11}(-[1-9][0-9]?)?$",
            "description": "Spoken number (汇流编号): YYMMDD, dash, serial of the day, check digit (ISO/IEC 7064 MOD 11,10); \
                behind the number of a ticket that was split (拆单), a dash and the part, 1 to 99."
        })
    }
}
