//! One letter with several matters (拆单): its parts are tickets of their own, counted and found through the whole, and
//! the source hears once, when all of them are concluded.

use huiliu_contract::{Outcome as Told, OutcomeKind};

use super::*;
use crate::store::{
    Again, Carried, DeadKind, Due, Fact, Far, LaneItem, NewPart, OutcomeTaken, Reference, Search, Sign, Split, Unjoin,
};
use crate::ticket::{Draft, Matter, Spoken};

impl Site {
    fn split_of(&self, version_n: u32, titles: &[&str]) -> Split {
        let keys = self.store.keys();
        let part = |title: &&str| {
            let matter = Matter { title: Some((*title).into()), ..Matter::default() };
            let json = serde_json::to_vec(&Draft { matter, ..Draft::default() }).unwrap();
            let folio =
                Folio { media_type: "text/plain", raw: title.as_bytes(), read: b"", mapped: Mapped::Draft(&json) };
            let version = self.store.reserve();
            NewPart {
                version,
                source_digest: keys.blind("part", &[title.as_bytes()]),
                digest: keys.blind("part_draft", &[&json]),
                body: keys.seal(Place::Version, version, &folio.write()).unwrap(),
            }
        };
        let note = self.store.reserve();
        let body = keys.seal(Place::Note, note, br#"{"parts":["see","the","console"]}"#).unwrap();
        Split { version_n, parts: titles.iter().map(part).collect(), note: (note, body) }
    }

    /// Splits a ticket in its first version into two.
    pub(super) async fn split(&self, whole: TicketKey) -> [TicketKey; 2] {
        let split = self.split_of(1, &["路灯", "井盖"]);
        self.store.split(whole.id, split, &clerk("两件事")).await.unwrap().try_into().unwrap()
    }

    async fn says(&self, number: Spoken, core_id: &str, told: &Told) -> OutcomeTaken {
        let (id, keys) = (self.store.reserve(), self.store.keys());
        let json = serde_json::to_vec(told).unwrap();
        let body = keys.seal(Place::Outcome, id, &json).unwrap();
        let digest = keys.blind("outcome", &[&json]);
        self.store.take_outcome(id, core_id.into(), digest, Some(number), told.kind, body).await.unwrap()
    }

    async fn concluded(&self, number: Spoken) -> bool {
        self.store.ticket(number).await.unwrap().concluded_at.is_some()
    }

    async fn refuses_to_split(&self, whole: TicketKey, split: Split, why: &str) {
        match self.store.split(whole.id, split, &clerk("x")).await {
            Err(StoreError::Refused(said)) => assert!(said.contains(why), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}

fn told(kind: OutcomeKind, text: &str) -> Told {
    let reply = (!text.is_empty()).then(|| text.to_owned());
    Told { kind, public_reply: reply, ..Told::signed(jiff::Timestamp::UNIX_EPOCH) }
}

fn outcome(item: &LaneItem) -> Told {
    serde_json::from_slice(item.outcome.as_deref().unwrap()).unwrap()
}

fn detail(event: &crate::store::Fresh) -> serde_json::Value {
    serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap()
}

/// Parts bear the whole's number, have lanes of their own, and change no count and no other number; also after a crash.
pub(super) async fn a_letter_with_two_matters_becomes_two_tickets(house: &dyn House) {
    let site = Site::pushed(house).await;
    let whole = site.new_ticket(&letter("A1", "路灯不亮,井盖缺失").phone("13800000001").deadline(9_000)).await;
    let parts = site.split(whole).await;
    let numbers: Vec<String> = parts.iter().map(|part| part.number.to_string()).collect();
    assert_eq!(numbers, [format!("{}-1", whole.number), format!("{}-2", whole.number)]);
    assert_eq!(site.kinds(whole).await, ["new", "split"]);
    assert_eq!(site.kinds(parts[0]).await, ["new"]);
    let first = site.store.event(parts[0].id, 1).await.unwrap();
    assert_eq!(detail(&first), json!({ "ticket": whole.number }));
    let event: serde_json::Value = serde_json::from_slice(&first.json().unwrap()).unwrap();
    assert_eq!(
        (&event["idempotency_key"], &event["external_id"]),
        (&json!(format!("{}-1-1", whole.number)), &json!("A1"))
    );
    assert_eq!(
        (&event["data"]["matter"]["title"], &event["data"]["sources"][0]["external_id"]),
        (&json!("路灯"), &json!("A1"))
    );
    assert_eq!(detail(&site.store.event(whole.id, 2).await.unwrap())["parts"][0], "see");
    let sent = site.forward_all().await;
    let lanes = |id: i64| sent.iter().filter(|sent| sent.0 == id).map(|sent| sent.1).collect::<Vec<_>>();
    assert_eq!([lanes(whole.id), lanes(parts[0].id), lanes(parts[1].id)], [vec![1, 2], vec![1], vec![1]]);
    let next = site.new_ticket(&letter("A2", "噪声")).await;
    assert_eq!(next.number.serial(), whole.number.serial() + 1, "numbers go on without a gap");
    let site = Site::pushed(house.crashed().as_ref()).await;
    let third = site.new_ticket(&letter("A3", "水管")).await;
    assert_eq!((third.id, third.number.serial()), (whole.id + 2, whole.number.serial() + 2));
    for (key, title) in [(parts[0], "路灯"), (parts[1], "井盖")] {
        let row = site.store.ticket(key.number).await.unwrap();
        assert_eq!(row.key, key);
        assert!(String::from_utf8_lossy(row.draft.as_deref().unwrap()).contains(title));
        assert_eq!(site.versions(key).await.len(), 1);
    }
    assert_eq!(site.versions(whole).await.len(), 1);
    let rows = site.store.parts(whole.id).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), parts);
    assert!(site.store.parts(next.id).await.unwrap().is_empty());
    let missing = whole.number.with_part(3).unwrap();
    assert!(matches!(site.store.ticket(missing).await, Err(StoreError::NotFound)));
    // One letter is one reference: nothing that counts or lists knows of parts.
    let channels = site.store.channels().await.unwrap();
    assert_eq!((channels[0].tickets, channels[0].dead), ([3, 0, 0, 0], 0));
    let ids = async |search: Search| -> Vec<i64> {
        site.store.search(search).await.unwrap().iter().map(|row| row.key.id).collect()
    };
    let wanted = || Search { limit: 10, ..Search::default() };
    assert_eq!(ids(wanted()).await, [third.id, next.id, whole.id]);
    let blind = Some(site.store.keys().blind("phone", &[b"13800000001"]));
    assert_eq!(ids(Search { blind, ..wanted() }).await, [whole.id]);
    assert_eq!(ids(Search { blind, limit: 1, ..wanted() }).await, [whole.id]);
    assert_eq!(ids(Search { external_id: Some("A1".into()), ..wanted() }).await, [whole.id]);
    let (part, day) = (vec![parts[1].id], Some(whole.number.day()));
    assert_eq!(ids(Search { ids: Some(part.clone()), blind, from: day, to: day, ..wanted() }).await, part);
    let other = Some(site.store.keys().blind("phone", &[b"13900000009"]));
    assert_eq!(ids(Search { ids: Some(part), blind: other, ..wanted() }).await, [0; 0]);
    let due = Due { until: jiff::Timestamp::MAX, limit: 10, ..Due::default() };
    let due: Vec<i64> = site.store.due(due).await.unwrap().iter().map(|row| row.key.id).collect();
    assert_eq!(due, [whole.id]);
    let (start, end) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
    assert_eq!(site.store.count_due(start, end, end).await.unwrap().past, 1);
    let deeds = site.store.deeds(&format!("ticket:{}", whole.number)).await.unwrap();
    assert_eq!((deeds[0].what.as_str(), deeds[0].why.as_deref()), ("split", Some("两件事")));
}

/// Only a live, open, whole ticket is split, once, and as it was looked at.
pub(super) async fn what_cannot_be_split_is_refused(house: &dyn House) {
    let site = Site::pushed(house).await;
    let two = ["路灯", "井盖"];
    let trial = site.new_ticket(&letter("T", "试").standing(Standing::Trial)).await;
    site.refuses_to_split(trial, site.split_of(1, &two), "live").await;
    let closed = site.new_ticket(&letter("C", "好了")).await;
    site.says(closed.number, "o1", &told(OutcomeKind::Closed, "已修复。")).await;
    site.refuses_to_split(closed, site.split_of(1, &two), "open").await;
    let whole = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.refuses_to_split(whole, site.split_of(1, &two[..1]), "2 to 99").await;
    site.refuses_to_split(whole, site.split_of(1, &["甲"; 100]), "2 to 99").await;
    site.tell(&letter("A1", "路灯不亮,井盖缺失")).await;
    site.refuses_to_split(whole, site.split_of(1, &two), "revised").await;
    assert_eq!(site.kinds(whole).await, ["new", "revised"], "nothing was done");
    let parts = site.store.split(whole.id, site.split_of(2, &["甲"; 99]), &clerk("x")).await.unwrap();
    assert_eq!(parts[98].number.part(), Some(99));
    site.refuses_to_split(whole, site.split_of(2, &two), "already").await;
    site.refuses_to_split(parts[0], site.split_of(1, &two), "part").await;
    assert!(site.store.deeds(&format!("ticket:{}", trial.number)).await.unwrap().is_empty());
}

/// Nothing of a conclusion leaves before all parts are concluded; then each road gets one answer, once, whenever the
/// process dies in between.
pub(super) async fn one_answer_leaves_when_all_parts_are_concluded(house: &dyn House) {
    let site = Site::pushed(house).await;
    let province = Site::on(site.store.clone(), "province", false).await;
    let whole = site.new_ticket(&letter("M1", "路灯不亮,井盖缺失")).await;
    let (what, _) = province.tell(&letter("P1", "转办").naming("M1")).await;
    assert_eq!(what, What::Joined);
    let joined = site.store.references(whole.id).await.unwrap()[1].reference;
    let lanes = [site.reference(whole), joined];
    let [one, two] = site.split(whole).await;
    let mut first = told(OutcomeKind::Closed, "路灯已修复。");
    first.solved = Some("解决".into());
    assert_eq!(site.says(one.number, "o1", &first).await, OutcomeTaken::New);
    assert_eq!(site.says(one.number, "o1", &first).await, OutcomeTaken::Repeat);
    assert!(site.concluded(one.number).await && !site.concluded(whole.number).await);
    for lane in lanes {
        assert!(site.store.lane(lane).await.unwrap().items.is_empty(), "nothing leaves yet");
    }
    // The process dies after the first closing, and after the second.
    let wreck = house.crashed();
    let site = Site::pushed(wreck.as_ref()).await;
    let mut second = told(OutcomeKind::Declined, "");
    second.reason = Some("产权不明".into());
    assert_eq!(site.says(two.number, "o2", &second).await, OutcomeTaken::New);
    let site = Site::pushed(wreck.crashed().as_ref()).await;
    assert_eq!(site.says(two.number, "o2", &second).await, OutcomeTaken::Repeat);
    assert!(site.concluded(whole.number).await);
    for lane in lanes {
        let items = site.store.lane(lane).await.unwrap().items;
        assert_eq!(
            items.iter().map(|item| (item.kind, item.state)).collect::<Vec<_>>(),
            [(OutcomeKind::Closed, Carried::Waiting)]
        );
        assert_eq!(items[0].core_id.as_deref(), Some(&*format!("split:{}:1", whole.number)));
        let whole = outcome(&items[0]);
        assert_eq!(whole.public_reply.as_deref(), Some("一、路灯\n路灯已修复。\n二、井盖\n不予受理:产权不明"));
        assert_eq!(whole.solved.as_deref(), Some("部分解决"));
    }
    let kept: Vec<String> = site.store.outcomes(whole.id).await.unwrap().into_iter().map(|row| row.core_id).collect();
    assert_eq!(kept, [format!("split:{}:1", whole.number)]);
    assert_eq!(site.store.outcomes(one.id).await.unwrap()[0].core_id, "o1");
    // A part that is concluded anew makes a new answer of all.
    site.says(two.number, "o3", &told(OutcomeKind::Closed, "井盖已补。")).await;
    let items = site.lane(whole).await.items;
    assert_eq!(outcome(&items[1]).public_reply.as_deref(), Some("一、路灯\n路灯已修复。\n二、井盖\n井盖已补。"));
    assert_eq!((items.len(), site.store.outcomes(whole.id).await.unwrap().len()), (2, 2));
}

/// What does not conclude is carried as it comes, with the part named; a signing once; what cannot be told of a part
/// alone is a person's.
pub(super) async fn what_is_told_of_one_part_names_it_or_is_asked_about(house: &dyn House) {
    let site = Site::pushed(house).await;
    site.store.enroll("mailbox", "mailbox", false, Sign::CoreAccepted).await.unwrap();
    let whole = site.new_ticket(&letter("A1", "路灯不亮,井盖缺失")).await;
    let [one, two] = site.split(whole).await;
    site.forward_all().await;
    assert_eq!(site.lane(whole).await.items.len(), 1);
    let owed: Vec<_> = site.store.schedule().list(10).into_iter().map(|(errand, ..)| errand.subject).collect();
    assert_eq!(owed, [site.reference(whole).number()], "we sign for the letter, not for its parts");
    site.says(one.number, "s1", &told(OutcomeKind::Signed, "")).await;
    site.says(two.number, "s2", &told(OutcomeKind::Signed, "")).await;
    let mut longer = told(OutcomeKind::Extended, "");
    (longer.days, longer.reason) = (Some(5), Some("要订货".into()));
    site.says(two.number, "e1", &longer).await;
    site.says(one.number, "p1", &told(OutcomeKind::Replied, "已派员查看。")).await;
    let items = site.lane(whole).await.items;
    assert_eq!(
        items.iter().map(|item| item.kind).collect::<Vec<_>>(),
        [OutcomeKind::Signed, OutcomeKind::Extended, OutcomeKind::Replied]
    );
    assert_eq!(outcome(&items[1]).reason.as_deref(), Some("关于“井盖”:要订货"));
    assert_eq!(
        (outcome(&items[2]).public_reply.as_deref(), items[2].core_id.as_deref()),
        (Some("关于“路灯”:已派员查看。"), Some("p1"))
    );
    // Another road that comes now is told what the citizen may read already.
    let province = Site::on(site.store.clone(), "province", false).await;
    province.tell(&letter("P1", "转办").naming("A1")).await;
    let road = site.store.references(whole.id).await.unwrap()[1].reference;
    let late = site.store.lane(road).await.unwrap().items;
    assert_eq!(outcome(&late[0]).public_reply.as_deref(), Some("关于“路灯”:已派员查看。"));
    assert!(
        site.store.unjoin(road, Unjoin::default(), &clerk("x")).await.is_err(),
        "a split ticket is not taken apart"
    );
    let mut back = told(OutcomeKind::ReturnedToSource, "");
    back.reason = Some("不是本县的".into());
    site.says(two.number, "r1", &back).await;
    site.says(two.number, "m1", &told(OutcomeKind::Merged, "")).await;
    assert_eq!(site.lane(whole).await.items.len(), 3, "the source is told neither");
    let dead = site.dead().await;
    assert_eq!(
        dead.iter().map(|row| (row.kind, row.reason.as_str(), row.ticket)).collect::<Vec<_>>(),
        [(DeadKind::Part, "part_returned", Some(two)), (DeadKind::Part, "part_merged", Some(two))]
    );
    assert!(String::from_utf8_lossy(dead[0].body.as_deref().unwrap()).contains("不是本县的"));
    assert!(site.store.retry(dead[0].id, &clerk("x")).await.is_err());
    site.store.drop_dead(dead[0].id, &clerk("已与热线说好")).await.unwrap();
    site.says(two.number, "c2", &told(OutcomeKind::Closed, "井盖已补。")).await;
    assert!(site.dead().await.is_empty(), "the part is concluded after all");
}

/// What the source asks later reaches the whole and the parts that it concerns; sent back, all are open again and the
/// next answer waits for all.
pub(super) async fn what_the_source_asks_reaches_the_parts(house: &dyn House) {
    let site = Site::pushed(house).await;
    let whole = site.new_ticket(&letter("A1", "路灯不亮,井盖缺失").deadline(9_000)).await;
    let [one, two] = site.split(whole).await;
    site.says(one.number, "c1", &told(OutcomeKind::Closed, "路灯已修复。")).await;
    let urge = letter("act:1", "{\"reason\":\"请尽快\"}").about(Act::Urge, "A1");
    assert_eq!(site.tell(&urge).await, (What::Act, Some(whole)));
    assert_eq!(site.tell(&urge).await, (What::Repeat, Some(whole)));
    let mut changed = letter("A1", "路灯不亮,井盖缺失,电线下垂").deadline(5_000);
    changed.phone = Some("13800000001".into());
    assert_eq!(site.tell(&changed).await, (What::Revised, Some(whole)));
    assert_eq!(site.kinds(whole).await, ["new", "split", "urged", "revised"]);
    assert_eq!(site.kinds(one).await, ["new"], "what is concluded is not pressed for");
    assert_eq!(site.kinds(two).await, ["new", "urged", "supplemented"]);
    assert_eq!(detail(&site.store.event(two.id, 2).await.unwrap()), json!({ "reason": "请尽快" }));
    let said = detail(&site.store.event(two.id, 3).await.unwrap());
    assert_eq!((&said["channel"], &said["external_id"]), (&json!("mailbox"), &json!("A1")));
    let row = site.store.ticket(two.number).await.unwrap();
    assert_eq!(row.deadline.map(|at| at.as_millisecond()), Some(5_000));
    assert!(String::from_utf8_lossy(row.draft.as_deref().unwrap()).contains("井盖"), "its own text stays");
    site.says(two.number, "c2", &told(OutcomeKind::Closed, "井盖已补。")).await;
    let claim = site.outlet().await;
    let id = site.store.reserve();
    let body = site.store.keys().seal(Place::Note, id, b"{}").unwrap();
    let redo = Fact::Event { kind: crate::ticket::EventKind::Redo, id, body, deadline: None };
    site.walked(claim, vec![Fact::State { n: 1, state: Carried::SentBack }, redo], Again::Never).await;
    for key in [whole, one, two] {
        assert!(!site.concluded(key.number).await, "{key:?}");
        assert_eq!(site.kinds(key).await.pop(), Some("redo"), "{key:?}");
    }
    site.says(two.number, "c3", &told(OutcomeKind::Closed, "井盖已换。")).await;
    assert_eq!(site.lane(whole).await.items.len(), 1, "the other is open again");
    site.says(one.number, "c4", &told(OutcomeKind::Closed, "路灯已换。")).await;
    let items = site.lane(whole).await.items;
    assert_eq!(items[1].core_id.as_deref(), Some(&*format!("split:{}:2", whole.number)));
    assert_eq!(outcome(&items[1]).public_reply.as_deref(), Some("一、路灯\n路灯已换。\n二、井盖\n井盖已换。"));
    // A rating judges the answer: all hear of it. Withdrawn: nothing is waited for any more.
    site.tell(&letter("act:2", "满意").about(Act::Rating, "A1")).await;
    site.tell(&letter("act:3", "重办").about(Act::Redo, "A1")).await;
    site.tell(&letter("act:4", "不用了").about(Act::Withdraw, "A1")).await;
    for key in [whole, one, two] {
        assert_eq!(site.kinds(key).await.split_off(site.kinds(key).await.len() - 3), ["rated", "redo", "withdrawn"]);
        assert!(site.concluded(key.number).await, "{key:?}");
    }
    site.says(one.number, "c5", &told(OutcomeKind::Closed, "路灯已换。")).await;
    site.says(two.number, "c6", &told(OutcomeKind::Closed, "井盖已换。")).await;
    assert_eq!(site.lane(whole).await.items.len(), 2, "nobody waits for an answer");
}

/// What the core says of the whole itself is its answer; a person looks at the parts that are open.
pub(super) async fn the_core_may_conclude_the_whole_itself(house: &dyn House) {
    let site = Site::pushed(house).await;
    let whole = site.new_ticket(&letter("A1", "路灯不亮,井盖缺失")).await;
    let [one, two] = site.split(whole).await;
    site.says(one.number, "c1", &told(OutcomeKind::Closed, "路灯已修复。")).await;
    site.says(whole.number, "w1", &told(OutcomeKind::Closed, "两件都已办好。")).await;
    let items = site.lane(whole).await.items;
    assert_eq!((items.len(), outcome(&items[0]).public_reply.as_deref()), (1, Some("两件都已办好。")));
    let dead = site.dead().await;
    assert_eq!(
        dead.iter().map(|row| (row.reason.as_str(), row.ticket)).collect::<Vec<_>>(),
        [("whole_closed", Some(whole))]
    );
    site.says(two.number, "c2", &told(OutcomeKind::Closed, "井盖已补。")).await;
    assert_eq!(site.lane(whole).await.items.len(), 1, "it is kept, and not told after the answer");
    assert_eq!(site.store.outcomes(two.id).await.unwrap().len(), 1);
    site.tell(&letter("act:1", "重办").about(Act::Redo, "A1")).await;
    assert!(site.dead().await.is_empty() && !site.concluded(two.number).await);
    // With an id that looks like one of ours the core hinders nothing.
    let taken = format!("split:{}:1", whole.number);
    site.says(one.number, &taken, &told(OutcomeKind::Closed, "路灯已换。")).await;
    site.says(two.number, "c3", &told(OutcomeKind::Closed, "井盖已换。")).await;
    let items = site.lane(whole).await.items;
    assert_eq!(items[1].core_id.as_deref(), Some(&*format!("split:{}:2", whole.number)));
    assert!(site.dead().await.is_empty());
    let claim = site.claim(Far::Outlet(site.channel.channel)).await;
    assert_eq!(Reference::from_number(claim.errand.subject), site.reference(whole));
}
