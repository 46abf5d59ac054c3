//! The pager against a list in memory: any length, any page size, and a list that changes in mid-walk.

use proptest::prelude::*;

use super::*;

fn pager(by: PageBy, size: u64) -> Pager {
    let first = u64::from(by == PageBy::Number);
    Pager { by, first, size: Some(size), until: Until::Short, max_pages: 1000, wants_total: false }
}

/// A far side that holds numbers, in rising order.
struct List {
    items: Vec<u64>,
    /// The most it gives on a page.
    most: u64,
    total: bool,
}

impl List {
    fn of(items: u64, most: u64) -> Self {
        Self { items: (1..=items).collect(), most, total: false }
    }

    fn add(&mut self, count: u64) {
        let last = self.items.last().copied().unwrap_or_default();
        self.items.extend(last + 1..=last + count);
    }

    /// A page, and what it tells. `since` is taken as "at or above", as a time is.
    fn page(&self, pager: &Pager, at: Option<&At>, since: Option<&Mark>) -> (Vec<u64>, Told) {
        let size = pager.size.unwrap_or(u64::MAX).min(self.most);
        let from = |mark: &Mark| if let Mark::Id(id) = mark { id.parse().unwrap() } else { 0 };
        let since: u64 = since.map_or(0, from);
        let all: Vec<u64> = self.items.iter().copied().filter(|item| *item >= since).collect();
        let skip = match at {
            None => 0,
            Some(At::Number(n)) => (n - pager.first) * size,
            Some(At::Offset(n)) => *n,
            Some(At::Cursor(last)) => all.iter().filter(|item| **item <= last.as_u64().unwrap()).count() as u64,
            Some(At::Link(last)) => all.iter().filter(|item| **item <= last.parse().unwrap()).count() as u64,
        };
        let page: Vec<u64> = all.iter().copied().skip(skip as usize).take(size as usize).collect();
        let more = skip + (page.len() as u64) < all.len() as u64;
        let told = Told {
            count: page.len() as u64,
            digest: page.iter().fold(7, |hash, item| u64::wrapping_mul(hash, 0x0100_0000_01b3) ^ item),
            high: page.last().map(|last| Mark::Id(last.to_string())),
            total: self.total.then_some(all.len() as u64),
            next: page.last().filter(|_| more).and_then(|last| match pager.by {
                PageBy::Cursor => Some(Value::from(*last)),
                PageBy::Link | PageBy::Header => Some(Value::from(last.to_string())),
                _ => None,
            }),
        };
        (page, told)
    }

    /// Asks once, through a stored cursor, as the gateway does.
    fn ask(&self, pager: &Pager, after: &mut Option<Cursor>) -> Result<(Vec<u64>, bool), Fault> {
        let mut place = Place::read(after.as_ref())?;
        let at = pager.at(&mut place)?;
        let (page, told) = self.page(pager, at.as_ref(), place.since.as_ref());
        let (place, more) = pager.after(place, at, told)?;
        *after = Some(place.cursor());
        Ok((page, more))
    }
}

/// Walks to the end; `grow` items are added after each of the first pages.
fn walk(list: &mut List, pager: &Pager, after: &mut Option<Cursor>, grow: &[u64]) -> Vec<u64> {
    let (mut seen, mut grow) = (Vec::new(), grow.iter());
    loop {
        let (page, more) = list.ask(pager, after).unwrap();
        seen.extend(page);
        list.add(grow.next().copied().unwrap_or_default());
        if !more {
            return seen;
        }
    }
}

fn counted() -> impl Strategy<Value = PageBy> {
    let ways = [PageBy::Number, PageBy::Offset, PageBy::Cursor, PageBy::Link, PageBy::Header];
    prop::sample::select(ways.to_vec())
}

proptest! {
    #[test]
    fn a_list_that_stands_still_comes_whole_in_order_and_once(
        by in counted(), items in 0u64..60, size in 1u64..20, total: bool
    ) {
        let mut list = List { total, ..List::of(items, 1000) };
        let pager = Pager { wants_total: total, ..pager(by, size) };
        let seen = walk(&mut list, &pager, &mut None, &[]);
        prop_assert_eq!(seen, list.items);
    }

    #[test]
    fn what_is_added_in_mid_walk_comes_in_this_walk_or_the_next(
        by in counted(), items in 0u64..40, size in 1u64..12, grow in prop::collection::vec(0u64..6, 0..8)
    ) {
        let mut list = List::of(items, 1000);
        let pager = pager(by, size);
        let mut after = None;
        let mut seen = walk(&mut list, &pager, &mut after, &grow);
        seen.extend(walk(&mut list, &pager, &mut after, &[]));
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen, list.items);
    }

    #[test]
    fn a_far_side_that_gives_less_than_asked_is_followed_to_its_end(
        by in counted(), items in 0u64..40, size in 1u64..12, most in 1u64..12, total: bool
    ) {
        // Short pages mean nothing with such a far side: a total or an empty page does.
        let mut list = List { total, ..List::of(items, most) };
        let pager = Pager { until: Until::Empty, wants_total: total, ..pager(by, size) };
        let seen = walk(&mut list, &pager, &mut None, &[]);
        prop_assert_eq!(seen, list.items);
    }

    #[test]
    fn any_text_as_a_cursor_is_a_fault_or_a_place(text in "\\PC{0,40}") {
        let _ = Place::read(Some(&Cursor(text)));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written(pages: u64, seen: u64, last: u64, id in "\\PC{0,9}", shaken: bool) {
        let walk = Walk { at: At::Cursor(Value::from(id.clone())), high: None, pages, seen, last, total: None, shaken, anchor: None };
        let place = Place { since: Some(Mark::Id(id)), walk: Some(walk), shaken, ..Place::default() };
        prop_assert_eq!(Place::read(Some(&place.cursor())).unwrap(), place);
    }
}

#[test]
fn where_things_leave_in_mid_walk_the_same_time_is_walked_again() {
    let mut list = List { total: true, ..List::of(6, 1000) };
    let pager = Pager { wants_total: true, ..pager(PageBy::Number, 2) };
    let mut after = None;
    assert_eq!(list.ask(&pager, &mut after).unwrap(), (vec![1, 2], true));
    // 1 and 2 leave, the list closes up: 3 and 4 slip over the border.
    list.items.drain(..2);
    assert_eq!(list.ask(&pager, &mut after).unwrap(), (vec![5, 6], false));
    assert_eq!(walk(&mut list, &pager, &mut after, &[]), [3, 4, 5, 6]);
    // Nothing left this time: the mark is taken over.
    assert_eq!(walk(&mut list, &pager, &mut after, &[]), [6]);
}

#[test]
fn the_page_before_once_more_is_a_fault_and_the_cursor_stays() {
    for by in [PageBy::Number, PageBy::Offset, PageBy::Cursor, PageBy::Link] {
        let (list, pager, mut after) = (List::of(9, 1000), pager(by, 3), None);
        list.ask(&pager, &mut after).unwrap();
        let mut place = Place::read(after.as_ref()).unwrap();
        let at = pager.at(&mut place).unwrap();
        let (_, mut again) = list.page(&pager, None, None);
        again.next = again.next.map(|_| Value::from("99"));
        assert_eq!(pager.after(place, at, again).unwrap_err().word(), "malformed");
        assert_eq!(list.ask(&pager, &mut after).unwrap(), (vec![4, 5, 6], true));
    }
}

#[test]
fn a_next_cursor_that_leads_nowhere_is_a_fault() {
    let pager = pager(PageBy::Cursor, 2);
    let told = |count, digest| Told { count, digest, next: Some(Value::from("x")), ..Told::default() };
    let (place, more) = pager.after(Place::default(), None, told(2, 1)).unwrap();
    assert!(more);
    assert!(pager.after(place.clone(), Some(At::Cursor(Value::from("x"))), told(2, 5)).is_err());
    let (rests, more) = pager.after(place, Some(At::Cursor(Value::from("x"))), told(0, 0)).unwrap();
    assert!(!more, "a feed that has nothing new leads on to where we stand");
    assert_eq!(rests.walk.unwrap().at, At::Cursor(Value::from("x")));
}

proptest! {
    /// Links that lead round in a circle, after any number of pages, are noticed before it was gone round four times.
    #[test]
    fn a_circle_of_links_is_never_walked_for_long(before in 0u64..20, around in 1u64..20) {
        let pager = pager(PageBy::Link, 2);
        let (mut place, mut asked) = (Place::default(), None);
        for n in 1u64.. {
            let next = if n <= before { n } else { before + (n - before) % around };
            let told = Told { count: 2, digest: n, next: Some(Value::from(next.to_string())), ..Told::default() };
            match pager.after(place, asked, told) {
                Ok((then, more)) => {
                    prop_assert!(more && n <= 4 * (before + around) + 2, "still walking after {n} pages");
                    asked = then.walk.as_ref().map(|walk| walk.at.clone());
                    place = then;
                }
                Err(fault) => {
                    prop_assert!(n > before && fault.to_string().contains("never come to an end"));
                    break;
                }
            }
        }
    }
}

#[test]
fn the_page_cap_is_a_fault_not_an_end() {
    let (list, mut after) = (List::of(100, 1000), None);
    let pager = Pager { max_pages: 3, ..pager(PageBy::Number, 2) };
    for _ in 0..3 {
        assert!(list.ask(&pager, &mut after).unwrap().1);
    }
    let Fault::Malformed { message, .. } = list.ask(&pager, &mut after).unwrap_err() else { panic!("another fault") };
    assert!(message.contains("poll.page.max_pages"), "{message}");
    let raised = Pager { max_pages: 4, ..pager };
    assert_eq!(list.ask(&raised, &mut after).unwrap().0, [7, 8], "raised, it goes on where it stopped");
}

#[test]
fn an_end_that_comes_short_of_the_total_is_a_fault() {
    for by in [PageBy::None, PageBy::Number, PageBy::Offset, PageBy::Cursor, PageBy::Header] {
        let pager = Pager { wants_total: true, ..pager(by, 3) };
        let at = pager.at(&mut Place::default()).unwrap();
        let told = Told { count: 0, total: Some(5), ..Told::default() };
        assert!(pager.after(Place::default(), at.clone(), told).is_err(), "{by:?}");
        assert!(pager.after(Place::default(), at, Told::default()).is_err(), "no total at all, {by:?}");
    }
}

#[test]
fn a_channel_that_changed_its_paging_begins_a_new_walk_from_the_same_mark() {
    let (list, mut after) = (List::of(9, 1000), None);
    list.ask(&pager(PageBy::Number, 3), &mut after).unwrap();
    assert_eq!(list.ask(&pager(PageBy::Offset, 3), &mut after).unwrap(), (vec![1, 2, 3], true));
}

#[test]
fn ids_are_compared_as_numbers_where_both_are() {
    let id = |text: &str| Some(Mark::Id(text.into()));
    assert_eq!(higher(id("9"), id("10")), id("10"));
    assert_eq!(higher(id("10"), id("9")), id("10"));
    assert_eq!(higher(None, id("9")), id("9"));
}
