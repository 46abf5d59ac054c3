//! What becomes of write-backs at a far side like a mail server: withheld, refused for good, or told twice.

use huiliu_contract::{Fault, Reached, Receipt, Remark};
use serde_json::{Value, json};

use super::{Request, Scene, channel, until};

/// A house whose far side makes this of the closing of its one letter, and the ticket's number.
async fn closed(far: &str, replies: Vec<Result<Receipt, Fault>>) -> (Scene, String) {
    let scene = Scene::new(far, "").await;
    {
        let mut far = scene.far.lock().unwrap();
        (far.letters, far.replies, far.by_mail) = (vec!["A1"], replies, true);
    }
    scene.rewrite(&format!("{}[return]\nsign = \"never\"\napprove = []\n", channel(far, "live", "")));
    scene.ask(Request::Reload).await.unwrap();
    scene.until_stands("person").await;
    scene.log_in().await;
    until("the letter is a ticket", async || number(&scene).await.is_some()).await;
    let number = number(&scene).await.unwrap();
    let (client, token) =
        (reqwest::Client::builder().no_proxy().build().unwrap(), scene.gateway.token.clone().unwrap());
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,路灯已于昨日修复并恢复照明。" });
    let post = client.post(format!("http://{}/api/v1/outcomes", scene.gateway.address)).bearer_auth(&token);
    let post = post.json(&json!({ "id": "o-1", "ticket": number, "outcome": outcome }));
    assert_eq!(post.send().await.unwrap().status(), 200);
    (scene, number)
}

async fn number(scene: &Scene) -> Option<String> {
    let list = Request::TicketList { channel: None, from: None, to: None, limit: 1 };
    scene.ask(list).await.unwrap()[0]["number"].as_str().map(str::to_owned)
}

/// How the closing stands.
async fn item(scene: &Scene, number: &str) -> Value {
    let shown = scene.ask(Request::TicketShow { number: number.to_owned(), unmask: false }).await.unwrap();
    shown["references"][0]["write_backs"][0].clone()
}

#[tokio::test]
async fn what_is_withheld_is_over_and_says_why() {
    let why = Remark::new("来信是自动回复", "the letter is an automatic answer");
    let (scene, number) = closed("withheld", vec![Ok(Receipt::Withheld { why })]).await;
    until("it is over", async || item(&scene, &number).await["state"] == "unwanted").await;
    let item = item(&scene, &number).await;
    assert_eq!(item["tries"][0]["end"], "withheld", "{item:#}");
    assert!(item.to_string().contains("来信是自动回复"), "{item:#}");
    assert_eq!(scene.count("told closed"), 1);
    assert_eq!(item["dead"], Value::Null, "nobody is asked to do anything: {item:#}");
    scene.gateway.stop().await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_goes_to_a_person_at_once() {
    let refused = Fault::malformed("the mail server refused the reader's address for good (550)");
    let (scene, number) = closed("refused", vec![Err(refused)]).await;
    until("a person is asked", async || item(&scene, &number).await["state"] == "person").await;
    let item = item(&scene, &number).await;
    assert_eq!((&item["attempts"], &item["tries"][0]["end"]), (&json!(1), &json!("refused")), "{item:#}");
    assert_eq!(scene.count("told closed"), 1);
    scene.gateway.stop().await;
}

#[tokio::test]
async fn of_which_nobody_knows_whether_it_arrived_is_told_once_more_and_then_a_person_is_asked() {
    let maybe = || Err(Fault::unavailable("the line was cut at the mail", Reached::Maybe));
    let (scene, number) = closed("twice", vec![maybe()]).await;
    until("it is settled", async || item(&scene, &number).await["state"] == "settled").await;
    assert_eq!(scene.count("told closed"), 2);
    scene.gateway.stop().await;
    let (scene, number) = closed("thrice", vec![maybe(), maybe(), maybe()]).await;
    until("a person is asked", async || item(&scene, &number).await["state"] == "person").await;
    assert_eq!(scene.count("told closed"), 2, "at most one duplicate");
    scene.gateway.stop().await;
}
