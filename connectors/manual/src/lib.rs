//! The connector kind of letters that people enter (手工登记): what came on paper, or to the counter. There is no far side:
//! nothing is asked, nothing is told, and whoever wrote is answered by a person.

use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Sentence, Site, Topic};
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

    fn explain(_: &Options, channel: &str) -> Vec<Sentence> {
        vec![
            Sentence::new(
                Topic::Arrives,
                format!("没有对方系统,由人登记:huiliu ticket new --channel {channel},按提示逐栏输入"),
                format!("There is no far side; people enter what came: huiliu ticket new --channel {channel}"),
                &[],
            ),
            Sentence::new(
                Topic::Known,
                "来信自己有编号就用它,没有就由汇流编一个",
                "A letter's own number is its number; without one it is given one",
                &[],
            ),
        ]
    }

    fn build(_: Options, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        Ok(Connector::default())
    }
}
