//! `channel.toml`: the part every channel has and the kind's own, each channel for itself.

use huiliu::settings::ChannelState;
use huiliu::workdays::{CountFrom, Length, Limit};
use huiliu_contract::{Misconfigured, Rate};
use insta::assert_snapshot;

use crate::scene::{BellOptions, Scene};

const GOOD: &str = r#"
[channel]
name = "省级12345热线"
aliases = ["省12345热线"]
state = "live"
start_from = 2026-12-01
report = { noun = "转派工单", measure = "件", order = 6, preamble = 8 }
ignore = ["/viewCount"]

[ledger]
far_contact = "省平台运维"
secret_expires = 2027-03-01

[connect]
kind = "bell"
url = "https://12345.example.gov.cn/openapi"
auth = { bearer = { file = "secrets/sheng.token" } }
limit = "20/min"

[poll]
every = "2m"
hours = "07:00-22:00"
list = ["/order/todo"]

[fields]
title = "orderTitle"

[codes]
sex = { "1" = "男" }
"#;

fn scene() -> Scene {
    Scene::new("[budgets]\nsheng = \"60/min\"\n")
}

#[test]
fn a_channel_is_read_in_three_parts() {
    let scene = scene().channel("sheng", GOOD);
    let channels = scene.channels();
    let channel = channels.good().next().unwrap();
    assert_eq!((channel.code.as_str(), channel.namespace.as_str()), ("sheng", "sheng"));
    assert_eq!(channel.channel.state, ChannelState::Live);
    assert_eq!(channel.connect.limit, Some(Rate::parse("20/min").unwrap()));
    assert_eq!(channel.poll.period().0.as_secs(), 120);
    assert_eq!(channel.ledger.secret_expires.unwrap().to_string(), "2027-03-01");
    let options: BellOptions = channel.options_as().unwrap();
    assert_eq!(options.poll.list, ["/order/todo"]);
    let tree = channel.tree();
    assert!(tree.get_ref().get("fields").is_some() && tree.get_ref().get("codes").is_some());
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    assert!(channel.is_before_start("2026-11-30T15:59:59Z".parse().unwrap(), &zone));
    assert!(!channel.is_before_start("2026-11-30T16:00:00Z".parse().unwrap(), &zone));
}

#[test]
fn what_a_kind_finds_later_has_its_place() {
    let scene = scene().channel("sheng", GOOD);
    let channels = scene.channels();
    let channel = channels.good().next().unwrap();
    let place = |key: &str| channel.mistake(&Misconfigured::new(key, "wrong", "不对")).place;
    assert_eq!(place("poll.list.0"), Some((23, 9)));
    assert_eq!(place("poll.list[0]"), Some((23, 9)));
    assert_eq!(place("connect.auth.bearer.nothing"), Some((17, 19)));
    assert_eq!(place("answer.taken"), None);
}

#[test]
fn mistakes_are_told_with_place_and_remedy() {
    for (name, from, to) in [
        ("state", "state = \"live\"", "state = \"trail\""),
        ("near_key", "start_from", "start_form"),
        ("day", "2026-12-01", "\"1.12.2026\""),
        ("day_with_hour", "start_from = 2026-12-01", "start_from = 2026-12-01T08:00:00"),
        ("name_empty", "name = \"省级12345热线\"", "name = \"\""),
        ("name_missing", "name = \"省级12345热线\"\n", ""),
        ("code_differs", "[channel]", "[channel]\ncode = \"shi\""),
        ("kind_unknown", "\"bell\"", "\"ball\""),
        ("kind_missing", "kind = \"bell\"\n", ""),
        ("kind_key_misspelt", "list = [", "lst = ["),
        ("kind_number", "every = \"2m\"", "size = 501"),
        ("hours", "07:00-22:00", "7点到22点"),
        ("limit", "20/min", "20 a minute"),
        ("budget", "limit = \"20/min\"", "budget = \"shen\""),
        ("pointer", "/viewCount", "viewCount"),
        ("later_table", "[codes]", "[sheet]\nid = \"编号\"\n[codes]"),
        ("acts_without_codes", "[codes]", "[acts]\nfrom = \"bizType\"\n[codes]"),
        ("acts_word_unknown", "[codes]", "[acts]\nfrom = \"bizType\"\ncodes = { \"03\" = \"urg\" }\n[codes]"),
        ("fields_missing", "[fields]\ntitle = \"orderTitle\"\n", ""),
        ("order_as_text", "order = 6", "order = \"6\""),
        ("aliases_as_text", "[\"省12345热线\"]", "\"省12345热线\""),
        ("url_as_number", "\"https://12345.example.gov.cn/openapi\"", "12345"),
        ("deadline_both", "[codes]", "[deadline]\ndays = 10\nhours = 24\n[codes]"),
        ("deadline_neither", "[codes]", "[deadline]\nfrom = \"at_once\"\n[codes]"),
        ("deadline_hours_with_unit", "[codes]", "[deadline]\nhours = 24\nunit = \"day\"\n[codes]"),
        ("deadline_no_days", "[codes]", "[deadline]\ndays = 0\nunit = \"workdays\"\n[codes]"),
        ("files_host_with_scheme", "[codes]", "[files]\nallow_hosts = [\"https://a.example.gov.cn\"]\n[codes]"),
        ("files_too_large", "[codes]", "[files]\nmax_mib = 501\n[codes]"),
        ("files_of_no_sort", "[codes]", "[files]\ntypes = [\"image\", \"exe\"]\n[codes]"),
        ("repush_as_text", "[ledger]", "repush = \"yes\"\n[ledger]"),
    ] {
        // Both tables are the channel's; in `repush_as_text` the line lands in `[channel]`.
        assert!(GOOD.contains(from), "{name}");
        let told = scene().channel("sheng", &GOOD.replacen(from, to, 1)).told_of_channels();
        assert_snapshot!(format!("channel_{name}"), told);
    }
}

#[test]
fn a_time_limit_is_read_with_what_its_silence_means() {
    let limit = |written: &str| {
        let scene = scene().channel("sheng", &GOOD.replace("[codes]", &format!("{written}\n[codes]")));
        scene.channels().good().next().unwrap().deadline.and_then(|table| table.limit())
    };
    let of = |length, from| Some(Limit { length, from });
    assert_eq!(limit(""), None);
    assert_eq!(limit("[deadline]\ndays = 10"), of(Length::Workdays(10), CountFrom::NextDay));
    assert_eq!(
        limit("[deadline]\ndays = 5\nunit = \"day\"\nfrom = \"at_once\""),
        of(Length::Days(5), CountFrom::AtOnce)
    );
    assert_eq!(limit("[deadline]\nhours = 24"), of(Length::Hours(24), CountFrom::AtOnce));
    assert_eq!(limit("[deadline]\nhours = 24\nfrom = \"next_day\""), of(Length::Hours(24), CountFrom::NextDay));
}

/// What the shipped templates say in their remarks is right once the number signs are gone.
#[test]
fn the_time_limit_of_the_shipped_remarks_is_right() {
    for name in ["sheng12345", "shuji-xianzhang"] {
        let text = std::fs::read_to_string(format!("config/channels/{name}/channel.toml")).unwrap();
        let (from, to) = (text.find("# [deadline]").unwrap(), text.find("\n[codes]").unwrap());
        let bare = text[from..to].replace("\n# ", "\n").replacen("# ", "", 1);
        let scene = scene().channel("sheng", &GOOD.replace("[codes]", &format!("{bare}\n[codes]")));
        let table = scene.channels().good().next().unwrap().deadline.unwrap();
        assert_eq!(table.limit(), Some(Limit { length: Length::Workdays(10), from: CountFrom::NextDay }), "{name}");
    }
}

#[test]
fn a_kind_that_is_never_polled_knows_no_poll() {
    let text = GOOD.replace("\"bell\"\nurl = \"https://12345.example.gov.cn/openapi\"\nauth = { bearer = { file = \"secrets/sheng.token\" } }", "\"slot\"");
    assert_snapshot!(scene().channel("sheng", &text).told_of_channels());
}

#[test]
fn a_wrong_channel_leaves_the_others_running() {
    let scene = scene().channel("good", GOOD).channel("Bad Name", GOOD).channel("broken", "[channel\n");
    std::fs::create_dir_all(scene.dir().join("channels/empty")).unwrap();
    let channels = scene.channels();
    assert_eq!(channels.good().map(|channel| channel.code.as_str()).collect::<Vec<_>>(), ["good"]);
    assert_eq!(channels.iter().count(), 4);
    assert_snapshot!(scene.told_of_channels());
}

#[test]
fn nobody_takes_a_name_that_another_has() {
    let later = GOOD.replace("\"live\"", "\"trial\"").replace("[\"省12345热线\"]", "[\"b-live\", \"旧名\"]");
    let scene = scene().channel("a-trial", &later).channel("b-live", GOOD);
    let channels = scene.channels();
    assert_eq!(channels.good().map(|channel| channel.code.as_str()).collect::<Vec<_>>(), ["b-live"]);
    assert_snapshot!(scene.told_of_channels());
}

#[test]
fn a_memory_of_numbers_is_shared_only_where_both_say_so() {
    let named = |name: &str, line: &str| {
        GOOD.replace("省级12345热线", name)
            .replace("[\"省12345热线\"]", "[]")
            .replace("[ledger]", &format!("{line}\n[ledger]"))
    };
    let declared = "namespace = \"old\"";
    let both = scene().channel("old", &named("甲", declared)).channel("new", &named("乙", declared));
    assert_eq!(both.channels().good().count(), 2);
    let one = scene().channel("old", &named("甲", "")).channel("new", &named("乙", declared));
    assert_eq!(one.channels().good().next().unwrap().code, "old");
    assert_snapshot!(one.told_of_channels());
}

#[test]
fn a_channel_is_found_by_code_name_or_alias() {
    let scene = scene().channel("sheng", GOOD);
    let channels = scene.channels();
    for called in ["sheng", "省级12345热线", "省12345热线", " sheng "] {
        assert_eq!(channels.resolve(called).unwrap().code, "sheng");
    }
    let told = |called: &str| {
        let told = channels.resolve(called).unwrap_err().0;
        format!("{}\n{}", told.zh, told.en)
    };
    assert_snapshot!("resolve_near", told("shneg"));
    assert_snapshot!("resolve_part", told("12345热线"));
    assert_snapshot!("resolve_far", told("书记信箱"));
}
