//! One request, compiled: method, address, query, headers and body as templates. Whether anything is
//! sent, and when, is not decided here.

mod compile;

use http::{HeaderName, HeaderValue, Method};
use huiliu_contract::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::client::{Client, RequestBuilder};
use crate::template::{Filling, Template};

pub use compile::{Draft, fixed_headers, method_of};

/// The media type of a JSON body.
pub const JSON: &str = "application/json";
/// The media type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendAs {
    /// As JSON.
    #[default]
    #[schemars(extend("x-zh" = "JSON"))]
    Json,
    /// As a form (`application/x-www-form-urlencoded`).
    #[schemars(extend("x-zh" = "表单"))]
    Form,
}

/// A compiled request.
#[derive(Debug)]
pub struct Target {
    method: Method,
    url: Template,
    names: usize,
    query: Vec<(String, Template)>,
    headers: Vec<(HeaderName, Template)>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Nothing,
    /// One template for each set of extra members that are present; the bits of the index say which.
    Json {
        extras: Vec<usize>,
        variants: Vec<Template>,
    },
    Form(Vec<(String, Template)>),
}

/// A request with its values filled in, without credentials; what it holds may be personal.
pub struct Filled {
    /// The method.
    pub method: Method,
    /// The whole address with its query.
    pub url: Url,
    /// The headers that the request itself asks for.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Media type and bytes of the body, if there is one.
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Filled {
    /// Makes the request, ready to be signed and sent.
    pub fn request(self, client: &Client) -> RequestBuilder {
        let mut request = client.request(self.method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        match self.body {
            Some((media_type, bytes)) => request.header(http::header::CONTENT_TYPE, media_type).body(bytes),
            None => request,
        }
    }
}

impl Target {
    /// Whether the value at this position of the names is read anywhere.
    pub fn uses(&self, name: usize) -> bool {
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

    /// The address with a line in place of every value, without its parameters: one text a far side, whatever is asked.
    pub fn written_address(&self) -> String {
        let fillings: Vec<_> = (0..self.names).map(|_| Filling::Text("_")).collect();
        self.url.to_text(&fillings)
    }

    /// Whether the value at this position of the names is a piece of the address: nothing can stand in its place.
    pub fn in_address(&self, name: usize) -> bool {
        self.url.uses(name)
    }

    /// Fills in the request. A value that is none leaves its parameter out of a query or a form, and is null where it
    /// is a whole value of a JSON body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if a value cannot stand where it is asked for (dots alone in an address, a line break in a
    /// header).
    pub fn fill(&self, values: &[Option<Filling<'_>>]) -> Result<Filled, Fault> {
        let fillings: Vec<_> = values.iter().map(|value| value.unwrap_or(Filling::NULL)).collect();
        let absent = |template: &Template| (0..self.names).any(|name| values[name].is_none() && template.uses(name));
        let pairs = |list: &[(String, Template)]| -> Vec<(String, String)> {
            let known = list.iter().filter(|(_, template)| !absent(template));
            known.map(|(name, template)| (name.clone(), template.to_text(&fillings))).collect()
        };
        let mut url = self.address(&fillings)?;
        let query = pairs(&self.query);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, template) in &self.headers {
            let value = HeaderValue::from_bytes(template.to_text(&fillings).as_bytes()).map_err(|_| {
                Fault::malformed(format!("the value for header `{name}` holds a character that a header cannot carry"))
            })?;
            headers.push((name.clone(), value));
        }
        let body = match &self.body {
            Body::Nothing => None,
            Body::Form(fields) => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs(fields));
                Some((FORM, form.finish().into_bytes()))
            }
            Body::Json { extras, variants } => {
                let present = |bit: usize, name: &usize| if values[*name].is_some() { 1 << bit } else { 0 };
                let variant: usize = extras.iter().enumerate().map(|(bit, name)| present(bit, name)).sum();
                let mut body = Vec::new();
                variants[variant].render(&fillings, &mut body);
                Some((JSON, body))
            }
        };
        Ok(Filled { method: self.method.clone(), url, headers, body })
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
