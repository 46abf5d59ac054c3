//! `gateway.toml`: what holds when nothing is said, and what is said about mistakes.

use huiliu::settings::{Gateway, Lang, Variables};
use insta::assert_snapshot;

use crate::scene::Scene;

#[test]
fn an_empty_file_means_the_defaults() {
    let gateway = Scene::new("").gateway().unwrap();
    let settings = &gateway.settings;
    assert_eq!(settings.lang, Lang::Zh);
    assert_eq!(settings.zone.0.iana_name(), Some("Asia/Shanghai"));
    assert_eq!(settings.data, gateway.dir.parent().unwrap().join("data"));
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8612");
    assert!(settings.http.is_loopback() && settings.core.is_none());
}

#[test]
fn the_shipped_file_is_right() {
    let gateway = Gateway::load("config".as_ref(), &Variables::default()).unwrap();
    assert!(gateway.settings.data.ends_with("data") && gateway.settings.data.is_absolute());
}

#[test]
fn the_core_of_the_shipped_remark_is_right() {
    let text = std::fs::read_to_string("config/gateway.toml").unwrap();
    let (from, to) = (text.find("# [core]").unwrap(), text.find("# ── 满意度").unwrap());
    // What is written as settings; sentences between them are not.
    let lines = text[from..to].lines().filter_map(|line| line.strip_prefix("# "));
    let written: Vec<_> = lines.filter(|line| line.starts_with('[') || line.contains("= ")).collect();
    let table = Scene::new(&written.join("\n")).gateway().unwrap().settings.core.unwrap();
    let core = table.rest().unwrap();
    assert_eq!((core.batch, core.in_flight, core.ordered_batch), (1, 64, false));
    assert_eq!(core.number_at.as_deref(), Some("/data/orderNo"));
    let asked = table.outcomes().unwrap();
    assert_eq!((asked.kind(), asked.fields.at.date.as_str()), (Some("rest"), "yyyy-MM-dd HH:mm:ss"));
}

#[test]
fn the_listener_for_letters_of_the_shipped_remark_is_right() {
    let text = std::fs::read_to_string("config/gateway.toml").unwrap();
    let (from, to) = (text.find("# [lmtp]").unwrap(), text.find("[log]").unwrap());
    let written: Vec<_> = text[from..to].lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let settings = Scene::new(&written.join("\n")).gateway().unwrap().settings.lmtp.unwrap();
    assert_eq!((settings.listen.unwrap().to_string().as_str(), settings.mode_bits()), ("127.0.0.1:2424", 0o660));
    let socket: Vec<_> = written.iter().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    let socket: Vec<_> =
        socket.into_iter().filter(|line| !line.starts_with("listen") && !line.starts_with("allow")).collect();
    let gateway = Scene::new(&socket.join("\n")).gateway().unwrap();
    let path = gateway.settings.lmtp.unwrap().socket.unwrap();
    assert_eq!(path, gateway.dir.parent().unwrap().join("data/lmtp.sock"), "beside the configuration folder");
}

#[test]
fn mistakes_are_told_with_place_and_remedy() {
    for (name, text) in [
        ("near_key", "[http]\nlissten = \"127.0.0.1:1\"\n"),
        ("key_far_from_all", "[log]\nwohin = \"x\"\n"),
        ("chinese_meaning_as_key", "\"时区\" = \"Asia/Shanghai\"\n"),
        ("zone", "zone = \"Asia/Beijing\"\n"),
        ("word_of_a_choice", "[log]\nformat = \"jsno\"\n"),
        ("number_for_text", "data = 5\n"),
        ("text_for_number", "[limits]\npushes = \"many\"\n"),
        ("text_for_table", "http = \"127.0.0.1:8612\"\n"),
        ("out_of_range", "[core]\nurl = \"http://127.0.0.1:1/\"\nbatch = 501\n"),
        ("below_zero", "[limits]\npushes = 0\n"),
        ("period", "[http]\nbody_timeout = \"30 seconds\"\n"),
        ("period_as_number", "[http]\nbody_timeout = 30\n"),
        ("listen", "[http]\nlisten = \"8612\"\n"),
        ("rate", "[budgets]\nsheng = \"60\"\n"),
        ("missing", "[core]\nbatch = 2\n"),
        ("core_kind", "[core]\nkind = \"pul\"\n"),
        ("core_key_of_another_kind", "[core]\nkind = \"manual\"\nurl = \"http://127.0.0.1:1/\"\nbatch = 2\n"),
        ("core_file_without_columns", "[core]\nkind = \"file\"\noutbox = \"x\"\n"),
        ("core_envelope_and_body", "[core]\nurl = \"http://127.0.0.1:1/\"\nenvelope = \"cloudevents\"\nbody = {}\n"),
        ("url", "[core]\nurl = \"12345.example\"\n"),
        ("plain_secret", "[core]\nurl = \"http://127.0.0.1:1/\"\nauth = { bearer = \"hush\" }\n"),
        ("auth_misspelt", "[core]\nurl = \"http://127.0.0.1:1/\"\nauth = { baerer = { env = \"T\" } }\n"),
        ("secret_misspelt", "[keys]\ndata = { flie = \"x\" }\n"),
        ("error_word", "[core]\nurl = \"http://127.0.0.1:1/\"\nerrors = { E1 = \"denyed\" }\n"),
        ("pointer", "[core]\nurl = \"http://127.0.0.1:1/\"\nnumber_at = \"a..b\"\n"),
        ("wait_for_files", "[core]\nurl = \"http://127.0.0.1:1/\"\nattachments_wait = \"61s\"\n"),
        ("date_for_text", "data = 2026-12-01\n"),
        ("satisfaction", "[satisfaction]\n\"一般\" = \"basicaly_satisfied\"\n"),
        ("lmtp_nowhere", "[lmtp]\nconnections = 0\nmode = \"rw\"\n"),
        ("lmtp_twice", "[lmtp]\nlisten = \"127.0.0.1:8612\"\nsocket = \"a.sock\"\nallow = [\"10.0.0.1/8\"]\n"),
        ("lmtp_open", "[lmtp]\nlisten = \"0.0.0.0:2424\"\n"),
        (
            "lmtp_open_to_all",
            "[lmtp]\nlisten = \"0.0.0.0:2424\"\nallow = [\"10.0.0.0/8\", \"0.0.0.0/0\"]\nmode = \"0600\"\n",
        ),
        ("lmtp_socket", "[lmtp]\nsocket = \"a.sock\"\nallow = [\"10.0.0.0/8\"]\n"),
    ] {
        assert_snapshot!(format!("gateway_{name}"), Scene::new(text).told());
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let told = Scene::new("lang = \"fr\"\nzone = 8\n[htpp]\n[log]\nlevel = \"loud\"\nformt = 1\n").told();
    assert_snapshot!(told);
}

#[test]
fn a_secret_in_the_wrong_place_is_not_quoted() {
    let text = "[core]\nurl = \"http://127.0.0.1:1/\"\nauth = { basic = { user = \"u\", password = \"hush-hush\" } }\n";
    assert!(!Scene::new(text).told().contains("hush"));
}

#[test]
fn a_missing_file_says_where_to_take_one() {
    let scene = Scene::new("");
    std::fs::remove_file(scene.dir().join("gateway.toml")).unwrap();
    assert_snapshot!(scene.told());
}

#[test]
fn the_environment_chooses_the_language_only_where_the_file_does_not() {
    let lang = |text: &str, said: &str| Scene::new(text).variable("LANG", said).gateway().unwrap().settings.lang;
    assert_eq!(lang("", "en_GB.UTF-8"), Lang::En);
    assert_eq!(lang("", "zh_CN.UTF-8"), Lang::Zh);
    assert_eq!(lang("", "C.UTF-8"), Lang::Zh);
    assert_eq!(lang("lang = \"zh\"", "en_GB.UTF-8"), Lang::Zh);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    /// Known keys with values of every sort, in every table: right or wrong, never a panic, and a mistake has words.
    #[test]
    fn no_value_makes_the_walk_panic(
        lines in proptest::collection::vec(
            (
                proptest::sample::select(vec![
                    "lang", "zone", "data", "http", "http.listen", "limits.pushes", "keys.data", "keys.data.env", "budgets.a",
                    "core", "core.url", "core.auth", "core.auth.basic", "core.success", "core.success.is", "core.errors",
                    "core.body", "log.level", "nothing", "core.batch",
                ]),
                proptest::sample::select(vec![
                    "1", "-1", "1.5", "true", "[]", "[1, \"x\", {}]", "{}", "{ env = \"A\" }", "{ at = \"/a\", is = [1] }",
                    "\"\"", "\"zh\"", "\"5m\"", "2026-12-01", "07:00:00", "\"http://127.0.0.1/\"", "{ user = 1 }", "{ x = { y = [[]] } }",
                ]),
            ),
            0..8,
        )
    ) {
        let lines: std::collections::BTreeMap<_, _> = lines.into_iter().collect();
        let text: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        if let Err(mistakes) = Scene::new(&text).gateway() {
            proptest::prop_assert!(mistakes.iter().all(|m| !m.problem.zh.is_empty() && !m.problem.en.is_empty()));
        }
    }
}

#[test]
fn a_site_says_what_its_words_of_satisfaction_mean() {
    let text = std::fs::read_to_string("config/gateway.toml").unwrap();
    let (from, to) = (text.find("# [satisfaction]").unwrap(), text.find("# ── 专报").unwrap());
    let written = text[from..to].replace("\n# ", "\n").replacen("# ", "", 1);
    let settings = Scene::new(&written).gateway().unwrap().settings;
    assert_eq!(settings.satisfaction.get("一般").map(|level| level.word()), Some("basically_satisfied"));
}

#[test]
fn a_core_is_of_the_kind_it_says() {
    let word = |core: &str| Scene::new(core).gateway().unwrap().settings.core.map(|core| core.word());
    assert_eq!(word("[core]\nurl = \"http://127.0.0.1:1/\"\n"), Some("rest"), "as before there were kinds");
    assert_eq!(word("[core]\nkind = \"rest\"\nurl = \"http://127.0.0.1:1/\"\n"), Some("rest"));
    assert_eq!(word("[core]\nkind = \"manual\"\nform = [{ name = \"甲\", value = \"{title}\" }]\n"), Some("manual"));
    assert_eq!(word("[core]\nkind = \"pull\"\nenvelope = \"cloudevents\"\n"), Some("pull"));
    let file = "[core]\nkind = \"file\"\noutbox = \"x\"\ncolumns = [{ name = \"甲\", value = \"{ticket}\" }]\n";
    assert_eq!(word(file), Some("file"));
    assert_eq!(word(""), None);
    let by_variable = Scene::new("").variable("HUILIU__CORE__KIND", "pull").gateway().unwrap();
    assert_eq!(by_variable.settings.core.map(|core| core.word()), Some("pull"));
}

#[test]
fn the_check_of_certificates_has_no_switch() {
    for line in ["insecure = true", "verify = false", "skip_verify = true", "danger_accept_invalid_certs = true"] {
        let told = Scene::new(&format!("[core]\nurl = \"https://core.example\"\n{line}\n")).told();
        let key = line.split(' ').next().unwrap();
        for wanted in [key, "gateway.toml:3", "证书检查不能关", "cannot be switched off", "`ca_file`", "`pin`"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }
}
