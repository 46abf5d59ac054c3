//! The list by which letters about danger to life are found, as it is shipped. It only alarms and decides nothing, so it
//! rather names a word too many; what is said in every second letter is not in it.

use std::collections::BTreeMap;

/// By group, what a letter may say.
const SHIPPED: [(&str, &[&str]); 5] = [
    (
        "轻生自伤",
        &[
            "自杀",
            "轻生",
            "自尽",
            "自残",
            "跳楼",
            "跳桥",
            "跳河",
            "喝农药",
            "服毒",
            "割腕",
            "上吊",
            "不想活",
            "活不下去",
            "想死",
            "寻死",
            "遗书",
            "绝笔",
            "同归于尽",
        ],
    ),
    (
        "伤人暴力",
        &[
            "杀人",
            "砍人",
            "持刀",
            "行凶",
            "绑架",
            "非法拘禁",
            "家暴",
            "家庭暴力",
            "殴打致",
            "性侵",
            "强奸",
            "拐卖",
            "被打死",
            "要报复社会",
        ],
    ),
    (
        "生命垂危",
        &[
            "生命危险",
            "危及生命",
            "有生命危险",
            "人命关天",
            "命在旦夕",
            "病危",
            "昏迷",
            "溺水",
            "触电",
            "中毒",
            "食物中毒",
            "一氧化碳",
            "被困",
            "失联",
            "走失",
        ],
    ),
    (
        "火灾爆炸坍塌",
        &[
            "起火",
            "着火",
            "火灾",
            "爆炸",
            "燃气泄漏",
            "煤气泄漏",
            "液化气泄漏",
            "天然气泄漏",
            "危化品泄漏",
            "坍塌",
            "垮塌",
            "房子要倒",
            "随时倒塌",
            "山体滑坡",
            "泥石流",
            "溃坝",
            "管涌",
            "高压线掉",
        ],
    ),
    ("特急", &["特急", "特提", "十万火急", "万分紧急"]),
];

/// The shipped list.
pub(super) fn shipped() -> BTreeMap<String, Vec<String>> {
    let group = |(name, words): (&str, &[&str])| (name.to_owned(), words.iter().map(|&word| word.to_owned()).collect());
    SHIPPED.into_iter().map(group).collect()
}
