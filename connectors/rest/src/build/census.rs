//! The request for a day's count, compiled.

use http::Method;
use huiliu_kit::line::{Base, Connect};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::stamp::Stamp;
use huiliu_kit::target::{Draft, Target, method_of};
use jiff::tz::TimeZone;

use crate::census::{CensusRule, Walked, Way};
use crate::cut::Cuts;
use crate::items::Reader;
use crate::mark::Pager;
use crate::options::{Census, PageBy, Paging, PollOptions};
use crate::poll;

const FROM: usize = 3;
const TO: usize = 4;

/// Compiles it; none if anything was wrong.
pub(super) fn rule(
    written: &Census,
    poll: &PollOptions,
    connect: &Connect,
    base: &Base,
    zone: TimeZone,
    wrong: &mut Mistakes,
) -> Option<CensusRule> {
    let before = wrong.count();
    let target = target(written, &poll.page, connect, base, wrong);
    let stamp = super::course::stamp(written.format.as_deref(), "poll.census.format", wrong);
    if let (Some(target), Some(stamp)) = (&target, &stamp) {
        carries(written, target, stamp, wrong);
    }
    let way = way(written, poll, zone.clone(), wrong);
    let (target, stamp, way) = (target?, stamp?, way?);
    (wrong.count() == before).then_some(CensusRule { target, stamp, end: written.end, by: written.by, way, zone })
}

fn target(written: &Census, page: &Paging, connect: &Connect, base: &Base, wrong: &mut Mistakes) -> Option<Target> {
    let (method, path, key) = wrong.take(method_of(written.get.as_ref(), written.post.as_ref(), "poll.census"))?;
    if method == Method::GET && written.body.is_some() {
        wrong.tell(
            "poll.census.body",
            "a GET has no body; write `query`, or `post`",
            "GET 没有内容;请写 query,或改用 post",
        );
    }
    let by_link = matches!(page.by, PageBy::Link | PageBy::Header);
    let walks = written.items.is_some();
    if walks && by_link && method != Method::GET {
        wrong.tell(
            "poll.census.post",
            "links to a next page are followed by GET, so the list is asked for by `get` too",
            "下一页链接是用 GET 打开的,列表也要用 get 请求",
        );
    }
    let params = [
        (page.param.as_deref().filter(|_| walks && !by_link), "poll.page.param", 0),
        (page.size_param.as_deref().filter(|_| walks), "poll.page.size_param", 1),
        (written.from_param.as_deref(), "poll.census.from_param", FROM),
        (written.to_param.as_deref(), "poll.census.to_param", TO),
    ];
    let extras = params.into_iter().filter_map(|(param, key, name)| Some((param?, key.to_owned(), name))).collect();
    let draft = Draft {
        method,
        path: (path, key),
        query: (&written.query, "poll.census.query".into()),
        headers: &[(&connect.headers, "connect.headers".into()), (&written.headers, "poll.census.headers".into())],
        body: (written.body.as_ref(), "poll.census.body".into()),
        send_as: written.send_as,
        names: &poll::NAMES,
        extras,
    };
    Target::build(&draft, base, wrong)
}

/// Whether the request says of which day it asks.
fn carries(written: &Census, target: &Target, stamp: &Stamp, wrong: &mut Mistakes) {
    let days = matches!(stamp, Stamp::Pattern(_)) && !written.format.as_deref().is_some_and(|form| form.contains("HH"));
    for (name, key, placeholder) in [(FROM, "poll.census.from_param", "{from}"), (TO, "poll.census.to_param", "{to}")] {
        let needed = name == FROM || !days;
        if needed && !target.uses(name) {
            let problem =
                format!("nothing says of which day is asked; write this key, or `{placeholder}` in the request");
            wrong.tell(key, &problem, &format!("请求里没有带上是哪一天;请写这一项,或在请求里写 {placeholder}"));
        }
    }
    if target.uses(2) {
        wrong.tell(
            "poll.census",
            "a count has no `{since}`; it is asked for from `{from}` to `{to}`",
            "对账的请求没有 {since};起止用 {from}、{to}",
        );
    }
}

fn way(written: &Census, poll: &PollOptions, zone: TimeZone, wrong: &mut Mistakes) -> Option<Way> {
    for (there, key) in [(written.id.is_some(), "poll.census.id"), (written.total.is_some(), "poll.census.total")] {
        if there && written.items.is_none() {
            wrong.tell(key, "only a list (`poll.census.items`) reads this", "写了 items 才用这一项");
        }
    }
    match (&written.count, &written.items) {
        (Some(_), None) => wrong.pointer(written.count.as_ref(), "poll.census.count").map(Way::Count),
        (None, Some(_)) => list(written, poll, zone, wrong),
        _ => {
            wrong.tell(
                "poll.census",
                "exactly one of `count` and `items` is needed",
                "count(总数)和 items(列表)要写且只写一个",
            );
            None
        }
    }
}

fn list(written: &Census, poll: &PollOptions, zone: TimeZone, wrong: &mut Mistakes) -> Option<Way> {
    if written.id.is_none() {
        wrong.tell(
            "poll.census.id",
            "a list needs the place of an item's number",
            "写了 items 就要写每件的来源编号在哪",
        );
    }
    let items = wrong.pointer(written.items.as_ref(), "poll.census.items");
    let id = wrong.pointer(written.id.as_ref(), "poll.census.id");
    let total = wrong.pointer(written.total.as_ref(), "poll.census.total");
    let next = wrong.pointer(poll.page.next.as_ref(), "poll.page.next");
    let page = &poll.page;
    let pager = Pager {
        by: page.by,
        first: page.first.unwrap_or(u64::from(page.by == PageBy::Number)),
        size: page.size,
        until: page.until,
        max_pages: page.max_pages.unwrap_or(1000),
        wants_total: total.is_some(),
    };
    let reader = Reader {
        table: "poll.census",
        items: items?,
        id: id?,
        version: None,
        sent_at: None,
        mark: None,
        total,
        next,
        rows: None,
        empty: None,
        cuts: Cuts { places: Vec::new(), at: None },
        zone,
    };
    Some(Way::List(Box::new(Walked { pager, reader })))
}
