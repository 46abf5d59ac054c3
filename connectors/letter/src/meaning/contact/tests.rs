//! Who wrote, as people write it under their letters.

use super::*;

fn told(found: Option<&Found>) -> String {
    found.map_or_else(|| "-".into(), |found| format!("{} {}", found.by, found.value.reveal()))
}

fn phone(text: &str) -> String {
    told(read(text, "").phone.as_ref())
}

fn name(text: &str) -> String {
    told(read(text, "").name.as_ref())
}

fn address(text: &str) -> String {
    told(read(text, "").address.as_ref())
}

#[test]
fn a_form_filled_in_is_read_whole() {
    let text = "您好:\n衡东县洣水镇的路灯不亮。\n姓 名：李四（女）\n联系电话：１３８－００００－１２３４\n家庭住址：衡东县洣水镇踏庄社区3栋2单元";
    let found = read(text, "");
    assert_eq!(told(found.name.as_ref()), "name_label 李四");
    assert_eq!(told(found.phone.as_ref()), "phone_label 13800001234");
    assert_eq!(told(found.address.as_ref()), "address_label 衡东县洣水镇踏庄社区3栋2单元");
    let one_line = "反映人:李四 电话:13800001234 地址:衡东县洣水镇踏庄社区 身份证:430424199001011234";
    let found = read(one_line, "");
    assert_eq!(told(found.name.as_ref()), "name_label 李四");
    assert_eq!(told(found.phone.as_ref()), "phone_label 13800001234");
    assert_eq!(told(found.address.as_ref()), "address_label 衡东县洣水镇踏庄社区");
}

#[test]
fn names_are_found_by_labels_leads_and_signatures() {
    for (text, expected) in [
        ("联系人：李 四", "name_label 李四"),
        ("姓名 李四", "name_label 李四"),
        ("1、反映人：李四，男", "name_label 李四"),
        ("投诉人姓名：欧阳小明", "name_label 欧阳小明"),
        ("姓名:买买提·艾力", "name_label 买买提·艾力"),
        ("姓名：Li Si, 28", "name_label Li Si"),
        ("**姓名：** 李女士", "name_label 李女士"),
        ("姓名：李四联系电话13800001234", "name_label 李四"),
        ("姓名：匿名", "-"),
        ("姓名：不便透露", "-"),
        ("姓名：", "-"),
        ("被投诉人：王老板", "-"),
        ("物业联系人：王五", "-"),
        ("我叫李四，家住洣水镇。", "name_lead 李四"),
        ("您好我是李小四,路灯坏了", "name_lead 李小四"),
        ("本人李四家住洣水镇", "name_lead 李四"),
        ("我叫李四是衡东人", "name_lead 李四"),
        ("我名李四，女", "name_lead 李四"),
        ("我姓李，路灯坏了", "name_lead 李"),
        ("我的名字叫欧阳四。", "name_lead 欧阳四"),
        ("我是李女士，路灯坏了", "name_lead 李女士"),
        ("我是衡东县居民，路灯坏了", "-"),
        ("我是高中生，路太黑", "-"),
        ("我是江西人，路太黑", "-"),
        ("我是白莲镇居民，路太黑", "-"),
        ("我是石湾村，路太黑", "-"),
        ("本人于2026年11月，买了房", "-"),
        ("本人曾多次，打电话", "-"),
        ("如果我是李四，怎么办", "-"),
        ("本人是房东，租客不走", "-"),
        ("路灯不亮。\n李四\n2026年11月22日", "name_signature 李四"),
        ("路灯不亮。\n居民 李小四 13800001234", "name_signature 李小四"),
        ("路灯不亮。\n居民：李某某", "name_signature 李某某"),
        ("路灯不亮。\n谢谢您", "-"),
        ("路灯不亮。\n祝好", "-"),
        ("路灯不亮。\n请领导看看", "-"),
        ("李四", "-"),
    ] {
        assert_eq!(name(text), expected, "{text}");
    }
    assert_eq!(told(read("路灯不亮", "-- \n李四\n13800001234").name.as_ref()), "name_signature 李四");
    assert_eq!(told(read("路灯不亮", "-- \n李四\n13800001234").phone.as_ref()), "phone_signature 13800001234");
}

#[test]
fn numbers_are_read_however_they_are_written() {
    for written in [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "1380 0001 234",
        "138 00001234",
        "+86 13800001234",
        "+8613800001234",
        "86-138-0000-1234",
        "0086 13800001234",
        "(+86)138 0000 1234",
        "１３８００００１２３４",
        "138—0000—1234",
        "013800001234",
    ] {
        assert_eq!(phone(&format!("联系电话：{written}，谢谢")), "phone_label 13800001234", "{written}");
        assert_eq!(phone(&format!("请联系。{written}")), "mobile 13800001234", "{written}");
    }
    for (written, expected) in [
        ("0734-5221234", "0734-5221234"),
        ("07345221234", "0734-5221234"),
        ("0734 5221234", "0734-5221234"),
        ("(0734)5221234", "0734-5221234"),
        ("（0734）5221234-801", "0734-5221234-801"),
        ("0734-5221234-801", "0734-5221234-801"),
        ("010-62345678", "010-62345678"),
        ("01062345678", "010-62345678"),
        ("021 62345678", "021-62345678"),
    ] {
        assert_eq!(phone(&format!("电话：{written}。")), format!("phone_label {expected}"), "{written}");
        assert_eq!(phone(&format!("请联系。{written}")), format!("landline {expected}"), "{written}");
    }
}

#[test]
fn no_telephone_is_taken_out_of_another_number() {
    for text in [
        "身份证号：430424199001011234",
        "身份证 430424 1990 0101 1234",
        "身份证号码13800001234",
        "银行卡：6222 0213 8000 0123 456",
        "卡号 6222021380000123456",
        "6222 1380 0001 234",
        "订单编号：13800001234",
        "QQ：13800001234",
        "邮箱13800001234@example.cn",
        "网址 https://example.cn/13800001234",
        "微信 a13800001234",
        "2026-11-22 13:05",
        "12345热线",
        "工单13800001234",
        "1380000123",
        "138000012345",
        "23800001234",
        "12800001234",
        "430424-1990-0101-1234",
        "0134-5221234",
    ] {
        assert_eq!(phone(text), "-", "{text}");
    }
}

#[test]
fn of_several_the_one_nearest_to_a_label_is_the_writers() {
    for (text, expected) in [
        ("物业电话：13900005678，我的电话：13800001234", "phone_label 13800001234"),
        ("老板的手机是13900005678。请回复我，手机13800001234", "phone_label 13800001234"),
        ("他的电话13900005678", "-"),
        ("被投诉人电话：13900005678", "-"),
        ("负责人电话：13900005678 反映人联系电话：13800001234", "phone_label 13800001234"),
        ("电话：13800001234 / 13900005678", "phone_label 13800001234"),
        ("联系电话：李四 13800001234", "phone_label 13800001234"),
        ("座机：0734-5221234\n手机：13800001234", "phone_label 13800001234"),
        ("13900005678一直骚扰我,我是13800001234(微信同号)", "phone_label 13800001234"),
        ("身份证430424199001011234电话13800001234", "phone_label 13800001234"),
        ("电话（微信同号）：13800001234", "phone_label 13800001234"),
        ("Tel: 138 0000 1234", "phone_label 13800001234"),
        ("骚扰电话很多。13900005678和13800001234都打过", "-"),
        ("他给了13900005678\n没人接\n李四 13800001234", "phone_signature 13800001234"),
        ("村委会13900005678没人接", "-"),
        ("教育局举报电话：0734-5221234", "-"),
        ("0734-5221234这个服务电话没人接", "-"),
        ("138 0000 1234 139 0000 5678", "-"),
        ("13800001234 13800001234", "mobile 13800001234"),
    ] {
        assert_eq!(phone(text), expected, "{text}");
    }
}

#[test]
fn addresses_are_where_the_citizen_lives_not_where_the_matter_is() {
    for (text, expected) in [
        ("住址：衡东县洣水镇踏庄社区12号", "address_label 衡东县洣水镇踏庄社区12号"),
        ("地　址: 衡东县 洣水镇 衡岳北路12号 13800001234", "address_label 衡东县 洣水镇 衡岳北路12号"),
        ("现住地址：衡东县吴集镇三组，电话138", "address_label 衡东县吴集镇三组"),
        ("事发地址：衡东县洣水镇", "-"),
        ("公司地址：衡东县洣水镇", "-"),
        ("IP地址：衡东县洣水镇", "-"),
        ("地址：保密", "-"),
        ("某某有限公司（地址：衡东县洣水镇12号）污染", "-"),
        ("某某有限公司，地址：衡东县洣水镇12号", "-"),
        ("地址：衡东县洣水镇12号 二〇二六年十一月", "address_label 衡东县洣水镇12号"),
        ("我家住洣水镇踏庄街道附近家里进水了", "address_lead 洣水镇踏庄街道"),
        ("违反《居住区规划设计规范》", "-"),
        ("住在自己家就好比在大街上", "-"),
        ("我家住衡东县洣水镇踏庄社区，路灯坏了", "address_lead 衡东县洣水镇踏庄社区"),
        ("家住洣水镇踏庄社区的居民", "address_lead 洣水镇踏庄社区"),
        ("本人现住衡东县吴集镇三组。", "address_lead 衡东县吴集镇三组"),
        ("现居衡东县城关镇,无业", "address_lead 衡东县城关镇"),
        ("我住在踏庄小区已经三年了", "address_lead 踏庄小区"),
        ("居住于衡东县霞流镇李花村", "address_lead 衡东县霞流镇李花村"),
        ("他家住衡东县洣水镇", "-"),
        ("楼上的住户半夜敲墙", "-"),
        ("我住在隔壁小区", "-"),
        ("住在这里三年了", "-"),
        ("住房困难的街道", "-"),
    ] {
        assert_eq!(address(text), expected, "{text}");
    }
}

#[test]
fn every_find_names_a_declared_pattern() {
    let mut words: Vec<&str> = PATTERNS.iter().map(|pattern| pattern.word).collect();
    for (what, text) in [
        (What::Name, "姓名：李四"),
        (What::Name, "我叫李四。"),
        (What::Name, "路灯\n李四"),
        (What::Phone, "电话：13800001234"),
        (What::Phone, "路灯\n李四 13800001234"),
        (What::Phone, "13800001234"),
        (What::Phone, "0734-5221234"),
        (What::Address, "住址：衡东县洣水镇"),
        (What::Address, "家住衡东县洣水镇"),
    ] {
        let found = read(text, "");
        let found = match what {
            What::Name => found.name,
            What::Phone => found.phone,
            What::Address => found.address,
        };
        let by = found.unwrap().by;
        let pattern = PATTERNS.iter().find(|pattern| pattern.word == by).unwrap();
        assert_eq!(pattern.finds, what, "{text}");
        words.retain(|word| *word != by);
    }
    assert!(words.is_empty(), "nothing shows {words:?}");
}

#[test]
fn nothing_personal_stands_in_debug() {
    let shown = format!("{:?}", read("姓名：李四 电话：13800001234 住址：衡东县洣水镇", ""));
    assert!(!shown.contains("李四") && !shown.contains("138") && !shown.contains("洣水"), "{shown}");
}
