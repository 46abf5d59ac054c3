//! Forms: what a browser would send of them, field by field.

use scraper::ElementRef;

use crate::label::bare;
use crate::{Page, seen};

/// A form of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form {
    /// Where it is sent, as the page writes it; none: to the page's own address.
    pub action: Option<String>,
    /// `get` or `post`.
    pub method: String,
    /// How it is written: `application/x-www-form-urlencoded`, `multipart/form-data` or `text/plain`.
    pub enctype: String,
    /// Its `name`, else its `id`.
    pub name: Option<String>,
    /// Its fields, in the page's order; boxes that belong together (radio) are one.
    pub fields: Vec<Field>,
}

/// What sort of field it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One line.
    Text,
    /// A password.
    Password,
    /// Not seen; sent as it is.
    Hidden,
    /// Several lines.
    Area,
    /// One of a list.
    Choice,
    /// Several of a list.
    Choices,
    /// One of several boxes.
    Radio,
    /// A tick.
    Tick,
    /// A file.
    File,
    /// A button that sends the form.
    Submit,
}

/// A field of a form. What stands in it may be a citizen's or a secret: it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Under which name it is sent; empty: it is not.
    pub name: String,
    /// What sort it is.
    pub kind: Kind,
    /// What a browser would send of it now; none: nothing (a tick that is not made, a button, a file).
    pub value: Option<String>,
    /// What a person sees before it.
    pub label: Option<String>,
    /// What can be chosen.
    pub options: Vec<Choice>,
    /// Whether it cannot be changed or sent.
    pub disabled: bool,
    /// Whether a browser would not send the form without it.
    pub required: bool,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({} {:?})", self.name, self.kind)
    }
}

/// Something to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is seen.
    pub text: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Form {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name && field.kind != Kind::Submit)
    }

    /// What a browser would send if a person touched nothing and pressed the first button: names and values in order.
    /// Files are not among them.
    pub fn sent(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let button = self.fields.iter().position(|field| field.kind == Kind::Submit && !field.disabled);
        for (at, field) in self.fields.iter().enumerate() {
            if field.disabled || field.name.is_empty() {
                continue;
            }
            match field.kind {
                Kind::Submit if Some(at) != button => {}
                Kind::Choices => {
                    let chosen = field.options.iter().filter(|choice| choice.chosen);
                    out.extend(chosen.map(|choice| (field.name.clone(), choice.value.clone())));
                }
                _ => out.extend(field.value.clone().map(|value| (field.name.clone(), value))),
            }
        }
        out
    }
}

/// Every form of the page.
pub(crate) fn all(page: &Page) -> Vec<Form> {
    let forms: Vec<ElementRef<'_>> = page.all("form").collect();
    let fields: Vec<ElementRef<'_>> =
        ["input", "select", "textarea", "button"].into_iter().fold(Vec::new(), |mut all: Vec<ElementRef<'_>>, name| {
            all.extend(page.all(name));
            all
        });
    let order: std::collections::HashMap<_, usize> =
        page.elements().enumerate().map(|(at, element)| (element.id(), at)).collect();
    let mut fields = fields;
    fields.sort_by_key(|field| order.get(&field.id()).copied());
    let owner = |field: &ElementRef<'_>| -> Option<usize> {
        if let Some(id) = field.value().attr("form") {
            return forms.iter().position(|form| form.value().attr("id") == Some(id));
        }
        let around = field.ancestors().filter_map(ElementRef::wrap).find(|around| seen::name(around) == "form");
        if let Some(around) = around {
            return forms.iter().position(|form| *form == around);
        }
        // Between the rows of a table the parser closes a form at once; what follows it there still belongs to it.
        let at = order.get(&field.id())?;
        let before = |form: &ElementRef<'_>| order.get(&form.id()).is_some_and(|begin| begin < at);
        let last = forms.iter().rposition(before)?;
        (forms.get(last)?.children().next().is_none()).then_some(last)
    };
    let owners: Vec<Option<usize>> = fields.iter().map(owner).collect();
    let labels = Labels::of(page);
    let mut out: Vec<Form> = forms.iter().map(empty).collect();
    for (element, owner) in fields.iter().zip(owners) {
        if let Some(form) = owner.and_then(|at| out.get_mut(at)) {
            add(form, element, &labels);
        }
    }
    out
}

fn empty(form: &ElementRef<'_>) -> Form {
    let attr = |name: &str| form.value().attr(name).map(str::trim).filter(|text| !text.is_empty());
    let method = attr("method").map_or_else(|| "get".to_owned(), str::to_ascii_lowercase);
    let enctype = attr("enctype").map(str::to_ascii_lowercase);
    let enctype = enctype.filter(|known| matches!(known.as_str(), "multipart/form-data" | "text/plain"));
    Form {
        action: attr("action").map(str::to_owned),
        method: if method == "post" { method } else { "get".to_owned() },
        enctype: enctype.unwrap_or_else(|| "application/x-www-form-urlencoded".to_owned()),
        name: attr("name").or_else(|| attr("id")).map(str::to_owned),
        fields: Vec::new(),
    }
}

fn add(form: &mut Form, element: &ElementRef<'_>, labels: &Labels<'_>) {
    let value = element.value();
    let given = value.attr("value");
    let (kind, value, options) = match seen::name(element) {
        "textarea" => (Kind::Area, Some(seen::typed(element).replace("\r\n", "\n").replace('\n', "\r\n")), Vec::new()),
        "select" => choices(element),
        "button" => match value.attr("type").map(str::to_ascii_lowercase).as_deref() {
            Some("button" | "reset") => return,
            _ => (Kind::Submit, Some(given.unwrap_or("").to_owned()), Vec::new()),
        },
        _ => match seen::kind(element).as_str() {
            "button" | "reset" => return,
            "submit" => (Kind::Submit, Some(given.unwrap_or("").to_owned()), Vec::new()),
            // A picture sends where it was clicked, which nobody reads.
            "image" => (Kind::Submit, None, Vec::new()),
            "hidden" => (Kind::Hidden, Some(given.unwrap_or("").to_owned()), Vec::new()),
            "password" => (Kind::Password, Some(given.unwrap_or("").to_owned()), Vec::new()),
            "file" => (Kind::File, None, Vec::new()),
            kind @ ("radio" | "checkbox") => {
                let sent = given.unwrap_or("on").to_owned();
                let chosen = value.attr("checked").is_some();
                let choice = Choice { value: sent.clone(), text: seen::tick_label(element), chosen };
                let kind = if kind == "radio" { Kind::Radio } else { Kind::Tick };
                (kind, chosen.then_some(sent), vec![choice])
            }
            _ => (Kind::Text, Some(given.unwrap_or("").to_owned()), Vec::new()),
        },
    };
    let name = element.value().attr("name").unwrap_or("").to_owned();
    let disabled = element.value().attr("disabled").is_some() || seen::is_switched_off(element);
    let same = form.fields.iter_mut().find(|field| kind == Kind::Radio && field.kind == kind && field.name == name);
    if let Some(group) = same {
        if !disabled {
            group.value = value.or(group.value.take());
            group.disabled = false;
        }
        group.options.extend(options);
        return;
    }
    let required = element.value().attr("required").is_some();
    let value = if disabled && kind == Kind::Radio { None } else { value };
    form.fields.push(Field { name, kind, value, label: labels.before(element), options, disabled, required });
}

fn choices(select: &ElementRef<'_>) -> (Kind, Option<String>, Vec<Choice>) {
    let several = select.value().attr("multiple").is_some();
    let chosen = seen::chosen(select);
    let options = select.descendants().filter_map(ElementRef::wrap).filter(|child| seen::name(child) == "option");
    let options = options.map(|option| {
        let text = seen::text(&option);
        let value = option.value().attr("value").map_or_else(|| text.clone(), str::to_owned);
        let made = if several { option.value().attr("selected").is_some() } else { Some(option) == chosen };
        Choice { value, text, chosen: made }
    });
    let options: Vec<Choice> = options.collect();
    let value = options.iter().find(|choice| choice.chosen).map(|choice| choice.value.clone());
    (if several { Kind::Choices } else { Kind::Choice }, value, options)
}

/// The `label` elements of a page, and how else a box is named.
struct Labels<'p> {
    targeted: Vec<(&'p str, ElementRef<'p>)>,
}

impl<'p> Labels<'p> {
    fn of(page: &'p Page) -> Self {
        Self { targeted: page.all("label").filter_map(|label| Some((label.value().attr("for")?, label))).collect() }
    }

    /// What a person reads as the name of a box.
    fn before(&self, element: &ElementRef<'_>) -> Option<String> {
        if matches!(seen::kind(element).as_str(), "hidden" | "submit") && seen::name(element) == "input" {
            return None;
        }
        let tick = matches!(seen::kind(element).as_str(), "radio" | "checkbox") && seen::name(element) == "input";
        let id = element.value().attr("id").filter(|_| !tick);
        let targeted = id.and_then(|id| self.targeted.iter().find(|(target, _)| *target == id));
        let told = targeted.map(|(_, label)| seen::glance(label, 40));
        let told = told.or_else(|| beside(element)).or_else(|| {
            let value = element.value();
            value
                .attr("placeholder")
                .or_else(|| value.attr("title"))
                .or_else(|| value.attr("aria-label"))
                .map(str::to_owned)
        });
        told.map(|label| bare(&label)).filter(|label| !label.is_empty())
    }
}

/// The text before a box: in its cell, in the cell or element before, or in the label around it.
fn beside(element: &ElementRef<'_>) -> Option<String> {
    let mut at = *element;
    for _ in 0..4 {
        let before = at.prev_siblings().take_while(|node| {
            ElementRef::wrap(*node).is_none_or(|other| {
                seen::name(&other) != "br"
                    && !other.descendants().filter_map(ElementRef::wrap).any(|inner| seen::boxed(&inner).is_some())
            })
        });
        let mut nodes: Vec<_> = before.collect();
        nodes.reverse();
        let text = seen::run(nodes.into_iter());
        let last = text.lines().last().unwrap_or("").trim();
        if crate::label::may_be(last) {
            return Some(last.to_owned());
        }
        at = at.parent().and_then(ElementRef::wrap)?;
        if matches!(seen::name(&at), "form" | "table" | "body") {
            return None;
        }
    }
    None
}
