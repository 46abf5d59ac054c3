//! 微信公众号: messages in XML, sealed as the platform seals them, pushed until `success` is answered; the address is tested
//! first. It takes no answers: people give them on its own pages.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::Secret;
use jiff::Timestamp;

use super::{Asking, Fitting, Matter, Road, Tally};
use crate::dice::Dice;
use crate::scheme::{Scheme, Sent};

const TOKEN: &str = "QDG6eKtoken4weixin";
const AES: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const APP: &str = "wx5823bf96d3bd56c7";
/// How often a message is pushed at most, and how long it waits in between.
const TRIES: (u32, Duration) = (100, Duration::from_millis(200));

/// The road.
#[derive(Default)]
pub struct Weixin {
    client: reqwest::Client,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    gateway: Option<SocketAddr>,
    tested: bool,
    messages: BTreeMap<String, String>,
    pushes: u64,
    dice: Option<Dice>,
    tally: Tally,
}

fn scheme() -> Scheme {
    Scheme::WeCom { token: Secret::new(TOKEN), aes: Some((Secret::new(AES), APP.into())) }
}

fn message(number: &str, serial: u64, matter: &Matter) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oX{serial:026}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{}。{}]]></Content>\
         <MsgId>{number}</MsgId></xml>",
        matter.submitted_at.as_second(),
        matter.title,
        matter.content.replace("]]>", "]]"),
    )
}

impl Weixin {
    /// A platform that has pushed nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one request, proven; status and text, none where nothing was answered.
    async fn send(&self, gateway: SocketAddr, sent: Sent) -> Option<(u16, String)> {
        let nonce = {
            let mut book = self.book();
            book.pushes += 1;
            format!("{}{}", Timestamp::now().as_nanosecond(), book.pushes)
        };
        let sent = scheme().prove(sent, Timestamp::now(), &nonce);
        let method = if sent.method == "GET" { reqwest::Method::GET } else { reqwest::Method::POST };
        let mut request = self.client.request(method, format!("http://{gateway}{}", sent.target));
        for (name, value) in sent.headers {
            request = request.header(name, value);
        }
        let answer = request.body(sent.body).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Pushes a message until it is acknowledged; the address is tested before the first one.
    async fn push(&self, number: &str) -> io::Result<()> {
        let (gateway, tested, message) = {
            let book = self.book();
            (book.gateway, book.tested, book.messages.get(number).cloned())
        };
        let gateway = gateway.ok_or_else(|| io::Error::other("nobody told where the gateway listens"))?;
        let message = message.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such message"))?;
        if !tested {
            let test = Sent::get("/channels/weixin?echostr=1616140317555161061");
            let echoed = self.send(gateway, test).await;
            if echoed.is_none_or(|(_, text)| text != "1616140317555161061") {
                return Err(io::Error::other("the test of the address was not answered"));
            }
            self.book().tested = true;
        }
        for _ in 0..TRIES.0 {
            let sent = Sent::post("/channels/weixin", "text/xml", message.as_str());
            match self.send(gateway, sent).await {
                Some((200, text)) if text == "success" => return Ok(()),
                Some((401 | 403, _)) => break,
                _ => tokio::time::sleep(TRIES.1).await,
            }
        }
        Err(io::Error::other(format!("the message {number} was not acknowledged")))
    }
}

#[async_trait]
impl Road for Weixin {
    fn channel(&self) -> &'static str {
        "weixin"
    }

    fn fitting(&self, _: &Path) -> Fitting {
        Fitting::default()
            .key("connect.verify.recipe.values.receive_id", &format!("\"{APP}\""))
            .secret("weixin.token", TOKEN)
            .secret("weixin.aes", AES)
    }

    fn meet(&self, gateway: SocketAddr) {
        let mut book = self.book();
        (book.gateway, book.tested) = (Some(gateway), false);
    }

    fn play_faults(&self, seed: Option<u64>) {
        self.book().dice = seed.map(Dice::new);
    }

    async fn hand_over(&self, matter: &Matter) -> io::Result<String> {
        let (number, lost) = {
            let mut book = self.book();
            book.tally.handed += 1;
            let number = format!("{}", 24_000_000_000_000_000 + book.tally.handed);
            let message = message(&number, book.tally.handed, matter);
            book.messages.insert(number.clone(), message);
            let lost = book.dice.as_mut().is_some_and(|dice| dice.once_in(3));
            (number, lost)
        };
        self.push(&number).await?;
        if lost {
            // The acknowledgement came too late: it is told again.
            self.push(&number).await?;
            let mut book = self.book();
            book.tally.faults += 1;
            book.tally.repeated += 1;
        }
        Ok(number)
    }

    async fn repeat(&self, number: &str) -> io::Result<()> {
        self.push(number).await?;
        self.book().tally.repeated += 1;
        Ok(())
    }

    /// A message that was sent stands.
    async fn revise(&self, _: &str, _: &str) -> io::Result<bool> {
        Ok(false)
    }

    async fn ask(&self, _: &str, _: &Asking) -> io::Result<bool> {
        Ok(false)
    }

    fn tally(&self) -> Tally {
        self.book().tally
    }

    fn closed(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}
