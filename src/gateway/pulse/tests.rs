//! The watch over a channel on a real store: silences begin, outlive a restart and end; days are judged once.

use std::path::Path;

use huiliu_contract::{ExternalId, Item, Personal, Raw, Submission};
use jiff::ToSpan;
use serde_json::json;

use super::*;
use crate::channel::Budgets;
use crate::gateway::build::enrolled;
use crate::intake::How;
use crate::kinds::KINDS;
use crate::settings::{Gateway, Variables};
use crate::store::{Home, open};

const CHANNEL: &str = r#"
[channel]
name = "县长信箱"
state = "trial"
silence = "3d"
expect = { least = 1, most = 2 }
[connect]
kind = "webhook"
verify = "none"
[receive]
id = "letterNo"
[fields]
title = "title"
content = "content"
"#;

struct Scene {
    folder: tempfile::TempDir,
    gateway: Gateway,
    store: Arc<dyn Store>,
    channel: Arc<Channel>,
    intake: Intake,
}

fn home(folder: &Path) -> Home {
    Home { folder: folder.join("data"), zone: TimeZone::UTC, keys: None }
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        std::fs::create_dir_all(config.join("channels/letters")).unwrap();
        std::fs::write(config.join("gateway.toml"), "data = \"data\"\nzone = \"UTC\"\n").unwrap();
        std::fs::write(config.join("channels/letters/channel.toml"), CHANNEL).unwrap();
        let store = open(&home(folder.path())).unwrap();
        let variables = Variables::default();
        let gateway = Gateway::load(&config, &variables).unwrap();
        let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
        let files = gateway.channels(&infos);
        assert_eq!(files.mistakes().count(), 0, "{:?}", files.mistakes().collect::<Vec<_>>());
        let settings = files.good().next().unwrap();
        let made = enrolled(settings, &gateway, &variables, KINDS, (&Budgets::default(), None), &store).await;
        let ((channel, _), intake) = (made.unwrap().unwrap(), Intake::new(store.clone()));
        Self { folder, gateway, store, channel, intake }
    }

    /// As after a start.
    async fn taker(&self) -> PulseTaker {
        let calendar = tokio::sync::watch::channel(self.gateway.calendar.clone()).1;
        let mut taker = PulseTaker::new(&self.store, &self.intake, calendar, TimeZone::UTC);
        taker.adopt(std::slice::from_ref(&self.channel));
        taker.begin().await.unwrap();
        taker
    }

    async fn kept(&self) -> Pulse {
        Pulse::read(self.store.value("pulse:letters").await.unwrap().as_deref())
    }

    async fn tell(&self, title: &str) {
        let document = json!({ "title": title, "content": "路灯不亮已经三天" });
        let submission = Submission {
            external_id: ExternalId::new("A1").unwrap(),
            version: None,
            sent_at: None,
            raw: Raw::new(document.to_string(), "application/json"),
            document: Personal::new(document),
            attachments: vec![],
            also: Vec::new(),
            unticketed: None,
            unchanging: false,
        };
        let items = vec![Item::Submission(Box::new(submission))];
        self.intake.take(&self.channel, items, How::default()).await.unwrap();
    }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// A channel that is old, and brought one letter a day until `last`.
fn lived(taker: &mut PulseTaker, last: Timestamp) {
    let channel = taker.watched[0].channel;
    taker.watched[0].known_since = last - hours(24 * 90);
    let day = last.to_zoned(TimeZone::UTC).date();
    let days = (0..20).map(|back| (day.checked_sub(back.days()).unwrap(), 1)).collect();
    taker.came.insert(channel, Came { days, last: Some(last) });
}

#[tokio::test]
async fn a_silence_begins_outlives_a_restart_and_ends_with_the_next_sign_of_life() {
    let mut scene = Scene::new().await;
    let now = Timestamp::now();
    let last = Timestamp::from_millisecond((now - hours(73)).as_millisecond()).unwrap();
    let mut taker = scene.taker().await;
    taker.look(now).await.unwrap();
    assert_eq!(scene.kept().await.silent_since, None, "of a channel without a past nothing is usual");
    lived(&mut taker, last);
    taker.look(last + hours(71)).await.unwrap();
    assert_eq!(scene.kept().await.silent_since, None);
    taker.look(now).await.unwrap();
    assert_eq!(scene.kept().await.silent_since, Some(last));
    taker.look(now + hours(24 * 30)).await.unwrap();
    assert_eq!(scene.kept().await.silent_since, Some(last), "it does not get used to it");

    drop(taker);
    let (channel, gateway) = (scene.channel, scene.gateway);
    drop((scene.intake, scene.store));
    let store = open(&home(scene.folder.path())).unwrap();
    scene = Scene { folder: scene.folder, gateway, intake: Intake::new(store.clone()), store, channel };
    let mut taker = scene.taker().await;
    taker.look(now + hours(1)).await.unwrap();
    assert_eq!(scene.kept().await.silent_since, Some(last));
    taker.listen().await.unwrap();
    assert_eq!(scene.kept().await.silent_since, Some(last), "nobody was heard");
    scene.tell("路灯").await;
    taker.listen().await.unwrap();
    assert_eq!(scene.kept().await.silent_since, None, "at once, not with the next hour");

    // What is told again writes no version, and is life all the same.
    let heard = scene.kept().await.heard.unwrap();
    taker.watched[0].pulse.silent_since = Some(heard);
    tokio::time::sleep(Duration::from_millis(5)).await;
    scene.tell("路灯").await;
    taker.listen().await.unwrap();
    assert!(scene.kept().await.heard.unwrap() > heard);
    assert_eq!(taker.watched[0].pulse.silent_since, None);
}

#[tokio::test]
async fn what_came_is_counted_once_also_while_it_settles() {
    let scene = Scene::new().await;
    let mut taker = scene.taker().await;
    scene.tell("one").await;
    scene.tell("one").await;
    scene.tell("two").await;
    let now = Timestamp::now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let channel = scene.channel.enrolled.channel;
    for at in [now, now, now + hours(1), now + hours(1)] {
        let came = taker.count(at).await.unwrap();
        let days: Vec<_> = came[&channel].days.iter().map(|(day, count)| (*day, *count)).collect();
        assert_eq!(days, [(today, 2)], "two versions, the repeat is none");
    }
    assert!(taker.after > 0, "what has settled is not read again");
}

#[tokio::test]
async fn a_day_is_judged_once_and_a_good_one_ends_it() {
    let scene = Scene::new().await;
    let mut taker = scene.taker().await;
    let now = Timestamp::now();
    lived(&mut taker, now - hours(24 * 10));
    let yesterday = now.to_zoned(TimeZone::UTC).date().yesterday().unwrap();
    taker.look(now).await.unwrap();
    let nothing = Some(Unexpected { day: yesterday, count: 0 });
    assert_eq!(scene.kept().await.unexpected, nothing);
    let channel = taker.watched[0].channel;
    taker.came.get_mut(&channel).unwrap().days.insert(yesterday, 1);
    taker.look(now).await.unwrap();
    assert_eq!(scene.kept().await.unexpected, nothing, "what is judged stays judged");
    let today = now.to_zoned(TimeZone::UTC).date();
    taker.came.get_mut(&channel).unwrap().days.insert(today, 3);
    taker.look(now + hours(24)).await.unwrap();
    assert_eq!(scene.kept().await.unexpected, Some(Unexpected { day: today, count: 3 }), "too many");
    taker.came.get_mut(&channel).unwrap().days.insert(today.tomorrow().unwrap(), 2);
    taker.look(now + hours(48)).await.unwrap();
    assert_eq!(scene.kept().await.unexpected, None);
    assert_eq!(scene.kept().await.judged, Some(today.tomorrow().unwrap()));
}
