//! Measures a mailbox: letters a second from a warm Dovecot on this machine to items, through the same calls as the gateway's,
//! and the most memory that was held.
//!
//! `cargo run --release -p huiliu-email --example box_speed [letters] [bytes]`
#![expect(clippy::unwrap_used, reason = "an example ends where something fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use huiliu_contract::{ExternalId, Item, Personal, Poll, Raw, Submission};
use huiliu_email::imap::{ImapOptions, Mailbox, Met, Reader};
use huiliu_farside::servers::{Dovecot, DovecotOptions, Identity, PASSWORD, USER};
use huiliu_farside::site::Premises;
use serde_json::json;

/// Reads nothing: what is measured is the way here.
struct Number;

impl Reader for Number {
    fn item(&self, raw: Bytes, met: &Met) -> Item {
        Item::Submission(Box::new(Submission {
            external_id: ExternalId::new(met.uid.to_string()).unwrap(),
            version: None,
            sent_at: met.received_at,
            raw: Raw::new(raw, "message/rfc822"),
            document: Personal::new(json!({})),
            attachments: Vec::new(),
            also: Vec::new(),
            unticketed: None,
            unchanging: true,
        }))
    }
}

fn letter(n: usize, bytes: usize) -> Vec<u8> {
    let head = format!(
        "From: citizen{n}@example.test\r\nTo: {USER}\r\nSubject: lamp {n}\r\nMessage-ID: <{n}@example.test>\r\n\r\n"
    );
    let line = format!("{}\r\n", "x".repeat(74));
    let lines = bytes.saturating_sub(head.len()) / line.len();
    (head + &line.repeat(lines)).into_bytes()
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// One walk over all letters; how long it took.
async fn walk(mailbox: &Mailbox, letters: usize) -> Duration {
    let began = Instant::now();
    let (mut cursor, mut came) = (None, 0);
    loop {
        let page = mailbox.poll(cursor.as_ref(), None).await.unwrap();
        came += page.items.len();
        cursor = page.next.or(cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!(came, letters);
    began.elapsed()
}

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<usize>().unwrap());
    let (letters, bytes) = (words.next().unwrap_or(10_000), words.next().unwrap_or(5_000));
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let identity = Identity { certificate: signed.cert.pem(), key: signed.signing_key.serialize_pem() };
    let server =
        Dovecot::fresh(&DovecotOptions { identity: Some(identity.clone()), ..DovecotOptions::default() }).unwrap();
    for from in (0..letters).step_by(1000) {
        let some: Vec<_> = (from..(from + 1000).min(letters)).map(|n| letter(n, bytes)).collect();
        server.deliver(USER, "INBOX", some.iter().map(Vec::as_slice)).unwrap();
    }
    let ca_file = server.folder().join("server.crt");
    for (how, connect) in [
        ("TLS", json!({ "port": server.imaps(), "ca_file": ca_file })),
        ("without TLS", json!({ "port": server.imap(), "tls": "off" })),
    ] {
        let mut options = json!({
            "connect": { "host": "localhost", "user": USER, "password": { "env": "password" } },
            "poll": { "start": "all" },
        });
        for (key, value) in connect.as_object().unwrap() {
            options["connect"][key] = value.clone();
        }
        let site = Premises::new().with("password", PASSWORD);
        for (walks, heat) in [(1, "first"), (2, "warm")] {
            for _ in 0..walks {
                let options: ImapOptions = serde_json::from_value(options.clone()).unwrap();
                let mailbox = Mailbox::build(options, Arc::new(Number), &site).unwrap();
                let took = walk(&mailbox, letters).await;
                let rate = letters as f64 / took.as_secs_f64();
                println!(
                    "{how}, {heat}: {letters} letters of {bytes} bytes in {:.2} s: {rate:.0}/s",
                    took.as_secs_f64()
                );
            }
        }
    }
    println!("most memory: {} MiB", peak() / 1024);
}
