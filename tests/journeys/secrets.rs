//! A secret that is typed in: it works at once, and who set it is on record.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use huiliu_farside::letter::Letter;

use crate::scene::{Plan, Scene, ticket};
use crate::written::TOKEN;

/// Reads what the terminal shows until a text stands there.
fn until_shown(typing: &mut Child, text: &str) -> String {
    let out = typing.stdout.as_mut().unwrap();
    let (mut shown, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&shown).contains(text) {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "it ended before it asked: {}", String::from_utf8_lossy(&shown));
        shown.push(byte[0]);
    }
    String::from_utf8_lossy(&shown).into_owned()
}

/// Types a secret twice at a terminal of its own (`script` of Debian's essential bsdutils makes one).
pub(crate) fn type_secret(scene: &Scene, name: &str, secret: &str) -> String {
    let program = env!("CARGO_BIN_EXE_huiliu");
    let command = format!("{program} secret set {name} --lang en --config {}", scene.config().display());
    let mut typing = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` makes a terminal");
    let mut shown = String::new();
    for question in ["(not shown): ", "Once more: "] {
        shown += &until_shown(&mut typing, question);
        // As a person does: the question is read before the answer is typed, and by then the terminal is silent.
        std::thread::sleep(Duration::from_millis(500));
        writeln!(typing.stdin.as_mut().unwrap(), "{secret}").unwrap();
    }
    typing.stdout.as_mut().unwrap().read_to_string(&mut shown).unwrap();
    assert!(typing.wait().unwrap().success(), "{shown}");
    shown
}

async fn status_with(scene: &Scene, token: &str) -> u16 {
    let url = format!("{}/channels/letters", scene.house.url);
    let answer = scene.client.post(url).header("authorization", format!("Bearer {token}")).body("{}").send().await;
    answer.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_set_works_without_a_restart() {
    let scene = Plan::new().await.letters().start().await;
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    assert_eq!(status_with(&scene, "typed-at-the-desk").await, 401);

    let shown = type_secret(&scene, "letters.token", "typed-at-the-desk");
    assert!(!shown.contains("typed-at-the-desk"), "the secret is shown: {shown}");

    assert_eq!(status_with(&scene, TOKEN).await, 401, "the old one counts no more");
    assert_eq!(status_with(&scene, "typed-at-the-desk").await, 400, "verified now, and only then found unreadable");
    let (status, listed) = scene.ask(&["secret", "list"]).await;
    assert_eq!(status, 0, "{listed}");
    assert!(listed.contains("letters.token"), "{listed}");
    assert!(listed.contains("unix:"), "who set it is on record: {listed}");
}
