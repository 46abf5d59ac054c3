//! Whole samples; and names of real systems, which nobody here invented.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::outgoing::somebodys;

fn of(document: &Value) -> Learnt {
    learn(document.to_string().as_bytes(), &Wishes::default()).unwrap_or_else(|why| panic!("{}", why.en))
}

/// What names in real systems mean, by system; a field that is not told is one that no ticket has.
const REAL: [(&str, &[(&str, &str)]); 9] = [
    (
        "a city's wide table of orders",
        &[
            ("callerName", "name"),
            ("callerSex", "sex"),
            ("callerPhone", "phone"),
            ("callerContact", "contact"),
            ("mail", "email"),
            ("companyName", "organisation"),
            ("callSubject", "title"),
            ("callTime", "submitted_at"),
            ("callerType", "role"),
            ("reflectName", "accused_name"),
            ("reflectPhone", "accused_phone"),
            ("pilotLight", "urgency"),
            ("questionName", "category"),
            ("isSecret", "confidential"),
            ("address", "place"),
            ("title", "title"),
            ("majorContent", "content"),
            ("deadlineDate", "deadline"),
        ],
    ),
    (
        "a district's case",
        &[
            ("requestorType", "role"),
            ("requestorName", "name"),
            ("requestorTel", "phone"),
            ("requestorIdcard", "id_no"),
            ("requestorSex", "sex"),
            ("timeLimit", "deadline"),
            ("emrgencyLevel", "urgency"),
            ("isOpen", "agree_public"),
            ("addrDesc", "place"),
        ],
    ),
    (
        "an analysis of a hotline",
        &[
            ("raise_name", "name"),
            ("urgent_level", "urgency"),
            ("receive_category", "type"),
            ("is_secrecy", "confidential"),
            ("handle_department", "unit"),
            ("transfer_opinion", "instruction"),
        ],
    ),
    (
        "a county's interface",
        &[
            ("callerName", "name"),
            ("contactPhone", "phone"),
            ("appealType", "type"),
            ("appealSubject", "title"),
            ("incidentAddress", "place"),
            ("urgencyLevel", "urgency"),
            ("expectedDeadline", "deadline"),
            ("assignedDept", "unit"),
        ],
    ),
    (
        "a lifeline's interface",
        &[
            ("workordercontent", "content"),
            ("place", "place"),
            ("dispatchtime", "handed_at"),
            ("processlimited", "deadline"),
            ("attachments", "attachments"),
        ],
    ),
    (
        "a complaint's page",
        &[
            ("order_type", "type"),
            ("complaint_type", "type"),
            ("category_level1", "category"),
            ("accept_time", "submitted_at"),
        ],
    ),
    ("a national board", &[("subject", "title"), ("content", "content"), ("createDateline", "submitted_at")]),
    (
        "Open311",
        &[
            ("service_name", "category"),
            ("description", "content"),
            ("requested_datetime", "submitted_at"),
            ("expected_datetime", "deadline"),
            ("agency_responsible", "unit"),
            ("address", "place"),
            ("media_url", "attachments"),
        ],
    ),
    (
        "mailboxes on pages",
        &[
            ("来信人", "name"),
            ("联系电话", "phone"),
            ("联系地址", "address"),
            ("来信内容", "content"),
            ("来信类别", "type"),
            ("来信时间", "submitted_at"),
            ("转办时间", "handed_at"),
            ("办理期限", "deadline"),
            ("转办意见", "instruction"),
            ("查询码", "query_code"),
            ("原平台编号", "parent_no"),
            ("是否公开", "agree_public"),
            ("委员姓名", "name"),
            ("界别", "organisation"),
        ],
    ),
];

/// Numbers of items in those systems.
const IDS: [&str; 12] = [
    "orderId",
    "orderNum",
    "taskId",
    "issueNumber",
    "order_no",
    "ticket_no",
    "workordercode",
    "tid",
    "service_request_id",
    "编号",
    "信件编号",
    "办件编号",
];

#[test]
fn names_of_real_systems_are_known() {
    let (mut right, mut missed) = (0, Vec::new());
    for (system, names) in REAL {
        for (name, field) in names {
            match words::words().senses(name).first() {
                Some(sense) if sense.field == *field => right += 1,
                other => {
                    missed.push(format!("{system}: {name} is {field}, taken for {:?}", other.map(|one| one.field)))
                }
            }
        }
    }
    // All that were read when this was written; a change of the dictionary must not lose one.
    assert!(missed.is_empty(), "{right} right; {}", missed.join("\n"));
    for name in IDS {
        assert!(words::words().role("id", name).is_some(), "{name}");
    }
    for name in
        ["handleDays", "delayReason", "backReason", "visitTime", "finishNum", "回访结果", "办结时间", "处理人电话"]
    {
        assert_eq!(words::words().senses(name), [], "{name} is about the handling, not the letter");
    }
}

#[test]
fn an_answer_is_learnt_whole() {
    let learnt = of(&json!({ "code": 0, "data": { "total": 40, "rows": [
        { "orderNo": "A20261201001", "orderTitle": "路灯", "orderContent": "东门街路灯不亮", "bizType": "催办", "parentOrderNo": "A1",
          "callTime": 1_796_000_000_000_u64, "updateTime": "2026-12-01 10:00:00", "extend1": "x" },
        { "orderNo": "A20261201002", "orderTitle": "井盖", "orderContent": "西街井盖破损", "bizType": "新件", "parentOrderNo": "",
          "callTime": 1_796_000_100_000_u64, "updateTime": "2026-12-01 10:00:00", "extend1": "" },
    ] } }));
    assert_eq!((learnt.way, learnt.list.as_ref().map(|list| list.at.as_str())), (Way::Asks, Some("/data/rows")));
    assert_eq!(learnt.id.as_ref().map(|id| id.at.as_str()), Some("orderNo"));
    let acts = learnt.acts.as_ref().unwrap();
    assert_eq!(
        (acts.from.as_str(), acts.refer.as_deref(), acts.codes.rows.len()),
        ("bizType", Some("parentOrderNo"), 2)
    );
    assert_eq!(learnt.touched, ["/updateTime"]);
    assert_eq!(learnt.unread, ["extend1", "updateTime"]);
    let told: Vec<_> = learnt.fields.iter().map(|one| one.field).collect();
    assert_eq!(told, ["title", "content", "submitted_at"]);
}

/// Codes are written out where they are seen. What people wrote under such a name is not: neither in the file nor in the
/// sample beside it.
#[test]
fn what_people_wrote_is_no_code() {
    for said in ["我叫王小明,要投诉城管", "13800001234", "王小明13912345678"] {
        let row = json!({ "orderNo": "A20261201001", "orderTitle": "路灯", "orderType": said, "bizType": said });
        let learnt = of(&json!({ "rows": [row.clone()] }));
        assert!(learnt.acts.is_none() && learnt.codes.0.is_empty(), "{said}: {:?}", learnt.codes);
        assert!(!learnt.masked(&row).to_string().contains(said), "{said}");
    }
    let coded = json!({ "orderNo": "A20261201001", "orderTitle": "路灯", "orderType": "07", "bizType": "催办" });
    let learnt = of(&json!({ "rows": [coded] }));
    assert!(learnt.acts.is_some() && learnt.codes.0.contains_key("type"), "{:?}", learnt.codes);
}

#[test]
fn what_does_not_fit_is_told() {
    let no = |document: Value, wishes: &Wishes<'_>| learn(document.to_string().as_bytes(), wishes).unwrap_err();
    let letter = json!({ "letterNo": "A1", "title": "x", "content": "y" });
    let asks = Wishes { way: Some(Way::Asks), ..Wishes::default() };
    assert!(no(letter.clone(), &asks).zh.contains("单独一件来信,不是列表"));
    let sheets = Wishes { way: Some(Way::Sheets), ..Wishes::default() };
    assert!(no(letter.clone(), &sheets).zh.contains("改用 --kind rest、webhook"));
    let without = Wishes { no_id: true, ..Wishes::default() };
    assert!(no(letter, &without).zh.contains("只有表格可以没有编号"));
    let nothing = json!([{ "orderNo": "A1", "phone": "13800000000" }, { "orderNo": "A2", "phone": "13800000000" }]);
    assert!(no(nothing, &Wishes::default()).zh.contains("认不出标题、正文、附件"));
    let sheet = learn("编号,标题\n1,路灯\n2,井盖\n".as_bytes(), &Wishes::default()).unwrap_err();
    assert!(sheet.zh.contains("找不到编号"), "{}", sheet.zh);
    let hashed = learn("序号,标题\n1,路灯\n2,井盖\n".as_bytes(), &Wishes { no_id: true, ..Wishes::default() }).unwrap();
    assert_eq!(hashed.id, None);
}

/// Everything personal that was planted, in fields and in the text.
#[test]
fn a_masked_sample_shows_nobody() {
    // Put together here, so that no number of somebody stands in the file.
    let phone = format!("139{}", "12345678");
    let id_no = format!("110105194912{}", "31002X");
    let document = json!({
        "letterNo": "XJ202612010007", "title": "赵小明反映路灯", "name": "赵小明", "lxdh": phone, "email": "zhao@163.com",
        "sfzh": id_no, "联系地址": "衡东县洣水镇东门街12号", "经办人": "钱多多", "备注": format!("家里电话{phone}"),
        "lat": 27.123_456, "lng": 112.987_654, "附件": [{ "fileName": "赵小明身份证.png", "fileUrl": "http://x.cn/f/赵小明.png?k=1" }],
        "content": format!("<p style=\"x\">我是赵小明,住衡东县洣水镇东门街12号,电话{phone},邮箱zhao@163.com,车牌湘DAB123,证件{id_no},路灯不亮</p>"),
    });
    let learnt = of(&document);
    let masked = learnt.masked(&document).to_string();
    assert_eq!(somebodys(masked.as_bytes()), []);
    for planted in
        ["赵小明", "1391234", "110105", "zhao", "东门街12", "钱多多", "湘DAB", "112.98", "202612010007", "style"]
    {
        assert!(!masked.contains(planted), "{planted} in {masked}");
    }
    for kept in ["路灯不亮", "\"何某某\"", "13800000000", "<p>我是何某某", "湘D00000", "letterNo", "XJ", ".png"]
    {
        assert!(masked.contains(kept), "{kept} not in {masked}");
    }
}

proptest! {
    #[test]
    fn no_sample_panics_and_none_shows_a_number(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9标题编号<>/\n ]{0,120}") {
        for sample in [bytes.as_slice(), text.as_bytes()] {
            let _ = learn(sample, &Wishes::default());
        }
    }

    #[test]
    fn whatever_is_masked_is_nobodys(n in 10_000_000_u64..99_999_999, before in "[一-龥,。 ]{0,6}", at in 0_usize..5) {
        let keys = ["content", "phone", "name", "备注", "address"];
        let mut document = json!({ "letterNo": "A1", "title": "x", "content": "y", "phone": "z", "name": "w", "address": "v", "备注": 1 });
        document[keys[at]] = Value::from(format!("{before}139{n}"));
        let masked = of(&document).masked(&document).to_string();
        prop_assert!(somebodys(masked.as_bytes()).is_empty() && !masked.contains(&n.to_string()), "{}", masked);
    }
}
