//! A scene: the program with its configuration, its data, a core behind glass, and whatever else a story
//! needs. Everything in it goes away with it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use huiliu_farside::core::{Core, CoreOptions};
use huiliu_farside::mailbox::{Mailbox, MailboxOptions, Pushed};
use huiliu_farside::proof::Proof;
use serde_json::Value;
use tempfile::TempDir;

use crate::glass::{Glass, Seen};
use crate::house::{House, PATIENCE, command};
use crate::written::{TOKEN, letters};

/// A scene before the program is started.
pub(crate) struct Plan {
    dir: TempDir,
    core: Arc<Core>,
    glass: Glass,
    http: String,
    log: String,
    core_more: String,
    core_instead: Option<String>,
    watch: bool,
}

impl Plan {
    /// A core and nothing else.
    pub(crate) async fn new() -> Self {
        Self::with_core(Core::start(CoreOptions::default()).await.unwrap()).await
    }

    /// This core and nothing else.
    pub(crate) async fn with_core(core: Core) -> Self {
        let glass = Glass::before(core.addr()).await;
        let dir = tempfile::tempdir().unwrap();
        let secrets = dir.path().join("config/secrets");
        fs::create_dir_all(&secrets).unwrap();
        fs::set_permissions(&secrets, fs::Permissions::from_mode(0o700)).unwrap();
        write_secret(dir.path(), "letters.token", TOKEN);
        Self {
            dir,
            core: Arc::new(core),
            glass,
            http: String::new(),
            log: "info".into(),
            core_more: String::new(),
            core_instead: None,
            watch: false,
        }
    }

    /// Writes a channel.
    pub(crate) fn channel(self, code: &str, written: &str) -> Self {
        write_channel(self.dir.path(), code, written);
        self
    }

    /// The folder that holds `config/`.
    pub(crate) fn house(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file into a channel's folder.
    pub(crate) fn file(self, code: &str, path: &str, bytes: &[u8]) -> Self {
        let path = self.dir.path().join("config/channels").join(code).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Writes a secret.
    pub(crate) fn secret(self, name: &str, secret: &str) -> Self {
        write_secret(self.dir.path(), name, secret);
        self
    }

    /// The channel `letters`, live.
    pub(crate) fn letters(self) -> Self {
        self.channel("letters", &letters("县长信箱", "state = \"live\""))
    }

    /// A channel like `letters` under another code, live.
    pub(crate) fn letters_as(self, code: &str) -> Self {
        self.channel(code, &letters("别的信箱", "state = \"live\""))
    }

    /// Adds lines to `[core]`.
    pub(crate) fn core(mut self, lines: &str) -> Self {
        self.core_more = lines.into();
        self
    }

    /// Writes these lines as `[core]`, for a story with another core.
    pub(crate) fn core_instead(mut self, lines: &str) -> Self {
        self.core_instead = Some(lines.into());
        self
    }

    /// Lets changed files count by themselves.
    pub(crate) fn watched(mut self) -> Self {
        self.watch = true;
        self
    }

    /// Adds lines to `[http]`.
    pub(crate) fn http(mut self, lines: &str) -> Self {
        self.http = lines.into();
        self
    }

    /// How much is logged.
    pub(crate) fn log(mut self, level: &str) -> Self {
        self.log = level.into();
        self
    }

    /// Starts the program.
    pub(crate) async fn start(self) -> Scene {
        let Self { dir, core, glass, http, log, core_more, core_instead, watch } = self;
        let url = glass.url();
        let behind_glass = format!("url = \"{url}/tickets\"\nnumber_at = \"/data/orderNo\"\n{core_more}\n");
        let core_table = core_instead.unwrap_or(behind_glass);
        let written = format!(
            "lang = \"en\"\ndata = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n{http}\n[log]\nlevel = \"{log}\"\n\
             [reload]\nwatch = {watch}\n[core]\n{core_table}\n"
        );
        fs::write(dir.path().join("config/gateway.toml"), written).unwrap();
        write_holidays(&dir.path().join("config"));
        let house = House::start(&dir.path().join("config")).await;
        Scene { house, core, glass, dir, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }
}

/// This year's file and the next one's, so that nothing is said of a missing one whenever the stories are told.
fn write_holidays(config: &Path) {
    let year = jiff::Zoned::now().year();
    for year in year..=year + 1 {
        fs::write(config.join(format!("holidays-{year}.toml")), "holidays = []\n").unwrap();
    }
}

/// Writes a secret that only its owner reads.
fn write_secret(dir: &Path, name: &str, secret: &str) {
    let file = dir.join("config/secrets").join(name);
    fs::write(&file, secret).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Writes a channel's file.
fn write_channel(dir: &Path, code: &str, written: &str) {
    let folder = dir.join("config/channels").join(code);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("channel.toml"), written).unwrap();
}

/// The running whole.
pub(crate) struct Scene {
    pub(crate) house: House,
    pub(crate) core: Arc<Core>,
    /// Stands before the core.
    pub(crate) glass: Glass,
    pub(crate) client: reqwest::Client,
    dir: TempDir,
}

impl Scene {
    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The configuration folder.
    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    /// Rewrites a channel's file; it counts from the next start or reload.
    pub(crate) fn rewrite(&self, code: &str, written: &str) {
        write_channel(self.dir.path(), code, written);
    }

    /// Has everything read anew, and gives how the command ended and what it told.
    pub(crate) async fn reload(&self) -> (i32, Value) {
        let (status, printed) = self.ask(&["reload", "--json"]).await;
        (status, serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}")))
    }

    /// Starts the program again on what it left, after it was stopped or killed.
    pub(crate) async fn start_again(&mut self) {
        self.house = House::start(&self.config()).await;
    }

    /// The portal that pushes to a channel, with the right token.
    pub(crate) fn mailbox(&self, code: &str) -> Mailbox {
        let url = format!("{}/channels/{code}", self.house.url);
        let options =
            MailboxOptions { pause: Duration::from_millis(50), ..MailboxOptions::new(url, Proof::bearer(TOKEN)) };
        Mailbox::new(options).unwrap()
    }

    /// A push with the right token, not yet sent.
    pub(crate) fn push(&self, code: &str) -> reqwest::RequestBuilder {
        self.client
            .post(format!("{}/channels/{code}", self.house.url))
            .bearer_auth(TOKEN)
            .header("content-type", "application/json")
    }

    /// What the core was told and took, each key once, in the order of its first coming.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told: Vec<Told> = Vec::new();
        for seen in self.glass.seen().into_iter().filter(Seen::taken) {
            let key = seen.key.clone().expect("every event has its key");
            if told.iter().all(|known| known.key != key) {
                told.push(Told { key, event: seen.json() });
            }
        }
        told
    }

    /// Waits until the core took so many events; never more than these.
    pub(crate) async fn until_told(&self, events: usize) -> Vec<Told> {
        self.until(&format!("{events} events at the core"), || self.core.stats().distinct >= events as u64).await;
        self.until("the answers are through", || self.told().len() >= events).await;
        let told = self.told();
        assert_eq!(told.len(), events, "{told:#?}");
        told
    }

    /// Waits until something holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "waited in vain until: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A number of `/metrics`: the sum of all lines of this name that hold all these labels.
    pub(crate) async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let text = self.get("/metrics").await.1;
        let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let lines = text.lines().filter(|line| {
            let end = line.find(['{', ' ']).unwrap_or(line.len());
            &line[..end] == name && labels.iter().all(|label| line.contains(label))
        });
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
    }

    /// Waits until a number of `/metrics` is at least this.
    pub(crate) async fn until_metric(&self, name: &str, labels: &[(&str, &str)], least: f64) {
        let began = Instant::now();
        while self.metric(name, labels).await < least {
            assert!(began.elapsed() < PATIENCE, "waited in vain until {name} {labels:?} is {least}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many items of a channel became this (`new`, `repeat`, `revised`, `unmapped`, `held`).
    pub(crate) async fn counted(&self, channel: &str, what: &str) -> f64 {
        self.metric("huiliu_submissions_total", &[("channel", channel), ("what", what)]).await
    }

    /// A GET of the program: status and text.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        // A line that is at rest may be closed by the other side just when it is used again.
        let send = || self.client.get(format!("{}{path}", self.house.url)).send();
        let answer = match send().await {
            Err(error) if error.is_request() && !error.is_connect() => send().await,
            answer => answer,
        };
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What the program answers to a command: its exit status, and everything it printed.
    pub(crate) async fn ask(&self, words: &[&str]) -> (i32, String) {
        let asked = tokio::process::Command::from(command(&self.config(), words)).output();
        let asked = tokio::time::timeout(PATIENCE, asked).await.expect("a command answers").unwrap();
        let printed = [asked.stdout, asked.stderr].concat();
        (asked.status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).into_owned())
    }

    /// The JSON that a command answers; it must succeed.
    pub(crate) async fn answered(&self, words: &[&str]) -> Value {
        let (status, printed) = self.ask(&[words, &["--json"]].concat()).await;
        assert_eq!(status, 0, "{words:?}: {printed}");
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}: {printed}"))
    }

    /// The open dead letters, as `huiliu dead list` tells them.
    pub(crate) async fn dead(&self) -> Vec<Value> {
        self.answered(&["dead", "list"]).await.as_array().cloned().expect("a list")
    }

    /// Nothing waits for the core, neither now nor later.
    pub(crate) async fn assert_nothing_waits(&self) {
        let waits = (self.metric("huiliu_core_due", &[]).await, self.metric("huiliu_core_waiting", &[]).await);
        assert_eq!(waits, (0.0, 0.0));
    }
}

/// An event as the core took it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// `<ticket>-<n>`.
    pub(crate) key: String,
    /// The whole event.
    pub(crate) event: Value,
}

impl Told {
    /// The number that the source gave.
    pub(crate) fn external_id(&self) -> &str {
        self.event["external_id"].as_str().unwrap_or_default()
    }
}

/// The ticket of an acknowledgement.
pub(crate) fn ticket(pushed: Pushed) -> String {
    match pushed {
        Pushed::Acknowledged(Some(ticket)) if !ticket.is_empty() => ticket,
        other => panic!("not acknowledged with a ticket: {other:?}"),
    }
}
