//! The words of alarms.

use super::Entry;

/// Kinds of alarms.
pub const ALARMS: &[Entry] = &[
    ("urgent", "紧急件", "urgent letter"),
    ("stopped", "网关停摆", "gateway stopped"),
    ("deaf", "收不到", "deaf channels"),
    ("silent", "长时间无来件", "channel silent"),
    ("login", "要人登录", "login needs a person"),
    ("denied", "对方拒绝", "denied"),
    ("away", "对方长时间不通", "far side away"),
    ("broken", "渠道配置有错", "channel wrong"),
    ("off", "渠道停用", "channel off"),
    ("gap", "对账有差", "gap"),
    ("homeward", "回不去", "answer not home"),
    ("core_away", "热线系统不通", "core away"),
    ("deadline_near", "临期", "deadline near"),
    ("deadline_past", "超期", "deadline past"),
    ("disk", "磁盘快满", "disk low"),
    ("certificate", "证书快到期", "certificate near its end"),
    ("secret", "密钥快到期", "secret near its end"),
    ("unhanded", "未交表", "table missing"),
    ("holidays", "缺节假日文件", "holidays missing"),
    ("unexpected", "来件数异常", "unusual number"),
];
