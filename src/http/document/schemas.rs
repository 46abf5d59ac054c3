//! The schemas that the document names: of what is read and of what is written, each type once.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::http::route::Render;

/// Gathers schemas while the document is rendered.
pub(super) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            read: settings().for_deserialize().into_generator(),
            written: settings().for_serialize().into_generator(),
        }
    }

    /// The schema of what is taken.
    pub(super) fn read(&mut self, render: Render) -> Value {
        render(&mut self.read).to_value()
    }

    /// The schema of what is told.
    pub(super) fn written(&mut self, render: Render) -> Value {
        render(&mut self.written).to_value()
    }

    /// Every schema that was named, by its name. What is both read and written must be the same either way; a test holds that.
    pub(super) fn components(mut self) -> Value {
        let mut all = self.read.take_definitions(true);
        all.extend(self.written.take_definitions(true));
        all.into()
    }

    /// Names under which different things are read and written.
    #[cfg(test)]
    pub(super) fn ambiguous(&mut self) -> Vec<String> {
        let (read, written) = (self.read.take_definitions(true), self.written.take_definitions(true));
        let other = |(name, schema): &(&String, &Value)| written.get(*name).is_some_and(|known| known != *schema);
        read.iter().filter(other).map(|(name, _)| name.clone()).collect()
    }
}
