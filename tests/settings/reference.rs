//! The reference that operators read is what the types say, and its examples are channels. `HUILIU_GOLDEN=write` writes what
//! stands below the mark anew; what stands above is written by hand.

use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu::settings::{KindInfo, Lang, Variables, reference};

use crate::scene::Scene;

const MARK: &str = "<!-- 以下由程序生成,请勿手改 · rendered from the types, do not edit -->\n";

/// Compares what stands below the mark, or writes it.
fn golden(path: &str, rendered: &str) {
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let (hand, below) = kept.split_once(MARK).unwrap_or_else(|| panic!("{path} has no line {MARK}"));
    let now = format!("\n{}\n", rendered.trim());
    if std::env::var("HUILIU_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::write(path, format!("{hand}{MARK}{now}")).unwrap();
        return;
    }
    assert!(
        below == now,
        "{path} is stale; if that is meant: HUILIU_GOLDEN=write cargo test --test settings reference"
    );
}

fn kinds() -> Vec<KindInfo> {
    KINDS.iter().map(|kind| (kind.info)()).collect()
}

#[test]
fn the_reference_of_each_kind_is_what_its_types_say() {
    for kind in kinds() {
        let keys = reference::of_kind(&kind);
        let keys = if keys.is_empty() {
            "这种接入方式没有自己的键。 · This kind has no keys of its own.".into()
        } else {
            keys
        };
        golden(&format!("connectors/{}/README.md", kind.name), &keys);
    }
}

#[test]
fn the_reference_of_the_house_is_what_its_types_say() {
    let text = format!(
        "## `gateway.toml`\n\n{}## `channel.toml`:每个渠道都有的 · what every channel has\n\n{}",
        reference::of_gateway(),
        reference::of_channels(&kinds())
    );
    golden("config/REFERENCE.md", &text);
}

/// The first example of each README, as a channel of a house.
#[test]
fn the_example_of_each_kind_is_a_channel() {
    for kind in kinds() {
        let path = format!("connectors/{}/README.md", kind.name);
        let text = std::fs::read_to_string(&path).unwrap();
        let example = text.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).map(|(one, _)| one);
        let scene = Scene::new("").channel("example", example.unwrap_or_else(|| panic!("{path} has no example")));
        let gateway = scene.gateway().unwrap();
        let channels = gateway.channels(&kinds());
        let told = |wrong: Vec<huiliu::settings::Mistake>| -> String {
            let told: Vec<_> = wrong.iter().map(|mistake| mistake.shown(Lang::Zh)).collect();
            panic!("{path}: {}", told.join("\n"))
        };
        let settings = channels.iter().next().unwrap().result.clone().unwrap_or_else(|wrong| panic!("{}", told(wrong)));
        assert_eq!(settings.connect.kind, kind.name);
        if let Err(wrong) = build_channel(&settings, &gateway, &Variables::default(), KINDS) {
            told(wrong);
        }
    }
}

/// Every key of the schema is told: what is rendered cannot leave one out.
#[test]
fn no_key_is_left_out() {
    fn keys(schema: &serde_json::Value, out: &mut Vec<String>) {
        if let Some(known) = schema.get("properties").and_then(serde_json::Value::as_object) {
            out.extend(known.keys().cloned());
        }
        match schema {
            serde_json::Value::Object(table) => table.values().for_each(|value| keys(value, out)),
            serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, out)),
            _ => {}
        }
    }
    for kind in kinds() {
        let rendered = reference::of_kind(&kind);
        let mut known = Vec::new();
        keys(&kind.schema, &mut known);
        let told = |key: &String| {
            [format!(".{key}`"), format!("[{key}]`"), format!("`{key}`")].iter().any(|one| rendered.contains(one))
        };
        let silent: Vec<_> = known.iter().filter(|key| !told(key)).collect();
        // A table of a kind that has nothing of its own has nothing to tell.
        let silent: Vec<_> = silent.into_iter().filter(|key| !matches!(key.as_str(), "connect" | "poll")).collect();
        assert!(silent.is_empty(), "{}: {silent:?}", kind.name);
    }
}
