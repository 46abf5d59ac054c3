//! What was told: in whose words, and in which tries.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Keys, Place, Reference, StoreError, Try, TryEnd};

/// The public text of an item as a person worded it last.
pub(super) fn wording(
    db: &Connection,
    keys: &Keys,
    reference: Reference,
    n: u32,
) -> Result<Option<String>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT id, body FROM wording WHERE reference = ?1 AND n = ?2 ORDER BY id DESC LIMIT 1")?
        .query_row(params![reference.number(), n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let opened = row.map(|(id, body)| keys.open(Place::Wording, id, &body)).transpose()?;
    Ok(opened.map(|text| String::from_utf8_lossy(&text).into_owned()))
}

/// Every try to tell an item, oldest first.
pub(super) fn tries(db: &Connection, keys: &Keys, reference: Reference, n: u32) -> Result<Vec<Try>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, at, ended_how, body, answer FROM try WHERE reference = ?1 AND n = ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(params![reference.number(), n])?;
    let mut tries = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let (parcel, answer): (Vec<u8>, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
        tries.push(Try {
            id,
            at: row.get(1)?,
            end: row.get::<_, Option<i64>>(2)?.map(TryEnd::from_number),
            parcel: keys.open(Place::Try, id, &parcel)?.into(),
            answer: answer.map(|answer| keys.open(Place::Answer, id, &answer)).transpose()?.map(Into::into),
        });
    }
    Ok(tries)
}
