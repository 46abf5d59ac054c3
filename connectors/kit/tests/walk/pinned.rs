//! Pinned certificates: exactly these, whoever signed them, whatever they say; and no others.

use huiliu_contract::{Fault, Reached, Went};
use huiliu_kit::route::Pin;
use serde_json::{Value, json};

use crate::desk::{ask, failed, one, walk};
use crate::far::{Authority, Far, NAME, fine, own};

fn connect(far: &Far, pins: &[String]) -> Value {
    json!({ "url": far.by_name("https"), "resolve": { NAME: ["127.0.0.1"] }, "pin": pins })
}

#[tokio::test]
async fn the_pinned_one_is_trusted_by_either_digest_beside_an_old_one() {
    let identity = own(NAME, 2999);
    let pins = [Pin::of_certificate(&identity.der).spoken(), Pin::of_key(&identity.der).unwrap().to_string()];
    let far = Far::sealed(identity, fine()).await;
    let old = hex::encode([7; 32]);
    for pin in pins {
        for pins in [vec![pin.clone()], vec![old.clone(), pin.clone()]] {
            assert_eq!(ask(connect(&far, &pins)).await.unwrap(), 404);
            assert_eq!(one(&walk(connect(&far, &pins)).await, "certificate").went, Went::Right);
        }
    }
}

#[tokio::test]
async fn its_name_and_its_end_are_told_and_refuse_nothing() {
    let identity = own("box.factory", 2020);
    let pin = Pin::of_certificate(&identity.der).to_string();
    let far = Far::sealed(identity, fine()).await;
    assert_eq!(ask(connect(&far, std::slice::from_ref(&pin))).await.unwrap(), 404);
    let steps = walk(connect(&far, &[pin])).await;
    let step = one(&steps, "certificate");
    assert_eq!(step.went, Went::Mind);
    for told in ["the pinned one", "it has ended", "it does not name this host"] {
        assert!(step.said.en.contains(told), "{told}: {}", step.said.en);
    }
    assert_eq!(steps.last().unwrap().word, "clock");
}

#[tokio::test]
async fn another_one_is_refused_though_everybody_else_would_trust_it() {
    let authority = Authority::new();
    let far = Far::sealed(authority.signs(NAME, 2999), fine()).await;
    let mut connect = connect(&far, &[hex::encode([7; 32])]);
    connect["ca_file"] = json!(authority.path());
    let fault = ask(connect.clone()).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { reached: Reached::No, .. }), "{fault}");
    assert!(fault.to_string().contains("none of those in `pin`"), "{fault}");
    let (word, said, _) = failed(&walk(connect).await);
    assert!(word == "certificate" && said.contains("somebody stands in between"), "{said}");
    assert_eq!(far.seen(), vec![]);
}

#[tokio::test]
async fn what_the_walk_prints_is_what_can_be_written() {
    let far = Far::sealed(own(NAME, 2999), fine()).await;
    let (_, _, remedy) = failed(&walk(connect(&far, &[])).await);
    let pin = remedy.split("pin = [\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(ask(connect(&far, &[pin])).await.unwrap(), 404, "{remedy}");
}

#[tokio::test]
async fn the_holder_of_the_certificate_alone_is_not_enough() {
    // Somebody in between shows the right certificate and has not its key.
    let (right, other) = (own(NAME, 2999), own(NAME, 2999));
    let pin = Pin::of_certificate(&right.der).to_string();
    let far = Far::showing(right.der, other, fine()).await;
    assert!(ask(connect(&far, std::slice::from_ref(&pin))).await.is_err());
    assert_eq!(failed(&walk(connect(&far, &[pin])).await).0, "tls");
    assert_eq!(far.seen(), vec![]);
}

#[tokio::test]
async fn other_hosts_of_the_same_line_are_judged_as_ever() {
    let (pinned, stranger) = (own(NAME, 2999), own("other.test", 2999));
    let pin = Pin::of_certificate(&pinned.der).to_string();
    let other = Far::sealed(stranger, fine()).await;
    let line = crate::desk::line(json!({
        "url": format!("https://{NAME}/"), "allow_hosts": ["other.test"], "resolve": { "other.test": ["127.0.0.1"] },
        "pin": [pin],
    }));
    let url = format!("https://other.test:{}/", other.at.port()).parse().unwrap();
    assert!(line.client.send(line.client.request(http::Method::GET, url)).await.is_err());
    assert_eq!(other.seen(), vec![]);
}
