//! Presets (预设): named bundles of defaults in the channel file's own shape, that lie under the files of channels that name
//! them. Some come with the program; others are files that the site puts beside its channels.

mod file;
mod lay;

use std::path::Path;

pub use file::Preset;

use super::channel::KindInfo;
use super::document::Document;
use super::walk::{self, Check};
use super::{Mistake, Text};

/// Below the configuration folder, where a site's own presets are.
pub const FOLDER: &str = "presets";

/// Those that come with the program, by name.
const SHIPPED: [(&str, &str); 21] = [
    ("appkey-md5-time", include_str!("shipped/appkey-md5-time.toml")),
    ("code-0", include_str!("shipped/code-0.toml")),
    ("code-10000", include_str!("shipped/code-10000.toml")),
    ("code-200", include_str!("shipped/code-200.toml")),
    ("gjzwfwpt", include_str!("shipped/gjzwfwpt.toml")),
    ("jeecg", include_str!("shipped/jeecg.toml")),
    ("layui", include_str!("shipped/layui.toml")),
    ("mybatis-plus", include_str!("shipped/mybatis-plus.toml")),
    ("people-board", include_str!("shipped/people-board.toml")),
    ("ruoyi", include_str!("shipped/ruoyi.toml")),
    ("sm4-sm2", include_str!("shipped/sm4-sm2.toml")),
    ("sm4-sm2-push", include_str!("shipped/sm4-sm2-push.toml")),
    ("sorted-params-md5", include_str!("shipped/sorted-params-md5.toml")),
    ("sorted-params-sm3", include_str!("shipped/sorted-params-sm3.toml")),
    ("spring-page", include_str!("shipped/spring-page.toml")),
    ("standard-webhooks", include_str!("shipped/standard-webhooks.toml")),
    ("status-1", include_str!("shipped/status-1.toml")),
    ("status-success", include_str!("shipped/status-success.toml")),
    ("success-true", include_str!("shipped/success-true.toml")),
    ("wechat", include_str!("shipped/wechat.toml")),
    ("wecom", include_str!("shipped/wecom.toml")),
];

/// All presets there are, by name.
#[derive(Clone, Debug, Default)]
pub struct Presets {
    list: Vec<Preset>,
}

impl Presets {
    /// Those that come with the program, and those of a configuration folder.
    pub fn load(dir: &Path) -> Self {
        let mut list: Vec<_> = SHIPPED.iter().map(|(name, text)| Preset::shipped(name, text)).collect();
        let listed = std::fs::read_dir(dir.join(FOLDER)).into_iter().flatten().flatten();
        let own = listed.map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.ends_with(".toml") && !name.starts_with('.')
        });
        for path in own {
            let own = Preset::own(&path);
            match list.iter_mut().find(|other| other.name == own.name) {
                Some(shipped) => *shipped = own.taking_a_name(),
                None => list.push(own),
            }
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Self { list }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Preset> {
        self.list.iter()
    }

    /// The preset of that name.
    ///
    /// # Errors
    ///
    /// What is said where there is none: the nearest name, or all of them.
    pub fn of(&self, name: &str) -> Result<&Preset, (Text, Text)> {
        self.list.iter().find(|preset| preset.name == name).ok_or_else(|| {
            let known: Vec<_> = self.list.iter().map(|preset| (preset.name.clone(), None)).collect();
            let problem = Text::new(format!("没有叫“{name}”的预设"), format!("there is no preset `{name}`"));
            let nearest = walk::allowed(name, &known);
            let remedy = Text::new(
                format!("{};各是什么见 huiliu presets", nearest.zh),
                format!("{}; `huiliu presets` tells what they are", nearest.en),
            );
            (problem, remedy)
        })
    }

    /// What is wrong with the site's own presets, whether a channel names them or not.
    pub fn mistakes(&self, kinds: &[KindInfo]) -> Vec<Mistake> {
        let own = self.list.iter().filter(|preset| preset.is_own);
        own.flat_map(|preset| preset.mistakes_for(kinds)).collect()
    }

    /// A channel's file with the preset that it names under it; as it is if it names none. `kind` is the channel's and
    /// `check` the schema of its file.
    pub(super) fn under(
        &self,
        document: Document,
        kind: Option<&KindInfo>,
        check: &Check,
    ) -> Result<Document, Vec<Mistake>> {
        const KEY: &str = "connect.preset";
        let (Some(named), Some(kind)) = (document.value().pointer("/connect/preset").and_then(|v| v.as_str()), kind)
        else {
            return Ok(document);
        };
        let preset = self.of(named).map_err(|(problem, remedy)| vec![document.mistake(KEY, problem).remedy(remedy)])?;
        let under = preset.document.as_ref().map_err(Clone::clone)?;
        if !preset.fits(kind.name) {
            let meant = preset.kinds.join("、");
            let problem = Text::new(
                format!("预设“{named}”是给 {meant} 用的,这个渠道的接入方式是 {}", kind.name),
                format!(
                    "the preset `{named}` is for {}, and this channel is a `{}`",
                    preset.kinds.join(", "),
                    kind.name
                ),
            );
            let remedy = Text::new("换一个预设,或改 kind;见 huiliu presets", "name another one, or change `kind`");
            return Err(vec![document.mistake(KEY, problem).remedy(remedy)]);
        }
        let body = preset.body_for(check.root());
        let wrong = check.layer(&body, under);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let adopted = lay::adopted(check.root(), document.value(), &body);
        Ok(document.over(under, adopted))
    }
}
