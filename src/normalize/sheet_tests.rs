//! A row of a sheet, mapped as the people who write channels wish to write it.

use serde_json::json;

use super::{Basis, Mapping};
use crate::settings::{Lang, Source};

const FIELDS: &str = r#"
[fields]
title        = "建议标题"
content      = ["建议内容", "内容"]
name         = "委员姓名"
phone        = { column = ["联系电话", "手机"], clean = "phone" }
organisation = "界别"
role         = { value = "政协委员" }
type         = { column = "类别", codes = "type", default = "建议" }
place        = { column = "地点/位置.详细", optional = true }
submitted_at = { column = "提交时间", date = ["yyyy-MM-dd HH:mm", "yyyy/M/d", "excel", "zh"] }
deadline     = { column = "办理期限", date = ["yyyy-MM-dd", "yyyy/M/d", "excel"], optional = true }
parent_no    = { column = "备注", after = "省长信箱编号", optional = true }

[codes]
type = { "微建议" = "建议", "投诉" = "投诉" }
"#;

fn mapping(text: &str) -> Mapping {
    let source = Source::new("channel.toml", text);
    let tree = toml::de::DeTable::parse(text).unwrap();
    let basis = Basis { zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(), ..Basis::default() };
    let table = tree.get_ref();
    Mapping::compile(&source, &table["fields"], table.get("codes"), &basis).unwrap()
}

#[test]
fn a_row_maps_by_the_heads_of_its_columns() {
    let mapping = mapping(FIELDS);
    let row = |submitted: serde_json::Value| {
        json!({
            "建议标题": "修路灯", "内容": "东门路灯不亮", "委员姓名": "刘小某", "手机": "138 0000 0000", "界别": "农业界",
            "地点/位置.详细": "东门", "提交时间": submitted, "办理期限": "2025/3/20", "备注": "见省长信箱编号:SZ2025001,请办",
        })
    };
    for submitted in
        [json!("2025-03-01 14:05"), json!(45717.5868055556), json!("2025年3月1日 14:05"), json!("45717.5868055556")]
    {
        let draft = mapping.read(&row(submitted)).unwrap().draft;
        assert_eq!(draft.matter.content.as_deref(), Some("东门路灯不亮"));
        assert_eq!(draft.person.phone.as_deref(), Some("13800000000"));
        assert_eq!(draft.person.role.as_deref(), Some("政协委员"));
        assert_eq!(draft.times.submitted_at.unwrap().to_string(), "2025-03-01T06:05:00Z");
        assert_eq!(draft.deadline.unwrap().computed.unwrap().to_string(), "2025-03-20T15:59:59Z");
        assert_eq!(draft.parent_no.as_deref(), Some("SZ2025001"));
        assert!(serde_json::to_value(&draft.matter).unwrap().to_string().contains("东门"));
    }
}

#[test]
fn what_is_no_date_is_told_with_the_formats_that_were_tried() {
    let mapping = mapping(FIELDS);
    let row = json!({ "建议标题": "修路灯", "内容": "东门路灯不亮", "提交时间": "20250301" });
    let told = mapping.read(&row).unwrap_err();
    let (zh, en) = (told.shown(Lang::Zh), told.shown(Lang::En));
    assert!(zh.contains("提交时间") && zh.contains("excel | zh"), "{zh}");
    assert!(en.contains("yyyy/M/d | excel | zh") && !zh.contains("20250301"), "{en}");
}
