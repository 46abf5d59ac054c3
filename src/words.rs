//! The words of the office: what people read, in Chinese and English, for the stable words that code, logs and
//! `--json` use. One place, so that every screen says the same. A word that is not listed is shown as it is.

use crate::settings::Lang;

/// A stable word with what people read for it: (word, Chinese, English).
pub type Entry = (&'static str, &'static str, &'static str);

/// Heads of columns and names of fields.
pub const HEADS: &[Entry] = &[
    ("number", "汇流编号", "Ticket"),
    ("core_number", "热线工单号", "Core number"),
    ("external_id", "来源编号", "Source number"),
    ("channel", "渠道", "Channel"),
    ("channel_code", "代号", "Code"),
    ("aliases", "旧叫法", "Former names"),
    ("kind", "接入方式", "Kind"),
    ("state", "状态", "State"),
    ("title", "标题", "Title"),
    ("received_at", "收到时间", "Received"),
    ("submitted_at", "群众提交时间", "Submitted"),
    ("core_accepted_at", "热线收下时间", "Core took it"),
    ("deadline", "办理时限", "Deadline"),
    ("left", "还剩/已超", "Left or over"),
    ("category", "归口类别", "Category"),
    ("region", "行政区划", "Region"),
    ("version", "版本", "Version"),
    ("source_version", "来源版本", "Source's version"),
    ("sent", "已转", "Sent"),
    ("tickets", "工单", "Tickets"),
    ("tickets_trial", "试运行", "Trial"),
    ("tickets_historic", "历史件", "Historic"),
    ("tickets_waiting", "待确认", "Waiting"),
    ("dead", "待人工处理", "Needs a person"),
    ("last_item", "最近来件", "Last item"),
    ("last_poll", "最近取件", "Last poll"),
    ("first_run", "首次取件", "First run"),
    ("start_from", "启用日期", "Starts from"),
    ("live_from", "确认启用", "Live from"),
    ("known_since", "首次运行", "Known since"),
    ("namespace", "来源编号归属", "Namespace"),
    ("far", "对方系统", "Far side"),
    ("next_try", "下次再试", "Next try"),
    ("mistakes", "要改的地方", "To mend"),
    ("settings", "全部设置", "All settings"),
    ("deeds", "人工操作记录", "On record"),
    ("draft", "统一工单", "Ticket's form"),
    ("versions", "来件", "Submissions"),
    ("events", "流转消息", "Events"),
    ("outcomes", "办理反馈", "Outcomes"),
    ("raw", "原文", "Raw form"),
    ("task", "后台任务", "Errand"),
    ("subject", "对象", "Subject"),
    ("due", "到点时间", "Due"),
    ("attempts", "已试", "Tries"),
    ("id", "序号", "No."),
    ("what", "内容", "What"),
    ("reason", "原因", "Reason"),
    ("since", "何时起", "Since"),
    ("details", "详情", "Details"),
    ("ended", "处理结果", "Ended"),
    ("at", "时间", "When"),
    ("who", "谁", "Who"),
    ("why", "理由", "Why"),
    ("secret", "密钥", "Secret"),
    ("set", "是否录入", "Set"),
    ("version_program", "程序版本", "Version"),
    ("running", "汇流", "Huiliu"),
    ("core", "热线系统", "Core"),
    ("to_core", "待转热线", "For the core"),
    ("channels", "渠道数", "Channels"),
    ("core_id", "反馈编号", "Core's id"),
];

/// States of a channel.
pub const CHANNEL_STATES: &[Entry] = &[
    ("off", "停用", "off"),
    ("trial", "试运行", "trial"),
    ("live", "正式", "live"),
    ("mend", "停用,配置要改", "off, needs mending"),
    ("retired", "已撤", "retired"),
];

/// Where a first run stands.
pub const FIRST_RUNS: &[Entry] = &[
    ("underway", "进行中", "underway"),
    ("needs_go_live", "件多或件旧,等人确认(channel go-live)", "many or old items: confirm by channel go-live"),
    ("through", "已完成", "through"),
];

/// Standings of a ticket.
pub const STANDINGS: &[Entry] = &[
    ("live", "正式", "live"),
    ("trial", "试运行", "trial"),
    ("historic", "历史件", "historic"),
    ("waiting", "待确认启用", "waits for go-live"),
];

/// States of a version.
pub const VERSION_STATES: &[Entry] = &[
    ("taken", "已收", "taken"),
    ("unmapped", "认不出", "unmapped"),
    ("held", "疑似编号复用", "suspected re-used number"),
    ("older", "早于现有版本", "older than the latest"),
];

/// Kinds of events.
pub const EVENT_KINDS: &[Entry] = &[("new", "新件", "new"), ("revised", "更正", "revised"), ("file", "附件", "file")];

/// States of an event.
pub const EVENT_STATES: &[Entry] = &[
    ("waiting", "待转", "waiting"),
    ("behind", "排在待处理的后面", "waiting behind"),
    ("dead", "待人工处理", "needs a person"),
    ("forwarded", "已转热线", "forwarded"),
    ("edited", "改后待转", "edited, waiting"),
    ("dropped", "已销掉", "dropped"),
];

/// Kinds of dead letters.
pub const DEAD_KINDS: &[Entry] = &[
    ("event", "流转消息", "event"),
    ("unmapped", "来件", "submission"),
    ("held", "来件", "submission"),
    ("unreadable", "推送", "push"),
    ("file", "附件取不到", "attachment not fetched"),
];

/// Why something needs a person.
pub const REASONS: &[Entry] = &[
    ("unmapped", "认不出", "cannot be mapped"),
    ("number_reused", "疑似编号复用", "suspected re-used number"),
    ("unreadable", "读不出来件", "unreadable"),
    ("malformed", "对方拒收", "refused by the core"),
    ("refused", "对方拒收", "refused by the core"),
    ("denied", "要登录", "denied"),
    ("unavailable", "多次没有发成", "failed many times"),
    ("exhausted", "多次没有发成", "failed many times"),
    ("host_not_allowed", "附件地址不在允许之列", "host not allowed"),
    ("private_address", "附件地址在内网,未经允许", "private address not allowed"),
    ("bad_link", "附件地址写得不对", "not a link that can be followed"),
    ("too_many_redirects", "附件地址转来转去", "too many redirects"),
    ("too_large", "附件太大", "too large"),
    ("type_not_allowed", "附件类型不收", "type not allowed"),
    ("dangerous", "附件是程序或脚本", "a program or a script"),
    ("not_what_it_says", "附件内容和说的不符", "not what it says it is"),
];

/// How a dead letter ended.
pub const ENDS: &[Entry] = &[
    ("retried", "已重试", "retried"),
    ("edited", "已改后重发", "edited and sent"),
    ("remapped", "已重新识别", "mapped anew"),
    ("dropped", "已销掉", "dropped"),
];

/// What became of a submission that was mapped anew.
pub const WHATS: &[Entry] = &[
    ("new", "新件", "new"),
    ("repeat", "重发", "repeat"),
    ("revised", "更正", "revised"),
    ("joined", "并单", "joined"),
    ("act", "对已有工单的来件", "act on a ticket"),
    ("unmapped", "仍认不出", "still unmapped"),
    ("held", "疑似编号复用", "suspected re-used number"),
];

/// What a person did.
pub const DEEDS: &[Entry] = &[
    ("unmask", "查看未脱敏内容", "looked unmasked"),
    ("go_live", "确认启用", "go-live"),
    ("resume", "恢复连接", "resumed"),
    ("retry", "重试", "retried"),
    ("edit", "修改后重发", "edited"),
    ("drop", "销掉", "dropped"),
    ("remap", "重新识别", "mapped anew"),
    ("secret_set", "录入密钥", "set a secret"),
    ("file", "热线下载附件", "handed a file to the core"),
];

/// Tasks of errands.
pub const TASKS: &[Entry] = &[("poll", "取件", "poll"), ("forward", "转热线", "forward"), ("fetch", "取附件", "fetch")];

/// States of errands.
pub const ERRAND_STATES: &[Entry] =
    &[("due", "待执行", "due"), ("underway", "执行中", "underway"), ("waiting", "未到时间", "waiting")];

/// Failures of a far side.
pub const FAULTS: &[Entry] = &[
    ("unavailable", "连不上", "unavailable"),
    ("denied", "登录被拒", "denied"),
    ("needs_person", "要人登录", "needs a person"),
    ("malformed", "返回内容看不懂", "malformed"),
];

/// Fields of the unified ticket, by their path in it.
pub const FIELDS: &[Entry] = &[
    ("person.name", "诉求人", "Name"),
    ("person.sex", "性别", "Sex"),
    ("person.role", "身份", "Role"),
    ("person.organisation", "单位", "Organisation"),
    ("person.phone", "联系电话", "Telephone"),
    ("person.contact", "其他联系方式", "Other contact"),
    ("person.email", "电子邮箱", "E-mail"),
    ("person.id_type", "证件类型", "Identity document"),
    ("person.id_no", "证件号码", "Identity number"),
    ("person.address", "联系地址", "Address"),
    ("person.anonymous", "匿名", "Anonymous"),
    ("person.confidential", "保密", "Confidential"),
    ("person.agree_public", "同意公开", "May be published"),
    ("accused.name", "被反映对象", "Accused"),
    ("accused.phone", "被反映对象电话", "Accused's telephone"),
    ("accused.organisation", "被反映单位", "Accused organisation"),
    ("matter.title", "标题", "Title"),
    ("matter.content", "正文", "Text"),
    ("matter.type", "诉求类型", "Type"),
    ("matter.category.source", "归口类别(来源)", "Category (source)"),
    ("matter.category.mapped", "归口类别", "Category"),
    ("matter.urgency", "紧急程度", "Urgency"),
    ("matter.place.region", "行政区划", "Region"),
    ("matter.place.text", "发生地址", "Place"),
    ("matter.place.coordinates.lat", "纬度", "Latitude"),
    ("matter.place.coordinates.lng", "经度", "Longitude"),
    ("handling.unit", "承办单位", "Unit"),
    ("handling.way", "办理方式", "Way of handling"),
    ("times.occurred_at", "发生时间", "Occurred"),
    ("times.submitted_at", "群众提交时间", "Submitted"),
    ("times.handed_at", "转派时间", "Handed over"),
    ("deadline.verbatim", "办理时限(原文)", "Deadline as given"),
    ("deadline.computed", "办理时限", "Deadline"),
    ("deadline.rule.limit", "办理时限(按规定推算)", "Deadline by rule"),
    ("deadline.rule.since", "时限起算", "Counted since"),
    ("deadline.rule.uncertain", "推算时缺节假日文件", "Holidays were unknown"),
    ("query_code", "查询码", "Query code"),
    ("parent_no", "上级编号", "Upper number"),
    ("instructions.by", "批示人", "Instruction by"),
    ("instructions.at", "批示时间", "Instruction at"),
    ("instructions.text", "转办意见、领导批示", "Instruction"),
    ("files.name", "附件", "File"),
    ("files.media_type", "附件类型", "File's type"),
    ("files.size", "附件大小", "File's size"),
    ("files.link", "附件地址", "File's link"),
    ("files.part", "附件序号", "File's part"),
    ("links.relation", "关联", "Relation"),
    ("links.number", "关联编号", "Related number"),
];

/// What people read for a stable word; the word itself, if it is not listed.
pub fn word<'a>(list: &[Entry], word: &'a str, lang: Lang) -> &'a str {
    match (list.iter().find(|(stable, ..)| *stable == word), lang) {
        (Some((_, zh, _)), Lang::Zh) => zh,
        (Some((.., en)), Lang::En) => en,
        (None, _) => word,
    }
}

/// The head of a column, or the name of a field.
pub fn head(name: &'static str, lang: Lang) -> &'static str {
    word(HEADS, name, lang)
}

/// One of two texts that are used once.
pub fn say<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_listed_once_in_both_languages() {
        let lists = [
            HEADS,
            CHANNEL_STATES,
            FIRST_RUNS,
            STANDINGS,
            VERSION_STATES,
            EVENT_KINDS,
            EVENT_STATES,
            DEAD_KINDS,
            REASONS,
            ENDS,
            WHATS,
            DEEDS,
            TASKS,
            ERRAND_STATES,
            FAULTS,
            FIELDS,
        ];
        for list in lists {
            for (n, (stable, zh, en)) in list.iter().enumerate() {
                assert!(list.iter().position(|(other, ..)| other == stable) == Some(n), "{stable} stands twice");
                assert!(!zh.is_ascii() && en.is_ascii(), "{stable}");
            }
        }
    }

    #[test]
    fn an_unlisted_word_is_shown_as_it_is() {
        assert_eq!(word(FAULTS, "new_fault", Lang::Zh), "new_fault");
        assert_eq!(word(FAULTS, "denied", Lang::Zh), "登录被拒");
    }
}
