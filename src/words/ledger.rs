//! Words of the ledger of channels (渠道台账) and of the shift's paper (交接班).

use super::Entry;

/// Heads of columns of the ledger, of the shift's paper, of notes, and of channels that come by another one.
pub const SHIFT_HEADS: &[Entry] = &[
    ("notes", "备注", "Notes"),
    ("note", "备注", "Note"),
    ("until", "何时前办", "To be done by"),
    ("count", "件数", "Count"),
    ("routed", "装着的渠道", "Brings the letters of"),
    ("oldest", "最早", "Oldest"),
    ("came", "来件", "Came"),
    ("forwarded", "已转热线", "Forwarded"),
    ("concluded", "办结", "Concluded"),
    ("account_holder", "账号保管人", "Account holder"),
    ("far_contact", "对方联系人", "Far side's contact"),
    ("permitted_by", "对接依据", "Permitted by"),
    ("secret_life", "密钥期限", "Secret"),
    ("blanks", "要填的", "To fill in"),
    ("remark", "备注", "Remark"),
];

/// What the ledger tells of a channel.
pub const LEDGER: &[Entry] = &[
    ("account_holder", "账号保管人", "Account holder"),
    ("far_contact", "对方联系人", "Far side's contact"),
    ("permitted_by", "对接依据", "Permitted by"),
    ("over", "【已过期】", "(OVER) "),
    ("near", "【快到期】", "(ENDS SOON) "),
];

/// Why nothing may be coming by a channel, besides failures of its far side.
pub const DEAF: &[Entry] = &[
    ("silent", "长时间无来件", "nothing came for long"),
    ("unexpected", "来件数异常", "an unusual number of submissions"),
    ("not_asked", "超过一天没有取成", "not asked for more than a day"),
    ("mend", "停用,配置要改", "off, needs mending"),
];
