//! How many receipts may leave: to one address, to one domain, in all. The counts outlive the process, and hold keyed digests
//! instead of addresses.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Allowance, Blind, Fault, Ration, Site};
use huiliu_kit::mistakes::Mistakes;

use super::options::RationOptions;
use super::usual::PUBLIC;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// The limits, and who counts.
pub(super) struct Rations {
    pause: Duration,
    per_day: u32,
    per_domain: u32,
    per_minute: u32,
    public: BTreeSet<String>,
    blind: Arc<dyn Blind>,
    ration: Arc<dyn Ration>,
}

impl Rations {
    /// Compiles `return.ration`.
    pub(super) fn read(written: &RationOptions, site: &dyn Site, wrong: &mut Mistakes) -> Self {
        let pause = written.pause.map_or(Duration::from_secs(600), |period| period.0);
        if !(MINUTE..=DAY).contains(&pause) {
            wrong.tell("return.ration.pause", "a time from 1m to 1d is needed", "要在 1m 到 1d 之间");
        }
        let bounds = [
            ("per_day", written.per_day, 100),
            ("per_domain", written.per_domain, 100_000),
            ("per_minute", written.per_minute, 10_000),
        ];
        for (key, value, most) in bounds {
            if value.is_some_and(|value| !(1..=most).contains(&value)) {
                wrong.tell(
                    &format!("return.ration.{key}"),
                    &format!("a number from 1 to {most} is needed"),
                    &format!("要在 1 到 {most} 之间"),
                );
            }
        }
        Self {
            pause,
            per_day: written.per_day.unwrap_or(5),
            per_domain: written.per_domain.unwrap_or(200),
            per_minute: written.per_minute.unwrap_or(30),
            public: PUBLIC
                .into_iter()
                .map(str::to_owned)
                .chain(written.public.iter().map(|name| name.trim().to_lowercase()))
                .collect(),
            blind: site.blind(),
            ration: site.ration(),
        }
    }

    /// Whether a receipt to this address may leave; asked again under the same claim, the answer is the same.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] if nobody can count now.
    pub(super) async fn allow(&self, claim: &str, to: &str) -> Result<bool, Fault> {
        self.ration.take(claim, &self.allowances(to)).await
    }

    fn allowances(&self, to: &str) -> Vec<Allowance> {
        let to = to.trim().to_lowercase();
        let digest = |domain: &str, text: &str| hex::encode(self.blind.blind(domain, text.as_bytes()));
        let address = digest("mail ration address", &to);
        let one = |of: String, most, within| Allowance { of, most, within };
        let mut all = vec![
            one(format!("{address} pause"), 1, self.pause),
            one(format!("{address} day"), self.per_day, DAY),
            one("minute".into(), self.per_minute, MINUTE),
        ];
        let domain = to.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
        if !self.public.contains(domain) {
            all.push(one(digest("mail ration domain", domain), self.per_domain, HOUR));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use huiliu_farside::site::Premises;

    use super::*;

    fn rations(written: &RationOptions) -> (Rations, usize) {
        let mut wrong = Mistakes::default();
        let rations = Rations::read(written, &Premises::new(), &mut wrong);
        (rations, wrong.count())
    }

    #[test]
    fn an_address_is_counted_twice_and_its_domain_once_unless_it_is_the_publics() {
        let (rations, _) =
            rations(&RationOptions { public: vec!["Mail.County.test".into()], ..RationOptions::default() });
        let count = |to: &str| rations.allowances(to).len();
        assert_eq!((count("a@firm.test"), count("a@QQ.com"), count("a@mail.county.test")), (4, 3, 3));
        let all = rations.allowances("Wang@Firm.test");
        assert_eq!(all, rations.allowances(" wang@firm.test"));
        assert!(all.iter().all(|one| !one.of.contains("wang") && !one.of.contains("firm")), "{all:?}");
        let names: BTreeSet<_> = all.iter().map(|one| &one.of).collect();
        assert_eq!(names.len(), 4);
    }

    #[test]
    fn limits_that_are_none_are_mistakes() {
        let wrong = |written: RationOptions| rations(&written).1;
        assert_eq!(wrong(RationOptions { per_day: Some(0), per_minute: Some(0), ..RationOptions::default() }), 2);
        assert_eq!(
            wrong(RationOptions { pause: Some(huiliu_contract::Period::seconds(1)), ..RationOptions::default() }),
            1
        );
        assert_eq!(wrong(RationOptions::default()), 0);
    }
}
