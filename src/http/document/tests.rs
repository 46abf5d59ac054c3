//! The document is right OpenAPI, and says enough of everything.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Schemas, openapi, paths, table, webhooks};
use crate::http::push;
use crate::http::route::Server;

/// Every operation of paths and webhooks: where it stands, and what it says.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let of = |group: &str| {
        let items = document[group].as_object().unwrap();
        let of_item = |(path, item): (&String, &'_ Value)| (path.clone(), item.as_object().unwrap().clone());
        let all = items.iter().map(of_item);
        all.flat_map(|(path, item)| item.into_iter().map(move |(method, _)| (path.clone(), method))).collect::<Vec<_>>()
    };
    let found = ["paths", "webhooks"].into_iter().flat_map(|group| of(group).into_iter().map(move |at| (group, at)));
    found.map(|(group, (path, method))| (format!("{method} {path}"), &document[group][&path][&method])).collect()
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(members) => members.values().for_each(|value| walk(value, see)),
        Value::Array(members) => members.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_nothing_is_there_for_nobody() {
    let document = openapi();
    let mut references = BTreeSet::new();
    walk(&document, &mut |value| {
        references.extend(value.get("$ref").and_then(Value::as_str).map(str::to_owned));
    });
    for reference in &references {
        let place = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(place).is_some(), "{reference}");
    }
    for group in ["schemas", "responses"] {
        for name in document["components"][group].as_object().unwrap().keys() {
            assert!(references.contains(&format!("#/components/{group}/{name}")), "nobody needs {group}/{name}");
        }
    }
}

#[test]
fn every_operation_has_one_name_and_all_that_it_must() {
    let document = openapi();
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone().to_string()).collect();
    let mut names = BTreeSet::new();
    for (at, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{at}: its name is taken");
        let texts = ["summary", "x-zh"].map(|key| operation[key].as_str().unwrap_or_default());
        assert!(texts.iter().all(|text| !text.is_empty()), "{at} says what it is for in both languages");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(&tag.to_string())), "{at}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{at} succeeds somehow");
        for (status, answer) in answers {
            let answer = answer["$ref"].as_str().map_or(answer, |to| document.pointer(&to[1..]).unwrap());
            for key in ["description", "x-zh"] {
                assert!(answer[key].as_str().is_some_and(|text| !text.is_empty()), "{at} {status}: {key}");
            }
        }
    }
}

#[test]
fn every_part_of_a_path_is_declared_and_no_other() {
    let document = openapi();
    for (at, operation) in operations(&document) {
        let path = at.split_once(' ').unwrap().1;
        let named: BTreeSet<_> = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let declared = parameters.iter().filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap());
        assert_eq!(named, declared.collect(), "{at}");
        for parameter in parameters {
            for key in ["description", "x-zh"] {
                assert!(parameter[key].as_str().is_some_and(|text| !text.is_empty()), "{at}: {parameter}");
            }
            assert!(parameter["in"] != "path" || parameter["required"] == true, "{at}: {parameter}");
            assert!(parameter["schema"].is_object(), "{at}: {parameter}");
        }
    }
}

/// Each schema by itself, with what it refers to beside it.
#[test]
fn every_schema_compiles() {
    let document = openapi();
    let components = &document["components"];
    let mut schemas = Vec::new();
    walk(&document["paths"], &mut |value| schemas.extend(value.get("schema").cloned()));
    walk(&document["webhooks"], &mut |value| schemas.extend(value.get("schema").cloned()));
    let named = components["schemas"].as_object().unwrap().values().cloned();
    for mut schema in schemas.into_iter().chain(named) {
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema}");
        schema["components"] = components.clone();
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{error}: {schema}"));
    }
}

#[test]
fn what_is_read_and_written_under_one_name_is_one_thing() {
    let mut schemas = Schemas::new();
    paths(&table(), &mut schemas);
    webhooks::all(&mut schemas);
    assert_eq!(schemas.ambiguous(), [""; 0], "give one of the two another name by #[schemars(rename)]");
}

#[test]
fn what_the_door_takes_is_what_the_document_says_of_it() {
    for route in table() {
        let at_the_door = matches!(route.server, Server::Door);
        assert_eq!(at_the_door, route.path.starts_with(push::PATHS), "{} {}", route.method, route.path);
    }
}

#[test]
fn every_member_that_is_told_or_taken_says_what_it_is() {
    let document = openapi();
    let mut silent = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let members = schema["properties"].as_object().into_iter().flatten();
        let mute = members.filter(|(_, member)| member.get("description").is_none() && member.get("$ref").is_none());
        silent.extend(mute.map(|(member, _)| format!("{name}.{member}")));
    }
    assert_eq!(silent, [""; 0]);
    assert_eq!(document["openapi"], json!("3.1.1"));
}
