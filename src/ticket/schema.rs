//! JSON Schema (2020-12) of what the core gets, rendered from the types and pinned by golden files.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::{Event, Ticket};

/// The schema of a ticket.
pub fn ticket_schema() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Ticket>()
}

/// The schema of an event.
pub fn event_schema() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Event>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Compares with the golden file; `HUILIU_GOLDEN=write` writes it anew.
    fn pinned(name: &str, schema: &Schema) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
        if std::env::var_os("HUILIU_GOLDEN").is_some_and(|v| v == "write") {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(golden, text, "{name} changed; if that is meant, run with HUILIU_GOLDEN=write");
    }

    #[test]
    fn the_ticket_schema_is_pinned() {
        pinned("ticket.schema.json", &ticket_schema());
    }

    #[test]
    fn the_event_schema_is_pinned() {
        pinned("event.schema.json", &event_schema());
    }
}
