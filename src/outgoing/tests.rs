//! Answers as offices write them, with nothing to find and with each thing to find; and what must hold for any text.

use proptest::prelude::*;

use super::*;
use crate::ticket::mask_text;

const CLEAN: &str = "尊敬的刘先生:您好!您于2026年11月3日反映的“城关镇衡岳路第三盏路灯不亮”问题(来件编号20261122000000123)\
    收悉。经县住建局核查,该路灯因线路老化损坏,已于11月6日14:30维修完毕,共更换线缆120米、灯具3盏,费用2860.50元。\
    如有疑问,请致电12345或县住建局0734-5222345(工作日8:30-12:00),也可拨打400-820-8820、110。感谢您的理解与支持!";

fn about() -> About<'static> {
    About {
        sender: Some("刘小明"),
        accused: Some("欧阳建国"),
        note: Some("该诉求人系老上访户,多次缠访,建议由信访局约谈后按程序终结处理,不宜再作实体答复。"),
        letter: "城关镇衡岳路第三盏路灯不亮,晚上行人摔倒,希望尽快修好。",
        allowed: &["0734-5222345"],
        agree_public: Some(true),
        most: Some(2000),
        ..About::default()
    }
}

fn kinds(text: &str, about: &About<'_>) -> Vec<&'static str> {
    check(text, about).iter().map(|finding| finding.kind.word()).collect()
}

fn marked<'a>(text: &'a str, about: &About<'_>) -> Vec<(&'static str, &'a str)> {
    check(text, about).into_iter().map(|finding| (finding.kind.word(), &text[finding.range])).collect()
}

#[test]
fn a_good_answer_leaves() {
    assert_eq!(marked(CLEAN, &about()), []);
    for fine in ["刘女士的来信收悉,已按规定办理完毕。", "刘某反映的问题属实,欧阳某已作检讨,感谢监督。"]
    {
        assert_eq!(marked(fine, &about()), [], "{fine}");
    }
}

#[test]
fn each_thing_that_must_not_leave_is_found_where_it_stands() {
    for (kind, inside) in [
        ("phone", "13800000000"),
        ("phone", "138 0000 0000"),
        ("phone", "138-0000-0000"),
        ("phone", "１３８００００００００"),
        ("phone", "1３8－0000－0000"),
        ("phone", "86 138 0000 0000"),
        ("phone", "008613800000000"),
        ("phone", "0734-5200000"),
        ("phone", "0734)5200000"),
        ("phone", "073 45200000"),
        ("phone", "010 6600 0000"),
        ("resident_id", "11010519491231002X"),
        ("resident_id", "110105 19491231 002x"),
        ("resident_id", "１１０１０５１９４９１２３１００２Ｘ"),
        ("resident_id", "110105491231002"),
        ("bank_card", "6222020200000000006"),
        ("bank_card", "4111 1111 1111 1111"),
        ("email", "liu.xm@example.com.cn"),
        ("plate", "湘D12345"),
        ("plate", "湘 D·1234学"),
        ("sender_name", "刘小明"),
        ("sender_name", "刘 小 明"),
        ("accused_name", "欧阳建国"),
        ("internal_note", "多次缠访,建议由信访局约谈后按程序终结处理"),
    ] {
        let text = format!("经核查,情况如下:({inside})。请您知悉,感谢您的支持。");
        assert_eq!(marked(&text, &about()), [(kind, inside)], "{text}");
    }
    let local = "请拨打5200000咨询,工作人员将为您解答。";
    assert_eq!(marked(local, &about()), [("phone", "5200000")]);
    assert_eq!(
        marked("请拨打5222345咨询,工作人员将为您解答。", &about()),
        [],
        "the office's own, without its area code"
    );
}

#[test]
fn what_only_looks_like_a_persons_number_is_none() {
    for fine in [
        "订单号110105194912310021已受理,请您放心等待。",
        "单号202611220000123和20261122000000123已合并办理。",
        "工单2026112200000012345、6222020200000000000均已办结。",
        "2026-05-06 08:30至2026-05-07 17:00停电检修完毕。",
        "建筑面积5200000平方米,投资1200万元,已全部拨付。",
        "京G6高速和湘江大道路口的红绿灯已调整完毕。",
        "请关注@衡东发布,或登录www.example.gov.cn查询办理结果。",
        "请拨打12345、110、119、400 820 8820、800-810-0000咨询。",
    ] {
        assert_eq!(marked(fine, &about()), [], "{fine}");
    }
}

#[test]
fn names_are_found_whole_and_only_whole() {
    let named = |sender, text: &str| kinds(text, &About { sender: Some(sender), ..About::default() });
    assert_eq!(named("刘小明", "刘小明先生您好,来信收悉,现答复如下。"), ["sender_name"]);
    for (sender, text) in [
        ("刘", "刘家村的道路已经修好,感谢您的来信。"),
        ("刘先生", "刘先生您好,来信收悉,现答复如下内容。"),
        ("欧阳先生", "欧阳先生您好,来信收悉,现答复如下内容。"),
        ("刘某某", "刘某某反映的问题已经办理完毕,感谢来信。"),
        ("群众", "感谢群众的监督,问题已经办理完毕。"),
        ("刘**", "刘**反映的问题已经办理完毕,感谢您来信。"),
        ("Li", "The Line was mended yesterday, thank you."),
        ("", "问题已经办理完毕,感谢您的来信监督。"),
    ] {
        assert_eq!(named(sender, text), [""; 0], "{sender}");
    }
    assert_eq!(named("刘小明先生", "刘小明同志您好,来信收悉,现答复如下。"), ["sender_name"]);
    assert_eq!(named("Li Ming", "Dear LI MING, the lamp was mended yesterday."), ["sender_name"]);
}

#[test]
fn what_the_citizen_wrote_is_no_secret_of_the_note() {
    let note = "来信人称城关镇衡岳路第三盏路灯不亮,晚上行人摔倒。拟请住建局三日内修复并答复。";
    let about = About { note: Some(note), ..about() };
    assert_eq!(kinds("您反映的城关镇衡岳路第三盏路灯不亮,晚上行人摔倒一事已办结。", &about), [""; 0]);
    let text = "您好:拟请住建局三日内修复 并答复。特此告知您。";
    assert_eq!(marked(text, &about), [("internal_note", "拟请住建局三日内修复 并答复")]);
}

#[test]
fn length_and_consent_are_looked_at() {
    assert_eq!(kinds("", &about()), ["empty"]);
    assert_eq!(kinds(" 。,\n", &about()), ["empty"]);
    assert_eq!(kinds("已办结。", &about()), ["too_short"]);
    assert_eq!(kinds("已办结。", &About { least: 3, ..about() }), [""; 0]);
    let short = About { most: Some(12), ..about() };
    assert_eq!(marked("路灯已于昨日维修完毕,感谢您的来信。", &short), [("too_long", "谢您的来信。")]);
    let text = "路灯已于昨日维修完毕,感谢您的来信。";
    let public = About { published: true, ..about() };
    assert_eq!(kinds(text, &public), [""; 0]);
    assert_eq!(kinds(text, &About { confidential: true, ..public }), ["confidential"]);
    for silence in [None, Some(false)] {
        assert_eq!(kinds(text, &About { agree_public: silence, ..public }), ["not_agreed"]);
        assert_eq!(kinds(text, &About { agree_public: silence, confidential: true, ..about() }), [""; 0]);
    }
}

#[test]
fn every_kind_has_its_word_and_says_it_in_both_languages() {
    use Kind::*;
    let all = [
        Phone,
        ResidentId,
        BankCard,
        Plate,
        Email,
        SenderName,
        AccusedName,
        InternalNote,
        Empty,
        TooShort,
        TooLong,
        Confidential,
        NotAgreed,
    ];
    let words: std::collections::BTreeSet<_> = all.iter().map(|kind| kind.word()).collect();
    assert_eq!(words.len(), all.len());
    assert!(all.iter().all(|kind| kind.text().en.is_ascii() && !kind.text().zh.is_ascii()));
}

fn digits_with_gaps() -> impl Strategy<Value = String> {
    "1[3-9][0-9]( |-)?[0-9]{4}( |-)?[0-9]{4}"
}

proptest! {
    #[test]
    fn ranges_lie_on_boundaries_and_no_text_panics(
        text in any::<String>(), note in any::<String>(), sender in any::<String>(), least in 0_usize..20, most in 0_usize..40,
    ) {
        let about = About {
            note: Some(&note), sender: Some(&sender), accused: Some(&text), letter: &sender, least, most: Some(most),
            published: true, ..About::default()
        };
        for finding in check(&text, &about) {
            prop_assert!(text.get(finding.range).is_some());
        }
    }

    #[test]
    fn texts_of_this_sort_neither(text in "[0-9０-９Xx() .@a-d湘D·—－刘小明路灯\n-]{0,60}") {
        let about = About { note: Some("0123456789012345刘小明路灯刘小明路灯刘小明"), ..about() };
        for finding in check(&text, &about) {
            prop_assert!(text.get(finding.range).is_some_and(|place| !place.is_empty() || text.is_empty()));
        }
    }

    #[test]
    fn no_number_escapes_and_masked_it_is_none(
        before in "[一-龥,。]{0,8}", phone in digits_with_gaps(), after in "[一-龥,。]{0,8}",
    ) {
        let about = About { least: 0, ..About::default() };
        let text = format!("{before}路灯{phone}路灯{after}");
        prop_assert_eq!(marked(&text, &about), [("phone", phone.as_str())]);
        let masked = mask_text(&text);
        prop_assert_eq!(marked(&masked, &about), []);
    }

    #[test]
    fn masked_letters_have_no_finding(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("13800000000".to_owned()), Just("0734-5200000".to_owned()), Just("11010519491231002X".to_owned()),
                Just("4111 1111 1111 1111".to_owned()), Just("liu@example.cn".to_owned()), "[一-龥,。]{1,6}",
            ], 1..8),
    ) {
        let about = About { least: 0, ..About::default() };
        let text = parts.join("路灯");
        let left: Vec<_> = check(&mask_text(&text), &about).into_iter().filter(|f| f.kind != Kind::Empty).collect();
        prop_assert_eq!(left, []);
    }
}
