//! One run: starts everybody, pushes, waits until all is home, and counts.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use crate::core::{Core, post};
use crate::desk::Desk;
use crate::house::House;
use crate::options::Options;
use crate::portal;
use crate::report::{Row, quantile};

/// So long nothing may come, or it will not come at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it once on a fresh folder.
pub(crate) async fn run(options: &Options) -> Result<Row, String> {
    let (core, desk) = (Arc::new(Core::default()), Arc::new(Desk::of(options.n)));
    let (core_listens, core_at) = listener().await;
    let (desk_listens, desk_at) = listener().await;
    let (closes, tickets) = mpsc::unbounded_channel();
    tokio::spawn(core.clone().listen(core_listens, closes));
    tokio::spawn(desk.clone().listen(desk_listens));
    let mut house = House::start(core_at, desk_at, options.in_flight).await?;
    let posting = async {
        if options.walk {
            std::future::pending::<()>().await;
        }
        post(house.address, house.token.clone(), tickets, options.connections).await
    };

    let used = house.cpu()?;
    let began = Instant::now();
    let pushing = async {
        let waits = portal::push(house.address, options.n, options.connections).await?;
        let accepted = Instant::now();
        until(&core.came, || core.told(), options.n, "tickets are at the core").await?;
        if !options.walk {
            until(&desk.came, || desk.closed(), options.n, "closings are at the desk").await?;
        }
        Ok((waits, accepted))
    };
    let (mut waits, accepted) = unless(posting, pushing).await?;
    let used = house.cpu()? - used;
    let peak = house.peak()?;
    let warned = house.warned();
    house.stop().await?;
    if !options.walk {
        desk.mistakes()?;
    }
    if let Some(first) = warned.first() {
        eprintln!("the gateway warned {} times, first: {first}", warned.len());
    }

    waits.sort_unstable();
    let rate = |end: Option<Instant>| Some(options.n as f64 / end?.duration_since(began).as_secs_f64());
    let home = desk.closed().1;
    Ok(Row {
        figures: [
            rate(Some(accepted)),
            rate(core.told().1),
            rate(home),
            quantile(&waits, 0.5),
            quantile(&waits, 0.99),
            Some(used * 1e5 / options.n as f64),
            Some(peak),
            home.map(|home| home.saturating_duration_since(accepted).as_secs_f64()),
        ],
        middle: false,
    })
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Waits until all have come; gives up when none has for long.
async fn until(
    came: &Notify,
    so_far: impl Fn() -> (usize, Option<Instant>),
    all: usize,
    what: &str,
) -> Result<(), String> {
    let mut last = so_far().0;
    while last < all {
        let rung = tokio::time::timeout(PATIENCE, came.notified()).await;
        let now = so_far().0;
        if rung.is_err() && now == last {
            return Err(format!("{now} of {all} {what}, and no more came in {} s", PATIENCE.as_secs()));
        }
        last = now;
    }
    Ok(())
}

/// What `pushing` yields, unless `posting` fails before; posting ends with the run.
async fn unless<T>(
    posting: impl Future<Output = Result<(), String>>,
    pushing: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    tokio::select! {
        pushed = pushing => pushed,
        posted = posting => Err(posted.err().unwrap_or_else(|| "the core stopped posting".into())),
    }
}
