//! The channels we ship: each is right as it stands once its secrets are set, is off, and maps its samples into the
//! tickets that lie beside them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use std::fs;
use std::path::{Path, PathBuf};

use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu::normalize::samples::{self, Verdict};
use huiliu::settings::{ChannelSettings, ChannelState, Gateway, Lang, Mistake, Secrets, Variables, references};
use huiliu_contract::{Connector, Item, Secret, SecretRef};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn told(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| mistake.shown(Lang::Zh)).collect::<Vec<_>>().join("\n")
}

/// The shipped configuration in a folder of its own, with every secret that it points to set.
fn house() -> (tempfile::TempDir, Gateway) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    copy(&shipped(), &config);
    let gateway = Gateway::load(&config, &Variables::default()).unwrap_or_else(|wrong| panic!("{}", told(&wrong)));
    let secrets = Secrets::new(&config, Variables::default());
    for channel in channels(&gateway) {
        for at in references(&channel.options) {
            let SecretRef::File(path) = at else { panic!("a shipped channel points to a file of its own") };
            let name = path.strip_prefix("secrets").unwrap().to_str().unwrap().to_owned();
            secrets.set(&name, &Secret::new(of_its_sort(&name))).unwrap();
        }
    }
    (folder, gateway)
}

/// A secret that could stand under a name: keys of SM4 and SM2 are so many hexadecimal digits, WeChat's are 43 characters.
fn of_its_sort(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, "sm4")) => "0123456789abcdeffedcba9876543210".into(),
        Some((_, "sm2")) => "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8".into(),
        Some((_, "aes")) => "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".into(),
        _ => "set-for-this-test".into(),
    }
}

fn channels(gateway: &Gateway) -> Vec<ChannelSettings> {
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let files = gateway.channels(&kinds);
    files.iter().map(|file| file.result.clone().unwrap_or_else(|wrong| panic!("{}", told(&wrong)))).collect()
}

#[test]
fn every_shipped_channel_is_right_and_off() {
    let (_folder, gateway) = house();
    let channels = channels(&gateway);
    let codes: Vec<&str> = channels.iter().map(|channel| channel.code.as_str()).collect();
    let shipped = [
        "dianzi-youxiang",
        "guojia-zhengwu",
        "hengyang12345",
        "renminwang",
        "sheng-tongyi",
        "sheng-zhihui",
        "sheng12345",
        "shengzhang",
        "shougong",
        "shuji-shizhang",
        "shuji-xianzhang",
        "weixin",
        "xiangyiban",
        "zhengxieyun",
        "zhongguo-zhengfuwang",
    ];
    assert_eq!(codes, shipped);
    for channel in &channels {
        assert_eq!(channel.channel.state, ChannelState::Off, "{} goes live only by an operator's hand", channel.code);
        if let Err(wrong) = build_channel(channel, &gateway, &Variables::default(), KINDS) {
            panic!("{}", told(&wrong));
        }
    }
}

#[test]
fn every_line_of_a_shipped_channel_has_a_remark() {
    for entry in fs::read_dir(shipped().join("channels")).unwrap() {
        let path = entry.unwrap().path().join("channel.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("【待确认】"), "{} says what must be confirmed", path.display());
        for (n, line) in text.lines().enumerate().filter(|(_, line)| line.contains(" = ")) {
            assert!(line.contains('#'), "{}:{} has no remark", path.display(), n + 1);
        }
    }
}

#[test]
fn every_sample_becomes_the_ticket_beside_it() {
    let (_folder, gateway) = house();
    for channel in channels(&gateway) {
        let built = build_channel(&channel, &gateway, &Variables::default(), KINDS);
        let (connector, mapping) = built.unwrap_or_else(|wrong| panic!("{}", told(&wrong)));
        let inputs: Vec<PathBuf> = fs::read_dir(channel.dir.join("samples"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| [".in.json", ".in.eml"].iter().any(|end| path.to_str().unwrap().ends_with(end)))
            .collect();
        assert!(inputs.len() >= 4, "{} has too few samples", channel.code);
        for input in inputs {
            let name = input.file_name().unwrap().to_str().unwrap().to_owned();
            let expected = input.with_file_name(format!("{}.ticket.json", name.split_once(".in.").unwrap().0));
            let expected = fs::read(&expected).ok();
            let bytes = fs::read(&input).unwrap();
            let verdict = match name.ends_with(".eml") {
                true => samples::judge(&mapping, &letter(&connector, bytes), expected.as_deref()),
                false => samples::run(&mapping, &bytes, expected.as_deref()),
            };
            let place = format!("{}/{}", channel.code, input.file_name().unwrap().to_str().unwrap());
            match verdict {
                Verdict::Same => {}
                Verdict::New(found) => panic!("{place}: {}", String::from_utf8(samples::expectation(&found)).unwrap()),
                Verdict::Differs { changes, .. } => {
                    let changes: Vec<String> = changes.iter().map(|change| change.shown(Lang::Zh)).collect();
                    panic!("{place} differs:\n{}", changes.join("\n"));
                }
                Verdict::Unmappable(why) => panic!("{place}: {}", why.shown(Lang::Zh)),
                Verdict::Unreadable(why) => panic!("{place}: {}", why.zh),
            }
        }
    }
}

/// What rules read of a letter.
fn letter(connector: &Connector, bytes: Vec<u8>) -> serde_json::Value {
    let saved = connector.saved.as_ref().unwrap();
    let page = saved.read("letter.eml", &bytes.into(), jiff::Timestamp::UNIX_EPOCH).unwrap().page;
    match page.items.into_iter().next() {
        Some(Item::Submission(one)) => one.document.into_inner(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn shipped_channels_are_laid_out_as_the_command_lays_them_out() {
    for entry in fs::read_dir(shipped().join("channels")).unwrap() {
        let path = entry.unwrap().path().join("channel.toml");
        let text = fs::read_to_string(&path).unwrap();
        let out = huiliu::layout::laid_out(&text).unwrap();
        assert!(out == text, "{}: run `huiliu channel fmt`", path.display());
    }
}
