//! Why an item waits for a person, in both languages, as files that people read say it.

use huiliu_contract::{Remark, Unreadable};

use crate::normalize::Unmappable;
use crate::settings::Lang;

/// Of an item that does not map: every field that failed, each with what to do.
pub(super) fn unmappable(unmappable: &Unmappable) -> Remark {
    Remark { en: unmappable.shown(Lang::En), zh: unmappable.shown(Lang::Zh) }
}

/// Of one that cannot be read at all: in its connector's own words.
pub(super) fn unreadable(unreadable: Unreadable) -> Remark {
    unreadable.reason
}

/// Of a number that was suspected to be used again for another letter. The other letter is not spoken of.
pub(super) fn held() -> Remark {
    Remark {
        en: "the number is known for another letter: a person decides (huiliu dead list)".into(),
        zh: "疑似编号复用:这个来源编号以前是另一件,待人工确认(huiliu dead list)".into(),
    }
}
