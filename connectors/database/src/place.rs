//! Where a database was left (取件进度), and how one page moves it. Pure.

use huiliu_contract::{Cursor, Fault, Keepsake, Personal};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a cursor holds.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// The highest mark of walks that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
    /// The walk that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) walk: Option<Walk>,
    /// The day of the last sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) swept: Option<Date>,
}

/// A walk.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// From which mark on it reads; none from the front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// The last row that was taken; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Spot>,
    /// The highest mark seen in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<String>,
    /// Rows taken.
    pub(crate) seen: u64,
}

/// A row, by what rows are ordered by.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spot {
    /// Its mark; none for a row that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mark: Option<String>,
    /// What tells it apart from others with this mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tie: Option<String>,
}

impl Place {
    /// Reads a stored cursor.
    pub(crate) fn read(after: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(Cursor(text)) = after else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|_| {
            Fault::malformed(
                "the stored cursor is not one of kind `database`; reset the channel's cursor to begin anew",
            )
        })
    }

    /// Writes it down.
    pub(crate) fn cursor(&self) -> Cursor {
        // Its members are texts and a number: writing it cannot fail.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

/// What is kept besides: rows that were handed over and are to be marked as taken once they are committed.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// Their numbers.
    pub(crate) waiting: Vec<String>,
}

impl Kept {
    /// Reads what was kept; what is not understood is of another kind, and nothing waits.
    pub(crate) fn read(kept: Option<&Keepsake>) -> Self {
        kept.and_then(|kept| serde_json::from_slice(kept.0.reveal()).ok()).unwrap_or_default()
    }

    /// Writes it down.
    pub(crate) fn keepsake(&self) -> Keepsake {
        Keepsake(Personal::new(serde_json::to_vec(self).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is() {
        let spot = Spot { mark: Some("2026-11-28 09:02:03".into()), tie: Some("7".into()) };
        let walk = Walk { from: None, at: Some(spot), high: None, seen: 3 };
        let place = Place { since: Some("7".into()), walk: Some(walk), swept: None };
        assert_eq!(Place::read(Some(&place.cursor())).unwrap(), place);
        assert_eq!(Place::default().cursor().0, "{}");
        assert!(Place::read(Some(&Cursor("{\"page\":1}".into()))).is_err());
        let kept = Kept { waiting: vec!["a".into()] };
        assert_eq!(Kept::read(Some(&kept.keepsake())), kept);
    }
}
