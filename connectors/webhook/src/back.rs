//! The way back: a far side that pushes is answered at an address of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use huiliu_contract::{Misconfigured, Period, Site, WriteBack};
use huiliu_kit::auth::Auth;
use huiliu_kit::line::{Base, Connect, Line};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::{Plan, ReturnOptions};
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
    /// Headers of every request; no secrets here, those belong to `auth`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每次请求都带的请求头(不放密钥)"))]
    pub headers: BTreeMap<String, String>,
    /// Certificates to trust instead of the system's (PEM), for a far side that signs its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自签证书的文件(PEM);填了就只信它"))]
    pub ca_file: Option<PathBuf>,
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
        let address = self.url.is_some() || self.auth.is_some() || self.ca_file.is_some() || self.timeout.is_some();
        address || !self.headers.is_empty() || !self.allow_hosts.is_empty() || self.ways.is_written()
    }
}

/// Builds the way back; none where nothing is written or anything is wrong.
pub(crate) fn outlet(
    back: &BackOptions,
    site: &dyn Site,
    mistakes: &mut Vec<Misconfigured>,
) -> Option<Box<dyn WriteBack>> {
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
        headers: back.headers.clone(),
        ca_file: back.ca_file.clone(),
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
    Some(plan?.on(Arc::new(line?)))
}
