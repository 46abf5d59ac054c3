//! The way home in the words of the office: why a write-back needs a person, how far it came, how tries ended.

use super::Entry;

/// Why a write-back needs a person.
pub const WRITE_BACK_REASONS: &[Entry] = &[
    ("approval", "待审签", "waits for approval"),
    ("by_hand", "请到对方后台回复", "answer by hand"),
    ("fallback", "接口送不到,请到对方后台回复", "failed; answer by hand"),
    ("undelivered", "发出后被退回", "came back undelivered"),
    ("uncertain", "不知到没到", "may have arrived"),
    ("told_twice", "发了两次,不知到没到", "told twice, may have arrived"),
    ("absent", "一再发出,对方都说没有", "sent again and again, not there"),
    ("cannot_look", "不知到没到,也查不了", "may have arrived, cannot be looked up"),
    ("no_outlet", "不知到没到,渠道已不回传", "may have arrived, no way back now"),
    ("unknown_state", "对方的状态看不懂", "unknown state at the far side"),
    ("unreadable", "办理反馈读不出来", "the outcome cannot be read"),
    ("malformed", "对方拒收", "refused by the far side"),
    ("put_off", "对方一再说暂时收不了", "put off again and again"),
    ("refused", "对方拒收", "refused by the far side"),
    ("denied", "要登录", "denied"),
    ("needs_person", "要登录", "needs a login"),
    ("unavailable", "多次没有送到", "failed many times"),
];

/// How far an outcome came on its way to a source.
pub const CARRIED: &[Entry] = &[
    ("waiting", "待发", "to be sent"),
    ("person", "待人工", "needs a person"),
    ("review", "已回传·对方未确认", "sent, not confirmed yet"),
    ("settled", "已回传", "sent"),
    ("passed", "未发(已被后来的反馈取代)", "not sent (a later one replaced it)"),
    ("equal", "与前一次相同未发", "not sent (same as before)"),
    ("unwanted", "该渠道不需要", "not wanted by the channel"),
    ("dropped", "已放弃", "given up"),
    ("handed_back", "已退回热线修改", "handed back to the core"),
    ("refused", "对方未同意", "not agreed to above"),
    ("sent_back", "对方退回重办", "sent back to be done again"),
    ("by_hand", "已人工回复", "answered by hand"),
];

/// How a try to tell a far side ended.
pub const TRY_ENDS: &[Entry] = &[
    ("taken", "对方已收", "taken"),
    ("refused", "对方拒收", "refused"),
    ("not_arrived", "没有送到", "not arrived"),
    ("absent", "查过,对方没有", "looked for, not there"),
    ("withheld", "按规定未发", "not sent, on purpose"),
    ("uncertain", "不知到没到", "may have arrived"),
    ("underway", "没有结果", "no end yet"),
];
