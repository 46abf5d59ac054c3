//! Stories of alarms: raised once, told at least once, over restarts too, and taken by somebody.

use jiff::Timestamp;

use super::*;
use crate::settings::AlarmKind;
use crate::store::{AlarmChange, AlarmRow, AlarmTo, MessageRow, NewAlarm, Tells};

fn new(kind: AlarmKind, subject: &str, mark: i64) -> NewAlarm {
    let since = Timestamp::from_second(1_790_000_000).unwrap();
    NewAlarm { kind, subject: subject.into(), since, weight: 1, about: "{}".into(), mark }
}

fn to(outlet: &str) -> AlarmTo {
    AlarmTo { outlet: outlet.into(), place: 0 }
}

async fn keep(store: &dyn Store, change: AlarmChange) -> Vec<AlarmRow> {
    store.keep_alarms(vec![change]).await.unwrap();
    store.alarms(false, 10).await.unwrap()
}

fn said(messages: &[MessageRow]) -> Vec<(String, Tells, i64)> {
    let mut said: Vec<_> =
        messages.iter().map(|message| (message.to.outlet.clone(), message.tells, message.n)).collect();
    // What is due in one millisecond has no order.
    said.sort_by(|one, other| one.0.cmp(&other.0));
    said
}

/// Raised once, told with its messages in one transaction, known after a crash; over with a message of its own.
pub(super) async fn an_alarm_is_raised_told_and_over(house: &dyn House) {
    let store = house.open().unwrap();
    keep(store.as_ref(), AlarmChange::Raise(new(AlarmKind::Denied, "letters", 0))).await;
    let open = keep(store.as_ref(), AlarmChange::Raise(new(AlarmKind::Denied, "letters", 0))).await;
    let [alarm] = &open[..] else { panic!("one of a kind and subject: {open:?}") };
    assert_eq!((alarm.sent, alarm.first_sent, &alarm.taken), (0, None, &None));
    let id = alarm.id;
    keep(store.as_ref(), AlarmChange::Tell { id, second: false, to: vec![to("robot")] }).await;
    keep(store.as_ref(), AlarmChange::Lasts { id, weight: 3, about: "{\"count\":3}".into() }).await;
    let open = keep(store.as_ref(), AlarmChange::Second { id, to: vec![to("phone")] }).await;
    assert_eq!((open[0].sent, open[0].weight, open[0].told_weight), (1, 3, 1));
    assert!(open[0].second_at.is_some() && open[0].first_sent == open[0].sent_at);
    let wreck = house.crashed();
    let after = wreck.open().unwrap();
    assert_eq!(after.alarms(false, 10).await.unwrap(), open, "what was told is known");
    let messages = after.messages().await.unwrap();
    assert_eq!(said(&messages), [("phone".into(), Tells::Alarm, 1), ("robot".into(), Tells::Alarm, 1)]);
    // What did not leave need not any more, when it is over.
    keep(after.as_ref(), AlarmChange::End { id, to: vec![to("robot")] }).await;
    assert_eq!(after.alarms(false, 10).await.unwrap(), []);
    assert_eq!(said(&after.messages().await.unwrap()), [("robot".into(), Tells::Mended, 2)]);
    let raised = keep(after.as_ref(), AlarmChange::Raise(new(AlarmKind::Denied, "letters", 0))).await;
    assert_ne!(raised[0].id, id, "another one");
    assert_eq!(after.alarms_of(AlarmKind::Denied, "letters").await.unwrap().len(), 2);
}

/// At most one message an alarm and address; one that left does not take the next with it.
pub(super) async fn what_did_not_leave_gives_way_to_what_is_told_later(house: &dyn House) {
    let store = house.open().unwrap();
    let id = keep(store.as_ref(), AlarmChange::Raise(new(AlarmKind::Disk, "data", 0))).await[0].id;
    keep(store.as_ref(), AlarmChange::Tell { id, second: false, to: vec![to("robot")] }).await;
    let first = store.messages().await.unwrap().remove(0);
    let later = first.due.checked_add(jiff::SignedDuration::from_secs(60)).unwrap();
    store.message_stays(first.clone(), Some(later)).await.unwrap();
    keep(store.as_ref(), AlarmChange::Tell { id, second: false, to: vec![to("robot")] }).await;
    let messages = store.messages().await.unwrap();
    assert_eq!(said(&messages), [("robot".into(), Tells::Alarm, 2)]);
    assert_eq!((messages[0].attempts, messages[0].due), (1, later), "an outlet that is away stays so");
    store.message_left(first).await.unwrap();
    assert_eq!(store.messages().await.unwrap().len(), 1, "the second did not leave with the first");
    store.message_left(messages[0].clone()).await.unwrap();
    assert_eq!(store.messages().await.unwrap(), []);
    assert!(store.plant_digest(20_261_130, vec![to("robot")]).await.unwrap());
    assert!(!store.plant_digest(20_261_130, vec![to("robot")]).await.unwrap(), "once a day");
    let digest = store.messages().await.unwrap().remove(0);
    assert_eq!((digest.alarm, digest.tells), (0, Tells::Digest));
    store.message_stays(digest, None).await.unwrap();
    assert_eq!(store.messages().await.unwrap(), []);
}

/// A letter's version that was known raises nothing, not even when its alarm is over.
pub(super) async fn a_letter_is_raised_once_a_version(house: &dyn House) {
    let store = house.open().unwrap();
    let urgent = |mark| AlarmChange::Raise(new(AlarmKind::Urgent, "261130-00001", mark));
    let id = keep(store.as_ref(), urgent(7)).await[0].id;
    let open = keep(store.as_ref(), urgent(9)).await;
    assert_eq!((open.len(), open[0].id, open[0].weight, open[0].mark), (1, id, 2, 9), "graver than before");
    keep(store.as_ref(), AlarmChange::End { id, to: vec![] }).await;
    assert_eq!(keep(store.as_ref(), urgent(9)).await, []);
    assert_eq!(keep(store.as_ref(), urgent(8)).await, []);
    assert_eq!(keep(store.as_ref(), urgent(10)).await.len(), 1);
}

/// Taken and snoozed by somebody, with who; nobody takes what is over.
pub(super) async fn what_people_do_with_alarms_is_on_record(house: &dyn House) {
    let store = house.open().unwrap();
    let id = keep(store.as_ref(), AlarmChange::Raise(new(AlarmKind::Login, "letters", 0))).await[0].id;
    let actor = Actor { who: "unix:li".into(), why: None };
    let taken = store.take_alarm(id, "李明", &actor).await.unwrap();
    assert_eq!(taken.taken.map(|(_, who)| who).as_deref(), Some("李明"));
    let until = Timestamp::from_second(1_790_003_600).unwrap();
    assert_eq!(store.snooze_alarm(id, until, &actor).await.unwrap().snoozed_until, Some(until));
    let deeds = store.deeds(&format!("alarm:{id}")).await.unwrap();
    let deeds: Vec<_> = deeds.iter().map(|deed| (deed.who.as_str(), deed.what.as_str())).collect();
    assert_eq!(deeds, [("unix:li", "alarm_take"), ("unix:li", "alarm_snooze")]);
    keep(store.as_ref(), AlarmChange::End { id, to: vec![] }).await;
    assert!(matches!(store.take_alarm(id, "李明", &actor).await, Err(StoreError::Refused(_))));
    assert!(matches!(store.take_alarm(4711, "李明", &actor).await, Err(StoreError::NotFound)));
    assert_eq!(store.deeds(&format!("alarm:{id}")).await.unwrap().len(), 2);
}
