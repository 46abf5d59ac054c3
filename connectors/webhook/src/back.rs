//! The way back: a far side that pushes is answered at an address of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{FarSide, Misconfigured, Period, Site, WriteBack};
use huiliu_kit::auth::Auth;
use huiliu_kit::line::{Base, Connect, Line};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::{Plan, ReturnOptions};
use huiliu_kit::recipe::RecipeOptions;
use huiliu_kit::route::RouteOptions;
use huiliu_kit::success::Otherwise;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[return]`: where answers go, and one way for each kind of outcome.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackOptions {
    /// The address that the paths of all ways are added to; http or https. Needed where a way is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "接收结果的接口地址,各个回传的路径都接在它后面"))]
    pub url: Option<String>,
    /// Who we are to it; without it, nobody.
    #[serde(default)]
    #[schemars(extend("x-zh" = "身份验证办法"))]
    pub auth: Option<Auth>,
    /// How every request is signed, and sealed where that is agreed; without it, not at all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名和加密的办法;先看有没有现成的预设"))]
    pub recipe: Option<Box<RecipeOptions>>,
    /// Headers of every request; no secrets here, those belong to `auth`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每次请求都带的请求头(不放密钥)"))]
    pub headers: BTreeMap<String, String>,
    /// By which way requests leave.
    #[serde(flatten)]
    pub route: RouteOptions,
    /// The longest time for one request; 30s by default, 1s to 10m.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次请求最多等多久,默认30s"))]
    pub timeout: Option<Period>,
    /// Other hosts that requests may go to, by an absolute path below or a redirect.
    #[serde(default)]
    #[schemars(extend("x-zh" = "除接口地址外还允许访问的主机"))]
    pub allow_hosts: Vec<String>,
    /// The ways.
    #[serde(flatten)]
    pub ways: ReturnOptions,
}

impl BackOptions {
    /// Whether anything of it is written; a table that holds only what is the gateway's is empty here.
    fn is_written(&self) -> bool {
        let address = self.url.is_some() || self.auth.is_some() || self.route.is_written() || self.timeout.is_some();
        address
            || self.recipe.is_some()
            || !self.headers.is_empty()
            || !self.allow_hosts.is_empty()
            || self.ways.is_written()
    }
}

/// A way back, and the far side that it leads to.
pub(crate) type Back = (Box<dyn WriteBack>, Vec<Box<dyn FarSide>>);

/// Builds the way back; none where nothing is written or anything is wrong.
/// `window` is how near the far side's clock must be to ours for its pushes to be believed.
pub(crate) fn outlet(
    back: &BackOptions,
    window: Option<Duration>,
    site: &dyn Site,
    mistakes: &mut Vec<Misconfigured>,
) -> Option<Back> {
    if !back.is_written() {
        return None;
    }
    let mut wrong = Mistakes::default();
    if back.url.is_none() {
        wrong.tell(
            "return.url",
            "the address is missing to which outcomes go, a push does not tell it; write url = \"https://…\"",
            "没有写结果送到哪个地址,推送里不会带;请写 url = \"https://…\"",
        );
    }
    let connect = Connect {
        url: back.url.clone().unwrap_or_else(|| "http://127.0.0.1".into()),
        auth: back.auth.clone().map(Into::into),
        recipe: back.recipe.clone(),
        headers: back.headers.clone(),
        route: back.route.clone(),
        timeout: back.timeout,
        allow_hosts: back.allow_hosts.clone(),
    };
    let base = wrong.take(Base::read(&connect, "return")).unwrap_or_else(|| Base::nowhere("return"));
    let line = Line::build(&connect, &base, back.ways.paths(), site, &mut wrong);
    let line = line.and_then(|line| line.for_files(back.ways.takes_files(), "return", &mut wrong));
    let plan = Plan::read(
        &back.ways,
        &base,
        (&connect.headers, "return.headers"),
        Otherwise::default(),
        site.zone(),
        &mut wrong,
    );
    mistakes.extend(wrong.into_vec());
    let (plan, line) = (plan?, Arc::new(line?.signing_within(window)));
    let far = line.far(false);
    Some((plan.on(line), far))
}
