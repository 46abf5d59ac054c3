//! The same against a real Exim: TLS, a login behind it, what is put off and refused, threads and signatures as delivered.

use std::time::Duration;

use huiliu_contract::{Fault, Reached, Went};
use huiliu_farside::servers::Identity;
use huiliu_farside::servers::exim::{Exim, EximOptions, SECRET, USER};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use crate::scene::{account, mail, mailer, send, until};

/// A certificate for this machine, and who signed it, in a file of its own.
struct House {
    identity: Identity,
    ca: std::path::PathBuf,
}

impl House {
    fn new(name: &str) -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signed_itself = ca.clone().self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(ca, ca_key);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        let path = std::env::temp_dir().join(format!("huiliu-mailer-{name}-{}.pem", std::process::id()));
        std::fs::write(&path, signed_itself.pem()).unwrap();
        Self { identity: Identity { certificate: leaf.pem(), key: key.serialize_pem() }, ca: path }
    }

    fn exim(&self, no_empty_sender: bool) -> Exim {
        let options = EximOptions { identity: Some(self.identity.clone()), no_empty_sender, lmtp: None };
        Exim::start(&options).unwrap()
    }

    /// Options of who trusts it.
    fn trusted(&self) -> Value {
        let mut over = account();
        over["tls"] = json!("starttls");
        over["ca_file"] = json!(self.ca);
        over
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Nobody reads it any more.
        let _ = std::fs::remove_file(&self.ca);
    }
}

#[test]
fn the_secret_of_the_scene_opens_exim_too() {
    assert_eq!((USER, SECRET), (crate::scene::HOTLINE, crate::scene::SECRET));
}

#[tokio::test]
async fn a_mail_is_delivered_over_tls_behind_a_login_and_its_thread_is_as_it_was_written() {
    let house = House::new("delivered");
    let exim = house.exim(false);
    let mailer = mailer(exim.port(), house.trusted());
    assert!(send(&mailer, "wang@citizen.test").await.unwrap().contains("id="));
    let delivered = until("the mail", || exim.delivered("wang@citizen.test").pop()).await;
    let composed =
        String::from_utf8(mailer.compose(&mail("wang@citizen.test")).unwrap()).unwrap().replace("\r\n", "\n");
    assert!(delivered.contains(&composed), "{delivered}\n---\n{composed}");
    for line in [
        "In-Reply-To: <letter-1@citizen.test>",
        "References: <letter-0@citizen.test> <letter-1@citizen.test>",
        "Message-ID: <t.1.2.3@example.test>",
        "Auto-Submitted: auto-replied",
        "Return-path: <hotline@example.test>",
    ] {
        assert!(delivered.lines().any(|known| known == line), "{line}\n{delivered}");
    }
    let log = exim.log();
    assert!(log.contains("X=TLS1.") && log.contains("A=plain:hotline@example.test"), "{log}");
}

#[tokio::test]
async fn the_empty_sender_is_taken_or_denied_as_the_server_is() {
    let house = House::new("empty");
    let mut over = house.trusted();
    over["envelope_sender"] = json!("empty");
    let (free, strict) = (house.exim(false), house.exim(true));
    send(&mailer(free.port(), over.clone()), "wang@citizen.test").await.unwrap();
    let delivered = until("the mail", || free.delivered("wang@citizen.test").pop()).await;
    assert!(delivered.starts_with("Return-path: <>\n"), "{delivered}");
    let fault = send(&mailer(strict.port(), over), "wang@citizen.test").await.unwrap_err();
    assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
}

#[tokio::test]
async fn a_reader_is_put_off_or_refused() {
    let house = House::new("refused");
    let exim = house.exim(false);
    let mailer = mailer(exim.port(), house.trusted());
    let fault = send(&mailer, "tempfail@citizen.test").await.unwrap_err();
    assert!(matches!(fault, Fault::PutOff { .. }), "{fault}");
    let fault = send(&mailer, "nouser@citizen.test").await.unwrap_err();
    assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
    send(&mailer, "wang@citizen.test").await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_delivered_comes_back_and_names_our_id() {
    let house = House::new("bounce");
    let exim = house.exim(false);
    send(&mailer(exim.port(), house.trusted()), "lost@citizen.test").await.unwrap();
    let notice = until("the notice", || exim.delivered("hotline@example.test").pop()).await;
    assert!(
        notice.contains("report-type=delivery-status") && notice.contains("References: <letter-0@citizen.test>"),
        "{notice}"
    );
    assert!(notice.contains("Message-ID: <t.1.2.3@example.test>"), "{notice}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusted_signed_is_not_spoken_with() {
    let (house, stranger) = (House::new("house"), House::new("stranger"));
    let exim = house.exim(false);
    let fault = send(&mailer(exim.port(), stranger.trusted()), "wang@citizen.test").await.unwrap_err();
    assert!(matches!(fault, Fault::Unavailable { reached: Reached::No, .. }), "{fault}");
    assert!(!exim.log().contains("A=plain"), "no password was said");
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let exim = Exim::start(&EximOptions::default()).unwrap();
    let mut over = account();
    over["tls"] = json!("starttls");
    let fault = send(&mailer(exim.port(), over), "wang@citizen.test").await.unwrap_err();
    assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
    assert!(!exim.log().contains("A=plain"), "no password was said");
}

#[tokio::test]
async fn walking_there_says_each_step_and_sends_nothing() {
    let house = House::new("walk");
    let exim = house.exim(false);
    let far = mailer(exim.port(), house.trusted()).far();
    let limit = Duration::from_secs(10);
    let steps = far.walk(limit).await;
    assert!(steps.iter().all(|step| step.went != Went::Wrong), "{steps:?}");
    let words: Vec<_> = steps.iter().map(|step| step.word).collect();
    assert!(words.contains(&"certificate") && words.last() == Some(&"smtp"), "{words:?}");
    let login = far.log_in(limit).await.unwrap();
    assert_eq!(login.went, Went::Right, "{login:?}");
    assert!(!exim.log().contains("<="), "no mail was sent");
}

#[tokio::test]
async fn a_signature_passes_the_server_unbroken() {
    let house = House::new("signed");
    let exim = house.exim(false);
    let mut over = house.trusted();
    over["dkim"] = json!({ "selector": "s1", "domain": "example.test", "key": { "env": "KEY" } });
    let mailer = mailer(exim.port(), over);
    send(&mailer, "wang@citizen.test").await.unwrap();
    let delivered = until("the mail", || exim.delivered("wang@citizen.test").pop()).await;
    let composed =
        String::from_utf8(mailer.compose(&mail("wang@citizen.test")).unwrap()).unwrap().replace("\r\n", "\n");
    assert!(composed.starts_with("DKIM-Signature: v=1; a=rsa-sha256;") && delivered.contains(&composed), "{delivered}");
}
