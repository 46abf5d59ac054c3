//! A channel with a program of its own (高级处理): it runs before the rules, it fails on one odd letter, and it is mended.

use std::fs;

use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use serde_json::{Value, json};

use crate::scene::{Plan, ticket};
use crate::written::letters;

/// Joins where it was, counts the houses, flattens a list.
const PROGRAM: &str = r#"
.address = join!([.town, .village], " ")
houses = parse_int!(.houses)
notes = map_values(array!(.notes)) -> |note| { string!(note.text) }
.content = string!(.content) + " " + to_string(houses) + "户;" + join!(notes, ",")
del(.town)
del(.village)
del(.houses)
del(.notes)
"#;

fn written(reshape: &str) -> String {
    letters("县长信箱", "state = \"live\"").replace("\n[fields]", &format!("\n[reshape]\n{reshape}\n\n[fields]"))
}

fn letter(number: u32, houses: &str) -> Letter {
    let mut letter = Letter::invented(number);
    letter.document["town"] = json!("石湾镇");
    letter.document["village"] = json!("长江村");
    letter.document["houses"] = json!(houses);
    letter.document["notes"] = json!([{ "text": "路灯不亮" }, { "text": "水井无盖" }]);
    letter
}

fn text(event: &Value) -> &str {
    event["data"]["matter"]["content"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_letter_that_the_program_fails_on_waits_and_is_taken_once_it_is_mended() {
    let inline = written(&format!("program = '''{PROGRAM}'''"));
    let mut scene = Plan::new().await.channel("letters", &inline).start().await;
    let mailbox = scene.mailbox("letters");
    let first = ticket(mailbox.push(&letter(1, "12")).await);
    let odd = letter(2, "十二栋");
    assert!(
        matches!(mailbox.push(&odd).await, Pushed::Acknowledged(_)),
        "it is kept, so the far side need not tell again"
    );
    ticket(mailbox.push(&letter(3, "7")).await);

    let told = scene.until_told(2).await;
    assert!(text(&told[0].event).ends_with(" 12户;路灯不亮,水井无盖"), "{:#}", told[0].event);
    assert!(text(&told[1].event).ends_with(" 7户;路灯不亮,水井无盖"), "{:#}", told[1].event);
    assert_eq!(told[0].event["data"]["person"]["address"], "石湾镇 长江村", "{:#}", told[0].event);
    let again = mailbox.push(&letter(1, "12")).await;
    assert_eq!(ticket(again), first, "what came is what is compared, not what the program made of it");

    let dead = scene.dead().await;
    assert_eq!(dead.iter().map(|one| &one["kind"]).collect::<Vec<_>>(), ["unmapped"], "{dead:#?}");
    let id = dead[0]["id"].to_string();
    let (status, why) = scene.ask(&["dead", "show", &id]).await;
    let line = inline.lines().position(|line| line.contains("parse_int!")).unwrap() + 1;
    assert!(status == 0 && why.contains(&format!("line {line} of channel.toml")) && why.contains("parse_int"), "{why}");
    assert!(!scene.house.printed().iter().any(|line| line.contains("十二栋")), "no log quotes a letter");
    assert_ne!(scene.ask(&["dead", "retry", &id]).await.0, 0, "nothing was mended yet");

    // The mended program lies in a file of its own; at first with a slip.
    let file = scene.config().join("channels/letters/reshape.vrl");
    let mended = PROGRAM.replace("parse_int!(.houses)", "parse_int(.houses) ?? 12");
    fs::write(&file, mended.replace("?? 12", "")).unwrap();
    scene.rewrite("letters", &written("file = \"reshape.vrl\""));
    let (status, said) = scene.ask(&["check", "letters"]).await;
    assert!(status != 0 && said.contains("reshape.vrl:3:") && said.contains("[reshape]"), "{said}");
    fs::write(&file, &mended).unwrap();
    let (_, said) = scene.ask(&["check", "letters"]).await;
    assert!(!said.contains("reshape.vrl"), "{said}");
    assert!(scene.house.stop().await.0.success());
    scene.start_again().await;

    let ended = scene.answered(&["dead", "retry", &id]).await;
    assert_eq!((&ended["how"], &ended["what"]), (&json!("remapped"), &json!("new")), "{ended}");
    let told = scene.until_told(3).await;
    assert_eq!(told[2].event["ticket"], ended["ticket"]);
    assert!(text(&told[2].event).ends_with(" 12户;路灯不亮,水井无盖"), "{:#}", told[2].event);
    assert_eq!(
        json!(ticket(scene.mailbox("letters").push(&odd).await)),
        ended["ticket"],
        "told again, it has its number"
    );
    assert!(scene.dead().await.is_empty());
}
