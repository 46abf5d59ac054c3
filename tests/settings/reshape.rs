//! `[reshape]`: where the mistakes of a program stand, whichever way it is written.

use huiliu::normalize::Reshape;
use huiliu::settings::{Lang, Mistake};
use insta::assert_snapshot;

use crate::scene::{Scene, shown};

const CHANNEL: &str = r#"
[channel]
name = "县长信箱"

[connect]
kind = "slot"

RESHAPE

[fields]
title = "title"
"#;

fn scene(reshape: &str) -> Scene {
    Scene::new("").channel("letters", &CHANNEL.replace("RESHAPE", reshape))
}

/// What is wrong with the program of the only channel.
fn wrong(scene: &Scene) -> Vec<Mistake> {
    let channels = scene.channels();
    let said: Vec<_> = channels.mistakes().map(|mistake| mistake.shown(Lang::En)).collect();
    assert!(said.is_empty(), "{said:?}");
    let channel = channels.good().next().unwrap();
    Reshape::compile(channel.reshape.as_ref().unwrap(), "Asia/Shanghai").expect_err("a mistake")
}

#[test]
fn a_mistake_stands_at_its_line_and_column() {
    let at = |reshape: &str, file: Option<&str>| {
        let scene = scene(reshape);
        if let Some(text) = file {
            scene.write("channels/letters/reshape.vrl", text.as_bytes());
        }
        let mistakes = wrong(&scene);
        let name = mistakes[0].file.file_name().unwrap().to_string_lossy().into_owned();
        (name, mistakes[0].place.unwrap())
    };
    let toml = |line, column| ("channel.toml".to_owned(), (line, column));
    // `[reshape]` is line 8 of the file.
    assert_eq!(at("[reshape]\nprogram = '.at = now()'", None), toml(9, 18));
    assert_eq!(at("[reshape]\nprogram = '''.at = now()'''", None), toml(9, 20));
    assert_eq!(at("[reshape]\nprogram = '''\n# 说明\n.\"文\" = now()\n'''", None), toml(11, 8));
    assert_eq!(at("[reshape]\nprogram = \"\"\"\n.a = 1\n.at = now()\n\"\"\"", None), toml(11, 7));
    // Escapes: what is written is not the program, so the literal is named.
    assert_eq!(at("[reshape]\nprogram = \".a = \\\"x\\\"\\n.at = now()\"", None), toml(9, 11));
    let file = ("reshape.vrl".to_owned(), (2, 7));
    assert_eq!(at("[reshape]\nfile = \"reshape.vrl\"", Some("\u{feff}.a = “1”\r\n")).0, "reshape.vrl");
    assert_eq!(at("[reshape]\nfile = \"reshape.vrl\"", Some("# 全角“”在文字里可以\r\n.at = now()\r\n")), file);
}

#[test]
fn mistakes_are_told_in_both_languages() {
    let scene = scene("[reshape]\nprogram = '''\n.n = parse_int(.n)\n.at = now()\n.b = decode_gzip!(.b)\n'''");
    let told = shown(&wrong(&scene), &scene.dir());
    assert_snapshot!("reshape_program", told);
    for (name, reshape) in [
        ("both", "[reshape]\nprogram = '.a = 1'\nfile = \"reshape.vrl\""),
        ("neither", "[reshape]"),
        ("outside", "[reshape]\nfile = \"../other/reshape.vrl\""),
        ("no_file", "[reshape]\nfile = \"reshape.vrl\""),
        ("misspelt", "[reshape]\nprogramm = '.a = 1'"),
    ] {
        assert_snapshot!(format!("reshape_{name}"), self::scene(reshape).told_of_channels());
    }
}
