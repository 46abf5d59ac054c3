//! Telephone numbers as they are compared: whole ones by their digits, masked ones by what can be seen.

use super::{Person, narrow};

/// A telephone number as it was written.
#[derive(Clone, PartialEq, Eq)]
pub enum Phone {
    /// All its digits, without the country code.
    Whole(String),
    /// Its first and its last digits; those between are hidden.
    Masked(String, String),
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl Phone {
    /// Reads what a person or a far side wrote; none if it is no telephone number.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(digits) = phone_digits(text) {
            return Some(Self::Whole(digits));
        }
        let narrowed: String = text.chars().map(narrow).filter(|c| !c.is_whitespace()).collect();
        let (front, rest) = narrowed.split_once(is_mask)?;
        let tail = rest.trim_start_matches(is_mask);
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let visible = front.len() >= 3 && tail.len() >= 4 && digits(front) && digits(tail);
        visible.then(|| Self::Masked(front[..3].into(), tail[tail.len() - 4..].into()))
    }

    /// All its digits; none if some are hidden.
    pub fn whole(&self) -> Option<&str> {
        match self {
            Self::Whole(digits) => Some(digits),
            Self::Masked(..) => None,
        }
    }

    /// The first three and the last four digits, which a mask leaves to be seen.
    pub fn visible(&self) -> Option<(&str, &str)> {
        match self {
            Self::Whole(digits) => digits.get(..3).zip(digits.get(digits.len().checked_sub(4)?..)),
            Self::Masked(front, tail) => Some((front, tail)),
        }
    }
}

impl Person {
    /// Every telephone number by which the person can be reached, masked ones among them; none twice.
    pub fn phones(&self) -> Vec<Phone> {
        let mut phones: Vec<Phone> = Vec::new();
        for phone in [&self.phone, &self.contact].into_iter().flatten().filter_map(|text| Phone::parse(text)) {
            if !phones.contains(&phone) {
                phones.push(phone);
            }
        }
        phones
    }
}

/// A character that stands for a hidden digit.
fn is_mask(c: char) -> bool {
    matches!(c, '*' | '×' | 'x' | 'X' | '●' | '·' | '•' | '█')
}

/// The digits of a telephone number: full-width digits taken, `+86`/`0086`/`86` and an extension dropped.
/// Nothing, if fewer than seven digits are left, if there are more than twelve, or if some are hidden by a mask: what is
/// left of two citizens' numbers may be the same.
pub(super) fn phone_digits(text: &str) -> Option<String> {
    let mut digits = String::new();
    for c in text.chars().map(narrow) {
        match c {
            '*' | '×' | '●' | '•' | '█' => return None,
            'x' | 'X' if (1..11).contains(&digits.len()) => return None,
            'x' | 'X' if !digits.is_empty() => break,
            '0'..='9' => digits.push(c),
            // What follows is an extension or a second number.
            '转' | '#' | '/' | ',' | ';' | '、' if digits.len() >= 7 => break,
            _ => {}
        }
    }
    let mobile = |rest: &str| rest.len() == 11 && rest.starts_with('1');
    for code in ["0086", "86"] {
        if let Some(rest) = digits.strip_prefix(code)
            && (mobile(rest) || (code == "0086" && rest.len() >= 9))
        {
            digits = rest.to_owned();
            break;
        }
    }
    (7..=12).contains(&digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_written_in_many_ways_is_one_key() {
        for text in [
            "13800000000",
            "138-0000-0000",
            "+86 138 0000 0000",
            "1３8 0000 0000",
            "86-13800000000",
            "008613800000000",
            "13800000000转8",
        ] {
            assert_eq!(phone_digits(text).as_deref(), Some("13800000000"), "{text}");
        }
        assert_eq!(phone_digits("0734-5200000").as_deref(), Some("07345200000"));
        assert_eq!(phone_digits("无"), None);
    }

    #[test]
    fn what_a_mask_hides_is_no_number() {
        for text in ["138****0000", "138 **** 0000", "１３８＊＊＊＊００００", "138xxxx0000", "138●●●●0000"]
        {
            assert_eq!(phone_digits(text), None, "{text}");
            assert_eq!(Phone::parse(text).unwrap().visible(), Some(("138", "0000")), "{text}");
            assert_eq!(Phone::parse(text).unwrap().whole(), None);
        }
        assert_eq!(Phone::parse("13800000000x8").unwrap().whole(), Some("13800000000"));
        assert_eq!(Phone::parse("138****"), None);
        assert_eq!(Phone::parse("13800000000").unwrap().visible(), Some(("138", "0000")));
    }
}
