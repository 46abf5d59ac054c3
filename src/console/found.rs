//! What is said to a citizen on the telephone about a ticket that was found: one sentence, and which of its sources were
//! answered.

use huiliu_contract::UnitRole;
use jiff::Timestamp;
use jiff::civil::Date;

use super::view::{AnsweredView, FoundView, TextView, TicketView};
use super::{House, Problem};
use crate::outcomes::Kept;
use crate::store::{Carried, Lane, TicketRow};

/// Adds to what was found what is said about it.
pub(super) async fn said(
    house: &House,
    row: &TicketRow,
    ticket: TicketView,
    parts: Vec<TicketView>,
) -> Result<FoundView, Problem> {
    let (mut sources, mut answered, mut ends) = (Vec::new(), None, Vec::new());
    for road in house.store.references(row.key.id).await? {
        let lane = house.store.carried(road.reference).await?;
        let at = answered_at(&lane);
        answered = answered.max(at);
        ends.push(road.ended);
        sources.push(AnsweredView {
            channel: road.channel_code,
            external_id: road.external_id,
            answered_at: at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        });
    }
    let told = Told {
        noun: noun(house, &row.channel_code, row.tag.as_deref()),
        unit: unit(house, row.key.id).await?,
        ended: ends.into_iter().collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max()),
        answered: answered.and_then(|at| Timestamp::from_millisecond(at).ok()),
        zone: house.zone.clone(),
    };
    let said = told.sentence(row, &ticket);
    Ok(FoundView { ticket, said, sources, parts })
}

/// When a concluding outcome reached a source, or a person there.
fn answered_at(lane: &Lane) -> Option<i64> {
    let told = |state: Carried| matches!(state, Carried::Settled | Carried::Review | Carried::ByHand);
    lane.items.iter().filter(|item| item.kind.concludes() && told(item.state)).map(|item| item.since).max()
}

/// What the channel calls its items.
fn noun(house: &House, code: &str, tag: Option<&str>) -> String {
    let channel = house.control.channels().into_iter().find(|channel| channel.code == code);
    let routed = channel.iter().flat_map(|channel| &channel.routed).find(|one| Some(one.tag.as_str()) == tag);
    if let Some(routed) = routed {
        return routed.noun.clone();
    }
    let noun = channel.and_then(|channel| Some(channel.settings.pointer("/channel/report/noun")?.as_str()?.to_owned()));
    noun.unwrap_or_else(|| "来件".into())
}

/// The unit that handles a ticket, by the latest outcome that names one.
async fn unit(house: &House, ticket: i64) -> Result<Option<String>, Problem> {
    let outcomes = house.store.outcomes(ticket).await?;
    let units = outcomes.iter().rev().filter_map(|row| serde_json::from_slice::<Kept>(&row.body).ok());
    let mut leads = units.flat_map(|kept| kept.outcome.units).filter(|unit| unit.role == UnitRole::Lead);
    Ok(leads.next().map(|unit| unit.name))
}

struct Told {
    noun: String,
    unit: Option<String>,
    answered: Option<Timestamp>,
    /// When and how the last of its sources ended, where none is left.
    ended: Option<(i64, String)>,
    zone: jiff::tz::TimeZone,
}

impl Told {
    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// A day as it is said after another one: the month only where it is another month.
    fn after(&self, at: Timestamp, before: Date) -> (String, String) {
        let day = self.day(at);
        let same = (day.year(), day.month()) == (before.year(), before.month());
        let zh = if same { format!("{}日", day.day()) } else { format!("{}月{}日", day.month(), day.day()) };
        (zh, day.to_string())
    }

    fn sentence(&self, row: &TicketRow, ticket: &TicketView) -> TextView {
        let first = self.day(row.submitted_at.unwrap_or(row.received_at));
        let mut zh = format!("您{}月{}日在{}的{}", first.month(), first.day(), ticket.channel_name, self.noun);
        let mut en = format!("Your letter of {first} by {}", ticket.channel_name);
        match row.core_accepted_at {
            Some(at) => {
                let (day_zh, day) = self.after(at, first);
                let to = self.unit.as_deref();
                zh += &format!(",{day_zh}已转{}", to.unwrap_or("热线办理"));
                en += &format!(" was handed to {} on {day}", to.unwrap_or("the hotline"));
            }
            None => {
                zh += "已收到,正在转办";
                en += " was received and is being handed over";
            }
        }
        if let Some(at) = row.deadline.filter(|_| row.concluded_at.is_none()) {
            let (day_zh, day) = self.after(at, first);
            zh += &format!(",时限{day_zh}");
            en += &format!(", due {day}");
        }
        let over = self.ended.as_ref().filter(|_| row.concluded_at.is_some() && self.answered.is_none());
        if let Some((at, how)) = over {
            let (day_zh, day) = self.after(Timestamp::from_millisecond(*at).unwrap_or_default(), first);
            match how.as_str() {
                "returned" => {
                    zh += &format!(",不属本热线办理,{day_zh}已退回{}另行转办。", ticket.channel_name);
                    en += &format!(
                        "; it is not for this hotline and was handed back to {} on {day}.",
                        ticket.channel_name
                    );
                }
                _ => {
                    zh += &format!(",{day_zh}已撤回,不再办理。");
                    en += &format!("; it was withdrawn on {day} and is not handled any more.");
                }
            }
            return TextView { zh, en };
        }
        match (row.concluded_at, self.answered) {
            (Some(_), Some(at)) => {
                let (day_zh, day) = self.after(at, first);
                zh += &format!(",已办结,{day_zh}已答复。");
                en += &format!("; it is concluded and was answered on {day}.");
            }
            (Some(at), None) => {
                let (day_zh, day) = self.after(at, first);
                zh += &format!(",{day_zh}已办结,答复正在送出。");
                en += &format!("; it was concluded on {day}, the answer is on its way.");
            }
            (None, _) if row.core_accepted_at.is_some() => {
                zh += ",正在办理。";
                en += "; it is being handled.";
            }
            (None, _) => {
                zh += "。";
                en += ".";
            }
        }
        TextView { zh, en }
    }
}
