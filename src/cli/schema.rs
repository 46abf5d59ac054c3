//! `huiliu schema …`: prints what other programs and editors check against.

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::hooks::Checks;
use super::output::Output;
use crate::http;
use crate::settings::schema;
use crate::ticket::{event_schema, ticket_schema};

/// Prints a JSON Schema (2020-12), or the OpenAPI document (3.1) of the HTTP interface.
#[derive(Args, Debug)]
pub(super) struct Schema {
    /// Of what.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// The unified ticket, as the core gets it.
    Ticket,
    /// An event, as the core gets it.
    Event,
    /// channel.toml.
    Channel,
    /// gateway.toml.
    Gateway,
    /// The HTTP interface, as OpenAPI 3.1.
    Api,
}

impl Schema {
    pub(super) fn run(self, checks: &dyn Checks) -> Output {
        let schema: Value = match self.of {
            Of::Ticket => ticket_schema().to_value(),
            Of::Event => event_schema().to_value(),
            Of::Channel => schema::channel(&checks.kinds()),
            Of::Gateway => schema::gateway(),
            Of::Api => http::openapi(),
        };
        let text = format!("{schema:#}");
        Output::new(schema, text)
    }
}
