//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told
//! together. Nothing is contacted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use huiliu_contract::{Connector, Misconfigured, OutcomeKind, Site};
use huiliu_kit::auth::Credentials;
use huiliu_kit::client::{Client, ClientOptions};
use huiliu_kit::pick::Pointer;
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::Judge;
use huiliu_kit::template::Template;
use url::Url;

use crate::items::Reader;
use crate::mark::Pager;
use crate::options::{Connect, Options, PageBy, Paging, PollOptions, ReturnOptions, Since, SinceBy, Way};
use crate::outlet::{self, Outlet, Road};
use crate::poll::{self, Line, Platform, SinceRule};
use crate::target::{Draft, Target};

/// Collects what is wrong, so that an operator sees all of it at once.
#[derive(Default)]
pub(crate) struct Mistakes(Vec<Misconfigured>);

impl Mistakes {
    /// Adds one; the same mistake seen on the way to several requests is one.
    pub(crate) fn push(&mut self, one: Misconfigured) {
        if !self.0.contains(&one) {
            self.0.push(one);
        }
    }

    pub(crate) fn take<T>(&mut self, result: Result<T, Misconfigured>) -> Option<T> {
        result.map_err(|one| self.push(one)).ok()
    }

    pub(crate) fn take_all<T>(&mut self, result: Result<T, Vec<Misconfigured>>) -> Option<T> {
        result.map_err(|all| all.into_iter().for_each(|one| self.push(one))).ok()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    fn tell(&mut self, key: &str, problem: &str, problem_zh: &str) {
        self.push(Misconfigured::new(key, problem, problem_zh));
    }

    fn pointer(&mut self, written: Option<&String>, key: &str) -> Option<Pointer> {
        self.take(Pointer::parse(written?).map_err(|bad| bad.at_key(key)))
    }
}

/// The address that paths are added to, and the hosts that may be asked.
pub(crate) struct Base {
    /// Without the slash at its end, braces doubled: it is the front of templates.
    front: String,
    hosts: Vec<String>,
    tls: bool,
}

impl Base {
    fn read(connect: &Connect) -> Result<Self, Misconfigured> {
        let bad = |problem: &str, zh: &str| Misconfigured::new("connect.url", problem, zh);
        let url =
            Url::parse(&connect.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| bad("this is no http or https address", "这不是 http 或 https 地址"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad(
                "user and password are not written into the address; use `connect.auth`",
                "用户名、密码不能写在地址里;请用 connect.auth",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad(
                "the address ends before `?` and `#`; parameters belong to `poll.list.query`",
                "地址里不要带 ? 和 #;参数写到 poll.list.query",
            ));
        }
        let hosts: Vec<_> =
            url.host_str().map(str::to_owned).into_iter().chain(connect.allow_hosts.iter().cloned()).collect();
        let front = url.as_str().trim_end_matches('/').replace('{', "{{").replace('}', "}}");
        Ok(Self { front, hosts, tls: url.scheme() == "https" })
    }

    /// Compiles a path behind the address, or an absolute address of an allowed host.
    pub(crate) fn join(&self, path: &str, key: &str, names: &[&str]) -> Result<Template, Misconfigured> {
        let whole = if path.starts_with("http://") || path.starts_with("https://") {
            let host = Url::parse(path).ok().and_then(|url| url.host_str().map(str::to_owned));
            if !host.is_some_and(|host| self.hosts.contains(&host)) {
                let problem =
                    "this address leads to a host that is neither that of `connect.url` nor in `connect.allow_hosts`";
                return Err(Misconfigured::new(
                    key,
                    problem,
                    "这个地址的主机既不是 connect.url 的,也不在 connect.allow_hosts 里",
                ));
            }
            path.to_owned()
        } else if path.is_empty() || path.starts_with('/') || path.starts_with('?') {
            format!("{}{path}", self.front)
        } else {
            format!("{}/{path}", self.front)
        };
        Template::url(&whole, names).map_err(|bad| bad.at_key(key))
    }
}

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let base = wrong.take(Base::read(&options.connect));
    let line = line(&options, base.as_ref(), site, &mut wrong);
    // With a wrong address the rest is still checked, against one that cannot be wrong.
    let base = base.unwrap_or_else(|| Base { front: "http://127.0.0.1".into(), hosts: Vec::new(), tls: false });
    let poll = platform(&options.poll, &options.connect, &base, site, &mut wrong);
    let back = options.r#return.as_ref().and_then(|back| outlet(back, &options, &base, &mut wrong));
    let wants_outlet = options.r#return.is_some();
    match (line, poll, wrong.0) {
        (Some(line), Some(poll), wrong) if wrong.is_empty() => {
            let line = Arc::new(line);
            let outlet = back.filter(|_| wants_outlet).map(|(ways, judge)| -> Box<dyn huiliu_contract::WriteBack> {
                Box::new(Outlet { line: Arc::clone(&line), ways, judge, zone: site.zone() })
            });
            Ok(Connector { poll: Some(Box::new(poll(line))), receive: None, outlet })
        }
        (_, _, wrong) => Err(wrong),
    }
}

fn line(options: &Options, base: Option<&Base>, site: &dyn Site, wrong: &mut Mistakes) -> Option<Line> {
    let connect = &options.connect;
    let timeout = connect.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0);
    if !(Duration::from_secs(1)..=Duration::from_secs(600)).contains(&timeout) {
        wrong.tell("connect.timeout", "a time from 1s to 10m is needed", "要在 1s 到 10m 之间");
    }
    let credentials = match &connect.auth {
        Some(auth) => wrong.take_all(auth.resolve("connect.auth", site)),
        None => Some(Credentials::nobody()),
    };
    let absolute = |path: &&String| path.starts_with("https://");
    let list = [options.poll.list.get.as_ref(), options.poll.list.post.as_ref()];
    let back =
        options.r#return.iter().flat_map(|back| ways(back).into_iter().filter_map(|(_, _, way)| Some(&way?.post)));
    let tls = base.is_some_and(|base| base.tls) || list.into_iter().flatten().chain(back).any(|path| absolute(&path));
    let client = Client::build(
        ClientOptions {
            timeout,
            ca_file: connect.ca_file.as_deref().map(|file| site.path(file)),
            tls: tls || !connect.allow_hosts.is_empty(),
            allow_hosts: connect.allow_hosts.clone(),
            ..ClientOptions::default()
        },
        "connect.ca_file",
    );
    Some(Line { client: wrong.take(client)?, credentials: credentials? })
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

fn list(poll: &PollOptions, connect: &Connect, base: &Base, wrong: &mut Mistakes) -> Option<Target> {
    let list = &poll.list;
    let (method, path, key) = match (&list.get, &list.post) {
        (Some(path), None) => (Method::GET, path, "poll.list.get"),
        (None, Some(path)) => (Method::POST, path, "poll.list.post"),
        _ => {
            wrong.tell("poll.list", "exactly one of `get` and `post` is needed", "get 和 post 要写且只写一个");
            return None;
        }
    };
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
        path: (path, key.into()),
        query: (&list.query, "poll.list.query".into()),
        headers: [(&connect.headers, "connect.headers".into()), (&list.headers, "poll.list.headers".into())],
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

/// Every kind of outcome that can be carried back, under its key.
fn ways(back: &ReturnOptions) -> [(OutcomeKind, &'static str, Option<&Way>); 10] {
    [
        (OutcomeKind::Signed, "signed", back.signed.as_ref()),
        (OutcomeKind::ReturnedToSource, "returned", back.returned.as_ref()),
        (OutcomeKind::Extended, "extended", back.extended.as_ref()),
        (OutcomeKind::Progressed, "progressed", back.progressed.as_ref()),
        (OutcomeKind::Replied, "replied", back.replied.as_ref()),
        (OutcomeKind::Closed, "closed", back.closed.as_ref()),
        (OutcomeKind::Declined, "declined", back.declined.as_ref()),
        (OutcomeKind::Redirected, "redirected", back.redirected.as_ref()),
        (OutcomeKind::Merged, "merged", back.merged.as_ref()),
        (OutcomeKind::Visited, "visited", back.visited.as_ref()),
    ]
}

fn outlet(
    back: &ReturnOptions,
    options: &Options,
    base: &Base,
    wrong: &mut Mistakes,
) -> Option<(Vec<(OutcomeKind, Road)>, Judge)> {
    let success = back.success.as_ref().or(options.poll.success.as_ref());
    let errors = back.errors.as_ref().unwrap_or(&options.poll.errors);
    // What is taken over from `poll` was judged there.
    let judge = Judge::build(success, "return.success", errors, "return.errors");
    let judge = if back.success.is_some() || back.errors.is_some() { wrong.take_all(judge) } else { judge.ok() };
    let nothing = BTreeMap::new();
    let mut roads = Vec::new();
    for (kind, word, way) in ways(back) {
        let Some(way) = way else { continue };
        let draft = Draft {
            method: Method::POST,
            path: (&way.post, format!("return.{word}.post")),
            query: (&nothing, format!("return.{word}.query")),
            headers: [(&options.connect.headers, "connect.headers".into()), (&nothing, String::new())],
            body: (way.send.as_ref(), format!("return.{word}.send")),
            send_as: way.send_as,
            names: &outlet::NAMES,
            extras: Vec::new(),
        };
        let reference = wrong.pointer(way.reference.as_ref(), &format!("return.{word}.reference"));
        if let Some(target) = Target::build(&draft, base, wrong) {
            roads.push((kind, Road { target, reference }));
        }
    }
    if ways(back).iter().all(|(_, _, way)| way.is_none()) {
        wrong.tell(
            "return",
            "no way back is written; leave the table out, or write one such as `closed`",
            "没有写任何回传办法;删掉这一栏,或写上 closed 等",
        );
    }
    Some((roads, judge?))
}
