//! Logins that people do, in a running gateway: which channel has one, and what the console asks of it.

use std::future::Future;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::{Answered, Challenge, Fault, Secret, Standing};
use jiff::Timestamp;

use super::control::Daemon;
use super::running::{Asked, Role, Running, State};
use crate::channel::{Channel, Want};
use crate::console::view::{LoginAnswered, LoginView, PictureView};
use crate::console::{Code, Problem};
use crate::errands::{Attending, Keeper, Lent, NotNow, answered_word, by};
use crate::settings::Text;
use crate::store::Far;

impl Running {
    /// Sets the login of a channel going, after whatever ran under its code has left it; none where the channel is off, or
    /// nobody but its connector logs in.
    pub(super) fn attend<'a>(
        &self,
        state: &mut State,
        channel: &Arc<Channel>,
        sides: impl Iterator<Item = &'a Asked>,
    ) -> Option<Arc<Attending>> {
        let (code, ground) = (channel.code.to_string(), &self.ground);
        let lent = Lent {
            store: ground.store.clone(),
            tracker: ground.tracker.clone(),
            calendar: ground.calendar.clone(),
            zone: self.zone(),
        };
        let sides = sides.map(|side| (side.status.clone(), side.resumed.clone())).collect();
        let login = Attending::new(channel, sides, lent).filter(|_| super::runs(channel));
        ground.health.login(&code, login.clone());
        match &login {
            Some(login) => {
                let keeper = Keeper::new(login);
                self.follow(state, &code, Role::Login, |stop| keeper.run(stop));
                state.logins.insert(code, login.clone());
            }
            None => {
                state.end(&code, Role::Login);
                state.logins.remove(&code);
            }
        }
        login
    }

    /// The login of a channel that runs.
    pub(super) fn login(&self, code: &str) -> Option<Arc<Attending>> {
        self.state().logins.get(code).cloned()
    }
}

impl Daemon {
    pub(super) fn login_view(&self, login: &Attending, code: &str) -> LoginView {
        let standing = login.standing();
        let (since, until, why) = match &standing {
            Standing::In { since, until } => (Some(*since), *until, None),
            Standing::Out => (None, None, None),
            Standing::Person { since } => (Some(*since), None, None),
            Standing::Yielded { until } => (None, Some(*until), None),
            Standing::Resting { since, why } => (Some(*since), None, Some(why.clone())),
        };
        LoginView {
            standing: standing.word().into(),
            since,
            until,
            why,
            people: login.needs_person(),
            renew: login.want() == Some(Want::Renew),
            write_backs: self.write_backs(code),
        }
    }

    /// How many write-backs of a channel wait.
    fn write_backs(&self, code: &str) -> usize {
        let Some(channel) = self.channels().channel(code) else { return 0 };
        let (due, later) = self.channels().ground.store.schedule().depth(Far::Outlet(channel.enrolled.channel));
        due + later
    }

    pub(super) async fn picture(&self, code: &str) -> Result<PictureView, Problem> {
        let login = self.channels().login(code).ok_or_else(gone)?;
        let Challenge { id, image, media_type, until } = login.picture().await.map_err(|why| not_now(why, code))?;
        let now = Timestamp::now();
        let seconds_left = until.map(|until| u64::try_from(until.duration_since(now).as_secs()).unwrap_or(0));
        let image = STANDARD.encode(image.reveal());
        Ok(PictureView { challenge: id, media_type: media_type.into(), image, until, seconds_left })
    }

    pub(super) async fn answer(&self, code: &str, id: String, text: Secret) -> Result<LoginAnswered, Problem> {
        let login = self.channels().login(code).ok_or_else(gone)?;
        let write_backs = self.write_backs(code);
        let answered = login.answer(id, text).await.map_err(|why| not_now(why, code))?;
        let (left, why) = match &answered {
            Answered::Wrong { left } => (Some(*left), None),
            Answered::Resting { why } => (None, Some(why.clone())),
            Answered::In | Answered::Late => (None, None),
        };
        Ok(LoginAnswered { became: answered_word(&answered).into(), left, why, write_backs })
    }

    /// Lets the login of a channel begin anew, where it has one.
    pub(super) async fn resume_login(&self, code: &str) -> Result<(), Problem> {
        let Some(login) = self.channels().login(code) else { return Ok(()) };
        match login.resume().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(not_kept("登录已放开", "the login goes on")),
            Err(fault) => Err(not_now(NotNow::Fault(fault), code)),
        }
    }

    /// A look at a channel goes by its login too, and what the connector remembers of it is kept.
    pub(super) async fn looked_by_login<T>(
        &self,
        code: &str,
        look: impl Future<Output = Result<T, Text>>,
    ) -> Result<T, Text> {
        let login = self.channels().login(code);
        match by(login.as_ref(), async { Ok(look.await) }).await {
            Ok(looked) => looked,
            Err(fault) => Err(Text::new(format!("这个渠道正在更换,请再试一次({fault})"), fault.to_string())),
        }
    }
}

/// The channel was there a moment ago.
fn gone() -> Problem {
    Problem::refused("这个渠道刚刚停用或更换,请再试一次", "the channel was just swapped or switched off; try again")
}

fn not_kept(zh: &str, en: &str) -> Problem {
    Problem::new(
        Code::Failed,
        format!("{zh},但没能存到磁盘;重启后可能要重来,请查看运行日志"),
        format!("{en}, but that could not be kept on disk; a restart may not know of it, see the log"),
    )
}

/// Why there is no picture, or no login, in words that help.
fn not_now(why: NotNow, code: &str) -> Problem {
    match why {
        NotNow::TooFast(wait) => {
            let seconds = wait.as_secs() + 1;
            Problem::refused(
                format!("换得太快,请 {seconds} 秒后再换"),
                format!("pictures are fetched too fast; try again in {seconds} seconds"),
            )
        }
        NotNow::NotKept(Answered::In) => not_kept("已登录", "logged in"),
        NotNow::NotKept(_) => not_kept("没有登录成功", "not logged in"),
        NotNow::Broke => Problem::new(Code::Failed, "登录时程序出了错", "the login broke off by a fault of ours"),
        NotNow::Fault(fault) => match fault {
            Fault::Denied { .. } => Problem::refused(
                format!("登录已停,等人处理({fault});先确认账号没有问题,再运行 huiliu channel resume {code}"),
                format!("the login rests ({fault}); see to the account, then huiliu channel resume {code}"),
            ),
            Fault::Unavailable { .. } | Fault::PutOff { .. } | Fault::NeedsPerson { .. } => Problem::refused(
                format!("对方现在登录不了,请稍后再试({fault})"),
                format!("the far side lets nobody log in now, try again later ({fault})"),
            ),
            Fault::Malformed { .. } => Problem::refused(
                format!("对方给的不是验证码图片,或页面变了({fault})"),
                format!("the far side gave no picture, or its page changed ({fault})"),
            ),
        },
    }
}
