//! A back end without an API whose logins a person does: the picture, the alarm, wrong answers, a kill in between, and what
//! is carried home by the same session.

use std::fs;
use std::time::Duration;

use huiliu_contract::Secret;
use huiliu_farside::portal::{Portal, PortalOptions};
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, Told};
use crate::written::TOKEN;

/// A channel at this back end.
pub(crate) fn written(portal: &Portal) -> String {
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
form = {{ user = "loginName", password = "loginPwd", captcha = "verifyCode" }}
captcha = {{ image = "captcha.jpg?{{now}}", valid = "90s", hours = "daily 00:00-24:00" }}
tries = 2
lost_when = ["请重新登录", "会话已过期"]
[poll]
every = "1s"
list = {{ get = "letter/list.jsp?status=todo&page={{page}}&size={{size}}", id = "信件编号", link = "标题" }}
page = {{ by = "number", size = 3 }}
empty = "暂无数据"
detail = {{ id = "信件编号", needs = ["来信内容"] }}
[fields]
title = {{ label = "标题" }}
content = {{ label = "来信内容" }}
[return]
sign = "never"
done_when = ["提交成功"]
replied = {{ form = "letter/reply.jsp?id={{id}}", fill = {{ text = "{{public_reply}}" }} }}
"#,
        portal.url()
    )
}

/// A back end with a picture at its door.
pub(crate) async fn portal(items: u64) -> Portal {
    let options = PortalOptions {
        captcha: Some(Duration::from_secs(90)),
        password: Secret::new(TOKEN),
        ..PortalOptions::new(items)
    };
    Portal::start(options).await.unwrap()
}

async fn until_stands(scene: &Scene, word: &str) {
    let began = std::time::Instant::now();
    loop {
        let shown = scene.answered(&["channel", "show", "sheng"]).await;
        if shown["login"]["standing"] == word {
            return;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "it does not come to stand at {word}: {shown:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The picture of this moment: what it is answered by.
async fn picture(scene: &Scene) -> String {
    let file = scene.data().join("picture");
    let told = scene.answered(&["channel", "login", "省长信箱", "--image", file.to_str().unwrap()]).await;
    assert!(fs::read(&file).unwrap().starts_with(b"\x89PNG") && told["image"].is_null(), "{told}");
    assert!(told["seconds_left"].as_u64().unwrap() <= 90);
    told["challenge"].as_str().unwrap().to_owned()
}

async fn answer(scene: &Scene, challenge: &str, text: &str) -> (i32, Value) {
    let words = ["channel", "login", "sheng", "--json", "--challenge", challenge, "--answer", text];
    let (status, printed) = scene.ask(&words).await;
    (status, serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}")))
}

/// Its number here, and there.
fn of(told: &Told) -> (String, String) {
    let (ticket, _) = told.key.rsplit_once('-').unwrap();
    (ticket.to_owned(), told.external_id().to_owned())
}

#[tokio::test]
async fn a_person_lets_the_house_in_and_a_kill_forgets_nothing_of_it() {
    let portal = portal(4).await;
    let mut scene = Plan::new().await.channel("sheng", &written(&portal)).start().await;
    let token = token(&scene);
    until_stands(&scene, "person").await;
    scene.until_metric("huiliu_login_alarms_total", &[("channel", "sheng"), ("want", "login")], 1.0).await;
    assert_eq!(portal.tried().len(), 0, "nobody tries without a person");
    let (_, status) = scene.ask(&["status"]).await;
    assert!(status.contains("huiliu channel login sheng"), "{status}");

    // Read wrongly, another one, and right.
    let first = picture(&scene).await;
    let (status, wrong) = answer(&scene, &first, "x").await;
    assert_eq!((status, &wrong["became"], &wrong["left"]), (5, &json!("wrong"), &json!(1)), "{wrong}");
    let (second, third) = (picture(&scene).await, picture(&scene).await);
    assert_eq!(answer(&scene, &second, "x").await.1["became"], "late", "only the last one counts");
    let (status, done) = answer(&scene, &third, &portal.captcha().unwrap()).await;
    assert_eq!((status, &done["became"]), (0, &json!("in")), "{done}");
    scene.until_told(4).await;

    // The same session after a kill, for polls and for what is carried home.
    scene.house.kill();
    scene.start_again().await;
    portal.grow(1);
    let told = scene.until_told(5).await;
    until_stands(&scene, "in").await;
    assert_eq!(portal.logins(), 1);
    let (ticket, number) = of(&told[0]);
    let outcome = json!({ "kind": "replied", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,路灯已于昨日修复并恢复照明。" });
    post(&scene, &token, &json!({ "id": "o-1", "ticket": ticket, "outcome": outcome })).await;
    scene.until("the answer is there", || !portal.told(&number).is_empty()).await;

    // The session is over: what is to be carried home waits for a person, and goes once.
    portal.end_sessions();
    until_stands(&scene, "person").await;
    let (ticket, number) = of(&told[1]);
    let outcome = json!({ "kind": "replied", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,灯泡已于昨日更换并恢复照明。" });
    post(&scene, &token, &json!({ "id": "o-2", "ticket": ticket, "outcome": outcome })).await;
    let challenge = picture(&scene).await;
    assert!(portal.told(&number).is_empty());
    let (status, done) = answer(&scene, &challenge, &portal.captcha().unwrap()).await;
    assert_eq!((status, &done["became"], &done["write_backs"]), (0, &json!("in"), &json!(1)), "{done}");
    scene.until("the other answer is there", || portal.told(&number).len() == 1).await;
    assert_eq!(portal.logins(), 2);
}
