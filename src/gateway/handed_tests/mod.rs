//! Files that are handed in, from the command to the answer, with a kind of their own: the rows that are wrong wait, what came
//! before a break stands, and nothing is taken twice.

mod lines;
mod stories;
mod uploads;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use self::lines::{KINDS, TOLD};
use super::{Gateway, Start};
use crate::console::{self, Answer, Call, Offline, Problem, Request};
use crate::outcomes::Levels;
use crate::settings::{self, Secrets, Variables};
use crate::store::Home;

const FIELDS: &str = "[fields]\ntitle = \"标题\"\nsubmitted_at = { from = \"日期\", date = \"yyyy-MM-dd\" }\n";

/// A channel that takes files, with further lines of `[channel]` and `[connect]`.
fn channel(channel: &str, connect: &str) -> String {
    format!(
        "[channel]\nname = \"政协云\"\nstate = \"live\"\n{channel}\n[connect]\nkind = \"lines\"\n{connect}\n[poll]\n\
         every = \"1s\"\n{FIELDS}"
    )
}

/// A house that runs.
struct Scene {
    folder: tempfile::TempDir,
    gateway: Option<Gateway>,
    settings: settings::Gateway,
    home: Home,
    token: String,
}

impl Scene {
    async fn new(written: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::create_dir_all(config.join("channels/zxyun")).unwrap();
        fs::write(
            config.join("gateway.toml"),
            "data = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[limits]\nupload_mib = 1\n",
        )
        .unwrap();
        fs::write(config.join("channels/zxyun/channel.toml"), written).unwrap();
        let settings = settings::Gateway::load(&config, &Variables::default()).unwrap();
        let home = console::home(&settings, &Secrets::new(settings.dir.clone(), Variables::default())).unwrap();
        let mut scene = Self { folder, gateway: None, settings, home, token: String::new() };
        scene.start().await;
        scene
    }

    fn rewrite(&self, written: &str) {
        fs::write(self.folder.path().join("config/channels/zxyun/channel.toml"), written).unwrap();
    }

    async fn start(&mut self) {
        let config = self.folder.path().join("config");
        self.settings = settings::Gateway::load(&config, &Variables::default()).unwrap();
        let start = Start {
            settings: self.settings.clone(),
            variables: Variables::default(),
            kinds: KINDS,
            strict: true,
            metrics: None,
        };
        let gateway = Gateway::start(start).await.unwrap();
        if let Some(token) = &gateway.token {
            self.token.clone_from(token);
        }
        self.gateway = Some(gateway);
    }

    async fn stop(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop().await;
        }
    }

    fn running(&self) -> &Gateway {
        self.gateway.as_ref().unwrap()
    }

    fn file(&self, name: &str, lines: &[String]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    async fn ask(&self, request: Request) -> Result<Value, Problem> {
        let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
        let offline = Arc::new(Offline::new(self.settings.channels(&infos), None));
        let call = Call { request, why: Some("a story".into()) };
        match Box::pin(console::call(&self.home, offline, Levels::default(), call)).await {
            Answer::Done(value) => Ok(value),
            Answer::Problem(problem) => Err(problem),
        }
    }

    async fn import(
        &self,
        path: &std::path::Path,
        answer: Option<&std::path::Path>,
        dry: bool,
    ) -> Result<Value, Problem> {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let answer = answer.map(PathBuf::from);
        self.ask(Request::ChannelImport { channel: "政协云".into(), name, path: path.to_owned(), answer, dry }).await
    }

    /// Waits until the connector was told so often; what it was told.
    async fn told(&self, times: usize) -> Vec<Vec<String>> {
        let inbox = self.folder.path().join("config/inbox");
        for _ in 0..400 {
            let told: Vec<_> =
                TOLD.lock().unwrap().iter().filter(|(of, _)| *of == inbox).map(|(_, told)| told.clone()).collect();
            let told: Vec<_> = told.into_iter().filter(|told| !told.is_empty()).collect();
            if told.len() >= times {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the connector was not told {times} times");
    }
}

/// Lines with these numbers, all right.
fn lines_of(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("A{n}|修路灯{n}|2026-11-20")).collect()
}
