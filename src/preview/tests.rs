//! What is hidden of what a far side says, and what is shown.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{Connector, Fault, Item, Page, Personal, Raw, Saved, Submission};
use serde_json::{Value, json};

use super::veil::Veil;
use super::*;
use crate::normalize::Reshape;
use crate::settings::{Reshaping, Source};

/// A far side whose rows are the members of the list `rows`.
struct Rows;

impl Saved for Rows {
    fn read(&self, _: &str, bytes: &Bytes, _: Timestamp) -> Result<SavedPage, Fault> {
        let document: Value = serde_json::from_slice(bytes).map_err(|_| Fault::malformed("no JSON"))?;
        let rows = document["rows"].as_array().ok_or_else(|| Fault::malformed("a list is expected"))?;
        let item = |row: &Value| {
            Item::Submission(Box::new(Submission {
                external_id: huiliu_contract::ExternalId::from_value(&row["no"]).unwrap(),
                version: None,
                sent_at: None,
                raw: Raw::new(row.to_string(), "application/json"),
                document: Personal::new(row.clone()),
                attachments: Vec::new(),
                also: Vec::new(),
                unticketed: None,
                unchanging: false,
            }))
        };
        let items = rows.iter().map(item).collect();
        Ok(SavedPage { page: Page { items, next: None, more: false, keep: None }, remarks: Vec::new() })
    }
}

fn rehearsal(fields: &str, program: Option<&str>) -> Rehearsal {
    let folder = tempfile::tempdir().unwrap();
    let channel = folder.path().join("channels/letters");
    std::fs::create_dir_all(&channel).unwrap();
    std::fs::write(folder.path().join("gateway.toml"), "").unwrap();
    let text = format!(
        "[channel]\nname = \"信箱\"\n[connect]\nkind = \"rest\"\n[poll]\nlist = {{ items = \"/data/list\", id = \"no\" }}\n[fields]\n{fields}\n"
    );
    std::fs::write(channel.join("channel.toml"), text).unwrap();
    let gateway = crate::settings::Gateway::load(folder.path(), &crate::settings::Variables::default()).unwrap();
    let table = json!({ "type": "object", "properties": {} });
    let schema = json!({ "type": "object", "properties": { "connect": table, "poll": { "type": "object", "properties": { "list": {} } } } });
    let kind = crate::settings::KindInfo { name: "rest", summary: "", summary_zh: "", schema, explain: |_, _| vec![] };
    let settings = gateway.channels(&[kind]).of("letters").unwrap().result.clone().unwrap();
    let mut mapping = crate::normalize::Mapping::compile(
        settings.source(),
        settings.tree().get_ref().get("fields").unwrap(),
        None,
        &crate::normalize::Basis::default(),
    )
    .unwrap();
    if let Some(program) = program {
        let written = Arc::new(Reshaping::of_file(Source::new("reshape.vrl", program)));
        mapping = mapping.with_program(Reshape::compile(&written, "Asia/Shanghai").unwrap());
    }
    Rehearsal {
        connector: Connector { saved: Some(Box::new(Rows)), ..Connector::default() },
        mapping,
        settings,
        pace: Pace::default(),
        time_limit: None,
        zone: TimeZone::UTC,
        secrets: Vec::new(),
    }
}

const FIELDS: &str = "title = \"bt\"\ncontent = \"nr\"\nname = \"xm\"\nphone = \"dh\"\naddress = \"dz\"\nattachments = { from = \"files\", name = \"n\", url = \"u\" }";

fn looked(rehearsal: &Rehearsal, said: &Value, unmask: bool) -> Preview {
    let bytes = Bytes::from(said.to_string());
    saved(&rehearsal.subject(), "a.json", &bytes, unmask, Timestamp::UNIX_EPOCH).unwrap()
}

fn all(look: &Preview) -> String {
    serde_json::to_string(look).unwrap()
}

fn letter() -> Value {
    json!({ "no": "202612010000000017", "bt": "刘小某反映路灯", "nr": "我是刘小某,住衡东县甲镇乙村12号,电话(0734)5200000", "xm": "刘小某",
        "dh": "13800000000", "dz": "衡东县甲镇乙村12号", "linkMan": "王大某", "IDCard": "43042419000101002X", "level": 3,
        "files": [{ "n": "刘小某.jpg", "u": "https://a.cn/f?id=1" }] })
}

#[test]
fn nothing_of_a_citizen_is_shown_and_everything_where_it_may_be() {
    let rehearsal = rehearsal(FIELDS, None);
    let said = json!({ "rows": [letter()] });
    let look = looked(&rehearsal, &said, false);
    let shown = all(&look);
    let planted = ["刘小某", "13800000000", "乙村12号", "王大某", "43042419000101002X", "5200000", "https://a.cn"];
    for value in planted {
        assert!(!shown.contains(value), "{value} in {shown}");
        assert!(all(&looked(&rehearsal, &said, true)).contains(value), "{value} where all may be seen");
    }
    // What is nobody's stays readable: numbers of the source, names of members, the level.
    assert!(
        shown.contains("202612010000000017") && shown.contains("linkMan") && shown.contains("\"level\":3"),
        "{shown}"
    );
    let fields: Vec<_> = look.rows[0].fields.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["title", "content", "name", "phone", "address", "attachments"]);
    assert_eq!(look.rows[0].fields[2].found[0].value, json!("刘**"));
    assert_eq!(look.rows[0].fields[2].became, json!({ "person": { "name": "刘**" } }));
    assert_eq!(look.rows[0].fields[0].became, json!({ "matter": { "title": "刘**反映路灯" } }));
    assert!(look.is_clean());
}

#[test]
fn a_row_that_does_not_map_is_hidden_as_well() {
    let rehearsal = rehearsal(&format!("{FIELDS}\nsubmitted_at = {{ from = \"at\", date = \"yyyy-MM-dd\" }}"), None);
    let mut row = letter();
    row["at"] = json!("昨天");
    let look = looked(&rehearsal, &json!({ "rows": [row] }), false);
    assert!(!look.is_clean() && look.rows[0].ticket.is_null());
    assert_eq!(look.rows[0].reasons[0]["field"], "submitted_at");
    let failed: Vec<_> = look.rows[0].fields.iter().filter(|one| one.failed).map(|one| one.field.as_str()).collect();
    assert_eq!(failed, ["submitted_at"]);
    for value in ["13800000000", "王大某", "5200000", "刘小某", "乙村"] {
        assert!(!all(&look).contains(value), "{value} in {}", all(&look));
    }
}

#[test]
fn where_a_program_stands_before_the_rules_and_fails_no_text_is_shown() {
    let rehearsal = rehearsal("title = \"t\"", Some(".t = parse_json!(string!(.inner))"));
    let look =
        looked(&rehearsal, &json!({ "rows": [{ "no": "1", "who": "刘小某", "inner": "{", "kind": "A1" }] }), false);
    assert!(!all(&look).contains("刘小某") && all(&look).contains("A1"), "{}", all(&look));
}

#[test]
fn an_answer_without_the_list_names_the_key_and_where_lists_are() {
    let rehearsal = rehearsal(FIELDS, None);
    let look = looked(&rehearsal, &json!({ "data": { "records": [letter()], "x/y": [] } }), false);
    assert_eq!(look.fault.as_ref().unwrap().word, "malformed");
    let note = &look.notes[0];
    assert!(
        note.en.contains("poll.list.items is `/data/list`") && note.en.contains("/data/records (1), /data/x~1y (0)"),
        "{}",
        note.en
    );
    assert!(!all(&look).contains("刘小某\"") && !all(&look).contains("13800000000"));
    let none = looked(&rehearsal, &json!({ "code": 1 }), false);
    assert!(none.notes[0].zh.contains("哪里都没有列表"), "{}", none.notes[0].zh);
}

#[test]
fn torn_and_foreign_texts_hide_what_stands_behind_the_name_of_a_personal_member() {
    let rehearsal = rehearsal(FIELDS, None);
    let veil = Veil::new(&rehearsal.subject(), &[], false, false);
    for text in [
        "{\"xm\": \"刘小某\", \"bt\": \"路灯\"",
        "xm=刘小某&bt=路灯",
        "<r><xm lang='zh'>刘小某</xm><bt>路灯</bt>",
        "<td>姓名:</td> 姓名:刘小某\n路灯",
        "{\"callerRealName\":\"刘小某\",\"bt\":\"路灯\"",
    ] {
        let shown = veil.page(text);
        assert!(!shown.contains("刘小某") && shown.contains("路灯"), "{shown}");
    }
}
