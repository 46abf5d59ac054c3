//! Where a click leads.

use scraper::ElementRef;

use crate::call::{Call, calls};
use crate::seen;

/// Something that can be clicked.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// What it says; of a picture, its text.
    pub text: String,
    /// The address as it is written, relative to the page; empty where a script alone is called.
    pub href: String,
    /// The scripts' calls that a click makes, with their arguments: `view('123')`.
    pub calls: Vec<Call>,
}

impl std::fmt::Debug for Link {
    /// Without text and address: names of files and numbers of letters are a citizen's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({} calls)", self.calls.len())
    }
}

/// Links, buttons and whatever has an `onclick` in an element; itself too. Anchors that lead nowhere are none.
pub(crate) fn within(element: &ElementRef<'_>) -> Vec<Link> {
    let own = std::iter::once(*element);
    let inner = element.descendants().skip(1).filter_map(ElementRef::wrap);
    own.chain(inner).filter_map(|element| link(&element)).collect()
}

/// The element as a link.
pub(crate) fn link(element: &ElementRef<'_>) -> Option<Link> {
    let value = element.value();
    let clicked = value.attr("onclick").map(calls).unwrap_or_default();
    let href = match seen::name(element) {
        "a" | "area" => value.attr("href").unwrap_or("").trim(),
        _ if clicked.is_empty() => return None,
        _ => "",
    };
    let scripted = href.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("javascript:"));
    let mut all = if scripted { calls(&href[11..]) } else { Vec::new() };
    all.extend(clicked);
    let opens = all.iter().find_map(|call| call.address().map(str::to_owned));
    let plain = if scripted || href.starts_with('#') { "" } else { href };
    let href = if plain.is_empty() { opens.unwrap_or_default() } else { plain.to_owned() };
    if (href.is_empty() && all.is_empty()) || seen::is_buried(element) {
        return None;
    }
    Some(Link { text: said(element), href, calls: all })
}

fn said(element: &ElementRef<'_>) -> String {
    let text = seen::text(element);
    if !text.is_empty() {
        return text;
    }
    let title = element.value().attr("title").or_else(|| element.value().attr("value"));
    let picture = || {
        let inner = element.descendants().filter_map(ElementRef::wrap).filter(|inner| seen::name(inner) == "img");
        inner.filter_map(|img| img.value().attr("alt").or_else(|| img.value().attr("title"))).next()
    };
    title.or_else(picture).unwrap_or("").trim().to_owned()
}
