//! The words about a core that has no interface, or fetches: how it is called, and what waits for it.

use super::Entry;

/// Kinds of cores.
pub const CORE_KINDS: &[Entry] = &[
    ("rest", "接口推送", "posted to"),
    ("manual", "手工登记", "typed in by hand"),
    ("file", "表格导入", "imports sheets"),
    ("pull", "热线来取", "fetches"),
];

/// Heads of columns and names of fields.
pub const CORE_HEADS: &[Entry] = &[
    ("core_kind", "热线系统", "Core"),
    ("to_register", "待登记", "To be typed in"),
    ("said", "补充、理由", "What was added"),
    ("event_n", "第几条", "Event"),
    ("waits_behind", "后面还有", "Behind it"),
];
