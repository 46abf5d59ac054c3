//! Portals that sign their pushes, and seal them where that is agreed: which key, whose clock, seen before or not. Each
//! reason is told apart, to the portal and in the metrics.

use huiliu_contract::Secret;
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::{Mailbox, MailboxOptions, Pushed};
use huiliu_farside::proof::Proof;
use huiliu_farside::scheme::{Scheme, Sent, public_of};
use huiliu_farside::writing::Writing;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

/// Two keys of a rotation by their ids, as an HMAC-SM3 over time, nonce and body.
fn keyed(until: &str) -> String {
    let recipe = format!(
        r#"
[connect.verify.recipe]
stamp = {{ format = "seconds" }}
nonce = {{}}
keys  = [
  {{ id = "2026", secret = {{ file = "secrets/new.key" }} }},
  {{ id = "2025", secret = {{ file = "secrets/old.key" }}{until} }},
]
steps = [{{ name = "sign", hmac = "sm3", of = "{{stamp}}.{{nonce}}.{{body}}", as = "hex" }}]
put   = [
  {{ header = "x-key-id", text = "{{key_id}}" }},
  {{ header = "x-timestamp", text = "{{stamp}}" }},
  {{ header = "x-nonce", text = "{{nonce}}" }},
  {{ header = "x-signature", text = "{{sign}}" }},
]
"#
    );
    pushed(&recipe, "id = \"letterNo\"")
}

/// The channel `letters`, believed by a recipe.
fn pushed(recipe: &str, receive: &str) -> String {
    let written = letters("县长信箱", "state = \"live\"");
    let (head, rest) = written.split_once("verify = ").unwrap();
    let (_, rest) = rest.split_once("[receive]").unwrap();
    let rest = rest.replace("id = \"letterNo\"", receive);
    format!("{head}{recipe}\n[receive]{rest}")
}

fn by_id(id: &str, secret: &str) -> Scheme {
    Scheme::Keyed { id: id.into(), secret: Secret::new(secret) }
}

fn mailbox(scene: &Scene, scheme: Scheme) -> Mailbox {
    let url = format!("{}/channels/letters", scene.house.url);
    Mailbox::new(MailboxOptions::new(url, Proof::Scheme(scheme))).unwrap()
}

fn bare(letter: &Letter) -> Sent {
    Sent::post("/channels/letters", "application/json", letter.body())
}

/// Sends it as it is, and gives the status and what was said.
async fn send(scene: &Scene, sent: Sent) -> (u16, Value) {
    let method = reqwest::Method::from_bytes(sent.method.as_bytes()).unwrap();
    let mut request = scene.client.request(method, format!("{}{}", scene.house.url, sent.target));
    for (name, value) in sent.headers {
        request = request.header(name, value);
    }
    let answer = request.body(sent.body).send().await.unwrap();
    let status = answer.status().as_u16();
    let said = answer.text().await.unwrap();
    (status, serde_json::from_str(&said).unwrap_or(Value::String(said)))
}

#[tokio::test]
async fn each_reason_to_refuse_a_push_is_told_apart() {
    let plan = Plan::new().await.secret("new.key", "key-of-2026").secret("old.key", "key-of-2025");
    let scene = plan.channel("letters", &keyed("")).start().await;
    let (now, new) = (Timestamp::now(), by_id("2026", "key-of-2026"));
    let taken = new.prove(bare(&Letter::invented(1)), now, "n1");
    assert_eq!(send(&scene, taken.clone()).await.0, 200);
    let refused = async |sent: Sent| {
        let (status, said) = send(&scene, sent).await;
        (status, said["reason"].as_str().unwrap_or_default().to_owned())
    };
    let forged = by_id("2026", "key-of-2025").prove(bare(&Letter::invented(2)), now, "n2");
    assert_eq!(refused(forged).await, (401, "not_verified".into()));
    let unknown = by_id("2024", "key-of-2024").prove(bare(&Letter::invented(2)), now, "n3");
    assert_eq!(refused(unknown).await, (401, "unknown_key".into()));
    for away in [-10, 10] {
        let stale = new.prove(bare(&Letter::invented(2)), now + SignedDuration::from_mins(away), "n4");
        assert_eq!(refused(stale).await, (401, "stale".into()), "{away}");
    }
    // The nonce is known: with the same letter it is a repeat, with another one it is refused, however well it is signed.
    assert_eq!(send(&scene, taken).await.0, 200);
    let again = new.prove(bare(&Letter::invented(2)), now, "n1");
    assert_eq!(refused(again).await, (409, "replayed".into()));
    for (reason, times) in [("not_verified", 1.0), ("unknown_key", 1.0), ("stale", 2.0), ("replayed", 1.0)] {
        let labels = [("channel", "letters"), ("reason", reason)];
        assert_eq!(scene.metric("huiliu_push_refused_total", &labels).await, times, "{reason}");
    }
    assert_eq!(scene.until_told(1).await[0].external_id(), Letter::invented(1).number);
    assert!(scene.dead().await.is_empty());
    let printed = scene.house.printed().join("\n");
    assert!(!printed.contains("key-of-"), "{printed}");
}

#[tokio::test]
async fn two_keys_hold_while_one_takes_the_others_place() {
    let plan = Plan::new().await.secret("new.key", "key-of-2026").secret("old.key", "key-of-2025");
    let scene = plan.channel("letters", &keyed("")).start().await;
    let (new, old) = (by_id("2026", "key-of-2026"), by_id("2025", "key-of-2025"));
    ticket(mailbox(&scene, old.clone()).push(&Letter::invented(1)).await);
    ticket(mailbox(&scene, new.clone()).push(&Letter::invented(2)).await);
    // The day after the old one's last day.
    scene.rewrite("letters", &keyed(", until = \"2026-01-31\""));
    assert_eq!(scene.reload().await.0, 0);
    assert_eq!(mailbox(&scene, old).push(&Letter::invented(3)).await, Pushed::Refused(401));
    ticket(mailbox(&scene, new).push(&Letter::invented(3)).await);
    assert_eq!(scene.until_told(3).await.len(), 3);
}

const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";

#[tokio::test]
async fn a_letter_in_sm4_signed_by_sm2_is_taken_and_a_changed_one_is_not() {
    let theirs = public_of(THEIRS).unwrap();
    let recipe = format!(
        "preset = \"sm4-sm2-push\"\n[connect.verify.recipe]\nkeys = [{{ public = \"{theirs}\" }}]\n\
         values = {{ sm4_key = {{ file = \"secrets/their.sm4\" }} }}\n"
    );
    let written = pushed(&recipe, "id = \"letterNo\"");
    let scene = Plan::new().await.secret("their.sm4", SM4).channel("letters", &written).start().await;
    let scheme = Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs };
    let letter = Letter::invented(1);
    ticket(mailbox(&scene, scheme.clone()).push(&letter).await);
    let told = scene.until_told(1).await;
    assert_eq!(told[0].event["data"]["matter"]["title"], letter.document["title"]);
    let mut changed = scheme.prove(bare(&Letter::invented(2)), Timestamp::now(), "n");
    changed.body[20] ^= 1;
    assert_eq!(send(&scene, changed).await.0, 401);
    assert_eq!(mailbox(&scene, scheme.with_secret("somebody")).push(&Letter::invented(2)).await, Pushed::Refused(401));
    assert!(scene.dead().await.is_empty(), "nothing of what is not believed is kept");
}

#[tokio::test]
async fn an_enterprise_tests_the_address_and_then_pushes_what_it_sealed() {
    const AES: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    const RECEIVER: &str = "wx5823bf96d3bd56c7";
    let recipe = format!(
        "preset = \"wecom\"\n[connect.verify.recipe]\nkeys = [{{ secret = {{ file = \"secrets/wecom.token\" }} }}]\n\
         values = {{ receive_id = \"{RECEIVER}\", aes_key = {{ file = \"secrets/wecom.aes\" }} }}\n"
    );
    let mut written = pushed(&recipe, "id = \"/letter/letterNo\"");
    for name in ["title", "content", "letterType", "name", "phone", "address", "isPublic", "submitTime"] {
        let (from, to) = (format!("= \"{name}\""), format!("= \"/letter/{name}\""));
        let head = written.find("[fields]").unwrap();
        let fields = written.split_off(head);
        written +=
            &fields.replace("clean = \"phone\"", "clean = \u{1}").replace(&from, &to).replace('\u{1}', "\"phone\"");
    }
    let plan = Plan::new().await.secret("wecom.token", "QDG6eK").secret("wecom.aes", AES);
    let scene = plan.channel("letters", &written).start().await;
    let scheme = Scheme::WeCom { token: Secret::new("QDG6eK"), aes: Some((Secret::new(AES), RECEIVER.into())) };
    let now = Timestamp::now();
    let test = || Sent::get("/channels/letters?echostr=1616140317555161061");
    let proven = scheme.prove(test(), now, "263014780");
    assert!(!proven.target.contains("1616140317555161061"), "it lies sealed on the line");
    assert_eq!(scene.get(&proven.target).await, (200, "1616140317555161061".into()));
    assert_eq!(scene.get(&test().target).await.0, 401);
    assert_eq!(scene.get(&scheme.with_secret("other").prove(test(), now, "1").target).await.0, 401);
    let letter = Letter::invented(1);
    let sealed = || Sent::post("/channels/letters", "text/xml", Writing::Xml.body(&letter));
    let (status, said) = send(&scene, scheme.prove(sealed(), now, "1372623149")).await;
    assert_eq!(status, 200, "{said}");
    assert_eq!(send(&scene, sealed()).await.0, 401, "in clear and unsigned it is nobody's");
    let told = scene.until_told(1).await;
    assert_eq!(
        (told[0].external_id(), &told[0].event["data"]["matter"]["title"]),
        (letter.number.as_str(), &letter.document["title"])
    );
    assert!(scene.dead().await.is_empty());
}
