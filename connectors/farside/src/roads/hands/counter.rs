//! The counter of a road: where letters are listed and shown, where answers are told and states are asked for. It lets in
//! who proves who they are, at no more than its pace, and fails by the road's faults.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{StatusCode, header};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use serde_json::{Value, json};

use super::book::Stand;
use super::{Book, Faults, Moment, Saying, Shown, TIME, lock};
use crate::platform::{Envelope, Gate, Trick, guard, wire};
use crate::port::Port;
use crate::roads::{Asking, Matter, Tally};
use crate::scheme::Checker;

/// Requests that it answers within a second; more get 429.
const PACE: usize = 60;
/// The largest request.
const LARGEST: usize = 1 << 20;
/// How long a redo waits for the letter to be concluded and accepted.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is done under a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    List,
    Detail,
    Status,
    Say(Saying),
}

/// How a road speaks at its counter.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// What is done under which path.
    pub(crate) paths: &'static [(&'static str, Deed)],
    /// The members of a request: number of the letter, page, its size, since when.
    pub(crate) asks: [&'static str; 4],
    /// Under which names an answer or a reason is told; the first one that is there counts.
    pub(crate) texts: &'static [&'static str],
    /// What stands around answers.
    pub(crate) envelope: fn() -> Envelope,
    /// Where the words about a failure stand.
    pub(crate) word_at: &'static str,
    /// The codes by which it says that it is busy, and that it does not take this.
    pub(crate) codes: [&'static str; 2],
    /// Where a receipt, a state, the reason for it and a letter stand in an answer.
    pub(crate) at: [&'static str; 4],
    /// A line of the list as it is written; with the address of its file.
    pub(crate) written: fn(&Shown<'_>, Option<String>) -> Value,
    /// What a list leaves out of it.
    pub(crate) brief: Option<fn(&mut Value)>,
    /// Whether it asks this of letters that it handed over.
    pub(crate) knows: fn(&Asking) -> bool,
    /// The next number, for a letter or for what is asked about one: how many were given away, and when.
    pub(crate) number: fn(usize, Timestamp, bool) -> String,
}

/// A counter with its port; it stops when it is dropped.
pub(crate) struct Counter {
    desk: Arc<Desk>,
    port: Port,
}

struct Desk {
    manner: Manner,
    gate: Gate,
    checker: Option<Checker>,
    book: Mutex<Book>,
    faults: Mutex<Faults>,
    pace: Mutex<VecDeque<Instant>>,
    last: Mutex<Option<Value>>,
    base: OnceLock<String>,
}

impl Counter {
    /// Opens it on a free port of this machine.
    pub(crate) async fn open(manner: Manner, gate: Gate, book: Book) -> io::Result<Self> {
        Self::open_behind(manner, gate, book, |router| router).await
    }

    /// The same behind something more that a request must pass.
    pub(crate) async fn open_behind(
        manner: Manner,
        gate: Gate,
        book: Book,
        behind: fn(Router) -> Router,
    ) -> io::Result<Self> {
        let checker = match &gate {
            Gate::Signed(checker) => Some(checker.clone()),
            _ => None,
        };
        let desk = Arc::new(Desk {
            manner,
            gate,
            checker,
            book: Mutex::new(book),
            faults: Mutex::default(),
            pace: Mutex::default(),
            last: Mutex::default(),
            base: OnceLock::new(),
        });
        let router = Router::new().fallback(any(serve)).with_state(Arc::clone(&desk));
        let router = guard::with(behind(router), desk.checker.clone(), (manner.envelope)());
        // Files are asked for by their address alone.
        let files = Router::new().route("/files/{number}/{name}", get(file)).with_state(Arc::clone(&desk));
        let port = Port::open(files.fallback_service(router), (Ipv4Addr::LOCALHOST, 0).into()).await?;
        desk.base.get_or_init(|| format!("http://{}", port.addr()));
        Ok(Self { desk, port })
    }

    /// Its address, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.port.addr())
    }

    /// Acts on its book.
    pub(crate) fn book<T>(&self, act: impl FnOnce(&mut Book) -> T) -> T {
        act(&mut lock(&self.desk.book))
    }

    pub(crate) fn faults(&self) -> &Mutex<Faults> {
        &self.desk.faults
    }

    /// A letter as it is written now.
    pub(crate) fn document(&self, number: &str) -> Option<Value> {
        self.book(|book| Some(self.desk.written(&book.shown(number)?)))
    }

    pub(crate) fn knows(&self, asking: &Asking) -> bool {
        (self.desk.manner.knows)(asking)
    }

    pub(crate) fn hand_over(&self, matter: &Matter) -> String {
        self.book(|book| {
            let number = (self.desk.manner.number)(book.given() + 1, matter.handed_at, false);
            book.hand_over(&number, matter, Timestamp::now());
            number
        })
    }

    /// Asks something about a letter: the number of what is asked. A redo waits until the letter is concluded and accepted.
    pub(crate) async fn ask(&self, about: &str, asking: &Asking) -> io::Result<String> {
        let began = Instant::now();
        let early = |book: &mut Book| book.stand(about).is_some_and(|stand| stand != Stand::Closed);
        while matches!(asking, Asking::Redo(_)) && self.book(early) && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.book(|book| {
            let number = (self.desk.manner.number)(book.given() + 1, Timestamp::now(), true);
            book.ask(&number, about, asking, Timestamp::now()).map(|()| number)
        })
    }

    /// What the book counted, with what was turned away before it and the faults.
    pub(crate) fn tally(&self) -> Tally {
        let mut tally = self.book(|book| book.tally());
        if let Some(checker) = &self.desk.checker {
            let wrong = checker.stats();
            tally.refused += wrong.forged + wrong.stale + wrong.replayed + wrong.unknown;
        }
        tally.faults = lock(&self.desk.faults).played();
        tally
    }
}

impl Desk {
    fn written(&self, shown: &Shown<'_>) -> Value {
        let file = match shown {
            Shown::Letter(letter) => letter.matter.file.as_ref().map(|(name, _)| (&letter.number, name)),
            Shown::Inquiry(..) => None,
        };
        let base = self.base.get().map_or("", String::as_str);
        let address = |(number, name): (&String, &String)| {
            let ending = name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
            format!("{base}/files/{number}/1.{ending}")
        };
        (self.manner.written)(shown, file.map(address))
    }

    /// Whether one more request goes over its pace.
    fn hurried(&self) -> bool {
        let (mut asked, now) = (lock(&self.pace), Instant::now());
        while asked.front().is_some_and(|at| now.duration_since(*at) > Duration::from_secs(1)) {
            asked.pop_front();
        }
        asked.push_back(now);
        asked.len() > PACE
    }

    fn well(&self) -> Value {
        let (at, code) = (self.manner.envelope)().success;
        let mut answer = json!({});
        wire::put(&mut answer, &at, code);
        answer
    }

    /// The answer that something is not taken: HTTP says that all is well, the code does not.
    fn refused(&self, word: &str) -> Value {
        let (at, _) = (self.manner.envelope)().success;
        let mut answer = json!({});
        wire::put(&mut answer, &at, json!(self.manner.codes[1]));
        wire::put(&mut answer, self.manner.word_at, json!(word));
        answer
    }

    fn list(&self, said: &wire::Params) -> Value {
        let [_, page, size, since] = self.manner.asks;
        let number = |name: &str| said.get(name).and_then(|text| text.parse::<usize>().ok());
        let since = said.get(since).and_then(|text| DateTime::strptime(TIME, text).ok());
        let since = since.and_then(|civil| Some(civil.to_zoned(TimeZone::fixed(offset(8))).ok()?.timestamp()));
        let (page, size) = (number(page).unwrap_or(1).max(1), number(size).unwrap_or(20).clamp(1, 100));
        let book = lock(&self.book);
        let all = book.since(since);
        let lines = all.iter().skip((page - 1) * size).take(size).map(|shown| {
            let mut line = self.written(shown);
            if let Some(brief) = self.manner.brief {
                brief(&mut line);
            }
            line
        });
        let (envelope, mut answer) = ((self.manner.envelope)(), self.well());
        wire::put(&mut answer, &envelope.items, lines.collect());
        if let Some(total) = &envelope.total {
            wire::put(&mut answer, total, json!(all.len()));
        }
        answer
    }

    fn detail(&self, number: &str) -> Value {
        let book = lock(&self.book);
        let Some(shown) = book.shown(number) else { return self.refused("没有这一件") };
        let mut answer = self.well();
        wire::put(&mut answer, self.manner.at[3], self.written(&shown));
        answer
    }

    fn status(&self, number: &str) -> Value {
        let Some((state, reason)) = lock(&self.book).look(number) else { return self.refused("没有这一件") };
        let mut answer = self.well();
        wire::put(&mut answer, self.manner.at[1], json!(state));
        wire::put(&mut answer, self.manner.at[2], json!(reason));
        answer
    }

    fn hear(&self, saying: Saying, said: &wire::Params, number: &str, key: Option<&str>) -> Value {
        let text = self.manner.texts.iter().find_map(|name| said.get(*name)).map_or("", String::as_str);
        match lock(&self.book).hear(saying, number, text, key) {
            Ok(receipt) => {
                let mut answer = self.well();
                wire::put(&mut answer, self.manner.at[0], json!(receipt));
                answer
            }
            Err(refusal) => self.refused(refusal.word()),
        }
    }
}

async fn serve(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let envelope = (desk.manner.envelope)();
    let Some((_, deed)) = desk.manner.paths.iter().find(|(path, _)| *path == head.uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if desk.hurried() {
        return wire::failure(&Trick::Status(429, Some("1".into())), &envelope).unwrap_or_default();
    }
    if !wire::let_in(&desk.gate, &head.headers) {
        lock(&desk.book).refuse();
        return wire::turned_away(&desk.gate, &envelope);
    }
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let said = wire::said(query, &body);
    let number = said.get(desk.manner.asks[0]).cloned().unwrap_or_default();
    let moment = match deed {
        Deed::Say(_) => Moment::Said(head.uri.path(), &number),
        _ => Moment::Asked,
    };
    let trick = lock(&desk.faults).draw(moment, desk.manner.codes[0]);
    if let Some(failed) = wire::failure(&trick, &envelope) {
        return failed;
    }
    if let Trick::Slow(wait) = trick {
        tokio::time::sleep(wait).await;
    }
    let key = head.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let answer = match deed {
        Deed::List => {
            let before = lock(&desk.last).clone().filter(|_| trick == Trick::SamePageAgain);
            let page = before.unwrap_or_else(|| desk.list(&said));
            *lock(&desk.last) = Some(page.clone());
            page
        }
        Deed::Detail => desk.detail(&number),
        Deed::Status => desk.status(&number),
        Deed::Say(saying) => desk.hear(*saying, &said, &number, key),
    };
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::CutBody => wire::cut(&answer, &envelope),
        Trick::TakenThen(status) => {
            (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), "<html>Bad Gateway</html>")
                .into_response()
        }
        _ => wire::written(&answer, &envelope),
    }
}

async fn file(State(desk): State<Arc<Desk>>, Path((number, _)): Path<(String, String)>) -> Response {
    let book = lock(&desk.book);
    match book.shown(&number) {
        Some(Shown::Letter(letter)) if letter.matter.file.is_some() => {
            let bytes = letter.matter.file.as_ref().map(|(_, bytes)| bytes.clone()).unwrap_or_default();
            ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
