//! What is written wrongly is told when it is built, all of it at once, and the example of the README is written rightly.

use bytes::Bytes;
use huiliu_contract::{ConnectorKind, Misconfigured, Timestamp};
use huiliu_database::{Database, Options};
use huiliu_farside::site::Premises;
use serde_json::{Value, json};

fn site() -> Premises {
    Premises::new().with("PASSWORD", "x").with("secrets/exchange.pass", "x")
}

fn written(options: Value) -> Result<huiliu_contract::Connector, Vec<Misconfigured>> {
    Database::build(serde_json::from_value(options).unwrap(), &site())
}

fn connect(engine: &str) -> Value {
    json!({ "engine": engine, "host": "127.0.0.1", "database": "d", "user": "u", "password": { "env": "PASSWORD" } })
}

#[test]
fn every_mistake_is_told_with_its_key() {
    let mut bad = connect("mysql");
    for (name, value) in [
        ("pin", json!(["zz"])),
        ("bind", json!("here")),
        ("charset", json!("utf9")),
        ("timeout", json!("1h")),
        ("tls", json!("off")),
    ] {
        bad[name] = value;
    }
    let wrong = written(json!({
        "connect": bad,
        "poll": {
            "from": "a..b", "id": "", "page": 9999, "columns": [""], "where": { "a": [], "b": { "c": 1 } },
            "since": { "by": "time", "column": "t", "rows_back": 5, "lookback": "0s" },
            "sweep": { "at": "25:00", "back": "1s" },
            "taken": { "set": { "at": "{now}", "x": "{id}" } },
            "files": { "from": "f", "name": "n", "bytes": "b" },
        },
        "return": {
            "closed": { "table": "r", "row": { "a": ["x"], "k": "{nobody}" }, "key": "k", "rows": 2 },
            "replied": { "statement": "UPDATE t SET a = '{id}'", "key": "k" },
            "extended": { "statement": "UPDATE t SET a = 1" },
            "signed": {},
            "status": { "from": "s", "state": "st" },
        },
    }))
    .unwrap_err();
    let keys: Vec<_> = wrong.iter().map(|one| one.key.as_str()).collect();
    for key in [
        "connect.pin",
        "connect.pin.0",
        "connect.bind",
        "connect.charset",
        "connect.timeout",
        "connect.tls",
        "poll.from",
        "poll.id",
        "poll.page",
        "poll.where.a",
        "poll.where.b",
        "poll.since.rows_back",
        "poll.since.lookback",
        "poll.sweep.at",
        "poll.sweep.back",
        "poll.taken.set",
        "poll.taken.set.x",
        "poll.files",
        "return.closed.row.a",
        "return.closed.row.k",
        "return.closed.key",
        "return.closed.rows",
        "return.replied.key",
        "return.replied.statement",
        "return.extended.statement",
        "return.signed",
        "return.status",
    ] {
        assert!(keys.contains(&key), "{key} is not told: {keys:?}");
    }
    assert!(wrong.iter().all(|one| !one.problem.is_empty() && !one.problem_zh.is_empty()));
}

#[test]
fn tls_is_required_unless_the_database_is_on_this_machine() {
    for (host, tls) in
        [("127.0.0.1", false), ("localhost", false), ("::1", false), ("10.1.2.3", true), ("db.gov.cn", true)]
    {
        let mut connect = connect("postgresql");
        connect["host"] = json!(host);
        connect["pin"] = json!(["00".repeat(32)]);
        let built = written(json!({ "connect": connect, "poll": { "from": "t", "id": "id" } }));
        assert_eq!(built.is_ok(), tls, "{host}: a pin without TLS is a mistake");
    }
    for host in ["db:5432", "postgres://db", "a b", ""] {
        let mut connect = connect("postgresql");
        connect["host"] = json!(host);
        assert!(written(json!({ "connect": connect, "poll": { "from": "t", "id": "id" } })).is_err(), "{host:?}");
    }
}

/// The example of the README, without what is the gateway's.
fn example() -> Value {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let mut file: toml::Table = toml::from_str(example).unwrap();
    let mut tables = toml::Table::new();
    for (name, gateways) in
        [("connect", &["kind", "limit"][..]), ("poll", &["every"]), ("return", &["sign", "approve", "uncertain"])]
    {
        let Some(toml::Value::Table(mut table)) = file.remove(name) else { continue };
        table.retain(|key, _| !gateways.contains(&key));
        tables.insert(name.into(), toml::Value::Table(table));
    }
    serde_json::to_value(tables).unwrap()
}

#[test]
fn the_example_is_built_and_every_key_of_it_is_spoken_for() {
    let options: Options = serde_json::from_value(example()).unwrap();
    let said = Database::explain(&options, "exchange");
    let spoken: Vec<_> = said.iter().flat_map(|sentence| &sentence.keys).collect();
    for (table, keys) in example().as_object().unwrap() {
        for key in keys.as_object().unwrap().keys() {
            let whole = format!("{table}.{key}");
            let inside = format!("{whole}.");
            assert!(spoken.iter().any(|key| **key == whole || key.starts_with(&inside)), "{whole} is not spoken for");
        }
    }
    let built = Database::build(options, &site()).map_err(|wrong| format!("{wrong:?}")).unwrap();
    assert!(built.poll.is_some() && built.outlet.is_some() && built.far.len() == 1);
}

#[test]
fn rows_in_a_file_are_read_as_the_database_would_give_them() {
    let options = json!({ "connect": connect("postgresql"), "poll": { "from": "t", "id": "id", "version": "v" } });
    let saved = written(options).unwrap().saved.unwrap();
    let read =
        |text: &'static str| saved.read("rows.json", &Bytes::from_static(text.as_bytes()), Timestamp::UNIX_EPOCH);
    let page = read(r#"[{ "id": 7, "v": "2", "title": "路灯" }, { "title": "x" }]"#).unwrap().page;
    assert_eq!(
        crate::scene::ids(&page.items),
        ["7", "unreadable: in column `id`: the id is null, text or a whole number is needed"]
    );
    for wrong in ["{}", "[1]", "no json"] {
        assert_eq!(read(wrong).unwrap_err().word(), "malformed", "{wrong}");
    }
}
