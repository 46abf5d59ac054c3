//! Tests of the spoken number: how it is written and read, which mistakes are caught, and what is a part.

use jiff::civil::date;
use proptest::prelude::*;

use super::number::{BadNumber, Spoken, carry, check_digit};

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

#[test]
fn a_part_is_read_as_people_write_it_and_a_whole_number_as_before() {
    let whole = Spoken::new(date(2026, 11, 22), 17).unwrap();
    let part = whole.with_part(1).unwrap();
    let text = part.to_string();
    assert_eq!((text.clone(), part.whole(), part.part()), (format!("{whole}-1"), whole, Some(1)));
    let digits = whole.to_string().replace('-', "");
    let wide: String = text.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let typed = [
        text.replace('-', " "),
        text.replace('-', "—"),
        wide,
        format!("{digits}-1"),
        format!(" {digits} 01 "),
        // An unusual grouping that can be nothing else.
        format!("{} {} {}-1", &digits[..2], &digits[2..6], &digits[6..]),
    ];
    for typed in typed {
        assert_eq!(Spoken::parse(&typed), Ok(part), "{typed}");
    }
    assert!(Spoken::parse(&text.replace('-', "")).is_err(), "without separators it is no part");
    assert_eq!(Spoken::parse(&format!("{whole}-0")), Err(BadNumber::Part));
    assert!(Spoken::parse(&format!("{whole}-100")).is_err());
    assert_eq!((whole.with_part(0), whole.with_part(100)), (Err(BadNumber::Part), Err(BadNumber::Part)));
    // Whole numbers held apart before the check digit, and in pairs.
    let digits = Spoken::new(date(2026, 11, 22), 1234).unwrap().to_string().replace('-', "");
    let pairs: Vec<&str> = [0, 2, 4, 6, 8, 10].map(|at| &digits[at..digits.len().min(at + 2)]).to_vec();
    for typed in [format!("{}-{}-{}", &digits[..6], &digits[6..10], &digits[10..]), pairs.join(" ")] {
        assert_eq!(Spoken::parse(&typed).map(Spoken::serial), Ok(1234), "{typed}");
    }
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
    fn a_part_that_is_written_is_read(
        y in 2000_i16..=2099, d in 1_i8..=28, serial in prop_oneof![3 => 1_000_u32..1_000_000, 1 => 1_u32..], part in 1_u8..=99, gap in "[-－—_. ]{1,2}", wide: bool,
    ) {
        let part = Spoken::new(date(y, 11, d), serial).unwrap().with_part(part).unwrap();
        let widened = |c: char| if wide && c.is_ascii_digit() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c };
        let text: String = part.to_string().chars().map(widened).collect();
        prop_assert_eq!(Spoken::parse(&text.replace('-', &gap)), Ok(part));
        prop_assert_eq!(Spoken::parse(&format!(" {text}\n")), Ok(part));
        let (front, place) = text.rsplit_once('-').unwrap();
        prop_assert_eq!(Spoken::parse(&format!("{}{gap}{place}", front.replace('-', ""))), Ok(part));
        prop_assert_ne!(part, part.whole());
        let json = serde_json::to_string(&part).unwrap();
        prop_assert_eq!(serde_json::from_str::<Spoken>(&json).unwrap(), part);
    }

    /// A whole number stays one whatever stands between day and serial, or nothing; digits alone are never a part.
    #[test]
    fn without_a_third_group_nothing_is_a_part(serial in 1_u32.., gap in "[-－—_. ]{0,2}", digits in "[0-9]{9,20}") {
        let whole = Spoken::new(date(2026, 11, 22), serial).unwrap();
        prop_assert_eq!(Spoken::parse(&whole.to_string().replace('-', &gap)), Ok(whole));
        prop_assert!(Spoken::parse(&digits).is_ok_and(|read| read.part().is_none()) || Spoken::parse(&digits).is_err());
    }

    /// One wrong digit in the number never leads to a part.
    #[test]
    fn a_wrong_digit_is_never_read_as_a_part(serial in 1_u32.., part in 1_u8..=99, at in 0_usize..18, other in 0_u8..10) {
        let whole = Spoken::new(date(2026, 11, 22), serial).unwrap().to_string();
        let at = at % whole.len();
        let mut bytes = whole.into_bytes();
        prop_assume!(bytes[at] != b'-' && bytes[at] != b'0' + other);
        bytes[at] = b'0' + other;
        let typed = format!("{}-{part}", String::from_utf8(bytes).unwrap());
        prop_assert!(!Spoken::parse(&typed).is_ok_and(|read| read.part().is_some()), "{}", typed);
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        let _ = Spoken::parse(&text);
    }
}
