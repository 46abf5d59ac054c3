//! The core posts what became of a ticket: kept before it is answered, the same again answered the same.

use huiliu::ticket::Spoken;
use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

/// The token that is shown once, at the very first start.
pub(crate) fn token(scene: &Scene) -> String {
    let said = scene.house.said();
    let line = said.iter().find_map(|line| line.split_once("keep it safe): ")).expect("the token is printed");
    line.1.to_owned()
}

pub(crate) async fn post(scene: &Scene, token: &str, body: &Value) -> (u16, Value) {
    let request = scene.client.post(format!("{}/api/v1/outcomes", scene.house.url)).bearer_auth(token);
    let answer = request.json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

fn closed(id: &str, ticket: &str, reply: &str) -> Value {
    let outcome =
        json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": reply, "solved": "解决" });
    json!({ "id": id, "ticket": ticket, "outcome": outcome })
}

#[tokio::test]
async fn an_outcome_is_kept_once_and_answered_each_time() {
    let mut scene = Plan::new().await.letters().start().await;
    let token = token(&scene);
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    let first = post(&scene, &token, &closed("o-1", &number, "路灯已修复。")).await;
    assert_eq!((first.0, &first.1["kept"]), (200, &json!(true)));
    assert_eq!(post(&scene, &token, &closed("o-1", &number, "路灯已修复。")).await, first);
    assert_eq!(post(&scene, &token, &closed("o-1", &number, "换了一种说法。")).await.0, 409);
    // Also over a kill: what was answered is on disk.
    scene.house.kill();
    scene.start_again().await;
    assert!(!scene.house.said().join("\n").contains("keep it safe"), "the token is shown once");
    assert_eq!(post(&scene, &token, &closed("o-1", &number, "路灯已修复。")).await, first);
    assert_eq!(post(&scene, &token, &closed("o-1", &number, "换了一种说法。")).await.0, 409);
}

#[tokio::test]
async fn what_is_due_is_told_until_it_is_concluded() {
    let ruled = letters("县长信箱", "state = \"live\"").replace("submitted_at", "occurred_at");
    let plan = Plan::new().await.channel("letters", &(ruled + "\n[deadline]\nhours = 5\n"));
    let mut scene = plan.start().await;
    let token = token(&scene);
    let mailbox = scene.mailbox("letters");
    let [one, two] = [mailbox.push(&Letter::invented(1)).await, mailbox.push(&Letter::invented(2)).await].map(ticket);
    let numbers = |due: &Value| -> Vec<String> {
        due.as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers(&scene.answered(&["due", "--within", "6h"]).await), [one.clone(), two.clone()]);
    assert_eq!(numbers(&scene.answered(&["due", "--within", "4h"]).await), [""; 0]);
    assert_eq!(numbers(&scene.answered(&["due", "--past"]).await), [""; 0]);
    let (status, shown) = scene.ask(&["due"]).await;
    assert!(status == 0 && shown.contains(&one) && shown.contains("4h 59m left"), "{shown}");
    assert_eq!(post(&scene, &token, &closed("o-1", &one, "路灯已修复。")).await.0, 200);
    assert_eq!(numbers(&scene.answered(&["due"]).await), [two]);
    // It is counted at the start, then once a minute.
    assert!(scene.house.stop().await.0.success());
    scene.start_again().await;
    scene.until_metric("huiliu_due", &[("state", "near")], 1.0).await;
    assert_eq!(scene.metric("huiliu_due", &[("state", "past")]).await, 0.0);
}

#[tokio::test]
async fn an_outcome_that_cannot_be_is_told_why() {
    let scene = Plan::new().await.letters().start().await;
    let token = token(&scene);
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    assert_eq!(post(&scene, "hl_guessed", &closed("o-1", &number, "x")).await.0, 401);
    let nobodys = Spoken::new(jiff::civil::date(2020, 1, 1), 1).unwrap().to_string();
    let (status, unknown) = post(&scene, &token, &closed("o-2", &nobodys, "x")).await;
    assert_eq!((status, &unknown["unknown_ticket"]), (202, &json!(true)));
    for wrong in [
        closed("", &number, "x"),
        closed("o-3", "260101-00001-x", "x"),
        json!({ "id": "o-3", "ticket": number }),
        json!({ "id": "o-3", "ticket": number, "outcome": { "kind": "vanished", "at": "2026-12-03T09:00:00Z" } }),
    ] {
        let (status, problem) = post(&scene, &token, &wrong).await;
        assert_eq!(status, 422, "{wrong}");
        assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
    }
    assert_eq!(scene.client.get(format!("{}/api/v1/outcomes", scene.house.url)).send().await.unwrap().status(), 405);
}
