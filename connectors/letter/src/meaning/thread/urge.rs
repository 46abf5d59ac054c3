//! Whether an answer only asks where ours stays.

use crate::meaning::plain::{first, narrowed};

/// An answer of more characters says something new.
const LONGEST_URGE: usize = 80;

/// Words of whoever asks where the answer stays.
const URGES: [&str; 47] = [
    "催办",
    "催一下",
    "催促",
    "再催",
    "请尽快",
    "望尽快",
    "请尽早",
    "尽快处理",
    "尽快回复",
    "尽快解决",
    "尽快办理",
    "尽快落实",
    "尽快给",
    "抓紧",
    "怎么还没",
    "怎么还不",
    "为什么还没",
    "为何还没",
    "怎么没有回",
    "怎么没人",
    "还没有处理",
    "还没处理",
    "还没有回",
    "还没回",
    "还没有解决",
    "还没解决",
    "还没有人",
    "还没人",
    "还没有结果",
    "还没结果",
    "还没有答复",
    "没有任何回",
    "没有回复",
    "没有回音",
    "没有消息",
    "没有答复",
    "没有结果",
    "没人处理",
    "没人管",
    "无人处理",
    "无人回复",
    "什么时候",
    "何时",
    "多久",
    "进展",
    "进度",
    "处理得怎么样",
];

/// Words of courtesy, which say nothing.
const COURTESY: [&str; 13] =
    ["您好", "你好", "谢谢", "感谢", "麻烦", "辛苦", "拜托", "收到", "领导", "尊敬的", "敬礼", "此致", "打扰"];

/// Words of something new; whoever writes one adds to the matter, however much they urge.
const NEWS: [&str; 28] = [
    "补充",
    "另外",
    "还有就是",
    "还有一",
    "附件",
    "照片",
    "图片",
    "视频",
    "地址",
    "电话是",
    "电话改",
    "号码",
    "更正",
    "又坏",
    "又出",
    "又有",
    "又来",
    "又开始",
    "又停",
    "昨",
    "今早",
    "今晚",
    "新的",
    "其实",
    "而是",
    "不是这",
    "号楼",
    "摔",
];

/// Whether an answer only asks where ours stays (催办). Everything else that answers us adds something (补充): in doubt it
/// does, because what is added must be read.
pub fn is_urge(new_text: &str) -> bool {
    let text = narrowed(new_text);
    let text = text.trim();
    if first(text, LONGEST_URGE).len() < text.len() {
        return false;
    }
    let mut urges = false;
    let mut other = 0;
    for clause in text.split(|c: char| c.is_whitespace() || "，,。.!！?？;；、:：~…".contains(c)) {
        let says = |words: &[&str]| words.iter().any(|word| clause.contains(word));
        let number = clause.bytes().filter(u8::is_ascii_digit).count() >= 7;
        if number || says(&NEWS) {
            return false;
        }
        if says(&URGES) {
            urges = true;
        } else if !says(&COURTESY) {
            other += clause.chars().count();
        }
    }
    urges && other <= 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_only_asks_where_the_answer_stays_urges() {
        for urge in [
            "催办",
            "请尽快处理，谢谢！",
            "怎么还没有人来修？",
            "您好，我上次反映的路灯什么时候能修好？",
            "都一个月了还没有回复。请问进展如何？",
            "路灯的事情怎么还没处理，麻烦催一下",
            "一直没有消息，何时答复",
            "又过了一个月，到现在还没有处理",
            "没人给我打电话，还有多久？",
            "不是说一周内答复吗，怎么还没有回音",
        ] {
            assert!(is_urge(urge), "{urge}");
        }
        for supplement in [
            "",
            "谢谢，已经修好了。",
            "补充：路灯在衡岳北路12号门口，请尽快处理。",
            "昨晚有老人摔倒了，请尽快处理",
            "又坏了，什么时候能修好",
            "照片在附件里，请尽快",
            "我的电话是13800000000，请尽快回复",
            "请尽快回复，13800000000",
            "不是这盏，而是路口那盏，请尽快处理",
            "路口往东第三盏和第五盏路灯也已经不亮了，请尽快处理",
            "请尽快处理。这条路是洣水镇中心小学的学生每天上学的必经之路，天黑以后完全看不见路面，附近又有工地的货车进出，家长们都很担心孩子的安全。我们已经向社区反映了三次，社区说要向县里报告，县里说要等资金。",
        ] {
            assert!(!is_urge(supplement), "{supplement}");
        }
    }
}
