//! By which way requests leave: what the walk sees and what the client does is the same.

use huiliu_contract::{Reached, Went};
use huiliu_farside::proxy::Proxy;
use huiliu_kit::fetch::{Barred, Borders, Halt, open};
use huiliu_kit::route::{Pin, Route};
use serde_json::json;

use crate::desk::{ask, failed, one, walk, went};
use crate::far::{Authority, Far, NAME, answer, fine, own};

#[tokio::test]
async fn through_a_proxy_goes_everything_and_names_are_its_affair() {
    let authority = Authority::new();
    let far = Far::sealed(authority.signs("localhost", 2999), fine()).await;
    let proxy = Proxy::start(Some(("clerk", "ge%h:e@im"))).await.unwrap();
    let target = format!("localhost:{}", far.at.port());
    let connect = json!({
        "url": format!("https://{target}/api"), "ca_file": authority.path(),
        "proxy": { "url": format!("http://{}", proxy.addr()), "user": "clerk", "password": { "env": "ge%h:e@im" } },
    });
    assert_eq!(ask(connect.clone()).await.unwrap(), 404);
    assert_eq!(proxy.asked(), std::slice::from_ref(&target));
    let steps = walk(connect.clone()).await;
    let words = ["route", "port", "proxy", "tls", "certificate", "http", "clock"].map(|word| (word, Went::Right));
    assert_eq!(went(&steps), words);
    assert_eq!(proxy.asked().len(), 3, "the walk's own connection, and its request");
    assert_eq!(far.seen().len(), 2);

    let mut wrong = connect;
    wrong["proxy"]["password"] = json!({ "env": "falsch" });
    let fault = ask(wrong.clone()).await.unwrap_err();
    assert!(matches!(fault, huiliu_contract::Fault::Unavailable { reached: Reached::No, .. }), "{fault}");
    let steps = walk(wrong).await;
    let (word, said, _) = failed(&steps);
    assert!(word == "proxy" && !format!("{steps:?}{fault:?}").contains("falsch"), "{said}");
    assert_eq!(far.seen().len(), 2, "nothing went past the proxy");
}

#[tokio::test]
async fn what_goes_in_clear_is_asked_of_the_proxy_in_full() {
    let far = Far::plain(fine()).await;
    let proxy = Proxy::start(Some(("clerk", "ge%h:e@im"))).await.unwrap();
    let url = format!("http://{}/api", far.at);
    let through = |password: &str| {
        json!({
            "url": url,
            "proxy": { "url": format!("http://{}", proxy.addr()), "user": "clerk", "password": { "env": password } },
        })
    };
    assert_eq!(ask(through("ge%h:e@im")).await.unwrap(), 404);
    assert_eq!(proxy.asked(), std::slice::from_ref(&url));
    let steps = walk(through("falsch")).await;
    assert!(failed(&steps).0 == "http" && failed(&steps).2.contains("`password`"), "{steps:?}");
}

#[tokio::test]
async fn socks_is_told_an_address_that_was_looked_up_here() {
    let authority = Authority::new();
    let far = Far::sealed(authority.signs(NAME, 2999), fine()).await;
    let proxy = Proxy::start(None).await.unwrap();
    let connect = json!({
        "url": far.by_name("https"), "ca_file": authority.path(), "resolve": { NAME: ["127.0.0.1"] },
        "proxy": { "url": format!("socks5://{}", proxy.addr()) },
    });
    assert_eq!(ask(connect.clone()).await.unwrap(), 404);
    assert_eq!(proxy.asked(), [far.at.to_string()]);
    let steps = walk(connect).await;
    assert!(steps.iter().all(|step| step.went == Went::Right), "{steps:?}");
    assert_eq!(proxy.asked(), vec![far.at.to_string(); 3]);
}

#[tokio::test]
async fn a_proxy_that_is_away_is_not_gone_around() {
    let far = Far::plain(fine()).await;
    let connect = json!({ "url": format!("http://{}/", far.at), "proxy": { "url": "http://127.0.0.1:9" } });
    assert!(ask(connect.clone()).await.is_err());
    assert_eq!(failed(&walk(connect).await).0, "port");
    assert_eq!(far.seen(), vec![]);
}

#[tokio::test]
async fn names_lead_where_the_file_says_and_requests_leave_from_where_it_says() {
    let far = Far::plain(fine()).await;
    let connect = json!({ "url": far.by_name("http"), "resolve": { NAME: ["127.0.0.1"] }, "bind": "127.0.0.2" });
    assert_eq!(ask(connect.clone()).await.unwrap(), 404);
    let steps = walk(connect).await;
    assert!(one(&steps, "route").said.en.contains("from 127.0.0.2"), "{steps:?}");
    let seen = far.seen();
    assert_eq!(seen.len(), 2);
    for (from, head) in seen {
        assert_eq!(from.ip().to_string(), "127.0.0.2");
        assert!(head.contains(&format!("host: {NAME}:")), "{head}");
    }
    assert!(ask(json!({ "url": far.by_name("http") })).await.is_err(), "nobody else knows that name");
}

#[tokio::test]
async fn files_go_by_the_same_way_and_through_no_proxy() {
    let identity = own(NAME, 2999);
    let pin = Pin::of_certificate(&identity.der).to_string();
    let far = Far::sealed(identity, answer("200 OK", "", 0)).await;
    let link = far.by_name("https");
    let borders = || Borders::new([], [NAME.to_owned()]);
    let table = json!({
        "url": link, "pin": [pin], "resolve": { NAME: ["127.0.0.1"] }, "bind": "127.0.0.2",
        "proxy": { "url": "http://127.0.0.1:9" },
    });
    let idle = std::time::Duration::from_secs(20);
    assert!(open(&link, &borders().by(Route::for_files(&table, "/".as_ref())), idle).await.is_ok());
    assert_eq!(far.seen()[0].0.ip().to_string(), "127.0.0.2");
    let mut another = table;
    another["pin"] = json!([hex::encode([7; 32])]);
    assert!(open(&link, &borders().by(Route::for_files(&another, "/".as_ref())), idle).await.is_err());
    // Whoever wrote an address into `resolve` has not said that it may be a private one.
    let named = Borders::new([NAME.to_owned()], []).by(Route::for_files(&another, "/".as_ref()));
    let halt = open(&link, &named, idle).await.map(|_| ()).unwrap_err();
    assert!(matches!(halt, Halt::Barred(Barred::PrivateAddress)), "{halt:?}");
    assert_eq!(far.seen().len(), 1);
}
