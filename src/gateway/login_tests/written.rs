//! What `[login.captcha]` may say: the kind's keys and the gateway's, checked as one table, each at its line.

use std::fs;

use super::channel;
use super::door::KINDS;
use crate::settings::{Channels, Gateway, Lang, Variables};

fn read(written: &str) -> Channels {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("channels/sheng")).unwrap();
    fs::write(folder.path().join("gateway.toml"), "").unwrap();
    fs::write(folder.path().join("channels/sheng/channel.toml"), written).unwrap();
    let infos: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    Gateway::load(folder.path(), &Variables::default()).unwrap().channels(&infos)
}

#[test]
fn the_hours_are_the_gateways_and_the_rest_is_the_kinds() {
    let hours = "hours = \"workdays 08:00-18:00; holidays 09:00-17:00\"\nbefore_leaving = \"17:20\"";
    let channels = read(&channel("written", "trial", hours));
    assert_eq!(channels.mistakes().count(), 0, "{:?}", channels.mistakes().collect::<Vec<_>>());
    let settings = channels.good().next().unwrap();
    let people = &settings.captcha;
    assert_eq!(people.before_leaving.unwrap().to_string(), "17:20");
    assert_eq!(people.hours.as_ref().unwrap().to_string(), "workdays 08:00-18:00; holidays 09:00-17:00");
    assert_eq!(settings.options["login"]["captcha"], serde_json::json!({ "tries": 2 }));
}

#[test]
fn what_is_wrong_there_is_told_with_its_line_and_what_is_allowed() {
    for (lines, line, key, says) in [
        ("hours = \"weekdays 08:00-18:00\"", 9, "login.captcha.hours", "workdays"),
        ("hours = \"workdays 08:00-18:00\"\nbefore_leaving = \"25:00\"", 10, "login.captcha.before_leaving", "17:20"),
        ("before_leaving = \"17:20\"", 9, "login.captcha.before_leaving", "hours"),
        ("hour = \"workdays 08:00-18:00\"", 9, "login.captcha.hour", "hours"),
        ("tires = 3", 9, "login.captcha.tires", "before_leaving"),
    ] {
        let channels = read(&channel("written", "trial", lines));
        let found: Vec<_> = channels.mistakes().collect();
        assert_eq!(found.len(), 1, "{lines}: {found:?}");
        let told = (found[0].place.map(|(line, _)| line), Some(found[0].key.as_str()));
        assert_eq!(told, (Some(line), Some(key)), "{lines}: {found:?}");
        for lang in [Lang::Zh, Lang::En] {
            assert!(found[0].shown(lang).contains(says), "{lines}: {}", found[0].shown(lang));
        }
    }
}
