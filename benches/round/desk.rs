//! The desk: the far side that closings are written back to. It counts them by letter and by key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::letter;
use crate::wire::{Line, yes};

/// A closing as the channel's file words it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing<'a> {
    #[serde(rename = "letterNo", borrow)]
    letter: &'a str,
    unit: String,
    text: String,
    solved: String,
}

/// What the desk was told.
pub(crate) struct Desk {
    book: Mutex<Book>,
    /// Rung at every letter that is told of for the first time.
    pub(crate) came: Notify,
}

struct Book {
    /// How often each letter was closed.
    letters: Vec<u32>,
    /// Letters that were closed at all.
    closed: usize,
    last: Option<Instant>,
    keys: HashMap<String, u32>,
    /// The first thing that is no closing of one of the letters.
    wrong: Option<String>,
}

impl Desk {
    /// A desk that waits for the closings of so many letters.
    pub(crate) fn of(letters: usize) -> Self {
        let letters = vec![0; letters];
        let book = Book { letters, closed: 0, last: None, keys: HashMap::new(), wrong: None };
        Self { book: Mutex::new(book), came: Notify::new() }
    }

    /// How many letters were closed, and when the last of them first was.
    pub(crate) fn closed(&self) -> (usize, Option<Instant>) {
        let book = self.book.lock().unwrap();
        (book.closed, book.last)
    }

    /// What is not as it must be: each letter closed once, each time under another key.
    pub(crate) fn mistakes(&self) -> Result<(), String> {
        let book = self.book.lock().unwrap();
        if let Some(wrong) = &book.wrong {
            return Err(format!("the desk was told what is no closing: {wrong}"));
        }
        let missing = book.letters.iter().filter(|times| **times == 0).count();
        let twice = book.letters.iter().filter(|times| **times > 1).count();
        let shared = book.keys.values().filter(|times| **times > 1).count();
        if missing + twice + shared > 0 {
            return Err(format!(
                "of {} letters {missing} were never closed and {twice} more than once; {shared} keys came more than once",
                book.letters.len()
            ));
        }
        Ok(())
    }

    /// Takes what is written back on every connection that is opened.
    pub(crate) async fn listen(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let desk = self.clone();
            tokio::spawn(async move {
                let Ok(mut line) = Line::on(stream) else { return };
                let taken = yes(r#"{"code":200,"message":"ok"}"#);
                // A connection that breaks belongs to a gateway that stops.
                while let Ok(Some(told)) = line.next().await {
                    desk.take(told.first_line(), told.header("idempotency-key").unwrap_or_default(), told.body);
                    if line.send(&taken).await.is_err() {
                        return;
                    }
                }
            });
        }
    }

    fn take(&self, line: &str, key: &str, body: &[u8]) {
        let mut book = self.book.lock().unwrap();
        let closing = serde_json::from_slice::<Closing<'_>>(body).ok().filter(|closing| {
            line.starts_with("POST /order/finish ")
                && [&closing.unit, &closing.text, &closing.solved].iter().all(|part| !part.is_empty())
        });
        let k = closing.and_then(|closing| letter::number(closing.letter)).filter(|k| *k < book.letters.len());
        let Some(k) = k.filter(|_| !key.is_empty()) else {
            book.wrong.get_or_insert_with(|| format!("{line} {key} {}", String::from_utf8_lossy(body)));
            self.came.notify_one();
            return;
        };
        *book.keys.entry(key.to_owned()).or_default() += 1;
        book.letters[k] += 1;
        if book.letters[k] == 1 {
            book.closed += 1;
            book.last = Some(Instant::now());
            self.came.notify_one();
        }
    }
}
