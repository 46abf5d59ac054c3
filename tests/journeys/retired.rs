//! A channel whose folder is gone: it is asked and told nothing, what is on its way goes on, what is owed to it waits, and
//! all of it is there when the folder comes back.

use std::fs;

use huiliu_farside::letter::Letter;
use serde_json::json;

use crate::glass::Seen;
use crate::homeward::Story;

#[tokio::test]
async fn a_retired_channel_waits_and_comes_back() {
    let mut story = Story::with("", false).await;
    let (id, number) = story.letter(1).await;
    story.scene.until_told(1).await;
    // The next one is on its way to the core when the folder goes.
    story.scene.glass.hold();
    story.letter(2).await;
    story
        .scene
        .until("the core is being told", || story.scene.glass.look(0, |seen| seen.last().is_some_and(Seen::unanswered)))
        .await;
    let (folder, aside) = (story.scene.config().join("channels/letters"), story.scene.config().join("letters-aside"));
    fs::rename(&folder, &aside).unwrap();
    let (status, report) = story.scene.reload().await;
    assert_eq!((status, &report["retired"]), (0, &json!(["letters"])), "{report}");

    let status_of = async |code: &str| {
        let answer = story.scene.push(code).body("{}").send().await.unwrap();
        (answer.status().as_u16(), answer.headers().contains_key("retry-after"))
    };
    assert_eq!((status_of("letters").await, status_of("nobody").await), ((503, true), (404, false)));
    // Its events go on: an errand names a ticket, and needs no configuration.
    story.scene.glass.release();
    story.scene.until_told(2).await;
    // What is owed to it waits, and is counted.
    story.told("o-1", &number, "signed", json!({})).await;
    story.scene.until_metric("huiliu_writebacks_waiting", &[("channel", "letters")], 1.0).await;
    let house = story.scene.answered(&["status"]).await;
    assert_eq!((&house["channels_retired"], &house["write_backs_retired"]), (&json!(1), &json!(1)), "{house}");
    let listed = story.scene.answered(&["channel", "list"]).await;
    assert_eq!((&listed[0]["code"], &listed[0]["state"]), (&json!("letters"), &json!("retired")));

    // A start without the folder is no other case; nor is a kill.
    story.scene.house.kill();
    story.scene.start_again().await;
    let answer = story.scene.push("letters").body("{}").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    assert_eq!(story.verbs(&id), [""; 0], "nothing was told");

    fs::rename(&aside, &folder).unwrap();
    let (status, report) = story.scene.reload().await;
    assert_eq!((status, &report["added"]), (0, &json!(["letters"])), "{report}");
    story.until_verbs(&id, &["sign"]).await;
    let pushed = story.scene.mailbox("letters").push(&Letter::invented(1)).await;
    assert_eq!(crate::scene::ticket(pushed), number, "it is known");
    story.scene.until_metric("huiliu_push_seconds_count", &[("channel", "letters")], 1.0).await;
    assert_eq!(story.scene.metric("huiliu_writebacks_waiting", &[("channel", "letters")]).await, 0.0);
}
