//! What people do with a login: look at a picture, answer it, let it go on. One thing at a time, and each on to its end,
//! whoever loses patience meanwhile: an answer that was sent counts.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use huiliu_contract::{Answered, Challenge, Fault, Reached, Secret};

use super::{Attending, by};

/// How long a picture, or an answer, may take.
const LONGEST: Duration = Duration::from_secs(90);

/// Why something was not done.
#[derive(Debug)]
pub enum NotNow {
    /// Pictures are fetched too fast; in so long there is another one.
    TooFast(Duration),
    /// The connector, or its far side, said no.
    Fault(Fault),
    /// It was done, and could not be kept: a restart would not know of it.
    NotKept(Answered),
    /// The connector broke.
    Broke,
}

impl Attending {
    /// Fetches a picture, at the channel's pace.
    ///
    /// # Errors
    ///
    /// As [`huiliu_contract::Attended::challenge`]; and while pictures are asked for too fast.
    pub async fn picture(self: &Arc<Self>) -> Result<Challenge, NotNow> {
        self.pictures.check().map_err(|until| NotNow::TooFast(until.wait_time_from(DefaultClock::default().now())))?;
        let this = self.clone();
        let fetch = async move {
            let _one = this.person.lock().await;
            this.channel.pace.turn().await;
            by(Some(&this), within(this.login.challenge())).await
        };
        self.to_its_end(fetch).await?.map_err(NotNow::Fault)
    }

    /// Logs in with what a person read. What the connector remembers of it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// As [`huiliu_contract::Attended::answer`].
    pub async fn answer(self: &Arc<Self>, id: String, text: Secret) -> Result<Answered, NotNow> {
        let this = self.clone();
        let log_in = async move {
            let _one = this.person.lock().await;
            let _place = this.enter().await.map_err(NotNow::Fault)?;
            let answered = within(this.login.answer(&id, &text)).await;
            let kept = this.settle().await;
            let answered = answered.map_err(NotNow::Fault)?;
            let code = this.channel.code.to_string();
            metrics::counter!("huiliu_logins_total", "channel" => code, "became" => word(&answered)).increment(1);
            tracing::info!(channel = %this.channel.code, became = word(&answered), "a person answered for a login");
            if answered == Answered::In {
                this.ring();
            }
            if kept { Ok(answered) } else { Err(NotNow::NotKept(answered)) }
        };
        self.to_its_end(log_in).await?
    }

    /// A person has mended the account, or takes the risk. On disk when this returns; false if it could not be kept.
    pub async fn resume(self: &Arc<Self>) -> Result<bool, Fault> {
        let _one = self.person.lock().await;
        let _place = self.enter().await?;
        self.login.resume();
        Ok(self.settle().await)
    }

    async fn to_its_end<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, NotNow> {
        self.lent.tracker.spawn(work).await.map_err(|_| NotNow::Broke)
    }
}

async fn within<T>(call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = |_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe));
    tokio::time::timeout(LONGEST, call).await.unwrap_or_else(late)
}

/// One stable word.
pub fn word(answered: &Answered) -> &'static str {
    match answered {
        Answered::In => "in",
        Answered::Wrong { .. } => "wrong",
        Answered::Late => "late",
        Answered::Resting { .. } => "resting",
    }
}
