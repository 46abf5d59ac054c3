//! An item's own page, and the document that rules read of it: one member for each label a person sees.

use huiliu_contract::{ExternalId, Fault, Item, Personal, Raw, Remark, Submission, Unreadable};
use huiliu_kit::pick::{Pointer, scalar};
use huiliu_kit::success::Judge;
use huiliu_page::{Labelled, Selector, bare, folded};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use crate::seen::Seen;

/// What an item's page must show.
#[derive(Debug)]
pub(crate) enum DetailWay {
    Html { id: Option<String>, needs: Vec<String>, ignore: Vec<String>, css: Vec<(String, Selector)> },
    Json { item: Pointer, id: Option<Pointer>, needs: Vec<Pointer>, ignore: Vec<String>, judge: Judge },
}

impl DetailWay {
    /// The document of an item, with what only its row says.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where the page does not show what was declared of it, or shows another item.
    pub(crate) fn read(&self, seen: &Seen, id: &str, row: &Value) -> Result<Value, Fault> {
        let quoting = |fault: Fault| fault.quoting(seen.answer.quote());
        match self {
            Self::Html { id: label, needs, ignore, css } => {
                let page = seen.page()?;
                Judge::default().accept(&seen.answer, Timestamp::now())?;
                let gone = needs.iter().chain(label).find(|name| page.label(name).is_none());
                if let Some(gone) = gone {
                    return Err(quoting(changed(&format!("there is no “{gone}” on it"))));
                }
                let shown =
                    label.as_ref().and_then(|label| page.label(label)).map(|shown| shown.text.trim().to_owned());
                if shown.is_some_and(|shown| shown != id) {
                    return Err(quoting(changed("it shows another number than the one that was asked for")));
                }
                let labels = page.labels();
                if labels.is_empty() && css.is_empty() {
                    return Err(quoting(changed("nothing on it stands behind a label")));
                }
                let ignored = |name: &str| ignore.iter().any(|other| folded(other) == folded(name));
                let labels = labels.into_iter().filter(|(name, _)| !ignored(name)).collect();
                let css = css.iter().map(|(name, at)| (name.clone(), page.css(at))).collect();
                Ok(with_row(document(labels, css, &seen.url), row))
            }
            Self::Json { item, id: at, needs, ignore, judge } => {
                let document = seen.document(judge)?;
                let found = item.get(&document).filter(|found| found.is_object());
                let mut found =
                    found.cloned().ok_or_else(|| quoting(changed(&format!("there is no object at `{item}`"))))?;
                if let Some(gone) = needs.iter().chain(at).find(|at| at.get(&found).is_none()) {
                    return Err(quoting(changed(&format!("there is nothing at `{gone}`"))));
                }
                let shown = at.as_ref().and_then(|at| at.get(&found)).and_then(scalar);
                if shown.is_some_and(|shown| shown != id) {
                    return Err(quoting(changed("it shows another number than the one that was asked for")));
                }
                if let Value::Object(members) = &mut found {
                    members.retain(|name, _| !ignore.contains(name));
                }
                Ok(with_row(found, row))
            }
        }
    }
}

fn changed(what: &str) -> Fault {
    Fault::malformed(format!("the item's page is not laid out as it was: {what}"))
}

/// One member for each label; the markup of those where it matters, and the links, beside them.
fn document(labels: Vec<(String, Labelled)>, css: Vec<(String, Vec<Labelled>)>, page: &Url) -> Value {
    let (mut out, mut html, mut linked) = (Map::new(), Map::new(), Map::new());
    for (name, value) in labels {
        let name = bare(&name);
        if out.contains_key(&name) {
            continue;
        }
        let found = links(&value, page);
        if !found.is_empty() {
            linked.insert(name.clone(), found.into());
        }
        if value.is_marked_up() {
            html.insert(name.clone(), value.html.into());
        }
        out.insert(name, value.text.trim().into());
    }
    let text = |found: &[Labelled]| found.iter().map(|one| one.text.trim()).collect::<Vec<_>>().join("\n");
    let css: Map<String, Value> = css.into_iter().map(|(name, found)| (name, text(&found).into())).collect();
    for (name, table) in [("@html", html), ("@links", linked), ("@css", css)] {
        if !table.is_empty() {
            out.insert(name.into(), table.into());
        }
    }
    Value::Object(out)
}

/// Links to files and pages, as whole addresses.
pub(crate) fn links(value: &Labelled, page: &Url) -> Vec<Value> {
    let whole = |href: &str| page.join(href).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let one = |link: &huiliu_page::Link| {
        let url = whole(link.href.trim()).filter(|_| !link.href.trim().is_empty())?;
        Some(json!({ "name": link.text.trim(), "url": String::from(url) }))
    };
    value.links.iter().filter_map(one).collect()
}

/// Adds what the row says and the page does not.
fn with_row(mut document: Value, row: &Value) -> Value {
    if let (Value::Object(members), Value::Object(row)) = (&mut document, row) {
        for (name, value) in row.iter().filter(|(name, _)| !name.starts_with('@')) {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    document
}

/// An item.
pub(crate) fn item(id: ExternalId, document: Value) -> Item {
    // Members of an object are kept sorted, so this is the canonical form.
    let raw = Raw::new(document.to_string(), "application/json");
    let submission = Submission {
        external_id: id,
        version: None,
        sent_at: None,
        raw,
        document: Personal::new(document),
        attachments: Vec::new(),
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    };
    Item::Submission(Box::new(submission))
}

/// A row that is kept for a person.
pub(crate) fn kept(cells: &Value, zh: String, en: String) -> Item {
    Item::Unreadable(Unreadable { raw: Raw::new(cells.to_string(), "application/json"), reason: Remark { zh, en } })
}
