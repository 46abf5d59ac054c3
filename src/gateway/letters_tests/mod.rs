//! Letters through a whole house, from the mail server's side: who is answered what, and what is on disk then.

mod boxes;
mod exim;
mod house;
mod kind;
mod stories;

use std::fs;
use std::path::Path;

use huiliu_farside::lmtp::{Lmtp, Reply};

use self::kind::KINDS;
use super::{Gateway, Start, StartError};
use crate::settings::{self, Variables};

/// A channel that takes letters to these addresses.
fn mailbox(name: &str, state: &str, recipients: &[&str]) -> String {
    format!(
        "[channel]\nname = \"{name}\"\nstate = \"{state}\"\n[connect]\nkind = \"box\"\n[receive]\n\
         recipients = {recipients:?}\n[fields]\ntitle = \"标题\"\nsubmitted_at = {{ from = \"日期\", date = \"yyyy-MM-dd\" }}\n"
    )
}

/// A letter with this number, with further lines in its head.
fn letter(number: u32, further: &str) -> String {
    format!("X-Number: {number}\r\nSubject: 路灯不亮\r\nDate: 2026-11-20\r\n{further}\r\n请修一修。\r\n")
}

const FROM: &str = "citizen@b.example";
const COUNTY: &str = "12345@county.example";
const CITY: &str = "hotline@city.example";

/// A house, running or not.
struct Scene {
    folder: tempfile::TempDir,
    gateway: Option<Gateway>,
}

impl Scene {
    /// With these channels, and further lines of `[lmtp]`.
    async fn new(lmtp: &str, channels: &[(&str, &str)]) -> Self {
        let mut scene = Self { folder: tempfile::tempdir().unwrap(), gateway: None };
        let house =
            format!("data = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[reload]\nwatch = false\n[lmtp]\n{lmtp}\n");
        fs::create_dir_all(scene.config().join("channels")).unwrap();
        fs::write(scene.config().join("gateway.toml"), house).unwrap();
        for (code, written) in channels {
            scene.write(code, written);
        }
        scene.start().await;
        scene
    }

    /// With a port, and these channels.
    async fn open(channels: &[(&str, &str)]) -> Self {
        Self::new("listen = \"127.0.0.1:0\"", channels).await
    }

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("config")
    }

    fn write(&self, code: &str, written: &str) {
        let folder = self.config().join("channels").join(code);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("channel.toml"), written).unwrap();
    }

    fn remove(&self, code: &str) {
        fs::remove_dir_all(self.config().join("channels").join(code)).unwrap();
    }

    async fn start(&mut self) {
        self.gateway = Some(start(&self.config(), false).await.unwrap());
    }

    async fn stop(&mut self) {
        self.gateway.take().unwrap().stop().await;
    }

    async fn reload(&self) {
        self.running().reload().await;
    }

    fn running(&self) -> &Gateway {
        self.gateway.as_ref().unwrap()
    }

    fn at(&self) -> String {
        self.running().letters.clone().unwrap()
    }

    async fn mail(&self) -> Lmtp {
        Lmtp::connect(self.at()).await.unwrap()
    }

    /// What is answered to one letter for these recipients, each as `code status words`.
    async fn deliver(&self, to: &[&str], letter: &str) -> Vec<String> {
        let told = self.mail().await.deliver(FROM, to, letter.as_bytes()).await.unwrap();
        told.iter().map(line).collect()
    }

    /// How many tickets of a channel there are.
    async fn tickets(&self, code: &str) -> u64 {
        let rows = self.running().store.channels().await.unwrap();
        rows.iter().find(|row| row.code == code).map_or(0, |row| row.tickets.iter().sum())
    }
}

async fn start(config: &Path, strict: bool) -> Result<Gateway, StartError> {
    let settings = settings::Gateway::load(config, &Variables::default()).unwrap();
    let start = Start { settings, variables: Variables::default(), kinds: KINDS, strict, metrics: None };
    Gateway::start(start).await
}

fn line(reply: &Reply) -> String {
    format!("{} {}", reply.code, reply.text())
}

const UNKNOWN: &str = "550 5.1.1 no channel takes letters under this address";
const AWAY: &str = "450 4.2.1 the channel takes nothing in now, come again";
const FAILED: &str = "451 4.3.0 it could not be kept, come again";
