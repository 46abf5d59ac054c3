//! `gateway.toml` under its environment variables: `HUILIU__HTTP__LISTEN` over `[http] listen`. A variable that looks
//! like ours and would have no effect is a mistake, because the package that layers them passes over it in silence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use config::{Config, Environment, File, FileFormat};
use huiliu_contract::Misconfigured;
use serde_json::Value;

use super::document::{Document, join};
use super::walk::{self, Check, Places};
use super::{Mistake, Text};

/// What all our variables begin with, the separator included.
const PREFIX: &str = "HUILIU__";

/// The environment, taken once; tests bring their own.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The environment of this process; names and values that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of one variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl std::fmt::Debug for Variables {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// A file and the variables over it, as one value that still knows which layer said what.
#[derive(Clone, Debug)]
pub(super) struct Layered {
    document: Document,
    set: BTreeMap<String, String>,
    value: Value,
}

impl Layered {
    /// Checks the file alone, lays the variables over it, checks the whole; all mistakes at once.
    pub(super) fn new(document: Document, variables: &Variables, schema: Value) -> Result<Self, Vec<Mistake>> {
        let check = Check::new(schema);
        let schema = check.root();
        let mut mistakes = check.layer(document.value(), &document);
        let (set, wrong) = ours(variables, schema);
        mistakes.extend(wrong);
        let value = layer(&document, &set, variables, schema)?;
        let layered = Self { document, set, value };
        for mistake in check.whole(&layered.value, &layered) {
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
        if mistakes.is_empty() { Ok(layered) } else { Err(mistakes) }
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// A mistake found later, at its place.
    pub(super) fn mistake(&self, found: &Misconfigured) -> Mistake {
        self.at_value(&found.key, Text::new(found.problem_zh.clone(), found.problem.clone()))
    }

    fn variable(&self, key: &str) -> Option<&str> {
        let above = |set: &str| key.strip_prefix(set).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.set.iter().find(|(set, _)| above(set)).map(|(_, name)| name.as_str())
    }
}

impl Places for Layered {
    fn at_value(&self, key: &str, problem: Text) -> Mistake {
        match self.variable(key) {
            Some(name) => Mistake { key: key.into(), ..of_variable(name, problem) },
            None => self.document.mistake(key, problem),
        }
    }

    fn at_key(&self, key: &str, problem: Text) -> Mistake {
        match self.variable(key) {
            Some(name) => Mistake { key: key.into(), ..of_variable(name, problem) },
            None => self.document.mistake_of_key(key, problem),
        }
    }

    fn is_moment(&self, key: &str) -> bool {
        self.variable(key).is_none() && self.document.is_moment(key)
    }
}

fn of_variable(name: &str, problem: Text) -> Mistake {
    let Text { zh, en } = problem;
    let text = Text::new(format!("环境变量:{zh}"), format!("environment variable: {en}"));
    Mistake::whole(&PathBuf::from(name), text)
}

/// The variables that set a key, by that key, and what is wrong with those that only look so.
fn ours(variables: &Variables, schema: &Value) -> (BTreeMap<String, String>, Vec<Mistake>) {
    let (mut set, mut mistakes) = (BTreeMap::new(), Vec::new());
    for name in variables.0.keys() {
        let upper = name.to_ascii_uppercase();
        if let Some(rest) = upper.strip_prefix(PREFIX) {
            match target(name, &rest.to_ascii_lowercase(), schema) {
                Ok(key) => {
                    set.insert(key, name.clone());
                }
                Err(wrong) => mistakes.extend(wrong),
            }
        } else if let Some(rest) = upper.strip_prefix("HUILIU_") {
            mistakes.extend(almost_ours(name, &rest.to_ascii_lowercase(), schema));
        }
    }
    (set, mistakes)
}

/// The dotted key that a variable sets.
fn target(name: &str, rest: &str, root: &Value) -> Result<String, Vec<Mistake>> {
    let (mut key, mut schema) = (String::new(), root);
    for part in rest.split("__") {
        key = join(&key, part);
        schema = walk::named(root, schema, part).ok_or_else(|| {
            let known = walk::possible_keys(root, schema);
            let problem = Text::new(format!("没有 {key} 这个键"), format!("unknown key `{key}`"));
            let remedy = match known.is_empty() {
                true => Text::new(
                    "变量到不了这里;写进 gateway.toml",
                    "variables do not reach here; write it in gateway.toml",
                ),
                false => walk::allowed(part, &known),
            };
            vec![Mistake { key: key.clone(), ..of_variable(name, problem).remedy(remedy) }]
        })?;
    }
    if walk::possible_keys(root, schema).is_empty() {
        return Ok(key);
    }
    let problem = Text::new(format!("{key} 是一组键值"), format!("`{key}` is a table"));
    let upper = key.to_ascii_uppercase().replace('.', "__");
    let remedy = Text::new(
        format!("一个键写一个变量:{PREFIX}{upper}__…"),
        format!("set its keys one by one: {PREFIX}{upper}__…"),
    );
    Err(vec![Mistake { key, ..of_variable(name, problem).remedy(remedy) }])
}

/// `HUILIU_CORE__URL`, `HUILIU_DATA`: meant for us, and without effect. Names that fit no key of ours belong to
/// somebody else (a secret's variable, for example).
fn almost_ours(name: &str, rest: &str, root: &Value) -> Option<Mistake> {
    let first = rest.split("__").next().unwrap_or_default();
    if !rest.contains("__") && walk::named(root, root, first).is_none() {
        return None;
    }
    let problem = Text::new("看着像本系统的设置,但这样写不起作用", "looks like a setting of ours, but has no effect");
    let right = format!("{PREFIX}{}", rest.to_ascii_uppercase());
    let remedy = Text::new(format!("写成 {right}(两个下划线)"), format!("write {right}, with two underscores"));
    Some(of_variable(name, problem).remedy(remedy))
}

fn layer(
    document: &Document,
    set: &BTreeMap<String, String>,
    variables: &Variables,
    schema: &Value,
) -> Result<Value, Vec<Mistake>> {
    let given = set.values().filter_map(|name| Some((name.clone(), variables.get(name)?.to_owned()))).collect();
    let environment = Environment::with_prefix("HUILIU").prefix_separator("__").separator("__").source(Some(given));
    let source = document.source();
    let layered = Config::builder()
        .add_source(File::from_str(&source.text, FileFormat::Toml))
        .add_source(environment)
        .build()
        .and_then(Config::try_deserialize::<Value>);
    let mut value = layered.map_err(|error| {
        let text = Text::new(format!("设置合不到一起:{error}"), format!("the layers do not fit together: {error}"));
        vec![Mistake::whole(&source.path, text)]
    })?;
    for key in set.keys() {
        let parts: Vec<&str> = key.split('.').collect();
        let wanted = parts.iter().try_fold(schema, |at, part| walk::named(schema, at, part));
        let place = value.pointer_mut(&format!("/{}", parts.join("/")));
        if let (Some(wanted), Some(place)) = (wanted, place)
            && let Some(text) = place.as_str()
        {
            *place = walk::coerce(schema, wanted, text);
        }
    }
    Ok(value)
}
