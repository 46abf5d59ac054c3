//! A shipped channel as it stands, with what its road's fitting says written in, live. Nothing else of the file changes: a
//! story told with it is told of what an office would have.

use std::path::Path;

use huiliu_farside::roads::{Fitting, Road};
use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, TableLike};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};

/// What every story changes besides the fitting: it is live from the quarter's first day on, and nobody sits there to agree.
const HOUSE: [(&str, &str); 3] =
    [("channel.state", "\"live\""), ("channel.start_from", "2025-01-01"), ("return.approve", "[]")];

/// The scene of these roads: each has its channel, its secrets and its files, knows where the gateway listens, and was
/// asked once where it is asked.
pub(crate) async fn scene(roads: &[&dyn Road]) -> Scene {
    let mut plan = Plan::new().await;
    for road in roads {
        let fitting = road.fitting(plan.house());
        plan = plan.channel(road.channel(), &fitted(road.channel(), &fitting));
        for (name, secret) in &fitting.secrets {
            plan = plan.secret(name, secret.expose());
        }
        for (path, bytes) in &fitting.files {
            plan = plan.file(road.channel(), path, bytes);
        }
    }
    let scene = plan.start().await;
    let gateway = scene.house.url.trim_start_matches("http://").parse().unwrap();
    for road in roads {
        road.meet(gateway);
        if polls(&shipped(road.channel())) {
            let through = |line: &String| line.contains("the first run is through") && line.contains(road.channel());
            scene.until("the first run is through", || scene.house.printed().iter().any(through)).await;
        }
    }
    scene
}

/// The shipped file of a channel with a fitting and the house's own changes in it.
pub(crate) fn fitted(code: &str, fitting: &Fitting) -> String {
    let mut file = shipped(code);
    let house = HOUSE.map(|(key, value)| (key.to_owned(), Some(value.to_owned())));
    for (key, value) in house.iter().chain(&fitting.keys) {
        set(file.as_table_mut(), key, value.as_deref());
    }
    file.to_string()
}

fn shipped(code: &str) -> DocumentMut {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/channels").join(code).join("channel.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn polls(file: &DocumentMut) -> bool {
    file["connect"]["kind"].as_str().is_some_and(|kind| kind != "webhook" && kind != "manual")
}

/// Puts a value at a dotted key, making the tables on the way, or takes the key out.
fn set(table: &mut dyn TableLike, key: &str, value: Option<&str>) {
    match (key.split_once('.'), value) {
        (Some((first, rest)), _) => {
            let inner = table.entry(first).or_insert(toml_edit::table());
            set(inner.as_table_like_mut().unwrap_or_else(|| panic!("{first} is no table")), rest, value);
        }
        (None, None) => drop(table.remove(key)),
        (None, Some(value)) => {
            let value: toml_edit::Value = value.parse().unwrap_or_else(|error| panic!("{key}: {error}"));
            table.insert(key, Item::Value(value));
        }
    }
}

/// The ticket that a road's letter became, once the core has it.
pub(crate) async fn ticket_of(scene: &Scene, number: &str) -> String {
    let find = || scene.told().into_iter().find(|told| told.external_id() == number);
    scene.until(&format!("{number} is at the core"), || find().is_some()).await;
    find().unwrap().event["ticket"].as_str().unwrap().to_owned()
}

/// The kinds of the events that the core has of a ticket, in their order.
pub(crate) fn events_of(scene: &Scene, ticket: &str) -> Vec<String> {
    let told = scene.told().into_iter().filter(|told| told.event["ticket"] == ticket);
    told.map(|told| told.event["event"].as_str().unwrap().to_owned()).collect()
}

/// The core concludes a ticket with this public answer.
pub(crate) async fn conclude(scene: &Scene, id: &str, ticket: &str, reply: &str) {
    let outcome = json!({ "kind": "closed", "at": "2025-03-20T09:00:00+08:00", "public_reply": reply, "solved": "解决",
        "way": "转办", "units": [{ "name": "县住建局", "role": "lead" }] });
    tell(scene, id, ticket, outcome).await;
}

/// The core tells an outcome of a ticket.
pub(crate) async fn tell(scene: &Scene, id: &str, ticket: &str, outcome: Value) {
    let body = json!({ "id": id, "ticket": ticket, "outcome": outcome });
    let (status, answer) = post(scene, &token(scene), &body).await;
    assert_eq!(status, 200, "{answer}");
}
