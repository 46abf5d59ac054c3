//! One JSON value a line over a stream, with a bound on its length: how commands and the daemon speak.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// The longest request: an edited event with a long letter fits.
pub(super) const MAX_REQUEST: u64 = 8 << 20;

/// The longest answer: a ticket's whole life, unmasked, fits.
pub(super) const MAX_ANSWER: u64 = 256 << 20;

/// Reads one value; nothing if the other end closed without a word. Fails on a line beyond `max` bytes.
pub(super) async fn read<T: DeserializeOwned>(stream: impl AsyncRead + Unpin, max: u64) -> io::Result<Option<T>> {
    let mut reader = BufReader::new(stream.take(max));
    let line = read_line(&mut reader).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let Some(line) = line.strip_suffix(b"\n") else {
        let why = if line.len() as u64 >= max { "the line is too long" } else { "the line is cut off" };
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    };
    // The parser's own words may quote what was sent.
    let value = serde_json::from_slice(line);
    value.map(Some).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the line is not what is expected"))
}

async fn read_line(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).await?;
    Ok(line)
}

/// Writes one value and its line end.
pub(super) async fn write(mut stream: impl AsyncWrite + Unpin, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.flush().await
}
