//! `[ledger]`: whom to ask about a channel, and how long its secret lives (渠道台账).

use huiliu_contract::Period;
use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::Day;

/// `[ledger]`: whom to ask; it changes nothing in how the channel runs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    /// Who holds the account.
    #[schemars(extend("x-zh" = "账号保管人"))]
    pub account_holder: Option<String>,
    /// Whom to call on the far side.
    #[schemars(extend("x-zh" = "对方联系人"))]
    pub far_contact: Option<String>,
    /// The document that permits the connection.
    #[schemars(extend("x-zh" = "同意对接的依据"))]
    pub permitted_by: Option<String>,
    /// The day on which the secret runs out.
    #[schemars(extend("x-zh" = "密钥到期日"))]
    pub secret_expires: Option<Day>,
    /// The day on which the secret was last changed.
    #[schemars(extend("x-zh" = "上次换密码的日期"))]
    pub secret_changed: Option<Day>,
    /// How long a secret lives by the far side's rules.
    #[schemars(extend("x-zh" = "密码有效期"))]
    pub secret_life: Option<Period>,
    /// Anything else.
    #[schemars(extend("x-zh" = "备注"))]
    pub note: Option<String>,
}

/// The end of a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SecretEnd {
    /// The last day on which it is good.
    pub day: Date,
    /// So many days before it somebody is to see to it.
    pub remind: i32,
}

impl SecretEnd {
    /// How many days are left on a day; below 0 once it is over.
    pub fn left(self, today: Date) -> i32 {
        today.until(self.day).map_or(0, |span| span.get_days())
    }

    /// Whether somebody is to see to it.
    pub fn is_near(self, today: Date) -> bool {
        self.left(today) <= self.remind
    }
}

impl Ledger {
    /// How many days before a day that the far side set, and before one that follows from its rules, somebody is reminded.
    const REMIND: (i32, i32) = (15, 10);

    /// When the secret ends: on the day that was told, or when its life is over, whichever comes first; none if neither is
    /// told.
    pub fn secret_end(&self) -> Option<SecretEnd> {
        let (told, ruled) = Self::REMIND;
        let told = self.secret_expires.map(|day| SecretEnd { day: day.0, remind: told });
        let life = self.secret_life.and_then(|life| i64::try_from(life.0.as_secs() / 86_400).ok());
        let over = self.secret_changed.zip(life).and_then(|(changed, days)| {
            let day = changed.0.checked_add(days.days()).ok()?;
            Some(SecretEnd { day, remind: ruled })
        });
        told.into_iter().chain(over).min()
    }

    /// The keys of what a person must still fill in: absent, empty, or left as the template has it.
    pub fn blanks(&self) -> Vec<&'static str> {
        let told = [
            ("account_holder", &self.account_holder),
            ("far_contact", &self.far_contact),
            ("permitted_by", &self.permitted_by),
        ];
        let is_blank = |text: &str| {
            text.trim().is_empty() || ["【待填】", "【必填】", "×××"].iter().any(|mark| text.contains(mark))
        };
        let blank = told.into_iter().filter(|(_, text)| text.as_deref().is_none_or(is_blank));
        blank.map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(text: &str) -> Ledger {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_secret_ends_by_the_day_or_by_its_life() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(ledger("").secret_end(), None);
        assert_eq!(ledger("secret_changed = '2026-11-20'").secret_end(), None);
        let ruled = ledger("secret_changed = '2026-11-20'\nsecret_life = '90d'").secret_end().unwrap();
        assert_eq!((ruled.day, ruled.remind), (day("2027-02-18"), 10));
        let both = ledger("secret_expires = '2027-02-01'\nsecret_changed = '2026-11-20'\nsecret_life = '90d'");
        let end = both.secret_end().unwrap();
        assert_eq!((end.day, end.remind), (day("2027-02-01"), 15));
        assert_eq!((end.left(day("2027-01-31")), end.left(day("2027-02-03"))), (1, -2));
        assert_eq!((end.is_near(day("2027-01-16")), end.is_near(day("2027-01-17"))), (false, true));
    }

    #[test]
    fn what_a_template_left_open_is_named() {
        assert_eq!(ledger("").blanks(), ["account_holder", "far_contact", "permitted_by"]);
        let text = "account_holder = '热线管理股 王某'\nfar_contact = '省平台 ×××'\npermitted_by = '【待填】文号'";
        assert_eq!(ledger(text).blanks(), ["far_contact", "permitted_by"]);
    }
}
