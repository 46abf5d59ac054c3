//! The form that takes an answer: which box takes which text.

use huiliu_page::{Choice, Field, Form, Kind};

use super::saved::Saved;
use crate::learn::codes::quoted;

/// What was learnt of a form for answers.
#[derive(Clone, Debug)]
pub struct ReplyGuess {
    /// Where its page was saved from, the letter's number in it as `{id}`.
    pub url: Option<String>,
    /// Boxes that a person fills in, in the page's order.
    pub boxes: Vec<BoxGuess>,
    /// The box for files.
    pub files: Option<String>,
}

/// A box of a form.
#[derive(Clone, Debug)]
pub struct BoxGuess {
    /// Its name, under which it is sent.
    pub name: String,
    /// The label before it.
    pub label: Option<String>,
    /// What is filled in, as TOML writes it; none if a person must say it.
    pub fill: Option<String>,
    /// The choices it has, as they are seen.
    pub choices: Vec<String>,
}

pub(super) fn learn(saved: &Saved, numbers: &[String], keys: &[String]) -> Option<ReplyGuess> {
    let forms = saved.page.forms();
    let form = forms.iter().find(|form| form.fields.iter().any(|field| field.kind == Kind::Area && !field.disabled))?;
    let boxes = form.fields.iter().filter(|field| is_filled_in(field)).map(|field| guess(field, form));
    let url = saved.url.as_ref().map(|url| put(&put(url, numbers, "{id}"), keys, "{key}"));
    let files = form.fields.iter().find(|field| field.kind == Kind::File && !field.name.is_empty());
    Some(ReplyGuess { url, boxes: boxes.collect(), files: files.map(|field| field.name.clone()) })
}

/// An address in which the value of a parameter that is one of these is a placeholder. Values that are words (a name that was
/// searched for) are left out: they may be somebody's.
pub(super) fn put(url: &str, values: &[String], placeholder: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if values.iter().any(|known| known == value) => format!("{name}={placeholder}"),
        Some((name, value)) if value.contains('%') || !value.is_ascii() => format!("{name}="),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn is_filled_in(field: &Field) -> bool {
    let kind = matches!(field.kind, Kind::Text | Kind::Area | Kind::Choice | Kind::Choices | Kind::Radio | Kind::Tick);
    kind && !field.disabled && !field.name.is_empty()
}

fn guess(field: &Field, form: &Form) -> BoxGuess {
    let label = field.label.clone().unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let areas = form.fields.iter().filter(|field| field.kind == Kind::Area && !field.disabled).count();
    let fill = match field.kind {
        Kind::Area if areas == 1 || says(&["答复", "回复", "办理结果", "处理结果", "办理情况", "反馈内容"]) => {
            Some(quoted("{reply}"))
        }
        Kind::Radio | Kind::Choice if says(&["公开"]) => {
            yes_no(&field.options, "{agree_public}", &["不公开", "否"], &["公开", "是"])
        }
        Kind::Radio | Kind::Choice if says(&["是否解决", "解决情况"]) => None,
        Kind::Text if says(&["承办单位", "办理单位", "责任单位", "答复单位", "回复单位"]) => {
            Some(quoted("{unit}"))
        }
        Kind::Text if says(&["办结时间", "答复时间", "回复时间", "办理时间"]) => Some(quoted("{at}")),
        _ => None,
    };
    let choices = field.options.iter().map(|choice| choice.text.clone()).filter(|text| !text.is_empty()).collect();
    BoxGuess { name: field.name.clone(), label: field.label.clone(), fill, choices }
}

/// A box of two choices in the form's words.
fn yes_no(options: &[Choice], of: &str, no: &[&str], yes: &[&str]) -> Option<String> {
    let one = |words: &[&str]| options.iter().find(|choice| words.contains(&choice.text.trim()));
    let (yes, no) = (one(yes)?, one(no)?);
    Some(format!(
        "{{ of = {}, words = {{ true = {}, false = {} }} }}",
        quoted(of),
        quoted(&yes.value),
        quoted(&no.value)
    ))
}
