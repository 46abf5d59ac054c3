//! The login of a channel whose account people use too: what it remembers is on disk before anything is told as done, its
//! far side is asked nothing while a person is needed, and what people do with it is one thing at a time.

mod keeper;
mod person;

use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use huiliu_contract::{Attended, Fault, Keepsake, Personal, Reached, Standing};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, Notify, OwnedRwLockReadGuard, RwLock, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use keeper::Keeper;
pub use person::{NotNow, word as answered_word};

use super::FarStatus;
use crate::channel::{Asked, Channel, Want, renewal};
use crate::store::{Place, Store};
use crate::workdays::Calendar;

/// Pictures that may be fetched at once, and how long it takes until there may be one more: nobody storms a far side by
/// asking for another one over and over.
const PICTURES: (u32, Duration) = (3, Duration::from_secs(4));

/// What a gateway lends to a login.
pub struct Lent {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Where what people began goes on to its end.
    pub tracker: TaskTracker,
    /// The calendar of working days at present.
    pub calendar: watch::Receiver<Arc<Calendar>>,
    /// The site's zone.
    pub zone: TimeZone,
}

/// Whoever goes by the login: how its far side stands, and what is rung when it may be asked again.
pub type Side = (Arc<FarStatus>, Arc<Notify>);

/// One channel's login.
pub struct Attending {
    channel: Arc<Channel>,
    login: Arc<dyn Attended>,
    lent: Lent,
    sides: Vec<Side>,
    phase: watch::Sender<Phase>,
    /// Held for reading by each call that goes by the login, for writing by whoever ends it.
    uses: Arc<RwLock<()>>,
    /// What is to be kept and is not on disk yet.
    unkept: Mutex<Option<Keepsake>>,
    seen: watch::Sender<Seen>,
    told: std::sync::Mutex<Option<Asked>>,
    pictures: DefaultDirectRateLimiter,
    person: Mutex<()>,
}

/// What may be done with a login.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// What was kept is not taken up yet.
    Before,
    /// It is in use.
    Open,
    /// Another one takes its place, or the house stops.
    Left,
}

/// How it stood when it was looked at last.
#[derive(Clone, PartialEq, Debug, Default)]
struct Seen {
    standing: Option<Standing>,
    shut: bool,
}

impl Attending {
    /// Over a channel's connector; none where nobody but the connector logs in. It is in use once its [`Keeper`] runs.
    pub fn new(channel: &Arc<Channel>, sides: Vec<Side>, lent: Lent) -> Option<Arc<Self>> {
        let login = channel.connector.attended.clone()?;
        let (most, every) = PICTURES;
        let quota = Quota::with_period(every).unwrap_or(Quota::per_minute(std::num::NonZeroU32::MIN));
        let quota = quota.allow_burst(std::num::NonZeroU32::new(most).unwrap_or(std::num::NonZeroU32::MIN));
        Some(Arc::new(Self {
            channel: channel.clone(),
            login,
            lent,
            sides,
            phase: watch::Sender::new(Phase::Before),
            uses: Arc::default(),
            unkept: Mutex::default(),
            seen: watch::Sender::new(Seen::default()),
            told: std::sync::Mutex::default(),
            pictures: RateLimiter::direct(quota),
            person: Mutex::default(),
        }))
    }

    /// How it stands. Before what was kept is taken up nothing is known yet, and nobody is called for.
    pub fn standing(&self) -> Standing {
        if *self.phase.borrow() == Phase::Before { Standing::Out } else { self.login.standing() }
    }

    /// Whether logins need a person at all.
    pub fn needs_person(&self) -> bool {
        self.login.needs_person()
    }

    /// What a person is wanted for now.
    pub fn want(&self) -> Option<Want> {
        match self.standing() {
            Standing::Person { .. } => Some(Want::Login),
            Standing::Resting { .. } => Some(Want::Mend),
            Standing::In { .. } if self.login.needs_person() => {
                let calendar = self.lent.calendar.borrow().clone();
                let until = renewal(&self.channel.settings.captcha, self.now(), &self.lent.zone, &calendar)?;
                self.login.ends_before(until).then_some(Want::Renew)
            }
            Standing::In { .. } | Standing::Out | Standing::Yielded { .. } => None,
        }
    }

    /// Whether nothing goes by it before a person did something.
    pub fn waits_for_person(&self) -> bool {
        matches!(self.standing(), Standing::Person { .. } | Standing::Resting { .. })
    }

    /// How long nothing may be asked by it, from `now` (ms) on; none where it may. The longest time stands for: until a
    /// person did something.
    pub fn shut_for(&self, now: i64) -> Option<Duration> {
        match self.standing() {
            Standing::In { .. } | Standing::Out => None,
            Standing::Person { .. } | Standing::Resting { .. } => Some(Duration::MAX),
            Standing::Yielded { until } => {
                let left = until.as_millisecond().saturating_sub(now);
                u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
            }
        }
    }

    /// Waits until what was kept is taken up. None when stopped.
    pub(super) async fn ready(&self, stop: &CancellationToken) -> Option<()> {
        let mut phase = self.phase.subscribe();
        tokio::select! {
            () = stop.cancelled() => None,
            begun = phase.wait_for(|phase| *phase != Phase::Before) => begun.ok().map(|_| ()),
        }
    }

    /// Waits until something may be asked by it. None when stopped.
    pub(super) async fn opened(&self, stop: &CancellationToken) -> Option<()> {
        self.ready(stop).await?;
        let mut seen = self.seen.subscribe();
        loop {
            seen.mark_unchanged();
            let Some(wait) = self.shut_for(self.lent.store.clock().now()) else { return Some(()) };
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(wait.min(Duration::from_secs(3600))) => {}
                changed = seen.changed() => changed.ok()?,
            }
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.lent.store.clock().now()).unwrap_or_default()
    }

    /// Waits until what was kept is taken up; refused once another login takes this one's place.
    async fn enter(&self) -> Result<OwnedRwLockReadGuard<()>, Fault> {
        let left = || Fault::unavailable("the channel is being replaced; nothing was sent", Reached::No);
        let mut phase = self.phase.subscribe();
        phase.wait_for(|phase| *phase != Phase::Before).await.map_err(|_| left())?;
        let place = self.uses.clone().read_owned().await;
        if *self.phase.borrow() == Phase::Left { Err(left()) } else { Ok(place) }
    }

    /// After anything went by it: what is to be kept is on disk, and all who go by it know how it stands. False if it could
    /// not be kept; then it is tried again the next time.
    async fn settle(&self) -> bool {
        let kept = self.keep().await;
        self.look();
        kept
    }

    /// Puts on disk what is to be kept. One at a time, so that nothing older overwrites it.
    async fn keep(&self) -> bool {
        let mut unkept = self.unkept.lock().await;
        if let Some(keepsake) = self.login.keepsake() {
            *unkept = Some(keepsake);
        }
        let Some(keepsake) = unkept.as_ref() else { return true };
        let channel = self.channel.enrolled.channel;
        let store = &self.lent.store;
        let kept = match store.keys().seal(Place::Session, i64::from(channel), keepsake.0.reveal()) {
            Ok(body) => store.keep_session(channel, body).await,
            Err(error) => Err(error.into()),
        };
        match kept {
            Ok(()) => {
                *unkept = None;
                true
            }
            Err(error) => {
                tracing::error!(channel = %self.channel.code, %error, "the session of a login could not be kept");
                false
            }
        }
    }

    /// Looks how it stands, and tells those who go by it: nothing is asked while it is shut, and at once when it is open again.
    pub(super) fn look(&self) {
        let standing = self.standing();
        let shut = self.shut_for(self.lent.store.clock().now()).is_some();
        self.seen.send_if_modified(|seen| {
            if seen.standing.as_ref() == Some(&standing) && seen.shut == shut {
                return false;
            }
            let was_shut = std::mem::replace(seen, Seen { standing: Some(standing.clone()), shut }).shut;
            self.changed(&standing, was_shut, shut);
            true
        });
    }

    fn changed(&self, standing: &Standing, was_shut: bool, shut: bool) {
        let code = &self.channel.code;
        let wanted = matches!(standing, Standing::Person { .. } | Standing::Resting { .. });
        metrics::gauge!("huiliu_login_needs_person", "channel" => code.to_string()).set(f64::from(u8::from(wanted)));
        if let Some(fault) = self.fault(standing).filter(|_| shut) {
            let next = if let Standing::Yielded { until } = standing { Some(*until) } else { None };
            self.sides.iter().for_each(|(status, _)| status.ill(&fault, next));
            tracing::warn!(channel = %code, standing = standing.word(), %fault, "nothing goes by the login");
        } else if was_shut {
            tracing::info!(channel = %code, standing = standing.word(), "the login may be used again");
            for (status, resumed) in &self.sides {
                status.over();
                resumed.notify_one();
            }
        }
    }

    /// Has those asked again at once who stand still for a person, whatever they were refused for.
    fn ring(&self) {
        for (status, resumed) in self.sides.iter().filter(|(status, _)| status.needs_person()) {
            status.over();
            resumed.notify_one();
        }
    }

    /// What those who go by it would be told.
    fn fault(&self, standing: &Standing) -> Option<Fault> {
        let code = &self.channel.code;
        match standing {
            Standing::In { .. } | Standing::Out => None,
            Standing::Person { .. } => Some(Fault::NeedsPerson {
                message: format!("a person has to log in: huiliu channel login {code}"),
                challenge: Personal::new(String::new()),
            }),
            Standing::Yielded { .. } => Some(Fault::unavailable("somebody else uses the account", Reached::No)),
            Standing::Resting { why, .. } => Some(Fault::denied(format!(
                "the login rests ({why}); mend the account, then huiliu channel resume {code}"
            ))),
        }
    }

    fn told(&self) -> Option<Asked> {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_told(&self, told: Option<Asked>) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }
}

/// Makes a call that goes by a login, if the channel has one: not before what was kept is taken up, and what is to be kept
/// afterwards is on disk when this returns.
pub async fn by<T>(login: Option<&Arc<Attending>>, call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let Some(login) = login else { return call.await };
    let _place = login.enter().await?;
    let answer = call.await;
    login.settle().await;
    answer
}
