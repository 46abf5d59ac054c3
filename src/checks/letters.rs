//! Our own listener for letters: does it answer? Whether the mail server reaches it cannot be seen from here.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Step, Went};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::listener::reached_at;
use crate::settings::LmtpSettings;

/// Where letters are handed over.
enum Letters {
    Port(SocketAddr),
    Socket(PathBuf),
    Nowhere,
}

/// It as something to look at.
pub(super) fn side(settings: Option<&LmtpSettings>) -> Box<dyn FarSide> {
    Box::new(match settings.map(|lmtp| (lmtp.listen, lmtp.socket.clone())) {
        Some((Some(at), _)) => Letters::Port(at),
        Some((None, Some(path))) => Letters::Socket(path),
        _ => Letters::Nowhere,
    })
}

#[async_trait]
impl FarSide for Letters {
    fn address(&self) -> String {
        match self {
            Self::Port(at) => format!("lmtp://{at}"),
            Self::Socket(path) => format!("lmtp:{}", path.display()),
            Self::Nowhere => "lmtp".into(),
        }
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let greeted = match self {
            Self::Port(at) if at.port() == 0 => {
                let (en, zh) = ("it takes a free port at each start", "每次启动取一个空闲端口,没法查");
                return vec![Step::new("listener", Went::Skipped, en, zh)];
            }
            Self::Port(at) => {
                timeout(limit, async { greeting(TcpStream::connect(reached_at(*at)).await?).await }).await
            }
            Self::Socket(path) => timeout(limit, async { greeting(UnixStream::connect(path).await?).await }).await,
            Self::Nowhere => {
                let (en, zh) = ("gateway.toml has no [lmtp]", "gateway.toml 里没有 [lmtp]");
                return vec![Step::new("listener", Went::Mind, en, zh)];
            }
        };
        let at = self.address();
        vec![match greeted {
            Ok(Ok(true)) => {
                Step::new("listener", Went::Right, format!("we take letters at {at}"), format!("汇流在 {at} 收信"))
            }
            _ => Step::new(
                "listener",
                Went::Mind,
                format!("nothing of ours takes letters at {at}"),
                format!("{at} 上没有汇流在收信"),
            )
            .remedy(
                "start it with huiliu run; if it runs, [lmtp] was written later, or another program has the place",
                "先 huiliu run;已经在运行的话,是后来才写的 [lmtp],要重新启动;或者地方被别的程序占了",
            ),
        }]
    }
}

/// Whether who answers is one of us. It says goodbye.
async fn greeting<S: AsyncReadExt + AsyncWriteExt + Unpin>(mut line: S) -> io::Result<bool> {
    const OURS: &[u8] = b"220 huiliu LMTP";
    let mut said = [0; OURS.len()];
    line.read_exact(&mut said).await?;
    line.write_all(b"QUIT\r\n").await?;
    Ok(said == *OURS)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn it_is_ours_if_it_says_so() {
        for (greeting, went) in [
            ("220 huiliu LMTP ready\r\n", Went::Right),
            ("220 mail.example ESMTP Postfix\r\n", Went::Mind),
            ("", Went::Mind),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let settings = LmtpSettings { listen: Some(listener.local_addr().unwrap()), ..LmtpSettings::default() };
            let answers = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(greeting.as_bytes()).await.unwrap();
            };
            let looked = side(Some(&settings));
            let (steps, ()) = tokio::join!(looked.walk(Duration::from_secs(30)), answers);
            assert_eq!((steps.len(), steps[0].went), (1, went), "{greeting}");
        }
        assert_eq!(side(None).walk(Duration::from_secs(30)).await[0].went, Went::Mind);
    }
}
