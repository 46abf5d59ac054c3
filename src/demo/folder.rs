//! The demo's configuration folder: the shipped channels with the far sides' addresses written in, as an operator would, and
//! secrets made for this run. It invents no channel of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiliu_farside::roads::{Fitting, Road};
use toml_edit::{DocumentMut, Item, Table, Value};

use super::Trouble;
use super::counts::Counts;
use super::mail::{self, Post};
use crate::settings::{Lang, Secrets, Variables};

/// The shipped channels, by code.
const SHIPPED: [(&str, &str); 10] = [
    ("shengzhang", include_str!("../../config/channels/shengzhang/channel.toml")),
    ("sheng-zhihui", include_str!("../../config/channels/sheng-zhihui/channel.toml")),
    ("shuji-shizhang", include_str!("../../config/channels/shuji-shizhang/channel.toml")),
    ("shuji-xianzhang", include_str!("../../config/channels/shuji-xianzhang/channel.toml")),
    ("zhongguo-zhengfuwang", include_str!("../../config/channels/zhongguo-zhengfuwang/channel.toml")),
    ("sheng12345", include_str!("../../config/channels/sheng12345/channel.toml")),
    ("xiangyiban", include_str!("../../config/channels/xiangyiban/channel.toml")),
    ("zhengxieyun", include_str!("../../config/channels/zhengxieyun/channel.toml")),
    ("guojia-zhengwu", include_str!("../../config/channels/guojia-zhengwu/channel.toml")),
    (mail::CHANNEL, include_str!("../../config/channels/dianzi-youxiang/channel.toml")),
];

const HOLIDAYS: [(&str, &str); 2] = [
    ("holidays-2025.toml", include_str!("../../config/holidays-2025.toml")),
    ("holidays-2026.toml", include_str!("../../config/holidays-2026.toml")),
];

/// A folder with configuration and, later, data.
#[derive(Debug)]
pub(super) struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    /// Writes everything: a channel for each road and one for mail, and the core's address.
    pub(super) fn new(
        roads: &[Arc<dyn Road>],
        post: &Post,
        core: &str,
        counts: &Counts,
        lang: Lang,
    ) -> Result<Self, Trouble> {
        let folder = Self { root: tempfile::Builder::new().prefix("huiliu-demo-").tempdir()? };
        let config = folder.config();
        std::fs::create_dir_all(&config)?;
        let secrets = Secrets::new(&config, Variables::default());
        let fitted_roads = roads.iter().map(|road| (road.channel(), road.fitting(folder.path())));
        for (code, fitting) in fitted_roads.chain([(mail::CHANNEL, post.fitting())]) {
            let channel = config.join("channels").join(code);
            std::fs::create_dir_all(&channel)?;
            std::fs::write(channel.join("channel.toml"), fitted(code, &fitting, counts)?)?;
            for (path, bytes) in &fitting.files {
                let file = channel.join(path);
                file.parent().map(std::fs::create_dir_all).transpose()?;
                std::fs::write(file, bytes)?;
            }
            for (name, secret) in &fitting.secrets {
                secrets.set(name, secret).map_err(|error| Trouble::new("密钥写不下去", error.to_string()))?;
            }
        }
        std::fs::write(config.join("gateway.toml"), gateway_file(core, post, lang))?;
        for (name, text) in HOLIDAYS {
            std::fs::write(config.join(name), text)?;
        }
        Ok(folder)
    }

    /// Whether letters of a channel are pushed to us, and so cannot come before we are there.
    pub(super) fn is_pushed(&self, code: &str) -> bool {
        let text = std::fs::read_to_string(self.config().join("channels").join(code).join("channel.toml"));
        let file: Option<DocumentMut> = text.ok().and_then(|text| text.parse().ok());
        file.is_some_and(|file| file["connect"]["kind"].as_str() == Some("webhook"))
    }

    /// The configuration folder.
    pub(super) fn config(&self) -> PathBuf {
        self.path().join("config")
    }

    /// The daemon's socket for commands.
    pub(super) fn socket(&self) -> PathBuf {
        self.path().join("data").join("huiliu.sock")
    }

    /// The daemon's log.
    pub(super) fn log(&self) -> PathBuf {
        self.path().join("huiliu.log")
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }
}

fn gateway_file(core: &str, post: &Post, lang: Lang) -> String {
    let lmtp = post.lmtp();
    let lang = match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    format!(
        "lang = \"{lang}\"\ndata = \"data\"\n\n[http]\nlisten = \"127.0.0.1:0\"\n\n\
         [lmtp]\nlisten = \"{lmtp}\"\n\n[log]\nlevel = \"info\"\n\n\
         [core]\nurl = \"{core}\"\nsuccess = {{ at = \"/code\", is = [0] }}\nnumber_at = \"/data/orderNo\"\n\n\
         [report]\nhouse = \"衡东县12345政务服务热线中心\"\n"
    )
}

/// The shipped file of a channel as its road needs it, live from the first day of the span.
fn fitted(code: &str, fitting: &Fitting, counts: &Counts) -> Result<String, Trouble> {
    let strange = |why: String| {
        Trouble::new(format!("随附的渠道 {code} 用不上:{why}"), format!("the shipped channel {code}: {why}"))
    };
    let shipped = SHIPPED.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    let shipped = shipped.ok_or_else(|| strange("not among the demo's".into()))?;
    let mut file: DocumentMut = shipped.parse().map_err(|error: toml_edit::TomlError| strange(error.to_string()))?;
    let keys = fitting.keys.iter().map(|(key, value)| (key.as_str(), value.clone()));
    let own = [("channel.state", Some("\"live\"".to_owned())), ("channel.start_from", Some(counts.from.to_string()))];
    for (key, value) in keys.chain(own) {
        put(file.as_table_mut(), key, value.as_deref()).ok_or_else(|| strange(format!("{key} cannot be set")))?;
    }
    Ok(file.to_string())
}

/// Sets a dotted key, or takes it out; none if something that is no table stands in its way, or the value is no TOML.
fn put(table: &mut Table, key: &str, value: Option<&str>) -> Option<()> {
    let (parents, last) = key.rsplit_once('.').unwrap_or(("", key));
    let mut place = table as &mut dyn toml_edit::TableLike;
    for name in parents.split('.').filter(|name| !name.is_empty()) {
        let next = place.entry(name).or_insert_with(|| Item::Table(Table::new()));
        place = next.as_table_like_mut()?;
    }
    match value {
        Some(value) => {
            place.insert(last, Item::Value(value.parse::<Value>().ok()?));
        }
        None => {
            place.remove(last);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::build_channel;
    use crate::kinds::KINDS;
    use crate::settings::Gateway;

    #[test]
    fn a_dotted_key_is_set_where_it_stands_and_taken_out() {
        let mut file: DocumentMut = "[a]\nx = 1 # one\nb = { y = 2 }\n".parse().unwrap();
        put(file.as_table_mut(), "a.b.y", Some("[3]")).unwrap();
        put(file.as_table_mut(), "a.x", None).unwrap();
        put(file.as_table_mut(), "c.d", Some("\"e\"")).unwrap();
        assert_eq!(file.to_string(), "[a]\nb = { y = [3] }\n\n[c]\nd = \"e\"\n");
        assert!(put(file.as_table_mut(), "a.b.y.z", Some("1")).is_none());
        assert!(put(file.as_table_mut(), "a.z", Some("no toml")).is_none());
    }

    #[tokio::test]
    async fn the_folder_is_one_that_the_gateway_takes() {
        let roads = huiliu_farside::roads::all().await.unwrap();
        let counts = Counts::read(None).unwrap();
        let post = Post::open(counts.to).await.unwrap();
        let folder = Folder::new(&roads, &post, "http://127.0.0.1:9/tickets", &counts, Lang::En).unwrap();
        let variables = Variables::default();
        let gateway = Gateway::load(&folder.config(), &variables).unwrap();
        let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
        let channels = gateway.channels(&kinds);
        assert_eq!(channels.iter().count(), SHIPPED.len());
        for file in channels.iter() {
            let built = file.result.clone().and_then(|settings| build_channel(&settings, &gateway, &variables, KINDS));
            let wrong = built.err().unwrap_or_default();
            let wrong: Vec<_> = wrong.iter().map(|mistake| mistake.shown(Lang::En)).collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", file.code);
        }
    }
}
