//! Every type that such views use, as the document has it.

use serde_json::json;

use crate::scene::{BOTH, Scene, Sort, Walk, submission};

#[tokio::test]
async fn every_type_of_postgresql_is_read_exactly() {
    let scene = Scene::new(Sort::Postgres).await;
    scene
        .sql(
            "CREATE TYPE mood AS ENUM ('好', '差');
             CREATE DOMAIN county AS varchar(6);
             CREATE TABLE t (id uuid, a char(6), b varchar(9), c text, d smallint, e bigint, f numeric(30,4), g real,
                 h double precision, i boolean, j date, k timestamp, l timestamptz, m json, n jsonb, o bytea, p mood, q int[],
                 r text[], s inet, u interval, v time, w bit(3), x county, y bigint, z money);
             SET TIME ZONE 'UTC';
             INSERT INTO t VALUES ('7f000001-0000-4000-8000-000000000001', 'ab', ' c ', '多\n行', 7, 9007199254740993,
                 12345678901234567890.5000, 0.1, 1e300, true, '2026-02-28', '2026-11-20 09:02:03.120000',
                 '2026-11-20 09:02:03+00', '{\"b\": 1, \"a\": [null]}', '{\"z\": 1}', '\\x00ff', '好', '{1,NULL,3}', '{a,\"b,c\"}',
                 '10.1.2.3', '1 day 02:00', '08:30', B'101', '430424', 42, 12.3);",
        )
        .await;
    let poll = scene.polling(json!({ "from": "public.t", "id": "id" }));
    let mut walk = Walk::default();
    walk.on(&*poll).await;
    let wanted = json!({
        "id": "7f000001-0000-4000-8000-000000000001", "a": "ab", "b": " c ", "c": "多\n行", "d": 7, "e": "9007199254740993",
        "f": "12345678901234567890.5000", "g": 0.1, "h": 1e300, "i": true, "j": "2026-02-28",
        "k": "2026-11-20 09:02:03.12", "l": "2026-11-20 17:02:03+08:00", "m": { "b": 1, "a": [null] }, "n": { "z": 1 },
        "o": "AP8=", "p": "好", "q": [1, null, 3], "r": ["a", "b,c"], "s": "10.1.2.3/32", "u": "1 day 02:00:00", "v": "08:30:00",
        "w": "101", "x": "430424", "y": 42, "z": "$12.30",
    });
    assert_eq!(*submission(&walk.items[0]).document.reveal(), wanted);
}

#[tokio::test]
async fn every_type_of_mysql_is_read_exactly() {
    let scene = Scene::new(Sort::Maria).await;
    scene
        .sql(
            "CREATE TABLE t (id bigint unsigned, a char(6), b varchar(9), c text, d tinyint(1), e bigint, f decimal(30,4), g float,
                 h double, i bit(3), j date, k datetime(6), l timestamp(3), m year, n enum('好','差'), o blob, p set('a','b'),
                 q time(1), r varbinary(2), s mediumint unsigned, u longtext) DEFAULT CHARSET utf8mb4;
             SET time_zone = '+00:00';
             INSERT INTO t VALUES (18446744073709551615, 'ab', ' c ', '多\n行', 2, -9007199254740993, 12345678901234567890.5, 0.1,
                 1e300, b'101', '2026-02-28', '2026-11-20 09:02:03.12', '2026-11-20 09:02:03', 2026, '好', x'00ff', 'a,b',
                 '-25:00:00.5', x'0102', 7, NULL);
             SET sql_mode = '';
             INSERT INTO t (id, j, k, l) VALUES (2, '0000-00-00', '2026-00-00', 0)",
        )
        .await;
    let poll = scene.polling(json!({ "from": "t", "id": "id" }));
    let mut walk = Walk::default();
    assert_eq!(walk.on(&*poll).await, ["2", "18446744073709551615"]);
    let wanted = json!({
        "id": "18446744073709551615", "a": "ab", "b": " c ", "c": "多\n行", "d": 2, "e": "-9007199254740993",
        "f": "12345678901234567890.5000", "g": 0.1, "h": 1e300, "i": 5, "j": "2026-02-28", "k": "2026-11-20 09:02:03.12",
        "l": "2026-11-20 17:02:03+08:00", "m": 2026, "n": "好", "o": "AP8=", "p": "a,b", "q": "-25:00:00.5", "r": "AQI=", "s": 7,
        "u": null,
    });
    assert_eq!(*submission(&walk.items[1]).document.reveal(), wanted);
    let undated = submission(&walk.items[0]).document.reveal();
    assert_eq!([&undated["j"], &undated["k"], &undated["l"]], [&json!(null); 3]);
}

#[tokio::test]
async fn marks_of_every_sort_order_rows_and_are_found_again() {
    for sort in BOTH {
        let (instant, number) = match sort {
            Sort::Postgres => ("timestamptz", "numeric(20)"),
            Sort::Maria => ("timestamp(6) NULL", "decimal(20)"),
        };
        let scene = Scene::new(sort).await;
        scene.sql(&format!("CREATE TABLE t (id int, a {instant}, b date, c {number}, d varchar(9), e bigint)")).await;
        for row in 1..=5 {
            let (huge, big) = (10_000_000_000_000_000_000u64 + row, 9_007_199_254_740_992u64 + row);
            scene
                .sql(&format!("INSERT INTO t VALUES ({row}, '2026-11-20 09:00:00.00000{row}', '2026-11-2{row}', {huge}, 'S{row}', {big})"))
                .await;
        }
        for (by, column) in [("time", "a"), ("time", "b"), ("id", "c"), ("id", "d"), ("id", "e")] {
            let mut since = json!({ "by": by, "column": column });
            match by {
                "time" => since["lookback"] = json!("1s"),
                _ => since["rows_back"] = json!(1),
            }
            let poll = scene.polling(json!({ "from": "t", "id": "id", "page": 2, "since": since }));
            let mut walk = Walk::default();
            assert_eq!(walk.on(&*poll).await, ["1", "2", "3", "4", "5"], "{sort:?} {column}");
            let again = walk.on(&*poll).await;
            let wanted: &[&str] = match column {
                "a" => &["1", "2", "3", "4", "5"],
                "b" => &["4", "5"],
                _ => &["5"],
            };
            assert_eq!(again, wanted, "{sort:?} {column}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_ordered_is_named_with_its_column() {
    let scene = Scene::new(Sort::Maria).await;
    scene.sql("CREATE TABLE t (id int, place point, title text, at text)").await;
    let fault = |poll: serde_json::Value| {
        let poll = scene.polling(poll);
        async move { poll.poll(None, None).await.unwrap_err().to_string() }
    };
    let told = fault(json!({ "from": "t", "id": "id" })).await;
    assert!(told.contains("the column `place` of `t` is of type geometry"), "{told}");
    let told =
        fault(json!({ "from": "t", "id": "id", "columns": ["title"], "since": { "by": "time", "column": "at" } }))
            .await;
    assert!(told.contains("`at` (poll.since.column) holds text; days or times"), "{told}");
}
