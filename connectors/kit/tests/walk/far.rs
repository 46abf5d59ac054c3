//! Far sides with a certificate of one's choice, and plain ones, that answer byte for byte what they are told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The name that far sides have.
pub(crate) const NAME: &str = "far.test";

/// A certificate with its key.
pub(crate) struct Identity {
    pub(crate) der: CertificateDer<'static>,
    key: Vec<u8>,
}

/// Somebody who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate in a file.
    pub(crate) file: tempfile::NamedTempFile,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "县政务外网根证书");
        let key = KeyPair::generate().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    pub(crate) fn path(&self) -> &str {
        self.file.path().to_str().unwrap()
    }

    /// A certificate for a name, until the first day of a year.
    pub(crate) fn signs(&self, name: &str, until: i32) -> Identity {
        let (params, key) = (params(name, until), KeyPair::generate().unwrap());
        Identity { der: params.signed_by(&key, &self.issuer).unwrap().der().clone(), key: key.serialize_der() }
    }
}

fn params(name: &str, until: i32) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params
}

/// A certificate that signs itself.
pub(crate) fn own(name: &str, until: i32) -> Identity {
    let (params, key) = (params(name, until), KeyPair::generate().unwrap());
    Identity { der: params.self_signed(&key).unwrap().der().clone(), key: key.serialize_der() }
}

/// A running far side.
pub(crate) struct Far {
    pub(crate) at: SocketAddr,
    seen: Arc<Mutex<Vec<(SocketAddr, String)>>>,
    task: JoinHandle<()>,
}

impl Drop for Far {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Far {
    /// One behind TLS.
    pub(crate) async fn sealed(identity: Identity, answer: String) -> Self {
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![identity.der], PrivatePkcs8KeyDer::from(identity.key).into())
            .unwrap();
        Self::start(Some(TlsAcceptor::from(Arc::new(config))), answer).await
    }

    /// One that shows a certificate and signs with the key of another one.
    pub(crate) async fn showing(der: CertificateDer<'static>, with_key_of: Identity, answer: String) -> Self {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let key = PrivatePkcs8KeyDer::from(with_key_of.key).into();
        let key = provider.key_provider.load_private_key(key).unwrap();
        let shown = Arc::new(CertifiedKey::new(vec![der], key));
        let config =
            ServerConfig::builder().with_no_client_auth().with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
        Self::start(Some(TlsAcceptor::from(Arc::new(config))), answer).await
    }

    /// One in clear.
    pub(crate) async fn plain(answer: String) -> Self {
        Self::start(None, answer).await
    }

    async fn start(tls: Option<TlsAcceptor>, answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let seen_too = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let (stream, from) = listener.accept().await.unwrap();
                let (tls, answer, seen) = (tls.clone(), answer.clone(), Arc::clone(&seen_too));
                tokio::spawn(async move {
                    let head = match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &answer).await,
                            Err(_) => None,
                        },
                        None => serve(stream, &answer).await,
                    };
                    seen.lock().unwrap().extend(head.map(|head| (from, head)));
                });
            }
        });
        Self { at, seen, task }
    }

    /// Requests that came whole: from where, and their heads.
    pub(crate) fn seen(&self) -> Vec<(SocketAddr, String)> {
        self.seen.lock().unwrap().clone()
    }

    /// Its address by name.
    pub(crate) fn by_name(&self, scheme: &str) -> String {
        format!("{scheme}://{NAME}:{}/api", self.at.port())
    }
}

/// Reads a head and answers it; what was asked is noted before the answer is read by anybody.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok();
    String::from_utf8(head).ok()
}

/// An answer with the head lines given and a clock so many seconds off.
pub(crate) fn answer(status: &str, more: &str, off: i64) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(off);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!("HTTP/1.1 {status}\r\ndate: {date}\r\nconnection: close\r\ncontent-length: 0\r\n{more}\r\n")
}

/// A usual one.
pub(crate) fn fine() -> String {
    answer("404 Not Found", "server: Tomcat\r\n", 0)
}
