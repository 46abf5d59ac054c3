//! Labels that a sample of a page does not show, though it shows one that is written nearly the same.

use serde_json::Value;

use super::Mapping;
use super::keys::nearest;
use super::rule::Rule;
use super::take::Take;
use super::unmappable::{Failed, Why};

impl Mapping {
    /// Rules whose labels are nowhere in a document that has one like them. A page may leave a label out; a label that is
    /// spelt wrongly would be left out for ever, and nobody would see it.
    pub(super) fn misspelt_labels(&self, document: &Value) -> Vec<Failed> {
        let Some(shown) = document.as_object() else { return Vec::new() };
        let read: Vec<&str> = self.rules.iter().flat_map(Rule::places).flat_map(|path| path.names()).collect();
        let free = || shown.keys().map(String::as_str).filter(|name| !name.starts_with('@') && !read.contains(name));
        let failed = self.rules.iter().filter(|rule| !rule.optional).filter_map(|rule| {
            let Take::First(paths) = &rule.take else { return None };
            let (first, _) = paths.split_first()?;
            let there = paths
                .iter()
                .any(|path| path.find(document).is_some() || path.names().any(|name| shown.contains_key(name)));
            if there || !paths.iter().all(|path| path.is_label) {
                return None;
            }
            let (near, _) = nearest(&first.written, free().map(|name| (name, "")))?;
            Some(rule.failed(&first.written, &Why::NoLabel { near: near.to_owned() }))
        });
        failed.collect()
    }
}
