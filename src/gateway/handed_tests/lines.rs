//! A small kind for these stories: files of lines `id|title|date`, dropped into a folder or handed in.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{
    BadFile, Bundle, Connector, ConnectorKind, Cursor, ExternalId, Fault, HandIn, Item, Keepsake, Misconfigured, Page,
    Personal, Poll, Raw, Remark, Site, Submission, Told, Unreadable,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::channel::Kind;
use crate::settings::KindInfo;

/// The only kind of a house of these stories.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: Lines::NAME,
    info: KindInfo::of::<Lines>,
    build: |options, site| {
        let options = serde_json::from_value(options.clone());
        Lines::build(options.map_err(|error| vec![Misconfigured::new("connect", error.to_string(), "")])?, site)
    },
}];

/// What each item of pages became, as the connector was told: `id state` in their order, then how the telling went on.
pub(super) static TOLD: Mutex<Vec<(PathBuf, Vec<String>)>> = Mutex::new(Vec::new());

struct Lines;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    connect: Connect,
    #[serde(default)]
    #[expect(dead_code, reason = "the gateway's own keys stand there")]
    poll: Nothing,
}

/// A table with no keys of the kind's own.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Connect {
    /// A file that is polled.
    #[serde(default)]
    inbox: Option<PathBuf>,
    /// What telling does: nothing, `panic`, or `never` ends.
    #[serde(default)]
    telling: String,
    /// Whether files can be handed in.
    #[serde(default)]
    takes: bool,
}

impl ConnectorKind for Lines {
    const NAME: &'static str = "lines";
    const SUMMARY: &'static str = "Lines";
    const SUMMARY_ZH: &'static str = "文本行";
    type Options = Options;

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        let Connect { inbox, telling, takes } = options.connect;
        let inbox = inbox.map(|inbox| Inbox { file: site.path(&inbox), telling });
        Ok(Connector {
            poll: inbox.map(|inbox| Box::new(inbox) as Box<dyn Poll>),
            hand_in: takes.then(|| Box::new(Taker) as Box<dyn HandIn>),
            ..Connector::default()
        })
    }
}

fn item(line: &str) -> Item {
    let parts: Vec<&str> = line.split('|').collect();
    let [id, title, date] = parts[..] else {
        let raw = Raw::new(line.to_owned(), "text/plain");
        return Item::Unreadable(Unreadable {
            raw,
            reason: huiliu_contract::Remark::new("一行要有三段", "a line has three parts"),
        });
    };
    let document = json!({ "标题": title, "日期": date });
    Item::Submission(Box::new(Submission {
        external_id: ExternalId::new(id).unwrap(),
        version: None,
        sent_at: None,
        raw: Raw::new(document.to_string(), "application/json"),
        document: Personal::new(document),
        attachments: Vec::new(),
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    }))
}

struct Inbox {
    file: PathBuf,
    telling: String,
}

fn word(told: &Told) -> String {
    let id = told.taken.external_id.as_ref().map_or("-", ExternalId::as_str);
    format!("{id} {}{}", told.taken.what.word(), if told.why.is_some() { "!" } else { "" })
}

#[async_trait]
impl Poll for Inbox {
    async fn poll(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        let from = after.map_or(0, |cursor| cursor.0.parse().unwrap());
        let items: Vec<_> = text.lines().skip(from).map(item).collect();
        let next = Some(Cursor((from + items.len()).to_string()));
        Ok(Page { items, next, more: false, keep: None })
    }

    async fn told(&self, _: Option<&Cursor>, told: &[Told]) {
        TOLD.lock().unwrap().push((self.file.clone(), told.iter().map(word).collect()));
        match self.telling.as_str() {
            "panic" => panic!("a story: the connector breaks while it is told"),
            "never" => tokio::time::sleep(Duration::from_secs(3600)).await,
            _ => {}
        }
    }
}

struct Taker;

#[async_trait]
impl HandIn for Taker {
    async fn open(&self, name: &str, path: &Path) -> Result<Box<dyn Bundle>, BadFile> {
        let text = std::fs::read_to_string(path).map_err(|_| bad("no text"))?;
        if !text.contains('|') {
            return Err(bad("nothing in it is a line"));
        }
        let lines = text.lines().map(str::to_owned).collect();
        Ok(Box::new(Opened { name: name.to_owned(), lines, at: 0, told: Vec::new() }))
    }
}

fn bad(en: &str) -> BadFile {
    BadFile(Remark { en: en.into(), zh: format!("文件不对:{en}") })
}

struct Opened {
    name: String,
    lines: Vec<String>,
    at: usize,
    told: Vec<String>,
}

#[async_trait]
impl Bundle for Opened {
    async fn items(&mut self, most: usize) -> Result<Vec<Item>, BadFile> {
        let mut items = Vec::new();
        while let Some(line) = self.lines.get(self.at).filter(|_| items.len() < most) {
            if line == "BREAK" {
                if items.is_empty() {
                    return Err(bad("it breaks off"));
                }
                break;
            }
            items.push(item(line));
            self.at += 1;
        }
        Ok(items)
    }

    fn told(&mut self, told: &[Told]) {
        self.told.extend(told.iter().map(word));
    }

    fn remarks(&self) -> Vec<Remark> {
        vec![Remark { en: format!("of {}", self.name), zh: "备注".into() }]
    }

    async fn answer(self: Box<Self>, to: &Path) -> Result<(), BadFile> {
        std::fs::write(to, self.told.join("\n")).map_err(|error| bad(&error.to_string()))
    }
}
