//! What may stand in an example: a number that belongs to nobody. Samples are copied, mailed and committed, so the number of
//! somebody who lives must not be in one.

use super::{Kind, numbers};

/// Where in an example a number of somebody stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Somebodys {
    /// A mobile telephone's, or a resident identity number.
    pub kind: Kind,
    /// The place: a JSON pointer, or a line from 1 where the example is no JSON.
    pub place: Place,
}

/// A place in an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A JSON pointer (RFC 6901); empty for the document itself.
    At(String),
    /// A line, from 1.
    Line(usize),
}

/// Every number in an example that may be somebody's: resident identity numbers whose check character is right, and
/// mobile numbers other than those with four zeros behind the first three digits, which examples use.
pub fn somebodys(example: &[u8]) -> Vec<Somebodys> {
    let mut found = Vec::new();
    if let Ok(document) = serde_json::from_slice(example) {
        walk(&document, &mut String::new(), &mut found);
        return found;
    }
    // Digits are the same bytes in every encoding that comes.
    for (n, line) in String::from_utf8_lossy(example).lines().enumerate() {
        found.extend(kinds(line).map(|kind| Somebodys { kind, place: Place::Line(n + 1) }));
    }
    found
}

fn kinds(text: &str) -> impl Iterator<Item = Kind> {
    let kind = |digits: &String| match digits.as_bytes() {
        [b'1', b'3'..=b'9', _, rest @ ..] if rest.len() == 8 => (!rest.starts_with(b"0000")).then_some(Kind::Phone),
        bytes => (bytes.len() == 18 && numbers::is_resident_id(digits)).then_some(Kind::ResidentId),
    };
    numbers::runs(text).into_iter().filter_map(move |digits| kind(&digits))
}

fn walk(value: &serde_json::Value, at: &mut String, found: &mut Vec<Somebodys>) {
    use serde_json::Value::{Array, Number, Object, String as Text};
    let mut look = |text: &str| {
        found.extend(kinds(text).map(|kind| Somebodys { kind, place: Place::At(at.clone()) }));
    };
    match value {
        Text(text) => look(text),
        Number(number) => look(&number.to_string()),
        Array(items) => items.iter().enumerate().for_each(|(n, item)| below(&n.to_string(), item, at, found)),
        Object(members) => {
            members
                .iter()
                .for_each(|(name, member)| below(&name.replace('~', "~0").replace('/', "~1"), member, at, found));
        }
        _ => {}
    }
}

fn below(name: &str, value: &serde_json::Value, at: &mut String, found: &mut Vec<Somebodys>) {
    let length = at.len();
    at.push('/');
    at.push_str(name);
    walk(value, at, found);
    at.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_somebody_are_found_and_those_of_nobody_are_not() {
        let example = br#"{"a": {"b/c": ["x 13912345678", "13800000001", 18612345678]}, "id": "11010519491231002X", "no": "2026112700012345678"}"#;
        let at = |kind, place: &str| Somebodys { kind, place: Place::At(place.into()) };
        assert_eq!(
            somebodys(example),
            [at(Kind::Phone, "/a/b~1c/0"), at(Kind::Phone, "/a/b~1c/2"), at(Kind::ResidentId, "/id")]
        );
        let form = "name=x\nphone=\u{ff11}3912345678&id=110105194912310021\n";
        assert_eq!(somebodys(form.as_bytes()), [Somebodys { kind: Kind::Phone, place: Place::Line(2) }]);
        assert_eq!(somebodys(b"{\"phone\": \"138****5678\", \"order\": 139123456789}"), []);
    }
}
