//! What is wrong with `[alarms]` beyond its schema: above all, what would silence what must not be silent.

use std::time::Duration;

use huiliu_contract::Misconfigured;

use super::{AlarmKind, AlarmOutlet, AlarmSettings, OutletKind};

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

impl AlarmSettings {
    /// Everything wrong with it, keys dotted from `alarms`.
    pub(in crate::settings) fn mistakes(&self) -> Vec<Misconfigured> {
        let mut wrong = Vec::new();
        self.bounds(&mut wrong);
        for kind in &self.off {
            if let Some(always) = kind.always() {
                let (zh, en) = always.why();
                wrong.push(Misconfigured::new(
                    "alarms.off",
                    format!("`{}` cannot be switched off: {en}; take it out of the list", kind.word()),
                    format!("“{}”属于“{}”,不能关:{zh};从列表里删掉", kind.word(), always.zh()),
                ));
            }
        }
        if !self.urgent_words.values().flatten().any(|word| !word.trim().is_empty()) {
            wrong.push(Misconfigured::new(
                "alarms.urgent_words",
                "it holds no word, which would switch off the alarm of urgent letters; delete the key to have the shipped list",
                "一个词也没有,等于关掉了紧急件告警;删掉这个键就用自带的词表",
            ));
        }
        for (group, words) in &self.urgent_words {
            if words.iter().any(|word| word.trim().chars().count() < 2) {
                wrong.push(Misconfigured::new(
                    format!("alarms.urgent_words.{group}"),
                    "a word of less than two characters stands in nearly every letter; write longer ones",
                    "有不到两个字的词,几乎每件都会命中;写长一点",
                ));
            }
        }
        self.outlets(&mut wrong);
        wrong
    }

    fn bounds(&self, wrong: &mut Vec<Misconfigured>) {
        let bounds = [
            ("repeat_urgent", self.repeat_urgent, MINUTE, HOUR, "1m–1h"),
            ("repeat", self.repeat, 10 * MINUTE, 24 * HOUR, "10m–24h"),
            ("second_after", self.second_after, MINUTE, 12 * HOUR, "1m–12h"),
            ("away", self.away, 1, 24 * HOUR, "1s–24h"),
            ("core_away", self.core_away, 1, 24 * HOUR, "1s–24h"),
        ];
        for (key, period, least, most, shown) in bounds {
            if !(Duration::from_secs(least)..=Duration::from_secs(most)).contains(&period.0) {
                wrong.push(Misconfigured::new(
                    format!("alarms.{key}"),
                    format!("{period} is outside of {shown}"),
                    format!("{period} 超出范围,要在 {shown} 之间"),
                ));
            }
        }
        let minutes = (0..24 * 60i16).filter(|minute| {
            let (hour, minute) = (i8::try_from(minute / 60).unwrap_or(0), i8::try_from(minute % 60).unwrap_or(0));
            let at = jiff::civil::Time::new(hour, minute, 0, 0).unwrap_or_default();
            self.quiet.as_ref().is_some_and(|quiet| quiet.contain(at))
        });
        if minutes.count() > 12 * 60 {
            wrong.push(Misconfigured::new(
                "alarms.quiet",
                "more than half of the day would be quiet; write twelve hours or less",
                "静默超过半天了;加起来不要超过12小时",
            ));
        }
    }

    fn outlets(&self, wrong: &mut Vec<Misconfigured>) {
        for (at, outlet) in self.to.iter().enumerate() {
            let key = format!("alarms.to.{at}");
            if self.to[..at].iter().any(|other| other.name == outlet.name) {
                wrong.push(Misconfigured::new(
                    format!("{key}.name"),
                    format!("two outlets are called `{}`; give each a name of its own", outlet.name),
                    format!("有两个出口都叫“{}”;各起一个名字", outlet.name),
                ));
            }
            outlet.mistakes(&key, wrong);
        }
        if self.mail.is_none() && self.to.iter().any(|outlet| outlet.kind == OutletKind::Mail) {
            wrong.push(Misconfigured::new(
                "alarms.mail",
                "an outlet of kind `mail` needs an account: write `[alarms.mail]` with host, user, password and from",
                "kind = \"mail\" 的出口要有账号:写 [alarms.mail] 的 host、user、password、from",
            ));
        }
        if self.to.is_empty() {
            return;
        }
        for kind in AlarmKind::ALL {
            let told = self.to.iter().any(|outlet| outlet.level == 1 && outlet.takes(kind));
            if let Some(always) = kind.always().filter(|_| !told) {
                let (zh, en) = always.why();
                wrong.push(Misconfigured::new(
                    "alarms.to",
                    format!("no outlet of level 1 gets `{}`, which would switch it off: {en}", kind.word()),
                    format!("没有一个 level = 1 的出口收“{}”,等于关掉了“{}”:{zh}", kind.word(), always.zh()),
                ));
                return;
            }
        }
    }
}

impl AlarmOutlet {
    fn mistakes(&self, key: &str, wrong: &mut Vec<Misconfigured>) {
        let mut tell = |name: &str, en: &str, zh: &str| {
            wrong.push(Misconfigured::new(format!("{key}.{name}"), en, zh));
        };
        if !(Duration::from_secs(1)..=Duration::from_secs(120)).contains(&self.timeout.0) {
            tell("timeout", "a time from 1s to 2m is needed", "要在 1s 到 2m 之间");
        }
        if self.kind != OutletKind::Mail && !self.to.is_empty() {
            tell("to", "`to` belongs to `kind = \"mail\"`", "to 是 kind = \"mail\" 用的");
        }
        match self.kind {
            OutletKind::Mail => self.mail_mistakes(&mut tell),
            OutletKind::Http => {
                if self.url.is_none() {
                    tell("url", "an outlet of kind `http` needs `url`", "kind = \"http\" 的出口要写 url");
                }
                if self.preset.is_none() && self.post.is_none() {
                    tell(
                        "post",
                        "say what is sent: `post = { … \"{text}\" … }`, or name a `preset`",
                        "要写发什么:post = { … \"{text}\" … },或写 preset",
                    );
                }
                if !self.run.is_empty() {
                    tell("run", "`run` belongs to `kind = \"command\"`", "run 是 kind = \"command\" 用的");
                }
            }
            OutletKind::Command => {
                if self.run.is_empty() {
                    tell(
                        "run",
                        "an outlet of kind `command` needs `run = [\"/path/of/program\", …]`",
                        "kind = \"command\" 的出口要写 run = [\"/程序的路径\", …]",
                    );
                }
                if self.url.is_some() || self.post.is_some() || self.preset.is_some() {
                    tell(
                        "kind",
                        "`url`, `post` and `preset` belong to `kind = \"http\"`",
                        "url、post、preset 是 kind = \"http\" 用的",
                    );
                }
            }
        }
    }

    fn mail_mistakes(&self, tell: &mut impl FnMut(&str, &str, &str)) {
        if self.to.is_empty() {
            tell(
                "to",
                "an outlet of kind `mail` needs `to = [\"name@example.gov.cn\", …]`",
                "kind = \"mail\" 的出口要写 to = [\"某人@example.gov.cn\", …]",
            );
        }
        // Whether an address is one is known when a mail is composed; that would be in the middle of the night.
        if self.to.iter().any(|to| !huiliu_mailer::is_address(to)) {
            tell("to", "one of these is no mail address", "有一个不是邮箱地址");
        }
        if self.url.is_some() || self.post.is_some() || self.preset.is_some() || !self.run.is_empty() {
            tell(
                "kind",
                "`url`, `post`, `preset` and `run` are for outlets of other kinds",
                "url、post、preset、run 是别的出口用的",
            );
        }
        if !self.phones.is_empty() {
            tell("phones", "whom a mail goes to is `to`", "邮件发给谁写在 to 里");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(written: &str) -> Vec<String> {
        let settings: AlarmSettings = toml::from_str(written).unwrap();
        settings.mistakes().into_iter().map(|wrong| wrong.key).collect()
    }

    const ACCOUNT: &str = "[mail]\nhost = \"smtp.example.test\"\nfrom = \"hotline@example.test\"\n";

    #[test]
    fn an_outlet_by_mail_needs_an_account_and_addresses() {
        let outlet = |more: &str| format!("[[to]]\nname = \"邮件\"\nkind = \"mail\"\n{more}\n");
        let to = "to = [\"duty@county.test\"]";
        assert_eq!(keys(&format!("{ACCOUNT}{}", outlet(to))), [""; 0]);
        assert_eq!(keys(&outlet(to)), ["alarms.mail"]);
        for (more, wanted) in [
            ("", "alarms.to.0.to"),
            ("to = [\"duty at county\"]", "alarms.to.0.to"),
            ("to = [\"duty@county.test\"]\nrun = [\"/bin/true\"]", "alarms.to.0.kind"),
            ("to = [\"duty@county.test\"]\nphones = [\"1\"]", "alarms.to.0.phones"),
        ] {
            assert_eq!(keys(&format!("{ACCOUNT}{}", outlet(more))), [wanted], "{more}");
        }
    }

    #[test]
    fn whom_a_mail_goes_to_is_nothing_for_other_outlets() {
        let command =
            "[[to]]\nname = \"命令\"\nkind = \"command\"\nrun = [\"/bin/true\"]\nto = [\"duty@county.test\"]\n";
        assert_eq!(keys(command), ["alarms.to.0.to"]);
    }
}
