//! The daily digest: what waits, what failed, what is near, which channels are deaf, and what yesterday brought. One line if all
//! is well, for a message that does not come is a sign too.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::super::reload::Reloader;
use super::Board;
use super::due::near;
use crate::alarms::{About, Letter, places};
use crate::settings::{Always, Lang};
use crate::store::{AlarmRow, DoneRow, Far, StoreError};
use crate::words::{ALARMS, say, word};

/// Plants the digest of today once its time came, where an outlet wants it.
pub(super) async fn plant(board: &Board, now: Timestamp) -> Result<(), StoreError> {
    let settings = board.house.running.now();
    let gateway = &settings.settings;
    let local = now.to_zoned(gateway.settings.zone.0.clone());
    let digest = gateway.settings.alarms.digest;
    if local.time() < digest.at || digest.workdays && !gateway.calendar.is_workday(local.date()).value {
        return Ok(());
    }
    let outlets = board.outlets();
    let to: Vec<_> = outlets.list.iter().filter(|outlet| outlet.digest).flat_map(places).collect();
    if to.is_empty() {
        return Ok(());
    }
    board.house.running.ground.store.plant_digest(number(local.date()), to).await.map(drop)
}

fn number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

fn day_of(number: i64) -> Option<Date> {
    let part = |n: i64| i8::try_from(n % 100).ok();
    Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100)?, part(number)?).ok()
}

/// What the digest says.
#[derive(Default)]
struct Told {
    day: String,
    to_core: u64,
    home: u64,
    dead: u64,
    approvals: u64,
    near: u64,
    past: u64,
    open: Vec<AlarmRow>,
    yesterday: Vec<(String, DoneRow)>,
}

/// The digest of a day, with the numbers of now and of the day before it.
pub(super) async fn written(house: &Reloader, day: i64) -> Result<Letter, StoreError> {
    let running = &house.running;
    let (store, settings) = (&running.ground.store, running.now());
    let gateway = &settings.settings;
    let (lang, zone) = (gateway.settings.lang, &gateway.settings.zone.0);
    let now = Timestamp::from_millisecond(store.clock().now()).unwrap_or_default();
    let day = day_of(day).unwrap_or_else(|| now.to_zoned(zone.clone()).date());
    let (from, to) = (begins(day.checked_sub(1.days()).unwrap_or(day), zone), begins(day, zone));
    let due = store.count_due(now.checked_sub((24 * 90).hours()).unwrap_or(now), now, near(gateway, now)).await?;
    let known = store.channels().await?;
    let depth = |far| {
        let (due, later) = store.schedule().depth(far);
        (due + later) as u64
    };
    let name = |code: &str| settings.files.of(code).and_then(|file| file.names.first().cloned());
    let yesterday = store.accomplished(from, to).await?;
    let told = Told {
        day: day.to_string(),
        to_core: depth(Far::Core).max(store.count_waiting().await?.tickets),
        home: known.iter().map(|channel| depth(Far::Outlet(channel.id))).sum(),
        dead: known.iter().map(|channel| channel.dead).sum(),
        approvals: known.iter().map(|channel| channel.approvals).sum(),
        near: due.near,
        past: due.past,
        open: store.alarms(false, usize::MAX).await?,
        yesterday: yesterday
            .into_iter()
            .map(|row| (name(&row.channel).unwrap_or_else(|| row.channel.clone()), row))
            .collect(),
    };
    Ok(told.letter(lang))
}

fn begins(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned(zone.clone()).map(|at| at.timestamp()).unwrap_or_default()
}

impl Told {
    fn letter(&self, lang: Lang) -> Letter {
        let title = match lang {
            Lang::Zh => format!("【汇流每日小结】{}", self.day),
            Lang::En => format!("[huiliu] digest of {}", self.day),
        };
        let mut lines = vec![title.clone()];
        let worth = [self.dead, self.approvals, self.near, self.past].iter().any(|count| *count > 0);
        if !worth && self.open.is_empty() {
            lines.push(say(lang, "一切正常,没有要处理的。", "all is well, nothing waits for a person.").into());
        } else {
            lines.extend(self.waits(lang));
        }
        lines.extend(self.yesterday.iter().map(|(name, row)| match lang {
            Lang::Zh => format!("昨日 {name}:来件 {},转出 {},办结 {}", row.came, row.forwarded, row.concluded),
            Lang::En => {
                format!("yesterday {name}: {} in, {} forwarded, {} concluded", row.came, row.forwarded, row.concluded)
            }
        }));
        if self.yesterday.is_empty() {
            lines
                .push(say(lang, "昨日没有来件、转出和办结。", "yesterday nothing came, left or was concluded.").into());
        }
        let kind = say(lang, "每日小结", "digest").to_owned();
        Letter { title, text: lines.join("\n"), kind, ..Letter::default() }
    }

    fn waits(&self, lang: Lang) -> Vec<String> {
        let (dead, approvals, near, past) = (self.dead, self.approvals, self.near, self.past);
        let (to_core, home) = (self.to_core, self.home);
        let mut lines = vec![match lang {
            Lang::Zh => format!(
                "待人工处理 {dead}(其中待审签 {approvals});待转热线 {to_core},待回传 {home};临期 {near},超期 {past}"
            ),
            Lang::En => format!(
                "{dead} need a person ({approvals} wait for approval); {to_core} wait for the core, {home} to go home; {near} near, {past} past their deadline"
            ),
        }];
        let name = |row: &AlarmRow| {
            let about = About::read(&row.about);
            about.name.or(about.tickets.first().cloned()).or(about.place).unwrap_or_else(|| row.subject.clone())
        };
        let list = |rows: Vec<&AlarmRow>| {
            let shown = |row: &&AlarmRow| format!("{}({})", name(row), word(ALARMS, row.kind.word(), lang));
            rows.iter().map(shown).collect::<Vec<_>>().join(say(lang, "、", ", "))
        };
        let (deaf, others): (Vec<_>, Vec<_>) =
            self.open.iter().partition(|row| row.kind.always() == Some(Always::Deaf));
        if !deaf.is_empty() {
            lines.push(format!("{}{}", say(lang, "收不到:", "deaf: "), list(deaf)));
        }
        if !others.is_empty() {
            lines.push(format!("{}{}", say(lang, "其他告警:", "other alarms: "), list(others)));
        }
        lines
    }
}
