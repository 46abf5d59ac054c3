//! Shared hands of the stories: an inbox, a gateway's part played by the test, answers read again.
#![allow(dead_code, reason = "each story uses some of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it should be")]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use huiliu_contract::{Connector, ConnectorKind, Cursor, Item, Page, Taken, Told, What};
use huiliu_farside::site::Premises;
use huiliu_folder::Folder;
use huiliu_sheet::Limits;
use serde_json::{Value, json};

/// An inbox, and the connector that watches it; `cursor` is what the gateway would have committed.
pub struct House {
    pub dir: tempfile::TempDir,
    pub options: Value,
    pub connector: Connector,
    pub cursor: Option<Cursor>,
}

/// `[sheet]` of a simple channel.
pub fn sheet() -> Value {
    json!({ "header": ["编号", "内容"], "id": "编号" })
}

impl House {
    pub fn new(sheet: Value) -> Self {
        Self::with(sheet, json!({ "settle": "20ms" }))
    }

    pub fn with(sheet: Value, connect: Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut connect = connect;
        connect["inbox"] = json!(dir.path().join("inbox"));
        let options = json!({ "connect": connect, "sheet": sheet });
        let connector = build(&options);
        std::fs::create_dir_all(dir.path().join("inbox")).unwrap();
        Self { dir, options, connector, cursor: None }
    }

    pub fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    /// Puts a file there that was written long ago.
    pub fn drop_file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.inbox().join(name);
        std::fs::write(&path, bytes).unwrap();
        age(&path);
        path
    }

    /// As after a kill: everything that was in memory is gone.
    pub fn restart(&mut self) {
        self.connector = build(&self.options);
    }

    pub async fn poll(&self) -> Page {
        self.connector.poll.as_ref().unwrap().poll(self.cursor.as_ref(), None).await.unwrap()
    }

    /// Commits a page.
    pub fn commit(&mut self, page: &Page) {
        self.cursor = page.next.clone().or(self.cursor.take());
    }

    /// Says what became of a page's items.
    pub async fn tell(&self, page: &Page, what: impl Fn(&Item) -> What) {
        let told: Vec<Told> =
            page.items.iter().map(|item| Told { taken: taken(item, what(item)), why: None }).collect();
        self.connector.poll.as_ref().unwrap().told(page.next.as_ref(), &told).await;
    }

    /// Polls until there is nothing more; every item is new.
    pub async fn walk(&mut self) -> Vec<Item> {
        let mut all = Vec::new();
        for _ in 0..100 {
            let page = self.poll().await;
            self.commit(&page);
            self.tell(&page, usual).await;
            let more = page.more;
            all.extend(page.items);
            if !more {
                return all;
            }
        }
        panic!("no end");
    }

    /// The answer about a file, sheet by sheet, as texts.
    pub fn answer(&self, name: &str) -> Vec<(String, Vec<Vec<String>>)> {
        answer(&self.inbox().join(name))
    }

    pub fn files(&self, of: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.inbox().join(of))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }
}

pub fn usual(item: &Item) -> What {
    match item {
        Item::Submission(_) => What::New,
        Item::Unreadable(_) => What::Unmapped,
    }
}

fn taken(item: &Item, what: What) -> Taken {
    match item {
        Item::Submission(submission) => Taken {
            external_id: Some(submission.external_id.clone()),
            ticket: Some(format!("T-{}", submission.external_id)),
            what,
        },
        Item::Unreadable(_) => Taken { external_id: None, ticket: None, what },
    }
}

pub fn answer(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let bytes = std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let book = huiliu_sheet::read(&bytes, &Limits::default()).unwrap();
    let texts = |sheet: huiliu_sheet::Sheet| {
        let rows = sheet.rows.into_iter();
        (sheet.name, rows.map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect())
    };
    book.sheets.into_iter().map(texts).collect()
}

pub fn age(path: &Path) {
    let old = SystemTime::now() - Duration::from_secs(600);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}

pub fn build(options: &Value) -> Connector {
    Folder::build(serde_json::from_value(options.clone()).unwrap(), &Premises::new()).unwrap()
}

pub fn wrong(options: &Value) -> Vec<String> {
    let built = Folder::build(serde_json::from_value(options.clone()).unwrap(), &Premises::new());
    built.unwrap_err().into_iter().map(|wrong| format!("{}: {}", wrong.key, wrong.problem)).collect()
}

pub fn ids(items: &[Item]) -> Vec<String> {
    let id = |item: &Item| match item {
        Item::Submission(submission) => submission.external_id.to_string(),
        Item::Unreadable(unreadable) => format!("! {} / {}", unreadable.reason.zh, unreadable.reason.en),
    };
    items.iter().map(id).collect()
}

pub fn document(item: &Item) -> &Value {
    match item {
        Item::Submission(submission) => submission.document.reveal(),
        Item::Unreadable(unreadable) => panic!("unreadable: {}", unreadable.reason.en),
    }
}

/// A workbook of one sheet of texts.
pub fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    drawn(|sheet| {
        for (n, row) in (0u32..).zip(rows) {
            for (column, text) in (0u16..).zip(*row) {
                sheet.write_string(n, column, *text).unwrap();
            }
        }
    })
}

pub fn drawn(make: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    make(book.add_worksheet());
    book.save_to_buffer().unwrap()
}
