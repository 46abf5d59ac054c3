//! Operations, parameters, bodies and answers, as OpenAPI writes them.

use serde_json::{Map, Value, json};

use super::schemas::Schemas;
use crate::http::route::{Answered, Content, Parameter, Render, Route};

/// Whether something is read by us or written by us.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// We read it.
    Read,
    /// We write it.
    Written,
}

/// One operation of a path.
pub(super) fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let about = &route.about;
    let mut operation = json!({
        "operationId": about.id,
        "tags": [about.tag.name()],
        "summary": about.en,
        "x-zh": about.zh,
        "responses": responses(route, schemas),
    });
    let mut parameters: Vec<Value> = route.parameters.iter().map(|one| parameter(one, schemas)).collect();
    parameters.extend(route.query.map(|query| members(query, schemas)).unwrap_or_default());
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if !route.takes.is_empty() {
        operation["requestBody"] = json!({ "required": true, "content": contents(&route.takes, Way::Read, schemas) });
    }
    if !route.token {
        operation["security"] = json!([]);
    }
    operation
}

fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    if route.token {
        all.insert("401".into(), json!({ "$ref": "#/components/responses/NotVerified" }));
    }
    if route.store {
        all.insert("503".into(), json!({ "$ref": "#/components/responses/ComeAgain" }));
    }
    for answered in &route.answers {
        let status = answered.status.map_or_else(|| "default".to_owned(), |status| status.to_string());
        all.insert(status, response(answered, schemas));
    }
    all.into()
}

/// One answer.
pub(super) fn response(answered: &Answered, schemas: &mut Schemas) -> Value {
    let mut response = json!({ "description": answered.en, "x-zh": answered.zh });
    if !answered.contents.is_empty() {
        response["content"] = contents(&answered.contents, Way::Written, schemas);
    }
    for (name, zh, en) in &answered.headers {
        let said = json!({ "description": en, "x-zh": zh, "schema": { "type": "string" } });
        response["headers"][*name] = said;
    }
    response
}

/// Bodies by their media types.
pub(super) fn contents(contents: &[Content], way: Way, schemas: &mut Schemas) -> Value {
    let content = |content: &Content| {
        let mut said = json!({});
        if let Some(schema) = content.schema {
            said["schema"] = match way {
                Way::Read => schemas.read(schema),
                Way::Written => schemas.written(schema),
            };
        }
        if let Some((part, media_type)) = content.part {
            said["encoding"][part] = json!({ "contentType": media_type });
        }
        (content.media_type.to_owned(), said)
    };
    contents.iter().map(content).collect::<Map<_, _>>().into()
}

fn parameter(parameter: &Parameter, schemas: &mut Schemas) -> Value {
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.en,
        "x-zh": parameter.zh,
        "schema": schemas.read(parameter.schema),
    })
}

/// The members of a struct, each as a parameter of the query.
fn members(query: Render, schemas: &mut Schemas) -> Vec<Value> {
    let whole = schemas.read(query);
    let required = |name: &str| whole["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let members = whole["properties"].as_object().into_iter().flatten();
    let member = |(name, schema): (&String, &Value)| {
        let mut schema = never_null(schema.clone());
        let mut take = |key: &str| schema.as_object_mut().and_then(|schema| schema.remove(key)).unwrap_or_default();
        let (description, zh) = (take("description"), take("x-zh"));
        json!({
            "name": name, "in": "query", "required": required(name),
            "description": description, "x-zh": zh, "schema": schema,
        })
    };
    members.map(member).collect()
}

/// A query cannot say null: what may be absent is left out.
fn never_null(mut schema: Value) -> Value {
    let Some(members) = schema.as_object_mut() else { return schema };
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
    if let Some(types) = members.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            members.insert("type".into(), one);
        }
    }
    if let Some(Value::Array(mut choices)) = members.remove("anyOf") {
        choices.retain(|one| one["type"] != "null");
        match (&choices[..], choices.first().and_then(Value::as_object).cloned()) {
            ([_], Some(one)) => members.extend(one),
            _ => drop(members.insert("anyOf".into(), choices.into())),
        }
    }
    schema
}
