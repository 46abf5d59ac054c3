//! The header fields of a letter as text: unfolded, decoded, in their order.

/// Header fields: each a name and its decoded value without line breaks. Fields that come twice stand twice.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(String, String)>);

/// How many there are, and nothing of what they say.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({})", self.0.len())
    }
}

impl Fields {
    /// Of names and values in the order of the letter; names are compared without regard to case.
    pub fn new(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// The first value of a field; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field, topmost first; `name` in lower case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Every field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_however_its_name_is_written_and_the_topmost_counts() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = Fields::new([field("Subject", "路灯"), field("SUBJECT", "another"), field("To", "a@b")]);
        assert_eq!(fields.get("subject"), Some("路灯"));
        assert_eq!(fields.all("subject").collect::<Vec<_>>(), ["路灯", "another"]);
        assert_eq!(fields.get("cc"), None);
    }
}
