//! A robot of a group chat: it takes messages, or refuses them with 200 and a code of its own, as the real ones do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its text.
    pub(crate) text: String,
    /// What stays the same in every attempt.
    pub(crate) key: String,
}

#[derive(Clone, Default)]
pub(crate) struct Sink {
    taken: Arc<Mutex<Vec<Message>>>,
    refused: Arc<Mutex<Vec<Message>>>,
    refuses: Arc<AtomicBool>,
    /// Its address, with the key that makes it a secret.
    pub(crate) url: String,
}

impl Sink {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/robot/send?key=secret-of-the-robot", listener.local_addr().unwrap());
        let sink = Self { url, ..Self::default() };
        let routes = Router::new().route("/robot/send", post(take)).with_state(sink.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        sink
    }

    /// Whether it refuses from now on.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// What it took, in order.
    pub(crate) fn taken(&self) -> Vec<Message> {
        self.taken.lock().unwrap().clone()
    }

    /// What it refused.
    pub(crate) fn refused(&self) -> Vec<Message> {
        self.refused.lock().unwrap().clone()
    }

    /// Waits until it took so many messages that say this.
    pub(crate) async fn until(&self, said: &str, times: usize) -> Vec<Message> {
        let began = std::time::Instant::now();
        loop {
            let taken: Vec<_> = self.taken().into_iter().filter(|message| message.text.contains(said)).collect();
            if taken.len() >= times {
                return taken;
            }
            assert!(began.elapsed() < crate::house::PATIENCE, "no {times} messages say `{said}`: {:?}", self.taken());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

async fn take(State(sink): State<Sink>, headers: HeaderMap, Json(body): Json<Value>) -> Json<Value> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let text = body["text"]["content"].as_str().unwrap_or_default().to_owned();
    let refuses = sink.refuses.load(Ordering::SeqCst);
    let list = if refuses { &sink.refused } else { &sink.taken };
    list.lock().unwrap().push(Message { text, key });
    Json(if refuses { json!({ "errcode": 45009, "errmsg": "api freq out of limit" }) } else { json!({ "errcode": 0 }) })
}
