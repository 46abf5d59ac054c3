//! What the program says of the shipped channels and of presets. `HUILIU_GOLDEN=write` writes the golden files anew.

use std::path::Path;

use serde_json::Value;

use crate::say;

fn golden(name: &str, now: &str) {
    let path = format!("{}/tests/golden/explain/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("HUILIU_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == now, "{path} is stale; if that is meant: HUILIU_GOLDEN=write cargo test --test commands explained");
}

fn shipped() -> String {
    format!("{}/config", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_shipped_channel_is_explained_in_both_languages() {
    let (config, here) = (shipped(), Path::new("."));
    let codes = [
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
    for code in codes {
        for lang in ["zh", "en"] {
            let (status, out, err) = say(here, &["--config", &config, "--lang", lang, "explain", code]);
            assert_eq!(status, 0, "{err}");
            golden(&format!("{code}.{lang}.txt"), &out);
        }
        let (_, out, _) = say(here, &["--config", &config, "--json", "explain", code]);
        let json: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&json["code"], &json["state"]), (&code.into(), &"off".into()));
        let settings = json["settings"].as_array().unwrap();
        assert!(settings.iter().all(|one| one["origin"] == "written" || !one["preset"].is_null()), "{code}");
    }
}

#[test]
fn presets_are_listed_shown_and_seen_in_an_explanation() {
    let office = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = office.path().join("config").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("gateway.toml", "");
    write("presets/county.toml", "[preset]\nzh = \"县里的平台\"\n[deadline]\ndays = 7\n");
    let letters = |preset: &str| {
        format!(
            "[channel]\nname = \"平台\"\n[connect]\nkind = \"rest\"\npreset = \"{preset}\"\nurl = \"https://a.example\"\n\
             [poll]\nlist = {{ get = \"/list\", id = \"id\" }}\n[fields]\ntitle = \"t\"\n"
        )
    };
    write("channels/a/channel.toml", &letters("ruoyi"));
    let say = |words: &[&str]| say(office.path(), words);
    let (status, out, _) = say(&["presets"]);
    assert!(
        status == 0 && out.contains("ruoyi") && out.contains("county(自己的)") && out.contains("接口轮询"),
        "{out}"
    );
    let (_, out, _) = say(&["--json", "presets"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    let county = json.as_array().unwrap().iter().find(|one| one["name"] == "county").unwrap();
    assert_eq!((&county["own"], &county["summary"]["zh"]), (&true.into(), &"县里的平台".into()));
    let (status, out, _) = say(&["presets", "ruoyi"]);
    assert!(status == 0 && out.contains("poll.page.param") && out.contains("pageNum"), "{out}");
    let (status, _, err) = say(&["presets", "rouyi"]);
    assert!(status == 3 && err.contains("是不是 ruoyi"), "{err}");
    assert_eq!(say(&["check", "a"]).0, 0);
    let (status, out, err) = say(&["explain", "平台"]);
    assert!(status == 0 && out.contains("预设 ruoyi") && out.contains("pageNum,从 1 起,每页 50 件"), "{out}{err}");
    assert!(out.contains("写明;预设 ruoyi:poll.list.items"), "{out}");
    write("presets/county.toml", "[preset]\nzh = \"县里的平台\"\n[deadline]\ndays = 0\n");
    let (status, out, _) = say(&["check"]);
    assert!(status == 1 && out.contains("presets/county.toml:4:8"), "unused, but wrong: {out}");
    let (status, _, err) = say(&["explain", "b"]);
    assert!(status == 3, "{err}");
    write("channels/a/channel.toml", &letters("county"));
    let (status, _, err) = say(&["explain", "a"]);
    assert!(status == 1 && err.contains("presets/county.toml:4:8 [deadline.days]"), "{err}");
}
