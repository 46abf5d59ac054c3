//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told
//! together. Nothing is contacted.

mod census;
mod course;
mod detail;
mod list;

use std::sync::Arc;

use huiliu_contract::{Connector, Misconfigured, Site};
use huiliu_kit::line::{Base, Connect, Line};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::{Plan, ReturnOptions};
use huiliu_kit::session::{Identity, Session};
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::{Judge, Otherwise, Plain};
use huiliu_kit::xml::{Reading, answers};

use crate::census::Counter;
use crate::cut::Cuts;
use crate::items::Reader;
use crate::options::{List, Options, PollOptions};
use crate::poll::{Asked, Platform};
use crate::saved::SavedList;

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let connect = &options.connect;
    let back = options.r#return.as_ref().filter(|back| back.is_written());
    // With a wrong address the rest is still checked.
    let base = wrong.take(Base::read(connect, "connect")).unwrap_or_else(|| Base::nowhere("connect"));
    let xml = xml(&options.poll, &mut wrong);
    let (success, errors) = (options.poll.success.as_ref(), Some(&options.poll.errors));
    let otherwise = Otherwise { success, errors, xml: xml.as_ref().and_then(Option::as_ref) };
    let line = line(&options, back, &base, otherwise, site, &mut wrong);
    let poll = platform(&options.poll, connect, &base, xml.clone(), site, &mut wrong);
    let outlet = back.and_then(|back| {
        let headers = (&connect.headers, "connect.headers");
        Plan::read(back, &base, headers, otherwise, site.zone(), &mut wrong)
    });
    let wrong = wrong.into_vec();
    match (line, poll) {
        (Some(line), Some(poll)) if wrong.is_empty() => {
            let line = Arc::new(line);
            let outlet = outlet.map(|plan| plan.on(Arc::clone(&line)));
            let far = line.far(true);
            let platform = Arc::new(poll(line));
            let saved = Some(Box::new(SavedList(Arc::clone(&platform))) as _);
            let census = platform.census.is_some().then(|| Box::new(Counter(Arc::clone(&platform))) as _);
            Ok(Connector { poll: Some(Box::new(Asked(platform))), census, outlet, saved, far, ..Connector::default() })
        }
        _ => Err(wrong),
    }
}

/// The line that polls and write-backs share, with its login.
fn line(
    options: &Options,
    back: Option<&ReturnOptions>,
    base: &Base,
    otherwise: Otherwise<'_>,
    site: &dyn Site,
    wrong: &mut Mistakes,
) -> Option<Line> {
    let (connect, poll) = (&options.connect, &options.poll);
    let mut paths = vec![&poll.list.get, &poll.list.post];
    paths.extend(poll.detail.iter().flat_map(|detail| [&detail.get, &detail.post]));
    paths.extend(poll.census.iter().flat_map(|census| [&census.get, &census.post]));
    paths.extend(options.login.iter().flat_map(|login| [&login.get, &login.post]));
    let paths = paths.into_iter().flatten().chain(back.into_iter().flat_map(ReturnOptions::paths));
    let line = Line::build(connect, base, paths, site, wrong);
    let files = back.is_some_and(ReturnOptions::takes_files);
    let line = line.and_then(|line| line.for_files(files, "connect", wrong));
    let Some(login) = &options.login else { return line };
    if matches!(connect.auth, Some(Identity::Oauth2(_))) {
        wrong.tell(
            "login",
            "`connect.auth.oauth2` fetches a token already; delete one of the two",
            "connect.auth.oauth2 已经会换令牌;两样只留一样",
        );
    }
    let credentials = line.as_ref().map(|line| line.credentials.clone()).unwrap_or_default();
    let headers = (&connect.headers, "connect.headers".into());
    let session = Session::login(login, base, headers, otherwise, credentials, site, wrong);
    if session.as_ref().is_some_and(Session::puts_into_body) {
        bodies(poll, back, wrong);
    }
    Some(line?.behind(session?))
}

/// A token that goes into the body needs one in every request.
fn bodies(poll: &PollOptions, back: Option<&ReturnOptions>, wrong: &mut Mistakes) {
    let detail = poll.detail.as_ref().is_some_and(|detail| detail.get.is_some());
    let ways = back.into_iter().flat_map(|back| back.ways());
    let ways = ways.filter_map(|(_, way)| way).any(|way| way.get.is_some() || way.files.is_some());
    let status = back.and_then(|back| back.status.as_ref()).is_some_and(|status| status.get.is_some());
    let census = poll.census.as_ref().is_some_and(|census| census.get.is_some());
    if poll.list.get.is_some() || detail || census || ways || status {
        wrong.tell(
            "login.put.field",
            "a GET has no body and files are no form, so not every request could carry the token; write `post` everywhere, or put it into a header",
            "GET 没有内容、带附件的请求也放不进去,有的请求就带不上令牌;全部改用 post,或把令牌放在请求头里",
        );
    }
}

fn platform(
    poll: &PollOptions,
    connect: &Connect,
    base: &Base,
    xml: Option<Option<Reading>>,
    site: &dyn Site,
    wrong: &mut Mistakes,
) -> Option<impl FnOnce(Arc<Line>) -> Platform + use<>> {
    let list = list::target(poll, connect, base, wrong);
    let pager = list::pager(&poll.page, &poll.list, wrong);
    let course = course::course(poll, site.zone(), wrong);
    let judge = wrong.take_all(Judge::build(poll.success.as_ref(), "poll.success", &poll.errors, "poll.errors"));
    let judge = judge.zip(xml).map(|(judge, xml)| judge.of(xml));
    let detail = poll.detail.as_ref().map(|detail| detail::rule(detail, &poll.list, connect, base, wrong));
    let census = poll.census.as_ref().map(|written| census::rule(written, poll, connect, base, site.zone(), wrong));
    let stamp = course.as_ref().and_then(|course| course.since.as_ref()?.stamp.clone());
    let reader = reader(poll, stamp, site, wrong);
    let detail = match detail {
        Some(rule) => Some(rule?),
        None => None,
    };
    let census = match census {
        Some(rule) => Some(rule?),
        None => None,
    };
    let (list, pager, course, judge, reader) = (list?, pager?, course?, judge?, reader?);
    let base = base.clone();
    Some(move |line| Platform { line, base, list, pager, course, reader, detail, census, judge })
}

/// How answers in XML are read; none inside where they are JSON.
fn xml(poll: &PollOptions, wrong: &mut Mistakes) -> Option<Option<Reading>> {
    answers(Some(poll.format), poll.xml.as_ref(), None, "poll", wrong)
}

fn reader(poll: &PollOptions, stamp: Option<Stamp>, site: &dyn Site, wrong: &mut Mistakes) -> Option<Reader> {
    let list = &poll.list;
    let sent_at = list.sent_at.as_ref().and_then(|sent| {
        let at = wrong.pointer(Some(&sent.at), "poll.list.sent_at.at");
        at.zip(course::stamp(sent.format.as_deref(), "poll.list.sent_at.format", wrong))
    });
    let mark = poll.since.as_ref().and_then(|written| wrong.pointer(Some(&written.at), "poll.since.at"));
    let items = wrong.pointer(Some(&list.items), "poll.list.items");
    let id = wrong.pointer(Some(&list.id), "poll.list.id");
    let version = wrong.pointer(list.version.as_ref(), "poll.list.version");
    let total = wrong.pointer(list.total.as_ref(), "poll.list.total");
    let next = wrong.pointer(poll.page.next.as_ref(), "poll.page.next");
    let rows = wrong.pointer(list.rows.as_ref(), "poll.list.rows");
    let empty = list.empty.as_ref().and_then(|empty| {
        if empty.is.is_empty() {
            wrong.tell(
                "poll.list.empty.is",
                "no value is listed, so an empty list could never be right",
                "没有写任何值,这样空列表总会报错",
            );
        }
        let at = wrong.pointer(Some(&empty.at), "poll.list.empty.at")?;
        Some((at, empty.is.iter().map(Plain::to_string).collect()))
    });
    let cuts = cuts(list, wrong);
    let mark = mark.map(|at| (at, stamp));
    let (items, id, zone) = (items?, id?, site.zone());
    let table = "poll.list";
    Some(Reader { table, items, id, version, sent_at, mark, total, next, rows, empty, cuts, zone })
}

fn cuts(list: &List, wrong: &mut Mistakes) -> Cuts {
    if list.cut_at.is_some() && list.cut.is_empty() {
        wrong.tell(
            "poll.list.cut_at",
            "`poll.list.cut` is not written, so no text is looked at",
            "没有写 poll.list.cut,不会看任何文字",
        );
    }
    if list.cut_at == Some(0) {
        wrong.tell("poll.list.cut_at", "1 character or more is needed", "至少 1 个字");
    }
    let places = list.cut.iter().filter_map(|at| wrong.pointer(Some(at), "poll.list.cut")).collect();
    Cuts { places, at: list.cut_at.and_then(|at| usize::try_from(at).ok()) }
}
