//! Who pushes a road's letters to the gateway until they are acknowledged. Its faults: a line that breaks in the middle of a
//! letter, and an acknowledgement that got lost, so that the letter is told again.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Faults, Moment, lock};
use crate::letter::Letter;
use crate::mailbox::{Mailbox, MailboxOptions, Pushed};
use crate::platform::Trick;
use crate::proof::Proof;

/// Pushes by one road.
pub(crate) struct Pusher {
    channel: &'static str,
    proof: Proof,
    ticket_at: &'static str,
    met: Mutex<Option<(SocketAddr, Arc<Mailbox>)>>,
}

impl Pusher {
    /// One that pushes to the channel of this code; `ticket_at` is where an acknowledgement names the ticket.
    pub(crate) fn new(channel: &'static str, proof: Proof, ticket_at: &'static str) -> Self {
        Self { channel, proof, ticket_at, met: Mutex::default() }
    }

    /// Where the gateway listens from now on.
    pub(crate) fn meet(&self, gateway: SocketAddr) {
        let url = format!("http://{gateway}/channels/{}", self.channel);
        let mut options = MailboxOptions::new(url, self.proof.clone());
        options.ticket_at = self.ticket_at.into();
        (options.tries, options.pause) = (300, Duration::from_millis(200));
        *lock(&self.met) = Mailbox::new(options).ok().map(|mailbox| (gateway, Arc::new(mailbox)));
    }

    /// Pushes a letter until it is acknowledged; how often it was told over and above once.
    pub(crate) async fn push(&self, number: &str, document: Value, faults: &Mutex<Faults>) -> io::Result<u64> {
        let (gateway, mailbox) =
            lock(&self.met).clone().ok_or_else(|| io::Error::other("nobody told where the gateway listens"))?;
        let letter = Letter { number: number.into(), document };
        let trick = lock(faults).draw(Moment::Pushed, "");
        if trick == Trick::CutBody {
            // Where nobody listens there is nothing to break off.
            let _ = break_off(gateway, self.channel).await;
        }
        acknowledged(&mailbox, &letter).await?;
        if trick != Trick::HangUp {
            return Ok(0);
        }
        acknowledged(&mailbox, &letter).await?;
        Ok(1)
    }
}

async fn acknowledged(mailbox: &Mailbox, letter: &Letter) -> io::Result<()> {
    let number = &letter.number;
    match mailbox.push(letter).await {
        Pushed::Acknowledged(_) if mailbox.stats().contradicted > 0 => {
            Err(io::Error::other(format!("{number} was acknowledged as another ticket than before")))
        }
        Pushed::Acknowledged(_) => Ok(()),
        refused => Err(io::Error::other(format!("{number} was not acknowledged: {refused:?}"))),
    }
}

/// Promises a long letter, tells its beginning, and hangs up.
async fn break_off(gateway: SocketAddr, channel: &str) -> io::Result<()> {
    let mut line = TcpStream::connect(gateway).await?;
    let head = format!(
        "POST /channels/{channel} HTTP/1.1\r\nhost: {gateway}\r\ncontent-type: application/json\r\n\
         content-length: 2000\r\n\r\n{{\"title\": \"断在半路"
    );
    line.write_all(head.as_bytes()).await?;
    line.shutdown().await
}
