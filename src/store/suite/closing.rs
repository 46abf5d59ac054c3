//! After the closing: what is answered again, what opens a ticket again and by when it is to be done then, and what a
//! granted return ends.

use huiliu_contract::OutcomeKind;
use jiff::Timestamp;

use super::*;
use crate::settings::{AfterClose, AfterUrge};
use crate::store::{Again, Anew, Carried, Choice, DeadKind, Due, Fact, Far, TicketRow};

const DAY: i64 = 86_400_000;

impl Site {
    async fn row(&self, ticket: TicketKey) -> TicketRow {
        self.store.ticket(ticket.number).await.unwrap()
    }

    /// By when a ticket is to be done (ms).
    async fn deadline_of(&self, ticket: TicketKey) -> Option<i64> {
        self.row(ticket).await.deadline.map(Timestamp::as_millisecond)
    }

    async fn brought(&self, n: u32, state: Carried) {
        let claim = self.outlet().await;
        self.walked(claim, vec![Fact::State { n, state }], Again::Never).await;
    }

    async fn detail(&self, ticket: TicketKey, n: u32) -> serde_json::Value {
        let event = self.store.event(ticket.id, n).await.unwrap();
        serde_json::from_slice(event.detail.as_deref().unwrap_or(b"{}")).unwrap_or_default()
    }

    async fn sent_back(&self, n: u32, deadline: Option<i64>) {
        let (claim, id) = (self.outlet().await, self.store.reserve());
        let body = self.store.keys().seal(Place::Note, id, b"{}").unwrap();
        let kind = crate::ticket::EventKind::Redo;
        let facts = vec![Fact::State { n, state: Carried::SentBack }, Fact::Event { kind, id, body, deadline }];
        self.walked(claim, facts, Again::Never).await;
    }
}

fn urge(id: &str, about: &str) -> Letter {
    letter(id, &format!("请尽快 {id}")).about(Act::Urge, about)
}

/// What was told is told once more, as it was worded and agreed to, one telling at a time; where nothing was told, or the
/// channel says so, the core hears of it.
pub(super) async fn an_urging_after_the_closing_is_answered_again(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.told(ticket, "o1", OutcomeKind::Closed).await;
    let claim = site.outlet().await;
    site.walked(claim, vec![site.asks(1, DeadKind::Approval)], Again::Never).await;
    site.store.agree(site.dead().await[0].id, Some("已修复。".into()), &clerk("x")).await.unwrap();
    site.brought(1, Carried::Settled).await;
    for n in 1..=2 {
        assert_eq!(site.tell(&urge(&format!("act:{n}"), "A1")).await, (What::Act, Some(ticket)));
    }
    assert_eq!(site.states(ticket).await, [Carried::Settled, Carried::Waiting], "one waits at a time");
    assert_eq!(site.kinds(ticket).await, ["new"], "the core has done its part");
    assert!(site.dead().await.is_empty());
    let site = Site::pushed(house.crashed().as_ref()).await;
    site.brought(2, Carried::Review).await;
    site.tell(&urge("act:3", "A1")).await;
    let lane = site.lane(ticket).await;
    let told = |n: usize| (lane.items[n].repeats, lane.items[n].approved, lane.items[n].core_id.as_deref());
    assert_eq!([told(1), told(2)], [(Some(1), true, Some("o1")), (Some(2), true, Some("o1"))]);
    assert!(lane.items.iter().all(|item| item.wording.as_deref() == Some("已修复。")));
    assert!(lane.is_repeated(0) && lane.is_repeated(1) && !lane.is_repeated(2));
    drop(site.outlet().await);
    let mut tell = urge("act:4", "A1");
    tell.after_close = AfterClose { urge: AfterUrge::Tell, ..AfterClose::default() };
    site.tell(&tell).await;
    assert_eq!(site.kinds(ticket).await, ["new", "urged"]);
    // The channel carries no closings: nothing stands there that could be told again.
    let other = site.new_ticket(&letter("A2", "水管漏水")).await;
    site.told(other, "o2", OutcomeKind::Closed).await;
    site.store.flush().await;
    let mut claims = site.store.schedule().claim(Far::Outlet(site.channel.channel), 2, site.store.clock()).await;
    let at = claims.iter().position(|claim| claim.errand.subject == site.reference(other).number()).unwrap();
    let claim = claims.remove(at);
    site.walked(claim, vec![Fact::State { n: 1, state: Carried::Unwanted }], Again::Never).await;
    site.tell(&urge("act:5", "A2")).await;
    assert_eq!(site.kinds(other).await, ["new", "urged"]);
}

/// A supervision or a redo opens the ticket again and is counted, once however it is told; its own deadline counts, else
/// the old one while it lies ahead, else none, and then it is listed as such. An answer that waits to be told again is
/// not told any more.
pub(super) async fn what_opens_a_ticket_again_sets_a_deadline_and_is_counted(house: &dyn House) {
    let site = Site::pushed(house).await;
    let now = site.store.clock().now();
    let ticket = site.new_ticket(&letter("A1", "路灯不亮").deadline(now - DAY)).await;
    site.close(ticket).await;
    site.tell(&urge("act:1", "A1")).await;
    site.tell(&letter("act:2", "督办").about(Act::Supervise, "A1").deadline(now + DAY)).await;
    assert_eq!(site.states(ticket).await, [Carried::Settled, Carried::Passed]);
    let row = site.row(ticket).await;
    assert!(row.concluded_at.is_none() && row.reopened_at.is_some() && row.redone == 1, "{row:?}");
    assert_eq!(site.deadline_of(ticket).await, Some(now + DAY));
    let said = site.detail(ticket, 2).await["deadline"].as_str().map(|at| at.parse::<Timestamp>().unwrap());
    assert_eq!(said.map(Timestamp::as_millisecond), Some(now + DAY), "the core reads it");
    // Open, it is supervised without another deadline.
    site.tell(&letter("act:3", "再督办").about(Act::Supervise, "A1").deadline(now + 9 * DAY)).await;
    assert_eq!((site.row(ticket).await.redone, site.deadline_of(ticket).await), (1, Some(now + DAY)));
    // The far side's state told of the redo first: the act says it again.
    site.told(ticket, "o2", OutcomeKind::Closed).await;
    site.sent_back(3, Some(now + 2 * DAY)).await;
    assert_eq!((site.row(ticket).await.redone, site.deadline_of(ticket).await), (2, Some(now + 2 * DAY)));
    site.tell(&letter("act:4", "退回重办").about(Act::Redo, "A1")).await;
    assert_eq!((site.row(ticket).await.redone, site.deadline_of(ticket).await), (2, Some(now + 2 * DAY)));
    // What it still judged is sent back with it, and the next one counts.
    site.told(ticket, "o3", OutcomeKind::Closed).await;
    site.brought(4, Carried::Review).await;
    site.tell(&letter("act:5", "再退回重办").about(Act::Redo, "A1")).await;
    assert_eq!(site.states(ticket).await[3], Carried::SentBack);
    assert_eq!(site.row(ticket).await.redone, 3);
    // Two days later that deadline is past: it says nothing of the next time.
    drop(site.outlet().await);
    let site = Site::pushed(house.crashed().as_ref()).await;
    site.at(now + 3 * DAY);
    site.tell(&letter("act:6", "三退").about(Act::Redo, "A1")).await;
    assert_eq!(site.deadline_of(ticket).await, None);
    assert!(site.detail(ticket, 7).await.get("deadline").is_none());
    let due = async |undated| {
        let until = Timestamp::from_millisecond(now + 4 * DAY).unwrap();
        let rows = site.store.due(Due { until, undated, limit: 9, ..Due::default() }).await.unwrap();
        rows.iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!((due(true).await, due(false).await), (vec![ticket], vec![]));
}

/// What an act that came before its item carries is not lost while it waits.
pub(super) async fn a_redo_that_waits_keeps_its_deadline(house: &dyn House) {
    let site = Site::pushed(house).await;
    let deadline = site.store.clock().now() + DAY;
    let redo = letter("act:1", "退回重办").about(Act::Redo, "A1").deadline(deadline);
    assert_eq!(site.tell(&redo).await, (What::Act, None));
    let site = Site::pushed(house.crashed().as_ref()).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    assert_eq!(site.kinds(ticket).await, ["new", "redo"]);
    assert_eq!((site.deadline_of(ticket).await, site.row(ticket).await.redone), (Some(deadline), 1));
}

/// A granted return ends what is owed. Handed over anew, as a newer version or a redo, the ticket is open again with a
/// deadline of its own, and later outcomes go home.
pub(super) async fn a_granted_return_concludes_and_handed_over_anew_it_is_open_again(house: &dyn House) {
    let site = Site::pushed(house).await;
    let now = site.store.clock().now();
    let ticket = site.new_ticket(&letter("A1", "路灯不亮").version("1").deadline(now - DAY)).await;
    site.told(ticket, "o1", OutcomeKind::ReturnedToSource).await;
    site.brought(1, Carried::Review).await;
    assert!(site.row(ticket).await.concluded_at.is_none(), "it is judged");
    let mut decision = letter("act:1", "同意退单").about(Act::Decision, "A1");
    decision.granted = Some(true);
    site.tell(&decision).await;
    assert!(site.row(ticket).await.concluded_at.is_some());
    assert_eq!(site.store.references(ticket.id).await.unwrap()[0].ended.as_ref().unwrap().1, "returned");
    let claim = site.outlet().await;
    site.walked(claim, Vec::new(), Again::Never).await;
    site.told(ticket, "o2", OutcomeKind::Closed).await;
    assert_eq!(site.states(ticket).await.len(), 1, "nothing is owed to who took it back");
    // Told again it changes nothing; as a newer version it is handed over anew, though it says the same.
    let anew = letter("A1", "路灯不亮").version("2").deadline(now + DAY);
    let mut told = anew.clone();
    told.source = "路灯不亮,再派".into();
    assert_eq!(site.tell(&letter("A1", "路灯不亮").version("1")).await, (What::Repeat, Some(ticket)));
    assert!(site.row(ticket).await.concluded_at.is_some());
    assert_eq!(site.tell(&told).await, (What::Revised, Some(ticket)));
    let row = site.row(ticket).await;
    assert!(row.concluded_at.is_none() && row.redone == 0, "handed over anew is not sent back: {row:?}");
    assert_eq!(site.deadline_of(ticket).await, Some(now + DAY));
    assert!(site.detail(ticket, 3).await["deadline"].is_string());
    site.told(ticket, "o3", OutcomeKind::ReturnedToSource).await;
    let claim = site.outlet().await;
    site.walked(claim, vec![Fact::State { n: 2, state: Carried::Settled }, Fact::Returned], Again::Never).await;
    assert!(site.row(ticket).await.concluded_at.is_some());
    site.tell(&letter("act:2", "退回重办").about(Act::Redo, "A1")).await;
    let row = site.row(ticket).await;
    assert!(row.concluded_at.is_none() && row.redone == 1, "{row:?}");
    site.told(ticket, "o4", OutcomeKind::Closed).await;
    assert_eq!(site.states(ticket).await.len(), 3);
    assert_eq!(site.kinds(ticket).await, ["new", "decided", "revised", "redo"]);
}

/// Granted on one road, the other still waits for its answer; the last one ends the ticket.
pub(super) async fn a_return_that_one_road_was_granted_leaves_the_others(house: &dyn House) {
    let site = Site::pushed(house).await;
    let province = Site::on(site.store.clone(), "province", false).await;
    let ticket = site.new_ticket(&letter("M1", "路灯不亮").phone("13800000001")).await;
    province.tell(&letter("P1", "转办:路灯不亮").naming("M1").phone("13800000001")).await;
    let joined = site.store.references(ticket.id).await.unwrap()[1].reference;
    site.told(ticket, "o1", OutcomeKind::ReturnedToSource).await;
    let returned = || vec![Fact::State { n: 1, state: Carried::Settled }, Fact::Returned];
    let claim = province.outlet().await;
    site.walked(claim, returned(), Again::Never).await;
    assert!(site.row(ticket).await.concluded_at.is_none());
    site.told(ticket, "o2", OutcomeKind::Replied).await;
    assert_eq!((site.lane(ticket).await.items.len(), site.store.lane(joined).await.unwrap().items.len()), (2, 1));
    let claim = site.outlet().await;
    site.walked(claim, returned(), Again::Never).await;
    assert!(site.row(ticket).await.concluded_at.is_some());
    // The road that joined hands it over anew: it is answered again, and only it.
    let redo = letter("act:1", "退回重办").about(Act::Redo, "P1");
    assert_eq!(province.tell(&redo).await, (What::Act, Some(ticket)));
    assert!(site.row(ticket).await.concluded_at.is_none());
    site.told(ticket, "o3", OutcomeKind::Closed).await;
    assert_eq!((site.lane(ticket).await.items.len(), site.store.lane(joined).await.unwrap().items.len()), (2, 2));
}

impl Site {
    /// The core refuses the next event because its order is closed.
    async fn core_is_closed(&self) -> i64 {
        let mut claim = self.claim(Far::Core).await;
        let (n, _) = self.event(&mut claim).await.unwrap();
        let Outcome::Dead { n, body, id, attempts, .. } = self.dead_outcome(n, "closed") else { panic!() };
        let kind = DeadKind::Closed;
        self.settle(claim, Outcome::Dead { kind, n, reason: "closed_order", body, id, attempts }).await;
        id
    }
}

/// Its lane stands still, and every choice sets it going again: told once more, a ticket of its own, or sent again.
pub(super) async fn what_a_closed_order_does_not_take_waits_for_a_choice(house: &dyn House) {
    let site = Site::pushed(house).await;
    let tells = AfterClose { urge: AfterUrge::Tell, ..AfterClose::default() };
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.forward_all().await;
    let urged = async |n: u32| {
        let mut urge = urge(&format!("act:{n}"), "A1");
        urge.after_close = tells;
        site.tell(&urge).await;
    };
    // Nothing was told yet: nothing can be told again.
    urged(1).await;
    let dead = site.core_is_closed().await;
    assert!(!site.store.closed_order(dead).await.unwrap().answered);
    assert!(site.store.choose(dead, Choice::AnswerAgain, &clerk("x")).await.is_err());
    urged(2).await;
    assert_eq!(site.store.schedule().depth(Far::Core), (0, 0), "what comes later waits behind");
    site.close(ticket).await;
    let order = site.store.closed_order(dead).await.unwrap();
    assert_eq!((order.kind.name(), order.answered), ("urged", true));
    assert!(String::from_utf8_lossy(order.draft.as_deref().unwrap()).contains("请尽快 act:1"));
    assert_eq!(site.store.choose(dead, Choice::AnswerAgain, &clerk("not seen")).await.unwrap(), None);
    assert!(site.store.choose(dead, Choice::Reopened, &clerk("x")).await.is_err(), "it has ended");
    assert_eq!(site.states(ticket).await, [Carried::Settled, Carried::Waiting]);
    assert_eq!(site.store.deeds(&format!("dead:{dead}")).await.unwrap()[0].why.as_deref(), Some("not seen"));
    // The one behind it becomes a ticket of its own, answered under the number that the source knows.
    let dead = site.core_is_closed().await;
    let anew = Box::new(Anew { deadline: Some(9_000), ..Anew::default() });
    let new = site.store.choose(dead, Choice::NewTicket(anew.clone()), &clerk("x")).await.unwrap().unwrap();
    let event = site.store.event(new.id, 1).await.unwrap();
    assert_eq!((event.kind.name(), event.external_id.as_str()), ("new", "act:2"));
    assert_eq!(site.detail(new, 1).await["ticket"], json!(ticket.number.to_string()));
    assert_eq!(site.deadline_of(new).await, Some(9_000));
    assert_eq!(site.lane(new).await.external_id.as_str(), "A1");
    assert_eq!(site.tell(&urge("act:2", "A1")).await, (What::Repeat, Some(new)));
    // Opened again in the core it goes again, and is open here.
    urged(3).await;
    site.store.flush().await;
    let core = site.store.schedule().claim(Far::Core, 9, site.store.clock()).await;
    for mut claim in core {
        let Some((n, _)) = site.event(&mut claim).await else { panic!() };
        let outcome = if claim.errand.subject == new.id {
            Outcome::Forwarded { n, core_number: None }
        } else {
            let Outcome::Dead { n, body, id, attempts, .. } = site.dead_outcome(n, "closed") else { panic!() };
            Outcome::Dead { kind: DeadKind::Closed, n, reason: "closed_order", body, id, attempts }
        };
        site.settle(claim, outcome).await;
    }
    let dead = site.dead().await.pop().unwrap();
    assert_eq!((dead.kind, dead.n), (DeadKind::Closed, Some(4)));
    site.store.choose(dead.id, Choice::Reopened, &clerk("x")).await.unwrap();
    let row = site.row(ticket).await;
    assert!(row.concluded_at.is_none() && row.stuck.is_none() && row.redone == 0, "{row:?}");
    assert_eq!(site.forward_all().await.iter().map(|(_, n, _)| *n).collect::<Vec<_>>(), [4]);
    let states: Vec<_> = site.events(ticket).await.iter().map(|event| event.state).collect();
    assert_eq!(states, ["forwarded", "dropped", "dropped", "forwarded"]);
}

/// The new ticket has the latest text and the number; the old one stays as it was, and no second one is made.
pub(super) async fn a_revision_that_a_closed_order_does_not_take_is_a_ticket_of_its_own(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A1", "路灯不亮")).await;
    site.forward_all().await;
    for text in ["路灯不亮,两盏", "路灯不亮,三盏"] {
        site.tell(&letter("A1", text)).await;
    }
    let dead = site.core_is_closed().await;
    let anew = Box::new(Anew::default());
    let new = site.store.choose(dead, Choice::NewTicket(anew.clone()), &clerk("x")).await.unwrap().unwrap();
    let content = async |ticket| String::from_utf8_lossy(site.row(ticket).await.draft.as_deref().unwrap()).into_owned();
    assert!(content(new).await.contains("三盏") && content(ticket).await.contains("路灯不亮\""));
    assert_eq!(site.tell(&letter("A1", "路灯不亮,三盏")).await, (What::Repeat, Some(new)));
    site.store.flush().await;
    let claims = site.store.schedule().claim(Far::Core, 9, site.store.clock()).await;
    for mut claim in claims {
        let (n, _) = site.event(&mut claim).await.unwrap();
        let closed = claim.errand.subject == ticket.id;
        let Outcome::Dead { n, body, id, attempts, .. } = site.dead_outcome(n, "closed") else { panic!() };
        let outcome = match closed {
            true => Outcome::Dead { kind: DeadKind::Closed, n, reason: "closed_order", body, id, attempts },
            false => Outcome::Forwarded { n, core_number: None },
        };
        site.settle(claim, outcome).await;
    }
    let dead = site.dead().await.pop().unwrap();
    assert!(site.store.closed_order(dead.id).await.unwrap().draft.is_none(), "it is in the new one already");
    assert!(site.store.choose(dead.id, Choice::NewTicket(anew), &clerk("x")).await.is_err());
}
