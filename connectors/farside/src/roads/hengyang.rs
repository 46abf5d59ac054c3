//! 衡阳市12345平台: an exchange database. Orders lie in a view, what the county answers goes into a table of results, and an
//! officer over there reads that table, row after row, and sets the states. Where faults are played, sessions are ended.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

use super::hands::{Book, Faults, Moment, Rules, Saying, TIME, beijing, lock};
use super::{Asking, Fitting, Matter, Road, Tally};
use crate::platform::Trick;
use crate::servers::{ADMIN, PASSWORD, Server};

/// The gateway's password there.
const SECRET: &str = "password-only-for-this-database";
/// How often the officer reads the results.
const EVERY: Duration = Duration::from_millis(100);

const TABLES: &str = "
    CREATE SCHEMA exchange;
    CREATE TABLE exchange.orders (
        order_id varchar(64) PRIMARY KEY, order_kind varchar(8) NOT NULL DEFAULT '1', origin_id varchar(64), title text,
        content text, order_type varchar(8), question text, person text, sex varchar(4), phone text, place text,
        is_secret varchar(1), is_open varchar(1), area varchar(12), related_id varchar(64), submit_time timestamp,
        dispatch_time timestamp, limit_time timestamp, state text NOT NULL DEFAULT '待签收', opinion text,
        taken varchar(1) NOT NULL DEFAULT '0', updated_at timestamptz NOT NULL);
    CREATE INDEX ON exchange.orders (updated_at, order_id);
    CREATE TABLE exchange.files (order_id varchar(64), file_name text, content bytea);
    CREATE TABLE exchange.results (
        send_no varchar(80) PRIMARY KEY, order_id varchar(64) NOT NULL, kind text, unit text, reply text, at_time timestamp,
        seen boolean NOT NULL DEFAULT false);
    CREATE VIEW exchange.v_orders AS SELECT order_id, order_kind, origin_id, title, content, order_type, question, person,
        sex, phone, place, is_secret, is_open, area, related_id, submit_time, dispatch_time, limit_time, updated_at
        FROM exchange.orders;
    CREATE ROLE huiliu LOGIN PASSWORD '{password}' CONNECTION LIMIT 8;
    GRANT USAGE ON SCHEMA exchange TO huiliu;
    GRANT SELECT ON exchange.v_orders, exchange.files TO huiliu;
    GRANT SELECT (order_id, taken, state, opinion), UPDATE (taken) ON exchange.orders TO huiliu;
    GRANT INSERT, SELECT (send_no) ON exchange.results TO huiliu;";
const INSERT: &str = "
    INSERT INTO exchange.orders (order_id, title, content, order_type, question, person, sex, phone, place, is_secret,
        is_open, area, related_id, submit_time, dispatch_time, limit_time, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '430424', $12, $13::text::timestamp, $14::text::timestamp,
        $15::text::timestamp, now())";
const ASK: &str = "
    INSERT INTO exchange.orders (order_id, order_kind, origin_id, title, content, area, submit_time, updated_at)
    SELECT $1, $2, order_id, title, $3, area, submit_time, now() FROM exchange.orders WHERE order_id = $4";

/// The far side of 衡阳市12345平台; its server stops when it is dropped.
pub struct Hengyang {
    shared: Arc<Shared>,
    port: u16,
    officer: JoinHandle<()>,
    /// Last, so that it stops behind those who use it.
    _server: Server,
}

struct Shared {
    client: Client,
    book: Mutex<Book>,
    faults: Mutex<Faults>,
}

impl Hengyang {
    /// Starts its database on a free port of this machine.
    pub async fn open() -> io::Result<Self> {
        let server = tokio::task::spawn_blocking(|| Server::postgres(None)).await?.map_err(io::Error::other)?;
        let port = server.port();
        let mut config = Config::new();
        config.user(ADMIN).password(PASSWORD).dbname("postgres");
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let (client, connection) = config.connect_raw(stream, NoTls).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        client.batch_execute(&TABLES.replace("{password}", SECRET)).await.map_err(io::Error::other)?;
        let book = Mutex::new(Book::new(Rules { signs: true, judges: false }));
        let shared = Arc::new(Shared { client, book, faults: Mutex::default() });
        let officer = tokio::spawn(reads(Arc::clone(&shared)));
        Ok(Self { shared, port, officer, _server: server })
    }

    async fn change(&self, text: &str, number: &str, with: &str) -> io::Result<()> {
        let changed = self.shared.client.execute(text, &[&number, &with]).await.map_err(io::Error::other)?;
        if changed == 1 { Ok(()) } else { Err(io::Error::other(format!("this road has no {number}"))) }
    }
}

impl Drop for Hengyang {
    fn drop(&mut self) {
        self.officer.abort();
    }
}

/// The officer: reads results, believes or refuses them, and sets states.
async fn reads(shared: Arc<Shared>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        // A database that goes away ends with its road.
        if shared.round().await.is_err() {
            return;
        }
    }
}

impl Shared {
    async fn round(&self) -> Result<(), tokio_postgres::Error> {
        let text = "UPDATE exchange.results SET seen = true WHERE NOT seen RETURNING send_no, order_id, kind, reply";
        for row in self.client.query(text, &[]).await? {
            let (key, number, kind, reply): (String, String, Option<String>, Option<String>) =
                (row.get(0), row.get(1), row.get(2), row.get(3));
            let saying = match kind.as_deref() {
                Some("签收") => Saying::Sign,
                Some("办结") => Saying::Finish,
                Some("退单") => Saying::Back,
                _ => Saying::Progress,
            };
            let state = {
                let mut book = lock(&self.book);
                // What is refused is counted there, and changes no state.
                let _ = book.hear(saying, &number, &reply.unwrap_or_default(), Some(&key));
                book.stand(&number).map(|stand| stand.word())
            };
            let text = "UPDATE exchange.orders SET state = $2 WHERE order_id = $1";
            if let Some(state) = state {
                self.client.execute(text, &[&number, &state]).await?;
            }
        }
        let trick = lock(&self.faults).draw(Moment::Pushed, "");
        if trick != Trick::Nothing {
            let text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huiliu'";
            self.client.execute(text, &[]).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Road for Hengyang {
    fn channel(&self) -> &'static str {
        "hengyang12345"
    }

    fn fitting(&self, _house: &Path) -> Fitting {
        Fitting::default()
            .key("connect.host", "\"127.0.0.1\"")
            .key("connect.port", &self.port.to_string())
            .key("connect.database", "\"postgres\"")
            .key("connect.user", "\"huiliu\"")
            .key("poll.every", "\"500ms\"")
            .key("poll.since.lookback", "\"1m\"")
            .key("return.watch", "\"1s\"")
            .key("return.retries", "[\"500ms\", \"1s\", \"2s\", \"5s\"]")
            .secret("hengyang12345.pass", SECRET)
    }

    fn meet(&self, _gateway: SocketAddr) {}

    fn play_faults(&self, seed: Option<u64>) {
        lock(&self.shared.faults).play(seed);
    }

    async fn hand_over(&self, matter: &Matter) -> io::Result<String> {
        let number = {
            let mut book = lock(&self.shared.book);
            let number = format!("00{}{:05}", beijing(matter.handed_at, "%y%m%d"), book.given() + 1);
            book.hand_over(&number, matter, Timestamp::now());
            number
        };
        let time = |at: Timestamp| beijing(at, TIME);
        let yes = |yes| if yes { "1" } else { "0" };
        let (submitted, handed) = (time(matter.submitted_at), time(matter.handed_at));
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 15] = [
            &number,
            &matter.title,
            &matter.content,
            &matter.sort,
            &matter.category,
            &matter.name,
            &matter.sex,
            &matter.phone,
            &matter.place,
            &yes(matter.confidential),
            &yes(matter.agree_public),
            &matter.parent_no,
            &submitted,
            &handed,
            &matter.deadline.map(time),
        ];
        self.shared.client.execute(INSERT, &row).await.map_err(io::Error::other)?;
        if let Some((name, bytes)) = &matter.file {
            let text = "INSERT INTO exchange.files VALUES ($1, $2, $3)";
            self.shared.client.execute(text, &[&number, name, bytes]).await.map_err(io::Error::other)?;
        }
        Ok(number)
    }

    async fn repeat(&self, number: &str) -> io::Result<()> {
        lock(&self.shared.book).repeat(number, Timestamp::now())?;
        let text = "UPDATE exchange.orders SET updated_at = now(), taken = $2 WHERE order_id = $1";
        self.change(text, number, "0").await
    }

    async fn revise(&self, number: &str, content: &str) -> io::Result<bool> {
        lock(&self.shared.book).revise(number, content, Timestamp::now())?;
        let text = "UPDATE exchange.orders SET content = $2, updated_at = now(), taken = '0' WHERE order_id = $1";
        self.change(text, number, content).await.map(|()| true)
    }

    async fn ask(&self, number: &str, asking: &Asking) -> io::Result<bool> {
        let (kind, text) = match asking {
            Asking::Supplement(text) => ("2", text),
            Asking::Urge(text) => ("3", text),
            _ => return Ok(false),
        };
        let own = {
            let mut book = lock(&self.shared.book);
            let own = format!("00{}{:05}", beijing(Timestamp::now(), "%y%m%d"), book.given() + 1);
            book.ask(&own, number, asking, Timestamp::now())?;
            own
        };
        self.shared.client.execute(ASK, &[&own, &kind, text, &number]).await.map_err(io::Error::other)?;
        Ok(true)
    }

    fn tally(&self) -> Tally {
        Tally { faults: lock(&self.shared.faults).played(), ..lock(&self.shared.book).tally() }
    }

    fn closed(&self) -> BTreeMap<String, String> {
        lock(&self.shared.book).closed()
    }

    fn unanswered(&self) -> Vec<String> {
        lock(&self.shared.book).unanswered()
    }
}
