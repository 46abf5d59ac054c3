//! What an operator may write, and what is found wrong in it before anything runs.

use serde_json::json;

use crate::house::{sheet, wrong};

#[test]
fn every_mistake_is_found_at_once_with_its_key() {
    let bad = json!({
        "connect": { "inbox": "", "settle": "1h", "keep": "0s" },
        "sheet": {
            "header": ["编号", "编 号", ""], "id": "编号", "fill_down": ["编号"], "head_rows": 3, "sheets": [],
            "aliases": { "内容": ["编号"] }, "items": "a..b", "limits": { "mib": 0, "rows": 2_000_000, "columns": 20_000 },
        },
    });
    let found = wrong(&bad);
    for key in [
        "connect.inbox",
        "connect.settle",
        "connect.keep",
        "sheet.header",
        "sheet.fill_down",
        "sheet.head_rows",
        "sheet.sheets",
        "sheet.aliases.内容",
        "sheet.items",
        "sheet.limits.mib",
        "sheet.limits.rows",
        "sheet.limits.columns",
    ] {
        assert!(found.iter().any(|wrong| wrong.starts_with(key)), "{key}: {found:#?}");
    }
}

#[test]
fn a_number_must_be_named_or_done_without() {
    let mut options = json!({ "connect": { "inbox": "/x" }, "sheet": sheet() });
    options["sheet"]["id"] = json!(null);
    assert!(wrong(&options)[0].starts_with("sheet.id"));
    options["sheet"]["scope"] = json!("file");
    options["sheet"]["if_no_id"] = json!("hash");
    assert!(wrong(&options)[0].starts_with("sheet.scope"));
}
