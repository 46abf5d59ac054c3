//! What the demo stands on: far sides, folder, screen; and the only ways by which figures are learned: the far sides'
//! own counts, and the gateway's console.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use huiliu_contract::Secret;
use huiliu_farside::core::{Core, CoreOptions};
use huiliu_farside::mailbox::{Mailbox, MailboxOptions};
use huiliu_farside::platform::{Gate, Platform, PlatformOptions};
use huiliu_farside::proof::{Hmac, Proof};
use huiliu_farside::scheme::{Checker, Scheme};
use jiff::{SignedDuration, Timestamp};

use super::Trouble;
use super::balance::{ChannelFigures, Figures};
use super::daemon::{Daemon, ask};
use super::folder::{Folder, MAILBOX, PLATFORM, Sides};
use super::screen::{Glance, Screen, Side};
use crate::console::Request;
use crate::console::view::{ChannelView, DeadView, StatusView};
use crate::settings::Lang;

/// How many orders the platform has at first: few enough for a first run that needs no person.
const FIRST_ORDERS: usize = 12;
/// Our application's name at the platform, as the shipped file has it.
const APP: &str = "430424";

/// Everything but the gateway itself.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) platform: Platform,
    pub(super) core: Core,
    pub(super) folder: Folder,
    pub(super) screen: Arc<Screen>,
    pub(super) lang: Lang,
    /// The secret of the mailbox's signatures, for `curl` lines.
    pub(super) key: Secret,
    /// Letters and orders that their far sides changed after they sent them.
    pub(super) revised: [AtomicU64; 2],
    /// When the demo began.
    pub(super) began: Timestamp,
}

/// What went wrong on purpose, by the far sides' own counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mishaps {
    /// Requests that the core answered 503.
    pub(super) unavailable: u64,
    /// Pages that the platform gave twice.
    pub(super) pages_twice: u64,
    /// Pushes told again.
    pub(super) told_again: u64,
    /// Events that the core was told twice.
    pub(super) events_twice: u64,
}

impl Stage {
    /// Puts the far sides up and starts the gateway against them.
    pub(super) async fn build(lang: Lang, screen: Arc<Screen>) -> Result<(Arc<Self>, Daemon), Trouble> {
        let began = Timestamp::now();
        let (key, token) = (random()?, random()?);
        let mut options = PlatformOptions::new(0);
        options.from = Timestamp::from_second((began - SignedDuration::from_mins(30)).as_second()).unwrap_or(began);
        let scheme = Scheme::Sorted { app_key: APP.into(), secret: token.clone(), sm3: true };
        options.gate = Gate::Signed(Checker::new(scheme));
        let platform = Platform::start(options).await?;
        (0..FIRST_ORDERS).for_each(|serial| platform.grow_with(super::letters::order(serial)));
        let core = Core::start(CoreOptions::default()).await?;
        let day = (began - SignedDuration::from_hours(24 * 7)).to_zoned(jiff::tz::TimeZone::UTC).date();
        let sides =
            Sides { platform: platform.url(), core: core.url(), start_from: day, key: key.clone(), token, lang };
        let folder = Folder::new(&sides)?;
        let daemon = Daemon::start(&folder, None, lang).await?;
        let url = format!("http://{}/channels/{MAILBOX}", daemon.address);
        let mut options = MailboxOptions::new(url, Proof::Hmac(Hmac::once(key.expose())));
        options.tries = 200;
        options.pause = Duration::from_millis(300);
        let mailbox = Mailbox::new(options).map_err(|error| Trouble::new("信箱起不来", error.to_string()))?;
        let mailbox = Arc::new(mailbox);
        let revised = [AtomicU64::new(0), AtomicU64::new(0)];
        let stage = Self { mailbox, platform, core, folder, screen, lang, key, revised, began };
        Ok((Arc::new(stage), daemon))
    }

    /// Asks the gateway.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<T, Trouble> {
        ask(&self.folder.socket(), request).await
    }

    /// All figures as they now are.
    pub(super) async fn figures(&self) -> Result<Figures, Trouble> {
        let channels: Vec<ChannelView> = self.ask(Request::ChannelList).await?;
        let dead = self.dead().await?;
        let (mailbox, platform, core) = (self.mailbox.stats(), self.platform.stats(), self.core.stats());
        let sent = [mailbox.letters + mailbox.malformed, platform.distinct + platform.malformed];
        let figures = |(code, (sent, revised)): (&str, (u64, &AtomicU64))| {
            let view = channels.iter().find(|view| view.code == code);
            let tickets = view.map(|view| view.tickets).unwrap_or_default();
            let of_it = |one: &&DeadView| one.channel == code && matches!(&*one.kind, "unmapped" | "unreadable");
            ChannelFigures {
                name: view.map_or_else(|| code.to_owned(), |view| view.name.clone()),
                sent,
                tickets: tickets.live + tickets.trial + tickets.historic + tickets.waiting,
                listed: dead.iter().filter(of_it).count() as u64,
                revised: revised.load(Ordering::Relaxed),
            }
        };
        Ok(Figures {
            channels: [MAILBOX, PLATFORM].into_iter().zip(sent.into_iter().zip(&self.revised)).map(figures).collect(),
            core_tickets: core.tickets,
            core_events: core.distinct,
            out_of_order: core.out_of_order,
            unacknowledged: mailbox.gave_up,
            contradicted: mailbox.contradicted + mailbox.unnamed,
        })
    }

    /// What needs a person, by the gateway's console.
    pub(super) async fn dead(&self) -> Result<Vec<DeadView>, Trouble> {
        self.ask(Request::DeadList { channel: None, ended: false, limit: crate::console::MAX_ROWS }).await
    }

    /// Events that wait for the core, by the gateway's console.
    pub(super) async fn undone(&self) -> Result<usize, Trouble> {
        let status: StatusView = self.ask(Request::Status).await?;
        Ok(status.to_core.iter().sum())
    }

    /// A channel as the console shows it.
    pub(super) async fn channel(&self, code: &str) -> Result<ChannelView, Trouble> {
        let channels: Vec<ChannelView> = self.ask(Request::ChannelList).await?;
        let channel = channels.into_iter().find(|channel| channel.code == code);
        channel.ok_or_else(|| Trouble::new(format!("没有渠道 {code}"), format!("there is no channel {code}")))
    }

    /// What went wrong on purpose so far.
    pub(super) fn mishaps(&self) -> Mishaps {
        let core = self.core.stats();
        Mishaps {
            unavailable: core.unavailable,
            pages_twice: self.platform.stats().tricks,
            told_again: self.mailbox.stats().told_again,
            events_twice: core.repeated,
        }
    }

    async fn glance(&self) -> Option<Glance> {
        let figures = self.figures().await.ok()?;
        let status: StatusView = self.ask(Request::Status).await.ok()?;
        let platform = self.channel(PLATFORM).await.ok()?;
        let side = |far: Option<crate::console::FarStatus>| match far
            .and_then(|far| far.fault.filter(|_| far.open_since.is_some()))
        {
            Some(fault) => Side::Ill(fault.word, fault.message),
            None => Side::Well,
        };
        Some(Glance {
            platform: side(platform.far),
            core: side(status.core),
            waiting: status.to_core.iter().sum(),
            figures,
        })
    }
}

/// Shows how everything stands, again and again; while the gateway is down, that.
pub(super) async fn watch(stage: Arc<Stage>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    loop {
        ticks.tick().await;
        let glance = stage.glance().await;
        stage.screen.show(glance);
    }
}

fn random() -> Result<Secret, Trouble> {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Trouble::new("取不到随机数", "no randomness to be had"))?;
    Ok(Secret::new(hex::encode(bytes)))
}
