//! Ticket numbers: the internal one in commit order, the spoken one by day, both without gaps. Parts of a ticket that was
//! split take none of them: see [`super::parts`].

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::TicketKey;
use super::parts;
use crate::ticket::Spoken;

/// Hands out numbers inside the commit; after a rolled back one it must be [`Serials::forget`]-ed.
pub(super) struct Serials {
    zone: TimeZone,
    known: Option<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    day: Date,
    /// The day ends before this (ms).
    until: i64,
    /// The first ticket of the day.
    first: i64,
    next: i64,
}

/// A day as the number the tables hold, for example 20261122.
pub(super) fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// The day of a stored number.
pub(super) fn day_of(number: i64) -> Date {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::ZERO)
}

/// A ticket's numbers from what is stored.
pub(super) fn key(id: i64, day: Date, serial: u32) -> rusqlite::Result<TicketKey> {
    let number = Spoken::new(day, serial)
        .and_then(|whole| parts::of(id).map_or(Ok(whole), |(_, part)| whole.with_part(part)))
        .map_err(|bad| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Integer, Box::new(bad)))?;
    Ok(TicketKey { id, number })
}

/// A ticket's numbers by its internal one.
pub(super) fn number_of(db: &Connection, id: i64) -> rusqlite::Result<TicketKey> {
    db.prepare_cached("SELECT day, serial FROM ticket WHERE id = ?1")?
        .query_row([id], |row| key(id, day_of(row.get(0)?), row.get(1)?))
}

/// A ticket's internal number by its spoken one.
pub(super) fn id_of(db: &Connection, number: Spoken) -> rusqlite::Result<Option<i64>> {
    let whole: Option<i64> = db
        .prepare_cached(
            "SELECT ticket.id FROM day JOIN ticket ON ticket.id = day.first + ?2 - 1
             WHERE day.day = ?1 AND ticket.day = ?1 AND ticket.serial = ?2",
        )?
        .query_row(params![day_number(number.day()), number.serial()], |row| row.get(0))
        .optional()?;
    match (whole, number.part()) {
        (Some(whole), Some(part)) => parts::known(db, parts::id(whole, part)),
        (whole, _) => Ok(whole),
    }
}

impl Serials {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, known: None }
    }

    /// Forgets what was handed out: the transaction was rolled back.
    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    /// The next ticket's numbers.
    pub(super) fn next(&mut self, db: &Connection, now: i64) -> rusqlite::Result<TicketKey> {
        let known = match self.known {
            Some(known) if now < known.until => known,
            _ => self.open_day(db, now)?,
        };
        self.known = Some(Known { next: known.next + 1, ..known });
        let serial = u32::try_from(known.next - known.first + 1).unwrap_or(u32::MAX);
        key(known.next, known.day, serial)
    }

    fn open_day(&self, db: &Connection, now: i64) -> rusqlite::Result<Known> {
        let zoned = jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(self.zone.clone());
        let until =
            zoned.tomorrow().and_then(|next| next.start_of_day()).map_or(now, |next| next.timestamp().as_millisecond());
        let day = zoned.date();
        let next: i64 = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM ticket", [], |row| row.get(0))?;
        let first: Option<i64> =
            db.query_row("SELECT first FROM day WHERE day = ?1", [day_number(day)], |row| row.get(0)).optional()?;
        let first = match first {
            Some(first) => first,
            None => {
                db.execute("INSERT INTO day (day, first) VALUES (?1, ?2)", params![day_number(day), next])?;
                next
            }
        };
        Ok(Known { day, until, first, next })
    }
}
