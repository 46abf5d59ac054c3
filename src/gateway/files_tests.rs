//! Files that came along with a submission: on disk before the answer, and part of what was said.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use huiliu_contract::{Attachment, AttachmentSource, ExternalId, Item, Personal, Raw, Submission, What};
use serde_json::json;

use super::build::enrolled;
use crate::channel::{Budgets, Channel};
use crate::intake::{How, Intake};
use crate::kinds::KINDS;
use crate::settings::{Gateway, Variables};
use crate::store::{Actor, Content, DeadQuery, FileState, Home, Store, TicketRow, Verdict, open};
use crate::ticket::Spoken;

const CHANNEL: &str = r#"
[channel]
name = "县长信箱"
state = "off"
[connect]
kind = "webhook"
verify = { token = { header = "authorization", prefix = "Bearer ", secrets = [{ file = "secrets/a.token" }] } }
[receive]
id = "letterNo"
[fields]
title = "title"
content = "content"
attachments = { from = "files", name = "name", url = "url" }
"#;

/// The channel as its file says, enrolled.
async fn made(config: &Path, store: &Arc<dyn Store>) -> Arc<Channel> {
    let variables = Variables::default();
    let gateway = Gateway::load(config, &variables).unwrap();
    let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let files = gateway.channels(&infos);
    assert_eq!(files.mistakes().count(), 0, "{:?}", files.mistakes().collect::<Vec<_>>());
    let settings = files.good().next().unwrap();
    enrolled(settings, &gateway, &variables, KINDS, (&Budgets::default(), None), store).await.unwrap().unwrap().0
}

fn submission(title: &str, files: &[(&str, &[u8])], links: &[&str]) -> Submission {
    let links: Vec<_> = links.iter().map(|link| json!({ "name": "照片.jpg", "url": link })).collect();
    let document = json!({ "title": title, "content": "路灯不亮已经三天", "files": links });
    let attachment = |(name, bytes): &(&str, &[u8])| Attachment {
        name: Personal::new((*name).to_owned()),
        media_type: Some("image/jpeg".into()),
        source: AttachmentSource::Bytes(Personal::new(bytes.to_vec().into())),
    };
    Submission {
        external_id: ExternalId::new("A1").unwrap(),
        version: None,
        sent_at: None,
        raw: Raw::new(document.to_string(), "application/json"),
        document: Personal::new(document),
        attachments: files.iter().map(attachment).collect(),
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    }
}

struct Scene {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    channel: Arc<Channel>,
}

fn home(folder: &Path) -> Home {
    Home { folder: folder.join("data"), zone: jiff::tz::TimeZone::UTC, keys: None }
}

impl Scene {
    async fn new(more: &str) -> Self {
        Self::with(&format!("{CHANNEL}{more}")).await
    }

    async fn with(channel: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::create_dir_all(config.join("channels/letters")).unwrap();
        fs::write(config.join("gateway.toml"), "").unwrap();
        fs::write(config.join("channels/letters/channel.toml"), channel).unwrap();
        let store = open(&home(folder.path())).unwrap();
        let channel = made(&config, &store).await;
        Self { folder, channel, store }
    }

    async fn take(&self, title: &str, files: &[(&str, &[u8])], links: &[&str]) -> (What, Spoken) {
        let submission = submission(title, files, links);
        let intake = Intake::new(self.store.clone());
        let items = vec![Item::Submission(Box::new(submission))];
        let taken = intake.take(&self.channel, items, How::default()).await.unwrap().taken.remove(0);
        (taken.what, Spoken::parse(&taken.ticket.unwrap()).unwrap())
    }

    async fn draft(&self, ticket: Spoken) -> crate::ticket::Draft {
        let row: TicketRow = self.store.ticket(ticket).await.unwrap();
        serde_json::from_slice(&row.draft.unwrap()).unwrap()
    }
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &to);
        } else if !path.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, to).unwrap();
        }
    }
}

async fn read(store: &dyn Store, ticket: Spoken, place: u32) -> Vec<u8> {
    let row = store.file_at(ticket, None, place).await.unwrap();
    assert_eq!(row.state, FileState::Kept);
    let mut reader = store.blobs().open(row.blob.unwrap().0).await.unwrap();
    let mut all = Vec::new();
    while let Some(piece) = reader.next().await.unwrap() {
        all.extend_from_slice(&piece);
    }
    all
}

#[tokio::test]
async fn a_file_inside_a_push_is_on_disk_before_the_answer() {
    let scene = Scene::new("").await;
    let bytes: Vec<u8> = (0..3_000_000u32).map(|at| (at % 251) as u8).collect();
    let (what, ticket) = scene.take("路灯", &[("现场.jpg", &bytes), ("空.txt", b"")], &[]).await;
    assert_eq!(what, What::New);
    // What lies on disk at the moment of the answer is all that a killed process leaves.
    let crashed = tempfile::tempdir().unwrap();
    copied(&scene.folder.path().join("data"), &crashed.path().join("data"));
    let after = open(&home(crashed.path())).unwrap();
    assert_eq!(read(after.as_ref(), ticket, 0).await, bytes);
    assert_eq!(read(after.as_ref(), ticket, 1).await, b"");
    let draft = scene.draft(ticket).await;
    let told: Vec<_> = draft.files.iter().map(|file| (file.name.as_deref(), file.size, file.part)).collect();
    assert_eq!(told, [(Some("现场.jpg"), Some(3_000_000), Some(0)), (Some("空.txt"), Some(0), Some(1))]);
    assert!(draft.files.iter().all(|file| file.url.is_some()));
    // SM3 of nothing, as openssl computes it.
    let sm3 = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
    assert_eq!(draft.files[1].sm3.as_deref(), Some(sm3));
    assert_eq!(draft.files[0].sha256.as_ref().map(String::len), Some(64));
}

#[tokio::test]
async fn another_file_makes_a_revision_and_the_same_a_repeat() {
    let scene = Scene::new("").await;
    let (_, ticket) = scene.take("路灯", &[("现场.jpg", b"one")], &[]).await;
    assert_eq!(scene.take("路灯", &[("现场.jpg", b"one")], &[]).await, (What::Repeat, ticket));
    assert_eq!(scene.take("路灯", &[("现场.jpg", b"two")], &[]).await, (What::Revised, ticket));
    assert_eq!(read(scene.store.as_ref(), ticket, 0).await, b"two");
    let first = scene.store.file_at(ticket, Some(1), 0).await.unwrap();
    assert_eq!((first.state, first.blob.map(|(_, size)| size)), (FileState::Kept, Some(3)));
}

#[tokio::test]
async fn links_are_fetched_where_the_channel_says_from_where() {
    let silent = Scene::new("").await;
    let (_, ticket) = silent.take("路灯", &[], &["https://a.example/1.jpg"]).await;
    assert!(silent.store.file_at(ticket, None, 0).await.is_err());
    assert_eq!(silent.draft(ticket).await.files[0].url, None);
    let fetching = Scene::new("[files]\nallow_hosts = [\"a.example\"]\n").await;
    let (_, ticket) = fetching.take("路灯", &[("附.txt", b"x")], &["https://a.example/1.jpg"]).await;
    let row = fetching.store.file_at(ticket, None, 0).await.unwrap();
    assert_eq!((row.state, row.about.name.as_deref()), (FileState::Waiting, Some("照片.jpg")));
    assert_eq!(read(fetching.store.as_ref(), ticket, 1).await, b"x");
}

/// The same scene after somebody mended the channel's file.
async fn mended(scene: &Scene) -> Arc<Channel> {
    let config = scene.folder.path().join("config");
    fs::write(config.join("channels/letters/channel.toml"), CHANNEL).unwrap();
    made(&config, &scene.store).await
}

#[tokio::test]
async fn what_could_not_be_mapped_keeps_its_files_and_has_them_when_it_is_mapped_anew() {
    let scene = Scene::with(&format!("{CHANNEL}submitted_at = {{ from = \"title\", date = \"yyyy-MM-dd\" }}\n")).await;
    let bytes: Vec<u8> = (0..1_500_000u32).map(|at| (at % 251) as u8).collect();
    let intake = Intake::new(scene.store.clone());
    let submission = submission("路灯", &[("现场.jpg", &bytes)], &["https://a.example/1.jpg"]);
    let taken = intake.take(&scene.channel, vec![Item::Submission(Box::new(submission.clone()))], How::default()).await;
    assert_eq!(taken.unwrap().taken[0].what, What::Unmapped);
    let blob = Content::of(&bytes).name(scene.store.keys());
    assert_eq!(scene.store.named(vec![blob]).await.unwrap().len(), 1, "or it would be swept after a day");
    let dead = scene.store.dead(DeadQuery { limit: 1, open: true, ..DeadQuery::default() }).await.unwrap().remove(0);
    let channel = mended(&scene).await;
    let attachments = intake.set_aside(dead.version).await.unwrap();
    assert_eq!(attachments.len(), 1);
    let again = Submission { attachments, ..submission.clone() };
    let actor = Actor { who: "clerk".into(), why: Some("mended".into()) };
    let verdict = intake.remap(&channel, dead.id, &again, &actor, false).await.unwrap().unwrap();
    let Verdict::Taken { what: What::New, ticket: Some(ticket) } = verdict else { panic!("{verdict:?}") };
    // The link stands in the document, the file came along.
    let draft = scene.draft(ticket.number).await;
    assert_eq!(draft.files.iter().map(|file| file.part).collect::<Vec<_>>(), [None, Some(0)]);
    assert_eq!(read(scene.store.as_ref(), ticket.number, 1).await, bytes);
    assert!(intake.set_aside(dead.version).await.unwrap().is_empty());
    // Told again it is the same letter.
    let told = intake.take(&channel, vec![Item::Submission(Box::new(submission))], How::default()).await.unwrap();
    assert_eq!(told.taken[0].what, What::Repeat);
}
