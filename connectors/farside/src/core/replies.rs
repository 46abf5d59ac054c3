//! What the people at the core write: which unit a matter goes to, and the answer that the citizen reads.

/// Who answers what needs no unit.
pub(super) const CENTRE: &str = "衡东县12345政务服务热线中心";

/// Words of a title, and the unit that has to do with them.
const UNITS: [(&str, &str); 34] = [
    ("医保", "衡东县医疗保障局"),
    ("就医", "衡东县医疗保障局"),
    ("工资", "衡东县人力资源和社会保障局"),
    ("社保", "衡东县人力资源和社会保障局"),
    ("养老", "衡东县人力资源和社会保障局"),
    ("技能", "衡东县人力资源和社会保障局"),
    ("低保", "衡东县民政局"),
    ("高龄", "衡东县民政局"),
    ("学校", "衡东县教育局"),
    ("幼儿园", "衡东县教育局"),
    ("校车", "衡东县教育局"),
    ("学籍", "衡东县教育局"),
    ("信号灯", "衡东县公安局交通警察大队"),
    ("停车", "衡东县公安局交通警察大队"),
    ("渣土车", "衡东县公安局交通警察大队"),
    ("驾驶证", "衡东县公安局交通警察大队"),
    ("电动车", "衡东县公安局交通警察大队"),
    ("户口", "衡东县公安局"),
    ("民警", "衡东县公安局"),
    ("诈骗", "衡东县公安局"),
    ("山塘", "衡东县水利局"),
    ("渠道", "衡东县水利局"),
    ("河堤", "衡东县水利局"),
    ("自来水", "衡东县住房和城乡建设局"),
    ("燃气", "衡东县住房和城乡建设局"),
    ("物业", "衡东县住房和城乡建设局"),
    ("电梯", "衡东县市场监督管理局"),
    ("农药", "衡东县农业农村局"),
    ("补贴", "衡东县农业农村局"),
    ("耕地", "衡东县自然资源局"),
    ("油烟", "衡东县城市管理和综合执法局"),
    ("路灯", "衡东县城市管理和综合执法局"),
    ("公交", "衡东县交通运输局"),
    ("公路", "衡东县交通运输局"),
];

const LOOKED: [&str; 5] = [
    "接到您的来信后,我单位当天安排工作人员到现场查看,情况与您反映的一致。",
    "我单位已派人上门了解,并与村(社区)一起核对了有关情况。",
    "经查阅档案、走访周边住户,您反映的情况基本属实。",
    "收件后我们会同有关站所进行了核实,现把情况向您说明。",
    "工作人员已与您联系沟通,并听取了邻近几户群众的意见。",
];

const DONE: [&str; 5] = [
    "目前问题已经处理到位,后续由专人每周巡查一次,防止反弹。",
    "相关整改已于本周完成,请您继续监督。",
    "已列入本月工作安排并落实了责任人,先期措施当天就已到位。",
    "按现行政策应当办理的部分已经办好,暂时不能办理的,工作人员已当面向您解释清楚。",
    "我们已责成责任方限期改正,并将在月底前回头检查。",
];

const AGAIN: [&str; 2] = [
    "针对您提出的补充意见,我单位重新安排人员到场复核,并补做了上次没有做到位的部分。",
    "收到退回重办的要求后,我单位由负责同志带队再次上门,与您逐项核对了处理结果。",
];

const THANKS: &str = "感谢您对我们工作的肯定,我们已把您的谢意转达给有关同志,今后会继续把事情办实办好。";

/// The unit that a matter is given to: by a word of its title, else the town's own government.
pub(super) fn unit(title: &str) -> String {
    if let Some((_, unit)) = UNITS.iter().find(|(word, _)| title.contains(word)) {
        return (*unit).to_owned();
    }
    let town = title.char_indices().find(|(_, letter)| matches!(letter, '镇' | '乡'));
    let town = town.and_then(|(at, letter)| title.get(..at + letter.len_utf8()));
    town.map_or_else(|| CENTRE.to_owned(), |town| format!("衡东县{town}人民政府"))
}

/// The public answer; another one each time that the matter came back.
pub(super) fn reply(title: &str, unit: &str, round: u32, chance: u64) -> String {
    if title.contains("感谢") || title.contains("点赞") {
        return format!("您关于“{title}”的来信收悉。{THANKS}");
    }
    let one =
        |of: &[&'static str], by: u64| of.get((chance / by % of.len() as u64) as usize).copied().unwrap_or_default();
    let looked = if round > 1 { one(&AGAIN, 3) } else { one(&LOOKED, 5) };
    format!("您反映的“{title}”一事,由{unit}办理。{looked}{}", one(&DONE, 25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_goes_to_whom_it_concerns() {
        assert_eq!(unit("吴集镇双江村路灯不亮"), "衡东县城市管理和综合执法局");
        assert_eq!(unit("石滩乡小初村邻里争地界"), "衡东县石滩乡人民政府");
        assert_eq!(unit("邻里争地界"), CENTRE);
    }

    #[test]
    fn an_answer_names_the_matter_and_is_another_one_the_second_time() {
        let (first, second) = (reply("路灯不亮", "某局", 1, 7), reply("路灯不亮", "某局", 2, 7));
        assert!(first.contains("“路灯不亮”") && first != second && second.contains("再次") | second.contains("重新"));
        assert!(reply("感谢民警", "某局", 1, 7).contains("肯定"));
    }
}
