//! The sending side: a request with everything on it that proves it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::Secret;
use jiff::Timestamp;

use super::sent::Sent;
use super::{Scheme, gm, sums, wecom};

impl Scheme {
    /// The same request, signed and sealed at this time with this nonce. What cannot be done with these keys leaves it bare.
    #[must_use]
    pub fn prove(&self, sent: Sent, now: Timestamp, nonce: &str) -> Sent {
        let millis = now.as_millisecond().to_string();
        let seconds = now.as_second().to_string();
        match self {
            Self::National { rid, sid, secret } => {
                let sid = sent.header("gjzwfwpt_sid").unwrap_or(sid).to_owned();
                let tag = sums::hmac_sha256(secret.expose().as_bytes(), format!("{sid}{rid}{millis}").as_bytes());
                let sent = sent.with_header("gjzwfwpt_rid", rid.clone()).with_header("gjzwfwpt_sid", sid);
                sent.with_header("gjzwfwpt_rtime", millis).with_header("gjzwfwpt_sign", STANDARD.encode(tag))
            }
            Self::Timed { app_key, secret } => {
                let sign = sums::md5_hex(format!("{app_key}{}{millis}", secret.expose()));
                sent.with_param("appKey", app_key).with_param("requestTime", &millis).with_param("sign", &sign)
            }
            Self::Sorted { app_key, secret, sm3 } => {
                let sent = sent.with_param("app_key", app_key).with_param("timestamp", &millis);
                let sent = sent.with_param("nonce", nonce);
                let sign = sorted(&sent, secret, *sm3);
                sent.with_param("sign", &sign)
            }
            Self::Board { app_code, token } => {
                let signature = board(&sent, app_code, token);
                let sent = sent.with_param("appCode", app_code.expose()).with_param("token", token.expose());
                sent.with_param("signature", &signature)
            }
            Self::Standard { secret } => {
                let tag = standard(secret, nonce, &seconds, &sent.body);
                let sent = sent.with_header("webhook-id", nonce).with_header("webhook-timestamp", seconds);
                sent.with_header("webhook-signature", format!("v1,{tag}"))
            }
            Self::WeCom { token, aes } => callback(sent, token, aes.as_ref(), &seconds, nonce),
            Self::Guomi { key, private, .. } => guomi(sent, key, private),
            Self::Keyed { id, secret } => {
                let tag = keyed(secret, &seconds, nonce, &sent.body);
                let sent = sent.with_header("x-key-id", id.clone()).with_header("x-timestamp", seconds);
                sent.with_header("x-nonce", nonce).with_header("x-signature", tag)
            }
        }
    }
}

pub(super) fn sorted(sent: &Sent, secret: &Secret, sm3: bool) -> String {
    let mut text = String::new();
    for (name, value) in sent.params() {
        if name != "sign" && !value.is_empty() {
            text += &format!("{name}={value}&");
        }
    }
    text += &format!("key={}", secret.expose());
    let digest = if sm3 { sums::sm3_hex(text.as_bytes()) } else { sums::md5_hex(&text) };
    digest.to_uppercase()
}

pub(super) fn board(sent: &Sent, app_code: &Secret, token: &Secret) -> String {
    let param = sent.params().remove("param").unwrap_or_default();
    let code = sums::md5_hex(app_code.expose());
    sums::md5_hex(format!("{}{param}{}{}", sent.path(), &code[..16], token.expose()))
}

pub(super) fn standard(secret: &Secret, id: &str, stamp: &str, body: &[u8]) -> String {
    let key = STANDARD.decode(secret.expose().trim_start_matches("whsec_")).unwrap_or_default();
    STANDARD.encode(sums::hmac_sha256(&key, &[id.as_bytes(), b".", stamp.as_bytes(), b".", body].concat()))
}

pub(super) fn keyed(secret: &Secret, stamp: &str, nonce: &str, body: &[u8]) -> String {
    let text = [stamp.as_bytes(), b".", nonce.as_bytes(), b".", body].concat();
    hex::encode(sums::hmac_sm3(secret.expose().as_bytes(), &text))
}

/// The parts put in order as texts and written behind each other.
fn of_parts(mut parts: Vec<&str>) -> String {
    parts.sort_unstable();
    sums::sha1_hex(parts.concat())
}

/// A test of the address (GET with `echostr`), or a message.
fn callback(sent: Sent, token: &Secret, aes: Option<&(Secret, String)>, stamp: &str, nonce: &str) -> Sent {
    let Some((key, receiver)) = aes else {
        let signature = of_parts(vec![token.expose(), stamp, nonce]);
        let sent = sent.with_query("signature", &signature).with_query("timestamp", stamp);
        return sent.with_query("nonce", nonce);
    };
    let mut random = [0; 16];
    random.iter_mut().zip(sums::sm3(nonce.as_bytes())).for_each(|(to, from)| *to = from);
    let echo = sent.query("echostr");
    let message = echo.as_ref().map_or(&sent.body[..], |echo| echo.as_bytes());
    let sealed = wecom::seal(key.expose(), receiver, random, message).unwrap_or_default();
    let signature = of_parts(vec![token.expose(), stamp, nonce, &sealed]);
    let mut out = Sent { target: sent.path().to_owned(), ..sent };
    out = out.with_query("msg_signature", &signature).with_query("timestamp", stamp).with_query("nonce", nonce);
    if echo.is_some() {
        return out.with_query("echostr", &sealed);
    }
    let whole =
        format!("<xml><ToUserName><![CDATA[{receiver}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>");
    out.body = whole.into_bytes();
    out.with_header("content-type", "text/xml")
}

/// The body in SM4, and a signature over it.
pub(super) fn guomi(sent: Sent, key: &Secret, private: &Secret) -> Sent {
    let sealed = STANDARD.encode(gm::sm4_seal(key.expose(), &sent.body).unwrap_or_default());
    let signature = gm::sign(private.expose(), sealed.as_bytes()).unwrap_or_default();
    Sent { body: sealed.into_bytes(), ..sent }.with_header("x-signature", signature)
}
