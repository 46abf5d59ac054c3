//! The stories.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Duration, LoginStep, Request, Scene, channel, until};
use crate::channel::{Asked, Want};
use crate::console::Code;

#[tokio::test]
async fn a_person_reads_the_picture_and_polls_go_on() {
    let scene = Scene::new("reads", "").await;
    scene.until_stands("person").await;
    // Nothing is asked of it meanwhile, whoever wants to poll.
    let view = scene.ask(Request::ChannelShow { channel: "sheng".into() }).await.unwrap();
    assert_eq!((&view["login"]["standing"], &view["far"]["fault"]["word"]), (&json!("person"), &json!("needs_person")));
    assert_eq!(scene.count(""), 0, "{:?}", scene.far.lock().unwrap().asked);
    let status = scene.ask(Request::Status).await.unwrap();
    assert_eq!(
        (&status["logins"][0]["name"], &status["logins"][0]["standing"]),
        (&json!("省长信箱"), &json!("person"))
    );
    until("people are told", async || told(&scene).await == Some(Want::Login)).await;

    let (first, second) = (scene.picture().await, scene.picture().await);
    assert_eq!(scene.answer(&first, "right").await.unwrap()["became"], "late", "only the last one counts");
    assert_eq!(scene.answer(&second, "right").await.unwrap()["became"], "late", "and it is over");
    let third = scene.picture().await;
    let wrong = scene.answer(&third, "wrong").await.unwrap();
    assert_eq!((&wrong["became"], &wrong["left"]), (&json!("wrong"), &json!(1)));
    assert_eq!(scene.count("answer"), 1, "what came late was not sent");
    until("there is another picture", async || scene.step(LoginStep::Picture).await.is_ok()).await;
    let last = format!("p{}", scene.count("picture"));
    assert_eq!(scene.answer(&last, "right").await.unwrap()["became"], "in");
    scene.until_asked("list", 2).await;
    assert_eq!(scene.stands().await, "in");
    let view = scene.ask(Request::ChannelShow { channel: "sheng".into() }).await.unwrap();
    assert_eq!(view["far"]["open_since"], Value::Null, "{view:#}");
    let deeds: Vec<_> = view["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].clone()).collect();
    assert_eq!(deeds, vec!["login"; 4], "each answer is on record");
    until("nobody is asked any more", async || told(&scene).await.is_none()).await;
    scene.gateway.stop().await;
}

/// What people were told last.
async fn told(scene: &Scene) -> Option<Want> {
    let kept = scene.gateway.store.value(&Asked::name("sheng")).await.unwrap();
    Asked::read(kept.as_deref()).map(|told| told.want)
}

#[tokio::test]
async fn a_session_outlives_a_kill_and_its_loss_asks_a_person_again() {
    let scene = Scene::new("outlives", "").await;
    scene.until_stands("person").await;
    scene.log_in().await;
    let scene = scene.killed("outlives").await;
    let lists = scene.count("list");
    scene.until_asked("list", lists + 2).await;
    assert_eq!((scene.stands().await.as_str(), scene.count("picture")), ("in", 1));
    scene.far.lock().unwrap().session = None;
    scene.until_stands("person").await;
    let channel = scene.gateway.store.known_channels().await.unwrap()[0].1;
    until("the loss is kept", async || {
        let kept = scene.gateway.store.session(channel).await.unwrap().unwrap();
        serde_json::from_slice::<Value>(&kept).unwrap()["session"].is_null()
    })
    .await;
    let lists = scene.count("list");
    // Nothing is asked of the far side before somebody logs in.
    let scene = scene.killed("outlives").await;
    scene.until_stands("person").await;
    assert_eq!(scene.count("list"), lists);
    scene.log_in().await;
    scene.until_asked("list", lists + 1).await;
    scene.gateway.stop().await;
}

#[tokio::test]
async fn tries_and_rest_outlive_a_kill_until_a_person_resumes() {
    let scene = Scene::new("rests", "").await;
    scene.until_stands("person").await;
    let picture = scene.picture().await;
    assert_eq!(scene.answer(&picture, "wrong").await.unwrap()["became"], "wrong");
    let scene = scene.killed("rests").await;
    scene.until_stands("person").await;
    let picture = scene.picture().await;
    let rests = scene.answer(&picture, "wrong").await.unwrap();
    assert_eq!((&rests["became"], &rests["why"]), (&json!("resting"), &json!("wrong answers")));
    let scene = scene.killed("rests").await;
    scene.until_stands("resting").await;
    let asked = scene.count("");
    for refused in [scene.step(LoginStep::Picture).await, scene.answer(&picture, "right").await] {
        let refused = refused.unwrap_err();
        assert!(refused.code == Code::Refused && refused.zh.contains("resume"), "{refused}");
    }
    // Whoever has everything read anew did not see to the account.
    let report = scene.ask(Request::Reload).await.unwrap();
    assert_eq!((&report["resumed"], scene.stands().await.as_str()), (&json!([]), "resting"));
    let view = scene.ask(Request::ChannelShow { channel: "sheng".into() }).await.unwrap();
    assert_eq!((&view["far"]["fault"]["word"], scene.count("")), (&json!("denied"), asked));
    scene.resume().await;
    scene.until_stands("person").await;
    scene.log_in().await;
    scene.until_asked("list", 1).await;
    scene.gateway.stop().await;
}

#[tokio::test]
async fn a_reload_takes_the_session_over_and_pictures_of_before_are_over() {
    let scene = Scene::new("reloads", "").await;
    scene.until_stands("person").await;
    scene.log_in().await;
    let picture = scene.picture().await;
    scene.rewrite(&channel("reloads", "trial", "hours = \"workdays 08:00-18:00\"\nbefore_leaving = \"17:20\""));
    let report = scene.ask(Request::Reload).await.unwrap();
    assert_eq!(report["swapped"], json!(["sheng"]), "{report:#}");
    let lists = scene.count("list");
    scene.until_asked("list", lists + 2).await;
    assert_eq!(scene.answer(&picture, "wrong").await.unwrap()["became"], "late");
    assert_eq!((scene.stands().await.as_str(), scene.count("picture"), scene.count("answer")), ("in", 2, 1));
    // Off: nobody logs in; on again it is still logged in.
    scene.rewrite(&channel("reloads", "off", ""));
    scene.ask(Request::Reload).await.unwrap();
    let refused = scene.step(LoginStep::Picture).await.unwrap_err();
    assert!(refused.code == Code::Refused, "{refused}");
    scene.rewrite(&channel("reloads", "trial", ""));
    scene.ask(Request::Reload).await.unwrap();
    let lists = scene.count("list");
    scene.until_asked("list", lists + 1).await;
    assert_eq!((scene.stands().await.as_str(), scene.count("picture")), ("in", 2));
    scene.gateway.stop().await;
}

#[tokio::test]
async fn a_session_is_tended_and_what_breaks_there_stops_nothing() {
    let scene = Scene::new("tended", "").await;
    scene.until_stands("person").await;
    assert_eq!(scene.count("tend"), 0, "there is nothing to tend");
    scene.far.lock().unwrap().tended = Some(Duration::from_millis(1));
    scene.log_in().await;
    scene.until_asked("tend", 2).await;
    scene.far.lock().unwrap().breaks = true;
    scene.until_asked("tend", 3).await;
    let lists = scene.count("list");
    scene.until_asked("list", lists + 2).await;
    // Another session is tended anew.
    let tended = scene.count("tend");
    scene.far.lock().unwrap().breaks = false;
    scene.log_in().await;
    scene.until_asked("tend", tended + 1).await;
    scene.gateway.stop().await;
}

#[tokio::test]
async fn the_browser_of_a_colleague_wins_until_its_time_is_over() {
    let scene = Scene::new("yields", "").await;
    scene.until_stands("person").await;
    scene.log_in().await;
    scene.until_asked("list", 1).await;
    scene.far.lock().unwrap().somebody = Some(Timestamp::now() + Duration::from_secs(2));
    scene.until_stands("yielded").await;
    let lists = scene.count("list");
    let view = scene.ask(Request::ChannelShow { channel: "sheng".into() }).await.unwrap();
    assert!(view["login"]["until"].is_string() && view["far"]["next_try"].is_string(), "{view:#}");
    // It opens by itself.
    scene.until_asked("list", lists + 1).await;
    assert_eq!((scene.stands().await.as_str(), scene.count("picture")), ("in", 1));
    // Who does not want to wait says so.
    scene.far.lock().unwrap().somebody = Some(Timestamp::now() + Duration::from_secs(3600));
    scene.until_stands("yielded").await;
    let lists = scene.count("list");
    scene.resume().await;
    scene.until_asked("list", lists + 1).await;
    scene.gateway.stop().await;
}

#[tokio::test]
async fn a_session_that_ends_in_the_night_is_renewed_while_somebody_is_there() {
    // Always there, and always about to leave: the next ones come at midnight.
    let scene = Scene::new("leaves", "hours = \"00:00-24:00\"\nbefore_leaving = \"00:00\"").await;
    scene.until_stands("person").await;
    scene.log_in().await;
    assert_eq!(scene.step(LoginStep::Standing).await.unwrap()["renew"], false);
    scene.far.lock().unwrap().ends = Some(Timestamp::now());
    let view = scene.step(LoginStep::Standing).await.unwrap();
    assert_eq!((&view["standing"], &view["renew"]), (&json!("in"), &json!(true)));
    // The old session goes on until the new one is there.
    let lists = scene.count("list");
    let picture = scene.picture().await;
    scene.until_asked("list", lists + 2).await;
    scene.far.lock().unwrap().ends = None;
    assert_eq!(scene.answer(&picture, "right").await.unwrap()["became"], "in");
    assert_eq!(scene.step(LoginStep::Standing).await.unwrap()["renew"], false);
    scene.gateway.stop().await;
}

#[tokio::test]
async fn nobody_storms_the_far_side_by_asking_for_pictures() {
    let scene = Scene::new("storms", "").await;
    scene.until_stands("person").await;
    let mut refused = None;
    for _ in 0..20 {
        if let Err(problem) = scene.step(LoginStep::Picture).await {
            refused = Some(problem);
        }
    }
    let refused = refused.unwrap();
    assert!(refused.code == Code::Refused && refused.en.contains("too fast"), "{refused}");
    assert!(scene.count("picture") < 20);
    scene.gateway.stop().await;
}

#[tokio::test]
async fn a_write_back_waits_for_the_person_without_a_try() {
    let scene = Scene::new("home", "").await;
    scene.far.lock().unwrap().letters = vec!["A1"];
    scene.rewrite(&format!("{}[return]\nsign = \"never\"\napprove = []\n", channel("home", "live", "")));
    let report = scene.ask(Request::Reload).await.unwrap();
    assert_eq!(report["swapped"], json!(["sheng"]), "{report:#}");
    scene.until_stands("person").await;
    scene.log_in().await;
    until("the letter is a ticket", async || ticket(&scene).await.is_some()).await;
    let number = ticket(&scene).await.unwrap();
    // The session is lost while the core answers.
    scene.far.lock().unwrap().session = None;
    scene.until_stands("person").await;
    let (client, token) =
        (reqwest::Client::builder().no_proxy().build().unwrap(), scene.gateway.token.clone().unwrap());
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "经核实,路灯已于昨日修复并恢复照明。" });
    let post = client.post(format!("http://{}/api/v1/outcomes", scene.gateway.address)).bearer_auth(&token);
    let post = post.json(&json!({ "id": "o-1", "ticket": number, "outcome": outcome }));
    assert_eq!(post.send().await.unwrap().status(), 200);
    let lane = async || scene.ask(Request::TicketShow { number: number.clone(), unmask: false }).await.unwrap();
    until("it waits", async || scene.step(LoginStep::Standing).await.unwrap()["write_backs"] == 1).await;
    assert_eq!(scene.count("told"), 0);
    let before = lane().await;
    let item = &before["references"][0]["write_backs"][0];
    assert_eq!((&item["attempts"], &item["tries"]), (&json!(0), &json!([])), "{before:#}");
    scene.log_in().await;
    scene.until_asked("told closed", 1).await;
    until("it is settled", async || lane().await["references"][0]["write_backs"][0]["state"] == "settled").await;
    assert_eq!(scene.count("told"), 1);
    scene.gateway.stop().await;
}

/// The number of the one ticket.
async fn ticket(scene: &Scene) -> Option<String> {
    let list = Request::TicketList { channel: None, from: None, to: None, limit: 1 };
    scene.ask(list).await.unwrap()[0]["number"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn by_http_as_by_command() {
    let scene = Scene::new("http", "").await;
    scene.until_stands("person").await;
    let (client, token) =
        (reqwest::Client::builder().no_proxy().build().unwrap(), scene.gateway.token.clone().unwrap());
    let at = |rest: &str| format!("http://{}/api/v1/channels/sheng/login{rest}", scene.gateway.address);
    let ask = async |request: reqwest::RequestBuilder| {
        let answer = request.bearer_auth(&token).send().await.unwrap();
        let cached = answer.headers().get("cache-control").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), cached, answer.json::<Value>().await.unwrap())
    };
    assert_eq!(client.post(at("/challenge")).send().await.unwrap().status(), 401);
    assert_eq!(scene.count(""), 0);
    let (status, cached, picture) = ask(client.post(at("/challenge"))).await;
    assert_eq!((status, cached.as_deref(), &picture["media_type"]), (200, Some("no-store"), &json!("image/png")));
    assert!(picture["seconds_left"].as_u64().is_some_and(|left| (80..=90).contains(&left)), "{picture}");
    let answer = json!({ "challenge": picture["challenge"], "answer": "right" });
    let (status, _, done) = ask(client.post(at("")).json(&answer)).await;
    assert_eq!((status, &done["became"], &done["write_backs"]), (200, &json!("in"), &json!(0)));
    let (status, _, view) = ask(client.get(at(""))).await;
    assert_eq!((status, &view["standing"]), (200, &json!("in")));
    for (name, body) in [("LoginPicture", &picture), ("LoginAnswered", &done), ("Login", &view)] {
        is_as_the_document_says(name, body);
    }
    for wrong in [json!({ "challenge": "p1", "answer": " " }), json!({ "answer": "right" })] {
        assert_eq!(ask(client.post(at("")).json(&wrong)).await.0, 422);
    }
    let ready = client.get(format!("http://{}/health/ready", scene.gateway.address)).send().await.unwrap();
    assert_eq!(ready.json::<Value>().await.unwrap()["logins_in_trouble"], json!({}));
    scene.gateway.stop().await;
}

/// Holds a body against a schema of the document, which may have nothing that it does not name.
fn is_as_the_document_says(name: &str, body: &Value) {
    let mut document = crate::http::openapi();
    document["components"]["schemas"][name]["additionalProperties"] = json!(false);
    let reference = format!("#/components/schemas/{name}");
    let schema = json!({ "$ref": reference, "components": document["components"] });
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    let validator = options.build(&schema).unwrap();
    let wrong: Vec<_> = validator.iter_errors(body).map(|bad| format!("{}: {bad}", bad.instance_path())).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{body:#}");
}
