//! From a request to its answer: the one handler of daemon and offline commands.

use serde::Serialize;

use super::view::{DeedView, SecretView, StatusView};
use super::{
    AlarmStep, Answer, Code, House, LoginStep, Problem, Request, Side, ToRegister, alarms, approve, channels, closed,
    dead, enter, errands, handed, handover, joined, login, note, outcomes, preview, reconcile, register, report, split,
    tickets,
};
use crate::intake::Handing;
use crate::store::{Actor, ChannelRow, DeedRow, Far};
use crate::ticket::mask_text;

/// Does what is asked, as `actor`, and answers. What may not be done without a reason is refused without one.
pub async fn handle(house: &House, request: Request, actor: &Actor) -> Answer {
    let word = request.word();
    match dispatch(house, request, actor).await {
        Ok(value) => Answer::Done(value),
        Err(problem) => {
            if problem.code == Code::Failed {
                tracing::error!(command = word, problem = %problem, "a command failed");
            }
            Answer::Problem(problem)
        }
    }
}

async fn dispatch(house: &House, request: Request, actor: &Actor) -> Result<serde_json::Value, Problem> {
    match request {
        Request::Status => value(&status(house).await?),
        Request::ChannelList => value(&channels::list(house).await?),
        Request::ChannelShow { channel } => value(&channels::show(house, &channel).await?),
        Request::GoLive { channel, from } => value(&channels::go_live(house, &channel, from, actor).await?),
        Request::Resume { channel } => value(&channels::resume(house, &channel, actor).await?),
        Request::Find(find) => value(&tickets::find(house, find).await?),
        Request::TicketList { channel, from, to, limit } => {
            value(&tickets::list(house, channel.as_deref(), from, to, limit).await?)
        }
        Request::Due { until, undated, channel, limit } => {
            value(&tickets::due(house, until, undated, channel.as_deref(), limit).await?)
        }
        Request::TicketShow { number, unmask } => value(&tickets::show(house, &number, unmask, actor).await?),
        Request::TicketUnjoin { number, external_id } => {
            value(&joined::unjoin(house, &number, &external_id, actor).await?)
        }
        Request::TicketSplit { number, parts } => value(&split::split(house, &number, &parts, actor).await?),
        Request::TicketWaiting { channel, limit } => value(&register::waiting(house, channel.as_deref(), limit).await?),
        Request::TicketCopy { number, event, unmask, lang } => {
            value(&register::copy(house, &number, event, unmask, lang, actor).await?)
        }
        Request::TicketRegister { number, told } => value(&register::register(house, &number, told, actor).await?),
        Request::TicketNew { channel, entered } => value(&enter(house, &channel, entered, actor).await?),
        Request::ChannelImport { channel, name, path, answer, dry } => {
            value(&handed::import(house, &channel, Handing { name, path, answer, dry }, actor).await?)
        }
        Request::HandledImport { channel, rows, dry } => {
            value(&handed::handled(house, &channel, rows, dry, actor).await?)
        }
        Request::ChannelPreview { channel, unmask } => value(&preview::live(house, &channel, unmask, actor).await?),
        Request::Login { channel, step } => match step {
            LoginStep::Standing => value(&login::standing(house, &channel).await?),
            LoginStep::Picture => value(&login::picture(house, &channel).await?),
            LoginStep::Answer { challenge, answer } => {
                value(&login::answer(house, &channel, challenge, answer, actor).await?)
            }
        },
        Request::NothingToday { channel } => value(&handed::nothing_today(house, &channel, actor).await?),
        Request::OutcomeImport { entries, dry } => value(&outcomes::import(house, entries, dry, actor).await?),
        Request::ErrandList { limit } => value(&errands::list(house, limit).await?),
        Request::DeadList { channel, ended, unticketed, limit } => {
            value(&dead::list(house, channel.as_deref(), (ended, unticketed), limit).await?)
        }
        Request::DeadShow { id, unmask } => value(&dead::show(house, id, unmask, actor).await?),
        Request::DeadEvent { id } => dead::event(house, id, actor).await,
        Request::DeadEdit { id, event } => value(&dead::edit(house, id, &event, actor).await?),
        Request::DeadRetry { id } => value(&dead::retry(house, id, actor).await?),
        Request::DeadTake { id } => value(&dead::take(house, id, actor).await?),
        Request::DeadDrop { id } => value(&dead::drop(house, id, actor).await?),
        Request::DeadDone { id } => value(&dead::done(house, id, actor).await?),
        Request::DeadChoose { id, choice } => value(&closed::choose(house, id, choice, actor).await?),
        Request::ApproveList { channel, limit } => value(&approve::list(house, channel.as_deref(), limit).await?),
        Request::ApproveShow { id, unmask } => value(&approve::show(house, id, unmask, actor).await?),
        Request::ApproveCheck { id, text } => value(&approve::check(house, id, text).await?),
        Request::ApproveAgree { id, text, although } => value(&approve::agree(house, id, text, although, actor).await?),
        Request::HandBack { id } => value(&approve::hand_back(house, id, actor).await?),
        Request::Reload => {
            if house.control.running().is_none() {
                return Err(channels::daemon_needed());
            }
            house.store.record(actor, "reload", "configuration").await?;
            value(&house.control.reload("command").await?)
        }
        Request::SecretNote { name } => {
            house.store.record(actor, "secret_set", &secret_subject(&name)).await?;
            house.control.secret_set(&name).await;
            value(&name)
        }
        Request::SecretHistory { names } => value(&secret_history(house, names).await?),
        Request::Alarm { step } => match step {
            AlarmStep::List { ended, limit } => value(&alarms::list(house, ended, limit).await?),
            AlarmStep::Show { id } => value(&alarms::show(house, id).await?),
            AlarmStep::Take { id, who } => value(&alarms::take(house, id, who, actor).await?),
            AlarmStep::Snooze { id, until } => value(&alarms::snooze(house, id, until, actor).await?),
        },
        Request::Report(ask) => value(&Box::pin(report(house, ask, actor)).await?),
        Request::Reconcile { day, channel, fetch } => {
            value(&reconcile::day(house, channel.as_deref(), day, fetch, actor).await?)
        }
        Request::ReconcileSign { channel, day } => value(&reconcile::sign_gaps(house, &channel, day, actor).await?),
        Request::ReconcileAgainst { channel, rows, span, sign } => {
            let list = reconcile::Exported { channel, rows, span, sign };
            value(&reconcile::against(house, list, actor).await?)
        }
        Request::ReconcileList { all } => value(&reconcile::signed(house, all).await?),
        Request::Note { number, text, until } => value(&note::note(house, &number, &text, until, actor).await?),
        Request::NoteDone { number, id } => value(&note::done(house, &number, id, actor).await?),
        Request::Handover { hands, near } => value(&handover::handover(house, hands, near, actor).await?),
    }
}

fn value(view: &impl Serialize) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(view)
        .map_err(|error| Problem::new(Code::Failed, format!("结果写不出来:{error}"), error.to_string()))
}

async fn status(house: &House) -> Result<StatusView, Problem> {
    let configured = house.control.channels();
    let known = house.store.channels().await?;
    let retired = |code: &str| configured.iter().all(|channel| channel.code != code);
    let retired: Vec<_> = known.iter().filter(|row| retired(&row.code)).collect();
    let waiting = |row: &&ChannelRow| {
        let (due, later) = house.store.schedule().depth(Far::Outlet(row.id));
        due + later
    };
    let desk = house.control.core();
    let waits = if desk.kind == "rest" { None } else { Some(house.store.count_waiting().await?) };
    let (due, later) = match waits {
        Some(waits) => (usize::try_from(waits.tickets).unwrap_or(usize::MAX), 0),
        None => house.store.schedule().depth(Far::Core),
    };
    Ok(StatusView {
        version: env!("CARGO_PKG_VERSION").into(),
        running: house.control.running(),
        core: house.control.far(&Side::Core),
        core_kind: Some(desk.kind.into()),
        to_register: waits
            .filter(|_| desk.is_by_hand())
            .map(|waits| ToRegister { tickets: waits.tickets, oldest: waits.oldest }),
        to_core: [due, later],
        channels: configured.len(),
        channels_wrong: configured.iter().filter(|channel| !channel.mistakes.is_empty()).count(),
        dead: known.iter().map(|channel| channel.dead).sum(),
        write_backs: known
            .iter()
            .map(|channel| house.store.schedule().depth(Far::Outlet(channel.id)))
            .fold([0, 0], |[due, later], (also_due, also_later)| [due + also_due, later + also_later]),
        channels_retired: retired.len(),
        write_backs_retired: retired.iter().map(waiting).sum(),
        approvals: known.iter().map(|channel| channel.approvals).sum(),
        alarms: super::pulse::alarms(house, &configured).await?,
        logins: login::alarms(house, &configured),
        gaps: reconcile::signed(house, false).await?.gaps,
        unhanded: house.control.unhanded().await,
        raised: alarms::list(house, false, usize::MAX).await?,
        outlets: house.control.outlets(),
    })
}

fn secret_subject(name: &str) -> String {
    format!("secret:{name}")
}

async fn secret_history(house: &House, names: Vec<String>) -> Result<Vec<SecretView>, Problem> {
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let last = house.store.deeds(&secret_subject(&name)).await?.pop();
        out.push(SecretView { who: last.as_ref().map(|deed| deed.who.clone()), at: last.map(|deed| deed.at), name });
    }
    Ok(out)
}

/// Puts an unmasked look on record before anything is opened for it; refuses one without a reason.
pub(super) async fn on_record(house: &House, actor: &Actor, subject: &str) -> Result<(), Problem> {
    reason_given(actor)?;
    Ok(house.store.record(actor, "unmask", subject).await?)
}

/// Refuses what has no reason given.
pub(super) fn reason_given(actor: &Actor) -> Result<(), Problem> {
    match actor.why.as_deref().map(str::trim) {
        None | Some("") => Err(Problem::refused(
            "要写明理由:加上 --why “……”(会记录在案)",
            "a reason is needed: add --why \"…\" (it goes on record)",
        )),
        Some(_) => Ok(()),
    }
}

/// What people did about subjects, oldest first.
pub(super) async fn deeds(house: &House, subjects: &[String], masked: bool) -> Result<Vec<DeedView>, Problem> {
    let mut all = Vec::new();
    for subject in subjects {
        all.extend(house.store.deeds(subject).await?);
    }
    all.sort_by_key(|deed| deed.at);
    Ok(all.into_iter().map(|deed| deed_view(deed, masked)).collect())
}

fn deed_view(deed: DeedRow, masked: bool) -> DeedView {
    let why = deed.why.map(|why| if masked { mask_text(&why) } else { why });
    DeedView { at: deed.at, who: deed.who, what: deed.what, subject: deed.subject, why }
}
