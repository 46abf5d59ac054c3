//! Reading by which of several channels an item came that one far side brings, by `[route]`.

use std::collections::HashMap;

use serde_json::Value;

use super::path::Path;
use super::unmappable::Why;
use crate::settings::RouteTable;
use crate::ticket::Via;

/// `[route]`, compiled.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) from: Path,
    to: HashMap<String, Via>,
    other: Option<Via>,
}

impl Route {
    /// Compiles the table; fails with the key whose text is no place.
    pub(super) fn compile(table: &RouteTable) -> Result<Self, &'static str> {
        let place = table.place().ok_or("route")?;
        let from = if table.label.is_some() {
            Path::shown(place, false)
        } else if table.column.is_some() {
            Path::label(place)
        } else {
            Path::parse(place).ok_or("route.from")?
        };
        let via = |(tag, routed): (&String, &crate::settings::RoutedTable)| Via {
            tag: tag.clone(),
            name: routed.name.clone(),
        };
        let to: HashMap<String, Via> = table.to.iter().map(|entry| (entry.0.clone(), via(entry))).collect();
        let other = table.other.as_ref().and_then(|tag| to.get(tag).cloned());
        Ok(Self { from, to, other })
    }

    /// By which channel a document came. It is never guessed: what bears no tag that is listed needs a person, unless the
    /// file says what that counts as.
    pub(super) fn read(&self, document: &Value) -> Result<Via, (&str, Why)> {
        let tag = match self.from.find(document) {
            Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        };
        let found = tag.as_ref().and_then(|tag| self.to.get(tag)).or(self.other.as_ref());
        found.cloned().ok_or_else(|| {
            let mut allowed: Vec<&str> = self.to.keys().map(String::as_str).collect();
            allowed.sort_unstable();
            let allowed = allowed.join("、");
            (self.from.written.as_str(), if tag.is_some() { Why::NotRouted { allowed } } else { Why::NoTag })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn route(more: Value) -> Route {
        let mut table = json!({ "to": { "SZXX": { "name": "省长信箱" }, "3": { "name": "湘易办" } } });
        table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Route::compile(&serde_json::from_value(table).unwrap()).unwrap()
    }

    fn read(route: &Route, document: Value) -> Result<String, Why> {
        route.read(&document).map(|via| via.name).map_err(|(_, why)| why)
    }

    #[test]
    fn a_tag_is_read_and_never_guessed() {
        let route = route(json!({ "from": "source.channel" }));
        assert_eq!(read(&route, json!({ "source": { "channel": " SZXX " } })).unwrap(), "省长信箱");
        assert_eq!(read(&route, json!({ "source": { "channel": 3 } })).unwrap(), "湘易办");
        let listed = Why::NotRouted { allowed: "3、SZXX".into() };
        for wrong in [json!("szxx"), json!("SZXX2"), json!("省长信箱")] {
            assert_eq!(read(&route, json!({ "source": { "channel": wrong } })), Err(listed.clone()));
        }
        for none in [json!({}), json!({ "source": { "channel": " " } }), json!({ "source": { "channel": null } })] {
            assert_eq!(read(&route, none), Err(Why::NoTag));
        }
    }

    #[test]
    fn what_is_not_listed_counts_as_the_file_says() {
        let route = route(json!({ "label": "来件渠道", "other": "3" }));
        assert_eq!(read(&route, json!({ "来件渠道:": "别处" })).unwrap(), "湘易办");
        assert_eq!(read(&route, json!({ "来件渠道": "SZXX" })).unwrap(), "省长信箱");
        assert_eq!(read(&route, json!({})).unwrap(), "湘易办");
    }

    #[test]
    fn a_column_is_read_by_its_whole_head() {
        let route = route(json!({ "column": "渠道.代码" }));
        assert_eq!(read(&route, json!({ "渠道.代码": "SZXX" })).unwrap(), "省长信箱");
    }
}
