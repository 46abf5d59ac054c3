//! A line to a database that is cut when a word is said on it, or shut altogether.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// When the line is cut: before the word is handed on, or behind it, before it is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    Before,
    Behind,
}

type Cuts = Arc<Mutex<VecDeque<(When, &'static [u8])>>>;

/// The line, on a port of its own.
pub(crate) struct Line {
    pub(crate) port: u16,
    to: u16,
    cuts: Cuts,
    open: Mutex<Option<JoinHandle<()>>>,
}

impl Line {
    /// A line to this port.
    pub(crate) async fn to(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (port, cuts) = (listener.local_addr().unwrap().port(), Cuts::default());
        let open = Mutex::new(Some(tokio::spawn(accept(listener, to, Arc::clone(&cuts)))));
        Self { port, to, cuts, open }
    }

    /// Cuts it once, the next time that the word is said.
    pub(crate) fn cut(&self, when: When, word: &'static [u8]) {
        self.cuts.lock().unwrap().push_back((when, word));
    }

    /// Closes the port and every connection.
    pub(crate) async fn shut(&self) {
        let task = self.open.lock().unwrap().take();
        if let Some(task) = task {
            task.abort();
            assert!(task.await.is_err(), "it was aborted");
        }
    }

    /// Opens the same port again.
    pub(crate) async fn reopen(&self) -> std::io::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        *self.open.lock().unwrap() = Some(tokio::spawn(accept(listener, self.to, Arc::clone(&self.cuts))));
        Ok(())
    }
}

async fn accept(listener: TcpListener, to: u16, cuts: Cuts) {
    // With this task all that it carries ends.
    let mut carried = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        carried.spawn(carry(near, to, Arc::clone(&cuts)));
    }
}

fn said(cuts: &Cuts, bytes: &[u8]) -> Option<When> {
    let mut cuts = cuts.lock().unwrap();
    let (when, word) = *cuts.front()?;
    bytes.windows(word.len()).any(|window| window == word).then(|| cuts.pop_front())?;
    Some(when)
}

async fn carry(near: TcpStream, to: u16, cuts: Cuts) {
    let far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let back = async {
        // However it ends, it ends.
        let _ = tokio::io::copy(&mut far_in, &mut near_out).await;
    };
    let there = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(count @ 1..) = near_in.read(&mut bytes).await {
            let when = said(&cuts, &bytes[..count]);
            if when == Some(When::Before) {
                return false;
            }
            if far_out.write_all(&bytes[..count]).await.is_err() {
                break;
            }
            if when == Some(When::Behind) {
                return true;
            }
        }
        false
    };
    let heard = tokio::select! {
        () = back => false,
        heard = there => heard,
    };
    if heard {
        // It does what it heard before it notices that nobody is there any more.
        let _ = far_out.shutdown().await;
        let _ = far_in.read_to_end(&mut Vec::new()).await;
    }
}
