//! How a far side tests the address before it pushes: it sends a text and wants it back. Nothing is kept of it.

use std::borrow::Cow;

use aws_lc_rs::{constant_time, digest};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use huiliu_contract::{Misconfigured, Push, Refusal, Reply, Secret, Site};
use huiliu_kit::pick::Pointer;
use serde_json::{Value, json};

use crate::form;
use crate::receive_options::{EchoProof, HandshakeOptions};

const KEY: &str = "receive.handshake";

/// The longest text that is sent back, in bytes.
const LONGEST: usize = 4096;

/// The tests of a channel, compiled.
#[derive(Default)]
pub(crate) struct Handshake {
    echo: Option<(String, Option<Proof>)>,
    /// Where the challenge stands, and the name under which it is answered.
    challenge: Option<(Pointer, String)>,
}

struct Proof {
    signed: Vec<String>,
    token: Secret,
    signature: String,
}

impl Handshake {
    pub(crate) fn build(
        options: &HandshakeOptions,
        site: &dyn Site,
        mistakes: &mut Vec<Misconfigured>,
    ) -> Option<Self> {
        let before = mistakes.len();
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if !said(&options.echo) && !said(&options.challenge) {
            mistakes.push(Misconfigured::new(
                KEY,
                "write `echo`, the query parameter that is answered, or `challenge`, the place in a POST that is",
                "要写 echo(原样回的网址参数),或 challenge(正文里原样回的位置)",
            ));
        }
        if options.verify.is_some() && !said(&options.echo) {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.verify"),
                "it proves a GET with `echo`; a POST is proven by `connect.verify`",
                "verify 只用于 echo 的 GET 握手;POST 握手按 connect.verify 验证",
            ));
        }
        let proof = options.verify.as_ref().and_then(|proof| Proof::build(proof, site, mistakes));
        let challenge = options.challenge.as_ref().and_then(|place| match Pointer::parse(place) {
            Ok(pointer) => {
                let name = place.rsplit(['/', '.']).next().unwrap_or_default();
                Some((pointer, name.replace("~1", "/").replace("~0", "~")))
            }
            Err(bad) => {
                mistakes.push(bad.at_key(&format!("{KEY}.challenge")));
                None
            }
        });
        let echo = options.echo.clone().map(|name| (name, proof));
        (mistakes.len() == before).then_some(Self { echo, challenge })
    }

    /// Whether a GET is answered.
    pub(crate) fn echoes(&self) -> bool {
        self.echo.is_some()
    }

    /// Answers a GET. One that a recipe has verified comes with the parameters that it opened.
    pub(crate) fn echo(&self, push: &Push, opened: Option<&[(String, String)]>) -> Result<Reply, Refusal> {
        let Some((name, proof)) = &self.echo else { return Err(Refusal::NotVerified("no handshake is declared")) };
        let query = Query::of(push)?;
        if let Some(proof) = proof {
            proof.verify(&query)?;
        }
        let sealed = opened.and_then(|opened| opened.iter().find(|(known, _)| known == name));
        let text = match sealed {
            Some((_, text)) => text,
            None => query.lone(name)?,
        };
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(Refusal::NotVerified("what is to be sent back is no short text"));
        }
        Ok(reply("text/plain; charset=utf-8", text.to_owned()))
    }

    /// The answer to a document that is a test and no submission.
    pub(crate) fn challenge(&self, document: &Value) -> Option<Reply> {
        let (place, name) = self.challenge.as_ref()?;
        let text = place.get(document)?.as_str().filter(|text| text.len() <= LONGEST)?;
        Some(reply("application/json", json!({ name.as_str(): text }).to_string()))
    }
}

fn reply(media_type: &'static str, body: String) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    // It is the sender's own text: no browser may take it for a page.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Reply { status: StatusCode::OK, headers, body: Bytes::from(body) }
}

impl Proof {
    fn build(options: &EchoProof, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let before = mistakes.len();
        if options.sha1_sorted.is_empty() || options.sha1_sorted.iter().any(String::is_empty) {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.verify.sha1_sorted"),
                "name the query parameters that are signed with the token, such as [\"timestamp\", \"nonce\"]; a \
                 signature over the token alone could be used for ever",
                "要写和令牌一起签名的网址参数,例如 [\"timestamp\", \"nonce\"];只签令牌的话,签名谁都能重复用",
            ));
        }
        if options.signature.is_empty() {
            mistakes.push(Misconfigured::new(
                format!("{KEY}.verify.signature"),
                "name the query parameter that holds the signature",
                "要写放签名的网址参数",
            ));
        }
        let key = format!("{KEY}.verify.token");
        let token = match site.secret(&key, &options.token) {
            Ok(token) if token.expose().is_empty() => {
                mistakes.push(Misconfigured::new(
                    key,
                    "the token is empty, so anybody could sign; enter one by `huiliu secret set`",
                    "令牌是空的,等于谁都能签名;请用 huiliu secret set 录入",
                ));
                None
            }
            Ok(token) => Some(token),
            Err(mistake) => {
                mistakes.push(mistake);
                None
            }
        };
        let (signed, signature) = (options.sha1_sorted.clone(), options.signature.clone());
        (mistakes.len() == before).then_some(Self { signed, token: token?, signature })
    }

    fn verify(&self, query: &Query<'_>) -> Result<(), Refusal> {
        let mut parts = vec![self.token.expose()];
        for name in &self.signed {
            parts.push(query.lone(name)?);
        }
        parts.sort_unstable();
        let wanted = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
        let offered = hex::decode(query.lone(&self.signature)?);
        let offered = offered.map_err(|_| Refusal::NotVerified("the signature is not hexadecimal"))?;
        constant_time::verify_slices_are_equal(wanted.as_ref(), &offered)
            .map_err(|_| Refusal::NotVerified("the signature does not fit"))
    }
}

/// The parameters of a query, decoded.
struct Query<'p>(Vec<(Cow<'p, str>, Cow<'p, str>)>);

impl<'p> Query<'p> {
    fn of(push: &'p Push) -> Result<Self, Refusal> {
        let query = push.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = form::pairs(query.as_bytes()).collect::<Result<_, _>>();
        pairs.map(Self).map_err(|_| Refusal::NotVerified("the query is not readable"))
    }

    /// The one value of a parameter; none or several are no handshake.
    fn lone(&self, name: &str) -> Result<&str, Refusal> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| &**value);
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(Refusal::NotVerified("a parameter of the handshake is missing")),
            (Some(_), Some(_)) => Err(Refusal::NotVerified("a parameter of the handshake came twice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use huiliu_contract::Personal;
    use huiliu_farside::site::Premises;
    use jiff::Timestamp;

    use super::*;

    fn built(options: Value) -> Result<Handshake, Vec<String>> {
        let mut mistakes = Vec::new();
        let site = Premises::new().with("TOKEN", "weixin").with("EMPTY", "");
        let built = Handshake::build(&serde_json::from_value(options).unwrap(), &site, &mut mistakes);
        built.ok_or_else(|| mistakes.into_iter().map(|mistake| mistake.key).collect())
    }

    fn wechat() -> Value {
        json!({ "echo": "echostr", "verify": {
            "sha1_sorted": ["timestamp", "nonce"], "token": { "env": "TOKEN" }, "signature": "signature",
        } })
    }

    fn get(target: &str) -> Push {
        Push {
            method: Method::GET,
            target: target.into(),
            headers: HeaderMap::new(),
            body: Personal::new(Bytes::new()),
            peer: ([127, 0, 0, 1], 1).into(),
            received_at: Timestamp::UNIX_EPOCH,
            envelope: None,
        }
    }

    #[test]
    fn a_signed_echo_is_sent_back() {
        // sha1("1409735669" + "263014780" + "weixin"), sorted as texts.
        let signature = "4a07812be0701b62d7923d6aa549e8d668e3686d";
        let handshake = built(wechat()).unwrap();
        let query = |signature: &str| {
            format!("/channels/x?signature={signature}&timestamp=1409735669&nonce=263014780&echostr=5%2B7%20ok")
        };
        let reply = handshake.echo(&get(&query(signature)), None).unwrap();
        assert_eq!((&reply.body[..], reply.status), (&b"5+7 ok"[..], StatusCode::OK));
        assert_eq!(reply.headers["content-type"], "text/plain; charset=utf-8");
        let changed = format!("{}0", &signature[..39]);
        for wrong in [&changed, "", "zz", &signature[..38]] {
            assert!(matches!(handshake.echo(&get(&query(wrong)), None), Err(Refusal::NotVerified(_))), "{wrong}");
        }
        let replaced = query(signature).replace("nonce=2", "nonce=3");
        assert!(matches!(handshake.echo(&get(&replaced), None), Err(Refusal::NotVerified(_))));
        for missing in ["signature", "timestamp", "nonce", "echostr"] {
            let without = query(signature).replace(&format!("{missing}="), "other=");
            assert!(matches!(handshake.echo(&get(&without), None), Err(Refusal::NotVerified(_))), "{missing}");
            let twice = format!("{}&{missing}=1", query(signature));
            assert!(matches!(handshake.echo(&get(&twice), None), Err(Refusal::NotVerified(_))), "{missing} twice");
        }
    }

    #[test]
    fn a_plain_echo_is_a_short_text() {
        let handshake = built(json!({ "echo": "challenge" })).unwrap();
        assert_eq!(&handshake.echo(&get("/channels/x?challenge=abc"), None).unwrap().body[..], b"abc");
        let long = format!("/channels/x?challenge={}", "a".repeat(LONGEST + 1));
        for wrong in ["/channels/x", "/channels/x?challenge=%zz", "/channels/x?challenge=a%0d%0ab", &long] {
            assert!(matches!(handshake.echo(&get(wrong), None), Err(Refusal::NotVerified(_))), "{wrong}");
        }
    }

    #[test]
    fn a_challenge_is_answered_under_its_name() {
        let handshake = built(json!({ "challenge": "/event/challenge" })).unwrap();
        let reply = handshake.challenge(&json!({ "event": { "challenge": "a\"b" } })).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap(), json!({ "challenge": "a\"b" }));
        for none in [json!({}), json!({ "event": { "challenge": 1 } })] {
            assert_eq!(handshake.challenge(&none), None);
        }
        assert!(!handshake.echoes());
        assert!(matches!(handshake.echo(&get("/channels/x"), None), Err(Refusal::NotVerified(_))));
    }

    #[test]
    fn mistakes_name_their_keys() {
        let wrong = |options: Value| built(options).err().unwrap_or_default();
        assert_eq!(wrong(json!({})), ["receive.handshake"]);
        assert_eq!(wrong(json!({ "challenge": "/a~" })), ["receive.handshake.challenge"]);
        let mut open = wechat();
        open["verify"]["sha1_sorted"] = json!([]);
        open["verify"]["token"] = json!({ "env": "EMPTY" });
        assert_eq!(wrong(open), ["receive.handshake.verify.sha1_sorted", "receive.handshake.verify.token"]);
        let mut vain = wechat();
        vain["echo"] = Value::Null;
        vain["challenge"] = json!("/c");
        assert_eq!(wrong(vain), ["receive.handshake.verify"]);
    }
}
