//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told together. Nothing
//! is contacted.

mod back;
mod login;
mod poll;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use huiliu_contract::{Connector, Misconfigured, Site};
use huiliu_kit::line::{Base, Connect as Address, Line};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::target::fixed_headers;
use huiliu_kit::template::Template;
use huiliu_page::{Charset, Selector};

use crate::census::Counter;
use crate::far::OfficeSide;
use crate::options::{Connect, Options};
use crate::outlet::Outlet;
use crate::poll::{Asked, Office, Request};
use crate::saved::SavedPages;
use crate::session::{Parts, Session};

/// Builds the connector.
pub(crate) fn connector(options: &Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let connect = &options.connect;
    let address = address(connect);
    let back = options.r#return.as_ref().filter(|back| back.is_written());
    // With a wrong address the rest is still checked.
    let base = wrong.take(Base::read(&address, "connect")).unwrap_or_else(|| Base::nowhere("connect"));
    let charset = charset(connect, &mut wrong);
    let headers = fixed_headers(&connect.headers, "connect.headers", &base, &mut wrong);
    let line = Line::build(&address, &base, paths(options).into_iter(), site, &mut wrong);
    let line = line.and_then(|line| line.for_files(back.is_some_and(|back| back.takes_files()), "connect", &mut wrong));
    let login = login::rule(options, &base, site, &mut wrong);
    let polled = poll::office(&options.poll, &base, charset, site, &mut wrong);
    let roads = back.and_then(|back| back::roads(back, &options.poll, &base, charset, &mut wrong));
    let wrong = wrong.into_vec();
    let (Some(line), Some(polled), true) = (line, polled, wrong.is_empty()) else { return Err(wrong) };
    let line = Arc::new(line);
    let (rule, signs, whose) = login.unwrap_or_default();
    let session = Arc::new(Session::new(Parts {
        line: Arc::clone(&line),
        base,
        charset,
        channel: site.channel().to_owned(),
        headers,
        login: rule,
        signs,
        whose,
        address: connect.url.clone(),
    }));
    let outlet = roads.map(|roads| {
        let back::Roads { roads, look, judge, said } = roads;
        Box::new(Outlet { session: Arc::clone(&session), roads, look, judge, said, zone: site.zone() }) as _
    });
    let side = |line| Box::new(OfficeSide { line, session: Arc::clone(&session) }) as _;
    let far = line.far(true).into_iter().map(side).collect();
    let attended = session.logs_in().then(|| Arc::clone(&session) as _);
    let office: Arc<Office> = Arc::new(polled(Arc::clone(&session)));
    let saved = Some(Box::new(SavedPages(Arc::clone(&office))) as _);
    let census = office.census.is_some().then(|| Box::new(Counter(Arc::clone(&office))) as _);
    let poll = Some(Box::new(Asked(office)) as _);
    Ok(Connector { poll, census, outlet, saved, attended, far, ..Connector::default() })
}

/// The address, as lines read it.
fn address(connect: &Connect) -> Address {
    Address {
        url: connect.url.clone(),
        auth: None,
        recipe: None,
        headers: BTreeMap::new(),
        route: connect.route.clone(),
        timeout: connect.timeout,
        allow_hosts: connect.allow_hosts.clone(),
    }
}

fn charset(connect: &Connect, wrong: &mut Mistakes) -> Charset {
    let Some(name) = &connect.charset else { return Charset::Auto };
    Charset::named(name).unwrap_or_else(|| {
        wrong.tell(
            "connect.charset",
            &format!("`{name}` is no charset; write auto, gbk, utf-8, or another name that pages use"),
            &format!("没有“{name}”这种编码;写 auto、gbk、utf-8 等"),
        );
        Charset::Auto
    })
}

/// The paths of all requests.
fn paths(options: &Options) -> Vec<&String> {
    let poll = &options.poll;
    let mut all = vec![&poll.list.get, &poll.list.post];
    all.extend(poll.census.iter().flat_map(|census| [&census.get, &census.post]));
    all.extend(poll.detail.iter().flat_map(|detail| [&detail.get, &detail.post]));
    all.extend(options.login.iter().flat_map(|login| [&login.page, &login.post]));
    if let Some(back) = &options.r#return {
        all.extend(
            back.ways.each().into_iter().flat_map(|(_, way)| way.into_iter().flat_map(|way| [&way.form, &way.post])),
        );
        all.extend(back.status.iter().map(|status| &status.get));
    }
    all.into_iter().flatten().collect()
}

/// A request of `get` or `post`; none if anything was wrong.
fn request(
    ways: (Option<&String>, Option<&String>),
    send: &BTreeMap<String, String>,
    table: &str,
    names: &[&str],
    (base, charset): (&Base, Charset),
    wrong: &mut Mistakes,
) -> Option<Request> {
    let (method, path, key) = wrong.take(huiliu_kit::target::method_of(ways.0, ways.1, table))?;
    if method == Method::GET && !send.is_empty() {
        wrong.tell(
            &format!("{table}.send"),
            "a GET has no fields; write them into the path behind `?`, or write `post`",
            "GET 没有字段;写到路径的 ? 后面,或改用 post",
        );
    }
    let url = wrong.take(base.join(path, &key, names));
    let send = texts(send, &format!("{table}.send"), names, wrong);
    // What no page was seen of is sent as the file says.
    let letters = match charset {
        Charset::Named(named) => named.output_encoding(),
        Charset::Auto => encoding_rs::UTF_8,
    };
    Some(Request { method, url: url?, send, letters })
}

/// Fields as templates; every mistake is told.
fn texts(
    written: &BTreeMap<String, String>,
    key: &str,
    names: &[&str],
    wrong: &mut Mistakes,
) -> Vec<(String, Template)> {
    let one = |(name, text): (&String, &String)| {
        let template = Template::text(text, names).map_err(|bad| bad.at_key(&format!("{key}.{name}")));
        wrong.take(template).map(|template| (name.clone(), template))
    };
    written.iter().filter_map(one).collect()
}

/// A CSS selector.
fn selector(written: &str, key: &str, wrong: &mut Mistakes) -> Option<Selector> {
    wrong.take(Selector::parse(written).map_err(|bad| Misconfigured::new(key, bad.en, bad.zh)))
}

/// Says that words are missing by which something is known.
fn needs_words(words: &[String], key: &str, wrong: &mut Mistakes) {
    if words.iter().any(|word| word.trim().is_empty()) {
        wrong.tell(key, "an empty text is on every page; delete it", "空文字哪一页都有;请删掉");
    }
}
