//! The words for what the gateway does by itself: its tasks, and how a far side fails.

use super::Entry;

/// Tasks of errands.
pub const TASKS: &[Entry] = &[
    ("poll", "取件", "poll"),
    ("forward", "转热线", "forward"),
    ("write_back", "回传", "write back"),
    ("fetch", "取附件", "fetch"),
];

/// States of errands.
pub const ERRAND_STATES: &[Entry] =
    &[("due", "待执行", "due"), ("underway", "执行中", "underway"), ("waiting", "未到时间", "waiting")];

/// How a login stands that people do.
pub const LOGINS: &[Entry] = &[
    ("in", "已登录", "logged in"),
    ("out", "未登录,到时自动登录", "logged out, logs in by itself when needed"),
    ("person", "要人登录", "a person has to log in"),
    ("yielded", "账号正被别人使用", "somebody else uses the account"),
    ("resting", "登录已停,等人处理", "the login rests until a person resumes it"),
];

/// Failures of a far side.
pub const FAULTS: &[Entry] = &[
    ("unavailable", "连不上", "unavailable"),
    ("denied", "登录被拒", "denied"),
    ("needs_person", "要人登录", "needs a person"),
    ("malformed", "返回内容看不懂", "malformed"),
    ("put_off", "这一件对方暂时收不了", "put off"),
];
