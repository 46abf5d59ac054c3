//! Commands about dead letters (待人工处理): look, edit, try again, note as done by hand, give up. Each is on record.

use huiliu_contract::What;
use serde_json::Value;

use super::channels::Names;
use super::handle::{deeds, on_record, reason_given};
use super::tickets::{mask, rows, shown, shown_draft, text_or_json};
use super::view::{DeadDetail, DeadEnded, DeadView};
use super::{Code, House, Problem, asked, closed};
use crate::settings::{Lang, Text};
use crate::store::{Actor, DeadKind, DeadQuery, DeadRow, Folio, Fresh, Mapped, StoreError, Verdict};
use crate::ticket::{Draft, Event};
use crate::words::{ENDS, word};

/// Dead letters, oldest first; with those that have ended, or instead what is no submission by itself.
pub(super) async fn list(
    house: &House,
    channel: Option<&str>,
    (ended, unticketed): (bool, bool),
    limit: usize,
) -> Result<Vec<DeadView>, Problem> {
    let names = Names::read(house).await?;
    let channel = channel.map(|called| names.known(house, called)).transpose()?.map(|row| row.id);
    let kinds = if unticketed { vec![DeadKind::Unticketed] } else { Vec::new() };
    let ended = ended || unticketed;
    let query = DeadQuery { channel, ended, kinds, limit: rows(limit), ..DeadQuery::default() };
    Ok(house.store.dead(query).await?.iter().map(|row| view(&names, row)).collect())
}

pub(super) fn view(names: &Names, row: &DeadRow) -> DeadView {
    let (ended_at, ended_how) = row.ended.clone().unzip();
    DeadView {
        id: row.id,
        kind: row.kind.word().into(),
        channel: row.channel_code.clone(),
        channel_name: names.under(&row.channel_code, row.tag.as_deref()),
        since: row.since,
        reason: row.reason.clone(),
        attempts: row.attempts,
        ticket: row.ticket.map(|key| key.number.to_string()),
        event: row.n.filter(|_| !row.kind.is_homeward()),
        write_back: row.n.filter(|_| row.kind.is_homeward()),
        outcome: row.outcome.map(|kind| kind.word().into()),
        deadline: row.deadline,
        external_id: row.external_id.clone(),
        ended_at,
        ended_how,
    }
}

/// One dead letter with what lies in it.
pub(super) async fn show(house: &House, id: i64, unmask: bool, actor: &Actor) -> Result<DeadDetail, Problem> {
    letter(house, id, false).await?;
    if unmask {
        on_record(house, actor, &subject(id)).await?;
    }
    let row = letter(house, id, true).await?;
    let names = Names::read(house).await?;
    let (details, raw) = match row.body.as_deref() {
        Some(body) if row.kind.is_homeward() => (homeward(house, &row, body, unmask).await?, None),
        Some(body) if row.kind == DeadKind::Outcome => (asked::details(body, unmask), None),
        Some(body) => inside(row.kind, body, unmask),
        None => (Value::Null, None),
    };
    let deeds = deeds(house, &[subject(id)], !unmask).await?;
    let (event_kind, choices) = closed::choices(house, &row).await?;
    Ok(DeadDetail { dead: view(&names, &row), masked: !unmask, event_kind, choices, details, raw, deeds })
}

/// What a dead letter's body shows. Unreadable bytes were never understood, so masked views show none of them.
fn inside(kind: DeadKind, body: &[u8], unmask: bool) -> (Value, Option<String>) {
    match (kind, Folio::read(body)) {
        (kind, _)
            if matches!(kind, DeadKind::Event | DeadKind::Closed | DeadKind::File | DeadKind::Part)
                || kind.is_homeward() =>
        {
            (said(shown(body, unmask), unmask), None)
        }
        (_, Ok(folio)) => {
            let details = match folio.mapped {
                Mapped::Draft(draft) => shown_draft(draft, unmask),
                Mapped::Reasons(reasons) => shown(reasons, unmask),
            };
            (details, unmask.then(|| String::from_utf8_lossy(folio.raw).into_owned()))
        }
        (_, Err(_)) => (Value::Null, unmask.then(|| String::from_utf8_lossy(body).into_owned())),
    }
}

/// What the far side said is free text: numbers can be found in it and hidden, a name or an address cannot. So
/// masked views only tell that there is something.
fn said(mut details: Value, unmask: bool) -> Value {
    if let Some(quoted) = details.get_mut("quoted").filter(|quoted| !unmask && quoted.is_string()) {
        *quoted = Value::String("…".into());
    }
    details
}

/// What lies in a dead letter of the way home. The text that will be sent is shown where it is agreed to, with what was
/// found in it; here masked views leave it out, and what the house wrote for itself too.
async fn homeward(house: &House, row: &DeadRow, body: &[u8], unmask: bool) -> Result<Value, Problem> {
    let details = text_or_json(body);
    if unmask {
        return Ok(details);
    }
    let lane = house.store.carried(row.reference.ok_or(StoreError::NotFound)?).await?;
    let draft: Draft = serde_json::from_slice(&lane.draft).unwrap_or_default();
    let mut details = said(mask(details, &|text| draft.mask_about(text)), unmask);
    let approval = row.kind == DeadKind::Approval;
    for (path, hidden) in [
        ("/fault/quoted", true),
        ("/outcome/internal_note", true),
        ("/outcome/public_reply", approval),
        ("/shown", approval),
    ] {
        if let Some(text) = details.pointer_mut(path).filter(|text| hidden && text.is_string()) {
            *text = Value::String("…".into());
        }
    }
    Ok(details)
}

pub(super) fn subject(id: i64) -> String {
    format!("dead:{id}")
}

pub(super) async fn letter(house: &House, id: i64, open: bool) -> Result<DeadRow, Problem> {
    let query = DeadQuery { id: Some(id), open, limit: 1, ..DeadQuery::default() };
    house.store.dead(query).await?.pop().ok_or_else(|| {
        Problem::not_found(Text::new(format!("没有 {id} 号待人工处理件"), format!("there is no dead letter {id}")))
    })
}

/// The letter, if it still waits for a person.
pub(super) async fn waiting(house: &House, id: i64, open: bool) -> Result<DeadRow, Problem> {
    let row = letter(house, id, open).await?;
    match &row.ended {
        None => Ok(row),
        Some((_, how)) => Err(Problem::refused(
            format!("{id} 号已经处理过了({})", word(ENDS, how, Lang::Zh)),
            format!("dead letter {id} has ended already ({})", word(ENDS, how, Lang::En)),
        )),
    }
}

/// The waiting letter's event as it would be sent, and its ticket's number.
async fn dead_event(house: &House, id: i64) -> Result<Fresh, Problem> {
    let row = waiting(house, id, false).await?;
    let (DeadKind::Event, Some(ticket), Some(n)) = (row.kind, row.ticket, row.n) else {
        return Err(match row.kind {
            DeadKind::Approval => Problem::refused(
                format!("待审签的公开答复这样改:huiliu approve agree {id} --edit --why “理由”"),
                format!(
                    "a public text that waits for approval is changed by huiliu approve agree {id} --edit --why \"…\""
                ),
            ),
            DeadKind::Closed => closed::to_be_chosen(id),
            kind if kind.is_homeward() => Problem::refused(
                format!("回传不能改;看怎么处理用 huiliu dead show {id}"),
                format!("a write-back cannot be edited; huiliu dead show {id} says what can be done"),
            ),
            _ => Problem::refused(
                "只有发不出去的流转消息可以改;来件认不出的,改好渠道配置里的字段对应,再用 huiliu dead retry",
                "only an event can be edited; for a submission mend the channel's mapping, then use huiliu dead retry",
            ),
        });
    };
    Ok(house.store.event(ticket.id, n).await?)
}

/// The JSON of a dead event, for a person to edit.
pub(super) async fn event(house: &House, id: i64, actor: &Actor) -> Result<Value, Problem> {
    let fresh = dead_event(house, id).await?;
    on_record(house, actor, &subject(id)).await?;
    parsed(&fresh)
}

fn parsed(fresh: &Fresh) -> Result<Value, Problem> {
    let failed = |en: String| Problem::new(Code::Failed, format!("流转消息读不出来:{en}"), en);
    let json = fresh.json().map_err(|error| failed(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|_| failed("the stored event is no JSON".into()))
}

/// Replaces the JSON of a dead event. It stays an event, and stays this one: what the core knows it by is fixed.
pub(super) async fn edit(house: &House, id: i64, event: &Value, actor: &Actor) -> Result<DeadEnded, Problem> {
    reason_given(actor)?;
    let fresh = dead_event(house, id).await?;
    let before = parsed(&fresh)?;
    for key in ["event", "ticket", "sequence", "idempotency_key", "channel", "external_id"] {
        if event.get(key) != before.get(key) {
            return Err(Problem::invalid(
                format!("“{key}”不能改:对方靠它认出这条流转消息"),
                format!("`{key}` must stay as it is: the core knows the event by it"),
            ));
        }
    }
    let form: Event = serde_path_to_error::deserialize(event).map_err(|wrong| {
        // The error's own text may quote the value; only its place is told.
        let path = wrong.path().to_string();
        Problem::invalid(
            format!("改后的内容不合统一工单的格式,问题在 {path};格式见 huiliu schema event"),
            format!("what was edited is no event any more, at {path}; see huiliu schema event"),
        )
    })?;
    let number = Some(form.ticket.to_string());
    let body = serde_json::to_vec(event)
        .map_err(|error| Problem::new(Code::Failed, format!("写不出来:{error}"), error.to_string()))?;
    house.store.edit(id, body, actor).await?;
    Ok(DeadEnded { id, how: "edited".into(), kind: DeadKind::Event.word().into(), ticket: number, what: None })
}

/// Tries a dead letter again.
pub(super) async fn retry(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    let row = waiting(house, id, false).await?;
    match row.kind {
        DeadKind::Event | DeadKind::WriteBack | DeadKind::Uncertain => {
            house.store.retry(id, actor).await?;
            Ok(ended(&row, "retried"))
        }
        DeadKind::Unmapped | DeadKind::Held => remapped(house, &row, actor).await,
        DeadKind::File => {
            house.store.retry(id, actor).await?;
            Ok(ended(&row, "retried"))
        }
        DeadKind::Unticketed => Err(to_be_taken(id)),
        DeadKind::Outcome => asked::retell(house, id, actor).await,
        DeadKind::Closed => Err(closed::to_be_chosen(id)),
        DeadKind::Approval => Err(waits_for_approval(id)),
        DeadKind::ByHand => Err(Problem::refused(
            format!("这一件要人到对方后台回复,不能重发;回复好了用 huiliu dead done {id} 记下"),
            format!("it is answered by hand on the far side's own pages; then note that by huiliu dead done {id}"),
        )),
        DeadKind::Urged => Err(Problem::refused(
            "上级在催的答复已经在重发;把挡着它的那一条处理掉,再用 huiliu dead drop 销掉这一条",
            "the answer that is asked for is tried again already; deal with what holds it up, then use huiliu dead drop",
        )),
        DeadKind::Unmatched => Err(Problem::refused(
            "它指的那一件还没有来,来了会自动对上;不用再等的,用 huiliu dead drop 销掉",
            "the item that it is about did not come yet, and is matched when it does; to give it up use huiliu dead drop",
        )),
        DeadKind::Part => Err(Problem::refused(
            format!(
                "这一条要人与热线商定;看各单用 huiliu ticket show,处理好了用 huiliu dead drop {id} --why “理由” 销掉"
            ),
            format!(
                "agree with the core what to do; see the parts by huiliu ticket show, then huiliu dead drop {id} --why \"…\""
            ),
        )),
        DeadKind::Unreadable => Err(Problem::refused(
            format!("这次推送读不出来件,重试也没有用;请对方重发,再用 huiliu dead drop {id} --why “理由” 销掉"),
            format!(
                "no submission could be read from it; ask the far side to send it again, then huiliu dead drop {id} --why \"…\""
            ),
        )),
    }
}

/// Maps a kept submission anew and takes it.
async fn remapped(house: &House, row: &DeadRow, actor: &Actor) -> Result<DeadEnded, Problem> {
    match house.control.remap(row.id, actor).await? {
        Verdict::Taken { what, ticket } => {
            let before = ended(row, "remapped");
            Ok(DeadEnded {
                ticket: ticket.map(|key| key.number.to_string()).or(before.ticket),
                what: Some(What::word(what).into()),
                ..before
            })
        }
        Verdict::Compare { .. } | Verdict::Alike { .. } => Err(Problem::refused(
            "这一件要先和已有版本比对,现在比不了;稍后再试",
            "this submission must be compared with an earlier version first; try again",
        )),
    }
}

/// Makes a ticket of what was taken for no submission.
pub(super) async fn take(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    reason_given(actor)?;
    let row = letter(house, id, false).await?;
    match (row.kind, &row.ended) {
        (DeadKind::Unticketed, Some((_, how))) if how == "unticketed" => remapped(house, &row, actor).await,
        (DeadKind::Unticketed, _) => waiting(house, id, false).await.map(|row| ended(&row, "remapped")),
        _ => Err(Problem::refused(
            format!("{id} 号不是“未立件”;待人工处理的用 huiliu dead retry {id} 重试"),
            format!("{id} is nothing that was taken for no submission; use huiliu dead retry {id}"),
        )),
    }
}

fn to_be_taken(id: i64) -> Problem {
    Problem::refused(
        format!("这一件没有立件;要立为工单用 huiliu dead take {id} --why “理由”"),
        format!("it was taken for no submission; huiliu dead take {id} --why \"…\" makes a ticket of it"),
    )
}

fn waits_for_approval(id: i64) -> Problem {
    Problem::refused(
        format!(
            "这一件等人审签:同意用 huiliu approve agree {id},退回热线修改用 huiliu approve hand-back {id} --why “理由”"
        ),
        format!("it waits for approval: use huiliu approve agree {id}, or huiliu approve hand-back {id} --why \"…\""),
    )
}

/// Notes that a person carried a write-back to the far side, or saw that it is there.
pub(super) async fn done(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    let row = waiting(house, id, false).await?;
    match row.kind {
        DeadKind::ByHand | DeadKind::Uncertain | DeadKind::WriteBack => {
            house.store.done(id, actor).await?;
            Ok(ended(&row, "done"))
        }
        DeadKind::Approval => Err(waits_for_approval(id)),
        _ => Err(Problem::refused(
            "只有回传可以记为已回复;重试用 huiliu dead retry,销掉用 huiliu dead drop",
            "only a write-back can be noted as done by hand; use huiliu dead retry, or huiliu dead drop",
        )),
    }
}

/// Gives a dead letter up.
pub(super) async fn drop(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    reason_given(actor)?;
    let row = waiting(house, id, false).await?;
    house.store.drop_dead(id, actor).await?;
    Ok(ended(&row, "dropped"))
}

/// What became of a letter that a person ended.
pub(super) fn ended(row: &DeadRow, how: &str) -> DeadEnded {
    DeadEnded {
        id: row.id,
        how: how.into(),
        kind: row.kind.word().into(),
        ticket: row.ticket.map(|key| key.number.to_string()),
        what: None,
    }
}
