//! Files as Notepad and input methods leave them.

use insta::assert_snapshot;

use crate::scene::Scene;

fn told(bytes: &[u8]) -> String {
    let scene = Scene::new("");
    scene.write("gateway.toml", bytes);
    scene.told()
}

#[test]
fn a_file_saved_as_ansi_is_told_how_to_save_it() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("data = \"数据\" # 目录\n");
    assert_snapshot!(told(&gbk));
}

#[test]
fn a_file_saved_as_unicode_is_told_how_to_save_it() {
    let utf16: Vec<u8> = "\u{feff}lang = \"zh\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!("utf16_marked", told(&utf16));
    let bare: Vec<u8> = "lang = \"zh\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!("utf16_bare", told(&bare));
}

#[test]
fn a_damaged_file_is_told_its_line() {
    assert_snapshot!(told(b"lang = \"zh\"\n# \xff\xff\xff\n"));
}

#[test]
fn full_width_marks_are_all_named_at_once() {
    let text = "lang\u{ff1d} \u{201c}zh\u{201d}\r\n[http]\r\nlisten\u{3000}= \u{2018}127.0.0.1:1\u{2019}\r\n\u{a0}data = \"x\"\u{ff03}\r\n";
    assert_snapshot!(told(text.as_bytes()));
}

#[test]
fn broken_toml_is_explained() {
    for (name, text) in [
        ("twice", "lang = \"zh\"\nlang = \"en\"\n"),
        ("unquoted", "lang = zh\n"),
        ("unclosed_quote", "lang = \"zh\n"),
        ("no_equals", "[http]\nlisten \"127.0.0.1:1\"\n"),
        ("chinese_key", "时区 = \"Asia/Shanghai\"\n"),
        ("unclosed_list", "[core]\nurl = \"http://x\"\nsuccess = { at = \"/code\", is = [200 }\n"),
        ("leading_zero", "[limits]\npushes = 0755\n"),
        ("backslash", "data = \"D:\\数据\"\n"),
        ("no_value", "lang =\n"),
        ("huge", "[limits]\npushes = 99999999999999999999\n"),
    ] {
        assert_snapshot!(format!("broken_{name}"), told(text.as_bytes()));
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_no_mistake() {
    let scene = Scene::new("\u{feff}lang = \"en\"\r\n[http]\r\nlisten = \"127.0.0.1:0\"\r\n");
    assert_eq!(scene.gateway().unwrap().settings.http.listen.port(), 0);
}
