//! Secrets: read only by reference, written whole and for the owner alone, never shown.

use std::os::unix::fs::PermissionsExt;

use huiliu::settings::{ChannelSite, SecretError, Secrets, references};
use huiliu::store::Keys;
use huiliu_contract::{Secret, SecretRef, Site};
use insta::assert_snapshot;
use serde_json::json;

use crate::scene::Scene;

fn file(name: &str) -> SecretRef {
    SecretRef::File(name.into())
}

#[test]
fn what_was_set_is_read_back_and_is_the_owners_alone() {
    let scene = Scene::new("");
    let secrets = Secrets::new(scene.dir(), scene.variables());
    let path = secrets.set("core.token", &Secret::new("first")).unwrap();
    secrets.set("core.token", &Secret::new("second")).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(secrets.read("core.auth", &file("secrets/core.token")).unwrap().expose(), "second");
    assert_eq!(secrets.warning(&file("secrets/core.token")), None);
    assert_eq!(std::fs::read_dir(scene.dir().join("secrets")).unwrap().count(), 1, "no draft is left");
}

#[test]
fn a_secret_typed_in_notepad_is_read() {
    let scene = Scene::new("");
    scene.write("secrets/a", "\u{feff}hush\r\n".as_bytes());
    let secrets = Secrets::new(scene.dir(), scene.variables());
    assert_eq!(secrets.read("k", &file("secrets/a")).unwrap().expose(), "hush");
}

#[test]
fn an_unset_secret_names_the_key_and_the_remedy() {
    let scene = Scene::new("").variable("EMPTY", "");
    scene.write("secrets/blank", b"\n");
    scene.write("secrets/latin", b"\xff\xfe\xfd");
    let secrets = Secrets::new(scene.dir(), scene.variables());
    let told = |at: &SecretRef| {
        let wrong = secrets.read("connect.secret", at).unwrap_err();
        format!("{}: {}\n{}", wrong.key, wrong.problem_zh, wrong.problem)
    };
    assert_snapshot!("secret_file_missing", told(&file("secrets/sheng.key")));
    assert_snapshot!("secret_file_blank", told(&file("secrets/blank")));
    assert_snapshot!("secret_file_elsewhere", told(&file("/nowhere/sheng.key")));
    assert_snapshot!("secret_file_not_utf8", told(&file("secrets/latin")));
    assert_snapshot!("secret_variable_empty", told(&SecretRef::Env("EMPTY".into())));
}

#[test]
fn a_file_that_others_may_read_is_a_warning() {
    let scene = Scene::new("");
    scene.write("secrets/open", b"hush\n");
    let path = scene.dir().join("secrets/open");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let secrets = Secrets::new(scene.dir(), scene.variables());
    let told = secrets.warning(&file("secrets/open")).unwrap();
    assert!(told.zh.contains("chmod 600") && told.en.contains("chmod 600"));
}

#[test]
fn the_list_says_what_is_set_and_never_what_it_is() {
    let scene = Scene::new("").variable("TOKEN", "hush");
    let secrets = Secrets::new(scene.dir(), scene.variables());
    secrets.set("lying", &Secret::new("hush")).unwrap();
    let referred = references(&json!({
        "auth": { "basic": { "user": "u", "password": { "file": "secrets/missing" } } },
        "keys": [{ "env": "TOKEN" }, { "env": "TOKEN" }, { "file": "secrets/lying" }],
    }));
    let list = secrets.list(&referred);
    let shown: Vec<_> = list.iter().map(|state| (state.place.clone(), state.set)).collect();
    let want =
        [(file("secrets/lying"), true), (file("secrets/missing"), false), (SecretRef::Env("TOKEN".into()), true)];
    assert_eq!(shown, want);
    assert!(!format!("{list:?} {secrets:?}").contains("hush"));
}

#[test]
fn a_name_cannot_leave_the_folder() {
    let scene = Scene::new("");
    let secrets = Secrets::new(scene.dir(), scene.variables());
    for name in ["", "..", "../x", "a/b", ".hidden", "Key", "密钥"] {
        assert!(matches!(secrets.set(name, &Secret::new("x")), Err(SecretError::Name(_))), "{name}");
    }
    assert!(matches!(secrets.set("empty", &Secret::new("")), Err(SecretError::Length)));
}

#[test]
fn a_connector_is_lent_the_site() {
    let scene = Scene::new("").variable("TOKEN", "hush");
    let site = ChannelSite::new("sheng", &scene.gateway().unwrap(), &scene.variables(), &Keys::of_no_house());
    assert_eq!(site.channel(), "sheng");
    assert_eq!(site.secret("k", &SecretRef::Env("TOKEN".into())).unwrap().expose(), "hush");
    assert_eq!(site.path("certs/ca.pem".as_ref()), scene.dir().join("certs/ca.pem"));
    assert_eq!(site.zone().iana_name(), Some("Asia/Shanghai"));
    assert!(site.listener_is_loopback() && !format!("{site:?}").contains("hush"));
}
