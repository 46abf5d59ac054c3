//! A platform that answers in XML: pages become items as JSON ones do, and what cannot be read is named.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use huiliu_contract::{ConnectorKind, Fault, Item, Page};
use huiliu_farside::port::Port;
use huiliu_farside::site::Premises;
use huiliu_rest::Rest;
use serde_json::{Value, json};

/// Asks a platform once that answers this.
async fn asked(answer: &'static [u8]) -> Result<Page, Fault> {
    let router = Router::new().route("/list", get(move || async move { ([(CONTENT_TYPE, "text/xml")], answer) }));
    let port = Port::open(router, ([127, 0, 0, 1], 0).into()).await.unwrap();
    let options = json!({
        "connect": { "url": format!("http://{}", port.addr()) },
        "poll": {
            "format": "xml", "xml": { "lists": ["/response/rows/row"] },
            "list": { "get": "/list", "items": "/response/rows/row", "id": "no", "total": "/response/@total" },
            "success": { "at": "/response/code", "is": [0] },
        },
    });
    let connector = Rest::build(serde_json::from_value(options).unwrap(), &Premises::new()).unwrap();
    connector.poll.unwrap().poll(None, None).await
}

#[tokio::test]
async fn pages_of_one_and_of_none_are_lists() {
    let page = asked(
        b"<?xml version='1.0' encoding='GB2312'?><response total='1'><code>0</code><rows>\
          <row><no>A1</no><title>\xc2\xb7\xb5\xc6</title></row></rows></response>",
    );
    let [Item::Submission(item)] = &page.await.unwrap().items[..] else { panic!("one item was expected") };
    assert_eq!(*item.document.reveal(), json!({ "no": "A1", "title": "路灯" }));
    assert_eq!(&item.raw.bytes.reveal()[..], item.document.reveal().to_string().as_bytes());
    let none = asked(b"<response total='0'><code>0</code><rows/></response>").await.unwrap();
    assert!(none.items.is_empty() && !none.more);
}

#[tokio::test]
async fn what_is_no_success_no_xml_or_cut_is_told_apart() {
    for (answer, word) in [
        (&b"<response><code>9</code><rows/></response>"[..], "malformed"),
        (b"<!DOCTYPE response><response total='0'><code>0</code><rows/></response>", "malformed"),
        (b"{\"code\":0}", "malformed"),
        (b"<response total='1'><code>0</code><rows><row>", "unavailable"),
        (b"<response total='2'><code>0</code><rows><row><no>A1</no></row></rows></response>", "malformed"),
    ] {
        let fault = asked(answer).await.unwrap_err();
        assert_eq!(fault.word(), word, "{fault}");
    }
}

#[test]
fn options_of_xml_are_for_xml() {
    let wrong = |poll: Value| {
        let mut tables = json!({
            "connect": { "url": "http://127.0.0.1:1" },
            "poll": { "list": { "get": "/list", "items": "/rows", "id": "no" } },
        });
        tables["poll"].as_object_mut().unwrap().extend(poll.as_object().unwrap().clone());
        let built = Rest::build(serde_json::from_value(tables).unwrap(), &Premises::new());
        built.err().unwrap_or_default().into_iter().map(|one| one.key).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({ "xml": {} })), ["poll.xml"]);
    assert_eq!(wrong(json!({ "format": "xml", "xml": { "lists": ["rows"] } })), ["poll.xml.lists.0"]);
    assert_eq!(wrong(json!({ "format": "xml" })), [""; 0]);
}
