//! Commands of a house whose core has no interface: what waits to be typed in, what to copy, and the number that the core
//! gave (手工登记).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::Names;
use super::handle::{on_record, reason_given};
use super::tickets::{missing, rows, spoken};
use super::{House, Problem};
use crate::forward::form::About;
use crate::settings::Lang;
use crate::store::{Actor, NotRegistered, Register, Registered, TicketRow};
use crate::ticket::{Draft, Spoken};

/// One ticket that waits, with its next event. Masked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WaitingView {
    /// 汇流编号.
    pub number: String,
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub channel_name: String,
    /// 来源编号.
    pub external_id: String,
    /// The title, masked.
    pub title: Option<String>,
    /// The event's place in the ticket's lane.
    pub event: u32,
    /// What happened: the event's kind.
    pub kind: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// How many events of the ticket wait behind it.
    pub behind: u32,
    /// 热线工单号, where the ticket has one.
    pub core_number: Option<String>,
}

/// One event as it is copied into the core.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CopyView {
    /// 汇流编号.
    pub number: String,
    /// The event's place in the ticket's lane.
    pub event: u32,
    /// What happened: the event's kind.
    pub kind: String,
    /// Whether the core has it.
    pub registered: bool,
    /// 热线工单号, where the ticket has one.
    pub core_number: Option<String>,
    /// Whether personal data is hidden.
    pub masked: bool,
    /// The boxes of the core's entry form, in their order.
    pub fields: Vec<FieldView>,
}

/// One box.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldView {
    /// What it is called.
    pub name: String,
    /// What stands in it.
    pub value: String,
}

/// What became of a number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TicketRegistered")]
pub struct RegisteredView {
    /// 汇流编号.
    pub ticket: String,
    /// `registered`, `known` (it was told before) or `corrected`.
    pub state: String,
    /// Which event the core has now; null where nothing changed.
    pub event: Option<u32>,
    /// 热线工单号 of the ticket.
    pub core_number: Option<String>,
    /// The ticket's next event that waits.
    pub next: Option<u32>,
}

/// How much waits for a person, and since when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ToRegister {
    /// Tickets.
    pub tickets: u64,
    /// The oldest event.
    pub oldest: Option<Timestamp>,
}

/// A number as it is told.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Told {
    /// 热线工单号.
    pub core_number: Option<String>,
    /// Which event the core has now.
    pub event: Option<u32>,
    /// Whether another ticket may have the same number.
    pub also: bool,
    /// Whether the number that was told before was wrong.
    pub correct: bool,
}

/// What waits, the oldest first.
pub(super) async fn waiting(house: &House, channel: Option<&str>, limit: usize) -> Result<Vec<WaitingView>, Problem> {
    by_hand(house)?;
    let names = Names::read(house).await?;
    let channel = channel.map(|called| names.known(house, called)).transpose()?.map(|row| row.id);
    let waits = house.store.waiting(channel, rows(limit)).await?;
    let view = |row: crate::store::WaitingRow| {
        let draft = row.draft.as_deref().and_then(|draft| serde_json::from_slice::<Draft>(draft).ok());
        let under = draft.as_ref().and_then(|draft| Some(draft.via.as_ref()?.name.clone()));
        WaitingView {
            number: row.key.number.to_string(),
            channel_name: under.unwrap_or_else(|| names.of(&row.channel_code)),
            channel: row.channel_code,
            external_id: row.external_id,
            title: draft.and_then(|draft| draft.masked().matter.title),
            event: row.n,
            kind: row.kind.name().into(),
            since: row.at,
            behind: row.behind,
            core_number: row.core_number,
        }
    };
    Ok(waits.into_iter().map(view).collect())
}

/// One event as it is copied: the given one, else the next that waits, else the last.
pub(super) async fn copy(
    house: &House,
    number: &str,
    event: Option<u32>,
    unmask: bool,
    lang: Lang,
    actor: &Actor,
) -> Result<CopyView, Problem> {
    by_hand(house)?;
    let (number, row) = ticket(house, number).await?;
    if row.events == 0 {
        return Err(no_event(number));
    }
    let n = event.unwrap_or((row.sent + 1).min(row.events));
    if n == 0 || n > row.events {
        return Err(no_event(number));
    }
    if unmask {
        on_record(house, actor, &format!("ticket:{number}")).await?;
    }
    let fresh = house.store.event(row.key.id, n).await?;
    let names = Names::read(house).await?;
    let channel_name = names.of(&row.channel_code);
    let core_number = row.core_number.as_deref();
    let about = About { channel_name: &channel_name, core_number, zone: &house.zone, masked: !unmask, lang };
    let filled = house.control.core().form.fill(&fresh, &about);
    Ok(CopyView {
        number: number.to_string(),
        event: n,
        kind: fresh.kind.name().into(),
        registered: n <= row.sent,
        core_number: row.core_number.clone(),
        masked: !unmask,
        fields: filled.into_iter().map(|(name, value)| FieldView { name, value }).collect(),
    })
}

/// Registers the core's number of a ticket.
pub async fn register(house: &House, number: &str, told: Told, actor: &Actor) -> Result<RegisteredView, Problem> {
    by_hand(house)?;
    let (number, row) = ticket(house, number).await?;
    if told.correct {
        reason_given(actor)?;
    }
    let core_number = told.core_number.as_deref().map(checked).transpose()?;
    if told.correct && core_number.is_none() {
        return Err(Problem::invalid("更正要写上正确的热线工单号", "a correction needs the right core number"));
    }
    let register = Register { n: told.event, number: core_number.clone(), also: told.also, correct: told.correct };
    // The number goes on record too; it is no secret, and it is what people ask for later.
    let why = [core_number, actor.why.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let actor = Actor { who: actor.who.clone(), why: Some(why).filter(|why| !why.is_empty()) };
    let view = |state: &str, event, core_number, next| RegisteredView {
        ticket: number.to_string(),
        state: state.into(),
        event,
        core_number,
        next,
    };
    match house.store.register(row.key.id, register, &actor).await? {
        Registered::Settled { n, number, next } => Ok(view("registered", Some(n), number, next)),
        Registered::Known { number, next } => Ok(view("known", None, number, next)),
        Registered::Corrected { .. } => Ok(view("corrected", None, told.core_number, None)),
        Registered::Refused(why) => Err(refused(number, &row, why)),
    }
}

async fn ticket(house: &House, number: &str) -> Result<(Spoken, TicketRow), Problem> {
    let number = spoken(number)?;
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    Ok((number, row))
}

/// Refuses where a worker or the core itself carries events.
fn by_hand(house: &House) -> Result<(), Problem> {
    let desk = house.control.core();
    if desk.is_by_hand() {
        return Ok(());
    }
    let kind = desk.kind;
    Err(Problem::refused(
        format!(
            "热线系统是 kind = \"{kind}\",流转消息由程序转,不用登记;要手工登记,把 [core] 改成 kind = \"manual\" 后重启"
        ),
        format!(
            "the core is of kind = \"{kind}\", a program carries its events; to register by hand write kind = \"manual\" under [core] and restart"
        ),
    ))
}

/// The most bytes of a core's number.
const MOST: usize = 64;

fn checked(number: &str) -> Result<String, Problem> {
    let number = number.trim();
    if number.is_empty() || number.len() > MOST || number.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Problem::invalid(
            format!("热线工单号要有1到{MOST}个字节,中间没有空格"),
            format!("the core's number has 1 to {MOST} bytes, and no blanks"),
        ));
    }
    Ok(number.to_owned())
}

fn no_event(number: Spoken) -> Problem {
    Problem::refused(
        format!("{number} 没有这条流转消息;试运行件和历史件不转热线"),
        format!("{number} has no such event; what is on trial or historic is not for the core"),
    )
}

fn refused(number: Spoken, row: &TicketRow, why: NotRegistered) -> Problem {
    let next_zh = |n: u32| format!("huiliu ticket register {number} --event {n}");
    match why {
        NotRegistered::NoEvent => no_event(number),
        NotRegistered::Behind { next } => Problem::refused(
            format!("{number} 前面还有没登记的流转消息;先登记第{next}条:{}", next_zh(next)),
            format!("{number} has an earlier event that waits; register event {next} first: {}", next_zh(next)),
        ),
        NotRegistered::WhichEvent { next: Some(next) } => Problem::refused(
            format!("{number} 已有热线工单号;后来的流转消息要写明是第几条:{}", next_zh(next)),
            format!("{number} has a core number; say which later event is meant: {}", next_zh(next)),
        ),
        NotRegistered::WhichEvent { next: None } => Problem::refused(
            format!("{number} 没有等登记的流转消息"),
            format!("nothing of {number} waits to be registered"),
        ),
        NotRegistered::Stuck { dead } => Problem::refused(
            format!("{number} 停在待人工处理第{dead}条;先处理它:huiliu dead show {dead}"),
            format!("{number} stands still at dead letter {dead}; decide about it first: huiliu dead show {dead}"),
        ),
        NotRegistered::OtherNumber { known } => Problem::refused(
            format!("{number} 已登记为热线工单号 {known};登记错了的,加 --correct --why “……” 改正"),
            format!("{number} is registered as {known}; if that was wrong, add --correct --why \"…\""),
        ),
        NotRegistered::Taken { by } => Problem::refused(
            format!("这个热线工单号已登记给 {};请核对。热线把两件并成一单的,加 --also", by.number),
            format!(
                "ticket {} has this core number; see which is right. If the core joined the two, add --also",
                by.number
            ),
        ),
        NotRegistered::NoNumber if row.core_number.is_none() && row.sent > 0 => Problem::refused(
            format!("{number} 还没有热线工单号,没有可改正的;不要写 --correct"),
            format!("{number} has no core number yet, so none to correct; leave --correct out"),
        ),
        NotRegistered::NoNumber => Problem::invalid(
            "新件要写上热线给的工单号:--core-number",
            "a new ticket needs the number that the core gave it: --core-number",
        ),
    }
}
