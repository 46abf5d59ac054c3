//! What goes wrong, sorted by what to do next, and named.

use std::time::{Duration, Instant};

use huiliu_contract::{Fault, Reached};
use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, Sort, letter, letters};

async fn fault(scene: &Scene, options: Value) -> Fault {
    scene.built(options).poll.unwrap().poll(None, None).await.unwrap_err()
}

fn polled() -> Value {
    json!({ "from": "letters", "id": "id" })
}

#[tokio::test]
async fn who_is_not_let_in_is_denied() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&letters(sort)).await;
        for connect in [
            json!({ "password": { "env": "OTHER" } }),
            json!({ "user": "nobody_here" }),
            json!({ "database": "no_such_database" }),
        ] {
            let fault = fault(&scene, json!({ "connect": connect, "poll": polled() })).await;
            assert_eq!(fault.word(), "denied", "{sort:?} {connect}: {fault}");
            assert!(!fault.to_string().contains("nobody_here"), "what the database said stays apart: {fault}");
        }
    }
}

#[tokio::test]
async fn who_may_not_read_is_denied() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let who = format!("blind_{}", scene.name);
        scene.sql(&letters(sort)).await;
        scene
            .sql(&match sort {
                Sort::Postgres => format!("CREATE ROLE {who} LOGIN PASSWORD 'another-password'"),
                Sort::Maria => format!(
                    "CREATE USER {who} IDENTIFIED BY 'another-password'; CREATE TABLE open_to_all (a int);
                     GRANT SELECT ON {}.open_to_all TO {who}",
                    scene.name
                ),
            })
            .await;
        let connect = json!({ "user": who, "password": { "env": "OTHER" } });
        let fault = fault(&scene, json!({ "connect": connect, "poll": polled() })).await;
        assert_eq!(fault.word(), "denied", "{sort:?}: {fault}");
    }
}

#[tokio::test]
async fn a_view_or_a_column_that_is_not_there_is_named_with_those_that_are() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let told = async |poll: Value| {
            let fault = fault(&scene, json!({ "poll": poll })).await;
            assert_eq!(fault.word(), "malformed", "{fault}");
            fault.to_string()
        };
        let text = told(json!({ "from": "lettres", "id": "id" })).await;
        assert!(text.contains("there is no table or view `lettres` (poll.from"), "{text}");
        let text = told(json!({ "from": "letters", "id": "nr" })).await;
        assert!(
            text.contains("`letters` has no column `nr` (poll.id); it has id, seq, title, updated_at, status"),
            "{text}"
        );
        let text = told(json!({ "from": "letters", "id": "id", "columns": ["titel", "seq"] })).await;
        assert!(text.contains("`letters` has no column `titel`; it has id, seq, title"), "{sort:?}: {text}");
        let text = told(json!({ "from": "letters", "id": "id", "where": { "stat": "0" } })).await;
        assert!(text.contains("`letters` has no column `stat`; it has"), "{text}");
        let text = told(json!({ "from": "letters", "id": "id", "version": "v" })).await;
        assert!(text.contains("no column `v` (poll.version)"), "{text}");
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_certainly_not_reached() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let fault = fault(&scene, json!({ "connect": { "port": 1 }, "poll": polled() })).await;
        assert!(matches!(fault, Fault::Unavailable { reached: Reached::No, .. }), "{fault:?}");
        assert!(fault.to_string().contains("no connection"), "{fault}");
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let sleeping = match sort {
            Sort::Postgres => "CREATE VIEW letters AS SELECT '1' AS id, CAST(pg_sleep(30) AS text) AS a",
            Sort::Maria => "CREATE VIEW letters AS SELECT '1' AS id, sleep(30) AS a",
        };
        scene.sql(sleeping).await;
        let fault = fault(&scene, json!({ "connect": { "timeout": "1s" }, "poll": polled() })).await;
        assert_eq!(fault.word(), "unavailable", "{sort:?}: {fault}");
    }
}

#[tokio::test]
async fn a_session_that_the_database_ended_meanwhile_is_opened_anew() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let poll = scene.polling(polled());
        poll.poll(None, None).await.unwrap();
        let end = match sort {
            Sort::Postgres => {
                "SELECT concat(count(pg_terminate_backend(pid)), '') FROM pg_stat_activity WHERE application_name = 'huiliu' AND datname = current_database()"
                    .to_owned()
            }
            // The server calls a session idle only a moment after its last row has gone out, and those of the scene linger a
            // moment after they were closed.
            Sort::Maria => {
                let id = format!(
                    "SELECT IF(count(*) = 1 AND min(command) = 'Sleep', concat(min(id), ''), NULL) FROM information_schema.processlist WHERE db = '{}' AND id <> connection_id()",
                    scene.name
                );
                let limit = Instant::now() + Duration::from_secs(20);
                loop {
                    if let Some(idle) = scene.one(&id).await {
                        break format!("KILL {idle}");
                    }
                    assert!(Instant::now() < limit, "no idle session of the connector within 20 s");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        match sort {
            Sort::Postgres => assert_eq!(scene.one(&end).await.unwrap(), "1"),
            Sort::Maria => scene.sql(&end).await,
        }
        assert_eq!(poll.poll(None, None).await.unwrap().items.len(), 1, "{sort:?}");
    }
}
