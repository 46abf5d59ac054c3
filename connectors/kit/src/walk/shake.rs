//! The handshake: which TLS it speaks, and which certificate it shows. Whether that is trusted is judged by the ordinary
//! check and told by the next step; here the handshake is carried to its end in any case, so that the version can be told, and
//! nothing is sent behind it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use huiliu_contract::{Step, Went};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::proxied::Stream;
use super::{Way, dial, end, hello, note};
use crate::route::tls::{self, Verifier, bare};

/// What the far side showed.
#[derive(Debug)]
pub(super) struct Shown {
    /// Its certificates, its own first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// What the ordinary check says.
    pub(super) verdict: Result<(), Error>,
}

/// Asks the ordinary check and remembers what it says.
#[derive(Debug)]
struct Recorder {
    ordinary: Verifier,
    shown: Mutex<Option<Shown>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.ordinary.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).map(|_| ());
        let chain = std::iter::once(end_entity).chain(intermediates).map(|one| one.clone().into_owned()).collect();
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(Shown { chain, verdict });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.ordinary.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.ordinary.supported_verify_schemes()
    }
}

/// Shakes hands and notes the step.
pub(super) async fn shake(
    way: &Way,
    stream: Stream,
    ordinary: &Verifier,
    addresses: &[SocketAddr],
    limit: Duration,
    steps: &mut Vec<Step>,
) -> Result<Shown, ()> {
    let host = bare(way.url.host_str().unwrap_or_default()).to_owned();
    let recorder = Arc::new(Recorder { ordinary: Arc::clone(ordinary), shown: Mutex::new(None) });
    let mut config = tls::config(Arc::clone(&recorder) as Verifier).map_err(|_| ())?;
    if way.url.scheme() != "https" {
        // What is spoken inside is not HTTP, and some far sides end the handshake over that.
        config.alpn_protocols = Vec::new();
    }
    let name = ServerName::try_from(host.clone()).map_err(|_| ())?;
    let shaken = timeout(limit, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    // What broke off behind the certificate is told all the same.
    let shown = recorder.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let offered = match addresses.first().filter(|_| way.route.proxy.is_none() && may_be_old(&error)) {
                Some(at) => match dial::again(way, *at, limit).await {
                    Some(stream) => timeout(limit, hello::offered(stream, &host)).await.ok().flatten(),
                    None => None,
                },
                None => None,
            };
            return end(steps, broken(&error, offered));
        }
        Err(_) => {
            let seconds = limit.as_secs();
            let step = Step::new(
                "tls",
                Went::Wrong,
                format!("the connection stands, and nothing was answered within {seconds} s"),
                format!("连上了,但 {seconds} 秒没有任何应答"),
            );
            return end(steps, step.remedy("ask whether the far side's program hangs", "问对方程序是不是卡住了"));
        }
    };
    let version = match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS",
    };
    note(steps, Step::new("tls", Went::Right, version, version))?;
    shown.ok_or(())
}

fn inner(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Whether this may be a far side that speaks an older TLS only.
fn may_be_old(error: &io::Error) -> bool {
    let alerts =
        [AlertDescription::ProtocolVersion, AlertDescription::HandshakeFailure, AlertDescription::InsufficientSecurity];
    match inner(error) {
        Some(Error::AlertReceived(alert)) => alerts.contains(alert),
        Some(Error::PeerIncompatible(_)) => true,
        _ => error.kind() == io::ErrorKind::UnexpectedEof || error.kind() == io::ErrorKind::ConnectionReset,
    }
}

fn broken(error: &io::Error, offered: Option<u16>) -> Step {
    let step = |en: String, zh: String| Step::new("tls", Went::Wrong, en, zh);
    if let Some(old) = offered.filter(|version| *version < 0x0303) {
        let old = hello::word(old);
        return step(
            format!("the far side speaks {old} at most; TLS 1.2 or higher is needed"),
            format!("对方最高只会 {old};至少要 TLS 1.2"),
        )
        .remedy(
            "older ones are broken and are not spoken; ask the far side to switch TLS 1.2 on",
            "更老的版本不安全,汇流不用;请对方开启 TLS 1.2",
        );
    }
    match inner(error) {
        Some(Error::InvalidMessage(_)) => step("what listens there speaks no TLS".into(), "那里听着的不是 TLS".into())
            .remedy(
                "check the port; perhaps the address begins with http:// there",
                "核对端口;也可能那边是 http:// 开头的地址",
            ),
        Some(inner) => step(format!("no TLS could be agreed on ({inner})"), format!("TLS 没有谈成({inner})")).remedy(
            "ask which TLS versions and ciphers the far side allows, and whether it wants a certificate of ours",
            "问对方开了哪些 TLS 版本和加密套件,是不是要我们出示证书",
        ),
        None => step(
            format!("the connection was cut during the handshake ({error})"),
            format!("TLS 握手时连接断了({error})"),
        )
        .remedy(
            "a firewall that wants to know who we are, or a port that speaks something else, most often",
            "多半是防火墙要认源地址,或这个端口说的不是 TLS",
        ),
    }
}
