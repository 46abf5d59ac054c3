//! The demo's configuration folder: the shipped templates with the far sides' addresses written in, as an operator
//! would, and secrets made for this run. It invents no channel of its own.

use std::path::{Path, PathBuf};

use huiliu_contract::Secret;

use super::Trouble;
use crate::settings::{Lang, Secrets, Text, Variables};

/// The pushed channel's code.
pub(super) const MAILBOX: &str = "shuji-xianzhang";
/// The polled channel's code.
pub(super) const PLATFORM: &str = "sheng12345";

const MAILBOX_FILE: &str = include_str!("../../config/channels/shuji-xianzhang/channel.toml");
const PLATFORM_FILE: &str = include_str!("../../config/channels/sheng12345/channel.toml");
const HOLIDAYS: [(&str, &str); 2] = [
    ("holidays-2025.toml", include_str!("../../config/holidays-2025.toml")),
    ("holidays-2026.toml", include_str!("../../config/holidays-2026.toml")),
];

/// What is written into the templates.
#[derive(Clone, Debug)]
pub(super) struct Sides {
    /// The platform's address.
    pub(super) platform: String,
    /// Where the core takes events.
    pub(super) core: String,
    /// From which day items count.
    pub(super) start_from: jiff::civil::Date,
    /// The secret of the mailbox's signatures.
    pub(super) key: Secret,
    /// The secret of what is signed for the platform, and the token that the portal wants.
    pub(super) token: Secret,
    /// The daemon's language.
    pub(super) lang: Lang,
}

/// A folder with configuration and, later, data.
#[derive(Debug)]
pub(super) struct Folder {
    /// Where it is.
    pub(super) root: tempfile::TempDir,
}

impl Folder {
    /// Writes everything.
    pub(super) fn new(sides: &Sides) -> Result<Self, Trouble> {
        let folder = Self { root: tempfile::Builder::new().prefix("huiliu-demo-").tempdir()? };
        let config = folder.config();
        for (code, text) in [(MAILBOX, mailbox_file(sides)?), (PLATFORM, platform_file(sides)?)] {
            let channel = config.join("channels").join(code);
            std::fs::create_dir_all(&channel)?;
            std::fs::write(channel.join("channel.toml"), text)?;
        }
        std::fs::write(config.join("gateway.toml"), gateway_file(sides))?;
        for (name, text) in HOLIDAYS {
            std::fs::write(config.join(name), text)?;
        }
        let secrets = Secrets::new(&config, Variables::default());
        let tokens = ["sheng12345.key", "shuji-xianzhang.token"].map(|name| (name, &sides.token));
        for (name, secret) in tokens.into_iter().chain([("shuji-xianzhang.key", &sides.key)]) {
            secrets.set(name, secret).map_err(|error| Trouble::new("密钥写不下去", error.to_string()))?;
        }
        Ok(folder)
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

fn gateway_file(sides: &Sides) -> String {
    let lang = match sides.lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    format!(
        "lang = \"{lang}\"\ndata = \"data\"\n\n[http]\nlisten = \"127.0.0.1:0\"\n\n[log]\nlevel = \"info\"\n\n\
         [core]\nurl = \"{}\"\nsuccess = {{ at = \"/code\", is = [0] }}\nnumber_at = \"/data/orderNo\"\n",
        sides.core
    )
}

fn mailbox_file(sides: &Sides) -> Result<String, Trouble> {
    let (start, url) = (sides.start_from.to_string(), format!("\"{}\"", sides.platform));
    // Nothing of the demo leaves this machine, so the portal's address is not the template's.
    let changes = [("channel", "state", "\"live\""), ("channel", "start_from", &start), ("return", "url", &url)];
    adapted(MAILBOX_FILE, &changes)
}

fn platform_file(sides: &Sides) -> Result<String, Trouble> {
    let (start, url) = (sides.start_from.to_string(), format!("\"{}\"", sides.platform));
    // Small pages, asked for often, so that a run of some seconds walks over many page borders.
    let page = "{ by = \"number\", param = \"pageNum\", size_param = \"pageSize\", size = 10 }";
    adapted(
        PLATFORM_FILE,
        &[
            ("channel", "state", "\"live\""),
            ("channel", "start_from", &start),
            ("connect", "url", &url),
            ("connect", "limit", "\"50/s\""),
            ("poll", "every", "\"1s\""),
            ("poll", "page", page),
        ],
    )
}

fn adapted(template: &str, changes: &[(&str, &str, &str)]) -> Result<String, Trouble> {
    changes.iter().try_fold(template.to_owned(), |text, (table, key, value)| {
        set(&text, table, key, value).ok_or_else(|| {
            let en = format!("the shipped template has no `{key}` in [{table}]");
            Trouble(Text::new(format!("随附的模板 [{table}] 里没有 {key}"), en))
        })
    })
}

/// The text with another value for a key that stands in a table; none if it does not stand there.
fn set(text: &str, table: &str, key: &str, value: &str) -> Option<String> {
    let head = format!("[{table}]");
    let (mut inside, mut done) = (false, false);
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            if line.starts_with('[') {
                inside = line.split('#').next().is_some_and(|line| line.trim() == head);
            }
            let here = inside && !done && line.split('=').next().is_some_and(|name| name.trim() == key);
            done |= here;
            if here { format!("{key} = {value}") } else { line.to_owned() }
        })
        .collect();
    done.then(|| lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::build_channel;
    use crate::kinds::KINDS;
    use crate::settings::Gateway;

    fn sides() -> Sides {
        Sides {
            platform: "http://127.0.0.1:9".into(),
            core: "http://127.0.0.1:9/tickets".into(),
            start_from: jiff::civil::date(2026, 11, 1),
            key: Secret::new("k"),
            token: Secret::new("t"),
            lang: Lang::En,
        }
    }

    #[test]
    fn only_the_named_key_of_the_named_table_changes() {
        let text = "[a]\nx = 1 # one\n[b]\nx = 2\ny = 3\n";
        assert_eq!(set(text, "b", "x", "9").unwrap(), "[a]\nx = 1 # one\n[b]\nx = 9\ny = 3\n");
        assert_eq!(set(text, "a", "y", "9"), None);
    }

    #[test]
    fn the_folder_is_one_that_the_gateway_takes() {
        let folder = Folder::new(&sides()).unwrap();
        let variables = Variables::default();
        let gateway = Gateway::load(&folder.config(), &variables).unwrap();
        let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
        let channels = gateway.channels(&kinds);
        let codes: Vec<&str> = channels.iter().map(|file| file.code.as_str()).collect();
        assert_eq!(codes, [PLATFORM, MAILBOX]);
        for file in channels.iter() {
            let built = file.result.clone().and_then(|settings| build_channel(&settings, &gateway, &variables, KINDS));
            let wrong = built.err().unwrap_or_default();
            assert!(
                wrong.is_empty(),
                "{}: {:?}",
                file.code,
                wrong.iter().map(|m| m.shown(Lang::En)).collect::<Vec<_>>()
            );
        }
    }
}
