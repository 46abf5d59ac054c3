//! The drawing of the house, kept: which room may import which, who may name a kind or a database, what a
//! connector and a pure room never do. It reads the sources as text; what the compiler sees is not its affair.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources shall fail")]

mod source;

use std::collections::BTreeSet;

use huiliu::kinds::KINDS;
use source::{Source, connector, sources};

/// The rooms of `src/` from the ground up: each imports only from lower floors, never from its own.
const FLOORS: [&[&str]; 13] = [
    &["workdays"],
    &["ticket", "settings", "retry", "signal", "layout", "paper"],
    &["telemetry", "words", "outgoing"],
    &["store", "normalize", "relate"],
    &["forward", "learn", "alarms", "reconcile"],
    &["channel"],
    &["kinds", "intake", "outcomes", "explain", "preview", "signing", "report"],
    &["errands", "console", "door"],
    &["http", "lmtp"],
    &["gateway"],
    &["cli", "demo"],
    &["checks"],
    &["main"],
];

/// The folders in `connectors/` that hold no kind.
const SHARED: [&str; 8] = ["contract", "kit", "sheet", "page", "reshape", "letter", "mailer", "farside"];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn house() -> Vec<Source> {
    sources("src").into_iter().filter(|source| source.path != "src/lib.rs").collect()
}

fn kinds() -> BTreeSet<String> {
    let folders = source::folders("connectors");
    folders.into_iter().filter(|name| !SHARED.contains(&name.as_str())).collect()
}

#[test]
fn every_room_has_its_floor() {
    let rooms: BTreeSet<String> = house().iter().map(Source::room).collect();
    let homeless: Vec<_> = rooms.iter().filter(|room| floor(room).is_none()).collect();
    assert!(homeless.is_empty(), "these rooms stand on no floor of the drawing: {homeless:?}");
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in house() {
        let room = source.room();
        for (line, other) in source.rooms_named() {
            let goes_down = floor(&other).zip(floor(&room)).is_some_and(|(below, own)| below < own);
            if other != room && !goes_down {
                wrong.push(format!("{}:{line}: `{room}` imports `{other}`", source.path));
            }
        }
        // `super` as far as the crate's root is another way to leave a room.
        wrong.extend(
            source.climbs_out().into_iter().map(|line| format!("{}:{line}: climbs out by `super`", source.path)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_one_file_names_the_kinds() {
    for kind in kinds() {
        let named = format!("huiliu_{kind}");
        let all = house();
        let naming: Vec<_> =
            all.iter().filter(|source| source.says(&named)).map(|source| source.path.as_str()).collect();
        assert_eq!(naming, ["src/kinds.rs"], "who names the kind `{kind}`");
    }
}

#[test]
fn the_list_of_kinds_is_what_lies_in_the_folder() {
    let listed: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(listed, kinds().iter().map(String::as_str).collect::<Vec<_>>(), "sorted by name, none left out");
}

/// So that nothing is served that the OpenAPI document does not know.
#[test]
fn only_the_table_opens_routes() {
    let opening =
        |source: &&Source| [".route(", "Router::new", ".nest(", ".merge("].iter().any(|word| source.says(word));
    let all = house();
    let opening: Vec<_> = all.iter().filter(opening).map(|source| source.path.as_str()).collect();
    assert_eq!(opening, ["src/http/table.rs"]);
}

#[test]
fn only_the_opened_store_names_a_database() {
    let at_home = |path: &str| path.starts_with("src/store/sqlite/") || path == "src/store/open.rs";
    let naming = |source: &&Source| source.says("rusqlite");
    let outside: Vec<_> = house().iter().filter(naming).map(|s| s.path.clone()).filter(|path| !at_home(path)).collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn a_pure_room_has_no_clock_no_disk_no_line() {
    const IMPURE: [&str; 8] =
        ["std::fs", "std::net", "std::env", "tokio", "SystemTime", "Instant::now", "Timestamp::now", "Zoned::now"];
    const PURE: [&str; 10] =
        ["ticket", "normalize", "relate", "retry", "workdays", "outgoing", "layout", "learn", "paper", "reconcile"];
    let pure = |source: &&Source| PURE.contains(&source.room().as_str());
    for source in house().iter().filter(pure) {
        let found: Vec<_> = IMPURE.into_iter().chain(["async fn"]).filter(|word| source.says(word)).collect();
        assert!(found.is_empty(), "{} is pure, yet it says {found:?}", source.path);
    }
}

#[test]
fn a_connector_answers_and_the_gateway_loops() {
    const NEVER: [&str; 6] =
        ["tokio::spawn", "spawn_blocking", "tokio::task::", "use tokio::task;", "time::sleep", "time::interval"];
    // Work that takes long (on the disk, on a page) goes through one door a kind, where it is awaited.
    const DOORS: [&str; 3] =
        ["connectors/email/src/aside.rs", "connectors/folder/src/aside.rs", "connectors/portal/src/aside.rs"];
    for folder in
        kinds().iter().map(String::as_str).chain(["contract", "kit", "sheet", "page", "reshape", "letter", "mailer"])
    {
        for source in connector(folder).into_iter().filter(|source| !DOORS.contains(&source.path.as_str())) {
            let found: Vec<_> = NEVER.into_iter().filter(|word| source.says(word)).collect();
            assert!(found.is_empty(), "{}: {found:?}; the connector answers, the gateway loops", source.path);
        }
    }
}

#[test]
fn a_kind_sees_the_contract_and_shared_hands_and_nobody_else() {
    for kind in kinds() {
        let known: BTreeSet<String> = source::house_dependencies(&kind);
        let allowed = ["contract", "kit", "page", "sheet", "letter", "mailer"].map(|name| format!("huiliu-{name}"));
        let allowed = BTreeSet::from(allowed);
        assert!(known.is_subset(&allowed), "connectors/{kind} depends on {known:?}");
    }
    assert_eq!(source::house_dependencies("contract"), BTreeSet::new());
    assert_eq!(source::house_dependencies("sheet"), BTreeSet::new());
    assert_eq!(source::house_dependencies("page"), BTreeSet::new());
    assert_eq!(source::house_dependencies("reshape"), BTreeSet::new());
    assert_eq!(source::house_dependencies("kit"), BTreeSet::from(["huiliu-contract".to_owned()]));
    assert_eq!(source::house_dependencies("letter"), BTreeSet::from(["huiliu-contract".to_owned()]));
    let below = BTreeSet::from(["huiliu-contract", "huiliu-kit"].map(str::to_owned));
    assert_eq!(source::house_dependencies("mailer"), below);
}

#[test]
fn only_the_mailer_names_the_crate_of_mails() {
    let folders = source::folders("connectors").into_iter().filter(|name| name != "mailer");
    let outside = folders.flat_map(|folder| connector(&folder)).chain(house());
    let naming: Vec<_> = outside.filter(|source| source.says("lettre")).map(|source| source.path).collect();
    assert!(naming.is_empty(), "{naming:?}");
}

/// Asked of cargo, not of `Cargo.lock`: that also lists what no feature switches on.
#[test]
fn one_tls_provider_and_no_other() {
    const TREE: &str = "tree --workspace --offline --locked --edges normal --prefix none --format {p}";
    let mut tree = std::process::Command::new(env!("CARGO"));
    let out = tree.args(TREE.split(' ')).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(out.status.success(), "cargo {TREE}: {}", String::from_utf8_lossy(&out.stderr));
    let out = String::from_utf8(out.stdout).unwrap();
    let crates: BTreeSet<&str> = out.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("rustls") && crates.contains("aws-lc-rs"), "the provider is aws-lc-rs: {crates:?}");
    let others = ["ring", "openssl-sys", "native-tls"].map(|name| crates.contains(name).then_some(name));
    let others: Vec<_> = others.into_iter().flatten().collect();
    assert!(others.is_empty(), "{others:?} came in by a feature; `cargo tree --edges features -i NAME` tells by whose");
}

#[test]
fn every_file_opens_with_its_sign_and_is_one_thing() {
    for folder in ["src", "connectors", "tests", "benches"] {
        for source in sources(folder) {
            assert!(source.text.starts_with("//! "), "{} does not say what it is for", source.path);
            let lines = source.text.lines().count();
            assert!(lines <= 400, "{} has {lines} lines: which two things is it?", source.path);
        }
    }
}

#[test]
fn the_rules_see_what_they_are_to_see() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let up =
        source("src/ticket/a.rs", "//! A.\nuse crate::store::Store; // crate::http\nfn f() { crate::errands::g() }\n");
    assert_eq!(up.rooms_named(), [(2, "store".to_owned()), (3, "errands".to_owned())]);
    assert_eq!(up.room(), "ticket");
    let many = source("src/retry.rs", "//! R.\nuse crate::{\n    store::Store,\n    ticket::{A, settings::B},\n};\n");
    assert_eq!(many.rooms_named(), [(3, "store".to_owned()), (4, "ticket".to_owned())]);
    let tests = source("src/retry.rs", "//! R.\n#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}\n");
    assert_eq!(tests.rooms_named(), []);
    let climbing = source("src/ticket/a.rs", "//! A.\nuse super::b;\nuse super::super::store;\n");
    assert_eq!(climbing.climbs_out(), [3]);
    assert_eq!(source("src/ticket/mod.rs", "//! T.\nuse super::store;\n").climbs_out(), [2]);
    let said = source("src/ticket/a.rs", "//! tokio\n// tokio\nuse std::fmt; // tokio\n");
    assert!(said.says("std::fmt") && !said.says("tokio"));
}
