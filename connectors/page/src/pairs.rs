//! Labels and what stands behind them, wherever a page puts them: in tables, in `dl`, before boxes, before a sibling, or in
//! one line with a colon between.

use std::collections::BTreeMap;

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use crate::label::{LONGEST, bare, folded, has_colon, may_be, same, several};
use crate::{Labelled, links, seen, tables};

/// How much a place looks like a label and its value. The better of two decides which value a label has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Sure {
    /// A colon in running text.
    Running,
    /// Two neighbours of which the first may be a label.
    Likely,
    /// The page says so: `th`, `dt`, `label`, a colon at the end of a cell, a class named after it.
    Told,
}

/// A label and its value.
pub(crate) struct Pair {
    pub(crate) label: String,
    pub(crate) value: Labelled,
    pub(crate) sure: Sure,
}

/// Every label of the page once, with the best of its values.
pub(crate) fn all(root: &ElementRef<'_>) -> Vec<(String, Labelled)> {
    let mut pairs = Vec::new();
    inside(root, &mut pairs);
    let mut best: Vec<Pair> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs {
        let name = folded(&pair.label);
        if name.is_empty() {
            continue;
        }
        let Some(known) = at.get(&name).and_then(|at| best.get_mut(*at)) else {
            at.insert(name, best.len());
            best.push(pair);
            continue;
        };
        // Something in running text casts no doubt on what stands in a cell.
        let differs = known.value.text != pair.value.text && !pair.value.text.is_empty() && pair.sure > Sure::Running;
        let rank =
            |pair: &Pair| (pair.sure > Sure::Running, !pair.value.text.is_empty() || !pair.value.links.is_empty());
        if rank(&pair) > rank(known) {
            *known = Pair { label: std::mem::take(&mut known.label), ..pair };
        } else if differs && !known.value.text.is_empty() {
            known.value.several = true;
        }
    }
    let mut plain: BTreeMap<String, usize> = BTreeMap::new();
    best.iter().for_each(|pair| *plain.entry(bare(&pair.label)).or_default() += 1);
    let name = |label: &str| {
        let short = bare(label);
        if plain.get(&short) == Some(&1) && !short.is_empty() { short } else { folded(label) }
    };
    best.into_iter().map(|pair| (name(&pair.label), pair.value)).collect()
}

/// A label that no arrangement known here shows: the smallest element that says just this, and what comes behind it.
pub(crate) fn loose(root: &ElementRef<'_>, label: &str) -> Option<Labelled> {
    let said = |element: &ElementRef<'_>| same(&seen::glance(element, LONGEST * 2), label);
    let found = root.descendants().filter_map(ElementRef::wrap).filter(|element| {
        !folded(label).is_empty()
            && said(element)
            && !element.child_elements().any(|child| said(&child))
            && !seen::is_buried(element)
    });
    for element in found {
        // Behind it, or behind what holds nothing but it.
        let mut at = element;
        loop {
            if let Some(next) = seen::next(&at) {
                return Some(Labelled::of(&next));
            }
            match at.parent().and_then(ElementRef::wrap) {
                Some(parent) if said(&parent) => at = parent,
                _ => break,
            }
        }
    }
    None
}

/// The pairs within an element.
pub(crate) fn inside(element: &ElementRef<'_>, out: &mut Vec<Pair>) {
    if seen::is_hidden(element) {
        return;
    }
    match seen::name(element) {
        "table" => tables::pairs(element, out),
        "dl" => list(element, out),
        "select" | "textarea" | "button" | "option" => {}
        _ => siblings(element, out),
    }
}

/// Takes a value: what pairs lie in it of their own decides whether it is one value or a part of the page.
pub(crate) fn take(label: &str, value: &ElementRef<'_>, sure: Sure, out: &mut Vec<Pair>) {
    if sure != Sure::Told && !tells_at_length(label) {
        let mut inner = Vec::new();
        inside(value, &mut inner);
        if inner.iter().any(|pair| pair.sure > Sure::Running) {
            out.append(&mut inner);
            return;
        }
    }
    out.push(Pair { label: label.to_owned(), value: Labelled::of(value), sure });
}

/// Behind these stands whatever was written or attached, tables and all.
fn tells_at_length(label: &str) -> bool {
    ["内容", "正文", "描述", "附件", "意见", "情况", "答复", "回复"].iter().any(|word| folded(label).ends_with(word))
}

/// `dt` and the `dd`s behind it, also where each pair lies in a `div` of its own.
fn list(dl: &ElementRef<'_>, out: &mut Vec<Pair>) {
    let mut label: Option<(String, Vec<Labelled>)> = None;
    let close = |label: Option<(String, Vec<Labelled>)>, out: &mut Vec<Pair>| {
        if let Some((label, values)) = label {
            let value = values.into_iter().reduce(joined).unwrap_or_default();
            out.push(Pair { label, value, sure: Sure::Told });
        }
    };
    for child in dl.child_elements().filter(|child| !seen::is_hidden(child)) {
        match seen::name(&child) {
            "dt" => close(label.replace((seen::glance(&child, 60), Vec::new())), out),
            "dd" => match &mut label {
                Some((_, values)) => values.push(Labelled::of(&child)),
                None => inside(&child, out),
            },
            "div" => {
                close(label.take(), out);
                list(&child, out);
            }
            _ => inside(&child, out),
        }
    }
    close(label, out);
}

fn joined(mut one: Labelled, other: Labelled) -> Labelled {
    one.text = [one.text, other.text].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    one.html.push_str(&other.html);
    one.links.extend(other.links);
    one
}

/// The children of an element beside each other: labels before values, and lines of text.
fn siblings(parent: &ElementRef<'_>, out: &mut Vec<Pair>) {
    let kids: Vec<NodeRef<'_, Node>> = parent.children().filter(|kid| is_seen(*kid)).collect();
    let by_place = alternate(parent, &kids);
    let mut at = 0;
    while at < kids.len() {
        let Some(element) = ElementRef::wrap(kids[at]) else {
            at = line(&kids, at, out);
            continue;
        };
        match label_of(&element, by_place && at == 0) {
            Some((label, sure)) => at = value_of(&element, &label, sure, &kids, at, out),
            None if is_inline(&element) => at = line(&kids, at, out),
            None => {
                inside(&element, out);
                at += 1;
            }
        }
    }
}

fn is_seen(node: NodeRef<'_, Node>) -> bool {
    match node.value() {
        Node::Text(text) => !text.trim().is_empty() || text.contains(' ') || text.contains('\u{a0}'),
        Node::Element(_) => ElementRef::wrap(node).is_some_and(|element| !seen::is_hidden(&element)),
        _ => false,
    }
}

/// Whether an element is part of a line of text, with nothing in it that begins another and no pair of its own.
fn is_inline(element: &ElementRef<'_>) -> bool {
    if seen::name(element) == "br" || seen::is_block(seen::name(element)) {
        return false;
    }
    let inner = element.descendants().skip(1).filter_map(ElementRef::wrap);
    let mut inner = inner.filter(|inner| !seen::is_hidden(inner));
    if inner.any(|inner| seen::is_block(seen::name(&inner)) || seen::name(&inner) == "label") {
        return false;
    }
    crate::label::split(&seen::glance(element, 200)).is_none_or(|(_, rest)| rest.trim().is_empty())
}

/// The line of text that begins here, and where the next one does.
fn line(kids: &[NodeRef<'_, Node>], begin: usize, out: &mut Vec<Pair>) -> usize {
    let mut end = begin;
    while let Some(kid) = kids.get(end) {
        let goes_on = match ElementRef::wrap(*kid) {
            Some(element) => is_inline(&element) && (end == begin || label_of(&element, false).is_none()),
            None => true,
        };
        if !goes_on {
            break;
        }
        end += 1;
    }
    let nodes = kids.get(begin..end).unwrap_or_default();
    let text = seen::run(nodes.iter().copied());
    let mut links: Vec<_> = nodes.iter().filter_map(|node| ElementRef::wrap(*node)).collect::<Vec<_>>();
    for line in text.lines() {
        let found = several(line);
        let one = found.len() == 1;
        for (label, value) in found {
            let links = if one { std::mem::take(&mut links) } else { Vec::new() };
            let links = links.iter().flat_map(links::within).collect();
            let value = Labelled { text: value.to_owned(), html: escaped(value), links, several: false };
            out.push(Pair { label: label.to_owned(), value, sure: Sure::Running });
        }
    }
    end.max(begin + 1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether an element is a label, and how sure that is.
fn label_of(element: &ElementRef<'_>, by_place: bool) -> Option<(String, Sure)> {
    let name = seen::name(element);
    if matches!(name, "a" | "table" | "dl" | "ul" | "ol" | "form" | "input" | "select" | "textarea" | "br" | "button") {
        return None;
    }
    let said = seen::glance(element, LONGEST * 2);
    if !may_be(&said) {
        return None;
    }
    let boxes = || element.descendants().filter_map(ElementRef::wrap).any(|inner| seen::boxed(&inner).is_some());
    if name == "label" {
        let ticks = element
            .descendants()
            .filter_map(ElementRef::wrap)
            .any(|inner| seen::name(&inner) == "input" && matches!(seen::kind(&inner).as_str(), "radio" | "checkbox"));
        return (!ticks).then_some((said, Sure::Told));
    }
    if boxes() {
        return None;
    }
    if has_colon(&said) {
        return Some((said, Sure::Told));
    }
    let named = tables::is_named_label(element);
    let placed = by_place || (matches!(name, "h2" | "h3" | "h4" | "h5" | "h6") && seen::next(element).is_some());
    if named && seen::next(element).is_some() {
        return Some((said, Sure::Told));
    }
    placed.then_some((said, Sure::Likely))
}

/// Whether the children are a label and a value by their place alone: two of them and no text beside, and around them
/// others that are built the same way.
fn alternate(parent: &ElementRef<'_>, kids: &[NodeRef<'_, Node>]) -> bool {
    let shape = |of: &ElementRef<'_>| -> Option<Vec<String>> {
        let kids: Vec<_> = of.children().filter(|kid| is_seen(*kid)).collect();
        let names = kids.iter().filter_map(|kid| match kid.value() {
            Node::Text(text) if text.trim().is_empty() => None,
            _ => Some(ElementRef::wrap(*kid).map(|element| seen::name(&element).to_owned())),
        });
        let names: Option<Vec<String>> = names.collect();
        names.filter(|names| names.len() == 2)
    };
    if kids.len() > 5 || parent.parent().is_none() {
        return false;
    }
    let Some(own) = shape(parent) else { return false };
    let before = parent.prev_siblings().filter_map(ElementRef::wrap).take(1);
    let after = parent.next_siblings().filter_map(ElementRef::wrap).take(1);
    before.chain(after).any(|beside| shape(&beside).as_ref() == Some(&own))
}

/// Takes what stands behind a label among its siblings; gives where to go on.
fn value_of(
    element: &ElementRef<'_>,
    label: &str,
    sure: Sure,
    kids: &[NodeRef<'_, Node>],
    at: usize,
    out: &mut Vec<Pair>,
) -> usize {
    let boxed = element.descendants().filter_map(ElementRef::wrap).find(|inner| seen::boxed(inner).is_some());
    if let Some(boxed) = boxed {
        let label = own_words(element);
        out.push(Pair { label, value: Labelled::of(&boxed), sure });
        return at + 1;
    }
    let blank = |node: &NodeRef<'_, Node>| node.value().as_text().is_some_and(|text| text.trim().is_empty());
    let next = (at + 1..kids.len()).find(|at| !blank(&kids[*at]));
    let Some(next) = next else {
        out.push(Pair { label: label.to_owned(), value: Labelled::default(), sure });
        return kids.len();
    };
    let follows = ElementRef::wrap(kids[next]);
    if let Some(value) = follows.filter(|value| seen::name(value) != "br" && !is_inline(value)) {
        if has_colon(label) && label_of(&value, false).is_some() {
            out.push(Pair { label: label.to_owned(), value: Labelled::default(), sure });
            return next;
        }
        take(label, &value, sure, out);
        return next + 1;
    }
    // Text and what lies in it, to the end of the line; where that is empty, all lines up to the next label.
    let first = lines_end(kids, next, false);
    let text = seen::run(kids[next..first].iter().copied());
    let end = if text.is_empty() { lines_end(kids, first, true) } else { first };
    let nodes = &kids[next..end];
    let elements: Vec<ElementRef<'_>> = nodes.iter().filter_map(|node| ElementRef::wrap(*node)).collect();
    let value = match (nodes, elements.as_slice()) {
        ([_], [only]) => Labelled::of(only),
        _ => Labelled {
            text: seen::run(nodes.iter().copied()),
            html: nodes.iter().map(markup).collect(),
            links: elements.iter().flat_map(links::within).collect(),
            several: false,
        },
    };
    out.push(Pair { label: label.to_owned(), value, sure });
    end.max(next)
}

/// The words of a label around a box, without what is in the box.
fn own_words(label: &ElementRef<'_>) -> String {
    let before =
        label.children().take_while(|kid| ElementRef::wrap(*kid).is_none_or(|element| seen::boxed(&element).is_none()));
    let words = seen::run(before);
    if words.is_empty() { seen::glance(label, LONGEST * 2) } else { words }
}

fn lines_end(kids: &[NodeRef<'_, Node>], begin: usize, over_breaks: bool) -> usize {
    let ends = |kid: &NodeRef<'_, Node>| match ElementRef::wrap(*kid) {
        Some(element) if seen::name(&element) == "br" => !over_breaks,
        Some(element) if over_breaks => label_of(&element, false).is_some(),
        Some(element) => !is_inline(&element) || label_of(&element, false).is_some(),
        None => false,
    };
    (begin..kids.len()).find(|at| ends(&kids[*at])).unwrap_or(kids.len())
}

fn markup(node: &NodeRef<'_, Node>) -> String {
    match ElementRef::wrap(*node) {
        Some(element) => element.html(),
        None => node.value().as_text().map(|text| escaped(text)).unwrap_or_default(),
    }
}
