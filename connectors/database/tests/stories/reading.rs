//! What is found: page after page, rows that are committed late, rows that change, rows without a mark or a number.

use huiliu_contract::Fault;
use huiliu_farside::servers::Server;
use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, Sort, Walk, letter, letters, submission};

fn by_number() -> Value {
    json!({ "from": "letters", "id": "id", "page": 3, "since": { "by": "id", "column": "seq", "rows_back": 4 } })
}

fn by_time() -> Value {
    json!({ "from": "letters", "id": "id", "page": 3, "since": { "by": "time", "column": "updated_at", "lookback": "1h" } })
}

fn names(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("L{number}")).collect()
}

#[tokio::test]
async fn every_row_comes_once_in_a_walk_whatever_the_page() {
    for sort in BOTH {
        for count in [0, 1, 2, 3, 4, 6, 7, 12] {
            let scene = Scene::new(sort).await;
            let rows = (1..=count).map(|seq| letter(seq, &format!("2026-11-20 09:00:{:02}", seq / 3)));
            scene.sql(&std::iter::once(letters(sort)).chain(rows).collect::<Vec<_>>().join(";")).await;
            let poll = scene.polling(by_number());
            assert_eq!(Walk::default().on(&*poll).await, names(1..=count), "{sort:?}, {count} rows");
            // Some have the same time: among them their numbers count, which are texts.
            let poll = scene.polling(by_time());
            let found = Walk::default().on(&*poll).await;
            let once: std::collections::BTreeSet<_> = found.iter().cloned().collect();
            assert_eq!((found.len(), once), (count as usize, names(1..=count).into_iter().collect()), "{sort:?}");
            let poll = scene.polling(json!({ "from": "letters", "id": "id", "page": 3 }));
            let mut texts = names(1..=count);
            texts.sort();
            assert_eq!(Walk::default().on(&*poll).await, texts, "{sort:?}, {count} rows");
        }
    }
}

#[tokio::test]
async fn a_smaller_number_that_is_committed_late_is_found() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = [1, 2, 3, 5, 6].map(|seq| letter(seq, "2026-11-20 09:00:00"));
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        let poll = scene.polling(by_number());
        let mut walk = Walk::default();
        assert_eq!(walk.on(&*poll).await, names([1, 2, 3, 5, 6]));
        // Drawn before 5 and 6, committed after them.
        scene.sql(&letter(4, "2026-11-20 09:00:00")).await;
        assert_eq!(walk.on(&*poll).await, names([3, 4, 5, 6]), "{sort:?}: the last four rows");
        scene.sql(&letter(7, "2026-11-20 09:00:00")).await;
        assert_eq!(walk.on(&*poll).await, names([3, 4, 5, 6, 7]));
    }
}

#[tokio::test]
async fn a_row_that_is_committed_late_with_an_earlier_stamp_is_found() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = [letter(1, "2026-11-20 09:00:00"), letter(2, "2026-11-20 10:30:00.000002")];
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        let poll = scene.polling(by_time());
        let mut walk = Walk::default();
        assert_eq!(walk.on(&*poll).await, names([1, 2]));
        assert_eq!(walk.on(&*poll).await, names([2]), "{sort:?}: the hour before the newest stamp");
        scene
            .sql(&format!("{};{}", letter(3, "2026-11-20 09:30:00.000001"), letter(4, "2026-11-20 09:30:00.000002")))
            .await;
        assert_eq!(walk.on(&*poll).await, names([4, 2]), "{sort:?}: 3 is a microsecond beyond what is promised");
    }
}

#[tokio::test]
async fn a_row_that_changes_comes_again_with_what_it_says_now() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let mut options = by_time();
        options["version"] = json!("updated_at");
        let poll = scene.polling(options);
        let mut walk = Walk::default();
        walk.on(&*poll).await;
        scene.sql("UPDATE letters SET title = '改过', updated_at = '2026-11-20 11:00:00.5' WHERE id = 'L1'").await;
        assert_eq!(walk.on(&*poll).await, names([1]));
        let [first, second] = &walk.items[..] else { panic!("{:?}", walk.items.len()) };
        let (first, second) = (submission(first), submission(second));
        assert_eq!(second.document.reveal()["title"], "改过");
        assert!(first.version < second.version && first.raw != second.raw, "{sort:?}");
    }
}

#[tokio::test]
async fn a_stamp_far_in_the_future_hides_nothing() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2099-01-01 00:00:00"))).await;
        let poll = scene.polling(by_time());
        let mut walk = Walk::default();
        assert_eq!(walk.on(&*poll).await, names([1]));
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
        scene.sql(&letter(2, &now.strftime("%Y-%m-%d %H:%M:%S").to_string())).await;
        assert_eq!(walk.on(&*poll).await, names([2, 1]), "{sort:?}");
    }
}

#[tokio::test]
async fn rows_without_a_mark_and_without_a_number_stop_nobody() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let odd = "INSERT INTO letters VALUES (NULL, 9, 'a', '2026-11-20 09:00:01', '0'), ('X1', NULL, 'b', NULL, '0'), \
                   ('X2', NULL, 'c', NULL, '0'), ('X3', NULL, 'd', NULL, '0'), ('X4', NULL, 'e', NULL, '0')";
        let rows = [1, 2].map(|seq| letter(seq, &format!("2026-11-20 09:00:0{seq}")));
        scene.sql(&format!("{};{};{odd}", letters(sort), rows.join(";"))).await;
        for poll in [by_number(), by_time()] {
            let mut found = Walk::default().on(&*scene.polling(poll)).await;
            found.sort();
            let wanted = [
                "L1",
                "L2",
                "X1",
                "X2",
                "X3",
                "X4",
                "unreadable: in column `id`: the id is null, text or a whole number is needed",
            ];
            assert_eq!(found, wanted, "{sort:?}");
        }
    }
}

#[tokio::test]
async fn only_rows_that_hold_the_values_of_the_file_come_and_no_value_is_ever_a_statement() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = [1, 2, 3].map(|seq| letter(seq, "2026-11-20 09:00:00"));
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        scene.sql("UPDATE letters SET status = '1' WHERE seq = 2").await;
        let ask = async |filter: Value| {
            let poll = json!({ "from": "letters", "id": "id", "columns": ["title"], "where": filter });
            Walk::default().on(&*scene.polling(poll)).await
        };
        assert_eq!(ask(json!({ "status": "0" })).await, names([1, 3]));
        assert_eq!(ask(json!({ "status": ["0", "1"], "seq": [1, 2] })).await, names([1, 2]));
        for evil in ["0' OR '1'='1", "0'; DROP TABLE letters; --", "0\\' OR 1=1 -- ", "\"", "`"] {
            assert_eq!(ask(json!({ "status": evil })).await, Vec::<String>::new(), "{sort:?} {evil}");
        }
        assert_eq!(ask(json!({})).await.len(), 3, "the table is still there");
    }
}

#[tokio::test]
async fn names_are_names_whatever_stands_in_them() {
    for (sort, table, column) in
        [(Sort::Postgres, "\"来信\"\" ; drop\"", "\"编 号\"\"\""), (Sort::Maria, "`来信`` , drop`", "`编 号```")]
    {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("CREATE TABLE {table} ({column} varchar(20))")).await;
        scene.sql(&format!("INSERT INTO {table} VALUES ('一')")).await;
        let (table, column) = match sort {
            Sort::Postgres => ("来信\" ; drop", "编 号\""),
            Sort::Maria => ("来信` , drop", "编 号`"),
        };
        let poll = scene.polling(json!({ "from": table, "id": column }));
        assert_eq!(Walk::default().on(&*poll).await, ["一"]);
    }
}

#[tokio::test]
async fn a_cursor_gives_one_page_and_a_page_that_was_lost_is_asked_for_again() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = (1..=7).map(|seq| letter(seq, "2026-11-20 09:00:00")).collect::<Vec<_>>();
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        for poll in [by_number(), by_time()] {
            let poll = scene.polling(poll);
            let mut after = None;
            loop {
                let [first, second] =
                    [poll.poll(after.as_ref(), None).await.unwrap(), poll.poll(after.as_ref(), None).await.unwrap()];
                assert_eq!(
                    (crate::scene::ids(&first.items), &first.next),
                    (crate::scene::ids(&second.items), &second.next)
                );
                after = first.next;
                if !first.more {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_database_that_is_restarted_in_mid_walk_goes_on_where_it_was() {
    for sort in BOTH {
        let mut server = match sort {
            Sort::Postgres => Server::postgres(None).unwrap(),
            Sort::Maria => Server::maria(None).unwrap(),
        };
        let scene = Scene::at(sort, server.port(), "").await;
        let rows = (1..=7).map(|seq| letter(seq, "2026-11-20 09:00:00")).collect::<Vec<_>>();
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        let poll = scene.polling(by_time());
        let mut walk = Walk::default();
        walk.page(&*poll).await.unwrap();
        server.stop();
        for _ in 0..2 {
            let fault = walk.page(&*poll).await.unwrap_err();
            assert!(matches!(fault, Fault::Unavailable { reached: huiliu_contract::Reached::No, .. }), "{fault:?}");
        }
        server.start().unwrap();
        walk.on(&*poll).await;
        assert_eq!(crate::scene::ids(&walk.items), names(1..=7), "{sort:?}");
    }
}

#[tokio::test]
async fn the_rows_of_a_day_are_counted_by_their_numbers() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = (1..=7).map(|seq| letter(seq, &format!("2026-11-{} 23:59:59", if seq <= 5 { 20 } else { 21 })));
        scene.sql(&std::iter::once(letters(sort)).chain(rows).collect::<Vec<_>>().join(";")).await;
        let mut options = by_number();
        options["census"] = json!({ "column": "updated_at", "by": "submitted_at" });
        let census = scene.built(json!({ "poll": options })).census.unwrap();
        assert_eq!(census.by(), huiliu_contract::CountedBy::SubmittedAt);
        let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let counted = census.count(jiff::civil::date(2026, 11, 20), after.as_ref(), None).await.unwrap();
            ids.extend(counted.ids.unwrap().into_iter().map(|id| id.to_string()));
            pages += 1;
            match counted.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!((ids, pages), (names(1..=5), 2), "{sort:?}");
        let mut options = by_number();
        options["census"] = json!({ "column": "seq" });
        let wrong = scene
            .built(json!({ "poll": options }))
            .census
            .unwrap()
            .count(jiff::civil::date(2026, 11, 20), None, None)
            .await;
        assert!(wrong.unwrap_err().to_string().contains("poll.census.column"), "{sort:?}");
    }
}
