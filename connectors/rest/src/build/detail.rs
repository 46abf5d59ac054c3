//! The request for the detail of an item, compiled.

use http::Method;
use huiliu_kit::line::{Base, Connect};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::target::{Draft, Target, method_of};

use crate::detail::{DetailRule, NAMES};
use crate::options::{Detail, List, When};

/// Compiles it; none if anything was wrong.
pub(super) fn rule(
    detail: &Detail,
    list: &List,
    connect: &Connect,
    base: &Base,
    wrong: &mut Mistakes,
) -> Option<DetailRule> {
    let before = wrong.count();
    let target = target(detail, connect, base, wrong);
    if target.as_ref().is_some_and(|target| !target.uses(0)) {
        wrong.tell(
            "poll.detail",
            "nothing says which item is asked for; write `{id}` into the path, `query` or `body`",
            "没有写取的是哪一件;请在路径、query 或 body 里写上 {id}",
        );
    }
    if detail.when == When::Cut && list.cut.is_empty() {
        wrong.tell(
            "poll.list.cut",
            "with `poll.detail.when = \"cut\"` it must be told which texts the list may cut",
            "when = \"cut\" 时要写列表里哪些文字可能被截断",
        );
    }
    match (detail.when, detail.needs.is_empty()) {
        (When::Missing, true) => wrong.tell(
            "poll.detail.needs",
            "with `when = \"missing\"` it must be told which places an item needs",
            "when = \"missing\" 时要写缺了哪些就取详情",
        ),
        (When::Always | When::Cut, false) => {
            wrong.tell(
                "poll.detail.needs",
                "only `when = \"missing\"` reads this",
                "只有 when = \"missing\" 才用这一项",
            );
        }
        _ => {}
    }
    if detail.into.as_ref().is_some_and(String::is_empty) {
        wrong.tell("poll.detail.into", "write the name of a member, or delete this key", "请写一个字段名,或删掉这一项");
    }
    let item = wrong.pointer(Some(&detail.item), "poll.detail.item");
    let needs = detail.needs.iter().filter_map(|at| wrong.pointer(Some(at), "poll.detail.needs")).collect();
    let target = target.filter(|_| wrong.count() == before)?;
    Some(DetailRule { target, item: item?, when: detail.when, needs, into: detail.into.clone() })
}

fn target(detail: &Detail, connect: &Connect, base: &Base, wrong: &mut Mistakes) -> Option<Target> {
    let (method, path, key) = wrong.take(method_of(detail.get.as_ref(), detail.post.as_ref(), "poll.detail"))?;
    if method == Method::GET && detail.body.is_some() {
        wrong.tell(
            "poll.detail.body",
            "a GET has no body; write `query`, or `post`",
            "GET 没有内容;请写 query,或改用 post",
        );
    }
    let draft = Draft {
        method,
        path: (path, key),
        query: (&detail.query, "poll.detail.query".into()),
        headers: &[(&connect.headers, "connect.headers".into()), (&detail.headers, "poll.detail.headers".into())],
        body: (detail.body.as_ref(), "poll.detail.body".into()),
        send_as: detail.send_as,
        names: &NAMES,
        extras: Vec::new(),
    };
    Target::build(&draft, base, wrong)
}
