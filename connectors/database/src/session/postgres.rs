//! A session with PostgreSQL. Its connection is driven by whoever waits for an answer: between calls nothing runs.
//!
//! Every column but bytes is asked for as text, written by the database itself, so no type is unknown; every value is bound as
//! text, read by the database as what its place wants.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;

use bytes::BytesMut;
use encoding_rs::Encoding;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{Format, FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Connection, Error};

use super::failure::chain;
use super::tls::{Handshake, Secured};
use super::{Failure, Rows, encoded, plain};
use crate::cell::{Cell, Column, Sort, written};
use crate::door::Door;
use crate::moment::distance;
use crate::sql::{Bind, Sql};

type Line = Connection<TcpStream, Secured>;

/// An open session.
pub(crate) struct Postgres {
    client: Client,
    line: Line,
}

impl Postgres {
    pub(super) async fn open(door: &Door, writes: bool) -> Result<Self, Failure> {
        let mut config = Config::new();
        config
            .user(door.user.expose())
            .password(door.password.expose())
            .dbname(&door.database)
            .application_name("huiliu")
            .ssl_mode(if door.tls.is_some() { SslMode::Require } else { SslMode::Disable });
        let stream = door.dial().await?;
        let handshake = Handshake { config: door.tls.clone(), host: door.host.clone() };
        let (client, line) = config.connect_raw(stream, handshake).await.map_err(refused)?;
        let mut session = Self { client, line };
        let seconds = door.timeout.as_millis();
        let mut text = format!(
            "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3; \
             SET TIME ZONE INTERVAL '{}' HOUR TO MINUTE; SET statement_timeout = {seconds}",
            distance(door.offset())
        );
        if !writes {
            text += "; SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
        }
        let encoding = session.line.parameter("server_encoding").unwrap_or_default().to_owned();
        if door.charset.is_some() && encoding == "UTF8" {
            return Err(Failure::malformed(
                "the database is in UTF-8, and checks that it is; delete `connect.charset`",
            ));
        }
        if door.charset.is_some() || encoding == "SQL_ASCII" {
            // Nothing is converted: the bytes are not what the database believes, and one that is no text stops no other.
            text += "; SET client_encoding = 'SQL_ASCII'";
        }
        session.run(&text).await?;
        Ok(session)
    }

    pub(super) async fn run(&mut self, text: &str) -> Result<(), Failure> {
        driven(&mut self.line, self.client.batch_execute(text)).await.map_err(failed)
    }

    pub(super) async fn columns(&mut self, text: &str) -> Result<Vec<Column>, Failure> {
        let statement = driven(&mut self.line, self.client.prepare(text)).await.map_err(failed)?;
        let column = |column: &tokio_postgres::Column| Column {
            name: column.name().to_owned(),
            sort: sort(column.type_()),
            unknown: None,
        };
        Ok(statement.columns().iter().map(column).collect())
    }

    pub(super) async fn rows(
        &mut self,
        sql: &Sql,
        columns: &[Column],
        charset: Option<&'static Encoding>,
        mut room: usize,
    ) -> Result<Rows, Failure> {
        let binds = bound(sql, charset)?;
        let Self { client, line } = self;
        let asked = async {
            let mut out = Rows::default();
            let statement = client.prepare(&sql.text).await?;
            let stream = client.query_raw(&statement, &binds).await?;
            pin_mut!(stream);
            // What is let go is still heard to its end, so that the session stays in order.
            while let Some(row) = stream.next().await {
                let row = row?;
                if room == 0 {
                    out.cut = true;
                    continue;
                }
                let mut cells = Vec::with_capacity(columns.len());
                for (at, column) in columns.iter().enumerate() {
                    let raw: Option<Raw<'_>> = row.try_get(at)?;
                    cells.push(raw.map_or(Cell::NULL, |raw| written(raw.0, column.sort, charset)));
                }
                out.push(cells, &mut room);
            }
            Ok(out)
        };
        driven(line, asked).await.map_err(failed)
    }

    pub(super) async fn touch(&mut self, sql: &Sql, charset: Option<&'static Encoding>) -> Result<u64, Failure> {
        let binds = bound(sql, charset)?;
        let Self { client, line } = self;
        let asked = async {
            let statement = client.prepare(&sql.text).await?;
            client.execute_raw(&statement, &binds).await
        };
        driven(line, asked).await.map_err(failed)
    }
}

/// Waits for work on a session while its connection is driven.
async fn driven<T>(line: &mut Line, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let work = pin!(work);
    match select(work, line).await {
        Either::Left((done, _)) => done,
        // The end of the connection is told to the work too, with what the database said at last.
        Either::Right((Ok(()), work)) => work.await,
        Either::Right((Err(error), _)) => Err(error),
    }
}

fn bound(sql: &Sql, charset: Option<&'static Encoding>) -> Result<Vec<Text>, Failure> {
    let text = |bind: &Bind| match plain(bind) {
        Some(text) => encoded(&text, charset).map(|bytes| Text(Some(bytes))),
        None => Ok(Text(None)),
    };
    sql.binds.iter().map(text).collect()
}

/// What the login failed of.
fn refused(error: Error) -> Failure {
    if error.as_db_error().is_some() {
        return failed(error);
    }
    let text = chain(&error);
    if text.contains("server does not support TLS") {
        return Failure::denied(
            "the database speaks no TLS; ask its people to switch it on, or write `connect.tls = \"off\"` where nobody else is on the line",
        );
    }
    if text.contains("unsupported authentication method") || text.contains("unsupported authentication") {
        return Failure::denied(
            "the database asks for a way of login that is not spoken here; md5 and scram-sha-256 are (openGauss: password_encryption_type)",
        );
    }
    Failure::away(format!("no connection: {text}"))
}

fn failed(error: Error) -> Failure {
    match error.as_db_error() {
        Some(told) => Failure::of_state(told.code().code(), told.message()),
        None => {
            let text = chain(&error);
            let io = StdError::source(&error).is_some_and(|source| source.is::<std::io::Error>());
            match io || error.is_closed() {
                true => Failure::away("the connection was cut"),
                false => Failure::malformed("what the database answered is not understood").quoting(text),
            }
        }
    }
}

fn sort(of: &Type) -> Sort {
    match *of {
        Type::BOOL => Sort::Bool,
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => Sort::Int,
        Type::FLOAT4 | Type::FLOAT8 => Sort::Float,
        Type::NUMERIC => Sort::Decimal,
        Type::TEXT | Type::VARCHAR | Type::NAME => Sort::Text,
        Type::BPCHAR => Sort::Padded,
        Type::BYTEA => Sort::Bytes,
        Type::JSON | Type::JSONB => Sort::Json,
        Type::DATE => Sort::Date,
        Type::TIMESTAMP => Sort::Local,
        Type::TIMESTAMPTZ => Sort::Instant,
        _ => match of.kind() {
            Kind::Array(_) => Sort::List,
            Kind::Domain(inner) => sort(inner),
            _ => Sort::Other,
        },
    }
}

/// How a column is asked for.
pub(super) fn picked(name: &str, sort: Sort) -> String {
    match sort {
        Sort::Bytes => name.to_owned(),
        Sort::List => format!("CAST(array_to_json({name}) AS text)"),
        _ => format!("CAST({name} AS text)"),
    }
}

/// What came for a column, byte for byte.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A value as text, which the database reads as what its place wants.
struct Text(Option<Vec<u8>>);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••")
    }
}

impl ToSql for Text {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match &self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
