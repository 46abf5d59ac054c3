//! The words of the office: what people read, in Chinese and English, for the stable words that code, logs and
//! `--json` use. One place, so that every screen says the same. A word that is not listed is shown as it is.

mod alarms;
mod fields;
mod forwarding;
mod handed;
mod homeward;
mod ledger;
mod machine;
mod outcomes;
mod relate;

pub use alarms::ALARMS;
pub use fields::FIELDS;
pub use forwarding::{CORE_HEADS, CORE_KINDS};
pub use handed::{HANDED, HANDLED};
pub use homeward::{CARRIED, TRY_ENDS, WRITE_BACK_REASONS};
pub use ledger::{DEAF, LEDGER, SHIFT_HEADS};
pub use machine::{ERRAND_STATES, FAULTS, LOGINS, TASKS};
pub use outcomes::{BECAME, OUTCOME_KINDS, SATISFACTION, WHATS, bad_number};
pub use relate::{DOUBTS, SOURCE_ENDS};

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
    ("gaps", "对账有差", "Gaps"),
    ("signed_days", "上次核对清单", "List compared"),
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
    ("concluded_at", "办结时间", "Concluded"),
    ("redone", "发回重办", "Done again"),
    ("reopened_at", "重新打开时间", "Opened again"),
    ("outcome", "办理反馈", "Outcome"),
    ("whole", "拆自", "Part of"),
    ("parts", "拆出的单", "Parts"),
    ("event_kind", "来件性质", "Event"),
    ("write_backs", "回传", "Write-backs"),
    ("sources", "来源", "Sources"),
    ("sending", "待回传", "For the sources"),
    ("approvals", "待审签", "Wait for approval"),
    ("alarms", "来件异常", "Unusual"),
    ("raised", "告警", "Alarms"),
    ("outlets", "告警发不出", "Outlets failing"),
    ("alarm_kind", "告警", "Alarm"),
    ("last_sent", "最近一次发出", "Last told"),
    ("second_at", "第二个号码", "Second level told"),
    ("login", "登录", "Login"),
    ("logins", "登录", "Logins"),
    ("findings", "要改的地方", "Findings"),
    ("found", "要改处", "Found"),
    ("parcel", "将要发出的内容", "What will be sent"),
    ("reply", "公开答复", "Public text"),
    ("behind", "排在后面的", "Waiting behind"),
    ("to_copy", "要回复的文字(可直接复制)", "Text to copy"),
    ("fault", "没有送到的原因", "Why it failed"),
    ("next", "接下来", "What next"),
    ("sent_text", "发出的内容", "Sent"),
    ("answered", "对方的回答", "Answered"),
    ("days", "申请天数", "Days asked for"),
    ("units", "承办单位", "Units"),
    ("way", "办理方式", "Way of handling"),
    ("solved", "是否解决", "Solved"),
    ("satisfaction", "满意度", "Satisfaction"),
    ("into", "转往、并入", "Into"),
    ("sheet", "工作表", "Sheet"),
    ("row", "行", "Row"),
    ("place", "第几条", "Item"),
    ("their_field", "对方的栏", "Their field"),
    ("their_value", "里面写的", "What it says"),
    ("ticket_field", "统一工单的栏", "Ticket's field"),
    ("became", "成为", "Became"),
    ("unhanded", "未交表", "Tables missing"),
    ("preset", "预设", "Preset"),
    ("key", "键", "Key"),
    ("value", "值", "Value"),
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
    ("act", "对工单的来件", "act"),
];

/// Kinds of events.
pub const EVENT_KINDS: &[Entry] = &[
    ("new", "新件", "new"),
    ("revised", "更正", "revised"),
    ("decided", "审批结果", "decided above"),
    ("redo", "退回重办", "to be done again"),
    ("handed_back", "退回修改", "handed back"),
    ("supplemented", "补充", "supplement"),
    ("urged", "催办", "urged"),
    ("supervised", "督办", "supervised"),
    ("withdrawn", "撤诉", "withdrawn"),
    ("recalled", "上级收回", "recalled"),
    ("rated", "评价", "rated"),
    ("joined", "并单", "joined"),
    ("unjoined", "撤销并单", "taken apart"),
    ("split", "拆单", "split"),
    ("file", "附件", "file"),
];

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
    ("write_back", "回传", "write-back"),
    ("uncertain", "回传", "write-back"),
    ("by_hand", "回传", "write-back"),
    ("approval", "回传", "write-back"),
    ("urged", "催办", "urging"),
    ("unmatched", "来件", "submission"),
    ("file", "附件取不到", "attachment not fetched"),
    ("part", "拆单", "split ticket"),
    ("closed", "流转消息", "event"),
    ("outcome", "办理反馈", "outcome"),
    ("unticketed", "未立件", "no submission"),
];

/// Why something needs a person.
pub const REASONS: &[Entry] = &[
    ("unmapped", "认不出", "cannot be mapped"),
    ("number_reused", "疑似编号复用", "suspected re-used number"),
    ("unreadable", "读不出来件", "unreadable"),
    ("loop", "本系统发出的信", "a letter of our own"),
    ("bounce", "退信", "a bounce"),
    ("auto_reply", "自动回复", "an automatic answer"),
    ("list", "群发、订阅邮件", "a mailing list"),
    ("notice", "系统通知、回执", "a notice of a system"),
    ("calendar", "日程邀请", "a calendar entry"),
    ("spam", "垃圾邮件", "spam"),
    ("malformed", "对方拒收", "refused by the core"),
    ("refused", "对方拒收", "refused by the core"),
    ("denied", "要登录", "denied"),
    ("unavailable", "多次没有发成", "failed many times"),
    ("exhausted", "多次没有发成", "failed many times"),
    ("urged", "上级在催,答复还没送到", "asked for, and the answer is not there"),
    ("unmatched", "它指的那一件还没来", "what it is about did not come"),
    ("part_returned", "热线只退拆出的一单,没有告诉来源", "returned as a part only; the source was not told"),
    ("part_merged", "热线并掉了拆出的一单,没有告诉来源", "merged as a part only; the source was not told"),
    ("whole_closed", "原单已办结,拆出的单还有没办结的", "the whole is concluded, parts are open"),
    ("closed_order", "热线工单已办结", "the order is closed"),
    ("outcome_id", "反馈没有编号,或编号太长", "no id, or too long a one"),
    ("outcome_ticket", "反馈的工单编号不对", "no such ticket"),
    ("outcome_kind", "反馈类型认不出", "unknown kind of outcome"),
    ("outcome_at", "反馈时间读不出", "no time that can be read"),
    ("outcome_days", "延期天数读不出", "no number of days"),
    ("outcome_code", "代码表里没有这个代码", "a code that no table has"),
    ("outcome_conflict", "反馈编号用过,内容不一样", "a known id with other content"),
    ("outcome_table", "没有 [core.outcomes] 一栏", "there is no [core.outcomes]"),
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
    ("agreed", "已同意发出", "agreed to"),
    ("handed_back", "已退回热线修改", "handed back"),
    ("done", "已回复", "done by hand"),
    ("overtaken", "已不用处理", "no longer needed"),
    ("decided", "上级已批", "decided above"),
    ("answered", "答复已送到", "the answer arrived"),
    ("matched", "已对上", "matched"),
    ("answer_again", "已再次答复", "answered again"),
    ("new_ticket", "已另立新件", "made a new ticket"),
    ("reopened", "热线已重开,已再发", "reopened, sent again"),
    ("unticketed", "不用处理", "needs nobody"),
];

/// What a person did.
pub const DEEDS: &[Entry] = &[
    ("unmask", "查看未脱敏内容", "looked unmasked"),
    ("go_live", "确认启用", "go-live"),
    ("resume", "恢复连接", "resumed"),
    ("login", "人工登录", "answered for a login"),
    ("retry", "重试", "retried"),
    ("edit", "修改后重发", "edited"),
    ("drop", "销掉", "dropped"),
    ("remap", "重新识别", "mapped anew"),
    ("agree", "同意发出", "agreed"),
    ("agree_reworded", "改后同意发出", "reworded and agreed"),
    ("hand_back", "退回热线修改", "handed back"),
    ("done", "人工回复", "done by hand"),
    ("unjoin", "撤销并单", "taken apart"),
    ("split", "拆单", "split"),
    ("answer_again", "再次答复", "answered again"),
    ("new_ticket", "另立新件", "made a new ticket"),
    ("reopened", "热线已重开", "reopened in the core"),
    ("outcome_import", "导入办理反馈", "imported an outcome"),
    ("secret_set", "录入密钥", "set a secret"),
    ("file", "热线下载附件", "handed a file to the core"),
    ("register", "登记热线工单号", "registered the core's number"),
    ("register_corrected", "改正热线工单号", "corrected the core's number"),
    ("enter", "登记来件", "entered a letter"),
    ("sheet", "生成导入表", "wrote an import sheet"),
    ("import", "导入文件", "handed in a file"),
    ("nothing_today", "今日无件", "nothing today"),
    ("handled", "登记已办来件", "registered what was handled by hand"),
    ("note", "备注", "noted"),
    ("note_done", "备注已办", "noted as done"),
    ("handover", "交接班", "handed over"),
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
    let lists = [CORE_HEADS, SHIFT_HEADS];
    let list = lists.into_iter().find(|list| list.iter().any(|(known, ..)| *known == name)).unwrap_or(HEADS);
    word(list, name, lang)
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
            DOUBTS,
            SOURCE_ENDS,
            EVENT_STATES,
            DEAD_KINDS,
            REASONS,
            WRITE_BACK_REASONS,
            OUTCOME_KINDS,
            BECAME,
            HANDED,
            HANDLED,
            SATISFACTION,
            CARRIED,
            TRY_ENDS,
            ENDS,
            WHATS,
            DEEDS,
            TASKS,
            CORE_KINDS,
            CORE_HEADS,
            ERRAND_STATES,
            FAULTS,
            LOGINS,
            FIELDS,
            LEDGER,
            DEAF,
            SHIFT_HEADS,
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
