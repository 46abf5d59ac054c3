//! The clerk of the demo: what a person of the hotline does at the command line all day. New channels are confirmed, pictures
//! read, answers agreed to, sheets carried, and what a machine cannot decide is looked into. Everything goes through the
//! gateway's console.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use huiliu_farside::core::Worker;
use huiliu_farside::roads::Road;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Trouble;
use super::daemon::ask;
use super::folder::Folder;
use crate::console::view::{ApprovalView, ChannelView, DeadView, LoginAnswered, PictureView, StatusView};
use crate::console::{FarStatus, LoginStep, MAX_ROWS, Request};

/// How long the clerk rests between two rounds.
const REST: Duration = Duration::from_millis(250);

/// How long a far side that failed is left alone before somebody says: ask it again.
const IMPATIENT: jiff::SignedDuration = jiff::SignedDuration::from_secs(2);

/// What the clerk did.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    /// First runs confirmed.
    pub(super) went_live: AtomicU64,
    /// Pictures read at far sides' doors.
    pub(super) logins: AtomicU64,
    /// Answers agreed to.
    pub(super) agreed: AtomicU64,
    /// Write-backs that were looked into, or done by hand.
    pub(super) looked: AtomicU64,
}

/// The clerk.
pub(super) struct Clerk {
    roads: BTreeMap<&'static str, Arc<dyn Road>>,
    worker: Arc<Worker>,
    house: PathBuf,
    socket: PathBuf,
    from: Date,
    /// What was done so far.
    pub(super) deeds: Deeds,
}

impl Clerk {
    /// One who knows these far sides' pages.
    pub(super) fn new(roads: &[Arc<dyn Road>], worker: Arc<Worker>, folder: &Folder, from: Date) -> Self {
        let roads = roads.iter().map(|road| (road.channel(), Arc::clone(road))).collect();
        let (house, socket) = (folder.path().to_owned(), folder.socket());
        Self { roads, worker, house, socket, from, deeds: Deeds::default() }
    }

    /// Works until the end of the demo. While the gateway is down nothing can be done, and nothing is lost by that.
    pub(super) async fn work(self: Arc<Self>) {
        loop {
            if let Err(trouble) = self.round().await {
                tracing::debug!(%trouble, "the clerk could do nothing");
            }
            tokio::time::sleep(REST).await;
        }
    }

    async fn round(&self) -> Result<(), Trouble> {
        let channels: Vec<ChannelView> = self.ask(Request::ChannelList, None).await?;
        for channel in &channels {
            if channel.first_run.as_deref() == Some("needs_go_live") {
                let live = Request::GoLive { channel: channel.code.clone(), from: self.from };
                let _: Value = self.ask(live, Some("演示:这一天以后的都要")).await?;
                self.deeds.went_live.fetch_add(1, Ordering::Relaxed);
            }
            if channel.login.as_ref().is_some_and(|login| login.standing == "person") {
                self.log_in(&channel.code).await?;
            }
            if is_left_alone(channel.far.as_ref()) {
                self.resume(&channel.code).await?;
            }
        }
        let status: StatusView = self.ask(Request::Status, None).await?;
        if is_left_alone(status.core.as_ref()) {
            self.resume("core").await?;
        }
        for approval in
            self.ask::<Vec<ApprovalView>>(Request::ApproveList { channel: None, limit: MAX_ROWS }, None).await?
        {
            self.agree(&approval).await?;
        }
        for road in self.roads.values() {
            road.carry(&self.house).await?;
        }
        for dead in self.dead().await? {
            self.look_into(&dead).await?;
        }
        Ok(())
    }

    /// What needs a person.
    pub(super) async fn dead(&self) -> Result<Vec<DeadView>, Trouble> {
        self.ask(Request::DeadList { channel: None, ended: false, unticketed: false, limit: MAX_ROWS }, None).await
    }

    async fn resume(&self, channel: &str) -> Result<(), Trouble> {
        let _: Value = self.ask(Request::Resume { channel: channel.to_owned() }, None).await?;
        Ok(())
    }

    /// Reads the picture at a far side's door and types in what it says.
    async fn log_in(&self, code: &str) -> Result<(), Trouble> {
        let step = |step| Request::Login { channel: code.to_owned(), step };
        let picture: PictureView = self.ask(step(LoginStep::Picture), None).await?;
        let Some(answer) = self.roads.get(code).and_then(|road| road.picture()) else { return Ok(()) };
        let answer = LoginStep::Answer { challenge: picture.challenge, answer };
        let answered: LoginAnswered = self.ask(step(answer), None).await?;
        self.deeds.logins.fetch_add(u64::from(answered.became == "in"), Ordering::Relaxed);
        Ok(())
    }

    /// Agrees to what is to leave; where something was found in it, with the reason.
    async fn agree(&self, approval: &ApprovalView) -> Result<(), Trouble> {
        let although = approval.findings > 0;
        let agree = Request::ApproveAgree { id: approval.dead.id, text: None, although };
        let why = although.then_some("演示:已逐字看过,可以发出");
        let _: Value = self.ask(agree, why).await?;
        self.deeds.agreed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// What the machine left to a person: looked up at the far side, then noted as done or tried again.
    async fn look_into(&self, dead: &DeadView) -> Result<(), Trouble> {
        let id = dead.id;
        // The last answer, as the core's own screen shows it, must be what stands on the far side's page.
        let arrived = || {
            let number = dead.external_id.as_deref()?;
            let answer = self.worker.answer(&dead.channel, number)?;
            Some(self.roads.get(dead.channel.as_str())?.closed().get(number)?.contains(&answer))
        };
        let request = match dead.kind.as_str() {
            "by_hand" | "uncertain" | "write_back" if arrived() == Some(true) => Request::DeadDone { id },
            "uncertain" | "write_back" | "event" | "held" | "file" => Request::DeadRetry { id },
            "urged" => Request::DeadDrop { id },
            _ => return Ok(()),
        };
        let _: Value = self.ask(request, Some("演示:已到对方后台核对")).await?;
        self.deeds.looked.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request, why: Option<&str>) -> Result<T, Trouble> {
        ask(&self.socket, request, why).await
    }
}

/// Whether nothing is asked of a far side for a while already because it failed.
fn is_left_alone(far: Option<&FarStatus>) -> bool {
    let since = far.and_then(|far| far.open_since);
    since.is_some_and(|since| jiff::Timestamp::now().duration_since(since) > IMPATIENT)
}
