//! Carries messages out: each outlet goes its own way, so that one that hangs holds up no other. What does not leave is tried
//! again while its alarm lasts, over restarts too.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::Method;
use huiliu_kit::client::{Client, ClientOptions};
use jiff::Timestamp;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Board, Outlets, digest};
use crate::alarms::{Letter, Outlet, ended, letter, next_try};
use crate::console::view::OutletView;
use crate::store::{MessageRow, StoreError, Tells};

/// How often it is looked for messages whose time came.
const EVERY: Duration = Duration::from_secs(2);

/// How often the heartbeat is told.
const BEAT: Duration = Duration::from_secs(60);

/// Outlets that are sending now, by the task that does it.
type Busy = HashMap<Id, String>;

/// Sends until it is stopped. What is under way then is tried again by the next process, under the same key.
pub(super) async fn run(board: Arc<Board>, stop: CancellationToken) {
    let (mut ways, mut busy) = (JoinSet::new(), Busy::new());
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = board.planted.notified() => {}
            Some(ended) = ways.join_next_with_id() => {
                busy.remove(&ended.map_or_else(|broke| broke.id(), |(id, ())| id));
            }
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = send_all(&board, &mut ways, &mut busy).await {
            tracing::error!(%error, "messages of alarms could not be looked up");
        }
    }
}

/// Lets every outlet that is not sending already send what is due.
async fn send_all(board: &Arc<Board>, ways: &mut JoinSet<()>, busy: &mut Busy) -> Result<(), StoreError> {
    let ground = &board.house.running.ground;
    let now = Timestamp::from_millisecond(ground.store.clock().now()).unwrap_or_default();
    let outlets = board.outlets();
    let mut by_outlet: BTreeMap<String, Vec<MessageRow>> = BTreeMap::new();
    for message in ground.store.messages().await?.into_iter().filter(|message| message.due <= now) {
        let known =
            outlets.list.iter().any(|outlet| outlet.name == message.to.outlet && message.to.place < outlet.places);
        if known {
            by_outlet.entry(message.to.outlet.clone()).or_default().push(message);
        } else {
            ground.store.message_stays(message, None).await?;
        }
    }
    for (name, messages) in by_outlet {
        if busy.values().any(|sending| *sending == name) {
            continue;
        }
        let way = ways.spawn(send_by(board.clone(), outlets.clone(), name.clone(), messages));
        busy.insert(way.id(), name);
    }
    Ok(())
}

/// Sends by one outlet, in order, until one does not leave: the others wait for it, for it is the outlet that is away.
async fn send_by(board: Arc<Board>, outlets: Arc<Outlets>, name: String, messages: Vec<MessageRow>) {
    let Some(outlet) = outlets.list.iter().find(|outlet| outlet.name == name) else { return };
    for message in messages {
        match Box::pin(send(&board, outlet, message)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::error!(%error, "it could not be noted that a message left"),
        }
    }
}

/// Sends one; false if it did not leave.
async fn send(board: &Board, outlet: &Outlet, message: MessageRow) -> Result<bool, StoreError> {
    let store = &board.house.running.ground.store;
    let letter = match written(board, &message).await {
        Ok(letter) => letter,
        // Nothing is known of its alarm any more.
        Err(StoreError::NotFound) => return store.message_stays(message, None).await.map(|()| true),
        Err(error) => return Err(error),
    };
    let sent = outlet.send(&letter, message.to.place, &message.key()).await;
    let now = Timestamp::from_millisecond(store.clock().now()).unwrap_or_default();
    let result = if sent.is_ok() { "sent" } else { "failed" };
    metrics::counter!("huiliu_alarm_sent_total", "outlet" => outlet.name.clone(), "result" => result).increment(1);
    metrics::gauge!("huiliu_alarm_outlet_up", "outlet" => outlet.name.clone()).set(f64::from(u8::from(sent.is_ok())));
    board.note(&outlet.name, now, sent.as_ref().err().map(|fault| fault.to_string()));
    match sent {
        Ok(()) => {
            store.message_left(message).await?;
            Ok(true)
        }
        Err(fault) => {
            tracing::error!(outlet = outlet.name, key = message.key(), error = %fault, "an alarm did not leave");
            let due = next_try(now, message.attempts);
            store.message_stays(message, Some(due)).await?;
            Ok(false)
        }
    }
}

async fn written(board: &Board, message: &MessageRow) -> Result<Letter, StoreError> {
    let now = board.house.running.now();
    let (lang, zone) = (now.settings.settings.lang, &now.settings.settings.zone.0);
    if message.tells == Tells::Digest {
        return digest::written(&board.house, message.n).await;
    }
    let row = board.house.running.ground.store.alarm(message.alarm).await?;
    Ok(if message.tells == Tells::Mended { ended(&row, lang, zone) } else { letter(&row, lang, zone) })
}

impl Board {
    /// Notes how an outlet stands.
    fn note(&self, name: &str, at: Timestamp, why: Option<String>) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = standing.iter().position(|outlet| outlet.name == name);
        let at_place = known.unwrap_or_else(|| {
            standing.push(OutletView { name: name.into(), ..OutletView::default() });
            standing.len() - 1
        });
        let Some(outlet) = standing.get_mut(at_place) else { return };
        match why {
            None => *outlet = OutletView { name: name.into(), last_sent: Some(at), ..OutletView::default() },
            Some(why) => (outlet.fails_since, outlet.why) = (outlet.fails_since.or(Some(at)), Some(why)),
        }
    }
}

/// Tells a watch outside once a minute that we live; silence is what it alarms by. Only while alarms are looked after.
pub(super) async fn heartbeat(board: Arc<Board>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let Some(url) = board.outlets().heartbeat.clone() else { continue };
        if !board.house.running.ground.health.is_beating() {
            continue;
        }
        let tls = url.scheme() == "https";
        let options = ClientOptions { timeout: Duration::from_secs(10), tls, ..ClientOptions::default() };
        let told = match Client::build(options, "alarms.heartbeat") {
            Ok(client) => {
                client.send(client.request(Method::GET, url)).await.map(drop).map_err(|fault| fault.to_string())
            }
            Err(wrong) => Err(wrong.to_string()),
        };
        if let Err(error) = told {
            tracing::warn!(error, "the heartbeat did not arrive");
        }
    }
}
