//! How often a far side may be asked: a channel's own rate, and budgets that channels share by name.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use huiliu_contract::Rate;

/// The budgets of `gateway.toml`, each one limiter however many channels name it.
#[derive(Debug, Default)]
pub struct Budgets(HashMap<String, Arc<DefaultDirectRateLimiter>>);

impl Budgets {
    /// Makes one limiter a budget.
    pub fn new<'a>(rates: impl IntoIterator<Item = (&'a String, &'a Rate)>) -> Self {
        Self(rates.into_iter().map(|(name, rate)| (name.clone(), limiter(*rate))).collect())
    }

    /// The pace of a channel; none if it names a budget that is not there.
    pub fn pace(&self, limit: Option<Rate>, budget: Option<&str>) -> Option<Pace> {
        let mut limiters: Vec<_> = limit.into_iter().map(limiter).collect();
        if let Some(name) = budget {
            limiters.push(self.0.get(name)?.clone());
        }
        Some(Pace(limiters))
    }
}

/// When one channel may ask.
#[derive(Debug, Default)]
pub struct Pace(Vec<Arc<DefaultDirectRateLimiter>>);

impl Pace {
    /// Waits for the channel's turn.
    pub async fn turn(&self) {
        for limiter in &self.0 {
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
        let (a, b) = (budgets.pace(None, Some("省平台")).unwrap(), budgets.pace(None, Some("省平台")).unwrap());
        assert!(a.0[0].check().is_ok());
        assert!(b.0[0].check().is_err(), "the hour's one request is spent");
        assert!(budgets.pace(None, Some("别的")).is_none());
    }
}
