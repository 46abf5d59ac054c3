//! One request, compiled: method, address, query, headers and body as templates. Whether anything is
//! sent, and when, is not decided here.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Method};
use huiliu_contract::{Fault, Misconfigured};
use huiliu_kit::client::{Client, RequestBuilder};
use huiliu_kit::template::{Filling, Template};
use serde_json::{Map, Value};
use url::Url;

use crate::build::{Base, Mistakes};
use crate::options::SendAs;

/// A compiled request.
pub(crate) struct Target {
    method: Method,
    url: Template,
    names: usize,
    query: Vec<(String, Template)>,
    headers: Vec<(HeaderName, Template)>,
    body: Body,
}

enum Body {
    Nothing,
    /// One template for each set of extra members that are present; the bits of the index say which.
    Json {
        extras: Vec<usize>,
        variants: Vec<Template>,
    },
    Form(Vec<(String, Template)>),
}

/// What a request is compiled from, and under which keys it stands in the configuration.
pub(crate) struct Draft<'a> {
    pub(crate) method: Method,
    pub(crate) path: (&'a str, String),
    pub(crate) query: (&'a BTreeMap<String, String>, String),
    pub(crate) headers: [(&'a BTreeMap<String, String>, String); 2],
    pub(crate) body: (Option<&'a Value>, String),
    pub(crate) send_as: SendAs,
    /// The placeholders.
    pub(crate) names: &'a [&'a str],
    /// Parameters beside those written out: its name, its key, and the position of its value in `names`. They go
    /// into the query of a GET and into the body of a POST.
    pub(crate) extras: Vec<(&'a str, String, usize)>,
}

impl Target {
    /// Compiles a request, telling every mistake; none if there was one.
    pub(crate) fn build(draft: &Draft<'_>, base: &Base, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let url = wrong.take(base.join(draft.path.0, &draft.path.1, draft.names));
        let mut query = texts(draft.query.0, &draft.query.1, draft.names, wrong);
        let mut headers = Vec::new();
        for (written, key) in &draft.headers {
            for (name, template) in texts(written, key, draft.names, wrong) {
                let header = header_name(&name, &format!("{key}.{name}"));
                headers.extend(wrong.take(header).map(|header| (header, template)));
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

    /// Whether the value at this position of the names is read anywhere.
    pub(crate) fn uses(&self, name: usize) -> bool {
        let texts = |list: &[(String, Template)]| list.iter().any(|(_, template)| template.uses(name));
        self.url.uses(name)
            || texts(&self.query)
            || self.headers.iter().any(|(_, template)| template.uses(name))
            || match &self.body {
                Body::Nothing => false,
                Body::Json { variants, .. } => variants.iter().any(|template| template.uses(name)),
                Body::Form(fields) => texts(fields),
            }
    }

    /// Fills in the request. A value that is none leaves its parameter out where it has one of its own.
    pub(crate) fn request(&self, client: &Client, values: &[Option<Filling<'_>>]) -> Result<RequestBuilder, Fault> {
        let fillings: Vec<_> = values.iter().map(|value| value.unwrap_or(Filling::NULL)).collect();
        let absent = |template: &Template| (0..self.names).any(|name| values[name].is_none() && template.uses(name));
        let pairs = |list: &[(String, Template)]| -> Vec<(String, String)> {
            let known = list.iter().filter(|(_, template)| !absent(template));
            known.map(|(name, template)| (name.clone(), template.to_text(&fillings))).collect()
        };
        let url = self.address(&fillings)?;
        let mut request = client.request(self.method.clone(), url);
        let query = pairs(&self.query);
        if !query.is_empty() {
            request = request.query(&query);
        }
        for (name, template) in &self.headers {
            let value = HeaderValue::from_bytes(template.to_text(&fillings).as_bytes()).map_err(|_| {
                Fault::malformed(format!("the value for header `{name}` holds a character that a header cannot carry"))
            })?;
            request = request.header(name, value);
        }
        Ok(match &self.body {
            Body::Nothing => request,
            Body::Form(fields) => request.form(&pairs(fields)),
            Body::Json { extras, variants } => {
                let present = |bit: usize, name: &usize| if values[*name].is_some() { 1 << bit } else { 0 };
                let variant: usize = extras.iter().enumerate().map(|(bit, name)| present(bit, name)).sum();
                let mut body = Vec::new();
                variants[variant].render(&fillings, &mut body);
                request.header(http::header::CONTENT_TYPE, "application/json").body(body)
            }
        })
    }

    fn address(&self, fillings: &[Filling<'_>]) -> Result<Url, Fault> {
        // A dot segment would climb out of the path it stands in, encoded or not.
        let climbs = |name: usize| matches!(fillings[name], Filling::Text("." | "..")) && self.url.uses(name);
        if (0..self.names).any(climbs) {
            return Err(Fault::malformed("a value made only of dots cannot stand in an address"));
        }
        Url::parse(&self.url.to_text(fillings)).map_err(|_| Fault::malformed("the filled-in address is no URL"))
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

fn header_name(name: &str, key: &str) -> Result<HeaderName, Misconfigured> {
    let header = HeaderName::try_from(name).map_err(|_| {
        let problem = format!("`{name}` is no header name; letters, digits and `-` are allowed");
        Misconfigured::new(key, problem, format!("“{name}”不能作请求头名;只能用字母、数字和 -"))
    })?;
    if header == http::header::AUTHORIZATION || header == http::header::COOKIE {
        let problem = "secrets are not written here; use `connect.auth`";
        return Err(Misconfigured::new(key, problem, "密钥不能写在这里;请用 connect.auth"));
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
        let template = match huiliu_kit::pick::scalar(value) {
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
