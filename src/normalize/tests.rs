//! Mappings as channels have them, told as stories; and that no document can make a mapping panic.

use std::fmt::Write as _;

use huiliu_contract::{Attachment, AttachmentSource, Personal};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use toml::de::DeTable;

use super::samples::{self, Verdict};
use super::{Basis, Mapping};
use crate::settings::{Lang, Mistake, Source};

/// Compiles what stands under `[fields]` and, after `---`, under `[codes]`.
pub(super) fn compile(text: &str) -> Result<Mapping, Vec<Mistake>> {
    let (fields, codes) = text.split_once("\n---\n").unwrap_or((text, ""));
    let codes = if codes.is_empty() { String::new() } else { format!("\n[codes]\n{codes}") };
    let source = Source::new("channel.toml", format!("[fields]\n{fields}{codes}\n"));
    let table = DeTable::parse(&source.text).unwrap();
    let root = table.get_ref();
    let basis = Basis {
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        types: &["表扬".to_owned()],
        elsewhere: &["orderNo".to_owned()],
    };
    Mapping::compile(&source, root.get("fields").unwrap(), root.get("codes"), &basis)
}

fn mapping(text: &str) -> Mapping {
    compile(text)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.iter().map(|m| m.shown(Lang::En)).collect::<String>()))
}

fn read(text: &str, document: &Value) -> Value {
    serde_json::to_value(mapping(text).read(document).unwrap().draft).unwrap()
}

const PROVINCE: &str = r#"
title         = "orderTitle"
content       = { from = "orderContent", clean = "html" }
type          = { from = "orderType", codes = "type" }
category      = { from = "questionName", split = "/" }
name          = "callerName"
sex           = { from = "callerSex", codes = "sex" }
phone         = { from = "callerPhone", clean = "phone" }
place         = "address"
coordinates   = { from = "addressPoints", split = ",", order = "lng_lat" }
confidential  = { from = "isSecret", codes = "yes_no" }
agree_public  = { from = "isOpen", codes = "yes_no" }
submitted_at  = { from = "callTime", date = "yyyy-MM-dd HH:mm:ss" }
handed_at     = { from = "dispatchTime", date = ["yyyy-MM-dd HH:mm:ss", "unix_ms"] }
deadline      = { from = "deadlineDate", date = "yyyy-MM-dd" }
instruction   = { from = "transferOpinion", by = "leader", at = "leaderTime" }
attachments   = { from = "files", name = "fileName", url = "fileUrl", size = "len" }
repeat_of     = "oldOrderNum"
---
type   = { "1" = "咨询", "2" = "求助", "3" = "投诉", "4" = "举报", "5" = "建议", "6" = "感谢", "9" = "表扬" }
sex    = { "0" = "未知", "1" = "男", "2" = "女" }
yes_no = { "1" = true, "0" = false }
"#;

fn order() -> Value {
    json!({
        "orderNo": "S1", "orderTitle": "路灯不亮", "orderContent": "<p>甲镇乙村<b>三组</b>路灯坏了</p><p>请修</p>",
        "orderType": 2, "questionName": "生活公用/市政/路灯", "callerName": "刘某", "callerSex": "1",
        "callerPhone": "+86 138-0000-0000", "address": "甲镇乙村", "addressPoints": "112.95,27.08", "isSecret": "1", "isOpen": 0,
        "callTime": "2026-11-21 20:15:00", "dispatchTime": 1_795_312_800_000_i64, "deadlineDate": "2026-11-30",
        "transferOpinion": "请衡东县阅处", "leader": "某领导", "leaderTime": "2026-11-22",
        "files": [{"fileName": "a.jpg", "fileUrl": "https://file.example/a.jpg", "len": "512"}, "https://file.example/b.jpg"],
        "oldOrderNum": "S0", "extend1": "x", "extend2": null
    })
}

#[test]
fn a_provincial_order_becomes_a_ticket() {
    insta::assert_snapshot!(format!("{:#}", read(PROVINCE, &order())));
}

#[test]
fn a_letter_of_files_only_is_a_ticket_and_an_empty_one_is_not() {
    let mapping = mapping("title = \"t\"\ncontent = \"c\"\nattachments = \"f\"");
    let draft = mapping.read(&json!({"f": "https://file.example/a.jpg"})).unwrap().draft;
    assert_eq!(draft.files[0].link.as_deref(), Some("https://file.example/a.jpg"));
    let part = Attachment {
        name: Personal::new("信.pdf".into()),
        media_type: Some("application/pdf".into()),
        source: AttachmentSource::Bytes(Personal::new(vec![1, 2, 3].into())),
    };
    let draft = mapping.read_with(&json!({"t": " "}), &[part]).unwrap().draft;
    assert_eq!((draft.files[0].part, draft.files[0].size), (Some(0), Some(3)));
    assert_eq!(mapping.read(&json!({"t": " ", "c": null})).unwrap_err().failed[0].field, "");
}

/// A document with a text, so that whatever else a rule reads makes a ticket.
#[inline(never)]
fn with_text(mut more: Value) -> Value {
    more["c"] = json!("正文");
    more
}

/// One rule, a document, and what must stand where. A call each, not one long array of documents: of
/// such an array, built by rustc 1.95 at opt-level 3, two elements owned one map (seen with valgrind: freed twice).
#[inline(never)]
fn case(rule: &str, document: Value, place: &str, expected: Value) {
    let got = read(&format!("content = \"c\"\n{rule}"), &document);
    assert_eq!(got.pointer(place), Some(&expected), "{rule}");
}

#[test]
fn every_form_of_a_rule() {
    case("title = \"a.b\"", with_text(json!({"a": {"b": "甲"}})), "/matter/title", json!("甲"));
    case("title = \"/a/0\"", with_text(json!({"a": ["甲"]})), "/matter/title", json!("甲"));
    case("title = [\"x\", \"y\"]", with_text(json!({"x": " ", "y": "乙"})), "/matter/title", json!("乙"));
    case("title = { label = \"a.b\" }", with_text(json!({"a.b": "丙"})), "/matter/title", json!("丙"));
    case(
        "phone = { column = [\"联系电话\", \"手机\"] }",
        with_text(json!({"手机": "0734"})),
        "/person/phone",
        json!("0734"),
    );
    case("role = { value = \"政协委员\" }", with_text(json!({})), "/person/role", json!("政协委员"));
    case(
        "place = { template = \"{p}{q}·{{x}}\" }",
        with_text(json!({"p": "湘", "q": null})),
        "/matter/place/text",
        json!("湘·{x}"),
    );
    case(
        "place = { join = [\"p\", \"q\"], with = \"-\" }",
        with_text(json!({"p": "甲", "q": 2})),
        "/matter/place/text",
        json!("甲-2"),
    );
    case(
        "category = { join = [\"l1\", \"l2\", \"l3\"] }",
        with_text(json!({"l1": "一", "l3": "三"})),
        "/matter/category/source",
        json!(["一", "三"]),
    );
    case("category = \"k\"", with_text(json!({"k": ["一", "二"]})), "/matter/category/source", json!(["一", "二"]));
    case(
        "category = { from = \"k\", split = \"-\", codes = \"cat\" }\n---\ncat = { \"一-二\" = \"甲/乙\" }",
        with_text(json!({"k": "一-二"})),
        "/matter/category/mapped",
        json!(["甲", "乙"]),
    );
    case(
        "parent_no = { from = \"r\", after = \"省长信箱编号\" }",
        with_text(json!({"r": "见省长信箱编号:SZ01,请办"})),
        "/parent_no",
        json!("SZ01"),
    );
    case(
        "parent_no = { from = \"r\", find = \"编号[::](\\\\w+)\" }",
        with_text(json!({"r": "编号:A9。"})),
        "/parent_no",
        json!("A9"),
    );
    case(
        "unit = { from = \"u\", split = \"/\", take = -1 }",
        with_text(json!({"u": "县/局/股"})),
        "/handling/unit",
        json!("股"),
    );
    case(
        "urgency = { from = \"u\", codes = \"u\", default = \"一般\" }\n---\nu = { \"9\" = \"特急\" }",
        with_text(json!({"u": "3"})),
        "/matter/urgency",
        json!("一般"),
    );
    case("urgency = { from = \"u\", default = \"一般\" }", with_text(json!({})), "/matter/urgency", json!("一般"));
    case("type = { from = \"u\", default = \"求助\" }", with_text(json!({})), "/matter/type", json!("求助"));
    case("type = \"u\"", with_text(json!({"u": "表扬"})), "/matter/type", json!("表扬"));
    case("anonymous = \"n\"", with_text(json!({"n": true})), "/person/anonymous", json!(true));
    case("confidential = { value = true }", with_text(json!({})), "/person/confidential", json!(true));
    case(
        "submitted_at = \"t\"",
        with_text(json!({"t": "2026-05-06T08:09:10+08:00"})),
        "/times/submitted_at",
        json!("2026-05-06T00:09:10Z"),
    );
    case("deadline = \"d\"", with_text(json!({"d": "15个工作日"})), "/deadline", json!({"verbatim": "15个工作日"}));
    case(
        "coordinates = { lat = \"y\", lng = \"x\" }",
        with_text(json!({"x": "112.5", "y": 27.25})),
        "/matter/place/coordinates",
        json!({"lat": 27.25, "lng": 112.5}),
    );
    case(
        "phone = { from = \"p\", clean = [\"html\", \"phone\"] }",
        with_text(json!({"p": "<b>138 0000 0000</b>"})),
        "/person/phone",
        json!("13800000000"),
    );
    case("phone = \"p\"", with_text(json!({"p": 13_800_000_000_u64})), "/person/phone", json!("13800000000"));
    case(
        "attachments = { from = \"f\", split = \",\" }",
        with_text(json!({"f": "u1, u2"})),
        "/files",
        json!([{"link": "u1"}, {"link": "u2"}]),
    );
}

#[test]
fn reasons_are_told_without_the_value() {
    let province = mapping(PROVINCE);
    let strict = mapping(
        "title = { from = \"t\", required = true }\nparent_no = { from = \"r\", find = \"编号(\\\\d+)\", required = true }\ntype = \"k\"\nanonymous = \"n\"\ncoordinates = { lat = \"y\", lng = \"x\" }",
    );
    let mut wrong = order();
    for (key, value) in [
        ("orderType", json!("秘密7")),
        ("questionName", json!("一/二/三/四/秘密")),
        ("callerName", json!({"a": "秘密"})),
        ("callerSex", json!("秘密")),
        ("addressPoints", json!("秘密")),
        ("callTime", json!("秘密")),
        ("leaderTime", json!("秘密")),
        ("files", json!([{"other": "秘密"}])),
    ] {
        wrong[key] = value;
    }
    let mut out = String::new();
    let documents = [
        (&province, wrong),
        (&province, json!({"秘密": 1})),
        (&province, json!(["秘密"])),
        (&strict, json!({"r": "秘密", "k": "秘密", "n": "秘密", "x": "200", "y": "秘密"})),
    ];
    let mut count = 0;
    for (mapping, document) in documents {
        let unmappable = mapping.read(&document).unwrap_err();
        count += unmappable.failed.len();
        let _ = writeln!(out, "{}\n{}\n{unmappable}\n", unmappable.shown(Lang::Zh), unmappable.shown(Lang::En));
    }
    assert!(!out.contains("秘密"), "{out}");
    assert_eq!(count, 15);
    insta::assert_snapshot!(out);
}

#[test]
fn samples_tell_what_differs() {
    let mapping = mapping("title = \"t\"\nname = \"n\"");
    let input = r#"{"t":"甲","n":"某","u":1}"#.as_bytes();
    let Verdict::New(found) = samples::run(&mapping, input, None) else { panic!("no expectation yet") };
    let expected = samples::expectation(&found);
    assert_eq!(samples::run(&mapping, input, Some(&expected)), Verdict::Same);
    let changed = br#"{"t":"B","u":1,"v":2}"#;
    let Verdict::Differs { changes, .. } = samples::run(&mapping, changed, Some(&expected)) else {
        panic!("it differs")
    };
    let shown: String =
        changes.iter().map(|change| change.shown(Lang::Zh) + "\n" + &change.shown(Lang::En) + "\n").collect();
    insta::assert_snapshot!(shown);
    assert!(matches!(samples::run(&mapping, b"{", None), Verdict::Unreadable(_)));
    assert!(matches!(samples::run(&mapping, input, Some(b"[")), Verdict::Unreadable(_)));
    assert!(matches!(samples::run(&mapping, b"[]", None), Verdict::Unmappable(_)));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        "[0-9a-z<>/&:,. 甲-]{0,16}".prop_map(Value::from),
    ];
    let keys = prop_oneof![
        Just("orderTitle".to_owned()),
        Just("orderContent".to_owned()),
        Just("files".to_owned()),
        Just("callTime".to_owned()),
        Just("fileName".to_owned()),
        Just("questionName".to_owned()),
        Just("addressPoints".to_owned()),
        "[a-c]{1,2}",
    ];
    leaf.prop_recursive(3, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(keys.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn no_document_makes_a_mapping_panic() {
    let mapping = mapping(PROVINCE);
    let told = TestRunner::default().run(&any_json(), |document| {
        if let Ok(reading) = mapping.read(&document) {
            let json = serde_json::to_vec(&reading.draft).unwrap();
            prop_assert_eq!(serde_json::from_slice::<crate::ticket::Draft>(&json).unwrap(), reading.draft);
        }
        Ok(())
    });
    told.unwrap();
}

proptest! {
    /// What a rule does not read is in `extra`, whatever it is.
    #[test]
    fn nothing_is_lost(more in any_json(), title in "[一-龥]{1,8}") {
        let document = json!({"t": title, "more": more});
        let draft = mapping("title = \"t\"").read(&document).unwrap().draft;
        prop_assert_eq!(draft.extra.get("more").unwrap_or(&Value::Null), &more);
    }
}
