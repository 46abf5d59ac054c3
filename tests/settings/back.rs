//! `[return]`: the part every channel has, what it says in vain, and what the built road cannot do.

use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu::settings::{KindInfo, Sign, Uncertain, Variables};
use huiliu_contract::{Manners, OutcomeKind};
use insta::assert_snapshot;

use crate::scene::{Scene, shown};

const POLLED: &str = r#"
[channel]
name = "省级12345热线"

[connect]
kind = "rest"
url = "https://12345.example.gov.cn/openapi"

[poll]
list = { post = "/order/list", items = "/data/records", id = "orderNo" }

[fields]
title = "orderTitle"
content = "orderContent"

"#;

const PUSHED: &str = r#"
[channel]
name = "书记县长信箱"

[connect]
kind = "webhook"
verify = { token = { header = "x-token", secrets = [{ env = "TOKEN" }] } }

[receive]
id = "letterNo"

[fields]
title = "title"
content = "content"

"#;

const WAYS: &str = r#"
[return]
sign = "core_accepted"
approve = ["returned", "closed"]
greeting = "“{title}”收悉:"
ending = "{unit}\n{date}"
max_chars = 500
codes = { solved = { "解决" = "0" } }
signed = { post = "/order/sign", send = { orderNo = "{id}" } }
closed = { post = "/order/finish", send = { orderNo = "{id}", result = "{reply}" } }
"#;

const STATUS: &str = "status = { post = \"/s\", send = { no = \"{id}\" }, at = \"/state\", approved = [\"好\"] }\n";

fn scene(text: &str) -> Scene {
    Scene::new("").channel("sheng", text).variable("TOKEN", "t")
}

/// What an operator is told when the channel is read and built; nothing if all is well.
fn told(text: &str) -> String {
    let scene = scene(text);
    let gateway = scene.gateway().unwrap();
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect::<Vec<KindInfo>>();
    let files = gateway.channels(&kinds);
    let variables: Variables = scene.variables();
    let root = scene.dir();
    let root = root.parent().unwrap();
    let mistakes = match &files.iter().next().unwrap().result {
        Err(mistakes) => mistakes.clone(),
        Ok(channel) => build_channel(channel, &gateway, &variables, KINDS).err().unwrap_or_default(),
    };
    if mistakes.is_empty() { String::new() } else { shown(&mistakes, root) }
}

#[test]
fn the_common_part_is_read_and_kept_from_the_kind() {
    let scene = scene(&format!("{POLLED}{WAYS}"));
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let files = scene.gateway().unwrap().channels(&kinds);
    let channel = files.good().next().unwrap();
    assert!(channel.has_return);
    let back = &channel.back;
    assert_eq!((back.sign, back.max_chars), (Sign::CoreAccepted, Some(500)));
    assert_eq!(back.codes.solved["解决"], "0");
    assert!(back.approves(OutcomeKind::ReturnedToSource) && !back.approves(OutcomeKind::Extended));
    assert_eq!(back.uncertain(Manners::default()), Uncertain::Ask);
    let own: Vec<&str> = channel.options["return"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(own, ["closed", "signed"]);
    assert_eq!(told(&format!("{POLLED}{WAYS}")), "");
}

#[test]
fn a_person_may_be_the_road_of_any_kind() {
    for text in [POLLED, PUSHED] {
        assert_eq!(told(&format!("{text}[return]\nmanual = true\nwants = [\"closed\", \"visited\"]\n")), "");
        assert_eq!(told(text), "", "without the table nothing goes back, and nothing is missed");
    }
}

#[test]
fn what_cannot_be_done_is_told_with_place_and_remedy() {
    for (name, base, from, to) in [
        ("look_without_status", POLLED, "sign =", "uncertain = \"look\"\nsign ="),
        ("retry_without_key", POLLED, "sign =", "uncertain = \"retry\"\nsign ="),
        ("manual_with_a_way", POLLED, "sign = \"core_accepted\"", "manual = true"),
        ("wants_without_manual", POLLED, "sign =", "wants = [\"closed\"]\nsign ="),
        ("sign_without_a_way", POLLED, "signed =", "replied ="),
        ("greeting", POLLED, "“{title}”", "“{titel}”"),
        ("word", POLLED, "\"returned\", \"closed\"", "\"return\", \"closed\""),
        ("to_gateway", POLLED, "signed =", "returned_to_gateway ="),
        ("way_misspelt", POLLED, "closed = { post", "closed = { pst"),
        ("internal_note", POLLED, "{reply}", "{internal_note}"),
        ("files_by_get", POLLED, "closed = { post", "closed = { files = \"attachments\", get"),
        ("files_as_json", POLLED, "closed = { post", "closed = { files = \" \", send_as = \"json\", post"),
        ("no_address", PUSHED, "sign =", "sign ="),
        ("url_misspelt", PUSHED, "sign =", "urll = \"https://x.example\"\nsign ="),
    ] {
        assert!(WAYS.contains(from), "{name}");
        assert_snapshot!(format!("return_{name}"), told(&format!("{base}{}", WAYS.replacen(from, to, 1))));
    }
    assert_snapshot!("return_nothing_to_do_it_with", told(&format!("{PUSHED}[return]\napprove = [\"closed\"]\n")));
}

#[test]
fn what_is_declared_may_be_used() {
    let look = format!("{POLLED}{}", WAYS.replacen("sign =", &format!("uncertain = \"look\"\n{STATUS}sign ="), 1));
    let retry = format!("{POLLED}{}", WAYS.replacen("sign =", "uncertain = \"retry\"\nhonours_key = true\nsign =", 1));
    let pushed = format!("{PUSHED}{}", WAYS.replacen("sign =", "url = \"https://x.example\"\nsign =", 1));
    for text in [look, retry, pushed] {
        assert_eq!(told(&text), "");
    }
}
