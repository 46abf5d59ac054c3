//! The one list of connector kinds. No other file of the gateway names a kind.

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Site};
use serde_json::Value;

use crate::channel::Kind;
use crate::settings::KindInfo;

/// Every kind there is, sorted by name.
pub const KINDS: &[Kind] = &[
    kind::<huiliu_database::Database>(),
    kind::<huiliu_email::Email>(),
    kind::<huiliu_folder::Folder>(),
    kind::<huiliu_manual::Manual>(),
    kind::<huiliu_portal::Portal>(),
    kind::<huiliu_rest::Rest>(),
    kind::<huiliu_webhook::Webhook>(),
];

const fn kind<K: ConnectorKind>() -> Kind {
    Kind { name: K::NAME, info: KindInfo::of::<K>, build: build::<K> }
}

/// The bridge from the typed form, pleasant to write, to the erased one, pleasant to store.
fn build<K: ConnectorKind>(options: &Value, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    match serde_path_to_error::deserialize::<_, K::Options>(options) {
        Ok(options) => K::build(options, site),
        // The walk over the schema has found what can be found; this is the rest.
        Err(error) => {
            let (path, inner) = (error.path().to_string(), error.into_inner().to_string());
            Err(vec![Misconfigured::new(path, inner.clone(), inner)])
        }
    }
}
