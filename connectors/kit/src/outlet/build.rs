//! From options to a road back: everything is compiled and checked here, once. Nothing is contacted.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use huiliu_contract::{Misconfigured, OutcomeKind, WriteBack};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::status::Look;
use super::{NAMES, Outlet, ReturnOptions, Road, Way};
use crate::line::{Base, Line};
use crate::mistakes::Mistakes;
use crate::pick::scalar;
use crate::success::{Errors, Judge, Otherwise};
use crate::target::{Draft, SendAs, Target, fixed_headers, method_of};
use crate::xml::answers;

/// A road back, compiled, that only needs a line.
pub struct Plan {
    ways: Vec<(OutcomeKind, Road)>,
    look: Option<Look>,
    judge: Judge,
    headers: Vec<(HeaderName, HeaderValue)>,
    base: Base,
    zone: TimeZone,
    honours_key: bool,
}

impl Plan {
    /// Compiles `[return]`; none if anything was wrong, and every mistake is told. `headers` are those of every request
    /// with their key, without placeholders. `otherwise` is what holds where `[return]` has none of its own.
    pub fn read(
        back: &ReturnOptions,
        base: &Base,
        headers: (&BTreeMap<String, String>, &str),
        otherwise: Otherwise<'_>,
        zone: TimeZone,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let judge = judge(back, &otherwise, wrong);
        let mut ways = Vec::new();
        for (kind, way) in back.ways() {
            let Some(way) = way else { continue };
            ways.extend(road(kind, way, base, wrong).map(|road| (kind, road)));
        }
        if back.ways().iter().all(|(_, way)| way.is_none()) {
            wrong.tell(
                "return",
                "no way back is written; write one such as `closed`, or `manual = true`, or leave the table out",
                "没有写任何回传办法;写上 closed 等,或写 manual = true,或删掉这一栏",
            );
        }
        let look = back.status.as_ref().and_then(|status| Look::read(status, base, wrong));
        let headers = fixed_headers(headers.0, headers.1, base, wrong);
        let honours_key = back.honours_key;
        let judge = judge.filter(|_| wrong.count() == before)?;
        Some(Self { ways, look, judge, headers, base: base.clone(), zone, honours_key })
    }

    /// The road, on a line.
    pub fn on(self, line: Arc<Line>) -> Box<dyn WriteBack> {
        let Self { ways, look, judge, headers, base, zone, honours_key } = self;
        Box::new(Outlet { line, ways, look, judge, headers, base, zone, honours_key })
    }
}

fn judge(back: &ReturnOptions, otherwise: &Otherwise<'_>, wrong: &mut Mistakes) -> Option<Judge> {
    let nothing = Errors::new();
    let own = back.success.is_some() || back.errors.is_some();
    let success = back.success.as_ref().or(otherwise.success);
    let errors = back.errors.as_ref().or(otherwise.errors).unwrap_or(&nothing);
    let judge = Judge::build(success, "return.success", errors, "return.errors");
    // What is taken over was judged where it stands.
    let judge = if own { wrong.take_all(judge) } else { Some(judge.unwrap_or_default()) };
    let xml = answers(back.format, back.xml.as_ref(), otherwise.xml, "return", wrong)?;
    Some(judge?.of(xml))
}

fn road(kind: OutcomeKind, way: &Way, base: &Base, wrong: &mut Mistakes) -> Option<Road> {
    let table = format!("return.{}", kind.road_word());
    let reference = wrong.pointer(way.reference.as_ref(), &format!("{table}.reference"));
    let mut asked =
        Asked { get: way.get.as_ref(), post: way.post.as_ref(), send: way.send.as_ref(), send_as: way.send_as };
    if let Some(part) = &way.files {
        check_files(part, way, &table, wrong);
        // The fields of a form of parts are those of a form.
        asked.send_as = way.post.as_ref().map(|_| SendAs::Form);
    }
    let headers = fixed_headers(&way.headers, &format!("{table}.headers"), base, wrong);
    let target = asked.target(&table, &NAMES, base, wrong)?;
    Some(Road { target, reference, review: way.review, headers, files: way.files.clone() })
}

fn check_files(part: &str, way: &Way, table: &str, wrong: &mut Mistakes) {
    let key = format!("{table}.files");
    if part.trim().is_empty() {
        wrong.tell(
            &key,
            "the name is missing under which the far side wants the files, for example `attachments`",
            "没有写对方收附件的参数名,例如 attachments",
        );
    }
    if way.get.is_some() {
        wrong.tell(
            &key,
            "a GET carries no files; write `post`, or leave this out",
            "GET 带不了附件;改用 post,或删掉这一项",
        );
    }
    if way.send_as == Some(SendAs::Json) {
        wrong.tell(
            &format!("{table}.send_as"),
            "with `files` the request is multipart/form-data and cannot be JSON; leave this out",
            "写了 files 就按 multipart/form-data 送,不能是 json;删掉这一项",
        );
    }
}

/// A request as a way and the look-up write it.
pub(super) struct Asked<'a> {
    pub(super) get: Option<&'a String>,
    pub(super) post: Option<&'a String>,
    pub(super) send: Option<&'a Value>,
    pub(super) send_as: Option<SendAs>,
}

impl Asked<'_> {
    /// Compiles it; what a GET sends is its query.
    pub(super) fn target(&self, table: &str, names: &[&str], base: &Base, wrong: &mut Mistakes) -> Option<Target> {
        let (method, path, key) = wrong.take(method_of(self.get, self.post, table))?;
        let send = format!("{table}.send");
        let get = method == Method::GET;
        let before = wrong.count();
        if get && self.send_as.is_some() {
            wrong.tell(
                &format!("{table}.send_as"),
                "a GET has no body, what it sends are parameters; leave this out, or write `post`",
                "GET 没有内容,send 里的都是网址参数;删掉这一项,或改用 post",
            );
        }
        let query = if get { wrong.take(parameters(self.send, &send)).unwrap_or_default() } else { BTreeMap::new() };
        let draft = Draft {
            method,
            path: (path, key),
            query: (&query, send.clone()),
            headers: &[],
            body: (self.send.filter(|_| !get), send),
            send_as: self.send_as.unwrap_or_default(),
            names,
            extras: Vec::new(),
        };
        Target::build(&draft, base, wrong).filter(|_| wrong.count() == before)
    }
}

fn parameters(send: Option<&Value>, key: &str) -> Result<BTreeMap<String, String>, Misconfigured> {
    let problem = "a GET sends named texts, numbers and booleans only; or write `post`";
    let problem_zh = "GET 只能带有名字的文字、数字和 true/false;或改用 post";
    let members = match send {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(Misconfigured::new(key, problem, problem_zh)),
    };
    let pair = |(name, value): (&String, &Value)| match scalar(value) {
        Some(text) => Ok((name.clone(), text.into_owned())),
        None => Err(Misconfigured::new(format!("{key}.{name}"), problem, problem_zh)),
    };
    members.iter().map(pair).collect()
}
