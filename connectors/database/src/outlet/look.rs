//! What the database says of a write-back: one column of one row, read by the lists of the channel's file.

use huiliu_contract::{ExternalId, Judgement, OutcomeKind};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::StateWords;

use super::word;
use crate::cell::Cell;
use crate::door::Sessions;
use crate::engine::Engine;
use crate::name::{self, Table};
use crate::options::Status;
use crate::plan::bound;
use crate::session::{BUDGET, Failure, Session, What, picked};
use crate::sql::Sql;

/// The compiled question, and how its answer is read.
pub(crate) struct Look {
    table: Table,
    id: String,
    state: String,
    reason: Option<String>,
    absent_without_row: bool,
    words: StateWords,
}

impl Look {
    /// Compiles `return.status`; none if anything was wrong. `id` is `poll.id`.
    pub(crate) fn read(engine: Engine, status: &Status, id: &str, wrong: &mut Mistakes) -> Option<Self> {
        const TABLE: &str = "return.status";
        let before = wrong.count();
        let table = Table::read(engine, &status.from, "return.status.from", wrong);
        let id = name::column(status.id.as_deref().unwrap_or(id), "return.status.id", wrong);
        let state = name::column(&status.state, "return.status.state", wrong);
        let reason = name::column_if(status.reason.as_ref(), "return.status.reason", wrong);
        let own = [status.signed.as_ref(), status.returned.as_ref(), status.extended.as_ref()];
        let words = StateWords::read(&status.states, own, TABLE, wrong);
        let (table, id, state) = (table?, id?, state?);
        let absent_without_row = status.absent_without_row;
        (wrong.count() == before).then_some(Self { table, id, state, reason, absent_without_row, words })
    }

    /// Asks.
    pub(super) async fn ask(
        &self,
        sessions: &Sessions,
        to: &ExternalId,
        kind: OutcomeKind,
    ) -> Result<Judgement, Failure> {
        let mut session = sessions.begin().await?;
        let row = match self.row(&mut session, sessions, to).await {
            Ok(row) => row,
            Err(failure) => {
                if failure.what != What::Away {
                    sessions.undo(session).await;
                }
                return Err(match failure.what {
                    What::NoTable | What::NoColumn => failure.saying(format!(
                        "`{}` is not there, or has not the columns that `return.status` names",
                        self.table.written
                    )),
                    _ => failure,
                });
            }
        };
        sessions.end(session).await?;
        let Some(row) = row else {
            return Ok(match self.absent_without_row {
                true => Judgement::Absent,
                false => Judgement::Unknown { said: "(no row)".into() },
            });
        };
        let text = |cell: Option<&Cell>| cell.map(Cell::document).as_ref().and_then(word);
        let said = text(row.first()).unwrap_or_default();
        Ok(self.words.judge(kind, &said, text(row.get(1)).as_deref()))
    }

    async fn row(
        &self,
        session: &mut Session,
        sessions: &Sessions,
        to: &ExternalId,
    ) -> Result<Option<Vec<Cell>>, Failure> {
        let (door, engine) = (&sessions.door, sessions.door.engine);
        let names: Vec<_> = [Some(&self.state), self.reason.as_ref(), Some(&self.id)].into_iter().flatten().collect();
        let names: Vec<_> = names.into_iter().map(|name| engine.quoted(name)).collect();
        let columns = session.columns(door, &format!("SELECT {} FROM {}", names.join(", "), self.table.quoted)).await?;
        let Some((id, asked)) = columns.split_last() else { return Ok(None) };
        let names: Vec<_> = asked.iter().map(|column| picked(engine, column)).collect();
        let mut sql = Sql::new(engine, format!("SELECT {} FROM {} WHERE ", names.join(", "), self.table.quoted));
        sql.name(&self.id).add(" = ").bind(bound(to.as_str(), id.sort)?).add(" LIMIT 2");
        let mut rows = session.rows(door, &sql, asked, BUDGET).await?.rows;
        if rows.len() > 1 {
            return Err(Failure::malformed(format!(
                "`{}` has more than one row for an item, so its state is not certain; name a view with one",
                self.table.written
            )));
        }
        Ok(rows.pop())
    }
}
