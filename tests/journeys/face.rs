//! The HTTP face held against the OpenAPI document that the running program serves: every request that is taken and every
//! answer that is given is what the document says, and has nothing that it does not say.

use std::collections::BTreeSet;
use std::sync::Mutex;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::scene::Scene;

/// An answer that is as the document says.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null where it is no JSON.
    pub(crate) body: Value,
    pub(crate) bytes: bytes::Bytes,
}

/// The document, and what was walked of it.
pub(crate) struct Face {
    document: Value,
    /// As the document has it, but objects have no member that it does not name.
    components: Value,
    client: Client,
    walked: Mutex<BTreeSet<(String, bool)>>,
}

impl Face {
    /// Asks the program for its document.
    pub(crate) async fn of(scene: &Scene, token: &str) -> Self {
        let url = format!("{}/api/v1/openapi.json", scene.house.url);
        let document: Value = scene.client.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
        let mut components = document["components"].clone();
        close(&mut components["schemas"]);
        Self { document, components, client: scene.client.clone(), walked: Mutex::default() }
    }

    /// Every operation by its name: path, method, and what is said of it.
    fn operations(&self, group: &str) -> Vec<(&str, &str, &Value)> {
        let items = self.document[group].as_object().unwrap().iter();
        let all = items.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |it| (path, it)));
        all.map(|(path, (method, operation))| (path.as_str(), method.as_str(), operation)).collect()
    }

    fn operation(&self, group: &str, name: &str) -> (&str, &str, &Value) {
        let all = self.operations(group);
        *all.iter().find(|(_, _, one)| one["operationId"] == name).unwrap_or_else(|| panic!("no operation {name}"))
    }

    /// Sends a request of an operation.
    pub(crate) async fn ask(&self, name: &str, request: RequestBuilder) -> Given {
        let request = request.build().unwrap();
        let (path, method, operation) = self.operation("paths", name);
        assert!(request.method().as_str().eq_ignore_ascii_case(method), "{name}: {}", request.method());
        assert!(leads(path, request.url().path()), "{name} is {path}, not {}", request.url().path());
        let sent = request.body().and_then(|body| body.as_bytes()).map(<[u8]>::to_vec);
        let sent_as = media_type(request.headers());
        let answer = self.client.execute(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap();
        let taken = (200..300).contains(&status);
        if let Some(sent) = sent.filter(|_| taken) {
            self.holds(&format!("what {name} took"), &operation["requestBody"]["content"], &sent_as, &sent);
        }
        let body = self.answered(name, operation, status, &headers, &bytes);
        self.walked.lock().unwrap().insert((name.to_owned(), taken));
        Given { status, headers, body, bytes }
    }

    fn answered(&self, name: &str, operation: &Value, status: u16, headers: &HeaderMap, bytes: &[u8]) -> Value {
        let said = &operation["responses"];
        let answer = said.get(status.to_string()).or_else(|| said.get("default"));
        let answer = answer.unwrap_or_else(|| panic!("{name} answers {status}, which the document does not say"));
        let answer = answer["$ref"].as_str().map_or(answer, |to| self.document.pointer(&to[1..]).unwrap());
        let what = format!("the {status} of {name}");
        let body = self.holds(&what, &answer["content"], &media_type(headers), bytes);
        if let Some(word) = body["error"].as_str() {
            let told = answer["description"].as_str().unwrap();
            assert!(told.contains(&format!("`{word}`")), "{what} does not say when it is `{word}`: {told}");
        }
        body
    }

    /// Holds a body against what is said of its media type.
    fn holds(&self, what: &str, contents: &Value, media_type: &str, bytes: &[u8]) -> Value {
        let contents = contents.as_object().unwrap_or_else(|| panic!("{what} has a body: {media_type}"));
        let same = |(said, _): &(&String, &Value)| essence(said) == media_type;
        let content = contents.iter().find(same).map(|(_, content)| content).or_else(|| contents.get("*/*"));
        let content = content.unwrap_or_else(|| panic!("{what} is {media_type}, which the document does not say"));
        if !media_type.ends_with("json") {
            return Value::Null;
        }
        let body: Value = serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        if let Some(schema) = content.get("schema") {
            self.is(what, schema, &body);
        }
        body
    }

    fn is(&self, what: &str, schema: &Value, value: &Value) {
        let mut schema = schema.clone();
        close(&mut schema);
        schema["components"] = self.components.clone();
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let validator = options.build(&schema).unwrap();
        let wrong: Vec<_> = validator.iter_errors(value).map(|bad| format!("{}: {bad}", bad.instance_path())).collect();
        assert!(wrong.is_empty(), "{what} is not what the document says: {wrong:#?}\n{value:#}");
    }

    /// Holds what the core was posted against what a webhook says.
    pub(crate) fn posted(&self, name: &str, media_type: &str, body: &Value) {
        let (_, _, operation) = self.operation("webhooks", name);
        let schema = &operation["requestBody"]["content"][media_type]["schema"];
        assert!(schema.is_object(), "{name} says nothing of {media_type}");
        self.is(name, schema, body);
    }

    /// Asks everything that wants the token without it.
    pub(crate) async fn ask_all_as_a_stranger(&self, url: &str) {
        for (path, method, operation) in self.operations("paths") {
            let name = operation["operationId"].as_str().unwrap();
            if operation["security"] == json!([]) {
                continue;
            }
            let path: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
            let at = format!("{url}{}", path.join("/"));
            for token in ["", "hl_guessed"] {
                let method = method.to_ascii_uppercase().parse().unwrap();
                let request =
                    self.client.request(method, &at).bearer_auth(token).header(CONTENT_TYPE, "application/json");
                let given = self.ask(name, request.body("{}")).await;
                assert_eq!((given.status, &given.body["error"]), (401, &json!("not_verified")), "{name}");
            }
        }
    }

    /// Every operation was walked: once with success, and once with a refusal where it knows one.
    pub(crate) fn assert_all_walked(&self) {
        let walked = self.walked.lock().unwrap();
        let mut missing = Vec::new();
        for (_, _, operation) in self.operations("paths") {
            let name = operation["operationId"].as_str().unwrap();
            let statuses = operation["responses"].as_object().unwrap().keys();
            // What the house itself fails at (5xx) is told in other stories.
            let refuses = statuses.into_iter().any(|status| status.starts_with('4'));
            let wanted = [(true, "2xx"), (false, "4xx")].into_iter().filter(|(well, _)| *well || refuses);
            let unwalked = wanted.filter(|(well, _)| !walked.contains(&(name.to_owned(), *well)));
            missing.extend(unwalked.map(|(_, status)| format!("{name}: {status}")));
        }
        assert!(missing.is_empty(), "nobody walked {missing:?}");
    }
}

/// Whether a path is one of a template.
fn leads(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(path).all(|(said, part)| said.starts_with('{') || *said == part)
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn media_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).map_or("", |told| essence(told.to_str().unwrap())).to_owned()
}

/// Objects have no member that is not named; who reads a newer answer may meet some, these stories may not.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) && members.get("type") == Some(&json!("object"))
            {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(members) => members.iter_mut().for_each(close),
        _ => {}
    }
}
