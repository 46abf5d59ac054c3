//! How often a far side may be asked: a channel's own rate, and budgets that channels share by name.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use huiliu_contract::Rate;

/// A limiter, and the rate it was made for.
type Limiter = (Rate, Arc<DefaultDirectRateLimiter>);

/// The budgets of `gateway.toml`, each one limiter however many channels name it.
#[derive(Debug, Default)]
pub struct Budgets(HashMap<String, Limiter>);

impl Budgets {
    /// Makes one limiter a budget.
    pub fn new<'a>(rates: impl IntoIterator<Item = (&'a String, &'a Rate)>) -> Self {
        Self::default().anew(rates)
    }

    /// The budgets of other rates. One whose rate is the same stays the same limiter: channels that were not touched and
    /// channels built anew still share it, and what is spent stays spent.
    #[must_use]
    pub fn anew<'a>(&self, rates: impl IntoIterator<Item = (&'a String, &'a Rate)>) -> Self {
        let kept = |name: &String, rate: &Rate| self.0.get(name).filter(|(before, _)| before == rate).cloned();
        let made = |(name, rate): (&String, &Rate)| {
            (name.clone(), kept(name, rate).unwrap_or_else(|| (*rate, limiter(*rate))))
        };
        Self(rates.into_iter().map(made).collect())
    }

    /// The pace of a channel that ran at `before`; none if it names a budget that is not there.
    pub fn pace(&self, limit: Option<Rate>, budget: Option<&str>, before: Option<&Pace>) -> Option<Pace> {
        let own = limit.map(|rate| {
            let kept = before.and_then(|pace| pace.own.clone()).filter(|(kept, _)| *kept == rate);
            kept.unwrap_or_else(|| (rate, limiter(rate)))
        });
        let shared = match budget {
            Some(name) => Some(self.0.get(name)?.1.clone()),
            None => None,
        };
        Some(Pace { own, shared })
    }
}

/// When one channel may ask.
#[derive(Debug, Default)]
pub struct Pace {
    own: Option<Limiter>,
    shared: Option<Arc<DefaultDirectRateLimiter>>,
}

impl Pace {
    /// Waits for the channel's turn.
    pub async fn turn(&self) {
        for limiter in self.own.iter().map(|(_, limiter)| limiter).chain(&self.shared) {
            limiter.until_ready().await;
        }
    }
}

/// A limiter that spaces requests evenly: the first at once, then one every `per / count`.
fn limiter(rate: Rate) -> Arc<DefaultDirectRateLimiter> {
    let every = rate.per / rate.count.max(1);
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    Arc::new(RateLimiter::direct(quota))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    #[test]
    fn channels_that_name_one_budget_share_it() {
        let rates = BTreeMap::from([("省平台".to_owned(), Rate { count: 1, per: Duration::from_secs(3600) })]);
        let budgets = Budgets::new(&rates);
        let pace = |budgets: &Budgets| budgets.pace(None, Some("省平台"), None).unwrap().shared.unwrap();
        let (a, b) = (pace(&budgets), pace(&budgets));
        assert!(a.check().is_ok());
        assert!(b.check().is_err(), "the hour's one request is spent");
        assert!(budgets.pace(None, Some("别的"), None).is_none());
        // A reload spends nothing twice; another rate is another limiter.
        assert!(pace(&budgets.anew(&rates)).check().is_err());
        let other = BTreeMap::from([("省平台".to_owned(), Rate { count: 2, per: Duration::from_secs(3600) })]);
        assert!(pace(&budgets.anew(&other)).check().is_ok());
    }

    #[test]
    fn a_channel_built_anew_asks_no_sooner_than_it_may() {
        let hourly = Rate { count: 1, per: Duration::from_secs(3600) };
        let first = Budgets::default().pace(Some(hourly), None, None).unwrap();
        assert!(first.own.as_ref().unwrap().1.check().is_ok());
        let second = Budgets::default().pace(Some(hourly), None, Some(&first)).unwrap();
        assert!(second.own.unwrap().1.check().is_err());
        let other = Rate { count: 2, ..hourly };
        let third = Budgets::default().pace(Some(other), None, Some(&first)).unwrap();
        assert!(third.own.unwrap().1.check().is_ok());
    }
}
