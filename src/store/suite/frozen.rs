//! Stories of frozen reports: kept as they were, edition by edition, with who and why.

use super::*;
use crate::store::{Freezing, FrozenKey};

fn key(template: &str) -> FrozenKey {
    FrozenKey { template: template.into(), from: jiff::civil::date(2025, 1, 1), to: jiff::civil::date(2025, 3, 31) }
}

async fn freeze(store: &dyn Store, template: &str, body: &str, inputs: &[&str]) -> u32 {
    let seal = |text: &&str| {
        let id = store.reserve();
        (id, store.keys().seal(Place::Frozen, id, text.as_bytes()).unwrap())
    };
    let inputs = inputs.iter().map(seal).collect();
    let (id, body) = seal(&body);
    store.freeze(Freezing { key: key(template), id, body, inputs }, &clerk("signed by the director")).await.unwrap()
}

/// The latest is told, nothing is overwritten, and another template or period is another report.
pub(super) async fn a_report_is_frozen_edition_by_edition(house: &dyn House) {
    let site = Site::pushed(house).await;
    let store = site.store.clone();
    assert!(store.frozen(key("quarter")).await.unwrap().is_none());
    assert_eq!(freeze(&*store, "quarter", "first", &["a", "b"]).await, 1);
    assert_eq!(freeze(&*store, "month", "another", &[]).await, 1);
    assert_eq!(freeze(&*store, "quarter", "printed anew", &["c"]).await, 2);
    drop((site, store));
    let store = house.open().unwrap();
    let row = store.frozen(key("quarter")).await.unwrap().unwrap();
    assert_eq!((row.edition, &*row.body, &*row.who), (2, &b"printed anew"[..], "clerk"));
    let (after, input) = store.frozen_input(row.id, 0).await.unwrap().unwrap();
    assert_eq!(&*input, b"c");
    assert!(store.frozen_input(row.id, after).await.unwrap().is_none());
    let elsewhere = FrozenKey { to: jiff::civil::date(2025, 3, 30), ..key("quarter") };
    assert!(store.frozen(elsewhere).await.unwrap().is_none());
    let deeds = store.deeds(&key("quarter").subject()).await.unwrap();
    let told: Vec<_> = deeds.iter().map(|deed| (deed.what.as_str(), deed.why.as_deref())).collect();
    assert_eq!(told, [("freeze", Some("signed by the director")); 2]);
    assert!(!String::from_utf8_lossy(&house.bytes()).contains("printed anew"), "what was printed is sealed");
}
