//! What guards both sides: reading that cannot write, TLS that trusts nobody else, secrets that do not show.

use std::sync::{Arc, Mutex};

use huiliu_contract::{ConnectorKind, Fault};
use huiliu_database::Database;
use huiliu_farside::servers::{PASSWORD, Server};
use huiliu_farside::site::Premises;
use huiliu_kit::route::Pin;
use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, Sort, Walk, letter, letters, signed};

#[tokio::test]
async fn what_only_reads_is_refused_by_the_database_when_it_writes() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        // A view that writes when it is read, as only a view of the far side could make us do.
        scene.sql("CREATE TABLE traces (a int)").await;
        match sort {
            Sort::Postgres => {
                scene
                    .sql(
                        "CREATE FUNCTION trace() RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO traces VALUES (1) RETURNING '1' $$;
                         CREATE VIEW letters AS SELECT trace() AS id;
                         CREATE VIEW told AS SELECT current_setting('transaction_read_only') AS id",
                    )
                    .await;
            }
            Sort::Maria => {
                let mut conn = scene.maria().await;
                use mysql_async::prelude::Queryable;
                for text in [
                    "CREATE FUNCTION trace() RETURNS varchar(9) NOT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO traces VALUES (1); RETURN '1'; END",
                    "CREATE VIEW letters AS SELECT trace() AS id",
                    "CREATE VIEW told AS SELECT 'on' AS id",
                ] {
                    conn.query_drop(text).await.unwrap();
                }
            }
        }
        let fault = scene.polling(json!({ "from": "letters", "id": "id" })).poll(None, None).await.unwrap_err();
        assert!(
            matches!(&fault, Fault::Denied { .. }) && fault.to_string().contains("reading only"),
            "{sort:?}: {fault}"
        );
        assert_eq!(scene.one("SELECT concat(count(*), '') FROM traces").await.unwrap(), "0");
        let poll = scene.polling(json!({ "from": "told", "id": "id" }));
        assert_eq!(Walk::default().on(&*poll).await, ["on"]);
    }
}

async fn asked(scene: &Scene, connect: Value) -> Result<usize, Fault> {
    let connector = scene.built(json!({ "connect": connect, "poll": { "from": "letters", "id": "id" } }));
    connector.poll.unwrap().poll(None, None).await.map(|page| page.items.len())
}

#[tokio::test]
async fn tls_is_spoken_with_who_is_trusted_and_with_nobody_else() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let ca = &signed().ca_file;
        assert_eq!(asked(&scene, json!({ "tls": "require", "ca_file": ca })).await.unwrap(), 1, "{sort:?}");
        let resolve = json!({ "db.gov.cn": ["127.0.0.1"] });
        for connect in [
            // The system knows nobody who signed this.
            json!({ "tls": "require" }),
            // The certificate is of another name.
            json!({ "tls": "require", "ca_file": ca, "host": "db.gov.cn", "resolve": resolve }),
        ] {
            let fault = asked(&scene, connect.clone()).await.unwrap_err();
            assert_eq!(fault.word(), "unavailable", "{sort:?} {connect}: {fault}");
            assert!(fault.to_string().contains("certificate"), "{fault}");
        }
        let named = json!({ "tls": "require", "ca_file": ca, "host": "localhost" });
        assert_eq!(asked(&scene, named).await.unwrap(), 1, "{sort:?}");
    }
}

#[tokio::test]
async fn a_pinned_certificate_needs_nobody_elses_word() {
    let scene = Scene::new(Sort::Postgres).await;
    scene.sql(&format!("{};{}", letters(Sort::Postgres), letter(1, "2026-11-20 09:00:00"))).await;
    let pin = Pin::of_certificate(&signed().der).to_string();
    let resolve = json!({ "db.gov.cn": ["127.0.0.1"] });
    let own = json!({ "tls": "require", "pin": [pin], "host": "db.gov.cn", "resolve": resolve });
    assert_eq!(asked(&scene, own).await.unwrap(), 1);
    let other = Pin::of_certificate(b"another").to_string();
    assert_eq!(asked(&scene, json!({ "tls": "require", "pin": [other] })).await.unwrap_err().word(), "unavailable");
}

#[tokio::test]
async fn a_database_without_tls_is_not_spoken_with_where_tls_is_required() {
    for sort in BOTH {
        let server = match sort {
            Sort::Postgres => Server::postgres(None),
            Sort::Maria => Server::maria(None),
        };
        let server = server.unwrap();
        let scene = Scene::at(sort, server.port(), "").await;
        let fault = asked(&scene, json!({ "tls": "require", "ca_file": signed().ca_file })).await.unwrap_err();
        assert!(fault.word() == "denied" && fault.to_string().contains("speaks no TLS"), "{sort:?}: {fault}");
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_and_nothing_personal_shows() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        scene.sql("UPDATE letters SET title = '诉求人七 13800000007'").await;
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let caught = tracing::subscriber::set_default(log);
        let site = Premises::new().with("PASSWORD", PASSWORD);
        let mut shown = String::new();
        let statement = "UPDATE letters SET seq = {public_reply} WHERE id = {id}";
        for (port, user) in [(scene.port, "admin"), (scene.port, "somebody"), (1, "admin")] {
            let mut connect = scene.connect();
            connect["port"] = json!(port);
            connect["user"] = json!(user);
            let options = json!({
                "connect": connect, "poll": { "from": "letters", "id": "id" },
                "return": { "replied": { "statement": statement } },
            });
            let connector = Database::build(serde_json::from_value(options).unwrap(), &site).unwrap();
            shown += &format!("{connector:?}");
            shown += &format!("{:?}", connector.poll.as_ref().unwrap().poll(None, None).await);
            let outlet = connector.outlet.unwrap();
            let parcel = crate::answers::parcel(&*outlet, "L1", &crate::answers::replied("诉求人七 13800000007"));
            // A text where a number is wanted: the database quotes it in what it says.
            shown += &format!("{parcel:?} {:?}", outlet.send(&parcel, "k").await);
        }
        drop(caught);
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        for word in [PASSWORD, "13800000007", "诉求人"] {
            assert!(!shown.contains(word), "{sort:?}: {word} shows in {shown}");
            assert!(!logged.contains(word), "{sort:?}: {word} shows in a log line");
        }
    }
}
