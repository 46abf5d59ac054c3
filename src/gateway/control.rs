//! What the console asks of a running gateway: how its channels stand, and what only it can do.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{Attachment, ExternalId, Personal, Raw, Secret, SourceVersion, Submission};
use jiff::Timestamp;
use jiff::civil::Date;

use super::alarms::Board;
use super::core::Far;
use super::reload::Reloader;
use super::running::Running as Channels;
use crate::alarms::Rules;
use crate::channel::Channel;
use crate::console::view::{LoginAnswered, LoginView, OutletView, PictureView, ReloadReport};
use crate::console::{
    Code, ConfiguredChannel, Control, Entered, EnteredView, FarStatus as Told, FaultNote, Problem, ReportDesk, Running,
    Side, channel_off, not_opened,
};
use crate::forward::CoreDesk;
use crate::intake::{HandedIn, Handing, HandledRow, NotOpened, Registered};
use crate::preview::{Begin, Preview};
use crate::reconcile::ChannelDay;
use crate::settings::{ChannelFile, ChannelState, Lang, Mistake, ReturnTable, Text};
use crate::store::{Actor, DeadKind, DeadQuery, FirstRun, Folio, Verdict};

/// The running daemon, as the console sees it.
pub struct Daemon {
    reloader: Arc<Reloader>,
    board: Arc<Board>,
    running: Running,
}

impl Daemon {
    pub(super) fn new(board: Arc<Board>, address: SocketAddr, letters: Option<String>) -> Self {
        let (pid, since) = (std::process::id(), Timestamp::now());
        let running = Running { pid, since, listen: address.to_string(), letters };
        Self { reloader: board.house.clone(), board, running }
    }

    pub(super) fn channels(&self) -> &Channels {
        &self.reloader.running
    }

    /// A channel that takes things in.
    fn runs(&self, code: &str) -> Result<Arc<Channel>, Problem> {
        self.channels().channel(code).filter(|channel| super::runs(channel)).ok_or_else(channel_off)
    }

    fn side(&self, side: &Side) -> Option<Far> {
        match side {
            Side::Core => self.reloader.core.told().cloned(),
            Side::Channel(code) => self.channels().asked(code).map(|asked| (asked.status, asked.resumed)),
            Side::Outlet(code) => self.channels().answered(code).map(|asked| (asked.status, asked.resumed)),
        }
    }

    /// A channel as it is configured; what its file does not show wrong, building it may have. One that goes on as it was
    /// has its state, and the mistakes beside it.
    fn configured(&self, file: &ChannelFile) -> ConfiguredChannel {
        let mut channel = ConfiguredChannel::of(file);
        let (found, goes_on) = self.channels().wrong(&file.code);
        if !found.is_empty() {
            if !goes_on {
                channel.state = ChannelState::Off;
            }
            channel.mistakes = found.iter().map(shown).collect();
        }
        channel
    }
}

fn shown(mistake: &Mistake) -> Text {
    Text::new(mistake.shown(Lang::Zh), mistake.shown(Lang::En))
}

/// The submission that a kept version holds, as its connector handed it over.
fn submission(
    external_id: &str,
    source_version: Option<&str>,
    folio: &Folio<'_>,
    attachments: Vec<Attachment>,
) -> Option<Submission> {
    Some(Submission {
        external_id: ExternalId::new(external_id).ok()?,
        version: source_version.map(|version| SourceVersion(version.to_owned())),
        sent_at: None,
        raw: Raw::new(folio.raw.to_vec(), folio.media_type),
        document: Personal::new(folio.document()?),
        attachments,
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    })
}

#[async_trait]
impl Control for Daemon {
    fn channels(&self) -> Vec<ConfiguredChannel> {
        self.channels().now().files.iter().map(|file| self.configured(file)).collect()
    }

    fn resolve(&self, called: &str) -> Result<String, Text> {
        self.channels().now().files.resolve(called).map(|file| file.code.clone()).map_err(|nobody| nobody.0)
    }

    fn back(&self, code: &str) -> Option<ReturnTable> {
        self.channels().channel(code).map(|channel| channel.settings.back.clone())
    }

    fn core(&self) -> CoreDesk {
        self.reloader.core.desk()
    }

    fn report(&self) -> ReportDesk {
        ReportDesk::of(&self.channels().now().settings)
    }

    fn outlets(&self) -> Vec<OutletView> {
        self.board.standing()
    }

    fn latest_snooze(&self) -> Option<Timestamp> {
        let now = self.channels().now();
        let rules = Rules {
            settings: &now.settings.settings.alarms,
            calendar: &now.settings.calendar,
            zone: &now.settings.settings.zone.0,
        };
        Some(rules.morning_after(Timestamp::now()))
    }

    fn running(&self) -> Option<Running> {
        Some(self.running.clone())
    }

    fn far(&self, side: &Side) -> Option<Told> {
        let (status, _) = self.side(side)?;
        // The core is one far side for people: whether it does not take what we tell, or does not give what we ask for.
        let asked = self.reloader.core.asked().filter(|_| *side == Side::Core);
        let trouble = status.trouble().or_else(|| asked?.0.trouble());
        Some(Told {
            open_since: trouble.as_ref().and_then(|(_, since, _)| *since),
            next_try: trouble.as_ref().and_then(|(_, _, next)| *next),
            fault: trouble.map(|(trouble, ..)| FaultNote {
                at: trouble.at,
                word: trouble.word,
                message: trouble.message,
            }),
        })
    }

    async fn resume(&self, side: &Side) -> Result<(), Problem> {
        // A channel is resumed as a whole: as it is asked, and as it is answered.
        let outlet = match side {
            Side::Channel(code) => self.side(&Side::Outlet(code.clone())),
            _ => None,
        };
        if let Some((_, resumed)) = &outlet {
            resumed.notify_one();
        }
        if let Side::Channel(code) = side {
            self.resume_login(code).await?;
        }
        if let (Side::Core, Some((_, resumed))) = (side, self.reloader.core.asked()) {
            resumed.notify_one();
        }
        let (_, resumed) = self.side(side).or(outlet).ok_or_else(|| {
            Problem::new(
                Code::Refused,
                "这个渠道没有在运行,没有可恢复的",
                "this side is not in operation, so there is nothing to resume",
            )
        })?;
        resumed.notify_one();
        Ok(())
    }

    fn login(&self, code: &str) -> Option<LoginView> {
        self.channels().login(code).map(|login| self.login_view(&login, code))
    }

    async fn login_picture(&self, code: &str) -> Result<PictureView, Problem> {
        self.picture(code).await
    }

    async fn login_answer(&self, code: &str, id: String, text: Secret) -> Result<LoginAnswered, Problem> {
        self.answer(code, id, text).await
    }

    async fn wake(&self, side: &Side) {
        if let Side::Channel(code) = side
            && let Some(channel) = self.channels().channel(code)
        {
            channel.set_first_run(FirstRun::Through);
        }
        if let Some((_, resumed)) = self.side(side) {
            resumed.notify_one();
        }
    }

    async fn secret_set(&self, name: &str) -> Vec<String> {
        self.reloader.secret_set(name).await
    }

    async fn reload(&self, by: &'static str) -> Result<ReloadReport, Problem> {
        Ok(self.reloader.clone().reload(by).await)
    }

    fn reloaded(&self) -> Option<ReloadReport> {
        self.reloader.last()
    }

    async fn enter(&self, channel: &str, entered: Entered, actor: &Actor) -> Result<EnteredView, Problem> {
        Box::pin(self.take_entered(channel, entered, actor)).await
    }

    async fn unhanded(&self) -> Vec<String> {
        super::remind::missing(self.channels()).await.into_iter().map(|(_, name, _)| name).collect()
    }

    async fn hand_in(&self, code: &str, handing: Handing, actor: &Actor) -> Result<HandedIn, Problem> {
        let channel = self.runs(code)?;
        let others = || {
            let all = self.channels().list().into_iter();
            let taking = all.filter(|channel| channel.connector.hand_in.is_some() && super::runs(channel));
            taking.map(|channel| channel.settings.channel.name.clone()).collect::<Vec<_>>()
        };
        if channel.connector.hand_in.is_none() {
            return Err(not_opened(NotOpened::TakesNone, &others()));
        }
        if let Some(there) = handing.answer.as_ref().filter(|at| at.symlink_metadata().is_ok()) {
            return Err(not_opened(NotOpened::AnswerThere(there.clone()), &[]));
        }
        if !handing.dry {
            // On record first: nothing is taken of which nobody knows who brought it.
            self.channels().ground.store.record(actor, "import", &format!("channel:{code}")).await?;
        }
        self.channels().ground.intake.hand_in(channel, handing).await.map_err(|why| not_opened(why, &others()))
    }

    async fn preview(&self, code: &str, begin: Begin, unmask: bool) -> Result<Preview, Problem> {
        Box::pin(self.look(code, begin, unmask)).await
    }

    async fn preview_saved(&self, code: &str, name: String, bytes: Bytes) -> Result<Preview, Problem> {
        self.look_at(code, name, bytes).await
    }

    async fn register(
        &self,
        code: &str,
        rows: Vec<HandledRow>,
        dry: bool,
        actor: &Actor,
    ) -> Result<Vec<Registered>, Problem> {
        let channel = self.runs(code)?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.channels().ground.intake.register(&channel, row, dry, actor).await?);
        }
        Ok(all)
    }

    async fn reconcile(
        &self,
        codes: &[String],
        day: Date,
        fetch: bool,
        actor: &Actor,
    ) -> Result<Vec<ChannelDay>, Problem> {
        Box::pin(self.reconciled(codes, day, fetch, actor)).await
    }

    async fn remap(&self, dead: i64, actor: &Actor) -> Result<Verdict, Problem> {
        let query = DeadQuery { id: Some(dead), open: true, limit: 1, ..DeadQuery::default() };
        let row = self.channels().ground.store.dead(query).await?.pop();
        let row = row.ok_or_else(|| Problem::new(Code::NotFound, "没有这条待处理", "no such dead letter"))?;
        let channel = self.runs(&row.channel_code)?;
        let unreadable =
            || Problem::refused("这一条读不出来件,无法重新识别", "this holds no submission that could be mapped");
        let body = row.body.ok_or_else(unreadable)?;
        let folio = Folio::read(&body).map_err(|_| unreadable())?;
        let external_id = row.external_id.ok_or_else(unreadable)?;
        let attachments = self.channels().ground.intake.set_aside(row.version).await?;
        let version = row.source_version.as_deref();
        let submission = submission(&external_id, version, &folio, attachments).ok_or_else(unreadable)?;
        let confirmed = row.kind == DeadKind::Held;
        match self.channels().ground.intake.remap(&channel, dead, &submission, actor, confirmed).await? {
            Ok(verdict) => Ok(verdict),
            Err(reason) => {
                Err(Problem::refused(format!("还是认不出:{reason}"), format!("it still cannot be mapped: {reason}")))
            }
        }
    }
}
