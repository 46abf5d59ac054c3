//! A port of this machine that can really be shut, connections and all, and opened again: what a far side
//! that is down looks like from outside.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

/// Put into a response's extensions, it makes the port hang up instead of answering.
#[derive(Clone, Copy, Debug)]
pub struct HangUp;

/// An HTTP port on 127.0.0.1.
#[derive(Debug)]
pub struct Port {
    addr: SocketAddr,
    router: Router,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Port {
    /// Opens a port; port 0 takes a free one. Addresses of other machines are refused.
    pub async fn open(router: Router, at: SocketAddr) -> io::Result<Self> {
        if !at.ip().is_loopback() {
            return Err(io::Error::other("a far side for tests listens on this machine only"));
        }
        let listener = TcpListener::bind(at).await?;
        let addr = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, router.clone()));
        Ok(Self { addr, router, task: Mutex::new(Some(task)) })
    }

    /// Where it listens, also while it is shut.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the port and every connection; returns when it is closed.
    pub async fn shut(&self) {
        if let Some(task) = self.task.lock().await.take() {
            task.abort();
            // It was aborted: that it did not finish is what is meant.
            let _ = task.await;
        }
    }

    /// Opens the same port again; nothing where it is open.
    pub async fn reopen(&self) -> io::Result<()> {
        let mut task = self.task.lock().await;
        if task.is_none() {
            let listener = TcpListener::bind(self.addr).await?;
            *task = Some(tokio::spawn(accept(listener, self.router.clone())));
        }
        Ok(())
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().take() {
            task.abort();
        }
    }
}

/// Takes connections until it is aborted; the set aborts them with it.
async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(talk(stream, router.clone()));
            }
            // Out of descriptors, most likely: let some connections end first.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn talk(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response): Result<Response, _> = router.oneshot(request.map(Body::new)).await;
            match response.extensions().get::<HangUp>() {
                Some(_) => Err(io::Error::other("hung up on purpose")),
                None => Ok(response),
            }
        }
    });
    // A far side that breaks off is the gateway's affair, not ours.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
