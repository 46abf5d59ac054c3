//! Alarms and the daily digest by mail: through the real house to a server that keeps what it was given, without a word of any
//! letter.

use huiliu_farside::letter::Letter;
use huiliu_farside::postbox::{Manner, Postbox, Taken, Trick};
use mail_parser::MessageParser;

use crate::scene::{Plan, ticket};

const HOTLINE: &str = "hotline@example.test";
const ON_DUTY: [&str; 2] = ["duty-1@county.test", "duty-2@county.test"];

async fn post() -> Postbox {
    let account = Some((HOTLINE.to_owned(), "secret-of-the-post".to_owned()));
    Postbox::open(Manner { account, ..Manner::default() }).await.unwrap()
}

/// `[alarms]` with one outlet by mail; quiet when nobody tells this story.
fn alarms(port: u16, more: &str) -> String {
    let now = jiff::Timestamp::now().in_tz("Asia/Shanghai").unwrap();
    let quiet = (now.hour() + 12) % 24;
    format!(
        "[alarms]\nquiet = \"{quiet:02}:00-{quiet:02}:01\"\n{more}\n[alarms.mail]\nhost = \"127.0.0.1\"\nport = {port}\n\
         tls = \"none\"\nuser = \"{HOTLINE}\"\npassword = {{ file = \"secrets/post\" }}\nfrom = \"{HOTLINE}\"\n\
         [[alarms.to]]\nname = \"值班邮箱\"\nkind = \"mail\"\nto = {ON_DUTY:?}\ndigest = true\n"
    )
}

/// Waits until so many mails say this in their text.
async fn until(postbox: &Postbox, said: &str, times: usize) -> Vec<Taken> {
    let began = std::time::Instant::now();
    loop {
        let says = |taken: &Taken| text(taken).contains(said);
        let found: Vec<_> = postbox.taken().into_iter().filter(says).collect();
        if found.len() >= times {
            return found;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "no {times} mails say `{said}`: {:?}", postbox.heard());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn text(taken: &Taken) -> String {
    MessageParser::default().parse(&taken.bytes).unwrap().body_text(0).unwrap().into_owned()
}

fn id(taken: &Taken) -> String {
    MessageParser::default().parse(&taken.bytes).unwrap().message_id().unwrap().to_owned()
}

#[tokio::test]
async fn an_urgent_letter_is_told_by_mail_to_each_on_duty_and_told_again_it_is_the_same_mail() {
    let postbox = post().await;
    // The first delivery breaks behind the mail: nobody knows whether it arrived.
    postbox.plays(Trick::HangUp("."));
    // No digest before midnight.
    let lines = alarms(postbox.port(), "digest = \"daily 23:59\"");
    let scene = Plan::new().await.secret("post", "secret-of-the-post").gateway(&lines).letters().start().await;
    let mut letter = Letter::invented(2);
    letter.document["content"] = "实在活不下去了,想从大桥跳河。".into();
    letter.document["name"] = "周海棠".into();
    letter.document["phone"] = "13907340123".into();
    let number = ticket(scene.mailbox("letters").push(&letter).await);
    let told = until(&postbox, &number, 3).await;
    let to = |who: &str| told.iter().filter(|taken| taken.to == [who]).collect::<Vec<_>>();
    let (first, second) = (to(ON_DUTY[0]), to(ON_DUTY[1]));
    assert_eq!(first.len() + second.len(), 3, "one of them twice: {:?}", postbox.heard());
    for twice in [&first, &second] {
        assert!(twice.iter().all(|taken| id(taken) == id(twice[0])), "the same mail");
    }
    assert_ne!(id(first[0]), id(second[0]));
    for taken in &told {
        let (text, whole) = (text(taken), String::from_utf8(taken.bytes.clone()).unwrap());
        assert!(whole.contains("Auto-Submitted: auto-generated\r\n"), "{whole}");
        assert!(text.contains("轻生自伤") && text.contains("县长信箱"), "{text}");
        for personal in ["周海棠", "13907340123", "活不下去", "跳河", "大桥"] {
            assert!(!text.contains(personal), "{personal}: {text}");
        }
    }
    for printed in scene.house.printed() {
        assert!(!printed.contains("secret-of-the-post") && !printed.contains("duty-1@"), "{printed}");
    }
}

#[tokio::test]
async fn the_digest_of_the_day_comes_by_mail_once() {
    let postbox = post().await;
    let lines = alarms(postbox.port(), "digest = \"daily 00:00\"");
    let mut scene = Plan::new().await.secret("post", "secret-of-the-post").gateway(&lines).letters().start().await;
    until(&postbox, "digest of", 2).await;
    scene.house.kill();
    scene.start_again().await;
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    let (status, said) = scene.ask(&["alarm", "test"]).await;
    assert!(status == 0 && said.contains("值班邮箱"), "{said}");
    until(&postbox, "this is a test", 2).await;
    assert_eq!(until(&postbox, "digest of", 2).await.len(), 2, "one for each, over a restart");
}

#[tokio::test]
async fn a_server_that_does_not_let_us_in_is_shown_and_told_again() {
    let postbox = post().await;
    let lines = alarms(postbox.port(), "digest = \"daily 00:00\"");
    let scene = Plan::new().await.secret("post", "another").gateway(&lines).letters().start().await;
    let began = std::time::Instant::now();
    loop {
        let status = scene.answered(&["status"]).await;
        if status["outlets"][0]["why"].as_str().is_some_and(|why| why.contains("535")) {
            assert!(!status.to_string().contains("用户名"), "what the server said is not told: {status}");
            break;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "{status}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(postbox.taken().is_empty());
}
