//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told
//! together. Nothing is contacted.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use huiliu_contract::{Connector, Misconfigured, Site};
use huiliu_kit::line::{Base, Connect, Line};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::{Plan, ReturnOptions};
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::Judge;
use huiliu_kit::target::{Draft, Target, method_of};
use huiliu_kit::xml::Reading;

use crate::items::Reader;
use crate::mark::Pager;
use crate::options::{AnswerFormat, Options, PageBy, Paging, PollOptions, Since, SinceBy};
use crate::poll::{self, Platform, SinceRule};

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let connect = &options.connect;
    let back = options.r#return.as_ref().filter(|back| back.is_written());
    // With a wrong address the rest is still checked.
    let base = wrong.take(Base::read(connect, "connect")).unwrap_or_else(|| Base::nowhere("connect"));
    let list = [options.poll.list.get.as_ref(), options.poll.list.post.as_ref()];
    let paths = list.into_iter().flatten().chain(back.into_iter().flat_map(ReturnOptions::paths));
    let line = Line::build(connect, &base, paths, site, &mut wrong);
    let files = back.is_some_and(ReturnOptions::takes_files);
    let line = line.and_then(|line| line.for_files(files, "connect", &mut wrong));
    let poll = platform(&options.poll, connect, &base, site, &mut wrong);
    let outlet = back.and_then(|back| {
        let poll = Some((options.poll.success.as_ref(), &options.poll.errors));
        let headers = (&connect.headers, "connect.headers");
        Plan::read(back, &base, headers, poll, site.zone(), &mut wrong)
    });
    let wrong = wrong.into_vec();
    match (line, poll) {
        (Some(line), Some(poll)) if wrong.is_empty() => {
            let line = Arc::new(line);
            let outlet = outlet.map(|plan| plan.on(Arc::clone(&line)));
            Ok(Connector { poll: Some(Box::new(poll(line))), outlet, ..Connector::default() })
        }
        _ => Err(wrong),
    }
}

fn platform(
    poll: &PollOptions,
    connect: &Connect,
    base: &Base,
    site: &dyn Site,
    wrong: &mut Mistakes,
) -> Option<impl FnOnce(Arc<Line>) -> Platform + use<>> {
    let list = list(poll, connect, base, wrong);
    let pager = pager(&poll.page, poll.list.total.is_some(), wrong);
    let since = poll.since.as_ref().and_then(|since| since_rule(since, wrong));
    let judge = wrong.take_all(Judge::build(poll.success.as_ref(), "poll.success", &poll.errors, "poll.errors"));
    let judge = judge.zip(xml(poll, wrong)).map(|(judge, xml)| match xml {
        Some(reading) => judge.of_xml(reading),
        None => judge,
    });
    let sent_at = poll.list.sent_at.as_ref().and_then(|sent| {
        let at = wrong.pointer(Some(&sent.at), "poll.list.sent_at.at");
        at.zip(stamp(sent.format.as_deref(), "poll.list.sent_at.format", wrong))
    });
    let mark = poll.since.as_ref().and_then(|written| wrong.pointer(Some(&written.at), "poll.since.at"));
    let stamp = since.as_ref().and_then(|rule| rule.stamp.clone());
    let items = wrong.pointer(Some(&poll.list.items), "poll.list.items");
    let id = wrong.pointer(Some(&poll.list.id), "poll.list.id");
    let version = wrong.pointer(poll.list.version.as_ref(), "poll.list.version");
    let total = wrong.pointer(poll.list.total.as_ref(), "poll.list.total");
    let next = wrong.pointer(poll.page.next.as_ref(), "poll.page.next");
    let mark = mark.map(|at| (at, stamp));
    let reader = Reader { items: items?, id: id?, version, sent_at, mark, total, next, zone: site.zone() };
    let (list, pager, judge) = (list?, pager?, judge?);
    Some(move |line| Platform { line, list, pager, reader, since, judge })
}

/// How answers in XML are read; none inside where they are JSON.
fn xml(poll: &PollOptions, wrong: &mut Mistakes) -> Option<Option<Reading>> {
    if poll.format == AnswerFormat::Json {
        if poll.xml.is_some() {
            wrong.tell("poll.xml", "only `format = \"xml\"` reads this", "只有 format = \"xml\" 才用这一项");
        }
        return Some(None);
    }
    wrong.take_all(Reading::build(&poll.xml.clone().unwrap_or_default(), "poll.xml")).map(Some)
}

fn list(poll: &PollOptions, connect: &Connect, base: &Base, wrong: &mut Mistakes) -> Option<Target> {
    let list = &poll.list;
    let (method, path, key) = wrong.take(method_of(list.get.as_ref(), list.post.as_ref(), "poll.list"))?;
    if method == Method::GET && list.body.is_some() {
        wrong.tell(
            "poll.list.body",
            "a GET has no body; write `query`, or `post`",
            "GET 没有内容;请写 query,或改用 post",
        );
    }
    let page = &poll.page;
    let since = poll.since.as_ref();
    let mut extras = Vec::new();
    let params = [
        (page.param.as_deref(), "poll.page.param", 0),
        (page.size_param.as_deref(), "poll.page.size_param", 1),
        (since.and_then(|since| since.param.as_deref()), "poll.since.param", 2),
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
    let paged = page.by != PageBy::None;
    let needs = [
        (0, paged, "poll.page.param", "`{page}`", "`poll.page.by`"),
        (1, page.size.is_some() || page.size_param.is_some(), "poll.page.size_param", "`{size}`", "`poll.page.size`"),
        (2, since.is_some(), "poll.since.param", "`{since}`", "`poll.since`"),
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

fn pager(page: &Paging, wants_total: bool, wrong: &mut Mistakes) -> Option<Pager> {
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
        PageBy::None | PageBy::Number | PageBy::Offset if page.next.is_some() => {
            wrong.tell("poll.page.next", "only `by = \"cursor\"` reads this", "只有 by = \"cursor\" 才用这一项");
        }
        _ => {}
    }
    if page.first.is_some() && matches!(page.by, PageBy::None | PageBy::Cursor) {
        wrong.tell(
            "poll.page.first",
            "only `by = \"number\"` and `\"offset\"` have a first page to count from",
            "只有 by = \"number\"、\"offset\" 才有第一页是几",
        );
    }
    let first = page.first.unwrap_or(u64::from(page.by == PageBy::Number));
    let max_pages = page.max_pages.unwrap_or(1000);
    let pager = Pager { by: page.by, first, size: page.size, until: page.until, max_pages, wants_total };
    (wrong.count() == before).then_some(pager)
}

fn since_rule(since: &Since, wrong: &mut Mistakes) -> Option<SinceRule> {
    let first = since.first.clone();
    if since.by == SinceBy::Id {
        for (written, key) in
            [(since.format.is_some(), "poll.since.format"), (since.overlap.is_some(), "poll.since.overlap")]
        {
            if written {
                wrong.tell(key, "only `by = \"time\"` reads this", "只有 by = \"time\" 才用这一项");
            }
        }
        return Some(SinceRule { stamp: None, overlap: Duration::ZERO, first });
    }
    let overlap = since.overlap.map_or(Duration::from_secs(2 * 3600), |overlap| overlap.0);
    if overlap < Duration::from_secs(1) {
        wrong.tell(
            "poll.since.overlap",
            "1s or more is needed, else an item with the same time as the last one could be missed",
            "至少 1s,否则与最后一件同一时刻的件会漏掉",
        );
    }
    let stamp = stamp(since.format.as_deref(), "poll.since.format", wrong)?;
    Some(SinceRule { stamp: Some(stamp), overlap, first })
}

fn stamp(written: Option<&str>, key: &str, wrong: &mut Mistakes) -> Option<Stamp> {
    wrong.take(Stamp::parse(written.unwrap_or("iso")).map_err(|bad| bad.at_key(key)))
}
