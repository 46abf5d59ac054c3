//! Names, routes and ports; HTTP and clocks.

use std::time::Duration;

use huiliu_contract::Went;
use serde_json::json;
use tokio::net::TcpListener;

use crate::desk::{failed, one, walk, walk_within, went};
use crate::far::{Far, NAME, answer, fine};

#[tokio::test]
async fn a_plain_far_side_is_walked_to_its_clock_and_asked_once_without_who_we_are() {
    let far = Far::plain(fine()).await;
    let connect = json!({
        "url": format!("http://{}/api", far.at), "auth": { "bearer": { "env": "geheim" } },
    });
    let steps = walk(connect).await;
    let right = ["route", "port", "http", "clock"].map(|word| (word, Went::Right));
    assert_eq!(went(&steps), right);
    assert_eq!(one(&steps, "http").said.en, "status 404, Tomcat");
    let seen = far.seen();
    assert!(seen.len() == 1 && seen[0].1.starts_with("GET /api ") && !seen[0].1.contains("geheim"), "{seen:?}");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_the_first_thing_that_fails() {
    // `.invalid` never has an address (RFC 6761).
    let steps = walk(json!({ "url": "http://far.invalid/api" })).await;
    let (word, said, remedy) = failed(&steps);
    assert!(word == "name" && said.contains("far.invalid") && remedy.contains("`resolve`"), "{said}: {remedy}");
    assert_eq!(steps.len(), 1);
}

#[tokio::test]
async fn a_closed_port_is_no_missing_route() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let steps = walk(json!({ "url": format!("http://{at}/") })).await;
    assert_eq!(went(&steps), [("route", Went::Right), ("port", Went::Wrong)]);
    assert!(failed(&steps).1.contains("refused"), "{steps:?}");
}

#[tokio::test]
async fn what_takes_a_connection_and_never_answers_is_told_by_the_step_that_waited() {
    // The system takes the connection; nobody ever does anything with it.
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = hole.local_addr().unwrap();
    for (scheme, step) in [("http", "http"), ("https", "tls")] {
        let steps = walk_within(json!({ "url": format!("{scheme}://{at}/") }), Duration::from_millis(200)).await;
        let (word, said, _) = failed(&steps);
        assert!(word == step && said.contains("within"), "{steps:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_named() {
    let far = Far::plain(fine()).await;
    let steps = walk(json!({ "url": format!("http://{}/", far.at), "bind": "192.0.2.77" })).await;
    let (word, said, _) = failed(&steps);
    assert!(word == "route" && said.contains("192.0.2.77"), "{steps:?}");
    let steps = walk(json!({ "url": format!("http://{}/", far.at), "bind": "::1" })).await;
    assert!(failed(&steps).1.contains("family"), "{steps:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_both_ways() {
    for (off, word) in [(300, "ahead of"), (-300, "behind")] {
        let far = Far::plain(answer("200 OK", "", off)).await;
        let steps = walk(json!({ "url": format!("http://{}/", far.at) })).await;
        let clock = one(&steps, "clock");
        assert!(clock.went == Went::Mind && clock.said.en.contains(word), "{clock:?}");
    }
}

#[tokio::test]
async fn what_stands_in_front_is_not_the_far_side() {
    let far = Far::plain(answer("503 Service Unavailable", "", 0)).await;
    assert_eq!(failed(&walk(json!({ "url": format!("http://{}/", far.at) })).await).0, "http");
    let far = Far::plain(answer("302 Found", "location: http://login.elsewhere.example/sso\r\n", 0)).await;
    let steps = walk(json!({ "url": format!("http://{}/", far.at) })).await;
    let http = one(&steps, "http");
    assert!(http.went == Went::Mind && http.said.en.contains("login.elsewhere.example"), "{http:?}");
    let known = json!({ "url": format!("http://{}/", far.at), "allow_hosts": ["login.elsewhere.example"] });
    assert_eq!(one(&walk(known).await, "http").went, Went::Right);
}

#[tokio::test]
async fn what_speaks_no_http_is_told() {
    let far = Far::plain("+OK POP3 ready\r\n".into()).await;
    assert_eq!(failed(&walk(json!({ "url": format!("http://{}/", far.at) })).await).0, "http");
    let name = json!({ "url": far.by_name("http"), "resolve": { NAME: ["127.0.0.1"] } });
    assert!(one(&walk(name).await, "name").said.en.contains("by `resolve`"));
}
