//! A back end without an API that the house logs in to by itself: a session that ends in the middle, a page that was changed,
//! a password that was, and an answer of which nobody knows whether it arrived.

use std::collections::BTreeSet;

use huiliu_contract::Secret;
use huiliu_farside::platform::Trick;
use huiliu_farside::portal::{Layout, Portal, PortalOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};
use crate::written::TOKEN;

/// A channel at this back end.
fn written(portal: &Portal) -> String {
    format!(
        r#"[channel]
name = "省长信箱"
state = "live"
[connect]
kind = "portal"
url = "{}"
user = "hotline"
password = {{ file = "secrets/letters.token" }}
[login]
page = "login.jsp"
form = {{ user = "loginName", password = "loginPwd" }}
lost_when = ["请重新登录"]
kicked = {{ when = ["账号已在别处登录"], wait = "30m" }}
[poll]
every = "200ms"
list = {{ get = "letter/list.jsp?status=todo&page={{page}}&size={{size}}", id = "信件编号", link = "标题" }}
page = {{ by = "number", size = 3 }}
empty = "暂无数据"
detail = {{ id = "信件编号", needs = ["来信内容"], again = "0s" }}
[fields]
title = {{ label = "标题" }}
content = {{ label = "来信内容" }}
phone = {{ label = "联系电话", clean = "phone" }}
[return]
sign = "never"
approve = []
uncertain = "look"
retries = ["20ms", "20ms"]
watch = "50ms"
done_when = ["提交成功"]
closed = {{ form = "letter/finish.jsp?id={{id}}", fill = {{ replyContent = "{{reply}}", dept = "{{unit}}" }}, review = true }}
[return.status]
get = "letter/detail.jsp?id={{id}}"
label = "办件状态"
absent = ["待办理"]
pending = ["待审核"]
approved = ["已办结"]
"#,
        portal.url()
    )
}

/// A back end with letters since yesterday, so that a first run finds nothing strange in them.
async fn portal(items: u64, password: &str) -> Portal {
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    Portal::start(PortalOptions { from, password: Secret::new(password), ..PortalOptions::new(items) }).await.unwrap()
}

async fn until_said(scene: &Scene, what: &str) {
    scene.until(what, || scene.house.printed().iter().any(|line| line.contains(what))).await;
}

#[tokio::test]
async fn a_session_that_ends_loses_nothing_and_a_changed_page_is_an_alarm() {
    let portal = portal(8, TOKEN).await;
    let scene = Plan::new().await.channel("sheng", &written(&portal)).start().await;
    scene.until_told(8).await;
    portal.end_sessions();
    portal.grow(3);
    let told = scene.until_told(11).await;
    let ids: BTreeSet<String> = told.iter().map(|told| told.external_id().to_owned()).collect();
    assert_eq!((ids, told.len()), (portal.numbers().into_iter().flatten().collect(), 11));
    assert!(portal.logins() == 2 && portal.stats().at_once == 1);

    portal.revise("SP20260000002");
    let told = scene.until_told(12).await;
    assert_eq!((told[11].event["event"].as_str(), told[11].external_id()), (Some("revised"), "SP20260000002"));

    portal.relayout(Layout::Silent);
    until_said(&scene, "a poll failed").await;
    let said = scene.house.printed().join("\n");
    assert!(said.contains("malformed") && said.contains("poll.empty") && !said.contains(TOKEN), "{said}");
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_session_that_ends_between_two_pages_loses_nothing_and_repeats_nothing() {
    let portal = portal(8, TOKEN).await;
    // Slow enough that the session ends behind the letters of the first page, before those of the second.
    portal.think(std::time::Duration::from_millis(150));
    let scene = Plan::new().await.channel("sheng", &written(&portal)).start().await;
    scene.until("the first page is read", || portal.stats().details == 3).await;
    portal.end_sessions();
    let told = scene.until_told(8).await;
    let ids: BTreeSet<String> = told.iter().map(|told| told.external_id().to_owned()).collect();
    assert_eq!((ids, told.len()), (portal.numbers().into_iter().flatten().collect(), 8));
    assert_eq!((portal.logins(), portal.stats().at_once), (2, 1));
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_colleague_in_a_browser_goes_first() {
    let portal = portal(2, TOKEN).await;
    let scene = Plan::new().await.channel("sheng", &written(&portal)).start().await;
    scene.until_told(2).await;
    portal.colleague_logs_in();
    let wait = std::time::Duration::from_millis(20);
    let mut shown = scene.answered(&["channel", "show", "sheng"]).await.to_string();
    for _ in 0..500 {
        if shown.contains("\"yielded\"") {
            break;
        }
        tokio::time::sleep(wait).await;
        shown = scene.answered(&["channel", "show", "sheng"]).await.to_string();
    }
    assert!(shown.contains("\"yielded\""), "{shown}");
    let (asked, logins) = (portal.asked().len(), portal.logins());
    // Several times as long as the channel waits between two polls.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!((portal.asked().len(), portal.logins()), (asked, logins), "nothing is sent while the browser is used");
    portal.grow(1);
    scene.answered(&["channel", "resume", "sheng"]).await;
    scene.until_told(3).await;
    assert_eq!(portal.logins(), logins + 1);
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_whatever_is_started_anew() {
    let portal = portal(2, "changed-over-there").await;
    let mut scene = Plan::new().await.letters().channel("sheng", &written(&portal)).start().await;
    for _ in 0..3 {
        until_said(&scene, "login rests").await;
        scene.house.kill();
        scene.start_again().await;
    }
    until_said(&scene, "login rests").await;
    let went: Vec<_> = portal.tried().iter().map(|tried| tried.went).collect();
    assert_eq!((went, portal.stats().locked), (vec!["password"], false), "the account is not to be locked");
    portal.change_password(TOKEN);
    scene.answered(&["channel", "resume", "sheng"]).await;
    scene.until_told(2).await;
    assert_eq!(portal.stats().wrong_passwords, 1);
}

#[tokio::test]
async fn an_answer_of_which_nobody_knows_is_looked_after_and_not_told_twice() {
    let portal = portal(2, TOKEN).await;
    portal.judge(true);
    let scene = Plan::new().await.channel("sheng", &written(&portal)).start().await;
    let token = token(&scene);
    let told = scene.until_told(2).await;
    let close = async |at: usize, id: &str| {
        let (ticket, _) = told[at].key.rsplit_once('-').unwrap();
        let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,路灯已于昨日修复并恢复照明。",
            "units": [{ "name": "县住建局", "role": "lead" }] });
        let (status, said) = post(&scene, &token, &json!({ "id": id, "ticket": ticket, "outcome": outcome })).await;
        assert_eq!(status, 200, "{said}");
        told[at].external_id().to_owned()
    };
    // Taken, and the line was cut: the state on its page says so.
    portal.play_on_answers([Trick::HangUp]);
    let first = close(0, "o-1").await;
    scene.until("it was taken", || portal.told(&first).len() == 1).await;
    let looks = || {
        let asked = portal.asked();
        let at = asked.iter().rposition(|one| one.line.contains("save.do")).unwrap_or_default();
        asked[at..].iter().filter(|one| one.line.contains(&format!("detail.jsp?id={first}"))).count()
    };
    scene.until("its state is looked at", || looks() > 2).await;
    // Not taken, and the line was cut: it is told again.
    portal.play_on_answers([Trick::Lost]);
    let second = close(1, "o-2").await;
    scene.until("the other one is told", || portal.told(&second).len() == 1).await;
    assert_eq!(portal.told(&first).len(), 1, "and the first not twice");
    assert_eq!(portal.told(&second)[0].body["dept"], "县住建局");
    assert!(scene.dead().await.is_empty() && portal.stats().at_once == 1);
}
