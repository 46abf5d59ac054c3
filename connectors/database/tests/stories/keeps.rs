//! Kind `database` keeps every promise of kinds that are asked and of outlets that can be made of a database; and every one of
//! them fails on its twin.

use huiliu_farside::outlet_promises::{self, Promise as Answered};
use huiliu_farside::promises::{self, PAGE, Promise as Asked};
use serde_json::{Value, json};

use crate::ground::{Exchange, SECRET, ways};
use crate::scene::{BOTH, Sort};

/// Not those that no database can break: it tells nobody how long to wait, and its pages are asked for by keys, so that none
/// comes twice.
const ASKED: [Asked; 8] = [
    Asked::NothingIsLost,
    Asked::NothingIsRepeated,
    Asked::OneCursorOnePage,
    Asked::StrangersAreDenied,
    Asked::CutLineIsUnavailable,
    Asked::NonsenseIsMalformed,
    Asked::OneBadItemStopsNoOther,
    Asked::NoSecretShows,
];

/// Not those that no database can break: it tells nobody how long to wait, and takes no files.
const ANSWERED: [Answered; 9] = [
    Answered::SameOutcomeSameParcel,
    Answered::KeyTravels,
    Answered::RefusalIsCertain,
    Answered::CutLineIsUncertain,
    Answered::NobodyHomeIsCertain,
    Answered::StrangersAreDenied,
    Answered::NoteStaysHome,
    Answered::NoSecretShows,
    Answered::LookTellsStatesApart,
];

async fn asked(sort: Sort, since: Value, twins: bool) {
    let make = |exchange: &Exchange| {
        let mut poll = json!({ "from": "letters", "id": "order_no", "page": PAGE });
        if !since.is_null() {
            poll["since"] = since.clone();
        }
        exchange.built(json!({ "poll": poll }))
    };
    let subject = promises::Subject { make: &make, options: &sort, paged: true, secrets: &[SECRET], flaw: None };
    for promise in ASKED {
        let kept = Box::pin(promise.try_on(subject)).await;
        assert_eq!(kept, Ok(()), "{sort:?}: {}", promise.name());
        if twins {
            let broken = Box::pin(promise.try_on(subject.flawed(promise))).await;
            assert!(broken.is_err(), "{sort:?}: the twin of “{}” keeps it", promise.name());
        }
    }
}

#[tokio::test]
async fn by_number_in_postgresql() {
    asked(Sort::Postgres, json!({ "by": "id", "column": "seq", "rows_back": 2 }), true).await;
}

#[tokio::test]
async fn by_number_in_mysql() {
    asked(Sort::Maria, json!({ "by": "id", "column": "seq", "rows_back": 2 }), false).await;
}

#[tokio::test]
async fn all_each_time() {
    for sort in BOTH {
        asked(sort, Value::Null, false).await;
    }
}

#[tokio::test]
async fn answers() {
    let make = |exchange: &Exchange| {
        exchange.built(json!({ "poll": { "from": "told", "id": "letter_id" }, "return": ways() }))
    };
    let subject = outlet_promises::Subject { make: &make, secrets: &[SECRET], flaw: None };
    for promise in ANSWERED {
        let kept = Box::pin(promise.try_on(subject)).await;
        assert_eq!(kept, Ok(()), "{}", promise.name());
        let broken = Box::pin(promise.try_on(subject.flawed(promise))).await;
        assert!(broken.is_err(), "the twin of “{}” keeps it", promise.name());
    }
}
