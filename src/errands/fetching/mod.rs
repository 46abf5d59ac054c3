//! Fetching the files that a channel's items name by a link: claims one, gets it, keeps it, and settles what came of it.
//! A file holds nothing up; one that never comes is a dead letter of its own.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Fault, Reached};
use huiliu_kit::fetch::{Borders, Halt, open};
use huiliu_kit::route::Route;
use tokio_util::sync::CancellationToken;

use super::FarStatus;
use super::gatehouse::{Gatehouse, chance, quoted};
use super::sniff;
use crate::channel::Channel;
use crate::retry::{STEPS, wait};
use crate::settings::{ChannelSettings, FilesTable};
use crate::store::{
    Claim, Content, Digest, Far, Fetched, FileRow, FileState, Outcome, Place, SealError, Settlement, Store, StoreError,
};
use crate::ticket::File;
use crate::ticket::event::{Detail, FileDetail};

/// The longest silence of a line that is borne.
const IDLE: Duration = Duration::from_secs(30);

/// How long one file may take in all.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a far side may be away before that is counted against the file all the same (ms): a host that is gone for good
/// makes files that never come, and a person must hear of them.
const EXCUSED: i64 = 7 * 24 * 3_600_000;

/// How long a file waits that could not be kept for reasons of ours (ms).
const OUR_FAULT: i64 = 5_000;

/// The runner of one channel's files.
pub struct Fetching {
    /// The channel.
    pub channel: Arc<Channel>,
    /// Its `[files]`.
    pub table: FilesTable,
    /// The store.
    pub store: Arc<dyn Store>,
    /// How the far side stands where the files wait.
    pub status: Arc<FarStatus>,
}

/// What the workers of one channel share.
struct Shared {
    channel: Arc<Channel>,
    table: FilesTable,
    borders: Borders,
    steps: Vec<Duration>,
    store: Arc<dyn Store>,
    status: Arc<FarStatus>,
    gate: Gatehouse,
}

/// Why a file is not here.
enum Missed {
    /// A rule forbids it; `asked` if the far side answered before that was known.
    Refused { reason: &'static str, asked: bool },
    /// The far side failed before it answered.
    Away(Fault),
    /// It answered, but the file did not come whole.
    Own(Fault),
    /// Our own disk or keys failed.
    Ours(StoreError),
}

impl From<StoreError> for Missed {
    fn from(error: StoreError) -> Self {
        Self::Ours(error)
    }
}

impl Fetching {
    /// Runs until stopped, with as many workers as the channel's file allows.
    pub async fn run(self, stop: CancellationToken) {
        let own = self.channel.settings.options.pointer("/connect/url").and_then(serde_json::Value::as_str);
        let own = own.and_then(|url| Some(url::Url::parse(url).ok()?.host_str()?.to_owned()));
        let hosts = self.table.allow_hosts.iter().cloned().chain(own);
        let shared = Arc::new(Shared {
            borders: Borders::new(hosts, self.table.allow_private.iter().cloned()).by(route(&self.channel.settings)),
            steps: match self.table.retries.as_slice() {
                [] => STEPS.into(),
                retries => retries.iter().map(|period| period.0).collect(),
            },
            channel: self.channel,
            store: self.store,
            status: self.status,
            gate: Gatehouse::default(),
            table: self.table,
        });
        let mut working = tokio::task::JoinSet::new();
        for _ in 0..shared.table.in_flight() {
            working.spawn(shared.clone().work(stop.clone()));
        }
        while working.join_next().await.is_some() {}
    }
}

/// By which way files come: that of the table with the far side's address.
fn route(settings: &ChannelSettings) -> Route {
    let tables = ["connect", "return"].into_iter().filter_map(|name| settings.options.get(name));
    let table = tables.into_iter().find(|table| table.get("url").is_some());
    // The channel's folder lies two below that of the configuration.
    let folder = settings.dir.parent().and_then(std::path::Path::parent);
    table.zip(folder).map(|(table, folder)| Route::for_files(table, folder)).unwrap_or_default()
}

impl Shared {
    async fn work(self: Arc<Self>, stop: CancellationToken) {
        let far = Far::Files(self.channel.enrolled.channel);
        while let Some(probe) = self.gate.pass(self.store.clock(), &stop).await {
            let claims = tokio::select! {
                () = stop.cancelled() => return,
                claims = self.store.schedule().claim(far, 1, self.store.clock()) => claims,
            };
            for claim in claims {
                if !self.gate.may_go(probe, self.store.clock().now()) {
                    continue;
                }
                tokio::select! {
                    // Half a file counts for nothing: what is begun is given up, and fetched anew after the start.
                    () = stop.cancelled() => return,
                    () = Box::pin(self.carry(claim)) => {}
                }
            }
        }
    }

    async fn carry(&self, claim: Claim) {
        let (began, subject) = (self.store.clock().now(), claim.errand.subject);
        let row = match self.store.file(claim.errand.file()).await {
            Ok(row) => row,
            Err(error) => return self.ours(claim, &error).await,
        };
        let got = tokio::time::timeout(LONGEST, self.get(&row)).await;
        let late = || Missed::Own(Fault::unavailable("it took longer than any file may", Reached::Maybe));
        let got = got.unwrap_or_else(|_| Err(late()));
        let now = self.store.clock().now();
        match got {
            Ok((blob, content)) => {
                self.answered(subject, now);
                self.count("kept");
                let outcome = self.kept(&row, blob, content, claim.attempts);
                self.settle(claim, outcome).await;
            }
            Err(Missed::Refused { reason, asked }) => {
                if asked {
                    self.answered(subject, now)
                } else {
                    self.gate.probe_was_void()
                }
                tracing::warn!(channel = %self.channel.code, ticket = %row.ticket.number, place = row.place, reason,
                    "a file is not fetched: a rule forbids it");
                let message = serde_json::json!({ "message": reason });
                let outcome = self.given_up(&row, FileState::Refused, reason, claim.attempts + 1, &message);
                self.settle(claim, outcome).await;
            }
            Err(Missed::Away(fault)) => {
                // Links lead to many hosts: a connection that never came about may be this one's fault alone.
                let fault = match fault {
                    Fault::Unavailable { message, retry_after, quoted, .. } => {
                        Fault::Unavailable { message, retry_after, reached: Reached::Maybe, quoted }
                    }
                    other => other,
                };
                let Some(excused) = self.gate.excuse(&fault, subject, began, now) else {
                    return self.blame(claim, &row, &fault, now).await;
                };
                self.status.ill(&fault, excused.next);
                if excused.shut {
                    tracing::warn!(channel = %self.channel.code, word = fault.word(), %fault,
                        "files cannot be fetched; what is due waits");
                }
                if now - row.since > EXCUSED {
                    self.blame(claim, &row, &fault, now).await;
                } else {
                    claim.release();
                }
            }
            Err(Missed::Own(fault)) => {
                self.answered(subject, now);
                self.blame(claim, &row, &fault, now).await;
            }
            Err(Missed::Ours(error)) => self.ours(claim, &error).await,
        }
    }

    /// Gets one file as far as the disk.
    async fn get(&self, row: &FileRow) -> Result<(Digest, Content), Missed> {
        let refused = |reason| Missed::Refused { reason, asked: true };
        let link = row.about.link.as_deref().unwrap_or_default();
        let mut coming = match open(link, &self.borders, IDLE).await {
            Ok(coming) => coming,
            Err(Halt::Barred(barred)) => return Err(Missed::Refused { reason: barred.word(), asked: false }),
            Err(Halt::Fault(fault @ Fault::Unavailable { .. })) => return Err(Missed::Away(fault)),
            Err(Halt::Fault(fault)) => return Err(Missed::Own(fault)),
        };
        let most = self.table.most();
        if coming.told_length().is_some_and(|told| told > most) {
            return Err(refused("too_large"));
        }
        let answered = coming.media_type();
        let told = [answered.as_deref(), row.about.media_type.as_deref()];
        let judge = |head: &[u8]| sniff::judge(&self.table, row.about.name.as_deref(), link, &told, head);
        let mut writer = self.store.blobs().begin().await?;
        let (mut head, mut judged, mut size) = (Vec::new(), false, 0u64);
        while let Some(chunk) = coming.chunk().await.map_err(Missed::Own)? {
            size += chunk.len() as u64;
            if size > most {
                return Err(refused("too_large"));
            }
            if !judged {
                head.extend_from_slice(chunk.get(..sniff::HEAD.min(chunk.len())).unwrap_or_default());
                if head.len() >= sniff::HEAD {
                    judge(&head).map_err(refused)?;
                    judged = true;
                }
            }
            writer.write(&chunk).await?;
        }
        if !judged {
            judge(&head).map_err(refused)?;
        }
        Ok(writer.keep().await?)
    }

    fn answered(&self, subject: i64, now: i64) {
        self.status.well();
        if self.gate.answered(subject, now) {
            tracing::info!(channel = %self.channel.code, "files can be fetched again");
        }
    }

    fn count(&self, what: &'static str) {
        metrics::counter!("huiliu_files_total", "channel" => self.channel.code.to_string(), "what" => what)
            .increment(1);
    }

    /// Counts an attempt against the file; after the last one it is a dead letter.
    async fn blame(&self, claim: Claim, row: &FileRow, fault: &Fault, now: i64) {
        let attempts = claim.attempts + 1;
        if let Some(pause) = wait(&self.steps, attempts, chance()) {
            tracing::warn!(channel = %self.channel.code, ticket = %row.ticket.number, place = row.place, attempts,
                word = fault.word(), %fault, "a file did not come");
            let due = now + pause.as_millis() as i64;
            return self.store.settle(Settlement { claim, outcome: Outcome::Retry { due, attempts } }).await;
        }
        tracing::error!(channel = %self.channel.code, ticket = %row.ticket.number, place = row.place, attempts,
            word = fault.word(), %fault, "a file needs a person");
        let outcome = self.given_up(row, FileState::Failed, fault.word(), attempts, &quoted(fault));
        self.settle(claim, outcome).await;
    }

    async fn ours(&self, claim: Claim, error: &StoreError) {
        self.gate.probe_was_void();
        tracing::error!(channel = %self.channel.code, %error, "a file could not be kept; it is fetched again");
        let (due, attempts) = (self.store.clock().now() + OUR_FAULT, claim.attempts);
        self.store.settle(Settlement { claim, outcome: Outcome::Retry { due, attempts } }).await;
    }

    async fn settle(&self, claim: Claim, outcome: Result<Outcome, SealError>) {
        match outcome {
            Ok(outcome) => self.store.settle(Settlement { claim, outcome }).await,
            Err(error) => self.ours(claim, &error.into()).await,
        }
    }

    fn kept(&self, row: &FileRow, blob: Digest, content: Content, attempts: u32) -> Result<Outcome, SealError> {
        let note = self.note(row, FileState::Kept, None, Some(content))?;
        let blob = Some((blob, content.size));
        Ok(Outcome::Fetched(Box::new(Fetched {
            state: FileState::Kept,
            reason: None,
            blob,
            attempts,
            note,
            dead: None,
        })))
    }

    fn given_up(
        &self,
        row: &FileRow,
        state: FileState,
        reason: &'static str,
        attempts: u32,
        details: &serde_json::Value,
    ) -> Result<Outcome, SealError> {
        self.count(state.word());
        let note = self.note(row, state, Some(reason), None)?;
        let id = self.store.reserve();
        let dead = Some((id, self.store.keys().seal(Place::Dead, id, details.to_string().as_bytes())?));
        Ok(Outcome::Fetched(Box::new(Fetched { state, reason: Some(reason), blob: None, attempts, note, dead })))
    }

    /// What the core is told of it, sealed for the event.
    fn note(
        &self,
        row: &FileRow,
        state: FileState,
        reason: Option<&str>,
        content: Option<Content>,
    ) -> Result<(i64, Vec<u8>), SealError> {
        let file = FileDetail {
            n: row.place + 1,
            version: row.version_n,
            url: match row.event {
                Some(event) => File::said_url(row.ticket.number, event, row.place),
                None => File::own_url(row.ticket.number, row.version_n, row.place),
            },
            state: state.word().into(),
            reason: reason.map(str::to_owned),
            size: content.map(|content| content.size),
            sha256: content.map(|content| hex::encode(content.sha256)),
            sm3: content.map(|content| hex::encode(content.sm3)),
        };
        let id = self.store.reserve();
        let json = serde_json::json!(Detail { file: Some(file), ..Detail::default() }).to_string();
        Ok((id, self.store.keys().seal(Place::Note, id, json.as_bytes())?))
    }
}
