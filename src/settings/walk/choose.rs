//! Values that may be written in several ways (`anyOf`, `oneOf`): which way was meant, so that only its mistakes are told.

use serde_json::Value;

use super::{Walker, schema, words};
use crate::settings::document::join;

/// Tables that say by a word under one key which of them they are.
struct Tagged<'a> {
    key: String,
    words: Vec<(String, Option<String>, &'a Value)>,
}

impl<'a> Walker<'a> {
    pub(super) fn one_of(&mut self, value: &Value, ways: &[&'a Value], schema: &'a Value, at: &str) {
        match ways {
            [] => return,
            [only] => return self.node(value, only, at),
            _ => {}
        }
        if let Value::Object(table) = value
            && let Some(tagged) = self.tagged(ways)
        {
            return self.by_tag(value, table, &tagged, at);
        }
        let mut tried = Vec::new();
        for way in ways {
            let mut walker = Walker { mistakes: Vec::new(), ..*self };
            walker.node(value, way, at);
            if walker.mistakes.is_empty() {
                return;
            }
            tried.push((*way, walker.mistakes));
        }
        if let Some(options) = self.words_of(ways) {
            return self.not_allowed(value, options, schema, at);
        }
        if let Value::Object(table) = value {
            let shared = |way: &Value| {
                let keys = schema::possible_keys(self.root, way);
                keys.iter().filter(|key| table.contains_key(&key.0)).count()
            };
            let best = tried.iter().map(|(way, mistakes)| (shared(way), mistakes));
            match best.max_by_key(|(shared, mistakes)| (*shared, usize::MAX - mistakes.len())) {
                Some((1.., mistakes)) => return self.mistakes.extend(mistakes.iter().cloned()),
                _ => return self.no_way_has_the_key(table.keys(), ways, schema, at),
            }
        }
        let fitting: Vec<_> = tried.into_iter().filter(|(way, _)| self.has_type_of(value, way)).collect();
        match <[_; 1]>::try_from(fitting) {
            Ok([(_, mistakes)]) => self.mistakes.extend(mistakes),
            Err(_) => self.no_way(value, ways, schema, at),
        }
    }

    /// The key by whose word tables tell which of them is meant: each way has it, each with one word of its own.
    fn tagged(&self, ways: &[&'a Value]) -> Option<Tagged<'a>> {
        let properties = |way: &&'a Value| {
            schema::views(self.root, way).into_iter().find_map(|view| view.get("properties")?.as_object())
        };
        let keys = properties(ways.first()?)?;
        keys.keys().find_map(|key| {
            let words = ways.iter().map(|way| {
                let known = properties(way)?.get(key)?;
                let words = self.words_of(&[known]).filter(|words| !words.is_empty());
                let views = schema::views(self.root, known);
                let branches: Vec<_> =
                    views.iter().filter_map(|view| view.get("oneOf")?.as_array()).flatten().collect();
                match words.or_else(|| self.words_of(&branches))?.as_slice() {
                    [(word, zh)] => Some((word.clone(), zh.clone(), *way)),
                    _ => None,
                }
            });
            let words: Vec<_> = words.collect::<Option<_>>()?;
            let apart =
                words.iter().enumerate().all(|(n, (word, ..))| words[..n].iter().all(|(other, ..)| other != word));
            apart.then(|| Tagged { key: key.clone(), words })
        })
    }

    /// Checks a table as the way that its word names; without the word, as the one that need not name itself.
    fn by_tag(&mut self, value: &Value, table: &serde_json::Map<String, Value>, tagged: &Tagged<'a>, at: &str) {
        let Tagged { key, words } = tagged;
        let said = table.get(key);
        let needs = |way: &'a Value| {
            let mut required =
                schema::views(self.root, way).into_iter().filter_map(|view| view.get("required")?.as_array());
            required.any(|names| names.iter().any(|name| name == key.as_str()))
        };
        let meant = match said {
            Some(said) => words.iter().find(|(word, ..)| said == word.as_str()),
            None => words.iter().find(|(.., way)| !needs(way)),
        };
        if let Some((.., way)) = meant {
            return self.node(value, way, at);
        }
        let options: Vec<_> = words.iter().map(|(word, zh, _)| (word.clone(), zh.clone())).collect();
        let place = join(at, key);
        let known = words.first().and_then(|(.., way)| schema::named(self.root, way, key)).unwrap_or(&Value::Null);
        match said {
            Some(said) => self.not_allowed(said, options, known, &place),
            None => {
                let mistake =
                    self.places.at_missing(at, words::missing(key, false, &schema::meaning(self.root, known)));
                let mistake = mistake.remedy(words::allowed("", &options));
                self.mistakes.push(crate::settings::Mistake { key: place, ..mistake });
            }
        }
    }

    /// The words of a choice between words alone, each with its Chinese meaning.
    fn words_of(&self, ways: &[&'a Value]) -> Option<Vec<(String, Option<String>)>> {
        let mut out = Vec::new();
        for way in ways {
            for view in schema::views(self.root, way) {
                let zh = view.get("x-zh").and_then(Value::as_str).map(str::to_owned);
                if let Some(word) = view.get("const") {
                    out.push((word.as_str()?.to_owned(), zh));
                } else if let Some(words) = view.get("enum") {
                    out.extend(words.as_array()?.iter().filter_map(|word| Some((word.as_str()?.to_owned(), None))));
                } else if !view.contains_key("$ref") {
                    return None;
                }
            }
        }
        Some(out)
    }

    fn has_type_of(&self, value: &Value, way: &'a Value) -> bool {
        schema::views(self.root, way)
            .iter()
            .any(|view| schema::types(view).iter().any(|name| schema::is_of(value, name)))
    }

    fn no_way_has_the_key<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k String>,
        ways: &[&'a Value],
        schema: &'a Value,
        at: &str,
    ) {
        let names: Vec<_> = ways.iter().flat_map(|way| schema::possible_keys(self.root, way)).collect();
        let before = self.mistakes.len();
        if !names.is_empty() {
            for key in keys {
                let mistake = self.unknown(key, &join(at, key), &names);
                self.mistakes.push(mistake);
            }
        }
        if self.mistakes.len() == before {
            self.no_way(&Value::Object(serde_json::Map::new()), ways, schema, at);
        }
    }

    fn no_way(&mut self, value: &Value, ways: &[&'a Value], schema: &'a Value, at: &str) {
        let moment = value.is_string() && self.places.is_moment(at);
        let meaning = schema::meaning(self.root, schema);
        let mistake = self.places.at_value(at, words::no_way(value, moment, meaning.zh.as_deref()));
        self.mistakes.push(mistake.remedy(words::ways(self.root, ways)));
    }
}
