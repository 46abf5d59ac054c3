//! What is read and in which order, compiled; and the statements that read it. Pure.

use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cell::{Column, Sort};
use crate::census::CensusRule;
use crate::engine::Engine;
use crate::files::FilesPlan;
use crate::name::Table;
use crate::place::Spot;
use crate::session::{Failure, picked};
use crate::sql::{Bind, Sql};

/// What the view is called in statements of ours. Columns are asked for as text under their own names; an order by a bare name
/// would be the order of those texts, where 10 comes before 9.
const VIEW: &str = "of_view";

/// What is read.
pub(crate) struct Plan {
    pub(crate) engine: Engine,
    pub(crate) from: Table,
    /// The columns that the file names, with those that are needed; none for all.
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) id: String,
    /// By what rows are ordered.
    pub(crate) mark: String,
    /// What orders rows with the same mark; none where the mark is the number.
    pub(crate) tie: Option<String>,
    pub(crate) rule: Rule,
    pub(crate) filter: Vec<(String, Vec<Bind>)>,
    pub(crate) page: usize,
    pub(crate) version: Option<String>,
    pub(crate) sent_at: Option<String>,
    pub(crate) sweep: Option<SweepRule>,
    pub(crate) census: Option<CensusRule>,
    pub(crate) files: Option<FilesPlan>,
    pub(crate) zone: TimeZone,
}

/// From where a walk begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// From the front.
    All,
    /// So long before the highest time.
    Time(Duration),
    /// So many rows before the highest number.
    Id(u32),
}

/// When a walk begins further back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SweepRule {
    pub(crate) at: Time,
    pub(crate) back: Duration,
}

impl SweepRule {
    /// The day of the latest time at which a sweep is due, seen from `now`.
    pub(crate) fn last(&self, now: Timestamp, zone: &TimeZone) -> Date {
        let now = now.to_zoned(zone.clone());
        match now.time() < self.at {
            true => now.date().checked_sub(SignedDuration::from_hours(24)).unwrap_or(now.date()),
            false => now.date(),
        }
    }
}

/// The columns of the view as the database tells them, and where in them things stand.
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    pub(crate) id: usize,
    pub(crate) mark: usize,
    pub(crate) tie: Option<usize>,
}

impl Plan {
    /// A statement that is never run: what it would give is asked for.
    pub(crate) fn describing(&self) -> String {
        let columns = match &self.columns {
            None => "*".into(),
            Some(names) => names.iter().map(|name| self.engine.quoted(name)).collect::<Vec<_>>().join(", "),
        };
        format!("SELECT {columns} FROM {}", self.from.quoted)
    }

    /// Judges what the view has: everything that is needed, and nothing that cannot be read.
    pub(crate) fn layout(&self, mut columns: Vec<Column>) -> Result<Layout, Failure> {
        if let Some(files) = self.files.as_ref().filter(|files| files.table.quoted == self.from.quoted) {
            // Bytes are asked for by themselves, one bounded page of them.
            columns.retain(|column| column.name != files.bytes);
        }
        let all = || columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        let find = |name: &str, key: &str| {
            columns.iter().position(|column| column.name == name).ok_or_else(|| {
                Failure::malformed(format!("`{}` has no column `{name}` ({key}); it has {}", self.from.written, all()))
            })
        };
        let find_if = |name: &Option<String>, key: &str| name.as_deref().map(|name| find(name, key)).transpose();
        if let Some((column, word)) = columns.iter().find_map(|column| Some((column, column.unknown.as_ref()?))) {
            return Err(Failure::malformed(format!(
                "the column `{}` of `{}` is of type {word}, which cannot be read; name the others in `poll.columns`, or leave it out of the view",
                column.name, self.from.written
            )));
        }
        let layout = Layout {
            id: find(&self.id, "poll.id")?,
            mark: find(&self.mark, "poll.since.column")?,
            tie: find_if(&self.tie, "poll.since.tie")?,
            columns: Vec::new(),
        };
        find_if(&self.version, "poll.version")?;
        find_if(&self.sent_at, "poll.sent_at")?;
        self.judge(&columns[layout.mark], matches!(self.rule, Rule::Time(_)), "poll.since.column")?;
        self.judge(&columns[layout.id], false, "poll.id")?;
        if let Some(tie) = layout.tie {
            self.judge(&columns[tie], false, "poll.since.tie")?;
        }
        Ok(Layout { columns, ..layout })
    }

    fn judge(&self, column: &Column, time: bool, key: &str) -> Result<(), Failure> {
        let fits = match time {
            true => column.sort.is_time(),
            false => !matches!(column.sort, Sort::Bytes | Sort::Json | Sort::List | Sort::Float),
        };
        if fits {
            return Ok(());
        }
        let (_, found) = column.sort.spoken();
        let wanted = if time { "days or times (cast it in the view)" } else { "numbers or text" };
        let message = format!("the column `{}` ({key}) holds {found}; {wanted} are needed", column.name);
        Err(Failure::malformed(message))
    }

    pub(crate) fn select(&self, columns: &[Column]) -> Sql {
        let names: Vec<_> = columns.iter().map(|column| picked(self.engine, column)).collect();
        let mut sql = Sql::new(
            self.engine,
            format!("SELECT {} FROM {} AS {VIEW} WHERE 1 = 1", names.join(", "), self.from.quoted),
        );
        for (name, values) in &self.filter {
            sql.add(" AND ").name(name).add(" IN ").list(values.iter().cloned());
        }
        sql
    }

    /// The end of a statement that reads a page in the order of numbers.
    pub(crate) fn ordered_by_id(&self, sql: &mut Sql) {
        sql.add(" ORDER BY ").add(VIEW).add(".").name(&self.id).add(&format!(" LIMIT {}", self.page));
    }

    /// Rows that have no mark, behind this one.
    pub(crate) fn unmarked(&self, layout: &Layout, behind: Option<&str>, most: usize) -> Result<Sql, Failure> {
        let mut sql = self.select(&layout.columns);
        sql.add(" AND ").name(&self.mark).add(" IS NULL");
        if let (Some(tie), Some(at)) = (&self.tie, layout.tie) {
            if let Some(behind) = behind {
                sql.add(" AND ").name(tie).add(" > ").bind(bound(behind, layout.columns[at].sort)?);
            }
            sql.add(" ORDER BY ").add(VIEW).add(".").name(tie);
        }
        sql.add(&format!(" LIMIT {most}"));
        Ok(sql)
    }

    /// Rows that have one: from a mark on, or behind a row.
    pub(crate) fn marked(
        &self,
        layout: &Layout,
        from: Option<&str>,
        behind: Option<&Spot>,
        most: usize,
    ) -> Result<Sql, Failure> {
        let mut sql = self.select(&layout.columns);
        let mark = |text: &str| bound(text, layout.columns[layout.mark].sort);
        match behind.and_then(|spot| Some((spot.mark.as_deref()?, spot.tie.as_deref()))) {
            None => match from {
                Some(from) => sql.add(" AND ").name(&self.mark).add(" >= ").bind(mark(from)?),
                None => sql.add(" AND ").name(&self.mark).add(" IS NOT NULL"),
            },
            Some((at, tie)) => match self.tie.as_deref().zip(layout.tie) {
                None => sql.add(" AND ").name(&self.mark).add(" > ").bind(mark(at)?),
                Some((name, column)) => {
                    // The first half is what an index is used for.
                    sql.add(" AND ").name(&self.mark).add(" >= ").bind(mark(at)?);
                    sql.add(" AND (").name(&self.mark).add(" > ").bind(mark(at)?);
                    match (tie, self.engine) {
                        (Some(tie), engine) => {
                            sql.add(" OR ").name(name).add(" > ").bind(bound(tie, layout.columns[column].sort)?);
                            if engine == Engine::Postgresql {
                                // There rows without one come last, elsewhere first.
                                sql.add(" OR ").name(name).add(" IS NULL");
                            }
                        }
                        (None, Engine::Mysql) => {
                            sql.add(" OR ").name(name).add(" IS NOT NULL");
                        }
                        (None, Engine::Postgresql) => {}
                    }
                    sql.add(")")
                }
            },
        };
        sql.add(" ORDER BY ").add(VIEW).add(".").name(&self.mark);
        if let Some(tie) = &self.tie {
            sql.add(", ").add(VIEW).add(".").name(tie);
        }
        sql.add(&format!(" LIMIT {most}"));
        Ok(sql)
    }

    /// The mark of the row that lies so many rows before a mark.
    pub(crate) fn back(&self, layout: &Layout, high: &str, rows: u32) -> Result<Sql, Failure> {
        let column = &layout.columns[layout.mark];
        let mut sql = self.select(std::slice::from_ref(column));
        sql.add(" AND ").name(&self.mark).add(" <= ").bind(bound(high, column.sort)?);
        sql.add(" ORDER BY ").add(VIEW).add(".").name(&self.mark).add(" DESC");
        sql.add(&format!(" LIMIT 1 OFFSET {}", rows.saturating_sub(1)));
        Ok(sql)
    }
}

/// What was read out of a column of this sort, to be compared with it again.
pub(crate) fn bound(text: &str, sort: Sort) -> Result<Bind, Failure> {
    let unfit =
        || Failure::malformed("the stored cursor does not fit the column; reset the channel's cursor to begin anew");
    Ok(match sort {
        Sort::Int => match (text.parse::<i64>(), text.parse::<u64>()) {
            (Ok(int), _) => Bind::Int(int),
            (Err(_), Ok(big)) => Bind::Big(big),
            _ => return Err(unfit()),
        },
        Sort::Decimal => match text.parse::<i64>() {
            Ok(int) => Bind::Int(int),
            Err(_) if text.parse::<f64>().is_ok() => Bind::Text(text.into()),
            Err(_) => return Err(unfit()),
        },
        sort if sort.is_time() => Bind::Moment(text.into()),
        Sort::Bool => Bind::Bool(text == "true"),
        _ => Bind::Text(text.into()),
    })
}
