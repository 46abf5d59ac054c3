//! The schema of a whole `channel.toml`: the part every channel has, and the kind's own keys among them.

use serde_json::{Map, Value, json};

use super::{
    ActsTable, CaptchaTable, ChannelTable, ConnectTable, DeadlineTable, FilesTable, KindInfo, Ledger, PollTable,
    ReshapeTable, ReturnTable, RouteTable, SameLetterTable,
};
use crate::settings::schema;
use crate::settings::walk;

/// Keys of tables that are the gateway's, whatever the kind.
pub(super) const COMMON: [(&str, &[&str]); 3] = [
    ("connect", &["kind", "preset", "limit", "budget"]),
    ("poll", &["every", "hours"]),
    (
        "return",
        &[
            "sign",
            "approve",
            "uncertain",
            "manual",
            "wants",
            "fallback",
            "greeting",
            "ending",
            "max_chars",
            "codes",
            "publishes",
            "allowed_numbers",
            "max_file_mib",
            "file_types",
            "retries",
            "watch",
            "in_flight",
        ],
    ),
];

/// Keys of tables inside tables that are the gateway's too, where the kind has the table: by section, table and keys.
pub(super) const COMMON_INSIDE: [(&str, &str, &[&str]); 1] = [("login", "captcha", &["hours", "before_leaving"])];

/// For one kind; everything else is unknown.
pub(in crate::settings) fn whole(kind: &KindInfo) -> Value {
    let mut frame = frame(&[kind]);
    let mut own = kind.schema.clone();
    rename_references(&mut own, kind.name);
    let mut defs = own.get_mut("$defs").map(Value::take).unwrap_or_else(|| json!({}));
    if let (Some(into), Some(from)) = (frame["$defs"].as_object_mut(), defs.as_object_mut()) {
        into.extend(std::mem::take(from).into_iter().map(|(name, schema)| (format!("{}.{name}", kind.name), schema)));
    }
    let sections = own.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: Vec<Value> = own.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut required: Vec<Value> = required.into_iter().filter(|name| name != "connect").collect();
    required.extend(["channel", "connect", "fields"].map(Value::from));
    for (name, section) in sections {
        let merged = merge(&frame, &section, &frame["properties"][&name]);
        frame["properties"][name.as_str()] = merged;
    }
    for (section, table, _) in COMMON_INSIDE {
        put_inside(&mut frame, section, table, &schema::of::<CaptchaTable>());
    }
    if !kind.sections().any(|name| name == "poll")
        && let Some(properties) = frame["properties"].as_object_mut()
    {
        properties.remove("poll");
    }
    frame["required"] = Value::Array(required);
    frame
}

/// For a file whose kind is missing or unknown: only the common part is checked.
pub(in crate::settings) fn common(kinds: &[KindInfo]) -> Value {
    let mut frame = frame(&kinds.iter().collect::<Vec<_>>());
    for name in ["connect", "poll", "return"] {
        frame["properties"][name]["additionalProperties"] = Value::Bool(true);
    }
    frame["additionalProperties"] = Value::Bool(true);
    frame
}

fn frame(kinds: &[&KindInfo]) -> Value {
    let mut defs = Map::new();
    let mut table = |schema: Value| {
        let mut schema = schema;
        if let Some(Value::Object(own)) = schema.get_mut("$defs").map(Value::take) {
            defs.extend(own);
        }
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$defs");
            schema.remove("$schema");
        }
        schema
    };
    let mut channel = table(schema::of::<ChannelTable>());
    let mut ledger = table(schema::of::<Ledger>());
    let mut connect = table(schema::of::<ConnectTable>());
    let mut poll = table(schema::of::<PollTable>());
    let mut acts = table(schema::of::<ActsTable>());
    let mut route = table(schema::of::<RouteTable>());
    let mut deadline = table(schema::of::<DeadlineTable>());
    let mut files = table(schema::of::<FilesTable>());
    let mut reshape = table(schema::of::<ReshapeTable>());
    let mut same_letter = table(schema::of::<SameLetterTable>());
    let mut back = table(schema::of::<ReturnTable>());
    for (schema, zh) in [
        (&mut channel, "这是谁"),
        (&mut ledger, "渠道台账"),
        (&mut connect, "怎么连"),
        (&mut poll, "怎么取"),
        (&mut acts, "来干什么的"),
        (&mut route, "一个系统装着几个渠道时,每件算哪个渠道的"),
        (&mut deadline, "来件没写期限时怎么算"),
        (&mut files, "附件从哪里取、收哪些"),
        (&mut reshape, "高级处理:来件先经一段程序整理,再按字段对应读"),
        (&mut same_letter, "别的渠道也来的同一封信怎么认(并单)"),
        (&mut back, "怎么回"),
    ] {
        schema["x-zh"] = zh.into();
    }
    let words =
        kinds.iter().map(|kind| json!({ "const": kind.name, "x-zh": kind.summary_zh, "description": kind.summary }));
    connect["properties"]["kind"] =
        json!({ "oneOf": words.collect::<Vec<_>>(), "x-zh": "接入方式", "description": "The connector kind." });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "channel": channel,
            "ledger": ledger,
            "connect": connect,
            "poll": poll,
            "acts": acts,
            "route": route,
            "deadline": deadline,
            "files": files,
            "reshape": reshape,
            "same_letter": same_letter,
            "return": back,
            "fields": { "type": "object", "x-zh": "字段对应:左边是统一工单的字段,右边是对方的字段",
                "description": "Which field of the ticket comes from where." },
            "codes": { "type": "object", "additionalProperties": { "type": "object" }, "x-zh": "代码表",
                "description": "Code tables: the far side's word and ours." },
        },
        "required": ["channel", "connect", "fields"],
        "additionalProperties": false,
        "$defs": defs,
    })
}

/// The kind's table with the common keys in it.
fn merge(root: &Value, section: &Value, common: &Value) -> Value {
    let mut merged = walk::table_behind(root, section).unwrap_or_else(|| json!({ "type": "object" }));
    let meaning = section.get("x-zh").or_else(|| common.get("x-zh")).cloned();
    if let Some(zh) = meaning {
        merged["x-zh"] = zh;
    }
    for (key, schema) in common.get("properties").and_then(Value::as_object).into_iter().flatten() {
        merged["properties"][key.as_str()] = schema.clone();
    }
    let both = [&merged, common].map(|schema| schema.get("required").and_then(Value::as_array).cloned());
    let required: Vec<Value> = both.into_iter().flatten().flatten().collect();
    merged["required"] = Value::Array(required);
    merged
}

/// Puts the gateway's keys into a table of a kind's section, where the kind has it.
fn put_inside(frame: &mut Value, section: &str, table: &str, common: &Value) {
    let at = format!("/properties/{section}/properties/{table}");
    let Some(own) = frame.pointer(&at) else { return };
    let mut merged = merge(frame, own, common);
    for word in ["description", "x-zh", "default"] {
        if let Some(said) = own.get(word) {
            merged[word] = said.clone();
        }
    }
    if let (Some(defs), Some(Value::Object(more))) = (frame["$defs"].as_object_mut(), common.get("$defs")) {
        defs.extend(more.clone());
    }
    if let Some(place) = frame.pointer_mut(&at) {
        *place = merged;
    }
}

/// Kinds name their types as they like; ours must not be mistaken for theirs.
fn rename_references(schema: &mut Value, kind: &str) {
    match schema {
        Value::Object(table) => {
            if let Some(Value::String(target)) = table.get_mut("$ref")
                && let Some(name) = target.strip_prefix("#/$defs/")
            {
                *target = format!("#/$defs/{kind}.{name}");
            }
            table.values_mut().for_each(|value| rename_references(value, kind));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rename_references(value, kind)),
        _ => {}
    }
}
