//! What became of rows that somebody handed in, in the words of the office.

use super::Entry;

/// What became of an item of a file.
pub const HANDED: &[Entry] = &[
    ("new", "新件", "new"),
    ("repeat", "重发", "repeat"),
    ("revised", "更正", "revised"),
    ("joined", "并单", "joined"),
    ("act", "对已有工单的来件", "act on a ticket"),
    ("known", "来过(重发或更正)", "known (a repeat or a revision)"),
    ("unmapped", "认不出,待人工处理", "cannot be mapped, waits for a person"),
    ("held", "疑似编号复用,待人工处理", "suspected re-used number, waits for a person"),
    ("unreadable", "读不出,待人工处理", "unreadable, waits for a person"),
];

/// What became of a letter that was handled by hand before.
pub const HANDLED: &[Entry] = &[
    ("registered", "已登记", "registered"),
    ("ready", "可以登记", "would be registered"),
    ("known", "登记过", "registered before"),
    ("refused", "没有登记", "not registered"),
    ("unsent", "没有送到", "not sent"),
];
