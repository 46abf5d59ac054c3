//! The connector kind of letters that people enter (手工登记): what came on paper, or to the counter. There is no far side:
//! nothing is asked, nothing is told, and whoever wrote is answered by a person.

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Site};
use schemars::JsonSchema;
use serde::Deserialize;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Manual;

/// What belongs to the kind in a channel's file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// There is nobody to connect to.
    #[schemars(extend("x-zh" = "怎么连:手工登记没有对方,只写 kind"))]
    pub connect: Connect,
}

/// Nothing: letters are entered, not fetched.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Connect {}

impl ConnectorKind for Manual {
    const NAME: &'static str = "manual";
    const SUMMARY: &'static str = "people enter what came on paper";
    const SUMMARY_ZH: &'static str = "手工登记";
    type Options = Options;

    fn build(_: Options, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        Ok(Connector::default())
    }
}
