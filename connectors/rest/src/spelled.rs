//! Where a polled platform was left, for people. Pure.

use huiliu_contract::Remark;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::mark::{At, Mark, Place};

/// What a place says, in the zone of the site.
pub(crate) fn place(place: &Place, zone: &TimeZone) -> Remark {
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    match &place.since {
        Some(Mark::Time(at)) => {
            zh.push(format!("已取到 {}", time(*at)));
            en.push(format!("taken up to {}", time(*at)));
        }
        Some(Mark::Id(id)) => {
            zh.push(format!("已取到编号 {id}"));
            en.push(format!("taken up to number {id}"));
        }
        None => {
            zh.push("从头取".to_owned());
            en.push("from the front".to_owned());
        }
    }
    if let Some(window) = &place.slice {
        zh.push(format!("正在取 {} 至 {} 这一段", time(window.from), time(window.to)));
        en.push(format!("in the time from {} to {}", time(window.from), time(window.to)));
    }
    if let Some(walk) = &place.walk {
        let seen = walk.seen;
        let (next_zh, next_en) = match &walk.at {
            At::Number(n) => (format!("下一页是第 {n} 页"), format!("page {n} is next")),
            At::Offset(n) => (format!("接着从偏移 {n} 起取"), format!("offset {n} is next")),
            At::Cursor(_) => ("接着用对方给的续取标记".to_owned(), "the far side's own cursor is next".to_owned()),
            At::Link(_) => ("接着用对方给的下一页链接".to_owned(), "the far side's link is next".to_owned()),
        };
        zh.push(format!("这一轮取了 {seen} 件,{next_zh}"));
        en.push(format!("{seen} items of this walk are taken, {next_en}"));
    }
    if let Some(under) = &place.under {
        zh.push(format!("这一页有 {} 件要取详情,取了 {} 件", under.of, under.done));
        en.push(format!("{} items of this page need their detail, {} have it", under.of, under.done));
    }
    Remark { zh: zh.join(";"), en: en.join("; ") }
}
