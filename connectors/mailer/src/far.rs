//! A mail server as a far side: the name, the port, TLS, what it offers, the login. No mail is sent.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Fault, Login, Step, Went};
use tokio::time::timeout;

use crate::options::Tls;
use crate::smtp::{Door, Offered, Refused, Session, ask_for_tls, greet};

/// A mail server, to be walked to.
pub(crate) struct Far {
    pub(crate) door: Arc<Door>,
}

#[async_trait]
impl FarSide for Far {
    fn address(&self) -> String {
        self.door.way.address()
    }

    fn way(&self) -> String {
        format!("{} {:?} {:?}", self.door.way.address(), self.door.way.route, self.door.tls)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        let Some(mut stream) = Box::pin(self.door.way.reach(limit, &mut steps)).await else { return steps };
        let id = self.door.client_id(&stream);
        if self.door.tls == Tls::Starttls
            && let Err(refused) = ask_for_tls(&mut stream, &id, limit).await
        {
            steps.push(told(&refused));
            return steps;
        }
        let offered = match &self.door.trust {
            None => {
                steps.push(Step::new("tls", Went::Skipped, "off, as the file says", "按配置不加密"));
                greet(&mut stream, &id, limit).await
            }
            Some((trust, _)) => {
                if !Box::pin(self.door.way.secured(stream, trust, limit, &mut steps)).await {
                    return steps;
                }
                // The handshake that is looked at says nothing behind it: what is offered is asked on another line.
                match timeout(limit, Box::pin(Session::greeted(&self.door))).await {
                    Ok(Ok(session)) => {
                        let offered = session.offered();
                        session.quit(limit).await;
                        Ok(offered)
                    }
                    _ => Err(Refused::NotSmtp),
                }
            }
        };
        steps.push(match offered {
            Ok(offered) => self.greeted(&offered),
            Err(refused) => told(&refused),
        });
        steps
    }

    fn login(&self) -> Login {
        if self.door.who.is_some() { Login::Another } else { Login::None }
    }

    async fn log_in(&self, limit: Duration) -> Option<Step> {
        self.door.who.as_ref()?;
        Some(match timeout(limit, Box::pin(Session::open(&self.door))).await {
            Ok(Ok(session)) => {
                session.quit(limit).await;
                Step::new("login", Went::Right, "logged in, once; no mail was sent", "登录成功(只登录了一次,没有发信)")
            }
            Ok(Err(fault)) => refused(&fault),
            Err(_) => {
                let seconds = limit.as_secs();
                let en = format!("no answer to the login within {seconds} s; it is not made again");
                Step::new("login", Went::Wrong, en, format!("登录请求 {seconds} 秒没有应答;不再登录第二次"))
            }
        })
    }
}

impl Far {
    /// What it offers, and whether that is enough.
    fn greeted(&self, offered: &Offered) -> Step {
        let logins = offered.logins();
        let wanted: &[&str] = match &self.door.who {
            None => return Step::new("smtp", Went::Right, "it greets as a mail server does", "是发信服务器,应答正常"),
            Some(who) if who.token => &["XOAUTH2"],
            Some(_) => &["PLAIN", "LOGIN"],
        };
        let listed = if logins.is_empty() { "-".to_owned() } else { logins.join(", ") };
        match wanted.iter().any(|way| logins.contains(way)) {
            true => Step::new(
                "smtp",
                Went::Right,
                format!("it greets as a mail server does; logins: {listed}"),
                format!("是发信服务器,应答正常;登录方式:{listed}"),
            ),
            false => Step::new(
                "smtp",
                Went::Wrong,
                format!("it offers no login that is known here ({listed})"),
                format!("服务器不支持这里的登录方式({listed})"),
            )
            .remedy(
                "ask its people; some offer a login only behind TLS, or only where SMTP is switched on for the account",
                "问邮局管理员;有的要先加密才给登录,有的要在邮箱设置里先开通 SMTP",
            ),
        }
    }
}

fn told(refused: &Refused) -> Step {
    match refused {
        Refused::NoTls => Step::new("tls", Went::Wrong, "the server offers no STARTTLS", "服务器不支持 STARTTLS")
            .remedy(
                "write `tls = \"tls\"` and port 465, or ask its people",
                "改写 tls = \"tls\"、465 端口,或问邮局管理员",
            ),
        Refused::Code(code) => Step::new(
            "smtp",
            Went::Wrong,
            format!("the server answers {code} to our greeting"),
            format!("服务器对问候的应答是 {code}"),
        )
        .remedy("it may not take mail from our address, or be too busy", "可能不许本机地址发信,或正忙"),
        Refused::Line(_) | Refused::NotSmtp => Step::new(
            "smtp",
            Went::Wrong,
            "what listens there does not speak as a mail server does",
            "那里听着的不像发信服务器",
        )
        .remedy(
            "check host and port; `tls` goes with port 465, `starttls` with 587",
            "核对主机和端口;tls 配 465 端口,starttls 配 587 端口",
        ),
    }
}

fn refused(fault: &Fault) -> Step {
    Step::new("login", Went::Wrong, fault.to_string(), format!("登录没有成功({fault});不再登录第二次")).remedy(
        "check user and password; QQ, NetEase and others want an authorisation code, which ends when the web password changes, and SMTP switched on",
        "核对账号、密码;QQ、163、126 等要填授权码(改了网页密码,授权码就作废),还要在邮箱设置里开通 SMTP",
    )
}
