//! The listener: a port or a socket of this machine, who may connect, and how many at once.

use std::fs::{self, Permissions};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use huiliu_kit::network::Network;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::post::{Counter, Post};
use super::reply::Reply;
use super::talk::{Times, talk, turn_away};
use crate::settings::LmtpSettings;

/// Whoever connects by a socket is of this machine, and has no address.
const THIS_MACHINE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where letters are handed over.
pub struct Listener {
    at: At,
    times: Times,
    connections: usize,
}

enum At {
    /// A port, and who may connect besides this machine.
    Port(TcpListener, SocketAddr, Vec<Network>),
    Socket(UnixListener, PathBuf),
}

impl Listener {
    /// Listens as the settings say. A socket that a dead process left is replaced; one that somebody listens at is not.
    ///
    /// # Errors
    ///
    /// The address is taken or not ours, or the socket cannot be made.
    pub async fn bind(settings: &LmtpSettings) -> io::Result<Self> {
        let at = match (&settings.listen, &settings.socket) {
            (Some(at), _) => {
                let listener = TcpListener::bind(at).await?;
                let at = listener.local_addr()?;
                At::Port(listener, at, settings.allow.iter().filter_map(|text| Network::parse(text)).collect())
            }
            (None, Some(path)) => At::Socket(socket(path, settings.mode_bits()).await?, path.clone()),
            (None, None) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither `listen` nor `socket`")),
        };
        let times = Times { silence: settings.idle_timeout.0, letter: settings.letter_timeout.0 };
        Ok(Self { at, times, connections: settings.connections as usize })
    }

    /// Where it listens: an address and port, or a path.
    pub fn address(&self) -> String {
        match &self.at {
            At::Port(_, at, _) => at.to_string(),
            At::Socket(_, path) => path.display().to_string(),
        }
    }

    /// The next that connects; none where it may not, or could not.
    async fn accept(&self) -> io::Result<(Box<dyn Stream>, SocketAddr)> {
        match &self.at {
            At::Port(listener, ..) => {
                let (stream, peer) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok((Box::new(stream), peer))
            }
            At::Socket(listener, _) => Ok((Box::new(listener.accept().await?.0), THIS_MACHINE)),
        }
    }

    fn admits(&self, peer: IpAddr) -> bool {
        match &self.at {
            At::Port(_, _, allow) => {
                peer.to_canonical().is_loopback() || allow.iter().any(|network| network.holds(peer))
            }
            At::Socket(..) => true,
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Makes a socket that has its mode from the moment it can be found at its path.
async fn socket(path: &Path, mode: u32) -> io::Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.file_type().is_socket() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else than a socket lies there"));
        }
        Ok(_) if tokio::net::UnixStream::connect(path).await.is_ok() => {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "somebody listens there"));
        }
        _ => {}
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&aside)?;
    fs::set_permissions(&aside, Permissions::from_mode(mode))?;
    fs::rename(&aside, path)?;
    Ok(listener)
}

/// Serves until stopped, then lets the letters under way end.
pub async fn serve(listener: Listener, post: Arc<Post>, stop: CancellationToken) {
    let tracker = TaskTracker::new();
    let places = Arc::new(Semaphore::new(listener.connections));
    let times = listener.times;
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: others have to end first.
                    tracing::warn!(%error, "a mail server's connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let place = places.clone().try_acquire_owned();
        let refusal = if !listener.admits(peer.ip()) {
            tracing::warn!(%peer, "a peer that is not in `lmtp.allow` was turned away");
            Some(Reply::STRANGER)
        } else {
            place.is_err().then_some(Reply::TOO_MANY_LINES)
        };
        let (counter, stop) = (Counter { post: post.clone(), peer }, stop.clone());
        tracker.spawn(async move {
            match refusal {
                Some(refusal) => turn_away(stream, &refusal, TURNED_AWAY).await,
                None => {
                    if let Err(end) = Box::pin(talk(stream, &counter, times, &stop)).await {
                        tracing::debug!(?end, "a mail server's connection ended early");
                    }
                }
            }
            drop(place);
        });
    }
    let path = match listener.at {
        At::Port(listener, ..) => {
            drop(listener);
            None
        }
        At::Socket(listener, path) => {
            drop(listener);
            Some(path)
        }
    };
    tracker.close();
    tracker.wait().await;
    if let Some(Err(error)) = path.map(fs::remove_file) {
        tracing::debug!(%error, "the mail server's socket was gone already");
    }
}

/// Who is turned away waits for nothing.
const TURNED_AWAY: Times = Times { silence: Duration::from_secs(5), letter: Duration::from_secs(5) };

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_this_machine_and_peers_that_are_named_may_connect() {
        let settings = LmtpSettings {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            allow: vec!["10.1.0.0/16".into(), "192.0.2.7".into()],
            ..LmtpSettings::default()
        };
        let listener = Listener::bind(&settings).await.unwrap();
        let admits = |peer: &str| listener.admits(peer.parse().unwrap());
        for peer in ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "192.0.2.7", "::ffff:10.1.2.3"] {
            assert!(admits(peer), "{peer}");
        }
        for peer in ["10.2.0.1", "192.0.2.8", "::2", "fe80::1"] {
            assert!(!admits(peer), "{peer}");
        }
    }
}
