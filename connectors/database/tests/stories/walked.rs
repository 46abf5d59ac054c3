//! `check --online` walks to a database: the port, TLS, the login, the rights, and the first row by a preview.

use std::time::Duration;

use huiliu_contract::{Step, Went};
use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, Sort, letters, signed};

const LIMIT: Duration = Duration::from_secs(20);

async fn walk(scene: &Scene, connect: Value, back: bool) -> Vec<Step> {
    let mut options = json!({ "connect": connect, "poll": { "from": "letters", "id": "id" } });
    if back {
        options["return"] = json!({ "closed": { "statement": "UPDATE letters SET status = '9' WHERE id = {id}" } });
    }
    let connector = scene.built(options);
    let [far] = &connector.far[..] else { panic!("one far side") };
    assert!(far.is_polled());
    let mut steps = far.walk(LIMIT).await;
    if !steps.iter().any(Step::ends) {
        steps.extend(far.log_in(LIMIT).await);
    }
    steps
}

fn words(steps: &[Step]) -> Vec<(&'static str, &'static str)> {
    steps.iter().map(|step| (step.word, step.went.word())).collect()
}

#[tokio::test]
async fn every_step_is_told_and_an_account_that_may_too_much_is_minded() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&letters(sort)).await;
        let who = format!("reader_{}", scene.name);
        let name = &scene.name;
        let grants = match sort {
            Sort::Postgres => {
                format!("CREATE ROLE {who} LOGIN PASSWORD 'another-password'; GRANT SELECT ON letters TO {who}")
            }
            Sort::Maria => {
                format!("CREATE USER {who} IDENTIFIED BY 'another-password'; GRANT SELECT ON {name}.letters TO {who}")
            }
        };
        scene.sql(&grants).await;
        let tls = json!({ "tls": "require", "ca_file": signed().ca_file });
        let mut reader = tls.clone();
        reader["user"] = json!(who);
        reader["password"] = json!({ "env": "OTHER" });
        let right =
            [("route", "right"), ("port", "right"), ("tls", "right"), ("certificate", "right"), ("login", "right")];
        assert_eq!(words(&walk(&scene, reader.clone(), false).await), right, "{sort:?}");

        let more = match sort {
            Sort::Postgres => format!("GRANT UPDATE ON letters TO {who}"),
            Sort::Maria => format!("GRANT UPDATE ON {name}.letters TO {who}"),
        };
        scene.sql(&more).await;
        let steps = walk(&scene, reader.clone(), false).await;
        let last = steps.last().unwrap();
        assert!(last.went == Went::Mind && last.said.en.contains("only reads, and the account may write"), "{last:?}");
        assert_eq!(words(&walk(&scene, reader, true).await), right, "{sort:?}: it has something to write");

        let steps = walk(&scene, tls, true).await;
        let last = steps.last().unwrap();
        assert!(last.went == Went::Mind && last.said.en.contains("administrator"), "{sort:?} {last:?}");
    }
}

#[tokio::test]
async fn what_fails_ends_the_walk_and_says_what_helps() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&letters(sort)).await;
        let other = match sort {
            Sort::Postgres => Scene::new(Sort::Maria).await,
            Sort::Maria => Scene::new(Sort::Postgres).await,
        };
        for (connect, word) in [
            (json!({ "port": 1 }), "port"),
            (json!({ "tls": "require" }), "certificate"),
            (json!({ "port": other.port, "timeout": "1s" }), "tls"),
            (json!({ "password": { "env": "OTHER" } }), "login"),
        ] {
            // What says nothing by itself is waited for no longer than one may.
            let connector = scene.built(json!({ "connect": connect, "poll": { "from": "letters", "id": "id" } }));
            let limit = Duration::from_secs(2);
            let mut steps = connector.far[0].walk(limit).await;
            if !steps.iter().any(Step::ends) {
                steps.extend(connector.far[0].log_in(LIMIT).await);
            }
            let last = steps.last().unwrap();
            assert_eq!((last.word, last.went), (word, Went::Wrong), "{sort:?} {connect}: {steps:?}");
            assert!(last.remedy.is_some(), "{last:?}");
        }
        let steps = walk(&scene, json!({}), false).await;
        let tls = steps.iter().find(|step| step.word == "tls").unwrap();
        assert!(tls.went == Went::Mind && tls.said.en.contains("off here"), "{tls:?}");
    }
}
