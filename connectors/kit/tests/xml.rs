//! Golden files: documents as far sides send them, and the values that rules read of them. What an item is known by is
//! computed from these, so they must stay what they are from release to release.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail")]

use std::path::Path;

use huiliu_kit::xml::{Reading, XmlOptions};

fn agrees(name: &str, options: &XmlOptions) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xml");
    let reading = Reading::build(options, "receive.xml").unwrap();
    let found = reading.read(&std::fs::read(folder.join(format!("{name}.xml"))).unwrap()).unwrap();
    let golden = folder.join(format!("{name}.json"));
    if std::env::var_os("HUILIU_GOLDEN").is_some_and(|how| how == "write") {
        std::fs::write(&golden, format!("{found:#}\n")).unwrap();
    }
    assert_eq!(format!("{found:#}\n"), std::fs::read_to_string(golden).unwrap(), "{name}");
}

fn options(lists: &[&str]) -> XmlOptions {
    XmlOptions { lists: lists.iter().map(ToString::to_string).collect(), ..XmlOptions::default() }
}

#[test]
fn a_soap_envelope_in_gb2312_with_a_list_of_one() {
    agrees("soap-gb2312", &options(&["/Envelope/Body/rows/row"]));
}

#[test]
fn rows_in_utf_16() {
    agrees("rows-utf16", &options(&[]));
}

#[test]
fn a_list_of_none() {
    agrees("none-utf8", &options(&["/Envelope/Body/rows/row"]));
}
