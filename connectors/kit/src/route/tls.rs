//! Which certificates are trusted: the system's, those of a file, or one that is pinned. One check for all that leaves, and
//! for `check --online`.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use huiliu_contract::Misconfigured;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::{Pin, Route};

/// What judges certificates.
pub(crate) type Verifier = Arc<dyn ServerCertVerifier>;

/// The one provider there is.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    Arc::clone(&PROVIDER)
}

/// TLS 1.2 and 1.3 by this verifier, for HTTP/1.1.
///
/// # Errors
///
/// None that a configuration could cause.
pub(crate) fn config(verifier: Verifier) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The verifier of a route. `pem` is what stands in its `ca_file`, `key` where that is written.
///
/// # Errors
///
/// If the file holds no certificates, or there is none to trust at all.
pub(crate) fn verifier(route: &Route, pem: &[u8], key: &str) -> Result<Verifier, Misconfigured> {
    let otherwise = match &route.ca_file {
        Some(file) => by_file(file, pem, key),
        None => by_system(key),
    };
    let Some((host, pins)) = &route.pinned else { return otherwise };
    let otherwise = match otherwise {
        // What is pinned needs nobody else's word.
        Err(_) if route.ca_file.is_none() => None,
        otherwise => Some(otherwise?),
    };
    let host = ServerName::try_from(bare(host).to_owned()).map_err(|_| {
        Misconfigured::new(
            key,
            "the host of the address is no name that a certificate could have",
            "地址里的主机名不合规定",
        )
    })?;
    Ok(Arc::new(Pinning { host, pins: pins.clone(), otherwise }))
}

/// A host as certificates know it: addresses of IPv6 without brackets.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

fn by_system(key: &str) -> Result<Verifier, Misconfigured> {
    match rustls_platform_verifier::Verifier::new(provider()) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(error) => Err(Misconfigured::new(
            key,
            format!("no client can be built, the system's certificates cannot be used: {error}"),
            "建立不了 HTTPS 客户端,用不了系统根证书;请装好 ca-certificates,或写 ca_file",
        )),
    }
}

fn by_file(file: &Path, pem: &[u8], key: &str) -> Result<Verifier, Misconfigured> {
    let shown = file.display();
    let wrong = || {
        Misconfigured::new(
            key,
            format!("{shown} holds no certificate; a PEM file with BEGIN CERTIFICATE is needed"),
            format!("{shown} 里没有证书;需要含 BEGIN CERTIFICATE 的 PEM 文件"),
        )
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(|_| wrong())?).map_err(|_| wrong())?;
    }
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    Ok(built.map_err(|_| wrong())?)
}

/// Trusts a pinned certificate, and every other host's as usual.
#[derive(Debug)]
struct Pinning {
    host: ServerName<'static>,
    pins: Vec<Pin>,
    /// None where the system trusts nobody.
    otherwise: Option<Verifier>,
}

/// Says that a certificate is not the one that is pinned.
struct NotPinned;

impl fmt::Debug for NotPinned {
    // The only words of it that ever reach a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is none of those in `pin`")
    }
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for NotPinned {}

impl ServerCertVerifier for Pinning {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *server_name != self.host {
            let Some(otherwise) = &self.otherwise else {
                return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
            };
            return otherwise.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        }
        match self.pins.iter().any(|pin| pin.is_of(end_entity)) {
            true => Ok(ServerCertVerified::assertion()),
            false => {
                let why = CertificateError::Other(OtherError(Arc::new(NotPinned)));
                Err(Error::InvalidCertificate(why))
            }
        }
    }

    // That the far side has the key of its certificate is proven in any case.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
