//! Rows of a sheet on their way into the store: whose they are, whether they were told before, and what became of them.

use huiliu_contract::Outcome;
use serde::{Deserialize, Serialize};

use super::{MAX_ID, Outcomes, content};
use crate::settings::Text;
use crate::store::{Actor, OutcomeTaken, Search, StoreError, TicketRow};
use crate::ticket::Spoken;
use crate::words::bad_number;

/// An outcome as a row tells it. Printed by `Debug` without what was written.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The core's id of it (反馈编号), if the row gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// 汇流编号, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// 热线工单号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_number: Option<String>,
    /// What happened.
    pub outcome: Outcome,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("number", &self.number).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// What became of a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Became {
    /// `taken`, `ready` (it would be taken), `known` (told before), `unknown_ticket` or `refused`.
    pub state: &'static str,
    /// Its ticket.
    pub ticket: Option<Spoken>,
    /// Why it was not taken.
    pub reason: Option<Text>,
}

impl Became {
    fn of(state: &'static str, ticket: Spoken) -> Self {
        Self { state, ticket: Some(ticket), reason: None }
    }

    fn not(state: &'static str, reason: Text) -> Self {
        Self { state, ticket: None, reason: Some(reason) }
    }
}

/// Either whose row it is, or why that cannot be told.
type Whose = Result<TicketRow, Became>;

impl Outcomes {
    /// Takes a row: on disk, with who brought it, when this returns. With `dry` it only says what would become of it.
    ///
    /// # Errors
    ///
    /// If the store failed.
    pub async fn take_entry(&self, entry: Entry, dry: bool, actor: &Actor) -> Result<Became, StoreError> {
        let ticket = match self.whose(&entry).await? {
            Ok(ticket) => ticket,
            Err(became) => return Ok(became),
        };
        let number = ticket.key.number;
        let id = match entry.id {
            Some(id) if id.is_empty() || id.len() > MAX_ID => {
                let text = Text::new("反馈编号要有1到200个字节", "反馈编号 must have 1 to 200 bytes");
                return Ok(Became::not("refused", text));
            }
            Some(id) => id,
            None => self.row_id(number, &entry.outcome),
        };
        if let Some(before) = self.before(&ticket, &id, &entry.outcome).await? {
            return Ok(before);
        }
        if dry {
            return Ok(Became::of("ready", number));
        }
        let deed = self.store.deed(actor, "outcome_import", &format!("ticket:{number}"))?;
        Ok(match self.keep(id, number, entry.outcome, &[], Some(deed)).await? {
            OutcomeTaken::New => Became::of("taken", number),
            OutcomeTaken::Repeat => Became::of("known", number),
            OutcomeTaken::Conflict => used_before(number),
            OutcomeTaken::UnknownTicket(_) => nobodys(),
        })
    }

    /// The id of a row that has none: the same for the same outcome of the same ticket, whoever imports it, and when.
    fn row_id(&self, ticket: Spoken, outcome: &Outcome) -> String {
        let digest = self.store.keys().blind("outcome_row", &[ticket.to_string().as_bytes(), &content(outcome)]);
        format!("sheet-{}", hex::encode(digest.0))
    }

    /// What became of it before, as far as the ticket's outcomes tell.
    async fn before(&self, ticket: &TicketRow, id: &str, outcome: &Outcome) -> Result<Option<Became>, StoreError> {
        let known = self.store.outcomes(ticket.key.id).await?;
        let Some(known) = known.into_iter().find(|known| known.core_id == id) else { return Ok(None) };
        let same = serde_json::from_slice::<super::Kept>(&known.body).is_ok_and(|kept| kept.outcome == *outcome);
        Ok(Some(if same { Became::of("known", ticket.key.number) } else { used_before(ticket.key.number) }))
    }

    pub(super) async fn whose(&self, entry: &Entry) -> Result<Whose, StoreError> {
        let by_core = match &entry.core_number {
            Some(core_number) => match self.by_core_number(core_number).await? {
                Ok(row) => Some(row),
                Err(became) => return Ok(Err(became)),
            },
            None => None,
        };
        let Some(number) = &entry.number else { return Ok(by_core.ok_or_else(nobodys)) };
        let spoken = Spoken::parse(number);
        let own = match spoken {
            Ok(spoken) => match self.store.ticket(spoken).await {
                Ok(row) => Some(row),
                Err(StoreError::NotFound) => None,
                Err(other) => return Err(other),
            },
            Err(_) => None,
        };
        match (own, by_core) {
            (Some(own), Some(by_core)) if own.key != by_core.key => Ok(Err(Became::not(
                "refused",
                Text::new(
                    "汇流编号和热线工单号指的不是同一件;请核对",
                    "汇流编号 and 热线工单号 are of two tickets; see which is right",
                ),
            ))),
            (Some(own), _) => Ok(Ok(own)),
            (None, Some(_)) => Ok(Err(nobodys())),
            // The column may hold the core's number.
            (None, None) => match (self.by_core_number(number).await?, spoken) {
                (Ok(row), _) => Ok(Ok(row)),
                (Err(became), Err(wrong)) if became.state == "unknown_ticket" => {
                    let wrong = bad_number(wrong);
                    Ok(Err(Became::not(
                        "refused",
                        Text::new(
                            format!("{};也没有这个热线工单号", wrong.zh),
                            format!("{}; nor is there such a core number", wrong.en),
                        ),
                    )))
                }
                (Err(became), _) => Ok(Err(became)),
            },
        }
    }

    async fn by_core_number(&self, number: &str) -> Result<Whose, StoreError> {
        let search = Search { core_number: Some(number.trim().into()), limit: 2, ..Search::default() };
        let mut found = self.store.search(search).await?;
        Ok(match (found.pop(), found.is_empty()) {
            (Some(row), true) => Ok(row),
            (Some(_), false) => Err(Became::not(
                "refused",
                Text::new(
                    "有不止一件统一工单是这个热线工单号;请改填汇流编号",
                    "more than one ticket has this core number; give 汇流编号 instead",
                ),
            )),
            (None, _) => Err(nobodys()),
        })
    }
}

fn nobodys() -> Became {
    Became::not(
        "unknown_ticket",
        Text::new("没有这件统一工单;请核对编号", "there is no such ticket; see whether the number is right"),
    )
}

fn used_before(ticket: Spoken) -> Became {
    let text = Text::new(
        "这个反馈编号以前用过,内容不一样;改过的反馈请换一个编号",
        "this id was used before for an outcome with other content; give a changed outcome another id",
    );
    Became { ticket: Some(ticket), ..Became::not("refused", text) }
}
