//! Where a database is, how it is reached, and who we are to it; and the one session of each sort that is kept open.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use encoding_rs::Encoding;
use huiliu_contract::Secret;
use huiliu_kit::route::{Route, Trust};
use huiliu_kit::walk::Way;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use rustls::ClientConfig;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::engine::Engine;
use crate::session::{Failure, Session, What};

/// The way to a database, compiled.
pub(crate) struct Door {
    pub(crate) engine: Engine,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) user: Secret,
    pub(crate) password: Secret,
    /// For walking there, and for names and addresses.
    pub(crate) way: Way,
    /// The check of certificates; none where no TLS is spoken.
    pub(crate) trust: Option<Trust>,
    /// The same as a client takes it.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// Certificates to trust, for the client that takes no check of ours.
    pub(crate) roots: Option<Vec<Vec<u8>>>,
    /// The longest time for one statement, and for a login.
    pub(crate) timeout: Duration,
    /// In what texts are that the database believes to be something else.
    pub(crate) charset: Option<&'static Encoding>,
    pub(crate) zone: TimeZone,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("engine", &self.engine).field("host", &self.host).finish_non_exhaustive()
    }
}

impl Door {
    /// Where it is, for people.
    pub(crate) fn address(&self) -> String {
        format!("{}/{}", self.way.address(), self.database)
    }

    /// How far the site is from UTC now.
    pub(crate) fn offset(&self) -> Offset {
        self.zone.to_offset(Timestamp::now())
    }

    /// Waits no longer than the file says.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        match timeout(self.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(Failure::away("no answer in time (`connect.timeout`)")),
        }
    }

    /// The addresses of the database, as it is written, by `resolve`, or by the system's name service.
    pub(crate) async fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        let Route { resolve, bind, .. } = &self.way.route;
        let found: Vec<IpAddr> = match (self.host.parse(), resolve.get(&self.host)) {
            (Ok(ip), _) => vec![ip],
            (Err(_), Some(known)) => known.clone(),
            (Err(_), None) => tokio::net::lookup_host((self.host.as_str(), self.port))
                .await
                .map_err(|_| Failure::away("the name of the database cannot be looked up"))?
                .map(|at| at.ip())
                .collect(),
        };
        let fitting = found.into_iter().filter(|ip| bind.is_none_or(|bind| bind.is_ipv4() == ip.is_ipv4()));
        Ok(fitting.map(|ip| (ip, self.port).into()).collect())
    }

    /// A connection to the first address that takes one.
    pub(crate) async fn dial(&self) -> Result<TcpStream, Failure> {
        let mut last = "it has no address".to_owned();
        for at in self.addresses().await? {
            match self.connect(at).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(Failure::away(format!("no connection: {last}")))
    }

    async fn connect(&self, at: SocketAddr) -> std::io::Result<TcpStream> {
        let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(bind) = self.way.route.bind {
            socket.bind((bind, 0).into())?;
        }
        let stream = socket.connect(at).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// One sort of session with a database. One is kept between calls; who comes while it is taken opens another.
pub(crate) struct Sessions {
    pub(crate) door: Arc<Door>,
    writes: bool,
    idle: Mutex<Option<Session>>,
}

impl Sessions {
    /// Sessions that read, or that write too.
    pub(crate) fn new(door: Arc<Door>, writes: bool) -> Self {
        Self { door, writes, idle: Mutex::new(None) }
    }

    /// A session in the middle of a transaction that was begun just now. One that was closed while nobody used it is noticed
    /// here, and another is opened.
    pub(crate) async fn begin(&self) -> Result<Session, Failure> {
        let engine = self.door.engine;
        let text = if self.writes { engine.begin_writing() } else { engine.begin_reading() };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut session) = idle {
            match session.run(&self.door, text).await {
                Ok(()) => return Ok(session),
                Err(failure) if failure.what != What::Away => return Err(failure),
                Err(_) => {}
            }
        }
        let mut session = Session::open(&self.door, self.writes).await?;
        session.run(&self.door, text).await?;
        Ok(session)
    }

    /// Ends what only read, and keeps the session.
    pub(crate) async fn end(&self, mut session: Session) -> Result<(), Failure> {
        session.run(&self.door, "COMMIT").await?;
        self.keep(session);
        Ok(())
    }

    /// Undoes what was begun, and keeps the session if it obeys.
    pub(crate) async fn undo(&self, mut session: Session) {
        if session.run(&self.door, "ROLLBACK").await.is_ok() {
            self.keep(session);
        }
    }

    fn keep(&self, session: Session) {
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }
}
