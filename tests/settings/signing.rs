//! A story for each signing preset: a channel that writes nothing but its own values and keys is right, and it speaks with
//! far sides that sign and check by functions of their own.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use huiliu::gateway::build_channel;
use huiliu::kinds::KINDS;
use huiliu_contract::{Connector, Fault, Personal, Push, Receive, Received, Refusal, Secret};
use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Gate, Platform, PlatformOptions};
use huiliu_farside::scheme::{Checker, Scheme, Sent, public_of};
use huiliu_farside::writing::Writing;
use jiff::{SignedDuration, Timestamp};

use crate::scene::Scene;

const OURS: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";
const AES: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

const ONE_KEY: &str = "[connect.recipe]\nkeys = [{ secret = { env = \"KEY\" } }]\n";

fn public(private: &str) -> String {
    public_of(private).unwrap()
}

/// The channel as its kind builds it, from a folder with a preset's name and what is the channel's own.
fn built(written: &str) -> Connector {
    let secrets = [("KEY", "the-agreed-secret"), ("OURS", OURS), ("SM4", SM4), ("AES", AES)];
    let secrets = secrets.into_iter().chain([("WHSEC", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]);
    let scene = secrets.fold(Scene::new(""), |scene, (name, value)| scene.variable(name, value));
    let scene = scene.channel("letters", written);
    let gateway = scene.gateway().unwrap();
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    let channels = gateway.channels(&kinds);
    let settings = channels.iter().next().unwrap().result.clone();
    let connector = settings.and_then(|settings| build_channel(&settings, &gateway, &scene.variables(), KINDS));
    let told = |wrong: Vec<huiliu::settings::Mistake>| {
        let all: Vec<_> = wrong.iter().map(|one| one.shown(huiliu::settings::Lang::En)).collect();
        panic!("{}\n{written}", all.join("\n"))
    };
    connector.unwrap_or_else(told).0
}

/// A platform that is asked: preset, what the channel writes itself, its list, the platform's own side of it.
async fn asked(preset: &str, own: &str, list: &str, scheme: Scheme) {
    let checker = Checker::new(scheme.clone());
    let options = PlatformOptions { gate: Gate::Signed(checker.clone()), ..PlatformOptions::new(3) };
    let platform = Platform::start(options).await.unwrap();
    let written = format!(
        "[channel]\nname = \"平台\"\nstate = \"trial\"\n[connect]\nkind = \"rest\"\npreset = \"{preset}\"\nurl = \"{}\"\n\
         {own}[poll]\nlist = {{ {list}, items = \"/data/records\", id = \"orderNo\" }}\n\
         success = {{ at = \"/code\", is = [200] }}\n\
         errors = {{ SN0006 = \"denied\", SN0007 = \"unavailable\", SN0008 = \"malformed\", SN0009 = \"denied\" }}\n\
         [fields]\ntitle = \"orderTitle\"\n",
        platform.url()
    );
    let connector = built(&written);
    let poll = connector.poll.as_ref().unwrap();
    for _ in 0..2 {
        let page = poll.poll(None, None).await.unwrap_or_else(|fault| panic!("{preset}: {fault}"));
        assert_eq!(page.items.len(), 3, "{preset}");
    }
    assert_eq!((checker.stats().passed, checker.stats().replayed), (2, 0), "{preset}: each attempt is signed anew");
    checker.run_ahead(SignedDuration::from_mins(10));
    let stale = poll.poll(None, None).await;
    let stamped = !matches!(scheme, Scheme::Board { .. } | Scheme::Guomi { .. });
    assert_eq!(
        matches!(&stale, Err(Fault::Unavailable { message, .. }) if message.contains("SN0007")),
        stamped,
        "{preset}"
    );
    checker.run_ahead(SignedDuration::ZERO);
    let mut other = scheme.with_secret("somebody-else");
    if let Scheme::Guomi { theirs, .. } = &mut other {
        *theirs = public(THEIRS);
    }
    checker.change(other);
    let wrong = poll.poll(None, None).await.unwrap_err();
    assert!(matches!(wrong, Fault::Denied { .. } | Fault::Malformed { .. }), "{preset}: {wrong}");
}

#[tokio::test]
async fn the_national_platforms_headers() {
    let scheme =
        Scheme::National { rid: "r430424".into(), sid: String::new(), secret: Secret::new("the-agreed-secret") };
    let own = format!("headers = {{ gjzwfwpt_sid = \"s_list\" }}\n{ONE_KEY}values = {{ rid = \"r430424\" }}\n");
    asked("gjzwfwpt", &own, "post = \"/order/list\", body = { page = 1 }", scheme).await;
}

#[tokio::test]
async fn app_key_and_time() {
    let scheme = Scheme::Timed { app_key: "430424".into(), secret: Secret::new("the-agreed-secret") };
    let own = format!("{ONE_KEY}values = {{ app_key = \"430424\" }}\n");
    asked("appkey-md5-time", &own, "post = \"/order/list\", body = { page = 1 }", scheme).await;
}

#[tokio::test]
async fn sorted_parameters_wherever_they_stand() {
    for sm3 in [false, true] {
        let preset = if sm3 { "sorted-params-sm3" } else { "sorted-params-md5" };
        let scheme = || Scheme::Sorted { app_key: "430424".into(), secret: Secret::new("the-agreed-secret"), sm3 };
        let own = format!("{ONE_KEY}values = {{ app_key = \"430424\" }}\n");
        for list in [
            "get = \"/order/list\", query = { b = \"路 灯&=\", a = \"1\" }",
            "post = \"/order/list\", body = { b = \"路\\\"灯\", a = 1, empty = \"\", nested = { y = 1, x = [2] } }",
            "post = \"/order/list\", send_as = \"form\", body = { b = \"路 灯&=\", a = \"1\" }",
        ] {
            asked(preset, &own, list, scheme()).await;
        }
    }
}

#[tokio::test]
async fn the_message_board() {
    let scheme = Scheme::Board { app_code: Secret::new("the-agreed-secret"), token: Secret::new(SM4) };
    let own = "[connect.recipe]\nvalues = { app_code = { env = \"KEY\" }, token = { env = \"SM4\" } }\n";
    let list = "post = \"/order/list\", send_as = \"form\", body = { param = '{{\"page\":1,\"fid\":\"路灯\"}}' }";
    asked("people-board", own, list, scheme).await;
}

#[tokio::test]
async fn sm4_and_sm2_there_and_back() {
    let scheme = Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: public(OURS) };
    let own = format!(
        "[connect.recipe]\nkeys = [{{ secret = {{ env = \"OURS\" }}, public = \"{}\" }}]\n\
         values = {{ sm4_key = {{ env = \"SM4\" }} }}\n",
        public(THEIRS)
    );
    asked("sm4-sm2", &own, "post = \"/order/list\", body = { page = 1 }", scheme).await;
}

fn push(sent: Sent, now: Timestamp) -> Push {
    let mut headers = HeaderMap::new();
    for (name, value) in sent.headers {
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    let method = Method::from_bytes(sent.method.as_bytes()).unwrap();
    let (target, body) = (sent.target, Personal::new(sent.body.into()));
    Push { method, target, headers, body, peer: ([127, 0, 0, 1], 1).into(), received_at: now, envelope: None }
}

async fn heard(receive: &dyn Receive, sent: Sent) -> Result<Received, &'static str> {
    receive.receive(&push(sent, Timestamp::now())).await.map_err(|refusal| refusal.word())
}

/// A far side that pushes: preset, what the channel writes itself, the far side's own side of it, and how it writes. Gives
/// the channel for what else there is to say.
async fn told(preset: &str, own: &str, scheme: &Scheme, writing: Writing) -> Connector {
    let written = format!(
        "[channel]\nname = \"信箱\"\nstate = \"trial\"\n[connect]\nkind = \"webhook\"\npreset = \"{preset}\"\n{own}\
         [receive]\nid = \"{}\"\n[fields]\ntitle = \"title\"\n",
        writing.id()
    );
    let connector = built(&written);
    let receive = &*connector.receive.as_ref().unwrap().1;
    let letter = Letter::invented(1);
    let bare = || Sent::post("/channels/letters", writing.media_type(), writing.body(&letter));
    let now = Timestamp::now();
    match heard(receive, scheme.prove(bare(), now, "nonce-1")).await {
        Ok(Received::Submissions { items, .. }) => {
            let [huiliu_contract::Item::Submission(one)] = &items[..] else {
                panic!("{preset}: one letter is one item")
            };
            assert_eq!(*one.document.reveal(), writing.document(&letter), "{preset}");
            assert_eq!(
                one.raw.bytes.reveal()[..],
                writing.body(&letter),
                "{preset}: what was sealed is kept as it was before"
            );
        }
        other => panic!("{preset}: {other:?}"),
    }
    let refused = async |sent: Sent| heard(receive, sent).await.map(|_| "taken").unwrap_or_else(|word| word);
    assert_eq!(refused(bare()).await, "not_verified", "{preset}");
    let forged = scheme.with_secret("somebody-else").prove(bare(), now, "nonce-2");
    assert_eq!(refused(forged).await, "not_verified", "{preset}");
    if scheme.covers_body() {
        let mut tampered = scheme.prove(bare(), now, "nonce-3");
        if let Some(byte) = tampered.body.get_mut(40) {
            *byte ^= 1;
        }
        assert_eq!(refused(tampered).await, "not_verified", "{preset}");
    }
    if !matches!(scheme, Scheme::Guomi { .. }) {
        let stale = scheme.prove(bare(), now - SignedDuration::from_mins(10), "nonce-4");
        assert_eq!(refused(stale).await, "stale", "{preset}");
    }
    connector
}

#[tokio::test]
async fn standard_webhooks() {
    let scheme = Scheme::Standard { secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") };
    let own =
        "[connect.verify.recipe]\nkeys = [{ secret = { env = \"WHSEC\" }, as = \"base64\", prefix = \"whsec_\" }]\n";
    told("standard-webhooks", own, &scheme, Writing::Json).await;
}

#[tokio::test]
async fn sm4_and_sm2_pushed() {
    let scheme = Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: public(OURS) };
    let own = format!(
        "[connect.verify.recipe]\nkeys = [{{ public = \"{}\" }}]\nvalues = {{ sm4_key = {{ env = \"SM4\" }} }}\n",
        public(THEIRS)
    );
    told("sm4-sm2-push", &own, &scheme, Writing::Json).await;
}

/// What a test of the address is answered.
async fn echoed(connector: &Connector, sent: Sent) -> Result<String, &'static str> {
    let (_, receive) = connector.receive.as_ref().unwrap();
    assert!(receive.greets());
    match heard(&**receive, sent).await? {
        Received::Handshake(reply) => Ok(String::from_utf8(reply.body.to_vec()).unwrap()),
        Received::Submissions { .. } => panic!("a test is no submission"),
    }
}

#[tokio::test]
async fn wechat_in_clear_and_its_test_of_the_address() {
    let scheme = Scheme::WeCom { token: Secret::new("the-agreed-secret"), aes: None };
    let own = "[connect.verify.recipe]\nkeys = [{ secret = { env = \"KEY\" } }]\n";
    let connector = told("wechat", own, &scheme, Writing::Json).await;
    let test = || Sent::get("/channels/letters?echostr=1616140317555161061");
    let now = Timestamp::now();
    assert_eq!(echoed(&connector, scheme.prove(test(), now, "n1")).await.as_deref(), Ok("1616140317555161061"));
    assert_eq!(echoed(&connector, test()).await, Err("not_verified"));
    let forged = scheme.with_secret("other").prove(test(), now, "n2");
    assert_eq!(echoed(&connector, forged).await, Err("not_verified"));
}

#[tokio::test]
async fn wecom_sealed_and_its_test_of_the_address() {
    let aes = (Secret::new(AES), "wx5823bf96d3bd56c7".to_owned());
    let scheme = Scheme::WeCom { token: Secret::new("the-agreed-secret"), aes: Some(aes.clone()) };
    let own = "[connect.verify.recipe]\nkeys = [{ secret = { env = \"KEY\" } }]\n\
               values = { receive_id = \"wx5823bf96d3bd56c7\", aes_key = { env = \"AES\" } }\n";
    let connector = told("wecom", own, &scheme, Writing::Xml).await;
    let test = || Sent::get("/channels/letters?echostr=1616140317555161061");
    let now = Timestamp::now();
    assert_eq!(echoed(&connector, scheme.prove(test(), now, "n1")).await.as_deref(), Ok("1616140317555161061"));
    assert_eq!(echoed(&connector, test()).await, Err("not_verified"));
    // Sealed by the same key for somebody else.
    let other =
        Scheme::WeCom { token: Secret::new("the-agreed-secret"), aes: Some((aes.0, "wx0000000000000000".into())) };
    assert_eq!(echoed(&connector, other.prove(test(), now, "n2")).await, Err("not_verified"));
    let letter = Sent::post("/channels/letters", "text/xml", Writing::Xml.body(&Letter::invented(2)));
    let (_, receive) = connector.receive.as_ref().unwrap();
    let pushed = receive.receive(&push(other.prove(letter, now, "n3"), now)).await;
    assert!(matches!(pushed, Err(Refusal::NotVerified(_))), "{pushed:?}");
}
