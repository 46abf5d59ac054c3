//! From what an operator wrote to a compiled request; every mistake is told.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Method};
use huiliu_contract::Misconfigured;
use serde_json::{Map, Value};

use super::{Body, SendAs, Target};
use crate::line::Base;
use crate::mistakes::Mistakes;
use crate::pick::scalar;
use crate::template::Template;

/// What a request is compiled from. Each part comes with the dotted key under which it stands in the configuration.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The method; a GET has no body.
    pub method: Method,
    /// The path behind the address, or an absolute address.
    pub path: (&'a str, String),
    /// The query parameters.
    pub query: (&'a BTreeMap<String, String>, String),
    /// The headers: those of every request, and those of this one.
    pub headers: &'a [(&'a BTreeMap<String, String>, String)],
    /// The body, as a tree of values.
    pub body: (Option<&'a Value>, String),
    /// How the body is written.
    pub send_as: SendAs,
    /// The placeholders.
    pub names: &'a [&'a str],
    /// Parameters beside those written out: its name, its key, and the position of its value in `names`. They go
    /// into the query of a GET and into the body of a POST.
    pub extras: Vec<(&'a str, String, usize)>,
}

/// The method and the path that `get` and `post` of a table name, with their key.
///
/// # Errors
///
/// Unless exactly one of them is written.
pub fn method_of<'a>(
    get: Option<&'a String>,
    post: Option<&'a String>,
    table: &str,
) -> Result<(Method, &'a str, String), Misconfigured> {
    match (get, post) {
        (Some(path), None) => Ok((Method::GET, path, format!("{table}.get"))),
        (None, Some(path)) => Ok((Method::POST, path, format!("{table}.post"))),
        _ => Err(Misconfigured::new(table, "exactly one of `get` and `post` is needed", "get 和 post 要写且只写一个")),
    }
}

/// Headers that hold no placeholder, ready for every request.
pub fn fixed_headers(
    written: &BTreeMap<String, String>,
    key: &str,
    base: &Base,
    wrong: &mut Mistakes,
) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::with_capacity(written.len());
    for (name, template) in texts(written, key, &[], wrong) {
        let key = format!("{key}.{name}");
        let value = HeaderValue::from_bytes(template.to_text(&[]).as_bytes()).map_err(|_| {
            let problem = "the value holds a character that a header cannot carry, such as a line break";
            Misconfigured::new(&key, problem, "这个值里有请求头不允许的字符,例如换行")
        });
        let name = wrong.take(header_name(&name, &key, base));
        headers.extend(name.zip(wrong.take(value)));
    }
    headers
}

impl Target {
    /// Compiles a request, telling every mistake; none if there was one.
    pub fn build(draft: &Draft<'_>, base: &Base, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let url = wrong.take(base.join(draft.path.0, &draft.path.1, draft.names));
        let mut query = texts(draft.query.0, &draft.query.1, draft.names, wrong);
        let mut headers = Vec::new();
        for (written, key) in draft.headers {
            for (name, template) in texts(written, key, draft.names, wrong) {
                let header = header_name(&name, &format!("{key}.{name}"), base);
                let Some(header) = wrong.take(header) else { continue };
                // What one request says of itself stands in place of what all say.
                headers.retain(|(known, _)| *known != header);
                headers.push((header, template));
            }
        }
        let body = if draft.method == Method::GET {
            extend(&mut query, draft, wrong);
            Body::Nothing
        } else {
            body(draft, wrong)
        };
        let url = url.filter(|_| wrong.count() == before)?;
        Some(Self { method: draft.method.clone(), url, names: draft.names.len(), query, headers, body })
    }
}

fn texts(
    written: &BTreeMap<String, String>,
    key: &str,
    names: &[&str],
    wrong: &mut Mistakes,
) -> Vec<(String, Template)> {
    let compiled = written.iter().filter_map(|(name, text)| {
        let template = Template::text(text, names).map_err(|bad| bad.at_key(&format!("{key}.{name}")));
        wrong.take(template).map(|template| (name.clone(), template))
    });
    compiled.collect()
}

fn header_name(name: &str, key: &str, base: &Base) -> Result<HeaderName, Misconfigured> {
    let header = HeaderName::try_from(name).map_err(|_| {
        let problem = format!("`{name}` is no header name; letters, digits and `-` are allowed");
        Misconfigured::new(key, problem, format!("“{name}”不能作请求头名;只能用字母、数字和 -"))
    })?;
    if header == http::header::AUTHORIZATION || header == http::header::COOKIE {
        let section = base.section();
        return Err(Misconfigured::new(
            key,
            format!("secrets are not written here; use `{section}.auth`"),
            format!("密钥不能写在这里;请用 {section}.auth"),
        ));
    }
    Ok(header)
}

/// Adds the extra parameters to a query or a form.
fn extend(list: &mut Vec<(String, Template)>, draft: &Draft<'_>, wrong: &mut Mistakes) {
    for (param, key, name) in &draft.extras {
        if list.iter().any(|(known, _)| known == param) {
            wrong.push(twice(param, key));
            continue;
        }
        let template =
            Template::text(&format!("{{{}}}", draft.names[*name]), draft.names).map_err(|bad| bad.at_key(key));
        list.extend(wrong.take(template).map(|template| ((*param).to_owned(), template)));
    }
}

fn twice(param: &str, key: &str) -> Misconfigured {
    let problem = format!("the request holds a parameter `{param}` already");
    Misconfigured::new(key, problem, format!("请求里已经有参数“{param}”"))
}

fn body(draft: &Draft<'_>, wrong: &mut Mistakes) -> Body {
    let (tree, key) = &draft.body;
    let empty = Map::new();
    let members = match tree {
        None => &empty,
        Some(Value::Object(members)) => members,
        Some(tree) if draft.extras.is_empty() && draft.send_as == SendAs::Json => {
            let template = wrong.take(Template::json(tree, draft.names).map_err(|bad| bad.at_key(key)));
            return Body::Json { extras: Vec::new(), variants: template.into_iter().collect() };
        }
        Some(_) => {
            wrong.push(Misconfigured::new(key, "a table of named values is needed here", "这里要写成带名字的表"));
            return Body::Nothing;
        }
    };
    match draft.send_as {
        SendAs::Form => form(members, draft, wrong),
        SendAs::Json if tree.is_none() && draft.extras.is_empty() => Body::Nothing,
        SendAs::Json => variants(members, draft, wrong),
    }
}

fn form(members: &Map<String, Value>, draft: &Draft<'_>, wrong: &mut Mistakes) -> Body {
    let mut fields = Vec::new();
    for (name, value) in members {
        let key = format!("{}.{name}", draft.body.1);
        let template = match scalar(value) {
            Some(text) => Template::text(&text, draft.names).map_err(|bad| bad.at_key(&key)),
            None => {
                let problem = "a form holds texts, numbers and booleans only; or write `send_as = \"json\"`";
                Err(Misconfigured::new(key, problem, "表单里只能放文字、数字和 true/false;或改用 send_as = \"json\""))
            }
        };
        fields.extend(wrong.take(template).map(|template| (name.clone(), template)));
    }
    extend(&mut fields, draft, wrong);
    Body::Form(fields)
}

fn variants(members: &Map<String, Value>, draft: &Draft<'_>, wrong: &mut Mistakes) -> Body {
    for (param, key, _) in draft.extras.iter().filter(|(param, ..)| members.contains_key(*param)) {
        wrong.push(twice(param, key));
    }
    let mut variants = Vec::new();
    for set in 0..1usize << draft.extras.len() {
        let mut tree = members.clone();
        for (bit, (param, _, name)) in draft.extras.iter().enumerate() {
            if set & (1 << bit) != 0 {
                tree.insert((*param).to_owned(), Value::String(format!("{{{}}}", draft.names[*name])));
            }
        }
        match Template::json(&Value::Object(tree), draft.names) {
            Ok(template) => variants.push(template),
            Err(bad) => {
                wrong.push(bad.at_key(&draft.body.1));
                return Body::Nothing;
            }
        }
    }
    Body::Json { extras: draft.extras.iter().map(|(_, _, name)| *name).collect(), variants }
}
