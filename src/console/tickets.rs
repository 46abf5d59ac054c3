//! Commands about tickets: find, list, and the whole life of one. What is personal is hidden unless a reason went
//! on record first.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::channels::Names;
use super::handle::{deeds, on_record};
use super::view::{EventView, FoundView, Life, TicketView, VersionView};
use super::{Find, House, MAX_ROWS, Problem, ROWS, carried, dead, found, note, outcomes};
use crate::settings::Text;
use crate::store::{
    Actor, DeadQuery, DeadRow, Digest, Due, EventRow, Folio, Mapped, Search, Standing, StoreError, TicketRow,
    VersionRow,
};
use crate::ticket::event::idempotency_key;
use crate::ticket::{Draft, Spoken, mask_text};
use crate::words::bad_number;

/// How many rows are really given.
pub(super) fn rows(limit: usize) -> usize {
    if limit == 0 { ROWS } else { limit.min(MAX_ROWS) }
}

/// Tickets, newest first.
pub(super) async fn list(
    house: &House,
    channel: Option<&str>,
    from: Option<Date>,
    to: Option<Date>,
    limit: usize,
) -> Result<Vec<TicketView>, Problem> {
    let names = Names::read(house).await?;
    let (channel, tagged) = channel.map(|called| names.among(house, called)).transpose()?.unwrap_or_default();
    let search = Search { channel, tagged, from, to, limit: rows(limit), open: true, ..Search::default() };
    Ok(house.store.search(search).await?.iter().map(|row| view(&names, row)).collect())
}

/// Live tickets whose deadline lies at a time or before and that no outcome has concluded, by deadline; behind them, where
/// asked for, those that were opened again without one.
pub(super) async fn due(
    house: &House,
    until: Timestamp,
    undated: bool,
    channel: Option<&str>,
    limit: usize,
) -> Result<Vec<TicketView>, Problem> {
    let names = Names::read(house).await?;
    let (channel, tagged) = channel.map(|called| names.among(house, called)).transpose()?.unwrap_or_default();
    let due = Due { until, channel, tagged, undated, limit: rows(limit), open: true };
    Ok(house.store.due(due).await?.iter().map(|row| view(&names, row)).collect())
}

/// Tickets that fit all that is given, newest first.
pub(super) async fn find(house: &House, find: Find) -> Result<Vec<FoundView>, Problem> {
    let blinds = blinds(house, &find)?;
    if blinds.is_empty() && find.number.is_none() {
        return Err(Problem::invalid(
            "要找什么?给出任一编号,或用 --phone、--id、--name 按提示输入;只按渠道和日期看,用 huiliu ticket list",
            "what is to be found? give any number, or use --phone, --id or --name; to browse, use huiliu ticket list",
        ));
    }
    let names = Names::read(house).await?;
    let among = find.channel.as_deref().map(|called| names.among(house, called)).transpose()?;
    let (channel, tagged) = among.unwrap_or_default();
    let base = Search {
        channel,
        tagged,
        from: find.from,
        to: find.to,
        limit: rows(find.limit),
        open: true,
        ..Search::default()
    };
    let mut found: Vec<TicketRow> = match find.number.as_deref().map(str::trim) {
        Some(number) => by_number(house, number, &base).await?,
        None => house.store.search(Search { blind: blinds.first().copied(), ..base.clone() }).await?,
    };
    let rest = if find.number.is_some() { &blinds[..] } else { blinds.get(1..).unwrap_or_default() };
    for blind in rest {
        let ids = Some(found.iter().map(|row| row.key.id).collect());
        found = house.store.search(Search { blind: Some(*blind), ids, ..base.clone() }).await?;
    }
    let mut views = Vec::with_capacity(found.len());
    for row in &found {
        let parts = house.store.parts(row.key.id).await?.iter().map(|part| view(&names, part)).collect();
        views.push(found::said(house, row, view(&names, row), parts).await?);
    }
    Ok(views)
}

fn blinds(house: &House, find: &Find) -> Result<Vec<Digest>, Problem> {
    let keys = house.store.keys();
    let mut out = Vec::new();
    if let Some(phone) = &find.phone {
        out.push(keys.of_phone(phone).ok_or_else(|| {
            Problem::invalid("电话号码要写全(7到12位数字)", "a whole telephone number is needed (7 to 12 digits)")
        })?);
    }
    if let Some(id_no) = &find.id_no {
        out.push(
            keys.of_id_no(id_no).ok_or_else(|| Problem::invalid("证件号码是空的", "the identity number is empty"))?,
        );
    }
    if find.name.is_some() || find.last4.is_some() {
        let pair = keys.of_name(find.name.as_deref().unwrap_or_default(), find.last4.as_deref().unwrap_or_default());
        out.push(pair.ok_or_else(|| {
            Problem::invalid(
                "按姓名查要同时给出姓名和电话后四位",
                "a name is looked up together with the last four digits of the telephone number",
            )
        })?);
    }
    Ok(out)
}

/// A number may be the gateway's, the core's or a source's: all are looked at.
async fn by_number(house: &House, number: &str, base: &Search) -> Result<Vec<TicketRow>, Problem> {
    let mut searches = vec![
        Search { core_number: Some(number.into()), ..base.clone() },
        Search { external_id: Some(number.into()), ..base.clone() },
    ];
    if let Ok(spoken) = Spoken::parse(number) {
        match house.store.ticket(spoken).await {
            Ok(row) => searches.push(Search { ids: Some(vec![row.key.id]), ..base.clone() }),
            Err(StoreError::NotFound) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let mut found: Vec<TicketRow> = Vec::new();
    for search in searches {
        for row in house.store.search(search).await? {
            if !found.iter().any(|other| other.key.id == row.key.id) {
                found.push(row);
            }
        }
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.key.id));
    Ok(found)
}

/// The number of a ticket as a person writes it.
pub(super) fn spoken(number: &str) -> Result<Spoken, Problem> {
    Spoken::parse(number).map_err(|wrong| {
        let text = bad_number(wrong);
        Problem::invalid(
            format!("{};其他编号请用 huiliu find", text.zh),
            format!("{}; for other numbers use huiliu find", text.en),
        )
    })
}

/// The whole life of one ticket.
pub(super) async fn show(house: &House, number: &str, unmask: bool, actor: &Actor) -> Result<Life, Problem> {
    let number = spoken(number)?;
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    let subject = format!("ticket:{number}");
    if unmask {
        on_record(house, actor, &subject).await?;
    }
    let names = Names::read(house).await?;
    let about = DeadQuery { ticket: Some(row.key.id), ended: true, limit: MAX_ROWS, ..DeadQuery::default() };
    let letters = house.store.dead(about).await?;
    let mut subjects: Vec<_> = letters.iter().map(|letter| format!("dead:{}", letter.id)).collect();
    subjects.push(subject);
    let versions = house.store.versions(row.key.id).await?;
    let outcomes = house.store.outcomes(row.key.id).await?;
    Ok(Life {
        masked: !unmask,
        draft: row.draft.as_deref().map_or(Value::Null, |draft| shown_draft(draft, unmask)),
        versions: versions.iter().map(|version| version_view(version, unmask)).collect(),
        events: events(house, &row, &letters).await?,
        outcomes: outcomes.into_iter().map(|outcome| outcomes::view(outcome, unmask)).collect(),
        references: match number.part() {
            // What is carried is the whole's.
            Some(_) => Vec::new(),
            None => carried::references(house, &names, row.key.id, &letters, unmask).await?,
        },
        whole: number.part().map(|_| number.whole().to_string()),
        parts: house.store.parts(row.key.id).await?.iter().map(|part| view(&names, part)).collect(),
        dead: letters.iter().map(|letter| dead::view(&names, letter)).collect(),
        deeds: deeds(house, &subjects, !unmask).await?,
        notes: note::of(house, &names, row.key.id, unmask).await?,
        ticket: view(&names, &row),
    })
}

pub(super) fn missing(number: Spoken, error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => Problem::not_found(Text::new(
            format!("没有汇流编号为 {number} 的统一工单"),
            format!("there is no ticket {number}"),
        )),
        other => other.into(),
    }
}

async fn events(house: &House, row: &TicketRow, letters: &[DeadRow]) -> Result<Vec<EventView>, Problem> {
    let open = letters.iter().find(|letter| Some(letter.id) == row.stuck).and_then(|letter| letter.n);
    let events = house.store.events(row.key.id).await?;
    let state = |n: u32, state: &'static str| match open {
        Some(dead) if n == dead => "dead",
        Some(dead) if n > dead => "behind",
        _ => state,
    };
    let view = |event: EventRow| EventView {
        n: event.n,
        kind: event.kind.name().into(),
        at: event.at,
        state: state(event.n, event.state).into(),
        idempotency_key: idempotency_key(row.key.number, u64::from(event.n)),
        other: event.other.map(|other| other.to_string()),
        same_letter: event.same_letter,
    };
    Ok(events.into_iter().map(view).collect())
}

fn version_view(version: &VersionRow, unmask: bool) -> VersionView {
    let mut view = VersionView {
        n: version.n,
        received_at: version.received_at,
        state: version.state.into(),
        source_version: version.source_version.clone(),
        media_type: String::new(),
        bytes: 0,
        raw: None,
        draft: Value::Null,
        reasons: Value::Null,
    };
    if let Ok(folio) = Folio::read(&version.folio) {
        view.media_type = folio.media_type.into();
        view.bytes = folio.raw.len();
        view.raw = unmask.then(|| String::from_utf8_lossy(folio.raw).into_owned());
        match folio.mapped {
            Mapped::Draft(draft) => view.draft = shown_draft(draft, unmask),
            Mapped::Reasons(reasons) => view.reasons = shown(reasons, unmask),
        }
    }
    view
}

/// A draft's JSON, masked unless it may be seen. One that cannot be read is not shown at all.
pub(super) fn shown_draft(draft: &[u8], unmask: bool) -> Value {
    let Ok(draft) = serde_json::from_slice::<Draft>(draft) else { return Value::Null };
    serde_json::to_value(if unmask { draft } else { draft.masked() }).unwrap_or_default()
}

/// A body that is JSON or text, with everything that has the form of a person's number hidden unless it may be seen.
pub(super) fn shown(body: &[u8], unmask: bool) -> Value {
    let value = text_or_json(body);
    if unmask { value } else { mask(value, &mask_text) }
}

pub(super) fn text_or_json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// A value with everything that `hide` hides hidden, keys and numbers as well: either can be somebody's.
pub(super) fn mask(value: Value, hide: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(hide(&text)),
        Value::Array(list) => Value::Array(list.into_iter().map(|value| mask(value, hide)).collect()),
        Value::Object(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (hide(&key), mask(value, hide))).collect())
        }
        Value::Number(number) if hide(&number.to_string()) != number.to_string() => {
            Value::String(hide(&number.to_string()))
        }
        other => other,
    }
}

/// A ticket's row with its title masked.
pub(super) fn view(names: &Names, row: &TicketRow) -> TicketView {
    let draft = row.draft.as_deref().and_then(|draft| serde_json::from_slice::<Draft>(draft).ok());
    TicketView {
        number: row.key.number.to_string(),
        channel: row.channel_code.clone(),
        channel_name: names.under(&row.channel_code, row.tag.as_deref()),
        tag: row.tag.clone(),
        external_id: row.external_id.clone(),
        core_number: row.core_number.clone(),
        core_accepted_at: row.core_accepted_at,
        title: draft.and_then(|draft| draft.masked().matter.title),
        standing: standing(row.standing).into(),
        received_at: row.received_at,
        submitted_at: row.submitted_at,
        deadline: row.deadline,
        category: row.category.clone(),
        region: row.region.clone(),
        version: row.version_n,
        events: row.events,
        sent: row.sent,
        stuck: row.stuck,
        concluded_at: row.concluded_at,
        redone: row.redone,
        reopened_at: row.reopened_at,
    }
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Live => "live",
        Standing::Trial => "trial",
        Standing::Historic => "historic",
        Standing::Waiting => "waiting",
    }
}
