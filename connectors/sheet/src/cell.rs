//! One cell: its text, and what it was.

/// What stood in a cell.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Sort {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text,
    /// A number; its text is written out in full, never in scientific notation.
    Number,
    /// A date or time; its text is `yyyy-MM-dd HH:mm:ss`, of a time alone `HH:mm:ss`.
    Date,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// An error such as `#REF!`.
    Error,
}

/// A cell.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cell {
    /// What it says, as it stands there.
    pub text: String,
    /// What it was.
    pub sort: Sort,
}

/// Why a cell cannot be taken for a number by which something is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAnId {
    /// A spreadsheet keeps 15 digits; what is longer has lost its last ones.
    #[error("a number of 16 digits or more has lost its last digits")]
    TooLong,
    /// Written as `1.23E+17`: the digits are gone.
    #[error("scientific notation: the digits are gone")]
    Scientific,
    /// A number with a fraction.
    #[error("a number with a fraction")]
    Fraction,
    /// A date, a boolean or an error.
    #[error("neither text nor a number")]
    OtherSort,
}

/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

impl Cell {
    /// The cell that is not there.
    pub const EMPTY: &'static Self = &Self { text: String::new(), sort: Sort::Empty };

    /// A cell of a sort.
    pub fn new(text: impl Into<String>, sort: Sort) -> Self {
        Self { text: text.into(), sort }
    }

    /// A cell of text; an empty one if there is none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let sort = if text.is_empty() { Sort::Empty } else { Sort::Text };
        Self { text, sort }
    }

    /// A cell of a number.
    pub fn number(number: f64) -> Self {
        Self::new(format!("{number}"), Sort::Number)
    }

    /// What it says without blanks around it.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// What it says, where it is a number by which something is called (编号); empty where there is nothing.
    ///
    /// # Errors
    ///
    /// If digits may have been lost on the way, or if it is of another sort.
    pub fn id(&self) -> Result<&str, NotAnId> {
        let text = self.trimmed();
        match self.sort {
            Sort::Empty => Ok(text),
            Sort::Text if is_scientific(text) => Err(NotAnId::Scientific),
            Sort::Text => Ok(text),
            Sort::Number if text.contains(['.', '-', 'N', 'i']) => Err(NotAnId::Fraction),
            Sort::Number if text.len() > DIGITS => Err(NotAnId::TooLong),
            Sort::Number => Ok(text),
            Sort::Date | Sort::Boolean | Sort::Error => Err(NotAnId::OtherSort),
        }
    }
}

/// As spreadsheet programs write a long number into a text file: `4.30424E+17`.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    whole.len() == 1 && all_digits(whole) && all_digits(fraction) && (1..=3).contains(&power.len()) && all_digits(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_lost_digits_is_no_id() {
        assert_eq!(Cell::number(430_424_202_611_270.0).id(), Ok("430424202611270"));
        assert_eq!(Cell::number(4_304_242_026_112_701.0).id(), Err(NotAnId::TooLong));
        assert_eq!(Cell::number(4.3e17).id(), Err(NotAnId::TooLong));
        assert_eq!(Cell::number(0.5).id(), Err(NotAnId::Fraction));
        assert_eq!(Cell::text("430424202611270001").id(), Ok("430424202611270001"));
        for lost in ["4.30424E+17", "4E+17", "4.3e17"] {
            assert_eq!(Cell::text(lost).id(), Err(NotAnId::Scientific), "{lost}");
        }
        for whole in ["E17", "4E", "A4E17", "44E1", "4E1234", "261122-00017", ""] {
            assert_eq!(Cell::text(whole).id(), Ok(whole));
        }
        assert_eq!(Cell::new("2026-01-01 00:00:00", Sort::Date).id(), Err(NotAnId::OtherSort));
    }
}
