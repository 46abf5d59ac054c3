//! A mail server as a far side: the name, the port, TLS, the login, who we are, and the folders.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Login, Step, Timestamp, Went};
use tokio::time::timeout;

use super::asking;
use super::folders;
use super::mailbox::Shared;
use super::open::{dial, open, started};
use super::options::ImapTls;
use super::trouble::{Trouble, What};

/// The server of a mailbox, to be walked to.
pub(super) struct Far(pub(super) Arc<Shared>);

#[async_trait]
impl FarSide for Far {
    fn address(&self) -> String {
        self.0.door.way.address()
    }

    fn way(&self) -> String {
        let door = &self.0.door;
        format!("{} {:?} {:?}", door.way.address(), door.way.route, door.tls)
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        let door = &self.0.door;
        let Some(stream) = door.way.reach(limit, &mut steps).await else { return steps };
        let Some((trust, _)) = &door.trust else {
            steps.push(Step::new("tls", Went::Skipped, "off, as the file says", "按配置不加密"));
            return steps;
        };
        let stream = match door.tls {
            ImapTls::Starttls => match timeout(limit, started(door, stream)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(trouble)) => {
                    steps.push(unstarted(&trouble));
                    return steps;
                }
                Err(_) => {
                    steps.push(unstarted(&Trouble::lost("no answer in time")));
                    return steps;
                }
            },
            _ => stream,
        };
        Box::pin(door.way.secured(stream, trust, limit, &mut steps)).await;
        steps
    }

    async fn certificate_ends(&self, limit: Duration) -> Option<Timestamp> {
        let door = &self.0.door;
        let (trust, _) = door.trust.as_ref()?;
        let stream = timeout(limit, dial(door)).await.ok()?.ok()?;
        let stream = match door.tls {
            ImapTls::Starttls => timeout(limit, started(door, stream)).await.ok()?.ok()?,
            _ => stream,
        };
        Box::pin(door.way.shown_until(stream, trust, limit)).await
    }

    fn login(&self) -> Login {
        Login::Another
    }

    async fn log_in(&self, limit: Duration) -> Option<Step> {
        Some(match timeout(limit, Box::pin(self.logged_in())).await {
            Ok(Ok(step)) => step,
            Ok(Err(trouble)) => refused(&trouble),
            Err(_) => {
                let seconds = limit.as_secs();
                let en = format!("no answer to the login within {seconds} s; it is not made again");
                Step::new("login", Went::Wrong, en, format!("登录请求 {seconds} 秒没有应答;不再登录第二次"))
            }
        })
    }

    fn is_polled(&self) -> bool {
        true
    }
}

fn unstarted(trouble: &Trouble) -> Step {
    let en = trouble.message().to_owned();
    Step::new("tls", Went::Wrong, en.clone(), format!("没能转到加密连接({en})")).remedy(
        "check the port; most servers speak TLS at once on 993 (`tls = \"implicit\"`)",
        "核对端口;多数服务器在 993 端口一连上就加密(tls = \"implicit\")",
    )
}

fn refused(trouble: &Trouble) -> Step {
    let message = trouble.message().to_owned();
    let step = Step::new("login", Went::Wrong, message.clone(), format!("登录没有成功({message});不再登录第二次"));
    match trouble.what {
        What::Login | What::Denied | What::Unsafe => step.remedy(
            "with 163, 126 and QQ an authorisation code is needed, which ends when its owner changes the password; switch IMAP on \
             in the mailbox's settings",
            "163、126、QQ 等要用客户端授权码(网页改密码后会失效);还要在邮箱设置里开启 IMAP 服务",
        ),
        _ => step,
    }
}

impl Far {
    /// Logs in, says who we are and opens each folder for reading; the connection is kept for the polls.
    async fn logged_in(&self) -> Result<Step, Trouble> {
        let shared = &self.0;
        let _caller = shared.caller();
        let mut inner = shared.inner.lock().await;
        if let Some(line) = inner.line.take() {
            line.leave().await;
        }
        let mut line = Box::pin(open(&shared.door, inner.tell)).await?;
        let there = folders::list(&mut line).await?;
        let chosen = match shared.chosen_of(&there) {
            Ok(chosen) => chosen,
            Err(trouble) => {
                let names = folders::names(&there);
                let step = Step::new(
                    "folder",
                    Went::Wrong,
                    format!("logged in; {}", trouble.message()),
                    format!("登录成功,但 poll.folders 里有的文件夹不存在({})", trouble.message()),
                );
                return Ok(step.remedy(format!("those there are: {names}"), format!("现有的文件夹:{names}")));
            }
        };
        let (mut en, mut zh) = (Vec::new(), Vec::new());
        for folder in &chosen {
            folders::open(&mut line, &folder.wire, false).await?;
            let count = asking::above(&mut line, 0).await?.len();
            let (mark_en, mark_zh) = if folder.junk { (" (junk)", "(垃圾邮件)") } else { ("", "") };
            en.push(format!("{}{mark_en}: {count} letters", folder.name));
            zh.push(format!("{}{mark_zh}:{count} 封", folder.name));
        }
        let (tells_en, tells_zh) = match line.can.idle {
            true => ("the server tells of new letters at once", "有新信时服务器会立刻通知"),
            false => (
                "the server cannot tell of new letters; it is asked (`poll.without_idle`)",
                "服务器不能通知新信,按 poll.without_idle 定时看",
            ),
        };
        inner.line = Some(line);
        Ok(Step::new(
            "login",
            Went::Right,
            format!("logged in, once; {}; {tells_en}", en.join(", ")),
            format!("登录成功(只登录了一次);{};{tells_zh}", zh.join(",")),
        ))
    }
}
