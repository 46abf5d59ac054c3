//! What is wrong with a channel's file is told with its key, all of it at once.

use serde_json::{Value, json};

use crate::channel::{built, tables, with_captcha};

/// Keys that are told, and what makes them wrong.
type Case = (&'static [&'static str], fn(&mut Value));

fn wrong(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut tables = tables("http://127.0.0.1:1/admin/");
    change(&mut tables);
    let found = built(&tables, "p").err().unwrap_or_default();
    assert!(found.iter().all(|one| !one.problem.is_empty() && !one.problem_zh.is_ascii()), "{found:?}");
    let mut keys: Vec<String> = found.into_iter().map(|one| one.key).collect();
    keys.sort();
    keys
}

#[test]
fn mistakes_are_told_with_their_keys() {
    assert!(wrong(|_| {}).is_empty());
    assert!(wrong(with_captcha).is_empty());
    let cases: [Case; 17] = [
        (&["poll.empty"], |t| drop(t["poll"].as_object_mut().unwrap().remove("empty"))),
        (&["connect.charset"], |t| t["connect"]["charset"] = json!("klingon")),
        (&["connect.password", "connect.user"], |t| drop(t.as_object_mut().unwrap().remove("login"))),
        (&["login.page"], |t| drop(t["login"].as_object_mut().unwrap().remove("page"))),
        (&["login.form.captcha"], |t| t["login"]["form"]["captcha"] = json!("code")),
        (&["login.tries"], |t| t["login"]["tries"] = json!(9)),
        (&["login.lost_when"], |t| t["login"]["lost_when"] = json!([""])),
        (&["login.keep_alive.every"], |t| t["login"]["keep_alive"] = json!({ "get": "index.jsp", "every": "5s" })),
        (&["poll.list"], |t| t["poll"]["list"]["get"] = json!("letter/list.jsp")),
        (&["poll.page.size"], |t| t["poll"]["page"] = json!({ "by": "number" })),
        (&["poll.list.row"], |t| t["poll"]["list"]["row"] = json!("table[")),
        (&["poll.window"], |t| t["poll"]["window"] = json!("30d")),
        (&["poll.list.key"], |t| t["poll"]["list"]["key"] = json!({ "call": "view", "mark": "id" })),
        (&["poll.detail"], |t| t["poll"]["detail"] = json!({ "get": "detail.jsp" })),
        (
            &[
                "return.closed.done_when",
                "return.extended.done_when",
                "return.replied.done_when",
                "return.signed.done_when",
            ],
            |t| {
                t["return"].as_object_mut().unwrap().retain(|key, _| key != "done_when");
            },
        ),
        (&["return.closed.fill.dept"], |t| t["return"]["closed"]["fill"]["dept"] = json!("{unti}")),
        (&["return.status"], |t| drop(t["return"]["status"].as_object_mut().unwrap().remove("get"))),
    ];
    for (keys, change) in cases {
        assert_eq!(wrong(change), keys);
    }
}
