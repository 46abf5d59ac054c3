//! What stands in for the gateway: it keeps items once by their number, and the cursor with them, and asks again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use huiliu_contract::{
    Cursor, ExternalId, Fault, Item, Page, Personal, Poll, Raw, Submission, Taken, Told, Unreadable, What,
};
use huiliu_email::imap::{ImapOptions, Mailbox, Met, Reader};
use huiliu_farside::imap::{Habits, ImapServer};
use huiliu_farside::servers::{Dovecot, DovecotOptions, Identity, PASSWORD, USER};
use huiliu_farside::site::Premises;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

/// Reads letters as little as possible: by a digest of their bytes.
struct Desk;

impl Reader for Desk {
    fn item(&self, raw: Bytes, met: &Met) -> Item {
        let mut hasher = DefaultHasher::new();
        raw.hash(&mut hasher);
        assert!(!raw.starts_with(b"Subject: a letter that breaks its reader"), "it breaks");
        let document = json!({
            "folder": met.folder, "uid": met.uid, "junk": met.junk, "whole_size": met.whole_size,
            "received_at": met.received_at.map(|at| at.to_string()), "size": raw.len(),
        });
        Item::Submission(Box::new(Submission {
            external_id: ExternalId::new(format!("{:016x}", hasher.finish())).unwrap(),
            version: None,
            sent_at: met.received_at,
            raw: Raw::new(raw, "message/rfc822"),
            document: Personal::new(document),
            attachments: Vec::new(),
            also: Vec::new(),
            unticketed: None,
            unchanging: true,
        }))
    }
}

/// The number of a letter by its bytes.
pub(crate) fn id_of(raw: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    Bytes::copy_from_slice(raw).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A letter, as a server gives it out.
pub(crate) fn letter(n: usize) -> Vec<u8> {
    format!(
        "From: citizen{n}@example.test\r\nTo: {USER}\r\nSubject: street lamp {n}\r\nMessage-ID: <{n}@example.test>\r\n\r\n\
         Lamp number {n} has been dark for days.\r\n"
    )
    .into_bytes()
}

/// One of about so many bytes.
pub(crate) fn large(n: usize, bytes: usize) -> Vec<u8> {
    let mut raw = letter(n);
    let line = format!("{n:06} {}\r\n", "x".repeat(68));
    while raw.len() < bytes {
        raw.extend_from_slice(line.as_bytes());
    }
    raw
}

/// The gateway's half: what was committed.
pub(crate) struct House {
    pub(crate) mailbox: Mailbox,
    pub(crate) cursor: Option<Cursor>,
    /// By number, in the order in which they came.
    pub(crate) kept: Vec<(String, Submission)>,
    known: BTreeMap<String, ()>,
    pub(crate) repeats: usize,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl House {
    pub(crate) fn new(options: Value, premises: &Premises) -> Self {
        Self::with(mailbox(options, premises).unwrap())
    }

    pub(crate) fn with(mailbox: Mailbox) -> Self {
        let (kept, unreadable) = (Vec::new(), Vec::new());
        Self { mailbox, cursor: None, kept, known: BTreeMap::new(), repeats: 0, unreadable }
    }

    /// The same house after a restart: nothing is remembered but what was committed.
    pub(crate) fn restarted(self, options: Value, premises: &Premises) -> Self {
        Self { mailbox: mailbox(options, premises).unwrap(), ..self }
    }

    /// One call, committed.
    pub(crate) async fn once(&mut self) -> Result<Page, Fault> {
        let page = self.mailbox.poll(self.cursor.as_ref(), None).await?;
        self.commit(&page).await;
        Ok(page)
    }

    /// One call whose page is not committed yet.
    pub(crate) async fn mailbox_page(&self) -> Page {
        self.mailbox.poll(self.cursor.as_ref(), None).await.unwrap()
    }

    /// Keeps what a page has, with its cursor, and tells what became of it.
    pub(crate) async fn commit(&mut self, page: &Page) {
        let mut told = Vec::new();
        for item in &page.items {
            let (external_id, what) = match item {
                Item::Submission(one) => {
                    let id = one.external_id.as_str().to_owned();
                    let what = match self.known.insert(id.clone(), ()) {
                        None => What::New,
                        Some(()) => What::Repeat,
                    };
                    match what {
                        What::New => self.kept.push((id, (**one).clone())),
                        _ => self.repeats += 1,
                    }
                    (Some(one.external_id.clone()), what)
                }
                Item::Unreadable(one) => {
                    self.unreadable.push(one.clone());
                    (None, What::Unmapped)
                }
            };
            told.push(Told { taken: Taken { external_id, ticket: None, what }, why: None });
        }
        self.cursor = page.next.clone().or(self.cursor.take());
        if !told.is_empty() {
            self.mailbox.told(self.cursor.as_ref(), &told).await;
        }
    }

    /// Asks as long as there is more.
    pub(crate) async fn walk(&mut self) -> Result<(), Fault> {
        while self.once().await?.more {}
        Ok(())
    }

    /// Walks again and again, whatever fails, until this holds.
    pub(crate) async fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        let mut last = None;
        while !holds(self) {
            assert!(Instant::now() < until, "it does not come to hold; {} kept, last fault {last:?}", self.kept.len());
            last = self.walk().await.err().or(last);
        }
    }

    /// Walks until that fails: a server that was stopped may still answer over a connection for a moment.
    pub(crate) async fn fails(&mut self) -> Fault {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            assert!(Instant::now() < until, "it does not come to fail");
            if let Err(fault) = self.walk().await {
                return fault;
            }
        }
    }

    /// The documents of what was kept.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.kept.iter().map(|(_, one)| one.document.reveal().clone()).collect()
    }

    /// Whether exactly these letters were kept, each once, in this order.
    pub(crate) fn assert_kept<'a>(&self, letters: impl IntoIterator<Item = &'a [u8]>) {
        let wanted: Vec<String> = letters.into_iter().map(id_of).collect();
        let kept: Vec<&String> = self.kept.iter().map(|(id, _)| id).collect();
        assert_eq!(kept.len(), wanted.len(), "as many letters as were sent");
        assert!(kept.into_iter().eq(wanted.iter()), "other letters, or another order");
    }
}

/// A mailbox by its options.
pub(crate) fn mailbox(options: Value, premises: &Premises) -> Result<Mailbox, Vec<String>> {
    let options: ImapOptions = serde_json::from_value(options).unwrap();
    Mailbox::build(options, Arc::new(Desk), premises).map_err(|wrong| wrong.into_iter().map(|one| one.key).collect())
}

/// What signed the server's certificate, as a file, and the certificate.
pub(crate) fn signed(expired: bool) -> &'static (std::path::PathBuf, Identity) {
    static SIGNED: OnceLock<[(std::path::PathBuf, Identity); 2]> = OnceLock::new();
    let both = SIGNED.get_or_init(|| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let ca_file = std::env::temp_dir().join(format!("huiliu-boxes-ca-{}.pem", std::process::id()));
        std::fs::write(&ca_file, ca.pem()).unwrap();
        [false, true].map(|expired| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
            if expired {
                params.not_after = rcgen::date_time_ymd(2025, 1, 1);
            }
            let certificate = params.signed_by(&key, &ca).unwrap();
            let identity = Identity { certificate: certificate.pem(), key: key.serialize_pem() };
            (ca_file.clone(), identity)
        })
    });
    let [good, bad] = both;
    if expired { bad } else { good }
}

/// A site with the mailbox's password.
pub(crate) fn premises() -> Premises {
    Premises::new().with("password", PASSWORD)
}

/// A fresh Dovecot that speaks TLS.
pub(crate) fn dovecot(options: DovecotOptions) -> Dovecot {
    let identity = options.identity.clone().or_else(|| Some(signed(false).1.clone()));
    Dovecot::fresh(&DovecotOptions { identity, ..options }).unwrap()
}

/// Options for a Dovecot: behind TLS, all letters from the first on.
pub(crate) fn options(server: &Dovecot, poll: Value) -> Value {
    let mut out = json!({
        "connect": {
            "host": "localhost", "port": server.imaps(), "user": USER, "password": { "env": "password" },
            "ca_file": signed(false).0, "contact": "operator@example.test",
        },
        "poll": { "start": "all" },
    });
    merge(&mut out["poll"], poll);
    out
}

fn merge(into: &mut Value, from: Value) {
    for (key, value) in from.as_object().unwrap() {
        into[key] = value.clone();
    }
}

/// A Dovecot with these letters in its inbox, and a house that asks it.
pub(crate) fn scene(letters: &[Vec<u8>], poll: Value) -> (Dovecot, House) {
    let server = dovecot(DovecotOptions::default());
    server.deliver(USER, "INBOX", letters.iter().map(Vec::as_slice)).unwrap();
    let house = House::new(options(&server, poll), &premises());
    (server, house)
}

/// The small server, and a house that asks it.
pub(crate) async fn small(habits: Habits, poll: Value) -> (ImapServer, House) {
    let server = ImapServer::open(habits).await.unwrap();
    let house = House::new(small_options(&server, poll), &small_premises());
    (server, house)
}

/// Options for the small server: a short patience, and all letters from the first on.
pub(crate) fn small_options(server: &ImapServer, poll: Value) -> Value {
    let mut out = json!({
        "connect": {
            "host": "127.0.0.1", "port": server.port(), "tls": "off", "timeout": "2s",
            "user": huiliu_farside::imap::USER, "password": { "env": "password" },
        },
        "poll": { "start": "all" },
    });
    merge(&mut out["poll"], poll);
    out
}

/// A site with the small server's password.
pub(crate) fn small_premises() -> Premises {
    Premises::new().with("password", huiliu_farside::imap::PASSWORD)
}

/// What it says of how many letters there are in a folder, as its administrator sees it.
pub(crate) fn count(server: &Dovecot, folder: &str) -> usize {
    let said = server.admin(&["-f", "tab", "mailbox", "status", "-u", USER, "messages", folder]).unwrap();
    said.lines().last().and_then(|line| line.split('\t').next_back()).unwrap().trim().parse().unwrap()
}
