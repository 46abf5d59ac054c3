//! The portal: pushes letters over its connections, each the next one as soon as the last was acknowledged.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;

use crate::letter;
use crate::wire::Line;

/// Pushes `n` letters; gives how long each waited for its acknowledgement, in µs, in no order.
pub(crate) async fn push(gateway: SocketAddr, n: usize, connections: usize) -> Result<Vec<u32>, String> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lines = JoinSet::new();
    for _ in 0..connections {
        lines.spawn(one_line(gateway, next.clone(), n));
    }
    let mut waits = Vec::with_capacity(n);
    while let Some(line) = lines.join_next().await {
        waits.append(&mut line.map_err(|error| error.to_string())??);
    }
    Ok(waits)
}

async fn one_line(gateway: SocketAddr, next: Arc<AtomicUsize>, n: usize) -> Result<Vec<u32>, String> {
    let mut line = Line::open(gateway).await.map_err(|error| format!("the gateway cannot be reached: {error}"))?;
    let head = format!(
        "POST /channels/letters HTTP/1.1\r\nhost: {gateway}\r\ncontent-type: application/json\r\ncontent-length: "
    );
    let (mut waits, mut body, mut request) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let k = next.fetch_add(1, Ordering::Relaxed);
        if k >= n {
            return Ok(waits);
        }
        body.clear();
        letter::write(&mut body, k);
        request.clear();
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(format!("{}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(&body);
        let began = Instant::now();
        line.ask(&request).await.map_err(|wrong| format!("letter {k} was not acknowledged: {wrong}"))?;
        waits.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}
