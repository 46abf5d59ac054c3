//! What the stories share: an account at a server, and a mail to be sent.

use std::time::{Duration, Instant};

use huiliu_contract::{Fault, Misconfigured, Personal};
use huiliu_farside::site::Premises;
use huiliu_mailer::{Automatic, Mail, Mailer, MailerOptions};
use serde_json::{Value, json};

/// The address that mails come from.
pub(crate) const HOTLINE: &str = "hotline@example.test";
/// What opens the account.
pub(crate) const SECRET: &str = "only-for-this-test";

/// A mailer at a port of this machine, in the clear, with further options over it.
pub(crate) fn mailer(port: u16, over: Value) -> Mailer {
    built(port, over).unwrap()
}

/// The same, or what is wrong with it.
pub(crate) fn built(port: u16, over: Value) -> Result<Mailer, Vec<Misconfigured>> {
    let mut written = json!({
        "host": "127.0.0.1", "port": port, "tls": "none", "timeout": "5s",
        "from": HOTLINE, "from_name": "虚构县12345热线",
    });
    for (name, value) in over.as_object().into_iter().flatten() {
        written[name] = value.clone();
    }
    let options: MailerOptions = serde_json::from_value(written).unwrap();
    let site =
        Premises::new().with("PASSWORD", SECRET).with("TOKEN", SECRET).with("KEY", include_str!("../dkim/key.pem"));
    Mailer::build(&options, "smtp", &site)
}

/// Options of who logs in.
pub(crate) fn account() -> Value {
    json!({ "user": HOTLINE, "password": { "env": "PASSWORD" } })
}

/// A mail to this reader.
pub(crate) fn mail(to: &str) -> Mail {
    let personal = |text: &str| Personal::new(text.to_owned());
    Mail {
        to: personal(to),
        subject: personal("Re: 路灯不亮〔编号 20261122-000042〕"),
        text: personal("您好:\n\n您发来的邮件已经收到。\n.\n"),
        html: None,
        message_id: "t.1.2.3@example.test".into(),
        in_reply_to: Some("letter-1@citizen.test".into()),
        references: vec!["letter-0@citizen.test".into(), "letter-1@citizen.test".into()],
        date: "2026-11-22T05:05:43Z".parse().unwrap(),
        automatic: Some(Automatic::Replied),
        headers: Vec::new(),
        files: Vec::new(),
    }
}

/// Sends it.
pub(crate) async fn send(mailer: &Mailer, to: &str) -> Result<String, Fault> {
    let bytes = mailer.compose(&mail(to)).unwrap();
    mailer.send(&mailer.envelope(to, "0011").unwrap(), &bytes).await
}

/// Waits until something is there, no longer than 20 s.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
