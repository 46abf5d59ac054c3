//! A configuration folder of a test, and a kind that exists only here.

use std::path::{Path, PathBuf};

use huiliu::settings::{Channels, Gateway, KindInfo, Lang, Mistake, Variables};
use huiliu_contract::{Connector, ConnectorKind, Misconfigured, Period, SecretRef, Site};
use huiliu_kit::auth::Auth;
use schemars::JsonSchema;
use serde::Deserialize;

/// A configuration folder that goes away with the test.
pub(crate) struct Scene {
    root: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Scene {
    pub(crate) fn new(gateway: &str) -> Self {
        let scene = Self { root: tempfile::tempdir().unwrap(), variables: vec![] };
        scene.write("gateway.toml", gateway.as_bytes());
        scene
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("config")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.dir().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn channel(self, code: &str, text: &str) -> Self {
        self.write(&format!("channels/{code}/channel.toml"), text.as_bytes());
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn variables(&self) -> Variables {
        self.variables.iter().cloned().collect()
    }

    pub(crate) fn gateway(&self) -> Result<Gateway, Vec<Mistake>> {
        Gateway::load(&self.dir(), &self.variables())
    }

    pub(crate) fn channels(&self) -> Channels {
        self.gateway().unwrap().channels(&[KindInfo::of::<Bell>(), KindInfo::of::<Slot>()])
    }

    /// What an operator is told about `gateway.toml`, in both languages.
    pub(crate) fn told(&self) -> String {
        shown(&self.gateway().expect_err("a mistake"), self.root.path())
    }

    /// What an operator is told about the channels.
    pub(crate) fn told_of_channels(&self) -> String {
        let mistakes: Vec<_> = self.channels().mistakes().cloned().collect();
        assert!(!mistakes.is_empty());
        shown(&mistakes, self.root.path())
    }
}

pub(crate) fn shown(mistakes: &[Mistake], root: &Path) -> String {
    let root = format!("{}/", root.display());
    let lines = [Lang::Zh, Lang::En].map(|lang| {
        let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.shown(lang).replace(&root, "")).collect();
        lines.join("\n")
    });
    lines.join("\n\n")
}

/// A polled kind.
pub(crate) struct Bell;

/// Options of [`Bell`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BellOptions {
    /// Where the far side is.
    #[schemars(extend("x-zh" = "怎么连"))]
    pub(crate) connect: BellConnect,
    /// What is asked.
    #[schemars(extend("x-zh" = "怎么取"))]
    pub(crate) poll: BellPoll,
}

/// Where the far side is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema and its reading matter here")]
pub(crate) struct BellConnect {
    /// The address.
    #[schemars(extend("x-zh" = "对方接口地址", "format" = "http-url"))]
    pub(crate) url: String,
    /// Who we are.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录方式"))]
    pub(crate) auth: Option<Auth>,
    /// The key.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密钥"))]
    pub(crate) secret: Option<SecretRef>,
    /// How long to wait.
    #[serde(default)]
    #[schemars(extend("x-zh" = "最长等多久"))]
    pub(crate) timeout: Option<Period>,
}

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BellPoll {
    /// The list.
    #[schemars(extend("x-zh" = "列表接口"))]
    pub(crate) list: Vec<String>,
    /// Items a page, 1 to 500.
    #[serde(default)]
    #[schemars(range(min = 1, max = 500), extend("x-zh" = "每页几条"))]
    pub(crate) size: Option<u16>,
}

impl ConnectorKind for Bell {
    const NAME: &'static str = "bell";
    const SUMMARY: &'static str = "asks when it rings";
    const SUMMARY_ZH: &'static str = "按铃取件";
    type Options = BellOptions;

    fn build(_: BellOptions, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        Ok(Connector::default())
    }
}

/// A kind that is never polled and has no options.
pub(crate) struct Slot;

/// Options of [`Slot`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlotOptions {}

impl ConnectorKind for Slot {
    const NAME: &'static str = "slot";
    const SUMMARY: &'static str = "is told";
    const SUMMARY_ZH: &'static str = "投件口";
    type Options = SlotOptions;

    fn build(_: SlotOptions, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        Ok(Connector::default())
    }
}
