//! One login to a database, and what may be done with it: statements with bound values, rows, transactions. It knows no
//! channel. A session that failed is thrown away, never used again.

mod failure;
mod mysql;
mod postgres;
mod tls;

use encoding_rs::Encoding;

use crate::cell::{Cell, Column};
use crate::door::Door;
use crate::sql::{Bind, Sql};

pub(crate) use failure::{Failure, What};

/// More bytes of rows than this are not read at once.
pub(crate) const BUDGET: usize = 16 << 20;

/// What a statement gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Rows {
    /// The rows, in their order.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// There were more, which were let go: these took too many bytes.
    pub(crate) cut: bool,
    /// Values that the database has and the calendar does not (`0000-00-00`), taken for nothing.
    pub(crate) undated: usize,
}

impl Rows {
    /// Adds a row, and takes what it needs off the room that is left.
    fn push(&mut self, row: Vec<Cell>, room: &mut usize) {
        *room = room.saturating_sub(row.iter().map(Cell::size).sum());
        self.rows.push(row);
    }
}

/// An open session.
pub(crate) enum Session {
    /// With PostgreSQL.
    Postgres(Box<postgres::Postgres>),
    /// With MySQL.
    Mysql(Box<mysql::Mysql>),
}

impl Session {
    /// Logs in. What only reads is told so to the database.
    pub(crate) async fn open(door: &Door, writes: bool) -> Result<Self, Failure> {
        let opened = async {
            Ok(match door.engine {
                crate::Engine::Postgresql => Self::Postgres(Box::new(postgres::Postgres::open(door, writes).await?)),
                crate::Engine::Mysql => Self::Mysql(Box::new(mysql::Mysql::open(door, writes).await?)),
            })
        };
        door.in_time(Box::pin(opened)).await
    }

    /// Runs a statement of ours that gives nothing.
    pub(crate) async fn run(&mut self, door: &Door, text: &str) -> Result<(), Failure> {
        match self {
            Self::Postgres(session) => door.in_time(session.run(text)).await,
            Self::Mysql(session) => door.in_time(session.run(text)).await,
        }
    }

    /// The columns that a statement would give.
    pub(crate) async fn columns(&mut self, door: &Door, text: &str) -> Result<Vec<Column>, Failure> {
        match self {
            Self::Postgres(session) => door.in_time(session.columns(text)).await,
            Self::Mysql(session) => door.in_time(session.columns(text)).await,
        }
    }

    /// The rows of a statement that names these columns, each picked by [`picked`].
    ///
    /// What is beyond `room` bytes is let go, but for the first row.
    pub(crate) async fn rows(
        &mut self,
        door: &Door,
        sql: &Sql,
        columns: &[Column],
        room: usize,
    ) -> Result<Rows, Failure> {
        match self {
            Self::Postgres(session) => door.in_time(session.rows(sql, columns, door.charset, room)).await,
            Self::Mysql(session) => door.in_time(session.rows(sql, door.charset, room)).await,
        }
    }

    /// How many rows a statement touched.
    pub(crate) async fn touch(&mut self, door: &Door, sql: &Sql) -> Result<u64, Failure> {
        match self {
            Self::Postgres(session) => door.in_time(session.touch(sql, door.charset)).await,
            Self::Mysql(session) => door.in_time(session.touch(sql, door.charset)).await,
        }
    }
}

/// How a statement names a column so that what comes can be read.
pub(crate) fn picked(engine: crate::Engine, column: &Column) -> String {
    let name = engine.quoted(&column.name);
    match engine {
        crate::Engine::Postgresql => postgres::picked(&name, column.sort),
        crate::Engine::Mysql => name,
    }
}

/// A text in the character set that the channel's file names.
fn encoded(text: &str, charset: Option<&'static Encoding>) -> Result<Vec<u8>, Failure> {
    let Some(set) = charset else { return Ok(text.as_bytes().to_vec()) };
    let (bytes, _, lost) = set.encode(text);
    match lost {
        false => Ok(bytes.into_owned()),
        true => {
            Err(Failure::malformed(format!("a character of the text is not in {} (`connect.charset`)", set.name())))
        }
    }
}

/// The shape in which both sorts take a bound value that is neither nothing nor a number.
fn plain(bind: &Bind) -> Option<String> {
    match bind {
        Bind::Null => None,
        Bind::Text(text) | Bind::Moment(text) => Some(text.clone()),
        Bind::Int(int) => Some(int.to_string()),
        Bind::Big(big) => Some(big.to_string()),
        Bind::Real(real) => Some(real.to_string()),
        Bind::Bool(told) => Some(told.to_string()),
    }
}
