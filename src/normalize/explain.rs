//! What each rule made of a document, for people who look at a mapping. Reading for the store does none of this.

use serde_json::Value;

use super::path::Path;
use super::rule::{Make, Rule};
use super::take::{Piece, Take};
use super::unmappable::{Failed, Why};
use super::{Mapping, Unmappable};
use crate::ticket::Draft;

/// One rule and what it read.
#[derive(Clone, PartialEq, Debug)]
pub struct Explained {
    /// The key in `[fields]`.
    pub field: &'static str,
    /// What the field is called on screens.
    pub field_zh: &'static str,
    /// The rule, in short: `codes = "type"`, `date`, …; empty where it takes what is there.
    pub rule: String,
    /// Every place it looks at, as its writer named it, and what stands there.
    pub found: Vec<(String, Option<Value>)>,
    /// What became of it: a draft with this field alone; none where there is nothing, or it failed.
    pub made: Option<Draft>,
    /// Why it failed.
    pub failed: Option<Failed>,
}

/// A place whose content is somebody's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The name of the member, wherever it stands.
    pub called: String,
    /// The key in `[fields]` that it becomes.
    pub field: &'static str,
}

impl Mapping {
    /// What each rule makes of a document, in the order of the file. With a program, of what the program leaves.
    ///
    /// # Errors
    ///
    /// Where the program fails: then no rule reads anything.
    pub fn explain(&self, document: &Value) -> Result<Vec<Explained>, Unmappable> {
        let reshaped = self.program.as_ref().map(|program| program.run(document)).transpose()?;
        let document = reshaped.as_ref().unwrap_or(document);
        Ok(self.rules.iter().map(|rule| rule.explain(document)).collect())
    }

    /// Whether a program stands before the rules, so that the places they read are not those of the source.
    pub fn is_reshaped(&self) -> bool {
        self.program.is_some()
    }

    /// Every member of a document that some rule reads, with the field it becomes.
    pub fn members(&self) -> Vec<Member> {
        let of = |rule: &Rule| {
            let field = rule.field.name;
            let names: Vec<&str> = rule.places().into_iter().flat_map(Path::names).collect();
            names.into_iter().map(|called| Member { called: called.to_owned(), field }).collect::<Vec<_>>()
        };
        self.rules.iter().flat_map(of).collect()
    }
}

impl Rule {
    /// The places that are read.
    pub(super) fn places(&self) -> Vec<&Path> {
        let mut places: Vec<&Path> = match &self.take {
            Take::First(paths) | Take::Join(paths, _) => paths.iter().collect(),
            Take::Template(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Place(path) => Some(path),
                    Piece::Text(_) => None,
                })
                .collect(),
            Take::Pair(lat, lng) => vec![lat, lng],
            Take::Constant(_) => Vec::new(),
        };
        if let Make::Instruction { by, at } = &self.make {
            places.extend(by.iter().chain(at.as_ref().map(|(path, _)| path)));
        }
        places
    }

    /// Why it failed, at which place.
    pub(super) fn failed(&self, place: &str, why: &Why) -> Failed {
        Failed {
            field: self.field.name,
            field_zh: self.field.zh,
            rule: self.short.clone(),
            place: place.to_owned(),
            reason: why.reason(),
            remedy: why.remedy(),
        }
    }

    fn explain(&self, document: &Value) -> Explained {
        let found = self.places().into_iter().map(|path| (path.written.clone(), path.find(document).cloned()));
        let (made, failed) = match self.run(document) {
            Ok(Some(made)) => {
                let mut draft = Draft::default();
                self.field.put(&mut draft, made);
                (Some(draft), None)
            }
            Ok(None) => (None, None),
            Err((place, why)) => (None, Some(self.failed(&place, &why))),
        };
        Explained {
            field: self.field.name,
            field_zh: self.field.zh,
            rule: self.short.clone(),
            found: found.collect(),
            made,
            failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::normalize::tests::compile;

    #[test]
    fn every_rule_tells_what_it_read_and_what_it_made() {
        let mapping = compile(
            "title = [\"t\", \"标题\"]\nname = { template = \"{who.first}{who.last}\" }\nsubmitted_at = { from = \"at\", date = \"yyyy-MM-dd\" }",
        )
        .unwrap();
        let told = mapping.explain(&json!({ "标题": "路灯", "who": { "first": "张" }, "at": "昨天" })).unwrap();
        assert_eq!(told.iter().map(|one| one.field).collect::<Vec<_>>(), ["title", "name", "submitted_at"]);
        assert_eq!(told[0].found, [("t".to_owned(), None), ("标题".to_owned(), Some(json!("路灯")))]);
        assert_eq!(told[0].made.as_ref().unwrap().matter.title.as_deref(), Some("路灯"));
        assert_eq!(told[1].made.as_ref().unwrap().person.name.as_deref(), Some("张"));
        assert_eq!((told[1].rule.as_str(), &told[1].failed), ("template = \"{who.first}{who.last}\"", &None));
        let failed = told[2].failed.as_ref().unwrap();
        assert_eq!((failed.place.as_str(), told[2].made.is_none()), ("at", true));
        let names: Vec<_> = mapping.members().into_iter().map(|one| (one.called, one.field)).collect();
        for (called, field) in
            [("t", "title"), ("标题", "title"), ("first", "name"), ("last", "name"), ("at", "submitted_at")]
        {
            assert!(names.contains(&(called.to_owned(), field)), "{called}: {names:?}");
        }
    }
}
