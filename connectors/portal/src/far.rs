//! The way to the login page, for who checks a channel before it is switched on. Nobody is logged in by walking there.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Fault, Login, Step, Went};

use crate::jar::Jar;
use crate::session::Session;

/// A back end at the other end of a line.
pub(crate) struct OfficeSide {
    pub(crate) line: Box<dyn FarSide>,
    pub(crate) session: Arc<Session>,
}

#[async_trait]
impl FarSide for OfficeSide {
    fn address(&self) -> String {
        self.line.address()
    }

    fn way(&self) -> String {
        format!("{} {}", self.line.way(), self.session.channel)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let mut steps = self.line.walk(limit).await;
        if steps.last().is_some_and(|step| step.went == Went::Wrong) || !self.session.logs_in() {
            return steps;
        }
        let reached = tokio::time::timeout(limit, self.session.reaches_login(&mut Jar::default())).await;
        steps.push(match reached {
            Ok(Ok(())) => Step::new("login", Went::Right, "the login page shows its boxes", "登录页打得开,各个框都在"),
            Ok(Err(fault)) => {
                let en = format!("the login page is not as declared: {fault}");
                Step::new("login", Went::Wrong, en, format!("登录页和配置的不一样({fault})")).remedy(
                    "open it in a browser and compare `login.page` and `login.form`",
                    "用浏览器打开登录页,核对 login.page 和 login.form",
                )
            }
            Err(_) => Step::new("login", Went::Wrong, "the login page does not come in time", "登录页迟迟打不开"),
        });
        steps
    }

    fn login(&self) -> Login {
        if self.session.logs_in() { Login::Ends } else { Login::None }
    }

    async fn log_in(&self, limit: Duration) -> Option<Step> {
        if !self.session.logs_in() {
            return None;
        }
        if self.session.asks_people() {
            let channel = &self.session.channel;
            return Some(Step::new(
                "login",
                Went::Skipped,
                format!("a person logs in: huiliu channel login {channel}"),
                format!("要人看验证码登录:huiliu channel login {channel}"),
            ));
        }
        let tried = tokio::time::timeout(limit, async { self.session.turn().await.ensure().await }).await;
        Some(match tried {
            Ok(Ok(())) => Step::new("login", Went::Right, "logged in, once", "登录成功(只登录了一次)"),
            Ok(Err(fault)) => refused(&fault),
            Err(_) => {
                Step::new("login", Went::Wrong, "no answer to the login in time", "登录请求迟迟没有应答;不再登录第二次")
            }
        })
    }

    fn is_polled(&self) -> bool {
        true
    }
}

fn refused(fault: &Fault) -> Step {
    let zh = format!("登录没有成功;不再登录第二次({fault})");
    Step::new("login", Went::Wrong, fault.to_string(), zh).remedy(
        "check name and password in a browser; several wrong ones lock the account",
        "用浏览器核对账号密码;连错几次账号会被锁",
    )
}
