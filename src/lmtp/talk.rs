//! One connection: what comes, what goes, and how long either may take.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::body::Body;
use super::dots::Dots;
use super::reply::{self, Reply};
use super::session::{House, Session, Then};
use super::wire::{Next, next_line};

/// So much is read at once.
const PIECE: usize = 64 * 1024;

/// How long a peer may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// How long nothing may come, between commands and within a letter; and how long it may not read what we say.
    pub silence: Duration,
    /// How long one letter may take from `DATA` to its dot.
    pub letter: Duration,
}

/// Why a connection ends before its time.
#[derive(Debug)]
pub(super) enum End {
    /// The peer is gone, or does not read.
    Gone,
    /// Nothing came in time.
    Silent,
}

/// Speaks with one peer until either hangs up. On `stop` a letter that is under way is taken to its end; then, or at once
/// where there is none, the peer is told to come again.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: S,
    house: &dyn House,
    times: Times,
    stop: &CancellationToken,
) -> Result<(), End> {
    let mut line = Line { stream, came: BytesMut::new(), goes: Vec::new(), times };
    let ended = line.converse(house, stop).await;
    if matches!(ended, Err(End::Silent)) {
        Reply::SILENT.write(&mut line.goes);
        line.flush().await?;
    }
    // Says that nothing more comes; who is gone already needs not hear it.
    drop(timeout(line.times.silence, line.stream.shutdown()).await);
    ended
}

struct Line<S> {
    stream: S,
    came: BytesMut,
    goes: Vec<u8>,
    times: Times,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line<S> {
    async fn converse(&mut self, house: &dyn House, stop: &CancellationToken) -> Result<(), End> {
        let mut session = Session::default();
        reply::greet(&mut self.goes);
        loop {
            let line = match next_line(&mut self.came) {
                Next::Line(line) => line,
                Next::Broken(reply) => return self.last(&reply).await,
                Next::Wanting => {
                    // Answers of a pipeline go together.
                    self.flush().await?;
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return self.last(&Reply::STOPPING).await,
                        more = self.more(Instant::now() + self.times.silence) => more?,
                    }
                    continue;
                }
            };
            let body = match session.hear(&line, house, &mut self.goes) {
                Then::Listen => None,
                Then::HangUp => return self.flush().await,
                Then::ReadLetter => Some(self.letter(session.body()).await?),
                Then::ReadChunk { size, last } => {
                    let body = self.chunk(size, session.chunks()).await?;
                    session.chunk(body, last, &mut self.goes)
                }
            };
            if let Some(body) = body {
                self.hand_over(body, &mut session, house).await?;
                if stop.is_cancelled() {
                    return self.last(&Reply::STOPPING).await;
                }
            }
        }
    }

    /// Reads a letter up to its dot.
    async fn letter(&mut self, mut body: Body) -> Result<Body, End> {
        self.flush().await?;
        let (mut dots, until) = (Dots::new(), Instant::now() + self.times.letter);
        loop {
            if let Some(used) = dots.feed(&self.came, &mut body) {
                self.came.advance(used);
                return Ok(body);
            }
            self.came.clear();
            self.more(until.min(Instant::now() + self.times.silence)).await?;
        }
    }

    /// Reads so many bytes, as they are.
    async fn chunk(&mut self, size: usize, mut body: Body) -> Result<Body, End> {
        let (mut left, until) = (size, Instant::now() + self.times.letter);
        loop {
            let piece = self.came.split_to(left.min(self.came.len()));
            body.push(&piece);
            left -= piece.len();
            if left == 0 {
                return Ok(body);
            }
            self.more(until.min(Instant::now() + self.times.silence)).await?;
        }
    }

    /// Hands a letter to each of its recipients, and answers each when that is done.
    async fn hand_over(&mut self, body: Body, session: &mut Session, house: &dyn House) -> Result<(), End> {
        let (letter, recipients) = session.letter(body, Timestamp::now());
        let mut told = Ok(());
        for to in &recipients {
            Reply::to(house.take(&letter, to).await).write(&mut self.goes);
            // Where the peer is gone, the others have their letter all the same; it will come again, and be known.
            if told.is_ok() {
                told = self.flush().await;
            }
        }
        told
    }

    async fn more(&mut self, until: Instant) -> Result<(), End> {
        self.came.reserve(PIECE);
        match timeout_at(until, self.stream.read_buf(&mut self.came)).await {
            Err(_) => Err(End::Silent),
            Ok(Ok(0) | Err(_)) => Err(End::Gone),
            Ok(Ok(_)) => Ok(()),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        if self.goes.is_empty() {
            return Ok(());
        }
        let written = timeout(self.times.silence, self.stream.write_all(&self.goes)).await;
        self.goes.clear();
        if matches!(written, Ok(Ok(()))) { Ok(()) } else { Err(End::Gone) }
    }

    async fn last(&mut self, reply: &Reply) -> Result<(), End> {
        reply.write(&mut self.goes);
        self.flush().await
    }
}

/// Says one thing to a peer that is not listened to.
pub(super) async fn turn_away<S: AsyncRead + AsyncWrite + Unpin + Send>(stream: S, reply: &Reply, times: Times) {
    let mut line = Line { stream, came: BytesMut::new(), goes: Vec::new(), times };
    if line.last(reply).await.is_ok() {
        drop(timeout(times.silence, line.stream.shutdown()).await);
    }
}
