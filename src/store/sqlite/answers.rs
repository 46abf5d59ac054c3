//! Files of answers: what the core gave along with an outcome. As long as the outcome is kept, no sweep takes their blobs.

use std::sync::atomic::Ordering;

use huiliu_contract::Enclosure;
use rusqlite::{Connection, params};

use super::super::{AnswerFile, Digest, FileAbout, Keys, Place, StoreError};
use super::accept::Ground;
use super::fresh::broken;

/// How many there are, as the outcome's row says it: none is none.
pub(super) fn count(files: &[AnswerFile]) -> Option<i64> {
    i64::try_from(files.len()).ok().filter(|count| *count > 0)
}

/// Writes the files of an outcome.
pub(super) fn keep(db: &Connection, outcome: i64, files: &[AnswerFile]) -> rusqlite::Result<()> {
    for (place, file) in (0i64..).zip(files) {
        db.prepare_cached(
            "INSERT INTO answer_file (id, outcome, place, blob, size, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            file.id,
            outcome,
            place,
            file.blob.0,
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.body
        ])?;
    }
    Ok(())
}

/// Gives an outcome that was put together of others the files of all of them.
pub(super) fn gather(ground: &Ground<'_, '_>, keys: &Keys, outcome: i64, from: &[i64]) -> Result<(), StoreError> {
    let mut find =
        ground.db.prepare_cached("SELECT id, blob, size, body FROM answer_file WHERE outcome = ?1 ORDER BY place")?;
    let mut files = Vec::new();
    for part in from {
        let mut rows = find.query([part])?;
        while let Some(row) = rows.next()? {
            let about = keys.open(Place::File, row.get(0)?, &row.get::<_, Vec<u8>>(3)?)?;
            let id = ground.ids.fetch_add(1, Ordering::Relaxed);
            files.push(AnswerFile {
                id,
                blob: Digest(row.get(1)?),
                size: row.get::<_, i64>(2)?.cast_unsigned(),
                body: keys.seal(Place::File, id, &about)?,
            });
        }
    }
    keep(ground.db, outcome, &files)?;
    ground
        .db
        .prepare_cached("UPDATE outcome SET files = ?2 WHERE id = ?1")?
        .execute(params![outcome, count(&files)])?;
    Ok(())
}

/// The files of an outcome, in their order; `count` is what its row says.
pub(super) fn of(
    db: &Connection,
    keys: &Keys,
    outcome: Option<i64>,
    count: Option<i64>,
) -> Result<Vec<Enclosure>, StoreError> {
    let Some((outcome, _)) = outcome.zip(count) else { return Ok(Vec::new()) };
    let mut find =
        db.prepare_cached("SELECT id, blob, size, body FROM answer_file WHERE outcome = ?1 ORDER BY place")?;
    let mut rows = find.query([outcome])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let (blob, size, body): ([u8; 16], i64, Vec<u8>) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let about = keys.open(Place::File, row.get(0)?, &body)?;
        let about: FileAbout = serde_json::from_slice(&about).map_err(|_| broken("body"))?;
        files.push(Enclosure {
            blob: hex::encode(blob),
            name: about.name.unwrap_or_default(),
            media_type: about.media_type,
            size: size.cast_unsigned(),
        });
    }
    Ok(files)
}

/// Forgets the files of outcomes of unknown tickets whose time has run out.
pub(super) fn sweep(db: &Connection, now: i64) -> rusqlite::Result<()> {
    db.execute(
        "DELETE FROM answer_file WHERE outcome IN (SELECT id FROM outcome WHERE ticket IS NULL AND until < ?1)",
        [now],
    )?;
    Ok(())
}
