//! What people read of an alarm: what happened, since when, what to do, how often it was told, who has it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::About;
use crate::settings::{AlarmKind, Lang, Text};
use crate::store::AlarmRow;
use crate::words::{ALARMS, say, word};

/// A message, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Letter {
    /// In one line.
    pub title: String,
    /// All of it.
    pub text: String,
    /// The kind, as people call it.
    pub kind: String,
    /// The channel's name; empty where it is about none.
    pub channel: String,
    /// Since when.
    pub since: String,
    /// What to do.
    pub todo: String,
}

fn shown(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The message of an alarm that lasts.
pub fn letter(row: &AlarmRow, lang: Lang, zone: &TimeZone) -> Letter {
    let about = About::read(&row.about);
    let kind = word(ALARMS, row.kind.word(), lang).to_owned();
    let what = what(row.kind, &about).in_lang(lang).to_owned();
    let since = shown(row.since, zone);
    let todo = todo(row.kind, &about).in_lang(lang).to_owned();
    let who = match (&row.taken, lang) {
        (Some((_, who)), Lang::Zh) => format!("{who} 已认领"),
        (Some((_, who)), Lang::En) => format!("taken by {who}"),
        (None, Lang::Zh) => format!("还没有人认领:huiliu alarm take {} --who 姓名", row.id),
        (None, Lang::En) => format!("nobody took it: huiliu alarm take {} --who NAME", row.id),
    };
    let n = row.sent.max(1);
    let (title, text) = match lang {
        Lang::Zh => (
            format!("【汇流告警】{kind}:{}", named(&about, row)),
            format!("{what}\n从何时起:{since}\n怎么办:{todo}\n告警编号 {},第 {n} 次;{who}", row.id),
        ),
        Lang::En => (
            format!("[huiliu] {kind}: {}", named(&about, row)),
            format!("{what}\nsince: {since}\nwhat to do: {todo}\nalarm {}, told {n} times; {who}", row.id),
        ),
    };
    let text = format!("{title}\n{text}");
    Letter { title, text, kind, channel: about.name.unwrap_or_default(), since, todo }
}

/// The message that an alarm is over.
pub fn ended(row: &AlarmRow, lang: Lang, zone: &TimeZone) -> Letter {
    let about = About::read(&row.about);
    let kind = word(ALARMS, row.kind.word(), lang).to_owned();
    let (since, until) = (shown(row.since, zone), row.ended.map(|at| shown(at, zone)).unwrap_or_default());
    let (title, text) = match lang {
        Lang::Zh => (
            format!("【汇流告警解除】{kind}:{}", named(&about, row)),
            format!("{since} 起的这条告警(编号 {})已在 {until} 恢复,不用再处理。", row.id),
        ),
        Lang::En => (
            format!("[huiliu] over: {kind}: {}", named(&about, row)),
            format!("alarm {} of {since} is over since {until}; nothing is left to do.", row.id),
        ),
    };
    let text = format!("{title}\n{text}");
    Letter { title, text, kind, channel: about.name.unwrap_or_default(), since, todo: String::new() }
}

/// What it is about, in a word.
fn named(about: &About, row: &AlarmRow) -> String {
    let first = about.tickets.first().filter(|_| row.kind == AlarmKind::Urgent);
    let place = about.place.clone();
    first.cloned().or_else(|| about.name.clone()).or(place).unwrap_or_else(|| row.subject.clone())
}

/// What happened.
pub fn what(kind: AlarmKind, about: &About) -> Text {
    let name = about.name.as_deref().unwrap_or("?");
    let count = about.count.unwrap_or(0);
    let place = about.place.as_deref().unwrap_or("?");
    let day = about.day.map(|day| day.to_string()).unwrap_or_default();
    let t = |zh: String, en: String| Text::new(zh, en);
    match kind {
        AlarmKind::Urgent => {
            let groups = about.groups.join("、");
            match about.tickets.first() {
                Some(ticket) => t(
                    format!("“{name}”来的 {ticket} 可能涉及人命或特急(词表:{groups})"),
                    format!("{ticket} of {name} may be about danger to life, or most urgent (list: {groups})"),
                ),
                None => t(
                    format!("“{name}”来的一件还没有汇流编号(认不出或疑似),可能涉及人命或特急(词表:{groups})"),
                    format!(
                        "a letter of {name} that has no number yet may be about danger to life, or most urgent (list: {groups})"
                    ),
                ),
            }
        }
        AlarmKind::Stopped => t(
            format!("{place} 上的网关没有心跳:收不到,也转不出"),
            format!("the gateway at {place} has no heartbeat: nothing is taken in or told"),
        ),
        AlarmKind::Deaf => t(
            format!("{place} 上的网关有 {count} 个渠道收不到件"),
            format!("{count} channels of the gateway at {place} are deaf"),
        ),
        AlarmKind::Silent => t(
            format!("“{name}”长时间没有来件,以前这么久总会有"),
            format!("nothing came by {name} for long, although something usually does"),
        ),
        AlarmKind::Login => t(
            format!("“{name}”要人登录,登录前取不到件、回不了件"),
            format!("a person has to log in to {name}; nothing is fetched or answered before"),
        ),
        AlarmKind::Denied => t(
            format!("“{name}”的对方拒绝我们(密钥或账号不对),已停下"),
            format!("{name}: the far side does not accept who we are (key or account); it stands still"),
        ),
        AlarmKind::Away if about.outlet => t(
            format!("“{name}”的回传一直连不上对方,件在等,不会丢"),
            format!("{name}: answers cannot reach the far side; they wait, nothing is lost"),
        ),
        AlarmKind::Away => t(format!("“{name}”的对方一直连不上"), format!("{name}: the far side is away")),
        AlarmKind::Broken => t(format!("“{name}”的配置有错,要改"), format!("the configuration of {name} is wrong")),
        AlarmKind::Off => t(
            format!("“{name}”最近还有来件,现在停用了,不再收件"),
            format!("{name} brought letters lately and is off now: nothing is taken in"),
        ),
        AlarmKind::Gap => t(
            format!("“{name}”{day} 对账有差:{count} 件"),
            format!("{name}: {count} items differ between the far side and here, of {day}"),
        ),
        AlarmKind::Homeward => {
            let tickets = about.tickets.join("、");
            t(
                format!("“{name}”有 {count} 件的签收或答复还没回到对方,时限快到了(或已过):{tickets}"),
                format!(
                    "{name}: {count} answers or signings did not get home, and their deadline is near or past: {tickets}"
                ),
            )
        }
        AlarmKind::CoreAway => {
            t("热线系统不通,件在等,不会丢".into(), "the core is away; letters wait, nothing is lost".into())
        }
        AlarmKind::DeadlineNear => {
            t(format!("{count} 件快到办理时限,还没有办结"), format!("{count} tickets are near their deadline"))
        }
        AlarmKind::DeadlinePast => {
            t(format!("{count} 件超过办理时限,还没有办结"), format!("{count} tickets are past their deadline"))
        }
        AlarmKind::Disk => t(
            format!("数据目录所在磁盘只剩 {count} MiB,写满就收不下件了"),
            format!("{count} MiB are left on the disk of the data folder; nothing can be taken in when it is full"),
        ),
        AlarmKind::Certificate => t(
            format!("“{name}”的对方证书({place})到 {day} 为止"),
            format!("{name}: the certificate of {place} ends on {day}"),
        ),
        AlarmKind::Secret => {
            t(format!("“{name}”的密钥(密码)到 {day} 为止"), format!("{name}: its secret ends on {day}"))
        }
        AlarmKind::Unhanded => t(format!("“{name}”{day} 还没有交表"), format!("{name}: no table came on {day}")),
        AlarmKind::Holidays => {
            let year = about.year.unwrap_or(0);
            t(
                format!("缺 {year} 年的节假日文件,办理时限只按周一至周五算"),
                format!("the holidays of {year} are missing: deadlines are counted Monday to Friday"),
            )
        }
        AlarmKind::Unexpected => t(
            format!("“{name}”{day} 来了 {count} 件,和平时不一样"),
            format!("{name} brought {count} on {day}, which is unusual"),
        ),
    }
}

/// What to do, with the command.
pub fn todo(kind: AlarmKind, about: &About) -> Text {
    let code = about.channel.as_deref().unwrap_or("…");
    let t = |zh: String, en: String| Text::new(zh, en);
    match kind {
        AlarmKind::Urgent => match about.tickets.first() {
            Some(ticket) => t(
                format!("马上看 huiliu ticket show {ticket} --unmask --why “紧急件”,核实后按应急流程报告"),
                format!(
                    "look at once: huiliu ticket show {ticket} --unmask --why \"urgent\", then follow the emergency procedure"
                ),
            ),
            None => t(
                format!("马上看 huiliu dead list --channel {code}"),
                format!("look at once: huiliu dead list --channel {code}"),
            ),
        },
        AlarmKind::Stopped => t(
            "到那台机器上看 systemctl status huiliu 和日志,启动它".into(),
            "see systemctl status huiliu and the log on that machine, and start it".into(),
        ),
        AlarmKind::Deaf => {
            t("到那台机器上看 huiliu alarm list,逐条处理".into(), "see huiliu alarm list on that machine".into())
        }
        AlarmKind::Silent => t(
            format!("先到对方后台看有没有件;再看 huiliu channel preview {code}"),
            format!("look at the far side's pages for items; then huiliu channel preview {code}"),
        ),
        AlarmKind::Login => t(format!("huiliu channel login {code}"), format!("huiliu channel login {code}")),
        AlarmKind::Denied => t(
            format!("和对方核对账号、密钥(huiliu secret set),改好后 huiliu channel resume {code}"),
            format!("see to the account and the key (huiliu secret set), then huiliu channel resume {code}"),
        ),
        AlarmKind::Away => t(
            format!("huiliu check {code} --online 看断在哪一步,找对方运维;恢复后自己接着来"),
            format!(
                "huiliu check {code} --online shows where the way ends; it goes on by itself when the far side is back"
            ),
        ),
        AlarmKind::Broken => t(
            format!("huiliu check {code},照提示改好再 huiliu reload"),
            format!("huiliu check {code}, mend it, then huiliu reload"),
        ),
        AlarmKind::Off => t(
            format!("{code} 不该停就把 state 改回 live(或放回文件夹)再 huiliu reload;确实停用,认领这条即可"),
            format!(
                "if {code} should run, write state = \"live\" (or put its folder back) and huiliu reload; else take this alarm"
            ),
        ),
        AlarmKind::Gap => t(
            format!("huiliu reconcile --channel {code} 看差在哪几件"),
            format!("huiliu reconcile --channel {code} names the items"),
        ),
        AlarmKind::Homeward => t(
            format!("huiliu dead list --channel {code} 和 huiliu approve list 看卡在哪;来不及就到对方后台手工回复"),
            format!(
                "see huiliu dead list --channel {code} and huiliu approve list; if time is short answer on the far side's own pages"
            ),
        ),
        AlarmKind::CoreAway => t(
            "huiliu check --online 看断在哪一步,找热线系统厂商;恢复后自己接着转".into(),
            "huiliu check --online shows where the way ends; it goes on by itself when the core is back".into(),
        ),
        AlarmKind::DeadlineNear => t("huiliu due 看是哪几件,催承办单位".into(), "huiliu due names them".into()),
        AlarmKind::DeadlinePast => {
            t("huiliu due --past 看是哪几件,催办或申请延期".into(), "huiliu due --past names them".into())
        }
        AlarmKind::Disk => t(
            "清理这块磁盘,或换大的;不要删数据目录里的任何文件".into(),
            "make room on this disk; delete nothing inside the data folder".into(),
        ),
        AlarmKind::Certificate => t(
            "请对方换证书;写了 pin 的,换之前先拿到新指纹".into(),
            "ask the far side to renew it; where `pin` is written, get the new fingerprint first".into(),
        ),
        AlarmKind::Secret => t(
            format!("换好后 huiliu secret set,再把 {code} 的 [ledger] secret_expires 或 secret_changed 改成新日期"),
            format!("change it, huiliu secret set, and write the new day into [ledger] of {code}"),
        ),
        AlarmKind::Unhanded => t(
            format!("交表;没有新件就 huiliu channel nothing-today {code}"),
            format!("hand the table in; if there is nothing, huiliu channel nothing-today {code}"),
        ),
        AlarmKind::Holidays => t(
            "照国务院办公厅通知做一个节假日文件,放在 gateway.toml 旁边".into(),
            "make the file of holidays beside gateway.toml from the State Council's notice".into(),
        ),
        AlarmKind::Unexpected => t(
            format!("huiliu ticket list --channel {code} 看来了什么"),
            format!("huiliu ticket list --channel {code} shows what came"),
        ),
    }
}

/// The message by which somebody tries an outlet.
pub fn test(lang: Lang, name: &str) -> Letter {
    let title = say(lang, "【汇流】告警出口测试", "[huiliu] a test of this outlet").to_owned();
    let text = match lang {
        Lang::Zh => format!("{title}\n这是一条测试,出口“{name}”能收到告警。不用处理。"),
        Lang::En => format!("{title}\nthis is a test: the outlet {name} gets alarms. Nothing is to be done."),
    };
    let kind = say(lang, "测试", "test").to_owned();
    Letter { title, text, kind, ..Letter::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alarms::UrgentWords;
    use crate::settings::AlarmSettings;
    use crate::ticket::Draft;

    fn row(kind: AlarmKind, about: &About) -> AlarmRow {
        AlarmRow {
            id: 12,
            kind,
            subject: "letters".into(),
            since: "2026-11-23T00:20:00Z".parse().unwrap(),
            weight: 1,
            told_weight: 0,
            about: about.written(),
            mark: 0,
            sent: 3,
            first_sent: None,
            sent_at: None,
            second_at: None,
            taken: None,
            snoozed_until: None,
            ended: None,
        }
    }

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    #[test]
    fn every_kind_says_what_happened_since_when_what_to_do_how_often_and_who_has_it() {
        let about = About::channel("letters", "县长信箱");
        for kind in AlarmKind::ALL {
            let mut row = row(kind, &about);
            let said = letter(&row, Lang::Zh, &zone());
            let name = word(ALARMS, kind.word(), Lang::Zh);
            assert!(said.title.contains(name) && name != kind.word(), "{}", said.title);
            for part in ["从何时起:2026-11-23 08:20", "怎么办:", "第 3 次", "huiliu alarm take 12 --who"] {
                assert!(said.text.contains(part), "{part}: {}", said.text);
            }
            assert!(!said.todo.is_empty() && said.text.lines().count() == 5, "{}", said.text);
            row.taken = Some((row.since, "李明".into()));
            assert!(letter(&row, Lang::Zh, &zone()).text.contains("李明 已认领"));
            assert!(letter(&row, Lang::En, &zone()).text.contains("taken by 李明"));
            row.ended = Some(row.since);
            assert!(ended(&row, Lang::Zh, &zone()).text.contains("已在 2026-11-23 08:20 恢复"));
        }
    }

    proptest! {
        /// All that goes from a letter into a message is the name of a group.
        #[test]
        fn nothing_of_a_letter_is_in_any_message(
            name in "[赵钱孙李周吴郑王][一-龥]{2}",
            phone in "1[3-9][0-9]{9}",
            title in "[一-龥]{8,20}",
            content in "[一-龥]{10,60}",
            word in 0usize..90,
        ) {
            let settings = AlarmSettings::default();
            let words: Vec<_> = settings.urgent_words.values().flatten().cloned().collect();
            let word = &words[word % words.len()];
            let mut draft = Draft::default();
            draft.person.name = Some(name.clone());
            draft.person.phone = Some(phone.clone());
            draft.matter.title = Some(title.clone());
            draft.matter.content = Some(format!("{content}{word}{phone}"));
            let list = UrgentWords::new(&settings.urgent_words);
            let groups: Vec<_> = list.groups_of(&draft).into_iter().map(str::to_owned).collect();
            prop_assert!(!groups.is_empty() && groups.iter().all(|group| settings.urgent_words.contains_key(group)));
            let tickets = vec!["261130-00001".to_owned()];
            let about = About { tickets, groups, ..About::channel("letters", "县长信箱") };
            for kind in AlarmKind::ALL {
                for lang in [Lang::Zh, Lang::En] {
                    let row = row(kind, &about);
                    for said in [letter(&row, lang, &zone()), ended(&row, lang, &zone())] {
                        for personal in [&name, &phone, &title, &content] {
                            prop_assert!(!said.text.contains(personal.as_str()), "{personal}");
                        }
                    }
                }
            }
        }
    }
}
