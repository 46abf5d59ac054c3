//! A session with MySQL or MariaDB. What comes has the types of its columns; what is bound has its own.

use encoding_rs::{Encoding, GB18030};
use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable;
use mysql_async::{
    Column as Described, Conn, DriverError, Error, IoError, Opts, OptsBuilder, Params, Row, SslOpts, Value as Told,
};
use serde_json::Value;

use super::failure::chain;
use super::{Failure, Rows, encoded};
use crate::cell::{Cell, Column, Sort, inexact, text, whole, written};
use crate::door::Door;
use crate::moment::{Moment, distance, instant};
use crate::sql::{Bind, Sql};

/// The character set of what is no text.
const BINARY: u16 = 63;

/// An open session.
pub(crate) struct Mysql {
    conn: Conn,
    offset: jiff::tz::Offset,
}

impl Mysql {
    pub(super) async fn open(door: &Door, writes: bool) -> Result<Self, Failure> {
        let addresses = door.addresses().await?;
        let ips: Vec<_> = addresses.iter().map(std::net::SocketAddr::ip).collect();
        let secured = door.roots.as_ref().map(|roots| {
            let roots = roots.iter().map(|der| der.clone().into()).collect();
            SslOpts::default().with_root_certs(roots).with_disable_built_in_roots(true)
        });
        let opts: Opts = OptsBuilder::default()
            .ip_or_hostname(door.host.clone())
            .tcp_port(door.port)
            .resolved_ips(Some(ips))
            .user(Some(door.user.expose()))
            .pass(Some(door.password.expose()))
            .db_name(Some(door.database.clone()))
            .ssl_opts(secured)
            // Never by another road than the one that is written.
            .prefer_socket(false)
            .stmt_cache_size(0)
            // A row that held the value already counts as touched.
            .client_found_rows(true)
            .into();
        let conn = Conn::new(opts).await.map_err(refused)?;
        let mut session = Self { conn, offset: door.offset() };
        session.set_up(door, writes).await?;
        Ok(session)
    }

    async fn set_up(&mut self, door: &Door, writes: bool) -> Result<(), Failure> {
        let seconds = door.timeout.as_secs().max(1);
        let zone = distance(self.offset);
        let access = if writes { "READ WRITE" } else { "READ ONLY" };
        let mut texts = vec![
            format!("SET SESSION time_zone = '{zone}'"),
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".into(),
            format!("SET SESSION TRANSACTION {access}"),
            format!("SET SESSION innodb_lock_wait_timeout = {seconds}"),
        ];
        if writes {
            // A text that does not fit is an error, never cut.
            texts.push("SET SESSION sql_mode = CONCAT_WS(',', @@sql_mode, 'STRICT_ALL_TABLES')".into());
        }
        if door.charset.is_some() {
            // Nothing is converted: the bytes are not what the database believes.
            texts.push("SET NAMES latin1".into());
            texts.push("SET SESSION character_set_results = NULL".into());
        }
        for text in texts {
            self.run(&text).await?;
        }
        // MariaDB has the one, MySQL the other.
        let maria = self.run(&format!("SET SESSION max_statement_time = {seconds}")).await;
        if maria.is_err() {
            let _ = self.run(&format!("SET SESSION max_execution_time = {}", seconds * 1000)).await;
        }
        Ok(())
    }

    pub(super) async fn run(&mut self, text: &str) -> Result<(), Failure> {
        self.conn.query_drop(text).await.map_err(failed)
    }

    pub(super) async fn columns(&mut self, text: &str) -> Result<Vec<Column>, Failure> {
        let statement = self.conn.prep(text).await.map_err(failed)?;
        let columns = statement.columns().iter().map(column).collect();
        self.conn.close(statement).await.map_err(failed)?;
        Ok(columns)
    }

    pub(super) async fn rows(
        &mut self,
        sql: &Sql,
        charset: Option<&'static Encoding>,
        mut room: usize,
    ) -> Result<Rows, Failure> {
        let binds = bound(sql, charset, self.offset)?;
        let offset = self.offset;
        let mut result = self.conn.exec_iter(sql.text.as_str(), binds).await.map_err(failed)?;
        let columns = result.columns().unwrap_or_default();
        let mut out = Rows::default();
        while let Some(row) = result.next().await.map_err(failed)? {
            if room == 0 {
                out.cut = true;
                continue;
            }
            let cells = cells(row, &columns, charset, offset, &mut out.undated);
            out.push(cells, &mut room);
        }
        result.drop_result().await.map_err(failed)?;
        Ok(out)
    }

    pub(super) async fn touch(&mut self, sql: &Sql, charset: Option<&'static Encoding>) -> Result<u64, Failure> {
        let binds = bound(sql, charset, self.offset)?;
        let result = self.conn.exec_iter(sql.text.as_str(), binds).await.map_err(failed)?;
        let touched = result.affected_rows();
        result.drop_result().await.map_err(failed)?;
        Ok(touched)
    }
}

fn bound(sql: &Sql, charset: Option<&'static Encoding>, offset: jiff::tz::Offset) -> Result<Params, Failure> {
    let one = |bind: &Bind| {
        Ok(match bind {
            Bind::Null => Told::NULL,
            Bind::Text(text) => Told::Bytes(encoded(text, charset)?),
            Bind::Int(int) => Told::Int(*int),
            Bind::Big(big) => Told::UInt(*big),
            Bind::Real(real) => Told::Double(*real),
            Bind::Bool(told) => Told::Int((*told).into()),
            Bind::Moment(text) => moment(text, offset).unwrap_or_else(|| Told::Bytes(text.clone().into_bytes())),
        })
    };
    let all = sql.binds.iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
    Ok(if all.is_empty() { Params::Empty } else { Params::Positional(all) })
}

/// A time as the protocol has it, in the session's zone.
fn moment(text: &str, offset: jiff::tz::Offset) -> Option<Told> {
    let read = |sort| Moment::read(text, sort);
    let civil = match read(Sort::Instant).or_else(|| read(Sort::Local))? {
        Moment::Instant(at) => offset.to_datetime(at),
        Moment::Local(local) => local,
        Moment::Date(date) => date.at(0, 0, 0, 0),
    };
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let micros = u32::try_from(civil.subsec_nanosecond() / 1000).unwrap_or_default();
    let year = u16::try_from(civil.year()).unwrap_or_default();
    let (month, day, hour) = (part(civil.month()), part(civil.day()), part(civil.hour()));
    Some(Told::Date(year, month, day, hour, part(civil.minute()), part(civil.second()), micros))
}

fn column(described: &Described) -> Column {
    let sort = sort(described);
    let unknown =
        sort.is_none().then(|| format!("{:?}", described.column_type()).replace("MYSQL_TYPE_", "").to_lowercase());
    Column { name: described.name_str().into_owned(), sort: sort.unwrap_or(Sort::Other), unknown }
}

fn sort(described: &Described) -> Option<Sort> {
    use ColumnType as T;
    Some(match described.column_type() {
        T::MYSQL_TYPE_TINY
        | T::MYSQL_TYPE_SHORT
        | T::MYSQL_TYPE_INT24
        | T::MYSQL_TYPE_LONG
        | T::MYSQL_TYPE_LONGLONG
        | T::MYSQL_TYPE_YEAR
        | T::MYSQL_TYPE_BIT => Sort::Int,
        T::MYSQL_TYPE_FLOAT | T::MYSQL_TYPE_DOUBLE => Sort::Float,
        T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => Sort::Decimal,
        T::MYSQL_TYPE_JSON => Sort::Json,
        T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => Sort::Date,
        T::MYSQL_TYPE_DATETIME | T::MYSQL_TYPE_DATETIME2 => Sort::Local,
        T::MYSQL_TYPE_TIMESTAMP | T::MYSQL_TYPE_TIMESTAMP2 => Sort::Instant,
        T::MYSQL_TYPE_TIME | T::MYSQL_TYPE_TIME2 | T::MYSQL_TYPE_NULL => Sort::Other,
        T::MYSQL_TYPE_VARCHAR
        | T::MYSQL_TYPE_VAR_STRING
        | T::MYSQL_TYPE_STRING
        | T::MYSQL_TYPE_ENUM
        | T::MYSQL_TYPE_SET
        | T::MYSQL_TYPE_TINY_BLOB
        | T::MYSQL_TYPE_MEDIUM_BLOB
        | T::MYSQL_TYPE_LONG_BLOB
        | T::MYSQL_TYPE_BLOB => match described.character_set() {
            BINARY => Sort::Bytes,
            _ => Sort::Text,
        },
        _ => return None,
    })
}

fn cells(
    row: Row,
    columns: &[Described],
    charset: Option<&'static Encoding>,
    offset: jiff::tz::Offset,
    undated: &mut usize,
) -> Vec<Cell> {
    let one = |(told, described): (Told, &Described)| match told {
        Told::NULL => Cell::NULL,
        Told::Int(int) => Cell::Value(whole(int.into())),
        Told::UInt(big) => Cell::Value(whole(big.into())),
        Told::Float(real) => Cell::Value(real.to_string().parse().map_or(Value::Null, inexact)),
        Told::Double(real) => Cell::Value(inexact(real)),
        Told::Time(minus, days, hours, minutes, seconds, micros) => {
            let (hours, sign) = (days * 24 + u32::from(hours), if minus { "-" } else { "" });
            Cell::Value(format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", fraction(micros)).into())
        }
        Told::Date(year, month, day, hour, minute, second, micros) => {
            let told = dated((year, month, day), (hour, minute, second, micros), sort(described), offset);
            *undated += usize::from(told.is_none());
            Cell::Value(told.into())
        }
        Told::Bytes(bytes) => of_bytes(&bytes, described, charset),
    };
    row.unwrap().into_iter().zip(columns).map(one).collect()
}

fn fraction(micros: u32) -> String {
    match micros {
        0 => String::new(),
        micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
    }
}

/// None for what no calendar has.
fn dated(date: (u16, u8, u8), time: (u8, u8, u8, u32), sort: Option<Sort>, offset: jiff::tz::Offset) -> Option<String> {
    let int = |part: u8| i8::try_from(part).unwrap_or(i8::MAX);
    let (year, month, day) = (i16::try_from(date.0).ok()?, int(date.1), int(date.2));
    let day = jiff::civil::Date::new(year, month, day).ok().filter(|_| year > 0)?;
    let nanos = i32::try_from(time.3).ok()? * 1000;
    let at = jiff::civil::Time::new(int(time.0), int(time.1), int(time.2), nanos).ok()?;
    match sort {
        Some(Sort::Date) => Some(day.to_string()),
        Some(Sort::Instant) => Some(instant(offset.to_timestamp(day.to_datetime(at)).ok()?, offset)),
        _ => Some(crate::moment::civil(day.to_datetime(at))),
    }
}

fn of_bytes(bytes: &[u8], described: &Described, charset: Option<&'static Encoding>) -> Cell {
    let sort = sort(described).unwrap_or(Sort::Other);
    match sort {
        Sort::Int => Cell::Value(whole(bytes.iter().fold(0, |sum, byte| sum << 8 | i128::from(*byte)))),
        Sort::Text => text(bytes, charset.and_then(|declared| spoken(described.character_set(), bytes, declared))),
        // Numbers and JSON are never in a set of their own.
        sort => written(bytes, sort, None),
    }
}

/// In what a column's bytes are, where nothing is converted: what says of itself that it is UTF-8 or GBK is; what says
/// anything else is what the channel's file says. None is UTF-8.
fn spoken(set: u16, bytes: &[u8], declared: &'static Encoding) -> Option<&'static Encoding> {
    match set {
        33 | 45 | 46 | 83 | 192..=215 | 223..=247 | 255..=323 => None,
        24 | 28 | 86 | 87 | 248..=250 => Some(GB18030),
        // Newer collations, most of them of UTF-8.
        324.. if std::str::from_utf8(bytes).is_ok() => None,
        _ => Some(declared),
    }
}

/// What the login failed of.
fn refused(error: Error) -> Failure {
    match &error {
        Error::Server(_) => failed(error),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => Failure::denied(
            "the database speaks no TLS; ask its people to switch it on, or write `connect.tls = \"off\"` where nobody else is on the line",
        ),
        Error::Driver(
            DriverError::UnknownAuthPlugin { .. }
            | DriverError::MysqlOldPasswordDisabled
            | DriverError::CleartextPluginDisabled,
        ) => Failure::denied(
            "the database asks for a way of login that is not spoken here; caching_sha2_password and mysql_native_password are",
        ),
        Error::Io(_) => Failure::away(format!("no connection: {}", chain(&error))),
        _ => Failure::away("no connection: what answered there does not speak as MySQL does"),
    }
}

fn failed(error: Error) -> Failure {
    match &error {
        Error::Server(told) => Failure::of_number(told.code, &told.message),
        Error::Io(IoError::Io(_) | IoError::Tls(_)) | Error::Driver(DriverError::ConnectionClosed) => {
            Failure::away("the connection was cut")
        }
        Error::Driver(DriverError::StmtParamsMismatch { required, supplied }) => Failure::malformed(format!(
            "the statement has {required} places for values and {supplied} values are bound; is there a `?` in it?"
        )),
        _ => Failure::malformed("what the database answered is not understood").quoting(chain(&error)),
    }
}
