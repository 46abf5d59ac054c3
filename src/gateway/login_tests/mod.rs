//! Logins that people do, through a whole house: who is asked, what becomes of an answer, and that nothing of it is forgotten.

mod door;
mod homeward;
mod stories;
mod written;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use self::door::{Far, KINDS};
use super::{Gateway, Start};
use crate::console::{self, Answer, Call, LoginStep, Offline, Problem, Request};
use crate::outcomes::Levels;
use crate::settings::{self, Secrets, Variables};
use crate::store::Home;

/// A channel whose far side has this name, with further lines of `[login.captcha]`.
fn channel(far: &str, state: &str, captcha: &str) -> String {
    format!(
        "[channel]\nname = \"省长信箱\"\nstate = \"{state}\"\n[connect]\nkind = \"door\"\nfar = \"{far}\"\n\
         [login.captcha]\ntries = 2\n{captcha}\n[poll]\nevery = \"1s\"\n[fields]\ntitle = \"title\"\n"
    )
}

/// A house that runs.
struct Scene {
    folder: tempfile::TempDir,
    gateway: Gateway,
    home: Home,
    settings: settings::Gateway,
    far: Arc<Mutex<Far>>,
}

async fn started(folder: tempfile::TempDir, far: &str) -> Scene {
    let config = folder.path().join("config");
    let settings = settings::Gateway::load(&config, &Variables::default()).unwrap();
    let home = console::home(&settings, &Secrets::new(settings.dir.clone(), Variables::default())).unwrap();
    let start = Start {
        settings: settings.clone(),
        variables: Variables::default(),
        kinds: KINDS,
        strict: true,
        metrics: None,
    };
    let gateway = Gateway::start(start).await.unwrap();
    Scene { folder, gateway, home, settings, far: Far::called(far) }
}

impl Scene {
    /// With the far side of this name.
    async fn new(far: &str, captcha: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::create_dir_all(config.join("channels/sheng")).unwrap();
        fs::write(config.join("gateway.toml"), "data = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n").unwrap();
        fs::write(config.join("channels/sheng/channel.toml"), channel(far, "trial", captcha)).unwrap();
        started(folder, far).await
    }

    fn rewrite(&self, written: &str) {
        fs::write(self.folder.path().join("config/channels/sheng/channel.toml"), written).unwrap();
    }

    /// Another house on what lies on the disk at this moment, which is all that a killed process leaves.
    async fn killed(self, far: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copied(self.folder.path(), folder.path());
        self.gateway.stop().await;
        started(folder, far).await
    }

    async fn ask(&self, request: Request) -> Result<Value, Problem> {
        let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
        let offline = Arc::new(Offline::new(self.settings.channels(&infos), None));
        match Box::pin(console::call(&self.home, offline, Levels::default(), Call { request, why: None })).await {
            Answer::Done(value) => Ok(value),
            Answer::Problem(problem) => Err(problem),
        }
    }

    async fn step(&self, step: LoginStep) -> Result<Value, Problem> {
        self.ask(Request::Login { channel: "省长信箱".into(), step }).await
    }

    /// How the login stands, in a word.
    async fn stands(&self) -> String {
        self.step(LoginStep::Standing).await.unwrap()["standing"].as_str().unwrap().to_owned()
    }

    /// The picture of this moment, by its id.
    async fn picture(&self) -> String {
        self.step(LoginStep::Picture).await.unwrap()["challenge"].as_str().unwrap().to_owned()
    }

    async fn answer(&self, challenge: &str, answer: &str) -> Result<Value, Problem> {
        self.step(LoginStep::Answer { challenge: challenge.into(), answer: answer.into() }).await
    }

    /// Reads a picture as it should be.
    async fn log_in(&self) {
        let picture = self.picture().await;
        assert_eq!(self.answer(&picture, "right").await.unwrap()["became"], "in");
    }

    async fn resume(&self) {
        self.ask(Request::Resume { channel: "sheng".into() }).await.unwrap();
    }

    /// How often the far side was asked this.
    fn count(&self, what: &str) -> usize {
        self.far.lock().unwrap().asked.iter().filter(|asked| asked.starts_with(what)).count()
    }

    /// Waits until the far side was asked this so often.
    async fn until_asked(&self, what: &str, times: usize) {
        until(what, async || self.count(what) >= times).await;
    }

    /// Waits until the login stands so.
    async fn until_stands(&self, word: &str) {
        until(word, async || self.stands().await == word).await;
    }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..800 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it did not come to this: {what}");
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &to);
        } else if path.is_file() && !path.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, to).unwrap();
        }
    }
}
