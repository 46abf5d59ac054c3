//! Letters by mail: what is no submission by itself, what a letter is called besides its number, and what may leave.

use std::time::Duration;

use huiliu_contract::{Allowance, OutcomeKind};

use super::*;
use crate::store::{Again, Carried, Fact};

fn mail(id: &str, text: &str, mail: Mail) -> Letter {
    Letter { mail: Mail { unchanging: true, ..mail }, ..letter(id, text) }
}

/// What is no submission is kept once and listed, asks nobody for anything, and becomes a ticket by a person's word.
pub(super) async fn what_is_no_submission_is_listed_and_may_become_a_ticket(house: &dyn House) {
    let site = Site::pushed(house).await;
    let unticketed = Mail { unticketed: Some(("auto_reply", None)), ..Mail::default() };
    let away = mail("m1", "外出", unticketed).mapped(None);
    assert_eq!(site.tell(&away).await, (What::Unticketed, None));
    assert_eq!(site.tell(&away).await, (What::Repeat, None));
    assert!(site.dead().await.is_empty(), "it waits for nobody");
    let listed = DeadQuery { kinds: vec![DeadKind::Unticketed], ended: true, limit: 9, ..DeadQuery::default() };
    let rows = site.store.dead(listed.clone()).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.reason.as_str(), row.external_id.as_deref()), ("auto_reply", Some("m1")));
    let ended = DeadQuery { ended: true, limit: 9, ..DeadQuery::default() };
    assert!(site.store.dead(ended.clone()).await.unwrap().is_empty(), "nor is it among what was dealt with");
    let arrival = mail("m1", "外出", Mail::default()).arrival(site.store.as_ref());
    let taken = site.store.remap(row.id, &site.code, arrival, &clerk("it is a complaint")).await.unwrap();
    let Verdict::Taken { what: What::New, ticket: Some(ticket) } = taken else { panic!("{taken:?}") };
    assert_eq!(site.kinds(ticket).await, ["new"]);
    assert_eq!(site.tell(&away).await, (What::Repeat, Some(ticket)));
    let again = mail("m1", "外出", Mail::default()).arrival(site.store.as_ref());
    assert!(site.store.remap(row.id, &site.code, again, &clerk("twice")).await.is_err());
}

/// A letter that was sent cannot change: told again in other words it is a repeat, also over a crash.
pub(super) async fn what_cannot_change_is_a_repeat_however_it_looks(house: &dyn House) {
    let site = Site::pushed(house).await;
    let (what, ticket) = site.tell(&mail("m1", "路灯不亮", Mail::default())).await;
    assert_eq!(what, What::New);
    assert_eq!(site.tell(&mail("m1", "路灯不亮,经另一台服务器", Mail::default())).await, (What::Repeat, ticket));
    let site = Site::pushed(house.crashed().as_ref()).await;
    assert_eq!(site.tell(&mail("m1", "又换了样子", Mail::default())).await, (What::Repeat, ticket));
    assert_eq!(site.kinds(ticket.unwrap()).await, ["new"]);
}

/// A reply finds its ticket by what that is called besides its number; where nobody is called so it is a matter of its own.
pub(super) async fn a_reply_finds_its_ticket_by_another_name(house: &dyn House) {
    let site = Site::pushed(house).await;
    let named = Mail { also: vec!["code:K7", "mid:a@b|c@d"], ..Mail::default() };
    let ticket = site.new_ticket(&mail("m1", "路灯不亮", named)).await;
    let reply = |id: &str, called: &str| {
        let or_new = Mail { or_new: true, ..Mail::default() };
        mail(id, &format!("请尽快 {id}"), or_new).about(Act::Urge, called)
    };
    for (id, called) in [("m2", "code:K7"), ("m3", "mid:a@b|c@d"), ("m4", "m1")] {
        assert_eq!(site.tell(&reply(id, called)).await, (What::Act, Some(ticket)), "{called}");
    }
    assert_eq!(site.tell(&reply("m2", "code:K7")).await, (What::Repeat, Some(ticket)));
    assert_eq!(site.kinds(ticket).await, ["new", "urged", "urged", "urged"]);
    let (what, other) = site.tell(&reply("m5", "mid:nobody@x|c@d")).await;
    assert_eq!(what, What::New);
    assert_ne!(other, Some(ticket));
    // Who is called so second does not take the name away.
    let second = Mail { also: vec!["code:K7"], ..Mail::default() };
    site.new_ticket(&mail("m6", "水管漏水", second)).await;
    assert_eq!(site.tell(&reply("m7", "code:K7")).await, (What::Act, Some(ticket)));
}

/// A letter of a stranger that answers one of ours is a new ticket that names the old one, and nothing in the old one.
pub(super) async fn a_strangers_letter_names_the_ticket_and_enters_it_not(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&mail("m1", "路灯不亮", Mail::default())).await;
    let names = Mail { names: Some("m1"), ..Mail::default() };
    let stranger = site.new_ticket(&mail("m2", "转给我的", names)).await;
    assert_ne!(stranger, ticket);
    assert_eq!(site.kinds(ticket).await, ["new"]);
    let sent = site.forward_all().await;
    assert_eq!(sent.len(), 2);
    let event = site.store.event(stranger.id, 1).await.unwrap();
    let detail: serde_json::Value = serde_json::from_slice(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail["ticket"], ticket.number.to_string());
    let names_nobody = Mail { names: Some("m9"), ..Mail::default() };
    site.new_ticket(&mail("m3", "提到没有的", names_nobody)).await;
}

/// A bounce makes an answer that was taken for delivered a person's matter; one of another ticket, or told twice, nothing.
pub(super) async fn a_bounce_is_a_failed_answer(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&mail("m1", "路灯不亮", Mail::default())).await;
    site.close(ticket).await;
    let bounce = |id: &str, to: &'static str, n: u32| {
        let undelivered = Mail { unticketed: Some(("bounce", Some((to, n)))), ..Mail::default() };
        mail(id, &format!("退信 {id}"), undelivered).mapped(None)
    };
    for (id, to, n) in [("b1", "m9", 1), ("b2", "m1", 7)] {
        assert_eq!(site.tell(&bounce(id, to, n)).await, (What::Unticketed, None));
        assert!(site.dead().await.is_empty(), "{to} {n}");
    }
    for what in [What::Unticketed, What::Repeat] {
        assert_eq!(site.tell(&bounce("b3", "m1", 1)).await, (what, None));
    }
    let dead = site.dead().await;
    let [row] = &dead[..] else { panic!("{dead:?}") };
    assert_eq!((row.kind, row.reason.as_str(), row.ticket), (DeadKind::WriteBack, "undelivered", Some(ticket)));
    assert_eq!(row.outcome, Some(OutcomeKind::Closed));
    // A second notice of the same changes nothing; a person sends it once more.
    site.tell(&bounce("b4", "m1", 1)).await;
    assert_eq!(site.dead().await.len(), 1);
    site.store.retry(row.id, &clerk("address mended")).await.unwrap();
    let claim = site.outlet().await;
    site.walked(claim, vec![Fact::State { n: 1, state: Carried::Settled }], Again::Never).await;
    assert!(site.dead().await.is_empty());
}

/// What may leave is counted on disk: a restart begins no second count, and the same claim is answered the same.
pub(super) async fn what_may_leave_is_counted_over_restarts(house: &dyn House) {
    let allowed =
        |of: &str, most: u32, seconds: u64| Allowance { of: of.into(), most, within: Duration::from_secs(seconds) };
    let both = vec![allowed("a", 1, 600), allowed("all", 3, 3600)];
    let site = Site::pushed(house).await;
    let take = async |site: &Site, claim: &str, of: &[Allowance]| {
        site.store.take_ration("mailbox".into(), claim.into(), of.to_vec()).await.unwrap()
    };
    assert!(take(&site, "k1", &both).await);
    assert!(!take(&site, "k2", &both).await, "one in ten minutes");
    let site = Site::pushed(house.crashed().as_ref()).await;
    assert!(take(&site, "k1", &both).await, "what was granted is granted");
    assert!(!take(&site, "k2", &both).await);
    let of_b = [allowed("b", 9, 600), allowed("all", 3, 3600)];
    assert!(take(&site, "k3", &of_b).await && take(&site, "k4", &of_b).await);
    assert!(!take(&site, "k5", &of_b).await, "three in all: what was refused took nothing");
    assert!(site.store.take_ration("other".into(), "k5".into(), of_b.to_vec()).await.unwrap());
    site.at(site.store.clock().now() + 3_600_001);
    site.store.sweep().await.unwrap();
    assert!(take(&site, "k2", &both).await, "an hour later");
}
