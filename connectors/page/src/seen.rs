//! What of a page a person sees: text in lines, without scripts, hidden parts and buttons; what stands in boxes as their
//! text.

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

/// Elements that begin a line of their own.
const BLOCKS: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements of which nothing is seen.
const UNSEEN: [&str; 13] = [
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "object", "iframe", "datalist", "svg",
    "noframes",
];

/// The element's name, in lower case.
pub(crate) fn name<'a>(element: &ElementRef<'a>) -> &'a str {
    element.value().name()
}

/// Whether an element begins a line of its own.
pub(crate) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// Whether an element itself is not seen; what lies in it is not either.
pub(crate) fn is_hidden(element: &ElementRef<'_>) -> bool {
    let value = element.value();
    if UNSEEN.contains(&value.name()) || value.attr("hidden").is_some() {
        return true;
    }
    if value.name() == "input" && value.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("hidden")) {
        return true;
    }
    value.attr("style").is_some_and(|style| {
        let plain: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        plain.contains("display:none") || plain.contains("visibility:hidden")
    })
}

/// Whether an element is hidden, or lies in something that is.
pub(crate) fn is_buried(element: &ElementRef<'_>) -> bool {
    is_hidden(element) || element.ancestors().filter_map(ElementRef::wrap).any(|around| is_hidden(&around))
}

/// The next element beside it that is seen.
pub(crate) fn next<'a>(element: &ElementRef<'a>) -> Option<ElementRef<'a>> {
    element.next_siblings().filter_map(ElementRef::wrap).find(|next| !is_hidden(next))
}

/// Whether an element lies in a `fieldset` that is switched off.
pub(crate) fn is_switched_off(element: &ElementRef<'_>) -> bool {
    let mut around = element.ancestors().filter_map(ElementRef::wrap);
    around.any(|around| name(&around) == "fieldset" && around.value().attr("disabled").is_some())
}

/// Whether an element is a button: pressed, not read.
fn is_button(element: &ElementRef<'_>) -> bool {
    match name(element) {
        "button" => true,
        "input" => matches!(kind(element).as_str(), "button" | "submit" | "reset" | "image"),
        _ => false,
    }
}

/// The kind of an `<input>`, in lower case; `text` where none is named.
pub(crate) fn kind(input: &ElementRef<'_>) -> String {
    input.value().attr("type").map_or_else(|| "text".to_owned(), |kind| kind.trim().to_ascii_lowercase())
}

/// What is wanted of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    /// All that is seen.
    All,
    /// What a value is: no buttons, of ticks only the ticked ones.
    Value,
}

/// The text of an element, in lines, as a person sees it; buttons too.
pub(crate) fn text(element: &ElementRef<'_>) -> String {
    let mut lines = Lines::new(usize::MAX);
    walk(**element, Want::All, &mut lines);
    lines.done()
}

/// What an element says as the value of a label: what stands in boxes, of ticks and choices those that are made.
pub(crate) fn value(element: &ElementRef<'_>) -> String {
    let ticks: Vec<ElementRef<'_>> = ticks(element);
    if !ticks.is_empty() {
        let made = ticks.iter().filter(|tick| tick.value().attr("checked").is_some()).map(tick_label);
        return made.filter(|label| !label.is_empty()).collect::<Vec<_>>().join("、");
    }
    let mut lines = Lines::new(usize::MAX);
    walk(**element, Want::Value, &mut lines);
    lines.done()
}

/// The beginning of what an element says, up to so many characters: enough to know whether it is a label.
pub(crate) fn glance(element: &ElementRef<'_>, most: usize) -> String {
    let mut lines = Lines::new(most.saturating_mul(2));
    walk(**element, Want::Value, &mut lines);
    lines.done()
}

/// What is seen of a run of siblings that are no elements of their own value: text behind a label, up to the next block.
pub(crate) fn run<'a>(nodes: impl Iterator<Item = NodeRef<'a, Node>>) -> String {
    let mut lines = Lines::new(usize::MAX);
    nodes.for_each(|node| walk(node, Want::Value, &mut lines));
    lines.done()
}

fn ticks<'a>(element: &ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let inputs = element.descendants().filter_map(ElementRef::wrap).filter(|child| name(child) == "input");
    inputs.filter(|input| matches!(kind(input).as_str(), "radio" | "checkbox") && !is_hidden(input)).collect()
}

/// What stands beside a tick: the label around it, or the text up to the next box.
pub(crate) fn tick_label(tick: &ElementRef<'_>) -> String {
    let around = tick.ancestors().take(3).filter_map(ElementRef::wrap).find(|around| name(around) == "label");
    if let Some(label) = around {
        return glance(&label, 60);
    }
    let behind = tick.next_siblings().take_while(|node| {
        ElementRef::wrap(*node).is_none_or(|element| !matches!(name(&element), "input" | "select" | "textarea" | "br"))
    });
    let text = run(behind);
    if text.is_empty() {
        tick.value().attr("title").or_else(|| tick.value().attr("value")).unwrap_or("").trim().to_owned()
    } else {
        text
    }
}

/// What stands in a box: typed text, the choice that is made.
pub(crate) fn boxed(element: &ElementRef<'_>) -> Option<String> {
    match name(element) {
        "input" => match kind(element).as_str() {
            "password" | "hidden" | "file" | "checkbox" | "radio" => Some(String::new()),
            _ => Some(element.value().attr("value").unwrap_or("").to_owned()),
        },
        "textarea" => Some(typed(element)),
        "select" => Some(chosen(element).map(|choice| text(&choice)).unwrap_or_default()),
        _ => None,
    }
}

/// What is typed into a text area. The parser has taken away the one line break at its beginning that does not count.
pub(crate) fn typed(area: &ElementRef<'_>) -> String {
    area.text().collect()
}

/// The choice of a list that is made: the last one marked, else the first that can be.
pub(crate) fn chosen<'a>(select: &ElementRef<'a>) -> Option<ElementRef<'a>> {
    let choices = || select.descendants().filter_map(ElementRef::wrap).filter(|child| name(child) == "option");
    let marked = choices().filter(|choice| choice.value().attr("selected").is_some()).last();
    if select.value().attr("multiple").is_some() {
        return marked;
    }
    marked.or_else(|| choices().find(|choice| choice.value().attr("disabled").is_none()))
}

fn walk(node: NodeRef<'_, Node>, want: Want, out: &mut Lines) {
    if out.full() {
        return;
    }
    if let Node::Text(text) = node.value() {
        out.text(text);
        return;
    }
    let Some(element) = ElementRef::wrap(node) else {
        return node.children().for_each(|child| walk(child, want, out));
    };
    if is_hidden(&element) || (want == Want::Value && is_button(&element)) {
        return;
    }
    if let Some(text) = boxed(&element) {
        out.space();
        out.verbatim(text.trim());
        out.space();
        return;
    }
    match name(&element) {
        "br" => out.line(),
        "td" | "th" => {
            out.space();
            node.children().for_each(|child| walk(child, want, out));
            out.space();
        }
        "input" if want == Want::All => out.text(element.value().attr("value").unwrap_or("")),
        "pre" => {
            out.block();
            out.verbatim(&element.text().collect::<String>());
            out.block();
        }
        name if is_block(name) => {
            out.block();
            node.children().for_each(|child| walk(child, want, out));
            out.block();
        }
        _ => node.children().for_each(|child| walk(child, want, out)),
    }
}

/// Text in the making: blanks folded, blocks in lines of their own.
struct Lines {
    out: String,
    /// A blank is due before the next letter.
    blank: bool,
    most: usize,
}

impl Lines {
    fn new(most: usize) -> Self {
        Self { out: String::new(), blank: false, most }
    }

    /// Four bytes a character are enough for any letter.
    fn full(&self) -> bool {
        self.out.len() > self.most.saturating_mul(4)
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.blank = true;
            } else if !is_nothing(c) {
                self.push(c);
            }
        }
    }

    fn push(&mut self, c: char) {
        if self.blank && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push(c);
    }

    /// Text whose line breaks count.
    fn verbatim(&mut self, text: &str) {
        let mut lines = text.lines();
        if let Some(first) = lines.next() {
            self.text(first);
        }
        for line in lines {
            self.line();
            self.text(line);
        }
    }

    fn space(&mut self) {
        self.blank = true;
    }

    fn line(&mut self) {
        self.blank = false;
        self.out.push('\n');
    }

    /// A new line, unless one has begun.
    fn block(&mut self) {
        self.blank = false;
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Never more than one empty line in a row, none at either end.
    fn done(self) -> String {
        let mut out = String::with_capacity(self.out.len());
        let mut empty = 0;
        for line in self.out.trim_matches(|c: char| c.is_whitespace()).lines() {
            let line = line.trim();
            empty = if line.is_empty() { empty + 1 } else { 0 };
            if empty <= 1 {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(line);
            }
        }
        out
    }
}

/// Signs that take no room: of a soft hyphen or a zero-width space nobody sees anything.
fn is_nothing(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}
