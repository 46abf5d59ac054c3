//! What the fields of a part say of it.

use crate::words::{Transfer, Typed};

use super::block::Block;

/// A part before it is opened.
pub(super) struct Part {
    /// Its type in lower case, `text/plain` where none is declared.
    pub(super) media: String,
    pub(super) typed: Typed,
    pub(super) disposition: Typed,
    pub(super) transfer: Transfer,
    /// Its Content-ID without `<>`; empty where it has none.
    pub(super) id: String,
}

impl Part {
    /// A part with these fields; without a Content-Type it is a `usual`.
    pub(super) fn of(block: &Block<'_>, usual: &str) -> Self {
        let (mut typed, mut disposition, mut transfer, mut id) = (None, None, None, None);
        for field in &block.fields {
            if !field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-")) {
                continue;
            }
            let slot = match field.name.get(8..).unwrap_or_default().to_ascii_lowercase().as_str() {
                "type" => &mut typed,
                "disposition" => &mut disposition,
                "transfer-encoding" => &mut transfer,
                "id" => &mut id,
                _ => continue,
            };
            slot.get_or_insert(field.value);
        }
        let typed = typed.map(Typed::parse).unwrap_or_default();
        let id = id.map(|id| String::from_utf8_lossy(id.trim_ascii()).into_owned()).unwrap_or_default();
        Self {
            media: media(&typed.word, usual),
            typed,
            disposition: disposition.map(Typed::parse).unwrap_or_default(),
            transfer: Transfer::of(transfer),
            id: id.trim_matches(['<', '>']).to_owned(),
        }
    }

    pub(super) fn is_attachment(&self) -> bool {
        self.disposition.word == "attachment"
    }

    /// Whether it is called anything.
    pub(super) fn has_name(&self) -> bool {
        self.disposition.text("filename", None).is_some() || self.typed.text("name", None).is_some()
    }

    /// Whether its name ends so; ASCII.
    pub(super) fn is_called(&self, ending: &str) -> bool {
        let names = [self.disposition.text("filename", None), self.typed.text("name", None)];
        names.into_iter().flatten().any(|name| name.text.to_ascii_lowercase().ends_with(ending))
    }
}

/// A declared type; clients write `text`, `html`, or nothing that is one.
fn media(word: &str, usual: &str) -> String {
    match word {
        "text" | "plain" => "text/plain",
        "html" => "text/html",
        word if word.split_once('/').is_some_and(|(major, minor)| !major.is_empty() && !minor.is_empty()) => word,
        _ => usual,
    }
    .to_owned()
}
