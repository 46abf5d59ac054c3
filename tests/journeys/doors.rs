//! The door: who is turned away and with what, and a wrong channel that stops nobody else.

use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::proof::{Hmac, Proof};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::scene::{Plan, Scene, ticket};
use crate::written::{TOKEN, letters, province};

/// Speaks raw HTTP and reads until the other side closes.
async fn raw(scene: &Scene, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(scene.house.url.trim_start_matches("http://")).await.unwrap();
    for part in parts {
        // The other side may have hung up before it heard all; what it said is read below.
        if stream.write_all(part).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(more: &str) -> String {
    format!("POST /channels/letters HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {TOKEN}\r\n{more}\r\n\r\n")
}

#[tokio::test]
async fn who_does_not_prove_who_he_is_is_turned_away() {
    let scene = Plan::new().await.letters().start().await;
    let mailbox = scene.mailbox("letters");
    assert_eq!(mailbox.push_unproven(&Letter::invented(1)).await, Some(401));
    let nothing = scene.client.post(format!("{}/channels/letters", scene.house.url)).body("{}").send().await.unwrap();
    assert_eq!(nothing.status(), 401);
    let refused = [("channel", "letters"), ("reason", "not_verified")];
    assert_eq!(scene.metric("huiliu_push_refused_total", &refused).await, 2.0);
    ticket(mailbox.push(&Letter::invented(2)).await);
    assert_eq!(scene.until_told(1).await[0].external_id(), Letter::invented(2).number);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_whether_its_length_is_told_or_not() {
    let scene = Plan::new().await.letters().start().await;
    let told = scene.push("letters").body(vec![b' '; 65537]).send().await.unwrap();
    assert_eq!(told.status(), 413);
    let chunk = [b"8000\r\n".to_vec(), vec![b' '; 0x8000], b"\r\n".to_vec()].concat();
    let answer = raw(&scene, &[head("transfer-encoding: chunked").as_bytes(), &chunk, &chunk, &chunk]).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(scene.metric("huiliu_push_refused_total", &[("reason", "too_large")]).await, 2.0);
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let scene = Plan::new().await.letters().http("body_timeout = \"200ms\"\nheader_timeout = \"200ms\"").start().await;
    let answer = raw(&scene, &[head("content-length: 100").as_bytes(), b"{\"letterNo\":"]).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    // A head that does not end is hung up on.
    raw(&scene, &[b"POST /channels/letters HTTP/1.1\r\nhost: gate"]).await;
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
}

#[tokio::test]
async fn a_wrong_channel_is_off_and_the_others_run() {
    let wrong = letters("市长信箱", "state = \"live\"").replace("title        =", "titel        =");
    let polled = province("http://127.0.0.1:1", "state = \"live\"\nnoun = 1");
    let off = letters("停用的信箱", "state = \"off\"");
    let plan = Plan::new().await.letters().channel("wrong", &wrong).channel("polled", &polled).channel("off", &off);
    let scene = plan.start().await;
    for code in ["wrong", "off"] {
        let answer = scene.push(code).body(Letter::invented(1).body()).send().await.unwrap();
        assert_eq!(answer.status(), 503, "{code}");
        assert!(answer.headers().contains_key("retry-after"), "{code}");
    }
    assert_eq!(scene.push("nobody").body("{}").send().await.unwrap().status(), 404);
    let said = scene.house.said().join("\n");
    assert!(said.contains("channel wrong is off") && said.contains("channel polled is off"), "{said}");
    let (status, ready) = scene.get("/health/ready").await;
    assert_eq!(status, 200);
    assert!(ready.contains("wrong") && ready.contains("polled"), "{ready}");
    ticket(scene.mailbox("letters").push(&Letter::invented(2)).await);
    scene.until_told(1).await;
}

#[tokio::test]
async fn a_hung_partner_slows_nobody_else() {
    let platform = crate::polled::fresh(3).await;
    let glass = crate::glass::Glass::before(platform.addr()).await;
    glass.hold();
    let province = province(&glass.url(), "state = \"live\"");
    let scene = Plan::new().await.letters().channel("province", &province).start().await;
    scene.until("the platform is being asked", || glass.count() == 1).await;
    // A pusher that never ends its body holds a place, not the door.
    let mut hung = TcpStream::connect(scene.house.url.trim_start_matches("http://")).await.unwrap();
    hung.write_all(head("content-length: 10").as_bytes()).await.unwrap();
    for serial in 1..=5 {
        ticket(scene.mailbox("letters").push(&Letter::invented(serial)).await);
    }
    scene.until_told(5).await;
    glass.release();
    scene.until_told(8).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_kept_once() {
    let scene = Plan::new().await.letters().start().await;
    let mailbox = scene.mailbox("letters");
    for _ in 0..2 {
        assert_eq!(mailbox.push_malformed("{\"letterNo\": ").await, Some(400));
    }
    assert_eq!(mailbox.push_malformed("{\"title\": \"没有编号\"}").await, Some(400));
    assert_eq!(scene.metric("huiliu_push_refused_total", &[("reason", "unreadable")]).await, 3.0);
    let kept = scene.dead().await;
    assert_eq!(kept.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["unreadable"; 2]);
    assert!(matches!(mailbox.push(&Letter::invented(1)).await, Pushed::Acknowledged(Some(_))));
}

#[tokio::test]
async fn a_signed_push_that_comes_again_is_a_repeat_and_with_another_body_refused() {
    let written = letters("签名的信箱", "state = \"live\"");
    let start = written.find("verify =").unwrap();
    let end = start + written[start..].find('\n').unwrap();
    let verify = "verify = { hmac_sha256 = { header = \"x-signature\", secrets = [{ file = \"secrets/letters.token\" }], \
                  signed = \"{timestamp}.{nonce}.{body}\", timestamp = { header = \"x-timestamp\" }, \
                  nonce = { header = \"x-nonce\" } } }";
    let signed = format!("{}{verify}{}", &written[..start], &written[end..]);
    let scene = Plan::new().await.channel("signed", &signed).start().await;
    let push = |letter: &Letter, nonce: &str| {
        let body = letter.body();
        let mut push = scene.client.post(format!("{}/channels/signed", scene.house.url));
        for (name, value) in Proof::Hmac(Hmac::once(TOKEN)).headers(Timestamp::now(), nonce, &body) {
            push = push.header(name, value);
        }
        let push = push.header("content-type", "application/json").body(body).send();
        async { push.await.unwrap().status().as_u16() }
    };
    let letter = Letter::invented(1);
    assert_eq!(push(&letter, "one").await, 200);
    assert_eq!(push(&letter, "one").await, 200);
    assert_eq!(push(&letter.revised("别的内容。"), "one").await, 409);
    assert_eq!(push(&letter.revised("别的内容。"), "two").await, 200);
    scene.until_told(2).await;
    let refused = [("channel", "signed"), ("reason", "replayed")];
    assert_eq!(scene.metric("huiliu_push_refused_total", &refused).await, 1.0);
}
