//! Where a back end was left, for people. Pure.

use huiliu_contract::Remark;

use crate::place::Place;

/// What a place says.
pub(crate) fn place(place: &Place) -> Remark {
    let (mut zh, mut en) = match &place.walk {
        None => (vec!["下一轮从第一页看起".to_owned()], vec!["the next walk begins at the first page".to_owned()]),
        Some(walk) => (
            vec![format!("这一轮看了 {} 页 {} 行", walk.pages, walk.seen)],
            vec![format!("{} pages and {} rows of this walk are seen", walk.pages, walk.seen)],
        ),
    };
    if let Some(from) = place.walk.as_ref().and_then(|walk| walk.from) {
        zh.push(format!("看 {from} 以后的"));
        en.push(format!("it looks back to {from}"));
    }
    if let Some(under) = &place.under {
        zh.push(format!("这一页有 {} 件要打开详情,打开了 {} 件", under.of, under.done));
        en.push(format!("{} items of this page are to be opened, {} were", under.of, under.done));
    }
    Remark { zh: zh.join(";"), en: en.join("; ") }
}
