//! Two servers for all stories, a fresh database for each, and connectors for them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use huiliu_contract::{Connector, ConnectorKind, Cursor, Fault, Item, Keepsake, Page, Poll, Submission};
use huiliu_database::Database;
use huiliu_farside::servers::{ADMIN, Identity, PASSWORD, Server};
use huiliu_farside::site::Premises;
use mysql_async::prelude::Queryable;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

/// Which sort of database a story is told to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    Postgres,
    Maria,
}

/// Both.
pub(crate) const BOTH: [Sort; 2] = [Sort::Postgres, Sort::Maria];

/// What signed the servers' certificate, as a file, and the certificate.
pub(crate) struct Signed {
    pub(crate) ca_file: std::path::PathBuf,
    pub(crate) identity: Identity,
    pub(crate) der: Vec<u8>,
}

pub(crate) fn signed() -> &'static Signed {
    static SIGNED: OnceLock<Signed> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        let certificate = params.signed_by(&key, &ca).unwrap();
        let ca_file = std::env::temp_dir().join(format!("huiliu-stories-ca-{}.pem", std::process::id()));
        std::fs::write(&ca_file, ca.pem()).unwrap();
        let identity = Identity { certificate: certificate.pem(), key: key.serialize_pem() };
        Signed { ca_file, identity, der: certificate.der().to_vec() }
    })
}

/// The port of the server that all stories share.
fn port(sort: Sort) -> u16 {
    static POSTGRES: OnceLock<Server> = OnceLock::new();
    static MARIA: OnceLock<Server> = OnceLock::new();
    let identity = || Some(&signed().identity);
    match sort {
        Sort::Postgres => POSTGRES.get_or_init(|| Server::postgres(identity()).unwrap()).port(),
        Sort::Maria => MARIA.get_or_init(|| Server::maria(identity()).unwrap()).port(),
    }
}

/// A fresh database.
pub(crate) struct Scene {
    pub(crate) sort: Sort,
    pub(crate) port: u16,
    pub(crate) name: String,
}

impl Scene {
    pub(crate) async fn new(sort: Sort) -> Self {
        Self::at(sort, port(sort), "").await
    }

    /// One that says so of itself when it is made.
    pub(crate) async fn made(sort: Sort, how: &str) -> Self {
        Self::at(sort, port(sort), how).await
    }

    /// On a server of its own.
    pub(crate) async fn at(sort: Sort, port: u16, how: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("story_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let first = match sort {
            Sort::Postgres => "postgres",
            Sort::Maria => "mysql",
        };
        let how = match (sort, how) {
            (Sort::Maria, "") => "CHARACTER SET utf8mb4",
            (_, how) => how,
        };
        let scene = Self { sort, port, name: first.into() };
        scene.sql(&format!("CREATE DATABASE {name} {how}")).await;
        Self { name, ..scene }
    }

    /// Does this there, as the administrator.
    pub(crate) async fn sql(&self, text: &str) {
        self.bytes(text.as_bytes()).await;
    }

    /// The same in whatever character set.
    pub(crate) async fn bytes(&self, text: &[u8]) {
        match self.sort {
            Sort::Postgres => self.postgres().await.batch_execute(std::str::from_utf8(text).unwrap()).await.unwrap(),
            Sort::Maria => {
                let mut conn = self.maria().await;
                for one in text.split(|byte| *byte == b';').filter(|one| !one.trim_ascii().is_empty()) {
                    conn.query_drop(one).await.unwrap();
                }
            }
        }
    }

    pub(crate) async fn postgres(&self) -> tokio_postgres::Client {
        let mut config = tokio_postgres::Config::new();
        config.user(ADMIN).password(PASSWORD).dbname(&self.name);
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let (client, connection) = config.connect_raw(stream, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    pub(crate) async fn maria(&self) -> mysql_async::Conn {
        let opts = mysql_async::OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.port)
            .user(Some(ADMIN))
            .pass(Some(PASSWORD))
            .db_name(Some(&self.name))
            .prefer_socket(false);
        mysql_async::Conn::new(opts).await.unwrap()
    }

    /// One text out of the database, as the administrator sees it; none for nothing.
    pub(crate) async fn one(&self, text: &str) -> Option<String> {
        match self.sort {
            Sort::Postgres => {
                let rows = self.postgres().await.simple_query(text).await.unwrap();
                rows.iter().find_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
                    _ => None,
                })?
            }
            Sort::Maria => self.maria().await.query_first::<Option<String>, _>(text).await.unwrap()?,
        }
    }

    /// `[connect]`, for who is allowed everything.
    pub(crate) fn connect(&self) -> Value {
        let engine = match self.sort {
            Sort::Postgres => "postgresql",
            Sort::Maria => "mysql",
        };
        json!({
            "engine": engine, "host": "127.0.0.1", "port": self.port, "database": self.name,
            "user": ADMIN, "password": { "env": "PASSWORD" }, "timeout": "20s",
        })
    }

    pub(crate) fn polling(&self, poll: Value) -> Box<dyn Poll> {
        self.built(json!({ "poll": poll })).poll.unwrap()
    }

    /// A connector; what is not written of `connect` is as usual.
    pub(crate) fn built(&self, mut options: Value) -> Connector {
        let mut connect = self.connect();
        if let Some(more) = options.get("connect").and_then(Value::as_object) {
            more.iter().for_each(|(name, value)| connect[name] = value.clone());
        }
        options["connect"] = connect;
        let site = Premises::new().with("PASSWORD", PASSWORD).with("OTHER", "another-password");
        Database::build(serde_json::from_value(options).unwrap(), &site).unwrap()
    }
}

/// Letters with a growing number and a time of change.
pub(crate) fn letters(sort: Sort) -> String {
    let time = match sort {
        Sort::Postgres => "timestamp",
        Sort::Maria => "datetime(6)",
    };
    format!("CREATE TABLE letters (id varchar(40), seq int, title varchar(100), updated_at {time}, status varchar(2))")
}

/// One letter.
pub(crate) fn letter(seq: u32, at: &str) -> String {
    format!("INSERT INTO letters VALUES ('L{seq}', {seq}, '第{seq}封', '{at}', '0')")
}

/// A walk, as the gateway makes it: what comes, and where it leaves.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) items: Vec<Item>,
    pub(crate) after: Option<Cursor>,
    pub(crate) kept: Option<Keepsake>,
}

impl Walk {
    /// The next page, with what was kept; it is committed.
    pub(crate) async fn page(&mut self, poll: &dyn Poll) -> Result<Page, Fault> {
        let page = poll.poll(self.after.as_ref(), self.kept.as_ref()).await?;
        self.after = page.next.clone().or(self.after.take());
        self.kept = page.keep.clone().or(self.kept.take());
        self.items.extend(page.items.clone());
        Ok(page)
    }

    /// Pages until there is no more for now; the numbers of what came.
    pub(crate) async fn on(&mut self, poll: &dyn Poll) -> Vec<String> {
        let from = self.items.len();
        while self.page(poll).await.unwrap().more {}
        ids(&self.items[from..])
    }
}

pub(crate) fn ids(items: &[Item]) -> Vec<String> {
    let id = |item: &Item| match item {
        Item::Submission(one) => one.external_id.to_string(),
        Item::Unreadable(bad) => format!("unreadable: {}", bad.reason.en),
    };
    items.iter().map(id).collect()
}

pub(crate) fn submission(item: &Item) -> &Submission {
    match item {
        Item::Submission(one) => one,
        Item::Unreadable(bad) => panic!("unreadable: {}", bad.reason.en),
    }
}
