//! A house whose core has no interface: people copy what waits and register the number (手工登记), and letters that came on
//! paper are entered, count, and are answered by hand.

use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};

/// Rewrites `gateway.toml` with another `[core]`, or none; it counts from the next start.
fn core(scene: &Scene, lines: &str) {
    let written = format!("lang = \"en\"\ndata = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n{lines}\n");
    std::fs::write(scene.config().join("gateway.toml"), written).unwrap();
}

async fn waits(scene: &Scene) -> Vec<(String, u64, String)> {
    let rows = scene.answered(&["ticket", "waiting"]).await;
    let row = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (text("number"), row["event"].as_u64().unwrap(), text("kind"))
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn what_is_typed_in_is_registered_and_the_rest_goes_to_the_next_core() {
    let form = "kind = \"manual\"\nform = [{ name = \"诉求标题\", value = \"{title}\" }, { name = \"联系电话\", value = \"{phone}\" }]";
    let mut scene = Plan::new().await.letters().core_instead(form).start().await;
    let (mailbox, first) = (scene.mailbox("letters"), Letter::invented(1));
    let one = ticket(mailbox.push(&first).await);
    let two = ticket(mailbox.push(&Letter::invented(2)).await);
    let three = ticket(mailbox.push(&Letter::invented(3)).await);
    ticket(mailbox.push(&first.revised("又坏了一盏。")).await);
    let new = |ticket: &String| (ticket.clone(), 1, "new".to_owned());
    assert_eq!(waits(&scene).await, [new(&one), new(&two), new(&three)]);
    scene.until_metric("huiliu_core_due", &[], 3.0).await;

    // What is copied stands in the form's order, hidden unless somebody says why.
    let copied = scene.answered(&["ticket", "copy", &one]).await;
    assert_eq!(copied["fields"][0]["name"], "诉求标题");
    let phone = first.document["phone"].as_str().unwrap();
    assert!(copied["masked"] == true && copied["fields"][1]["value"] != phone, "{copied}");
    let open = scene.answered(&["ticket", "copy", &one, "--unmask", "--why", "录入热线"]).await;
    assert_eq!(open["fields"][1]["value"], phone);

    let registered = scene.answered(&["ticket", "register", &one, "--core-number", "RX-1"]).await;
    assert_eq!((&registered["state"], &registered["next"]), (&json!("registered"), &json!(2)));
    let again = scene.answered(&["ticket", "register", &one, "--core-number", "RX-1"]).await;
    assert_eq!(again["state"], "known");
    // The same number for another ticket is a slip of the pen, unless the core joined them.
    let (status, why) = scene.ask(&["ticket", "register", &two, "--core-number", "RX-1"]).await;
    assert!(status == 5 && why.contains(&one) && why.contains("--also"), "{status}: {why}");
    let (status, why) = scene.ask(&["ticket", "register", &one, "--core-number", "RX-9"]).await;
    assert!(status == 5 && why.contains("--correct"), "{status}: {why}");
    assert_eq!(waits(&scene).await, [new(&two), new(&three), (one.clone(), 2, "revised".into())]);

    // A kill changes nothing, and a house without `[core]` is one where people type.
    scene.house.kill();
    core(&scene, "");
    scene.start_again().await;
    let status = scene.answered(&["status"]).await;
    assert_eq!((&status["core_kind"], &status["to_register"]["tickets"]), (&json!("manual"), &json!(3)));
    let (_, shown) = scene.ask(&["status"]).await;
    assert!(shown.contains("typed in by hand") && shown.contains("ticket waiting"), "{shown}");
    let done = scene.answered(&["ticket", "register", &one, "--event", "2"]).await;
    assert_eq!((&done["core_number"], &done["next"]), (&json!("RX-1"), &Value::Null));
    // A program may register too.
    let url = format!("{}/api/v1/tickets/{two}/register", scene.house.url);
    let told = json!({ "core_number": "RX-2" });
    let unknown = scene.client.post(&url).json(&told).send().await.unwrap();
    assert_eq!(unknown.status().as_u16(), 401);

    // Where the core has an interface, only what was not registered goes.
    assert!(scene.house.stop().await.0.success());
    let behind = format!("[core]\nurl = \"{}/tickets\"\nnumber_at = \"/data/orderNo\"\n", scene.glass.url());
    core(&scene, &behind);
    scene.start_again().await;
    let told = scene.until_told(2).await;
    let mut keys: Vec<_> = told.iter().map(|told| told.key.clone()).collect();
    keys.sort();
    assert_eq!(keys, [format!("{two}-1"), format!("{three}-1")]);
    scene.assert_nothing_waits().await;
    let (status, why) = scene.ask(&["ticket", "register", &three, "--core-number", "RX-3"]).await;
    assert!(status == 5 && why.contains("kind = \"manual\""), "{why}");
    let life = scene.answered(&["ticket", "show", &one]).await;
    let deeds: Vec<_> = life["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].clone()).collect();
    assert_eq!(deeds, ["unmask", "register", "register"]);
    assert_eq!(life["ticket"]["core_number"], "RX-1");
}

const PAPER: &str = r#"
[channel]
name = "来信来访"
state = "live"

[connect]
kind = "manual"

[fields]
title        = "title"
content      = "content"
phone        = { from = "phone", clean = "phone", optional = true }
submitted_at = { from = "submitted_at", date = "yyyy-MM-dd", optional = true }

[return]
manual  = true
approve = []
"#;

#[tokio::test]
async fn a_letter_on_paper_counts_and_is_answered_by_hand() {
    let plan = Plan::new().await.letters().channel("paper", PAPER).core_instead("kind = \"manual\"");
    let mut scene = plan.start().await;
    let token = token(&scene);
    let file = scene.config().with_file_name("来信.json");
    std::fs::write(&file, r#"{ "title": "路灯不亮", "content": "村口三盏路灯坏了。", "phone": "13800000001" }"#)
        .unwrap();
    let new = ["ticket", "new", "--channel", "来信来访", "--external-id", "L-7", "--from", file.to_str().unwrap()];
    let entered = scene.answered(&new).await;
    let number = entered["ticket"].as_str().unwrap().to_owned();
    assert_eq!((&entered["what"], &entered["external_id"]), (&json!("new"), &json!("L-7")));
    // Entered again after a kill, under its own number, it is the same letter.
    scene.house.kill();
    scene.start_again().await;
    let again = scene.answered(&new).await;
    assert_eq!((&again["ticket"], &again["what"]), (&json!(number), &json!("repeat")));

    let enter = |channel: &str, key: Option<&str>, fields: Value| {
        let url = format!("{}/api/v1/channels/{channel}/submissions", scene.house.url);
        let request = scene.client.post(url).bearer_auth(&token).json(&json!({ "fields": fields }));
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        async move {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };
    let letter = json!({ "title": "自来水浑浊", "content": "城关镇解放路自来水浑浊。", "submitted_at": "2026-12-02" });
    let (status, first) = enter("paper", Some("k-1"), letter.clone()).await;
    assert_eq!((status, &first["what"]), (200, &json!("new")), "{first}");
    let (_, second) = enter("paper", Some("k-1"), letter.clone()).await;
    assert_eq!(
        (&second["ticket"], &second["what"]),
        (&first["ticket"], &json!("repeat")),
        "asked again by the same key"
    );
    let (_, third) = enter("paper", None, letter).await;
    assert_ne!(third["external_id"], first["external_id"], "without a key it is another letter");
    // Who typed is there and can mend it: nothing wrong is kept.
    let (status, wrong) = enter("paper", None, json!({ "title": "x", "content": "y", "submitted_at": "昨天" })).await;
    assert!(status == 422 && wrong["message"].as_str().unwrap().contains("submitted_at"), "{wrong}");
    let (status, wrong) = enter("paper", None, json!({ "title": "x", "content": "y", "telefon": "1" })).await;
    assert!(status == 422 && wrong["message"].as_str().unwrap().contains("telefon"), "{wrong}");
    let (status, wrong) = enter("letters", None, json!({ "title": "x" })).await;
    assert!(status == 409 && wrong["message"].as_str().unwrap().contains("webhook"), "{wrong}");
    assert_eq!(scene.push("paper").body("{}").send().await.unwrap().status().as_u16(), 404, "it takes no pushes");

    let channels = scene.answered(&["channel", "list"]).await;
    let paper = channels.as_array().unwrap().iter().find(|row| row["code"] == "paper").unwrap();
    assert_eq!(paper["tickets"]["live"], 3, "they count");
    assert_eq!(waits(&scene).await.len(), 3);
    scene.answered(&["ticket", "register", &number, "--core-number", "RX-7"]).await;
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "路灯已修复。", "solved": "解决" });
    let (status, _) = post(&scene, &token, &json!({ "id": "o-1", "ticket": number, "outcome": outcome })).await;
    assert_eq!(status, 200);
    scene.until("a person is asked", || scene.house.printed().iter().any(|line| line.contains("by_hand"))).await;
    let dead = scene.dead().await;
    assert_eq!((dead.len(), &dead[0]["kind"], &dead[0]["ticket"]), (1, &json!("by_hand"), &json!(number)));
    scene.answered(&["dead", "done", &dead[0]["id"].to_string()]).await;
    assert!(scene.dead().await.is_empty());
    let life = scene.answered(&["ticket", "show", &number]).await;
    let deeds: Vec<_> = life["deeds"].as_array().unwrap().iter().map(|deed| deed["what"].clone()).collect();
    assert_eq!(deeds, ["enter", "register", "done"], "entered again, it was known: nothing was done");
    // A letter of another channel is no more and no less than before.
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    assert_eq!(waits(&scene).await.len(), 3);
}
