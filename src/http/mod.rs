//! The one HTTP listener: pushes of channels, the core's outcomes, health and metrics.
//!
//! Pushes go straight to their door; everything rarer is a small axum router behind it. What there is stands in one table, of
//! which the router and the OpenAPI document are made.

mod alarms;
mod answers;
mod api;
mod desk;
mod document;
mod files;
mod handed;
mod health;
mod login;
mod note;
mod offer;
mod preview;
mod problem;
mod push;
mod reconcile;
mod reload;
mod report;
mod route;
mod table;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use api::{Api, token_digest};
pub use document::openapi;
pub use handed::Uploads;
pub use health::Health;
pub use offer::Offer;

use crate::channel::Channel;
use crate::door::{Entries, Entry};
use crate::intake::Intake;

/// Everything a request may need.
pub struct Front {
    /// The channels.
    pub entries: Arc<Entries>,
    /// Where submissions go.
    pub intake: Intake,
    /// Pushes under way at once, by whichever door.
    pub pushes: Arc<Semaphore>,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How long a head may take.
    pub header_timeout: Duration,
    /// Connections open at once.
    pub connections: usize,
    /// Where uploaded files lie while they are taken in.
    pub uploads: Uploads,
}

impl Front {
    /// Whether a channel answers a GET.
    fn greets(&self, code: &str) -> bool {
        let greets =
            |channel: &Channel| channel.connector.receive.as_ref().is_some_and(|(_, receive)| receive.greets());
        self.entries.get(code).is_some_and(|entry| matches!(&*entry, Entry::Open(channel, _) if greets(channel)))
    }
}

/// A plain answer.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Serves until stopped, then lets what is under way end.
pub async fn serve(listener: TcpListener, front: Arc<Front>, api: Arc<Api>, stop: CancellationToken) {
    let router = table::router(table::Desk { api, front: front.clone() });
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(front.connections));
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(front.header_timeout);
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = places.clone().acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: others have to end first.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection closed at once");
        }
        let (front, router) = (front.clone(), router.clone());
        let service = service_fn(move |request| answer(front.clone(), router.clone(), peer, request));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Sends a request to its door.
async fn answer(
    front: Arc<Front>,
    router: axum::Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<axum::body::Body>, Infallible> {
    let answer = match request.uri().path().strip_prefix(push::PATHS) {
        Some(_) if request.method() == Method::POST => front.push(peer, request).await,
        // A far side that tests the address before it pushes.
        Some(code) if matches!(*request.method(), Method::GET | Method::HEAD) && front.greets(code) => {
            front.push(peer, request).await
        }
        _ => return router.oneshot(request.map(axum::body::Body::new)).await,
    };
    Ok(answer.map(axum::body::Body::new))
}
