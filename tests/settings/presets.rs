//! Presets: what a channel takes of one, what it keeps of its own, and what is said where something is wrong.

use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu::settings::{ChannelSettings, Gateway, KindInfo, Lang, Mistake, Presets, Variables};
use huiliu_kit::auth::Auth;

use crate::scene::{Bell, BellOptions, Scene, Slot};

const COUNTY: &str = "[preset]\nzh = \"县里的平台\"\nen = \"the county's platform\"\nkinds = [\"bell\"]\n\
    [connect]\ntimeout = \"9s\"\n[connect.auth.api_key]\nheader = \"x-key\"\n[poll]\nlist = [\"/a\", \"/b\"]\nsize = 20\n\
    [deadline]\ndays = 10\nunit = \"day\"\n[fields]\ntitle = { from = \"subject\", clean = \"trim\" }\nname = \"who\"\n\
    [codes]\nsex = { \"1\" = \"男\", \"2\" = \"女\" }\n";

const LETTERS: &str = "[channel]\nname = \"信箱\"\n[connect]\nkind = \"bell\"\npreset = \"county\"\n\
    url = \"http://a.example\"\n[connect.auth.api_key]\nvalue = { file = \"secrets/a.key\" }\n";

fn scene(preset: &str, channel: &str) -> Scene {
    let scene = Scene::new("").channel("letters", channel);
    scene.write("presets/county.toml", preset.as_bytes());
    scene
}

fn one(scene: &Scene) -> ChannelSettings {
    let channels = scene.channels();
    let found = channels.iter().next().unwrap().result.clone();
    found.unwrap_or_else(|_| panic!("{}", scene.told_of_channels()))
}

#[test]
fn what_a_channel_does_not_say_its_preset_says() {
    let channel = one(&scene(COUNTY, &format!("{LETTERS}[poll]\nevery = \"1m\"\n")));
    let options: BellOptions = channel.options_as().unwrap();
    assert_eq!((options.poll.list, options.poll.size), (vec!["/a".to_owned(), "/b".into()], Some(20)));
    assert!(matches!(options.connect.auth, Some(Auth::ApiKey(key)) if key.header.as_deref() == Some("x-key")));
    assert_eq!(channel.deadline.and_then(|table| table.days), Some(10));
    assert!(channel.is_of_preset("poll.list") && channel.is_of_preset("connect.auth.api_key.header"));
    assert!(!channel.is_of_preset("poll.every") && !channel.is_of_preset("connect.auth.api_key.value"));
    let fields = channel.tree().get_ref().get("fields").unwrap().get_ref().as_table().unwrap().len();
    assert_eq!(fields, 2, "the tree that the mapping reads has them too");
}

#[test]
fn what_a_channel_says_itself_wins_and_lists_are_taken_whole() {
    let own = "[poll]\nlist = [\"/c\"]\n[deadline]\nhours = 24\n[fields]\ntitle = { column = \"标题\" }\n\
               [codes]\nsex = { \"1\" = \"女\" }\n";
    let channel = one(&scene(COUNTY, &format!("{LETTERS}{own}")));
    let value = channel.value();
    assert_eq!(value["poll"]["list"], serde_json::json!(["/c"]));
    assert_eq!(value["deadline"], serde_json::json!({ "hours": 24 }), "days and hours take each other's place");
    assert_eq!(value["fields"]["title"], serde_json::json!({ "column": "标题", "clean": "trim" }));
    assert_eq!(value["codes"]["sex"], serde_json::json!({ "1": "女", "2": "女" }));
    // Another way of a choice is another way.
    let other = LETTERS.replace("[connect.auth.api_key]\nvalue =", "[connect.auth]\nbearer =");
    let options: BellOptions = one(&scene(COUNTY, &other)).options_as().unwrap();
    assert!(matches!(options.connect.auth, Some(Auth::Bearer(_))));
}

#[test]
fn a_preset_that_says_nothing_new_changes_nothing() {
    let full = format!("{LETTERS}[poll]\nlist = [\"/c\"]\n[fields]\ntitle = \"t\"\n");
    let without = Scene::new("").channel("letters", &full.replace("preset = \"county\"\n", ""));
    let with = one(&scene("[preset]\nzh = \"空的\"\n", &full));
    assert_eq!(
        with.meaning(),
        one(&without).meaning().replace("\"kind\":\"bell\"", "\"kind\":\"bell\",\"preset\":\"county\"")
    );
}

#[test]
fn every_mistake_is_told_where_it_was_made() {
    let letters = |more: &str| format!("{LETTERS}{more}");
    let cases = [
        ("a misspelt name", COUNTY.into(), LETTERS.replace("\"county\"", "\"conty\"")),
        ("a name like no other", COUNTY.into(), LETTERS.replace("\"county\"", "\"qqqq\"")),
        ("a value of the preset", COUNTY.replace("size = 20", "size = 900"), letters("")),
        ("a key of the preset", COUNTY.replace("size = 20", "sise = 20"), letters("")),
        ("syntax of the preset", COUNTY.replace("size = 20", "size 20"), letters("")),
        ("a value of the channel", COUNTY.into(), letters("[poll]\nsize = 900\n")),
        ("what neither says", COUNTY.replace("list = [\"/a\", \"/b\"]\n", ""), letters("")),
        ("for another kind", COUNTY.into(), LETTERS.replace("\"bell\"", "\"slot\"")),
        (
            "who a channel is",
            COUNTY.replace("[poll]", "url = \"http://b.example\"\n[channel]\nname = \"x\"\n[poll]"),
            letters(""),
        ),
        ("a secret", COUNTY.replace("header =", "value = { env = \"KEY\" }\nheader ="), letters("")),
        (
            "no head",
            COUNTY.replace("[preset]\nzh = \"县里的平台\"\nen = \"the county's platform\"\nkinds = [\"bell\"]\n", ""),
            letters(""),
        ),
    ];
    let mut out = String::new();
    for (what, preset, channel) in cases {
        let told = scene(&preset, &channel).told_of_channels();
        out += &format!("## {what}\n{told}\n\n");
    }
    insta::assert_snapshot!(out);
}

#[test]
fn an_own_preset_cannot_take_the_name_of_a_shipped_one() {
    let scene = Scene::new("").channel("letters", &LETTERS.replace("\"county\"", "\"ruoyi\""));
    scene.write("presets/ruoyi.toml", COUNTY.as_bytes());
    scene.write("presets/大平台.toml", COUNTY.as_bytes());
    let told = scene.told_of_channels();
    assert!(told.contains("presets/ruoyi.toml") && told.contains("随程序带的预设"), "{told}");
    let unused = Presets::load(&scene.dir()).mistakes(&[KindInfo::of::<Bell>(), KindInfo::of::<Slot>()]);
    let told: Vec<_> = unused.iter().map(|mistake| mistake.shown(Lang::Zh)).collect();
    assert!(told.iter().any(|one| one.contains("大平台") && one.contains("不能作预设的名字")), "{told:?}");
}

/// What a channel must say itself, whatever its preset says, so that it can be built: nothing but its own values and keys,
/// none of which is entered yet.
fn least(kind: &str, preset: &str) -> String {
    let public = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    let values = match preset {
        "gjzwfwpt" => "rid = \"r\"",
        "appkey-md5-time" | "sorted-params-md5" | "sorted-params-sm3" => "app_key = \"a\"",
        "people-board" => "app_code = { file = \"secrets/a\" }, token = { file = \"secrets/b\" }",
        "sm4-sm2" | "sm4-sm2-push" => "sm4_key = { file = \"secrets/a\" }",
        "wecom" => "receive_id = \"w\", aes_key = { file = \"secrets/a\" }",
        "wechat" | "standard-webhooks" => "",
        _ => return bare(kind).into(),
    };
    let keys = match preset {
        "sm4-sm2" => format!("keys = [{{ secret = {{ file = \"secrets/k\" }}, public = \"{public}\" }}]"),
        "sm4-sm2-push" => format!("keys = [{{ public = \"{public}\" }}]"),
        "people-board" => String::new(),
        "standard-webhooks" => {
            "keys = [{ secret = { file = \"secrets/k\" }, as = \"base64\", prefix = \"whsec_\" }]".into()
        }
        _ => "keys = [{ secret = { file = \"secrets/k\" } }]".into(),
    };
    let headers = if preset == "gjzwfwpt" { "headers = { gjzwfwpt_sid = \"s\" }\n" } else { "" };
    match kind {
        "rest" => {
            bare(kind).replace("[poll]", &format!("{headers}[connect.recipe]\nvalues = {{ {values} }}\n{keys}\n[poll]"))
        }
        _ => format!("[connect.verify.recipe]\nvalues = {{ {values} }}\n{keys}\n[receive]\nid = \"id\"\n"),
    }
}

fn bare(kind: &str) -> &'static str {
    match kind {
        "rest" => "url = \"https://a.example\"\n[poll]\nlist = { get = \"/list\", id = \"id\", items = \"/rows\" }\n",
        "webhook" => {
            "verify = { token = { header = \"x-token\", secrets = [{ env = \"T\" }] } }\n[receive]\nid = \"id\"\n"
        }
        other => panic!("what a channel of kind {other} needs is not written here"),
    }
}

fn built(gateway: &Gateway) -> Result<(), Vec<Mistake>> {
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let channels = gateway.channels(&kinds);
    let settings = channels.iter().next().unwrap().result.clone()?;
    build_channel(&settings, gateway, &Variables::default(), KINDS).map(drop)
}

fn channel(kind: &str, preset: &str, more: &str) -> String {
    format!(
        "[channel]\nname = \"信箱\"\nstate = \"off\"\n[connect]\nkind = \"{kind}\"\npreset = \"{preset}\"\n{more}\
         [fields]\ntitle = \"title\"\n"
    )
}

#[test]
fn every_shipped_preset_stands_under_a_channel_of_its_kinds() {
    let all = Presets::load(std::path::Path::new("nowhere"));
    assert!(all.iter().count() >= 21);
    for preset in all.iter() {
        assert!(!preset.kinds.is_empty() && preset.summary.zh != preset.summary.en, "{}", preset.name);
        for kind in &preset.kinds {
            let scene = Scene::new("").channel("letters", &channel(kind, &preset.name, &least(kind, &preset.name)));
            if let Err(mistakes) = built(&scene.gateway().unwrap()) {
                let told: Vec<_> = mistakes.iter().map(|mistake| mistake.shown(Lang::En)).collect();
                panic!("{} under {kind}: {told:?}", preset.name);
            }
        }
    }
}

#[test]
fn what_only_building_finds_is_told_at_the_preset_too() {
    let more = bare("rest").replace("[poll]\n", "[poll]\nsuccess = { at = \"/code\", is = [401] }\n");
    let scene = Scene::new("").channel("letters", &channel("rest", "ruoyi", &more));
    let told = built(&scene.gateway().unwrap()).unwrap_err().iter().map(|one| one.shown(Lang::En)).collect::<Vec<_>>();
    assert!(told.iter().any(|one| one.starts_with("preset ruoyi:") && one.contains("[poll.errors.401]")), "{told:?}");
    let scene = Scene::new("").channel("letters", &channel("rest", "county", bare("rest")));
    scene.write(
        "presets/county.toml",
        b"[preset]\nzh = \"a\"\n\n[fields]\ncontent = { from = \"a\", clean = \"trimm\" }\n",
    );
    let told = built(&scene.gateway().unwrap()).unwrap_err();
    assert_eq!((told.len(), told[0].place), (1, Some((5, 33))), "{told:?}");
    assert!(told[0].file.ends_with("presets/county.toml") && told[0].key == "fields.content.clean");
}
