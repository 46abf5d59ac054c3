//! What is counted: one row a source reference, whatever its ticket went through, and one for each letter that led to none.

use huiliu_contract::OutcomeKind;
use jiff::Timestamp;

use super::*;
use crate::settings::CountedBy;
use crate::store::{FactQuery, FactRow, Handled, Unjoin};

const EVER: (Timestamp, Timestamp) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);

impl Site {
    /// All facts of a span, read two rows a page, by their external ids.
    async fn facts(&self, span: (Timestamp, Timestamp), by: CountedBy) -> Vec<FactRow> {
        let mut query = FactQuery { look_at: 2, ..FactQuery::first(span, by) };
        let mut all = Vec::new();
        loop {
            let page = self.store.facts(query).await.unwrap();
            all.extend(page.rows);
            match page.next {
                Some(next) => query.after = next,
                None => break,
            }
        }
        all.sort_by(|a, b| a.external_id.cmp(&b.external_id));
        all
    }

    async fn counted(&self) -> Vec<FactRow> {
        self.facts(EVER, CountedBy::Received).await
    }

    /// The core tells an outcome that happened at a time, by a unit.
    async fn outcome(&self, ticket: TicketKey, core_id: &str, kind: OutcomeKind, at: &str) {
        let (id, keys) = (self.store.reserve(), self.store.keys());
        let said = json!({ "kind": kind, "at": at, "units": [{ "name": "县住建局", "role": "lead" }] }).to_string();
        let body = keys.seal(Place::Outcome, id, said.as_bytes()).unwrap();
        let digest = keys.blind("outcome", &[said.as_bytes()]);
        self.store.take_outcome(id, core_id.into(), digest, Some(ticket.number), kind, body).await.unwrap();
    }
}

fn ids(rows: &[FactRow]) -> Vec<&str> {
    rows.iter().map(|row| row.external_id.as_str()).collect()
}

/// Told again, changed, asked about: it is one row. What joined is a row of its own channel, also after it was taken apart.
pub(super) async fn a_reference_is_counted_once(house: &dyn House) {
    let mailbox = Site::pushed(house).await;
    let province = Site::on(mailbox.store.clone(), "province", false).await;
    let ticket = mailbox.new_ticket(&letter("A", "one").phone("138").deadline(9_000)).await;
    mailbox.tell(&letter("A", "one").phone("138").deadline(9_000)).await;
    mailbox.tell(&letter("A", "changed").phone("138").deadline(9_000)).await;
    mailbox.tell(&letter("urge-1", "where is it").about(Act::Urge, "A")).await;
    mailbox.new_ticket(&letter("T", "a trial").standing(Standing::Trial)).await;
    let joining = letter("P", "one").naming("A").phone("138").deadline(5_000);
    assert_eq!(province.tell(&joining).await, (What::Joined, Some(ticket)));
    for text in ["no form", "none either"] {
        assert_eq!(mailbox.tell(&letter("U", text).mapped(None)).await.0, What::Unmapped);
    }
    let rows = mailbox.counted().await;
    assert_eq!(ids(&rows), ["A", "P", "T", "U"]);
    let shown: Vec<_> = rows.iter().map(|row| (row.channel_code.as_str(), row.opened, row.ticket.is_some())).collect();
    let expected =
        [("mailbox", true, true), ("province", false, true), ("mailbox", true, true), ("mailbox", false, false)];
    assert_eq!(shown, expected);
    assert_eq!((rows[1].ticket, rows[2].standing), (Some(ticket), Standing::Trial));
    assert_eq!(rows[0].deadline.map(Timestamp::as_millisecond), Some(9_000), "its own, not the strictest of all");
    assert_eq!(rows[1].deadline.map(Timestamp::as_millisecond), Some(5_000));
    let came = rows[1].received_at;

    let joined = rows[1].reference.unwrap();
    let new = mailbox.store.unjoin(joined, Unjoin::default(), &clerk("another citizen")).await.unwrap();
    let rows = mailbox.counted().await;
    assert_eq!(ids(&rows), ["A", "P", "T", "U"]);
    assert_eq!((rows[1].opened, rows[1].ticket, rows[1].received_at), (true, Some(new), came), "it came when it came");
    // Mended and mapped, the letter is a ticket and no longer one that led to none.
    let (what, made) = mailbox.tell(&letter("U", "a form")).await;
    assert_eq!(what, What::New);
    let rows = mailbox.counted().await;
    assert_eq!((ids(&rows), rows[3].ticket), (vec!["A", "P", "T", "U"], made));
}

/// A supplement that became a ticket of its own is an act all the same; a letter that was handled by hand counts.
pub(super) async fn what_an_act_made_is_no_reference(house: &dyn House) {
    let site = Site::pushed(house).await;
    let done = site.new_ticket(&letter("A", "one")).await;
    site.outcome(done, "o1", OutcomeKind::Closed, "2025-02-01T00:00:00Z").await;
    let mut more = letter("S", "one more thing").about(Act::Supplement, "A");
    more.after_close.supplement = crate::settings::AfterSupplement::New;
    assert_eq!(site.tell(&more).await.0, What::New);
    let acceptance = site.acceptance(&[letter("H", "by hand").standing(Standing::Historic)]);
    let handled = Handled { acceptance, core_number: "HD1".into(), concluded: true, dry: false };
    site.store.register_handled(handled, &clerk("copied before")).await.unwrap();
    let rows = site.counted().await;
    assert_eq!(ids(&rows), ["A", "H"]);
    assert_eq!((rows[0].by_hand, rows[1].by_hand, rows[1].standing), (false, true, Standing::Live));
    assert!(rows[1].concluded_at.is_some() && rows[1].outcomes.is_empty());
}

/// A row tells how it stood on any day: by the core's own times, and by when it was opened again.
pub(super) async fn a_reference_tells_its_life(house: &dyn House) {
    let site = Site::pushed(house).await;
    let ticket = site.new_ticket(&letter("A", "one")).await;
    site.outcome(ticket, "o1", OutcomeKind::Signed, "2025-01-20T00:00:00Z").await;
    site.outcome(ticket, "o2", OutcomeKind::Closed, "2025-02-01T00:00:00Z").await;
    site.tell(&letter("redo-1", "not done").about(Act::Redo, "A")).await;
    site.outcome(ticket, "o3", OutcomeKind::Closed, "2025-03-01T00:00:00Z").await;
    site.tell(&letter("back-1", "no more").about(Act::Withdraw, "A")).await;
    let row = site.counted().await.remove(0);
    let told: Vec<_> = row.outcomes.iter().map(|told| (told.kind, told.at.to_string())).collect();
    let expected = [
        (OutcomeKind::Signed, "2025-01-20T00:00:00Z"),
        (OutcomeKind::Closed, "2025-02-01T00:00:00Z"),
        (OutcomeKind::Closed, "2025-03-01T00:00:00Z"),
    ];
    assert_eq!(told, expected.map(|(kind, at)| (kind, at.to_owned())));
    assert_eq!((row.redone, row.reopened.len(), &*row.outcomes[0].units[0].name), (1, 1, "县住建局"));
    assert!(row.outcomes[1].kept_at <= row.reopened[0] && row.reopened[0] <= row.outcomes[2].kept_at);
    assert_eq!(row.ended.map(|(_, how)| how).as_deref(), Some("withdrawn"));
}

/// The time that decides is the wanted one, else the next that is known.
pub(super) async fn a_span_is_decided_by_one_time(house: &dyn House) {
    let site = Site::pushed(house).await;
    let day = |text: &str| text.parse::<Timestamp>().unwrap();
    let quarter = (day("2025-01-01T00:00:00Z"), day("2025-04-01T00:00:00Z"));
    for (id, at) in [("A", "2024-12-31T23:59:59Z"), ("B", "2025-01-01T00:00:00Z"), ("C", "2025-04-01T00:00:00Z")] {
        site.new_ticket(&letter(id, id).submitted(day(at).as_millisecond())).await;
    }
    site.new_ticket(&letter("D", "without a time")).await;
    let rows = site.facts(quarter, CountedBy::Submitted).await;
    assert_eq!(ids(&rows), ["B"]);
    assert_eq!(rows[0].decides(CountedBy::Submitted), (quarter.0, CountedBy::Submitted));
    assert_eq!(ids(&site.facts((quarter.1, Timestamp::MAX), CountedBy::Submitted).await), ["C", "D"]);
    assert_eq!(ids(&site.facts(quarter, CountedBy::Received).await), [""; 0]);
    let handed = site.facts((quarter.1, Timestamp::MAX), CountedBy::Handed).await;
    assert_eq!(ids(&handed), ["A", "B", "C", "D"], "none was handed over: they were received");
    assert_eq!(handed[0].decides(CountedBy::Handed).1, CountedBy::Received);
    site.forward_all().await;
    assert_eq!(site.facts((quarter.1, Timestamp::MAX), CountedBy::CoreAccepted).await.len(), 4);
}
