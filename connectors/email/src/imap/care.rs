//! After-care: what is done on the server with letters that are kept here for good. It is the first act of the next call, so
//! nothing is touched that could still be lost; what fails is told and tried again, and takes nothing in twice.

use jiff::civil::Date;

use super::asking;
use super::folders::{self, Folder, There};
use super::line::{Line, quoted};
use super::options::Afterwards;
use super::place::Spot;
use super::trouble::{Trouble, What};
use super::uids::Uids;

/// A command names so many ranges at most, that its line stays short (RFC 7162, 4: 8192 bytes).
const RANGES: usize = 300;
/// So many are deleted at once at most.
const DELETED: usize = 500;

/// What is to be done, with the names that the server has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Orders {
    pub(super) kept: Kept,
    /// Where letters go that were not taken whole.
    pub(super) unfit_to: Option<String>,
}

/// What is done with letters that are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kept {
    Nothing,
    Flag(String),
    Move(String),
    /// Deleted so many days after they came.
    Delete(u32),
}

impl Orders {
    /// By the file, and by the folders that are there.
    pub(super) fn new(afterwards: &Afterwards, unfit_to: Option<&String>, there: &[There]) -> Self {
        let kept = match afterwards {
            Afterwards::Nothing => Kept::Nothing,
            Afterwards::Seen => Kept::Flag("\\Seen".into()),
            Afterwards::Keyword(word) => Kept::Flag(word.clone()),
            Afterwards::Move(to) => Kept::Move(folders::target(to, there)),
            Afterwards::DeleteAfterDays(days) => Kept::Delete(*days),
        };
        Self { kept, unfit_to: unfit_to.map(|to| folders::target(to, there)) }
    }

    /// Whether something is done with each letter that is kept.
    pub(super) fn cares(&self) -> bool {
        matches!(self.kept, Kept::Flag(_) | Kept::Move(_))
    }
}

/// Does what is due in a folder, which is opened for that. What is done is due no more.
///
/// # Errors
///
/// What the server refuses stays due and is told; only what ends the connection is an error.
pub(super) async fn care(line: &mut Line, folder: &Folder, spot: &mut Spot, orders: &Orders) -> Result<(), Trouble> {
    if spot.due.is_empty() && spot.unfit.is_empty() {
        return Ok(());
    }
    let opened = folders::open(line, &folder.wire, true).await?;
    if opened.validity != spot.validity {
        // These numbers are other letters now; the walk over the folder finds out what is still to be done.
        return Ok(());
    }
    let kept = std::mem::take(&mut spot.due);
    spot.due = done(Box::pin(keep(line, &kept, &orders.kept)).await, kept, folder)?;
    let unfit = std::mem::take(&mut spot.unfit);
    let moved = match &orders.unfit_to {
        Some(to) => Box::pin(move_to(line, &unfit, to)).await,
        None => Ok(()),
    };
    spot.unfit = done(moved, unfit, folder)?;
    Ok(())
}

/// What is still due.
fn done(how: Result<(), Trouble>, uids: Uids, folder: &Folder) -> Result<Uids, Trouble> {
    match how {
        Ok(()) => Ok(Uids::default()),
        Err(trouble) if trouble.leaves_the_line() => {
            tracing::warn!(folder = %folder.name, letters = uids.count(), trouble = trouble.message(),
                "letters that are kept here cannot be marked or moved in the mailbox; it is tried again");
            Ok(uids)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn keep(line: &mut Line, uids: &Uids, how: &Kept) -> Result<(), Trouble> {
    match how {
        Kept::Nothing | Kept::Delete(_) => Ok(()),
        Kept::Flag(flag) => {
            for some in uids.pieces(RANGES) {
                line.tell(&format!("UID STORE {some} +FLAGS.SILENT ({flag})")).await?;
            }
            Ok(())
        }
        Kept::Move(to) => move_to(line, uids, to).await,
    }
}

/// Moves letters (RFC 6851). Where the server cannot, they are copied and those copied are deleted, each by its number: a bare
/// EXPUNGE would take along what other people have marked.
async fn move_to(line: &mut Line, uids: &Uids, to: &str) -> Result<(), Trouble> {
    for some in uids.pieces(RANGES) {
        if line.can.moves {
            into(line, "MOVE", &some, to).await?;
            continue;
        }
        // Those that are marked already were copied before a call that broke off.
        let left: Uids = asking::undeleted(line, &some).await?.into_iter().collect();
        if !left.is_empty() {
            into(line, "COPY", &left, to).await?;
        }
        delete(line, &some).await?;
    }
    Ok(())
}

/// Copies or moves into a folder, which is made where it is missing.
async fn into(line: &mut Line, word: &str, uids: &Uids, to: &str) -> Result<(), Trouble> {
    let command = format!("UID {word} {uids} {}", quoted(to));
    let Err(refused) = line.tell(&command).await else { return Ok(()) };
    if !refused.leaves_the_line() || line.tell(&format!("CREATE {}", quoted(to))).await.is_err() {
        return Err(refused.while_("a letter cannot be moved"));
    }
    line.tell(&command).await.map(|_| ()).map_err(|trouble| trouble.while_("a letter cannot be moved"))
}

/// Deletes letters for good where that can be said of each (UIDPLUS, RFC 4315), else marks them and leaves the rest to people.
async fn delete(line: &mut Line, uids: &Uids) -> Result<(), Trouble> {
    line.tell(&format!("UID STORE {uids} +FLAGS.SILENT (\\Deleted)")).await?;
    if line.can.uidplus {
        line.tell(&format!("UID EXPUNGE {uids}")).await?;
    }
    Ok(())
}

/// Deletes letters of ours that came before a day, as the server counts days. Those that were not taken whole stay.
///
/// # Errors
///
/// As [`care`].
pub(super) async fn sweep(line: &mut Line, folder: &Folder, spot: &Spot, day: Date) -> Result<(), Trouble> {
    let Some(from) = spot.first.checked_add(1).filter(|from| *from <= spot.settled) else { return Ok(()) };
    // While it is looked through again it is not known whether all of it is kept.
    if spot.again.is_some() || folders::open(line, &folder.wire, true).await?.validity != spot.validity {
        return Ok(());
    }
    let Some(ours) = Uids::parse(&format!("{from}:{}", spot.settled)) else { return Ok(()) };
    let old = asking::before(line, &ours, day).await;
    let old = old.map(|found| found.into_iter().filter(|uid| !spot.spared.has(*uid)).take(DELETED).collect::<Uids>());
    let swept = match old {
        Ok(old) => {
            Box::pin(async {
                for some in old.pieces(RANGES) {
                    delete(line, &some).await?;
                }
                Ok(())
            })
            .await
        }
        Err(trouble) => Err(trouble),
    };
    match swept {
        Err(trouble) if trouble.what == What::Refused => {
            tracing::warn!(folder = %folder.name, trouble = trouble.message(),
                "old letters cannot be deleted from the mailbox; it is tried again");
            Ok(())
        }
        other => other,
    }
}
