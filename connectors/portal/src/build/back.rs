//! Forms and the state of items, compiled.

use std::sync::Arc;

use huiliu_contract::OutcomeKind;
use huiliu_kit::line::Base;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::StateWords;
use huiliu_kit::outlet::words::NAMES;
use huiliu_kit::success::{Errors, Judge};
use huiliu_kit::template::Template;
use huiliu_page::Charset;

use super::{needs_words, request, texts};
use crate::options::{Answering, Back, Fill, Format, PollOptions, Status};
use crate::outlet::{FillRule, Look, Road, Said, StateWay, UploadRule};
use crate::poll::DETAIL_NAMES;

/// The way back, compiled, that only needs a session.
pub(super) struct Roads {
    pub(super) roads: Vec<(OutcomeKind, Road)>,
    pub(super) look: Option<Look>,
    pub(super) judge: Judge,
    pub(super) said: Said,
}

/// Compiles it; none if anything was wrong.
pub(super) fn roads(
    back: &Back,
    poll: &PollOptions,
    base: &Base,
    charset: Charset,
    wrong: &mut Mistakes,
) -> Option<Roads> {
    let before = wrong.count();
    let nothing = Errors::new();
    let errors = back.errors.as_ref().unwrap_or(&nothing);
    let judge = wrong.take_all(Judge::build(back.success.as_ref(), "return.success", errors, "return.errors"));
    needs_words(&back.done_when, "return.done_when", wrong);
    needs_words(&back.refused_when, "return.refused_when", wrong);
    needs_words(&back.busy_when, "return.busy_when", wrong);
    let ways = back.ways.each();
    if ways.iter().all(|(_, way)| way.is_none()) {
        wrong.tell(
            "return",
            "no form is written; write one such as `closed`, or `manual = true`, or leave the table out",
            "没有写任何回传的表单;写上 closed 等,或写 manual = true,或删掉这一栏",
        );
    }
    let mut roads = Vec::new();
    for (kind, way) in ways {
        let Some(way) = way else { continue };
        roads.extend(road(kind, way, back, base, wrong).map(|road| (kind, road)));
    }
    let look = match &back.status {
        Some(status) => Some(look(status, poll, (base, charset), wrong)?),
        None => None,
    };
    let said = Said { refused: back.refused_when.clone(), busy: back.busy_when.clone() };
    let judge = judge.filter(|_| wrong.count() == before)?;
    Some(Roads { roads, look, judge, said })
}

fn road(kind: OutcomeKind, way: &Answering, back: &Back, base: &Base, wrong: &mut Mistakes) -> Option<Road> {
    let before = wrong.count();
    let table = format!("return.{}", kind.road_word());
    let address = |path: Option<&String>, key: &str, wrong: &mut Mistakes| {
        wrong.take(base.join(path?, &format!("{table}.{key}"), &NAMES))
    };
    let form = address(way.form.as_ref(), "form", wrong);
    let post = address(way.post.as_ref(), "post", wrong);
    if way.form.is_none() && way.post.is_none() {
        wrong.tell(
            &format!("{table}.form"),
            "the page with the form is needed, or `post` where there is none",
            "要写表单页 form;没有表单页的写 post",
        );
    }
    needs_words(&way.done_when, &format!("{table}.done_when"), wrong);
    let done = if way.done_when.is_empty() { back.done_when.clone() } else { way.done_when.clone() };
    if done.is_empty() && back.success.is_none() {
        wrong.tell(
            &format!("{table}.done_when"),
            "what is shown when it was taken is missing, for example 提交成功: a page with status 200 proves nothing",
            "没有写提交成功时页面上的字,例如 提交成功;打得开的页面不算数",
        );
    }
    let mut fill = Vec::with_capacity(way.fill.len());
    for (name, written) in &way.fill {
        let key = format!("{table}.fill.{name}");
        let (text, words) = match written {
            Fill::Text(text) => (text, Vec::new()),
            Fill::Words { of, words } => (of, words.clone().into_iter().collect()),
        };
        let text = wrong.take(Template::text(text, &NAMES).map_err(|bad| bad.at_key(&key)));
        fill.extend(text.map(|text| (name.clone(), FillRule { text, words })));
    }
    let upload = way.upload.as_ref().and_then(|upload| {
        let key = format!("{table}.upload");
        if way.files.is_none() {
            wrong.tell(
                &format!("{table}.files"),
                "the box is needed into which the paths of files go",
                "要写附件路径填到哪个框",
            );
        }
        let post = wrong.take(base.join(&upload.post, &format!("{key}.post"), &NAMES));
        let send = texts(&upload.send, &format!("{key}.send"), &NAMES, wrong);
        let at = wrong.pointer(Some(&upload.at), &format!("{key}.at"));
        Some(UploadRule { post: post?, field: upload.field.clone(), send, at: at? })
    });
    if wrong.count() != before {
        return None;
    }
    Some(Road { form, post, fill, files: way.files.clone(), upload, done, review: way.review })
}

fn look(status: &Status, poll: &PollOptions, at: (&Base, Charset), wrong: &mut Mistakes) -> Option<Look> {
    const TABLE: &str = "return.status";
    let before = wrong.count();
    let detail = poll.detail.as_ref();
    let of_poll = status.get.is_none();
    let (get, post, send, table) = match detail {
        _ if !of_poll => (status.get.as_ref(), None, None, TABLE),
        Some(detail) => (detail.get.as_ref(), detail.post.as_ref(), Some(&detail.send), "poll.detail"),
        None => (None, None, None, TABLE),
    };
    if get.is_none() && post.is_none() {
        wrong.tell(
            TABLE,
            "where the state is read is missing: write `get` with `{id}`, for the list's link is not known then",
            "没有写到哪里看状态;请写 get,路径里写 {id}(那时候没有列表上的链接可点)",
        );
        return None;
    }
    let nothing = std::collections::BTreeMap::new();
    let request = request((get, post), send.unwrap_or(&nothing), table, &DETAIL_NAMES, at, wrong)?;
    let uses = |name: usize| request.url.uses(name) || request.send.iter().any(|(_, text)| text.uses(name));
    if !uses(0) || uses(1) {
        wrong.tell(
            TABLE,
            "write `get` with `{id}`: nothing else is known of an item then",
            "请写 get,路径里写 {id};那时候只知道来源编号",
        );
    }
    let format = status.format.unwrap_or(match detail {
        Some(detail) if of_poll => detail.format,
        _ => Format::Html,
    });
    let way = match format {
        Format::Html => Some(StateWay::Html { label: status.label.clone(), reason: status.reason.clone() }),
        Format::Json => {
            let label = wrong.pointer(Some(&status.label), "return.status.label");
            let reason = wrong.pointer(status.reason.as_ref(), "return.status.reason");
            let judge =
                Judge::build(poll.success.as_ref(), "poll.success", &poll.errors, "poll.errors").unwrap_or_default();
            label.map(|label| StateWay::Json { label, reason, judge })
        }
    };
    let own = [status.signed.as_ref(), status.returned.as_ref(), status.extended.as_ref()];
    let words = StateWords::read(&status.states, own, TABLE, wrong);
    let way = way.filter(|_| wrong.count() == before)?;
    Some(Look { request, way: Arc::new(way), words })
}
