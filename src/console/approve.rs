//! Commands about what a person looks at before it leaves (待审签): see exactly what will be sent, agree, word it anew,
//! or hand it back to the core. Each is on record.

use huiliu_contract::Outcome;
use serde::Deserialize;

use super::carried::moment;
use super::channels::Names;
use super::dead::{self, letter, subject};
use super::handle::{deeds, on_record, reason_given};
use super::tickets::rows;
use super::view::{ApprovalDetail, ApprovalView, Behind, CheckedText, DeadEnded};
use super::{Code, House, Problem};
use crate::outgoing::{self, Mark};
use crate::store::{Actor, DeadKind, DeadQuery, DeadRow, Lane, Place, StoreError};
use crate::ticket::Draft;
use crate::ticket::event::Detail;

/// What lies in a dead letter of this kind.
#[derive(Deserialize)]
struct Asked {
    outcome: Outcome,
    shown: String,
    findings: Vec<Mark>,
}

/// What waits for a person to agree, oldest first.
pub(super) async fn list(house: &House, channel: Option<&str>, limit: usize) -> Result<Vec<ApprovalView>, Problem> {
    let names = Names::read(house).await?;
    let channel = channel.map(|called| names.known(house, called)).transpose()?.map(|row| row.id);
    let query =
        DeadQuery { channel, kinds: vec![DeadKind::Approval], limit: rows(limit), open: true, ..DeadQuery::default() };
    let view = |row: &DeadRow| ApprovalView {
        dead: dead::view(&names, row),
        findings: asked(row).map_or(0, |asked| asked.findings.len()),
    };
    Ok(house.store.dead(query).await?.iter().map(view).collect())
}

/// One of them, with all that a person needs to decide.
pub(super) async fn show(house: &House, id: i64, unmask: bool, actor: &Actor) -> Result<ApprovalDetail, Problem> {
    of_this_kind(letter(house, id, false).await?)?;
    if unmask {
        on_record(house, actor, &subject(id)).await?;
    }
    let row = letter(house, id, true).await?;
    let (asked, lane) = (asked(&row)?, lane_of(house, &row).await?);
    let draft = draft(&lane);
    let mask = |text: &str| draft.mask_about(text);
    let (parcel, text, findings) = match asked.outcome.public_reply {
        text if unmask => (asked.shown, text, asked.findings),
        None => (mask(&asked.shown), None, asked.findings),
        Some(text) => {
            let parcel = mask(&without(asked.shown, &text, &asked.findings));
            let (text, findings) = outgoing::masked(&text, &asked.findings, &mask);
            (parcel, Some(text), findings)
        }
    };
    let behind = lane.items.iter().filter(|item| row.n.is_some() && lane.waits_for(item.n) == row.n);
    let behind = behind.map(|item| Behind {
        n: item.n,
        kind: item.kind.word().into(),
        since: moment(item.since),
        deadline: row.deadline,
    });
    Ok(ApprovalDetail {
        dead: dead::view(&Names::read(house).await?, &row),
        masked: !unmask,
        parcel,
        text,
        findings,
        behind: behind.collect(),
        deeds: deeds(house, &[subject(id)], !unmask).await?,
    })
}

/// What will be sent, without what was found to be personal in its public text: not all of it has a form by which it is
/// hidden anywhere.
fn without(shown: String, text: &str, findings: &[Mark]) -> String {
    let personal = findings.iter().filter(|mark| mark.kind.is_personal());
    let pieces = personal.filter_map(|mark| text.get(mark.from..mark.to)).filter(|piece| !piece.is_empty());
    pieces.fold(shown, |shown, piece| shown.replace(piece, "***"))
}

/// What would be found in another public text.
pub(super) async fn check(house: &House, id: i64, text: String) -> Result<CheckedText, Problem> {
    let row = waiting(house, id).await?;
    let asked = asked(&row)?;
    let findings = found(house, &row, &asked, Some(&text)).await?;
    Ok(CheckedText { text, findings })
}

/// Agrees: it leaves as it is, or with another public text. What must not leave leaves only by a reason.
pub(super) async fn agree(
    house: &House,
    id: i64,
    text: Option<String>,
    although: bool,
    actor: &Actor,
) -> Result<DeadEnded, Problem> {
    let row = waiting(house, id).await?;
    let asked = asked(&row)?;
    let findings = found(house, &row, &asked, text.as_deref()).await?;
    match (findings.is_empty(), although) {
        (true, _) => {}
        (false, true) => reason_given(actor)?,
        (false, false) => return Err(still_found(id, &findings)),
    }
    let wording = text.filter(|text| asked.outcome.public_reply.as_ref() != Some(text));
    house.store.agree(id, wording, actor).await?;
    Ok(dead::ended(&row, "agreed"))
}

fn still_found(id: i64, findings: &[Mark]) -> Problem {
    let list = |words: fn(&Mark) -> &str| {
        findings.iter().enumerate().map(move |(n, mark)| format!("  {} {}", outgoing::sign(n), words(mark)))
    };
    let zh: Vec<String> = list(|mark| &mark.zh).collect();
    let en: Vec<String> = list(|mark| &mark.en).collect();
    Problem::refused(
        format!(
            "没有同意:公开答复里有 {} 处要改:\n{}\n看在哪里用 huiliu approve show {id};改用 --edit 或 --text;\
             仍要原样发出,加 --although “理由”(会记录在案)",
            zh.len(),
            zh.join("\n")
        ),
        format!(
            "not agreed to: {} things were found in the public text:\n{}\nhuiliu approve show {id} shows where; change \
             it by --edit or --text; to send it all the same add --although \"…\" (it goes on record)",
            en.len(),
            en.join("\n")
        ),
    )
}

/// Hands it back to the core: the event says of which outcome, and why.
pub(super) async fn hand_back(house: &House, id: i64, actor: &Actor) -> Result<DeadEnded, Problem> {
    reason_given(actor)?;
    let row = waiting(house, id).await?;
    let lane = lane_of(house, &row).await?;
    let item = lane.items.iter().find(|item| Some(item.n) == row.n).ok_or(StoreError::NotFound)?;
    let detail = Detail {
        outcome: item.core_id.clone(),
        kind: Some(item.kind),
        decision: None,
        reason: actor.why.as_deref().map(|why| why.trim().to_owned()),
        ..Detail::default()
    };
    let note = serde_json::to_vec(&detail)
        .map_err(|error| Problem::new(Code::Failed, format!("写不出来:{error}"), error.to_string()))?;
    let note_id = house.store.reserve();
    let note = house.store.keys().seal(Place::Note, note_id, &note).map_err(StoreError::from)?;
    house.store.hand_back(id, note_id, note, actor).await?;
    Ok(dead::ended(&row, "handed_back"))
}

/// What is found in the public text as it stands, or in another one, by the ticket and the channel's file as they now
/// are.
async fn found(house: &House, row: &DeadRow, asked: &Asked, text: Option<&str>) -> Result<Vec<Mark>, Problem> {
    let mut told = asked.outcome.clone();
    if let Some(text) = text {
        if !outgoing::speaks(told.kind) {
            return Err(Problem::refused(
                "这一样没有公开答复,没有可改的文字;要改用 huiliu approve hand-back 退回热线",
                "this has no public text to be changed; hand it back to the core by huiliu approve hand-back",
            ));
        }
        told.public_reply = Some(text.to_owned());
    }
    let back = house.control.back(&row.channel_code).ok_or_else(|| {
        Problem::refused(
            "这个渠道没有了或配置要改,不知道该怎么检查;先改好(huiliu check),或用 huiliu approve hand-back 退回热线",
            "the channel is gone or its file needs mending, so the text cannot be checked; mend it (huiliu check), or \
             hand it back by huiliu approve hand-back",
        )
    })?;
    let draft = draft(&lane_of(house, row).await?);
    Ok(outgoing::findings(&told, &draft, &back).iter().map(Mark::from).collect())
}

fn asked(row: &DeadRow) -> Result<Asked, Problem> {
    let body = row.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body)
        .map_err(|_| Problem::new(Code::Failed, "待审签的内容读不出来", "what waits for approval cannot be read"))
}

async fn lane_of(house: &House, row: &DeadRow) -> Result<Lane, Problem> {
    let reference = row.reference.ok_or(StoreError::NotFound)?;
    Ok(house.store.carried(reference).await?)
}

fn draft(lane: &Lane) -> Draft {
    serde_json::from_slice(&lane.draft).unwrap_or_default()
}

async fn waiting(house: &House, id: i64) -> Result<DeadRow, Problem> {
    of_this_kind(dead::waiting(house, id, true).await?)
}

fn of_this_kind(row: DeadRow) -> Result<DeadRow, Problem> {
    match row.kind {
        DeadKind::Approval => Ok(row),
        _ => Err(Problem::refused(
            format!("{0} 号不是待审签的;看是什么用 huiliu dead show {0}", row.id),
            format!("dead letter {0} does not wait for approval; see what it is by huiliu dead show {0}", row.id),
        )),
    }
}
