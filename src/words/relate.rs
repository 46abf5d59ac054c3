//! Words about letters that are, or look like, one.

use super::Entry;

/// Why two letters that look like one were not joined.
pub const DOUBTS: &[Entry] = &[
    ("masked_contact", "联系电话被遮盖,只对得上露出的几位", "a telephone number is masked"),
    ("no_contact", "有一件没有联系方式", "one has no contact"),
    ("other_contact", "联系方式不同", "the contacts differ"),
    ("other_name", "联系方式相同,姓名不同", "the names differ"),
    ("confidential", "有一件要求保密", "one is confidential"),
    ("anonymous", "有一件是匿名", "one is anonymous"),
    ("concluded", "前一件已办结", "the earlier one is concluded"),
    ("several", "对得上的不止一件", "more than one fits"),
    ("not_live", "有一件不在正式运行", "one is not live"),
    ("not_wanted", "渠道设置为不自动并单", "the channel wants no joining"),
];

/// How a source ended on its ticket.
pub const SOURCE_ENDS: &[Entry] = &[
    ("withdrawn", "已撤回", "withdrawn"),
    ("returned", "已退单", "handed back"),
    ("unjoined", "已撤销并单", "taken apart"),
];
