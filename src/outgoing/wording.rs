//! Greeting and ending of an answer: templates with a few places that are filled.

use jiff::civil::Date;

/// The places there are.
const PLACES: [&str; 4] = ["title", "unit", "date", "name"];

/// What the places of a template are filled with. A value is put in as it is: braces in it mean nothing.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// `{title}`: the title of the letter.
    pub title: &'a str,
    /// `{unit}`: who answers.
    pub unit: &'a str,
    /// `{date}`: the day, written 2026年12月3日.
    pub date: Date,
    /// `{name}`: how the citizen is addressed, for example 刘先生.
    pub name: &'a str,
}

/// A template names a place that there is not, or a brace has no partner.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no place of a template; there are {{title}}, {{unit}}, {{date}} and {{name}}")]
pub struct UnknownPlaceholder(pub String);

/// Whether every place of a template is known.
pub fn check_wording(template: &str) -> Result<(), UnknownPlaceholder> {
    for part in parts(template) {
        match part {
            Part::Place(name) if PLACES.contains(&name) => {}
            Part::Place(name) => return Err(UnknownPlaceholder(format!("{{{name}}}"))),
            Part::Text(text) => {
                if let Some(lone) = text.find(['{', '}']) {
                    return Err(UnknownPlaceholder(text[lone..].chars().take(12).collect()));
                }
            }
        }
    }
    Ok(())
}

/// Greeting and ending, filled. What is no known place stays as it is written.
pub fn wording(greeting: &str, ending: &str, values: &Values<'_>) -> (String, String) {
    (filled(greeting, values), filled(ending, values))
}

fn filled(template: &str, values: &Values<'_>) -> String {
    let mut out = String::with_capacity(template.len() + values.title.len() + values.unit.len());
    for part in parts(template) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Place("title") => out.push_str(values.title),
            Part::Place("unit") => out.push_str(values.unit),
            Part::Place("name") => out.push_str(values.name),
            Part::Place("date") => {
                let day = values.date;
                out.push_str(&format!("{}年{}月{}日", day.year(), day.month(), day.day()));
            }
            Part::Place(other) => {
                out.push('{');
                out.push_str(other);
                out.push('}');
            }
        }
    }
    out
}

enum Part<'a> {
    Text(&'a str),
    Place(&'a str),
}

fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let place = rest.strip_prefix('{').and_then(|inner| {
            let end = inner.find(['{', '}']).filter(|end| inner[*end..].starts_with('}'))?;
            Some((&inner[..end], &inner[end + 1..]))
        });
        if let Some((name, after)) = place {
            rest = after;
            return Some(Part::Place(name));
        }
        // A brace without a partner is text: the next place begins behind it.
        let from = usize::from(rest.starts_with('{'));
        let end = rest[from..].find('{').map_or(rest.len(), |at| from + at);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Part::Text(text))
    })
}
