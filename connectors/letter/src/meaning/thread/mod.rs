//! Which letter it answers: Message-IDs (RFC 5322, section 3.6.4) and query codes; and whether an answer asks only where
//! ours stays.

mod code;
mod urge;

pub use code::{CODE_LENGTH, code_of, codes};
pub use urge::is_urge;

/// Ids taken out of one field, the last ones.
pub const MOST_IDS: usize = 20;

/// The Message-IDs of an `In-Reply-To` or `References`, without brackets, in the order in which they stand; at most
/// [`MOST_IDS`], the last ones, for the letter that is answered stands last. They may be parted by blanks or commas, be
/// folded inside, or lack their brackets. Nothing else about them is changed: they are compared exactly.
pub fn ids(value: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    if value.contains('<') {
        let pieces = value.split('<').skip(1).map(|piece| piece.split('>').next().unwrap_or_default());
        ids.extend(pieces.map(|piece| piece.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()));
        ids.retain(|id: &String| !id.is_empty());
    } else {
        let pieces = value.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        ids.extend(pieces.map(|piece| piece.trim_end_matches('>').to_owned()).filter(|piece| piece.contains('@')));
    }
    let from = ids.len().saturating_sub(MOST_IDS);
    ids.split_off(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_they_are_parted() {
        for (value, expected) in [
            ("<a@x> <b@y>", vec!["a@x", "b@y"]),
            ("<a@x>,<b@y>", vec!["a@x", "b@y"]),
            ("<a@x><b@y>", vec!["a@x", "b@y"]),
            ("\t<a.very.long.id\t.folded@x>", vec!["a.very.long.id.folded@x"]),
            ("<a@x <b@y>", vec!["a@x", "b@y"]),
            ("a@x, b@y", vec!["a@x", "b@y"]),
            ("a@x>", vec!["a@x"]),
            ("Your message of Sunday <a@x> from b@y", vec!["a@x"]),
            ("<CaSe@X>", vec!["CaSe@X"]),
            ("<no-at-sign>", vec!["no-at-sign"]),
            ("<>", vec![]),
            ("昨天的信", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(ids(value), expected, "{value}");
        }
        let many: String = (0..30).map(|n| format!("<{n}@x> ")).collect();
        let found = ids(&many);
        assert_eq!((found.len(), found[0].as_str(), found[19].as_str()), (20, "10@x", "29@x"));
    }
}
