//! Asking a far side once, as its next poll would.

use std::time::Duration;

use huiliu_contract::{Fault, Page, Poll, Reached, Secret};
use huiliu_kit::tap::Tap;
use jiff::Timestamp;

use super::view::{BeganView, Note, Preview};
use super::{Begin, Looked, Subject};
use crate::channel::Pace;
use crate::settings::Text;

/// So long a person waits for the channel's turn.
const TURN: Duration = Duration::from_secs(60);

/// A call that takes longer than this is cut off, as a poll is.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// Asks as the next poll would, and what that poll would ask next where it is the detail of one item. `secrets` are dotted
/// besides those that the line knows; `unmask` shows personal data.
///
/// # Errors
///
/// If the channel's kind asks nobody, its turn does not come soon, or this is no time of day to ask it.
pub async fn live(subject: &Subject<'_>, begin: &Begin, secrets: Vec<Secret>, unmask: bool) -> Result<Preview, Text> {
    let Some(poll) = subject.connector.poll.as_deref() else {
        return Err(Text::new(
            "这个渠道不主动去取,没有可问的;请用 --from 文件,给它看对方会推送的内容",
            "this channel asks nobody; show it by --from FILE what its far side would push",
        ));
    };
    in_hours(subject)?;
    turn(subject.pace).await?;
    let tap = Tap::knowing(secrets);
    let mut looked = Looked::default();
    match tap.on(call(poll, begin)).await {
        Ok(page) => {
            let next = Begin {
                cursor: page.next.clone().or_else(|| begin.cursor.clone()),
                kept: page.keep.clone().or_else(|| begin.kept.clone()),
                ..begin.clone()
            };
            looked.take(page);
            let asks = |begin: &Begin| begin.cursor.as_ref().is_some_and(|cursor| poll.asks_for_detail(cursor));
            if asks(&next) && !asks(begin) {
                detail(subject, poll, &next, &tap, &mut looked).await;
            }
        }
        Err(fault) => looked.fault = Some(fault),
    }
    looked.exchanges = tap.exchanges();
    if looked.exchanges.is_empty() {
        looked.quoted = looked.fault.as_ref().and_then(quoted).map(|said| tap.redacted(said));
    }
    let mut preview = looked.shown(subject, None, unmask, Timestamp::now());
    preview.way = "live".into();
    preview.began = Some(began(subject, begin));
    // A far side's link to its next page may repeat what we showed it.
    for place in preview.began.iter_mut().chain(&mut preview.next) {
        place.cursor = place.cursor.as_deref().map(|cursor| tap.redacted(cursor));
    }
    Ok(preview)
}

/// The first detail, so that it is seen whether it fits its list.
async fn detail(subject: &Subject<'_>, poll: &dyn Poll, next: &Begin, tap: &Tap, looked: &mut Looked) {
    if let Err(late) = turn(subject.pace).await {
        looked
            .notes
            .push(Note {
                zh: format!("没有取详情:{}", late.zh), en: format!("no detail was asked for: {}", late.en)
            });
        return;
    }
    match tap.on(call(poll, next)).await {
        Ok(page) => looked.take(page),
        Err(fault) => looked.fault = Some(fault),
    }
}

impl Looked {
    fn take(&mut self, page: Page) {
        self.items.extend(page.items);
        self.next = page.next;
        self.more = page.more;
    }
}

async fn call(poll: &dyn Poll, begin: &Begin) -> Result<Page, Fault> {
    let asked = poll.preview(begin.cursor.as_ref(), begin.kept.as_ref());
    tokio::time::timeout(LONGEST_CALL, asked)
        .await
        .unwrap_or_else(|_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe)))
}

async fn turn(pace: &Pace) -> Result<(), Text> {
    tokio::time::timeout(TURN, pace.turn()).await.map_err(|_| {
        Text::new(
            "限速(limit、budget)还没轮到这个渠道,等了1分钟;过一会儿再试,或用 --from 文件",
            "the channel's turn did not come within a minute (limit, budget); try again later, or use --from FILE",
        )
    })
}

/// Outside of its hours nobody asks, a person neither.
fn in_hours(subject: &Subject<'_>) -> Result<(), Text> {
    let Some(hours) = &subject.settings.poll.hours else { return Ok(()) };
    let now = Timestamp::now().to_zoned(subject.zone.clone()).time();
    if hours.opens_in(now).is_zero() {
        return Ok(());
    }
    Err(Text::new(
        format!("现在不在 [poll] hours 写的取件时段({hours});到时候再试,或用 --from 文件"),
        format!("it is asked only in its hours ({hours}); try again then, or use --from FILE"),
    ))
}

fn quoted(fault: &Fault) -> Option<&str> {
    match fault {
        Fault::Unavailable { quoted, .. }
        | Fault::Denied { quoted, .. }
        | Fault::PutOff { quoted, .. }
        | Fault::Malformed { quoted, .. } => quoted.as_ref().map(|said| said.reveal().as_str()),
        Fault::NeedsPerson { .. } => None,
    }
}

fn began(subject: &Subject<'_>, begin: &Begin) -> BeganView {
    let cursor = begin.cursor.as_ref().map(|cursor| cursor.0.clone());
    let spelled = begin.cursor.as_ref().and_then(|cursor| subject.spelled(cursor)).map(Note::from);
    let note = match (&cursor, spelled, begin.stored) {
        (Some(_), Some(spelled), _) => spelled,
        (Some(_), None, _) => Note::new("从上次取到的地方起", "from where it was left"),
        (None, _, true) => {
            Note::new("从头取:这个渠道还没有取过件", "from the front: the channel has taken nothing yet")
        }
        (None, _, false) => Note::new(
            "从头取:还没有数据目录,不知道取到哪里",
            "from the front: there is no data folder yet that would tell where it was left",
        ),
    };
    BeganView { cursor, note }
}
