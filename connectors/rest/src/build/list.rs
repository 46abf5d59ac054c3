//! The request for a list, and the rules by which pages follow each other.

use http::Method;
use huiliu_contract::Misconfigured;
use huiliu_kit::line::{Base, Connect};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::target::{Draft, Target, method_of};

use crate::mark::Pager;
use crate::options::{List, PageBy, Paging, PollOptions};
use crate::poll;

/// Compiles the request.
pub(super) fn target(poll: &PollOptions, connect: &Connect, base: &Base, wrong: &mut Mistakes) -> Option<Target> {
    let list = &poll.list;
    let (method, path, key) = wrong.take(method_of(list.get.as_ref(), list.post.as_ref(), "poll.list"))?;
    let (page, since, slice) = (&poll.page, poll.since.as_ref(), poll.slice.as_ref());
    if method == Method::GET && list.body.is_some() {
        wrong.tell(
            "poll.list.body",
            "a GET has no body; write `query`, or `post`",
            "GET 没有内容;请写 query,或改用 post",
        );
    }
    if method != Method::GET && by_link(page.by) {
        wrong.tell(
            "poll.list.post",
            "links to a next page are followed by GET, so the list is asked for by `get` too",
            "下一页链接是用 GET 打开的,列表也要用 get 请求",
        );
    }
    let mut extras = Vec::new();
    let params = [
        (page.param.as_deref().filter(|_| !by_link(page.by)), "poll.page.param", 0),
        (page.size_param.as_deref(), "poll.page.size_param", 1),
        (since.and_then(|since| since.param.as_deref()), "poll.since.param", 2),
        (slice.and_then(|slice| slice.from_param.as_deref()), "poll.slice.from_param", 3),
        (slice.and_then(|slice| slice.to_param.as_deref()), "poll.slice.to_param", 4),
    ];
    for (param, key, name) in params {
        extras.extend(param.map(|param| (param, key.to_owned(), name)));
    }
    let draft = Draft {
        method,
        path: (path, key),
        query: (&list.query, "poll.list.query".into()),
        headers: &[(&connect.headers, "connect.headers".into()), (&list.headers, "poll.list.headers".into())],
        body: (list.body.as_ref(), "poll.list.body".into()),
        send_as: list.send_as,
        names: &poll::NAMES,
        extras,
    };
    let target = Target::build(&draft, base, wrong)?;
    let paged = page.by != PageBy::None && !by_link(page.by);
    let needs = [
        (0, paged, "poll.page.param", "`{page}`", "`poll.page.by`"),
        (1, page.size.is_some() || page.size_param.is_some(), "poll.page.size_param", "`{size}`", "`poll.page.size`"),
        (2, since.is_some(), "poll.since.param", "`{since}`", "`poll.since`"),
        (3, slice.is_some(), "poll.slice.from_param", "`{from}`", "`poll.slice`"),
        (4, slice.is_some(), "poll.slice.to_param", "`{to}`", "`poll.slice`"),
    ];
    for (name, wanted, key, placeholder, rule) in needs {
        // A size that is only known, not asked for, is fine: it tells a short page.
        if wanted && !target.uses(name) && name != 1 {
            let problem =
                format!("{rule} is set, but nothing carries it; write this key, or {placeholder} in the list request");
            wrong.push(Misconfigured::new(
                key,
                problem,
                format!("写了 {rule},但请求里没有带上;请写这一项,或在列表请求里写 {placeholder}"),
            ));
        }
        if !wanted && target.uses(name) {
            let problem = format!("the list request asks for {placeholder}, but {rule} is not set");
            wrong.push(Misconfigured::new(
                "poll.list",
                problem,
                format!("列表请求里用了 {placeholder},但没有写 {rule}"),
            ));
        }
    }
    Some(target)
}

/// Compiles the rules of paging.
pub(super) fn pager(page: &Paging, list: &List, wrong: &mut Mistakes) -> Option<Pager> {
    let before = wrong.count();
    if page.size == Some(0) {
        wrong.tell("poll.page.size", "a page has 1 item or more", "每页至少 1 条");
    }
    if page.size_param.is_some() && page.size.is_none() {
        wrong.tell(
            "poll.page.size",
            "`poll.page.size_param` is written, so a size is needed",
            "写了 size_param 就要写 size",
        );
    }
    if page.max_pages == Some(0) {
        wrong.tell("poll.page.max_pages", "1 page or more is needed", "至少 1 页");
    }
    match page.by {
        PageBy::Cursor if page.next.is_none() => {
            wrong.tell(
                "poll.page.next",
                "with `by = \"cursor\"` it must be told where the next cursor stands",
                "by = \"cursor\" 时要写下一个续取标记在哪",
            );
        }
        PageBy::Link if page.next.is_none() => {
            wrong.tell(
                "poll.page.next",
                "with `by = \"link\"` it must be told where the link to the next page stands",
                "by = \"link\" 时要写下一页链接在哪",
            );
        }
        PageBy::None | PageBy::Number | PageBy::Offset | PageBy::Header if page.next.is_some() => {
            wrong.tell(
                "poll.page.next",
                "only `by = \"cursor\"` and `\"link\"` read this",
                "只有 by = \"cursor\"、\"link\" 才用这一项",
            );
        }
        _ => {}
    }
    if page.param.is_some() && by_link(page.by) {
        wrong.tell(
            "poll.page.param",
            "a link is followed as it is, no parameter is added to it; delete this key",
            "下一页链接照原样打开,不另加参数;请删掉这一项",
        );
    }
    if page.first.is_some() && !matches!(page.by, PageBy::Number | PageBy::Offset) {
        wrong.tell(
            "poll.page.first",
            "only `by = \"number\"` and `\"offset\"` have a first page to count from",
            "只有 by = \"number\"、\"offset\" 才有第一页是几",
        );
    }
    let first = page.first.unwrap_or(u64::from(page.by == PageBy::Number));
    let max_pages = page.max_pages.unwrap_or(1000);
    let wants_total = list.total.is_some();
    let pager = Pager { by: page.by, first, size: page.size, until: page.until, max_pages, wants_total };
    (wrong.count() == before).then_some(pager)
}

fn by_link(by: PageBy) -> bool {
    matches!(by, PageBy::Link | PageBy::Header)
}
