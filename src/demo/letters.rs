//! Invented letters and orders for the demo, as a county receives them. Nobody in them lives, and the telephones
//! belong to nobody.

use huiliu_farside::letter::Letter;
use jiff::{SignedDuration, Timestamp, tz};
use serde_json::{Map, Value, json};

/// Type, title, text, place.
type Matter = (&'static str, &'static str, &'static str, &'static str);

const LETTERS: [Matter; 12] = [
    ("我要求助", "解放路路灯不亮", "解放路中段的路灯从上周起一直不亮,孩子放学看不清路。", "洣水镇解放路"),
    ("我要投诉", "夜间施工噪声", "小区旁的工地夜里十二点还在打桩,老人睡不好,请协调。", "洣水镇迎宾路"),
    ("我要咨询", "医保关系转移怎么办", "父亲从外地退休回来,医保关系转回县里要带哪些材料?", "吴集镇"),
    ("我要建议", "增加城乡公交班次", "草市镇到县城的公交一小时一班,建议早高峰加开两班。", "草市镇"),
    ("我要举报", "农贸市场占道经营", "市场门口每天早上摊贩占道,救护车都进不去。", "大浦镇农贸市场"),
    ("我要求助", "自来水发黄", "最近一周早上放出来的水是黄的,过滤以后才敢用。", "石湾镇"),
    ("我要投诉", "渣土车夜间超载", "渣土车晚上成队经过,路面压坏了好几处,尘土很大。", "新塘镇"),
    ("我要咨询", "高龄津贴什么时候发", "母亲今年满八十,申请表交了两个月,想问什么时候发放。", "甘溪镇"),
    ("我要求助", "山塘漏水影响灌溉", "组里的山塘坝脚漏水,眼看要栽禾了,请帮忙看看。", "白莲镇"),
    ("我要建议", "河边步道加装护栏", "洣水河边步道有一段没有护栏,晚上散步的人多,不安全。", "洣水镇沿江路"),
    ("我要投诉", "物业不修电梯", "电梯停了五天,楼上有坐轮椅的老人,物业一直推。", "洣水镇衡岳路"),
    ("我要举报", "垃圾倾倒河边", "有人夜里把建筑垃圾倒在河滩上,已经堆了十几车。", "霞流镇"),
];

const ORDERS: [Matter; 8] = [
    ("2", "路面塌陷", "县道拐弯处路面塌了一块,晚上没有警示灯。", "杨林镇"),
    ("3", "夜市油烟扰民", "楼下夜市油烟直接排到窗口,多次反映没有改善。", "洣水镇"),
    ("1", "咨询异地就医备案", "在外地住院,想问怎样办备案、能报多少。", "三樟镇"),
    ("5", "建议增设校门口斑马线", "镇中心小学门口车速快,建议划斑马线、加减速带。", "高湖镇"),
    ("4", "反映黑作坊", "村口有一家作坊没有牌子,半夜开工,气味刺鼻。", "荣桓镇"),
    ("2", "停电频繁", "这个月停了六次电,每次都没有通知。", "蓬源镇"),
    ("3", "拖欠工资", "在工地做了三个月,工头一直拖着工资不发。", "大浦镇工业园"),
    ("6", "感谢民警帮忙找回老人", "老人走失,派出所连夜帮忙找回来了,非常感谢。", "南湾乡"),
];

const CATEGORIES: [&str; 4] =
    ["交通运输/公路养护", "生态环境/大气污染/油烟", "社会保障/医疗保险/异地就医", "城市管理/市政设施"];

fn beijing(at: Timestamp) -> String {
    at.to_zoned(tz::TimeZone::fixed(tz::offset(8))).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The letter with this serial number, written some hours before `now`.
pub(super) fn letter(serial: u32, now: Timestamp) -> Letter {
    let (kind, title, text, place) = LETTERS[serial as usize % LETTERS.len()];
    let number = format!("XX{}{serial:04}", now.to_zoned(tz::TimeZone::fixed(tz::offset(8))).strftime("%Y%m%d"));
    let document = json!({
        "letterNo": number,
        "letterType": kind,
        "title": title,
        "content": format!("<p>书记、县长:</p><p>{text}</p>"),
        "name": format!("来信人{serial}"),
        "phone": format!("138-0000-{:04}", serial % 10_000),
        "address": format!("衡东县{place}"),
        "isAnonymous": if serial % 7 == 3 { "是" } else { "否" },
        "isSecret": if kind == "我要举报" { "是" } else { "否" },
        "isPublic": if serial.is_multiple_of(2) { "是" } else { "否" },
        "submitTime": beijing(now - SignedDuration::from_mins(i64::from(serial % 300) + 5)),
    });
    Letter { number, document }
}

/// A letter of a type that the code table does not list.
pub(super) fn letter_of_an_unlisted_type(serial: u32, now: Timestamp) -> Letter {
    let mut letter = letter(serial, now);
    letter.document["letterType"] = json!("我要点赞");
    letter
}

/// What one order of the platform holds besides its number and times.
pub(super) fn order(serial: usize) -> Map<String, Value> {
    let (kind, title, text, place) = ORDERS[serial % ORDERS.len()];
    members(json!({
        "orderType": kind,
        "orderTitle": title,
        "orderContent": format!("来电人反映:{text}"),
        "questionName": CATEGORIES[serial % CATEGORIES.len()],
        "address": format!("衡阳市衡东县{place}"),
        "callerName": format!("来电人{serial}"),
    }))
}

/// An order of a type that the code table does not list.
pub(super) fn order_of_an_unlisted_type(serial: usize) -> Map<String, Value> {
    let mut order = order(serial);
    order.insert("orderType".into(), json!("9"));
    order
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_differ_and_hold_no_number_that_could_be_somebodys() {
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        let text = |serial| letter(serial, now).document.to_string();
        assert_ne!(text(1), text(13), "the same matter is still another letter");
        for serial in 0..200 {
            assert!(text(serial).contains("138-0000-"));
            assert!(!order(serial as usize).contains_key("callerPhone"), "the platform's own invented one stays");
        }
    }
}
