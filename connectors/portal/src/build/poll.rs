//! Lists and items, compiled.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::Site;
use huiliu_kit::line::Base;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::Judge;
use huiliu_page::{Charset, RowsBy};

use super::{request, selector};
use crate::census::CensusRule;
use crate::options::{Census, Detail, Format, Key, List, PageBy, Paging, PollOptions, Until};
use crate::place::Pager;
use crate::poll::{DETAIL_NAMES, DetailRule, Heard, LIST_NAMES, Office};
use crate::reader::DetailWay;
use crate::rows::{KeyRule, ListRule, ListWay};
use crate::session::Session;

/// The farthest look back, in days.
const FARTHEST: u64 = 3660;

/// Compiles what is polled; none if anything was wrong. What comes still needs its session.
pub(super) fn office(
    poll: &PollOptions,
    base: &Base,
    charset: Charset,
    site: &dyn Site,
    wrong: &mut Mistakes,
) -> Option<impl FnOnce(Arc<Session>) -> Office + use<>> {
    let before = wrong.count();
    let (list, zone) = (&poll.list, site.zone());
    let ways = (list.get.as_ref(), list.post.as_ref());
    let question = request(ways, &list.send, "poll.list", &LIST_NAMES, (base, charset), wrong);
    let uses = |name: usize| {
        question.as_ref().is_some_and(|ask| ask.url.uses(name) || ask.send.iter().any(|(_, text)| text.uses(name)))
    };
    let pager = pager(&poll.page, list, uses(0), wrong);
    let judge = wrong.take_all(Judge::build(poll.success.as_ref(), "poll.success", &poll.errors, "poll.errors"));
    let judge = judge.unwrap_or_default();
    let way = match list.format {
        Format::Html => html(poll, wrong),
        Format::Json => json(list, &judge, wrong),
    };
    let key = list.key.as_ref().and_then(|key| key_rule(key, list, wrong));
    if list.id.is_none() && list.key.is_none() {
        wrong.tell(
            "poll.list.id",
            "by what an item is known is missing: write `id`, or `key`",
            "没有写来源编号在哪;请写 id,或 key",
        );
    }
    let time = list.time.as_ref().and_then(|time| {
        let stamp = stamp(time.format.as_deref().unwrap_or("yyyy-MM-dd HH:mm:ss"), "poll.list.time.format", wrong)?;
        Some((time.at.clone(), stamp))
    });
    let date = stamp(list.date.as_deref().unwrap_or("yyyy-MM-dd"), "poll.list.date", wrong);
    let days = window(poll, uses(2) || uses(3), wrong);
    let census = poll.census.as_ref().map(|census| census_rule(census, list, (base, charset), wrong));
    let detail = poll.detail.as_ref().and_then(|detail| detail_rule(detail, list, &judge, (base, charset), wrong));
    let census = match census {
        Some(rule) => Some(rule?),
        None => None,
    };
    let (question, pager, way, date) = (question?, pager?, way?, date?);
    if wrong.count() != before {
        return None;
    }
    let rule = Arc::new(ListRule { way, key, empty: poll.empty.clone(), time, zone: zone.clone() });
    let detail = detail.map(Arc::new);
    Some(move |session| {
        let heard = Heard::default();
        Office { session, list: question, rule, pager, days, date, detail, census, zone, heard }
    })
}

fn html(poll: &PollOptions, wrong: &mut Mistakes) -> Option<ListWay> {
    let list = &poll.list;
    if list.items.is_some() {
        wrong.tell(
            "poll.list.items",
            "only `format = \"json\"` reads this; a page has `row`",
            "只有 format = \"json\" 才用这一项;网页用 row",
        );
    }
    match poll.empty.as_deref().map(str::trim) {
        None | Some("") => wrong.tell(
            "poll.empty",
            "write the words that the list shows when it is empty: without them a changed page would look like no items",
            "请写列表没有件时页面上的字(例如 暂无数据):不写的话,页面变了会被当成没有件",
        ),
        Some(_) => {}
    }
    if list.key.as_ref().is_some_and(|key| key.at.is_some()) {
        wrong.tell("poll.list.key.at", "only `format = \"json\"` reads this", "只有 format = \"json\" 才用这一项");
    }
    let time = list.time.as_ref().map(|time| &time.at);
    let rows = match &list.row {
        Some(css) => RowsBy::css(selector(css, "poll.list.row", wrong)?),
        None => {
            let heads: Vec<&String> = [list.id.as_ref(), list.link.as_ref(), time].into_iter().flatten().collect();
            if heads.is_empty() {
                wrong.tell(
                    "poll.list.row",
                    "by what the list is found is missing: write `id` or `link`, or a selector",
                    "没有写怎么找列表;请写 id、link 的栏目名,或行的 CSS 选择器",
                );
            }
            RowsBy::heads(heads)
        }
    };
    let total = match &list.total {
        Some(css) => Some(selector(css, "poll.list.total", wrong)?),
        None => None,
    };
    Some(ListWay::Html { rows, id: list.id.clone(), link: list.link.clone(), total })
}

fn json(list: &List, judge: &Judge, wrong: &mut Mistakes) -> Option<ListWay> {
    for (written, key) in [(list.row.is_some(), "poll.list.row"), (list.link.is_some(), "poll.list.link")] {
        if written {
            wrong.tell(
                key,
                "only a page has this; of JSON write `items`, and `poll.detail.get`",
                "只有网页才用这一项;JSON 写 items 和 poll.detail.get",
            );
        }
    }
    if list.items.is_none() {
        wrong.tell(
            "poll.list.items",
            "where the list stands in the answer is missing, for example `/res/tbody`",
            "没有写返回里列表在哪,例如 /res/tbody",
        );
    }
    let items = wrong.pointer(list.items.as_ref(), "poll.list.items");
    let id = wrong.pointer(list.id.as_ref(), "poll.list.id");
    let total = wrong.pointer(list.total.as_ref(), "poll.list.total");
    wrong.pointer(list.time.as_ref().map(|time| &time.at), "poll.list.time.at");
    Some(ListWay::Json { items: items?, id, total, judge: judge.clone() })
}

fn key_rule(key: &Key, list: &List, wrong: &mut Mistakes) -> Option<KeyRule> {
    let written = [key.call.is_some(), key.mark.is_some(), key.param.is_some(), key.at.is_some()];
    if written.iter().filter(|one| **one).count() != 1 {
        wrong.tell(
            "poll.list.key",
            "exactly one of `call`, `mark`, `param` and `at` is needed",
            "call、mark、param、at 要写且只写一个",
        );
        return None;
    }
    if key.arg.is_some() && key.call.is_none() {
        wrong.tell("poll.list.key.arg", "only `call` reads this", "只有 call 才用这一项");
    }
    if list.format == Format::Json && key.at.is_none() {
        wrong.tell("poll.list.key", "of JSON write `at`", "JSON 请写 at");
    }
    let arg = usize::try_from(key.arg.unwrap_or(1).max(1)).unwrap_or(1) - 1;
    let at = wrong.pointer(key.at.as_ref(), "poll.list.key.at").map(KeyRule::At);
    let call = key.call.clone().map(|name| KeyRule::Call(name, arg));
    call.or(key.mark.clone().map(KeyRule::Mark)).or(key.param.clone().map(KeyRule::Param)).or(at)
}

fn pager(page: &Paging, list: &List, asks: bool, wrong: &mut Mistakes) -> Option<Pager> {
    let before = wrong.count();
    match page.by {
        PageBy::None if asks => wrong.tell(
            "poll.page.by",
            "`{page}` is asked for; write `by = \"number\"` or `\"offset\"`",
            "请求里写了 {page};请写 by = \"number\" 或 \"offset\"",
        ),
        PageBy::Number | PageBy::Offset if !asks => wrong.tell(
            "poll.list",
            "nothing says which page is asked for; write `{page}` into the path or into `send`",
            "没有写打开第几页;请在路径或 send 里写上 {page}",
        ),
        _ => {}
    }
    let counts = page.by != PageBy::None;
    if counts && page.size.is_none() && page.until == Until::Short && list.total.is_none() {
        wrong.tell(
            "poll.page.size",
            "how many rows a full page has is missing, or `until = \"empty\"`, or `poll.list.total`",
            "没有写每页多少行;或写 until = \"empty\",或写 poll.list.total",
        );
    }
    if page.size == Some(0) || page.max == Some(0) {
        wrong.tell("poll.page", "`size` and `max` are 1 or more", "size 和 max 要大于 0");
    }
    let first = page.first.unwrap_or(u64::from(page.by == PageBy::Number));
    let (max, wants_total) = (page.max.unwrap_or(50), list.total.is_some());
    let pager = Pager { by: page.by, first, size: page.size, until: page.until, max, wants_total };
    (wrong.count() == before).then_some(pager)
}

fn window(poll: &PollOptions, asks: bool, wrong: &mut Mistakes) -> Option<i64> {
    let Some(window) = poll.window else {
        if asks {
            wrong.tell(
                "poll.window",
                "`{from}` or `{to}` is asked for; write how far back, for example 30d",
                "请求里写了 {from} 或 {to};请写看近多少天,例如 30d",
            );
        }
        return None;
    };
    let days = window.0.as_secs().div_ceil(86_400);
    if !(1..=FARTHEST).contains(&days) {
        wrong.tell("poll.window", "1d to 3660d are allowed", "要在 1d 到 3660d 之间");
    }
    if !asks && poll.list.time.is_none() {
        wrong.tell(
            "poll.window",
            "the list is not told how far back: write `{from}` into its request, or `poll.list.time` if it is sorted newest first",
            "列表不知道看多久:请在请求里写 {from},或列表从新到旧排时写 poll.list.time",
        );
    }
    i64::try_from(days).ok()
}

fn detail_rule(
    detail: &Detail,
    list: &List,
    judge: &Judge,
    (base, charset): (&Base, Charset),
    wrong: &mut Mistakes,
) -> Option<DetailRule> {
    let before = wrong.count();
    let by_link = detail.get.is_none() && detail.post.is_none();
    let asked = if by_link {
        if list.link.is_none() {
            wrong.tell(
                "poll.detail",
                "what opens an item is missing: write `poll.list.link` (the head over the link), or `get` with `{id}`",
                "没有写怎么打开详情;请写 poll.list.link(点哪一栏),或 get 里写 {id}",
            );
        }
        None
    } else {
        let ways = (detail.get.as_ref(), detail.post.as_ref());
        let asked = request(ways, &detail.send, "poll.detail", &DETAIL_NAMES, (base, charset), wrong);
        let uses = |name: usize| {
            asked.as_ref().is_some_and(|ask| ask.url.uses(name) || ask.send.iter().any(|(_, text)| text.uses(name)))
        };
        if asked.is_some() && !uses(0) && !uses(1) {
            wrong.tell(
                "poll.detail",
                "nothing says which item is opened; write `{id}` or `{key}`",
                "没有写打开的是哪一件;请写上 {id} 或 {key}",
            );
        }
        asked
    };
    let way = match detail.format {
        Format::Html => {
            let one = |(name, css): (&String, &String)| {
                let at = selector(css, &format!("poll.detail.css.{name}"), wrong)?;
                Some((name.clone(), at))
            };
            let css = detail.css.iter().filter_map(one).collect();
            let (id, needs, ignore) = (detail.id.clone(), detail.needs.clone(), detail.ignore.clone());
            Some(DetailWay::Html { id, needs, ignore, css })
        }
        Format::Json => {
            let item = wrong.pointer(Some(detail.item.as_ref().unwrap_or(&String::new())), "poll.detail.item");
            let id = wrong.pointer(detail.id.as_ref(), "poll.detail.id");
            let needs = detail.needs.iter().filter_map(|at| wrong.pointer(Some(at), "poll.detail.needs")).collect();
            item.map(|item| DetailWay::Json { item, id, needs, ignore: detail.ignore.clone(), judge: judge.clone() })
        }
    };
    let again = detail.again.map_or(Duration::from_secs(86_400), |again| again.0);
    let way = way.filter(|_| wrong.count() == before)?;
    Some(DetailRule { request: asked, way, again })
}

/// The request for the list of a day; none if anything was wrong.
fn census_rule(
    census: &Census,
    list: &List,
    (base, charset): (&Base, Charset),
    wrong: &mut Mistakes,
) -> Option<CensusRule> {
    let own = census.get.is_some() || census.post.is_some() || !census.send.is_empty();
    let (ways, send, table) = match own {
        true => ((census.get.as_ref(), census.post.as_ref()), &census.send, "poll.census"),
        false => ((list.get.as_ref(), list.post.as_ref()), &list.send, "poll.list"),
    };
    let request = request(ways, send, table, &LIST_NAMES, (base, charset), wrong)?;
    let uses = |name: usize| request.url.uses(name) || request.send.iter().any(|(_, text)| text.uses(name));
    if !uses(2) || !uses(3) {
        wrong.tell(
            "poll.census",
            "the list of one day needs `{from}` and `{to}` in its request",
            "要只列出某一天的件:请求里要有 {from} 和 {to}",
        );
        return None;
    }
    Some(CensusRule { request, by: census.by })
}

fn stamp(written: &str, key: &str, wrong: &mut Mistakes) -> Option<Stamp> {
    wrong.take(Stamp::parse(written).map_err(|bad| bad.at_key(key)))
}
