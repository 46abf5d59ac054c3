//! Web pages as a person sees them: which label stands before which text, what a list shows, where a link leads, what a
//! form would send. Pages of offices are older than any rule of writing them; what counts is what the eye takes for a
//! label and its value.
//!
//! Nothing in here asks for anything or runs a script. Reading a page costs time that grows with it: callers read in a
//! thread that may block, under a time limit of their own; the limits here keep the cost of any page bounded.

mod call;
mod charset;
mod form;
mod grid;
mod guard;
mod label;
mod links;
mod list;
mod pairs;
mod seen;
mod selector;
mod tables;
mod unreadable;

#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use scraper::{ElementRef, Html};

pub use call::Call;
pub use charset::Charset;
pub use form::{Choice, Field, Form, Kind};
pub use guard::Limits;
pub use label::{bare, folded};
pub use links::Link;
pub use list::{ListRow, RowsBy};
pub use selector::{BadSelector, Selector};
pub use unreadable::{LayoutChanged, Unreadable};

/// A page, read.
pub struct Page {
    html: Html,
    pairs: OnceCell<Vec<(String, Labelled)>>,
}

/// What stands behind a label, in a cell, or under a selector.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Labelled {
    /// As a person sees it: line breaks kept, blanks folded; of boxes what is in them, of ticks those that are made.
    pub text: String,
    /// The markup inside, for `clean = "html"`.
    pub html: String,
    /// Links in it, and whatever else a click opens.
    pub links: Vec<Link>,
    /// Whether the page shows the label again with something else behind it; this is the first.
    pub several: bool,
}

impl Labelled {
    pub(crate) fn of(element: &ElementRef<'_>) -> Self {
        Self { text: seen::value(element), html: element.inner_html(), links: links::within(element), several: false }
    }

    /// Whether the markup says more than the text: paragraphs, lists, tables, pictures.
    pub fn is_marked_up(&self) -> bool {
        const TELLING: [&str; 9] = ["<p", "<br", "<li", "<table", "<img", "<div", "<h", "<pre", "<blockquote"];
        !self.text.is_empty() && TELLING.iter().any(|tag| self.html.contains(tag))
    }
}

impl std::fmt::Debug for Labelled {
    /// Shows sizes: what stands there is a citizen's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Labelled({} bytes, {} links)", self.text.len(), self.links.len())
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Page({} nodes)", self.html.tree.nodes().len())
    }
}

impl Page {
    /// Reads a page: `content_type` as the far side declared it. Fails if the bytes are none, of another sort, or beyond
    /// the limits; what stands in them is not quoted.
    pub fn read(
        bytes: &[u8],
        content_type: Option<&str>,
        charset: Charset,
        limits: &Limits,
    ) -> Result<Self, Unreadable> {
        guard::bytes(bytes, limits)?;
        let text = charset::decode(bytes, content_type, charset);
        guard::sort(&text)?;
        let html = guard::tree(&text, limits)?;
        Ok(Self { html, pairs: OnceCell::new() })
    }

    fn root(&self) -> ElementRef<'_> {
        self.html.root_element()
    }

    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = ElementRef<'_>> {
        self.root().descendants().filter_map(ElementRef::wrap).filter(move |element| seen::name(element) == name)
    }

    /// Every element, in the page's order.
    pub(crate) fn elements(&self) -> impl Iterator<Item = ElementRef<'_>> {
        self.root().descendants().filter_map(ElementRef::wrap)
    }

    pub(crate) fn select<'s>(&'s self, selector: &'s Selector) -> impl Iterator<Item = ElementRef<'s>> {
        self.html.select(&selector.compiled)
    }

    /// Whether the page shows these words to a person; blanks and line breaks do not count.
    pub fn shows(&self, words: &str) -> bool {
        let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let words = plain(words);
        !words.is_empty()
            && (plain(&self.text()).contains(&words)
                || self.title().is_some_and(|title| plain(&title).contains(&words)))
    }

    /// Whether it shows these words, or a script of it pops them up (`alert("请重新登录")`).
    pub fn says(&self, words: &str) -> bool {
        self.shows(words) || call::alerts(&self.scripts()).any(|text| text.contains(words))
    }

    /// All that a person sees, in lines.
    pub fn text(&self) -> String {
        seen::text(&self.root())
    }

    /// The page's title.
    pub fn title(&self) -> Option<String> {
        let title: String = self.all("title").next()?.text().collect();
        Some(title.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|title| !title.is_empty())
    }

    /// Against what relative addresses stand, where the page says so (`<base href>`).
    pub fn base(&self) -> Option<&str> {
        self.all("base").find_map(|base| base.value().attr("href"))
    }

    /// The pages that this one only frames: a frameset or inner frames, as their addresses are written. A page without text
    /// of its own and with frames must be asked for at their addresses.
    pub fn frames(&self) -> Vec<String> {
        let frames = self.root().descendants().filter_map(ElementRef::wrap);
        let frames = frames.filter(|element| matches!(seen::name(element), "frame" | "iframe"));
        frames
            .filter_map(|frame| frame.value().attr("src"))
            .filter(|src| !src.trim().is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Where the page sends its reader by itself: `<meta http-equiv="refresh">`, or a script that sets `location`.
    pub fn sends_to(&self) -> Option<String> {
        let refresh = self.all("meta").find(|meta| {
            meta.value().attr("http-equiv").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("refresh"))
        });
        let content = refresh.and_then(|meta| meta.value().attr("content"));
        let url = content.and_then(|content| {
            let at = content.to_ascii_lowercase().find("url=")?;
            Some(content.get(at + 4..)?.trim().trim_matches(['\'', '"']).to_owned())
        });
        url.or_else(|| call::calls(&self.scripts()).iter().find_map(|call| call.moves().map(str::to_owned)))
    }

    fn scripts(&self) -> String {
        self.all("script").flat_map(|script| script.text()).collect::<Vec<_>>().join("\n")
    }

    /// The rows of a list. Fails if what it is known by is not on the page; a list without rows is no failure.
    pub fn rows(&self, by: &RowsBy) -> Result<Vec<ListRow>, LayoutChanged> {
        list::rows(self, by)
    }

    /// Every list on the page that is known by its heads: the heads, and how many rows are under them.
    pub fn lists(&self) -> Vec<(Vec<String>, usize)> {
        list::all(self)
    }

    /// What stands behind a visible label: the next cell, the `dd`, the box, or the text behind the colon. A label that is
    /// written with blanks, a star, a colon or brackets behind it is the same label.
    pub fn label(&self, label: &str) -> Option<Labelled> {
        let pairs = self.pairs();
        let found = pairs.iter().find(|(name, _)| label::same(name, label));
        let found = found.or_else(|| pairs.iter().find(|(name, _)| label::alike(name, label)));
        found.map(|(_, value)| value.clone()).or_else(|| pairs::loose(&self.root(), label))
    }

    /// What a selector finds, in the page's order.
    pub fn css(&self, selector: &Selector) -> Vec<Labelled> {
        let found = self.html.select(&selector.compiled).filter(|element| !seen::is_buried(element));
        found.map(|element| Labelled::of(&element)).collect()
    }

    /// Everything labelled on the page, in its order, each label once and as [`bare`] writes it.
    pub fn labels(&self) -> Vec<(String, Labelled)> {
        self.pairs().clone()
    }

    fn pairs(&self) -> &Vec<(String, Labelled)> {
        self.pairs.get_or_init(|| pairs::all(&self.root()))
    }

    /// Every link of the page, and whatever else a click opens.
    pub fn links(&self) -> Vec<Link> {
        links::within(&self.root())
    }

    /// The page's forms, in its order.
    pub fn forms(&self) -> Vec<Form> {
        form::all(self)
    }
}
