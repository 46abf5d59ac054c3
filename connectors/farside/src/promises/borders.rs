//! The promises about page borders: walks over lists of every length around a border.

use std::collections::BTreeSet;

use huiliu_contract::{Cursor, Item, Page};

use super::list::Trial;
use super::{ENOUGH, Ground, PAGE, Subject};

/// Lengths around the borders of [`PAGE`].
const LENGTHS: [u64; 8] = [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1, 4 * PAGE];

/// Pages until the connector says that there is no more; after the first, `between` may change the list.
async fn walk<G: Ground>(
    trial: &Trial<'_, G>,
    mut after: Option<Cursor>,
    between: impl Fn(),
) -> Result<(Vec<Page>, Option<Cursor>), String> {
    let mut pages: Vec<Page> = Vec::new();
    for _ in 0..ENOUGH {
        let page = trial.page(after.as_ref()).await?;
        after = page.next.clone().or(after);
        let more = page.more;
        if pages.is_empty() {
            between();
        }
        pages.push(page);
        if !more {
            return Ok((pages, after));
        }
    }
    Err(format!("no end after {ENOUGH} pages"))
}

fn ids(pages: &[Page]) -> Vec<String> {
    let items = pages.iter().flat_map(|page| &page.items);
    let ids = items.filter_map(|item| match item {
        Item::Submission(submission) => Some(submission.external_id.to_string()),
        Item::Unreadable(_) => None,
    });
    ids.collect()
}

pub(super) async fn nothing_is_lost<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    for items in LENGTHS {
        let trial = Trial::of(subject, items).await?;
        let (mut seen, mut after) = (BTreeSet::new(), None);
        // Added in mid-walk, between walks, and by a walk that finds nothing new: each time all is told in the end.
        for added in [0, 2, PAGE, 0, 1] {
            trial.platform.grow(added / 2);
            let (pages, next) = walk(&trial, after, || trial.platform.grow(added - added / 2)).await?;
            seen.extend(ids(&pages));
            let (pages, next) = walk(&trial, next, || {}).await?;
            seen.extend(ids(&pages));
            after = next;
            let listed: BTreeSet<_> = trial.platform.numbers().into_iter().flatten().collect();
            if let Some(lost) = listed.difference(&seen).next() {
                return Err(format!("of {} items, {lost} never came", listed.len()));
            }
        }
    }
    Ok(())
}

pub(super) async fn nothing_is_repeated<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    for items in LENGTHS {
        let trial = Trial::of(subject, items).await?;
        let (pages, _) = walk(&trial, None, || {}).await?;
        let ids = ids(&pages);
        let once: BTreeSet<_> = ids.iter().collect();
        if once.len() != ids.len() {
            return Err(format!("of {items} items, {} were handed over", ids.len()));
        }
    }
    Ok(())
}

pub(super) async fn one_cursor_one_page<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 2 * PAGE + 1).await?;
    let mut after = None;
    for number in 1..ENOUGH {
        let [first, second] = [trial.page(after.as_ref()).await?, trial.page(after.as_ref()).await?];
        let raws = |page: &Page| -> Vec<_> { page.items.iter().map(|item| raw(item).to_vec()).collect() };
        if raws(&first) != raws(&second) || first.next != second.next || first.more != second.more {
            return Err(format!("page {number} was another one when it was asked for again"));
        }
        if !first.more {
            return Ok(());
        }
        after = first.next;
    }
    Err(format!("no end after {ENOUGH} pages"))
}

fn raw(item: &Item) -> &[u8] {
    match item {
        Item::Submission(submission) => submission.raw.bytes.reveal(),
        Item::Unreadable(unreadable) => unreadable.raw.bytes.reveal(),
    }
}
